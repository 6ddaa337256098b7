"""Are points of a plane far enough apart? Exactly, on one grid.

Part of the independent check: shares nothing with the planner.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mesogun.planning.verify.findings import Integers
from mesogun.planning.verify.near import near_pairs

CELLS_MAX = 4_000_000
CELLS_AT_ONCE = 16_384
"""Few enough that a processor keeps them at hand."""
SPACING_UM_32_BITS = 10_000
HALF = ((0, 1), (0, 2), *((1, k) for k in range(-2, 3)), *((2, k) for k in range(-1, 2)))
"""(rows, columns) to every cell that can hold a point too near, one of each two directions."""


def is_spaced(x: Integers, y: Integers, spacing_um: int) -> bool:
    """Tell whether no two points are nearer than `spacing_um`.

    Cells are so small that two points in one are too near, and so large that only cells up to two
    apart (without the corners) can hold points that are too near: ten shifts of one grid see every
    pair. What the grid holds where no point is does not count, whatever is computed from it.
    """
    if len(x) < 2:
        return True
    cell = max(1, isqrt(spacing_um * spacing_um // 2))
    left, low = x.min(), y.min()
    across, up = (x - left) // cell, (y - low) // cell
    wide, high = int(across.max()) + 3, int(up.max()) + 1
    if wide * high > CELLS_MAX + 16 * len(x):
        return next(near_pairs((x, y, np.zeros_like(x)), spacing_um), None) is None
    at = up * wide + across
    # points three cells apart differ by less than 4 cells each way: squares fit 32 bits or 64
    kind: type[np.int32 | np.int64] = np.int32 if spacing_um <= SPACING_UM_32_BITS else np.int64
    full = np.zeros(wide * high, dtype=np.bool_)
    full[at] = True
    if np.count_nonzero(full) != len(x):
        return False
    gx: npt.NDArray[Any] = np.zeros(wide * high, dtype=kind)
    gy: npt.NDArray[Any] = np.zeros(wide * high, dtype=kind)
    gx[at], gy[at] = x - left, y - low
    square = spacing_um * spacing_um
    for start in range(0, len(full), CELLS_AT_ONCE):
        for rows, columns in HALF:
            shift = rows * wide + columns
            stop = min(start + CELLS_AT_ONCE, len(full) - shift)
            here, there = slice(start, stop), slice(start + shift, stop + shift)
            if start >= stop:
                continue
            dx, dy = gx[there] - gx[here], gy[there] - gy[here]
            near = dx * dx + dy * dy < square
            if bool((near & full[there] & full[here]).any()):
                return False
    return True
