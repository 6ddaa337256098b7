"""No placement has more pricks than the bound that is told of it."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.planning import Ring
from mesogun.planning.place.border import filled
from mesogun.planning.place.bound import hull, perimeter_um, prick_bound, shrunk
from mesogun.planning.place.fit import area_of, best_fit, place
from mesogun.planning.place.raster import NOTHING, field_of
from tests.planning.samples import CHEEK, MOLE, SQUARE, moved, regions, stars

Region = tuple[Ring, tuple[Ring, ...]]


def moved_in(ring: Ring, margin: int) -> float:
    return float(shapely.Polygon(ring).buffer(-margin, join_style="mitre", mitre_limit=1e9).area)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 20])
def test_a_triangle_full_of_pricks_meets_the_bound(steps: int) -> None:
    """Groemer's bound is sharp there: k steps a side hold (k+1)(k+2)/2."""
    side, height = steps * 10_000, math.ceil(steps * 10_000 * math.sqrt(3) / 2)
    triangle = ((-1, -1), (side + 1, -1), (side // 2, height + 2))
    held = (steps + 1) * (steps + 2) // 2
    assert prick_bound(field_of("zone", triangle, (), 0), 10_000) == held


def test_a_strip_and_a_square_have_the_bound_that_one_can_work_out() -> None:
    """A segment of 40 mm and next to no width: 5. A square of 50 mm: 28.9 + 10 + 1."""
    strip = ((0, 0), (46_000, 0), (46_000, 6_010), (0, 6_010))
    assert prick_bound(field_of("zone", strip, (), 3_000), 10_000) == 5
    assert prick_bound(field_of("zone", SQUARE, (), 5_000), 10_000) == 39


def test_what_lies_outside_the_margin_does_not_count() -> None:
    bounds = [prick_bound(field_of("zone", SQUARE, (), m), 5_000) for m in (0, 3_000, 6_000)]
    assert bounds[0] > bounds[1] > bounds[2] > 100


def test_a_large_hole_lowers_the_bound_and_a_mole_hardly_does() -> None:
    hole = ((5_000, 5_000), (55_000, 5_000), (55_000, 55_000), (5_000, 55_000))
    plain = prick_bound(field_of("zone", SQUARE, (), 2_000), 3_000)
    assert prick_bound(field_of("zone", SQUARE, (hole,), 2_000), 3_000) < plain * 4 // 5
    assert prick_bound(field_of("zone", SQUARE, (MOLE, hole), 2_000), 3_000) < plain * 4 // 5
    assert prick_bound(field_of("zone", SQUARE, (MOLE,), 2_000), 3_000) == plain


COMB: Ring = (
    (0, 0),
    (60_000, 0),
    (60_000, 40_000),
    (55_000, 40_000),
    (55_000, 5_000),
    (5_000, 5_000),
    (5_000, 40_000),
    (0, 40_000),
)
"""650 mm2 with a perimeter of 270 mm, in a hull of 2,400 mm2."""


@pytest.mark.parametrize(("margin", "held"), [(2_000, 83), (1_732, 83), (1_100, 105), (0, 144)])
def test_the_bound_of_a_shape_far_from_convex_is_its_area_grown(margin: int, held: int) -> None:
    """Cells of pricks 3 mm apart reach 1,732 um; what the margin leaves of that is grown around."""
    grown = max(0.0, 3_000 / math.sqrt(3) - max(1, margin))
    area = 650e6 + 270_000 * grown + math.pi * grown**2
    assert held == math.floor(area * 2 / math.sqrt(3) / 3_000**2)
    assert prick_bound(field_of("zone", COMB, (), margin), 3_000) == held


def test_of_holes_the_largest_is_taken_off_as_far_as_nothing_grows_into_it() -> None:
    """A hole of 40 x 20 mm around which 732 um are grown: 800 - 120 x 0.732 mm2 are left of it."""
    hole = ((10_000, 10_000), (50_000, 10_000), (50_000, 30_000), (10_000, 30_000))
    board = ((0, 0), (60_000, 0), (60_000, 40_000), (0, 40_000))
    grown = 3_000 / math.sqrt(3) - 1_000
    area = 2_400e6 + 200_000 * grown + math.pi * grown**2 - (800e6 - 120_000 * grown)
    held = math.floor(area * 2 / math.sqrt(3) / 3_000**2)
    for holes in ((hole,), (MOLE, hole), (hole, moved(MOLE, 1_000, 0))):
        assert prick_bound(field_of("zone", board, holes, 1_000), 3_000) == held


def test_three_pricks_on_a_three_armed_star_are_within_the_bound() -> None:
    """They are more than the formula for convex regions gives when it is read for this shape."""
    arm = 5_776
    tips = [(0, arm), (-arm * 866026 // 10**6, -arm // 2), (arm * 866026 // 10**6, -arm // 2)]
    star = shapely.unary_union([shapely.LineString([(0, 0), tip]).buffer(3) for tip in tips])
    assert 2 * star.area / 3**0.5 / 1e8 + star.length / 2e4 + 1 < 3
    outline = tuple(dict.fromkeys((round(x), round(y)) for x, y in star.exterior.coords))
    assert prick_bound(field_of("zone", outline, (), 0), 10_000) >= 3


@given(
    region=regions(),
    margin=st.sampled_from((0, 1, 1_000, 4_000)),
    pitch=st.sampled_from((4_000, 7_000, 15_000, 40_000)),
)
@settings(max_examples=30, deadline=None)
def test_no_placement_exceeds_the_bound(region: Region, margin: int, pitch: int) -> None:
    field = field_of("zone", *region, margin)
    _, anchor = area_of(field)
    assume(anchor is not None)
    assert anchor is not None
    bound = prick_bound(field, pitch)
    placed = place(field, best_fit(field, pitch, anchor, 300_000, 80_000**2), anchor)
    assert len(placed) <= bound
    if bound < 40:
        assert len(filled(field, NOTHING, NOTHING, pitch)[0]) <= bound


@given(ring=stars(), margin=st.integers(0, 8_000))
@settings(max_examples=60, deadline=None)
def test_a_hull_is_shrunk_as_a_second_opinion_shrinks_it(ring: Ring, margin: int) -> None:
    assume(len(ring) >= 3 and shapely.Polygon(ring).is_valid)
    corners = hull(ring)
    other = shapely.Polygon(ring).convex_hull
    assert shapely.Polygon(corners).equals(other)
    assert shapely.Polygon(corners).exterior.is_ccw
    assert perimeter_um(corners) - len(corners) <= other.length <= perimeter_um(corners)
    left = moved_in(corners, margin)
    assume(left > 100_000)
    small = shrunk(corners, margin)
    told = shapely.Polygon(small).area if len(small) > 2 else 0.0
    assert abs(told - left) <= 2 * other.length


@given(ring=stars(), grown=st.integers(1, 9_000))
@settings(max_examples=40, deadline=None)
def test_an_outline_grows_by_no_more_than_its_perimeter_and_a_disc(ring: Ring, grown: int) -> None:
    """The step of the proof that is taken from the literature, tried with a second opinion."""
    polygon = shapely.Polygon(ring) if len(ring) >= 3 else shapely.Polygon()
    assume(polygon.is_valid and polygon.area > 0)
    most = polygon.area + polygon.length * grown + math.pi * grown * grown
    assert polygon.buffer(grown).area <= most + 1
    assert polygon.buffer(-grown).area >= polygon.area - polygon.length * grown - 1


def test_a_spacing_wider_than_the_zone_leaves_one() -> None:
    field = field_of("zone", CHEEK, (), 3_000)
    assert prick_bound(field, 200_000) == 1
    assert len(filled(field, NOTHING, NOTHING, 200_000)[0]) == 1
