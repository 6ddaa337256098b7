"""An abort always wins: by whatever way it comes, in whatever state it meets the pistol."""

from __future__ import annotations

from collections.abc import Callable

from firmware_protocol import messages as m
from firmware_protocol.frame import ABORT_ZERO_RUN
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench, each
from mesogun.conformance.case import Case


def _latched(bench: Bench, cause: m.AbortCause, before: int) -> m.Status:
    """Demand an abort newer than `before`, and return the status."""
    status = bench.poll()
    seen = f"{status.state.name}, cause {status.abort_cause.name}, abort {status.abort_id}"
    require(status.state is m.PistolState.ABORTED, seen)
    require(status.abort_cause is cause, f"{seen}, not {cause.name}")
    require(status.abort_id > before, f"{seen}, before it {before}")
    require(not status.flags & m.StatusFlag.TOKEN_VALID, "a token is still valid")
    kinds = [(one.kind, one.cause, one.shot_id) for one in bench.unread()]
    record = (m.JournalKind.ABORT, cause, status.abort_id)
    require(record in kinds, f"no record of abort {status.abort_id} by {cause.name}")
    return status


def _frame(bench: Bench) -> None:
    before = bench.poll().abort_id
    token = bench.arm()
    reply = bench.expect(m.AbortReply, m.Abort(1))
    require(reply.stopped == 1, "nothing moves, and `stopped` is 0")
    require(reply.cause is m.AbortCause.FRAME, f"the cause is {reply.cause.name}")
    status = _latched(bench, m.AbortCause.FRAME, before)
    require(reply.abort_id == status.abort_id, "answer and status name different aborts")
    bench.shot_refused(bench.shot(token), m.Refusal.TOKEN)


def _any_session(bench: Bench) -> None:
    for session in (0, bench.session ^ 1, 0xFFFF):
        bench.settle()
        before = bench.poll().abort_id
        bench.arm()
        reply = bench.expect(m.AbortReply, m.Abort(1), session=session)
        require(reply.stopped == 1, f"session {session}: `stopped` is 0")
        _latched(bench, m.AbortCause.FRAME, before)


def _zeros(bench: Bench) -> None:
    for zeros in (ABORT_ZERO_RUN, ABORT_ZERO_RUN + 5, 200):
        bench.settle()
        before = bench.poll().abort_id
        bench.arm()
        bench.silent(bytes(zeros), f"a run of {zeros} zeros")
        _latched(bench, m.AbortCause.ZERO_RUN, before)


def _zeros_in_pieces(bench: Bench) -> None:
    before = bench.poll().abort_id
    bench.arm()
    for _ in range(ABORT_ZERO_RUN):
        bench.line.send(b"\0")
    _latched(bench, m.AbortCause.ZERO_RUN, before)


def _zeros_in_noise(bench: Bench) -> None:
    before = bench.poll().abort_id
    bench.arm()
    bench.silent(b"\x55\xaa\x07" + bytes(ABORT_ZERO_RUN) + b"\x13\x00", "zeros in noise")
    _latched(bench, m.AbortCause.ZERO_RUN, before)


def _too_few_zeros(bench: Bench) -> None:
    token = bench.arm()
    # the poll behind them begins with a zero of its own
    for zeros in range(1, ABORT_ZERO_RUN - 1):
        bench.silent(b"\1" + bytes(zeros), f"{zeros} zeros")
        state = bench.poll(token).state
        require(state is m.PistolState.ARMED, f"a run of {zeros + 1} zeros led to {state.name}")


def _every_run(bench: Bench) -> None:
    each((_zeros, _zeros_in_pieces, _zeros_in_noise, _too_few_zeros), bench)


def _other_way(what: str, name: str, cause: m.AbortCause) -> Callable[[Bench], None]:
    """Return a check of an abort that needs more than a line of bytes."""

    def check(bench: Bench) -> None:
        handles = {
            "line_break": bench.handles.line_break,
            "dtr": bench.handles.dtr,
            "button": bench.handles.button,
        }
        stop = bench.needed(what, handles[name])
        before = bench.poll().abort_id
        bench.arm()
        stop()
        _latched(bench, cause, before)

    return check


def _moving(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.long_shot(token)
    head = bench.poll(token).journal_head
    bench.accepted(shot)
    bench.until(m.PistolState.FIRING, token)
    bench.wait(150_000, token)
    reply = bench.expect(m.AbortReply, m.Abort(1))
    status = bench.poll()
    rests = status.flags & m.StatusFlag.STOPPED and status.flags & m.StatusFlag.NEEDLE_OUT
    # it may have come to rest since it answered, but never the other way
    require(not reply.stopped or bool(rests), "`stopped` was 1 with the needle in or moving")
    bench.abort()
    record = bench.ended(NO_TOKEN, shot.shot_id, head + 1)
    given = record.dose_nl_given
    seen = f"it ended {record.outcome.name} with {given} of {shot.dose_nl} nL"
    require(record.outcome is m.Outcome.PARTIAL, seen)
    require(0 < given < shot.dose_nl, seen)
    flags = bench.poll().flags
    require(bool(flags & m.StatusFlag.NEEDLE_OUT), "at rest, the needle is not out")
    bench.delivered(shot.shot_id, 1)
    truth = bench.deliveries(shot.shot_id)
    if truth is not None:
        require(truth[0].dose_nl == given, f"{truth[0].dose_nl} nL left the needle, not {given}")


def _empties(bench: Bench) -> None:
    token = bench.arm()
    first = bench.long_shot(token)
    rest = [bench.shot(token), bench.shot(token)]
    head = bench.poll(token).journal_head
    for shot in (first, *rest):
        bench.accepted(shot)
    bench.abort()
    for shot in rest:
        record = bench.ended(NO_TOKEN, shot.shot_id, head + 1)
        seen = f"{record.kind.name} {record.outcome.name} {record.reason.name}"
        require(record.kind is m.JournalKind.VOID, seen)
        require(record.reason is m.Refusal.ABORTED, seen)
        bench.delivered(shot.shot_id, 0)
    require(bench.poll().queue == 0, "shots still wait")


def _challenged(bench: Bench) -> None:
    challenge = bench.expect(m.ArmChallenge, bench.arm_request())
    bench.abort()
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)
    bench.settle()
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)


