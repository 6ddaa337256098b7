"""The check of depths: as asked, or as deep as the skin allows wherever the prick may land."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Limit, Plan, verify
from mesogun.planning.prescription import HOLE, Head, Prescription, Raster, Skin, Surface
from mesogun.planning.verify.skin import thinnest_of_map, thinnest_of_surface
from tests.planning.plans_by_hand import Place, by_hand, found, only, row_of_points, violations
from tests.planning.samples import SQUARE, order, zone

LINE = Head("line", ((0, 0), (1, 0), (2, 0)), 6_000, "test")
BASIS = (6_000, 0, 3_000, 5_197)
WHERE = row_of_points(3, 10_000)


def mapped(*values: int, cell_um: int = 20_000, epidermis_um: int | None = None) -> Skin:
    """A map of 20 mm cells over the square, three in a row."""
    return Skin(epidermis_um, None, Raster(0, 0, cell_um, 3, values, "a scan"), "test")


def asked(skin: Skin | None = None, position_um: int = 0, **changes: Any) -> Prescription:
    one = zone("square", SQUARE, skin=skin, **changes)
    return replace(order(one, volume_nl=30_000), position_um=position_um)


def pricked(rx: Prescription, *depths: int, at: list[Place] = WHERE, **columns: Any) -> Plan:
    return by_hand(rx, at, depth_um=depths or [600] * len(at), **columns)


def test_the_needles_length_and_what_lies_below_the_skin_have_their_own_limits() -> None:
    """At 30 degrees 1.2 mm of needle end 0.6 mm below the skin."""
    flat = {"angle_sin_ppm": 500_000, "depth_um": 1_200}
    rx = asked(**flat)
    verify(pricked(rx, 1_200, 1_200, 1_200))
    verify(
        pricked(
            replace(rx, limits=bounds(depth_um_max=600, needle_depth_um_max=1_200)), *[1_200] * 3
        )
    )
    deep = only(pricked(replace(rx, limits=bounds(depth_um_max=599)), *[1_200] * 3))
    assert (deep.limit, deep.value, deep.bound, deep.pricks) == (
        "depth_um_max",
        600,
        599,
        (0, 1, 2),
    )
    long = only(pricked(replace(rx, limits=bounds(needle_depth_um_max=1_199)), *[1_200] * 3))
    assert (long.limit, long.value) == ("needle_depth_um_max", 1_200)


def bounds(**values: int) -> tuple[Limit, ...]:
    return order(**values).limits


def test_what_lies_below_is_rounded_up() -> None:
    """A needle of 601 um at 500,001 ppm ends 300.5006 um deep: 301."""
    rx = replace(asked(angle_sin_ppm=500_001, depth_um=601), limits=bounds(depth_um_max=301))
    verify(pricked(rx, 601, 601, 601))
    assert only(pricked(replace(rx, limits=bounds(depth_um_max=300)), *[601] * 3)).value == 301


def test_without_a_map_every_depth_is_the_one_asked() -> None:
    for other in (599, 601):
        wrong = only(pricked(asked(), 600, other, 600))
        assert wrong.note == "not the depth prescribed"
        assert (wrong.limit, wrong.value, wrong.bound, wrong.pricks) == (
            "depth_um",
            other,
            600,
            (1,),
        )


def test_with_a_map_a_prick_goes_as_deep_as_asked_or_as_the_skin_is_thick() -> None:
    rx = asked(mapped(500, 600, 700, *[900] * 6))
    at: list[Place] = [(10_000, 10_000), (30_000, 10_000), (50_000, 10_000)]
    verify(pricked(rx, 500, 600, 600, at=at))
    deep = violations(pricked(rx, 501, 600, 600, at=at))
    assert "not the depth prescribed for skin so thick" in {one.note for one in deep}
    assert {(one.limit, one.value, one.bound, one.pricks) for one in deep} == {
        ("skin_um", 501, 500, (0,)),
        ("depth_um", 501, 600, (0,)),
    }
    assert {one.origin for one in deep} == {"a scan", "prescription"}
    shallow = only(pricked(rx, 499, 600, 600, at=at))
    assert (shallow.limit, shallow.value, shallow.pricks) == ("depth_um", 499, (0,))
    assert only(pricked(rx, 500, 600, 601, at=at)).pricks == (2,)


def test_at_an_angle_the_needle_goes_farther_in_the_same_skin() -> None:
    """Of skin 301 um thick, 602 um at 30 degrees use 301; 603 would need 302."""
    rx = asked(mapped(*[301] * 9), angle_sin_ppm=500_000, depth_um=1_000)
    verify(pricked(rx, 602, 602, 602))
    assert {one.limit for one in violations(pricked(rx, 602, 603, 602))} == {"skin_um", "depth_um"}
    assert only(pricked(rx, 602, 601, 602)).limit == "depth_um"


@pytest.mark.parametrize(("position_um", "depth_um"), [(0, 600), (4_999, 600), (5_000, 400)])
def test_the_skin_counts_wherever_the_prick_may_land(position_um: int, depth_um: int) -> None:
    """The cell of 400 um begins 5 mm beside the first prick: its edge belongs to it."""
    rx = asked(mapped(*[900] * 3, 900, 400, 900, *[900] * 3), position_um=position_um)
    at: list[Place] = [(15_000, 30_000), (7_000, 6_000), (53_000, 30_000)]
    verify(pricked(rx, depth_um, 600, 600, at=at))


def test_a_hole_within_reach_is_named_and_so_is_the_map_s_end() -> None:
    rx = asked(mapped(900, 900, 900, 900, HOLE, *[900] * 4), position_um=3_000)
    at: list[Place] = [(17_000, 30_000), (16_999, 10_000), (57_000, 10_000)]
    wrong = found(pricked(rx, at=at), "skin_um")
    assert (wrong.value, wrong.pricks, wrong.origin) == (HOLE, (0, 2), "a scan")
    assert wrong.note == "unknown within 3000 um"
    verify(pricked(rx, at=[(16_999, 30_000), (10_000, 10_000), (56_999, 10_000)]))


def test_less_than_the_needles_opening_takes_is_named() -> None:
    rx = replace(asked(mapped(*[300] * 9)), bevel_um=300)
    verify(pricked(rx, 300, 300, 300))
    short = only(pricked(replace(rx, bevel_um=301), 300, 300, 300))
    assert (short.limit, short.value, short.bound) == ("bevel_um", 300, 301)
    none = only(
        pricked(
            asked(mapped(0, *[900] * 8)),
            0,
            600,
            600,
            at=[(5_000, 5_000), *WHERE[2:], (40_000, 5_000)],
        )
    )
    assert (none.limit, none.value, none.bound, none.pricks) == ("bevel_um", 0, 1, (0,))


def test_all_pricks_of_a_shot_go_as_deep_as_the_shallowest() -> None:
    """Needles at x = 12, 18 and 24 mm: the skin is thin up to 20."""
    rx = replace(asked(mapped(500, *[900] * 8), spacing_um=6_000), heads=(LINE,))
    three: list[Place] = [(12_000, 6_000), (18_000, 6_000), (24_000, 6_000)]
    more = {"shot": [0, 0, 0], "head": [0, 0, 0], "needle": [0, 1, 2]}
    verify(by_hand(rx, three, depth_um=[500] * 3, basis_um=BASIS, pitch_um=6_000, **more))
    deep = by_hand(rx, three, depth_um=[600] * 3, basis_um=BASIS, pitch_um=6_000, **more)
    assert {(one.limit, one.pricks) for one in violations(deep)} == {
        ("skin_um", (0, 1)),
        ("depth_um", (0, 1, 2)),
    }


@pytest.mark.parametrize(
    ("epidermis", "skin", "layer"),
    [(600, 2_000, 1), (599, 2_000, 2), (100, 600, 2), (100, 599, 3)],
)
def test_the_layer_is_the_one_that_the_tip_is_in(epidermis: int, skin: int, layer: int) -> None:
    rx = asked(Skin(epidermis, skin, None, "test"))
    verify(pricked(rx, layer=[layer] * 3))
    for other in {0, 1, 2, 3} - {layer}:
        wrong = only(pricked(rx, layer=[layer, other, layer]))
        assert (wrong.limit, wrong.value, wrong.bound, wrong.pricks) == (
            "layer",
            other,
            layer,
            (1,),
        )
    assert only(pricked(rx)).note == "layers are known, but the column is missing"


def test_layers_are_known_by_a_map_too_and_nowhere_else() -> None:
    verify(pricked(asked(mapped(*[900] * 9, epidermis_um=600)), layer=[1] * 3))
    verify(pricked(asked(mapped(*[900] * 9, epidermis_um=599)), layer=[2] * 3))
    for nothing in (None, Skin(600, None, None, "t"), Skin(None, 900, None, "t")):
        verify(pricked(asked(nothing)))
        wrong = only(pricked(asked(nothing), layer=[0] * 3))
        assert "nothing is known of the layers" in wrong.note


@given(
    st.lists(st.integers(-1, 5), min_size=12, max_size=12),
    st.integers(0, 25),
    st.lists(st.tuples(st.integers(-12, 52), st.integers(-12, 42)), min_size=1, max_size=8),
    st.integers(1, 11),
)
@settings(max_examples=200, deadline=None)
def test_the_thinnest_cell_that_a_disc_touches_is_found(
    values: list[int], reach: int, at: list[tuple[int, int]], cell: int
) -> None:
    raster = Raster(-3, 2, cell, 4, tuple(values), "test")
    x, y = np.array([a for a, _ in at]), np.array([b for _, b in at])
    wanted = []
    for px, py in at:
        touched = [HOLE if beyond(raster, px, py, reach) else 9]
        for k, value in enumerate(values):
            left, low = -3 + k % 4 * cell, 2 + k // 4 * cell
            dx, dy = max(left - px, px - left - cell, 0), max(low - py, py - low - cell, 0)
            if dx * dx + dy * dy <= reach * reach:
                touched.append(value)
        wanted.append(min(touched))
    assert thinnest_of_map(raster, x, y, reach).tolist() == wanted


def beyond(raster: Raster, x: int, y: int, reach: int) -> bool:
    """Tell whether the closed disc touches a cell that the map does not have: its edge is one."""
    left, low = raster.left_um, raster.low_um
    right, high = left + 4 * raster.cell_um, low + 3 * raster.cell_um
    return min(x - left, right - x, y - low, high - y) <= reach


points3 = st.tuples(*[st.integers(0, 3_000)] * 3)


@given(
    st.lists(points3, min_size=5, max_size=9, unique=True),
    st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=6),
    st.lists(points3, min_size=1, max_size=6),
    st.sampled_from((0, 1, 50, 700, 5_000)),
)
@settings(max_examples=100, deadline=None)
def test_the_thinnest_corner_of_the_faces_within_reach_is_found(
    vertices: list[Place], faces: list[Place], at: list[Place], reach: int
) -> None:
    skin = tuple((k * 37) % 11 for k in range(len(vertices)))
    surface = Surface("s", tuple(vertices), tuple(faces), skin, (), "test")  # type: ignore[arg-type]
    face = np.array([k % len(faces) for k in range(len(at))])
    wanted = []
    for point, own in zip(at, face.tolist(), strict=True):
        near = [own]
        for k, corners in enumerate(faces):
            gap = 0
            for axis in range(3):
                values = [vertices[c][axis] for c in corners]
                gap += max(min(values) - point[axis], point[axis] - max(values), 0) ** 2
            if gap <= reach * reach:
                near.append(k)
        wanted.append(min(skin[c] for k in near for c in faces[k]))
    columns = tuple(np.array([one[axis] for one in at]) for axis in range(3))
    got = thinnest_of_surface(surface, (columns[0], columns[1], columns[2]), face, reach)
    assert got.tolist() == wanted
