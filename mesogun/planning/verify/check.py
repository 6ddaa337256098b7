"""The independent check: every limit recomputed from the prescription, every prick measured.

It shares no code with the planner (types, errors, numpy and the standard library only), so that one
mistake does not hide another. It names every violation, not the first.
"""

from __future__ import annotations

import numpy as np

from mesogun.errors import LimitsExceeded
from mesogun.planning.plan import Plan, VerifiedPlan, sealed
from mesogun.planning.verify.findings import Findings, Integers
from mesogun.planning.verify.limits import Bounds, check_limits, tightest
from mesogun.planning.verify.places import check_discs, check_places, check_spacing
from mesogun.planning.verify.sums import (
    check_depths,
    check_doses,
    check_numbers,
    check_time,
    check_zones,
)

COORDINATE_UM_MAX = 10_000_000
"""Beyond it, products of differences might not fit 64 bits."""


def verify(plan: Plan) -> VerifiedPlan:
    """Return `plan` as one that may be run, after every limit has been checked on every prick.

    Raises:
        LimitsExceeded: with every violation as data. Nothing may be fired from this plan.
    """
    found = Findings()
    _check_shape(plan, found)
    _stop_if_any(found)  # the checks below trust shapes and ranges
    bounds = tightest(plan.prescription, found)
    if bounds is None:
        raise LimitsExceeded(tuple(found.all))
    x, y = plan.pricks.x_um.astype(np.int64), plan.pricks.y_um.astype(np.int64)
    zone, dose = plan.pricks.zone.astype(np.int64), plan.pricks.dose_nl.astype(np.int64)
    check_limits(plan, bounds, found)
    check_zones(plan, bounds, zone, dose, found)
    check_numbers(plan, bounds, zone, found)
    check_doses(plan, bounds, zone, dose, found)
    check_depths(plan, bounds, zone, found)
    check_places(plan, bounds, x, y, zone, found)
    spaced = check_spacing(plan, bounds, x, y, zone, found)
    check_discs(plan, bounds, x, y, zone, dose, spaced, found)
    check_time(plan, x, y, zone, dose, found)
    _stop_if_any(found)
    return sealed(plan, plan.digest())


def _stop_if_any(found: Findings) -> None:
    if found.all:
        raise LimitsExceeded(tuple(found.all))


def _check_shape(plan: Plan, found: Findings) -> None:
    """Make sure that the columns are what they claim to be, before anything is computed on them."""
    table = plan.pricks
    columns = {
        "x_um": table.x_um,
        "y_um": table.y_um,
        "z_um": table.z_um,
        "depth_um": table.depth_um,
        "dose_nl": table.dose_nl,
        "zone": table.zone,
        "shot": table.shot,
    }
    for name, values in columns.items():
        whole = isinstance(values, np.ndarray) and values.dtype == np.dtype("<i4")
        if not whole or values.ndim != 1 or len(values) != len(table.x_um):
            found.rule("columns", 0, 1, "column", note=f"{name} is no column of 32-bit numbers")
        elif values.flags.writeable:
            found.rule("columns", 1, 0, "column", note=f"{name} can still be changed")
    if len(plan.zones) != len(plan.prescription.zones) or not plan.zones:
        found.rule("zones", len(plan.zones), len(plan.prescription.zones), "zones")
    if len(table.x_um) == 0:
        found.rule("pricks", 0, 1, "pricks", note="a plan without a prick")
    if found.all:
        return
    _check_range("zone", table.zone.astype(np.int64), 0, len(plan.zones) - 1, found)
    for name in ("x_um", "y_um"):
        values = columns[name]
        _check_range(name, values.astype(np.int64), -COORDINATE_UM_MAX, COORDINATE_UM_MAX, found)
    for k, one in enumerate(plan.prescription.zones):
        rings = (one.outline_um, *one.exclusions_um)
        far = max((max(abs(a), abs(b)) for ring in rings for a, b in ring), default=0)
        if far > COORDINATE_UM_MAX or any(len(ring) < 3 for ring in rings):
            found.rule("outline", far, COORDINATE_UM_MAX, "um", zone=plan.zones[k].name)
        if int(one.rate_nl_per_s) <= 0:
            found.rule("rate_nl_per_s", int(one.rate_nl_per_s), 1, "nl/s", zone=one.name)
    motion = plan.prescription.motion
    if min(motion.needle_um_per_s, motion.travel_um_per_s) <= 0:
        found.rule("motion", 0, 1, "um/s", note="a speed is not above 0")


def _check_range(name: str, values: Integers, low: int, high: int, found: Findings) -> None:
    broken = (values < low) | (values > high)
    if broken.any():
        first = int(np.flatnonzero(broken)[0])
        rows = tuple(np.flatnonzero(broken)[:100].tolist())
        bound = low if values[first] < low else high
        found.rule(name, int(values[first]), bound, "", pricks=rows, note="out of range")


__all__ = ["Bounds", "verify"]
