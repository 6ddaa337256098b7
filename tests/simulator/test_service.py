"""Service: a person primes, gives into a vessel, sends the needle home; nobody is ever given it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from firmware_protocol.crit import crit
from firmware_protocol.messages import (
    ArmConfirm,
    ArmReply,
    ArmRequest,
    Disarm,
    ErrorCode,
    FaultCode,
    Hazard,
    Home,
    HomeReply,
    JournalKind,
    LimitId,
    Outcome,
    PistolState,
    Prime,
    PrimeReply,
    Refusal,
    Resolve,
    SelfTest,
    SelfTestReply,
    ServiceChallenge,
    ServiceRequest,
    ShotResult,
    StatusFlag,
    Trigger,
)
from firmware_protocol.units import Micrometres
from simulator import Hand, Memory

ARMING: dict[str, int] = {
    "shots_max": 5,
    "volume_nl_max": 300_000,
    "dose_nl_max": 100_000,
    "rate_nl_per_s_max": 200_000,
    "lease_ms": 300,
    "limits_revision": 1,
}


def request(**over: int) -> ServiceRequest:
    return ServiceRequest(**(ARMING | over))  # type: ignore[arg-type]


def serve(host: Any, **over: int) -> None:
    """Arm it for service, with a person at it and the needle over a vessel."""
    if not host.session:
        host.hello()
    host.read_all()
    host.pistol.hold_service_button(True)
    challenge = host.ask(request(**over))
    assert isinstance(challenge, ServiceChallenge), challenge
    reply = host.ask(ArmConfirm(challenge.nonce))
    assert isinstance(reply, ArmReply)
    host.token = reply.arm_token


def prime_of(host: Any, shot_id: int, **over: int) -> Prime:
    asked: dict[str, Any] = {
        "shot_id": shot_id,
        "arm_token": host.token or 1,
        "dose_nl": 50_000,
        "rate_nl_per_s": 100_000,
        "ttl_ms": 5_000,
    } | over
    right = crit(asked["shot_id"], asked["dose_nl"], Micrometres(0), asked["rate_nl_per_s"])
    return Prime(**({"crit": right} | asked))


def prime(host: Any, shot_id: int, **over: int) -> PrimeReply:
    reply = host.ask(prime_of(host, shot_id, **over))
    assert isinstance(reply, PrimeReply), reply
    return reply


def kinds(host: Any) -> list[JournalKind]:
    return [one.kind for one in host.journal()]


def given(host: Any) -> list[tuple[int, int, int, bool, bool]]:
    return [
        (one.shot_id, one.dose_nl, one.depth_um, one.contact, one.service) for one in host.ghost
    ]


def test_a_prime_expels_its_volume_with_the_needle_out_once(host: Any) -> None:
    serve(host)
    before = host.poll().volume_nl_left
    assert prime(host, 1).result is ShotResult.ACCEPTED
    host.play_until_moving()
    moving = host.poll()
    assert (moving.depth_um, moving.state) == (0, PistolState.FIRING)
    assert moving.flags & StatusFlag.SERVICE
    host.play(1_000_000)
    assert given(host) == [(1, 50_000, 0, False, True)]
    assert host.poll().volume_nl_left == before - 50_000
    assert prime(host, 1)[1:3] == (ShotResult.STORED, Refusal.NONE)
    host.play(1_000_000)
    assert len(host.ghost) == 1
    assert kinds(host)[-2:] == [JournalKind.PRIME_INTENT, JournalKind.PRIME_OUTCOME]
    assert host.pistol.hand.site == 0, "no site of a treatment is done"


def test_the_host_paces_shots_into_the_vessel(host: Any) -> None:
    serve(host)
    for shot_id in (1, 2, 3):
        told = host.fire(shot_id, trigger=Trigger.AUTO, depth_um=0, interval_ms=500)
        assert told.result is ShotResult.ACCEPTED
    host.play(3_000_000)
    assert [one.shot_id for one in host.ghost] == [1, 2, 3]
    begun = [one.start_us for one in host.journal() if one.kind is JournalKind.SERVICE_INTENT]
    assert all(later - former >= 500_000 for former, later in pairwise(begun))


@pytest.mark.parametrize(
    ("over", "limit", "bound"),
    [
        ({"shots_max": 2_001}, LimitId.SHOTS_MAX, 2_000),
        ({"volume_nl_max": 20_000_001}, LimitId.VOLUME_NL_MAX, 20_000_000),
        ({"dose_nl_max": 200_001}, LimitId.DOSE_NL_MAX, 200_000),
        ({"dose_nl_max": 999}, LimitId.DOSE_NL_MIN, 1_000),
        ({"rate_nl_per_s_max": 1_000_001}, LimitId.RATE_NL_PER_S_MAX, 1_000_000),
    ],
)
def test_service_beyond_a_limit_is_refused_with_its_name(
    host: Any, over: dict[str, int], limit: LimitId, bound: int
) -> None:
    host.hello()
    host.read_all()
    host.pistol.hold_service_button(True)
    refused = host.ask(request(**over))
    assert (refused.code, refused.detail, refused.value) == (ErrorCode.LIMIT, limit, bound)
    name, value = next(iter(over.items()))
    kept = value + 1 if limit is LimitId.DOSE_NL_MIN else value - 1
    assert isinstance(host.ask(request(**{name: kept})), ServiceChallenge)


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"dose_nl": 100_001}, Refusal.LIMIT),
        ({"rate_nl_per_s": 200_001}, Refusal.LIMIT),
        ({"ttl_ms": 60_001}, Refusal.LIMIT),
        ({"crit": 1}, Refusal.CRIT),
        ({"arm_token": 1}, Refusal.TOKEN),
    ],
)
def test_a_prime_that_is_not_allowed_is_refused_and_its_id_stays_free(
    host: Any, over: dict[str, int], reason: Refusal
) -> None:
    serve(host)
    told = prime(host, 1, **over)
    assert (told.result, told.reason) == (ShotResult.REFUSED, reason)
    assert prime(host, 1).result is ShotResult.ACCEPTED


def test_service_has_its_own_budget(host: Any) -> None:
    serve(host, volume_nl_max=100_000)
    assert prime(host, 1, dose_nl=60_000).result is ShotResult.ACCEPTED
    assert prime(host, 2, dose_nl=40_001).reason is Refusal.BUDGET
    assert prime(host, 2, dose_nl=40_000).result is ShotResult.ACCEPTED
    host.play(3_000_000)
    assert host.poll().state is PistolState.SAFE, "what is spent is disarmed"
    host.pistol.hold_service_button(False)
    armed = host.arm(volume_nl_max=100_000)
    assert armed.volume_nl_left == 100_000, "a treatment's budget has lost nothing"


def test_without_a_person_or_on_skin_there_is_no_service(host_of: Callable[..., Any]) -> None:
    host = host_of(hand=Hand(3, travel_us=200_000, settle_us=0, jitter_ppm=0))
    host.hello()
    host.read_all()
    assert host.ask(request()).code is ErrorCode.NEEDS_PERSON
    host.arm()
    host.pistol.hold_service_button(True)
    host.fire(1)  # the hand sets out for its site
    host.ask(Disarm(host.token))
    host.play(300_000)
    host.read_all()
    assert host.ask(request()).code is ErrorCode.ON_SKIN
    assert host.ask(Home(0)).code is ErrorCode.ON_SKIN


def test_a_challenge_for_service_is_confirmed_by_the_person_only(host: Any) -> None:
    host.hello()
    host.read_all()
    host.pistol.hold_service_button(True)
    challenge = host.ask(request())
    host.pistol.hold_service_button(False)
    assert host.ask(ArmConfirm(challenge.nonce)).code is ErrorCode.NEEDS_PERSON
    host.pistol.hold_service_button(True)
    assert isinstance(host.ask(ArmConfirm(challenge.nonce)), ArmReply)


def test_skin_in_the_middle_of_a_prime_stops_the_plunger_and_disarms(
    host_of: Callable[..., Any],
) -> None:
    host = host_of(hand=Hand(3, travel_us=400_000, settle_us=0, jitter_ppm=0))
    host.arm()
    host.pistol.hold_service_button(True)
    host.fire(1)
    host.ask(Disarm(host.token))
    host.read_all()
    nonce = host.ask(request()).nonce
    host.token = host.ask(ArmConfirm(nonce)).arm_token
    assert prime(host, 2, dose_nl=100_000).result is ShotResult.ACCEPTED
    assert prime(host, 3).result is ShotResult.ACCEPTED
    status = host.play(2_000_000)
    assert (status.state, status.flags & StatusFlag.SERVICE) == (PistolState.SAFE, 0)
    (only,) = host.ghost
    assert only.shot_id == 2
    assert only.dose_nl < 40_000
    ends = {one.shot_id: one for one in host.journal() if one.outcome}
    assert (ends[2].outcome, ends[2].reason) == (Outcome.PARTIAL, Refusal.STATE)
    assert ends[2].dose_nl_given == only.dose_nl
    assert (ends[3].kind, ends[3].reason) == (JournalKind.VOID, Refusal.STATE)


@pytest.mark.parametrize("trigger", [Trigger.PRESS, Trigger.HELD])
def test_a_hand_s_trigger_is_refused_in_service_and_auto_outside(
    host: Any, trigger: Trigger
) -> None:
    host.arm()
    assert host.fire(1, trigger=Trigger.AUTO, depth_um=0).reason is Refusal.STATE
    serve(host)
    assert host.fire(1, trigger=trigger, depth_um=0).reason is Refusal.STATE
    deep = host.fire(1, trigger=Trigger.AUTO, depth_um=1)
    assert (deep.reason, deep.limit, deep.limit_value) == (
        Refusal.LIMIT,
        LimitId.DEPTH_UM_MAX,
        0,
    )


def test_a_prime_amid_a_treatment_kills_it_and_nothing_of_it_is_gone_on_with(host: Any) -> None:
    """An interrupted dose, a prime, and a dose gone on with: recalled pumps gave too much so."""
    host.arm()
    host.fire(1, dose_nl=20_000)
    host.play_until_moving()
    assert host.fire(2).result is ShotResult.ACCEPTED
    assert prime(host, 3).reason is Refusal.TOKEN
    status = host.play(2_000_000)
    assert (status.state, status.queue) == (PistolState.SAFE, 0)
    assert given(host) == [(1, 20_000, 600, True, False)]
    assert host.ask(Resolve(2)).outcome is Outcome.NOT_FIRED
    assert host.fire(2).result is ShotResult.STORED
    serve(host)
    assert prime(host, 4).result is ShotResult.ACCEPTED
    host.play(1_500_000)
    assert [one.shot_id for one in host.ghost] == [1, 4]
    host.pistol.hold_service_button(False)
    host.arm()
    assert host.fire(2).result is ShotResult.STORED
    host.play(1_500_000)
    assert [one.shot_id for one in host.ghost] == [1, 4]


@pytest.mark.parametrize("asked", [request(), Home(0), SelfTest(0)])
@pytest.mark.parametrize("armed", [True, False])
def test_whatever_asks_for_service_ends_a_treatment_s_token_and_challenge(
    host: Any, asked: Any, armed: bool
) -> None:
    host.hello()
    host.read_all()
    if armed:
        host.arm()
    else:
        nonce = host.challenge().nonce
    host.ask(asked)
    assert not host.poll().flags & StatusFlag.TOKEN_VALID
    if armed:
        assert host.fire(1).reason is Refusal.TOKEN
    else:
        assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_STATE


def test_a_treatment_s_arming_ends_that_for_service(host: Any) -> None:
    serve(host)
    host.challenge()
    assert prime(host, 1).reason is Refusal.TOKEN
    host.read_all()
    host.pistol.hold_service_button(True)
    nonce = host.ask(request()).nonce
    host.challenge()
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_NONCE


@pytest.mark.parametrize("moment", ["before", "moving", "after"])
def test_a_prime_is_given_at_most_once_across_a_power_cut(
    host_of: Callable[..., Any], moment: str
) -> None:
    memory = Memory()
    host = host_of(memory=memory)
    serve(host)
    if moment == "before":
        memory.cut_after(20)
    prime_reply = host.ask(prime_of(host, 1))
    assert prime_reply is None or prime_reply.result is ShotResult.ACCEPTED
    if moment == "moving":
        host.play_until_moving()
    elif moment == "after":
        host.play(900_000)
    else:
        host.now_us += 100_000
        host.pistol.advance(host.now_us)
    if host.pistol.is_powered:
        host.cut()
    host.session = host.token = 0
    host.restore()
    host.hello(nonce=2)
    told = host.ask(Resolve(1)).outcome
    right = {"before": Outcome.NOT_FIRED, "moving": Outcome.INDETERMINATE, "after": Outcome.FIRED}
    assert told is right[moment]
    count = len(host.ghost)
    serve(host)
    assert prime(host, 1).result is ShotResult.STORED
    host.play(1_000_000)
    assert len(host.ghost) == count
    host.pistol.hold_service_button(False)
    host.read_all()
    assert not host.challenge().hazards & Hazard.IN_DOUBT, "nobody was given it"


def test_an_abort_stops_a_prime_and_the_way_home(host: Any) -> None:
    serve(host)
    prime(host, 1)
    host.play_until_moving()
    host.pistol.press_button(host.now_us)
    status = host.play(300_000)
    assert status.state is PistolState.ABORTED
    assert 0 < host.ghost[0].dose_nl < 50_000


def test_home_takes_its_time_and_nothing_is_armed_or_fired_meanwhile(host: Any) -> None:
    host.hello()
    host.read_all()
    assert host.ask(Home(0)) == HomeReply(PistolState.SAFE)
    assert not host.poll().flags & StatusFlag.STOPPED
    refused = host.ask(ArmRequest(1, 10_000, 10_000, 0, 10_000, 110, 300, 1, 0, 7))  # type: ignore[arg-type]
    assert refused.code is ErrorCode.WRONG_STATE
    host.play(300_000)
    assert host.poll().flags & StatusFlag.STOPPED
    serve(host)
    assert host.ask(Home(0)) == HomeReply(PistolState.ARMED)
    assert host.ask(Home(0)).code is ErrorCode.WRONG_STATE
    assert prime(host, 1).result is ShotResult.ACCEPTED
    assert host.ask(Home(0)).code is ErrorCode.WRONG_STATE
    begun_us = host.now_us
    host.play(2_000_000)
    assert [one.shot_id for one in host.ghost] == [1]
    assert host.ghost[0].at_us > begun_us + 200_000, "it waited for the needle to be home"
    assert kinds(host) == [
        JournalKind.BOOT,
        JournalKind.PRIME_INTENT,
        JournalKind.PRIME_OUTCOME,
    ]


@pytest.mark.parametrize("part", [FaultCode.NEEDLE, FaultCode.PLUNGER, FaultCode.SUPPLY])
def test_a_self_test_names_what_is_broken_until_the_power_comes_back(
    host: Any, part: FaultCode
) -> None:
    host.hello()
    host.read_all()
    assert host.ask(SelfTest(0)) == SelfTestReply(PistolState.SELFTEST)
    assert host.poll().state is PistolState.SAFE
    host.pistol.break_part(part)
    host.ask(SelfTest(0))
    status = host.poll()
    assert (status.state, status.fault) == (PistolState.FAULT, part)
    assert host.ask(SelfTest(0)).code is ErrorCode.WRONG_STATE
    host.cut()
    host.restore()
    host.hello(nonce=2)
    assert host.poll().fault is part, "the start tests as well"
    host.pistol.break_part(FaultCode.NONE)
    host.cut()
    host.restore()
    host.hello(nonce=3)
    assert host.poll().state is PistolState.SAFE


def test_no_self_test_while_armed_for_service(host: Any) -> None:
    serve(host)
    assert host.ask(SelfTest(0)).code is ErrorCode.WRONG_STATE
    assert host.poll().flags & StatusFlag.SERVICE, "and service goes on"
