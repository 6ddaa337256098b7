"""Service: priming and giving into a vessel, the way home, the self test. Never into a person."""

from __future__ import annotations

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.conformance.asking import require
from mesogun.conformance.bench import POLL_US, Bench
from mesogun.conformance.case import Case

HOME_US = 5_000_000
Kinds = tuple[m.JournalKind, ...]
WEIGHED: Kinds = (m.JournalKind.SERVICE_INTENT, m.JournalKind.SERVICE_OUTCOME)
PRIMED: Kinds = (m.JournalKind.PRIME_INTENT, m.JournalKind.PRIME_OUTCOME)


def _request(bench: Bench, **changes: int) -> m.ServiceRequest:
    of = bench.limits()
    request = m.ServiceRequest(
        shots_max=min(10, of.shots_max),
        volume_nl_max=Nanolitres(min(1_000_000, of.volume_nl_max)),
        dose_nl_max=of.dose_nl_max,
        rate_nl_per_s_max=NanolitresPerSecond(min(200_000, of.rate_nl_per_s_max)),
        lease_ms=of.lease_ms_max,
        limits_revision=of.revision,
    )
    return request._replace(**changes)  # type: ignore[arg-type]


def _armed(bench: Bench) -> ArmToken:
    """Let a person lift the pistol off the skin, and arm it for service."""
    bench.needed("hold its service button", bench.handles.service_button)(True)
    challenge = bench.expect(m.ServiceChallenge, _request(bench))
    return bench.expect(m.ArmReply, m.ArmConfirm(challenge.nonce)).arm_token


def _prime(bench: Bench, token: int, **changes: int) -> m.Prime:
    bench.next_id += 1
    of = bench.limits()
    prime = m.Prime(
        shot_id=ShotId(bench.next_id),
        arm_token=ArmToken(token),
        dose_nl=Nanolitres(max(of.dose_nl_min, min(5_000, of.dose_nl_max))),
        rate_nl_per_s=NanolitresPerSecond(min(100_000, of.rate_nl_per_s_max)),
        ttl_ms=Milliseconds(min(5_000, of.ttl_ms_max)),
        crit=0,
    )._replace(**changes)  # type: ignore[arg-type]
    own = crit(prime.shot_id, prime.dose_nl, Micrometres(0), prime.rate_nl_per_s)
    return prime if "crit" in changes else prime._replace(crit=own)


def _taken(bench: Bench, prime: m.Prime, *right: object) -> m.PrimeReply:
    told = bench.expect(m.PrimeReply, prime)
    seen = f"the prime was {told.result.name} {told.reason.name} {told.limit.name}"
    require((told.result, told.reason, told.limit)[: len(right)] == right, seen)
    return told


def _person(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    hold(False)
    bench.refused(_request(bench), m.ErrorCode.NEEDS_PERSON)
    hold(True)
    asked = _request(bench)
    challenge = bench.expect(m.ServiceChallenge, asked)
    echo = (*challenge[1:5], challenge.lease_ms, challenge.limits_revision)
    require(echo == tuple(asked), f"of {asked} it echoes {echo}")
    hold(False)
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.NEEDS_PERSON)
    hold(True)
    token = bench.expect(m.ArmReply, m.ArmConfirm(challenge.nonce)).arm_token
    status = bench.poll(token)
    both = m.StatusFlag.TOKEN_VALID | m.StatusFlag.SERVICE
    require(status.flags & both == both, f"armed for service, its flags are {status.flags:#x}")
    depth = bench.limits(m.LimitLayer.SESSION).depth_um_max
    require(depth == 0, f"armed for service, it may go {depth} um deep")
    hold(False)


