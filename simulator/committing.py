"""How limits and a calibration come into force: staged whole, then committed by their check."""

from __future__ import annotations

from struct import Struct

from firmware_protocol.messages import (
    Byte,
    Calibration,
    CalibrationCommit,
    CalibrationCommitted,
    CalibrationGet,
    CalibrationStage,
    CalibrationStaged,
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
from simulator.settings import CONTENT_BYTES_MAX, Calibrated, as_limits, crc_of, digest_of

UNARMED = (PistolState.SAFE, PistolState.CHALLENGED)
CHUNK_BYTES = 128
TOLD_WORDS = 3
"""A commit tells 24 bytes of the hash, so that an abort never waits behind more than 64."""
_SHA256 = Struct(">QQQQ")


def _busy(firmware: Firmware) -> ErrorReply | None:
    """Refuse whatever changes a setting of a pistol that is armed, moves, or was stopped."""
    if firmware.state in UNARMED and firmware.is_stopped:
        return None
    return error(ErrorCode.WRONG_STATE, firmware.state)


def stage_limits(firmware: Firmware, request: LimitsStage) -> LimitsStaged | ErrorReply:
    """Keep the values for a commit; say whether that will need a person."""
    if (busy := _busy(firmware)) is not None:
        return busy
    settings = firmware.settings
    settings.staged = request
    now = settings.limits
    wider = None if now is None else first_wider(now, as_limits(request, now.revision))
    loosens, value = (LimitId.NONE, 0) if wider is None else wider
    return LimitsStaged(crc_of(request), loosens, value)


def commit_limits(firmware: Firmware, request: LimitsCommit) -> LimitsCommitted | ErrorReply:
    """Put what was staged in force, if it may be: in the memory, then in the journal."""
    refused = _busy(firmware) or _why_not(firmware, request)
    if refused is not None:
        return refused
    settings = firmware.settings
    assert settings.staged is not None
    limits = as_limits(settings.staged, request.revision)
    firmware.commit(lambda: settings.keep_limits(limits))
    return LimitsCommitted(request.revision)


def _why_not(firmware: Firmware, request: LimitsCommit) -> ErrorReply | None:
    settings = firmware.settings
    staged, now = settings.staged, settings.limits
    if staged is None:
        return error(ErrorCode.NOT_STAGED)
    if request.crc != crc_of(staged):
        return error(ErrorCode.WRONG_CRC, crc_of(staged))
    if request.revision <= settings.revision:
        return error(ErrorCode.LIMITS_REVISION, settings.revision)
    asked = as_limits(staged, request.revision)
    if (unset := missing(asked)) is not None:
        return error(ErrorCode.LIMIT, unset)
    if (wider := first_wider(settings.factory, asked)) is not None:
        return error(ErrorCode.LIMIT, *wider)
    loosened = None if now is None else first_wider(now, asked)
    if loosened is not None and not firmware.board.hand.holds_service_button:
        return error(ErrorCode.NEEDS_PERSON, *loosened)
    return _no_room(firmware)


def _no_room(firmware: Firmware) -> ErrorReply | None:
    if firmware.shots.free < 1:
        return error(ErrorCode.JOURNAL_UNREAD, firmware.journal.head)
    return None


def get_calibration(firmware: Firmware, request: CalibrationGet) -> Calibration | ErrorReply:
    """Tell the calibration in force, and a piece of its content."""
    held = firmware.settings.calibration
    if request.offset > len(held.content):
        return error(ErrorCode.OUT_OF_RANGE, len(held.content))
    piece = held.content[request.offset : request.offset + CHUNK_BYTES]
    first, second, third, last = _SHA256.unpack(held.sha256)
    return Calibration(
        held.id,
        first,
        second,
        third,
        last,
        held.not_after_day,
        held.shots_max,
        firmware.calibration_used,
        len(held.content),
        request.offset,
        len(piece),
        tuple(map(Byte, piece)),
    )


def stage_calibration(
    firmware: Firmware, request: CalibrationStage
) -> CalibrationStaged | ErrorReply:
    """Take a piece; whatever lay behind it is gone."""
    if (busy := _busy(firmware)) is not None:
        return busy
    settings = firmware.settings
    kept = settings.staged_calibration
    if request.offset > len(kept):
        return error(ErrorCode.OUT_OF_RANGE, len(kept))
    if request.offset + request.count > CONTENT_BYTES_MAX:
        return error(ErrorCode.OUT_OF_RANGE, CONTENT_BYTES_MAX)
    piece = bytes(one.value for one in request.data)
    settings.staged_calibration = kept[: request.offset] + piece
    return CalibrationStaged(len(settings.staged_calibration))


def commit_calibration(
    firmware: Firmware, request: CalibrationCommit
) -> CalibrationCommitted | ErrorReply:
    """Put what was staged in force, if it may be: in the memory, then in the journal."""
    if (busy := _busy(firmware)) is not None:
        return busy
    settings = firmware.settings
    content = settings.staged_calibration
    digest = digest_of(content)
    if not content:
        return error(ErrorCode.NOT_STAGED)
    if request[1 : 1 + TOLD_WORDS] != _SHA256.unpack(digest)[:TOLD_WORDS]:
        return error(ErrorCode.WRONG_HASH, len(content))
    if request.id == settings.calibration.id:
        return error(ErrorCode.CALIBRATION, request.id)
    if (full := _no_room(firmware)) is not None:
        return full
    begun = firmware.journal.shots_begun
    new = Calibrated(request.id, request.not_after_day, request.shots_max, begun, digest, content)
    firmware.commit(lambda: settings.keep_calibration(new))
    return CalibrationCommitted(request.id)
