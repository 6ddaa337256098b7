"""A plan for a pen or a roller: strokes over each zone, and how many pricks a cm2 they add up to.

Nobody can say where each prick of a pen or a roller lies: its needles go in many times a second
while a hand moves it. What can be said and checked is where the hand goes, how fast, how deep the
needles reach, and how many pricks that makes on the average. Each pass goes once over the whole
zone in parallel strokes, and crosses the pass before it at right angles.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.asked import PG_PER_UG, VOLUME_NL_MAX
from mesogun.planning.depth import depth_of, vertical_um
from mesogun.planning.dose.fill import split
from mesogun.planning.infeasible import ml
from mesogun.planning.limits import Limits, effective
from mesogun.planning.place.region import check_region, mm
from mesogun.planning.plan import Needled, Plan, PlannedZone, Stroke
from mesogun.planning.prescription import Needling, Point, Prescription, Zone
from mesogun.planning.pricks import LAYERS, PrickTable, column
from mesogun.planning.tracks import strokes_over

CM2_UM2 = 100_000_000
SECOND_US = 1_000_000
STROKES_MAX = 100_000
"""More are a width that was mistaken."""
FEW = 4
"""With fewer strokes over a pass, its density differs across the zone: its border weighs more."""


class Way(NamedTuple):
    """All strokes over one zone, and how far apart they are pass by pass."""

    strokes: tuple[Stroke, ...]
    pitch_um: tuple[int, ...]
    swept_um2: int


def plan_strokes(prescription: Prescription, needling: Needling) -> Plan:
    """Return the plan of strokes for `prescription`: the same one for the same prescription.

    Raises:
        PlanError: a limit is missing, a region or a figure is unusable, a zone has no room for the
            tip, or what is asked is beyond a limit. Nothing is planned then.
    """
    _refuse_unplannable(prescription, needling)
    limits = Limits(effective(prescription))
    zones = prescription.zones
    for index, zone in enumerate(zones):
        depth_of(zone, index, limits)
    _refuse_volume(prescription, limits)
    ways = [_way(zone, index, needling, limits) for index, zone in enumerate(zones)]
    if sum(len(one.strokes) for one in ways) > STROKES_MAX:
        raise PlanError(f"more than {STROKES_MAX} strokes: the tip is {mm(needling.width_um)} wide")
    topical = _topical_nl(prescription, [one.swept_um2 for one in ways])
    planned = [
        _planned(zone, index, needling, limits, ways[index], topical[index])
        for index, zone in enumerate(zones)
    ]
    strokes = tuple(stroke for one in ways for stroke in one.strokes)
    duration_us, travel_um = timed(prescription, planned, strokes)
    none = column([])
    return Plan(
        prescription,
        limits.all,
        tuple(planned),
        PrickTable(none, none, none, none, none, none, none),
        duration_us,
        travel_um,
        (*prescription.warnings, *_warnings(zones, ways)),
        strokes=strokes,
    )


def _refuse_unplannable(prescription: Prescription, needling: Needling) -> None:
    pen = needling.kind == "pen"
    needed = needling.needles, needling.width_um
    figures = needling.cycles_per_s if pen else needling.turn_um
    if min(*needed, figures) <= 0 or needling.hand_um_per_s < 0:
        raise PlanError(f"the {needling.kind} needs needles, a width and its speed, all above 0")
    if prescription.surface is not None:
        raise PlanError(f"a {needling.kind} goes over zones in a plane; draw them flat")
    if prescription.earlier:
        raise PlanError(
            f"strokes of a {needling.kind} cannot keep away from earlier pricks; exclude the places"
        )
    if not prescription.zones:
        raise PlanError("there is no zone to treat")
    names = [zone.name for zone in prescription.zones]
    for zone in prescription.zones:
        if names.count(zone.name) > 1:
            raise PlanError(f"two zones are named {zone.name!r}; give each its own name")
        if zone.passes < 1 or zone.pricks_per_cm2 < 0 or int(zone.margin_um) < 0:
            raise PlanError(f"zone {zone.name!r}: passes, density or margin is out of range")
        if not 0 <= zone.product < len(prescription.products):
            raise PlanError(f"zone {zone.name!r} names product {zone.product}: no such product")
        check_region(zone.outline_um, zone.exclusions_um, f"zone {zone.name!r}")


def _refuse_volume(prescription: Prescription, limits: Limits) -> None:
    """What goes onto the skin is bounded as if all of it went in."""
    volumes = [int(one.volume_nl) for one in prescription.products]
    bound = limits.of("volume_nl_max")
    if min(volumes) < 0 or max(volumes) > VOLUME_NL_MAX:
        raise PlanError(f"a volume of {max(volumes)} nL is beyond any use; check the unit")
    if sum(volumes) > bound.value:
        raise PlanError(
            f"a volume of {ml(sum(volumes))} on the skin is beyond {bound.name} = "
            f"{ml(bound.value)} [{bound.origin}]"
        )
    for name, most in limits.components.items():
        pg = sum(
            int(product.volume_nl) * one.concentration_pg_per_nl
            for product in prescription.products
            for one in product.components
            if one.name == name
        )
        if pg > most.value * PG_PER_UG:
            raise PlanError(
                f"{ml(sum(volumes))} hold {-(-pg // PG_PER_UG)} ug of {name}, beyond {most.name} = "
                f"{most.value} {most.unit} [{most.origin}], even if only on the skin"
            )


def _way(zone: Zone, index: int, needling: Needling, limits: Limits) -> Way:
    """Return the strokes over one zone, pass by pass."""
    bound = limits.of("passes_max", index)
    if zone.passes > bound.value:
        raise PlanError(
            f"zone {zone.name!r}: {zone.passes} passes are beyond {bound.name} = {bound.value} "
            f"[{bound.origin}]"
        )
    margin = limits.of("margin_um_min", index)
    if int(zone.margin_um) < margin.value:
        raise PlanError(
            f"zone {zone.name!r}: a margin of {mm(int(zone.margin_um))} is below {margin.name} = "
            f"{mm(margin.value)} [{margin.origin}]"
        )
    keep_off = int(zone.margin_um) - (-needling.width_um // 2)
    strokes: list[Stroke] = []
    pitches, swept = [], []
    for turn in range(zone.passes):
        runs, pitch = strokes_over(
            zone.outline_um,
            zone.exclusions_um,
            keep_off,
            needling.width_um,
            upright=turn % 2 == 1,
        )
        if not runs:
            raise PlanError(
                f"zone {zone.name!r}: a tip of {mm(needling.width_um)} fits nowhere in it, "
                f"{mm(int(zone.margin_um))} off its border; take a narrower tip, or another zone"
            )
        strokes += [Stroke(index, turn, start, end) for start, end in runs]
        pitches.append(pitch)
        swept.append(pitch * sum(_long(*one) for one in runs))
    return Way(tuple(strokes), tuple(pitches), min(swept))


def _long(start: Point, end: Point) -> int:
    """Return the length of a stroke: it runs along x or along y."""
    return abs(end[0] - start[0]) + abs(end[1] - start[1])


def along(needling: Needling, hand_um_per_s: int) -> tuple[int, int]:
    """Return the pricks in an um of stroke, as a fraction."""
    if needling.kind == "pen":
        return needling.needles * needling.cycles_per_s, hand_um_per_s
    return needling.needles, needling.turn_um


def density(needling: Needling, hand_um_per_s: int, pitch_um: Sequence[int]) -> int:
    """Return the pricks to be expected in a cm2 that every pass goes over, rounded down."""
    pricks, way_um = along(needling, hand_um_per_s)
    whole, parts = 1, 0
    for pitch in pitch_um:
        whole, parts = whole * pitch, parts * pitch + whole
    return CM2_UM2 * pricks * parts // (way_um * whole)


def _hand(zone: Zone, index: int, needling: Needling, limits: Limits, way: Way) -> int:
    """Return how fast the hand moves: as told, or as the density asked needs it."""
    hand = needling.hand_um_per_s
    if zone.pricks_per_cm2 and needling.kind == "pen":
        # at one um a second the density is that of a pass so slow, and it falls as the hand rises
        hand = density(needling, 1, way.pitch_um) // zone.pricks_per_cm2
    elif zone.pricks_per_cm2:
        raise PlanError(
            f"zone {zone.name!r}: the density of a roller follows from its needles and the passes; "
            "give no density"
        )
    for name in ("hand_um_per_s_min", "hand_um_per_s_max"):
        bound = limits.of(name, index)
        broken = hand < bound.value if name.endswith("_min") else hand > bound.value
        if broken:
            asked = f"{zone.pricks_per_cm2} pricks/cm2 in {zone.passes} passes ask for "
            raise PlanError(
                f"zone {zone.name!r}: {asked if zone.pricks_per_cm2 else ''}a hand of {mm(hand)}/s,"
                f" beyond {name} = {mm(bound.value)}/s [{bound.origin}]; change the passes, the "
                "density or the speed"
            )
    return hand


def _topical_nl(prescription: Prescription, swept_um2: Sequence[int]) -> list[int]:
    """Divide what goes onto the skin: by the shares, or else by what is swept."""
    given = [0] * len(swept_um2)
    for which, product in enumerate(prescription.products):
        mine = [k for k, zone in enumerate(prescription.zones) if zone.product == which]
        if not mine:
            continue
        shares = [prescription.zones[k].share_ppm or 0 for k in mine]
        weights = shares if sum(shares) else [swept_um2[k] for k in mine]
        for k, part in zip(mine, split(int(product.volume_nl), weights), strict=True):
            given[k] = part
    return given


def _planned(
    zone: Zone, index: int, needling: Needling, limits: Limits, way: Way, topical_nl: int
) -> PlannedZone:
    hand = _hand(zone, index, needling, limits, way)
    bound = limits.of("area_dose_nl_per_cm2_max", index)
    if topical_nl * CM2_UM2 > bound.value * way.swept_um2:
        per_cm2 = -(-topical_nl * CM2_UM2 // way.swept_um2)
        raise PlanError(
            f"zone {zone.name!r}: {ml(per_cm2)} of product a cm2 are beyond {bound.name} = "
            f"{ml(bound.value)} [{bound.origin}]"
        )
    pricks, way_um = along(needling, hand)
    long = sum(_long(one.start_um, one.end_um) for one in way.strokes)
    return PlannedZone(
        name=zone.name,
        area=zone.area,
        technique=zone.technique,
        outline_um=zone.outline_um,
        exclusions_um=zone.exclusions_um,
        margin_um=int(zone.margin_um),
        spacing_um_min=0,
        pitch_um=0,
        basis_um=(0, 0, 0, 0),
        prick_count=pricks * long // way_um,
        dose_nl_total=0,
        needled=Needled(
            hand_um_per_s=hand,
            pitch_um=way.pitch_um,
            pricks_per_cm2=density(needling, hand, way.pitch_um),
            swept_um2=way.swept_um2,
            topical_nl=topical_nl,
            layer=_layer(zone),
        ),
    )


def _layer(zone: Zone) -> int:
    told = zone.skin
    if told is None or told.epidermis_um is None or told.skin_um is None:
        return LAYERS.index("unknown")
    down = int(vertical_um(np.array([int(zone.depth_um)]), zone.angle_sin_ppm)[0])
    if down <= told.epidermis_um:
        return LAYERS.index("epidermis")
    return LAYERS.index("dermis" if down <= told.skin_um else "subcutis")


def timed(
    prescription: Prescription, planned: Sequence[PlannedZone], strokes: Sequence[Stroke]
) -> tuple[int, int]:
    """Return how long it takes in us, and the hand's way from stroke to stroke in um.

    The hand settles before each stroke; each time is rounded up, each way down.
    """
    motion = prescription.motion
    at = strokes[0].start_um
    duration = travel = 0
    for stroke in strokes:
        needled = planned[stroke.zone].needled
        assert needled is not None  # every zone of such a plan is needled
        hop = isqrt((at[0] - stroke.start_um[0]) ** 2 + (at[1] - stroke.start_um[1]) ** 2)
        travel += hop
        duration += -(-hop * SECOND_US // motion.travel_um_per_s) + motion.settle_us
        long = _long(stroke.start_um, stroke.end_um)
        duration += -(-long * SECOND_US // needled.hand_um_per_s)
        at = stroke.end_um
    return duration, travel


def _warnings(zones: Sequence[Zone], ways: Sequence[Way]) -> list[str]:
    told = []
    for zone, way in zip(zones, ways, strict=True):
        passes = range(zone.passes)
        least = min(sum(1 for one in way.strokes if one.turn == turn) for turn in passes)
        if least < FEW:
            told.append(
                f"zone {zone.name!r}: only {least} strokes fit beside each other in a pass: the "
                "density differs from place to place"
            )
    return told
