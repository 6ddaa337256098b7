"""The guard against a slow and simple judge, and every limit at its very bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import (
    Component,
    Earlier,
    Limit,
    Plan,
    Point3,
    Product,
    Rest,
    Settled,
    Surface,
    effective,
    plan,
    verify,
)
from mesogun.planning.fullest import Dose, may_exceed
from mesogun.planning.guard import Guard
from mesogun.planning.plan import PlannedZone
from mesogun.planning.pricks import PrickTable, column
from tests.planning.samples import SQUARE, face, order, zone

LATE_US = 10**9
RADIUS_UM = 5_642


def at(*points: tuple[int, ...], dose_nl: int = 10_000, depth_um: int = 600, **other: Any) -> Plan:
    """A plan with pricks at these places, as nobody would plan it; one zone, one prick a shot.

    `other` replaces columns, fields of the zone, of the prescription, or limits.
    """
    count = len(points)
    columns: dict[str, Any] = {
        "x_um": [one[0] for one in points],
        "y_um": [one[1] for one in points],
        "z_um": [one[2] if len(one) > 2 else 0 for one in points],
        "depth_um": [depth_um] * count,
        "dose_nl": [dose_nl] * count,
        "zone": [0] * count,
        "shot": list(range(count)),
    }
    columns |= {name: other.pop(name) for name in list(other) if name in columns}
    zones = other.pop("zones", None) or (zone("square", SQUARE, interval_ms=0),)
    fields = {name: other.pop(name) for name in list(other) if name in FIELDS}
    extra = other.pop("limits", ())
    asked = replace(order(*zones, **{"volume_nl": 10**7, **other}), **fields)
    asked = replace(asked, limits=(*asked.limits, *extra))
    planned = tuple(
        PlannedZone(
            one.name, one.area, one.technique, one.outline_um, (), 0, 5_000, 5_000, (0, 0, 0, 0),
            columns["zone"].count(k),
            sum(d for d, z in zip(columns["dose_nl"], columns["zone"], strict=True) if z == k),
        )
        for k, one in enumerate(zones)
    )  # fmt: skip
    table = PrickTable(**{name: column(values) for name, values in columns.items()})
    return Plan(asked, effective(asked), planned, table, 0, 0, ())


FIELDS = {"earlier", "product", "further_products", "position_um", "surface"}


def reason(guard: Guard, prick: int, at_us: int = LATE_US, at_um: Point3 | None = None) -> str:
    verdict = guard.check(prick, at_us, at_um=at_um)
    assert verdict.allowed is (verdict.reason == "allowed")
    assert bool(verdict.text) is not verdict.allowed
    return verdict.reason


def fired(one: Plan, *pricks: int, step_us: int = 1_000_000, **other: Any) -> Guard:
    guard = Guard.of(one, {}, **other)
    for k, prick in enumerate(pricks):
        guard.commit(prick, k * step_us)
    return guard


def test_a_whole_verified_plan_is_allowed_prick_by_prick_and_none_twice() -> None:
    checked = verify(plan(face()))
    guard, at_us = Guard.of(checked, {}), 0
    for prick in range(len(checked.plan.pricks)):
        at_us += 500_000
        verdict = guard.check(prick, at_us)
        assert verdict.allowed, verdict.text
        guard.commit(prick, at_us)
        assert reason(guard, prick, at_us) == "given"


def test_a_guard_that_was_told_nothing_allows_nothing() -> None:
    guard = Guard.of(at((0, 0)))
    assert reason(guard, 0) == "history"
    assert reason(Guard.of(at((0, 0)), {}), 0) == "allowed"


@pytest.mark.parametrize("prick", [-1, 2, 10**9])
def test_a_prick_that_is_not_in_the_plan_is_refused(prick: int) -> None:
    guard = Guard.of(at((0, 0), (9_000, 0)), {})
    assert reason(guard, prick) == "prick"
    with pytest.raises(ValueError, match="not in the plan"):
        guard.commit(prick, 0)
    with pytest.raises(ValueError, match="not in the plan"):
        guard.lose(prick)


def test_what_was_given_or_lost_before_is_done_with() -> None:
    guard = Guard.of(at((0, 0), (9_000, 0), (18_000, 0)), {0: 10_000, 1: 0})
    assert [reason(guard, prick) for prick in range(3)] == ["given", "given", "allowed"]
    with pytest.raises(ValueError, match="done with"):
        guard.commit(1, 0)
    with pytest.raises(ValueError, match="done with"):
        guard.lose(0)


def test_a_lost_prick_leaves_its_place_free_and_a_given_one_does_not() -> None:
    close = at((0, 0), (4_999, 0))
    assert reason(Guard.of(close, {0: 0}), 1) == "allowed"
    assert reason(Guard.of(close, {0: 1}), 1) == "spacing"


def test_what_the_plan_says_to_be_settled_is_known() -> None:
    continued = replace(
        at((0, 0), (9_000, 0), (18_000, 0)), settled=Settled("sha256:x", (0, 1), (10_000, 0))
    )
    guard = Guard.of(continued, {})
    assert [reason(guard, prick) for prick in range(3)] == ["given", "given", "allowed"]
    assert reason(Guard.of(continued), 2) == "history"


def test_dose_and_depth_are_judged_at_their_very_bounds() -> None:
    for dose_nl, word in ((50_000, "allowed"), (50_001, "dose"), (1_000, "allowed"), (999, "dose")):
        assert reason(Guard.of(at((0, 0), dose_nl=dose_nl), {}), 0) == word, dose_nl
    for depth_um, word in ((2_000, "allowed"), (2_001, "depth")):
        assert reason(Guard.of(at((0, 0), depth_um=depth_um), {}), 0) == word, depth_um
    wide = {"depth_um_max": 9_000}
    for depth_um, word in ((4_000, "allowed"), (4_001, "depth")):
        assert reason(Guard.of(at((0, 0), depth_um=depth_um, **wide), {}), 0) == word, depth_um


def test_the_depth_of_a_slanting_needle_is_its_vertical_part_rounded_up() -> None:
    slanting = (zone("square", SQUARE, interval_ms=0, angle_sin_ppm=500_000),)
    for depth_um, word in ((4_000, "allowed"), (4_001, "depth")):
        one = at((0, 0), depth_um=depth_um, zones=slanting, needle_depth_um_max=9_000)
        assert reason(Guard.of(one, {}), 0) == word, depth_um
    # 1,997 um and a millionth of one
    steep = (zone("square", SQUARE, interval_ms=0, angle_sin_ppm=998_001),)
    one = at((0, 0), depth_um=2_001, zones=steep, depth_um_max=1_997)
    assert reason(Guard.of(one, {}), 0) == "depth"


def test_a_broken_limit_is_told_with_value_and_origin() -> None:
    verdict = Guard.of(at((0, 0), dose_nl=50_001), {}).check(0, 0)
    assert verdict.limit is not None
    assert (verdict.limit.name, verdict.limit.value) == ("dose_nl_max", 50_000)
    assert verdict.text == (
        "prick 1: 50.001 uL is beyond dose_nl_max = 50000 nl [preset dose_nl_max]"
    )


def test_the_volume_of_the_session_is_never_exceeded() -> None:
    two = at((0, 0), (9_000, 0), volume_nl_max=20_000)
    assert reason(fired(two, 0), 1) == "allowed"
    more = Guard.of(two, {})
    more.commit(0, 0, dose_nl=10_001)
    assert reason(more, 1) == "volume"
    assert more.check(1, LATE_US).limit is not None


@pytest.mark.parametrize(("volume_nl", "said"), [(20_000, "allowed"), (19_999, "volume")])
def test_the_volume_of_the_product_is_never_exceeded(volume_nl: int, said: str) -> None:
    zones = (zone("a", SQUARE, interval_ms=0), zone("b", SQUARE, interval_ms=0, product=1))
    second = Product("second", volume_nl, "B", "2030-01-01", None, ())
    one = at(
        (0, 0), (9_000, 0), (18_000, 0), zone=[0, 1, 1], zones=zones, further_products=(second,)
    )
    guard = fired(one, 0)
    assert reason(guard, 1) == "allowed"
    guard.commit(1, 0)
    verdict = guard.check(2, LATE_US)
    assert verdict.reason == said
    assert ("product" in verdict.text) is (said == "volume")


def test_a_zone_gets_no_more_than_the_plan_gives_it() -> None:
    guard = Guard.of(at((0, 0), (9_000, 0)), {})
    guard.commit(0, 0, dose_nl=10_001)
    verdict = guard.check(1, LATE_US)
    assert verdict.reason == "volume"
    assert "'square'" in verdict.text


def test_a_component_is_bounded_over_all_products() -> None:
    def held(most_ug: int) -> Guard:
        product = Product("p", 10**7, "A", "2030-01-01", None, (Component("lidocaine", 3_000),))
        other = Product("q", 10**7, "B", "2030-01-01", None, (Component("lidocaine", 1_000),))
        limit = Limit("component_ug_max:lidocaine", most_ug, "ug", None, "test", "test")
        zones = (zone("a", SQUARE, interval_ms=0), zone("b", SQUARE, interval_ms=0, product=1))
        one = at(
            (0, 0),
            (9_000, 0),
            zone=[0, 1],
            zones=zones,
            product=product,
            further_products=(other,),
            limits=(limit,),
        )
        return fired(one, 0)

    assert reason(held(40), 1) == "allowed"
    assert reason(held(39), 1) == "component"
    limit = held(39).check(1, LATE_US).limit
    assert limit is not None
    assert limit.value == 39


def test_spacing_is_judged_exactly_and_across_zones_by_the_larger() -> None:
    for x_um, word in ((5_000, "allowed"), (4_999, "spacing")):
        assert reason(fired(at((0, 0), (x_um, 0)), 0), 1) == word
    zones = (zone("a", SQUARE, interval_ms=0), zone("b", SQUARE, interval_ms=0))
    wide = Limit("spacing_um_min", 8_000, "um", 1, "zone b", "test")
    for x_um, word in ((8_000, "allowed"), (7_999, "spacing")):
        one = at((0, 0), (x_um, 0), zone=[0, 1], zones=zones, limits=(wide,))
        for first, second in ((0, 1), (1, 0)):
            guard = fired(one, first)
            assert reason(guard, second) == word
            if word == "spacing":
                limit = guard.check(second, LATE_US).limit
                assert limit is not None
                assert limit.origin == "zone b"


def test_earlier_sessions_keep_their_distance() -> None:
    before = Earlier("out/first", "2026-11-01", 12_000, ((0, 0, 5), (50_000, 0, 0)))
    for x_um, word in ((12_000, "allowed"), (11_999, "earlier")):
        assert reason(Guard.of(at((x_um, 0), earlier=(before,)), {}), 0) == word
    verdict = Guard.of(at((1, 0), earlier=(before,)), {}).check(0, 0)
    assert "2026-11-01 (out/first)" in verdict.text
    nearer = Earlier("out/second", "2026-11-08", 1_000, ((90_000, 0, 0),))
    for both in ((before, nearer), (nearer, before)):
        for x_um, word in ((12_000, "allowed"), (11_999, "earlier"), (90_999, "earlier")):
            assert reason(Guard.of(at((x_um, 0), earlier=both), {}), 0) == word


def test_a_measured_place_may_be_as_much_nearer_to_earlier_pricks_as_it_may_miss() -> None:
    before = Earlier("out/first", "2026-11-01", 12_000, ((0, 0, 0),))
    guard = Guard.of(at((12_000, 0), earlier=(before,), position_um=500), {})
    assert reason(guard, 0, at_um=(11_500, 0, 0)) == "allowed"
    assert reason(guard, 0, at_um=(11_499, 0, 0)) == "earlier"


def test_who_may_miss_by_more_than_a_distance_asked_may_come_to_the_very_place() -> None:
    before = Earlier("out/first", "2026-11-01", 5_000, ((0, 0, 0),))
    here = (0, 0, 0)
    guard = Guard.of(at((6_000, 0), earlier=(before,)), {}, tolerance_um=9_000)
    assert reason(guard, 0, at_um=here) == "allowed"
    guard = fired(at(here, (6_000, 0)), 0, tolerance_um=9_000)
    assert reason(guard, 1, at_um=here) == "allowed"


def test_the_interval_is_waited_for_and_the_verdict_says_until_when() -> None:
    paced = at((0, 0), (9_000, 0), zones=(zone("square", SQUARE, interval_ms=300),))
    guard = Guard.of(paced, {})
    assert reason(guard, 0, 0) == "allowed"
    guard.commit(0, 1_000_000)
    verdict = guard.check(1, 1_299_999)
    assert (verdict.reason, verdict.wait_until_us) == ("interval", 1_300_000)
    assert reason(guard, 1, 1_300_000) == "allowed"
    guard.told(0, at_us=1_000_500)
    assert guard.check(1, 1_300_000).wait_until_us == 1_300_500


def test_pricks_of_one_shot_come_at_once() -> None:
    zones = (zone("square", SQUARE, interval_ms=300, rest=Rest(9_000, 2, 5_000)),)
    one = at((0, 0), (5_000, 0), (20_000, 0), shot=[0, 0, 1], zones=zones)
    guard = Guard.of(one, {})
    guard.commit(0, 0)
    assert reason(guard, 1, 0) == "allowed"
    assert reason(guard, 2, 0) == "interval"


def resting(shots: int, ms: int) -> Plan:
    zones = (zone("square", SQUARE, interval_ms=0, rest=Rest(7_000, shots, ms)),)
    return at((0, 0), (30_000, 0), (30_000, 30_000), (7_000, 0), (0, 7_001), zones=zones)


def test_neighbours_rest_by_shots() -> None:
    assert reason(fired(resting(2, 0), 0, 1), 3) == "rest"
    assert reason(fired(resting(2, 0), 0, 1, 2), 3) == "allowed"
    assert reason(fired(resting(2, 0), 0), 4) == "allowed"
    assert fired(resting(2, 0), 0, 1).check(3, LATE_US).wait_until_us == 0


def test_a_shot_that_was_asked_and_not_given_counts_between_neighbours() -> None:
    guard = fired(resting(2, 0), 0, 1, 2)
    guard.withdraw(2)
    assert reason(guard, 3) == "allowed"
    guard.commit(2, 0)
    guard.withdraw(2)
    guard.commit(2, 0)
    assert reason(guard, 3) == "allowed"


def test_neighbours_rest_by_time_and_the_latest_counts() -> None:
    guard = Guard.of(resting(0, 5_000), {})
    guard.commit(0, 1_000_000)
    verdict = guard.check(3, 5_999_999)
    assert (verdict.reason, verdict.wait_until_us) == ("rest", 6_000_000)
    assert reason(guard, 3, 6_000_000) == "allowed"
    assert reason(guard, 4, 0) == "interval"
    guard.told(0, at_us=1_000_001)
    assert guard.check(3, 0).wait_until_us == 6_000_001


def test_only_neighbours_of_the_same_zone_rest() -> None:
    zones = (
        zone("a", SQUARE, interval_ms=0, rest=Rest(9_000, 5, 0)),
        zone("b", SQUARE, interval_ms=0),
    )
    one = at((0, 0), (6_000, 0), (12_000, 0), zone=[1, 0, 0], zones=zones)
    assert reason(fired(one, 0), 1) == "allowed"
    assert reason(fired(one, 1), 2) == "rest"


def test_a_history_whose_times_are_not_known_rests_from_when_it_ended() -> None:
    guard = Guard.of(resting(0, 5_000), {0: 10_000}, given_until_us=2_000_000)
    assert guard.check(3, 0).wait_until_us == 7_000_000


def test_a_measured_place_counts_instead_of_the_planned_one() -> None:
    one = at((0, 0), (9_000, 0), position_um=500)
    guard = Guard.of(one, {})
    for x_um, word in ((500, "allowed"), (501, "place")):
        assert reason(guard, 0, at_um=(x_um, 0, 7)) == word
    assert reason(Guard.of(one, {}, tolerance_um=499), 0, at_um=(500, 0, 0)) == "place"
    guard.commit(0, 0, at_um=(4_200, 0, 0))
    assert reason(guard, 1) == "allowed"
    guard = Guard.of(one, {})
    guard.commit(0, 0, at_um=(4_501, 0, 0))
    assert reason(guard, 1) == "spacing"
    guard = Guard.of(one, {})
    guard.commit(0, 0, at_um=(4_700, 0, 0))
    assert reason(guard, 1, at_um=(8_700, 0, 0)) == "allowed"
    assert reason(guard, 1, at_um=(8_699, 0, 0)) == "spacing"


def test_heights_count_on_surfaces_alone() -> None:
    skin = Surface("skin", (), (), (), (), "test")
    before = Earlier("r", "2026-11-01", 5_000, ((40_000, 0, 0),))
    for surface, words in ((None, ("spacing", "earlier")), (skin, ("allowed", "allowed"))):
        one = at((0, 0, 0), (0, 0, 5_000), (40_000, 0, 5_000), surface=surface, earlier=(before,))
        guard = fired(one, 0)
        assert (reason(guard, 1), reason(guard, 2)) == words
    assert reason(guard, 1, at_um=(0, 0, 4_999)) == "spacing"
    rest = (zone("s", SQUARE, interval_ms=0, rest=Rest(6_000, 1, 0)),)
    assert reason(fired(at((0, 0, 0), (0, 0, 6_000), surface=skin, zones=rest), 0), 1) == "rest"
    assert reason(fired(at((0, 0, 0), (0, 0, 6_001), surface=skin, zones=rest), 0), 1) == "allowed"
    ball = {"area_dose_nl_per_cm2_max": 19_999}
    assert reason(fired(at((0, 0, 0), (0, 0, 9_000), surface=skin, **ball), 0), 1) == "area_dose"
    assert reason(fired(at((0, 0, 0), (0, 0, 11_290), surface=skin, **ball), 0), 1) == "allowed"


def test_what_was_not_given_is_taken_back_whole() -> None:
    one = at((0, 0), (9_000, 0), volume_nl_max=20_000)
    guard = Guard.of(one, {})
    guard.commit(0, 0, at_um=(8_000, 0, 0), dose_nl=20_000)
    assert reason(guard, 1) == "volume"
    guard.withdraw(0)
    assert [reason(guard, prick) for prick in (0, 1)] == ["allowed", "allowed"]
    with pytest.raises(KeyError):
        guard.withdraw(0)
    near = Guard.of(at((0, 0), (4_600, 0), position_um=500), {})
    near.commit(0, 0, at_um=(0, 0, 0))
    assert reason(near, 1) == "allowed"
    near.withdraw(0)
    near.commit(0, 0)
    assert reason(near, 1) == "spacing"
    with pytest.raises(KeyError):
        guard.told(0, dose_nl=1)


def test_a_dose_told_later_takes_the_place_of_the_one_committed() -> None:
    guard = fired(at((0, 0), (9_000, 0), volume_nl_max=20_000), 0)
    guard.told(0, dose_nl=10_001)
    assert reason(guard, 1) == "volume"
    guard.told(0, dose_nl=9_999)
    assert reason(guard, 1) == "allowed"


def test_a_square_centimetre_is_never_filled_beyond_its_cap() -> None:
    far = 2 * RADIUS_UM
    for x_um, word in ((far, "area_dose"), (far + 4, "allowed")):
        one = at((0, 0), (x_um, 0), area_dose_nl_per_cm2_max=19_999)
        assert reason(fired(one, 0), 1) == word
    one = at((0, 0), (far, 0), area_dose_nl_per_cm2_max=20_000)
    assert reason(fired(one, 0), 1) == "allowed"


def test_a_disc_is_bounded_by_the_least_cap_of_its_zones() -> None:
    zones = (zone("a", SQUARE, interval_ms=0), zone("b", SQUARE, interval_ms=0))
    tight = Limit("area_dose_nl_per_cm2_max", 19_999, "nl/cm2", 1, "zone b", "test")
    one = at((0, 0), (6_000, 0), zone=[0, 1], zones=zones, limits=(tight,))
    for first, second in ((0, 1), (1, 0)):
        guard = fired(one, first)
        assert reason(guard, second) == "area_dose"
        limit = guard.check(second, LATE_US).limit
        assert limit is not None
        assert limit.origin == "zone b"


def test_a_verified_plan_is_measured_anew_where_something_went_otherwise() -> None:
    checked = verify(
        plan(order(zone("square", SQUARE), volume_nl=500_000, area_dose_nl_per_cm2_max=20_000))
    )
    pricks = checked.plan.pricks
    order_of = sorted(
        range(1, len(pricks)),
        key=lambda k: (
            (int(pricks.x_um[k]) - int(pricks.x_um[0])) ** 2
            + (int(pricks.y_um[k]) - int(pricks.y_um[0])) ** 2
        ),
    )
    for more, word in ((0, "allowed"), (15_000, "area_dose")):
        guard = Guard.of(checked, {})
        guard.commit(0, 0, dose_nl=int(pricks.dose_nl[0]) + more)
        assert reason(guard, order_of[0]) == word
        assert reason(guard, order_of[-1]) == "allowed"
    guard.told(0, dose_nl=int(pricks.dose_nl[0]))
    assert reason(guard, order_of[0]) == "allowed"


def fullest_exceeds(new: Dose, near: list[Dose], radius_um: int) -> bool:
    """Try every disc that a pair of pricks, or a prick alone, can hold: exact, in whole numbers."""
    doses = [new, *near]

    def beyond(inside: list[Dose]) -> bool:
        held = new in inside and sum(one.dose_nl for one in inside)
        return bool(held) and held > min(one.cap_nl for one in inside)

    if any(beyond([one]) for one in doses):
        return True
    for a, b in combinations(doses, 2):
        dx, dy = b.x_um - a.x_um, b.y_um - a.y_um
        square = dx * dx + dy * dy
        if not 0 < square <= 4 * radius_um * radius_um:
            if square == 0 and beyond([a, b]):
                return True
            continue
        for side in (1, -1):
            inside = []
            for one in doses:
                # twice the way from the middle of a and b
                wx, wy = 2 * one.x_um - a.x_um - b.x_um, 2 * one.y_um - a.y_um - b.y_um
                left = wx * wx + wy * wy - square
                across = side * (-wx * dy + wy * dx)
                # left <= 4 k across, with k = sqrt((4 r^2 - square) / (4 square))
                bound = 4 * across * across * (4 * radius_um * radius_um - square)
                fits = left * left * square <= bound if left > 0 else True
                if left > 0:
                    fits = fits and across > 0
                elif across < 0:
                    fits = left * left * square >= bound
                if fits:
                    inside.append(one)
            if beyond(inside):
                return True
    return False


spots = st.tuples(
    st.integers(-8_000, 8_000), st.integers(-8_000, 8_000), st.integers(1, 9), st.integers(5, 30)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(spots, max_size=6, unique_by=lambda one: one[:2]), st.integers(5, 30))
def test_the_fullest_disc_is_found_wherever_its_centre_is(
    others: list[tuple[int, int, int, int]], cap: int
) -> None:
    new = Dose(0, 0, 0, 5, cap)
    near = [Dose(x, y, 0, nl, most) for x, y, nl, most in others if (x, y) != (0, 0)]
    said = may_exceed(new, near, flat=True)
    if fullest_exceeds(new, near, RADIUS_UM):
        assert said
    if said:
        assert fullest_exceeds(new, near, RADIUS_UM + 4)


def test_balls_are_measured_on_surfaces() -> None:
    new, above = Dose(0, 0, 0, 5, 9), Dose(0, 0, 2 * RADIUS_UM, 5, 9)
    assert may_exceed(new, [above], flat=False)
    assert not may_exceed(new, [above._replace(z_um=2 * RADIUS_UM + 8)], flat=False)
    assert may_exceed(new, [above._replace(z_um=10**6)], flat=True)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Plan, list[tuple[int, int]]]:
    """A few pricks on a coarse raster, and an order of trying them with times."""
    count = draw(st.integers(2, 7))
    points = draw(
        st.lists(
            st.tuples(st.integers(0, 6), st.integers(0, 6)).map(
                lambda one: (one[0] * 2_500, one[1] * 2_500)
            ),
            min_size=count,
            max_size=count,
            unique=True,
        )
    )
    zones = (
        zone("a", SQUARE, interval_ms=1, rest=draw(st.sampled_from((None, Rest(6_000, 1, 3))))),
        zone("b", SQUARE, interval_ms=2),
    )
    wide = Limit("spacing_um_min", 6_000, "um", 1, "zone b", "test")
    one = at(
        *points,
        zone=sorted(draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))),
        dose_nl=10_000,
        zones=zones,
        limits=(wide,),
        volume_nl_max=draw(st.sampled_from((30_000, 10**7))),
        area_dose_nl_per_cm2_max=draw(st.sampled_from((25_000, 10**6))),
    )
    tries = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, 3)), min_size=1, max_size=12)
    )
    return one, tries


def judged(one: Plan, done: list[tuple[int, int]], prick: int, at_us: int) -> bool:
    """Tell from the definitions alone whether a prick may be given."""
    rows = one.pricks
    zone_of = [one.prescription.zones[int(k)] for k in rows.zone]
    volume = next(each.value for each in one.limits if each.name == "volume_nl_max")
    cap = next(each.value for each in one.limits if each.name == "area_dose_nl_per_cm2_max")
    if prick in [row for row, _ in done] or (len(done) + 1) * 10_000 > volume:
        return False
    if done and at_us < done[-1][1] + int(zone_of[prick].interval_ms) * 1000:
        return False
    near = []
    for turn, (row, when_us) in enumerate(done):
        gap = [int(rows.x_um[row] - rows.x_um[prick]), int(rows.y_um[row] - rows.y_um[prick])]
        square = gap[0] ** 2 + gap[1] ** 2
        least = 6_000 if 1 in (rows.zone[row], rows.zone[prick]) else 5_000
        if square < least * least:
            return False
        rest = zone_of[prick].rest
        beside = rest and zone_of[row] is zone_of[prick] and square <= rest.radius_um**2
        if beside and len(done) - turn - 1 < rest.shots:
            return False
        if beside and at_us < when_us + rest.ms * 1000:
            return False
        near.append(Dose(gap[0], gap[1], 0, 10_000, cap))
    # the raster leaves no disc within a few um of deciding
    return not fullest_exceeds(Dose(0, 0, 0, 10_000, cap), near, RADIUS_UM)


@settings(max_examples=200, deadline=None)
@given(sessions())
def test_the_guard_agrees_with_a_slow_and_simple_judge(
    session: tuple[Plan, list[tuple[int, int]]],
) -> None:
    one, tries = session
    guard, done, at_us = Guard.of(one, {}), [], 0
    for prick, wait_ms in tries:
        at_us += wait_ms * 1000
        verdict = guard.check(prick, at_us)
        assert verdict.allowed is judged(one, done, prick, at_us), verdict.text
        if verdict.wait_until_us:
            assert verdict.wait_until_us > at_us
        if verdict.allowed:
            guard.commit(prick, at_us)
            done.append((prick, at_us))
