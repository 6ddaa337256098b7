"""Free points get a short way, the same everywhere, and a bound that no way undercuts."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.order.free import bettered, free_way, kicks_of, least_way_um
from mesogun.planning.order.near import ALL_PAIRS_MAX, FAR, Near, nearest
from mesogun.planning.order.way import order_spots
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.spots import of_points
from mesogun.planning.timing import hops_um

flat_points = st.lists(
    st.tuples(st.integers(-40_000, 40_000), st.integers(0, 60_000), st.just(0)),
    min_size=1,
    max_size=40,
    unique=True,
)
solid_points = st.lists(
    st.tuples(st.integers(0, 9_000), st.integers(0, 9_000), st.integers(-9_000, 9_000)),
    min_size=1,
    max_size=40,
    unique=True,
)
somewhere = st.none() | st.tuples(st.integers(-50_000, 50_000), st.integers(0, 50_000))
Columns = tuple[Integers, Integers, Integers]


def columns(points: list[tuple[int, int, int]]) -> Columns:
    x, y, z = np.array(points, dtype=np.int64).T.copy()
    return x, y, z


def scattered(count: int, side: int = 1_000_000, seed: int = 1) -> Columns:
    """Points anywhere in a square, from whole-number arithmetic alone."""
    found, state = [], seed
    for _ in range(2 * count):
        state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407 & (1 << 64) - 1
        found.append((state >> 32) * side >> 32)
    x, y = np.array(found[:count]), np.array(found[count:])
    return x, y, np.zeros(count, dtype=np.int64)


def length(of: Columns, way: Integers) -> int:
    return int(hops_um(*(one[way] for one in of)).sum())


def with_ends(
    of: Columns, way: Integers, begin: tuple[int, ...] | None, end: tuple[int, ...] | None
) -> int:
    rows = [tuple(int(one[k]) for one in of) for k in way.tolist()]
    rows = [(*begin, 0)[:3], *rows] if begin is not None else rows
    rows = [*rows, (*end, 0)[:3]] if end is not None else rows
    return int(hops_um(*columns(rows)).sum())


@given(st.one_of(flat_points, solid_points), somewhere, somewhere, st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_every_point_is_visited_once_and_the_way_never_undercuts_its_bound(
    points: list[tuple[int, int, int]],
    begin: tuple[int, ...] | None,
    end: tuple[int, ...] | None,
    kicks: int,
) -> None:
    of = columns(points)
    way, least = free_way(*of, begin, end, kicks=kicks)
    assert sorted(way.tolist()) == list(range(len(points)))
    assert 0 <= least <= length(of, way)


@given(
    st.lists(
        st.tuples(st.integers(0, 9_000), st.integers(0, 9_000), st.integers(0, 900)),
        min_size=1,
        max_size=6,
        unique=True,
    ),
    somewhere,
    somewhere,
)
@settings(max_examples=60, deadline=None)
def test_few_points_get_the_best_way_there_is(
    points: list[tuple[int, int, int]], begin: tuple[int, ...] | None, end: tuple[int, ...] | None
) -> None:
    of = columns(points)
    way, least = free_way(*of, begin, end, kicks=40)
    every = [np.array(one) for one in permutations(range(len(points)))]
    assert least <= min(length(of, one) for one in every)
    best = min(with_ends(of, one, begin, end) for one in every)
    assert with_ends(of, way, begin, end) <= best + len(points) + 1  # hops are rounded


def test_one_point_and_two_points_have_no_choice() -> None:
    way, least = free_way(*columns([(5, 5, 5)]), None, (0, 0))
    assert (way.tolist(), least) == ([0], 0)
    way, least = free_way(*columns([(0, 0, 0), (3, 4, 0)]), None, (0, 0))
    assert (way.tolist(), least) == ([1, 0], 5)
    way, least = free_way(*columns([(0, 0, 0), (3, 4, 0)]), (0, 1, 1), None)
    assert (way.tolist(), least) == ([0, 1], 5)


@pytest.mark.parametrize("ends", [(None, None), ((-9_000, 0), None), (None, (-9_000, 0, 0))])
def test_a_lattice_reaches_its_certificate_though_it_is_not_known_to_be_one(
    ends: tuple[tuple[int, ...] | None, tuple[int, ...] | None],
) -> None:
    basis = lattice(10_000, 0)
    x = np.array([i * basis.ax + j * basis.bx for j in range(14) for i in range(15)])
    y = np.array([i * basis.ay + j * basis.by for j in range(14) for i in range(15)])
    of = x, y, np.zeros(210, dtype=np.int64)
    way, least = free_way(*of, *ends, kicks=200)
    assert least == 209 * 10_000
    assert length(of, way) <= least + 210


def test_a_lattice_with_a_few_pricks_more_comes_near_its_bound() -> None:
    basis = lattice(10_000, 0)
    x = [i * basis.ax + j * basis.bx for j in range(14) for i in range(15)] + [
        -9_000,
        90_000,
        70_500,
    ]
    y = [i * basis.ay + j * basis.by for j in range(14) for i in range(15)] + [
        7_000,
        131_000,
        -11_000,
    ]
    spots = of_points(np.array(x), np.array(y), np.zeros(213, dtype=np.int64), 10_000)
    rows, least = order_spots(spots, None, None)
    assert length((spots.x_um, spots.y_um, spots.z_um), rows) * 100 <= least * 101


def brute_near(of: Columns, most: int) -> list[set[int]]:
    """For each point the nearest, and the nearest of each sector that holds few enough cells."""
    found = []
    x, y, z = of
    sectors, per = (8, 1) if np.ptp(z) else (4, 2)
    for p in range(len(x)):
        dx, dy, dz = x - x[p], y - y[p], z - z[p]
        square = dx * dx + dy * dy + dz * dz
        rank = [q for _, q in sorted(zip(square.tolist(), range(len(x)), strict=True)) if q != p]
        mine = set(rank[:most])
        sector = (dx >= 0) + 2 * (dy >= 0) + (4 * (dz < 0) if sectors == 8 else 0)
        for one in range(sectors):
            mine |= set([q for q in rank if sector[q] == one][:per])
        found.append(mine)
    return found


@given(st.one_of(flat_points, solid_points).filter(lambda one: len(one) > 1), st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_who_is_near_is_what_looking_at_all_says(
    points: list[tuple[int, int, int]], most: int
) -> None:
    of = columns(points)
    near = nearest(*of, most)
    for p, mine in enumerate(brute_near(of, most)):
        which = near.which[p * near.each : (p + 1) * near.each]
        square = near.square[p * near.each : (p + 1) * near.each]
        assert set(which[square < FAR].tolist()) == mine
        pairs = list(zip(square.tolist(), which.tolist(), strict=True))
        assert pairs[: len(mine)] == sorted(pairs[: len(mine)])
        assert (square[len(mine) :] == FAR).all()


@pytest.mark.parametrize("solid", [False, True])
def test_a_grid_finds_the_nearest_that_looking_at_all_finds(solid: bool) -> None:
    x, y, z = scattered(ALL_PAIRS_MAX + 1, 40_000)
    x[:200] //= 40  # a clump
    if solid:
        z = (x * y >> 12) % 9_000
    near = nearest(x, y, z, 6)
    rows = near.which.reshape(len(x), -1)
    squares = near.square.reshape(len(x), -1)
    middle = 0
    for p, mine in enumerate(brute_near((x, y, z), 6)):
        dx, dy, dz = x - x[p], y - y[p], z - z[p]
        rank = np.argsort((dx * dx + dy * dy + dz * dz) * len(x) + np.arange(len(x)), kind="stable")
        known = set(rows[p][squares[p] < FAR].tolist())
        assert set(rank[rank != p][:6].tolist()) <= known
        middle += known == mine
    assert middle > len(x) * (
        0.6 if solid else 0.9
    )  # far away, others all round are not looked for


def test_the_bound_is_the_sum_of_the_two_nearest_hops_without_the_ends() -> None:
    x = np.array([0, 10, 30, 70])
    near = nearest(x, np.zeros_like(x), np.zeros_like(x), 6)
    # nearest two: 10+30, 10+20, 20+30, 40+60; the two longest seconds, 60 and 30, fall away
    assert least_way_um(near, 4) == (40 + 30 + 50 + 100 - 60 - 30 + 1) // 2


def test_the_bound_leaves_out_where_the_hand_comes_from() -> None:
    near = Near(2, np.array([2, 1, 2, 0, 0, 1]), np.array([4, 100, 9, 100, 4, 9]))
    assert least_way_um(near, 2) == 10


def test_kicks_grow_with_the_points_up_to_one_each() -> None:
    assert [kicks_of(n) for n in (1, 99, 100, 200, 5_000, 9_999, 10_000, 70_000)] == [
        0, 0, 1, 4, 2_500, 9_998, 10_000, 70_000,
    ]  # fmt: skip


def test_more_kicks_give_a_shorter_way_and_the_seed_decides_which() -> None:
    of = scattered(300)
    lengths = [length(of, free_way(*of, None, None, kicks=kicks)[0]) for kicks in (0, 30, 400)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[2]
    ways = [free_way(*of, None, None, kicks=20, seed=seed)[0].tolist() for seed in (1, 2)]
    assert ways[0] != ways[1]


REFERENCES = {1_000: 22_902_397}
"""um: what fast-tsp found in 10 s, with a point at no distance from any to open its ring."""


@pytest.mark.parametrize("count", REFERENCES)
def test_random_points_come_close_to_the_best_way_known(count: int) -> None:
    of = scattered(count)
    for kicks, percent in ((0, 105.0), (count, 101.5)):
        way, least = free_way(*of, None, None, kicks=kicks)
        assert least * 100 <= REFERENCES[count] * 100 <= length(of, way) * 100
        assert length(of, way) * 100 <= REFERENCES[count] * percent


@given(flat_points.filter(lambda one: len(one) > 1), somewhere, somewhere)
@settings(max_examples=60, deadline=None)
def test_a_way_is_bettered_or_left_as_it_is(
    points: list[tuple[int, int, int]], begin: tuple[int, ...] | None, end: tuple[int, ...] | None
) -> None:
    of = columns(points)
    way = np.arange(len(points))
    better = bettered(*of, way, begin, end, 0)
    assert sorted(better.tolist()) == way.tolist()
    assert with_ends(of, better, begin, end) <= with_ends(of, way, begin, end)


def test_a_way_that_meets_its_bound_is_not_searched() -> None:
    """Points on a line: the way is as short as it can be, turned round it would be so as well."""
    of = columns([(10 * k, 0, 0) for k in range(9)])
    assert bettered(*of, np.arange(9), None, None, 80).tolist() == list(range(9))


def test_of_ways_that_are_equally_long_the_one_that_was_there_stays() -> None:
    """A square grid has many shortest ways; the search walks about among them."""
    rows = [[(10 * i, 10 * j, 0) for i in range(5)] for j in range(5)]
    serpentine = [one for j, row in enumerate(rows) for one in (row[::-1] if j % 2 else row)]
    assert bettered(*columns(serpentine), np.arange(25), None, None, 0).tolist() == list(range(25))
