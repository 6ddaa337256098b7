"""Arming takes two steps, and nothing is armed that is not positively allowed."""

from typing import Any

import pytest

from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    AbortCause,
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ArmRequest,
    ClearAbort,
    Disarm,
    DisarmReply,
    ErrorCode,
    ErrorReply,
    Hazard,
    Hello,
    LimitId,
    LimitLayer,
    LimitsGet,
    PistolState,
    Poll,
    Refusal,
    Resolve,
    ShotResult,
    StatusFlag,
)
from simulator.limits import LimitsError, factory_limits


def request(**over: Any) -> ArmRequest:
    asked: dict[str, Any] = {
        "shots_max": 100,
        "volume_nl_max": 1_000_000,
        "dose_nl_max": 20_000,
        "depth_um_max": 2_000,
        "rate_nl_per_s_max": 200_000,
        "interval_ms_min": 110,
        "lease_ms": 300,
        "limits_revision": 1,
        "calibration_id": 0,
        "plan_digest": 7,
    }
    return ArmRequest(**(asked | over))


def test_the_challenge_echoes_every_value_that_will_be_enforced(host: Any) -> None:
    host.hello()
    host.read_all()
    limits = host.ask(LimitsGet(LimitLayer.EFFECTIVE))
    asked = request(plan_digest=0xFEDCBA9876543210, interval_ms_min=limits.interval_ms_min + 20)
    challenge = host.ask(asked)
    echoed = {name: getattr(challenge, name) for name in ArmRequest._fields}
    assert echoed == asked._asdict()
    assert challenge.hazards & Hazard.SIMULATED
    assert challenge.challenge_ms == 60_000
    assert host.poll().state is PistolState.CHALLENGED


def test_only_the_right_nonce_arms(host: Any) -> None:
    host.hello()
    host.read_all()
    nonce = host.challenge().nonce
    wrong = host.ask(ArmConfirm(nonce ^ 1))
    assert (wrong.code, host.poll().state) == (ErrorCode.WRONG_NONCE, PistolState.CHALLENGED)
    armed = host.ask(ArmConfirm(nonce))
    assert isinstance(armed, ArmReply)
    assert armed.arm_token != 0
    assert (armed.shots_left, armed.volume_nl_left, armed.lease_ms) == (100, 1_000_000, 300)


def test_a_challenge_is_used_up_by_its_confirmation(host: Any) -> None:
    host.hello()
    host.read_all()
    nonce = host.challenge().nonce
    host.token = host.ask(ArmConfirm(nonce)).arm_token
    again = host.ask(ArmConfirm(nonce))
    assert again == ErrorReply(0x0104, ErrorCode.WRONG_STATE, PistolState.ARMED, 0)
    host.ask(Disarm(host.token))
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_STATE


def test_a_challenge_expires(host: Any) -> None:
    host.hello()
    host.read_all()
    nonce = host.challenge().nonce
    host.now_us += 60_000_000 - 1
    assert host.poll().state is PistolState.CHALLENGED
    host.now_us += 1
    assert host.poll().state is PistolState.SAFE
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_STATE


def test_nothing_is_armed_before_the_journal_has_been_read(host: Any) -> None:
    host.hello()
    refused = host.ask(request())
    assert (refused.code, refused.detail) == (ErrorCode.JOURNAL_UNREAD, 1)
    host.read_all()
    assert isinstance(host.ask(request()), ArmChallenge)


@pytest.mark.parametrize(
    ("over", "limit", "bound"),
    [
        ({"dose_nl_max": 200_001}, LimitId.DOSE_NL_MAX, 200_000),
        ({"dose_nl_max": 999}, LimitId.DOSE_NL_MIN, 1_000),
        ({"depth_um_max": 10_001}, LimitId.DEPTH_UM_MAX, 10_000),
        ({"rate_nl_per_s_max": 1_000_001}, LimitId.RATE_NL_PER_S_MAX, 1_000_000),
        ({"interval_ms_min": 109}, LimitId.INTERVAL_MS_MIN, 110),
        ({"shots_max": 2_001}, LimitId.SHOTS_MAX, 2_000),
        ({"volume_nl_max": 20_000_001}, LimitId.VOLUME_NL_MAX, 20_000_000),
    ],
)
def test_one_unit_beyond_a_factory_limit_is_refused_by_its_name(
    host: Any, over: dict[str, int], limit: LimitId, bound: int
) -> None:
    host.hello()
    host.read_all()
    refused = host.ask(request(**over))
    assert (refused.code, refused.detail, refused.value) == (ErrorCode.LIMIT, limit, bound)
    (name,) = over
    assert isinstance(host.ask(request(**{name: bound})), ArmChallenge)  # never clamped


@pytest.mark.parametrize("name", factory_limits()._fields[2:])
def test_nothing_is_armed_without_a_limit(host_of: Any, name: str) -> None:
    host = host_of(factory=factory_limits()._replace(**{name: 0}))
    host.hello()
    host.read_all()
    refused = host.ask(request())
    named = (ErrorCode.LIMIT, LimitId[name.upper()], 0)
    assert (refused.code, refused.detail, refused.value) == named
    assert host.poll().state is PistolState.SAFE


def test_another_revision_of_the_limits_is_refused_with_the_right_one(host: Any) -> None:
    host.hello()
    host.read_all()
    refused = host.ask(request(limits_revision=2))
    assert (refused.code, refused.detail) == (ErrorCode.LIMITS_REVISION, 1)


def test_a_calibration_that_the_pistol_does_not_have_is_refused(host: Any) -> None:
    host.hello()
    host.read_all()
    assert host.ask(request(calibration_id=5)).code is ErrorCode.CALIBRATION