def _bounds(bench: Bench) -> None:
    bench.needed("hold its service button", bench.handles.service_button)(True)
    of = bench.limits()
    wrong = m.ErrorCode.LIMITS_REVISION
    bench.refused(_request(bench, limits_revision=of.revision + 1), wrong)
    for name, limit, bound in (
        ("shots_max", m.LimitId.SHOTS_MAX, of.shots_max),
        ("volume_nl_max", m.LimitId.VOLUME_NL_MAX, of.volume_nl_max),
        ("dose_nl_max", m.LimitId.DOSE_NL_MAX, of.dose_nl_max),
        ("rate_nl_per_s_max", m.LimitId.RATE_NL_PER_S_MAX, of.rate_nl_per_s_max),
    ):
        error = bench.refused(_request(bench, **{name: bound + 1}), m.ErrorCode.LIMIT)
        seen = f"{name} one above: refused for {error.detail} {error.value}"
        require((error.detail, error.value) == (limit, bound), seen)
    token = _armed(bench)
    head = bench.poll(token).journal_head
    over = _prime(bench, token, dose_nl=of.dose_nl_max + 1)
    told = _taken(bench, over, m.ShotResult.REFUSED, m.Refusal.LIMIT, m.LimitId.DOSE_NL_MAX)
    require(told.limit_value == of.dose_nl_max, f"it names {told.limit_value}")
    good = _prime(bench, token)
    _taken(bench, good._replace(crit=good.crit ^ 1), m.ShotResult.REFUSED, m.Refusal.CRIT)
    require(bench.poll(token).journal_head == head, "a refused prime is in the journal")


