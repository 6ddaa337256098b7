"""The session as a function: what an event means for it, which entries and which request follow.

Pure and total. Phases and events are types of `model.py`; the table of phases against answers is
the `match` below, and each case is one small function in `connecting`, `arming` or `shooting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

from firmware_protocol.messages import (
    AbortReply,
    ArmChallenge,
    ArmReply,
    ClearAbortReply,
    DisarmReply,
    ErrorCode,
    ErrorReply,
    HelloReply,
    JournalRecords,
    LimitId,
    Limits,
    Refusal,
    Reply,
    Resolution,
    ShotReply,
    Status,
)
from mesogun.record import Alarmed
from mesogun.session import arming, asks, connecting, shooting
from mesogun.session.model import (
    PATIENCE,
    Arming,
    Asking,
    Challenging,
    Claiming,
    Clearing,
    Confirmed,
    Confirming,
    Core,
    Declined,
    Disarming,
    Ended,
    Ending,
    Event,
    Garbled,
    Greeting,
    Limiting,
    LinkLost,
    NotRedosed,
    Reading,
    Redosed,
    Replanning,
    Resolving,
    Session,
    Step,
    Surveying,
    Vetoed,
    Watching,
)

BY_OPERATOR = "stopped by the operator"

_ASKED: Mapping[type[Session], str] = MappingProxyType(
    {
        Greeting: "to open a session",
        Surveying: "how it stands",
        Reading: "for its journal",
        Resolving: "what became of a shot",
        Claiming: "to void the first id",
        Clearing: "to clear an abort",
        Replanning: "to wait for a plan",
        Limiting: "for its limits",
        Challenging: "to be armed",
        Confirming: "to wait for a person",
        Arming: "to be armed",
        Asking: "for a shot",
        Watching: "how it stands",
        Disarming: "to disarm",
        Ended: "nothing more",
    }
)
"""What the pistol was asked in each phase, in words for the record."""


def advance(session: Session, event: Event, at_us: int) -> Step:
    """Return what `event` means for `session`: its next phase, what to write, what to ask.

    `at_us` is the session's clock. Any event is taken in any phase: what does not fit ends the
    session as a fault, with the pistol disarmed and its journal settled.
    """
    if isinstance(session, Ended):
        return Step(session)
    match event:
        case LinkLost():
            return _lost(session.core, event)
        case Garbled():
            return _garbled(session.core, event, at_us)
        case AbortReply():
            return _aborted(session.core, at_us)
        case ErrorReply():
            return _not_obeyed(session, event, at_us)
        case Confirmed() | Declined():
            return _answered_by_person(session, event, at_us)
        case Redosed() | NotRedosed() | Vetoed():
            return _answered_by_planning(session, event, at_us)
        case _:
            return _answered(session, event, at_us)


def _answered(session: Session, reply: Reply, at_us: int) -> Step:  # noqa: PLR0911
    """Look a phase's answer up: one line a phase, the most frequent first."""
    match session, reply:
        case Watching(), Status():
            return shooting.watched(session, reply, at_us)
        case Reading(), JournalRecords():
            return connecting.was_read(session, reply, at_us)
        case Asking(), ShotReply():
            return shooting.asked(session, reply, at_us)
        case Surveying(), Status():
            return connecting.surveyed(session, reply, at_us)
        case ((Resolving() | Claiming()), Resolution()):
            return _resolved(session, reply, at_us)
        case Greeting(), HelloReply():
            return connecting.greeted(session.core, reply, at_us)
        case Clearing(), ClearAbortReply():
            return connecting.cleared(session, reply, at_us)
        case Limiting(), Limits():
            return arming.limited(session, reply, at_us)
        case Challenging(), ArmChallenge():
            return arming.challenged(session, reply, at_us)
        case Arming(), ArmReply():
            return arming.armed(session, reply, at_us)
        case Disarming(), DisarmReply():
            return asks.survey(session.core, at_us)
        case _:
            return _nonsense(session, type(reply).__name__, at_us)


def _resolved(session: Resolving | Claiming, reply: Resolution, at_us: int) -> Step:
    match session:
        case Resolving():
            return connecting.resolved(session, reply, at_us)
        case Claiming():
            return connecting.claimed(session, reply, at_us)


def _answered_by_person(session: Session, event: Confirmed | Declined, at_us: int) -> Step:
    match session, event:
        case Confirming(), Confirmed():
            return arming.confirmed(session, event, at_us)
        case Confirming(), Declined():
            return arming.declined(session, at_us)
        case _:
            return _nonsense(session, type(event).__name__, at_us)


