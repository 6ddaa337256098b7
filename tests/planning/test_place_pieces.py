"""The pieces that places are put together from, each by itself at its very bounds."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from mesogun.errors import PlanError
from mesogun.planning import Ring, check_ring
from mesogun.planning.asked import Order
from mesogun.planning.limits import Limits
from mesogun.planning.place.bound import hull, perimeter_um, prick_bound, shrunk
from mesogun.planning.place.choose import Doses, Search
from mesogun.planning.place.coarse import TOLERANCE_UM, thinned
from mesogun.planning.place.earlier import kept_free
from mesogun.planning.place.fit import area_of, exactly_free
from mesogun.planning.place.neighbours import near, pairs_within
from mesogun.planning.place.raster import NOTHING, field_of, paint, sheet
from mesogun.planning.place.region import area2_um2, at_mm, inside, keeps_off, mm
from mesogun.planning.place.slivers import lost_percent
from mesogun.planning.place.spots import of_points
from mesogun.planning.place.zone import Neighbour, warn_of_exclusions
from mesogun.planning.prescription import Earlier
from tests.planning.samples import CHEEK, MOLE, SQUARE, moved, zone
from tests.planning.test_verify_outlines import plainly

# regions


def test_lengths_and_places_are_written_for_a_reader() -> None:
    assert [mm(one) for one in (0, 1, -1, 350, 999, 1_000, -1_000, 10_500, -12_345)] == [
        "0 mm", "0.001 mm", "-0.001 mm", "0.35 mm", "0.999 mm", "1 mm", "-1 mm", "10.5 mm",
        "-12.345 mm",
    ]  # fmt: skip
    assert at_mm(10_500, -3_000) == "(10.5, -3) mm"
    assert area2_um2(((0, 0), (4, 0), (4, 3))) == 12
    assert area2_um2(((4, 3), (4, 0), (0, 0))) == -12


def test_a_ring_may_reach_to_the_very_bounds() -> None:
    far = 5_000_000
    check_ring(((-far, -far), (far, -far), (far, far)), "x")
    for beyond in ((far + 1, 0), (0, far + 1), (-far - 1, 0), (0, -far - 1)):
        with pytest.raises(PlanError, match=r"x: point .* lies beyond 5000 mm from the origin"):
            check_ring(((0, 0), (9, 0), beyond), "x")
    many = [(k, k * k) for k in range(2_000)]
    check_ring(many, "x")
    # as many points as may be: a spiral-free comb
    comb = tuple((k, 3 if k % 2 else 9) for k in range(19_998))
    check_ring((*comb, (19_998, -1), (-1, -1)), "x")
    with pytest.raises(PlanError, match="20001 points, more than the 20000"):
        check_ring((*comb, (19_998, -1), (9, -5), (-1, -1)), "x")


@pytest.mark.parametrize("margin", [0, 1, 2, 5])
def test_every_place_around_edges_of_every_slope_is_judged_as_by_plain_sums(margin: int) -> None:
    x, y = (one.ravel().astype(np.int64) for one in np.mgrid[-12:13, -12:13])
    for dx in range(-3, 4):
        for dy in range(-3, 4):
            if dx or dy:
                ring = ((0, 0), (dx, dy), (5, -7))
                odd, close = plainly(x, y, ring, margin)
                assert np.array_equal(inside(x, y, ring), odd)
                assert np.array_equal(keeps_off(x, y, ring, margin), ~close)


def test_inside_outline_off_holes_and_off_discs_is_free() -> None:
    x, y = (one.ravel().astype(np.int64) for one in np.mgrid[-3:44, -3:44])
    outline, hole = ((0, 0), (40, 1), (39, 40), (1, 38)), ((9, 9), (15, 10), (11, 17))
    discs = np.array([30, 2]), np.array([30, 35]), np.array([5, 3])
    field = field_of("x", outline, (hole, moved(hole, 12, -3)), 2, discs)
    wanted = np.ones(len(x), dtype=np.bool_)
    for k, ring in enumerate((outline, *field.exclusions)):
        odd, close = plainly(x, y, ring, 2)
        wanted &= (~odd if k else odd) & ~close
    for cx, cy, r in zip(*discs, strict=True):
        wanted &= (x - cx) ** 2 + (y - cy) ** 2 >= r * r
    assert np.array_equal(exactly_free(field, x, y, 2), wanted)


# neighbours


@pytest.mark.parametrize("seed", range(4))
def test_pairs_are_those_within_the_distance_once_each(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(-30, 31, (2, 60))
    for radius in (1, 4, 5, 13):
        found = [
            (min(a, b), max(a, b))
            for some in pairs_within(x, y, radius)
            for a, b in zip(*(one.tolist() for one in some), strict=True)
        ]
        gaps = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
        assert sorted(found) == [
            (a, b) for a in range(60) for b in range(a + 1, 60) if gaps[a, b] <= radius * radius
        ]
    assert not list(pairs_within(NOTHING, NOTHING, 5))
    one = np.array([7, 7])
    [(a, b)] = [some for some in pairs_within(one, one, 1) if len(some[0])]
    assert (a.tolist(), b.tolist()) == ([0], [1])


@pytest.mark.parametrize("seed", range(4))
def test_what_is_near_is_in_the_three_times_three_cells_around(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (x, y), (u, v) = rng.integers(-40, 41, (2, 30)), rng.integers(-25, 60, (2, 50))
    if seed % 2:
        x, y = 3 * x, 3 * y
    for reach in (1, 7, 20):
        left, low = min(x.min(), u.min()), min(y.min(), v.min())
        cells = [
            ((one - start) // reach) for one, start in ((x, left), (y, low), (u, left), (v, low))
        ]
        wanted = [
            (k, m)
            for k in range(30)
            for m in range(50)
            if abs(cells[0][k] - cells[2][m]) <= 1 and abs(cells[1][k] - cells[3][m]) <= 1
        ]
        found = [
            pair
            for a, b in near((x, y), (u, v), reach)
            for pair in zip(a.tolist(), b.tolist(), strict=True)
        ]
        assert sorted(found) == wanted
        assert [a for a, _ in found] == sorted(a for a, _ in found)
    assert not list(near((NOTHING, NOTHING), (x, y), 5))
    assert not list(near((x, y), (NOTHING, NOTHING), 5))


# painting


def corners_of(*rings: Ring) -> list[tuple[float, bool]]:
    """How far each corner turns, in degrees, and whether that is ten or more."""
    turns = []
    for ring in rings:
        for k, (x, y) in enumerate(ring):
            (px, py), (nx, ny) = ring[k - 1], ring[(k + 1) % len(ring)]
            way = math.atan2(ny - y, nx - x) - math.atan2(y - py, x - px)
            turn = abs(math.degrees((way + math.pi) % (2 * math.pi) - math.pi))
            turns.append((turn, turn >= 10))
    return turns


def round_ring(radius: int, count: int, at: tuple[int, int] = (0, 0)) -> Ring:
    """A circle of so many points, some of them moved a little."""
    return tuple(
        (
            at[0]
            + round((radius + radius // 40 * (k % 3 == 0)) * math.cos(2 * math.pi * k / count)),
            at[1]
            + round((radius + radius // 40 * (k % 3 == 0)) * math.sin(2 * math.pi * k / count)),
        )
        for k in range(count)
    )


def test_corners_that_turn_by_ten_degrees_are_sharp() -> None:
    rings = (round_ring(20_000, 31), round_ring(5_000, 47, (2_000, 3_000)), MOLE, CHEEK[::-1])
    field = field_of("x", rings[0], rings[1:], 500)
    told = corners_of(*rings)
    assert len(told) == len(field.sharp)
    for (turn, sharp), said in zip(told, field.sharp.tolist(), strict=True):
        if abs(turn - 10) > 0.3:
            assert said == sharp
    assert 0 < sum(sharp for _, sharp in told) < len(told)


@pytest.mark.parametrize("angle", [0, 5, 33, 90])
@pytest.mark.parametrize(("margin", "own"), [(0, 0), (300, 300), (2_000, 2_000), (900, 200)])
def test_what_is_painted_in_haste_is_free_and_hardly_less_than_all(
    angle: int, margin: int, own: int
) -> None:
    """Never a sample too near; farther than the margin and a hair, all of them."""
    outline, hole = round_ring(20_000, 37), round_ring(4_000, 40, (6_000, 0))
    discs = np.array([-9_000]), np.array([4_000]), np.array([3_000])
    field = field_of("x", outline, (hole, MOLE[::-1]), own, discs)
    turn = math.radians(angle)
    ways = np.array([math.cos(turn)]), np.array([math.sin(turn)])
    rows, columns = 120, 131
    one = np.ones(1)
    across = -29_000 * one, 487.0 * one, np.array([rows])
    along = np.full(rows, -29_000.0), 449.0 * one, np.array([columns])
    on = sheet(ways, (0, 0), across, along)
    hasty = paint(on, field, [margin]).reshape(rows, columns)
    exact = paint(on, field, [margin], exactly=True).reshape(rows, columns)
    r, c = np.mgrid[0:rows, 0:columns]
    u, v = -29_000 + c * 449.0, -29_000 + r * 487.0
    x, y = u * ways[0] - v * ways[1], u * ways[1] + v * ways[0]
    free = free_at(field, x.ravel(), y.ravel(), margin - 0.001).reshape(rows, columns)
    safe = free_at(field, x.ravel(), y.ravel(), margin * 1.006 + 0.001).reshape(rows, columns)
    free[:, -1] = safe[:, -1] = False  # the last sample of a row is never allowed
    assert not (hasty & ~free).any()
    assert not (safe & ~hasty).any()
    nearly = free_at(field, x.ravel(), y.ravel(), margin + 0.001).reshape(rows, columns)
    nearly[:, -1] = False
    assert not (exact & ~free).any()
    assert not (nearly & ~exact).any()


def free_at(field: Any, x: Any, y: Any, margin: float) -> Any:
    """Samples inside, outside of exclusions, and so far off everything, in floating point."""
    free = np.ones(len(x), dtype=np.bool_)
    for number, ring in enumerate((field.outline, *field.exclusions)):
        odd = np.zeros(len(x), dtype=np.bool_)
        for (ax, ay), (bx, by) in pairwise((*ring, ring[0])):
            dx, dy = bx - ax, by - ay
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
            gap = np.hypot(x - ax - along * dx, y - ay - along * dy)
            free &= gap >= margin
            if dy:
                odd ^= ((ay <= y) != (by <= y)) & (ax + (y - ay) * dx / dy > x)
        free &= ~odd if number else odd
    grown = margin - field.margin_um
    for cx, cy, r in zip(field.disc_x, field.disc_y, field.disc_r, strict=True):
        free &= np.hypot(x - cx, y - cy) >= r + grown
    return free


def test_a_zone_hardly_wider_than_two_margins_is_found_on_the_finer_raster() -> None:
    """20 um are left in the middle: 60 mm long but for the margins at both ends."""
    strip = ((0, 0), (66_000, 0), (66_000, 6_020), (0, 6_020))
    area, anchor = area_of(field_of("x", strip, (), 3_000))
    assert abs(area - 60_000 * 20) < 60_000 * 20 // 5
    assert anchor is not None
    assert 3_000 <= anchor[1] <= 3_020
    assert abs(anchor[0] - 33_000) < 100
    assert area_of(field_of("x", strip, (), 3_011)) == (0, None)


def test_what_earlier_pricks_keep_free_is_no_sliver() -> None:
    kept = np.array([30_000]), np.array([30_000]), np.array([25_000])
    for margin in (0, 3_000, 9_000):
        plain = lost_percent(field_of("x", CHEEK, (MOLE,), margin))
        assert lost_percent(field_of("x", CHEEK, (MOLE,), margin, kept)) == plain
    flag = ((0, 0), (30_000, 0), (30_000, 30_000), (60_000, 30_000), (60_000, 33_000), (0, 33_000))
    assert 5 <= lost_percent(field_of("x", flag, (), 3_000)) <= 9
    assert lost_percent(field_of("x", flag, (), 100)) == 0


# coarser rings


def test_a_ring_is_thinned_by_every_second_point_that_hardly_leaves_its_chord() -> None:
    flat = [(1_000 * k, (10 if k % 2 else 0)) for k in range(25)]
    ring = (*flat, (24_000, 9_000), (0, 9_000))
    few = thinned(ring)
    assert few[0] == (0, 0)
    assert set(few) <= set(ring)
    assert len(few) < 14
    assert thinned(ring[:24]) == ring[:24]
    rough = tuple((1_000 * k, (900 if k % 2 else 0)) for k in range(31))
    assert thinned((*rough, (30_000, 9_000), (0, 9_000))) == (*rough, (30_000, 9_000), (0, 9_000))
    assert TOLERANCE_UM == 130


@pytest.mark.parametrize(("height", "stays"), [(14, False), (60, True)])
def test_a_bump_goes_where_it_is_less_than_a_pass_may_move(height: int, stays: bool) -> None:
    """One bump on a line, all other points far apart: the first pass may move it by 15 um."""
    sides = [(40_000 - 700 * k, 9_000 + 800 * (k % 2)) for k in range(25)]
    ring = ((0, 0), (1_000, height), (2_000, 0), *sides)
    assert ((1_000, height) in thinned(ring)) == stays


# hulls and bounds


def test_a_hull_has_no_three_corners_in_a_line() -> None:
    grid = tuple((x, y) for x in range(5) for y in range(4))
    assert hull(grid) == ((0, 0), (4, 0), (4, 3), (0, 3))
    assert hull((*SQUARE, (30_000, 0), (0, 7), (60_000, 1))) == SQUARE
    # the unit square, and a corner that turns by next to nothing
    assert hull(((1, 1), (0, 0), (0, 1), (1, 0))) == ((0, 0), (1, 0), (1, 1), (0, 1))
    assert hull(((0, 0), (50, 0), (100, 1), (0, 9))) == ((0, 0), (50, 0), (100, 1), (0, 9))
    assert perimeter_um(((0, 0), (3, 4), (3, 5))) == 5 + 1 + 6
    assert perimeter_um(((0, 0), (0, 0), (1, 1))) == 0 + 2 + 2


CORNERS: Ring = ((0, 0), (60_000, 0), (60_000, 60_000), (0, 60_000))
INNER = {(10_000, 10_000), (50_000, 10_000), (50_000, 50_000), (10_000, 50_000)}


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 6, 9, 15])
def test_a_hull_is_shrunk_to_the_nearest_um_from_whichever_corner(cut: int) -> None:
    """Corners cut off by 100 um (each bit of `cut` is one) are nothing 10 mm inside."""
    ring: list[tuple[int, int]] = []
    for k, (x, y) in enumerate(CORNERS):
        (px, py), (nx, ny) = CORNERS[k - 1], CORNERS[(k + 1) % 4]
        if cut >> k & 1:
            ring.append((x + (px - x) // 600, y + (py - y) // 600))
            ring.append((x + (nx - x) // 600, y + (ny - y) // 600))
        else:
            ring.append((x, y))
    for start in range(len(ring)):
        told = shrunk(tuple(ring[start:] + ring[:start]), 10_000)
        assert set(told) == INNER
        assert abs(area2_um2(told)) == 2 * 40_000**2
        assert perimeter_um(told) == 160_000


def test_a_hull_is_shrunk_to_whole_um() -> None:
    for start in range(4):
        assert set(shrunk(CORNERS[start:] + CORNERS[:start], 10_000)) == INNER
    assert set(shrunk(((0, 0), (40, 0), (0, 30)), 5)) == {(5, 5), (25, 5), (5, 20)}
    # at (0, 0) and (7, 0), 1 um off sides of slopes 1 to 7 and -2 to 1: to the nearest
    assert set(shrunk(((0, 0), (700, 0), (0, 100)), 10)) == {(10, 10), (559, 10), (10, 88)}


@pytest.mark.parametrize(
    ("pitch", "told"), [(1, 2_887_545_362), (10, 28_884_454), (1_000, 2_988), (5_000, 136)]
)
def test_a_bound_is_told_to_the_prick(pitch: int, told: int) -> None:
    """A square of 50 mm inside the margin: 2/sqrt(3) area over pitch squared, and the border."""
    bound = prick_bound(field_of("x", SQUARE, (), 5_000), pitch)
    plain = 2 / math.sqrt(3) * 50_000**2 / pitch**2 + 200_000 / (2 * pitch) + 1
    assert plain - 1e-9 <= bound + 1
    assert bound <= plain * 1.000001 + 2_000 / pitch**2 * 400 + 2
    assert bound == told


# choosing


def search_of_size(area_um2: int, box_um2: int) -> Search:
    field = field_of("x", SQUARE, (), 3_000)
    return Search(field, field, (30_000, 30_000), area_um2, box_um2, free=False)


def test_more_than_two_million_pricks_are_never_planned() -> None:
    """At 1 um: 1.1547 pricks and 1.2 cells to each um2."""
    most = 2_000_000 * 10_000 // 11_547 + 1
    assert search_of_size(most, 1).roughly(1) == 2_000_000
    search_of_size(most, 1).refuse_tiny(1)
    with pytest.raises(PlanError, match=r"0\.001 mm is too small for a region of this size"):
        search_of_size(most + 1, 1).refuse_tiny(1)
    cells = (16_000_000 - 16) * 10 // 12
    assert search_of_size(1, cells).refuse_tiny(1) == 16_000_000
    with pytest.raises(PlanError, match=r"more than 2000000 pricks\); check the units"):
        search_of_size(1, cells + 1).refuse_tiny(1)


def test_a_dose_is_the_bound_or_its_part_of_a_square_centimetre() -> None:
    doses = Doses(100, 8, 12, 1, 60)
    assert [doses.each_at(held, doses.cap) for held in (1, 4, 5, 6, 7, 60, 61)] == [
        12, 12, 12, 10, 8, 1, 0
    ]  # fmt: skip


# what others keep free


def test_earlier_pricks_reach_the_plane_with_what_is_left_of_their_distance() -> None:
    points = ((0, 0, 0), (9, 9, 3), (9, 9, -5), (20, 0, 4), (0, 90, 0))
    [kept] = kept_free([Earlier("r", "d", 5, points)], (-10, -10, 14, 14))
    assert kept.name == "the session of d (record 'r')"
    found = list(zip(kept.x_um.tolist(), kept.y_um.tolist(), kept.r_um.tolist(), strict=True))
    assert found == [(0, 0, 5), (9, 9, 4)]
    places = {(-4, 0): True, (-5, 0): False, (0, -4): True, (0, -5): False,
              (14, 0): True, (15, 0): False, (0, 14): True, (0, 15): False}  # fmt: skip
    for place, there in places.items():
        some = kept_free([Earlier("r", "d", 5, ((*place, 0),))], (0, 0, 10, 10))
        assert bool(some) == there
    assert (
        kept_free([Earlier("r", "d", 5, ()), Earlier("s", "d", 1, ((0, 0, 1),))], (0, 0, 9, 9))
        == []
    )
    [odd] = kept_free([Earlier("r", "d", 5, ((0, 0, 1),))], (0, 0, 9, 9))
    assert odd.r_um.tolist() == [5]  # the root of 24, rounded up


def neighbour(name: str, places: list[tuple[int, int]], *holes: Ring) -> Neighbour:
    x, y = (np.array([one[k] for one in places], dtype=np.int64) for k in range(2))
    asked = Order(
        zone(name, SQUARE, *holes), 0, Limits(()), Doses(1, 1, 1, 1, 1), 1, 1, 1, 1, (1, 1), 1
    )
    return Neighbour(of_points(x, y, 0 * x, 5_000), asked)


def test_pricks_in_what_another_zone_leaves_out_are_counted() -> None:
    hole: Ring = ((10, 10), (20, 10), (20, 20), (10, 20))
    inner = [(11, 11), (11, 19), (19, 11), (19, 19), (15, 15), (10, 10), (10, 19)]
    outer = [(9, 15), (21, 15), (15, 9), (15, 21), (20, 20), (0, 0)]
    one = neighbour("one", [*inner, *outer])
    two = neighbour("two", [(0, 0)], moved(hole, 500, 0), hole)
    warnings: list[str] = []
    warn_of_exclusions([one, two], warnings)
    assert warnings == [
        "zone 'one': 7 pricks lie in exclusion 2 of zone 'two'; make sure that this is meant"
    ]
    both: list[str] = []
    warn_of_exclusions([neighbour("a", inner[:1], hole), neighbour("b", inner[1:3], hole)], both)
    assert [one[:20] for one in both] == ["zone 'a': 1 pricks l", "zone 'b': 2 pricks l"]
    for place in outer:
        none: list[str] = []
        warn_of_exclusions([neighbour("a", [place]), two], none)
        assert none == []
    for place in inner:
        some: list[str] = []
        warn_of_exclusions([two, neighbour("a", [place])], some)
        assert len(some) == 1
