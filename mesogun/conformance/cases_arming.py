"""Arming in two steps: what is asked, echoed, confirmed once."""

from __future__ import annotations

from firmware_protocol import messages as m
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench, each
from mesogun.conformance.case import Case
from mesogun.conformance.kind import NotTestable

ARMINGS = 5


def _two_steps(bench: Bench) -> None:
    request = bench.arm_request()
    challenge = bench.expect(m.ArmChallenge, request)
    status = bench.poll()
    require(status.state is m.PistolState.CHALLENGED, f"after the first it is {status.state.name}")
    reply = bench.expect(m.ArmReply, m.ArmConfirm(challenge.nonce))
    status = bench.poll(reply.arm_token)
    require(status.state is m.PistolState.ARMED, f"after the second it is {status.state.name}")
    told = (reply.shots_left, reply.volume_nl_left, reply.lease_ms)
    asked = (request.shots_max, request.volume_nl_max, request.lease_ms)
    require(told == asked, f"shots, volume and lease {asked} were confirmed as {told}")
    left = (status.shots_left, status.budget_nl_left)
    require(left == asked[:2], f"the status tells shots and volume {left}, not {asked[:2]}")
    require(bool(status.flags & m.StatusFlag.TOKEN_VALID), "the status has no TOKEN_VALID")


def _echo(bench: Bench) -> None:
    of = bench.limits()
    tight = bench.arm_request(
        shots_max=3,
        volume_nl_max=of.dose_nl_min * 7 + 1,
        dose_nl_max=of.dose_nl_min + 3,
        depth_um_max=17,
        rate_nl_per_s_max=max(1, of.rate_nl_per_s_max - 5),
        interval_ms_min=of.interval_ms_min + 9,
        lease_ms=of.lease_ms_min + 1,
        plan_digest=0xFEDC_BA98_7654_3210,
    )
    for request in (bench.arm_request(), tight):
        bench.settle()
        challenge = bench.expect(m.ArmChallenge, request)
        for name, asked in request._asdict().items():
            told = challenge._asdict()[name]
            require(told == asked, f"{name} {asked} was echoed as {told}")


def _wrong_nonce(bench: Bench) -> None:
    challenge = bench.expect(m.ArmChallenge, bench.arm_request())
    for bit in (0, 31, 63):
        bench.refused(m.ArmConfirm(challenge.nonce ^ 1 << bit), m.ErrorCode.WRONG_NONCE)
    state = bench.poll().state
    require(state is m.PistolState.CHALLENGED, f"after it the state is {state.name}")
    bench.expect(m.ArmReply, m.ArmConfirm(challenge.nonce))


def _nonce_once(bench: Bench) -> None:
    challenge = bench.expect(m.ArmChallenge, bench.arm_request())
    token = bench.expect(m.ArmReply, m.ArmConfirm(challenge.nonce)).arm_token
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)
    bench.expect(m.DisarmReply, m.Disarm(token))
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)
    other = bench.expect(m.ArmChallenge, bench.arm_request())
    require(other.nonce != challenge.nonce, "the next challenge has the same nonce")
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_NONCE)


def _confirm_unasked(bench: Bench) -> None:
    for nonce in (0, 1, 2**64 - 1):
        bench.refused(m.ArmConfirm(nonce), m.ErrorCode.WRONG_STATE)


def _unread(bench: Bench) -> None:
    bench.expect(m.Resolution, m.Resolve(bench.shot(1).shot_id))  # writes a record
    error = bench.refused(bench.arm_request(), m.ErrorCode.JOURNAL_UNREAD)
    status = bench.poll()
    seen = f"it names record {error.detail}, the head is {status.journal_head}"
    require(error.detail == status.journal_head, seen)
    bench.poll(ack=status.journal_head)
    bench.arm()


def _revision(bench: Bench) -> None:
    own = bench.limits().revision
    for other in (own + 1, own - 1):
        request = bench.arm_request(limits_revision=other % 2**32)
        error = bench.refused(request, m.ErrorCode.LIMITS_REVISION)
        require(error.detail == own, f"it names revision {error.detail}, its own is {own}")


