"""Seams: passes are joined so that neighbours stay apart in the order; what is left is mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mesogun.planning.order.kin import NEVER, Kin
from mesogun.planning.order.passes import Pass
from mesogun.planning.place.raster import Integers
from mesogun.planning.timing import Places

WORK_MAX = 400_000
SEARCHED_MAX = 400
"""Of more shots an order is not searched for shot by shot."""


class Ask(NamedTuple):
    """What a zone's order shall keep."""

    kin: Kin
    where: Places
    head: Integers
    """Of each shot; an order never goes back to a head."""
    must: int
    """At least so many other shots between two neighbours."""
    wish: int
    """The same, as far as it can be had."""
    comes_from: tuple[int, int, int] | None
    goes_to: tuple[int, int, int] | None


def away(where: Places, shots: Integers, at: tuple[int, int, int]) -> Integers:
    """Return the distance of each shot from `at`, to the um."""
    dx, dy, dz = (one[shots] - c for one, c in zip(where, at, strict=True))
    square: Integers = dx * dx + dy * dy + dz * dz
    return np.sqrt(square.astype(np.float64)).astype(np.int64)


def _place(where: Places, shot: int) -> tuple[int, int, int]:
    return int(where.x_um[shot]), int(where.y_um[shot]), int(where.z_um[shot])


def joined(ask: Ask, passes: Sequence[Pass]) -> Integers:
    """Go through the passes; each begins where it comes least too early, then nearest."""
    at = np.full(ask.kin.shots, NEVER)
    ways: list[Integers] = []
    here, turn = ask.comes_from, 0
    for number, one in enumerate(passes):
        there = ask.goes_to if number == len(passes) - 1 else None
        shots = one.shots
        rings = [
            _begun(ask, Pass(way, one.closed), at, turn, here, there)
            for way in (shots, shots[::-1])
        ]
        (*_, begin), back = min((cost, back) for back, cost in enumerate(rings))
        way = np.roll(shots[::-1] if back else shots, -begin)
        at[way] = np.arange(turn, turn + len(way))
        turn += len(way)
        here = _place(ask.where, int(way[-1]))
        ways.append(way)
    return np.concatenate(ways)


def _begun(
    ask: Ask,
    one: Pass,
    at: Integers,
    turn: int,
    here: tuple[int, int, int] | None,
    there: tuple[int, int, int] | None,
) -> tuple[int, int, int, int]:
    """Return (too early by must, by wish, way there and away, beginning) of the best beginning."""
    shots = one.shots
    begins = len(shots) if one.closed else 1
    latest = ask.kin.latest(at)[shots]
    early = [
        _early(np.maximum(latest + 1 + gap - turn, 0))[:begins] for gap in (ask.must, ask.wish)
    ]
    hop = np.zeros(len(shots), dtype=np.int64)
    if here is not None:
        hop += away(ask.where, shots, here)
    if there is not None:
        hop += np.roll(away(ask.where, shots, there), 1)
    hop = hop[:begins]
    best = int(np.lexsort((hop, *reversed(early)))[0])
    return int(early[0][best]), int(early[1][best]), int(hop[best]), best


def _early(due: Integers) -> Integers:
    """Return, for each beginning of a ring, how many of it come before their turn.

    `due`: the turn, counted from the beginning, that each must not come before.
    """
    count = len(due)
    spans = np.minimum(due, count)
    changes = np.zeros(2 * count + 1, dtype=np.int64)
    last = np.arange(count) + count
    np.add.at(changes, last - spans + 1, 1)
    np.add.at(changes, last + 1, -1)
    sums = np.cumsum(changes)
    return sums[:count] + sums[count : 2 * count]


