"""Zones on a surface: by group, by property, by an outline of points, and what they leave out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.intake.surface_outline import Net, closest, enclosed
from mesogun.planning.prescription import Prescription

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]

SQUARE = [[-10, -10, 40], [10, -10, 40], [10, 10, 40], [-10, 10, 40]]
WIDE = [[-22, -22, 25], [22, -22, 25], [22, 22, 25], [-22, 22, 25]]
MOLE = [[-3, -3, 40], [3, -3, 40], [3, 3, 40], [-3, 3, 40]]


def ball(radius: float = 40.0, turns: int = 36, rings: int = 18) -> tuple[list[Any], list[Any]]:
    """Return a closed ball of triangles, in mm."""
    points = [(0.0, 0.0, radius), (0.0, 0.0, -radius)]
    for ring in range(1, rings):
        z, r = radius * np.cos(np.pi * ring / rings), radius * np.sin(np.pi * ring / rings)
        for turn in range(turns):
            angle = 2 * np.pi * turn / turns
            points.append((r * np.cos(angle), r * np.sin(angle), z))

    def at(ring: int, turn: int) -> int:
        return 2 + (ring - 1) * turns + turn % turns

    faces = []
    for turn in range(turns):
        faces.append((0, at(1, turn), at(1, turn + 1)))
        faces.append((1, at(rings - 1, turn + 1), at(rings - 1, turn)))
        for ring in range(1, rings - 1):
            a, b = at(ring, turn), at(ring, turn + 1)
            c, d = at(ring + 1, turn + 1), at(ring + 1, turn)
            faces += [(a, d, c), (a, c, b)]
    return [tuple(round(float(one), 3) for one in point) for point in points], faces


def middle(surface: Any, face: int) -> Any:
    return np.mean([surface.vertices_um[one] for one in surface.faces[face]], axis=0) / 1000


@pytest.fixture
def on_ball(tmp_path: Path, tree: Any, zone: Any) -> Callable[..., None]:
    """Puts the only zone on a ball of 40 mm: a PLY with the property `z_mm`, or an OBJ."""

    def put(**keys: Any) -> None:
        points, faces = ball()
        lines = ["ply", "format ascii 1.0", f"element vertex {len(points)}"]
        lines += [f"property float {one}" for one in ("x", "y", "z", "height")]
        lines += [f"element face {len(faces)}", "property list uchar int vertex_indices"]
        lines += ["end_header", *(f"{x} {y} {z} {z}" for x, y, z in points)]
        lines += ["3 " + " ".join(map(str, face)) for face in faces]
        (tmp_path / "ball.ply").write_text("\n".join(lines) + "\n")
        text = [f"v {x} {y} {z}" for x, y, z in points]
        for name, wanted in (("top", True), ("rest", False)):
            text.append(f"g {name}")
            for face in faces:
                is_top = min(points[one][2] for one in face) > 20
                if is_top == wanted:
                    text.append("f " + " ".join(str(one + 1) for one in face))
        # A group whose only face has no area: nothing of it is left.
        text += ["g flat", "f 3 3 4"]
        (tmp_path / "ball.obj").write_text("\n".join(text) + "\n")
        name = "ball.obj" if {"group", "exclude_groups"} & keys.keys() else "ball.ply"
        tree["surface"] = {"file": name, "unit": "mm"}
        for key in ("outline_mm", "exclusions_mm"):
            zone.pop(key, None)
        zone.update(keys)

    return put


def only(lines: list[str]) -> str:
    assert len(lines) == 1, lines
    return lines[0]


def middles(made: Prescription) -> list[Any]:
    return [middle(made.surface, face) for face in made.zones[0].faces]


# -- groups ----------------------------------------------------------------------------------------


def test_a_group_is_all_of_its_faces(read: Read, on_ball: Callable[..., None]) -> None:
    on_ball(group="top")
    assert min(z for _, _, z in middles(read())) > 20


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"group": "tops"},
            r"group: found 'tops', an unknown group of the mesh: did you mean 't",
        ),
        ({"group": "flat"}, r"group: the group 'flat' has no face; there are faces in: rest, top$"),
        (
            {"group": "top", "exclude_groups": ["eyes"]},
            r"exclude_groups\[0\]: found 'eyes', an unk",
        ),
        (
            {"group": "top", "exclude_groups": ["flat"]},
            r"exclude_groups\[0\]: the group 'flat' ha",
        ),
        ({"group": "top", "exclude_groups": ["top"]}, r".*has no face left after its exclusions"),
    ],
)
def test_a_group_that_is_empty_or_unknown_is_refused_by_name(
    refusal: Refusal, on_ball: Callable[..., None], keys: Any, said: str
) -> None:
    on_ball(**keys)
    assert re.search(rf"^zones\[0\](\.|: ){said}", only(refusal())), refusal()


def test_a_group_of_a_file_that_has_none_is_refused(
    refusal: Refusal, on_ball: Callable[..., None], tree: Any
) -> None:
    on_ball(group="top")
    tree["surface"]["file"] = "ball.ply"
    assert "the mesh has no groups (only OBJ files have)" in only(refusal())


# -- properties ------------------------------------------------------------------------------------


def test_a_property_holds_at_all_corners_of_a_face(
    read: Read, on_ball: Callable[..., None]
) -> None:
    on_ball(property={"name": "height", "at_least": 20, "at_most": 35})
    made = read()
    surface = made.surface
    assert surface is not None
    heights = [
        surface.vertices_um[one][2] for face in made.zones[0].faces for one in surface.faces[face]
    ]
    assert min(heights) >= 20_000
    assert max(heights) <= 35_000


def test_a_property_may_have_a_lower_bound_alone(read: Read, on_ball: Callable[..., None]) -> None:
    on_ball(property={"name": "height", "at_least": 39})
    assert len(read().zones[0].faces) == 36


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "high", "equals": 1}, "property.name: found 'high', an unknown property"),
        ({"name": "height", "equals": 1}, "property: no face has it at all three corners: 'heig"),
        ({"name": "height"}, "property: give equals, or at_least or at_most"),
        ({"name": "height", "equals": 1, "at_most": 2}, "property: give equals, or at_least or"),
        ({"name": "height", "at_least": 2, "at_most": 1}, "property: at_least is above at_most"),
        ({"name": "height", "at_least": "2"}, "property.at_least: found '2': give a number"),
        ({"name": "height", "at_least": 1e300}, "property.at_least: found .*give a"),
    ],
)
def test_a_property_that_chooses_nothing_is_refused(
    refusal: Refusal, on_ball: Callable[..., None], asked: Any, said: str
) -> None:
    on_ball(property=asked)
    assert re.search(rf"^zones\[0\].{said}", only(refusal())), refusal()


# -- outlines --------------------------------------------------------------------------------------


def is_in_square(place: Sequence[float], half: float) -> bool:
    # The cut from corner to corner runs in a plane through the centre: seen from there, x / z and
    # y / z are bounded.
    scale = np.sqrt(40**2 - 2 * 10**2)
    return max(abs(place[0]), abs(place[1])) / place[2] <= half / scale


def test_an_outline_of_points_holds_the_whole_faces_inside(
    read: Read, on_ball: Callable[..., None]
) -> None:
    on_ball(outline_points_mm=SQUARE)
    made = read()
    assert len(made.zones[0].faces) > 20
    surface = made.surface
    assert surface is not None
    for face in made.zones[0].faces:
        for one in surface.faces[face]:
            assert is_in_square(surface.vertices_um[one], 10.3)


def test_it_does_not_matter_which_way_round_the_points_go(
    read: Read, on_ball: Callable[..., None]
) -> None:
    on_ball(outline_points_mm=SQUARE)
    first = read().zones[0].faces
    on_ball(outline_points_mm=SQUARE[::-1])
    assert read().zones[0].faces == first


def test_a_place_inside_chooses_the_larger_side(read: Read, on_ball: Callable[..., None]) -> None:
    on_ball(outline_points_mm=SQUARE)
    small = set(read().zones[0].faces)
    on_ball(outline_points_mm=SQUARE, inside_mm=[0, 0, -40])
    large = set(read().zones[0].faces)
    assert not small & large
    assert len(large) > len(small)
    on_ball(outline_points_mm=SQUARE, inside_mm=[0, 0, 40])
    assert set(read().zones[0].faces) == small


def test_an_exclusion_takes_the_faces_that_it_cuts(
    read: Read, on_ball: Callable[..., None]
) -> None:
    on_ball(outline_points_mm=WIDE)
    whole = set(read().zones[0].faces)
    on_ball(outline_points_mm=WIDE, exclusion_points_mm=[MOLE])
    made = read()
    left = set(made.zones[0].faces)
    assert left < whole
    surface = made.surface
    assert surface is not None
    for face in left:
        assert not is_in_square(middle(surface, face), 2.8)


def test_an_exclusion_within_one_face_takes_that_face(
    read: Read, on_ball: Callable[..., None]
) -> None:
    on_ball(group="top")
    whole = read().zones[0].faces
    tiny = [[17, 1.0, 36.2], [17.3, 1.0, 36.2], [17.15, 1.3, 36.2]]
    on_ball(group="top", exclusion_points_mm=[tiny])
    assert len(whole) - len(read().zones[0].faces) == 1


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"outline_points_mm": SQUARE[:2]}, "outline_points_mm: found 2 points: give 3 to 500"),
        ({"outline_points_mm": [[0, 0, 40]] * 501}, "outline_points_mm: found 501 points: give 3"),
        (
            {"outline_points_mm": [*SQUARE, [0, 30, 40]]},
            r"outline_points_mm: point \[4\]: \(0, 30, 40\) mm lies 10.1 mm off the surface: pick",
        ),
        ({"outline_points_mm": [[0, 0, 40]] * 3}, "outline_points_mm: has no whole face inside"),
        ({"outline_points_mm": MOLE}, "outline_points_mm: has no whole face inside"),
        ({"outline_points_mm": [[0, 0]]}, r"outline_points_mm: point \[0\]: .*give \[x, y, z\]"),
        ({"outline_points_mm": [[0, 0, 3000]]}, r"outline_points_mm: point \[0\]: .*within 2000"),
        (
            {"outline_points_mm": SQUARE, "inside_mm": [0, 0, 50]},
            "outline_points_mm: inside_mm: .* lies 10.0 mm off the surface",
        ),
        (
            {"outline_points_mm": SQUARE, "inside_mm": [0, 10.2, 38.7]},
            "outline_points_mm: inside_mm lies on the outline: pick a place well inside",
        ),
        (
            {"outline_points_mm": SQUARE, "exclusion_points_mm": [MOLE, MOLE[:2]]},
            r"exclusion_points_mm\[1\]: found 2 points",
        ),
    ],
)
def test_an_outline_that_is_none_is_refused(
    refusal: Refusal, on_ball: Callable[..., None], keys: Any, said: str
) -> None:
    on_ball(**keys)
    assert re.search(rf"^zones\[0\].{said}", only(refusal())), refusal()


def test_points_on_two_bodies_have_no_way_between_them() -> None:
    points, faces = ball()
    far = [(x + 200, y, z) for x, y, z in points]
    both = np.rint(np.array([*points, *far]) * 1000).astype(np.int64)
    net = Net(both, np.array([*faces, *[tuple(one + len(points) for one in f) for f in faces]]))
    with pytest.raises(ValueError, match=r"from point \[0\] to the next there is no way"):
        enclosed(net, [(0, 0, 40_000), (200_000, 0, 40_000), (0, 10_000, 39_000)], None)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, r"zones\[0\]: has none of them: give one of group, property, outline_points_mm"),
        (
            {"group": "top", "outline_points_mm": SQUARE},
            "has group and outline_points_mm: give one",
        ),
        ({"group": "top", "inside_mm": [0, 0, 40]}, "inside_mm: is for outline_points_mm, and the"),
        ({"group": "top", "thickness": {"file": "a.csv"}}, "thickness.*is missing"),
    ],
)
def test_a_zone_on_a_mesh_says_where_it_is_in_one_way(
    refusal: Refusal, on_ball: Callable[..., None], keys: Any, said: str
) -> None:
    on_ball(**keys)
    assert re.search(said, refusal()[0]), refusal()


def test_maps_of_the_drawing_do_not_go_with_a_mesh(
    refusal: Refusal, on_ball: Callable[..., None]
) -> None:
    on_ball(group="top", weights={"file": "a.csv", "origin_mm": [0, 0], "cell_mm": 5})
    assert re.search(
        r"^zones\[0\].weights: is for a zone that is drawn flat.*surface.weight_property",
        refusal()[0],
    )


def test_zones_of_a_surface_carry_the_layers_of_their_area(
    read: Read, on_ball: Callable[..., None]
) -> None:
    on_ball(group="top")
    skin = read().zones[0].skin
    assert skin is not None
    assert skin.skin_um == 1_070


def test_the_head_that_ships_is_read_and_its_regions_are_where_they_should_be() -> None:
    from mesogun.intake import read_prescription

    made = read_prescription(Path(__file__).parents[2] / "examples" / "head.toml")
    surface = made.surface
    assert surface is not None
    at = {one.name: np.array([middle(surface, face) for face in one.faces]) for one in made.zones}
    assert at["forehead"][:, 1].min() > 20
    assert at["left cheek"][:, 0].min() > 20
    assert at["right cheek"][:, 0].max() < -20
    # The mole was cut out of the left cheek alone.
    assert len(at["left cheek"]) < len(at["right cheek"])


# -- geometry --------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=12, max_size=12))
def test_the_nearest_place_of_a_triangle_is_nearer_than_any_other(numbers: list[int]) -> None:
    a, b, c, point = np.array(numbers, dtype=float).reshape(4, 3)
    if not np.cross(b - a, c - a).any():
        return
    found = closest(np.array([[a, b, c]]), point)[0]
    steps = np.linspace(0, 1, 15)
    others = [a + (b - a) * u + (c - a) * v for u in steps for v in steps if u + v <= 1.0]
    gap = np.linalg.norm(found - point)
    assert gap <= min(np.linalg.norm(one - point) for one in others) + 1e-9
