"""No disc of 1 cm2, and on surfaces no ball, holds too much, wherever its centre is."""

from __future__ import annotations

from decimal import Decimal, localcontext
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Plan, verify
from mesogun.planning.plan import Settled
from mesogun.planning.verify.discs import RADIUS_UM, Search, most_in_disc
from mesogun.planning.verify.fullness import holds_more
from tests.planning.plans_by_hand import bounded, by_hand, found, giving, only
from tests.planning.samples import SQUARE, moved, order, zone

R = RADIUS_UM


def searched(
    at: list[tuple[int, ...]],
    dose: list[int],
    rank: list[int],
    caps: list[int],
    *,
    flat: bool = True,
    open_: list[bool] | None = None,
) -> Search:
    columns = [np.array([(*one, 0)[axis] for one in at]) for axis in range(3)]
    search = Search(
        (columns[0], columns[1], columns[2]),
        np.array(dose),
        np.array(rank),
        np.array(caps),
        flat=flat,
        open_=None if open_ is None else np.array(open_),
    )
    assert search.run()
    return search


def by_force(at: list[tuple[int, int]], dose: list[int], cap: list[int]) -> tuple[int, set[int]]:
    """Every disc around a prick or through two: the most in one over its cap, and of whom."""
    count = range(len(at))
    centres: list[tuple[Decimal, Decimal, set[int]]] = []
    with localcontext() as exact:
        exact.prec = 60
        for a in count:
            xa, ya = Decimal(at[a][0]), Decimal(at[a][1])
            centres.append((xa, ya, {a}))
            for b in range(a):
                dx, dy = at[b][0] - at[a][0], at[b][1] - at[a][1]
                long2 = dx * dx + dy * dy
                if not 0 < long2 <= 4 * R * R:
                    continue
                off = (Decimal(4 * R * R - long2) / (4 * long2)).sqrt()
                for way in (1, -1):
                    x = xa + Decimal(dx) / 2 - way * off * dy
                    y = ya + Decimal(dy) / 2 + way * off * dx
                    centres.append((x, y, {a, b}))
        worst, full = 0, set()
        for x, y, own in centres:
            held = [
                k
                for k in count
                if k in own or (at[k][0] - x) ** 2 + (at[k][1] - y) ** 2 <= R * R + Decimal("1e-30")
            ]
            total = sum(dose[k] for k in held)
            if total > min(cap[k] for k in held):
                worst, full = max(worst, total), full | set(held)
    return worst, full


raster = st.sampled_from((1, 403, 1_000, 2_821))


