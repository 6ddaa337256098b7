"""Pricks lie exactly where a lattice meets the region, and the best lattice is looked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.planning import Ring
from mesogun.planning.place.coarse import thinned
from mesogun.planning.place.fit import Fit, Placed, area_of, best_fit, budgeted, place
from mesogun.planning.place.lattice import ANGLES, lattice
from mesogun.planning.place.raster import Field, field_of
from mesogun.planning.place.region import area2_um2, keeps_off
from mesogun.planning.verify.region import place_by_ring
from tests.planning.samples import CHEEK, MOLE, SQUARE, moved, regions

Region = tuple[Ring, tuple[Ring, ...]]


def by_force(field: Field, placed: Placed) -> set[tuple[int, int]]:
    """Every point of the same lattice, tried one by one with the verifier's predicate."""
    left, low, right, high = field.box
    x0, y0 = placed.origin
    far = max(abs(left - x0), abs(right - x0)) + max(abs(low - y0), abs(high - y0))
    reach = 2 * far // placed.pitch_um + 4
    i, j = (one.ravel() for one in np.meshgrid(*[np.arange(-reach, reach + 1)] * 2))
    x = placed.origin[0] + i * placed.basis.ax + j * placed.basis.bx
    y = placed.origin[1] + i * placed.basis.ay + j * placed.basis.by
    box = (x >= left) & (x <= right) & (y >= low) & (y <= high)
    x, y = x[box], y[box]
    margin = max(1, field.margin_um)
    is_in, near = place_by_ring(x, y, field.outline, margin)
    free = is_in & ~near
    for hole in field.exclusions:
        is_in, near = place_by_ring(x, y, hole, margin)
        free &= ~is_in & ~near
    for cx, cy, r in zip(field.disc_x, field.disc_y, field.disc_r, strict=True):
        free &= (x - cx) ** 2 + (y - cy) ** 2 >= r * r
    return set(zip(x[free].tolist(), y[free].tolist(), strict=True))


def pricks(placed: Placed) -> set[tuple[int, int]]:
    return set(zip(placed.x_um.tolist(), placed.y_um.tolist(), strict=True))


