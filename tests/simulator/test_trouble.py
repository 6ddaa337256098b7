"""What the pistol makes of a needle, plunger, syringe or hand that do not what they should."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol.messages import (
    FaultCode,
    JournalKind,
    Outcome,
    PistolState,
    Refusal,
    Shot,
    StatusFlag,
)
from simulator import Trouble

HELD_NL = 4_000


def fired(host: Any, *shots: int) -> Any:
    """Arm, ask for these shots, and let time pass; return the last status."""
    host.arm()
    for one in shots:
        host.fire(one)
    return host.play(4_000_000)


def ends(host: Any) -> list[tuple[JournalKind, Outcome, Refusal, int, int]]:
    return [
        (one.kind, one.outcome, one.reason, one.dose_nl_given, one.depth_um_given)
        for one in host.journal()
        if one.kind in (JournalKind.OUTCOME, JournalKind.VOID)
    ]


def test_no_dose_leaves_a_needle_that_is_not_as_deep_as_ordered(host: Any) -> None:
    host.pistol.meet(Trouble.NEEDLE_STANDS)
    status = fired(host, 1, 2)
    assert host.ghost == []
    assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.NEEDLE)
    assert status.flags & StatusFlag.NEEDLE_OUT
    assert not status.flags & StatusFlag.TOKEN_VALID
    assert status.volume_nl_left == 20_000_000
    assert ends(host) == [
        (JournalKind.OUTCOME, Outcome.NOT_FIRED, Refusal.STATE, 0, 300),
        (JournalKind.VOID, Outcome.NOT_FIRED, Refusal.STATE, 0, 0),
    ]


def test_a_needle_that_stays_in_is_a_fault_and_no_rest(host: Any) -> None:
    host.pistol.meet(Trouble.NEEDLE_STAYS_IN)
    status = fired(host, 1, 2)
    assert [(one.shot_id, one.dose_nl) for one in host.ghost] == [(1, 10_000)]
    assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.NEEDLE)
    assert status.depth_um == 600
    assert not status.flags & (StatusFlag.NEEDLE_OUT | StatusFlag.STOPPED)
    assert ends(host)[0] == (JournalKind.OUTCOME, Outcome.FIRED, Refusal.NONE, 10_000, 600)


def test_only_a_person_and_a_start_end_the_fault_of_a_needle(host: Any) -> None:
    host.pistol.meet(Trouble.NEEDLE_STAYS_IN)
    fired(host, 1)
    host.cut()
    host.restore()
    host.hello()
    assert (host.poll().state, host.poll().fault) == (PistolState.FAULT, FaultCode.NEEDLE)
    host.pistol.mend()
    assert host.poll().state is PistolState.FAULT
    host.cut()
    host.restore()
    host.hello()
    assert host.poll().state is PistolState.SAFE
    assert fired(host, 7).state is PistolState.ARMED
    assert [one.shot_id for one in host.ghost] == [1, 7]


def test_a_needle_that_stays_in_when_the_power_fails_is_found_at_the_start(host: Any) -> None:
    host.pistol.meet(Trouble.NEEDLE_STAYS_IN)
    host.arm()
    host.fire(1)
    host.play_until_moving()
    host.cut()
    host.restore()
    host.hello()
    assert (host.poll().state, host.poll().depth_um) == (PistolState.FAULT, 600)


def test_a_plunger_that_stands_still_is_a_fault_and_the_part_given_is_told(host: Any) -> None:
    host.pistol.meet(Trouble.PLUNGER_STANDS)
    status = fired(host, 1, 2)
    assert [(one.shot_id, one.dose_nl) for one in host.ghost] == [(1, 5_000)]
    assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.PLUNGER)
    assert ends(host)[0] == (JournalKind.OUTCOME, Outcome.PARTIAL, Refusal.STATE, 5_000, 600)


@pytest.mark.parametrize(
    ("held_nl", "outcome"), [(HELD_NL, Outcome.PARTIAL), (0, Outcome.NOT_FIRED)]
)
def test_a_syringe_filled_wrongly_ends_in_the_middle_and_is_empty_from_then_on(
    host: Any, held_nl: int, outcome: Outcome
) -> None:
    host.pistol.hold_only(held_nl)
    status = fired(host, 1)
    assert [one.dose_nl for one in host.ghost] == [held_nl] * bool(held_nl)
    assert (status.state, status.volume_nl_left) == (PistolState.ARMED, 0)
    depth = 600 if held_nl else ends(host)[0][-1]
    assert ends(host) == [(JournalKind.OUTCOME, outcome, Refusal.EMPTY, held_nl, depth)]
    assert host.fire(2).reason is Refusal.EMPTY


def test_a_dose_during_which_contact_is_lost_stops_and_is_in_doubt(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    host.pistol.lift(host.now_us, host.now_us + 300_000)
    status = host.play(100_000)
    (given,) = host.ghost
    assert given.contact
    assert 0 < given.dose_nl < 10_000
    assert status.state is PistolState.ARMED
    assert ends(host) == [(JournalKind.OUTCOME, Outcome.INDETERMINATE, Refusal.STATE, 0, 0)]


@pytest.mark.parametrize("part", ["before", "after"])
def test_contact_lost_beside_the_dose_leaves_no_doubt(host: Any, part: str) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    motion = host.pistol.motion
    if part == "before":  # of the next shot, whose needle is on its way in
        host.play(300_000)
        host.fire(2)
        while host.pistol.motion is None:
            host.now_us = max(host.now_us + 1, host.pistol.next_event_us())
            host.pistol.advance(host.now_us)
        motion = host.pistol.motion
        at_us = motion.dose_from_us - 1_000
    else:
        at_us = motion.dose_until_us + 1_000
    host.now_us = at_us
    host.pistol.lift(at_us, at_us + 300_000)
    host.play(100_000)
    told = ends(host)
    assert told[0][:2] == (JournalKind.OUTCOME, Outcome.FIRED)
    if part == "before":
        assert told[1][:4] == (JournalKind.OUTCOME, Outcome.NOT_FIRED, Refusal.STATE, 0)
    assert len(host.ghost) == 1


def test_the_service_button_takes_the_foot_off_the_skin_within_a_dose(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    host.pistol.hold_service_button(True)
    host.play(100_000)
    (given,) = host.ghost
    assert given.dose_nl < 10_000
    assert ends(host) == [(JournalKind.OUTCOME, Outcome.INDETERMINATE, Refusal.STATE, 0, 0)]


def test_a_needle_stopped_before_it_is_in_does_not_stay_in(host: Any) -> None:
    host.pistol.meet(Trouble.NEEDLE_STAYS_IN)
    host.arm()
    host.fire(1)
    while host.pistol.motion is None:
        host.now_us = max(host.now_us + 1, host.pistol.next_event_us())
        host.pistol.advance(host.now_us)
    host.pistol.press_button(host.pistol.motion.began_us)
    host.play(100_000)
    assert (host.poll().state, host.poll().fault) == (PistolState.ABORTED, FaultCode.NONE)


def test_a_shot_is_refused_at_the_gate_while_the_hand_is_off_the_skin(host: Any) -> None:
    host.arm()
    host.fire(1, ttl_ms=900)
    contact_us = host.pistol.hand.arrives_us() + 1_000
    host.play(contact_us - host.now_us)
    host.pistol.lift(host.now_us, host.now_us + 5_000_000)
    host.play(1_000_000)
    assert host.ghost == []
    assert ends(host)[-1][:3] == (JournalKind.VOID, Outcome.NOT_FIRED, Refusal.EXPIRED)


def test_an_abort_before_the_trouble_shows_is_an_abort(host: Any) -> None:
    host.pistol.meet(Trouble.PLUNGER_STANDS)
    host.arm()
    host.fire(1)
    host.play_until_moving()
    motion = host.pistol.motion
    host.pistol.press_button((motion.dose_from_us + host.now_us) // 2)
    host.play(500_000)
    assert host.poll().state is PistolState.ABORTED
    assert ends(host)[0][1:3] == (Outcome.PARTIAL, Refusal.ABORTED)


def test_trouble_of_the_needle_does_not_matter_off_the_skin(host: Any) -> None:
    """What is given into a vessel leaves a needle that stays where it begins."""
    host.pistol.meet(Trouble.NEEDLE_STANDS)
    asked: Shot = host.shot(1, depth_um=0)
    host.arm()
    host.put(host.wire(asked._replace(arm_token=host.token)))
    host.play(2_000_000)
    assert [one.depth_um for one in host.ghost] == [0]
