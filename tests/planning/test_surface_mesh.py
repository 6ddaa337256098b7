"""What a surface must be, what is cleaned away, and which way needles go."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning.prescription import Surface
from mesogun.planning.surface.boxes import CUBES_MAX, Grid, grid_over, sorted_in
from mesogun.planning.surface.cleaning import cleaned, pieces
from mesogun.planning.surface.mesh import boundary, check_surface, mesh_of, named
from mesogun.planning.surface.normals import SMOOTH_UM, directions
from tests.planning.bodies import ball, borders, dot, on, sheet, surface

FLAT = sheet(4, 4, 5_000)
CORNERS = ((0, 0, 0), (6_000, 0, 0), (0, 6_000, 0), (0, 0, 6_000))
TETRA = surface(CORNERS, ((0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)))


def moved(body: Surface, **places: Any) -> Surface:
    vertices = list(body.vertices_um)
    for name, place in places.items():
        vertices[int(name[1:])] = place
    return replace(body, vertices_um=tuple(vertices))


def test_bodies_made_by_hand_are_fine() -> None:
    for body in (FLAT, TETRA, ball(60_000, 2)):
        check_surface(body, [on(body), on(body, [0, 2])])


WRONG = {
    "no face": (replace(FLAT, faces=()), r"has no face; there is nothing to treat"),
    "corner too high": (
        replace(FLAT, faces=(*FLAT.faces, (0, 1, 25))),
        r"face 32 name corners that are not among its 25 vertices",
    ),
    "corner below 0": (replace(FLAT, faces=((0, 1, -1),)), r"face 0 name corners that are not"),
    "far away": (
        moved(FLAT, v3=(0, 5_000_001, 0)),
        r"vertex 3 lies beyond 5000 mm from the origin \(1 in all\); check the unit",
    ),
    "too long": (moved(FLAT, v24=(3_000_001, 20_000, 0)), r"is 3000.001 mm long"),
    "too short": (sheet(1, 1, 4_999), r"is 4.999 mm long; nothing to treat is shorter than 5 mm"),
    "no area": (
        replace(FLAT, faces=(*FLAT.faces, (0, 1, 2), (3, 3, 4))),
        r"faces 32, 33 without area; clean the surface first",
    ),
    "face twice": (replace(FLAT, faces=(*FLAT.faces, FLAT.faces[5][::-1])), r"face 32 there twice"),
    "too few thicknesses": (replace(FLAT, skin_um=(1_000,) * 24), r"24 values of thickness for 25"),
    "too many weights": (replace(FLAT, weights=(1,) * 26), r"26 values of weight for 25 vertices"),
    "thickness below a hole": (replace(FLAT, skin_um=(-2,) * 25), r"thickness of the skin"),
    "weight below 0": (replace(FLAT, weights=(-1,) * 25), r"a weight is below 0"),
    "folded": (
        surface(
            [(0, 0, 0), (2_900_000, 0, 0), *((0, 2_900_000, k) for k in range(9))],
            [(0, 1, k) for k in range(2, 11)],
        ),
        r"has 37 m2 of skin, more than any body",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_body_is_refused_by_name(case: str) -> None:
    body, message = WRONG[case]
    with pytest.raises(PlanError, match=message):
        check_surface(body, [])


def test_bounds_of_a_body_are_still_a_body() -> None:
    for body in (
        moved(FLAT, v24=(3_000_000, 20_000, 0)),
        sheet(1, 1, 5_000),
        replace(FLAT, skin_um=(-1,) * 25, weights=(0,) * 25),
        surface([(4_990_000 + x, y - 5_000_000, z) for x, y, z in CORNERS], TETRA.faces),
        surface([(4_994_000 + x, y, z) for x, y, z in CORNERS], TETRA.faces),
    ):
        check_surface(body, [on(body)])


def test_vertices_that_no_face_uses_have_no_size() -> None:
    check_surface(replace(FLAT, vertices_um=(*FLAT.vertices_um, (4_000_000, 0, 0))), [on(FLAT)])


@pytest.mark.parametrize(
    ("faces", "message"),
    [
        ((), r"zone 'patch' has no face of surface 'body': its group is empty"),
        ((0, 32), r"zone 'patch': face 32 not on surface 'body', which has 32 faces"),
        ((-1, 3), r"face -1 not on"),
        ((1, 2, 1, 5, 5), r"zone 'patch' names faces 1, 5 of surface 'body' more than once"),
    ],
)
def test_zones_name_faces_that_are_there_once(faces: tuple[int, ...], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        check_surface(FLAT, [on(FLAT), on(FLAT, faces)])


def test_many_faces_are_counted_after_the_first_few() -> None:
    assert named([7]) == "face 7"
    assert named([1, 2, 3, 4, 5]) == "faces 1, 2, 3, 4, 5"
    assert named([1, 2, 3, 4, 5, 6, 7]) == "faces 1, 2, 3, 4, 5 and 2 more"


@given(st.sets(st.integers(0, 31), min_size=1))
@settings(max_examples=40, deadline=None)
def test_the_border_of_faces_is_what_one_counts(faces: set[int]) -> None:
    found = boundary(mesh_of(FLAT).faces[sorted(faces)])
    assert sorted(map(tuple, found.tolist())) == sorted(borders(FLAT, faces))


def test_three_faces_at_an_edge_make_it_a_border() -> None:
    fan = surface([*CORNERS, (0, -6_000, 0)], [(0, 1, 2), (0, 1, 3), (0, 1, 4)])
    assert [0, 1] in boundary(mesh_of(fan).faces).tolist()


# boxes


@given(
    st.lists(st.tuples(*(st.integers(-30, 60) for _ in range(3))), min_size=1, max_size=12),
    st.integers(0, 25),
    st.integers(6, 20),
)
@settings(max_examples=30, deadline=None)
def test_every_box_is_in_every_cube_that_it_touches(
    low: list[tuple[int, int, int]], size: int, side: int
) -> None:
    grid = grid_over(np.array([0, 5, -10]), np.array([40, 35, 20]), side)
    lows = np.array(low)
    boxes = sorted_in(grid, lows, lows + size)
    for i in range(grid.nx):
        for j in range(grid.ny):
            for k in range(grid.nz):
                cube = (i * grid.ny + j) * grid.nz + k
                start = np.array([grid.left, grid.low, grid.deep]) + np.array([i, j, k]) * side
                touched = ((lows < start + side) & (lows + size >= start)).all(axis=1)
                inside = boxes.item[boxes.first[cube] : boxes.first[cube + 1]]
                assert inside.tolist() == np.flatnonzero(touched).tolist()


def test_a_grid_covers_its_box_with_not_too_many_cubes() -> None:
    assert grid_over(np.array([0, 0, 0]), np.array([9, 10, 11]), 5) == Grid(0, 0, 0, 5, 2, 3, 3)
    assert grid_over(np.array([0, 0, 0]), np.array([1, 1, 1]), 0).side == 1
    big = grid_over(np.array([-9, 0, 0]), np.array([3_000_000] * 3), 1_000)
    assert CUBES_MAX // 4 < big.cubes <= CUBES_MAX
    assert big.left + big.side * big.nx > 3_000_000
    assert big.side * big.nz > 3_000_000


# cleaning


def clean(body: Surface, faces: Any = None) -> tuple[Any, Any, str]:
    corners = np.array(body.faces if faces is None else faces)
    vertices, kept, told = cleaned(np.array(body.vertices_um), corners)
    assert len(np.unique(kept)) == len(vertices)
    check_surface(surface(map(tuple, vertices.tolist()), map(tuple, kept.tolist())), [])
    return vertices, kept, "; ".join(told)


def shape(vertices: Any, faces: Any) -> set[Any]:
    """Faces as places, however they are numbered; the turn is kept."""
    found = set()
    for face in np.asarray(vertices)[np.asarray(faces)].tolist():
        places = [tuple(one) for one in face]
        first = places.index(min(places))
        found.add((places[first], places[(first + 1) % 3], places[(first + 2) % 3]))
    return found


def test_a_clean_closed_body_stays_as_it_is_and_nothing_is_told() -> None:
    vertices, faces, told = clean(TETRA)
    assert shape(vertices, faces) == shape(TETRA.vertices_um, TETRA.faces)
    assert told == ""


def test_vertices_at_one_place_become_one() -> None:
    soup = [place for face in TETRA.faces for place in (TETRA.vertices_um[k] for k in face)]
    loose = surface(soup, [(k, k + 1, k + 2) for k in range(0, 12, 3)])
    vertices, faces, told = clean(loose)
    assert len(vertices) == 4
    assert shape(vertices, faces) == shape(TETRA.vertices_um, TETRA.faces)
    assert told == "8 vertices at the place of another were made one with it"


def test_faces_without_area_and_faces_there_twice_go() -> None:
    again = (TETRA.faces[1][1], TETRA.faces[1][2], TETRA.faces[1][0])
    messy = (TETRA.faces[0], (0, 0, 1), *TETRA.faces[1:], again, (2, 1, 0))
    vertices, faces, told = clean(TETRA, messy)
    assert shape(vertices, faces) == shape(TETRA.vertices_um, TETRA.faces)
    assert told == "face 1 without area: left out; 2 faces with the corners of another: left out"


def test_nothing_left_is_refused() -> None:
    with pytest.raises(PlanError, match=r"no face with an area is left"):
        clean(TETRA, [(0, 0, 1), (1, 2, 1)])


def test_turned_faces_are_turned_back_the_fewer_of_each_piece() -> None:
    body = ball(60_000, 2)
    faces = [face[::-1] if k in (3, 50) else face for k, face in enumerate(body.faces)]
    vertices, kept, told = clean(body, faces)
    assert shape(vertices, kept) == shape(body.vertices_um, body.faces)
    assert told == "faces 3, 50 the other way round than their neighbours: turned"


def test_a_body_inside_out_is_turned_as_a_whole() -> None:
    body = ball(60_000, 2)
    vertices, kept, told = clean(body, [face[::-1] for face in body.faces])
    assert shape(vertices, kept) == shape(body.vertices_um, body.faces)
    assert told == "128 faces had their outside inside: turned"


def test_an_open_piece_that_seems_inside_out_is_only_told_of() -> None:
    body = ball(60_000, 2)
    cap = [face[::-1] for face in body.faces if min(body.vertices_um[k][2] for k in face) >= 0]
    _, kept, told = clean(body, cap)
    assert len(kept) == len(cap) == 64
    assert "the piece around face 0 is open and seems to be inside out" in told
    _, _, right = clean(body, [face[::-1] for face in cap])
    assert "inside out" not in right
    assert right.startswith("it is open: 1 border, 374 mm in all; ")


def test_a_band_twisted_once_is_refused() -> None:
    vertices = []
    for k in range(6):
        turn = math.tau * k / 6
        for side in (-1, 1):
            r = 30_000 + side * 8_000 * math.cos(turn / 2)
            vertices.append(
                (
                    round(r * math.cos(turn)),
                    round(r * math.sin(turn)),
                    round(8_000 * side * math.sin(turn / 2)),
                )
            )
    quads = [(2 * k, 2 * k + 1, 2 * k + 3, 2 * k + 2) for k in range(5)] + [(10, 11, 0, 1)]
    faces = [one for a, b, c, d in quads for one in ((a, b, c), (a, c, d))]
    with pytest.raises(PlanError, match=r"twisted once"):
        clean(surface(vertices, faces))


def test_holes_crowded_edges_and_pieces_are_told() -> None:
    ring = [k for k in range(32) if k // 2 not in (5, 6)]
    _, _, told = clean(FLAT, [FLAT.faces[k] for k in ring])
    assert "it is open: 2 borders, 110 mm in all" in told
    fin = (*FLAT.faces, (12, 13, 25))
    body = replace(FLAT, vertices_um=(*FLAT.vertices_um, (10_000, 12_000, 9_000)))
    _, _, told = clean(body, fin)
    assert "1 edges belong to more than two faces (faces " in told
    assert "separate" not in told
    apart = surface(
        [*TETRA.vertices_um, *((x + 20_000, y, z) for x, y, z in TETRA.vertices_um)],
        [*TETRA.faces, *(tuple(k + 4 for k in face) for face in TETRA.faces)],  # type: ignore[misc]
    )
    assert clean(apart)[2] == "it consists of 2 separate pieces"


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=14))
@settings(max_examples=80, deadline=None)
def test_what_hangs_together_is_one_piece(pairs: list[tuple[int, int]]) -> None:
    least = list(range(12))
    for _ in range(12):
        for a, b in pairs:
            least[a] = least[b] = min(least[a], least[b])
    assert pieces(12, np.array(pairs, dtype=np.int64).reshape(-1, 2)).tolist() == least


# directions


def middle(body: Surface, face: int) -> list[int]:
    return [sum(body.vertices_um[k][axis] for k in body.faces[face]) // 3 for axis in range(3)]


def into(body: Surface, face: int, place: Any = None) -> list[int]:
    at = np.array([middle(body, face) if place is None else place])
    found: list[list[int]] = directions(mesh_of(body), np.array([face]), at).tolist()
    return found[0]


def test_on_a_flat_sheet_needles_go_straight_down() -> None:
    assert into(FLAT, 7) == [0, 0, -1_000_000]
    turned = replace(FLAT, faces=tuple(face[::-1] for face in FLAT.faces))
    assert into(turned, 7) == [0, 0, 1_000_000]


def test_a_rough_scan_does_not_tilt_the_needle() -> None:
    rough = sheet(24, 24, 1_000, lambda x, y: (x // 1_000 * 7 + y // 1_000 * 5) % 4 * 100)
    mesh = mesh_of(rough)
    face = 2 * (12 * 24 + 12)
    tilt = math.acos(abs(into(rough, face)[2]) / 1e6)
    own = mesh.across[face].tolist()
    assert math.acos(own[2] / math.sqrt(dot(own, own))) > 3 * tilt
    assert tilt < 0.08


def test_the_other_side_of_a_thin_part_does_not_count() -> None:
    front = sheet(6, 6, 2_000)
    back = [(x, y, -SMOOTH_UM // 2) for x, y, _ in front.vertices_um]
    faces = [*front.faces, *((a + 49, c + 49, b + 49) for a, b, c in front.faces)]
    ear = surface([*front.vertices_um, *back], faces)
    assert into(ear, 30) == [0, 0, -1_000_000]
    assert into(ear, 30 + 72) == [0, 0, 1_000_000]


def test_between_the_corners_of_a_face_the_direction_changes_evenly() -> None:
    body = ball(60_000, 1)
    a, b, c = (np.array(body.vertices_um[k]) for k in body.faces[5])
    for place in (a, b, c, (a + b) // 2, (a + b + 2 * c) // 4):
        way = into(body, 5, place)
        assert abs(math.sqrt(dot(way, way)) - 1e6) <= 2
        outwards = place / math.sqrt(dot(place, place))
        assert -dot(way, outwards) / 1e6 > 0.999


def test_at_a_fold_the_direction_never_leaves_the_face_on_the_wrong_side() -> None:
    # a large face folded back under a small one: smoothing alone would look the other way
    body = surface(
        [(0, 0, 0), (1_000, 0, 0), (0, 6_000, 0), (0, 0, -500), (60_000, 0, -500), (0, 60_000, 3)],
        [(0, 1, 2), (0, 5, 4), (0, 2, 5), (1, 0, 4), (2, 1, 4), (0, 3, 4)],
    )
    for face in range(6):
        way, across = into(body, face), mesh_of(body).across[face].tolist()
        assert dot(way, across) < 0