def _calibration(bench: Bench) -> None:
    own = bench.hello().calibration_id
    request = bench.arm_request(calibration_id=(own + 1) % 2**32)
    error = bench.refused(request, m.ErrorCode.CALIBRATION)
    require(error.detail == own, f"it names calibration {error.detail}, its own is {own}")


def _wrong_state(bench: Bench) -> None:
    each((_while_challenged, _while_armed, _while_aborted), bench)


def _while_challenged(bench: Bench) -> None:
    bench.expect(m.ArmChallenge, bench.arm_request())
    bench.refused(bench.arm_request(shots_max=1), m.ErrorCode.WRONG_STATE)


def _while_armed(bench: Bench) -> None:
    token = bench.arm()
    bench.refused(bench.arm_request(), m.ErrorCode.WRONG_STATE)
    state = bench.poll(token).state
    require(state is m.PistolState.ARMED, f"a second arming led to {state.name}")


def _while_aborted(bench: Bench) -> None:
    bench.abort()
    bench.refused(bench.arm_request(), m.ErrorCode.WRONG_STATE)


def _expires(bench: Bench) -> None:
    challenge = bench.expect(m.ArmChallenge, bench.arm_request())
    if not bench.handles.jumps:
        raise NotTestable(f"it would take {challenge.challenge_ms // 1_000} s to see")
    bench.wait(challenge.challenge_ms * 1_000 + 1_000)
    state = bench.poll().state
    require(state is m.PistolState.SAFE, f"after {challenge.challenge_ms} ms it is {state.name}")
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)


def _never_again(bench: Bench) -> None:
    nonces, tokens = set(), set()
    for _ in range(ARMINGS):
        challenge = bench.expect(m.ArmChallenge, bench.arm_request())
        token = bench.expect(m.ArmReply, m.ArmConfirm(challenge.nonce)).arm_token
        bench.expect(m.DisarmReply, m.Disarm(token))
        nonces.add(challenge.nonce)
        tokens.add(token)
    require(0 not in tokens, "a token was 0")
    require(len(tokens) == len(nonces) == ARMINGS, f"{ARMINGS} armings gave {len(tokens)} tokens")


def _disarm(bench: Bench) -> None:
    token = bench.arm()
    bench.refused(m.Disarm(token ^ 1), m.ErrorCode.WRONG_TOKEN)  # type: ignore[arg-type]
    state = bench.poll(token).state
    require(state is m.PistolState.ARMED, f"a wrong token led to {state.name}")
    reply = bench.expect(m.DisarmReply, m.Disarm(token))
    require(reply.state is m.PistolState.SAFE, f"it led to {reply.state.name}")
    again = bench.expect(m.DisarmReply, m.Disarm(token))
    require(again.state is m.PistolState.SAFE, f"once more, it led to {again.state.name}")
    status = bench.poll(NO_TOKEN)
    require(not status.flags & m.StatusFlag.TOKEN_VALID, "the status still has TOKEN_VALID")


CASES = (
    Case("ARM-1", "Arming takes two steps; the second gives token, budgets and lease.", _two_steps),
    Case("ARM-2", "The challenge echoes every value exactly as it was asked.", _echo),
    Case("ARM-3", "A wrong nonce arms nothing; the right one still does.", _wrong_nonce),
    Case("ARM-4", "A nonce arms once.", _nonce_once),
    Case("ARM-5", "Without a challenge, nothing can be confirmed.", _confirm_unasked),
    Case("ARM-6", "Unread records refuse arming, until they are acknowledged.", _unread),
    Case("ARM-7", "Another revision of limits refuses arming and is named.", _revision),
    Case("ARM-8", "Another calibration refuses arming and is named.", _calibration),
    Case("ARM-9", "CHALLENGED, ARMED and ABORTED cannot be armed.", _wrong_state),
    Case("ARM-10", "A challenge expires after `challenge_ms`.", _expires),
    Case("ARM-11", "No token is 0; no token and no nonce comes twice.", _never_again),
    Case("ARM-12", "Disarm takes the live token only, and leads to SAFE.", _disarm),
)
