"""Many small demands for doses from a number each, and what is given: pinned step by step.

Where discs are nearly full there are many divisions that keep all bounds; which one is found is
decided by prices, by ties and by the order in which exchanges are tried. `golden/doses.json` holds
what comes of that. Everything is a whole number, and scipy is asked for nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np

from mesogun.planning.dose.allocate import allocate, each_zone, evenly, surely_thin
from mesogun.planning.dose.crowded import Asked, Discs, discs_of, least_cost, priced
from mesogun.planning.dose.demand import (
    OPEN,
    Bounds,
    Demand,
    Doses,
    Short,
    Shots,
    rows_of,
    shots_of,
)
from mesogun.planning.dose.demand import too_full as crowds_of
from mesogun.planning.dose.held import most_at
from mesogun.planning.dose.level import FINE, Groups, groups_of, height, level, targets
from mesogun.planning.dose.roll import (
    Places,
    crowding,
    crowds,
    fullest,
    kept_turns,
    most_on,
    rolled,
)
from mesogun.planning.dose.room import Room
from mesogun.planning.dose.whole import Whole
from mesogun.planning.place.raster import Integers
from tests.planning.corpus import Dice
from tests.planning.orders import plain, short


def where(dice: Dice, count: int, deep: bool = False) -> Places:
    """Places a few millimetres from each other: rows that lean, or anywhere."""
    pitch = dice.one_of((1_700, 2_900, 4_100, 5_600, 8_000))
    wide = dice.between(2, 7)
    points: list[tuple[int, int, int]] = []
    loose = dice.once_in(3)
    for k in range(count):
        x, y = k % wide * pitch + k // wide * (pitch // 2), k // wide * pitch * 13 // 15
        if loose:
            x, y = dice.upto(wide * pitch), dice.upto((count // wide + 1) * pitch)
        points.append((x, y, dice.upto(3_000) if deep else 0))
    x, y, z = np.array(points, dtype=np.int64).T.copy()
    return Places(x, y, z if deep else None)


def demand(dice: Dice) -> Demand:
    """What one to three zones ask, with discs that can hold it just so, or just not."""
    step = dice.one_of((1, 1, 1, 4, 500))
    needles = dice.one_of((1, 1, 1, 2, 3))
    places, zone, shot, bounds = [], [], [], []
    at = 0
    deep = dice.once_in(8)
    for k in range(dice.one_of((1, 1, 2, 3))):
        count = dice.one_of((1, 2, 3, 5, 8, 12, 20))
        each = [dice.one_of((1, needles)) for _ in range(count)]
        rows = sum(each)
        made = where(dice, rows, deep)
        away = at if dice.once_in(2) else 30_000 * k
        places.append(made._replace(x_um=made.x_um + away))
        at = int(made.x_um.max()) + away + dice.one_of((2_000, 9_000, 11_285, 11_287, 40_000))
        zone += [k] * rows
        first = shot[-1] + 1 if shot else 0
        shot += [first + name for name, some in enumerate(each) for _ in range(some)]
        mean = dice.between(3, 12)
        least = dice.one_of((0, 1, step, 2 * step, 2 * step + 1))
        most = dice.one_of((mean + 1, 2 * mean, 3 * mean)) * step
        crowd = int(crowding(made).max())
        fair = max(1, crowd * mean * dice.between(70, 125) // 100) * step
        cap = dice.one_of((fair, fair, 10**6))
        grain = step * dice.one_of((1, 6))
        volume = max(1, rows * mean * step // grain) * grain
        held = dice.one_of((0, crowd, crowd))
        bounds.append(Bounds(volume, least, most, cap, held))
    x, y = (np.concatenate([one[axis] for one in places]) for axis in (0, 1))
    z = np.concatenate([one.z_um for one in places if one.z_um is not None]) if deep else None
    count = len(zone)
    weight = given = None
    if dice.once_in(3):
        weight = np.array([dice.between(0, 3) for _ in range(count)])
    if dice.once_in(4):
        taken = {name: dice.one_of((OPEN, OPEN, OPEN, 0, 5 * step)) for name in set(shot)}
        given = np.array([taken[name] for name in shot])
    return Demand(
        Places(x, y, z),
        np.array(zone),
        np.array(shot),
        step,
        tuple(bounds),
        weight,
        given,
    )


def told(answer: Doses | Short) -> object:
    """An answer as plain numbers."""
    if isinstance(answer, Short):
        return tuple(answer)
    return plain(answer.dose_nl), answer.answers


def divided(number: int) -> object:
    """The doses, or what stands in the way: in full, with less than all, given up early."""
    asked = demand(Dice(number, 41))
    return [
        told(allocate(asked)),
        told(allocate(asked, less=True)),
        told(allocate(asked, thorough=False)),
        told(allocate(asked, less=True, thorough=False)),
    ]


def kinds(number: int) -> object:
    """Shots of two and of three needles, or of others: how a zone's volume is shared among them."""
    dice = Dice(number, 97)
    some = dice.one_of(((1, 2), (2, 3), (2, 3), (3, 4), (2, 5), (4, 6)))
    shots = [dice.one_of(some) for _ in range(dice.between(1, 9))]
    rows = sum(shots)
    shot = np.repeat(np.arange(len(shots)), shots)
    places = Places(np.arange(rows) * 40_000, np.zeros(rows, dtype=np.int64), None)
    step, mean = dice.one_of((1, 2, 3, 5)), dice.between(2, 30)
    bounds = Bounds(rows * mean + dice.upto(4), dice.between(0, 3), 2 * mean, 10**9, 1)
    weight = np.array([dice.between(0, 3) for _ in range(rows)]) if dice.once_in(2) else None
    made = Demand(places, np.zeros(rows, dtype=np.int64), shot, step, (bounds,), weight)
    return [told(allocate(made)), told(allocate(made, less=True))]


