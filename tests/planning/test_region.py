"""Rings are refused with the reason, and points are placed against them exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import COORDINATE_UM_MAX, Ring, check_region, check_ring
from mesogun.planning.place.region import area2_um2, inside, keeps_off
from mesogun.planning.verify.region import distance_um, place_by_ring, place_in_zone
from tests.planning.samples import MOLE, SQUARE, moved, stars

BOW_TIE: Ring = ((0, 0), (10_000, 10_000), (10_000, 0), (0, 10_000))
small_points = st.tuples(st.integers(-6, 6), st.integers(-6, 6))
small_rings = st.lists(small_points, min_size=3, max_size=8, unique=True).map(tuple)


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        (((0, 0), (1_000, 0)), "needs at least 3 points, this has 2"),
        (BOW_TIE, r"crosses or touches itself: the edge from \(0, 0\) mm to \(10, 10\) mm"),
        (((0, 0), (9, 0), (9, 9), (0, 0)), r"point \(0, 0\) mm is there twice \(points 1 and 4\)"),
        (((0, 0), (5_000, 0), (9_000, 0)), "crosses or touches itself"),
        (((0, 0), (9_000, 0), (9_000, 9_000), (9_000, 3_000), (0, 9_000)), "crosses or touches"),
        (((0, 0), (8_000, 0), (8_000, 8_000), (4_000, 0), (0, 8_000)), "crosses or touches"),
        (((0, 0), (COORDINATE_UM_MAX + 1, 0), (0, 9)), "check the unit of the drawing"),
        (tuple((k, k * k) for k in range(20_001)), "20001 points"),
    ],
)
def test_a_ring_that_cannot_be_used_is_refused_with_the_reason(ring: Ring, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        check_ring(ring, "zone 'x': outline")


@pytest.mark.parametrize(
    ("holes", "said"),
    [
        ([moved(MOLE, 100_000, 0)], "exclusion 1 lies outside the outline"),
        ([MOLE, moved(MOLE, 38_000, 0)], "exclusion 2 crosses or touches the outline"),
        ([moved(MOLE, 34_000, 0)], "exclusion 1 crosses or touches the outline"),
        ([((-9_000, -9_000), (90_000, -9_000), (90_000, 90_000), (-9_000, 90_000))], "outside"),
        ([BOW_TIE], "exclusion 1: the outline crosses or touches itself"),
    ],
)
def test_an_exclusion_must_lie_inside_its_outline(holes: list[Ring], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        check_region(SQUARE, holes, "zone 'x'")


def test_exclusions_may_overlap_each_other() -> None:
    check_region(SQUARE, [MOLE, moved(MOLE, 2_000, 2_000), MOLE], "zone 'x'")


@pytest.mark.parametrize("upright", [True, False])
def test_edges_on_one_line_that_do_not_meet_are_accepted(upright: bool) -> None:
    """Two teeth, cut off at the same line."""
    teeth = ((0, 0), (9, 0), (9, 3), (4, 3), (4, 6), (9, 6), (9, 9), (0, 9))
    check_ring(teeth if upright else tuple((y, x) for x, y in teeth), "ring")


@given(ring=small_rings)
@settings(max_examples=200, deadline=None)
def test_a_ring_is_accepted_if_and_only_if_it_is_simple(ring: Ring) -> None:
    polygon = shapely.Polygon(ring)
    simple = shapely.LinearRing(ring).is_simple and polygon.area > 0
    try:
        check_ring(ring, "ring")
    except PlanError:
        assert not simple
    else:
        assert simple
        assert abs(area2_um2(ring)) == round(2 * polygon.area)


@given(ring=small_rings, other=small_rings)
@settings(max_examples=200, deadline=None)
def test_an_exclusion_is_accepted_if_and_only_if_it_lies_strictly_inside(
    ring: Ring, other: Ring
) -> None:
    try:
        check_ring(ring, "a")
        check_ring(other, "b")
    except PlanError:
        return
    strictly = shapely.Polygon(ring).contains_properly(shapely.Polygon(other))
    try:
        check_region(ring, [other], "zone")
    except PlanError:
        assert not strictly
    else:
        assert strictly


def square_distance(x: int, y: int, ring: Ring) -> Fraction:
    """The squared distance to the nearest edge, without rounding."""
    best = None
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        dx, dy = bx - ax, by - ay
        t = Fraction((x - ax) * dx + (y - ay) * dy, dx * dx + dy * dy)
        t = max(Fraction(0), min(Fraction(1), t))
        gap = (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2
        best = gap if best is None else min(best, gap)
    assert best is not None
    return best


def crossings_to_the_right(x: int, y: int, ring: Ring) -> int:
    """Count half-open edges whose crossing with the row lies strictly to the right."""
    count = 0
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay <= y) != (by <= y):
            count += ax + Fraction((y - ay) * (bx - ax), by - ay) > x
    return count


raster = [(x, y) for x in range(-8, 9) for y in range(-8, 9)]
raster_x = np.array([x for x, _ in raster])
raster_y = np.array([y for _, y in raster])


@given(ring=small_rings, margin=st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_inside_and_margin_agree_with_fractions_for_planner_and_verifier(
    ring: Ring, margin: int
) -> None:
    """Even for rings that cross themselves and points on edges and corners."""
    odd = [crossings_to_the_right(x, y, ring) % 2 == 1 for x, y in raster]
    off = [square_distance(x, y, ring) >= margin * margin for x, y in raster]
    assert inside(raster_x, raster_y, ring).tolist() == odd
    assert keeps_off(raster_x, raster_y, ring, margin).tolist() == off
    is_in, near = place_by_ring(raster_x, raster_y, ring, margin)
    assert is_in.tolist() == odd
    assert (~near).tolist() == off


@given(ring=small_rings, at=small_points)
@settings(max_examples=60, deadline=None)
def test_a_distance_is_rounded_down(ring: Ring, at: tuple[int, int]) -> None:
    told = distance_um(*at, ring)
    assert told**2 <= square_distance(*at, ring) < (told + 1) ** 2


@given(outline=stars(), hole=stars(8_000, at=(3_000, -2_000)), margin=st.integers(0, 9_000))
@settings(max_examples=25, deadline=None)
def test_many_points_get_the_same_answers_as_each_alone(
    outline: Ring, hole: Ring, margin: int
) -> None:
    """Cells spare most of many points their own test; the answers stay the same."""
    x, y = (one.ravel() for one in np.meshgrid(np.arange(-42, 42), np.arange(-42, 42)))
    x, y = x * 997 + 13, y * 1_003 - 7
    together = place_in_zone(x, y, (outline, hole), margin)
    for ring, (is_in, near) in zip((outline, hole), together, strict=True):
        alone_in, alone_near = place_by_ring(x, y, ring, margin)
        assert np.array_equal(is_in, alone_in)
        assert np.array_equal(near, alone_near)
        assert np.array_equal(is_in, inside(x, y, ring))
        assert np.array_equal(~near, keeps_off(x, y, ring, margin))


@given(ring=stars(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_inside_agrees_with_shapely_away_from_the_edges(ring: Ring, seed: int) -> None:
    if len(ring) < 3 or not shapely.Polygon(ring).is_valid:
        return
    points = np.random.default_rng(seed).integers(-45_000, 45_000, (500, 2))
    x, y = points[:, 0].copy(), points[:, 1].copy()
    clear = keeps_off(x, y, ring, 2)
    told = inside(x, y, ring)
    assert np.array_equal(told[clear], shapely.contains_xy(shapely.Polygon(ring), x, y)[clear])
