"""Mending a zone's rings: loose points and separate rings are joined without a longer hop.

Points are looked at only where something is loose, so the work does not grow with the zone.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from mesogun.planning.order.strips import Rings, Run, walk
from mesogun.planning.place.raster import Integers

AROUND = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
"""The six places next to a point, anticlockwise."""
TRADES_MAX = 3
"""How many points may change places in a row to make room for one."""
TRIES_MAX = 2_000


class Ground:
    """Where the points are: who is next to whom."""

    __slots__ = ("_around", "_lows", "_rows", "i", "j")

    def __init__(self, i: Integers, j: Integers, rows: dict[int, list[Run]]) -> None:
        self.i, self.j = i, j
        self._rows = rows
        self._lows = {row: [run.low for run in runs] for row, runs in rows.items()}
        self._around: dict[int, list[int]] = {}

    def at(self, i: int, j: int) -> int | None:
        """Return the index of the point at (i, j), if there is one."""
        lows = self._lows.get(j)
        if lows is None:
            return None
        k = bisect_right(lows, i) - 1
        if k < 0:
            return None
        run = self._rows[j][k]
        return run.first + i - run.low if i <= run.high else None

    def around(self, point: int) -> list[int]:
        """Return the points next to `point`."""
        known = self._around.get(point)
        if known is None:
            i, j = int(self.i[point]), int(self.j[point])
            found = (self.at(i + di, j + dj) for di, dj in AROUND)
            known = self._around[point] = [one for one in found if one is not None]
        return known

    def touch(self, one: int, two: int) -> bool:
        """Tell whether two points are next to each other."""
        return two in self.around(one)


class Loops:
    """Every point on some ring (a loose one on a ring of its own), joined step by step."""

    __slots__ = ("_places", "after", "before", "ground", "heads", "ring")

    def __init__(self, ground: Ground, rings: Rings) -> None:
        count = len(ground.i)
        self.ground = ground
        self._places = rings.points
        onward = np.arange(1, count + 1)
        onward[[place for _, _, place in rings.loose]] = [place for _, _, place in rings.loose]
        if rings.jumps:
            onward[list(rings.jumps)] = list(rings.jumps.values())
        self.after = np.empty(count, dtype=np.int64)
        self.after[rings.points] = rings.points[onward]
        self.before = np.empty(count, dtype=np.int64)
        self.before[self.after] = np.arange(count)
        names = [rings.ring_of(strip) for strip in range(len(rings.sizes))]
        ring = np.full(count, -1)
        laid = np.repeat(np.array(names, dtype=np.int64), rings.sizes)
        ring[: len(laid)] = laid
        for place, strip in rings.woven:
            ring[place] = names[strip]
        for number, (_, _, place) in enumerate(rings.loose):
            ring[place] = len(rings.sizes) + number
        self.ring = np.empty(count, dtype=np.int64)
        self.ring[rings.points] = ring
        self.heads = self._smallest_first(rings)

    def _smallest_first(self, rings: Rings) -> list[int]:
        """Return a point of each ring: the loose ones, then by size, the largest last."""
        sizes = np.bincount(self.ring)
        starts = sorted(rings.starts(), key=lambda s: (int(sizes[self.ring[self._places[s]]]), s))
        places = [place for _, _, place in rings.loose] + starts
        return [int(self._places[place]) for place in places]

    def link(self, one: int, two: int) -> None:
        """Go from `one` to `two`."""
        self.after[one] = two
        self.before[two] = one

    def members(self, point: int) -> Integers:
        """Return the ring through `point`, from it on."""
        onward = np.empty(len(self._places), dtype=np.int64)
        onward[self._places] = np.arange(len(self._places))
        start = int(onward[point])
        onward = onward[self.after[self._places]]
        jumps = np.flatnonzero(onward != np.arange(1, len(onward) + 1)).tolist()
        places = walk(dict(zip(jumps, onward[jumps].tolist(), strict=True)), start)
        return self._places[places]

    def few(self, point: int) -> list[int]:
        """Return the members of a small ring."""
        found = [point]
        at = int(self.after[point])
        while at != point:
            found.append(at)
            at = int(self.after[at])
        return found

    def join_next(self, members: list[int]) -> bool:
        """Join this ring to one beside it by swapping two hops that run side by side."""
        mine = int(self.ring[members[0]])
        for u in members:
            behind, ahead = int(self.before[u]), int(self.after[u])
            for w in self.ground.around(u):
                if int(self.ring[w]) == mine:
                    continue
                w_behind, w_ahead = int(self.before[w]), int(self.after[w])
                if self.ground.touch(ahead, w_behind) or (ahead == u and w_behind == w):
                    self.link(u, w)
                    self.link(w_behind, ahead)
                elif self.ground.touch(behind, w_ahead):
                    self.link(w, u)
                    self.link(behind, w_ahead)
                else:
                    continue
                self.ring[members] = self.ring[w]
                return True
        return False

    def settle(self, point: int, trades: int, seen: frozenset[int]) -> bool:
        """Take `point` up into a ring: between two of its neighbours, or in place of another.

        The other then needs a place itself: at most `trades` times.
        """
        around = self.ground.around(point)
        for u in around:
            w = int(self.after[u])
            if w in around and u not in seen and w not in seen:
                self.link(u, point)
                self.link(point, w)
                self.ring[point] = self.ring[u]
                return True
        if trades == 0:
            return False
        for u in around:
            for other in self.ground.around(u):
                if other == point or other in seen or other in self.heads:
                    continue  # a ring is known by its head, which therefore stays
                behind, ahead = int(self.before[other]), int(self.after[other])
                if behind not in around or ahead not in around or behind == ahead:
                    continue
                self._put_for(point, other, behind, ahead)
                if self.settle(other, trades - 1, seen | {point}):
                    return True
                self._put_for(other, point, behind, ahead)
        return False

    def _put_for(self, new: int, old: int, behind: int, ahead: int) -> None:
        self.link(behind, new)
        self.link(new, ahead)
        self.ring[new], self.ring[old] = self.ring[old], -1
        self.after[old] = self.before[old] = old

    def trade(self, point: int) -> bool:
        """Settle a loose point with as few trades as it takes."""
        ring = int(self.ring[point])
        self.ring[point] = -1
        for trades in range(1, TRADES_MAX + 1):
            if self.settle(point, trades, frozenset()):
                return True
        self.ring[point] = ring
        return False


def mend(ground: Ground, rings: Rings) -> list[Integers]:
    """Join rings and loose points as far as it costs no longer hop; return the rings left.

    The largest ring comes first.
    """
    loops = Loops(ground, rings)
    heads = loops.heads
    tries = 0
    progress = True
    while progress and len(heads) > 1 and tries < TRIES_MAX:
        progress = False
        for head in heads[:-1]:
            tries += 1
            members = loops.few(head)
            if loops.join_next(members) or (len(members) == 1 and loops.trade(head)):
                heads.remove(head)
                progress = True
    left = [
        loops.members(head) if k == 0 else np.array(loops.few(head))
        for k, head in enumerate(reversed(heads))
    ]
    return sorted(left, key=len, reverse=True)