def _stays(bench: Bench) -> None:
    token = bench.arm()
    bench.abort()
    bench.expect(m.DisarmReply, m.Disarm(token))
    bench.hello()
    bench.poll(ack=bench.poll().journal_head)
    bench.refused(bench.arm_request(), m.ErrorCode.WRONG_STATE)
    state = bench.poll().state
    require(state is m.PistolState.ABORTED, f"it went to {state.name} by itself")


def _cleared(bench: Bench) -> None:
    bench.arm()
    stopped = bench.abort()
    bench.refused(m.ClearAbort(stopped.abort_id), m.ErrorCode.JOURNAL_UNREAD)
    bench.poll(ack=bench.poll().journal_head)
    for other in (stopped.abort_id + 1, stopped.abort_id - 1, 0):
        error = bench.refused(m.ClearAbort(other % 2**32), m.ErrorCode.WRONG_ABORT_ID)
        require(error.detail == stopped.abort_id, f"it names abort {error.detail}")
    reply = bench.expect(m.ClearAbortReply, m.ClearAbort(stopped.abort_id))
    require(reply.state is m.PistolState.SAFE, f"cleared, it is {reply.state.name}")
    bench.refused(m.ClearAbort(stopped.abort_id), m.ErrorCode.WRONG_STATE)


def _said_again(bench: Bench) -> None:
    bench.arm()
    head = bench.poll().journal_head
    ids = {bench.abort().abort_id for _ in range(3)}
    require(len(ids) == 1, f"one abort said three times has the ids {sorted(ids)}")
    count = len(bench.journal(head + 1))
    require(count == 1, f"one abort said three times wrote {count} records")
    (first,) = ids
    bench.poll(ack=bench.poll().journal_head)
    second = bench.abort().abort_id
    require(second > first, f"after it was acknowledged, the next abort is {second} again")
    bench.poll(ack=bench.poll().journal_head)
    bench.refused(m.ClearAbort(first), m.ErrorCode.WRONG_ABORT_ID)
    bench.expect(m.ClearAbortReply, m.ClearAbort(second))


def _unasked(bench: Bench) -> None:
    """In SAFE, with nothing armed, an abort is an abort."""
    before = bench.poll().abort_id
    bench.abort()
    _latched(bench, m.AbortCause.FRAME, before)


def _not_stored(bench: Bench) -> None:
    """A repeat of the very frame after the abort was cleared stops again."""
    number = bench.number()
    first = bench.expect(m.AbortReply, m.Abort(1), number=number)
    bench.settle()
    again = bench.expect(m.AbortReply, m.Abort(1), number=number)
    require(again.abort_id > first.abort_id, "the answer to an abort came from the store")
    _latched(bench, m.AbortCause.FRAME, first.abort_id)


def _other_states(bench: Bench) -> None:
    each((_unasked, _not_stored), bench)


CASES = (
    Case("ABORT-1", "An Abort frame latches ABORTED and kills the token.", _frame),
    Case("ABORT-2", "An Abort frame of any session is obeyed, session 0 among them.", _any_session),
    Case("ABORT-3", "Eight zeros in a row are an abort, in any pieces; fewer are not.", _every_run),
    Case(
        "ABORT-4",
        "A break of the line is an abort.",
        _other_way("hold the line in break", "line_break", m.AbortCause.BREAK),
    ),
    Case(
        "ABORT-5",
        "A drop of DTR is an abort.",
        _other_way("let DTR fall", "dtr", m.AbortCause.DTR),
    ),
    Case(
        "ABORT-6",
        "The button is an abort.",
        _other_way("press its button", "button", m.AbortCause.BUTTON),
    ),
    Case(
        "ABORT-7",
        "In motion an abort cuts the dose short; `stopped` is 1 only at rest, needle out.",
        _moving,
    ),
    Case("ABORT-8", "An abort empties the queue: what waits ends VOID, ABORTED.", _empties),
    Case("ABORT-9", "An abort kills a challenge.", _challenged),
    Case("ABORT-10", "ABORTED stays: Disarm, Hello and arming do not leave it.", _stays),
    Case("ABORT-11", "Only its id clears an abort, after the journal was read.", _cleared),
    Case(
        "ABORT-12",
        "Said again it is one abort; once acknowledged, a new one with its own id.",
        _said_again,
    ),
    Case(
        "ABORT-13",
        "An abort counts in every state; its answer is never stored.",
        _other_states,
    ),
)
