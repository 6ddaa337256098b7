"""What the pistol answers to each request: one function per message, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware_protocol.messages import (
    Abort,
    AbortReply,
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ArmRequest,
    CalibrationCommit,
    CalibrationGet,
    CalibrationStage,
    ClearAbort,
    ClearAbortReply,
    Describe,
    Disarm,
    DisarmReply,
    ErrorCode,
    ErrorReply,
    FaultCode,
    Hazard,
    JournalRead,
    JournalRecords,
    LimitLayer,
    Limits,
    LimitsCommit,
    LimitsGet,
    LimitsStage,
    Ping,
    PistolState,
    Poll,
    Refusal,
    Reply,
    Resolution,
    Resolve,
    SetBaud,
    SetBaudReply,
    Shot,
    ShotReply,
    Status,
    StatusFlag,
)
from firmware_protocol.messages import AbortCause as Cause
from firmware_protocol.states import PistolEvent, next_state
from firmware_protocol.units import Micrometres, Microseconds, Milliseconds, Nanolitres, ShotId
from simulator.arming import CHALLENGE_MS, Arm, Challenge
from simulator.committing import (
    commit_calibration,
    commit_limits,
    get_calibration,
    stage_calibration,
    stage_limits,
)
from simulator.firmware import Firmware
from simulator.gate import SLOTS_PER_SHOT
from simulator.journal import JournalFull
from simulator.limits import broken_by, for_session
from simulator.replies import error
from simulator.telling import describe, ping

RECORDS_PER_REPLY = 3
NEARLY_FULL = 64  # records


def _abort(firmware: Firmware, _: Abort) -> AbortReply:
    firmware.abort(Cause.FRAME)
    return AbortReply(
        abort_id=firmware.journal.abort_id,
        stopped=int(firmware.is_stopped),
        cause=firmware.abort_cause,
        shots_after=min(firmware.shots_after_abort, 0xFFFF),
        shot_id_open=firmware.shot_id_open,
    )


def _clear_abort(firmware: Firmware, request: ClearAbort) -> ClearAbortReply | ErrorReply:
    journal = firmware.journal
    if firmware.state is not PistolState.ABORTED or not firmware.is_stopped:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    if request.abort_id != journal.abort_id:
        return error(ErrorCode.WRONG_ABORT_ID, journal.abort_id)
    if journal.tail != journal.head:
        return error(ErrorCode.JOURNAL_UNREAD, journal.head)
    firmware.clear_abort()
    return ClearAbortReply(firmware.state)


def _arm_request(firmware: Firmware, request: ArmRequest) -> ArmChallenge | ErrorReply:
    if firmware.is_for_service:
        firmware.disarm(Refusal.VOIDED)
    refused = _why_not_armable(firmware, request)
    limits = firmware.settings.limits
    if refused is not None:
        return refused
    assert limits is not None
    nonce = challenged(firmware, request)
    echo = for_session(limits, request)
    return ArmChallenge(
        nonce=nonce,
        shots_max=echo.shots_max,
        volume_nl_max=echo.volume_nl_max,
        dose_nl_max=echo.dose_nl_max,
        depth_um_max=echo.depth_um_max,
        rate_nl_per_s_max=echo.rate_nl_per_s_max,
        interval_ms_min=echo.interval_ms_min,
        lease_ms=echo.lease_ms_max,
        limits_revision=echo.revision,
        calibration_id=firmware.settings.calibration.id,
        plan_digest=request.plan_digest,
        hazards=hazards_of(firmware, request),
        challenge_ms=Milliseconds(CHALLENGE_MS),
    )


def _why_not_armable(firmware: Firmware, request: ArmRequest) -> ErrorReply | None:
    limits = firmware.settings.limits
    if (refused := why_not_ready(firmware, request.limits_revision)) is not None:
        return refused
    assert limits is not None
    calibration, used = firmware.settings.calibration, firmware.calibration_used
    if request.calibration_id != calibration.id:
        return error(ErrorCode.CALIBRATION, calibration.id)
    if calibration.id and used + request.shots_max > calibration.shots_max:
        return error(ErrorCode.CALIBRATION_SPENT, used, calibration.shots_max)
    broken = broken_by(request, limits)
    return None if broken is None else error(ErrorCode.LIMIT, *broken)


def challenged(firmware: Firmware, request: ArmRequest, is_service: bool = False) -> int:
    """Put a challenge out for what may be armed; return its nonce."""
    actuator = firmware.board.actuator
    if firmware.board.hand.refills and actuator.syringe_nl < request.volume_nl_max:
        actuator.refill()
    nonce = firmware.chance.bits64()
    expires_us = firmware.now_us + CHALLENGE_MS * 1_000
    firmware.challenge = Challenge(nonce, request, expires_us, is_service)
    firmware.go(PistolEvent.ARM_REQUESTED)
    return nonce


def why_not_ready(firmware: Firmware, limits_revision: int) -> ErrorReply | None:
    """Return why nothing may be armed now, whatever for; None: something may."""
    journal, limits = firmware.journal, firmware.settings.limits
    if firmware.state is not PistolState.SAFE or not firmware.is_stopped:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    if journal.tail != journal.head:
        return error(ErrorCode.JOURNAL_UNREAD, journal.head)
    if limits is None:
        return error(ErrorCode.LIMIT, firmware.settings.limit_missing)
    if limits_revision != limits.revision:
        return error(ErrorCode.LIMITS_REVISION, limits.revision)
    return None


def hazards_of(firmware: Firmware, request: ArmRequest) -> int:
    """Return what a person must know before confirming."""
    hazards = int(Hazard.SIMULATED)
    if firmware.journal.in_doubt:
        hazards |= Hazard.IN_DOUBT
    if firmware.board.actuator.syringe_nl < request.volume_nl_max:
        hazards |= Hazard.LOW_VOLUME
    if firmware.shots.free < NEARLY_FULL:
        hazards |= Hazard.JOURNAL_NEARLY_FULL
    return hazards


def _arm_confirm(firmware: Firmware, request: ArmConfirm) -> ArmReply | ErrorReply:
    challenge, limits, journal = firmware.challenge, firmware.settings.limits, firmware.journal
    armed = next_state(firmware.state, PistolEvent.ARM_CONFIRMED)
    if challenge is None or limits is None or armed is None:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    if request.nonce != challenge.nonce:
        return error(ErrorCode.WRONG_NONCE)
    if journal.tail != journal.head:
        return error(ErrorCode.JOURNAL_UNREAD, journal.head)
    if challenge.is_service and (refused := nobody_or_skin(firmware)) is not None:
        return refused
    asked = challenge.request
    lease_us = asked.lease_ms * 1_000
    firmware.challenge = None
    firmware.arm = Arm(
        token=firmware.new_token(),
        limits=for_session(limits, asked),
        lease_us=lease_us,
        lease_until_us=firmware.now_us + lease_us,
        shots_left=asked.shots_max,
        budget_nl_left=asked.volume_nl_max,
        plan_digest=asked.plan_digest,
        is_service=challenge.is_service,
    )
    firmware.go(PistolEvent.ARM_CONFIRMED)
    return ArmReply(firmware.arm.token, asked.shots_max, asked.volume_nl_max, asked.lease_ms)


def nobody_or_skin(firmware: Firmware) -> ErrorReply | None:
    """Return why service may not be armed: nobody is at the pistol, or it touches somebody."""
    if not firmware.board.hand.holds_service_button:
        return error(ErrorCode.NEEDS_PERSON)
    if firmware.board.hand.touches(firmware.now_us):
        return error(ErrorCode.ON_SKIN)
    return None


def _disarm(firmware: Firmware, request: Disarm) -> DisarmReply | ErrorReply:
    if firmware.arm is not None and request.arm_token != firmware.token:
        return error(ErrorCode.WRONG_TOKEN)
    firmware.disarm(Refusal.VOIDED)  # of a dead token: nothing is armed, and nothing changes
    return DisarmReply(firmware.state)


def _poll(firmware: Firmware, request: Poll) -> Status | ErrorReply:
    journal = firmware.journal
    if firmware.fault is FaultCode.MEMORY:
        return status_of(firmware)  # the journal takes nothing any more
    if request.journal_ack > journal.head:
        return error(ErrorCode.JOURNAL_GAP, journal.head)
    if request.journal_ack > journal.tail:
        journal.acknowledge(request.journal_ack)
    if firmware.arm is not None and request.arm_token == firmware.arm.token:
        firmware.arm.renew(request.app_tick, firmware.now_us)
    return status_of(firmware)


def status_of(firmware: Firmware) -> Status:
    """Return what the pistol holds and senses now."""
    arm, journal, actuator = firmware.arm, firmware.journal, firmware.board.actuator
    now_us = firmware.now_us
    depth_um = actuator.depth_at(now_us)
    figures = actuator.figures
    return Status(
        state=firmware.state,
        queue=firmware.shots.count,
        flags=_flags(firmware, depth_um),
        lease_ms_left=Milliseconds(
            0 if arm is None else max(0, arm.lease_until_us - now_us) // 1_000
        ),
        supply_mv=figures.supply_mv,
        journal_head=journal.head,
        journal_tail=journal.tail,
        shot_id_last=ShotId(journal.shot_id_highest),
        abort_id=journal.abort_id,
        abort_cause=firmware.abort_cause,
        fault=firmware.fault,
        shots_left=0 if arm is None else arm.shots_left,
        budget_nl_left=Nanolitres(0 if arm is None else arm.budget_nl_left),
        volume_nl_left=Nanolitres(actuator.syringe_nl),
        force_mn=0,  # not modelled
        depth_um=Micrometres(depth_um),
        pressure_pa=0,  # not modelled
        temperature_mk=figures.temperature_mk,
        uptime_us=Microseconds(now_us - firmware.started_us),
        receive_errors=0,  # the line's end fills it in
    )


def _flags(firmware: Firmware, depth_um: int) -> int:
    touches = firmware.board.hand.touches(firmware.now_us)
    flags = 0
    if firmware.arm is not None:
        flags |= StatusFlag.TOKEN_VALID
        if firmware.arm.is_service:
            flags |= StatusFlag.SERVICE
    if firmware.shots.under_way is not None:
        flags |= StatusFlag.TRIGGER
    if touches:
        flags |= StatusFlag.CONTACT
    if firmware.shots.free < SLOTS_PER_SHOT:
        flags |= StatusFlag.JOURNAL_FULL
    if not depth_um:
        flags |= StatusFlag.NEEDLE_OUT
    if firmware.is_stopped:
        flags |= StatusFlag.STOPPED
    return flags


def _shot(firmware: Firmware, request: Shot) -> ShotReply:
    known = firmware.shots.known(request)
    return firmware.take(request) if known is None else known


def _resolve(firmware: Firmware, request: Resolve) -> Resolution | ErrorReply:
    try:
        return firmware.shots.resolve(request.shot_id)
    except JournalFull:
        if firmware.state is PistolState.FAULT:
            return error(ErrorCode.WRONG_STATE, firmware.state)
        return error(ErrorCode.JOURNAL_UNREAD, firmware.journal.head)


def _journal_read(firmware: Firmware, request: JournalRead) -> JournalRecords | ErrorReply:
    journal = firmware.journal
    if request.from_seq < journal.oldest:
        return error(ErrorCode.JOURNAL_GAP, journal.oldest)
    records = journal.read(request.from_seq, min(request.count, RECORDS_PER_REPLY))
    return JournalRecords(journal.head, journal.tail, len(records), records)


def _limits_get(firmware: Firmware, request: LimitsGet) -> Limits | ErrorReply:
    found: Limits | None
    match request.layer:
        case LimitLayer.FACTORY:
            found = firmware.settings.factory
        case LimitLayer.CLINIC:
            found = firmware.settings.limits
        case LimitLayer.SESSION:
            found = None if firmware.arm is None else firmware.arm.limits
        case _:
            found = firmware.settings.limits if firmware.arm is None else firmware.arm.limits
    if found is None:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    return found._replace(layer=request.layer)


def _set_baud(firmware: Firmware, request: SetBaud) -> SetBaudReply | ErrorReply:
    return firmware.speed.answer(firmware.state, firmware.is_stopped, request)


TABLE: Mapping[type[Any], Callable[[Firmware, Any], Reply]] = {
    Abort: _abort,
    ClearAbort: _clear_abort,
    ArmRequest: _arm_request,
    ArmConfirm: _arm_confirm,
    Disarm: _disarm,
    Poll: _poll,
    Shot: _shot,
    Resolve: _resolve,
    JournalRead: _journal_read,
    LimitsGet: _limits_get,
    LimitsStage: stage_limits,
    LimitsCommit: commit_limits,
    CalibrationGet: get_calibration,
    CalibrationStage: stage_calibration,
    CalibrationCommit: commit_calibration,
    Ping: ping,
    SetBaud: _set_baud,
    Describe: describe,
}
