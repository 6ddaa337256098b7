"""Planning anew after more was given than asked: a fact, which what is left makes up for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import Component, Limit, Plan, plan, verify
from mesogun.planning.plan import Pause, Settled
from mesogun.planning.prescription import Prescription
from mesogun.planning.replan import replan
from tests.planning.plans_by_hand import bounded, by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone
from tests.planning.test_same_everywhere import SAMPLES

REACH_UM = 2 * 5_642
FAR = moved(SQUARE, 70_000, 0)


def doses(one: Plan) -> list[int]:
    found: list[int] = one.pricks.dose_nl.tolist()
    return found


@cache
def square(**values: int) -> Plan:
    return plan(order(zone("square", SQUARE), **values))


def given_so_far(one: Plan, until: int, **more: int) -> dict[int, int]:
    return dict(enumerate(doses(one)[:until])) | {int(row[1:]): nl for row, nl in more.items()}


def test_a_dose_above_the_greatest_stops_nothing() -> None:
    before = square(dose_nl_max=12_000)
    anew = replan(before, given_so_far(before, 9, _4=15_000))
    verify(anew)
    assert doses(anew)[4] == 15_000
    assert sum(doses(anew)) == sum(doses(before))
    assert max(doses(anew)[9:]) <= 12_000


def two_lines(first_nl: int, second_nl: int) -> Prescription:
    return giving(order(zone("a", SQUARE), zone("b", FAR, product=1)), first_nl, second_nl)


def of_two_products(asked: Prescription, *nl: int) -> Plan:
    """Two pricks of each product."""
    made = by_hand(
        asked,
        [*row_of_points(2, 12_000), *row_of_points(2, 12_000, (75_000, 5_000))],
        dose=nl,
        zone=[0, 0, 1, 1],
        pauses=(Pause(2, "product", 0, "test"),),
    )
    verify(made)
    return made


def test_a_product_that_is_used_up_leaves_the_others_what_they_had() -> None:
    before = of_two_products(two_lines(20_000, 40_000), 10_000, 10_000, 20_000, 20_000)
    anew = replan(before, {0: 12_000, 1: 13_000})
    verify(anew)
    assert doses(anew) == [12_000, 13_000, 20_000, 20_000]


@pytest.mark.parametrize(("most_nl", "left"), [(65_001, 40_000), (65_000, 39_000)])
def test_the_whole_volume_bounds_what_is_left_of_other_products(most_nl: int, left: int) -> None:
    asked = bounded(two_lines(20_000, 40_000), "volume_nl_max", most_nl)
    before = of_two_products(asked, 10_000, 10_000, 20_000, 20_000)
    anew = replan(before, {0: 12_001, 1: 13_000})
    verify(anew)
    assert sum(doses(anew)[2:]) == left


@pytest.mark.parametrize(
    ("most_ug", "more_nl", "left"),
    [(145, 0, [20_000, 20_000]), (145, 1, [20_000, 19_000]), (140, 0, [20_000, 18_000])],
)
def test_a_component_bounds_what_is_left_of_other_products(
    most_ug: int, more_nl: int, left: list[int]
) -> None:
    """1 ug a uL in the first, 3 ug in the second: after 25 uL and 40 uL it is 145 ug."""
    asked = two_lines(20_000, 40_000)
    asked = replace(asked, zones=(*asked.zones, zone("c", moved(FAR, 70_000, 0), product=1)))
    first, second = asked.products
    asked = replace(
        asked,
        product=replace(first, components=(Component("c", 1_000),)),
        further_products=(replace(second, components=(Component("c", 3_000),)),),
        limits=(*asked.limits, Limit("component_ug_max:c", most_ug, "ug", None, "test", "test")),
    )
    places = [(5_000, 5_000), (17_000, 5_000), (75_000, 5_000), (145_000, 5_000)]
    pauses = (Pause(2, "product", 0, "test"),)
    before = by_hand(
        asked, places, dose=[10_000, 10_000, 20_000, 20_000], zone=[0, 0, 1, 2], pauses=pauses
    )
    verify(before)
    anew = replan(before, {0: 12_000 + more_nl, 1: 13_000})
    verify(anew)
    assert doses(anew)[2:] == left


def of_two_zones(*nl: int, **values: int) -> Plan:
    """Two pricks in each of two zones of one product."""
    made = by_hand(
        order(zone("a", SQUARE), zone("b", FAR), volume_nl=sum(nl), **values),
        [*row_of_points(2, 12_000), *row_of_points(2, 12_000, (75_000, 5_000))],
        dose=nl,
        zone=[0, 0, 1, 1],
    )
    verify(made)
    return made


def test_a_zone_that_took_too_much_keeps_its_least_doses_and_others_give_way() -> None:
    before = of_two_zones(10_000, 10_000, 10_000, 10_000, dose_nl_min=4_000)
    anew = replan(before, {0: 19_000})
    verify(anew)
    assert doses(anew)[:2] == [19_000, 4_000]
    assert sorted(doses(anew)[2:]) == [8_000, 9_000]


def test_the_last_zone_gives_way_down_to_its_least_doses_then_the_one_before() -> None:
    zones = [zone(name, moved(SQUARE, 70_000 * k, 0)) for k, name in enumerate("abc")]
    places = [
        one for k in range(3) for one in row_of_points(2, 12_000, (5_000 + 70_000 * k, 5_000))
    ]
    before = by_hand(
        order(*zones, volume_nl=60_000, dose_nl_min=4_000), places, zone=[0, 0, 1, 1, 2, 2]
    )
    verify(before)
    for more, second, third in ((11, 20, 9), (12, 20, 8), (15, 17, 8)):
        anew = replan(before, {0: 10_000 + 1_000 * more, 1: 10_000})
        verify(anew)
        assert sum(doses(anew)[2:4]) == 1_000 * second
        assert sum(doses(anew)[4:]) == 1_000 * third


def test_where_not_even_least_doses_are_left_nothing_is_planned() -> None:
    before = of_two_zones(10_000, 10_000, 10_000, 10_000, dose_nl_min=4_000)
    assert doses(replan(before, {0: 28_000})) == [28_000, 4_000, 4_000, 4_000]
    with pytest.raises(PlanError, match=r"7\.999 uL are left for its pricks"):
        replan(before, {0: 28_001})
    with pytest.raises(PlanError, match=" 0 uL are left for its pricks"):
        replan(before, {0: 40_001})


def test_a_square_centimetre_that_is_too_full_stops_only_what_lies_in_it() -> None:
    """A row of five, 10 mm apart: a disc holds two neighbours."""
    asked = order(zone("square", SQUARE), volume_nl=50_000, area_dose_nl_per_cm2_max=24_000)
    before = by_hand(asked, row_of_points(5, 10_000))
    verify(before)
    # the first two are too much together; the third may have 24 uL less what the second took
    anew = replan(before, {0: 15_000, 1: 10_000})
    verify(anew)
    assert sum(doses(anew)) == 50_000
    tight = replan(before, {0: 5_000, 1: 20_000})
    verify(tight)
    assert doses(tight)[2] <= 4_000
    with pytest.raises(PlanError):
        replan(before, {0: 1_000, 1: 24_000})


def test_a_too_full_disc_of_settled_pricks_hides_no_other() -> None:
    """A row: two settled, one open, two settled. The outer pairs are by far too full.

    The open one lies between the inner ones, 11 mm apart: every disc with both holds it.
    """
    asked = order(zone("square", SQUARE), volume_nl=130_000, area_dose_nl_per_cm2_max=40_000)
    row = [(8_000, 10_000), (14_500, 10_000), (20_000, 10_000), (25_500, 10_000), (32_000, 10_000)]
    lost = [(10_000, 30_000), (25_000, 30_000), (40_000, 30_000), (10_000, 50_000)]
    before = by_hand(asked, [*row, *lost, (50_000, 50_000)], dose=13_000)
    verify(before)
    anew = replan(before, {0: 38_000, 1: 14_000, 3: 14_000, 4: 38_000, 5: 0, 6: 0, 7: 0, 8: 0})
    verify(anew)
    assert (doses(anew)[2], doses(anew)[9]) == (12_000, 14_000)


def test_a_filling_that_gave_too_much_is_followed_by_a_new_one() -> None:
    asked = order(zone("square", SQUARE), volume_nl=40_000, syringe_volume_nl_max=20_000)
    before = by_hand(asked, row_of_points(4, 12_000), pauses=(Pause(2, "refill", 0, "refill"),))
    verify(before)
    anew = replan(before, {0: 21_000})
    verify(anew)
    assert [one.shot for one in anew.pauses] == [1, 2]
    assert sum(doses(anew)) == 40_000


def test_a_plan_that_is_done_with_may_have_given_too_much() -> None:
    before = square()
    anew = replan(before, dict.fromkeys(range(len(before.pricks)), 60_000))
    assert verify(anew).plan.settled == Settled(
        before.digest(), tuple(range(len(before.pricks))), (60_000,) * len(before.pricks)
    )


@cache
def sample(name: str) -> Plan:
    return plan(SAMPLES[name])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_was_given_what_is_left_is_within_all_limits_or_refused(
    data: st.DataObject,
) -> None:
    names = ["face of four zones", "area dose that binds", "two products and an earlier session"]
    before = sample(data.draw(st.sampled_from(names)))
    until = data.draw(st.integers(1, len(before.pricks)))
    settled = given_so_far(before, until)
    for row in data.draw(st.lists(st.integers(0, until - 1), max_size=6)):
        settled[row] = data.draw(st.integers(0, 4 * doses(before)[row]))
    try:
        anew = replan(before, settled)
    except PlanError:
        return
    verify(anew)
    assert doses(anew)[:until] == list(settled.values())
