"""Every hop is the shortest there is, wherever the lattice allows it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.planning import Ring
from mesogun.planning.order.mend import Ground
from mesogun.planning.order.shorten import shorten, surplus
from mesogun.planning.order.strips import rings_of, runs_of, walk
from mesogun.planning.order.way import order
from mesogun.planning.place.fit import Placed, area_of, best_fit, place
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.raster import field_of
from mesogun.planning.timing import hops_um
from tests.planning.samples import CHEEK, MOLE, moved, regions

cells = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60, unique=True
)


FULL = [(i, j) for i in range(11) for j in range(11)]
holed = st.sets(st.sampled_from(FULL), max_size=25).map(
    lambda gone: [one for one in FULL if one not in gone]
)
"""Nearly full fields: rings, loose points and trades all occur in them."""


def set_of(points: list[tuple[int, int]], pitch: int = 10_000) -> Placed:
    """Any points of a lattice, as if a region had just that shape."""
    basis = lattice(pitch, 0)
    by_row = sorted((j, i) for i, j in points)
    i, j = np.array([i for _, i in by_row]), np.array([j for j, _ in by_row])
    return Placed(pitch, basis, (0, 0), i, j)


def placed_in(outline: Ring, *holes: Ring, pitch: int) -> Placed:
    field = field_of("zone", outline, holes, 3_000)
    _, anchor = area_of(field)
    assert anchor is not None
    return place(field, best_fit(field, pitch, anchor, 300_000, 10**10), anchor)


def travel(placed: Placed, way: np.ndarray) -> int:
    return int(hops_um(placed.x_um[way], placed.y_um[way]).sum())


@given(st.one_of(cells, holed))
@settings(max_examples=200, deadline=None)
def test_every_prick_is_visited_once_and_never_shorter_than_the_bound(
    points: list[tuple[int, int]],
) -> None:
    placed = set_of(points)
    way, least = order(placed, None, None)
    assert sorted(way.tolist()) == list(range(len(points)))
    assert travel(placed, way) >= least >= (len(points) - 1) * 10_000


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=6, unique=True)
)
@settings(max_examples=60, deadline=None)
def test_no_order_at_all_is_shorter_than_the_bound(points: list[tuple[int, int]]) -> None:
    placed = set_of(points)
    _, least = order(placed, None, None)
    best = min(travel(placed, np.array(one)) for one in permutations(range(len(points))))
    assert least <= best


@pytest.mark.parametrize("pitch", [1_000, 2_000, 5_000, 7_000])
@pytest.mark.parametrize("holes", [(), (MOLE,), (MOLE, moved(MOLE, 14_000, 10_000))])
def test_usual_regions_reach_the_bound_exactly(pitch: int, holes: tuple[Ring, ...]) -> None:
    placed = placed_in(CHEEK, *holes, pitch=pitch)
    way, least = order(placed, None, None)
    assert least == (len(placed) - 1) * pitch
    assert travel(placed, way) - least <= len(placed)  # whole um: a vector may be 1 um longer


@given(regions())
@settings(max_examples=50, deadline=None)
def test_any_region_comes_within_a_few_hops_of_the_bound(
    region: tuple[Ring, tuple[Ring, ...]],
) -> None:
    outline, holes = region
    field = field_of("zone", outline, holes, 2_000)
    _, anchor = area_of(field)
    assume(anchor is not None)
    assert anchor is not None
    placed = place(field, best_fit(field, 3_000, anchor, 100_000, 10**10), anchor)
    way, least = order(placed, None, None)
    assert sorted(way.tolist()) == list(range(len(placed)))
    assert travel(placed, way) <= least + 8 * 3_000 + len(placed)


@given(st.one_of(cells, holed), st.integers(0, 1))
@settings(max_examples=200, deadline=None)
def test_rings_take_shortest_hops_only_and_lose_no_point(
    points: list[tuple[int, int]], parity: int
) -> None:
    placed = set_of(points)
    rings = rings_of(placed.i, placed.j, parity)
    seen = [int(rings.points[at]) for _, _, at in rings.loose]
    for start in rings.starts():
        ring = rings.points[walk(rings.jumps, start)]
        di = np.diff(placed.i[ring], append=placed.i[ring[0]])
        dj = np.diff(placed.j[ring], append=placed.j[ring[0]])
        assert (di * di + di * dj + dj * dj == 1).all()
        seen += ring.tolist()
    assert sorted(seen) == list(range(len(points)))


@given(cells, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_shortening_keeps_every_point_and_never_lengthens(
    points: list[tuple[int, int]], random: object
) -> None:
    placed = set_of(points)
    ground = Ground(placed.i, placed.j, runs_of(placed.i, placed.j))
    way = list(range(len(points)))
    random.shuffle(way)  # type: ignore[attr-defined]
    better = shorten(ground, way)
    assert sorted(better) == sorted(way)
    assert surplus(ground, better) <= surplus(ground, way)


def test_a_way_begins_where_the_hand_comes_from_and_ends_where_it_goes() -> None:
    placed = placed_in(CHEEK, MOLE, pitch=5_000)
    way, _ = order(placed, (-20_000, 20_000), (-20_000, 20_000))
    away = np.hypot(placed.x_um + 20_000, placed.y_um - 20_000)
    assert away[way[0]] + away[way[-1]] <= 2 * away.min() + 5_100


def test_a_thin_tip_is_where_the_way_begins() -> None:
    """A point with one neighbour costs nothing if the way starts there."""
    body = [(i, j) for i in range(5) for j in range(4)]
    placed = set_of([*body, (5, 0), (6, 0)])
    way, least = order(placed, None, None)
    assert travel(placed, way) == least
    assert {int(placed.i[way[0]]), int(placed.i[way[-1]])} & {6}


def test_two_large_islands_are_gone_over_one_after_the_other() -> None:
    """So many points that no bridge between them is measured: the bound is the pitch alone."""
    block = [(i, j) for j in range(30) for i in range(35)]
    placed = set_of([*block, *((i + 60, j) for i, j in block)])
    way, least = order(placed, None, None)
    assert sorted(way.tolist()) == list(range(2_100))
    assert least == 2_099 * 10_000
    assert travel(placed, way) <= least + 40 * 10_000
