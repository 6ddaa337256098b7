"""Are all pricks far enough apart, and is no square centimetre too full? Exactly, over all zones.

Part of the independent check: shares nothing with the planner.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mesogun.planning.verify.findings import Integers

DISC_RADIUS_UM = 5_642
"""A disc of 1 cm2."""
CELLS_MAX = 4_000_000
CELLS_AT_ONCE = 16_384
"""Few enough that a processor keeps them at hand."""
SPACING_UM_32_BITS = 10_000
HALF = ((0, 1), (0, 2), *((1, k) for k in range(-2, 3)), *((2, k) for k in range(-1, 2)))
"""(rows, columns) to every cell that can hold a point too near, one of each two directions."""
PAIRS_AT_ONCE = 1_000_000


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
        return next(near_pairs(x, y, spacing_um), None) is None
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


def near_pairs(x: Integers, y: Integers, below_um: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first, second, squared distance) of every pair nearer than `below_um`."""
    for a, b, square in _chunks(x, y, below_um):
        broken = square < below_um * below_um
        yield from zip(a[broken].tolist(), b[broken].tolist(), square[broken].tolist(), strict=True)


def disc_sums(x: Integers, y: Integers, dose: Integers) -> Integers:
    """Return the dose within 1 cm2 around each point, its own included."""
    total = dose.astype(np.int64).copy()
    for a, b, square in _chunks(x, y, DISC_RADIUS_UM + 1):
        near = square <= DISC_RADIUS_UM * DISC_RADIUS_UM
        a, b = a[near], b[near]
        # sums of whole numbers below 2**53: exact
        total += np.bincount(a, weights=dose[b], minlength=len(x)).astype(np.int64)
        total += np.bincount(b, weights=dose[a], minlength=len(x)).astype(np.int64)
    return total


def most_in_disc(spacing_um: int) -> int:
    """Return more points than fit into a disc of 1 cm2 at this spacing (Groemer's inequality).

    n <= 2/sqrt(3) * area / spacing^2 + perimeter / (2 * spacing) + 1, constants rounded up.
    """
    square = spacing_um * spacing_um
    return (115_475_000 + 17_726 * spacing_um + square) // square


def _chunks(
    x: Integers, y: Integers, reach_um: int
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Yield index arrays and squared distances of all pairs in the same or in touching cells."""
    if len(x) < 2:
        return
    column, row = (x - x.min()) // reach_um, (y - y.min()) // reach_um
    stride = int(column.max()) + 2
    name = row * stride + column
    order = np.argsort(name, kind="stable")
    names = name[order]
    own_stop = np.searchsorted(names, names, side="right")
    here = np.arange(len(x))
    for shift in (0, 1, stride - 1, stride, stride + 1):
        if shift == 0:
            first, stop = here + 1, own_stop
        else:
            first = np.searchsorted(names, names + shift, side="left")
            stop = np.searchsorted(names, names + shift, side="right")
        counts = stop - first
        for start in _cuts(counts):
            part = counts[start]
            a = np.repeat(here[start], part)
            b = np.arange(len(a)) + np.repeat(first[start] - (np.cumsum(part) - part), part)
            i, j = order[a], order[b]
            gx, gy = x[i] - x[j], y[i] - y[j]
            yield i, j, gx * gx + gy * gy


def _cuts(counts: Integers) -> Iterator[slice]:
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + PAIRS_AT_ONCE, side="right")))
        yield slice(start, stop)
        start = stop
