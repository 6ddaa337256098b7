"""Strokes of a pen or a roller: where they run, how dense and how deep their pricks are.

Part of the independent check: shares nothing with the planner. All in integers and fractions.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import isqrt

import numpy as np

from mesogun.planning.plan import Needled, Plan, Stroke
from mesogun.planning.prescription import Needling, Ring, Zone
from mesogun.planning.pricks import LAYERS
from mesogun.planning.verify.columns import COORDINATE_UM_MAX
from mesogun.planning.verify.findings import Findings, Integers, Truths
from mesogun.planning.verify.limits import OF_A_COMPONENT, Bounds
from mesogun.planning.verify.region import place_by_ring
from mesogun.planning.verify.zones import check_copied

CM2_UM2 = 100_000_000
PPM = SECOND_US = PG_PER_UG = 1_000_000
DENSITY_OFF_PERCENT = 1
"""What whole um a second of the hand may take away from a density that was asked."""
CORNERS_AT_ONCE = 1_000_000


def check_strokes(plan: Plan, needling: Needling, bounds: Bounds, found: Findings) -> None:
    """Measure every stroke, and work out anew what the strokes of each zone add up to."""
    if plan.pauses or plan.settled is not None:
        found.rule(
            "strokes", 1, 0, "", note="a plan of strokes has no pauses and goes on with none"
        )
    if plan.prescription.earlier:
        note = "nothing keeps strokes away from the pricks of earlier sessions"
        found.rule("earlier", len(plan.prescription.earlier), 0, "records", note=note)
    _check_rows(plan, found)
    if found.all:
        return
    for k, zone in enumerate(plan.prescription.zones):
        mine = [one for one in plan.strokes if one.zone == k]
        said = plan.zones[k]
        check_copied(k, said, zone, found)
        unused = said.spacing_um_min, said.pitch_um, *said.basis_um, said.dose_nl_total
        if any(unused):
            found.rule("zones", max(unused), 0, "", zone=zone.name, note="nothing is injected")
        if said.needled is None or not mine:
            found.rule("needled", 0, 1, "", zone=zone.name, note="nothing needles it")
            continue
        _check_place(zone, needling, mine, bounds, k, found)
        _check_passes(zone, needling, mine, said.needled, bounds, k, found)
        _check_density(zone, needling, mine, said.needled, bounds, k, found)
        count = _pricks(needling, said.needled.hand_um_per_s, sum(map(_long, mine)))
        if said.prick_count != count:
            found.rule("prick_count", said.prick_count, count, "pricks", zone=zone.name)
        _check_depth(zone, said.needled, bounds, k, found)
    _check_products(plan, bounds, found)
    _check_time(plan, found)


def _check_rows(plan: Plan, found: Findings) -> None:
    """Strokes name a zone and a pass, in their order, and lie within reach."""
    zones, before = plan.prescription.zones, (0, 0)
    if not plan.strokes:
        found.rule("strokes", 0, 1, "strokes", note="a plan without a stroke")
    for number, one in enumerate(plan.strokes):
        far = max(map(abs, (*one.start_um, *one.end_um)))
        fits = 0 <= one.zone < len(zones) and 0 <= one.turn < zones[one.zone].passes
        if far > COORDINATE_UM_MAX or not fits or (one.zone, one.turn) < before:
            note = f"stroke {number + 1}: zone, pass or place is out of range or of order"
            found.rule("strokes", far, COORDINATE_UM_MAX, "um", note=note)
            return
        along = one.end_um[one.turn % 2] != one.start_um[one.turn % 2]
        if not along or one.end_um[1 - one.turn % 2] != one.start_um[1 - one.turn % 2]:
            note = f"stroke {number + 1} does not run straight along its pass"
            found.rule("strokes", 1, 0, "strokes", note=note)
        before = one.zone, one.turn


def _long(stroke: Stroke) -> int:
    (ax, ay), (bx, by) = stroke.start_um, stroke.end_um
    return abs(bx - ax) + abs(by - ay)


def _check_place(
    zone: Zone, needling: Needling, mine: list[Stroke], bounds: Bounds, k: int, found: Findings
) -> None:
    """The whole tip stays inside the outline and outside every exclusion, by the margin."""
    margin = bounds["margin_um_min", k]
    if int(zone.margin_um) < margin.value:
        found.limit(margin, int(zone.margin_um), zone.name)
    # twice the distance, so that half a tip of any width is whole
    apart = 2 * int(zone.margin_um) + needling.width_um
    keep_off = -(-apart // 2)
    ends = np.array([(one.start_um, one.end_um) for one in mine], dtype=np.int64)
    x, y = ends[:, :, 0].ravel(), ends[:, :, 1].ravel()
    rings = (zone.outline_um, *zone.exclusions_um)
    broken = np.zeros(len(mine), dtype=np.bool_)
    for number, ring in enumerate(rings):
        inside, near = place_by_ring(x, y, ring, keep_off)
        wrong = near | (inside if number else ~inside)
        broken |= wrong.reshape(-1, 2).any(axis=1) | _meets(ends, ring, keep_off)
    if broken.any():
        which = int(np.flatnonzero(broken)[0])
        note = f"stroke {which + 1} of the zone takes the tip over its margin"
        found.rule("margin_um", int(broken.sum()), 0, "strokes", zone=zone.name, note=note)


def _meets(ends: Integers, ring: Ring, keep_off: int) -> Truths:
    """Tell which strokes an edge of `ring` crosses, or a corner of it comes too near to."""
    corners = np.array(ring, dtype=np.int64)
    far = np.roll(corners, -1, axis=0)
    low, high = ends.min(axis=1), ends.max(axis=1)
    met = np.zeros(len(ends), dtype=np.bool_)
    step = max(1, CORNERS_AT_ONCE // len(corners))
    for start in range(0, len(ends), step):
        some = slice(start, start + step)
        least, most = low[some, None, :], high[some, None, :]
        gap = np.maximum(np.maximum(least - corners, corners - most), 0)
        near = (gap * gap).sum(axis=2) < keep_off * keep_off
        met[some] = (near | _crossed(ends[some], corners, far)).any(axis=1)
    return met


def _crossed(ends: Integers, corners: Integers, far: Integers) -> Truths:
    """Tell, stroke by stroke and edge by edge, whether the two cross."""
    a, b = ends[:, None, 0, :], ends[:, None, 1, :]

    def side(p: Integers, q: Integers, r: Integers) -> Integers:
        one, other = q - p, r - p
        turn: Integers = np.sign(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])
        return turn

    apart = side(corners, far, a) * side(corners, far, b) < 0
    crossed: Truths = apart & (side(a, b, corners) * side(a, b, far) < 0)
    return crossed


def _check_passes(
    zone: Zone,
    needling: Needling,
    mine: list[Stroke],
    said: Needled,
    bounds: Bounds,
    k: int,
    found: Findings,
) -> None:
    """Each pass is there; its strokes are not nearer to each other than the plan says."""
    most = bounds["passes_max", k]
    if zone.passes > most.value:
        found.limit(most, zone.passes, zone.name)
    if len(said.pitch_um) != zone.passes:
        found.rule("passes", len(said.pitch_um), zone.passes, "passes", zone=zone.name)
        return
    swept = []
    for turn, pitch in enumerate(said.pitch_um):
        here = [one for one in mine if one.turn == turn]
        if not here:
            found.rule("passes", 0, 1, "strokes", zone=zone.name, note=f"pass {turn + 1} is empty")
        if not needling.width_um <= 2 * pitch <= 2 * needling.width_um:
            note = "strokes lie half a tip to a whole tip apart"
            found.rule("pitch_um", pitch, needling.width_um, "um", zone=zone.name, note=note)
        _check_apart(zone, here, turn, pitch, found)
        swept.append(pitch * sum(map(_long, here)))
    if said.swept_um2 != min(swept):
        found.rule("swept_um2", said.swept_um2, min(swept), "um2", zone=zone.name)


def _check_apart(zone: Zone, here: list[Stroke], turn: int, pitch: int, found: Findings) -> None:
    lines: dict[int, list[tuple[int, int]]] = {}
    for one in here:
        a, b = one.start_um[turn % 2], one.end_um[turn % 2]
        lines.setdefault(one.start_um[1 - turn % 2], []).append((min(a, b), max(a, b)))
    at = sorted(lines)
    near = [after - before for before, after in pairwise(at)]
    if near and min(near) < pitch:
        note = f"two strokes of pass {turn + 1} lie nearer to each other"
        found.rule("pitch_um", min(near), pitch, "um", zone=zone.name, note=note)
    for runs in lines.values():
        runs.sort()
        if any(b >= c for (_, b), (c, _) in pairwise(runs)):
            note = f"two strokes of pass {turn + 1} run over the same place"
            found.rule("strokes", 2, 1, "strokes", zone=zone.name, note=note)


def _check_density(
    zone: Zone,
    needling: Needling,
    mine: list[Stroke],
    said: Needled,
    bounds: Bounds,
    k: int,
    found: Findings,
) -> None:
    """How fast the hand is, and how many pricks a cm2 that makes."""
    for name in ("hand_um_per_s_min", "hand_um_per_s_max"):
        bound, hand = bounds[name, k], said.hand_um_per_s
        if hand < bound.value if name.endswith("_min") else hand > bound.value:
            found.limit(bound, hand, zone.name)
    if said.hand_um_per_s < 1 or min(said.pitch_um, default=0) < 1:
        return
    each = _density(needling, said.hand_um_per_s)
    expected = int(sum(each / pitch for pitch in said.pitch_um))
    if said.pricks_per_cm2 != expected:
        found.rule("pricks_per_cm2", said.pricks_per_cm2, expected, "1/cm2", zone=zone.name)
    asked = zone.pricks_per_cm2
    if not asked and said.hand_um_per_s != needling.hand_um_per_s:
        note = "not the speed of the hand that was told"
        found.rule("hand_um_per_s", said.hand_um_per_s, needling.hand_um_per_s, "um/s", note=note)
    if asked and abs(expected - asked) * 100 > asked * DENSITY_OFF_PERCENT:
        note = "not the density prescribed"
        found.rule("pricks_per_cm2", expected, asked, "1/cm2", zone=zone.name, note=note)


def _density(needling: Needling, hand_um_per_s: int) -> Fraction:
    """Return the pricks in a cm2 of strokes that lie 1 um apart."""
    if needling.kind == "pen":
        return Fraction(CM2_UM2 * needling.needles * needling.cycles_per_s, hand_um_per_s)
    return Fraction(CM2_UM2 * needling.needles, needling.turn_um)


def _pricks(needling: Needling, hand_um_per_s: int, way_um: int) -> int:
    """Return how many pricks strokes of this length make."""
    return int(_density(needling, max(1, hand_um_per_s)) * way_um / CM2_UM2)


def _check_depth(zone: Zone, said: Needled, bounds: Bounds, k: int, found: Findings) -> None:
    long = int(zone.depth_um)
    down = -(-long * zone.angle_sin_ppm // PPM)
    for bound, value in (
        (bounds["needle_depth_um_max", None], long),
        (bounds["depth_um_max", k], down),
    ):
        if value > bound.value:
            found.limit(bound, value, zone.name)
    if long < 1:
        found.rule("depth_um", long, 1, "um", zone=zone.name)
    layer, told = "unknown", zone.skin
    if told is not None and told.epidermis_um is not None and told.skin_um is not None:
        deep = "dermis" if down <= told.skin_um else "subcutis"
        layer = "epidermis" if down <= told.epidermis_um else deep
    if said.layer != LAYERS.index(layer):
        note = f"the tips are in: {layer}"
        found.rule("layer", said.layer, LAYERS.index(layer), "", zone=zone.name, note=note)


def _check_products(plan: Plan, bounds: Bounds, found: Findings) -> None:
    """What goes onto the skin: all of it, by the shares, within what could be injected."""
    asked = plan.prescription
    given = [0 if one.needled is None else one.needled.topical_nl for one in plan.zones]
    for which, product in enumerate(asked.products):
        mine = [k for k, zone in enumerate(asked.zones) if zone.product == which]
        whole, volume = sum(given[k] for k in mine), int(product.volume_nl)
        if whole != volume or any(given[k] < 0 for k in mine):
            note = f"what goes onto the skin is not the volume prescribed of {product.name!r}"
            found.rule("volume_nl", whole, volume, "nl", origin="prescription", note=note)
        shares = sum(asked.zones[k].share_ppm or 0 for k in mine)
        for k in mine:
            share = asked.zones[k].share_ppm
            if share is not None and abs(given[k] * shares - volume * share) >= max(shares, 1):
                found.rule(
                    "share_ppm", given[k], volume * share // shares, "nl", zone=plan.zones[k].name
                )
    bound, volume = bounds["volume_nl_max", None], sum(int(one.volume_nl) for one in asked.products)
    if volume > bound.value:
        found.limit(bound, volume, None)
    for k, one in enumerate(plan.zones):
        cap = bounds["area_dose_nl_per_cm2_max", k]
        if one.needled is not None and given[k] * CM2_UM2 > cap.value * one.needled.swept_um2:
            found.limit(cap, -(-given[k] * CM2_UM2 // max(1, one.needled.swept_um2)), one.name)
    for (name, _), most in bounds.items():
        if not name.startswith(OF_A_COMPONENT):
            continue
        component = name.removeprefix(OF_A_COMPONENT)
        pg = sum(
            int(product.volume_nl) * part.concentration_pg_per_nl
            for product in asked.products
            for part in product.components
            if part.name == component
        )
        if pg > most.value * PG_PER_UG:
            found.limit(most, -(-pg // PG_PER_UG), None, note="rounded up to whole ug")


def _check_time(plan: Plan, found: Findings) -> None:
    """The way of the hand between strokes, and the time of all of it."""
    motion, way, time = plan.prescription.motion, 0, 0
    at = plan.strokes[0].start_um
    for one in plan.strokes:
        needled = plan.zones[one.zone].needled
        if needled is None or needled.hand_um_per_s < 1:
            return
        hop = isqrt((one.start_um[0] - at[0]) ** 2 + (one.start_um[1] - at[1]) ** 2)
        way += hop
        time += motion.settle_us - (-hop * SECOND_US // motion.travel_um_per_s)
        time -= -_long(one) * SECOND_US // needled.hand_um_per_s
        at = one.end_um
    for name, said, meant in (
        ("duration_us", plan.duration_us, time),
        ("travel_um", plan.travel_um, way),
    ):
        if said != meant:
            found.rule(name, said, meant, name.rsplit("_", 1)[1])
