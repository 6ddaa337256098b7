"""Doses at the very edge: boxes that just share no disc, discs just full, prices however high."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest

from mesogun.planning.dose.allocate import allocate, evenly, surely_thin
from mesogun.planning.dose.crowded import Asked, Discs, priced
from mesogun.planning.dose.demand import Bounds, Demand, Doses, Short, Shots
from mesogun.planning.dose.held import REACH_UM, packed
from mesogun.planning.dose.level import FINE, groups_of, level
from mesogun.planning.dose.roll import Places, crowds, fullest, most_on, rolled
from mesogun.planning.place.raster import Integers

FAR = 2 * REACH_UM


def demand(points: list[tuple[int, int]], zone: list[int], *bounds: Bounds) -> Demand:
    x, y = np.array(points, dtype=np.int64).reshape(-1, 2).T.copy()
    rows = np.arange(len(points))
    return Demand(Places(x, y, None), np.array(zone), rows, 1, bounds)


def plain(per_cm2: int = 100, in_a_disc: int = 1, volume: int = 0) -> Bounds:
    return Bounds(volume, 1, 9, per_cm2, in_a_disc)


BOX = [(0, 0), (700, 300)]


@pytest.mark.parametrize(
    ("other", "is_thin"),
    [
        ((700 + FAR, 0), False),
        ((700 + FAR + 1, 0), True),
        ((-FAR, 0), False),
        ((-FAR - 1, 0), True),
        ((0, 300 + FAR), False),
        ((0, 300 + FAR + 1), True),
        ((0, -FAR), False),
        ((0, -FAR - 1), True),
        ((350, 150), False),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_zones_farther_apart_than_a_disc_is_wide_share_none(
    other: tuple[int, int], is_thin: bool, turned: bool
) -> None:
    points, zone = [*BOX, other, (other[0], other[1])], [0, 0, 1, 1]
    if turned:
        points, zone = [*points[2:], *BOX], [0, 0, 1, 1]
    asked = demand(points, zone, plain(), plain())
    assert surely_thin(asked, np.full(4, 5)) is is_thin


def test_of_three_zones_every_two_are_looked_at() -> None:
    places = [(0, 0), (5 * FAR, 0), (10 * FAR, 0)]
    for near in range(3):
        points = list(places)
        points[near] = (points[near - 1][0] + 100, 0)
        asked = demand(points, [0, 1, 2], *[plain()] * 3)
        assert not surely_thin(asked, np.ones(3, dtype=np.int64))
    assert surely_thin(demand(places, [0, 1, 2], *[plain()] * 3), np.ones(3, dtype=np.int64))


@pytest.mark.parametrize(
    ("in_a_disc", "dose", "is_thin"),
    [(4, 25, True), (4, 26, False), (0, 1, False), (5, 0, False), (1, 1, True)],
)
def test_so_many_of_the_greatest_dose_may_just_fill_a_disc(
    in_a_disc: int, dose: int, is_thin: bool
) -> None:
    asked = demand([(0, 0)] * 3, [0] * 3, plain(100, in_a_disc))
    assert surely_thin(asked, np.array([0, dose, 0])) is is_thin


@pytest.mark.parametrize(("volume", "fits"), [(12, True), (14, False), (4, True), (2, False)])
def test_doses_all_alike_are_whole_steps_within_their_bounds(volume: int, fits: bool) -> None:
    asked = demand([(0, 0), (9, 0)], [0, 0], Bounds(volume, 1, 7, 100))._replace(step_nl=2)
    found = evenly(asked)
    assert (found is not None) is fits
    assert found is None or found.tolist() == [volume // 2] * 2


def test_a_zone_without_pricks_is_near_nothing_and_hides_no_other() -> None:
    asked = demand([(0, 0), (9, 0)], [1, 2], plain(), plain(), plain())
    assert not surely_thin(asked, np.ones(2, dtype=np.int64))
    asked = demand([(0, 0), (9 * FAR, 0)], [1, 2], plain(), plain(), plain(3))
    assert surely_thin(asked, np.array([4, 3]))
    assert not surely_thin(asked, np.array([4, 4]))


def test_the_zone_that_even_its_least_doses_overfill_is_named() -> None:
    """The first disc is just full with them, the second is not to be had."""
    for step in (1, 2):
        near = [(0, 0), (1_000, 0), (2_000, 0)]
        points = [*near, *((x + 5 * FAR, y) for x, y in near)]
        zones = [Bounds(6 * step, 2 * step, 9 * step, cap * step) for cap in (6, 5)]
        asked = demand(points, [0] * 3 + [1] * 3, *zones)._replace(step_nl=step)
        assert allocate(asked) == Short(1, "disc", 0, 0, True)
        fits = asked._replace(zones=(zones[0], zones[1]._replace(per_cm2_nl=6 * step)))
        assert isinstance(allocate(fits), Doses)


def test_an_empty_zone_between_others_takes_nothing_from_them() -> None:
    asked = demand([(0, 0), (9 * FAR, 0)], [0, 2], plain(volume=4), plain(), plain(volume=5))
    for weight in (None, np.ones(2, dtype=np.int64)):
        answer = allocate(asked._replace(weight=weight))
        assert isinstance(answer, Doses)
        assert answer.dose_nl.tolist() == [4, 5]
    assert allocate(asked._replace(zones=(plain(volume=4), plain(volume=1), plain(volume=5)))) == (
        Short(1, "much", 0, 0, True)
    )


def test_where_nothing_is_left_to_be_given_nothing_is() -> None:
    asked = demand([(0, 0), (900, 0)], [0, 0], plain())._replace(given_nl=np.array([3, 0]))
    answer = allocate(asked)
    assert isinstance(answer, Doses)
    assert answer.dose_nl.tolist() == [3, 0]
    assert allocate(asked._replace(zones=(plain(volume=1),))) == Short(0, "much", 0, 0, True)


def test_pricks_just_as_far_apart_as_a_disc_is_wide_share_one_disc() -> None:
    """One disc touches both; those that hold the first and what lies on its other side do not."""
    x = np.array([0, FAR, -3_000, -4_000])
    places = Places(x, 0 * x, None)
    found = {tuple(one.pricks.tolist()) for one in crowds(places, 0 * x + 1, 0 * x)}
    assert {(0, 2, 3), (0, 1)} <= found
    assert not any(1 in one and len(one) > 2 for one in found)
    assert fullest(places, np.array([1, 9, 1, 1])) == 10
    assert fullest(places._replace(x_um=x + np.array([0, 1, 0, 0])), np.array([1, 9, 1, 1])) == 9


@pytest.mark.parametrize("deep", [False, True])
def test_so_many_arcs_that_they_are_looked_at_in_parts_are_all_looked_at(deep: bool) -> None:
    """All within one disc, or ball: it is pushed against each of them, or every two."""
    count = 95 if deep else 700
    rows = np.arange(count)
    z = rows % 7 * 10 if deep else None
    places = Places(rows % 26 * 40, rows // 26 * 40, z)
    assert sum(len(one.pivot) for one in rolled(places)) > 400_000
    assert len(list(rolled(places))) > 1
    assert fullest(places, rows) == rows.sum()
    pushed = [{k} for k in range(count)]
    if deep:
        pushed = [{k, m} for k in range(count) for m in range(k, count)]
    found = crowds(places, 0 * rows + 1, 0 * rows, -(10**6))
    held = [set(one.pricks.tolist()) for one in found]
    assert [one & other for one, other in zip(pushed, held, strict=True)] == pushed


def one_disc(count: int, volume: int, room: int, alone: int) -> Asked:
    """Shots of 1 to 9 in one disc, and some that lie in none."""
    ones = np.ones(count + alone, dtype=np.int64)
    rows = np.arange(count + alone)
    shots = Shots(0 * ones, ones, ones, ones, 9 * ones, 0 * ones, rows)
    discs = Discs(np.array([0]), rows[:count], ones[:count], np.array([room]))
    return Asked(groups_of(np.array([count + alone])), np.array([volume]), shots, discs)


@pytest.mark.parametrize("bits", [0, 20, 40, 57, 58])
@pytest.mark.parametrize("alone", [0, 1])
def test_prices_prove_what_they_prove_however_high_they_are(bits: int, alone: int) -> None:
    """31 shots hold 155 in all, one shot alone at most 9: a disc of 145 holds too little."""
    start = np.array([(1 << bits) - 1 + FINE * 20])
    count = 31 - alone
    assert priced(one_disc(count, 155, 154 - 9 * alone - 5, alone), start, 1).impossible
    assert not priced(one_disc(count, 155, 155, alone), start, 1).impossible


@pytest.mark.parametrize(
    ("ax", "ay", "bx", "by"),
    [
        (5_000, 0, 2_500, 4_330),
        (2_000, 0, 0, 9_000),
        (9_000, 0, 0, 2_000),
        (2_600, 0, 1_300, 9_000),
        (1_500, 300, -300, 1_500),
        (11_286, 0, 0, 11_286),
        (11_287, 0, 0, 11_287),
    ],
)
def test_no_disc_holds_more_of_a_lattice_than_one_that_is_looked_for(
    ax: int, ay: int, bx: int, by: int
) -> None:
    j, i = np.mgrid[-9:10, -9:10].reshape(2, -1)
    x, y = i * ax + j * bx, i * ay + j * by
    inner = (np.abs(x) < 13_000) & (np.abs(y) < 13_000)
    places = Places(x[inner], y[inner], None)
    assert most_on(ax, ay, bx, by) == fullest(places, np.ones(inner.sum(), dtype=np.int64))


def test_the_packing_bound_is_groemer_s_and_at_most_a_millionth_more() -> None:
    spacings = [*range(1, 600, 7), *range(600, 6_000, 97)]
    for s in spacings:
        ratio = REACH_UM / s
        real = 2 / sqrt(3) * pi * ratio * ratio + pi * ratio + 1
        assert int(real) <= packed(s) <= real * (1 + 2e-7) + 1e-9
    # where a millionth more or less of the constants tells
    assert [packed(s) for s in (2, 3, 7, 24)] == PACKED


PACKED = [28_887_680, 12_840_939, 2_359_987, 201_286]


def test_a_few_pricks_with_one_share_it_out() -> None:
    """One group is cut short, several are sorted: the same steps come of it."""
    target: Integers = np.array([5, 3, 9, 1]) * FINE // 4
    low, high = np.zeros(4, dtype=np.int64), np.full(4, 9)
    for total in range(12):
        alone = level(groups_of(np.array([4])), np.array([total]), target, low, high)
        both = level(
            groups_of(np.array([4, 4])),
            np.array([total, total]),
            np.tile(target, 2),
            np.tile(low, 2),
            np.tile(high, 2),
        )
        assert both.tolist() == [*alone.tolist()] * 2


def test_doses_that_cost_a_whole_grain_more_than_is_proved_are_not_called_the_best() -> None:
    """Two deviate by a step, and it is proved that not all go without: that is one short of two."""
    points = [(k * 5_600, 0) for k in range(7)] + [(2_800, 4_853)]
    answer = allocate(demand(points, [0] * 8, Bounds(24, 1, 9, 11)))
    assert isinstance(answer, Doses)
    assert answer.dose_nl.tolist() == [3, 3, 3, 4, 3, 3, 3, 2]
    assert answer.answers == ("feasible",)


def test_less_than_all_is_not_called_the_best() -> None:
    points = [(0, 0), (1_000, 0), (500, 800)]
    answer = allocate(demand(points, [0] * 3, Bounds(12, 1, 9, 9)), less=True)
    assert isinstance(answer, Doses)
    assert (answer.dose_nl.tolist(), answer.answers) == ([3, 3, 3], ("feasible",))


def test_what_is_given_up_early_is_neither_given_nor_proved_to_be_impossible() -> None:
    """Rows of six, 4.1 mm apart: five looks leave some disc too full."""
    x = np.array([k % 6 * 4_100 + k // 6 * 2_050 for k in range(38)])
    y = np.array([k // 6 * 4_100 * 13 // 15 for k in range(38)])
    rows = np.arange(38)
    asked = Demand(Places(x, y, None), 0 * rows, rows, 1, (Bounds(152, 1, 12, 30),))
    assert allocate(asked, thorough=False) == Short(0, "disc", 0, 0, False)
