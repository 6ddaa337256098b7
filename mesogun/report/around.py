"""Dose around each prick of a surface: what a ball as wide as a disc of 1 cm² holds.

On a curved body there is no disc to slide. A ball around a prick takes in every prick that lies
within a disc's radius of it along the skin, and those across a fold as well: never less.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesogun.report.density import counted_nl
from mesogun.report.disc import RADIUS_MM
from mesogun.report.rows import Row

ROWS_AT_ONCE = 512


def fullest_nl(rows: Sequence[Row]) -> int:
    """Return the most that a ball around one of the pricks holds."""
    place = np.array([(row.x_um, row.y_um, row.z_um) for row in rows], dtype=np.float64)
    place = place.reshape(-1, 3) / 1000
    dose = np.array([counted_nl(row) for row in rows], dtype=np.int64)
    most = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        gap = place[start : start + ROWS_AT_ONCE, None, :] - place[None, :, :]
        near = (gap * gap).sum(axis=2) <= RADIUS_MM * RADIUS_MM
        most = max(most, int((near * dose).sum(axis=1).max()))
    return most
