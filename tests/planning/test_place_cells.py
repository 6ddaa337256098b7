"""Cells hold every point where a prick may be, and how many lattices are tried is a table."""

from __future__ import annotations

import numpy as np
import pytest

from mesogun.errors import PlanError
from mesogun.planning import Ring, check_region
from mesogun.planning.place.fit import budgeted, cells_of, exactly_free
from mesogun.planning.place.gaps import (
    Cells,
    cells_of_zone,
    not_beyond,
    not_taken,
    open_middles,
    reach_of,
)
from mesogun.planning.place.raster import Field, field_of

SPAN = np.arange(-45, 46)
X, Y = (one.ravel() for one in np.meshgrid(SPAN, SPAN))


def some_field(seed: int) -> Field | None:
    """A region of some dozens of um, with a hole and a disc or without."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 9))
    angles = np.sort(rng.choice(36, count, replace=False)) * np.pi / 18
    radii = rng.integers(9, 42, count)
    ring: Ring = tuple(
        (int(r * np.cos(a)), int(r * np.sin(a))) for r, a in zip(radii, angles, strict=True)
    )
    x, y, size = (int(one) for one in rng.integers((-9, -9, 2), (10, 10, 9)))
    hole: Ring = ((x, y), (x + size, y), (x, y + size))
    holes = (hole,) if seed % 3 == 0 else ()
    try:
        check_region(ring, holes, "x")
    except PlanError:
        return None
    discs = rng.integers(-40, 41, (2, seed % 2)), rng.integers(3, 20, seed % 2)
    return field_of("x", ring, holes, seed % 5, (discs[0][0], discs[0][1], discs[1]))


def held(cells: Cells) -> set[tuple[int, int]]:
    """Every whole-um point of some cells."""
    step = np.arange(cells.side)
    x = (cells.x[:, None, None] + step[None, :, None] + 0 * step[None, None, :]).ravel()
    y = (cells.y[:, None, None] + 0 * step[None, :, None] + step[None, None, :]).ravel()
    return set(zip(x.tolist(), y.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(60))
def test_no_point_where_a_prick_may_be_is_lost_with_its_cell(seed: int) -> None:
    field = some_field(seed)
    if field is None:
        return
    rng = np.random.default_rng([seed, 1])
    pitch = int(rng.integers(4, 41))
    free = exactly_free(field, X, Y, field.off_um)
    there = rng.permutation(np.flatnonzero(free))[: seed % 3]
    x, y = X[there], Y[there]
    gaps = (X[:, None] - x) ** 2 + (Y[:, None] - y) ** 2
    free &= (gaps >= pitch * pitch).all(axis=1)
    wanted = set(zip(X[free].tolist(), Y[free].tolist(), strict=True))
    cells = cells_of_zone(field, pitch, x, y)
    while True:
        assert wanted <= held(cells)
        middles = open_middles(cells, field, x, y, pitch)
        found = set(zip(*(one.tolist() for one in middles), strict=True))
        half = cells.side // 2
        assert (
            found
            == {(int(a) + half, int(b) + half) for a, b in zip(cells.x, cells.y, strict=True)}
            & wanted
        )
        if cells.side == 1:
            break
        cells = not_beyond(not_taken(cells.split(), x, y, pitch), field)
    # down to single points nothing else is left
    assert held(not_beyond(not_taken(cells, x, y, pitch), field)) == wanted


def test_a_cell_s_middle_reaches_all_of_it() -> None:
    assert [reach_of(side) for side in (1, 2, 4, 8, 1_024)] == [0, 2, 3, 6, 725]
    for side in (1, 2, 4, 8, 64):
        half = side // 2
        assert max(half, side - 1 - half) ** 2 * 2 <= reach_of(side) ** 2
    cells = Cells(np.array([0, 8]), np.array([5, 5]), 8)
    assert [one.tolist() for one in cells.middle] == [[4, 12], [9, 9]]
    four = cells.split()
    assert (four.side, four.x.tolist(), four.y.tolist()) == (
        4, [0, 4, 0, 4, 8, 12, 8, 12], [5, 5, 9, 9, 5, 5, 9, 9],
    )  # fmt: skip


def test_cells_begin_at_a_quarter_of_the_spacing_or_less() -> None:
    square: Ring = ((0, 0), (40, 0), (40, 40), (0, 40))
    field, none = field_of("x", square, (), 1), np.zeros(0, dtype=np.int64)
    sides = [cells_of_zone(field, pitch, none, none).side for pitch in (1, 7, 8, 15, 16, 31, 32)]
    assert sides == [1, 1, 2, 2, 4, 4, 8]


def test_of_cells_a_prick_takes_those_that_are_wholly_nearer_than_the_spacing() -> None:
    """A cell of 4 by 4 points whose farthest corner is (3, 4) from the prick: 5 um."""
    cells = Cells(np.array([0]), np.array([1]), 4)
    x, y = np.array([0]), np.array([0])
    assert len(not_taken(cells, x, y, 5)) == 1
    assert len(not_taken(cells, x, y, 6)) == 0
    assert len(not_taken(cells, -x - 1, y, 6)) == 0
    assert len(not_taken(cells, x + 3, y + 8, 7)) == 1
    assert len(not_taken(cells, x + 3, y + 8, 8)) == 0


@pytest.mark.parametrize(
    ("most", "told"),
    [
        (76_800, (8, 12)), (76_799, (8, 6)), (38_400, (8, 6)), (38_399, (8, 3)), (19_200, (8, 3)),
        (19_199, (4, 6)), (9_600, (4, 6)), (9_599, (4, 3)), (4_800, (4, 3)), (4_799, (2, 6)),
        (2_400, (2, 6)), (2_399, (1, 12)), (1_200, (1, 12)), (1_199, (1, 6)), (600, (1, 6)),
        (599, (1, 3)), (300, (1, 3)), (299, (1, 1)), (1, (1, 1)),
    ],
)  # fmt: skip
def test_a_lattice_of_a_hundred_samples_is_tried_as_often_as_the_budget_allows(
    most: int, told: tuple[int, int]
) -> None:
    assert budgeted(100, most) == told
    finest = min(4, told[0])
    coarser = budgeted(100, most, 4)
    assert coarser[0] <= finest or told[0] < 8
    assert coarser == (told if told[0] < 8 else (4, 12 if most >= 19_200 else 6))


def test_the_samples_of_a_lattice_are_estimated() -> None:
    assert cells_of(0, 0, 1_000, 1) == 16
    assert cells_of(5_000_000, 0, 1_000, 1) == 22
    assert cells_of(0, 5_000_000, 1_000, 2) == 88
    assert cells_of(4_000_000, 5_000_000, 1_000, 3) == 198
    assert cells_of(10**9, 0, 1_000, 1) == 1_216
