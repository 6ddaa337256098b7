"""The order of a zone's pricks: every hop the shortest there is, wherever the lattice allows it.

A way through n lattice points cannot be shorter than n - 1 times the lattice's pitch. Rings over
strips of rows (`strips`) reach that in most zones; `mend` and `shorten` deal with the rest, and
what is then left over the bound is told, not hidden. A ring may begin anywhere: it begins where the
hand comes from and ends towards where it goes next.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.islands import bridges_um, islands_of, joined
from mesogun.planning.lattice import pitch_of
from mesogun.planning.mend import Ground, mend
from mesogun.planning.place import Placed
from mesogun.planning.prescription import Point
from mesogun.planning.raster import Integers
from mesogun.planning.shorten import shorten, surplus
from mesogun.planning.strips import Rings, rings_of, runs_of, walk

BIG = 20_000
"""A zone of more pricks is not searched for the last long hop: it would not matter there."""
ENDS = 2
"""A way has two ends: of more points with one neighbour each, some must cost a long hop."""
SERPENTINE_MAX = 1_500
"""Up to so many pricks, other beginnings are tried where the rings leave a long hop."""


class Leg(NamedTuple):
    """A way through points that lie together: closed (it may begin anywhere) or open."""

    points: Integers
    closed: bool


def order(placed: Placed, comes_from: Point | None, goes_to: Point | None) -> tuple[Integers, int]:
    """Return a zone's pricks in firing order, as indices, and the way that no order can undercut.

    The bound is that of a tree: n - 1 hops of the pitch, or, where the pricks lie on islands, the
    shortest ways between these for as many of them.
    """
    pitch = pitch_of(placed.basis)
    if len(placed) == 1:
        return np.zeros(1, dtype=np.int64), 0
    legs = _legs(placed.i, placed.j)
    ways = _chain(legs, placed.x_um, placed.y_um, comes_from, goes_to)
    between = bridges_um([leg.points for leg in legs], placed.x_um, placed.y_um, pitch)
    return ways, (len(placed) - len(legs)) * pitch + between


def _turned(i: Integers, j: Integers, sixths: int) -> tuple[Integers, Integers, Integers]:
    """Return the points with rows along another direction of the lattice, and their indices."""
    for _ in range(sixths):
        i, j = i + j, -i
    by_row = np.lexsort((i, j)) if sixths else np.arange(len(i))
    return i[by_row], j[by_row], by_row


class _Laid(NamedTuple):
    """Rings over the points along one direction of the lattice."""

    left: int
    """Rings and loose points still to be joined to the first."""
    rings: Rings
    i: Integers
    j: Integers
    names: Integers
    """The points' indices in the zone."""


def _legs(i: Integers, j: Integers) -> list[Leg]:
    laid: list[_Laid] = []
    for sixths in (0,) if len(i) > BIG else (0, 1, 2):
        ti, tj, index = _turned(i, j, sixths)
        for parity in (0, 1):
            rings = rings_of(ti, tj, parity)
            starts = rings.starts()
            left = len(starts) - 1 + len(rings.loose)
            if left == 0:
                return [Leg(index[rings.points[walk(rings.jumps, starts[0])]], closed=True)]
            laid.append(_Laid(left, rings, ti, tj, index))
    legs, over = _mended(min(laid, key=lambda one: one.left))
    return legs if over == 0 or len(i) > SERPENTINE_MAX else _begun_anew(i, j, legs)


def _mended(laid: _Laid) -> tuple[list[Leg], int]:
    """Return one leg for each island, and by how much they exceed shortest hops."""
    ground = Ground(laid.i, laid.j, runs_of(laid.i, laid.j))
    legs, over = [], 0
    for island in islands_of(ground, mend(ground, laid.rings)):
        if len(island) == 1:
            legs.append(Leg(laid.names[island[0]], closed=len(island[0]) > 2))
            continue
        way = joined(ground, island).tolist()
        if len(laid.i) <= BIG:
            way = shorten(ground, way)
        over += surplus(ground, way)
        legs.append(Leg(laid.names[np.array(way)], closed=False))
    return legs, over


def _begun_anew(i: Integers, j: Integers, legs: list[Leg]) -> list[Leg]:
    """Try to better each leg that has a long hop by beginning with a serpentine."""
    ground = Ground(i, j, runs_of(i, j))
    better = []
    for leg in legs:
        best = leg.points.tolist()
        least = 0 if leg.closed else surplus(ground, best)
        tips = sum(1 for point in best if len(ground.around(point)) < 2) if least else 0
        for sixths in (0, 1, 2):
            if least == 0 or tips > ENDS:
                break
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


def _chain(
    legs: list[Leg], x: Integers, y: Integers, comes_from: Point | None, goes_to: Point | None
) -> Integers:
    """Go through the legs one after the other, the nearest next."""
    ways: list[Integers] = []
    at = comes_from
    rest = list(legs)
    while rest:
        if at is None:
            leg = rest.pop(0)
        else:
            away = [int(_hops(x[leg.points], y[leg.points], at).min()) for leg in rest]
            leg = rest.pop(away.index(min(away)))
        towards = goes_to if not rest else _nearest_to(leg, rest, x, y)
        ways.append(_begun(leg, x, y, at, towards))
        at = int(x[ways[-1][-1]]), int(y[ways[-1][-1]])
    return np.concatenate(ways)


def _nearest_to(leg: Leg, rest: list[Leg], x: Integers, y: Integers) -> Point:
    """Return the point of the other legs that is nearest to this leg's middle."""
    xs, ys = x[leg.points], y[leg.points]
    middle = (int(xs.min()) + int(xs.max())) // 2, (int(ys.min()) + int(ys.max())) // 2
    others = np.concatenate([one.points for one in rest])
    best = others[int(np.argmin(_hops(x[others], y[others], middle)))]
    return int(x[best]), int(y[best])


def _begun(
    leg: Leg, x: Integers, y: Integers, comes_from: Point | None, goes_to: Point | None
) -> Integers:
    """Begin the leg where it suits the way in and the way out best (the first of equals)."""
    points = leg.points
    if comes_from is None and goes_to is None:
        return points
    xs, ys = x[points], y[points]
    zero = np.zeros(len(points), dtype=np.int64)
    arrive = zero if comes_from is None else _hops(xs, ys, comes_from)
    leave = zero if goes_to is None else _hops(xs, ys, goes_to)
    if not leg.closed:
        there = int(arrive[0] + leave[-1])
        return points[::-1] if int(arrive[-1] + leave[0]) < there else points
    onward = arrive + np.roll(leave, 1)  # begin at k, end at k - 1
    backward = arrive + np.roll(leave, -1)  # begin at k, end at k + 1
    k, m = int(np.argmin(onward)), int(np.argmin(backward))
    if onward[k] <= backward[m]:
        return np.roll(points, -k)
    return np.roll(points[::-1], m + 1)


def _hops(x: Integers, y: Integers, at: Point) -> Integers:
    """Return the distance of each point from `at`, to the um."""
    square = (x - at[0]) * (x - at[0]) + (y - at[1]) * (y - at[1])
    return np.sqrt(square.astype(np.float64)).astype(np.int64)
