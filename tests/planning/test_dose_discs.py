"""What one square centimetre holds, wherever its middle lies: against every disc there is."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.held import (
    DISC_UM,
    REACH_UM,
    SECOND_ON,
    most_at,
    packed,
    rows,
    widest_with,
)
from mesogun.planning.dose.roll import Places, crowding, crowds, fullest, most_on
from mesogun.planning.place.lattice import lattice

Point = tuple[int, ...]
Middle = tuple[float, ...]
flat_points = st.lists(
    st.tuples(st.integers(-9_000, 9_000), st.integers(-9_000, 9_000)),
    min_size=1,
    max_size=10,
    unique=True,
)
points_in_space = st.lists(
    st.tuples(*[st.integers(-6_000, 6_000)] * 3), min_size=1, max_size=7, unique=True
)


def middles(points: list[Point], radius: int) -> list[Middle]:
    """The middles of all discs (balls) with one, two (or three) of the points on their rim."""
    found: list[Middle] = [tuple(map(float, one)) for one in points]
    for p, q in combinations(points, 2):
        square = sum((b - a) ** 2 for a, b in zip(p, q, strict=True))
        if square > 4 * radius * radius:
            continue
        half = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
        found.append(tuple(half))
        if len(p) == 2:
            aside = ((radius * radius - square / 4) / square) ** 0.5
            dx, dy = q[0] - p[0], q[1] - p[1]
            found += [(half[0] - s * aside * dy, half[1] + s * aside * dx) for s in (1, -1)]
    if len(points[0]) == 3:
        found += [one for three in combinations(points, 3) for one in balls_through(three, radius)]
    return found


def balls_through(three: tuple[Point, ...], radius: int) -> list[Middle]:
    a, b, c = (np.array(one, dtype=np.float64) for one in three)
    u, v = b - a, c - a
    n = np.cross(u, v)
    nn = float(n @ n)
    if nn == 0:
        return []
    to_middle = (np.cross(n, u) * (v @ v) + np.cross(v, n) * (u @ u)) / (2 * nn)
    above2 = radius * radius - float(to_middle @ to_middle)
    if above2 < 0:
        return []
    return [tuple(a + to_middle + s * n * (above2 / nn) ** 0.5) for s in (1, -1)]


def most_in_any(points: list[Point], doses: list[int], radius: int) -> int:
    return max(
        sum(
            dose
            for one, dose in zip(points, doses, strict=True)
            if sum((a - b) ** 2 for a, b in zip(one, middle, strict=True)) <= (radius + 1e-6) ** 2
        )
        for middle in middles(points, radius)
    )


def placed(points: list[Point]) -> Places:
    columns = np.array(points, dtype=np.int64).T
    return Places(columns[0], columns[1], columns[2] if len(columns) == 3 else None)


@given(st.one_of(flat_points, points_in_space), st.data())
@settings(max_examples=150, deadline=None)
def test_the_fullest_disc_or_ball_is_found(points: list[Point], data: st.DataObject) -> None:
    doses = [data.draw(st.integers(0, 40)) for _ in points]
    found = fullest(placed(points), np.array(doses))
    assert most_in_any(points, doses, DISC_UM) <= found <= most_in_any(points, doses, REACH_UM)


@pytest.mark.parametrize("far", [2 * DISC_UM, 2 * REACH_UM, 2 * REACH_UM + 1])
@pytest.mark.parametrize("deep", [False, True])
def test_two_pricks_share_a_disc_up_to_its_width(far: int, deep: bool) -> None:
    for points in ([(0, 0), (far, 0)], [(0, 0), (0, -far)]):
        points = [(*one, 0) for one in points] if deep else points
        assert fullest(placed(points), np.array([3, 4])) == (7 if far <= 2 * REACH_UM else 4)


@given(flat_points, st.data())
@settings(max_examples=100, deadline=None)
def test_each_crowd_is_what_some_disc_holds_and_is_over_the_least_cap(
    points: list[Point], data: st.DataObject
) -> None:
    doses = np.array([data.draw(st.integers(0, 40)) for _ in points])
    caps = np.array([data.draw(st.sampled_from((30, 60, 61))) for _ in points])
    found = list(crowds(placed(points), doses, caps))
    for one in found:
        assert one.cap == caps[one.pricks].min()
        assert one.excess == doses[one.pricks].sum() - one.cap > 0
        inside = [points[k] for k in one.pricks.tolist()]
        assert most_in_any(inside, [1] * len(inside), REACH_UM) == len(inside)
    for middle in middles(points, DISC_UM):
        near = [sum((a - b) ** 2 for a, b in zip(one, middle, strict=True)) for one in points]
        held = [k for k, gap in enumerate(near) if gap <= DISC_UM * DISC_UM]
        if held and doses[held].sum() > caps[held].min():
            assert found


@given(flat_points)
@settings(max_examples=60, deadline=None)
def test_no_disc_that_holds_a_prick_holds_more_than_its_crowding(points: list[Point]) -> None:
    bound = crowding(placed(points)).tolist()
    for middle in middles(points, DISC_UM):
        near = [sum((a - b) ** 2 for a, b in zip(one, middle, strict=True)) for one in points]
        held = [k for k, gap in enumerate(near) if gap <= DISC_UM * DISC_UM]
        assert all(bound[k] >= len(held) for k in held)


def circles() -> list[tuple[Fraction, int]]:
    """Squared radii of circles through lattice points (pitch 1), and what the best one holds."""
    norms = [(i, j) for i in range(-6, 7) for j in range(-6, 7)]
    near = [p for p in norms if p[0] ** 2 + p[0] * p[1] + p[1] ** 2 <= 16]
    best: dict[Fraction, int] = {}
    for p in near:
        n = p[0] ** 2 + p[0] * p[1] + p[1] ** 2
        if n:
            best[Fraction(n, 4)] = max(best.get(Fraction(n, 4), 0), held_by(near, p, None))
    for p, q in combinations([one for one in near if one != (0, 0)], 2):
        cross = p[0] * q[1] - p[1] * q[0]
        if cross:
            n, m = (a * a + a * b + b * b for a, b in (p, q))
            k = (p[0] - q[0]) ** 2 + (p[0] - q[0]) * (p[1] - q[1]) + (p[1] - q[1]) ** 2
            square = Fraction(n * m * k, 3 * cross * cross)
            if square <= 4:
                best[square] = max(best.get(square, 0), held_by(near, p, q))
    return sorted(best.items())


def held_by(near: list[Point], p: Point, q: Point | None) -> int:
    """How many lattice points the circle through 0 and p (as diameter), or 0, p and q, holds."""

    def dot(a: Point, b: Point) -> Fraction:
        return Fraction(2 * a[0] * b[0] + a[0] * b[1] + a[1] * b[0] + 2 * a[1] * b[1], 2)

    if q is None:
        return sum(1 for one in near if dot(one, one) <= dot(one, p))
    det = dot(p, p) * dot(q, q) - dot(p, q) ** 2
    s = (dot(p, p) * dot(q, q) - dot(q, q) * dot(p, q)) / (2 * det)
    t = (dot(p, p) * dot(q, q) - dot(p, p) * dot(p, q)) / (2 * det)
    return sum(1 for one in near if dot(one, one) <= 2 * (s * dot(one, p) + t * dot(one, q)))


def test_the_table_of_smallest_discs_is_found_again() -> None:
    """Every circle through two or three points of the lattice, in fractions, up to two pitches."""
    held, table = 1, []
    for square, count in circles():
        if square <= 4:
            table += [square.numerator * 10**6 // square.denominator] * (count - held)
            held = max(held, count)
    assert tuple(table) == SECOND_ON[: len(table)]
    assert len(table) == held - 1 > 15


@pytest.mark.parametrize("pitch", [1_000, 1_850, 2_000, 3_263, 4_270, 5_000, 5_643, 6_519, 9_776])
def test_no_rounded_lattice_holds_more_than_the_table_says(pitch: int) -> None:
    for angle in range(12):
        assert most_on(*lattice(pitch, angle)) <= most_at(pitch)
    # and the table says no more than a lattice 3 um tighter may really hold
    assert most_at(pitch) <= max(most_on(*lattice(pitch - 6, angle)) for angle in range(12)) + 1


def test_rows_cover_all_spacings_without_a_gap() -> None:
    found = rows(1_200)
    assert found[0][1:] == (0, 1)
    assert found[-1][0] == 1_200
    for (low, _, held), (_, high, more) in pairwise(found):
        assert high == low - 1
        assert more > held
    for low, high, held in found:
        assert most_at(low) == most_at(high or 10**6) == held


def test_beyond_the_table_packing_bounds_what_a_disc_holds() -> None:
    edge = widest_with(len(SECOND_ON) + 2)
    assert most_at(edge) == packed(edge) == rows(edge)[-1][2]
    assert most_at(edge + 1) == len(SECOND_ON) + 1
    assert packed(edge) >= len(SECOND_ON) + 1
    assert packed(5_643) == 1 + 6
    assert packed(5_642) == 1 + 6
    assert packed(11_286) == 1 + 2
