"""Islands: pricks of a zone between which no shortest hop leads, and ways that join rings."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.planning.order.mend import Ground
from mesogun.planning.order.shorten import shorten
from mesogun.planning.place.raster import Integers

PAIRS_MAX = 4_000_000
"""More distances between islands are not worth a closer bound."""


def islands_of(ground: Ground, rings: list[Integers]) -> list[list[Integers]]:
    """Group rings that touch each other; within a group the largest comes first."""
    if len(rings) == 1:
        return [rings]
    owner = np.empty(len(ground.i), dtype=np.int64)
    for number, ring in enumerate(rings):
        owner[ring] = number
    parent = list(range(len(rings)))

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    for number, ring in enumerate(rings[1:], start=1):
        for point in ring.tolist():
            for other in ground.around(point):
                one, two = root(number), root(int(owner[other]))
                parent[max(one, two)] = min(one, two)
    groups: dict[int, list[Integers]] = {}
    for number, ring in enumerate(rings):
        groups.setdefault(root(number), []).append(ring)
    return [groups[key] for key in sorted(groups)]


def joined(ground: Ground, rings: list[Integers]) -> Integers:
    """Join touching rings into one open way, each where it costs least; the longest hop is cut."""
    way = rings[0]
    rest = list(rings[1:])
    while rest:
        place = np.full(len(ground.i), -1)
        place[way] = np.arange(len(way))
        for number, ring in enumerate(rest):
            best = _best_gap(ground, way, place, ring.tolist())
            if best is not None:
                at, inserted = best
                way = np.concatenate((way[:at], np.array(inserted), way[at:]))
                rest.pop(number)
                break
        else:
            raise AssertionError("rings of one island touch")
    longest = max(
        range(len(way)), key=lambda k: (_length(ground, int(way[k - 1]), int(way[k])), -k)
    )
    return np.roll(way, -longest)


def _best_gap(
    ground: Ground, way: Integers, place: Integers, ring: list[int]
) -> tuple[int, list[int]] | None:
    """Return where in `way` the ring, cut open somewhere, lengthens it least."""
    best: tuple[int, int, list[int]] | None = None
    for k, point in enumerate(ring):
        for other in ground.around(point):
            at = int(place[other])
            if at < 0:
                continue
            onward = ring[k:] + ring[:k]
            backward = (ring[k + 1 :] + ring[: k + 1])[::-1]
            for gap in (at, at + 1):
                before, after = int(way[gap - 1]), int(way[gap % len(way)])
                for way_in in (onward, backward):
                    for one in (way_in, way_in[::-1]):
                        cost = (
                            _length(ground, before, one[0])
                            + _length(ground, one[-1], after)
                            - _length(ground, before, after)
                        )
                        if best is None or cost < best[0]:
                            best = cost, gap, one
    return None if best is None else (best[1], best[2])


def _length(ground: Ground, one: int, two: int) -> int:
    i, j = int(ground.i[one] - ground.i[two]), int(ground.j[one] - ground.j[two])
    return isqrt((i * i + i * j + j * j) << 20)


class Bridge(NamedTuple):
    """The shortest way between two islands."""

    length_um: int
    """Rounded down."""
    one: int
    two: int
    """The points it connects."""


def bridges(islands: list[Integers], x: Integers, y: Integers) -> list[Bridge] | None:
    """Return ways of least total length that connect all islands; None for too many points."""
    count = len(islands)
    if sum(len(one) for one in islands) ** 2 > PAIRS_MAX:
        return None
    away = {
        (a, b): _least_way(x, y, islands[a], islands[b]) for a in range(count) for b in range(a)
    }
    reached, found = {0}, []
    while len(reached) < count:
        bridge, new = min(
            (away[max(a, b), min(a, b)], b)
            for a in sorted(reached)
            for b in range(count)
            if b not in reached
        )
        reached.add(new)
        found.append(bridge)
    return found


def _least_way(x: Integers, y: Integers, one: Integers, two: Integers) -> Bridge:
    dx, dy = x[one][:, None] - x[two], y[one][:, None] - y[two]
    square = dx * dx + dy * dy
    a, b = divmod(int(np.argmin(square)), len(two))
    return Bridge(isqrt(int(square[a, b])), int(one[a]), int(two[b]))


def crossed(ground: Ground, way: Integers, over: list[Bridge]) -> Integers:
    """Return the way through all islands, shortened with the bridges in mind."""
    also: dict[int, list[int]] = {}
    for bridge in over:
        for here, there in ((bridge.one, bridge.two), (bridge.two, bridge.one)):
            for start in (here, *ground.around(here)):
                also.setdefault(start, []).extend((there, *ground.around(there)))
    return np.array(shorten(ground, way.tolist(), also))
