"""Gaps are filled until no point is left, and what is moved or thrown keeps every distance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.planning import Ring
from mesogun.planning.place.border import filled, tightest
from mesogun.planning.place.chance import hashed
from mesogun.planning.place.choose import search_of
from mesogun.planning.place.ease import eased, is_spaced
from mesogun.planning.place.fit import exactly_free, place
from mesogun.planning.place.gaps import cells_of_zone, not_taken
from mesogun.planning.place.irregular import irregular, thrown
from mesogun.planning.place.neighbours import near
from mesogun.planning.place.raster import NOTHING, Field, Integers, field_of
from tests.planning.samples import CHEEK, MOLE, SQUARE, is_region, regions

Region = tuple[Ring, tuple[Ring, ...]]
points = st.lists(st.tuples(*[st.integers(-60, 60)] * 2), max_size=40)


def columns(found: list[tuple[int, int]]) -> tuple[Integers, Integers]:
    both = np.array(found, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def squares(x: Integers, y: Integers, x2: Integers, y2: Integers) -> Integers:
    """Squared distances of all to all."""
    found: Integers = (x[:, None] - x2) ** 2 + (y[:, None] - y2) ** 2
    return found


def room(field: Field, x: Integers, y: Integers, pitch: int) -> int:
    """Count, one by one, the whole-um points where another prick could be."""
    left, low, right, high = field.box
    at = np.meshgrid(np.arange(left, right + 1), np.arange(low, high + 1))
    px, py = at[0].ravel(), at[1].ravel()
    free = exactly_free(field, px, py, max(1, field.margin_um))
    px, py = px[free], py[free]
    return int((squares(px, py, x, y) >= pitch * pitch).all(axis=1).sum())


@st.composite
def small_regions(draw: st.DrawFn) -> Region:
    """Regions of some dozens of um, so that every single point can be looked at."""
    spot = st.tuples(st.integers(-40, 40), st.integers(-40, 40))
    ring = st.lists(spot, min_size=3, max_size=9, unique=True).map(tuple)
    outline = draw(ring.filter(lambda one: is_region(one, ())))
    at, size = draw(spot), draw(st.integers(1, 12))
    hole = tuple((at[0] + dx * size, at[1] + dy * size) for dx, dy in ((0, 0), (1, 0), (0, 1)))
    return outline, ((hole,) if is_region(outline, (hole,)) else ())


@given(
    region=small_regions(),
    margin=st.integers(0, 9),
    pitch=st.integers(2, 40),
    discs=st.lists(st.tuples(*[st.integers(-40, 40)] * 2), max_size=3),
)
@settings(max_examples=120, deadline=None)
def test_after_filling_no_single_point_has_room_left(
    region: Region, margin: int, pitch: int, discs: list[tuple[int, int]]
) -> None:
    kept = (*columns(discs), np.full(len(discs), pitch))
    field = field_of("zone", *region, margin, kept)
    x, y = filled(field, NOTHING, NOTHING, pitch)
    assert is_spaced(x, y, pitch)
    assert exactly_free(field, x, y, max(1, margin)).all()
    assert room(field, x, y, pitch) == 0


@given(region=regions(30_000), margin=st.sampled_from((0, 2, 900, 3_000)), pitch=st.just(6_000))
@settings(max_examples=15, deadline=None)
def test_filling_keeps_what_is_there_and_every_distance(
    region: Region, margin: int, pitch: int
) -> None:
    field = field_of("zone", *region, margin)
    search = search_of(field)
    assume(search is not None)
    assert search is not None
    placed = place(field, search.at(9_000), search.anchor)
    x, y = filled(field, placed.x_um, placed.y_um, pitch)
    assert np.array_equal(x[: len(placed)], placed.x_um)
    assert np.array_equal(y[: len(placed)], placed.y_um)
    assert is_spaced(x, y, pitch)
    assert exactly_free(field, x, y, max(1, margin)).all()
    rough = np.meshgrid(np.arange(-30_000, 30_000, 331), np.arange(-30_000, 30_000, 331))
    px, py = rough[0].ravel(), rough[1].ravel()
    free = exactly_free(field, px, py, max(1, margin))
    assert not (squares(px[free], py[free], x, y) >= pitch * pitch).all(axis=1).any()


def test_a_gap_of_exactly_one_point_is_filled_and_one_um_less_is_not() -> None:
    for length, more in ((40, 1), (39, 0)):
        field = field_of("zone", ((0, -5), (40, -5), (40, 5), (0, 5)), (), 5)
        x, _ = filled(field, np.array([0, length]), np.array([0, 0]), 20)
        assert x[2:].tolist() == [20] * more


def test_cells_in_the_midst_of_a_lattice_are_all_taken() -> None:
    field = field_of("zone", SQUARE, (), 3_000)
    search = search_of(field)
    assert search is not None
    placed = place(field, search.at(5_000), search.anchor)
    cells = cells_of_zone(field, 5_000, placed.x_um, placed.y_um)
    assert len(not_taken(cells, placed.x_um, placed.y_um, 5_000)) < 40
    assert len(cells_of_zone(field, 5_000, NOTHING, NOTHING)) > 1_000


@given(points, points, st.integers(1, 30))
@settings(max_examples=80, deadline=None)
def test_all_near_pairs_are_found_each_once(
    ones: list[tuple[int, int]], others: list[tuple[int, int]], reach: int
) -> None:
    (x, y), (x2, y2) = columns(ones), columns(others)
    found = [pair for a, b in near((x, y), (x2, y2), reach) for pair in zip(a, b, strict=True)]
    assert len(set(found)) == len(found)
    close = np.argwhere(squares(x, y, x2, y2) <= reach * reach)
    assert {tuple(one) for one in close.tolist()} <= set(found)
    for a, b in found:
        assert max(abs(int(x[a] - x2[b])), abs(int(y[a] - y2[b]))) < 2 * reach


def test_the_tightest_of_three_in_a_row_are_its_ends() -> None:
    x, y = np.array([0, 10, 20, 100]), np.zeros(4, dtype=np.int64)
    assert tightest(x, y, 11).tolist() == [0, 2, 3]
    assert tightest(x, y, 10).tolist() == [0, 1, 2, 3]
    assert tightest(x, y, 21).tolist() == [0, 3]


@given(points, st.integers(1, 40), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_darts_that_stay_are_those_that_fall_first(
    darts: list[tuple[int, int]], pitch: int, seed: int
) -> None:
    x, y = columns(darts)
    turns = hashed(seed, 0, 0, len(x)) % np.uint64(7)
    stayed: list[int] = []
    for k in sorted(range(len(x)), key=lambda k: (int(turns[k]), k)):
        if all((x[k] - x[j]) ** 2 + (y[k] - y[j]) ** 2 >= pitch * pitch for j in stayed):
            stayed.append(k)
    assert thrown(x, y, pitch, turns).tolist() == sorted(stayed)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_irregular_pattern_is_full_spaced_and_its_seeds_own(seed: int) -> None:
    field = field_of("cheek", CHEEK, (MOLE,), 3_000)
    x, y = irregular(field, 4_000, seed, 0)
    assert is_spaced(x, y, 4_000)
    assert exactly_free(field, x, y, 3_000).all()
    assert len(filled(field, x, y, 4_000)[0]) == len(x)
    again = irregular(field, 4_000, seed, 0)
    assert np.array_equal(x, again[0])
    assert np.array_equal(y, again[1])
    for other in (irregular(field, 4_000, seed + 2, 0), irregular(field, 4_000, seed, 1)):
        assert len(other[0]) != len(x) or not np.array_equal(other[0], x)


def test_an_irregular_pattern_has_no_rows() -> None:
    """In a lattice nearly every prick has six neighbours at one and the same distance."""
    field = field_of("square", SQUARE, (), 3_000)
    x, y = irregular(field, 4_000, 1, 0)
    gaps = squares(x, y, x, y)
    rows = ((gaps > 0) & (gaps < 4_040**2)).sum(axis=1)
    assert np.count_nonzero(rows == 6) * 20 < len(x)


@given(region=regions(14_000), more=st.integers(0, 2), discs=points.map(lambda some: some[:2]))
@settings(max_examples=30, deadline=None)
def test_eased_pricks_keep_every_distance_and_their_number(
    region: Region, more: int, discs: list[tuple[int, int]]
) -> None:
    at = columns(discs)
    kept = at[0] * 200, at[1] * 200, np.full(len(discs), 6_000)
    field = field_of("zone", *region, 500, kept)
    search = search_of(field)
    assume(search is not None)
    assert search is not None
    placed = place(field, search.at(5_600 - 300 * more), search.anchor)
    moved = eased(field, placed.x_um, placed.y_um, 6_000, 25)
    if moved is None:
        return
    assert len(moved[0]) == len(placed)
    assert is_spaced(*moved, 6_000)
    assert exactly_free(field, *moved, 500).all()


def test_three_pricks_of_a_narrow_lattice_are_eased_into_the_corners_of_their_triangle() -> None:
    triangle = ((0, 0), (10_200, 0), (5_100, 8_900))
    field = field_of("zone", triangle, (), 1)
    x, y = np.array([4_000, 6_000, 5_000]), np.array([1_000, 1_000, 3_000])
    moved = eased(field, x, y, 10_000, 200)
    assert moved is not None
    assert is_spaced(*moved, 10_000)
    assert eased(field, x, y, 10_000, 1) is None
    assert eased(field, x, y, 10_400, 200) is None


def test_what_is_apart_already_is_not_moved() -> None:
    field = field_of("zone", SQUARE, (), 3_000)
    x, y = np.array([10_000, 20_000]), np.array([10_000, 10_000])
    moved = eased(field, x, y, 10_000, 1)
    assert moved is not None
    assert moved[0].tolist() == [10_000, 20_000]
    assert eased(field, x, y, 10_000, 0) is None


def test_spaced_means_at_least_the_spacing() -> None:
    x, y = np.array([0, 3, 100]), np.array([0, 4, 0])
    assert is_spaced(x, y, 5)
    assert not is_spaced(x, y, 6)