def plainly(number: int) -> object:
    """Zone by zone, as if there were no discs: the short way, and the general one."""
    asked = demand(Dice(number, 43))
    alike = evenly(asked)
    says: list[object] = [None if alike is None else plain(alike)]
    if alike is not None:
        says.append(surely_thin(asked, alike))
    rows = asked.open_rows
    target = np.zeros(len(rows), dtype=np.int64)
    shots = shots_of(asked, target)
    for less in (False, True):
        even = each_zone(asked, shots, less=less)
        if isinstance(even, Short):
            says.append(tuple(even))
            continue
        dose = rows_of(asked, shots, even)
        says += [plain(even, dose), surely_thin(asked, dose)]
        cap = np.array([one.per_cm2_nl for one in asked.zones])[asked.zone]
        for above in (0, -int(cap.min()) // 3):
            found = crowds_of(asked, dose, cap, above)
            says.append([(plain(one.pricks), int(one.cap), int(one.excess)) for one in found])
    return says


def problem(dice: Dice) -> Asked:
    """Shots of a few zones, in discs that are drawn: no places are needed."""
    counts = [dice.between(1, 9) for _ in range(dice.one_of((1, 1, 2, 3)))]
    zone = np.repeat(np.arange(len(counts)), counts)
    count = len(zone)
    kind = dice.one_of(((1,), (1,), (3,), (1, 3)))
    needles = np.array([dice.one_of(kind) for _ in range(count)])
    order = np.lexsort((needles, zone))
    needles = needles[order]
    step = 6 // needles if dice.once_in(2) else np.ones(count, dtype=np.int64)
    low = np.array([dice.between(1, 2) for _ in range(count)])
    high = low + np.array([dice.between(0, 9) for _ in range(count)])
    aim = np.array([dice.between(0, 9) * dice.one_of((0, 1)) for _ in range(count)])
    target = aim * FINE // dice.one_of((1, 3))
    of_row = np.repeat(np.arange(count), needles)
    zones = groups_of(np.add.reduceat(needles, np.searchsorted(zone, np.arange(len(counts)))))
    first, shot, inside = [], [], []
    for _ in range(dice.between(1, 7)):
        mine = [name for name in range(count) if dice.once_in(2)] or [dice.upto(count)]
        first.append(len(shot))
        shot += mine
        inside += [dice.between(1, int(needles[name])) for name in mine]
    pair = needles * step
    begins = np.searchsorted(zone, np.arange(len(counts)))
    least, most = (np.add.reduceat(one * pair, begins) for one in (low, high))
    part = dice.between(1, 9)
    volume = least + (most - least) * part // 10 // 6 * 6
    made = Discs(np.array(first), np.array(shot), np.array(inside), np.zeros(1, dtype=np.int64))
    fill = made.held((low * 10 + (high - low) * part) * step // 10)
    room = fill * np.array([dice.between(7, 14) for _ in first]) // 10
    shots = Shots(zone, needles, step, low, high, target, of_row)
    return Asked(zones, volume, shots, made._replace(room_nl=room))


def prices(number: int) -> object:
    """Prices of discs after some rounds, what they prove, and what no doses cost less than."""
    dice = Dice(number, 47)
    asked = problem(dice)
    start = np.array([dice.upto(3) * FINE for _ in asked.discs.first])
    says = []
    for rounds in (1, 3, dice.one_of((19, 20, 21, 40, 60))):
        found = priced(asked, start, rounds)
        cost = least_cost(asked, found)
        says.append((plain(*found[:4]), found.impossible, cost, asked.adds_up(asked.shots.low)))
    return says


def steps(number: int) -> object:
    """Whole steps: taken from full discs, added, pushed aside and traded."""
    dice = Dice(number, 53)
    asked = problem(dice)
    wish = np.array([dice.between(1, 40) for _ in asked.shots.zone]) * FINE // 3
    left = dict(enumerate(asked.volume_nl.tolist()))
    whole = Whole(asked.shots, left, asked.discs, wish)

    def state() -> object:
        return list(whole.steps), sorted(whole.left.items()), list(whole.room), whole.blocked[:]

    says = [state(), whole.empty(), state()]
    whole.add()
    says.append(state())
    whole.push()
    says += [state(), whole.trades]
    whole.trade()
    says += [state(), whole.trades]
    whole.mend()
    return [*says, state(), whole.trades]


def poured(number: int) -> object:
    """Groups filled together: heights, bounds, and the last steps."""
    dice = Dice(number, 59)
    counts = np.array([dice.between(1, 7) for _ in range(dice.between(1, 4))])
    groups = groups_of(counts)
    rows = int(counts.sum())
    low = np.array([dice.between(0, 3) for _ in range(rows)])
    high = low + np.array([dice.between(0, 6) for _ in range(rows)])
    target = np.array([dice.between(0, 8) for _ in range(rows)]) * FINE // dice.one_of((1, 2, 3))
    if dice.once_in(2):
        target[:] = 0
    least, most = groups.add(low), groups.add(high)
    totals = least + (most - least) * dice.between(0, 6) // 6
    filled, side = height(groups, totals * FINE, target, low * FINE, high * FINE)
    weights = np.array([dice.between(0, 9) for _ in range(rows)])
    weights[0] += 1
    return plain(
        filled, side, level(groups, totals, target, low, high), targets(dice.upto(500), weights)
    )


def round_about(number: int) -> object:
    """What discs and balls hold, wherever their middle lies."""
    dice = Dice(number, 61)
    made = where(dice, dice.one_of((1, 2, 3, 5, 9, 16)), deep=dice.once_in(3))
    if dice.once_in(3):  # two pricks at one place, or one prick exactly over the other
        x, y = made.x_um.copy(), made.y_um.copy()
        x[-1], y[-1] = x[0], y[0]
        made = made._replace(x_um=x, y_um=y)
    count = len(made.x_um)
    dose = np.array([dice.between(0, 9) for _ in range(count)])
    cap = np.array([dice.one_of((9, 9, 14)) for _ in range(count)])
    kept = kept_turns(made)
    says: list[object] = [fullest(made, dose), kept is None]
    for above in (0, -5):
        found = crowds(made, dose, cap, above, kept)
        says.append([(plain(one.pricks), int(one.cap), int(one.excess)) for one in found])
    if made.z_um is None:
        says += plain(crowding(made))
    says += [plain(*one) for one in rolled(made)]
    ax, bx = dice.between(1_500, 9_000), dice.between(0, 700)
    says.append(most_on(ax, 0, bx, ax))
    return [*says, most_at(ax)]


def roomy(number: int) -> object:
    """The greatest total that the pricks of a zone were found to hold."""
    dice = Dice(number, 67)
    made = where(dice, dice.one_of((1, 2, 4, 7)))
    room = Room(
        made.x_um, made.y_um, dice.one_of((0, 1, 2)), dice.between(2, 6), dice.between(2, 30)
    )
    total = dice.between(1, 40)
    return room.fair(), room.greatest(), told(room.divided(total)), room.holds(total)


def bounded(number: int) -> object:
    """The problem of shots and discs as it is put, settled pricks and all."""
    asked = demand(Dice(number, 71))
    rows = asked.open_rows
    weight = asked.weight
    target = np.arange(len(rows)) * FINE if weight is None else weight[rows] * FINE
    shots = shots_of(asked, target)
    kinds: Groups = shots.kinds
    says: list[object] = [plain(*shots), plain(*kinds)]
    cap = np.array([one.per_cm2_nl for one in asked.zones])[asked.zone]
    if not len(rows):
        return says
    dose: Integers = rows_of(asked, shots, shots.high)
    found = list(crowds_of(asked, dose, cap, -int(cap.min()) // 2))
    if found:
        says.append(plain(*discs_of(asked, shots, found)))
    return says


MAKERS: dict[str, tuple[int, Callable[[int], object]]] = {
    "poured": (100, poured),
    "bounded": (120, bounded),
    "steps": (200, steps),
    "plainly": (120, plainly),
    "kinds": (120, kinds),
    "round about": (100, round_about),
    "prices": (120, prices),
    "roomy": (60, roomy),
    "divided": (90, divided),
}
"""How many of each kind there are, and what makes them."""


def tales() -> dict[str, list[str]]:
    """All of them, as `golden/doses.json` keeps them."""
    return {
        name: [short(make(number)) for number in range(count)]
        for name, (count, make) in MAKERS.items()
    }


if __name__ == "__main__":  # python -m tests.planning.doses > tests/golden/doses.json
    sys.modules["scipy"] = None  # type: ignore[assignment]
    print(json.dumps(tales(), indent=0))
