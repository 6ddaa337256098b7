"""Are the columns what they claim to be, before anything is computed on them?

Part of the independent check.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.pricks import LAYERS
from mesogun.planning.verify.findings import Findings, Integers, Truths, rows_of
from mesogun.planning.verify.near import Points

COORDINATE_UM_MAX = 10_000_000
"""Beyond it, products of differences might not fit 64 bits."""
MOST = int(np.iinfo(np.int32).max)
ON_A_SURFACE = ("nx", "ny", "nz", "face")
OF_A_HEAD = ("head", "needle")


class Rows(NamedTuple):
    """A plan's columns in 64 bits, one row a prick, and what belongs together."""

    x: Integers
    y: Integers
    z: Integers
    depth: Integers
    dose: Integers
    zone: Integers
    shot: Integers
    """Counted here, from 0: what the plan numbers otherwise is told, and the check goes on."""
    begins: Integers
    """The first row of each shot, and, at the end, the number of rows."""
    settled: Truths
    """What is done with, and exempt from what is asked of a dose still to be given."""

    @property
    def points(self) -> Points:
        """Where the pricks are."""
        return self.x, self.y, self.z

    @property
    def first(self) -> Integers:
        """The first row of each shot."""
        return self.begins[:-1]


def rows_of_plan(plan: Plan) -> Rows:
    """Return the columns of `plan`, which were checked to be columns."""
    table = plan.pricks
    count = len(table)
    if table.head is None:
        shot = np.arange(count)
        begins = np.arange(count + 1)
    else:
        new = np.flatnonzero(table.shot[1:] != table.shot[:-1]) + 1
        begins = np.concatenate((np.zeros(1, dtype=np.int64), new, np.array([count])))
        shot = np.repeat(np.arange(len(begins) - 1), np.diff(begins))
    settled = np.zeros(count, dtype=np.bool_)
    if plan.settled is not None:
        settled[[one for one in plan.settled.rows if 0 <= one < count]] = True
    wide = (table.x_um, table.y_um, table.z_um, table.depth_um, table.dose_nl, table.zone)
    x, y, z, depth, dose, zone = (one.astype(np.int64) for one in wide)
    return Rows(x, y, z, depth, dose, zone, shot, begins, settled)


def check_columns(plan: Plan, found: Findings) -> None:
    """Make sure that every column holds 32-bit numbers in range, and that the right ones are there.

    What is noted here stops the check: nothing that follows could be trusted.
    """
    table = plan.pricks
    for name, values in table.columns():
        whole = isinstance(values, np.ndarray) and values.dtype == np.dtype("<i4")
        if not whole or values.ndim != 1 or len(values) != len(table.x_um):
            found.rule("columns", 0, 1, "column", note=f"{name} is no column of 32-bit numbers")
        elif values.flags.writeable:
            found.rule("columns", 1, 0, "column", note=f"{name} can still be changed")
    if len(plan.zones) != len(plan.prescription.zones) or not plan.zones:
        found.rule("zones", len(plan.zones), len(plan.prescription.zones), "zones")
    _check_kind(plan, found)
    _check_which(plan, found)
    if found.all:
        return
    most = COORDINATE_UM_MAX
    _check_range(plan, "zone", 0, len(plan.zones) - 1, found)
    for name in ("x_um", "y_um", "z_um"):
        _check_range(plan, name, -most, most, found)
    for name in ("dose_nl", "depth_um"):
        _check_range(plan, name, 0, MOST, found)
    _check_range(plan, "layer", 0, len(LAYERS) - 1, found)
    if plan.prescription.surface is not None:
        _check_range(plan, "face", 0, len(plan.prescription.surface.faces) - 1, found)
    _check_range(plan, "head", 0, len(plan.prescription.heads) - 1, found)


def _check_kind(plan: Plan, found: Findings) -> None:
    """A plan has pricks, or the strokes of a pen or a roller; never both."""
    if plan.prescription.needling is not None:
        if len(plan.pricks):
            note = "a pen or a roller makes strokes: none of its pricks has a place"
            found.rule("pricks", len(plan.pricks), 0, "pricks", note=note)
    elif not len(plan.pricks):
        found.rule("pricks", 0, 1, "pricks", note="a plan without a prick")
    if plan.strokes and plan.prescription.needling is None:
        found.rule(
            "strokes", len(plan.strokes), 0, "strokes", note="no pen or roller is prescribed"
        )


def _check_which(plan: Plan, found: Findings) -> None:
    """On a surface pricks have a face and a direction, else none; needles go with heads."""
    there = {name for name, _ in plan.pricks.columns()}
    wanted = set(ON_A_SURFACE) if plan.prescription.surface is not None else set()
    if "head" in there or "needle" in there:
        wanted |= set(OF_A_HEAD)
    for name in (*ON_A_SURFACE, *OF_A_HEAD):
        if (name in there) != (name in wanted):
            is_there = name in there
            what = "is there, where it means nothing" if is_there else "is missing"
            found.rule("columns", int(is_there), 1 - int(is_there), "column", note=f"{name} {what}")


def _check_range(plan: Plan, name: str, low: int, high: int, found: Findings) -> None:
    values = dict(plan.pricks.columns()).get(name)
    if values is None:
        return
    broken = (values < low) | (values > high)
    if broken.any():
        rows = rows_of(broken)
        value = int(values[rows[0]])
        found.rule(name, value, min(max(value, low), high), "", pricks=rows, note="out of range")
