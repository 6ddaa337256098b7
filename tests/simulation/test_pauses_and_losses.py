"""Pauses and lost doses in whole sessions, by seed: each prick accounted for, and never more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mesogun.dryrun import World
from mesogun.planning import VerifiedPlan, verify
from mesogun.planning import plan as planned
from mesogun.planning.plan import sealed
from mesogun.record import Armed, Intent, Paused, Replanned
from mesogun.session import Briefing
from tests.planning.test_same_everywhere import SAMPLES
from tests.simulation.ghost import Played, hold_against_the_ghost, played, played_by_hand
from tests.simulation.paused import needle, paused_plan, refill, rest
from tests.simulation.tiny import DOSE_NL, tiny_plan

PRICKS = 12


def hold(one: Played, plan: VerifiedPlan) -> None:
    """What must be true of every session, and of what its plans were to give."""
    hold_against_the_ghost(one, len(plan.plan.pricks), losses=True)
    asked_nl = 0
    doses = [int(nl) for nl in plan.plan.pricks.dose_nl]
    by_id: dict[int, int] = {}
    for entry in one.entries:
        if isinstance(entry, Replanned):
            doses = list(entry.doses_nl)
        if isinstance(entry, Intent):
            by_id[entry.shot_id] = doses[entry.shot]
    for truth in one.ghost:
        # of a dose that an abort cut short, what was given: the rest of it may go elsewhere
        asked_nl += min(truth.dose_nl, by_id[truth.shot_id])
    assert asked_nl <= int(plan.plan.prescription.product.volume_nl)


def test_a_session_with_pauses_arms_anew_at_each_and_gives_every_prick(tmp_path: Path) -> None:
    plan = paused_plan(PRICKS, needle(3), refill(3), needle(8))
    one = played_by_hand(plan, tmp_path / "journal")
    hold(one, plan)
    assert (one.record.outcome, one.record.count("given")) == ("complete", PRICKS)
    assert [(each.shot, each.kinds) for each in one.record.pauses] == [
        (3, ("needle", "refill")),
        (8, ("needle",)),
    ]
    assert {each.confirmed_by for each in one.record.pauses} == {"a test"}
    assert len([each for each in one.entries if isinstance(each, Armed)]) == 3
    assert [len(each.pauses) for each in one.briefings] == [0, 2, 1]


def test_small_fillings_are_used_up_and_changed(tmp_path: Path) -> None:
    plan = paused_plan(PRICKS, refill(4), refill(8), filling_nl=4 * DOSE_NL)
    one = played(plan, tmp_path / "journal", seed=5)
    hold(one, plan)
    assert one.record.outcome == "complete"
    assert one.record.alarms == ()


def test_without_its_refills_a_small_filling_is_alarmed_and_runs_empty(tmp_path: Path) -> None:
    plan = paused_plan(PRICKS, refill(4), refill(8), filling_nl=4 * DOSE_NL)
    careless = sealed(replace(plan.plan, pauses=()), plan.digest)
    record = played(careless, tmp_path / "journal").record
    assert "low_volume" in {each.kind for each in record.alarms}
    # each time it runs empty somebody has to resume
    assert (record.outcome, record.parts) == ("complete", 3)


@pytest.mark.parametrize("wait_us", [40_000, 700_000, 3_000_000])
def test_a_rest_takes_the_time_that_the_plan_says(tmp_path: Path, wait_us: int) -> None:
    plan = paused_plan(PRICKS, rest(4, wait_us), rest(9, wait_us))
    one = played(plan, tmp_path / "journal")
    hold(one, plan)
    assert (one.record.outcome, one.record.alarms) == ("complete", ())
    starts = [each.at_us for each in one.record.pricks]
    for shot in (4, 9):
        before, after = starts[shot - 1], starts[shot]
        assert before is not None
        assert after is not None
        assert after - before >= wait_us
    assert 1.0 <= one.record.duration_us / plan.plan.duration_us < 1.08


@pytest.mark.parametrize("fault", ["drop:0.1", "delay:50", "power-cut@5", "host-restart@4"])
@pytest.mark.parametrize("seed", range(3))
def test_faults_around_pauses_give_no_prick_twice(tmp_path: Path, fault: str, seed: int) -> None:
    plan = paused_plan(PRICKS, needle(4), rest(5, 300_000), refill(9), filling_nl=9 * DOSE_NL)
    one = played(plan, tmp_path / "journal", fault, seed=seed)
    hold(one, plan)
    assert one.record.outcome == "complete"
    assert {each.shot for each in one.record.pauses} == {4, 9}


def test_an_abort_while_the_skin_rests_ends_the_session_at_once(tmp_path: Path) -> None:
    plan = paused_plan(PRICKS, rest(2, 60_000_000))

    def prepare(world: World) -> None:
        world.abort_at(9_000_000)

    one = played_by_hand(plan, tmp_path / "journal", prepare=prepare)
    hold(one, plan)
    assert (one.record.outcome, one.record.count("given")) == ("aborted", 2)
    assert one.entries[-1].at_us < 9_500_000


def test_a_host_killed_anywhere_around_a_pause_asks_the_person_again(tmp_path: Path) -> None:
    plan = paused_plan(4, needle(2))
    for die_at in range(1, 45):
        one = played_by_hand(plan, tmp_path / str(die_at), deaths=[(die_at, bool(die_at % 2))])
        hold(one, plan)
        assert (one.record.outcome, one.record.count("given")) == ("complete", 4)
        assert {each.shot for each in one.record.pauses} == {2}
        assert all(each.confirmed_by for each in one.record.pauses)
        told = [each for each in one.entries if isinstance(each, Paused)]
        assert 1 <= len(told) <= 2


def refused_three_times(tmp_path: Path, number: int, *deaths: tuple[int, bool]) -> Played:
    """A session in which one shot is lost; its host dies later, and it is resumed."""
    asked = range(number, number + 3)
    return played_by_hand(tiny_plan(PRICKS), tmp_path / "journal", deaths=deaths, refused=asked)


def test_a_lost_dose_is_given_to_the_rest_after_a_resume(tmp_path: Path) -> None:
    one = refused_three_times(tmp_path, 3, (40, False))
    hold(one, tiny_plan(PRICKS))
    record = one.record
    assert (record.outcome, record.parts) == ("complete", 2)
    assert [each.index for each in record.pricks if each.state == "not_given"] == [2]
    assert record.pricks[2].dose_nl_planned == 0
    assert sum(each.dose_nl_planned for each in record.pricks) == PRICKS * DOSE_NL
    (change,) = record.replans
    assert change.parent == tiny_plan(PRICKS).digest
    assert change.plan_digest == record.plan_digest == one.plans[-1].digest
    assert (2, DOSE_NL, 0) in change.changes
    raised = [(old, new) for row, old, new in change.changes if row != 2]
    assert raised
    assert all(new > old for old, new in raised)
    assert one.briefings[0] == Briefing(prime=True)
    assert one.briefings[-1].redosed


@pytest.mark.parametrize(
    "name", ["a hill", "a line of five, finished by one", "two products and an earlier session"]
)
def test_a_loss_is_made_up_for_on_surfaces_and_with_heads_and_products(
    tmp_path: Path, name: str
) -> None:
    plan = verify(planned(SAMPLES[name]))
    one = played_by_hand(plan, tmp_path / "journal", deaths=[(60, False)], refused=range(3, 6))
    assert one.record.outcome == "complete"
    (change,) = one.record.replans
    assert change.parent == plan.digest
    lost = [each for each in one.record.pricks if each.state == "not_given"]
    assert lost
    assert {(each.index, 0) for each in lost} == {
        (row, new) for row, _, new in change.changes if new == 0
    }
    whole_nl = sum(int(each.volume_nl) for each in plan.plan.prescription.products)
    # a dose that was measured far off its order leaves less than a step
    assert 0 <= whole_nl - sum(each.dose_nl_planned for each in one.record.pricks) < 1_000


def test_a_dose_lost_before_a_pause_is_given_after_it(tmp_path: Path) -> None:
    plan = paused_plan(PRICKS, needle(6))
    one = played_by_hand(plan, tmp_path / "journal", refused=range(2, 5))
    hold(one, plan)
    assert one.record.outcome == "complete"
    assert len(one.record.replans) == 1
    assert sum(each.dose_nl_planned for each in one.record.pricks) == PRICKS * DOSE_NL
    assert [len(each.pauses) for each in one.briefings] == [0, 0, 1]


def test_a_session_without_losses_is_never_planned_anew(tmp_path: Path) -> None:
    for number in range(1, PRICKS):
        one = played(tiny_plan(PRICKS), tmp_path / str(number), f"power-cut@{number}", seed=number)
        assert one.record.replans == ()


@pytest.mark.parametrize("seed", range(6))
def test_an_aborted_dose_is_completed_by_the_rest_when_the_session_goes_on(
    tmp_path: Path, seed: int
) -> None:
    def prepare(world: World) -> None:
        world.abort_at(3_210_000 + seed * 37_000)

    plan = tiny_plan(PRICKS)
    one = played_by_hand(
        plan, tmp_path / "journal", seed=seed, prepare=prepare, resumed=("interrupted", "aborted")
    )
    hold(one, plan)
    assert one.record.outcome == "complete"
    partial = [each for each in one.record.pricks if "stopped" in each.why]
    assert len(one.record.replans) == len(partial) <= 1
    if partial:
        assert partial[0].dose_nl_planned == partial[0].dose_nl_given
        total = sum(each.dose_nl_planned for each in one.record.pricks)
        assert 0 <= PRICKS * DOSE_NL - total < 10


@pytest.mark.parametrize("seed", range(12))
def test_losses_deaths_and_pauses_together_account_for_every_prick(
    tmp_path: Path, seed: int
) -> None:
    plan = paused_plan(PRICKS, needle(3), rest(5, 400_000), refill(7), filling_nl=8 * DOSE_NL)
    deaths = [((seed * 11 + part * 7) % 53 + 9, bool(part % 2)) for part in range(4)]
    start = seed % 9 + 1
    one = played_by_hand(
        plan, tmp_path / "journal", seed=seed, deaths=deaths, refused=range(start, start + 3)
    )
    hold(one, plan)
    assert one.record.outcome == "complete"
    ends = {each.state for each in one.record.pricks}
    assert ends <= {"given", "not_given"}
    assert sum(each.dose_nl_planned for each in one.record.pricks) <= PRICKS * DOSE_NL