@st.composite
def scattered(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Places within a few discs, often so regular that many lie on one circle."""
    step = draw(raster)
    side = st.integers(-14_000 // step, 14_000 // step)
    return [
        (x * step, y * step)
        for x, y in draw(st.lists(st.tuples(side, side), min_size=1, max_size=11))
    ]


@given(scattered(), st.data())
@settings(max_examples=150, deadline=None)
def test_the_fullest_discs_are_those_found_by_force(
    at: list[tuple[int, int]], data: st.DataObject
) -> None:
    each = st.integers(0, 4)
    dose = data.draw(st.lists(each, min_size=len(at), max_size=len(at)))
    rank = data.draw(st.lists(st.integers(0, 1), min_size=len(at), max_size=len(at)))
    caps = sorted(data.draw(st.tuples(st.integers(1, 9), st.integers(1, 12))))
    worst, full = by_force(at, dose, [caps[k] for k in rank])
    search = searched(at, dose, rank, caps)
    assert max(search.worst_nl.values(), default=0) == worst
    held = np.zeros(len(at), dtype=np.bool_)
    for one in search.held.values():
        held |= one
    assert set(np.flatnonzero(held).tolist()) == full


@pytest.mark.parametrize("far", [0, 4_000_000])
def test_two_pricks_share_a_disc_up_to_twice_its_radius(far: int) -> None:
    for apart, shared in ((2 * R, True), (2 * R + 1, False)):
        search = searched([(far, far), (far + apart, far)], [1, 1], [0, 0], [1])
        assert bool(search.worst_nl) == shared


def test_three_pricks_share_a_disc_up_to_the_very_um() -> None:
    """On a circle of 5,642 um around 0: (-R, 0), (R, 0) and any third one inside."""
    for y, shared in ((R, True), (R + 1, False)):
        search = searched([(-R, 0), (R, 0), (0, y)], [1, 1, 1], [0, 0, 0], [2])
        assert bool(search.worst_nl) == shared


def test_a_single_prick_and_pricks_in_one_place_fill_a_disc_too() -> None:
    assert searched([(7, 7)], [5], [0], [4]).worst_nl == {0: 5}
    assert not searched([(7, 7)], [5], [0], [5]).worst_nl
    assert searched([(7, 7)] * 3, [5, 5, 5], [0, 0, 0], [14]).worst_nl == {0: 15}


def test_the_strictest_zone_of_a_disc_s_pricks_decides() -> None:
    at = [(0, 0), (9_000, 0), (18_000, 0)]
    search = searched(at, [5, 5, 5], [1, 1, 0], [9, 10])
    assert search.worst_nl == {0: 10}
    assert search.held[0].tolist() == [False, True, True]


@pytest.mark.parametrize("flat", [True, False])
def test_discs_without_a_prick_still_to_be_given_are_facts(flat: bool) -> None:
    """A row of three, 9 mm apart: a disc holds two neighbours."""
    at = [(0, 0), (9_000, 0), (18_000, 0)]

    def full(*open_: bool) -> dict[int, int]:
        return searched(at, [7, 5, 3], [0, 0, 0], [7], flat=flat, open_=list(open_)).worst_nl

    assert full(True, True, True) == {0: 12}
    assert full(False, False, False) == {}
    assert full(False, False, True) == {0: 8}
    assert full(False, True, False) == {0: 12}


points3 = st.tuples(*[st.integers(-7, 7)] * 3)


def fits_a_ball(points: list[tuple[int, ...]], radius: float) -> bool:
    """Tell whether some ball holds all the points: the smallest one has 1 to 4 on its rim."""
    at = np.array(points, dtype=np.float64)
    for size in (1, 2, 3, 4):
        for some in combinations(range(len(at)), size):
            base, rest = at[some[0]], at[list(some[1:])] - at[some[0]]
            gram = 2 * rest @ rest.T
            if size > 1 and abs(np.linalg.det(gram)) < 1e-3:
                continue
            offset = np.linalg.solve(gram, (rest**2).sum(axis=1)) @ rest if size > 1 else 0 * base
            far = np.sqrt(((at - base - offset) ** 2).sum(axis=1)).max()
            if far <= radius:
                return True
    return False


@given(st.lists(points3, min_size=1, max_size=7), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_balls_are_judged_to_within_one_um_on_the_safe_side(
    steps: list[tuple[int, ...]], most: int
) -> None:
    at = [(1_009 * x, 1_013 * y, 1_019 * z) for x, y, z in steps]
    found_one = bool(searched(at, [1] * len(at), [0] * len(at), [most], flat=False).worst_nl)
    groups = list(combinations(at, most + 1)) if most < len(at) else []
    if any(fits_a_ball(list(one), R) for one in groups):
        assert found_one
    if not any(fits_a_ball(list(one), R + 1) for one in groups):
        assert not found_one


@pytest.mark.parametrize("apart", [2 * R, 2 * R + 3])
def test_two_pricks_above_each_other_share_a_ball(apart: int) -> None:
    search = searched([(0, 0, 0), (0, 0, apart)], [1, 1], [0, 0], [1], flat=False)
    assert bool(search.worst_nl) == (apart == 2 * R)


@pytest.mark.parametrize(
    ("basis", "most"),
    [
        ((5_000, 0, 2_500, 4_331), 7),
        ((9_770, 0, 4_885, 8_462), 3),
        ((11_285, 0, 5_643, 9_774), 1),
        ((11_284, 0, 5_642, 9_773), 2),
        ((5_642, 0, 0, 5_642), 5),
    ],
)
def test_a_lattice_s_fullest_disc_is_counted_once_for_all(
    basis: tuple[int, int, int, int], most: int
) -> None:
    assert holds_more(basis, most - 1)
    assert not holds_more(basis, most)


def test_lattices_too_dense_to_be_counted_are_not_cleared() -> None:
    assert holds_more((300, 0, 150, 260), 1_000_000)


def test_a_plan_s_fullest_disc_lies_between_its_pricks() -> None:
    """Four pricks on a square of 7.9 mm: one disc holds all of them, none around a prick does."""
    side = 7_900
    places = [(10_000 + x, 10_000 + y) for x in (0, side) for y in (0, side)]
    asked = order(zone("square", SQUARE), volume_nl=40_000)
    verify(by_hand(bounded(asked, "area_dose_nl_per_cm2_max", 40_000), places))
    full = only(by_hand(bounded(asked, "area_dose_nl_per_cm2_max", 39_999), places))
    assert (full.limit, full.value, full.bound) == ("area_dose_nl_per_cm2_max", 40_000, 39_999)
    assert full.pricks == (0, 1, 2, 3)
    assert full.origin == "test area_dose_nl_per_cm2_max"
    apart = [(10_000 + x, 10_000 + y) for x in (0, 7_980) for y in (0, 7_980)]
    verify(by_hand(bounded(asked, "area_dose_nl_per_cm2_max", 20_000), apart))


def test_what_follows_in_a_disc_is_added_to_what_was_given_there() -> None:
    """The first two took 30 uL together, 2 uL more than a disc may hold."""
    asked = bounded(
        order(zone("square", SQUARE), volume_nl=60_000), "area_dose_nl_per_cm2_max", 28_000
    )

    def made(third: int, nl: int) -> Plan:
        places = [(10_000, 10_000), (19_000, 10_000), (third, 10_000)]
        settled = Settled("sha256:" + "0" * 64, (0, 1), (15_000, 15_000))
        return by_hand(asked, places, dose=[15_000, 15_000, nl], settled=settled)

    verify(made(28_000, 13_000))
    full = only(made(28_000, 14_000))
    assert (full.limit, full.value, full.pricks) == ("area_dose_nl_per_cm2_max", 29_000, (1, 2))
    verify(made(40_000, 28_000))


def test_a_disc_over_two_zones_may_hold_what_the_stricter_one_allows() -> None:
    both = order(zone("a", SQUARE), zone("b", moved(SQUARE, 60_000, 0)), volume_nl=20_000)
    strict = bounded(both, "area_dose_nl_per_cm2_max", 19_999, zone=1)
    near = [(57_000, 30_000), (63_000, 30_000)]
    full = only(by_hand(strict, near, zone=[0, 1]))
    assert (full.value, full.zone, full.pricks) == (20_000, "b", (0, 1))
    verify(by_hand(strict, [(51_000, 30_000), (63_000, 30_000)], zone=[0, 1]))


def test_a_plan_on_one_lattice_is_cleared_by_its_lattice() -> None:
    """7 fit into any disc, Groemer's bound says 9; one of them off its place counts by itself."""
    ax, _, bx, by = basis = (5_000, 0, 2_500, 4_331)
    places = [(6_000 + i * ax + j * bx, 6_000 + j * by) for j in range(6) for i in range(6)]
    assert most_in_disc(5_000) == 9
    asked = giving(order(zone("square", SQUARE, spacing_um=5_000)), 360_000)
    for cap, full in ((70_000, False), (69_999, True)):
        made = by_hand(
            bounded(asked, "area_dose_nl_per_cm2_max", cap), places, pitch_um=5_000, basis_um=basis
        )
        if full:
            assert found(made, "area_dose_nl_per_cm2_max").value == 70_000
        else:
            verify(made)
    doses = [10_000] * 36
    doses[14] = 11_000
    uneven = by_hand(
        bounded(giving(asked, 361_000), "area_dose_nl_per_cm2_max", 70_999),
        places,
        dose=doses,
        pitch_um=5_000,
        basis_um=basis,
    )
    assert found(uneven, "area_dose_nl_per_cm2_max").value == 71_000


def test_a_heap_of_pricks_ends_and_is_refused() -> None:
    """Far more crowded than any spacing: it must not take forever."""
    places = [(30_000 + k % 30, 30_000 + k // 30) for k in range(600)]
    asked = bounded(
        order(zone("square", SQUARE), volume_nl=6_000_000), "area_dose_nl_per_cm2_max", 5_000_000
    )
    assert found(by_hand(asked, places), "area_dose_nl_per_cm2_max").bound == 200_000
