"""Where the pricks lie in a plane: inside their outlines and outside of exclusions, by the margin.

Part of the independent check.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Ring
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers, rows_of
from mesogun.planning.verify.limits import Bounds
from mesogun.planning.verify.region import distance_um, place_in_zone


def check_places(plan: Plan, bounds: Bounds, of_plan: Rows, found: Findings) -> None:
    """Measure every prick against its zone's outline and exclusions, and its height."""
    x, y, zone = of_plan.x, of_plan.y, of_plan.zone
    lifted = of_plan.z != 0
    if lifted.any():
        told = rows_of(lifted)
        value = int(of_plan.z[told[0]])
        found.rule("z_um", value, 0, "um", pricks=told, note="the zones are flat")
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
