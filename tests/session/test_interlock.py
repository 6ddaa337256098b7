"""The guard before each shot of a session, fed by nothing but the journal's entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from firmware_protocol.crit import crit
from firmware_protocol.messages import Poll, Shot, Trigger
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.planning import Point3, PrickTable, VerifiedPlan, column, plan, verify
from mesogun.planning.plan import sealed
from mesogun.planning.replan import replan
from mesogun.record import Entry, Outcome, Reserved
from mesogun.session.interlock import LOOK_AGAIN_US, Interlock
from mesogun.session.model import Step
from tests.planning.samples import SQUARE, order, zone
from tests.session.hand_made import Talk, intent, orders, outcome
from tests.simulation.tiny import tiny_plan

PLAN = tiny_plan(6)
BARE = Talk(orders()).step.session


def asks(shot: int, at_us: int = 0, *, not_before_us: int = 0) -> Step:
    """A step that asks for a shot, as a session makes it."""
    request = Shot(
        ShotId(shot + 1), ArmToken(1), Nanolitres(1), Micrometres(1), NanolitresPerSecond(1),
        Milliseconds(0), Milliseconds(1), Trigger.PRESS, Milliseconds(0), 0, crit(1, 1, 1, 1),
    )  # fmt: skip
    entries = (Reserved(at_us, 1, 64), intent(shot + 1, shot, at_us))
    return Step(BARE, entries, request, not_before_us)


def text_of(lock: Interlock, shot: int, at_us: int = 0) -> str:
    veto = lock.veto(asks(shot), at_us)
    return "" if veto is None else veto.text


def test_a_shot_that_follows_the_plan_passes_and_counts_at_once() -> None:
    lock = Interlock(PLAN, ())
    assert lock.veto(asks(0), 0) is None
    assert "done with" in text_of(lock, 0)


def test_nothing_but_a_shot_is_vetoed() -> None:
    lock = Interlock(PLAN, [intent(1, 0)])
    assert lock.veto(Step(BARE, (), Poll(ArmToken(0), 0, 0)), 0) is None


@pytest.mark.parametrize(
    ("told", "passes"),
    [
        ([], True),
        ([intent(1, 0)], False),
        ([intent(1, 0), outcome(1)], False),
        ([intent(1, 0), outcome(1, "partial", 4_000)], False),
        ([intent(1, 0), outcome(1, "indeterminate")], False),
        ([intent(1, 0), outcome(1, "not_fired")], True),
        ([intent(1, 0), outcome(1, "not_fired"), outcome(1, "not_fired")], True),
        ([intent(1, 0), outcome(1, "not_fired"), outcome(1)], False),
        ([intent(1, 0), outcome(1, "not_fired"), intent(2, 0)], False),
        ([intent(1, 0), replace(outcome(1, "not_fired"), dose_nl_given=5)], False),
        ([outcome(77)], True),
    ],
)
def test_what_the_journal_says_decides_whether_a_shot_may_be_asked(
    told: Sequence[Entry], passes: bool
) -> None:
    assert (Interlock(PLAN, told).veto(asks(0), 10**9) is None) is passes
    grown = Interlock(PLAN, ())
    grown.take(told)
    assert (grown.veto(asks(0), 10**9) is None) is passes


def test_an_own_shot_that_was_not_fired_may_be_asked_again() -> None:
    lock = Interlock(PLAN, ())
    step = asks(0)
    assert lock.veto(step, 0) is None
    lock.take(step.entries)
    assert "done with" in text_of(lock, 0)
    lock.take([outcome(1, "not_fired")])
    assert lock.veto(asks(0), 0) is None


def test_doses_far_off_are_counted_as_measured() -> None:
    total = sum(map(int, PLAN.plan.pricks.dose_nl))
    much = Interlock(PLAN, [intent(1, 0), outcome(1, "fired", total)])
    assert "more than" in text_of(much, 1)
    noise = Interlock(PLAN, [intent(1, 0), outcome(1, "fired", 10_900)])
    for shot in range(1, 6):
        assert noise.veto(asks(shot), 10**9) is None


def test_a_new_plan_is_guarded_with_what_was_given_under_the_old_one() -> None:
    told = [intent(1, 0), outcome(1), intent(2, 1), outcome(2, "not_fired")]
    anew = verify(replan(PLAN.plan, {0: 10_000, 1: 0}))
    lock = Interlock(anew, told)
    for shot in (0, 1):
        assert "done with" in text_of(lock, shot, 10**9)
    for shot in range(2, 6):
        assert lock.veto(asks(shot), 10**9) is None


def resting(**zone_values: object) -> VerifiedPlan:
    made = plan(order(zone("square", SQUARE, **{"interval_ms": 300, **zone_values})))
    return verify(made)


def test_the_time_between_shots_is_waited_for() -> None:
    checked = resting()
    told = [intent(1, 0, 1_000_000), replace(outcome(1), fired_at_us=1_500_000)]
    veto = Interlock(checked, told).veto(asks(1), 1_600_000)
    assert veto is not None
    assert veto.wait_until_us == 1_800_000
    assert Interlock(checked, told).veto(asks(1, not_before_us=1_800_000), 1_600_000) is None
    assert Interlock(checked, told).veto(asks(1), 1_800_000) is None


def test_a_held_trigger_leaves_the_interval_to_the_pistol() -> None:
    checked = resting(trigger="held")
    lock = Interlock(checked, [intent(1, 0, 1_000_000)])
    assert lock.veto(asks(1), 1_000_001) is None
    assert lock.veto(asks(2), 1_000_002) is None


class Needle:
    """A tracker in a test's hand."""

    def __init__(self, *places: Point3 | None) -> None:
        self.places = list(places)

    def where(self) -> Point3 | None:
        return self.places.pop(0)


def spot(checked: VerifiedPlan, row: int) -> Point3:
    pricks = checked.plan.pricks
    return int(pricks.x_um[row]), int(pricks.y_um[row]), 0


def test_with_a_tracker_a_shot_is_asked_once_the_needle_is_at_its_place() -> None:
    x, y, z = spot(PLAN, 0)
    lock = Interlock(PLAN, (), Needle(None, (x + 1, y, z), (x, y, z)))
    for words in ("does not know", "from the place of prick 1"):
        veto = lock.veto(asks(0), 7)
        assert veto is not None
        assert words in veto.text
        assert veto.wait_until_us == 7 + LOOK_AGAIN_US
    assert lock.veto(asks(0), 7) is None


def test_a_shot_of_several_needles_passes_whole_or_not_at_all() -> None:
    made = PLAN.plan
    pairs = PrickTable(**dict(made.pricks.columns()) | {"shot": column([k // 2 for k in range(6)])})
    broken = dict(pairs.columns()) | {"dose_nl": column([10_000, 10**6, *[10_000] * 4])}
    lock = Interlock(sealed(replace(made, pricks=PrickTable(**broken)), "d"), ())
    assert "prick 2" in text_of(lock, 0)
    assert "prick 2" in text_of(lock, 0)
    assert lock.veto(asks(1), 0) is None
    lock = Interlock(sealed(replace(made, pricks=pairs), "d"), ())
    assert lock.veto(asks(0), 0) is None
    told = Outcome(9, 1, "partial", "none", 5_000, 600, None, None)
    lock.take([intent(1, 0), told])
    assert "done with" in text_of(lock, 0)
