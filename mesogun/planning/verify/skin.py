"""How thick the skin is where each prick may land. Part of the independent check."""

from __future__ import annotations

import numpy as np

from mesogun.planning.prescription import HOLE, Raster, Surface
from mesogun.planning.verify.findings import Integers
from mesogun.planning.verify.near import Points, cuts, spread

THICKEST = 2**62
"""More than any map holds."""
CELLS_OF_A_FACE = 16
"""Cells grow until faces lie in so many on average."""


def thinnest_of_map(raster: Raster, x: Integers, y: Integers, reach_um: int) -> Integers:
    """Return the least value of all cells that touch a disc around each point.

    `HOLE`, which is below every thickness, where one of them is a hole or not in the map. A disc
    touches, in each row of cells, those between two columns: the least value between them is the
    lesser one of two stretches that overlap, each as long as a power of two.
    """
    cell = raster.cell_um
    values = np.array(raster.values, dtype=np.int64).reshape(-1, raster.columns)
    # beyond the map nothing is known: one cell of that all around stands for all that follow
    values = np.pad(values, 1, constant_values=HOLE)
    high, wide = values.shape
    tables = _stretches(values, 2 * reach_um // cell + 3)
    x, y = x - raster.left_um, y - raster.low_um
    lowest = -((reach_um - y) // cell) - 1
    least = np.full(len(x), THICKEST, dtype=np.int64)
    for up in range(2 * reach_um // cell + 3):
        row = lowest + up
        beside = np.maximum(np.maximum(row * cell - y, y - (row + 1) * cell), 0)
        mine = np.flatnonzero(beside <= reach_um)
        if not len(mine):
            continue
        room = reach_um * reach_um - beside[mine] * beside[mine]
        half = _root(room)
        first = -((half - x[mine]) // cell) - 1
        last = (x[mine] + half) // cell
        first, last = (np.clip(one + 1, 0, wide - 1) for one in (first, last))
        size = np.frexp((last - first + 1).astype(np.float64))[1] - 1
        at = np.clip(row[mine] + 1, 0, high - 1)
        one = np.minimum(tables[size, at, first], tables[size, at, last + 1 - (1 << size)])
        least[mine] = np.minimum(least[mine], one)
    return least


def _stretches(values: Integers, longest: int) -> Integers:
    """Return the least of 1, 2, 4 … cells, as many as needed, from each cell on to the right."""
    tables, size = [values], 1
    while 2 * size <= min(values.shape[1], longest):
        one = tables[-1].copy()
        one[:, :-size] = np.minimum(one[:, :-size], tables[-1][:, size:])
        tables.append(one)
        size *= 2
    return np.stack(tables)


def _root(square: Integers) -> Integers:
    """Return the root, rounded down, of whole numbers below 2**52."""
    return np.sqrt(square.astype(np.float64)).astype(np.int64)


def thinnest_of_surface(
    surface: Surface, points: Points, face: Integers, reach_um: int
) -> Integers:
    """Return the least thickness at the corners of all faces that may be within reach of a prick.

    Those are its own face and each whose box (along the axes) is within reach: more than needed.
    `HOLE` where one of them is not known.
    """
    corners = np.array(surface.faces, dtype=np.int64)
    skin = np.array(surface.skin_um, dtype=np.int64)
    thin = np.minimum(np.minimum(skin[corners[:, 0]], skin[corners[:, 1]]), skin[corners[:, 2]])
    least = thin[face]
    lows, highs = _boxes(surface, corners)
    side = _side(lows, highs, reach_um)
    base = [int(one.min()) - reach_um for one in lows]
    wide = [
        (int(one.max()) + reach_um - low) // side + 2 for one, low in zip(highs, base, strict=True)
    ]
    of = np.arange(len(corners))
    name = np.zeros(len(corners), dtype=np.int64)
    own = np.zeros(len(face), dtype=np.int64)
    known = np.ones(len(face), dtype=np.bool_)
    for one, low, high, start, count in zip(points, lows, highs, base, wide, strict=True):
        first = (low[of] - reach_um - start) // side
        past = (high[of] + reach_um - start) // side + 1
        k, cell = spread(first, past)
        of, name = of[k], name[k] * count + cell
        at = (one - start) // side
        known &= (at >= 0) & (at < count)
        own = own * count + at
    order = np.argsort(name, kind="stable")
    names, of = name[order], of[order]
    rows = np.flatnonzero(known)
    begin = np.searchsorted(names, own[rows], side="left")
    stop = np.searchsorted(names, own[rows], side="right")
    for part in cuts(stop - begin):
        k, m = spread(begin[part], stop[part])
        row, other = rows[part][k], of[m]
        gap = np.zeros(len(row), dtype=np.int64)
        for one, low, high in zip(points, lows, highs, strict=True):
            away = np.maximum(np.maximum(low[other] - one[row], one[row] - high[other]), 0)
            gap += away * away
        near = gap <= reach_um * reach_um
        np.minimum.at(least, row[near], thin[other[near]])
    return least


def _boxes(surface: Surface, corners: Integers) -> tuple[list[Integers], list[Integers]]:
    """Return the least and greatest coordinates of every face, axis by axis."""
    lows, highs = [], []
    vertices = np.array(surface.vertices_um, dtype=np.int64)
    for axis in range(3):
        a, b, c = (vertices[corners[:, k], axis] for k in range(3))
        lows.append(np.minimum(np.minimum(a, b), c))
        highs.append(np.maximum(np.maximum(a, b), c))
    return lows, highs


def _side(lows: list[Integers], highs: list[Integers], reach_um: int) -> int:
    """Return a side of cells so large that faces, grown by the reach, lie in few of them."""
    side = max(100, reach_um)
    while True:
        count = np.ones(len(lows[0]), dtype=np.int64)
        for low, high in zip(lows, highs, strict=True):
            count *= (high - low + 2 * reach_um) // side + 2
        if int(count.sum()) <= CELLS_OF_A_FACE * len(count):
            return side
        side *= 2
