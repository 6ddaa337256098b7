"""Inside and margin, place by place on small rasters, and how far out a prick is told to be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mesogun.errors import Violation
from mesogun.planning import Ring
from mesogun.planning.prescription import Prescription
from mesogun.planning.verify.columns import rows_of_plan
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.limits import tightest
from mesogun.planning.verify.places import check_places
from mesogun.planning.verify.region import distance_um, edges_of, place_by_ring, place_in_zone
from tests.planning.plans_by_hand import Place, bounded, by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone

Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


def plainly(x: Whole, y: Whole, ring: Ring, margin: int) -> tuple[Truth, Truth]:
    """Inside (even-odd, to the right, half-open) and too near, edge by edge in whole numbers."""
    odd = np.zeros(len(x), dtype=np.bool_)
    near = np.zeros(len(x), dtype=np.bool_)
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        dx, dy = bx - ax, by - ay
        gx, gy = x - ax, y - ay
        if dy:
            # where the row meets the edge, times dy
            to_the_right = (gy * dx - gx * dy) * (1 if dy > 0 else -1) > 0
            odd ^= ((ay <= y) != (by <= y)) & to_the_right
        long2, along = dx * dx + dy * dy, gx * dx + gy * dy
        cross = gx * dy - gy * dx
        if long2 > 10**6:  # its square might not fit 64 bits
            cross = cross.astype(object)
        beside = (
            (along > 0)
            & (along < long2)
            & (cross * cross < margin * margin * long2).astype(np.bool_)
        )
        corner = gx * gx + gy * gy < margin * margin
        near |= beside | corner
    return odd, near


def assert_alike(told: tuple[Truth, Truth], wanted: tuple[Truth, Truth]) -> None:
    assert np.array_equal(told[0], wanted[0])
    assert np.array_equal(told[1], wanted[1])


RASTER_X, RASTER_Y = (one.ravel().astype(np.int64) for one in np.mgrid[-13:14, -13:14])


@pytest.mark.parametrize("margin", [0, 1, 2, 3, 5])
def test_every_place_around_an_edge_of_every_slope_is_judged(margin: int) -> None:
    for dx in range(-3, 4):
        for dy in range(-3, 4):
            if dx or dy:
                ring = ((0, 0), (dx, dy), (5, -7))
                told = place_by_ring(RASTER_X, RASTER_Y, ring, margin)
                for got, wanted in zip(
                    told, plainly(RASTER_X, RASTER_Y, ring, margin), strict=True
                ):
                    assert np.array_equal(got, wanted), ring


@pytest.mark.parametrize("margin", [0, 1, 2, 7])
def test_rings_of_many_corners_and_of_three_are_judged_alike(margin: int) -> None:
    rng = np.random.default_rng(margin)
    for count in (3, 4, 9, 40, 300):
        ring: Ring = tuple((int(a), int(b)) for a, b in rng.integers(-11, 12, (count, 2)))
        told = place_by_ring(RASTER_X, RASTER_Y, ring, margin)
        assert_alike(told, plainly(RASTER_X, RASTER_Y, ring, margin))
        row = rng.permutation(len(RASTER_X))[:50]
        told = place_by_ring(RASTER_X[row], RASTER_Y[row], ring, margin)
        for got, wanted in zip(
            told, plainly(RASTER_X[row], RASTER_Y[row], ring, margin), strict=True
        ):
            assert np.array_equal(got, wanted)


def test_a_diagonal_of_one_step_is_kept_off_by_a_hair() -> None:
    """Half a diagonal away is nearer than 1; both corners are 1 away, which is far enough."""
    told = place_by_ring(np.array([0, 1, -1]), np.array([1, 0, 0]), ((0, 0), (1, 1), (90, 80)), 1)
    assert told[1].tolist() == [True, True, False]
    edges = edges_of(((0, 0), (1, 1), (0, 5)), 1)
    assert edges.most.tolist() == [1, 4, 4]
    assert edges_of(((0, 0), (1, 1), (0, 5)), 0).most.tolist() == [-1] * 3
    assert edges_of(((3, 3), (3, 3), (0, 5)), 2).most.tolist()[0] == -1


@pytest.mark.parametrize("seed", range(12))
def test_places_that_share_a_cell_get_the_answer_of_each(seed: int) -> None:
    """More than 2,000 places 1 um apart: cells of some um, edges through many of them."""
    rng = np.random.default_rng(seed)
    wide, high = (61, 61) if seed % 3 else (199, 19)
    x, y = (one.ravel().astype(np.int64) for one in np.mgrid[-30 : wide - 30, -9 : high - 9])
    margin = int(rng.integers(0, 9))
    rings = tuple(
        tuple((int(a), int(b)) for a, b in rng.integers((-35, -14), (wide - 25, high - 4), (n, 2)))
        for n in (3, 4, 5)
    )
    if seed == 0:
        rings = (((-90, -90), (90, -80), (90, 90), (-90, 90)), *rings)
    told = place_in_zone(x, y, rings, margin)
    assert len(told) == len(rings)
    for ring, answer in zip(rings, told, strict=True):
        assert_alike(answer, plainly(x, y, ring, margin))


def test_an_outline_of_metres_is_tested_place_by_place() -> None:
    """Too long to be cut into pieces of some um: its edges run through the places."""
    x, y = (one.ravel().astype(np.int64) for one in np.mgrid[-30:31, -30:31])
    ring = ((-900_000, -800_000), (900_000, 800_001), (-900_000, 800_000))
    (told,) = place_in_zone(x, y, (ring,), 3)
    assert_alike(told, plainly(x, y, ring, 3))
    assert told[0].any()
    assert not told[0].all()


def test_few_and_many_places_are_judged_alike() -> None:
    rng = np.random.default_rng(4)
    ring = ((0, 0), (900, 40), (700, 800), (300, 300))
    for count in (1, 2, 1_999, 2_000, 2_001):
        x, y = rng.integers(-50, 950, (2, count))
        (told,) = place_in_zone(x, y, (ring,), 7)
        assert_alike(told, plainly(x, y, ring, 7))
    one = np.full(2_500, 5)
    assert not place_in_zone(one - 60, one, (ring,), 7)[0][0].any()


def test_distances_are_those_of_the_nearest_edge_rounded_down() -> None:
    ring = ((0, 0), (10, 0), (10, 10))
    for at, wanted in (
        ((5, -3), 3), ((-3, -4), 5), ((13, -4), 5), ((14, 5), 4), ((0, 0), 0), ((10, 0), 0),
        ((5, 5), 0), ((0, 10), 7), ((10, 13), 3), ((5, 0), 0), ((0, 1), 0), ((0, 3), 2),
    ):  # fmt: skip
        assert distance_um(*at, ring) == wanted
    assert distance_um(3, 4, ((0, 0), (0, 0), (0, 0))) == 5
    assert distance_um(2, 0, ((0, 0), (3, 3), (3, 40))) == 1


HOLES = (
    ((20_000, 20_000), (30_000, 20_000), (30_000, 30_000), (20_000, 30_000)),
    ((40_000, 40_000), (50_000, 40_000), (50_000, 50_000), (40_000, 50_000)),
)


def told_of(places: list[Place], rx: Prescription | None = None, **more: Any) -> list[Violation]:
    asked = rx or order(zone("a", SQUARE, *HOLES))
    made = by_hand(giving(asked, len(places) * 10_000), places, **more)
    found = Findings()
    bounds = tightest(made.prescription, found)
    assert bounds is not None
    check_places(made, bounds, rows_of_plan(made), found)
    return found.all


def out(value: int, pricks: tuple[int, ...], note: str, zone_name: str = "a") -> Violation:
    return Violation("margin_um_min", value, 3_000, "um", "prescription", zone_name, pricks, note)


def test_the_worst_of_each_ring_is_told_near_and_wrong_apart() -> None:
    places = [
        (-1_000, 30_000), (-4_000, 30_000), (2_999, 30_000), (1_000, 10_000), (3_000, 15_000),
        (21_000, 25_000), (25_000, 25_000), (17_001, 25_000), (45_000, 42_000), (45_000, 52_999),
        (45_000, 53_000), (0, 5_000), (30_000, 25_000),
    ]  # fmt: skip
    assert told_of(places) == [
        out(-4_000, (0, 1), "outside the outline"),
        out(0, (2, 3, 11), "too near to the outline"),
        out(-5_000, (5, 6), "inside exclusion 1"),
        out(0, (7, 12), "too near to exclusion 1"),
        out(-2_000, (8,), "inside exclusion 2"),
        out(2_999, (9,), "too near to exclusion 2"),
    ]


def test_each_zone_has_its_own_rings() -> None:
    both = order(zone("a", SQUARE), zone("b", moved(SQUARE, 70_000, 0)))
    places = [(5_000, 5_000), (72_999, 5_000), (5_000, 5_000)]
    assert told_of(places, both, zone=[0, 1, 1]) == [
        out(-65_000, (2,), "outside the outline", "b"),
        out(2_999, (1,), "too near to the outline", "b"),
    ]


def test_a_hundred_pricks_are_told_and_the_worst_of_them() -> None:
    places: list[Place] = [(-1_000 - k, 100 * k) for k in range(102)]
    assert told_of(places) == [out(-1_099, tuple(range(100)), "outside the outline")]


def test_pricks_of_a_plane_lie_in_it() -> None:
    places: list[Place] = [(5_000, 5_000, 0), (11_000, 5_000, -2), (17_000, 5_000, 1)]
    assert told_of(places) == [
        Violation("z_um", -2, 0, "um", "plan", None, (1, 2), "the zones are flat")
    ]


def test_the_larger_of_margin_and_limit_is_measured() -> None:
    rx = order(zone("a", SQUARE))
    strict = bounded(rx, "margin_um_min", 3_001)
    near = told_of([(3_000, 9_000)], strict)
    origin = "test margin_um_min"
    asked = Violation("margin_um_min", 3_000, 3_001, "", origin, "a", (), "the margin asked")
    assert near == [asked, replace(out(3_000, (0,), "too near to the outline"), bound=3_001)]
    assert told_of([(3_000, 9_000)], bounded(rx, "margin_um_min", 3_000)) == []
    assert told_of(row_of_points(3, 5_000), rx) == []
