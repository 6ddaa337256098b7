"""Heads of several needles cover a zone's lattice: whole shots, no place twice, few left over."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import Head, Point, Ring, fast
from mesogun.planning.order.shots import numbered, order_shots, rows_of
from mesogun.planning.place.fit import Placed, area_of, best_fit, place
from mesogun.planning.place.heads import cover, turns
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.raster import Integers, field_of
from mesogun.planning.place.spots import Spots, of_points, on_lattice
from mesogun.planning.timing import firsts, places

PATTERNS: dict[str, tuple[Point, ...]] = {
    "line-5": tuple((k, 0) for k in range(5)),
    "stamp-9": tuple((i, j) for j in range(3) for i in range(3)),
    "pen-12": tuple((i, j) for j in range(3) for i in range(4)),
    "flower-7": ((0, 0), (1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)),
    "hook-3": ((2, 0), (0, 0), (0, 1)),
    "pair": ((0, 0), (1, 0)),
    "far pair": ((0, 0), (3, -1)),
}
SINGLE = Head("single", ((0, 0),), 0, "test")
PITCH = 3_000


def head(name: str, pitch_um: int = PITCH) -> Head:
    return Head(name, PATTERNS[name], pitch_um, "test")


def spots_at(points: list[Point], pitch: int = PITCH) -> Spots:
    by_row = sorted((j, i) for i, j in points)
    i, j = np.array([i for _, i in by_row]), np.array([j for j, _ in by_row])
    return on_lattice(Placed(pitch, lattice(pitch, 0), (17, -5), i, j))


def points_of(spots: Spots) -> list[Point]:
    assert spots.lattice is not None
    return list(zip(spots.lattice.i.tolist(), spots.lattice.j.tolist(), strict=True))


def turned_by_hand(needles: tuple[Point, ...]) -> list[list[tuple[float, float]]]:
    """Where the needles of a head are, in steps, after each sixth of a turn."""
    told = []
    for sixth in range(6):
        angle = -sixth * math.pi / 3
        cos, sin = math.cos(angle), math.sin(angle)
        flat = [(i + j / 2, j * math.sqrt(3) / 2) for i, j in needles]
        told.append([(x * cos - y * sin, x * sin + y * cos) for x, y in flat])
    return told


def is_a_turn(shape: list[Point], needles: tuple[Point, ...]) -> bool:
    own = [(i + j / 2, j * math.sqrt(3) / 2) for i, j in shape]
    return any(
        all(math.dist(a, b) < 0.01 for a, b in zip(own, one, strict=True))
        for one in turned_by_hand(needles)
    )


def most_shots(points: list[Point], needles: tuple[Point, ...]) -> int:
    """The most shots that fit, by trying all: for each place, no shot or any shot that has it."""
    places = {one: number for number, one in enumerate(sorted(points, key=lambda p: (p[1], p[0])))}
    masks = []
    for pattern in {tuple(sorted(one)) for one in turns(needles)}:
        for i, j in points:
            cells = [(i + di, j + dj) for di, dj in pattern]
            if all(cell in places for cell in cells):
                masks.append(sum(1 << places[cell] for cell in cells))
    by_lowest: dict[int, list[int]] = {}
    for mask in set(masks):
        by_lowest.setdefault((mask & -mask).bit_length() - 1, []).append(mask)

    @cache
    def best(at: int, used: int) -> int:
        if at == len(places):
            return 0
        found = best(at + 1, used >> at + 1 << at + 1)
        for mask in by_lowest.get(at, ()):
            if not mask & used:
                found = max(found, 1 + best(at + 1, (used | mask) >> at + 1 << at + 1))
        return found

    return best(0, 0)


def check_shots(before: Spots, after: Spots, needles: tuple[Point, ...], left_out: int) -> int:
    """See that shots are whole, turned only, and none prick twice; return how many there are."""
    assert after.head is not None
    assert after.needle is not None
    points = points_of(after)
    assert len(set(points)) == len(points)
    assert set(points) <= set(points_of(before))
    assert len(points) + left_out == len(before)
    multi = int((after.head == 0).sum())
    assert after.head.tolist() == [0] * multi + [1] * (len(after) - multi)
    shots = multi // len(needles)
    assert after.shot.tolist() == [k // len(needles) for k in range(multi)] + list(
        range(shots, shots + len(after) - multi)
    )
    for shot in range(shots):
        rows = np.flatnonzero(after.shot == shot)
        assert after.needle[rows].tolist() == list(range(len(needles)))
        origin = points[rows[needles.index((0, 0))]]
        shape = [(points[row][0] - origin[0], points[row][1] - origin[1]) for row in rows]
        assert is_a_turn(shape, needles)
    assert not after.needle[multi:].any()
    placed = after.lattice
    assert placed is not None
    assert (after.x_um == placed.x_um).all()
    assert (after.y_um == placed.y_um).all()
    return shots


small = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, unique=True)


@given(small, st.sampled_from(("line-5", "hook-3", "pair", "far pair", "flower-7")))
@settings(max_examples=150, deadline=None)
def test_shots_are_whole_and_never_more_than_the_best_of_all(
    points: list[Point], name: str
) -> None:
    before = spots_at(points)
    told = cover(before, (head(name), SINGLE))
    shots = check_shots(before, told.spots, PATTERNS[name], told.left_out)
    assert told.left_out == 0
    best = most_shots(points, PATTERNS[name])
    assert shots <= best
    assert shots >= best - 1 - best // 5
    if shots:
        alone = cover(before, (head(name),))
        assert check_shots(before, alone.spots, PATTERNS[name], alone.left_out) == shots
        assert alone.left_out == len(points) - shots * len(PATTERNS[name])
    else:
        with pytest.raises(PlanError, match="fits nowhere: it has"):
            cover(before, (head(name),))


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("sixth", range(6))
def test_a_head_that_fits_exactly_leaves_nothing_however_it_is_turned(
    name: str, sixth: int
) -> None:
    pattern = PATTERNS[name]
    for _ in range(sixth):
        pattern = tuple((i + j, -i) for i, j in pattern)
    told = cover(spots_at(list(pattern)), (head(name),))
    assert check_shots(spots_at(list(pattern)), told.spots, PATTERNS[name], told.left_out) == 1
    assert told.left_out == 0


def test_a_mirrored_head_does_not_fit() -> None:
    mirrored = [(j, i) for i, j in ((2, 0), (0, 0), (0, 1))]
    assert cover(spots_at(mirrored), (head("hook-3"), SINGLE)).spots.head is not None
    with pytest.raises(PlanError, match="fits nowhere"):
        cover(spots_at(mirrored), (head("hook-3"),))


@pytest.mark.parametrize(
    ("name", "wide", "tall"),
    [("line-5", 15, 4), ("stamp-9", 9, 6), ("pen-12", 8, 6), ("pair", 7, 2)],
)
def test_a_field_made_of_shots_is_covered_whole(name: str, wide: int, tall: int) -> None:
    before = spots_at([(i, j) for i in range(wide) for j in range(tall)])
    told = cover(before, (head(name),))
    assert check_shots(before, told.spots, PATTERNS[name], told.left_out) == wide * tall // len(
        PATTERNS[name]
    )
    assert told.left_out == 0


def ragged(count: int, pitch: int) -> Placed:
    """About `count` places in a zone with bays and two holes."""
    size = int(math.sqrt(count * pitch * pitch * 0.93 / math.pi))

    def ring(x: int, y: int, r: float, bays: float, corners: int) -> Ring:
        turns_ = [2 * math.pi * k / corners for k in range(corners)]
        radii = [r * (1 + bays * math.sin(3 * t) + bays / 3 * math.sin(7 * t)) for t in turns_]
        both = zip(radii, turns_, strict=True)
        return tuple((round(x + q * math.cos(t)), round(y + q * math.sin(t))) for q, t in both)

    holes = (
        ring(size // 3, size // 4, size / 8, 0, 20),
        ring(-size // 2, -size // 5, size / 10, 0, 20),
    )
    field = field_of("zone", ring(0, 0, size, 0.15, 160), holes, 1_000)
    _, anchor = area_of(field)
    assert anchor is not None
    return place(field, best_fit(field, pitch, anchor, 300_000, 10**10), anchor)


@pytest.mark.parametrize(
    ("name", "share"), [("line-5", 0.87), ("stamp-9", 0.834), ("pen-12", 0.79), ("flower-7", 0.837)]
)
def test_of_a_thousand_places_as_many_are_covered_as_promised(name: str, share: float) -> None:
    before = on_lattice(ragged(1_000, PITCH))
    assert 950 < len(before) < 1_050
    told = cover(before, (head(name),))
    check_shots(before, told.spots, PATTERNS[name], told.left_out)
    assert len(told.spots) >= share * len(before)


@pytest.mark.parametrize("name", ["line-5", "stamp-9"])
def test_of_a_hundred_places_all_but_a_few_shots_of_the_best_are_found(name: str) -> None:
    """Against a solver of whole-number programs, where it is there."""
    cp_model = pytest.importorskip("ortools.sat.python.cp_model")
    before = on_lattice(ragged(100, PITCH))
    points = points_of(before)
    there = set(points)
    model = cp_model.CpModel()
    over: dict[Point, list[object]] = {one: [] for one in points}
    shots = []
    for pattern in turns(PATTERNS[name]):
        for i, j in points:
            cells = [(i + di, j + dj) for di, dj in pattern]
            if there.issuperset(cells):
                shots.append(model.new_bool_var(""))
                for cell in cells:
                    over[cell].append(shots[-1])
    for ones in over.values():
        model.add_at_most_one(ones)
    model.maximize(sum(shots))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    told = cover(before, (head(name), SINGLE))
    found = check_shots(before, told.spots, PATTERNS[name], told.left_out)
    assert solver.objective_value - 1 <= found <= solver.objective_value


def test_compiled_or_not_the_shots_are_the_same() -> None:
    pytest.importorskip("numba")
    before = on_lattice(ragged(300, PITCH))
    told = []
    try:
        for mode in ("never", "always"):
            fast.use(mode)  # type: ignore[arg-type]
            told.append(cover(before, (head("stamp-9"),)).spots)
    finally:
        fast.use("auto")
    assert (told[0].x_um == told[1].x_um).all()
    assert (told[0].y_um == told[1].y_um).all()


def test_a_single_needle_leaves_the_pricks_as_they_are() -> None:
    before = spots_at([(0, 0), (4, 1)])
    for heads in ((), (SINGLE,), (SINGLE, SINGLE)):
        told = cover(before, heads)
        assert told.spots is before
        assert told.left_out == 0


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ((Head("odd", ((1, 0), (2, 0)), PITCH, ""),), "one at \\(0, 0\\)"),
        ((Head("twice", ((0, 0), (0, 0)), PITCH, ""),), "in different places"),
        ((head("pair"), head("pair")), "cannot finish each other"),
        ((head("pair"), SINGLE, SINGLE), "cannot finish each other"),
        ((head("pair", 2_999),), "2.999 mm apart .* that are 3 mm apart"),
    ],
)
def test_heads_that_do_not_go_together_are_refused(heads: tuple[Head, ...], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        cover(spots_at([(0, 0), (1, 0)]), heads)


def test_free_points_are_no_ground_for_a_head_of_several_needles() -> None:
    nought = np.zeros(2, dtype=np.int64)
    with pytest.raises(PlanError, match="needs pricks on a lattice"):
        cover(of_points(np.array([0, PITCH]), nought, nought, PITCH), (head("pair"),))


def row_by_row(
    x: Integers, y: Integers, z: Integers, comes_from: object, goes_to: object
) -> tuple[Integers, int]:
    """A router that goes from left to right and notes where it came from."""
    seen.append((comes_from, goes_to))
    return np.lexsort((y, x)), 10 * len(x)


seen: list[tuple[object, object]] = []


def test_shots_of_the_first_head_come_first_and_their_pricks_stay_together() -> None:
    before = cover(spots_at([(i, j) for i in range(7) for j in range(3)]), (head("line-5"), SINGLE))
    spots, count = before.spots, len(before.spots)
    seen.clear()
    rows, bound = order_shots(spots, (1, 2), (3, 4, 5), row_by_row)
    after = spots.taken(rows)
    assert after.head is not None
    assert spots.head is not None
    assert after.needle is not None
    multi = int((spots.head == 0).sum())
    assert sorted(rows.tolist()) == list(range(count))
    assert after.head.tolist() == sorted(spots.head.tolist())
    assert after.needle[:multi].tolist() == [0, 1, 2, 3, 4] * (multi // 5)
    assert bound == 10 * (multi // 5 + count - multi)
    assert numbered(after.shot).tolist() == sorted(spots.shot.tolist())
    where = places(after.x_um, after.y_um, after.z_um, firsts(after.shot))
    shots = multi // 5
    assert where.x_um[:shots].tolist() == sorted(where.x_um[:shots].tolist())
    last = tuple(int(one[shots - 1]) for one in where)
    assert seen == [((1, 2), None), (last, (3, 4, 5))]


def test_without_heads_shots_are_pricks() -> None:
    spots = spots_at([(3, 0), (1, 0), (2, 0)])
    seen.clear()
    rows, bound = order_shots(spots, None, None, row_by_row)
    assert rows.tolist() == [0, 1, 2]
    assert bound == 30
    assert seen == [(None, None)]


def test_rows_of_shots_are_listed_shot_by_shot() -> None:
    assert rows_of(np.array([0, 2, 3]), np.array([1, 2, 0]), 7).tolist() == [2, 3, 4, 5, 6, 0, 1]
    assert numbered(np.array([4, 4, 2, 7, 7, 4])).tolist() == [0, 0, 1, 2, 2, 3]
