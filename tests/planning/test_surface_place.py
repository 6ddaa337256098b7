"""Pricks on surfaces: spacing, margins and faces hold exactly, and hardly a place is wasted."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import Prescription, fast
from mesogun.planning.asked import Order, orders_of
from mesogun.planning.infeasible import Infeasible
from mesogun.planning.limits import Limits, effective
from mesogun.planning.place.spots import Spots, of_points
from mesogun.planning.prescription import Earlier, Point3, Surface
from mesogun.planning.surface.ground import border_of, is_clear
from mesogun.planning.surface.mesh import mesh_of
from mesogun.planning.surface.place import place_on_surface, treatable_area_um2
from tests.planning.bodies import (
    ball,
    borders,
    dot,
    from_segment,
    nearest_two,
    off_face,
    on,
    session,
    sheet,
    slab,
    square,
    surface,
)

BALL = ball(45_000, 4)
LUMP = ball(45_000, 4, 0.3)
SHEET = sheet(30, 30, 2_000, lambda x, y: (x * x + y * y) // 400_000)
HOLE = [k for k in range(len(SHEET.faces)) if not 420 <= k // 2 <= 425]
FLAT = sheet(24, 24, 2_000)


def asked_of(made: Prescription, index: int = 0) -> Order:
    limits = Limits(effective(made))
    assert made.surface is not None
    areas = [treatable_area_um2(made.surface, one) for one in made.zones]
    return orders_of(made, limits, areas)[index]


def placed(made: Prescription, index: int = 0, done: Any = (), told: Any = None) -> Spots:
    return place_on_surface(made, index, asked_of(made, index), done, [] if told is None else told)


def places(spots: Spots) -> list[Point3]:
    columns = (spots.x_um.tolist(), spots.y_um.tolist(), spots.z_um.tolist())
    return list(zip(*columns, strict=True))


def at_spacing(body: Surface, spacing_um: int, **changes: Any) -> Prescription:
    """The whole body at one spacing, with a volume that any number of pricks can hold."""
    changes = {"dose_nl_usual": 10_000_000, **changes}
    zone = on(body, changes.pop("faces", None), spacing_um=spacing_um, **changes)
    return session(body, zone, volume_nl=19_000_000, dose_nl_max=15_000_000,
                   area_dose_nl_per_cm2_max=10**9, spacing_um_min=2_000)  # fmt: skip


@pytest.mark.parametrize("body", [BALL, LUMP], ids=["ball", "lump"])
def test_a_closed_body_is_filled_at_its_spacing_and_without_gaps(body: Surface) -> None:
    told: list[str] = []
    spots = placed(at_spacing(body, 10_000, margin_um=2_000), told=told)
    assert spots.pitch_um == 10_000
    assert nearest_two(places(spots)) >= 10_000**2
    assert spots.face is not None
    rows = zip(spots.face.tolist(), places(spots), strict=True)
    assert max(off_face(body, face, place) for face, place in rows) <= 1
    area = sum(mesh_of(body).area2_um2.tolist()) / 2
    bound = area * 2 / (math.sqrt(3) * 1e8)
    assert 0.86 * bound < len(spots) < bound  # other ways of strewing reach 0.56 to 0.78
    assert spots.prick_bound == math.floor(area * 1.1547 / 1e8) + 1
    assert spots.area_um2 == int(area)
    farthest = max(min(square(one, two) for two in places(spots)) for one in body.vertices_um[::3])
    assert 0.85 * math.sqrt(farthest) < spots.coverage_um < 10_000
    assert math.sqrt(farthest) < 10_300
    assert spots.shot.tolist() == list(range(len(spots)))
    assert told == []


def test_needles_go_straight_into_a_ball() -> None:
    spots = placed(at_spacing(BALL, 10_000))
    assert spots.nx is not None
    assert spots.ny is not None
    assert spots.nz is not None
    ways = zip(spots.nx.tolist(), spots.ny.tolist(), spots.nz.tolist(), strict=True)
    for way, place in zip(ways, places(spots), strict=True):
        assert abs(math.sqrt(dot(way, way)) - 1_000_000) <= 2
        inwards = -dot(way, place) / (math.sqrt(dot(way, way)) * math.sqrt(dot(place, place)))
        assert inwards > 0.9995


def test_pricks_keep_their_margin_from_every_border() -> None:
    spots = placed(at_spacing(SHEET, 5_000, faces=HOLE, margin_um=4_321))
    edges = borders(SHEET, HOLE)
    assert len(edges) == 30 * 4 + 12
    ends = [(SHEET.vertices_um[a], SHEET.vertices_um[b]) for a, b in edges]
    nearest = min(from_segment(place, a, b) for place in places(spots) for a, b in ends)
    assert 4_321**2 <= nearest < 4_400**2  # and they come as near as they may
    assert nearest_two(places(spots)) >= 5_000**2
    assert set((spots.face if spots.face is not None else spots.x_um).tolist()) <= set(HOLE)


coordinate = st.integers(-1_400_000, 1_400_000) | st.integers(-50, 50)
point = st.tuples(coordinate, coordinate, coordinate)


@given(point, point, point, st.integers(-2, 2), st.integers(1, 2_000_000))
@settings(max_examples=300, deadline=None)
def test_a_margin_is_exact_to_the_last_um(
    a: Point3, b: Point3, place: Point3, more: int, else_um: int
) -> None:
    """One face around the segment: its other edges are farther away, or the same."""
    body = surface((a, b, place), ((0, 1, 2),))
    if not mesh_of(body).across.any():
        return
    away = from_segment(place, a, b)
    margin = max(1, math.isqrt(math.ceil(away)) + more) if abs(more) < 2 else else_um
    mesh = mesh_of(body)
    # two further faces at the other edges leave a-b and what is far off as the border
    border = border_of(mesh, np.array([0]), margin, 0)
    corner = [body.vertices_um[k] for k in range(3)]
    told = is_clear(border, np.array([place]), 0)
    sides = [(corner[0], corner[1]), (corner[1], corner[2]), (corner[2], corner[0])]
    assert told.tolist() == [min(from_segment(place, p, q) for p, q in sides) >= margin**2]


@pytest.mark.parametrize(("margin", "clear"), [(4_999, True), (5_000, True), (5_001, False)])
@pytest.mark.parametrize("place", [(5_000, 20_000, 0), (20_000, 5_000, 0), (44_000, 43_000, 0)])
def test_a_place_at_the_very_margin_is_clear(margin: int, clear: bool, place: Point3) -> None:
    notched = [k for k in range(len(FLAT.faces)) if not FLAT_CORNER(k)]
    border = border_of(mesh_of(FLAT), np.array(notched), margin, 0)
    assert is_clear(border, np.array([place]), 0).tolist() == [clear and place[0] < 40_000]


def test_at_the_very_corners_of_a_zone_nothing_is_clear() -> None:
    border = border_of(mesh_of(LUMP), np.array([7]), 100, 0)
    corners = np.array([LUMP.vertices_um[k] for k in LUMP.faces[7]])
    for astray in (-1, 0, 1):
        assert not is_clear(border, corners + astray, 0).any()
    flat = border_of(mesh_of(FLAT), np.arange(len(FLAT.faces)), 2, 0)
    every = np.array([(x, y, z) for x in (-1, 48_001) for y in (-1, 48_001) for z in (-1, 1)])
    assert not is_clear(flat, every, 0).any()


def FLAT_CORNER(face: int) -> bool:
    x, y = face // 2 // 24, face // 2 % 24
    return x >= 24 - 1 and y >= 24 - 1


@given(st.integers(-1_400_000, 1_400_000), st.integers(1, 1_400_000), st.integers(0, 1))
@settings(max_examples=100, deadline=None)
def test_beside_a_long_skew_edge_nothing_is_lost_to_overflow(x: int, y: int, nearer: int) -> None:
    a, b = (-1_400_000, -1_300_000, -1_200_000), (1_400_000, 1_399_999, 1_399_998)
    place = (x, y, -x // 2)
    body = surface((a, b, (1_400_000, -1_400_000, 1_400_000)), ((0, 1, 2),))
    away = min(
        from_segment(place, body.vertices_um[p], body.vertices_um[q])
        for p, q in ((0, 1), (1, 2), (2, 0))
    )
    margin = max(1, math.isqrt(math.floor(away)) + nearer)
    border = border_of(mesh_of(body), np.array([0]), margin, 0)
    assert is_clear(border, np.array([place]), 0).tolist() == [away >= margin**2]


def lattice_best(side_um: int, pitch_um: int) -> int:
    """The most points of a level triangular lattice on a square, over many shifts."""
    row_um, best = math.sqrt(3) / 2 * pitch_um, 0
    for shift_x in range(0, pitch_um, pitch_um // 20):
        for shift_y in range(0, int(row_um), int(row_um) // 20):
            count, row = 0, 0
            while shift_y + row * row_um <= side_um:
                start = (shift_x + row % 2 * pitch_um / 2) % pitch_um
                count += int((side_um - start) // pitch_um) + 1 if start <= side_um else 0
                row += 1
            best = max(best, count)
    return best


@pytest.mark.parametrize("spacing", [10_000, 8_000, 5_000])
def test_on_a_flat_sheet_it_is_as_good_as_a_lattice(spacing: int) -> None:
    # doses above the usual one: every start is tried
    spots = placed(at_spacing(FLAT, spacing, margin_um=5_000, dose_nl_usual=1_000))
    assert len(spots) >= lattice_best(38_000, spacing)
    assert len(spots) <= spots.prick_bound
    assert 0.97 * 38_000**2 < spots.area_um2 < 1.03 * 38_000**2


def test_the_area_to_treat_is_what_the_margin_leaves() -> None:
    flat = on(FLAT, margin_um=5_000)
    area = treatable_area_um2(FLAT, flat)
    assert 0.98 * 38_000**2 < area < 1.02 * 38_000**2
    assert treatable_area_um2(FLAT, replace(flat, margin_um=0)) == 48_000**2
    assert treatable_area_um2(FLAT, replace(flat, margin_um=24_001)) == 1
    whole = int(mesh_of(BALL).area2_um2.sum()) // 2
    assert treatable_area_um2(BALL, on(BALL, margin_um=5_000)) == whole


def test_a_zone_keeps_the_larger_spacing_from_another_zone() -> None:
    half = len(FLAT.faces) // 2
    left, right = on(FLAT, range(half), name="left"), on(FLAT, range(half, 2 * half), name="right")
    for own, other, wanted in ((5_000, 9_000, 9_000), (9_000, 5_000, 9_000)):
        made = session(FLAT, left, right, spacing_um_min=own, volume_nl=400_000)
        first = placed(made, 0)
        second = placed(made, 1, [(first, other)])
        apart = min(square(one, two) for one in places(first) for two in places(second))
        assert wanted**2 <= apart < (wanted + 1_000) ** 2
        assert nearest_two(places(second)) >= own**2


def test_pricks_of_earlier_sessions_are_kept_off() -> None:
    points = ((20_000, 20_000, 0), (30_000, 9_000, 0), (48_000, 60_000, 0))
    record = Earlier("r", "2026-10-01", 12_345, points)
    told: list[str] = []
    spots = placed(replace(at_spacing(FLAT, 5_000), earlier=(record,)), told=told)
    apart = min(square(one, two) for one in places(spots) for two in points)
    assert 12_345**2 <= apart < 12_400**2
    [warning] = told
    assert "40 % of its area is left free" in warning or "4" in warning.split(" %")[0]
    assert "earlier sessions" in warning


def test_a_few_pricks_of_others_are_not_worth_a_word() -> None:
    record = Earlier("r", "2026-10-01", 3_000, ((24_000, 24_000, 0),))
    told: list[str] = []
    spots = placed(replace(at_spacing(FLAT, 5_000), earlier=(record,)), told=told)
    assert told == []
    assert min(square(one, (24_000, 24_000, 0)) for one in places(spots)) >= 3_000**2


def test_two_sides_of_a_thin_part_block_each_other_and_that_is_said() -> None:
    told: list[str] = []
    ear = slab(30_000, 3_000, 10)
    spots = placed(at_spacing(ear, 8_000), told=told)
    assert nearest_two(places(spots)) >= 8_000**2
    assert spots.nz is not None
    assert {one // 1_000_000 for one in spots.nz.tolist()} <= {-1, 1, 0}
    for z, way in zip(spots.z_um.tolist(), spots.nz.tolist(), strict=True):
        assert way == (-1_000_000 if z == 0 else 1_000_000)
    [warning] = told
    assert "two sides nearer to each other than the spacing of 8 mm" in warning
    thick: list[str] = []
    placed(at_spacing(slab(30_000, 8_100, 10), 8_000), told=thick)
    assert thick == []


def test_the_spacing_is_the_widest_that_keeps_the_usual_dose() -> None:
    made = session(SHEET, on(SHEET), volume_nl=500_000)
    spots = placed(made)
    assert 50 <= len(spots) <= 54
    assert 5_000 < spots.pitch_um < 20_000
    fewer = placed(session(SHEET, on(SHEET), volume_nl=200_000))
    assert 20 <= len(fewer) <= 23
    assert fewer.pitch_um > spots.pitch_um


def test_few_pricks_are_wanted_at_the_widest_spacing_allowed() -> None:
    spots = placed(session(SHEET, on(SHEET), volume_nl=30_000, spacing_um_max=18_000))
    assert spots.pitch_um == 18_000
    assert len(spots) > 3


def test_at_the_tightest_spacing_doses_may_rise_above_the_usual() -> None:
    most = len(placed(at_spacing(SHEET, 5_000, dose_nl_usual=1_000)))
    spots = placed(session(SHEET, on(SHEET), volume_nl=(most + 20) * 10_000))
    assert spots.pitch_um == 5_000
    assert len(spots) == most


def test_an_asked_spacing_is_kept() -> None:
    spots = placed(session(SHEET, on(SHEET, spacing_um=7_777), volume_nl=300_000))
    assert spots.pitch_um == 7_777
    assert 7_777**2 <= nearest_two(places(spots)) <= 7_782**2


def test_a_margin_below_its_limit_is_refused() -> None:
    with pytest.raises(PlanError, match=r"a margin of 1.999 mm is less than margin_um_min = 2 mm"):
        placed(session(SHEET, on(SHEET, margin_um=1_999)))
    assert len(placed(session(SHEET, on(SHEET, margin_um=2_000)))) > 0


def test_a_spacing_in_a_wrong_unit_is_refused() -> None:
    made = session(ball(900_000, 3), volume_nl=500_000, spacing_um_min=500)
    with pytest.raises(PlanError, match=r"0.5 mm is too small for a surface of this size"):
        placed(replace(made, zones=(replace(made.zones[0], spacing_um=500),)))


def test_the_seed_decides_and_nothing_else() -> None:
    made = at_spacing(LUMP, 15_000)
    first, again, other = placed(made), placed(made), placed(replace(made, seed=2))
    assert places(first) == places(again)
    assert places(first) != places(other)


GOLDEN = {
    "closed": (at_spacing(BALL, 11_000), "d91e9e181554b144"),
    "with a hole": (at_spacing(SHEET, 6_000, faces=HOLE, margin_um=3_000), "16add0f3fef43115"),
    "many starts": (at_spacing(FLAT, 9_000, dose_nl_usual=1_000), "ef74b6330331d114"),
    "spacing free": (session(SHEET, on(SHEET, HOLE), volume_nl=350_000), "c7d83039e1aa0950"),
    "beside others": (
        replace(
            at_spacing(SHEET, 7_000),
            earlier=(Earlier("r", "2026-10-01", 9_000, ((30_000, 30_000, 4_500),)),),
        ),
        "cf48a38352a75971",
    ),
    "two sides": (at_spacing(slab(30_000, 3_000, 10), 8_000), "fe67500608d72180"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_pricks_are_where_they_always_were(name: str) -> None:
    """A change here means other pricks for the same prescription: a new planner version."""
    made, digest = GOLDEN[name]
    spots = placed(made)
    columns = [getattr(spots, one) for one in ("x_um", "y_um", "z_um", "face", "nx", "ny", "nz")]
    told = hashlib.sha256(np.stack(columns).astype("<i8").tobytes())
    told.update(
        f"{spots.pitch_um} {spots.prick_bound} {spots.area_um2} {spots.coverage_um}".encode()
    )
    assert told.hexdigest()[:16] == digest


@pytest.fixture
def _auto() -> Iterator[None]:
    yield
    fast.use("auto")


@pytest.mark.usefixtures("_auto")
@pytest.mark.parametrize(
    "made",
    [at_spacing(LUMP, 9_000), at_spacing(SHEET, 5_000, faces=HOLE), at_spacing(FLAT, 6_000)],
    ids=["closed", "with a hole", "flat"],
)
def test_compiled_and_plain_give_the_same_pricks(made: Prescription) -> None:
    pytest.importorskip("numba")
    told: dict[str, list[str]] = {"never": [], "always": []}
    found = {}
    for mode in ("never", "always"):
        fast.use(mode)  # type: ignore[arg-type]
        found[mode] = placed(made, told=told[mode])
    assert told["never"] == told["always"]
    for name in Spots.__slots__:
        one, two = (getattr(found[mode], name) for mode in ("never", "always"))
        np.testing.assert_array_equal(one, two)


@given(st.integers(4_000, 20_000), st.integers(0, 9_000), st.integers(0, 40), st.integers(1, 9))
@settings(max_examples=10, deadline=None)
def test_spacing_and_margin_hold_on_any_hill(
    spacing: int, margin: int, steep: int, seed: int
) -> None:
    body = sheet(7, 7, 5_000, lambda x, y: steep * (x - 20_000) * (y - 15_000) // 1_000_000)
    made = replace(at_spacing(body, spacing, margin_um=margin), seed=seed)
    made = replace(made, limits=tuple(
        replace(one, value=0) if one.name == "margin_um_min" else one for one in made.limits
    ))  # fmt: skip
    other = of_points(*(np.array([one]) for one in (20_000, 20_000, 0)), spacing)
    try:
        spots = place_on_surface(made, 0, asked_of(made), [(other, spacing)], [])
    except Infeasible:
        reject()  # so wide and so far from the border, the volume does not fit
    assert nearest_two([*places(spots), (20_000, 20_000, 0)]) >= spacing**2
    ends = [(body.vertices_um[a], body.vertices_um[b]) for a, b in borders(body, range(98))]
    assert min(from_segment(one, a, b) for one in places(spots) for a, b in ends) >= margin**2
    assert spots.face is not None
    rows = zip(spots.face.tolist(), places(spots), strict=True)
    assert max(off_face(body, face, place) for face, place in rows) <= 1
