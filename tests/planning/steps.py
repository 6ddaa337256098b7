"""The steps of a plan, one by one, on fields and bodies that whole plans seldom meet.

A version of the planner keeps its word step by step, too: `golden/steps.json` pins what every step
answers. What is random here comes from `Dice`, so that all of it is the same on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import isqrt
from typing import Any

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning import Ring, check_region
from mesogun.planning.place.border import filled, tightest
from mesogun.planning.place.bound import prick_bound
from mesogun.planning.place.choose import Doses, Search, choose, most_that_fits, search_of
from mesogun.planning.place.coarse import coarse, thinned
from mesogun.planning.place.ease import eased
from mesogun.planning.place.fit import Fit, area_of, best_fit, count_fits, place
from mesogun.planning.place.gaps import cells_of_zone, not_beyond, not_taken, open_middles
from mesogun.planning.place.heads import cover
from mesogun.planning.place.irregular import Scattered, irregular
from mesogun.planning.place.lattice import ANGLES, lattice
from mesogun.planning.place.raster import NOTHING, Field, field_of
from mesogun.planning.place.region import area2_um2, check_ring, mm
from mesogun.planning.place.slivers import lost_percent
from mesogun.planning.place.spots import on_lattice
from mesogun.planning.prescription import Head
from tests.planning.corpus import TURNS, Dice, ring
from tests.planning.steps_on_bodies import body_tale
from tests.planning.steps_told import refused, short


def curve(dice: Dice, size_um: int, at: tuple[int, int]) -> Ring:
    """Hundreds of points along a star, so that a coarser drawing is worth while."""
    radii = [size_um * dice.between(8, 10) // 10 for _ in TURNS]
    each = dice.between(4, 30)
    points = []
    for k, (x, y) in enumerate(TURNS):
        x2, y2 = TURNS[(k + 1) % len(TURNS)]
        r, r2 = radii[k], radii[(k + 1) % len(TURNS)]
        for part in range(each):
            px = ((each - part) * x * r + part * x2 * r2) // (each * 1_000)
            py = ((each - part) * y * r + part * y2 * r2) // (each * 1_000)
            points.append((at[0] + px + dice.between(-9, 9), at[1] + py + dice.between(-9, 9)))
    return tuple(dict.fromkeys(points))


def some_field(dice: Dice) -> Field | None:
    """A zone to treat, or None where the rings drawn are none."""
    size_um = dice.one_of((4_000, 7_000, 12_000, 20_000, 33_000))
    at = dice.between(-9_999, 9_999), dice.between(-9_999, 9_999)
    outline = curve(dice, size_um, at) if dice.once_in(4) else ring(dice, size_um, at)
    holes: list[Ring] = []
    for _ in range(dice.one_of((0, 0, 1, 2))):
        where = at[0] + dice.between(-size_um, size_um) // 4, at[1] + dice.between(0, size_um) // 4
        holes.append(ring(dice, max(300, size_um // dice.between(4, 12)), where))
    margin = dice.one_of((0, 1, 700, 2_000, 3_000))
    count = dice.one_of((0, 0, 1, 5))
    discs = [[dice.between(-size_um, size_um) + at[0] for _ in range(count)]]
    discs.append([dice.between(-size_um, size_um) + at[1] for _ in range(count)])
    discs.append([dice.between(500, 6_000) for _ in range(count)])
    try:
        check_region(outline, holes, "x")
    except PlanError:
        return None
    columns = tuple(np.array(one, dtype=np.int64) for one in discs)
    return field_of("x", outline, tuple(holes), margin, (columns[0], columns[1], columns[2]))


def told_of(fit: Fit | None) -> str:
    """A fit in a word."""
    if fit is None:
        return "none"
    free = "" if fit.free is None else " " + short(*fit.free)
    return f"{fit.pitch_um} {tuple(fit.basis)} {fit.shift} / {fit.fineness}: {fit.pricks}{free}"


HEADS = (
    (Head("pair", ((0, 0), (1, 0)), 0, "t"),),
    (Head("line", tuple((k, 0) for k in range(4)), 0, "t"),),
    (Head("three", ((0, 0), (1, 0), (0, 1)), 0, "t"),),
    (Head("bent", ((0, 0), (1, 0), (2, 0), (2, 1)), 0, "t"),),
    (Head("ring", ((0, 0), (1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)), 0, "t"),),
    (Head("apart", ((0, 0), (2, 0), (0, 2)), 0, "t"),),
)
ALONE = Head("alone", ((0, 0),), 0, "t")


def zone_tale(number: int) -> dict[str, str]:
    """What the steps of placing answer on one field."""
    dice = Dice(number, 17)
    field = some_field(dice)
    if field is None:
        return {"field": "none"}
    area, anchor = area_of(field)
    # not more than about fifty pricks: many small zones tell more than a few large ones
    pitch = max(dice.one_of((900, 1_500, 2_500, 4_000, 5_500, 9_000)), isqrt(area // 40))
    says = {
        "area": f"{area} {anchor} {area2_um2(field.outline)}",
        "bound": f"{prick_bound(field, 3)} {prick_bound(field, 57)} {prick_bound(field, pitch)}",
        "lost": str(lost_percent(field)),
        "coarse": short(*coarse(field)[4:9], [coarse(field).margin_um]),
        "thinned": str(len(thinned(field.outline))),
    }
    if anchor is None:
        return says
    fineness = dice.one_of((8, 4, 2, 1))
    box = field.box
    box_um2 = (box[2] - box[0]) * (box[3] - box[1])
    fit = best_fit(field, pitch, anchor, dice.one_of((2_000, 20_000, 400_000)), box_um2, fineness)
    says["fit"] = told_of(fit)
    wanted = [(pitch + 37 * k, k) for k in range(0, ANGLES, 3)]
    says["counts"] = str(count_fits(field, wanted, fineness, anchor))
    leaning = Fit(pitch, lattice(pitch, dice.upto(ANGLES)), (1, 2), 4, 0)
    placed = place(field, leaning, anchor)
    says["placed"] = short(placed.x_um, placed.y_um, placed.i, placed.j)
    says["filled"] = short(*filled(field, placed.x_um[::3], placed.y_um[::3], pitch))
    says["alone"] = short(*filled(field, NOTHING, NOTHING, pitch))
    there = placed.x_um[::2], placed.y_um[::2]
    cells = cells_of_zone(field, pitch, *there)
    left = not_beyond(not_taken(cells.split(), *there, pitch), field)
    middles = open_middles(left, field, *there, pitch)
    says["cells"] = f"{cells.side} {short(cells.x, cells.y)} {short(left.x, left.y)}"
    says["open"] = f"{short(*middles)} {short(tightest(*middles, pitch // 2))}"
    says["irregular"] = short(*irregular(field, pitch, number, dice.upto(4)))
    some = slice(0, 16)
    moved = eased(field, placed.x_um[some], placed.y_um[some], pitch * 107 // 100, 30)
    says["eased"] = "none" if moved is None else short(*moved)
    says |= chosen(dice, field, pitch)
    heads = HEADS[dice.upto(len(HEADS))]
    more = (replace(heads[0], pitch_um=pitch),)
    if len(placed):
        says["heads"] = refused(lambda: covered(placed, more + dice.one_of(((), (ALONE,)))))
    return says


def covered(placed: Any, heads: tuple[Head, ...]) -> str:
    """The shots of some heads on a lattice."""
    done = cover(on_lattice(placed), heads)
    spots = done.spots
    return f"{done.left_out} left out of {short(spots.x_um, spots.y_um, spots.shot, spots.needle)}"


def chosen(dice: Dice, field: Field, pitch: int) -> dict[str, str]:
    """What is chosen for some doses between two spacings, and what would fit at most."""
    search: Search | None = search_of(field, free=dice.once_in(2))
    assert search is not None
    if dice.once_in(3):
        search = Scattered(search, 3, 1)
    usual = dice.between(4, 12)
    cap = usual + dice.between(0, 9)
    least = dice.between(1, 4)
    room = max(1, search.roughly(pitch))
    total = max(1, room * dice.between(2, 2 * cap) // 2)
    doses = Doses(total, usual, cap, least, dice.one_of((10**6, 10**6, 40, 25)))
    high = pitch * dice.between(10, 22) // 10
    fit = choose(search, pitch, high, doses)
    says = {"chosen": told_of(fit)}
    if dice.once_in(2):
        says["most"] = str(tuple(most_that_fits(search, pitch, high, doses)))
    says["widest"] = told_of(search.widest(pitch, high, max(1, room // 2)))
    says["lone"] = told_of(search.at(9 * pitch))
    widths = [(pitch, pitch, room // 3 + 1), (pitch, 2 * high, 2), (pitch, high, 2 * room)]
    says["widths"] = "; ".join(told_of(search.widest(*one)) for one in widths)
    return says


def ring_tale(number: int) -> dict[str, str]:
    """What is said of a ring as it was drawn, and of an exclusion in it."""
    dice = Dice(number, 19)
    grid = dice.one_of((1, 1, 5, 350, 1_000))

    def drawn(reach: int) -> Ring:
        count = dice.between(2, 9)
        return tuple(
            (grid * dice.between(-reach, reach), grid * dice.between(-reach, reach))
            for _ in range(count)
        )

    outline = ring(dice, 9 * grid + 9, (0, 0)) if dice.once_in(2) else drawn(9)
    hole = drawn(4)
    return {
        "ring": refused(lambda: check_ring(outline, "ring")),
        "hole": refused(lambda: check_ring(hole, "hole")),
        "region": refused(lambda: check_region(outline, [hole, hole[::-1]], "zone")),
        "area": f"{area2_um2(outline)} {mm(area2_um2(hole) * 7 - 350)}",
    }


COUNTS = {"zone": 90, "ring": 160, "body": 28}
MAKERS: dict[str, Callable[[int], dict[str, str]]] = {
    "zone": zone_tale,
    "ring": ring_tale,
    "body": body_tale,
}


def tales() -> dict[str, dict[str, str]]:
    """Every tale, as `golden/steps.json` keeps it."""
    return {
        f"{name} {number}": MAKERS[name](number)
        for name, count in COUNTS.items()
        for number in range(count)
    }


if __name__ == "__main__":  # python -m tests.planning.steps > tests/golden/steps.json
    print(json.dumps(tales(), indent=0))
