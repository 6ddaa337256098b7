"""Service: what a person does with the pistol off the skin. Nothing here is ever given to anybody.

Whatever asks for it ends a treatment's arming before it is looked at: what was interrupted is not
gone on with, and a primed needle is armed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware_protocol.messages import (
    ArmRequest,
    ErrorCode,
    ErrorReply,
    Home,
    HomeReply,
    Jog,
    JogReply,
    LimitId,
    PistolState,
    Prime,
    PrimeReply,
    Refusal,
    Reply,
    SelfTest,
    SelfTestReply,
    ServiceChallenge,
    ServiceRequest,
    Shot,
    Trigger,
)
from firmware_protocol.states import PistolEvent
from firmware_protocol.units import Micrometres, Milliseconds
from simulator.answers import challenged, hazards_of, nobody_or_skin, why_not_ready
from simulator.arming import CHALLENGE_MS
from simulator.firmware import Firmware
from simulator.limits import broken_by
from simulator.replies import error
from simulator.shots import PRIMES


def _end_treatment(firmware: Firmware) -> None:
    if not firmware.is_for_service and (firmware.arm or firmware.challenge):
        firmware.disarm(Refusal.VOIDED)


def _request(firmware: Firmware, request: ServiceRequest) -> ServiceChallenge | ErrorReply:
    """Put a challenge out: a person is here, and the pistol is off the skin."""
    _end_treatment(firmware)
    refused = why_not_ready(firmware, request.limits_revision)
    refused = refused or nobody_or_skin(firmware)
    if refused is not None:
        return refused
    limits = firmware.settings.limits
    assert limits is not None
    asked = ArmRequest(
        shots_max=request.shots_max,
        volume_nl_max=request.volume_nl_max,
        dose_nl_max=request.dose_nl_max,
        depth_um_max=Micrometres(0),
        rate_nl_per_s_max=request.rate_nl_per_s_max,
        interval_ms_min=limits.interval_ms_min,
        lease_ms=request.lease_ms,
        limits_revision=limits.revision,
        calibration_id=firmware.settings.calibration.id,
        plan_digest=0,  # of no plan
    )
    if (broken := broken_by(asked, limits)) is not None:
        return error(ErrorCode.LIMIT, *broken)
    nonce = challenged(firmware, asked, is_service=True)
    return ServiceChallenge(
        nonce=nonce,
        shots_max=asked.shots_max,
        volume_nl_max=asked.volume_nl_max,
        dose_nl_max=asked.dose_nl_max,
        rate_nl_per_s_max=asked.rate_nl_per_s_max,
        interval_ms_min=asked.interval_ms_min,
        lease_ms=asked.lease_ms,
        limits_revision=asked.limits_revision,
        hazards=hazards_of(firmware, asked),
        challenge_ms=Milliseconds(CHALLENGE_MS),
    )


def _prime(firmware: Firmware, request: Prime) -> PrimeReply:
    """Take it as a shot into the vessel: the same ids, the same journal, the same gate."""
    _end_treatment(firmware)
    shot = Shot(
        shot_id=request.shot_id,
        arm_token=request.arm_token,
        dose_nl=request.dose_nl,
        depth_um=Micrometres(0),
        rate_nl_per_s=request.rate_nl_per_s,
        dwell_ms=Milliseconds(0),
        ttl_ms=request.ttl_ms,
        trigger=Trigger.AUTO,
        interval_ms=Milliseconds(0),
        flags=PRIMES,
        crit=request.crit,
    )
    known = firmware.shots.known(shot)
    return PrimeReply(*(firmware.take(shot) if known is None else known))


def _may_be_moved(firmware: Firmware) -> bool:
    """Return True if nothing is queued or moves: SAFE, or armed for service."""
    in_service = firmware.state is PistolState.ARMED and firmware.is_for_service
    idle = firmware.is_stopped and not firmware.shots.count
    return idle and (firmware.state is PistolState.SAFE or in_service)


def _home(firmware: Firmware, _: Home) -> HomeReply | ErrorReply:
    _end_treatment(firmware)
    if not _may_be_moved(firmware):
        return error(ErrorCode.WRONG_STATE, firmware.state)
    if firmware.board.hand.touches(firmware.now_us):
        return error(ErrorCode.ON_SKIN)
    firmware.board.actuator.home(firmware.now_us)
    firmware.is_homing = True
    return HomeReply(firmware.state)


def _jog(firmware: Firmware, request: Jog) -> JogReply | ErrorReply:
    """Take the needle out, dry, no deeper than the clinic allows anybody to be pricked."""
    _end_treatment(firmware)
    if not _may_be_moved(firmware):
        return error(ErrorCode.WRONG_STATE, firmware.state)
    if (refused := nobody_or_skin(firmware)) is not None:
        return refused
    limits = firmware.settings.limits
    for limit, asked, bound in (
        (LimitId.DEPTH_UM_MAX, request.depth_um, limits.depth_um_max if limits else 0),
        (LimitId.DWELL_MS_MAX, request.dwell_ms, limits.dwell_ms_max if limits else 0),
    ):
        if asked > bound:
            return error(ErrorCode.LIMIT, limit, bound)
    firmware.board.actuator.jog(request.depth_um, request.dwell_ms, firmware.now_us)
    firmware.is_homing = True
    return JogReply(firmware.state)


def _self_test(firmware: Firmware, _: SelfTest) -> SelfTestReply | ErrorReply:
    _end_treatment(firmware)
    if firmware.state is not PistolState.SAFE or not firmware.is_stopped:
        return error(ErrorCode.WRONG_STATE, firmware.state)
    firmware.tested_us = firmware.now_us + firmware.board.actuator.figures.selftest_us
    firmware.go(PistolEvent.SELFTEST_BEGUN)
    return SelfTestReply(firmware.state)


TABLE: Mapping[type[Any], Callable[[Firmware, Any], Reply]] = {
    ServiceRequest: _request,
    Prime: _prime,
    Home: _home,
    Jog: _jog,
    SelfTest: _self_test,
}
