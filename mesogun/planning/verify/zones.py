"""What the plan says of its zones, against the prescription and the pricks.

Part of the independent check. Area to treat and coverage are estimates for a reader and are not
judged; neither is `dose_answer`.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from mesogun.planning.plan import Plan, PlannedZone
from mesogun.planning.prescription import Zone
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.doses import step_nl
from mesogun.planning.verify.findings import Findings, rows_of
from mesogun.planning.verify.limits import Bounds

ROUNDED_UM = 2
"""A lattice with whole-number vectors may be so much wider than asked."""
NO_LATTICE = (0, 0, 0, 0)
ANSWERS = ("optimal", "feasible")


def check_zones(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    """Compare what the plan says of each zone with the prescription and with the pricks."""
    backwards = np.concatenate((np.zeros(1, dtype=np.bool_), np.diff(rows.zone) < 0))
    if backwards.any():
        which = rows_of(backwards)
        now, before = int(rows.zone[which[0]]), int(rows.zone[which[0] - 1])
        note = "zones are treated in the order of the prescription"
        found.rule("zone", now, before, "zone", pricks=which, note=note)
    for k, (said, asked) in enumerate(zip(plan.zones, plan.prescription.zones, strict=True)):
        check_copied(k, said, asked, found)
        if said.needled is not None:
            note = "nothing needles it but pricks"
            found.rule("needled", 1, 0, "", zone=asked.name, note=note)
        mine = rows.zone == k
        _check_counts(plan, k, int(mine.sum()), int(rows.dose[mine].sum()), found)
        _check_pitch(plan, bounds, k, found)
    if plan.settled is None:
        _check_shares(plan, rows, found)


def check_copied(k: int, said: PlannedZone, asked: Zone, found: Findings) -> None:
    """Compare what a planned zone repeats of the prescription."""
    copied = (
        (said.name, asked.name),
        (said.area, asked.area),
        (said.technique, asked.technique),
        (said.outline_um, asked.outline_um),
        (said.exclusions_um, asked.exclusions_um),
        (said.margin_um, int(asked.margin_um)),
    )
    if any(one != other for one, other in copied):
        note = "name, area, technique, outline or margin is not as prescribed"
        found.rule("zones", k, k, "zone", zone=asked.name, origin="prescription", note=note)


def _check_counts(plan: Plan, k: int, count: int, given: int, found: Findings) -> None:
    said, name = plan.zones[k], plan.zones[k].name
    if said.prick_count != count or count == 0:
        found.rule("prick_count", said.prick_count, count, "pricks", zone=name)
    if said.dose_nl_total != given:
        found.rule("dose_nl_total", said.dose_nl_total, given, "nl", zone=name)
    if said.prick_bound and count > said.prick_bound:
        note = "more pricks than the plan says can be placed"
        found.rule("prick_bound", count, said.prick_bound, "pricks", zone=name, note=note)
    for what, value in (("area_um2", said.area_um2), ("coverage_um", said.coverage_um)):
        if value < 0:
            found.rule(what, value, 0, "", zone=name, note="below 0")
    if said.dose_answer not in ANSWERS:
        found.rule("dose_answer", 0, 1, "", zone=name, note=f"{said.dose_answer!r} is no answer")


def _check_shares(plan: Plan, rows: Rows, found: Findings) -> None:
    """Each zone gets its share of its product, to less than a step of the pistol."""
    step = step_nl(plan)
    zones, products = plan.prescription.zones, plan.prescription.products
    for k, zone in enumerate(zones):
        if zone.share_ppm is None:
            continue
        whole = sum(one.share_ppm or 0 for one in zones if one.product == zone.product)
        volume = int(products[zone.product].volume_nl)
        given = int(rows.dose[rows.zone == k].sum())
        if whole and abs(given * whole - volume * zone.share_ppm) >= step * whole:
            found.rule(
                "share_ppm",
                given,
                volume * zone.share_ppm // whole,
                "nl",
                zone=zone.name,
                origin="prescription",
                note="not the zone's share of the volume",
            )


def _check_pitch(plan: Plan, bounds: Bounds, k: int, found: Findings) -> None:
    said, asked = plan.zones[k], plan.prescription.zones[k]
    low, high = bounds["spacing_um_min", k], bounds["spacing_um_max", k]
    if said.spacing_um_min != low.value:
        found.limit(low, said.spacing_um_min, asked.name, note="the plan promises another spacing")
    if said.pitch_um < low.value:
        found.limit(low, said.pitch_um, asked.name, note="the pitch")
    if said.pitch_um > high.value + ROUNDED_UM:
        found.limit(high, said.pitch_um, asked.name, note="the pitch")
    on_lattice = said.basis_um != NO_LATTICE
    if on_lattice and shortest_um(said.basis_um) < said.pitch_um:
        value, note = (
            shortest_um(said.basis_um),
            "the lattice's shortest step is less than the pitch",
        )
        found.rule("basis_um", value, said.pitch_um, "um", zone=asked.name, note=note)
    if asked.spacing_um is None:
        return
    pitch = int(asked.spacing_um)
    if said.pitch_um < pitch or (on_lattice and said.pitch_um > pitch + ROUNDED_UM):
        note = "not the spacing prescribed"
        found.rule(
            "pitch_um",
            said.pitch_um,
            pitch,
            "um",
            zone=asked.name,
            origin="prescription",
            note=note,
        )


def shortest_um(basis: tuple[int, int, int, int]) -> int:
    """Return the length of a lattice's shortest step, rounded down; 0 if it is no lattice.

    The quadratic form (a², 2ab, b²) is brought to |2ab| <= a² <= b²: then a² is its least value.
    """
    ax, ay, bx, by = basis
    if ax * by == ay * bx:
        return 0
    long_a, twice, long_b = ax * ax + ay * ay, 2 * (ax * bx + ay * by), bx * bx + by * by
    while True:
        if long_a > long_b:
            long_a, long_b = long_b, long_a
        if abs(twice) <= long_a:
            return isqrt(long_a)
        times = (twice + long_a) // (2 * long_a)
        long_b += times * times * long_a - times * twice
        twice -= 2 * times * long_a
