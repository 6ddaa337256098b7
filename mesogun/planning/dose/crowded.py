"""Thinning doses out where a square centimetre is too full: the even doses are only the start.

Discs overlap, so this is no matter of one pass. Every disc found too full becomes a bound. Bounds
are given prices that rise while they are broken (accelerated ascent of the dual problem, in whole
numbers); a prick gives way by the prices of its discs, and the zone's level rises so that the sum
stays. What comes of it is rounded to steps, mended one by one, and looked at again for new discs.

Prices prove things as well. No doses whatsoever cost less than they say (`least_cost`), and where
they outgrow what bounds can hold, there are no such doses at all (`impossible`): both are worked
out in exact whole numbers.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

import numpy as np

from mesogun.planning.dose.demand import Demand, Doses, Short, Shots, cost_of, rows_of, too_full
from mesogun.planning.dose.level import FINE, Groups, begins, height
from mesogun.planning.dose.roll import Crowd, Turns, kept_turns
from mesogun.planning.dose.whole import Whole
from mesogun.planning.place.raster import Integers
from mesogun.planning.plan import Answer

PRICE_ROUNDS, PRICE_ROUNDS_QUICK = 400, 100
PRICED_MAX = 8_000_000
"""In so many rounds, at most, every shot of every disc is looked at; with the fewer rounds, always.
Where discs are many, prices settle over several looks: each begins with the last one's."""
LOOKS_MAX, LOOKS_QUICK = 24, 5
"""So often new discs are looked for."""
LOOK_EVERY = 20
"""After so many rounds of prices, and again, one sees whether they have settled or prove it all
impossible."""


class Discs(NamedTuple):
    """Bounds on what shots add to discs: rows are (disc, shot), disc after disc."""

    first: Integers
    """The row at which each disc begins."""
    shot: Integers
    needles: Integers
    """How many needles of the shot the disc holds."""
    room_nl: Integers
    """What the open shots of each disc may have together."""

    def each(self, values: Integers) -> Integers:
        """Return every disc's value, once for each of its rows."""
        repeated: Integers = np.repeat(values, np.diff(self.first, append=len(self.shot)))
        return repeated

    def held(self, dose: Integers) -> Integers:
        """Return what each disc holds where the pricks of each shot have that dose."""
        summed: Integers = np.add.reduceat(dose[self.shot] * self.needles, self.first)
        return summed


def discs_of(demand: Demand, shots: Shots, found: list[Crowd]) -> Discs:
    """Return the bounds on the open shots of these discs."""
    of_prick = np.full(len(demand.zone), -1, dtype=np.int64)
    of_prick[demand.open_rows] = shots.of_row
    given = np.zeros(len(demand.zone), dtype=np.int64)
    if demand.given_nl is not None:
        given = np.maximum(demand.given_nl, 0)
    pricks = np.concatenate([one.pricks for one in found])
    disc = np.repeat(np.arange(len(found)), [len(one.pricks) for one in found])
    room = np.array([one.cap for one in found])
    np.subtract.at(room, disc, given[pricks])
    open_ = of_prick[pricks] >= 0
    name = disc[open_] * len(shots.zone) + of_prick[pricks[open_]]
    rows, needles = np.unique(name, return_counts=True)
    disc, shot = np.divmod(rows, len(shots.zone))
    first = begins(disc)
    return Discs(first, shot, needles.astype(np.int64), room[disc[first]])


class Asked(NamedTuple):
    """The problem between zones, shots and discs, ready for prices."""

    zones: Groups
    """Rows are pricks: a shot of n needles counts n times."""
    volume_nl: Integers
    shots: Shots
    discs: Discs

    def adds_up(self, steps: Integers) -> bool:
        """Tell whether every zone gets its volume."""
        pricks = np.repeat(steps * self.shots.step_nl, self.shots.needles)
        return bool((self.zones.add(pricks) == self.volume_nl).all())

    def level_of(self, target: Integers, low: Integers, high: Integers) -> Integers:
        """Return each shot's level: that of its zone, under which the zone holds its volume."""
        n = self.shots.needles
        rows = [np.repeat(one, n) for one in (target, low, high)]
        filled, _ = height(self.zones, self.volume_nl * FINE, *rows)
        last = np.cumsum(n) - 1
        each: Integers = np.repeat(filled, self.zones.size)[last]
        return each


class Prices(NamedTuple):
    """The state of the dual problem."""

    price: Integers
    """Of each disc, in `FINE` parts of 1 nL; never below 0."""
    owed: Integers
    """Of each shot: the prices of its discs, needle by needle."""
    level: Integers
    """Of each shot: that of its zone."""
    dose: Integers
    """Of the pricks of each shot, in `FINE` parts of 1 nL, not yet whole steps."""
    impossible: bool
    """It is proved that no doses keep all bounds."""


