"""How a clinic's limits come into force: staged whole, then committed by their check."""

from __future__ import annotations

from firmware_protocol.messages import (
    ErrorCode,
    ErrorReply,
    LimitId,
    LimitsCommit,
    LimitsCommitted,
    LimitsStage,
    LimitsStaged,
    PistolState,
)
from simulator.firmware import Firmware
from simulator.limits import first_wider, missing
from simulator.replies import error
from simulator.settings import as_limits, crc_of

UNARMED = (PistolState.SAFE, PistolState.CHALLENGED)


def stage_limits(firmware: Firmware, request: LimitsStage) -> LimitsStaged | ErrorReply:
    """Keep the values for a commit; say whether that will need a person."""
    if firmware.state not in UNARMED or not firmware.is_stopped:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    firmware.staged = request
    now = firmware.limits_unarmed
    wider = None if now is None else first_wider(now, as_limits(request, now.revision))
    loosens, value = (LimitId.NONE, 0) if wider is None else wider
    return LimitsStaged(crc_of(request), loosens, value)


def commit_limits(firmware: Firmware, request: LimitsCommit) -> LimitsCommitted | ErrorReply:
    """Put what was staged in force, if it may be: in the memory, then in the journal."""
    refused = _why_not(firmware, request)
    if refused is not None:
        return refused
    assert firmware.staged is not None
    firmware.take_limits(as_limits(firmware.staged, request.revision))
    return LimitsCommitted(request.revision)


def _why_not(firmware: Firmware, request: LimitsCommit) -> ErrorReply | None:
    staged, now, factory = firmware.staged, firmware.limits_unarmed, firmware.board.factory
    if firmware.state not in UNARMED or not firmware.is_stopped:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    if staged is None:
        return error(ErrorCode.NOT_STAGED)
    if request.crc != crc_of(staged):
        return error(ErrorCode.WRONG_CRC, crc_of(staged))
    revision = firmware.stamp.limits_revision
    if request.revision <= revision:
        return error(ErrorCode.LIMITS_REVISION, revision)
    asked = as_limits(staged, request.revision)
    if (unset := missing(asked)) is not None:
        return error(ErrorCode.LIMIT, unset)
    if (wider := first_wider(factory, asked)) is not None:
        return error(ErrorCode.LIMIT, *wider)
    loosened = None if now is None else first_wider(now, asked)
    if loosened is not None and not firmware.board.hand.holds_service_button:
        return error(ErrorCode.NEEDS_PERSON, *loosened)
    if firmware.shots.free < 1:
        return error(ErrorCode.JOURNAL_UNREAD, firmware.journal.head)
    return None
