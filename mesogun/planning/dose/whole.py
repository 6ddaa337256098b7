"""From doses between steps to whole steps: under every disc, with the exact sum where it goes."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np

from mesogun.planning.dose.demand import Shots
from mesogun.planning.dose.level import FINE
from mesogun.planning.place.raster import Integers

TRADES_MAX = 20_000
"""Exchanges that are tried, at most, before giving up,"""
TOUCHED_MAX = 400_000
"""and about how many discs they touch: a shot at a small spacing lies in ten times as many."""


class Whole:
    """Whole steps of every shot, changed one by one, and how much room is left in every disc."""

    def __init__(
        self,
        shots: Shots,
        left_nl: dict[int, int],
        discs: tuple[Integers, Integers, Integers, Integers],
        dose: Integers,
    ) -> None:
        first, shot, needles, room = discs
        self.rows = first, shot
        self.zone: list[int] = shots.zone.tolist()
        self.unit = shots.step_nl.tolist()
        self.pair = shots.pair_nl.tolist()
        self.low, self.high = shots.low.tolist(), shots.high.tolist()
        unit = shots.step_nl * FINE
        steps = np.minimum(np.maximum(dose // unit, shots.low), shots.high)
        self.steps = steps.tolist()
        self.wish = dose.tolist()
        """What the prices ask for, in `FINE` parts of 1 nL."""
        self.target = shots.target.tolist()
        held = np.add.reduceat((steps * shots.step_nl)[shot] * needles, first)
        left = room - held
        self.room: list[int] = left.tolist()
        """Of each disc, in nL; below 0 where it is still too full."""
        needs = needles * shots.step_nl[shot]
        self.needs = list(
            zip(
                np.minimum.reduceat(needs, first).tolist(),
                np.maximum.reduceat(needs, first).tolist(),
                strict=True,
            )
        )
        """Of each disc: the least and the most that a step more of any of its shots takes."""
        lacks = np.repeat(left, np.diff(first, append=len(shot))) < needs
        self.blocked: list[int] = np.bincount(shot[lacks], minlength=len(steps)).tolist()
        """Of each shot: how many discs have no room for one step more of it."""
        stops = [*first.tolist()[1:], len(shot)]
        names: list[int] = shot.tolist()
        counts: list[int] = needles.tolist()
        self.members = [
            list(zip(names[a:b], counts[a:b], strict=True))
            for a, b in zip(first.tolist(), stops, strict=True)
        ]
        self.counts = [dict(members) for members in self.members]
        self.discs: list[list[tuple[int, int]]] = [[] for _ in self.zone]
        for disc, members in enumerate(self.members):
            for name, count in members:
                self.discs[name].append((disc, count))
        self.beside: dict[int, list[int]] = {}
        """Of each shot looked at so far: the others with which it shares a disc, rising."""
        self.left = dict(left_nl)
        """What each zone still has to give."""
        for name, number in enumerate(self.steps):
            self.left[self.zone[name]] -= number * self.pair[name]
        self.trades = 0
        self.trades_max = min(TRADES_MAX, TOUCHED_MAX * len(self.zone) // len(shot))

    def change(self, name: int, by: int) -> None:
        """Give a shot so many steps more."""
        self.steps[name] += by
        self.left[self.zone[name]] -= by * self.pair[name]
        step, room = by * self.unit[name], self.room
        for disc, count in self.discs[name]:
            before = room[disc]
            after = room[disc] = before - count * step
            least, most = self.needs[disc]
            # not all had room before and have it still, nor did all lack it and lack it still
            if (before >= least or after >= least) and (before < most or after < most):
                self._block(disc, before, after)

    def _block(self, disc: int, before: int, after: int) -> None:
        """Note whom a disc blocks now and did not before, and the other way round."""
        unit, blocked = self.unit, self.blocked
        for name, count in self.members[disc]:
            need = count * unit[name]
            blocked[name] += (after < need) - (before < need)

    def tight(self, name: int) -> list[int]:
        """Return the discs that have no room for one step more of this shot."""
        unit, room = self.unit[name], self.room
        return [disc for disc, count in self.discs[name] if room[disc] < count * unit]

    def over(self, name: int, wish: list[int]) -> int:
        """Return how far the shot's dose lies over what is wished, in `FINE` parts."""
        over: int = self.steps[name] * self.unit[name] * FINE - wish[name]
        return over

    def empty(self) -> bool:
        """Take from discs that are too full; tell whether that can be done."""
        for disc, members in enumerate(self.members):
            while self.room[disc] < 0:
                may = [name for name, _ in members if self.steps[name] > self.low[name]]
                if not may:
                    return False
                self.change(max(may, key=lambda name: (self.over(name, self.wish), -name)), -1)
        return True

    def add(self) -> None:
        """Give what is left, one step at a time, where it is wished most and there is room."""
        heap = [(self.over(name, self.wish), name) for name in range(len(self.steps))]
        heapify(heap)
        while heap:
            over, name = heappop(heap)
            if self.left[self.zone[name]] < self.pair[name] or self.steps[name] >= self.high[name]:
                continue
            if self.blocked[name]:
                continue
            self.change(name, 1)
            heappush(heap, (over + self.unit[name] * FINE, name))

    def mend(self) -> None:
        """Give what is still left by exchanges, and bring doses closer to their targets."""
        if any(self.left.values()):
            self.push()
        self.trade()

    def push(self) -> None:
        """Give what is left by making room: a neighbour gives way and finds its step elsewhere."""
        for name in range(len(self.steps)):
            while self._may_rise(name) and self._push_aside(name):
                pass

    def _may_rise(self, name: int) -> bool:
        free = self.left[self.zone[name]] >= self.pair[name]
        return free and self.steps[name] < self.high[name] and self.trades < self.trades_max

    def _push_aside(self, name: int) -> bool:
        if not self.blocked[name]:
            self.change(name, 1)
            return True
        tight = self.tight(name)
        for other in self._in_all(tight, name):
            self.trades += 1
            if not self._frees(other, tight, name):
                continue
            self.change(other, -1)
            # most often nobody has room even before this shot takes its step
            if self._room_near(other, name) is not None:
                self.change(name, 1)
                found = self._room_near(other, name)
                if found is not None:
                    self.change(found, 1)
                    return True
                self.change(name, -1)
            self.change(other, 1)
        return False

    def _frees(self, other: int, discs: list[int], name: int) -> bool:
        """Tell whether a step less of `other` gives these discs room for one more of a shot."""
        gives, takes = self.unit[other], self.unit[name]
        for disc in discs:
            counts = self.counts[disc]
            if self.room[disc] + counts[other] * gives < counts[name] * takes:
                return False
        return True

    def _in_all(self, discs: list[int], but: int) -> list[int]:
        """Return the shots of the same zone that lie in all these discs and can give a step."""
        common = set(self.counts[discs[0]])
        for disc in discs[1:]:
            common &= self.counts[disc].keys()
        zone, pair = self.zone[but], self.pair[but]
        return sorted(
            name
            for name in common
            if name != but
            and self.zone[name] == zone
            and self.pair[name] == pair
            and self.steps[name] > self.low[name]
        )

    def _room_near(self, other: int, but: int) -> int | None:
        """Return a shot that can take a step now that `other` has given one, or None."""
        zone, pair = self.zone[other], self.pair[other]
        for name in self._near(other):
            free = name != but and not self.blocked[name] and self.steps[name] < self.high[name]
            if free and self.zone[name] == zone and self.pair[name] == pair:
                return name
        return None

    def _near(self, name: int) -> list[int]:
        if name not in self.beside:
            near = {one for disc, _ in self.discs[name] for one in self.counts[disc]}
            self.beside[name] = sorted(near - {name})
        return self.beside[name]

    def trade(self) -> None:
        """Move steps to where they are closer to the targets, while that helps and discs allow."""
        over = [self.over(name, self.target) for name in range(len(self.steps))]
        top = self._tops(over)
        for name in sorted(range(len(over)), key=lambda name: (over[name], name)):
            unit = self.unit[name] * FINE
            while self.steps[name] < self.high[name] and self.trades < self.trades_max:
                mine = self.over(name, self.target) + unit
                giver = self._giver(name) if top[name] > mine else None
                if giver is None:
                    break
                self.change(giver, -1)
                self.change(name, 1)
                for other in self._near(name):
                    top[other] = max(top[other], mine)

    def _tops(self, over: list[int]) -> list[int]:
        """Return for each shot what none who shares a disc with it and can give is farther over."""
        first, shot = self.rows
        gives = np.array(self.steps) > np.array(self.low)
        none = np.iinfo(np.int64).min
        most = np.maximum.reduceat(np.where(gives, over, none)[shot], first)
        tops = np.full(len(over), none)
        np.maximum.at(tops, shot, np.repeat(most, np.diff(first, append=len(shot))))
        told: list[int] = tops.tolist()
        return told

    def _giver(self, name: int) -> int | None:
        """Return a neighbour from whom a step to this shot would help most, or None."""
        self.trades += 1
        tight = self.tight(name) if self.blocked[name] else []
        may = self._in_all(tight, name) if tight else self._near(name)
        mine = self.over(name, self.target)
        zone, pair = self.zone[name], self.pair[name]
        best: int | None = None
        most = mine + self.unit[name] * FINE
        for other in may:
            if self.zone[other] != zone or self.pair[other] != pair:
                continue
            theirs = self.over(other, self.target)
            if theirs <= most or self.steps[other] <= self.low[other]:
                continue
            if self._frees(other, tight, name):
                best, most = other, theirs
        return best
