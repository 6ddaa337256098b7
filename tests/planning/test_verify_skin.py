"""How thick the skin is wherever a prick may land, and what is told of depths: whole violations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mesogun.errors import Violation
from mesogun.planning import Plan
from mesogun.planning.prescription import HOLE, Head, Point3, Raster, Skin, Surface
from mesogun.planning.verify.depths import check_depths, vertical
from mesogun.planning.verify.skin import thinnest_of_map, thinnest_of_surface
from tests.planning.plans_by_hand import Place, bounded, by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone
from tests.planning.told_whole import BASIS, rule, told_by


def thinnest_plainly(raster: Raster, x: int, y: int, reach: int) -> int:
    """The least of all cells that touch the disc; beyond the map lie holes."""
    known = np.array(raster.values).reshape(-1, raster.columns)
    values = np.pad(known, 1, constant_values=HOLE)
    beside = []
    for start, count, at in ((raster.low_um, len(known), y), (raster.left_um, raster.columns, x)):
        first = start + raster.cell_um * np.arange(-1, count + 1)
        last = first + raster.cell_um
        # what lies beyond the map has no end
        first[0], last[-1] = -(10**9), 10**9
        beside.append(np.maximum(np.maximum(first - at, at - last), 0))
    touched = beside[0][:, None] ** 2 + beside[1] ** 2 <= reach * reach
    return int(values[touched].min())


@pytest.mark.parametrize("seed", range(8))
def test_the_thinnest_cell_within_reach_is_found_on_large_maps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cell, columns, rows = (int(one) for one in rng.integers((3, 9, 9), (9, 18, 18)))
    values = tuple(int(one) for one in rng.integers(100, 900, rows * columns))
    left, low = (int(one) for one in rng.integers(-40, 40, 2))
    raster = Raster(left, low, cell, columns, values, "test")
    for reach in (0, 1, cell - 1, cell, cell + 1, 2 * cell, int(3.5 * cell), 30):
        x = left + rng.integers(-cell, (columns + 1) * cell + 1, 40)
        y = low + rng.integers(-cell, (rows + 1) * cell + 1, 40)
        # on lines of the map and one beside them
        x[:20] = left + cell * rng.integers(0, columns + 1, 20) + rng.integers(-1, 2, 20)
        y[10:30] = low + cell * rng.integers(0, rows + 1, 20) + rng.integers(-1, 2, 20)
        wanted = [
            thinnest_plainly(raster, a, b, reach)
            for a, b in zip(x.tolist(), y.tolist(), strict=True)
        ]
        assert thinnest_of_map(raster, x, y, reach).tolist() == wanted


@pytest.mark.parametrize("seed", range(3))
def test_the_thinnest_corner_within_reach_is_found_from_anywhere(seed: int) -> None:
    """Places on faces, near them, and far outside of all their boxes."""
    rng = np.random.default_rng(seed)
    vertices: list[Point3] = [
        (int(a), int(b), int(c)) for a, b, c in rng.integers(0, 3_000, (30, 3))
    ]
    faces: list[Point3] = [(int(a), int(b), int(c)) for a, b, c in rng.integers(0, 30, (20, 3))]
    skin = tuple(int(one) for one in rng.integers(-1, 60, 30))
    body = Surface("s", tuple(vertices), tuple(faces), skin, (), "test")
    at = rng.integers(-2_500, 5_500, (40, 3))
    face = rng.integers(0, 20, 40)
    for reach in (0, 1, 99, 100, 101, 250, 2_000):
        wanted = []
        for place, own in zip(at.tolist(), face.tolist(), strict=True):
            near = {own}
            for k, corners in enumerate(faces):
                gap = 0
                for axis in range(3):
                    values = [vertices[one][axis] for one in corners]
                    gap += max(min(values) - place[axis], place[axis] - max(values), 0) ** 2
                if gap <= reach * reach:
                    near.add(k)
            wanted.append(min(skin[one] for k in near for one in faces[k]))
        columns = at[:, 0].copy(), at[:, 1].copy(), at[:, 2].copy()
        assert thinnest_of_surface(body, columns, face, reach).tolist() == wanted


def test_a_box_at_the_very_reach_counts_on_every_side() -> None:
    vertices: tuple[Point3, ...] = ((0, 0, 0), (500, 0, 0), (0, 500, 0), (9_000, 9_000, 9_000))
    body = Surface("s", vertices, ((0, 1, 2), (3, 3, 3)), (7, 7, 7, 900), (), "test")
    for axis in range(3):
        for edge, way in ((0, -1), (500 if axis < 2 else 0, 1)):
            for reach, thin in ((200, True), (199, False)):
                place = [100, 100, 0]
                place[axis] = edge + way * 200
                columns = tuple(np.array([one]) for one in place)
                got = thinnest_of_surface(
                    body, (columns[0], columns[1], columns[2]), np.array([1]), reach
                )
                assert got.tolist() == ([7] if thin else [900])


def test_depths_below_the_skin_are_rounded_up_to_the_um() -> None:
    one = zone(angle_sin_ppm=500_000)
    assert vertical(np.array([0, 1, 2, 3, 600]), one).tolist() == [0, 1, 1, 2, 300]
    assert vertical(np.array([1, 7]), zone()).tolist() == [1, 7]
    assert vertical(np.array([0, 1, 1_000_000]), zone(angle_sin_ppm=1)).tolist() == [0, 1, 1]
    assert vertical(np.array([9_000_000]), zone()).tolist() == [9_000_000]


ASKED = {"origin": "prescription"}
LINE = Head("line", ((0, 0), (1, 0), (2, 0)), 6_000, "test")


def pricked(depths: list[int], places: list[Place] | None = None, **more: Any) -> Plan:
    rx = more.pop("rx", None) or order(zone("a", SQUARE, **more.pop("changes", {})))
    rx = replace(rx, **more.pop("asked", {}))
    places = places or row_of_points(len(depths), 10_000)
    return by_hand(giving(rx, len(depths) * 10_000), places, depth_um=depths, **more)


def skinned(*values: int, **more: Any) -> Skin:
    """A map of 20 mm cells over the square, three in a row."""
    return Skin(more.get("epidermis"), None, Raster(0, 0, 20_000, 3, values, "a scan"), "test")


def test_the_deepest_prick_is_told_with_all_that_are_too_deep() -> None:
    rx = order(zone("a", SQUARE), zone("b", moved(SQUARE, 70_000, 0), angle_sin_ppm=500_000))
    rx = bounded(bounded(rx, "needle_depth_um_max", 2_500), "depth_um_max", 1_500, zone=1)
    places = [*row_of_points(3, 10_000), *row_of_points(2, 10_000, (75_000, 5_000))]
    depths = [2_001, 2_002, 2_000, 3_002, 3_001]
    told = told_by(check_depths, pricked(depths, places, rx=rx, zone=[0, 0, 0, 1, 1]))
    needle, cap = "needle_depth_um_max", "depth_um_max"
    note = "not the depth prescribed"
    assert told == [
        Violation(needle, 3_002, 2_500, "", f"test {needle}", None, (3, 4)),
        Violation(cap, 2_002, 2_000, "um", f"preset {cap}", "a", (0, 1)),
        rule("depth_um", 2_001, 600, "um", zone="a", pricks=(0, 1, 2), note=note, **ASKED),
        Violation(cap, 1_501, 1_500, "", f"test {cap}", "b", (3, 4)),
        rule("depth_um", 3_002, 600, "um", zone="b", pricks=(3, 4), note=note, **ASKED),
    ]  # fmt: skip


def test_of_prescribed_skin_the_first_prick_that_is_wrong_is_told() -> None:
    skin = skinned(500, 600, 700, *[900] * 6)
    places: list[Place] = [(10_000, 10_000), (30_000, 10_000), (50_000, 10_000), (11_000, 19_000)]
    told = told_by(check_depths, pricked([500, 601, 600, 502], places, changes={"skin": skin}))
    below = "deeper than the skin is thick where the prick may land"
    other = "not the depth prescribed for skin so thick"
    assert told == [
        rule("depth_um", 601, 600, "um", zone="a", pricks=(1, 3), note=other, **ASKED),
        rule("skin_um", 601, 600, "um", zone="a", pricks=(1, 3), note=below, origin="a scan"),
    ]  # fmt: skip
    again = told_by(check_depths, pricked([502, 600, 599, 500], places, changes={"skin": skin}))
    assert [(one.limit, one.value, one.bound, one.pricks) for one in again] == [
        ("depth_um", 502, 600, (0, 2)),
        ("skin_um", 502, 500, (0,)),
    ]


def test_a_hole_is_told_and_its_pricks_have_no_depth_to_keep() -> None:
    skin = skinned(HOLE, 600, 700, *[900] * 6)
    places: list[Place] = [(10_000, 10_000), (30_000, 10_000), (19_999, 5_000)]
    made = pricked([77, 600, 99], places, changes={"skin": skin}, asked={"position_um": 3})
    assert told_by(check_depths, made) == [
        rule(
            "skin_um", HOLE, 0, "um", zone="a", pricks=(0, 2), note="unknown within 3 um",
            origin="a scan",
        )
    ]  # fmt: skip


def test_a_prick_takes_the_needle_s_opening_or_1_um_at_least() -> None:
    skin = skinned(*[90] * 9)
    note = "less than the needle's opening takes"
    for bevel, told in ((90, []), (91, [(90, 91, (0, 1))])):
        made = pricked([90, 90], changes={"skin": skin}, asked={"bevel_um": bevel})
        assert [(one.value, one.bound, one.pricks) for one in told_by(check_depths, made)] == told
    thin = skinned(0, *[90] * 8)
    made = pricked([0, 90], [(5_000, 5_000), (30_000, 5_000)], changes={"skin": thin})
    assert told_by(check_depths, made) == [
        rule("bevel_um", 0, 1, "um", zone="a", pricks=(0,), note=note)
    ]
    one = skinned(1, *[90] * 8)
    made = pricked([1, 90], [(5_000, 5_000), (30_000, 5_000)], changes={"skin": one})
    assert told_by(check_depths, made) == []


BODY = Surface(
    "body",
    (
        (0, 0, 0),
        (20_000, 0, 0),
        (0, 20_000, 0),
        (60_000, 60_000, 0),
        (30_000, 60_000, 0),
        (60_000, 30_000, 0),
    ),
    ((0, 1, 2), (3, 4, 5)),
    (800, 800, 800, 700, 900, 900),
    (),
    "a mesh",
)


def test_a_surface_tells_its_own_thickness_and_origin() -> None:
    rx = replace(order(zone("a", (), faces=(0, 1))), surface=BODY)
    columns = {"nx": [0, 0], "ny": [0, 0], "nz": [-1_000_000] * 2, "face": [0, 1]}
    places: list[Place] = [(5_000, 5_000, 0), (50_000, 50_000, 0)]
    deep = replace(rx, zones=(replace(rx.zones[0], depth_um=900),))
    told = told_by(check_depths, pricked([800, 800], places, rx=deep, **columns))
    assert [(one.limit, one.value, one.bound, one.pricks, one.origin) for one in told] == [
        ("depth_um", 800, 900, (1,), "prescription"),
        ("skin_um", 800, 700, (1,), "a mesh"),
    ]
    assert told_by(check_depths, pricked([800, 700], places, rx=deep, **columns)) == []
    bare = replace(deep, surface=replace(BODY, skin_um=()))
    (other,) = told_by(check_depths, pricked([900, 800], places, rx=bare, **columns))
    assert (other.note, other.pricks) == ("not the depth prescribed", (1,))


def test_a_shot_goes_as_deep_as_its_thinnest_place_in_every_zone() -> None:
    """Needles at x = 12, 18 and 24 mm: thin up to 20; the second shot lies in thick skin."""
    skin = skinned(500, *[900] * 8)
    rx = replace(order(zone("a", SQUARE, skin=skin, spacing_um=6_000)), heads=(LINE,))
    places: list[Place] = [(6_000 + 6_000 * k, 6_000) for k in range(1, 7)]
    columns = {"shot": [0] * 3 + [1] * 3, "head": [0] * 6, "needle": [0, 1, 2] * 2}
    more = {"rx": rx, "basis_um": BASIS, "pitch_um": 6_000, **columns}
    assert told_by(check_depths, pricked([500] * 3 + [600] * 3, places, **more)) == []
    (late,) = told_by(check_depths, pricked([500] * 3 + [599] * 3, places, **more))
    assert (late.limit, late.pricks) == ("depth_um", (3, 4, 5))
    deep = told_by(check_depths, pricked([501] * 3 + [600] * 3, places, **more))
    assert [(one.limit, one.pricks) for one in deep] == [
        ("depth_um", (0, 1, 2)),
        ("skin_um", (0, 1)),
    ]


@pytest.mark.parametrize(
    ("skin", "depths", "layers"),
    [
        (Skin(100, 900, None, "t"), [100, 101, 900, 901], [1, 2, 2, 3]),
        (Skin(0, 1, None, "t"), [0, 1, 2, 3], [1, 2, 3, 3]),
    ],
)
def test_the_tip_s_layer_changes_just_below_its_bound(
    skin: Skin, depths: list[int], layers: list[int]
) -> None:
    names = ("unknown", "epidermis", "dermis", "subcutis")

    def told(said: list[int]) -> list[Violation]:
        found = told_by(check_depths, pricked(depths, changes={"skin": skin}, layer=said))
        return [one for one in found if one.limit == "layer"]

    assert told(layers) == []
    for row in range(4):
        wrong = list(layers)
        wrong[row] = 0
        note = f"the tip is in: {names[layers[row]]}"
        assert told(wrong) == [rule("layer", 0, layers[row], pricks=(row,), note=note)]
    missing = told_by(check_depths, pricked(depths, changes={"skin": skin}))
    note = "layers are known, but the column is missing"
    assert rule("layer", 0, 1, "column", note=note) in missing


def test_layers_of_a_zone_that_is_not_known_stay_unknown() -> None:
    rx = order(
        zone("a", SQUARE, skin=Skin(100, 900, None, "t")), zone("b", moved(SQUARE, 70_000, 0))
    )
    places = [(5_000, 5_000), (75_000, 5_000)]
    made = pricked([600, 600], places, rx=rx, zone=[0, 1], layer=[2, 0])
    assert told_by(check_depths, made) == []
    made = pricked([600, 600], places, rx=rx, zone=[0, 1], layer=[2, 2])
    note = "the tip is in: unknown"
    assert told_by(check_depths, made) == [rule("layer", 2, 0, pricks=(1,), note=note)]
    # by the map, whose thinnest place decides
    mapped = Skin(100, 5_000, Raster(0, 0, 60_000, 1, (700,), "m"), "t")
    made = pricked([600, 700], changes={"skin": mapped, "depth_um": 700}, layer=[2, 2])
    assert [one.limit for one in told_by(check_depths, made)] == ["depth_um"]


def test_where_nothing_is_known_a_column_of_layers_is_told_whatever_it_says() -> None:
    note = "nothing is known of the layers"
    for said, value, bound, pricks in (
        ([0, 0], 1, 0, ()),
        ([0, 2], 2, 0, (1,)),
    ):
        told = told_by(check_depths, pricked([600, 600], layer=said))
        assert told == [rule("layer", value, bound, pricks=pricks, note=note)]