@given(
    region=regions(),
    margin=st.sampled_from((0, 1, 1_000, 3_000, 6_000)),
    pitch=st.sampled_from((2_500, 4_000, 5_000, 10_000)),
    angle=st.integers(0, ANGLES - 1),
    discs=st.lists(st.tuples(*[st.integers(-30_000, 30_000)] * 2), max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_a_lattice_is_placed_on_exactly_the_points_that_keep_the_margins(
    region: Region, margin: int, pitch: int, angle: int, discs: list[tuple[int, int]]
) -> None:
    centres = np.array(discs, dtype=np.int64).reshape(-1, 2)
    kept_free = centres[:, 0], centres[:, 1], np.full(len(centres), pitch)
    field = field_of("zone", *region, margin, kept_free)
    placed = place(field, Fit(pitch, lattice(pitch, angle), (0, 0), 1, 0), (0, 0))
    assert pricks(placed) == by_force(field, placed)
    assert len(pricks(placed)) == len(placed)
    assert (np.diff(placed.j) >= 0).all()
    assert ((np.diff(placed.i) > 0) | (np.diff(placed.j) > 0)).all()


@pytest.mark.parametrize("shift", [0, 1, -1])
def test_a_prick_exactly_on_the_margin_is_in_and_one_um_nearer_is_out(shift: int) -> None:
    field = field_of("zone", SQUARE, (), 10_000)
    fit = Fit(10_000, lattice(10_000, 0), (0, 0), 1, 0)
    placed = place(field, fit, (10_000 + shift, 10_000))
    assert ((10_000 + shift, 10_000) in pricks(placed)) == (shift >= 0)


@pytest.mark.parametrize(("at", "kept"), [((20_000, 21_250), True), ((20_003, 21_252), False)])
def test_a_fifth_of_a_micrometre_decides(at: tuple[int, int], kept: bool) -> None:
    """The edge runs 4 to 3, so whole points lie at fifths of a um: 5000 is in, 4999.8 is out."""
    field = field_of("zone", ((0, 0), (40_000, 30_000), (0, 60_000)), (), 5_000)
    placed = place(field, Fit(9_000, lattice(9_000, 0), (0, 0), 1, 0), at)
    assert len(placed) > 1
    assert (at in pricks(placed)) == kept


@given(region=regions(), pitch=st.sampled_from((3_000, 5_000, 10_000)))
@settings(max_examples=40, deadline=None)
def test_the_best_fit_is_never_below_the_plain_lattice_and_keeps_its_count(
    region: Region, pitch: int
) -> None:
    field = field_of("zone", *region, 3_000)
    _, anchor = area_of(field)
    assume(anchor is not None)
    assert anchor is not None
    fit = best_fit(field, pitch, anchor, 300_000, 80_000**2)
    plain = place(field, Fit(pitch, lattice(pitch, 0), (0, 0), 1, 0), anchor)
    assert fit.pricks >= 1
    assert len(place(field, fit, anchor)) >= fit.pricks >= len(plain) - 1


def test_of_equally_full_lattices_the_one_that_keeps_farthest_from_edges_wins() -> None:
    """A lone prick goes to the middle, as nearly as eight shifts each way allow."""
    square = ((0, 0), (20_000, 0), (20_000, 20_000), (0, 20_000))
    field = field_of("zone", square, (), 3_000)
    fit = best_fit(field, 21_000, (5_000, 5_000), 300_000, 20_000**2)
    placed = place(field, fit, (5_000, 5_000))
    assert len(placed) == 1
    assert max(abs(int(placed.x_um[0]) - 10_000), abs(int(placed.y_um[0]) - 10_000)) < 1_500


def test_the_area_is_what_the_margins_leave() -> None:
    area, anchor = area_of(field_of("zone", SQUARE, (), 5_000))
    assert abs(area - 50_000**2) < 50_000**2 // 100
    area, anchor = area_of(field_of("zone", SQUARE, (MOLE,), 5_000))
    hole = 6_000 * 6_000 + 4 * 6_000 * 5_000 + 3.14159 * 5_000**2
    assert abs(area - (50_000**2 - hole)) < 50_000**2 // 100
    assert anchor is not None


def test_mirrored_zones_have_the_same_area() -> None:
    mirrored = tuple((-x, y) for x, y in reversed(CHEEK))
    hole = tuple((-x, y) for x, y in reversed(MOLE))
    one, _ = area_of(field_of("a", CHEEK, (MOLE,), 3_000))
    two, _ = area_of(field_of("b", mirrored, (hole,), 3_000))
    three, _ = area_of(field_of("c", moved(CHEEK, 777, 31), (moved(MOLE, 777, 31),), 3_000))
    assert one == two == three


def test_a_sliver_narrower_than_two_margins_holds_nothing() -> None:
    sliver = ((0, 0), (90_000, 0), (90_000, 5_999), (0, 5_999))
    assert area_of(field_of("zone", sliver, (), 3_000)) == (0, None)


def test_how_many_lattices_are_tried_depends_on_size_alone() -> None:
    assert budgeted(50, 800_000) == (8, 12)
    assert budgeted(500_000, 250_000) == (1, 1)
    work = [f * f * angles for f, angles in (budgeted(n, 10**6) for n in (10, 10**3, 10**4, 10**5))]
    assert work == sorted(work, reverse=True)


@given(st.integers(30, 400), st.integers(5_000, 60_000), st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_a_thinned_ring_stays_within_its_tolerance(count: int, radius: int, wobble: int) -> None:
    turns = np.arange(count) * (2 * np.pi / count)
    r = radius * (1 + wobble / 500 * np.sin(5 * turns))
    ring = tuple(
        dict.fromkeys(
            zip(
                np.rint(r * np.cos(turns)).astype(int).tolist(),
                np.rint(r * np.sin(turns)).astype(int).tolist(),
                strict=True,
            )
        )
    )
    thin = thinned(ring)
    assert set(thin) <= set(ring)
    x, y = np.array([x for x, _ in ring]), np.array([y for _, y in ring])
    assert not keeps_off(x, y, thin, 81).any()
    assert area2_um2(thin) * area2_um2(ring) > 0
