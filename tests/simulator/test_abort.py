"""Abort wins: any trigger, at any moment, and `stopped` only when nothing moves."""

from typing import Any

import pytest

from firmware_protocol.messages import (
    Abort,
    AbortCause,
    ArmConfirm,
    ArmRequest,
    ClearAbort,
    Disarm,
    ErrorCode,
    Hello,
    JournalKind,
    Outcome,
    PistolState,
    Refusal,
    Shot,
    StatusFlag,
    from_frame,
)
from simulator.operator import Hand


def trigger(host: Any, cause: AbortCause) -> None:
    match cause:
        case AbortCause.FRAME:
            host.ask(Abort(1), session=0)
        case AbortCause.ZERO_RUN:
            assert host.put(bytes(8)) == []
        case AbortCause.BREAK:
            host.pistol.line_break(host.now_us)
        case AbortCause.DTR:
            host.pistol.drop_dtr(host.now_us)
        case AbortCause.BUTTON:
            host.pistol.press_button(host.now_us)
        case AbortCause.LEASE:
            host.now_us += 300_000
            host.pistol.advance(host.now_us)


CAUSES = [cause for cause in AbortCause if cause not in (AbortCause.NONE, AbortCause.INTERNAL)]


@pytest.mark.parametrize("cause", CAUSES, ids=lambda one: one.name)
def test_every_trigger_latches_and_empties_the_queue(host_of: Any, cause: AbortCause) -> None:
    host = host_of(hand=Hand(travel_us=1_000_000))
    host.arm()
    for one in range(1, 5):
        host.fire(one)
    trigger(host, cause)
    status = host.poll()
    assert (status.state, status.abort_cause, status.queue) == (PistolState.ABORTED, cause, 0)
    assert (status.abort_id, status.flags & StatusFlag.TOKEN_VALID) == (1, 0)
    kinds = [one.kind for one in host.journal()]
    assert kinds == [JournalKind.BOOT, JournalKind.ABORT] + [JournalKind.VOID] * 4
    assert host.journal()[1].cause is cause
    host.play(5_000_000)
    assert host.ghost == []


@pytest.mark.parametrize("cause", CAUSES, ids=lambda one: one.name)
def test_every_trigger_stops_the_plunger_in_the_middle_of_a_dose(
    host: Any, cause: AbortCause
) -> None:
    host.arm(lease_ms=300)
    # slow enough that a lost lease comes in the middle of the dose too
    host.fire(1, dose_nl=20_000, rate_nl_per_s=20_000)
    host.play_until_moving()
    host.poll()
    trigger(host, cause)
    stopped_us = host.now_us
    host.play(1_000_000)
    (given,) = host.ghost
    assert given.at_us <= stopped_us
    assert 0 < given.dose_nl < 20_000
    outcome = host.journal()[-1]
    assert (outcome.outcome, outcome.dose_nl_given) == (Outcome.PARTIAL, given.dose_nl)
    assert outcome.reason in (Refusal.ABORTED, Refusal.LEASE)


def test_stopped_is_said_only_when_the_needle_is_out(host: Any) -> None:
    host.arm()
    host.fire(1, depth_um=2_000)
    host.play_until_moving()
    first = host.ask(Abort(1), session=0)
    assert (first.stopped, first.shot_id_open, first.shots_after) == (0, 1, 0)
    assert not host.poll().flags & StatusFlag.NEEDLE_OUT
    host.now_us += 19_000  # 2 mm at 100 mm/s take 20 ms
    assert host.ask(Abort(1), session=0).stopped == 0
    host.now_us += 1_200
    last = host.ask(Abort(1), session=0)
    assert (last.stopped, last.shot_id_open, last.shots_after) == (1, 0, 1)
    assert host.poll().flags & StatusFlag.NEEDLE_OUT


def test_an_abort_before_the_dose_gives_nothing(host: Any) -> None:
    host.arm()
    host.fire(1, depth_um=2_000)
    while host.pistol.motion is None:
        host.play(1_000, 1_000)
    host.now_us = host.pistol.motion.dose_from_us - 6_000  # the needle is still on its way in
    host.ask(Abort(1), session=0)
    host.play(1_000_000)
    outcome = host.journal()[-1]
    assert (outcome.outcome, outcome.reason) == (Outcome.NOT_FIRED, Refusal.ABORTED)
    assert 0 < outcome.depth_um_given < 2_000
    assert host.ghost == []


def test_an_abort_after_the_dose_leaves_a_shot_that_was_fired(host: Any) -> None:
    host.arm()
    host.fire(1, dwell_ms=1_000)
    host.play_until_moving()
    host.now_us = host.pistol.motion.dose_until_us
    host.ask(Abort(1), session=0)
    host.play(100_000)
    outcome = host.journal()[-1]
    assert (outcome.outcome, outcome.dose_nl_given) == (Outcome.FIRED, 10_000)
    assert host.poll().flags & StatusFlag.STOPPED  # the dwell was cut short


