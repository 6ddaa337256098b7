"""Legs: ways through pricks that lie together, closed rings wherever the lattice allows it."""

from __future__ import annotations

import numpy as np

from mesogun.planning.order.laid import BIG, Laid, Leg
from mesogun.planning.order.strips import rings_of, walk
from mesogun.planning.place.raster import Integers


def _turned(i: Integers, j: Integers, sixths: int) -> tuple[Integers, Integers, Integers]:
    """Return the points with rows along another direction of the lattice, and their indices."""
    for _ in range(sixths):
        i, j = i + j, -i
    by_row = np.lexsort((i, j)) if sixths else np.arange(len(i))
    return i[by_row], j[by_row], by_row


def legs_of(i: Integers, j: Integers) -> list[Leg]:
    """Return the legs through a zone's points, which come row by row.

    Usually one ring is all; what else there is to do is loaded where it is needed.
    """
    laid: list[Laid] = []
    for sixths in (0,) if len(i) > BIG else (0, 1, 2):
        ti, tj, index = _turned(i, j, sixths)
        for parity in (0, 1):
            rings = rings_of(ti, tj, parity)
            starts = rings.starts()
            left = len(starts) - 1 + len(rings.loose)
            if left == 0:
                return [Leg(index[rings.points[walk(rings.jumps, starts[0])]], closed=True)]
            laid.append(Laid(left, rings, ti, tj, index))
    from mesogun.planning.order.detours import mended_legs

    return mended_legs(i, j, min(laid, key=lambda one: one.left))
