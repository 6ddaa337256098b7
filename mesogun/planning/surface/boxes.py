"""What lies near a place: boxes sorted into the cubes of a grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.place.raster import Integers

CUBES_MAX = 2_000_000


class Grid(NamedTuple):
    """Equal cubes that fill a box, numbered x slowest and z fastest."""

    left: int
    low: int
    deep: int
    """The corner with the least coordinates, um."""
    side: int
    nx: int
    ny: int
    nz: int

    @property
    def cubes(self) -> int:
        """Return how many there are."""
        return self.nx * self.ny * self.nz


class Boxes(NamedTuple):
    """Which boxes touch which cube: those of cube c are item[first[c]:first[c + 1]]."""

    grid: Grid
    first: Integers
    item: Integers


def grid_over(low: Integers, high: Integers, side_um: int) -> Grid:
    """Return cubes of at least `side_um` over the box from `low` to `high` (both in it)."""
    side = max(1, side_um)
    counts = [int(one) for one in (high - low) // side + 1]
    while counts[0] * counts[1] * counts[2] > CUBES_MAX:
        side = side * 5 // 4 + 1
        counts = [int(one) for one in (high - low) // side + 1]
    left, lowest, deep = (int(one) for one in low)
    return Grid(left, lowest, deep, side, counts[0], counts[1], counts[2])


def sorted_in(grid: Grid, low: Integers, high: Integers) -> Boxes:
    """Sort boxes, given by rows of their least and greatest coordinates, into the grid's cubes.

    What reaches out of the grid is cut off at its faces; a box wholly outside is in no cube.
    """
    corner = np.array([grid.left, grid.low, grid.deep])
    most = np.array([grid.nx, grid.ny, grid.nz]) - 1
    start = np.maximum((low - corner) // grid.side, 0)
    sizes = np.maximum(np.minimum((high - corner) // grid.side, most) - start + 1, 0)
    each = sizes[:, 0] * sizes[:, 1] * sizes[:, 2]
    item = np.repeat(np.arange(len(low)), each)
    step = np.arange(len(item)) - np.repeat(np.cumsum(each) - each, each)
    size = sizes[item]
    z = step % size[:, 2]
    y = step // size[:, 2] % size[:, 1]
    x = step // (size[:, 2] * size[:, 1])
    at = start[item]
    cube = ((at[:, 0] + x) * grid.ny + at[:, 1] + y) * grid.nz + at[:, 2] + z
    counts = np.bincount(cube, minlength=grid.cubes)
    first = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    return Boxes(grid, first, item[np.argsort(cube, kind="stable")])