def test_repeated_aborts_are_one_abort(host: Any) -> None:
    host.arm()
    replies = [host.ask(Abort(reason), session=ses) for reason, ses in ((1, 0), (2, 77), (3, 0))]
    assert {one.abort_id for one in replies} == {1}
    host.put(bytes(20))
    assert host.poll().abort_cause is AbortCause.FRAME  # the first one
    assert [one.kind for one in host.journal()].count(JournalKind.ABORT) == 1


def test_an_abort_is_cleared_only_by_its_id_after_the_journal_was_read(host: Any) -> None:
    host.arm()
    host.ask(Abort(1), session=0)
    assert host.ask(ClearAbort(1)).code is ErrorCode.JOURNAL_UNREAD
    host.read_all()
    wrong = host.ask(ClearAbort(2))
    assert (wrong.code, wrong.detail) == (ErrorCode.WRONG_ABORT_ID, 1)
    assert host.ask(ClearAbort(1)).state is PistolState.SAFE
    assert host.ask(ClearAbort(1)).code is ErrorCode.WRONG_STATE
    host.ask(Abort(1), session=0)
    assert host.poll().abort_id == 2  # ids rise
    host.read_all()
    assert host.ask(ClearAbort(1)).code is ErrorCode.WRONG_ABORT_ID


def test_an_abort_is_not_cleared_while_the_needle_is_in(host: Any) -> None:
    host.arm()
    host.fire(1, depth_um=2_000)
    host.play_until_moving()
    host.ask(Abort(1), session=0)
    host.read_all()
    assert host.ask(ClearAbort(1)).code is ErrorCode.WRONG_STATE


def test_an_abort_kills_a_challenge(host: Any) -> None:
    host.hello()
    host.read_all()
    nonce = host.challenge().nonce
    host.ask(Abort(1), session=0)
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_STATE
    host.read_all()
    host.ask(ClearAbort(1))
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_STATE


def test_a_late_shot_is_harmless_after_an_abort_and_a_new_arming(host: Any) -> None:
    host.arm()
    late: Shot = host.shot(1)
    host.ask(Abort(1), session=0)
    host.read_all()
    host.ask(ClearAbort(1))
    host.arm()
    assert host.ask(late).reason is Refusal.TOKEN
    host.play(2_000_000)
    assert host.ghost == []


def test_eight_zero_bytes_abort_and_seven_do_not(host: Any) -> None:
    host.arm()
    frame = host.wire(ArmRequest(1, 1, 1, 1, 1, 1, 300, 1, 0, 0))
    host.put(frame + frame + bytes(5))  # two delimiters meet, and five more: a run of six
    assert host.poll().state is PistolState.ARMED
    host.put(bytes(3))
    host.put(bytes(5))  # a run across two pieces
    assert host.poll().state is PistolState.ABORTED


def test_a_zero_run_aborts_whatever_stands_beside_it_in_one_chunk(host: Any) -> None:
    host.arm()
    shot = host.wire(host.shot(1))
    (refused,) = host.put(bytes(9) + shot)
    assert from_frame(refused).reason is Refusal.TOKEN
    assert host.poll().queue == 0
    host.read_all()
    clear = host.wire(ClearAbort(1))
    host.put(clear + bytes(9))  # cleared and aborted again, in this order
    status = host.poll()
    assert (status.state, status.abort_id) == (PistolState.ABORTED, 2)


def test_an_abort_needs_no_session(host: Any) -> None:
    reply = host.ask(Abort(1), session=0)
    assert (reply.abort_id, reply.stopped) == (1, 1)
    assert host.pistol.state is PistolState.ABORTED


def test_a_new_session_leaves_the_abort_latched(host: Any) -> None:
    host.arm()
    host.ask(Abort(1), session=0)
    host.hello(nonce=2)
    assert host.poll().state is PistolState.ABORTED


def test_a_button_aborts_a_pistol_that_nobody_has_greeted(host: Any) -> None:
    host.pistol.press_button(0)
    assert isinstance(host.ask(Hello(1, 0, 0, 1), session=0).session, int)
    assert host.pistol.state is PistolState.ABORTED


@pytest.mark.parametrize("how", ["abort", "disarm", "hello"])
def test_a_shot_whose_intent_is_being_written_was_never_begun(host_of: Any, how: str) -> None:
    host = host_of(hand=Hand(travel_us=200_000, settle_us=0, jitter_ppm=0))
    host.arm()
    host.fire(1)
    host.play(200_000)
    host.now_us += 75  # the write takes 150
    match how:
        case "abort":
            host.ask(Abort(1), session=0)
        case "disarm":
            host.ask(Disarm(host.token))
        case _:
            host.hello(nonce=2)
    assert host.poll().queue == 0
    host.play(1_000_000)
    assert host.ghost == []
    about = [one for one in host.journal() if one.shot_id == 1 and one.kind != JournalKind.ABORT]
    assert [one.kind for one in about] == [JournalKind.VOID]
