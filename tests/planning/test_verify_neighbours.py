"""How near pricks come: cells tell all that touch and no others, and violations are told whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mesogun.errors import Violation
from mesogun.planning import Limit, Plan, verify
from mesogun.planning.prescription import Earlier, Point3
from mesogun.planning.verify.apart import check_earlier, check_spacing
from mesogun.planning.verify.columns import rows_of_plan
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.limits import tightest
from mesogun.planning.verify.near import Cells, cuts, near_pairs, spread
from mesogun.planning.verify.spacing import is_spaced
from tests.planning.plans_by_hand import Place, bounded, by_hand, giving, only, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone


def columns_of(at: list[Point3]) -> tuple[Any, Any, Any]:
    x, y, z = (np.array([one[axis] for one in at], dtype=np.int64) for axis in range(3))
    return x, y, z


def touch(one: list[int], two: list[int]) -> bool:
    return all(abs(p - q) <= 1 for p, q in zip(one, two, strict=True))


SPREADS = {
    "space": (40, 40, 40, 9),
    "plane": (60, 60, 0, 11),
    "row": (90, 0, 0, 13),
    "column": (0, 90, 0, 13),
    "pile": (0, 0, 90, 13),
    "slab": (50, 3, 50, 10),
    "wide": (9_000_000, 30, 9_000_000, 2),
}


@pytest.mark.parametrize("kind", SPREADS)
@pytest.mark.parametrize("seed", range(3))
def test_cells_pair_what_lies_in_touching_ones_once_and_nothing_else(kind: str, seed: int) -> None:
    *extent, reach = SPREADS[kind]
    rng = np.random.default_rng([seed, *kind.encode()])
    some = [rng.integers(0, one + 1, 40).tolist() for one in extent]
    at: list[Point3] = list(zip(*some, strict=True))
    if kind == "wide":
        at += [(x + dx, y, z) for x, y, z in at[:12] for dx in (3, 9, 10)]
    if kind == "plane":
        # all over a square, so that every cell has all its neighbours
        at += [(x, y, 0) for x in range(0, 60, 7) for y in range(0, 60, 7)]
    low = [min(one[axis] for one in at) for axis in range(3)]
    high = [max(one[axis] for one in at) for axis in range(3)]
    # as wide as the reach at least, and not more than a million across
    side = max(reach, max(b - a for a, b in zip(low, high, strict=True)) // 1_000_000 + 1)

    def cell_of(place: Point3) -> list[int]:
        return [(p - q) // side for p, q in zip(place, low, strict=True)]

    cells = [cell_of(one) for one in at]
    wanted = [
        (a, b) for a in range(len(at)) for b in range(a + 1, len(at)) if touch(cells[a], cells[b])
    ]
    found = Cells(columns_of(at), reach)
    told = [
        (int(a), int(b), int(s)) for some in found.pairs() for a, b, s in zip(*some, strict=True)
    ]
    assert sorted((min(a, b), max(a, b)) for a, b, _ in told) == wanted
    for a, b, square in told:
        assert square == sum((p - q) ** 2 for p, q in zip(at[a], at[b], strict=True))
    # others all around the box, some beyond its last cells
    more = [rng.integers(-4 * reach, one + 4 * reach + 1, 150).tolist() for one in extent]
    others: list[Point3] = list(zip(*more, strict=True))
    # each face of the box from just within a cell to just beyond it
    for axis in range(3):
        for off in (0, 1):
            for edge in (low[axis] - side - off, high[axis] + side + off):
                place = list(at[0])
                place[axis] = edge
                others.append((place[0], place[1], place[2]))
    pairs = [
        (int(a), int(b))
        for some in found.pairs_with(columns_of(others))
        for a, b, _ in zip(*some, strict=True)
    ]
    assert sorted(pairs) == [
        (k, m)
        for k, one in enumerate(others)
        if all(a - side <= p <= b + side for p, a, b in zip(one, low, high, strict=True))
        for m in range(len(at))
        if touch(cell_of(one), cells[m])
    ]


def test_pieces_of_work_are_as_large_as_they_may_be() -> None:
    counts = np.array([2, 3, 1, 7, 4, 2])
    assert list(cuts(counts, 6)) == [slice(0, 3), slice(3, 4), slice(4, 6)]
    assert list(cuts(counts, 5)) == [
        slice(0, 2),
        slice(2, 3),
        slice(3, 4),
        slice(4, 5),
        slice(5, 6),
    ]
    assert list(cuts(np.array([0, 0, 1_000_000, 1]))) == [slice(0, 3), slice(3, 4)]
    k, m = spread(np.array([4, 9, 0]), np.array([6, 9, 3]))
    assert list(zip(k.tolist(), m.tolist(), strict=True)) == [
        (0, 4),
        (0, 5),
        (2, 0),
        (2, 1),
        (2, 2),
    ]


def test_two_points_are_a_pair_and_one_is_none() -> None:
    assert list(near_pairs(columns_of([(0, 0, 0), (3, 4, 0)]), 6)) == [(0, 1, 25)]
    assert not list(near_pairs(columns_of([(0, 0, 0), (3, 4, 0)]), 5))
    assert not list(near_pairs(columns_of([(0, 0, 0)]), 5))
    one, two = np.array([0, 3]), np.array([0, 4])
    assert is_spaced(one, two, 5)
    assert not is_spaced(one, two, 6)
    assert is_spaced(one[:1], two[:1], 6)


@pytest.mark.parametrize("spacing", [1, 2, 3, 5, 9_999, 10_000, 10_001, 500_000])
def test_spacing_holds_at_the_bound_on_a_grid_of_any_size(spacing: int) -> None:
    """A square lattice of exactly the spacing, and the same with one point 1 um too near."""
    x, y = (one.ravel() * spacing for one in np.mgrid[0:13, 0:11])
    assert is_spaced(x - 7, y + 5, spacing)
    for row in (0, 60, len(x) - 1):
        near_x = x.copy()
        near_x[row] += 1 if x[row] == 0 else -1
        assert not is_spaced(near_x, y, spacing)


def test_points_of_a_long_row_and_of_a_long_column_are_compared_across_pieces() -> None:
    """More cells than are looked at together: neighbours stand in two pieces."""
    at = np.arange(40_000) * 3
    none = np.zeros_like(at)
    for x, y in ((at, none), (none, at)):
        assert is_spaced(x, y, 3)
        for row in (1, 16_383, 16_384, 16_385, 32_768, 39_999):
            near = x.copy(), y.copy()
            near[0 if x[1] else 1][row] -= 1
            assert not is_spaced(*near, 3)


def spaced(made: Plan) -> tuple[bool, list[Violation]]:
    found = Findings()
    bounds = tightest(made.prescription, found)
    assert bounds is not None
    answer = check_spacing(made, bounds, rows_of_plan(made), found)
    return answer, found.all


def too_near(value: int, bound: int, where: str, pricks: tuple[int, ...], note: str) -> Violation:
    return Violation(
        "spacing_um_min", value, bound, "um", "preset spacing_um_min", where, pricks, note
    )


def two_zones(*places: Place, of: list[int], **changes: Any) -> Plan:
    asked = order(zone("a", SQUARE), zone("b", moved(SQUARE, 70_000, 0)))
    asked = replace(asked, limits=(*asked.limits, *changes.pop("limits", ())))
    return by_hand(giving(asked, len(places) * 10_000), places, zone=of, **changes)


def test_within_a_zone_the_nearest_and_all_pairs_are_told() -> None:
    made = two_zones(
        (5_000, 5_000), (9_000, 5_000), (13_000, 5_000), (75_000, 5_000), (79_999, 5_000),
        of=[0, 0, 0, 1, 1],
    )  # fmt: skip
    assert spaced(made) == (
        False,
        [
            too_near(4_000, 5_000, "a", (0, 1, 2), "2 pairs"),
            too_near(4_999, 5_000, "b", (3, 4), "1 pairs"),
        ],
    )


def test_a_zone_that_is_well_spaced_does_not_end_the_search() -> None:
    made = two_zones(
        (5_000, 5_000), (10_000, 5_000), (75_000, 5_000), (79_999, 5_000), of=[0, 0, 1, 1]
    )  # fmt: skip
    assert spaced(made) == (False, [too_near(4_999, 5_000, "b", (2, 3), "1 pairs")])


def test_across_zones_the_larger_spacing_holds() -> None:
    wide = Limit("spacing_um_min", 9_000, "um", 0, "wide", "test")
    places = [(40_000, 5_000), (49_000, 5_000)]
    assert spaced(two_zones(*places, of=[0, 1], limits=(wide,))) == (True, [])
    near = two_zones((40_001, 5_000), (49_000, 5_000), of=[0, 1], limits=(wide,))
    note = "1 pairs across zones 'a' and 'b'"
    assert spaced(near) == (
        False, [Violation("spacing_um_min", 8_999, 9_000, "um", "wide", "b", (0, 1), note)]
    )  # fmt: skip
    # of equal spacings the first zone's is told
    equal = two_zones((45_000, 5_000), (49_000, 5_000), of=[0, 1])
    assert spaced(equal) == (False, [too_near(4_000, 5_000, "b", (0, 1), note)])


@pytest.mark.parametrize("dx", [-1, 0, 1])
@pytest.mark.parametrize("dy", [-1, 0, 1])
def test_pricks_of_two_zones_are_found_near_each_other_on_every_side(dx: int, dy: int) -> None:
    """One prick of b beside a square of a's, 3 mm beyond its rim and then 5 mm."""
    if dx == dy == 0:
        return
    square = [(x, y) for x in (20_000, 30_000, 40_000) for y in (20_000, 30_000, 40_000)]
    x, y = 30_000 + dx * 10_000, 30_000 + dy * 10_000
    nearest = square.index((x, y))
    for off, near in ((2_999, True), (5_000, False)):
        made = two_zones(*square, (x + dx * off, y + dy * off), of=[0] * 9 + [1])
        answer, told = spaced(made)
        assert answer is not near
        assert [one.pricks for one in told] == [(nearest, 9)] * near


