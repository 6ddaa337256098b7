"""Beside an alarm no shot is asked: first a person looks, and resumes or confirms."""

from __future__ import annotations

import pytest

from firmware_protocol.messages import ArmConfirm, Disarm, Shot
from mesogun.record import Alarmed, Armed, Entry
from mesogun.session.model import Confirmed, Ended
from tests.session.hand_made import (
    Talk,
    armed,
    begun,
    connected,
    ended,
    intent,
    orders,
    records,
    reserved,
    status,
)


def stopped_for(talk: Talk) -> str:
    """Demand that no further shot is asked until a person resumes; return why."""
    assert talk.request == Disarm(99)
    session = talk.finish().step.session
    assert isinstance(session, Ended)
    assert session.outcome == "interrupted"
    assert "before you resume" in session.why
    assert not session.passing
    return session.why


@pytest.mark.parametrize("dose_nl", [11_001, 8_999])
def test_a_dose_far_off_the_one_asked_stops_the_session_until_a_person_resumes(
    dose_nl: int,
) -> None:
    assert f"gave {dose_nl} nL" in stopped_for(armed(orders(3)).give(dose_nl_given=dose_nl))


@pytest.mark.parametrize("dose_nl", [10_500, 9_500])
def test_twenty_doses_a_little_more_than_a_twentieth_off_together_stop_the_session(
    dose_nl: int,
) -> None:
    talk, more = armed(orders(30)), 1 if dose_nl > 10_000 else -1
    for _ in range(20):
        talk.give(dose_nl_given=dose_nl)
    assert isinstance(talk.request, Shot)
    talk.give(dose_nl_given=dose_nl + more)
    assert [one.kind for one in talk.kinds(Alarmed)] == ["drift"]
    assert f"the last 20 shots gave {20 * dose_nl + more} nL" in stopped_for(talk)


@pytest.mark.parametrize(
    ("depth_um", "stops"), [(401, False), (800, False), (399, True), (801, True)]
)
def test_a_depth_far_off_the_one_asked_stops_the_session_until_a_person_resumes(
    depth_um: int, stops: bool
) -> None:
    talk = armed(orders(3)).give(depth_um_given=depth_um)
    assert [one.kind for one in talk.kinds(Alarmed)] == ["depth"] * stops
    if stops:
        assert f"went {depth_um} um deep where 600 um were asked" in stopped_for(talk)
    else:
        assert isinstance(talk.request, Shot)


def test_dose_and_depth_off_at_once_are_two_alarms() -> None:
    talk = armed(orders(3)).give(dose_nl_given=8_000, depth_um_given=100)
    assert [one.kind for one in talk.kinds(Alarmed)] == ["dose", "depth"]


def test_a_shot_of_before_that_was_off_ends_the_part_that_learns_of_it_unarmed() -> None:
    history: list[Entry] = [connected(), reserved(), intent(1, 0)]
    talk = Talk(orders(3), history).connect(shot_id_highest=1)
    talk.tell(status(journal_head=2, journal_tail=0))
    talk.tell(records(begun(1, 1), ended(2, 1, dose_nl_given=5_000)), status(journal_head=2))
    session = talk.step.session
    assert isinstance(session, Ended)
    assert (session.outcome, talk.kinds(Armed)) == ("interrupted", [])
    again = Talk(orders(3), [*history, *talk.written]).connect(journal_tail=2)
    assert not isinstance(again.tell(status(journal_head=2)).step.session, Ended)


@pytest.mark.parametrize(("after_us", "ends"), [(599_000_000, False), (600_000_000, True)])
def test_an_answer_that_comes_after_ten_minutes_arms_nothing_and_ends_the_part(
    after_us: int, ends: bool
) -> None:
    talk = Talk(orders(3)).connect().challenge()
    asked_us = talk.now_us - 10_000
    talk.tell(Confirmed("somebody"), after_us=asked_us + after_us - talk.now_us)
    assert [one for one in talk.steps if isinstance(one.request, ArmConfirm)] == []
    ending = talk.step.session.core.ending
    assert (ending is not None) is ends
    if ending:
        assert ending.outcome == "interrupted"
        assert "ten minutes" in ending.why
