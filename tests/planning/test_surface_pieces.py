"""The pieces of placing on a surface, each by itself at its very bounds."""

from __future__ import annotations

import math
from dataclasses import replace
from math import gcd, isqrt

import numpy as np
import pytest

from mesogun.errors import PlanError
from mesogun.planning.prescription import Point3, Surface
from mesogun.planning.surface.boxes import grid_over
from mesogun.planning.surface.ground import border_of, box_of, is_clear, middles, strewn
from mesogun.planning.surface.mesh import check_surface, mesh_of
from mesogun.planning.surface.normals import directions
from mesogun.planning.surface.pack import Measured, Site, free_of, hexagonal, measured
from mesogun.planning.surface.refusal import cm2
from tests.planning.bodies import sheet, slab, surface

FLAT = sheet(4, 4, 10_000)
ALL = np.arange(len(FLAT.faces))


def bezout(a: int, b: int) -> tuple[int, int]:
    """(x, y) with x * a + y * b = gcd(a, b)."""
    x, y, u, v = 1, 0, 0, 1
    while b:
        times = a // b
        a, b = b, a - times * b
        x, y, u, v = u, v, x - times * u, y - times * v
    return x, y


@pytest.mark.parametrize("seed", range(8))
def test_a_place_a_millionth_of_a_um_within_the_margin_is_not_clear(seed: int) -> None:
    """Beside the middle of edges of metres: places whose distance is the margin to 12 digits."""
    rng, judged = np.random.default_rng(seed), 0
    for _ in range(24):
        dx, dy = (int(one) for one in rng.integers(100_000, 1_900_000, 2))
        if gcd(dx, dy) != 1:
            continue
        long2 = dx * dx + dy * dy
        margin = int(rng.integers(50, isqrt(long2) // 12))
        # x * dy - y * dx = cross: a distance of cross over the edge's length
        u, v = bezout(dy, dx)
        bound = isqrt(margin * margin * long2)
        places, wanted = [], []
        for cross in (bound - 1, bound, bound + 1, bound + 2):
            x, y = -cross * u, cross * v
            # along the edge to beside its middle
            steps = (x * dx + y * dy) // long2
            x, y = x - steps * dx, y - steps * dy
            assert y * dx - x * dy == cross
            if 0 < x * dx + y * dy - margin * isqrt(long2) * 2 < long2 - margin * isqrt(long2) * 5:
                places.append((x, y, 0))
                wanted.append(cross * cross >= margin * margin * long2)
        if places:
            body = surface([(0, 0, 0), (dx, dy, 0), (-dy, dx, 0)], [(0, 1, 2)])
            border = border_of(mesh_of(body), np.array([0]), margin, 0)
            assert is_clear(border, np.array(places), 0).tolist() == wanted
            judged += len(places)
    assert judged > 8


def test_a_body_of_thirty_square_metres_of_skin_is_still_one() -> None:
    """Six triangles of 4.5 m2 and one of 3 m2, or 1.5 m2 and half a mm more."""
    for side, fits in ((2_000_000, True), (2_000_002, False)):
        places: list[Point3] = [(0, 0, 0), (3_000_000, 0, 0), (0, side, 0)]
        places += [(0, 3_000_000, k) for k in range(6)]
        body = surface(places, [(0, 1, k) for k in range(2, 9)])
        if fits:
            check_surface(body, [])
        else:
            with pytest.raises(PlanError, match="has 30 m2 of skin, more than any body"):
                check_surface(body, [])


def test_areas_are_written_to_hundredths() -> None:
    assert [cm2(one) for one in (0, 499_999, 500_000, 1_499_999, 123_456_789, 100_000_000)] == [
        "0.00 cm2", "0.00 cm2", "0.01 cm2", "0.01 cm2", "1.23 cm2", "1.00 cm2",
    ]  # fmt: skip


def test_a_triangular_lattice_without_end_has_so_many_pricks() -> None:
    assert hexagonal(10_000, 1) == 11_547
    assert hexagonal(100_000_000, 5_000) == 4
    assert hexagonal(86_602_500, 10_000) == 0
    assert hexagonal(86_603_000, 10_000) == 1


def test_skin_that_looks_aside_by_a_right_angle_does_not_turn_the_needle() -> None:
    """A floor and a wall, 1 mm apart and nowhere joined; then the wall leans over the floor."""
    floor = [(0, 0, 0), (20_000, 0, 0), (20_000, 20_000, 0), (0, 20_000, 0)]
    for lean, straight in ((0, True), (4_000, True), (-4_000, False)):
        wall = [
            (-1_000, 0, 0),
            (-1_000, 20_000, 0),
            (-1_000 + lean, 20_000, 20_000),
            (-1_000 + lean, 0, 20_000),
        ]
        body = surface([*floor, *wall], [(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)])
        mesh = mesh_of(body)
        ways = directions(mesh, np.array([1]), np.array([[10, 10_000, 0]]))
        assert (ways.tolist() == [[0, 0, -1_000_000]]) == straight


def test_normals_are_smoothed_up_to_three_millimetres() -> None:
    """A tilted face 3 mm beside a flat one counts, 1 um farther it does not."""
    for apart, counts in ((3_000, True), (3_001, False)):
        flat = [(0, 0, 0), (20_000, 0, 0), (0, 20_000, 0)]
        other = [(-apart, 0, 0), (-apart, 20_000, 0), (-apart - 20_000, 0, 9_000)]
        body = surface([*flat, *other], [(0, 1, 2), (3, 4, 5)])
        ways = directions(mesh_of(body), np.array([0]), np.array([[0, 0, 0]]))
        assert (ways[0, 0] != 0) == counts
        length = math.sqrt(float((ways * ways).sum()))
        assert abs(length - 1_000_000) < 2


def test_strewn_places_lie_on_their_faces_evenly() -> None:
    mesh = mesh_of(FLAT)
    some = strewn(mesh, ALL[:8], 800, 3, 0)
    counts = np.bincount(some.face, minlength=8)
    assert counts.tolist() == [100] * 8
    for k in range(0, 800, 37):
        corners = mesh.vertices[mesh.faces[some.face[k]]]
        assert (corners.min(axis=0) <= some.rounded[k]).all()
        assert (some.rounded[k] <= corners.max(axis=0)).all()
        assert np.abs(some.exact[k] - some.rounded[k]).max() <= 0.5
    quarter = some.rounded[:, :2] % 10_000 // 5_000
    shares = np.bincount(quarter[:, 0] * 2 + quarter[:, 1], minlength=4)
    assert shares.min() > 150
    middle = middles(mesh, ALL[:2])
    assert middle.rounded.tolist() == [[6_667, 3_333, 0], [3_333, 6_667, 0]]
    low, high = box_of(mesh, ALL[:2])
    assert (low.tolist(), high.tolist()) == ([0, 0, 0], [10_000, 10_000, 0])


def test_a_grid_has_cubes_of_the_side_asked_or_larger() -> None:
    grid = grid_over(np.array([-5, 0, 7]), np.array([14, 9, 7]), 10)
    assert grid == (-5, 0, 7, 10, 2, 1, 1)
    assert grid.cubes == 2
    assert grid_over(np.array([0, 0, 0]), np.array([10, 9, 0]), 10)[4:] == (2, 1, 1)


def others(*rows: tuple[int, int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def test_places_within_reach_of_others_are_not_free() -> None:
    mesh = mesh_of(FLAT)
    some = middles(mesh, ALL[:2])
    x, y, z = some.rounded[0].tolist()
    for reach, free in ((5_000, True), (5_001, False)):
        left = free_of(some, others((x + 3_000, y, z + 4_000, reach)))
        assert (len(left.face) == 2) == free
    assert len(free_of(some, others()).face) == 2


def test_a_filling_is_measured_by_its_widest_gap() -> None:
    mesh = mesh_of(FLAT)
    site = Site(mesh, ALL, 0, others(), (1, 0), 5_000)
    layout = site.at(12_000)
    told = measured(site, layout)
    gaps = [
        min(math.dist(place, prick) for prick in layout.place.tolist())
        for place in site.inside.rounded.tolist()
    ]
    assert told.coverage_um <= max(gaps)
    assert told.coverage_um >= max(gaps) * 0.9
    assert told.beyond_ppm == 0
    assert site.whole_um2 == 1_600_000_000
    assert site.border_um == 160_000
    assert site.size == hexagonal(1_600_000_000, 5_000)
    kept = Site(mesh, ALL, 0, others((20_000, 20_000, 0, 60_000)), (1, 0), 5_000)
    assert measured(kept, kept.at(12_000)) == Measured(0, 0)


def test_more_than_two_million_pricks_are_never_planned_on_a_surface() -> None:
    """16 cm2 at 30.3 um: 2,012,342; at 30.5 um 1,986,036."""
    mesh = mesh_of(FLAT)
    with pytest.raises(PlanError, match=r"a spacing of 0\.03 mm is too small for a surface"):
        Site(mesh, ALL, 0, others(), (1, 0), 30)
    assert hexagonal(1_600_000_000, 31) <= 2_000_000


def turned(body: Surface, times: int) -> Surface:
    """The same body with its axes in another order."""
    places = body.vertices_um
    for _ in range(times):
        places = tuple((y, z, x) for x, y, z in places)
    return replace(body, vertices_um=places)


@pytest.mark.parametrize("times", [0, 1, 2])
def test_two_sides_of_a_thin_part_are_told_apart_however_it_stands(times: int) -> None:
    """A slab 1 mm thick: half of its places have the nearest prick on the other side."""
    body = turned(slab(20_000, 1_000, 5), times)
    mesh = mesh_of(body)
    site = Site(mesh, np.arange(len(body.faces)), 0, others(), (1, 0), 6_000)
    told = measured(site, site.at(6_000))
    assert 200_000 < told.beyond_ppm < 800_000
    thick = turned(slab(20_000, 12_000, 5), times)
    wide = Site(mesh_of(thick), np.arange(len(thick.faces)), 0, others(), (1, 0), 6_000)
    assert measured(wide, wide.at(6_000)).beyond_ppm == 0


def test_more_faces_around_each_prick_than_there_is_room_for_at_first_are_found_all_the_same() -> (
    None
):
    """Triangles of 300 um and pricks 2.5 mm apart: a hundred and more around each."""
    body = sheet(30, 30, 300)
    site = Site(mesh_of(body), np.arange(len(body.faces)), 0, others(), (1, 0), 2_500)
    layout = site.at(2_500)
    plain = sheet(3, 3, 3_000)
    few = Site(mesh_of(plain), np.arange(len(plain.faces)), 0, others(), (1, 0), 2_500)
    assert len(layout) >= len(few.at(2_500)) - 1
    gaps = [
        math.dist(one, two)
        for k, one in enumerate(layout.place.tolist())
        for two in layout.place.tolist()[:k]
    ]
    assert min(gaps) >= 2_500
    # most of them stand at the very spacing from others: they were laid side by side
    assert sum(gap < 2_503 for gap in gaps) > len(layout)
