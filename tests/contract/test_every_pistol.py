"""What every pistol must do, asked through the port that a session uses."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol.crit import crit
from firmware_protocol.description import own, packed
from firmware_protocol.messages import (
    ACTUATING_HASH,
    MAJOR,
    SCHEMA_HASH,
    AbortCause,
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ClearAbort,
    ClearAbortReply,
    Describe,
    DescribeChunk,
    Disarm,
    DisarmReply,
    ErrorCode,
    ErrorReply,
    Feature,
    JournalKind,
    LimitId,
    Outcome,
    Ping,
    PingReply,
    PistolState,
    Refusal,
    Resolution,
    Resolve,
    ShotReply,
    ShotResult,
    StatusFlag,
)
from firmware_protocol.units import ArmToken, Nanolitres, ShotId
from mesogun.device import Pistol


def test_it_says_who_it_is(bench: Any) -> None:
    greeting = bench.greeting
    assert (greeting.major, greeting.schema_hash) == (MAJOR, SCHEMA_HASH)
    assert greeting.actuating_hash == ACTUATING_HASH
    assert greeting.features & Feature.SIMULATED
    assert greeting.uid >> 56 == 0x51


def test_a_ping_is_echoed_with_the_pistol_s_time_in_every_state(bench: Any) -> None:
    first, token = bench.pistol.ask(Ping(0xFFFF_FFFF)), bench.arm()
    armed = bench.pistol.ask(Ping(0))
    bench.pistol.stop()
    last = bench.pistol.ask(Ping(7))
    assert all(isinstance(one, PingReply) for one in (first, armed, last))
    assert [first.echo, armed.echo, last.echo] == [0xFFFF_FFFF, 0, 7]
    assert first.uptime_us < armed.uptime_us < last.uptime_us
    assert bench.poll(token).state is PistolState.ABORTED
    assert bench.pistol.ping() > 0


def test_it_describes_its_own_messages_whole_and_piece_by_piece(bench: Any) -> None:
    assert bench.greeting.features & Feature.DESCRIBE
    size = len(packed())
    middle = bench.pistol.ask(Describe(size // 2))
    assert isinstance(middle, DescribeChunk)
    assert bytes(one.value for one in middle.data) == packed()[size // 2 :][:200]
    assert bench.pistol.ask(Describe(size)) == DescribeChunk(size, size, 0, ())
    beyond = bench.pistol.ask(Describe(size + 1))
    assert isinstance(beyond, ErrorReply)
    assert (beyond.code, beyond.detail) == (ErrorCode.OUT_OF_RANGE, size)
    assert bench.pistol.description() == own()


def test_a_new_hello_is_a_new_session_of_the_same_pistol(bench: Any) -> None:
    again = bench.pistol.hello()
    assert again.session not in (0, bench.greeting.session)
    assert (again.uid, again.boot_id) == (bench.greeting.uid, bench.greeting.boot_id)


def test_a_script_needs_one_line_for_the_status(reached: Any) -> None:
    with Pistol.open(reached.url) as pistol:
        status = pistol.status()
        assert status.state in (PistolState.SAFE, PistolState.ABORTED)
        assert pistol.limits().dose_nl_max > 0


def test_unarmed_it_stands_still_with_the_needle_out(bench: Any) -> None:
    status = bench.poll()
    assert status.state is PistolState.SAFE
    assert status.flags & StatusFlag.STOPPED
    assert status.flags & StatusFlag.NEEDLE_OUT
    assert not status.flags & StatusFlag.TOKEN_VALID


def test_arming_takes_two_steps_and_echoes_what_will_be_enforced(bench: Any) -> None:
    request = bench.arm_request()
    challenge = bench.pistol.ask(request)
    assert isinstance(challenge, ArmChallenge)
    assert bench.poll().state is PistolState.CHALLENGED
    for name in request._fields:
        assert getattr(challenge, name) == getattr(request, name)
    wrong = bench.pistol.ask(ArmConfirm(challenge.nonce ^ 1))
    assert isinstance(wrong, ErrorReply)
    assert wrong.code is ErrorCode.WRONG_NONCE
    reply = bench.pistol.ask(ArmConfirm(challenge.nonce))
    assert isinstance(reply, ArmReply)
    status = bench.poll(reply.arm_token)
    assert status.state is PistolState.ARMED
    assert status.shots_left == request.shots_max
    assert isinstance(bench.pistol.ask(Disarm(reply.arm_token)), DisarmReply)
    assert bench.poll().state is PistolState.SAFE


def test_arming_above_a_limit_is_refused_with_its_name_and_value(bench: Any) -> None:
    limits = bench.pistol.limits()
    refused = bench.pistol.ask(bench.arm_request(dose_nl_max=limits.dose_nl_max + 1))
    assert isinstance(refused, ErrorReply)
    assert (refused.code, refused.detail) == (ErrorCode.LIMIT, LimitId.DOSE_NL_MAX)
    assert refused.value == limits.dose_nl_max
    assert bench.poll().state is PistolState.SAFE


def test_a_shot_is_fired_once_and_journalled(bench: Any) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    accepted = bench.pistol.ask(shot)
    assert isinstance(accepted, ShotReply)
    assert accepted.result is ShotResult.ACCEPTED
    record = bench.outcome(token, shot.shot_id)
    assert record.outcome is Outcome.FIRED
    assert (record.dose_nl_asked, record.depth_um_asked) == (shot.dose_nl, shot.depth_um)
    assert abs(record.dose_nl_given - shot.dose_nl) < shot.dose_nl // 10
    (delivery,) = bench.deliveries(shot.shot_id)
    assert delivery["contact"]


def test_a_shot_repeated_is_answered_from_the_store_and_not_fired_again(bench: Any) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    bench.pistol.ask(shot)
    record = bench.outcome(token, shot.shot_id)
    again = bench.pistol.ask(shot)
    assert isinstance(again, ShotReply)
    assert (again.result, again.outcome) == (ShotResult.STORED, Outcome.FIRED)
    assert again.dose_nl_given == record.dose_nl_given
    other = bench.pistol.ask(
        shot._replace(
            dose_nl=Nanolitres(20_000),
            crit=crit(shot.shot_id, 20_000, shot.depth_um, shot.rate_nl_per_s),
        )
    )
    assert isinstance(other, ShotReply)
    assert (other.result, other.reason) == (ShotResult.REFUSED, Refusal.ID_REUSED)
    bench.poll(token)
    assert len(bench.deliveries(shot.shot_id)) == 1


def test_a_shot_with_a_wrong_check_or_a_dead_token_is_refused(bench: Any) -> None:
    token = bench.arm()
    wrong = bench.shot(token)
    refused = bench.pistol.ask(wrong._replace(crit=wrong.crit ^ 1))
    assert isinstance(refused, ShotReply)
    assert (refused.result, refused.reason) == (ShotResult.REFUSED, Refusal.CRIT)
    bench.pistol.ask(Disarm(token))
    dead = bench.shot(token)
    refused = bench.pistol.ask(dead)
    assert isinstance(refused, ShotReply)
    assert refused.result is ShotResult.REFUSED
    assert not bench.deliveries(wrong.shot_id)
    assert not bench.deliveries(dead.shot_id)


def test_what_was_fired_can_be_resolved(bench: Any) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    bench.pistol.ask(shot)
    record = bench.outcome(token, shot.shot_id)
    told = bench.pistol.ask(Resolve(shot.shot_id))
    assert isinstance(told, Resolution)
    assert (told.outcome, told.dose_nl_given) == (Outcome.FIRED, record.dose_nl_given)


def test_resolving_an_unseen_shot_fences_it(bench: Any) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    told = bench.pistol.ask(Resolve(shot.shot_id))
    assert isinstance(told, Resolution)
    assert (told.outcome, told.reason) == (Outcome.NOT_FIRED, Refusal.VOIDED)
    late = bench.pistol.ask(shot)
    assert isinstance(late, ShotReply)
    assert late.result is not ShotResult.ACCEPTED
    assert bench.poll(token).queue == 0
    assert not bench.deliveries(shot.shot_id)
    bench.next_id = shot.shot_id


def test_an_abort_stops_it_and_kills_what_was_armed(bench: Any) -> None:
    token = bench.arm()
    stopped = bench.pistol.stop()
    assert stopped.stopped == 1
    assert stopped.cause is AbortCause.FRAME
    status = bench.poll(token)
    assert (status.state, status.abort_id) == (PistolState.ABORTED, stopped.abort_id)
    assert not status.flags & StatusFlag.TOKEN_VALID
    shot = bench.shot(token)
    refused = bench.pistol.ask(shot)
    assert isinstance(refused, ShotReply)
    assert refused.result is ShotResult.REFUSED
    assert isinstance(bench.pistol.ask(bench.arm_request()), ErrorReply)


def test_an_abort_is_cleared_by_its_id_after_the_journal_was_read(bench: Any) -> None:
    stopped = bench.pistol.stop()
    unread = bench.pistol.ask(ClearAbort(stopped.abort_id))
    assert isinstance(unread, ErrorReply)
    assert unread.code is ErrorCode.JOURNAL_UNREAD
    bench.poll(ack=bench.poll().journal_head)
    wrong = bench.pistol.ask(ClearAbort(stopped.abort_id + 1))
    assert isinstance(wrong, ErrorReply)
    assert wrong.code is ErrorCode.WRONG_ABORT_ID
    cleared = bench.pistol.ask(ClearAbort(stopped.abort_id))
    assert cleared == ClearAbortReply(PistolState.SAFE)


def test_an_abort_in_the_middle_of_a_dose_cuts_it_short(bench: Any) -> None:
    token = bench.arm()
    shot = bench.shot(token, dose_nl=200_000, rate=50_000)
    bench.pistol.ask(shot)
    bench.poll_until(PistolState.FIRING, token)
    bench.pistol.wait_until(bench.pistol.now_us() + 200_000)
    stopped = bench.pistol.stop()
    assert stopped.stopped == 1
    record = bench.outcome(ArmToken(0), shot.shot_id)
    assert record.outcome is Outcome.PARTIAL
    assert 0 < record.dose_nl_given < shot.dose_nl
    (delivery,) = bench.deliveries(shot.shot_id)
    assert delivery["dose_nl"] == record.dose_nl_given
    assert bench.poll().flags & StatusFlag.NEEDLE_OUT


def test_an_ask_that_an_abort_overtakes_returns_the_abort_s_answer(bench: Any) -> None:
    token = bench.arm()
    bench.pistol.abort()
    assert bench.pistol.abort_wanted()
    answer = bench.pistol.ask(bench.shot(token))
    assert type(answer).__name__ == "AbortReply"
    assert answer.stopped == 1
    assert not bench.pistol.abort_wanted()
    assert not bench.deliveries(ShotId(bench.next_id))
    bench.next_id -= 1


@pytest.mark.parametrize("progress", [None, False])
def test_without_polls_or_without_progress_the_lease_ends_in_an_abort(
    bench: Any, progress: bool | None
) -> None:
    token = bench.arm(lease_ms=100)
    until_us = bench.pistol.now_us() + 150_000
    if progress is None:
        bench.pistol.wait_until(until_us)
    while bench.pistol.now_us() < until_us:
        bench.poll(token, progress=False)
        bench.pistol.wait_until(bench.pistol.now_us() + 10_000)
    status = bench.poll(token)
    assert (status.state, status.abort_cause) == (PistolState.ABORTED, AbortCause.LEASE)


def test_with_polls_the_lease_holds(bench: Any) -> None:
    token = bench.arm(lease_ms=1_000)
    until_us = bench.pistol.now_us() + 1_200_000
    while bench.pistol.now_us() < until_us:
        assert bench.poll(token).state is PistolState.ARMED
        bench.pistol.wait_until(bench.pistol.now_us() + 20_000)
    bench.pistol.ask(Disarm(token))


def test_the_journal_rises_by_one_and_an_intent_comes_before_its_outcome(bench: Any) -> None:
    token = bench.arm()
    shots = [bench.shot(token) for _ in range(2)]
    for shot in shots:
        bench.pistol.ask(shot)
        bench.outcome(token, shot.shot_id)
    records = bench.journal(bench.poll(token).journal_tail + 1)
    assert [one.seq for one in records] == list(
        range(records[0].seq, records[0].seq + len(records))
    )
    kinds = [(one.kind, one.shot_id) for one in records]
    for shot in shots:
        intent = kinds.index((JournalKind.INTENT, shot.shot_id))
        outcome = kinds.index((JournalKind.OUTCOME, shot.shot_id))
        assert intent < outcome
    assert bench.journal(records[0].seq) == records
