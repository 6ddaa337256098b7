"""Detours: zones whose pricks no single ring takes up without a longer hop somewhere."""

from __future__ import annotations

import numpy as np

from mesogun.planning.order.islands import islands_of, joined
from mesogun.planning.order.laid import BIG, Laid, Leg
from mesogun.planning.order.mend import Ground, mend
from mesogun.planning.order.shorten import shorten, surplus
from mesogun.planning.order.strips import runs_of
from mesogun.planning.place.raster import Integers

ENDS = 2
"""A way has two ends: of more points with one neighbour each, some must cost a long hop."""
SERPENTINE_MAX = 1_500
"""Up to so many pricks, other beginnings are tried where the rings leave a long hop."""


def mended_legs(i: Integers, j: Integers, laid: Laid) -> list[Leg]:
    """Return the legs that come of mending the rings that were laid over the points."""
    legs = _mended(laid)
    return legs if len(i) > SERPENTINE_MAX else _begun_anew(i, j, legs)


def _mended(laid: Laid) -> list[Leg]:
    """Return one leg for each island."""
    ground = Ground(laid.i, laid.j, runs_of(laid.i, laid.j))
    legs = []
    for island in islands_of(ground, mend(ground, laid.rings)):
        if len(island) == 1:
            legs.append(Leg(laid.names[island[0]], closed=len(island[0]) > 2))
            continue
        way = joined(ground, island).tolist()
        if len(laid.i) <= BIG:
            way = shorten(ground, way)
        legs.append(Leg(laid.names[np.array(way)], closed=False))
    return legs


def _begun_anew(i: Integers, j: Integers, legs: list[Leg]) -> list[Leg]:
    """Try to better each leg that has a long hop by beginning with a serpentine."""
    ground = Ground(i, j, runs_of(i, j))
    better = []
    for leg in legs:
        best = leg.points.tolist()
        least = 0 if leg.closed else surplus(ground, best)
        tips = sum(1 for point in best if len(ground.around(point)) < 2)
        for sixths in (0, 1, 2):
            if least and tips <= ENDS:
                other = shorten(ground, _serpentine(ground, leg.points, sixths))
                if surplus(ground, other) < least:
                    best, least = other, surplus(ground, other)
        better.append(Leg(np.array(best), leg.closed))
    return better


def _serpentine(ground: Ground, points: Integers, sixths: int) -> list[int]:
    i, j = ground.i[points], ground.j[points]
    for _ in range(sixths):
        i, j = i + j, -i
    way: list[int] = points[np.lexsort((np.where(j & 1, -i, i), j))].tolist()
    return way
