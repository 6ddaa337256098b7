"""Each point's nearest others: exact, ties by index, over a grid that is searched ring by ring."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.fast import Flat, flat, kernel, part
from mesogun.planning.place.raster import Integers

ALL_PAIRS_MAX = 700
"""Up to so many points, looking at every pair in numpy is quicker than a grid."""
FAR = 1 << 62
CELL_POINTS = 2
"""How many points a cell holds, were they spread evenly."""
RINGS_MAX = 5
"""For others all round it a point looks no farther than so many cells."""


class Near(NamedTuple):
    """The near others of each point: nearest first, the lower index first."""

    each: int
    """How many there is room for."""
    which: Integers
    """Point p's are those from p * each on."""
    square: Integers
    """How far each is, squared; FAR where there is none."""


def nearest(x: Integers, y: Integers, z: Integers, most: int) -> Near:
    """Return the near others of each point: the `most` nearest, and the nearest all round it.

    All round: the two nearest in each quadrant, or, where z differs, the nearest in each octant;
    so that points in clumps know others than those of their own clump. Far away they are not
    looked for.

    Coordinates are um, up to 2 m from each other; two points at least.
    """
    count = len(x)
    x, y, z = x - x.min(), y - y.min(), z - z.min()
    sectors = 8 if z.any() else 4
    if count <= ALL_PAIRS_MAX:
        return _merged(_of_all_pairs(x, y, z, most, sectors), count)
    cell, wide, deep, high = _cells(x, y, z)
    key = (z // cell * deep + y // cell) * wide + x // cell
    row = np.argsort(key, kind="stable")
    first = np.searchsorted(key[row], np.arange(wide * deep * high + 1))
    xs, ys, zs, rows = (flat(one, count) for one in (x[row], y[row], z[row], row))
    room = count * (most + 8)
    which = flat(np.zeros(room, dtype=np.int64), count)
    square = flat(np.full(room, FAR), count)
    search.at(count)(
        xs, ys, zs, rows, flat(first, count), cell, wide, deep, high, most, sectors, which, square
    )
    key = np.array(square).reshape(count, -1)
    key = np.where(key < FAR, key * count + np.array(which).reshape(count, -1), FAR)
    return _merged(key, count)


def _merged(key: Integers, count: int) -> Near:
    """Sort each point's row of numbers (square * count + index), each number once."""
    key = np.sort(key, axis=1, kind="stable")
    key[:, 1:][key[:, 1:] == key[:, :-1]] = FAR
    key = np.sort(key, axis=1, kind="stable")
    each = int((key < FAR).sum(axis=1).max())
    key = key[:, :each].ravel()
    none = key == FAR
    return Near(each, np.where(none, 0, key % count), np.where(none, FAR, key // count))


def _of_all_pairs(x: Integers, y: Integers, z: Integers, most: int, sectors: int) -> Integers:
    """Return each point's row of numbers, from all pairs of points."""
    count, per = len(x), 8 // sectors
    dx, dy, dz = x - x[:, None], y - y[:, None], z - z[:, None]
    key = (dx * dx + dy * dy + dz * dz) * count + np.arange(count)
    np.fill_diagonal(key, FAR)
    sector = (dx >= 0) + 2 * (dy >= 0) + 4 * (dz < 0)
    wanted = [(key, most)]
    wanted += [(np.where(sector == one, key, FAR), per) for one in range(sectors)]
    return np.concatenate(
        [np.partition(one, min(size, count) - 1, axis=1)[:, :size] for one, size in wanted],
        axis=1,
    )


def _cells(x: Integers, y: Integers, z: Integers) -> tuple[int, int, int, int]:
    """Return a cell's side, and how many lie side by side in x, y and z: few for the points."""
    spans = int(x.max()), int(y.max()), int(z.max())
    most = len(x) // CELL_POINTS
    low, high = 0, max(spans) + 1  # a side that makes too many cells, and one that does not
    while high - low > 1:
        side = (low + high) // 2
        count = 1
        for span in spans:
            count *= span // side + 1
        low, high = (side, high) if count > most else (low, side)
    wide, deep, tall = (span // high + 1 for span in spans)
    return high, wide, deep, tall


@part
def insert(away: int, other: int, base: int, size: int, which: Flat, square: Flat) -> None:
    """Sort another point into one of a point's lists, if it is near enough."""
    k = base + size - 1
    if away > square[k] or (away == square[k] and other > which[k]):
        return
    while k > base and (away < square[k - 1] or (away == square[k - 1] and other < which[k - 1])):
        square[k] = square[k - 1]
        which[k] = which[k - 1]
        k -= 1
    square[k] = away
    which[k] = other


@part
def take(
    p: int,
    from_row: int,
    to_row: int,
    x: Flat,
    y: Flat,
    z: Flat,
    row: Flat,
    most: int,
    sectors: int,
    which: Flat,
    square: Flat,
) -> None:
    """Sort a stretch of points into the lists of the p-th: over all, and by sector."""
    base = row[p] * (most + 8)
    per = 8 // sectors
    for q in range(from_row, to_row):
        if q == p:
            continue
        dx, dy, dz = x[q] - x[p], y[q] - y[p], z[q] - z[p]
        away = dx * dx + dy * dy + dz * dz
        insert(away, row[q], base, most, which, square)
        sector = (1 if dx >= 0 else 0) + (2 if dy >= 0 else 0) + (4 if dz < 0 else 0)
        insert(away, row[q], base + most + sector * per, per, which, square)


@kernel
def search(
    x: Flat,
    y: Flat,
    z: Flat,
    row: Flat,
    first: Flat,
    cell: int,
    wide: int,
    deep: int,
    high: int,
    most: int,
    sectors: int,
    which: Flat,
    square: Flat,
) -> None:
    """Fill in the near others of all points; columns come cell by cell, `row` tells whose."""
    per = 8 // sectors
    rings = max(wide, deep, high)
    for p in range(len(x)):
        cx, cy, cz = x[p] // cell, y[p] // cell, z[p] // cell
        base = row[p] * (most + 8)
        ring = 0
        farthest = FAR
        while ring <= rings and (ring < 2 or farthest > (ring - 1) * cell * (ring - 1) * cell):
            for iz in range(max(cz - ring, 0), min(cz + ring, high - 1) + 1):
                for iy in range(max(cy - ring, 0), min(cy + ring, deep - 1) + 1):
                    line = (iz * deep + iy) * wide
                    if abs(iz - cz) == ring or abs(iy - cy) == ring:
                        low, top = max(cx - ring, 0), min(cx + ring, wide - 1)
                        take(
                            p,
                            first[line + low],
                            first[line + top + 1],
                            x,
                            y,
                            z,
                            row,
                            most,
                            sectors,
                            which,
                            square,
                        )
                        continue
                    for ix in (cx - ring, cx + ring):
                        if 0 <= ix < wide:
                            take(
                                p,
                                first[line + ix],
                                first[line + ix + 1],
                                x,
                                y,
                                z,
                                row,
                                most,
                                sectors,
                                which,
                                square,
                            )
            farthest = square[base + most - 1]
            if ring < RINGS_MAX:
                for k in range(base + most + per - 1, base + most + 8, per):
                    farthest = max(farthest, square[k])
            ring += 1