def priced(asked: Asked, start: Integers, rounds: int = PRICE_ROUNDS) -> Prices:
    """Return prices, found from `start` on, under which doses keep the discs as far as can be."""
    shots, discs = asked.shots, asked.discs
    low, high = (one * shots.step_nl * FINE for one in (shots.low, shots.high))
    by_shot = np.argsort(discs.shot, kind="stable")
    touched = begins(discs.shot[by_shot])
    names = discs.shot[by_shot][touched]

    def paid(price: Integers) -> Integers:
        owed = np.zeros(len(shots.zone), dtype=np.int64)
        owed[names] = np.add.reduceat((discs.each(price) * discs.needles)[by_shot], touched)
        return owed

    def answer(owed: Integers) -> tuple[Integers, Integers]:
        wish = shots.target - owed // shots.needles
        level = asked.level_of(wish, low, high)
        return level, np.minimum(np.maximum(wish + level, low), high)

    # a price that rises no faster than this never overshoots, whatever the discs beside it do
    stiff = discs.held(-(-paid(np.ones(len(discs.first), dtype=np.int64)) // shots.needles))
    room = discs.room_nl * FINE
    slack = int(shots.step_nl.min()) * FINE // 16
    price = ahead = start
    pace = 1
    for number in range(1, rounds + 1):
        _, dose = answer(paid(ahead))
        raised = np.maximum(ahead + (discs.held(dose) - room) // stiff, 0)
        step = raised - price
        if _agree(raised - ahead, step):
            pace, ahead = pace + 1, raised + step * (pace - 1) // (pace + 2)
        else:
            pace, ahead = 1, raised
        price = raised
        if number % LOOK_EVERY == 0 or number == rounds:
            owed = paid(price)
            level, dose = answer(owed)
            proof = _outgrown(asked, price, owed)
            if proof or int((discs.held(dose) - room).max()) <= slack:
                return Prices(price, owed, level, dose, proof)
    return Prices(price, owed, level, dose, False)


def _agree(ascent: Integers, step: Integers) -> bool:
    """Tell whether going on as before still leads up."""
    a, b = (one >> max(0, int(np.abs(one).max()).bit_length() - 21) for one in (ascent, step))
    return int((a * b).sum()) >= 0


def _outgrown(asked: Asked, price: Integers, owed: Integers) -> bool:
    """Tell whether these prices prove that no doses keep all bounds.

    Of doses within all bounds, level times volume is at most what each shot adds at most to
    (level - owed) times dose, and what the discs' rooms cost. That holds for every level.
    """
    shots = asked.shots
    grow = max(0, 60 - int(owed.max()).bit_length() - int(shots.needles.sum()).bit_length())
    owed = owed << grow
    low, high = shots.low * shots.step_nl, shots.high * shots.step_nl
    level = asked.level_of(-(owed // shots.needles), low * FINE, high * FINE)
    free = (level * shots.needles - owed).astype(object)
    last = np.cumsum(_count(shots.zone)) - 1
    worth = sum(
        int(a) * b for a, b in zip(level[last].tolist(), asked.volume_nl.tolist(), strict=True)
    )
    most = int(np.maximum(free * low, free * high).sum())
    rooms = (price.astype(object) << grow) * asked.discs.room_nl
    return bool(worth > most + int(rooms.sum()))


def _count(zone: Integers) -> Integers:
    return np.diff(begins(zone), append=len(zone))


def least_cost(asked: Asked, prices: Prices) -> int:
    """Return what no doses within all bounds cost less than (as `cost_of` counts)."""
    shots = asked.shots
    step = (shots.step_nl * FINE).astype(object)
    pull = (prices.level * shots.needles - prices.owed).astype(object)
    wish = shots.target + pull // shots.needles
    costs = []
    for number in (wish // step, wish // step + 1):
        dose = np.minimum(np.maximum(number, shots.low), shots.high) * step
        off = dose - shots.target
        costs.append(shots.needles * off * off - 2 * pull * dose)
    last = np.cumsum(_count(shots.zone)) - 1
    pairs = zip(prices.level[last].tolist(), asked.volume_nl.tolist(), strict=True)
    whole = sum(level * volume for level, volume in pairs)
    rooms = int((prices.price.astype(object) * asked.discs.room_nl).sum())
    least: int = int(np.minimum(*costs).sum()) + 2 * FINE * (whole - rooms)
    return least


def thin_out(
    demand: Demand, shots: Shots, even: Integers, cap: Integers, *, less: bool, thorough: bool
) -> Doses | Short:
    """Return doses under which no disc is too full, or the zone whose volume does not go in.

    `even` are the steps that are best without discs; some disc is known to be too full with them.
    """
    zones, volume = _wanted(shots, even)
    near = int(cap.min()) // 4
    kept = kept_turns(demand.places)
    found = _found(demand, rows_of(demand, shots, even), cap, -near, {}, kept)
    price = np.array([], dtype=np.int64)
    proved = False
    for _ in range(LOOKS_MAX if thorough else LOOKS_QUICK):
        discs = discs_of(demand, shots, list(found.values()))
        asked = Asked(zones, volume, shots, discs)
        start = np.zeros(len(discs.first), dtype=np.int64)
        start[: len(price)] = price
        many = min(PRICE_ROUNDS, PRICED_MAX // len(discs.shot)) if thorough else 0
        prices = priced(asked, start, max(many, PRICE_ROUNDS_QUICK))
        price = prices.price
        if prices.impossible:
            proved = True
            if not thorough:
                return Short(int(shots.zone[0]), "disc", 0, 0, True)
        whole = _rounded(asked, prices)
        if whole is None:
            return _too_dense(demand, shots, discs)
        dose = rows_of(demand, shots, np.array(whole.steps))
        if next(too_full(demand, dose, cap, kept=kept), None) is None:
            whole.mend()
            dose = rows_of(demand, shots, np.array(whole.steps))
            if next(too_full(demand, dose, cap, kept=kept), None) is None:
                break
        found = _found(demand, dose, cap, -near // 4, found, kept)
    else:
        return Short(int(shots.zone[0]), "disc", 0, 0, False)
    short = [zone for zone, left in whole.left.items() if left]
    if not short or less:
        return Doses(dose, _answers(demand, asked, prices, np.array(whole.steps), even))
    given = demand.zones[short[0]].volume_nl - whole.left[short[0]]
    if thorough and not proved:
        from mesogun.planning.dose.exact import solved

        steps = solved(demand, asked, prices.dose, cap, found)
        if isinstance(steps, bool):
            proved = steps
        else:
            dose = rows_of(demand, shots, steps)
            return Doses(dose, tuple("feasible" for _ in demand.zones))
    return Short(short[0], "disc", given, 0, proved)


def _wanted(shots: Shots, even: Integers) -> tuple[Groups, Integers]:
    """Return the zones, and the volumes that the even doses reach."""
    pricks = np.repeat(shots.zone, shots.needles)
    first = begins(pricks)
    zones = Groups(first, np.diff(first, append=len(pricks)))
    return zones, np.add.reduceat(even * shots.pair_nl, begins(shots.zone))


def _found(
    demand: Demand,
    dose: Integers,
    cap: Integers,
    above: int,
    so_far: dict[bytes, Crowd],
    kept: list[Turns] | None,
) -> dict[bytes, Crowd]:
    """Return the discs so far and those that these doses fill to nearly their cap or beyond."""
    every = dict(so_far)
    for one in too_full(demand, dose, cap, above, kept):
        every.setdefault(one.pricks.tobytes(), one)
    return every


def _rounded(asked: Asked, prices: Prices) -> Whole | None:
    shots, discs = asked.shots, asked.discs
    zones = shots.zone[begins(shots.zone)].tolist()
    left = dict(zip(zones, asked.volume_nl.tolist(), strict=True))
    whole = Whole(shots, left, discs, prices.dose)
    if not whole.empty():
        return None
    whole.add()
    return whole


def _too_dense(demand: Demand, shots: Shots, discs: Discs) -> Short:
    """Name the zone of a disc that even the least doses fill too much."""
    over = discs.held(shots.low * shots.step_nl) > discs.room_nl
    row = int(discs.first[np.flatnonzero(over)[0]])
    return Short(int(shots.zone[discs.shot[row]]), "disc", 0, 0, True)


def _answers(
    demand: Demand, asked: Asked, prices: Prices, steps: Integers, even: Integers
) -> tuple[Answer, ...]:
    """Say of each zone whether its doses are proved to be the best there are.

    They are if all is given, and all doses together cost no more than what is proved to be the
    least, to within the least that two costs can differ by; or if the zone has the doses that it
    would have alone.
    """
    shots = asked.shots
    grain = (gcd(*shots.step_nl.tolist()) * FINE) ** 2 if not shots.target.any() else 1
    best = asked.adds_up(steps) and cost_of(shots, steps) - least_cost(asked, prices) < grain
    answers: list[Answer] = []
    for k in range(len(demand.zones)):
        mine = shots.zone == k
        own = shots.taken(mine)
        alone = cost_of(own, steps[mine]) == cost_of(own, even[mine])
        answers.append("optimal" if best or alone else "feasible")
    return tuple(answers)
