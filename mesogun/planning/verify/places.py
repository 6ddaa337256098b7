"""Where the pricks lie: inside by the margin, apart, no square centimetre too full.

Part of the independent check.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Ring
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers, rows_of
from mesogun.planning.verify.limits import Bounds
from mesogun.planning.verify.region import distance_um, place_in_zone
from mesogun.planning.verify.spacing import disc_sums, is_spaced, most_in_disc, near_pairs


def check_places(
    plan: Plan, bounds: Bounds, x: Integers, y: Integers, zone: Integers, found: Findings
) -> None:
    """Measure every prick against its zone's outline and exclusions."""
    for k, one in enumerate(plan.prescription.zones):
        rows = np.flatnonzero(zone == k)
        bound = bounds["margin_um_min", k]
        margin = max(int(one.margin_um), bound.value)
        if int(one.margin_um) < bound.value:
            found.limit(bound, int(one.margin_um), one.name, note="the margin asked")
        rings = (one.outline_um, *one.exclusions_um)
        for number, (inside, near) in enumerate(place_in_zone(x[rows], y[rows], rings, margin)):
            ring = rings[number]
            what = f"exclusion {number}" if number else "the outline"
            wrong = inside if number else ~inside
            if wrong.any():
                _tell(found, plan, k, rows[wrong], what, ring, x, y, margin)
            if (near & ~wrong).any():
                _tell(found, plan, k, rows[near & ~wrong], what, ring, x, y, margin, near=True)


def _tell(
    found: Findings,
    plan: Plan,
    k: int,
    rows: Integers,
    what: str,
    ring: Ring,
    x: Integers,
    y: Integers,
    margin: int,
    *,
    near: bool = False,
) -> None:
    told = rows[:ROWS_TOLD_MAX].tolist()
    away = [distance_um(int(x[row]), int(y[row]), ring) for row in told]
    wrong_side = "inside " if what != "the outline" else "outside "
    note = f"too near to {what}" if near else wrong_side + what
    found.rule(
        "margin_um_min",
        min(away) if near else -max(away),
        margin,
        "um",
        zone=plan.prescription.zones[k].name,
        pricks=tuple(told),
        note=note,
        origin="prescription",
    )


def check_spacing(
    plan: Plan, bounds: Bounds, x: Integers, y: Integers, zone: Integers, found: Findings
) -> bool:
    """Measure all pricks against each other; return True if none are too near.

    Between two zones the larger of their least spacings holds.
    """
    spaced = True
    least = [bounds["spacing_um_min", k].value for k in range(len(plan.zones))]
    groups = [np.flatnonzero(zone == k) for k in range(len(plan.zones))]
    for k, rows in enumerate(groups):
        if not is_spaced(x[rows], y[rows], least[k]):
            spaced = False
            _tell_pairs(found, plan, bounds, rows, k, k, x, y)
    for k, rows in enumerate(groups):
        for j in range(k):
            both = _close(x, y, groups[j], rows, max(least[j], least[k]))
            if len(both):
                spaced &= not _tell_pairs(found, plan, bounds, both, j, k, x, y, zone)
    return spaced


def _close(x: Integers, y: Integers, one: Integers, two: Integers, reach: int) -> Integers:
    """Return the rows of both groups that lie within `reach` of the other's box."""
    if not len(one) or not len(two):
        return one[:0]
    kept = []
    for mine, other in ((one, two), (two, one)):
        near = (x[mine] > x[other].min() - reach) & (x[mine] < x[other].max() + reach)
        near &= (y[mine] > y[other].min() - reach) & (y[mine] < y[other].max() + reach)
        kept.append(mine[near])
    if not len(kept[0]) or not len(kept[1]):
        return one[:0]
    return np.concatenate(kept)


def _tell_pairs(
    found: Findings,
    plan: Plan,
    bounds: Bounds,
    rows: Integers,
    j: int,
    k: int,
    x: Integers,
    y: Integers,
    zone: Integers | None = None,
) -> bool:
    """Note the pairs of `rows` that are too near (of two zones, if `zone` is given)."""
    bound = max(bounds["spacing_um_min", j], bounds["spacing_um_min", k], key=lambda b: b.value)
    worst, told = None, []
    for a, b, square in near_pairs(x[rows], y[rows], bound.value):
        first, second = sorted((int(rows[a]), int(rows[b])))
        if zone is not None and zone[first] == zone[second]:
            continue
        worst = square if worst is None else min(worst, square)
        told.append((first, second))
    if worst is None:
        return False
    told.sort()
    pricks = tuple(dict.fromkeys(row for pair in told for row in pair))[:ROWS_TOLD_MAX]
    names = plan.prescription.zones
    note = f"{len(told)} pairs"
    if j != k:
        note += f" across zones {names[j].name!r} and {names[k].name!r}"
    found.limit(bound, isqrt(worst), names[k].name, pricks, note)
    return True


def check_discs(
    plan: Plan,
    bounds: Bounds,
    x: Integers,
    y: Integers,
    zone: Integers,
    dose: Integers,
    spaced: bool,
    found: Findings,
) -> None:
    """Add up the dose within 1 cm2 around each prick, whatever zone it comes from."""
    caps = [bounds["area_dose_nl_per_cm2_max", k] for k in range(len(plan.zones))]
    least = min(bounds["spacing_um_min", k].value for k in range(len(plan.zones)))
    if spaced and most_in_disc(least) * int(dose.max()) <= min(one.value for one in caps):
        return
    sums = disc_sums(x, y, dose)
    for k, bound in enumerate(caps):
        broken = (zone == k) & (sums > bound.value)
        if broken.any():
            found.limit(
                bound, int(sums[broken].max()), plan.prescription.zones[k].name, rows_of(broken)
            )
