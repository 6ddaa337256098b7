"""Planning anew what is left: what was given stays, what fits is given, and never more."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import (
    Pause,
    Plan,
    Prescription,
    Product,
    Settled,
    effective,
    plan,
    verify,
)
from mesogun.planning.limits import Limits
from mesogun.planning.order.pauses import pauses_of
from mesogun.planning.replan import replan
from mesogun.planning.timing import replay
from tests.planning.samples import SQUARE, face, moved, order, zone
from tests.planning.test_same_everywhere import SAMPLES
from tests.simulation.paused import paused_plan, refill


@cache
def four_zones() -> Plan:
    return plan(face())


@cache
def one_zone(**values: int) -> Plan:
    return plan(order(zone("square", SQUARE), **values))


def doses(one: Plan) -> list[int]:
    found: list[int] = one.pricks.dose_nl.tolist()
    return found


def given_so_far(one: Plan, until: int, *lost: int) -> dict[int, int]:
    return {row: 0 if row in lost else dose for row, dose in enumerate(doses(one)[:until])}


def test_where_nothing_was_lost_doses_stay_exactly_as_they_were() -> None:
    for until in (0, 1, 50, len(four_zones().pricks)):
        anew = replan(four_zones(), given_so_far(four_zones(), until))
        assert doses(anew) == doses(four_zones())
        assert anew.duration_us == four_zones().duration_us
        verify(anew)


def test_a_new_plan_names_the_old_one_and_what_is_settled() -> None:
    anew = replan(four_zones(), given_so_far(four_zones(), 3, 1))
    assert anew.settled is not None
    assert anew.settled.parent == four_zones().digest()
    assert anew.settled.rows == (0, 1, 2)
    assert anew.settled.given_nl == (doses(four_zones())[0], 0, doses(four_zones())[2])
    assert anew.digest() != four_zones().digest()


def test_a_verified_plan_is_continued_like_the_plan_it_is() -> None:
    settled = given_so_far(four_zones(), 3, 1)
    assert replan(verify(four_zones()), settled).digest() == replan(four_zones(), settled).digest()


def test_even_doses_stay_even_and_no_more_of_them_change_than_have_to() -> None:
    before = one_zone()
    count = len(before.pricks)
    dose = min(doses(before))
    level = doses(before).count(dose + 1_000)
    assert doses(before).count(dose) == count - level
    low = [row for row in range(5, count) if doses(before)[row] == dose]
    for steps in (1, 3, len(low), len(low) + 2):
        settled = given_so_far(before, 5) | {2: doses(before)[2] - steps * 1_000}
        if settled[2] < 0:
            continue
        anew = replan(before, settled)
        verify(anew)
        changed = [row for row in range(5, count) if doses(anew)[row] != doses(before)[row]]
        assert sum(doses(anew)) == sum(doses(before))
        assert max(doses(anew)[5:]) - min(doses(anew)[5:]) <= 1_000
        assert len(changed) == steps
        # evenly apart in their order
        if steps < len(low):
            assert changed == [low[number * len(low) // steps] for number in range(steps)]


def test_rows_places_and_order_stay() -> None:
    anew = replan(four_zones(), given_so_far(four_zones(), 40, 7, 9))
    for name, values in four_zones().pricks.columns():
        if name != "dose_nl":
            assert (values == dict(anew.pricks.columns())[name]).all(), name


def test_a_lost_dose_goes_to_the_rest_of_its_own_zone() -> None:
    before = four_zones()
    anew = replan(before, given_so_far(before, 10, 4))
    verify(anew)
    assert sum(doses(anew)) == sum(doses(before))
    assert [one.dose_nl_total for one in anew.zones] == [one.dose_nl_total for one in before.zones]
    assert (
        doses(anew)[:10] == [0 if row == 4 else dose for row, dose in enumerate(doses(before))][:10]
    )
    rest = zip(doses(before)[10:], doses(anew)[10:], strict=True)
    raised = [row for row, (old, new) in enumerate(rest, start=10) if old != new]
    assert raised
    assert {int(before.pricks.zone[row]) for row in raised} == {0}


def test_a_lost_dose_of_a_later_zone_goes_to_its_rest_though_the_first_is_done() -> None:
    before = four_zones()
    zones = before.pricks.zone.tolist()
    done = max(row for row, one in enumerate(zones) if one == zones[0]) + 1
    lost = done + 2
    assert zones[lost] == zones[done] != zones[0]
    anew = replan(before, given_so_far(before, lost + 1, lost))
    verify(anew)
    assert sum(doses(anew)) == sum(doses(before))
    assert [one.dose_nl_total for one in anew.zones] == [one.dose_nl_total for one in before.zones]


def test_what_its_zone_cannot_take_goes_to_others_where_no_share_was_asked() -> None:
    before = four_zones()
    first = before.zones[0].prick_count
    anew = replan(before, given_so_far(before, first, *range(5)))
    verify(anew)
    assert sum(doses(anew)) == sum(doses(before))
    assert anew.zones[0].dose_nl_total == sum(doses(before)[5:first])
    assert anew.zones[1].dose_nl_total > before.zones[1].dose_nl_total


def test_a_single_step_that_its_zone_cannot_take_goes_to_another() -> None:
    before = four_zones()
    first = before.zones[0].prick_count
    settled = given_so_far(before, first) | {0: doses(before)[0] - 1_000}
    anew = replan(before, settled)
    assert sum(doses(anew)) == sum(doses(before))
    assert anew.zones[1].dose_nl_total == before.zones[1].dose_nl_total + 1_000


def test_fillings_that_are_just_full_are_enough() -> None:
    before = paused_plan(12, refill(4), refill(8), filling_nl=40_000).plan
    assert replan(before, {}).pauses == before.pauses
    assert replan(before, given_so_far(before, 2)).pauses == before.pauses


def test_no_filling_is_added_before_what_is_done_with() -> None:
    before = paused_plan(12, refill(4), refill(8), filling_nl=40_000).plan
    anew = replan(before, given_so_far(before, 4) | {1: 20_000})
    assert [one.shot for one in anew.pauses] == [4, 8]


def test_a_zone_with_an_asked_share_takes_no_more_than_it() -> None:
    shares = order(
        zone("a", share_ppm=500_000), zone("b", moved(SQUARE, 90_000, 0), share_ppm=500_000)
    )
    before = plan(shares)
    first = before.zones[0].prick_count
    anew = replan(before, given_so_far(before, first, 0))
    verify(anew)
    assert doses(anew)[first:] == doses(before)[first:]
    assert sum(doses(anew)) == sum(doses(before)) - doses(before)[0]


def test_less_is_given_where_the_rest_is_at_its_caps() -> None:
    before = plan(order(zone("square", SQUARE), volume_nl=500_000, dose_nl_max=10_000))
    count = len(before.pricks)
    assert max(doses(before)) == 10_000
    anew = replan(before, given_so_far(before, count - 2, 0, 1, 2))
    verify(anew)
    assert doses(anew)[count - 2 :] == [10_000, 10_000]
    assert sum(doses(anew)) == sum(doses(before)[3 : count - 2]) + 20_000


def test_nothing_is_divided_where_nothing_is_left() -> None:
    before = one_zone()
    anew = replan(before, given_so_far(before, len(before.pricks), 3))
    verify(anew)
    assert sum(doses(anew)) == sum(doses(before)) - doses(before)[3]


def test_a_dose_given_in_part_leaves_the_other_part_to_the_rest() -> None:
    before = one_zone()
    settled = given_so_far(before, 5) | {4: 3_456}
    anew = replan(before, settled)
    verify(anew)
    assert doses(anew)[4] == 3_456
    # whole steps of the pistol: what is less than one stays in the syringe
    assert 0 <= sum(doses(before)) - sum(doses(anew)) < 1_000


def test_what_was_given_beyond_its_dose_is_taken_from_the_rest() -> None:
    before = one_zone()
    anew = replan(before, given_so_far(before, 5) | {4: doses(before)[4] + 5_500})
    verify(anew)
    assert 0 <= sum(doses(before)) - sum(doses(anew)) < 1_000
    assert doses(anew)[4] == doses(before)[4] + 5_500


def test_a_zone_that_took_too_much_and_is_done_takes_it_from_the_last_ones() -> None:
    before = four_zones()
    first = before.zones[0].prick_count
    settled = given_so_far(before, first) | {0: doses(before)[0] + 5_000}
    anew = replan(before, settled)
    verify(anew)
    totals = [one.dose_nl_total for one in anew.zones]
    assert totals[0] == before.zones[0].dose_nl_total + 5_000
    assert totals[1:3] == [one.dose_nl_total for one in before.zones[1:3]]
    assert totals[3] == before.zones[3].dose_nl_total - 5_000


def test_discs_stay_within_their_cap() -> None:
    before = plan(order(zone("square", SQUARE), volume_nl=500_000, area_dose_nl_per_cm2_max=20_000))
    count = len(before.pricks)
    for lost in range(0, count // 2, 5):
        anew = replan(before, given_so_far(before, count // 2, lost))
        verify(anew)
        assert sum(doses(anew)) <= sum(doses(before))


def test_a_product_s_loss_stays_with_the_product() -> None:
    whole = plan(order(zone("a", SQUARE), zone("b", moved(SQUARE, 90_000, 0))))
    asked, (one, two) = whole.prescription, whole.zones
    before = under(
        whole,
        replace(
            asked,
            product=replace(asked.product, volume_nl=one.dose_nl_total),
            further_products=(Product("q", two.dose_nl_total, "B", "2030-01-01", None, ()),),
            zones=(asked.zones[0], replace(asked.zones[1], product=1)),
        ),
    )
    first = before.zones[0].prick_count
    anew = replan(before, given_so_far(before, first, 0))
    verify(anew)
    assert doses(anew)[first:] == doses(before)[first:]
    assert sum(doses(anew)) == sum(doses(before)) - doses(before)[0]


def test_a_plan_may_be_continued_again() -> None:
    before = four_zones()
    once = replan(before, given_so_far(before, 10, 4))
    twice = replan(once, given_so_far(once, 20, 4, 15))
    verify(twice)
    assert twice.settled is not None
    assert twice.settled.parent == once.digest()
    assert doses(twice)[:10] == doses(once)[:10]
    assert sum(doses(twice)) == sum(doses(before))
    # what was settled before need not be told again
    rows = {row: nl for row, nl in given_so_far(once, 20, 4, 15).items() if row >= 10}
    assert doses(replan(once, rows)) == doses(twice)


def test_settled_may_be_told_as_the_plan_holds_it() -> None:
    told = Settled("", (0, 1), (doses(four_zones())[0], 0))
    anew = replan(four_zones(), told)
    assert doses(anew) == doses(replan(four_zones(), given_so_far(four_zones(), 2, 1)))


@pytest.mark.parametrize(
    ("settled", "words"),
    [
        ({-1: 0}, "none of this plan"),
        ({10**6: 0}, "none of this plan"),
        ({0: -1}, "less than nothing"),
    ],
)
def test_what_does_not_fit_the_plan_is_refused(settled: dict[int, int], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        replan(four_zones(), settled)


def test_what_was_given_does_not_change() -> None:
    once = replan(four_zones(), given_so_far(four_zones(), 10, 4))
    with pytest.raises(PlanError, match="prick 5 took 0 nL"):
        replan(once, {4: 1_000})


def test_a_rest_below_every_least_dose_is_refused_with_what_would_do() -> None:
    before = plan(order(zone("square", SQUARE), volume_nl=500_000, dose_nl_min=9_000))
    count = len(before.pricks)
    settled = given_so_far(before, count - 3) | {0: 30_000}
    with pytest.raises(PlanError, match="are left for its pricks"):
        replan(before, settled)


def under(made: Plan, asked: Prescription) -> Plan:
    """The same pricks under another prescription, with the pauses that it takes."""
    limits = effective(asked)
    timing = replay(asked, made.pricks)
    pauses = pauses_of(asked, Limits(limits), made.pricks, timing)
    changed = replace(made, prescription=asked, limits=limits, pauses=pauses)
    verify(changed)
    return changed


def with_refills(filling_nl: int) -> Plan:
    asked = order(zone("square", SQUARE), syringe_volume_nl_max=filling_nl)
    return under(plan(order(zone("square", SQUARE))), asked)


def test_no_filling_holds_more_than_a_syringe() -> None:
    before = with_refills(100_000)
    stops = [one.shot for one in before.pauses if one.kind == "refill"]
    assert len(stops) >= 4
    for until in (stops[0], stops[1] - 1, stops[1]):
        anew = replan(before, given_so_far(before, until, *range(8)))
        verify(anew)
        assert sum(doses(anew)) == sum(doses(before))
        past = [one for one in anew.pauses if one.shot < until]
        assert [one.shot for one in past] == [shot for shot in stops if shot < until]


def test_a_filling_is_told_with_the_volume_that_it_gives_now() -> None:
    before = with_refills(300_000)
    anew = replan(before, given_so_far(before, 5, 1, 2, 3))
    (stop,) = anew.pauses
    assert stop == replace(before.pauses[0], note=stop.note)
    volume = sum(doses(anew)[stop.shot :])
    assert f"{volume / 1_000_000:g} mL" in stop.note or f"{volume / 1000:g} uL" in stop.note
    assert stop.note != before.pauses[0].note


def test_other_pauses_stay() -> None:
    before = plan(order(zone("square", SQUARE), needle_pricks_max=20))
    assert {one.kind for one in before.pauses} == {"needle"}
    anew = replan(before, given_so_far(before, 30, 1))
    assert anew.pauses == before.pauses
    assert isinstance(anew.pauses[0], Pause)
    verify(anew)


@cache
def sample(name: str) -> Plan:
    return plan(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("parts", [(1, 4), (1, 2), (9, 10)])
def test_plans_of_every_kind_go_on_after_a_loss_within_all_limits(
    name: str, parts: tuple[int, int]
) -> None:
    before = sample(name)
    shot = before.pricks.shot.tolist()
    until = (shot[-1] + 1) * parts[0] // parts[1]
    lost = {one for one in range(until) if one % 7 == 3}
    settled = {
        row: 0 if shot[row] in lost else dose
        for row, dose in enumerate(doses(before))
        if shot[row] < until
    }
    anew = replan(before, settled)
    verify(anew)
    assert sum(doses(before)[: len(settled)]) > sum(settled.values())
    assert doses(anew)[: len(settled)] == list(settled.values())
    open_rows = range(len(settled), len(shot))
    by_shot = {shot[row]: doses(anew)[row] for row in open_rows}
    assert all(doses(anew)[row] == by_shot[shot[row]] for row in open_rows)
    if name != "area dose that binds":
        assert sum(doses(anew)[len(settled) :]) > sum(doses(before)[len(settled) :])
    assert sum(doses(anew)) <= sum(doses(before))


def test_doses_by_a_map_keep_their_shape() -> None:
    before = sample("maps of dose and depth")
    anew = replan(before, given_so_far(before, 9, 1, 2, 3))
    shares = [new / old for old, new in zip(doses(before)[9:], doses(anew)[9:], strict=True)]
    assert max(doses(before)[9:]) > 2 * min(doses(before)[9:])
    assert sum(doses(anew)) == sum(doses(before))
    assert 1 <= min(shares) <= max(shares) < 1.4


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_was_lost_no_limit_is_broken_and_no_more_is_given_than_prescribed(
    data: st.DataObject,
) -> None:
    before = data.draw(st.sampled_from([four_zones(), one_zone(), one_zone(dose_nl_max=12_000)]))
    until = data.draw(st.integers(0, len(before.pricks)))
    settled = given_so_far(before, until)
    for row in data.draw(st.lists(st.integers(0, until - 1), max_size=6) if until else st.just([])):
        settled[row] = data.draw(st.integers(0, doses(before)[row]))
    anew = replan(before, settled)
    verify(anew)
    assert doses(anew)[:until] == [settled[row] for row in range(until)]
    room = sum(50_000 - dose for dose in doses(anew)[until:]) if until < len(before.pricks) else 0
    assert sum(doses(anew)) <= sum(doses(before))
    cap = next(one.value for one in before.limits if one.name == "dose_nl_max")
    missing = sum(doses(before)) - sum(doses(anew))
    if room and missing >= 1_000:
        # less is given only where nobody can take more
        assert min(doses(anew)[until:]) + 1_000 > cap