def test_only_pairs_of_two_zones_are_counted_across_zones() -> None:
    made = two_zones((43_000, 5_000), (44_000, 5_000), (47_000, 5_000), of=[0, 0, 1])
    note = "2 pairs across zones 'a' and 'b'"
    assert spaced(made) == (
        False,
        [
            too_near(1_000, 5_000, "a", (0, 1), "1 pairs"),
            too_near(3_000, 5_000, "b", (0, 2, 1), note),
        ],
    )


def test_pricks_in_the_corners_of_all_that_is_allowed_are_far_apart() -> None:
    far = 10_000_000
    at: list[Point3] = [(-far, -far, -far), (far, far, far), (0, 0, 0), (0, 4_000, 3_000)]
    assert list(near_pairs(columns_of(at), 5_001)) == [(2, 3, 25_000_000)]
    pairs = Cells(columns_of(at), 5_001).pairs_with(columns_of([(far, far - 1, far)]))
    met = [(a, b) for some in pairs for a, b, _ in zip(*some, strict=True)]
    assert met == [(0, 1)]


def test_a_zone_without_pricks_is_near_to_nothing() -> None:
    for of in ([0, 0], [1, 1]):
        assert spaced(two_zones((5_000, 5_000), (15_000, 5_000), of=of)) == (True, [])