def _triggers(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    auto = m.Trigger.AUTO
    bench.shot_refused(bench.shot(bench.arm(), trigger=auto), m.Refusal.STATE)
    bench.settle()
    token = _armed(bench)
    for trigger in (m.Trigger.PRESS, m.Trigger.HELD):
        shot = bench.shot(token, trigger=trigger, depth_um=0)
        bench.shot_refused(shot, m.Refusal.STATE)
    deep = bench.shot_refused(bench.shot(token, trigger=auto, depth_um=1), m.Refusal.LIMIT)
    seen = f"1 um deep in service: refused for {deep.limit.name} {deep.limit_value}"
    require((deep.limit, deep.limit_value) == (m.LimitId.DEPTH_UM_MAX, 0), seen)
    shot = bench.shot(token, trigger=auto, depth_um=0)
    head = bench.poll(token).journal_head
    bench.accepted(shot)
    _given(bench, token, shot.shot_id, head, WEIGHED)
    hold(False)


def _given(bench: Bench, token: int, shot_id: int, head: int, right: Kinds) -> None:
    """Demand that it was given once, into a vessel, and that the journal says so."""
    until_us = bench.line.now_us() + HOME_US
    while len(found := bench.journal(head + 1)) < 2 and bench.line.now_us() < until_us:
        bench.wait(POLL_US, token)
    kinds = [one.kind for one in found if one.shot_id == shot_id]
    require(kinds == list(right), f"the journal tells it as {[one.name for one in kinds]}")
    require(found[1].outcome is m.Outcome.FIRED, f"it ended {found[1].outcome.name}")
    bench.delivered(shot_id, 1)
    seen = bench.deliveries(shot_id) or ()
    require(not any(one.contact for one in seen), "it was given into somebody")


def _once(bench: Bench) -> None:
    token = _armed(bench)
    prime = _prime(bench, token)
    head = bench.poll(token).journal_head
    for _ in range(2):
        _taken(bench, prime, m.ShotResult.ACCEPTED)
    _given(bench, token, prime.shot_id, head, PRIMED)
    told = _taken(bench, prime, m.ShotResult.STORED)
    require(told.outcome is m.Outcome.FIRED, f"asked again, it ended {told.outcome.name}")
    other = _prime(bench, token, shot_id=prime.shot_id, dose_nl=prime.dose_nl + 1)
    _taken(bench, other, m.ShotResult.REFUSED, m.Refusal.ID_REUSED)
    resolved = bench.expect(m.Resolution, m.Resolve(prime.shot_id))
    require(resolved.outcome is m.Outcome.FIRED, f"resolved: {resolved.outcome.name}")
    bench.delivered(prime.shot_id, 1)


def _ends_treatment(bench: Bench) -> None:
    for request in (_request(bench), m.Home(0), _jog_of(bench), m.SelfTest(0)):
        token = bench.arm()
        bench.ask(request)
        _is_dead(bench, token, type(request).__name__)
        bench.settle()
        challenge = bench.expect(m.ArmChallenge, bench.arm_request())
        bench.ask(request)
        late = bench.expect(m.ErrorReply, m.ArmConfirm(challenge.nonce)).code
        dead = (m.ErrorCode.WRONG_STATE, m.ErrorCode.WRONG_NONCE)
        require(late in dead, f"its challenge was answered with {late.name}")
        bench.settle()


def _is_dead(bench: Bench, token: int, name: str) -> None:
    flags = bench.poll(token).flags & m.StatusFlag.TOKEN_VALID
    require(not flags, f"after {name} the treatment's token lives")
    bench.shot_refused(bench.shot(token), m.Refusal.TOKEN)


def _primed_amid(bench: Bench) -> None:
    token = bench.arm()
    moving, waiting = bench.long_shot(token), bench.shot(token)
    bench.accepted(moving)
    bench.until(m.PistolState.FIRING, token)
    bench.accepted(waiting)
    prime = _prime(bench, token)
    _taken(bench, prime, m.ShotResult.REFUSED, m.Refusal.TOKEN)
    _is_dead(bench, token, "Prime")
    bench.settle()
    told = bench.expect(m.Resolution, m.Resolve(waiting.shot_id)).outcome
    require(told is m.Outcome.NOT_FIRED, f"primed amid, the shot that waited is {told.name}")
    bench.delivered(moving.shot_id, 1)
    for shot_id in (waiting.shot_id, prime.shot_id):
        bench.delivered(shot_id, 0)


def _ended_by_treatment(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    token = _armed(bench)
    challenge = bench.expect(m.ArmChallenge, bench.arm_request())
    _taken(bench, _prime(bench, token), m.ShotResult.REFUSED, m.Refusal.TOKEN)
    bench.settle()
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)
    old = bench.expect(m.ServiceChallenge, _request(bench)).nonce
    bench.expect(m.ArmChallenge, bench.arm_request())
    bench.refused(m.ArmConfirm(old), m.ErrorCode.WRONG_NONCE)
    hold(False)


def _home(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    hold(True)
    hold(False)
    bench.expect(m.HomeReply, m.Home(0))
    bench.refused(bench.arm_request(), m.ErrorCode.WRONG_STATE)
    until_us = bench.line.now_us() + HOME_US
    while not bench.poll().flags & m.StatusFlag.STOPPED:
        require(bench.line.now_us() < until_us, f"not home after {HOME_US // 1_000_000} s")
        bench.wait(POLL_US)
    require(bench.poll().depth_um == 0, "home, its needle is not out")
    head = bench.poll().journal_head
    bench.expect(m.HomeReply, m.Home(0))
    bench.abort()
    bench.refused(m.Home(0), m.ErrorCode.WRONG_STATE)
    kinds = {one.kind for one in bench.journal(head + 1)}
    require(kinds == {m.JournalKind.ABORT}, f"stopped on its way, it notes {kinds}")


def _jog_of(bench: Bench, **changes: int) -> m.Jog:
    of = bench.limits()
    jog = m.Jog(Micrometres(min(2_000, of.depth_um_max)), Milliseconds(min(500, of.dwell_ms_max)))
    return jog._replace(**changes)  # type: ignore[arg-type]


def _rest(bench: Bench) -> int:
    """Wait until the needle is at rest, where it begins; return how deep it was seen."""
    until_us = bench.line.now_us() + HOME_US
    seen_um = 0
    while not (status := bench.poll()).flags & m.StatusFlag.STOPPED:
        seen_um = max(seen_um, status.depth_um)
        require(bench.line.now_us() < until_us, f"not home after {HOME_US // 1_000_000} s")
        bench.wait(POLL_US)
    require(status.depth_um == 0, "at rest, its needle is not out")
    return seen_um


def _jog(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    hold(True)
    hold(False)
    of = bench.limits()
    asked = _jog_of(bench)
    bench.refused(asked, m.ErrorCode.NEEDS_PERSON)
    hold(True)
    for name, limit, bound in (
        ("depth_um", m.LimitId.DEPTH_UM_MAX, of.depth_um_max),
        ("dwell_ms", m.LimitId.DWELL_MS_MAX, of.dwell_ms_max),
    ):
        error = bench.refused(_jog_of(bench, **{name: bound + 1}), m.ErrorCode.LIMIT)
        seen = f"{name} one above: refused for {error.detail} {error.value}"
        require((error.detail, error.value) == (limit, bound), seen)
    head = bench.poll().journal_head
    bench.expect(m.JogReply, asked)
    bench.refused(asked, m.ErrorCode.WRONG_STATE)
    bench.refused(_request(bench), m.ErrorCode.WRONG_STATE)
    seen_um = _rest(bench)
    require(0 < seen_um <= asked.depth_um, f"of {asked.depth_um} um it was {seen_um} um out")
    require(bench.poll().journal_head == head, "a jog is in the journal")
    bench.delivered(0, 0)
    hold(False)


def _jog_stopped(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    hold(True)
    long_ms = bench.limits().dwell_ms_max
    began_us = bench.line.now_us()
    bench.expect(m.JogReply, _jog_of(bench, dwell_ms=long_ms))
    bench.abort()
    status = bench.poll()
    rests = status.flags & m.StatusFlag.STOPPED and not status.depth_um
    require(bool(rests), "stopped in a jog, it says that it stands still with its needle out")
    lasted_us = bench.line.now_us() - began_us
    require(lasted_us < long_ms * 1_000, "an abort did not send the needle home before its time")
    bench.refused(_jog_of(bench), m.ErrorCode.WRONG_STATE)
    hold(False)


def _self_test(bench: Bench) -> None:
    begun = bench.expect(m.SelfTestReply, m.SelfTest(0)).state
    require(begun is m.PistolState.SELFTEST, f"testing itself it is {begun.name}")
    status = bench.until(m.PistolState.SAFE)
    require(status.fault is m.FaultCode.NONE, f"sound, it names {status.fault.name}")
    bench.abort()
    bench.refused(m.SelfTest(0), m.ErrorCode.WRONG_STATE)


def _broken(bench: Bench) -> None:
    broken = bench.needed("break a part of it", bench.handles.break_part)
    cut = bench.needed("take its power", bench.handles.cut)
    restore = bench.needed("give its power back", bench.handles.restore)
    for part in (m.FaultCode.NEEDLE, m.FaultCode.PLUNGER, m.FaultCode.SUPPLY):
        broken(part)
        bench.expect(m.SelfTestReply, m.SelfTest(0))
        found = bench.until(m.PistolState.FAULT).fault
        require(found is part, f"with {part.name} broken it names {found.name}")
        bench.refused(bench.arm_request(), m.ErrorCode.WRONG_STATE)
        broken(m.FaultCode.NONE)
        cut()
        restore()
        bench.settle()


def _power(bench: Bench) -> None:
    cut = bench.needed("take its power", bench.handles.cut)
    restore = bench.needed("give its power back", bench.handles.restore)
    token = _armed(bench)
    of = bench.limits()
    prime = _prime(bench, token, dose_nl=of.dose_nl_max, rate_nl_per_s=100_000)
    _taken(bench, prime, m.ShotResult.ACCEPTED)
    bench.until(m.PistolState.FIRING, token)
    cut()
    restore()
    bench.settle()
    told = bench.expect(m.Resolution, m.Resolve(prime.shot_id)).outcome
    require(told is m.Outcome.INDETERMINATE, f"cut off, the prime is {told.name}")
    _taken(bench, prime, m.ShotResult.STORED)
    hazards = bench.expect(m.ArmChallenge, bench.arm_request()).hazards
    require(not hazards & m.Hazard.IN_DOUBT, "a prime in doubt is told as a shot in doubt")


CASES = (
    Case("SERV-1", "Service needs a person at the pistol; it is armed in two steps.", _person),
    Case("SERV-2", "Service is kept within the limits; a refusal names which.", _bounds),
    Case("SERV-3", "AUTO, at depth 0, is for service alone, and service for AUTO.", _triggers),
    Case("SERV-4", "A prime is given exactly once, and journalled as a prime.", _once),
    Case("SERV-5", "Whatever asks for service ends a treatment's arming.", _ends_treatment),
    Case("SERV-6", "A treatment's arming ends that for service.", _ended_by_treatment),
    Case("SERV-7", "Home moves at rest only, and arms nothing meanwhile.", _home),
    Case("SERV-8", "A self test begins in SAFE only, and ends there.", _self_test),
    Case("SERV-9", "A self test that fails ends in FAULT and names the part.", _broken),
    Case("SERV-10", "A prime amid a treatment ends it; nothing is gone on with.", _primed_amid),
    Case("SERV-11", "A prime cut off by the power is in doubt, and never given again.", _power),
    Case("SERV-12", "A jog needs a person, keeps the limits, and is home by itself, dry.", _jog),
    Case("SERV-13", "An abort sends the needle of a jog home at once.", _jog_stopped),
)
