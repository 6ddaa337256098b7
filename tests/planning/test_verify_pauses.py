"""The check of pauses, fillings, needles, rests and times."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Plan, verify
from mesogun.planning.plan import Pause, PauseKind, Settled
from mesogun.planning.prescription import Motion, Prescription, Rest
from tests.planning.plans_by_hand import (
    bounded,
    by_hand,
    found,
    giving,
    only,
    row_of_points,
    violations,
)
from tests.planning.samples import SQUARE, moved, order, zone


def pause(shot: int, kind: PauseKind = "refill", wait_us: int = 0) -> Pause:
    return Pause(shot, kind, wait_us, "test")


def line(count: int, *pauses: Pause, rest: Rest | None = None, **values: int) -> Plan:
    """Pricks 5 mm apart, one after the other, 10 uL each."""
    rx = order(zone("square", SQUARE, rest=rest), volume_nl=count * 10_000, **values)
    return by_hand(rx, row_of_points(count, 5_000), pauses=pauses)


def test_one_filling_gives_what_it_holds_and_not_one_nl_more() -> None:
    verify(line(4, syringe_volume_nl_max=40_000))
    wrong = only(line(4, syringe_volume_nl_max=39_999))
    assert (wrong.limit, wrong.value, wrong.bound) == ("syringe_volume_nl_max", 40_000, 39_999)
    assert wrong.pricks == (0, 1, 2, 3)
    assert wrong.origin == "preset syringe_volume_nl_max"


def test_a_filling_that_was_given_is_a_fact() -> None:
    """Two pricks took 20 uL together; a filling holds 19,999 nL."""
    made = line(4, pause(2), syringe_volume_nl_max=19_999)
    done = Settled("sha256:" + "0" * 64, (0, 1), (10_000, 10_000))
    late = only(replace(made, settled=done))
    assert late.pricks == (2, 3)
    half = replace(made, settled=replace(done, rows=(0,), given_nl=(10_000,)))
    assert [one.pricks for one in violations(half)] == [(0, 1), (2, 3)]


def test_a_refill_begins_a_new_filling_and_other_pauses_do_not() -> None:
    verify(line(4, pause(2), syringe_volume_nl_max=20_000))
    late = only(line(4, pause(3), syringe_volume_nl_max=20_000))
    assert (late.value, late.pricks) == (30_000, (0, 1, 2))
    assert "one filling, shots 0 to 2" in late.note
    for other in (pause(2, "needle"), pause(2, "rest", 1)):
        assert only(line(4, other, syringe_volume_nl_max=20_000)).value == 40_000


def test_a_needle_gives_so_many_pricks_and_not_one_more() -> None:
    verify(line(4, needle_pricks_max=4))
    worn = only(line(4, needle_pricks_max=3))
    assert (worn.limit, worn.value, worn.pricks) == ("needle_pricks_max", 4, (0, 1, 2, 3))
    verify(line(4, pause(1, "needle"), needle_pricks_max=3))
    late = only(line(5, pause(1, "needle"), needle_pricks_max=3))
    assert (late.value, late.pricks) == (4, (1, 2, 3, 4))
    assert "one needle, shots 1 to 4" in late.note
    assert only(line(4, pause(2, "refill"), needle_pricks_max=3)).value == 4


def two_products(*pauses: Pause, products: tuple[int, int] = (0, 1), **values: int) -> Plan:
    """Two pricks of one zone, then two of another that has a product of its own."""
    first = zone("a", SQUARE, product=products[0])
    rx = order(first, zone("b", moved(SQUARE, 70_000, 0), product=products[1]), **values)
    places = [*row_of_points(2, 5_000), *row_of_points(2, 5_000, (75_000, 5_000))]
    return by_hand(giving(rx, 20_000, 20_000), places, zone=[0, 0, 1, 1], pauses=pauses)


def test_a_change_of_products_needs_a_pause() -> None:
    verify(two_products(pause(2, "product")))
    none = only(two_products())
    assert (none.limit, none.pricks) == ("pauses", (2,))
    assert "the product changes without a pause before shot 2" in none.note
    late = [one.note for one in violations(two_products(pause(3, "product")))]
    assert any("does not change at its pause before shot 3" in one for one in late)


def test_a_new_product_comes_with_a_new_filling_and_a_new_needle() -> None:
    verify(two_products(pause(2, "product"), needle_pricks_max=2, syringe_volume_nl_max=20_000))
    assert {"needle_pricks_max", "syringe_volume_nl_max"} == {
        one.limit
        for one in violations(
            two_products(pause(2, "product"), needle_pricks_max=1, syringe_volume_nl_max=19_999)
        )
    }


def test_products_come_one_after_the_other() -> None:
    wrong = found(two_products(pause(2, "product"), products=(1, 0)), "product")
    assert (wrong.value, wrong.bound, wrong.pricks) == (0, 1, (2,))


@pytest.mark.parametrize(
    ("pauses", "value", "bound", "note"),
    [
        ((pause(4),), 4, 3, "no such shot"),
        ((pause(-1),), -1, 3, "no such shot"),
        ((pause(2), pause(1)), 1, 2, "pauses are in order"),
        ((pause(1, "lunch"),), 0, 1, "of no known kind"),  # type: ignore[arg-type]
        ((pause(1, "refill", 1),), 1, 0, "its wait"),
        ((pause(1, "needle", -1),), -1, 0, "its wait"),
        ((pause(1, "rest", 0),), 0, 1, "its wait"),
        ((pause(1, "rest", 86_400_000_001),), 86_400_000_001, 86_400_000_000, "its wait"),
    ],
)
def test_a_pause_that_means_nothing_is_named(
    pauses: tuple[Pause, ...], value: int, bound: int, note: str
) -> None:
    wrong = only(replace(line(4), pauses=pauses) if value < 0 or value == 4 else line(4, *pauses))
    assert (wrong.limit, wrong.value, wrong.bound) == ("pauses", value, bound)
    assert note in wrong.note


def test_pauses_may_share_a_shot_and_stand_before_the_first_and_the_last() -> None:
    verify(line(4, pause(0), pause(0, "needle"), pause(3), pause(3, "rest", 86_400_000_000)))


def test_neighbours_rest_for_so_many_shots() -> None:
    """Pricks 5 mm apart in a line: neighbours follow each other, others are 10 mm apart."""
    near = Rest(5_000, 1, 0)
    wrong = only(line(3, rest=near))
    assert (wrong.limit, wrong.value, wrong.bound) == ("rest_shots", 0, 1)
    assert wrong.pricks == (0, 1, 2)
    verify(line(3, rest=Rest(4_999, 1, 0)))
    verify(line(3, rest=Rest(5_000, 0, 0)))
    verify(line(1, rest=near))
    there_and_back = [(5_000, 5_000), (15_000, 5_000), (10_000, 5_000)]
    rx = order(zone("square", SQUARE, rest=near), volume_nl=30_000)
    last = only(by_hand(rx, there_and_back))
    assert (last.value, last.pricks) == (0, (1, 2))
    apart = [(5_000, 5_000), (20_000, 5_000), (10_000, 5_000), (25_000, 5_000)]
    verify(by_hand(giving(rx, 40_000), apart))
    two = replace(rx, zones=(replace(rx.zones[0], rest=Rest(5_000, 2, 0)),))
    assert only(by_hand(giving(two, 40_000), apart)).value == 1


def test_neighbours_rest_for_so_long() -> None:
    """A prick of 10 uL takes 12 + 200 + 100 + 12 ms; then come 84 ms of way and 50 of settling."""
    between = 324_000 + 83_334 + 50_000
    verify(line(2, rest=Rest(5_000, 0, 457)))
    wrong = only(line(2, rest=Rest(5_000, 0, 458)))
    assert (wrong.limit, wrong.value, wrong.bound) == ("rest_us", between, 458_000)
    assert wrong.pricks == (0, 1)
    more = 458_000 - between
    waiting = 83_334 + 50_000 + more
    verify(line(2, pause(1, "rest", waiting), rest=Rest(5_000, 0, 458)))
    assert only(line(2, pause(1, "rest", waiting - 1), rest=Rest(5_000, 0, 458))).value == 457_999


def test_the_pricks_of_two_zones_are_no_neighbours() -> None:
    rest = Rest(100_000, 5, 0)
    rx = order(
        zone("a", SQUARE, rest=rest),
        zone("b", moved(SQUARE, 70_000, 0), rest=rest),
        volume_nl=20_000,
    )
    verify(by_hand(rx, [(55_000, 5_000), (75_000, 5_000)], zone=[0, 1]))


def test_a_needle_that_settles_and_a_rest_take_time() -> None:
    rx = order(zone("square", SQUARE), volume_nl=20_000)
    rx = replace(rx, motion=replace(rx.motion, needle_settle_us=7))
    slow = by_hand(rx, row_of_points(2, 5_000), pauses=(pause(1, "rest", 1_000_000),))
    assert slow.duration_us == 50_000 + 2 * 324_007 + 1_000_000
    verify(slow)
    for off in (-1, 1):
        wrong = only(replace(slow, duration_us=slow.duration_us + off))
        assert (wrong.limit, wrong.bound) == ("duration_us", slow.duration_us)


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), min_size=1, max_size=12, unique=True),
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 3_000_000)), max_size=4),
    st.integers(0, 3_000),
    st.sampled_from(("press", "held")),
    st.integers(0, 900),
)
@settings(max_examples=60, deadline=None)
def test_planner_and_check_replay_the_same_time(
    at: list[tuple[int, int]],
    rests: list[tuple[int, int]],
    settle_us: int,
    trigger: Any,
    interval_ms: int,
) -> None:
    places = [(i * 5_500, j * 5_500) for i, j in at]
    pauses = tuple(pause(k, "rest", us) for k, us in sorted(rests) if k < len(places))
    one = zone("square", SQUARE, trigger=trigger, interval_ms=interval_ms, depth_um=601)
    rx = replace(
        order(one, volume_nl=len(places) * 10_000),
        motion=Motion(49_999, 60_001, settle_us, "test", 13),
    )
    verify(by_hand(rx, places, pauses=pauses))


@given(
    st.permutations(range(9)), st.integers(4_000, 15_000), st.integers(0, 5), st.integers(0, 2_000)
)
@settings(max_examples=60, deadline=None)
def test_rest_is_judged_as_by_comparing_every_two(
    shots: list[int], radius: int, between: int, ms: int
) -> None:
    places = [(6_000 + k % 3 * 5_000, 6_000 + k // 3 * 5_000) for k in shots]
    rx = order(zone("square", SQUARE, rest=Rest(radius, between, ms)), volume_nl=90_000)
    made = by_hand(rx, places)
    starts = starts_of(rx, made)
    pairs = [
        (b - a - 1, starts[b] - starts[a])
        for b in range(9)
        for a in range(b)
        if sum((p - q) ** 2 for p, q in zip(places[a], places[b], strict=True)) <= radius**2
    ]
    wanted = set()
    if any(shots < between for shots, _ in pairs):
        wanted.add(("rest_shots", min(shots for shots, _ in pairs)))
    if any(us < ms * 1_000 for _, us in pairs):
        wanted.add(("rest_us", min(us for _, us in pairs)))
    if wanted:
        assert {(one.limit, one.value) for one in violations(made)} == wanted
    else:
        verify(made)


def starts_of(rx: Prescription, made: Plan) -> list[int]:
    """When each shot starts, one by one."""
    x, y = made.pricks.x_um.tolist(), made.pricks.y_um.tolist()
    starts = [50_000]
    for k in range(1, len(x)):
        square = (x[k] - x[k - 1]) ** 2 + (y[k] - y[k - 1]) ** 2
        way = int(square**0.5)
        way -= way * way > square
        travel = -(-way * 1_000_000 // rx.motion.travel_um_per_s)
        starts.append(starts[-1] + max(324_000 + travel + 50_000, 300_000))
    return starts


def test_the_plan_of_a_zone_tells_its_own_way() -> None:
    made = two_products(pause(2, "product"))
    assert [one.travel_um for one in made.zones] == [5_000, 5_000]
    for name, value in (("travel_um", 5_001), ("travel_um_min", 5_001), ("travel_um_min", -1)):
        wrong = only(replace(made, zones=(made.zones[0], replace(made.zones[1], **{name: value}))))
        assert (wrong.limit, wrong.value, wrong.bound, wrong.zone) == (name, value, 5_000, "b")
    verify(replace(made, zones=(made.zones[0], replace(made.zones[1], travel_um_min=5_000))))


def test_a_bound_on_needles_is_the_tightest_of_all() -> None:
    rx = bounded(bounded(line(4).prescription, "needle_pricks_max", 4), "needle_pricks_max", 3)
    assert only(by_hand(rx, row_of_points(4, 5_000))).bound == 3
