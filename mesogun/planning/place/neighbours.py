"""Which pricks lie within a distance of each other: a cell list over whole numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mesogun.planning.place.raster import Integers

PAIRS_AT_ONCE = 2_000_000


def pairs_within(
    x_um: Integers, y_um: Integers, radius_um: int
) -> Iterator[tuple[Integers, Integers]]:
    """Yield, in chunks, every pair of points at most `radius_um` apart, once, as index arrays."""
    if not len(x_um):
        return
    cx, cy = (x_um - x_um.min()) // radius_um, (y_um - y_um.min()) // radius_um
    wide = int(cx.max()) + 3
    key = cy * wide + cx
    order = np.argsort(key, kind="stable")
    key = key[order]
    xs, ys = x_um[order], y_um[order]
    count = len(xs)
    # in sorted order the cells to visit are two stretches: the rest of this cell and the next
    # one in the row, and three cells of the row above
    own = np.arange(count) + 1, np.searchsorted(key, key + 2)
    above = np.searchsorted(key, key + wide - 1), np.searchsorted(key, key + wide + 2)
    for first, stop in (own, above):
        for a, b in _stretches(first, stop):
            dx, dy = xs[a] - xs[b], ys[a] - ys[b]
            near = dx * dx + dy * dy <= radius_um * radius_um
            yield order[a[near]], order[b[near]]


def _stretches(first: Integers, stop: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Yield, in chunks, (k, m) for every k and every first[k] <= m < stop[k]."""
    lengths = stop - first
    ends = np.cumsum(lengths)
    start = 0
    while start < len(lengths):
        done = int(ends[start] - lengths[start])
        until = max(start + 1, int(np.searchsorted(ends, done + PAIRS_AT_ONCE, side="right")))
        part = slice(start, until)
        k = np.repeat(np.arange(start, until), lengths[part])
        before = ends[part] - lengths[part] - done
        yield k, np.arange(len(k)) + np.repeat(first[part] - before, lengths[part])
        start = until


def near(
    points: tuple[Integers, Integers], others: tuple[Integers, Integers], reach_um: int
) -> Iterator[tuple[Integers, Integers]]:
    """Yield, in chunks, pairs (point, other): all at most `reach_um` apart, and some farther.

    The points' own indices never fall from one pair to the next within a chunk.
    """
    (x, y), (other_x, other_y) = points, others
    if not len(x) or not len(other_x):
        return
    left = min(int(x.min()), int(other_x.min()))
    low = min(int(y.min()), int(other_y.min()))
    column, row = (x - left) // reach_um, (y - low) // reach_um
    other_column, other_row = (other_x - left) // reach_um, (other_y - low) // reach_um
    wide = max(int(column.max()), int(other_column.max())) + 3
    key = other_row * wide + other_column + 1
    order = np.argsort(key, kind="stable")
    key = key[order]
    # three cells of three rows, row after row: a search for each point and row
    base = ((row[:, None] + np.arange(-1, 2)) * wide + column[:, None]).ravel()
    first, stop = np.searchsorted(key, base), np.searchsorted(key, base + 3)
    for k, m in _stretches(first, stop):
        yield k // 3, order[m]
