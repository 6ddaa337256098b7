"""The other end of the line for tests of this room: it answers with the real codec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from firmware_protocol.frame import Deframer, Frame, encode
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    AbortCause,
    AbortReply,
    ErrorCode,
    ErrorReply,
    FaultCode,
    Hello,
    HelloReply,
    LimitLayer,
    Limits,
    LimitsGet,
    Message,
    PistolState,
    Poll,
    Reply,
    ResetReason,
    Status,
    from_frame,
    to_frame,
)

SESSION = 0x1234


def greeting(session: int = SESSION) -> HelloReply:
    return HelloReply(
        major=MAJOR,
        minor=MINOR,
        queue_depth=1,
        reset_reason=ResetReason.POWER_ON,
        features=1,
        schema_hash=SCHEMA_HASH,
        actuating_hash=0,
        firmware_version=1,
        session=session,
        uid=0x5100_0000_0000_0001,
        device_nonce=2,
        boot_id=3,
        boot_count=1,
        journal_head=0,
        journal_tail=0,
        shot_id_highest=0,  # type: ignore[arg-type]
        shot_id_open=0,  # type: ignore[arg-type]
        limits_revision=1,
        calibration_id=0,
        calibration_not_after_day=0,
    )


def status(tick: int) -> Status:
    """A status that tells which poll it answers, by its uptime."""
    blank = Status(*[0] * len(Status._fields))
    return blank._replace(
        state=PistolState.SAFE,
        abort_cause=AbortCause.NONE,
        fault=FaultCode.NONE,
        uptime_us=tick,  # type: ignore[arg-type]
    )


@dataclass
class Peer:
    """Answers as a pistol does, one frame at a time; it knows no state but what is set here."""

    session: int = SESSION
    stopped: int = 1
    silent: bool = False
    deframer: Deframer = field(default_factory=Deframer)
    heard: list[tuple[Frame, Message]] = field(default_factory=list)

    def receive(self, data: bytes) -> list[bytes]:
        """One chunk for each reply."""
        replies = []
        for frame in self.deframer.feed(data):
            message = from_frame(frame)
            self.heard.append((frame, message))
            reply = None if self.silent else self.reply(message)
            if reply is not None:
                session = (self.session or 1) if isinstance(message, Hello) else frame.session
                replies.append(encode(to_frame(reply, session=session, request=frame.request)))
        return replies

    def reply(self, message: Message) -> Reply | None:
        match message:
            case Hello():
                return greeting(self.session)
            case Poll():
                return status(message.app_tick)
            case Abort():
                return AbortReply(1, self.stopped, AbortCause.FRAME, 0, 0)  # type: ignore[arg-type]
            case LimitsGet():
                return Limits(LimitLayer.EFFECTIVE, *[1] * (len(Limits._fields) - 1))
            case _:
                return ErrorReply(0, ErrorCode.UNSUPPORTED, 0, 0)


@pytest.fixture
def peer() -> Peer:
    return Peer()


@pytest.fixture
def status_of() -> Callable[[int], Status]:
    return status