def _answered_by_planning(
    session: Session, event: Redosed | NotRedosed | Vetoed, at_us: int
) -> Step:
    match session, event:
        case Asking(), Vetoed():
            return asks.vetoed(session.core, event, at_us)
        case Replanning(), (Redosed() | NotRedosed()):
            return connecting.redosed(session, event, at_us)
        case _:
            return _nonsense(session, type(event).__name__, at_us)


def _nonsense(session: Session, what: str, at_us: int) -> Step:
    text = f"asked {_ASKED[type(session)]}, the pistol answered with {what}"
    return asks.fault(session.core, "contradiction", text, at_us)


def _lost(core: Core, event: LinkLost) -> Step:
    """End: the pistol's own lease stops it, its journal keeps what became of the open shot."""
    if event.abort_wanted:
        why = f"{BY_OPERATOR}, but the pistol did not confirm it: look at it ({event.text})"
        return asks.end(core, "aborted", why)
    if core.ending:
        why = "; ".join(filter(None, (core.ending.why, f"its journal was not read: {event.text}")))
        return asks.end(core, core.ending.outcome, why)
    return asks.end(core, "interrupted", event.text, passing=True)


def _garbled(core: Core, event: Garbled, at_us: int) -> Step:
    if core.hello is None:
        return asks.end(core, "fault", event.text, Alarmed(at_us, "version", event.text))
    return asks.fault(core, "contradiction", event.text, at_us)


def _aborted(core: Core, at_us: int) -> Step:
    """The pistol stands still: settle its journal, then end."""
    if core.hello is None:
        # Nothing was armed by us; without a session its journal cannot be read.
        return asks.end(core, "aborted", BY_OPERATOR)
    if core.ending and core.ending.outcome == "aborted":
        core = core._replace(patience=core.patience // 2)
    else:
        core = core._replace(patience=PATIENCE)
    return asks.survey(core._replace(token=0, ending=Ending("aborted", BY_OPERATOR)), at_us)


def _not_obeyed(session: Session, error: ErrorReply, at_us: int) -> Step:
    """Act on an ErrorReply: it changed nothing at the pistol."""
    core = session.core
    match session:
        case Clearing() | Disarming() | Arming():
            # Another abort, a token or a challenge that died meanwhile: look again.
            return asks.survey(core, at_us)
        case Challenging() if error.code in (ErrorCode.JOURNAL_UNREAD, ErrorCode.WRONG_STATE):
            return asks.survey(core, at_us, wait_us=asks.WAIT_US)
        case Challenging() if error.code is ErrorCode.LIMITS_REVISION:
            return asks.survey(core, at_us)
        case Challenging() if unarmable := _unarmable(error):
            return asks.fault(core, *unarmable, at_us)
        case Asking():
            return asks.resolve(core, at_us, refused=Refusal.STATE, note=error.code.name)
        case Resolving() if error.code is ErrorCode.JOURNAL_UNREAD:
            # Its journal is too full to void a shot: the next poll acknowledges what was read.
            return asks.survey(core, at_us)
        case Greeting() | Surveying() | Reading() | Resolving() | Limiting() | Challenging():
            return _refused(session, error, at_us)
        case Claiming() | Confirming() | Watching() | Replanning():
            return _refused(session, error, at_us)
        case Ended():
            return Step(session)
        case _:
            assert_never(session)


def _unarmable(error: ErrorReply) -> tuple[str, str] | None:
    """Return the alarm of a refusal that no second try mends: its kind and its words."""
    match error.code:
        case ErrorCode.LIMIT:
            name = LimitId(error.detail).name if error.detail in tuple(LimitId) else error.detail
            text = f"its limit {name} is {error.value}; plan again"
            kind = "limit"
        case ErrorCode.CALIBRATION:
            kind, text = "calibration", "it is not calibrated, or no longer"
        case ErrorCode.CALIBRATION_SPENT:
            kind = "calibration"
            text = (
                f"its calibration was made for {error.value} shots and {error.detail} were given "
                "since. Have it calibrated, then resume"
            )
        case _:
            return None
    return kind, f"the pistol refuses to be armed: {text}"


def _refused(session: Session, error: ErrorReply, at_us: int) -> Step:
    gap = error.code is ErrorCode.JOURNAL_GAP
    if isinstance(session, Reading) and gap and session.core.past.resumed:
        return connecting.forgotten(session, error.detail, at_us)
    code = f"{error.code.name} ({error.detail}, {error.value})"
    text = f"asked {_ASKED[type(session)]}, the pistol refused: {code}"
    return asks.fault(session.core, "pistol", text, at_us)
