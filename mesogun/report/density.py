"""Dose per square centimetre, by a disc of 1 cm² that slides over the skin.

Two figures come of it. What the fullest disc holds is what a bound on the dose per area is meant
for, and is exact. For the picture each point of a grid gets the mean of all discs that hold it: a
single disc jumps by a whole dose with every prick it takes in, which draws a pattern of discs and
not the treatment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesogun.report.disc import RADIUS_MM, Drop, Fullest, fullest
from mesogun.report.geometry import Box
from mesogun.report.rows import Row

_CELLS = 60_000
_FINEST_MM = 0.5

Grid = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """Dose per cm² on the points of a grid over all zones."""

    box: Box
    """Outer edges of the grid's cells."""
    step_mm: float
    mean_nl: Grid
    """nL per cm²: the mean of all discs that hold the point. Rows from the top."""
    fullest: Fullest

    @property
    def top_nl(self) -> float:
        """The largest mean."""
        return float(self.mean_nl.max())


def counted_nl(row: Row) -> int:
    """Return what a prick adds: the dose measured; in doubt, the whole of it, to be safe."""
    if row.mark in ("planned", "in_doubt"):
        return row.dose_nl_planned
    return row.dose_nl_given or 0


def drop_of(row: Row) -> Drop:
    """Return where a prick is and what it adds."""
    return row.x_um / 1000, row.y_um / 1000, counted_nl(row)


def density(rows: Sequence[Row], box: Box) -> Density:
    """Return the dose per cm² over `box`, on a grid as fine as 60,000 points allow."""
    step = max(_FINEST_MM, (box.width * box.height / _CELLS) ** 0.5)
    wide, high = (max(1, int(side / step) + 1) for side in (box.width, box.height))
    mean = np.zeros((high, wide))
    drops = [drop_of(row) for row in rows]
    for drop in drops:
        _add(mean, drop, box, step)
    middle = (box.x + box.width / 2, box.y + box.height / 2)
    whole = Box(box.x, box.y, wide * step, high * step)
    return Density(whole, step, mean, fullest(drops, middle))


def _add(mean: Grid, drop: Drop, box: Box, step: float) -> None:
    """Add one prick to the points that it reaches."""
    x, y = (drop[0] - box.x) / step - 0.5, (drop[1] - box.y) / step - 0.5
    reach = int(2 * RADIUS_MM / step) + 2
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    right, low = min(mean.shape[1], int(x) + reach + 1), min(mean.shape[0], int(y) + reach + 1)
    if left >= right or top >= low:
        return
    across = (np.arange(left, right) - x) * step
    down = (np.arange(top, low) - y) * step
    mean[top:low, left:right] += drop[2] * _common(np.hypot(across[None, :], down[:, None]))


def _common(off_mm: Grid) -> Grid:
    """Return the part that two discs of 1 cm² have in common, their middles `off_mm` apart."""
    half = np.clip(off_mm / (2 * RADIUS_MM), 0.0, 1.0)
    part: Grid = (2 / np.pi) * (np.arccos(half) - half * np.sqrt(1 - half * half))
    return part