def mended(ask: Ask, order: Integers) -> Integers | None:
    """Take out what comes too early and put it where it may come; None where that fails."""
    kin, out = ask.kin, np.zeros(ask.kin.shots, dtype=np.bool_)
    order = order.copy()
    while True:
        at = np.full(kin.shots, NEVER)
        at[order] = np.arange(len(order))
        one, two = at[kin.one], at[kin.two]
        near = (one > two) & (two >= 0) & (one - two <= ask.must)
        if not near.any():
            break
        out[kin.one[near]] = True
        order = order[~out[order]]
    degree = np.bincount(kin.one, minlength=kin.shots)
    missing = np.flatnonzero(out)
    around = kin.lists()
    for shot in missing[np.argsort(-degree[missing], kind="stable")].tolist():
        slot = _slot(ask, order, shot, around[shot])
        if slot is None:
            return None
        order = np.concatenate((order[:slot], [shot], order[slot:]))
    return order


def _slot(ask: Ask, order: Integers, shot: int, around: list[int]) -> int | None:
    """Return where in the order the shot may stand at the least cost of way."""
    count, must = len(order), ask.must
    at = np.full(ask.kin.shots, NEVER)
    at[order] = np.arange(count)
    there = at[around]
    there = there[there >= 0]
    changes = np.zeros(count + 2, dtype=np.int64)
    np.add.at(changes, np.maximum(there - must + 1, 0), 1)
    np.add.at(changes, np.minimum(there + must, count) + 1, -1)
    free = np.cumsum(changes)[: count + 1] == 0
    heads = ask.head[order]
    low, high = np.searchsorted(heads, (ask.head[shot], ask.head[shot] + 1))
    free[:low] = False
    free[high + 1 :] = False
    slots = np.flatnonzero(free)
    if not len(slots):
        return None
    ways = away(ask.where, order, _place(ask.where, shot))
    hops = np.zeros(count + 1, dtype=np.int64)
    dx, dy, dz = (np.diff(one[order]) for one in ask.where)
    hops[1:count] = np.sqrt((dx * dx + dy * dy + dz * dz).astype(np.float64))
    cost = -hops
    cost[1:] += ways
    cost[:-1] += ways
    return int(slots[int(np.argmin(cost[slots]))])


def searched(ask: Ask) -> Integers | None:
    """Look for an order shot by shot, what has most neighbours left first; None: not found."""
    count = ask.kin.shots
    if count > SEARCHED_MAX:
        return None
    search = _Search(ask)
    waiting = [search.free()]
    for _ in range(count + WORK_MAX // count):
        if waiting[-1]:
            search.give(waiting[-1].pop())
            if len(search.order) == count:
                return np.array(search.order)
            waiting.append(search.free())
        elif search.order:
            waiting.pop()
            search.take_back()
        else:
            return None
    return None


class _Search:
    """An order that grows and shrinks, and what may come next in it."""

    __slots__ = ("_around", "_before", "_gap", "_head", "_left", "_ready", "order")

    def __init__(self, ask: Ask) -> None:
        self.order: list[int] = []
        self._around = ask.kin.lists()
        self._head: list[int] = ask.head.tolist()
        self._gap = ask.must + 1
        self._left = {shot: len(one) for shot, one in enumerate(self._around)}
        """Of those not given: how many neighbours that are not given each has."""
        self._ready = [0] * ask.kin.shots
        self._before: list[list[int]] = []

    def free(self) -> list[int]:
        """Return what may come next, the best last."""
        least, turn = min(self._head[one] for one in self._left), len(self.order)
        may = [one for one in self._left if self._head[one] == least and self._ready[one] <= turn]
        return sorted(may, key=lambda one: (self._left[one], -one))

    def give(self, shot: int) -> None:
        """Let `shot` come next."""
        around = self._around[shot]
        self._before.append([self._ready[one] for one in around])
        del self._left[shot]
        for one in around:
            self._ready[one] = len(self.order) + self._gap
            if one in self._left:
                self._left[one] -= 1
        self.order.append(shot)

    def take_back(self) -> None:
        """Undo the last."""
        shot = self.order.pop()
        around = self._around[shot]
        self._left[shot] = 0
        for one, ready in zip(around, self._before.pop(), strict=True):
            self._ready[one] = ready
            if one in self._left:
                self._left[one] += 1
                self._left[shot] += 1