def test_a_clinic_may_only_tighten_the_factory_limits(host_of: Any) -> None:
    clinic = factory_limits()._replace(layer=LimitLayer.CLINIC, revision=9, depth_um_max=4_000)
    host = host_of(limits=clinic)
    host.hello()
    host.read_all()
    refused = host.ask(request(limits_revision=9, depth_um_max=4_001))
    assert (refused.detail, refused.value) == (LimitId.DEPTH_UM_MAX, 4_000)
    assert host.ask(LimitsGet(LimitLayer.FACTORY)).depth_um_max == 10_000
    assert host.ask(LimitsGet(LimitLayer.EFFECTIVE)).depth_um_max == 4_000
    for wider in ({"depth_um_max": 10_001}, {"interval_ms_min": 109}, {"dose_nl_min": 0}):
        with pytest.raises(LimitsError):
            host_of(limits=clinic._replace(**wider))


def test_the_session_s_limits_are_those_of_the_arming(host: Any) -> None:
    host.hello()
    assert host.ask(LimitsGet(LimitLayer.SESSION)).code is ErrorCode.WRONG_STATE
    host.arm(dose_nl_max=5_000)
    assert host.ask(LimitsGet(LimitLayer.SESSION)).dose_nl_max == 5_000
    assert host.ask(LimitsGet(LimitLayer.EFFECTIVE)).dose_nl_max == 5_000
    refused = host.fire(1, dose_nl=5_001)
    assert (refused.result, refused.reason) == (ShotResult.REFUSED, Refusal.LIMIT)
    assert (refused.limit, refused.limit_value) == (LimitId.DOSE_NL_MAX, 5_000)


def test_an_armed_pistol_is_not_armed_again(host: Any) -> None:
    host.arm()
    refused = host.ask(request())
    assert (refused.code, refused.detail) == (ErrorCode.WRONG_STATE, PistolState.ARMED)


def test_a_host_of_another_major_version_cannot_arm(host: Any) -> None:
    reply = host.ask(Hello(MAJOR + 1, MINOR, SCHEMA_HASH, 5), session=0)
    host.session = reply.session
    host.read_all()
    refused = host.ask(request())
    assert (refused.code, refused.detail) == (ErrorCode.UNSUPPORTED, MAJOR)


def test_disarming_kills_the_token_and_voids_what_waits(host: Any) -> None:
    host.arm()
    host.fire(1)
    token = host.token
    assert host.ask(Disarm(token ^ 1)).code is ErrorCode.WRONG_TOKEN
    assert host.ask(Disarm(token)) == DisarmReply(PistolState.SAFE)
    assert host.ask(Disarm(token)) == DisarmReply(PistolState.SAFE)  # repeated: nothing changes
    assert host.journal()[-1].reason is Refusal.VOIDED
    host.play(2_000_000)
    assert host.ghost == []
    assert host.fire(2, arm_token=token).reason is Refusal.TOKEN


def test_a_shot_that_moves_is_finished_when_disarmed(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    assert host.ask(Disarm(host.token)) == DisarmReply(PistolState.FIRING)
    status = host.play(500_000)
    assert status.state is PistolState.SAFE
    assert [one.dose_nl for one in host.ghost] == [10_000]


def test_only_a_tick_of_the_application_renews_the_lease(host: Any) -> None:
    host.arm(lease_ms=300)
    host.now_us += 200_000
    assert host.poll(app_tick=50).lease_ms_left == 300
    host.now_us += 200_000
    assert host.poll(app_tick=50).lease_ms_left == 100  # the application stands still
    assert host.poll(app_tick=51, arm_token=host.token ^ 1).lease_ms_left == 100
    assert host.poll(app_tick=51).lease_ms_left == 300


def test_without_a_lease_the_pistol_aborts_by_itself(host: Any) -> None:
    host.arm(lease_ms=300)
    host.now_us += 299_999
    assert host.poll(app_tick=0, arm_token=0).state is PistolState.ARMED
    host.now_us += 1
    status = host.poll()
    assert status.state is PistolState.ABORTED
    assert not status.flags & StatusFlag.TOKEN_VALID


def test_a_syringe_too_empty_is_a_hazard_to_confirm(host_of: Any) -> None:
    host = host_of(syringe_nl=900_000)
    host.hello()
    host.read_all()
    assert host.challenge().hazards & Hazard.LOW_VOLUME


def test_an_acknowledgement_of_what_was_never_written_changes_nothing(host: Any) -> None:
    host.arm()
    host.now_us += 100_000
    refused = host.ask(Poll(host.token, 99, 4_000))
    assert (refused.code, refused.detail) == (ErrorCode.JOURNAL_GAP, 1)
    assert host.poll(app_tick=host.tick, arm_token=0).lease_ms_left == 200


@pytest.mark.parametrize("how", ["confirmed", "greeted", "aborted"])
def test_a_challenge_that_is_over_never_comes_back(host: Any, how: str) -> None:
    host.hello()
    host.read_all()
    nonce = host.challenge().nonce
    match how:
        case "confirmed":
            host.token = host.ask(ArmConfirm(nonce)).arm_token
        case "greeted":
            host.hello(nonce=2)
        case _:
            host.ask(Abort(1), session=0)
            host.read_all()
            host.ask(ClearAbort(1))
    before = host.poll().state
    assert host.play(61_000_000, 200_000).state is before
    assert host.poll().abort_cause is AbortCause.NONE


def test_what_was_written_after_the_challenge_must_be_read_before_arming(host: Any) -> None:
    host.hello()
    host.read_all()
    nonce = host.challenge().nonce
    host.ask(Resolve(5))  # voids it, in the journal
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.JOURNAL_UNREAD
    host.read_all()
    assert isinstance(host.ask(ArmConfirm(nonce)), ArmReply)