def test_what_the_plan_promises_is_told_apart_from_what_is_prescribed() -> None:
    asked = order(zone("a", SQUARE), volume_nl=30_000)
    note = "2 pairs are nearer than the plan promises"

    def promised(step_um: int, pitch_um: int) -> tuple[bool, list[Violation]]:
        return spaced(by_hand(asked, row_of_points(3, step_um), pitch_um=pitch_um))

    told = Violation("pitch_um", 5_000, 5_001, "um", "plan", "a", (0, 1, 2), note)
    assert promised(5_000, 5_001) == (True, [told])
    assert promised(5_000, 5_000) == (True, [])
    assert promised(20_001, 20_002) == (True, [replace(told, value=20_001, bound=20_002)])
    assert promised(20_001, 20_003) == (True, [])
    near = too_near(4_999, 5_000, "a", (0, 1, 2), "2 pairs")
    assert promised(4_999, 5_000) == (False, [near])
    assert promised(4_999, 4_000) == (False, [near])
    assert promised(4_999, 5_001) == (False, [near, replace(told, value=4_999)])


def test_at_most_a_hundred_pricks_of_many_pairs_are_told() -> None:
    asked = bounded(order(zone("a", SQUARE), volume_nl=1_200_000), "spacing_um_min", 401)
    places = [(3_000 + 400 * k, 5_000) for k in range(120)]
    made = by_hand(
        replace(
            asked,
            limits=tuple(
                replace(one, value=401) if one.name == "spacing_um_min" else one
                for one in asked.limits
            ),
        ),
        places,
    )
    answer, told = spaced(made)
    assert not answer
    assert [(one.value, one.pricks, one.note) for one in told] == [
        (400, tuple(range(100)), "119 pairs")
    ]


def earlier(made: Plan, *records: Earlier) -> list[Violation]:
    found = Findings()
    again = replace(made, prescription=replace(made.prescription, earlier=records))
    check_earlier(again, rows_of_plan(again), found)
    return found.all


def test_pricks_of_earlier_sessions_are_kept_off_record_by_record() -> None:
    made = by_hand(order(zone("a", SQUARE), volume_nl=30_000), row_of_points(3, 6_000))
    first = Earlier("r-1", "2026-01-01", 3_001, ((5_000, 8_000, 0), (11_000, 7_000, 0)))
    second = Earlier("r-2", "2026-02-02", 1, ((17_000, 5_000, 0),))
    note = "to pricks of 2026-01-01"
    one = Violation("distance_um", 2_000, 3_001, "um", "record r-1", None, (0, 1), note)
    two = Violation("distance_um", 0, 1, "um", "record r-2", None, (2,), "to pricks of 2026-02-02")
    assert earlier(made, first, second) == [one, two]
    assert earlier(made, replace(first, distance_um=2_000), replace(second, distance_um=0)) == []
    assert earlier(made, replace(first, points_um=())) == []
    above = Earlier("r-3", "d", 1_001, ((5_000, 5_000, 1_000), (5_000, 5_000, -1_000)))
    assert [each.value for each in earlier(made, above)] == [1_000]
    assert earlier(made, replace(above, distance_um=1_000)) == []


def test_all_that_is_checked_of_places_is_checked_by_verify() -> None:
    made = by_hand(order(zone("a", SQUARE), volume_nl=30_000), row_of_points(3, 5_000))
    verify(made)
    record = Earlier("r", "d", 1, ((5_000, 5_000, 0),))
    near = replace(made, prescription=replace(made.prescription, earlier=(record,)))
    assert only(near).limit == "distance_um"
