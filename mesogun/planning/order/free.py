"""The order of free points: those of no lattice, in the plane or on a surface.

A way is begun greedily and shortened by local moves in whole numbers (`moves`); then small random
changes, kicks, are tried one by one and kept where no longer way comes of them. How many is a
count that depends on the number of points alone, so a plan is the same on a slow machine, compiled
or not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.fast import flat
from mesogun.planning.order.greedy import first_way
from mesogun.planning.order.moves import UNIT, shorten_free
from mesogun.planning.order.near import FAR, Near, nearest
from mesogun.planning.order.shots import Where
from mesogun.planning.place.raster import Integers
from mesogun.planning.timing import hops_um

NEAREST = 6
"""Of how many nearest others, besides those all round it, each point knows."""
NOWHERE_RANK = 4
"""A stop thinks of the way's ends once a hop is longer than to the fourth nearest other."""
FULL_FROM = 10_000
"""From so many points on there is a kick for each; below, in proportion fewer: plain Python too
shall have its order at once."""
BETTERING = 100
"""How many kicks a way is given that was laid along a lattice and has a long hop left."""
LOG = 2_000
"""Room for the turns of one kick."""
LARGE = 100_000
TURNED_MAX, TURNED_MAX_LARGE, TURNED_MAX_KICK = 50_000, 25_000, 1_000
"""No move turns over more stops than this; in large sets fewer; after a kick, where all that can be
mended is close by, fewer again."""


class Stops(NamedTuple):
    """What a way goes through: the points, then where it comes from and goes to, if that is told.

    Where neither is told the tour has one stop more, nowhere; where one of them is, that one and
    nowhere stand side by side in it.
    """

    x_um: Integers
    y_um: Integers
    z_um: Integers
    points: int
    """How many are points to be ordered."""
    total: int
    """How many stops the tour has."""
    ahead: bool
    """Whether the first stop after the points is where the way comes from."""

    @property
    def placed(self) -> int:
        """How many stops are somewhere."""
        return len(self.x_um)

    def columns(self) -> tuple[Integers, Integers, Integers]:
        """Return where they are."""
        return self.x_um, self.y_um, self.z_um


def free_way(
    x_um: Integers,
    y_um: Integers,
    z_um: Integers,
    comes_from: Where | None,
    goes_to: Where | None,
    *,
    kicks: int | None = None,
    seed: int = 1,
) -> tuple[Integers, int]:
    """Return points in firing order, as indices, and a way in um that no order can undercut.

    The way counted is that from the first point to the last; the hops from `comes_from` and to
    `goes_to` are shortened along with it. `kicks`: how many, instead of as many as the number of
    points says; `seed` is above 0. For the bound see `least_way_um`. Coordinates are whole um, up
    to 2 m from each other.
    """
    count = len(x_um)
    if count == 1:
        return np.zeros(1, dtype=np.int64), 0
    stops = _stops_of(x_um, y_um, z_um, comes_from, goes_to)
    near = nearest(*stops.columns(), NEAREST)
    pinned = (count, count + 1) if stops.placed > count else None
    way = first_way(*stops.columns(), near, pinned, stops.total if pinned else count)
    if pinned is None:
        way = np.append(way, count)
    count_of_kicks = kicks_of(count) if kicks is None else kicks
    if pinned is not None:
        tour = _shortened(stops, near, way, way, count_of_kicks, seed)
    else:
        joined = _opened(stops, _shortened(stops, near, way, way, 0, seed))
        tour = _cut(stops, joined)
        ends = np.concatenate((joined[[0, -1]], tour[[0, -2, -1]]))
        touched = np.flatnonzero(np.bincount(ends))
        tour = _shortened(stops, near, tour, touched, count_of_kicks, seed)
        tour = _cut(stops, _opened(stops, tour))
    return _opened(stops, tour), least_way_um(near, count)


def bettered(
    x_um: Integers,
    y_um: Integers,
    z_um: Integers,
    way: Integers,
    comes_from: Where | None,
    goes_to: Where | None,
    least_um: int,
    kicks: int = BETTERING,
) -> Integers:
    """Return a way as short as the one given, or shorter, with its hops from and to elsewhere.

    The search ends once the way between the points is `least_um` long, but for rounding.
    """
    count = len(x_um)
    stops = _stops_of(x_um, y_um, z_um, comes_from, goes_to)
    near = nearest(*stops.columns(), NEAREST)
    rest = np.arange(count, stops.total)
    tour = np.concatenate((rest[:1], way, rest[1:]) if stops.ahead else (way, rest))
    closed = [one[tour[tour < stops.placed]] for one in stops.columns()]
    length_um = int(hops_um(*closed).sum())
    surplus = max(length_um - least_um - count, 0) * UNIT
    better = _opened(stops, _shortened(stops, near, tour, tour, kicks, 1, surplus))
    ways = [_length_um(stops, comes_from, goes_to, one) for one in (way, better)]
    return better if ways[1] < ways[0] else way


def kicks_of(count: int) -> int:
    """Return how many kicks an order of so many points is given."""
    return count * min(count, FULL_FROM) // FULL_FROM


