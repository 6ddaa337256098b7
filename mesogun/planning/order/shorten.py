"""Shortening a way through lattice points: local moves around its long hops, in whole numbers.

The way is kept as a closed tour with one more stop, nowhere, that is no distance from any point:
where it stands, the way begins and ends. Gains are whole numbers, so the same way comes out on
every machine. The work is bounded by a count of moves, never by a clock.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import isqrt

from mesogun.planning.order.mend import Ground

UNIT = 1_024
"""A hop from neighbour to neighbour."""
NEAR = (
    *((-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0)),
    *((-2, 1), (-1, -1), (-1, 2), (1, -2), (1, 1), (2, -1)),
    *((-2, 0), (-2, 2), (0, -2), (0, 2), (2, -2), (2, 0)),
)
"""The eighteen places within two hops, nearest first."""
BREADTH = (5, 3, 2, 1)
SEGMENT_MAX = 3
MOVES_MAX = 6_000


class Tour:
    """A closed tour over points and nowhere, as a list that is turned over piece by piece."""

    __slots__ = ("_also", "_i", "_j", "_near", "at", "ground", "moves", "nowhere", "size", "stops")

    def __init__(
        self, ground: Ground, way: list[int], also: dict[int, list[int]] | None = None
    ) -> None:
        self.ground = ground
        self.nowhere = len(ground.i)
        self.size = len(way) + 1
        self.stops = [*way, self.nowhere]
        self.at = [-1] * (self.nowhere + 1)
        for place, stop in enumerate(self.stops):
            self.at[stop] = place
        self.moves = 0
        self._i: list[int] = ground.i.tolist()
        self._j: list[int] = ground.j.tolist()
        self._near: dict[int, list[int]] = {}
        self._also = also or {}

    def way(self) -> list[int]:
        """Return the points from nowhere to nowhere."""
        start = self.at[self.nowhere]
        return self.stops[start + 1 :] + self.stops[:start]

    def length(self, one: int, two: int) -> int:
        """Return the distance between two stops."""
        if one == self.nowhere or two == self.nowhere:
            return 0
        i, j = self._i[one] - self._i[two], self._j[one] - self._j[two]
        norm = i * i + i * j + j * j
        return UNIT if norm == 1 else isqrt(norm << 20)

    def after(self, stop: int) -> int:
        """Return the next stop."""
        place = self.at[stop] + 1
        return self.stops[place if place < self.size else 0]

    def before(self, stop: int) -> int:
        """Return the stop before."""
        return self.stops[self.at[stop] - 1]

    def near(self, stop: int) -> list[int]:
        """Return the stops worth going to from `stop`, nearest first."""
        if stop == self.nowhere:
            return []
        known = self._near.get(stop)
        if known is None:
            i, j = self._i[stop], self._j[stop]
            found = (self.ground.at(i + di, j + dj) for di, dj in NEAR)
            mine = (one for one in found if one is not None and self.at[one] >= 0)
            known = self._near[stop] = [self.nowhere, *mine, *self._also.get(stop, ())]
        return known

    def turn(self, first: int, last: int) -> None:
        """Turn over the stops from `first` on to `last` (or all others: it is the same tour)."""
        self.moves += 1
        start, stop = self.at[first], self.at[last]
        count = (stop - start) % self.size + 1
        if 2 * count > self.size:
            start, stop, count = (stop + 1) % self.size, start - 1, self.size - count
        stops, at, size = self.stops, self.at, self.size
        for _ in range(count // 2):
            one, two = stops[start], stops[stop]
            stops[start], stops[stop] = two, one
            at[two], at[one] = start % size, stop % size
            start = start + 1 if start + 1 < size else 0
            stop -= 1  # below 0 counts from the end, as it should

    def exchange(self, fixed: int, open_end: int, near: int, far: int) -> None:
        """Replace the hops fixed-open_end and near-far by open_end-near and far-fixed."""
        if self.after(fixed) == open_end:
            self.turn(open_end, far)
        else:
            self.turn(far, open_end)

    def deepen(self, fixed: int, open_end: int, gained: int, depth: int) -> list[int] | None:
        """Look for exchanges that shorten the tour; make them and return the stops touched."""
        forward = self.after(fixed) == open_end
        tried = 0
        for near in self.near(open_end):
            gain = gained - self.length(open_end, near)
            if gain <= 0 or tried >= BREADTH[depth] or self.moves >= MOVES_MAX:
                break
            far = self.before(near) if forward else self.after(near)
            if near in (fixed, open_end) or far == open_end:
                continue
            tried += 1
            gain += self.length(near, far)
            if gain > self.length(far, fixed):
                self.exchange(fixed, open_end, near, far)
                return [fixed, open_end, near, far]
            if depth + 1 < len(BREADTH):
                self.exchange(fixed, open_end, near, far)
                found = self.deepen(fixed, far, gain, depth + 1)
                if found is not None:
                    return [*found, open_end, near]
                self.exchange(fixed, far, near, open_end)
        return None

    def carry(self, stop: int) -> list[int] | None:
        """Move `stop`, with up to two stops that follow or precede it, to a better place."""
        for onward in (self.after, self.before):
            back = self.before if onward is self.after else self.after
            prior, last, segment = back(stop), stop, [stop]
            while len(segment) <= SEGMENT_MAX:
                behind = onward(last)
                if behind == prior or self.nowhere in segment:
                    break
                freed = (
                    self.length(prior, stop)
                    + self.length(last, behind)
                    - self.length(prior, behind)
                )
                found = self._drop(segment, freed, prior, behind) if freed > 0 else None
                if found is not None:
                    return found
                last = behind
                segment.append(last)
        return None

    def _drop(self, segment: list[int], freed: int, prior: int, behind: int) -> list[int] | None:
        """Put the segment between two other stops, either way round, if that costs less."""
        head, tail = segment[0], segment[-1]
        for end, other in ((head, tail), (tail, head)):
            for c in self.near(end):
                if self.length(end, c) >= freed:
                    break
                if c in segment:
                    continue
                for d in (self.after(c), self.before(c)):
                    if d in segment or {c, d} == {prior, behind}:
                        continue
                    cost = self.length(c, end) + self.length(other, d) - self.length(c, d)
                    if cost < freed:
                        ordered = segment if end == head else segment[::-1]
                        self._move(ordered, c, d)
                        return [prior, behind, c, d, head, tail]
        return None

    def _move(self, segment: list[int], c: int, d: int) -> None:
        """Rebuild the tour with `segment` going from c to d."""
        self.moves += 1
        if self.after(c) != d:
            segment, c = segment[::-1], d
        rest = [stop for stop in self.stops if stop not in segment]
        place = rest.index(c) + 1
        self.stops = [*rest[:place], *segment, *rest[place:]]
        for at, stop in enumerate(self.stops):
            self.at[stop] = at


def shorten(ground: Ground, way: list[int], also: dict[int, list[int]] | None = None) -> list[int]:
    """Return the way with its long hops shortened as far as local moves can.

    `also` names, for some points, others that are worth going to though they are not near.
    """
    tour = Tour(ground, way, also)
    hops = pairwise(way)
    dirty = deque(dict.fromkeys(p for hop in hops if tour.length(*hop) > UNIT for p in hop))
    waiting = set(dirty)
    while dirty and tour.moves < MOVES_MAX:
        stop = dirty.popleft()
        waiting.discard(stop)
        touched = tour.carry(stop)
        for side in (tour.after, tour.before):
            if touched is not None:
                break
            other = side(stop)
            length = tour.length(stop, other)
            if length > UNIT:
                touched = tour.deepen(stop, other, length, 0)
        for one in (*(touched or ()), *((stop,) if touched else ())):
            if one not in waiting and one != tour.nowhere:
                waiting.add(one)
                dirty.append(one)
    return tour.way()


def surplus(ground: Ground, way: list[int]) -> int:
    """Return by how much the way exceeds one hop from neighbour to neighbour each, in units."""
    tour = Tour(ground, way)
    return sum(tour.length(a, b) - UNIT for a, b in pairwise(way))
