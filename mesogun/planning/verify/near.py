"""Which points lie near to which: cells, so that the work grows with the points and no faster.

Part of the independent check. Points are three columns of whole um; flat ones have z = 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from mesogun.planning.verify.findings import Integers, Truths

PAIRS_AT_ONCE = 1_000_000
CELLS_ACROSS_MAX = 1_000_000
"""In each direction: three of them name a cell within 64 bits."""

Points = tuple[Integers, Integers, Integers]
Pairs = tuple[Integers, Integers, Integers]
"""Index of the first, index of the second, squared distance."""


def taken(points: Points, rows: Integers) -> Points:
    """Return some of the points."""
    x, y, z = points
    return x[rows], y[rows], z[rows]


def spread(first: Integers, stop: Integers) -> tuple[Integers, Integers]:
    """Return (k, m) for every k and every first[k] <= m < stop[k], k rising, then m."""
    counts = stop - first
    k = np.repeat(np.arange(len(counts)), counts)
    return k, np.arange(len(k)) + np.repeat(first - (np.cumsum(counts) - counts), counts)


def cuts(counts: Integers, most: int = PAIRS_AT_ONCE) -> Iterator[slice]:
    """Cut a sequence where its counts add up to `most`; a single one may have more."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + most, side="right")))
        yield slice(start, stop)
        start = stop


class Cells:
    """Points sorted into cubes of at least `reach_um`: what is within reach is in touching ones."""

    __slots__ = ("_low", "_names", "_order", "_points", "_side", "_stride", "_tall")

    def __init__(self, points: Points, reach_um: int) -> None:
        self._points = points
        self._low = [int(one.min()) for one in points]
        extents = [int(one.max()) - low for one, low in zip(points, self._low, strict=True)]
        self._side = max(reach_um, max(extents) // CELLS_ACROSS_MAX + 1)
        across, up, high = (extent // self._side + 1 for extent in extents)
        # an empty cell at the end of each row and layer: the next one begins beyond every neighbour
        self._stride = (1, across + 2, (across + 2) * (up + 2))
        self._tall = high > 1
        names = self._named(points)
        self._order = np.argsort(names, kind="stable")
        self._names = names[self._order]

    def _named(self, points: Points) -> Integers:
        parts = zip(points, self._low, self._stride, strict=True)
        name: Integers = np.sum([(one - low) // self._side * by for one, low, by in parts], axis=0)
        return name

    def pairs(self) -> Iterator[Pairs]:
        """Yield each pair of points in the same or in touching cells once."""
        here = np.arange(len(self._names))
        next_cell = np.searchsorted(self._names, self._names + 1, side="right")
        yield from self._between(self._order, self._points, here + 1, next_cell)
        _, row, layer = self._stride
        above = [row] + ([layer - row, layer, layer + row] if self._tall else [])
        for shift in above:
            first, stop = self._beside(self._names + shift)
            yield from self._between(self._order, self._points, first, stop)

    def pairs_with(self, others: Points) -> Iterator[Pairs]:
        """Yield (other, point, squared distance) of those in the same or in touching cells."""
        there = np.flatnonzero(self._is_beside(others))
        names = self._named(taken(others, there))
        _, row, layer = self._stride
        # layers too where the points are flat: the others may lie above or below
        for shift in product((-layer, 0, layer), (-row, 0, row)):
            first, stop = self._beside(names + sum(shift))
            yield from self._between(there, others, first, stop)

    def _is_beside(self, others: Points) -> Truths:
        """Tell which of the others are not more than a cell beyond the box of the points."""
        near: Truths = np.logical_and.reduce(
            [
                (one >= own.min() - self._side) & (one <= own.max() + self._side)
                for own, one in zip(self._points, others, strict=True)
            ]
        )
        return near

    def _beside(self, names: Integers) -> tuple[Integers, Integers]:
        """Return where the points of three cells in a row begin and stop."""
        return (
            np.searchsorted(self._names, names - 1, side="left"),
            np.searchsorted(self._names, names + 1, side="right"),
        )

    def _between(
        self, of: Integers, points: Points, first: Integers, stop: Integers
    ) -> Iterator[Pairs]:
        for part in cuts(stop - first):
            k, m = spread(first[part], stop[part])
            i, j = of[part][k], self._order[m]
            square = np.zeros_like(i)
            for one, own in zip(points, self._points, strict=True):
                gap = one[i] - own[j]
                square += gap * gap
            yield i, j, square


def near_pairs(points: Points, below_um: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first, second, squared distance) of every pair nearer than `below_um`."""
    if len(points[0]) < 2:
        return
    for a, b, square in Cells(points, below_um).pairs():
        broken = square < below_um * below_um
        yield from zip(a[broken].tolist(), b[broken].tolist(), square[broken].tolist(), strict=True)
