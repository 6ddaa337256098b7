"""Many small sets of pricks from a number each, and the ways through them: pinned move by move.

Which of several ways is chosen is decided by ties, by the order in which moves are tried and by how
far each looks. `golden/orders.json` holds what comes of all that for sets of every shape, so that a
change of a plan's order is seen where it is made. All sets come from whole numbers alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning import Motion, Rest
from mesogun.planning.fast import flat
from mesogun.planning.order.free import bettered, free_way
from mesogun.planning.order.greedy import first_way
from mesogun.planning.order.islands import bridges, crossed, islands_of, joined
from mesogun.planning.order.legs import legs_of
from mesogun.planning.order.mend import Ground, mend
from mesogun.planning.order.moves import UNIT, shorten_free
from mesogun.planning.order.near import FAR, nearest, search
from mesogun.planning.order.rest import rested
from mesogun.planning.order.shorten import shorten, surplus
from mesogun.planning.order.shots import Where
from mesogun.planning.order.strips import rings_of, runs_of, walk
from mesogun.planning.order.way import order
from mesogun.planning.place.fit import Placed
from mesogun.planning.place.lattice import ANGLES, lattice
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.spots import Spots, of_points, on_lattice
from mesogun.planning.timing import hops_um
from tests.planning.corpus import Dice
from tests.planning.samples import zone

Columns = tuple[Integers, Integers, Integers]
MOTION = Motion(50_000, 60_000, 50_000, "unverified: test")


def short(told: object) -> str:
    """A name for whatever prints as whole numbers."""
    return hashlib.blake2b(repr(told).encode(), digest_size=6).hexdigest()


def plain(*some: Iterable[int]) -> list[list[int]]:
    """Columns as lists."""
    return [[int(value) for value in one] for one in some]


def columns_of(points: Iterable[tuple[int, ...]]) -> Columns:
    """Points as columns, each point once."""
    rows = list(dict.fromkeys(points))
    x, y, z = np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy()
    return x, y, z


def scattered(dice: Dice, count: int) -> Columns:
    """Points of one of many kinds: anywhere, in clumps, on a ring, a line or a grid, in space."""
    kind, side = dice.upto(9), dice.one_of((40, 3_000, 60_000))
    points: list[tuple[int, ...]] = []
    if kind in (0, 1):  # anywhere, in the plane or in space
        for _ in range(count):
            points.append((dice.upto(side), dice.upto(side), kind * dice.upto(side)))
    elif kind in (2, 3):  # in clumps far from each other
        clumps = [
            (dice.upto(40 * side), dice.upto(40 * side), (kind - 2) * dice.upto(40 * side))
            for _ in range(dice.between(2, 6))
        ]
        for _ in range(count):
            x, y, z = dice.one_of(clumps)
            deep = z + dice.upto(side) if kind == 3 else 0
            points.append((x + dice.upto(side), y + dice.upto(side), deep))
    elif kind == 4:  # a ragged ring: of many ways round, which is taken?
        for _ in range(count):
            x, y = dice.between(-100, 100), dice.between(-100, 100)
            size = max(abs(x), abs(y), 1)
            points.append((x * side // size, y * side // size, 0))
    elif kind == 5:  # a line, or two beside each other
        for k in range(count):
            points.append((k * side // 7, dice.upto(2) * side // 3, 0))
    elif kind in (6, 7):  # a grid with holes: all hops alike, so that ties decide
        wide = dice.between(2, 12)
        k = 0
        while len(points) < count:
            if not dice.once_in(5):
                points.append((k % wide * 100, k // wide * 100, (kind - 6) * (k % 3) * 50))
            k += 1
    else:  # rows that lean, as on a lattice turned a little
        wide = dice.between(2, 9)
        for k in range(count):
            points.append((k % wide * 97 + k // wide * 49, k // wide * 85 + k % wide * 3, 0))
    return columns_of(points)


def somewhere(dice: Dice, of: Columns) -> Where | None:
    """A place to come from or to go to, or none."""
    if dice.once_in(2):
        return None
    x, y, z = (int(dice.one_of(one.tolist())) for one in of)
    where = (x + dice.between(-500, 500), y - dice.upto(3_000), z)
    return where if dice.once_in(2) else where[:2]


SIZES = (2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 12, 15, 20, 26, 33, 45, 60, 90, 130)


def free(number: int) -> object:
    """A way through free points, kicked now and then, and the same bettered."""
    dice = Dice(number, 17)
    of = scattered(dice, dice.one_of(SIZES))
    count = len(of[0])
    ends = somewhere(dice, of), somewhere(dice, of)
    kicks = dice.one_of((None, 0, count // 2, 3 * count if count < 40 else 9))
    way, least = free_way(*of, *ends, kicks=kicks, seed=dice.between(1, 9))
    told = [*plain(way), least]
    if count > 1:
        laid = np.lexsort((of[0], of[1], of[2]))
        wanted = dice.one_of((0, 0, least, int(hops_um(*(one[laid] for one in of)).sum()) - 900))
        told += plain(bettered(*of, laid, *ends, wanted, kicks=dice.one_of((0, 1, 20))))
    return told


def opened(number: int) -> object:
    """A way that may begin and end anywhere, without a kick: where is it opened?"""
    dice = Dice(number, 73)
    of = scattered(dice, dice.between(3, 40))
    return plain(free_way(*of, None, None, kicks=0)[0])


def tour(number: int) -> object:
    """A closed tour with tight bounds: how many stops are turned over, how many turns noted."""
    dice = Dice(number, 19)
    of = scattered(dice, max(4, dice.one_of(SIZES)))
    count = len(of[0])
    if count < 3:
        return None
    near = nearest(*of, dice.one_of((2, 4, 6)))
    # a tour of stops that are all pricks, or of pricks and one stop that is nowhere
    total = count + dice.upto(2)
    which, away = near.which.tolist(), near.square.tolist()
    away = [FAR if one == FAR else int(one**0.5 * UNIT + 0.5) for one in away]
    which += [0] * near.each * (total - count)
    away += [FAR] * near.each * (total - count)
    way = list(range(total))
    if dice.once_in(2):
        for k in range(total - 1, 0, -1):
            other = dice.upto(k + 1)
            way[k], way[other] = way[other], way[k]
    place = [0] * total
    for k, stop in enumerate(way):
        place[stop] = k
    waiting = [1] * total
    log = [0] * dice.one_of((9, 14, 15, 16, 21, 40, 2_000))
    gained = shorten_free.at(1)(
        (way, place),
        (which, away, near.each),
        (*(flat(one, 1) for one in of), count, count),
        list(range(total)),
        waiting,
        total,
        log,
        dice.one_of((0, 3, 20, 60)),
        dice.between(1, 99),
        dice.one_of((1 << 62, 1 << 62, 4_000 * UNIT, 0)),
        dice.one_of((1, 2, 5, 9, 1_000)),
        dice.one_of((1, 2, 6, 14, 1_000)),
    )
    return plain(way, place, [gained], waiting, log)


def knowing(number: int) -> object:
    """Who is near whom, and the first way that comes of it."""
    dice = Dice(number, 23)
    of = scattered(dice, dice.one_of(SIZES))
    count = len(of[0])
    if count < 2:
        return None
    near = nearest(*of, dice.one_of((1, 3, 6)))
    pinned = dice.one_of((None, (0, count - 1)))
    way = first_way(*of, nearest(*of, dice.one_of((2, 6))), pinned, count)
    return near.each, plain(near.which, near.square, way)


def cells(number: int) -> object:
    """Who is near, looked for in cells of any size, ring by ring."""
    dice = Dice(number, 89)
    x, y, z = (one - one.min() for one in scattered(dice, dice.between(2, 45)))
    count, most, sectors = len(x), dice.one_of((1, 2, 6)), 8 if z.any() else 4
    spans = int(x.max()), int(y.max()), int(z.max())
    cell = max(max(spans) // dice.one_of((1, 2, 5, 9, 14)), max(spans) // 40, 1)
    wide, deep, high = (span // cell + 1 for span in spans)
    key = (z // cell * deep + y // cell) * wide + x // cell
    row = np.argsort(key, kind="stable")
    first = np.searchsorted(key[row], np.arange(wide * deep * high + 1))
    which, square = [0] * (count * (most + 8)), [FAR] * (count * (most + 8))
    own = [flat(one, 1) for one in (x[row], y[row], z[row], row, first)]
    search.at(1)(*own, cell, wide, deep, high, most, sectors, which, square)
    return which, square


def shape(dice: Dice) -> list[tuple[int, int]]:
    """Places of a lattice: a field with holes, a bent thin line, a tree, islands, dust."""
    kind = dice.upto(8)
    wide, high = dice.between(1, 12), dice.between(1, 12)
    field = [(i, j) for j in range(high) for i in range(wide)]
    if kind == 0:
        return [(i - j // 2, j) for i, j in field]
    if kind == 1:  # holes of one place
        return [one for one in field if not dice.once_in(9)] or [(0, 0)]
    if kind == 2:  # one large hole, and bites off the edge
        at, size = (dice.upto(wide), dice.upto(high)), dice.between(1, 4)
        left = [(i, j) for i, j in field if abs(i - at[0]) + abs(j - at[1]) > size]
        return left or [(0, 0)]
    if kind in (3, 4):  # a walk: thin, branching, biting its own tail
        steps = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))
        i = j = turn = 0
        found = [(0, 0)]
        for _ in range(dice.between(1, 70)):
            turn = dice.upto(6) if kind == 4 else (turn + dice.one_of((0, 0, 0, 1, 5))) % 6
            i, j = i + steps[turn][0], j + steps[turn][1]
            found.append((i, j))
        return list(dict.fromkeys(found))
    if kind == 5:  # islands
        found = []
        for _ in range(dice.between(2, 4)):
            di, dj = dice.between(-20, 20), dice.between(-12, 12)
            for i in range(dice.between(1, 5)):
                for j in range(dice.between(1, 4)):
                    found.append((i + di, j + dj))
        return list(dict.fromkeys(found))
    if kind == 6:  # rows of any length: a ragged edge
        found = []
        for j in range(high):
            low = dice.between(-2, 2)
            found += [(low + i, j) for i in range(dice.between(1, wide))]
        return found
    return [one for one in field if dice.once_in(2)] or [(0, 0)]


def placed(dice: Dice) -> Placed:
    """The same on some lattice, row by row."""
    by_row = sorted((j, i) for i, j in shape(dice))
    i, j = np.array([i for _, i in by_row]), np.array([j for j, _ in by_row])
    pitch = dice.one_of((1_000, 5_000, 7_013))
    return Placed(pitch, lattice(pitch, dice.upto(ANGLES)), (dice.upto(99), 7), i, j)


def on_a_lattice(number: int) -> object:
    """The whole way through the pricks of a lattice."""
    dice = Dice(number, 29)
    made = placed(dice)
    ends = somewhere(dice, (made.x_um, made.y_um, 0 * made.x_um)), None
    if dice.once_in(2):
        ends = ends[1], ends[0]
    elif dice.once_in(2):
        ends = ends[0], (dice.between(-30_000, 30_000), dice.between(-30_000, 30_000))
    flat_ends = tuple(None if one is None else one[:2] for one in ends)
    way, least = order(made, *flat_ends)
    legs = []
    if len(made) > 1:
        legs = [[*plain(leg.points), leg.closed] for leg in legs_of(made.i, made.j)]
    return plain(way), least, legs


def laid(number: int) -> object:
    """Step by step: rings over strips, mending, joining, bridges, shortening."""
    dice = Dice(number, 31)
    made = placed(dice)
    i, j = made.i, made.j
    ground = Ground(i, j, runs_of(i, j))
    rings = rings_of(i, j, dice.upto(2))
    starts = rings.starts()
    told: list[object] = [
        *plain(rings.points, rings.sizes, starts),
        sorted(rings.jumps.items()),
        rings.loose,
        rings.woven,
        [plain(walk(rings.jumps, one)) for one in starts[:9]],
    ]
    left = mend(ground, rings)
    groups = islands_of(ground, left)
    told.append([plain(*group) for group in groups])
    ways = [one[0] if len(one) == 1 else joined(ground, one) for one in groups]
    told += plain(*ways)
    whole = np.concatenate(ways)
    over = bridges(ways, made.x_um, made.y_um)
    told.append(over)
    if over is not None:
        told += plain(crossed(ground, whole, over))
    by_row = list(range(len(i)))
    for way in (whole.tolist(), by_row):
        told += [shorten(ground, way), surplus(ground, way)]
    return told


def with_head(dice: Dice, made: Spots) -> Spots:
    """Pricks two to a shot, as far as that goes, by two heads."""
    count = len(made)
    shot = np.arange(count) // 2
    head = np.where(shot < dice.upto(count), 0, 1)
    return Spots(made.x_um, made.y_um, made.z_um, shot, made.pitch_um, None, head, None)


def with_rest(number: int) -> object:
    """The order that keeps a rest between neighbours, or the refusal."""
    dice = Dice(number, 37)
    if dice.once_in(3):
        x, y, z = scattered(dice, max(3, dice.one_of(SIZES)))
        spots = of_points(x, y, z, 1)
        radius = dice.one_of((60, 900, 30_000))
    else:
        made = placed(dice)
        spots = on_lattice(made)
        radius = made.pitch_um * dice.one_of((10, 11, 18, 21, 27)) // 10
        if dice.once_in(4):
            spots = with_head(dice, spots)
    asked = zone(
        rest=Rest(radius, dice.one_of((0, 0, 1, 2, 3, 5)), dice.one_of((0, 0, 900, 4_000))),
        interval_ms=dice.one_of((0, 300)),
        dwell_ms=dice.one_of((0, 100)),
        trigger=dice.one_of(("press", "held")),
    )
    ends = [somewhere(dice, (spots.x_um, spots.y_um, spots.z_um)) for _ in range(2)]
    try:
        rows, least = rested(asked, MOTION, spots, ends[0], ends[1], free_way)
    except PlanError as refused:
        return str(refused)
    return plain(rows), least


MAKERS: dict[str, tuple[int, Callable[[int], object]]] = {
    "tour": (200, tour),
    "laid": (200, laid),
    "knowing": (80, knowing),
    "cells": (120, cells),
    "opened": (200, opened),
    "free": (160, free),
    "on a lattice": (200, on_a_lattice),
    "with rest": (160, with_rest),
}
"""How many of each kind there are, and what makes them."""


def tales() -> dict[str, list[str]]:
    """All of them, as `golden/orders.json` keeps them."""
    return {
        name: [short(make(number)) for number in range(count)]
        for name, (count, make) in MAKERS.items()
    }


if __name__ == "__main__":  # python -m tests.planning.orders > tests/golden/orders.json
    print(json.dumps(tales(), indent=0))
