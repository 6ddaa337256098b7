"""Depth: what is asked, what the map allows wherever the prick may land, and the layer reached."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import HOLE, LAYERS, Plan, Raster, Skin, Surface, plan
from mesogun.planning.depth import depths_and_layers, thinnest, vertical_um
from mesogun.planning.place.spots import Spots, of_points
from tests.planning.samples import SQUARE, order, zone


def raster(*rows: tuple[int, ...], cell_um: int = 10_000, at: tuple[int, int] = (0, 0)) -> Raster:
    values = tuple(one for row in rows for one in row)
    return Raster(*at, cell_um, len(rows[0]), values, "unverified: test")


def points(*places: tuple[int, int]) -> Spots:
    both = np.array(places, dtype=np.int64).reshape(-1, 2)
    return of_points(both[:, 0], both[:, 1], np.zeros(len(both), dtype=np.int64), 5_000)


def at(map_: Raster, place: tuple[int, int], reach_um: int) -> int:
    spots = points(place)
    return int(thinnest(map_, spots.x_um, spots.y_um, reach_um)[0])


FOUR = raster((1_000, 2_000), (3_000, 4_000))


@pytest.mark.parametrize(
    ("place", "reach_um", "least"),
    [
        ((15_000, 15_000), 0, 4_000),
        ((15_000, 15_000), 4_999, 4_000),
        ((15_000, 15_000), 5_000, HOLE),  # touches the raster's end as well
        ((14_000, 15_000), 3_999, 4_000),
        ((14_000, 15_000), 4_000, 3_000),
        ((14_000, 14_000), 4_000, 2_000),
        ((13_000, 13_000), 4_242, 2_000),
        ((13_000, 13_000), 4_243, 1_000),  # the corner of the cell across: 3 mm by root 2
        ((10_000, 10_000), 0, 1_000),  # a cell's edge belongs to all cells that it is of
        ((-1, 5_000), 0, HOLE),
        ((20_001, 5_000), 0, HOLE),
        ((5_000, 20_001), 0, HOLE),
        ((5_000, -1), 0, HOLE),
    ],
)
def test_a_disc_takes_the_thinnest_cell_that_it_touches(
    place: tuple[int, int], reach_um: int, least: int
) -> None:
    assert at(FOUR, place, reach_um) == least


@given(
    values=st.lists(st.integers(1, 9), min_size=16, max_size=16),
    place=st.tuples(st.integers(0, 40), st.integers(0, 40)),
    reach=st.integers(0, 25),
)
@settings(max_examples=150, deadline=None)
def test_the_thinnest_agrees_with_looking_at_every_cell(
    values: list[int], place: tuple[int, int], reach: int
) -> None:
    map_ = Raster(0, 0, 10, 4, tuple(values), "unverified: test")
    x, y = place
    touched = []
    for k in range(-5, 10):
        for m in range(-5, 10):
            dx = max(10 * k - x, 0, x - 10 * k - 10)
            dy = max(10 * m - y, 0, y - 10 * m - 10)
            if dx * dx + dy * dy <= reach * reach:
                inside = 0 <= k < 4 and 0 <= m < 4
                touched.append(values[4 * m + k] if inside else HOLE)
    assert at(map_, place, reach) == min(touched)


SKIN = Skin(100, 1_200, None, "unverified: test")


def planned(position_um: int = 0, bevel_um: int = 0, **changes: object) -> Plan:
    one = order(zone("square", SQUARE, **changes), volume_nl=300_000)
    return plan(replace(one, position_um=position_um, bevel_um=bevel_um))


def layer_names(made: Plan) -> set[str]:
    assert made.pricks.layer is not None
    return {LAYERS[one] for one in made.pricks.layer.tolist()}


@pytest.mark.parametrize(
    ("depth_um", "names"),
    [
        (100, {"epidermis"}),
        (101, {"dermis"}),
        (1_200, {"dermis"}),
        (1_201, {"subcutis"}),
    ],
)
def test_the_layer_is_told_by_the_tip(depth_um: int, names: set[str]) -> None:
    assert layer_names(planned(depth_um=depth_um, skin=SKIN)) == names


def test_no_layer_is_told_where_nothing_is_known() -> None:
    assert planned().pricks.layer is None
    assert planned(skin=Skin(None, 1_200, None, "x")).pricks.layer is None
    assert planned(skin=Skin(100, None, None, "x")).pricks.layer is None


def test_a_slanting_needle_reaches_less_deep() -> None:
    assert vertical_um(np.array([1_000, 1_001]), 500_000).tolist() == [500, 501]
    made = planned(depth_um=1_300, angle_sin_ppm=500_000, skin=SKIN)
    assert set(made.pricks.depth_um.tolist()) == {1_300}
    assert layer_names(made) == {"dermis"}


@pytest.mark.parametrize(("sine", "fits"), [(1_000_000, False), (909_090, True), (909_092, False)])
def test_the_cap_is_on_the_vertical_depth(sine: int, fits: bool) -> None:
    if fits:
        assert planned(depth_um=2_200, angle_sin_ppm=sine)
    else:
        with pytest.raises(PlanError, match="beyond depth_um_max"):
            planned(depth_um=2_200, angle_sin_ppm=sine)


@pytest.mark.parametrize("sine", [0, -1, 1_000_001])
def test_an_angle_that_is_none_is_refused(sine: int) -> None:
    with pytest.raises(PlanError, match="the sine of the needle's angle"):
        planned(angle_sin_ppm=sine)


HALVES = raster((1_000, 400), (1_000, 400), cell_um=30_000)


def test_a_map_lowers_the_depth_where_the_skin_is_thinner() -> None:
    made = planned(depth_um=600, position_um=2_000, skin=Skin(50, 1_500, HALVES, "x"))
    right = made.pricks.x_um >= 28_000
    assert right.any()
    assert not right.all()
    assert set(made.pricks.depth_um[right].tolist()) == {400}
    assert set(made.pricks.depth_um[~right].tolist()) == {600}


def test_a_map_and_an_angle_allow_the_longest_needle_that_stays_within() -> None:
    thin = raster((400,), cell_um=60_000)
    made = planned(depth_um=600, angle_sin_ppm=700_000, skin=Skin(50, 1_500, thin, "x"))
    (depth,) = set(made.pricks.depth_um.tolist())
    assert depth == 571  # 571 * 0.7 = 399.7, 572 * 0.7 = 400.4
    assert layer_names(made) == {"dermis"}


def test_a_hole_in_the_map_is_refused_with_its_place() -> None:
    holed = raster((1_000, 1_000), (1_000, HOLE), cell_um=30_000)
    with pytest.raises(PlanError, match=r"has a hole within 0 mm of \([\d.]+, [\d.]+\) mm"):
        planned(skin=Skin(50, 1_500, holed, "x"))


@pytest.mark.parametrize(("bevel_um", "fits"), [(400, True), (401, False)])
def test_skin_too_thin_for_the_needle_s_opening_is_refused(bevel_um: int, fits: bool) -> None:
    skin = Skin(50, 1_500, HALVES, "x")
    if fits:
        assert planned(bevel_um=bevel_um, skin=skin)
    else:
        with pytest.raises(PlanError, match="keep these places free"):
            planned(bevel_um=bevel_um, skin=skin)


@pytest.mark.parametrize(
    ("map_", "text"),
    [
        (Raster(0, 0, 0, 1, (1,), "x"), "this one has none"),
        (Raster(0, 0, 10, 0, (1,), "x"), "this one has none"),
        (Raster(0, 0, 10, 1, (), "x"), "this one has none"),
        (Raster(0, 0, 10, 2, (1, 1, 1), "x"), "no whole rows of 2"),
        (Raster(0, 0, 10, 1, (-2,), "x"), "below 0"),
    ],
)
def test_a_map_that_is_none_is_refused(map_: Raster, text: str) -> None:
    with pytest.raises(PlanError, match=text):
        planned(skin=Skin(50, 1_500, map_, "x"))
    with pytest.raises(PlanError, match=text):
        planned(weights=map_)


def test_all_pricks_of_a_shot_go_as_deep_as_the_shallowest() -> None:
    spots = replace(
        points((5_000, 5_000), (35_000, 5_000), (6_000, 40_000)), shot=np.array([0, 0, 1])
    )
    one = order(zone("square", SQUARE, skin=Skin(50, 1_500, HALVES, "x")))
    depth, _ = depths_and_layers(one, one.zones[0], 600, spots)
    assert depth.tolist() == [400, 400, 600]


TENT = Surface(
    "tent",
    ((0, 0, 0), (9_000, 0, 0), (0, 9_000, 0), (10_000, 0, 0), (19_000, 0, 0), (10_000, 9_000, 0)),
    ((0, 1, 2), (3, 4, 5)),
    (900, 900, 900, 500, 700, 800),
    (),
    "unverified: test",
)


@pytest.mark.parametrize(
    ("place", "reach_um", "depth_um"),
    [
        ((2_000, 2_000), 0, 600),
        ((2_000, 2_000), 7_999, 600),
        ((2_000, 2_000), 8_000, 500),
        ((12_000, 2_000), 0, 500),
    ],
)
def test_on_a_surface_the_corners_of_faces_whose_box_is_within_reach_decide(
    place: tuple[int, int], reach_um: int, depth_um: int
) -> None:
    face = 0 if place[0] < 10_000 else 1
    spots = replace(points(place), face=np.array([face]))
    one = replace(order(zone("tent", SQUARE)), surface=TENT, position_um=reach_um)
    depth, layers = depths_and_layers(one, one.zones[0], 600, spots)
    assert depth.tolist() == [depth_um]
    assert layers is None


def test_a_vertex_of_unknown_thickness_is_a_hole() -> None:
    spots = replace(points((2_000, 2_000)), face=np.array([0]))
    holed = replace(TENT, skin_um=(900, HOLE, 900, 500, 500, 500))
    one = replace(order(zone("tent", SQUARE)), surface=holed)
    with pytest.raises(
        PlanError, match=r"vertices of 'tent' has a hole within 0 mm of \(2, 2, 0\)"
    ):
        depths_and_layers(one, one.zones[0], 600, spots)
