"""The order of shots: a head of several needles goes from shot to shot, the next head after it."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from mesogun.planning.place.raster import Integers
from mesogun.planning.place.spots import Spots
from mesogun.planning.timing import firsts, places

Where = tuple[int, ...]
"""A place in um, in two or three dimensions."""


class Router(Protocol):
    """Finds a short way through points."""

    def __call__(
        self,
        x_um: Integers,
        y_um: Integers,
        z_um: Integers,
        comes_from: Where | None,
        goes_to: Where | None,
    ) -> tuple[Integers, int]:
        """Return the points' order, as indices, and a length that no order undercuts."""
        ...


def order_shots(
    spots: Spots, comes_from: Where | None, goes_to: Where | None, way: Router
) -> tuple[Integers, int]:
    """Return the rows of `spots` in firing order, and a way that no such order undercuts.

    The shots of the first head come first, then those of the next: a zone changes heads once.
    Rows of one shot stand together and stay as they are.
    """
    first = firsts(spots.shot)
    x, y, z = places(spots.x_um, spots.y_um, spots.z_um, first)
    heads = np.zeros(len(first), dtype=np.int64) if spots.head is None else spots.head[first]
    ordered: list[Integers] = []
    least, at = 0, comes_from
    used = np.flatnonzero(np.bincount(heads)).tolist()
    for head in used:
        mine = np.flatnonzero(heads == head)
        found, bound = way(x[mine], y[mine], z[mine], at, goes_to if head == used[-1] else None)
        ordered.append(mine[found])
        least += bound
        last = int(ordered[-1][-1])
        at = int(x[last]), int(y[last]), int(z[last])
    return rows_of(first, np.concatenate(ordered), len(spots)), least


def rows_of(first: Integers, shots: Integers, count: int) -> Integers:
    """Return the rows of these shots, shot after shot, of `count` rows in all."""
    sizes = np.diff(first, append=count)[shots]
    ends = np.cumsum(sizes)
    rows: Integers = np.arange(count) + np.repeat(first[shots] - (ends - sizes), sizes)
    return rows


def numbered(shot: Integers) -> Integers:
    """Number the shots from 0 in the order in which they stand."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.diff(shot) != 0)))
