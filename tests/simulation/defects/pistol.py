"""Seeded mistakes in the pistol: the gate, the journal, the shots, the abort."""

from __future__ import annotations

from itertools import count
from typing import Any

from firmware_protocol.messages import (
    AbortCause,
    AbortReply,
    Outcome,
    Refusal,
    Resolution,
    ShotReply,
)
from simulator import answers, asked, gate, journal
from simulator.arming import Arm
from simulator.firmware import Firmware
from simulator.journal import Journal
from simulator.receiver import Receiver
from simulator.shots import Shots, Stage
from tests.simulation.defects.substitute import Instead, Layer, Make


def without_check(name: str) -> tuple[Instead, ...]:
    """The gate without one of its checks."""

    def fewer(checks: tuple[Any, ...]) -> tuple[Any, ...]:
        left = tuple(one for one in checks if one.__name__ != name)
        assert len(left) < len(checks) or name in ("_contact", "_journal", "_at_rest"), name
        return left

    return Instead(gate, "ADMISSION", fewer), Instead(gate, "RELEASE", fewer)


def always(value: Any) -> Make:
    """A function that returns `value`, whatever it is asked."""
    return lambda _before: lambda *_args, **_names: value


def _any_session(before: Any) -> Any:
    def reply_to(self: Any, frame: Any) -> bytes:
        return bytes(before(self, frame._replace(session=self._session)))

    return reply_to


def _no_intent(_before: Any) -> Any:
    """The shot moves first, and is written down when it is over."""

    def go_on(self: Firmware, under_way: Any, at_us: int) -> None:
        write_us = self.board.actuator.figures.write_us
        match under_way.stage:
            case Stage.INTENT:
                self._release(under_way, at_us)
            case Stage.MOTION:
                under_way.motion = self.board.actuator.motion
                under_way.ended_us = at_us
                self.board.actuator.settle()
                under_way.stage, under_way.until_us = Stage.OUTCOME, at_us + write_us
            case Stage.OUTCOME:
                self.shots.write(self.shots.intent(under_way))
                self.shots.write(self.shots.outcome(under_way))
                self._end(under_way, at_us)

    return go_on


def _no_outcome(before: Any) -> Any:
    def go_on(self: Firmware, under_way: Any, at_us: int) -> None:
        if under_way.stage is Stage.OUTCOME:
            self._end(under_way, at_us)
        else:
            before(self, under_way, at_us)

    return go_on


def _no_void(before: Any) -> Any:
    """An unknown id is told as not fired, and nothing keeps it from being fired later."""

    def resolve(self: Any, shot_id: Any) -> Resolution:
        if (
            all(one.shot_id != shot_id for one in self.pending())
            and self._journal.end_of(shot_id) is None
            and not self._journal.was_begun(shot_id)
        ):
            return Resolution(shot_id, Outcome.NOT_FIRED, Refusal.VOIDED, 0, 0, 0, 0)  # type: ignore[arg-type]
        found: Resolution = before(self, shot_id)
        return found

    return resolve


def _seen_not_void(before: Any) -> Any:
    """As without the fence, and yet the id counts as seen: the host notices nothing."""
    untold = _no_void(before)

    def resolve(self: Any, shot_id: Any) -> Any:
        found = untold(self, shot_id)
        self._journal.saw(shot_id)
        return found

    return resolve


def _never_known(_before: Any) -> Any:
    def known(self: Any, shot: Any) -> ShotReply | None:
        pending = any(one.shot_id == shot.shot_id for one in self.pending())
        return self.accepted(shot) if pending else None

    return known


def _any_order(before: Any) -> Any:
    """An id below the highest is as good as any, if it is not in the journal."""

    def known(self: Any, shot: Any) -> ShotReply | None:
        reply: ShotReply | None = before(self, shot)
        return None if reply is not None and reply.reason is Refusal.ID_OLD else reply

    return known


def _endless(before: Any) -> Any:
    def renew(self: Arm, tick: int, at_us: int) -> None:
        before(self, tick, at_us)
        self.lease_until_us = at_us + 60_000_000

    return renew


def _any_tick(_before: Any) -> Any:
    """Whatever comes in under the token renews, be it as old as it may."""

    def renew(self: Arm, tick: int, at_us: int) -> None:
        self.last_tick = tick
        self.lease_until_us = at_us + self.lease_us

    return renew


def _same_abort(before: Any) -> Any:
    """A stop that is said again is the first one, however much of that is acknowledged."""

    def abort(self: Firmware, cause: Any) -> None:
        if self.abort_cause is not AbortCause.NONE:
            self._abort_seq = 2**31
        before(self, cause)

    return abort


def _one_more(before: Any) -> Any:
    def made(**fields: Any) -> Arm:
        fields["shots_left"] += 1
        fields["budget_nl_left"] += fields["limits"].dose_nl_max
        arm: Arm = before(**fields)
        return arm

    return made