def least_way_um(near: Near, count: int) -> int:
    """Return a length that no way through the first `count` points undercuts.

    Every point but the two ends has two hops, and these are at least as long as the hops to its two
    nearest: so twice the way is at least the sum of both over all points, less, for the two ends,
    the longest of the second ones. Each hop is rounded down to whole um.
    """
    square = near.square.reshape(-1, near.each)[:count].copy()
    square[near.which.reshape(-1, near.each)[:count] >= count] = FAR
    square = np.sort(square, axis=1, kind="stable")[:, :2]
    hops = np.sqrt(np.where(square == FAR, 0, square).astype(np.float64)).astype(np.int64)
    seconds = np.sort(hops[:, 1:].ravel(), kind="stable")[-2:]
    return (int(hops.sum()) - int(seconds.sum()) + 1) // 2


def _stops_of(
    x_um: Integers,
    y_um: Integers,
    z_um: Integers,
    comes_from: Where | None,
    goes_to: Where | None,
) -> Stops:
    count = len(x_um)
    told = [(*one, 0)[:3] for one in (comes_from, goes_to) if one is not None]
    more = np.array(told, dtype=np.int64).reshape(-1, 3)
    x, y, z = (
        np.concatenate((column, more[:, axis])) for axis, column in enumerate((x_um, y_um, z_um))
    )
    return Stops(x, y, z, count, count + (2 if told else 1), comes_from is not None)


def _shortened(
    stops: Stops,
    near: Near,
    way: Integers,
    first: Integers,
    kicks: int,
    seed: int,
    surplus: int = FAR,
) -> Integers:
    """Return the closed tour, shortened around the stops `first`, then kicked.

    While that is done stops are numbered along the way: what is worked on together then lies
    together in memory.
    """
    count, placed, total = stops.points, stops.placed, stops.total
    names = np.concatenate((way[way < count], np.arange(count, total)))
    number = np.empty(total, dtype=np.int64)
    number[names] = np.arange(total)
    which, away = _known(stops, near, names, number)
    tour = number[way]
    place = np.empty(total, dtype=np.int64)
    place[tour] = np.arange(total)
    queue, waiting = np.zeros((2, total), dtype=np.int64)
    queue[: len(first)] = number[first]
    waiting[number[first]] = True
    x, y, z = (flat(one[names[:placed]], count) for one in stops.columns())
    running = flat(tour, count)
    shorten_free.at(count)(
        (running, flat(place, count)),
        (flat(which.ravel(), count), flat(away.ravel(), count), which.shape[1]),
        (x, y, z, count, placed),
        flat(queue, count),
        flat(waiting, count),
        len(first),
        flat(np.zeros(LOG, dtype=np.int64), count),
        kicks,
        seed,
        surplus,
        TURNED_MAX if count <= LARGE else TURNED_MAX_LARGE,
        TURNED_MAX_KICK,
    )
    shortened: Integers = names[np.array(running)]
    return shortened


def _known(
    stops: Stops, near: Near, names: Integers, number: Integers
) -> tuple[Integers, Integers]:
    """Return which stops each stop knows and how far they are, by their numbers along the way."""
    placed, total, each = stops.placed, stops.total, near.each
    lengths = (np.sqrt(near.square.astype(np.float64)) * UNIT + 0.5).astype(np.int64)
    lengths[near.square == FAR] = FAR
    rows = names[:placed]
    own = number[near.which.reshape(placed, each)[rows]]
    hops = lengths.reshape(placed, each)[rows]
    if placed < total:
        own = np.insert(own, min(NOWHERE_RANK, each), total - 1, axis=1)
        hops = np.insert(hops, min(NOWHERE_RANK, each), 0, axis=1)
    which = np.zeros((total, own.shape[1]), dtype=np.int64)
    away = np.full(which.shape, FAR, dtype=np.int64)
    which[:placed], away[:placed] = own, hops
    return which, away


def _cut(stops: Stops, way: Integers) -> Integers:
    """Close a way whose ends are free and open it at its longest hop; nowhere comes last."""
    closed = np.append(way[-1:], way)
    hops = hops_um(*(one[closed] for one in stops.columns()))[1:]
    return np.append(np.roll(way, -int(np.argmax(hops))), stops.points)


def _opened(stops: Stops, tour: Integers) -> Integers:
    """Return the points of a tour, from where the way comes from to where it goes to."""
    count = stops.points
    way = np.roll(tour, -int(np.flatnonzero(tour == count)[0]))
    if stops.total > count + 1 and (way[1] == count + 1) == stops.ahead:
        way = way[::-1]
    return way[way < count]


def _length_um(stops: Stops, comes_from: Where | None, goes_to: Where | None, way: Integers) -> int:
    """Return how long a way is, with the hops from and to elsewhere."""
    last = stops.placed - 1
    before = [] if comes_from is None else [stops.points]
    after = [] if goes_to is None else [last]
    rows = np.concatenate((np.array(before, dtype=np.int64), way, np.array(after, dtype=np.int64)))
    return int(hops_um(*(one[rows] for one in stops.columns())).sum())