def _double_limits(before: Any) -> Any:
    def for_session(limits: Any, request: Any) -> Any:
        return before(limits, request._replace(dose_nl_max=2 * request.dose_nl_max))

    return for_session


def _token_lives(before: Any) -> Any:
    """An abort is noted and latched nowhere: the arming goes on."""

    def abort(self: Firmware, cause: Any) -> None:
        arm, state = self.arm, self.state
        before(self, cause)
        if arm is not None and cause not in (AbortCause.LEASE, AbortCause.INTERNAL):
            self.arm, self.state = arm, state

    return abort


def _says_stopped(before: Any) -> Any:
    def abort(pistol: Firmware, request: Any) -> AbortReply:
        return AbortReply(
            abort_id=pistol.journal.abort_id,
            stopped=1,
            cause=pistol.abort_cause,
            shots_after=0,
            shot_id_open=pistol.shot_id_open,
        )

    return {kind: abort if kind.__name__ == "Abort" else one for kind, one in before.items()}


def _clears_unread(before: Any) -> Any:
    def clear(pistol: Firmware, request: Any) -> Any:
        tail = pistol.journal._header
        pistol.journal._header = tail._replace(tail=pistol.journal.head)
        try:
            return before_clear(pistol, request)
        finally:
            pistol.journal._header = tail

    before_clear = next(one for kind, one in before.items() if kind.__name__ == "ClearAbort")
    return {kind: clear if kind.__name__ == "ClearAbort" else one for kind, one in before.items()}


def _torn_is_whole(_before: Any) -> Any:
    def record_in(data: bytes) -> Any:
        if not any(data):
            return None
        body = data[: journal._RECORD.size]
        values = journal._RECORD.unpack(body)
        try:
            kind, outcome = journal.JournalKind(values[1]), Outcome(values[2])
            reason, cause = Refusal(values[3]), journal.AbortCause(values[4])
        except ValueError:
            return None
        record = journal.JournalRecord(values[0], kind, outcome, reason, cause, *values[5:])
        return record, journal.crc32c(body)

    return record_in


def _skips(before: Any) -> Any:
    def read(self: Journal, from_seq: int, count: int) -> Any:
        return tuple(one for one in before(self, from_seq, count) if one.seq % 7)

    return read


def _no_hand(_before: Any) -> Any:
    def release_us(self: Firmware, waiting: Any) -> int | None:
        return None if self.arm is None else int(waiting.lamp_us)

    return release_us


def _outlives(_before: Any) -> Any:
    """Tokens are counted for as long as the program runs, whatever is played."""

    def new_token(self: Firmware) -> Any:
        return next(_COUNTED)

    return new_token


_COUNTED = count(1)


SESSION = Layer("session number", (Instead(Receiver, "_reply_to", _any_session),))
TOKEN = Layer("token", without_check("_token"))
FENCE = Layer("VOID fence", (Instead(Shots, "resolve", _seen_not_void),))
NO_FENCE = (Instead(Shots, "resolve", _no_void),)
ORDER = Layer("ids rise", (Instead(Shots, "known", _any_order),))
CACHE = Layer("reply cache", (Instead(Receiver, "_remember", always(None)),))
DEDUP = Layer("dedup by id", (Instead(Shots, "known", _never_known),))
CONTACT = Layer("contact check", without_check("_contact"))
HAND = Layer("trigger", (Instead(Firmware, "_release_us", _no_hand),))
ECHO_LIES = Layer("true echo", (Instead(answers, "for_session", _double_limits),))

INTENT_AFTER = (Instead(Firmware, "_continue", _no_intent),)
NO_OUTCOME = (Instead(Firmware, "_continue", _no_outcome),)
ENDLESS_LEASE = (Instead(Arm, "renew", _endless),)
ANY_TICK = (Instead(Arm, "renew", _any_tick),)
SAME_ABORT = (Instead(Firmware, "abort", _same_abort),)
ONE_MORE = (Instead(answers, "Arm", _one_more),)
NOT_CHARGED = (Instead(Arm, "charge", always(None)),)
TOKEN_LIVES = (Instead(Firmware, "abort", _token_lives),)
MOVES_ON = (Instead(Firmware, "_stop_motion", always(None)),)
SAYS_STOPPED = (
    Instead(asked, "_TABLE", _says_stopped),
    Instead(Firmware, "_stop_motion", always(None)),
)
CLEARS_UNREAD = (Instead(asked, "_TABLE", _clears_unread),)
TORN_ACCEPTED = (Instead(journal, "_record_in", _torn_is_whole),)
SKIPS_RECORDS = (Instead(Journal, "read", _skips),)
COUNTED_TOKENS = (Instead(Firmware, "new_token", _outlives),)
SHOTS_UNCOUNTED = (
    Instead(Firmware, "calibration_used", lambda _: property(lambda _self: -(2**31))),
)
