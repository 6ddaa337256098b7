"""The lease, and every way in which a token dies."""

from __future__ import annotations

from firmware_protocol import messages as m
from firmware_protocol.units import ArmToken
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case

TICKS = 2**32


def _dead(bench: Bench, token: ArmToken, why: str) -> None:
    """Demand that nothing can be done with a token any more."""
    status = bench.poll(token)
    require(not status.flags & m.StatusFlag.TOKEN_VALID, f"after {why} a token is still valid")
    shot = bench.shot(token)
    bench.shot_refused(shot, m.Refusal.TOKEN)
    bench.delivered(shot.shot_id, 0)


def _by_disarm(bench: Bench) -> None:
    token = bench.arm()
    bench.expect(m.DisarmReply, m.Disarm(token))
    _dead(bench, token, "Disarm")


def _by_abort(bench: Bench) -> None:
    token = bench.arm()
    bench.abort()
    _dead(bench, token, "Abort")
    bench.settle()
    _dead(bench, token, "Abort and ClearAbort")


def _by_lease(bench: Bench) -> None:
    token = bench.arm(lease_ms=bench.limits().lease_ms_min)
    bench.wait(bench.limits().lease_ms_min * 1_500)
    _dead(bench, token, "the lease's end")


def _by_shots(bench: Bench) -> None:
    token = bench.arm(shots_max=1)
    bench.fired(token, bench.shot(token))
    state = bench.poll(token).state
    require(state is m.PistolState.SAFE, f"after the last shot it is {state.name}")
    _dead(bench, token, "the last shot")


def _by_volume(bench: Bench) -> None:
    dose = bench.limits().dose_nl_min
    token = bench.arm(volume_nl_max=dose)
    bench.fired(token, bench.shot(token, dose_nl=dose))
    _dead(bench, token, "the last nanolitre")


def _by_hello(bench: Bench) -> None:
    token = bench.arm()
    bench.hello()
    _dead(bench, token, "Hello")


def _by_power(bench: Bench) -> None:
    cut = bench.needed("cut its power", bench.handles.cut)
    restore = bench.needed("give the power back", bench.handles.restore)
    token = bench.arm()
    cut()
    restore()
    bench.settle()
    _dead(bench, token, "a restart")


def _by_other(bench: Bench) -> None:
    old = bench.arm()
    bench.expect(m.DisarmReply, m.Disarm(old))
    live = bench.arm()
    bench.shot_refused(bench.shot(old), m.Refusal.TOKEN)
    state = bench.poll(live).state
    require(state is m.PistolState.ARMED, f"an old token led to {state.name}")


def _without_polls(bench: Bench) -> None:
    lease_ms = bench.limits().lease_ms_min
    token = bench.arm(lease_ms=lease_ms)
    bench.wait(lease_ms * 1_500)
    _aborted_by_lease(bench.poll(token))


def _without_progress(bench: Bench) -> None:
    lease_ms = bench.limits().lease_ms_min
    token = bench.arm(lease_ms=lease_ms)
    until_us = bench.line.now_us() + lease_ms * 1_500
    while bench.line.now_us() < until_us:
        status = bench.poll(token, tick=7)
        bench.wait(lease_ms * 100)
    _aborted_by_lease(status)


def _with_another_token(bench: Bench) -> None:
    lease_ms = bench.limits().lease_ms_min
    token = bench.arm(lease_ms=lease_ms)
    until_us = bench.line.now_us() + lease_ms * 1_500
    while bench.line.now_us() < until_us:
        bench.poll(NO_TOKEN)
        status = bench.poll(token ^ 1)
        bench.wait(lease_ms * 100)
    _aborted_by_lease(status)


def _aborted_by_lease(status: m.Status) -> None:
    seen = f"{status.state.name}, cause {status.abort_cause.name}"
    require(status.state is m.PistolState.ABORTED, seen)
    require(status.abort_cause is m.AbortCause.LEASE, seen)


def _with_polls(bench: Bench) -> None:
    lease_ms = bench.limits().lease_ms_max
    token = bench.arm(lease_ms=lease_ms)
    until_us = bench.line.now_us() + lease_ms * 1_500
    while bench.line.now_us() < until_us:
        bench.wait(lease_ms * 100)
        status = bench.poll(token)
        require(status.state is m.PistolState.ARMED, f"polled, it went to {status.state.name}")
    told = status.lease_ms_left
    require(told * 10 > lease_ms * 9, f"after a poll {told} ms of a lease of {lease_ms} are left")


def _newer_only(bench: Bench) -> None:
    lease_ms = bench.limits().lease_ms_max
    half = TICKS // 2
    steps = ((100, 99, False), (100, 101, True), (TICKS - 1, 0, True), (5, 5 + half, True))
    for last, tick, renews in (*steps, (5, (6 + half) % TICKS, False), (9, 9, False)):
        token = bench.arm(lease_ms=lease_ms)
        bench.poll(token, tick=last)
        bench.wait(lease_ms * 300)
        left = bench.poll(token, tick=tick).lease_ms_left
        renewed = left * 10 > lease_ms * 8
        seen = f"after tick {last}, tick {tick} leaves {left} of {lease_ms} ms"
        require(renewed == renews, seen)
        bench.expect(m.DisarmReply, m.Disarm(token))


CASES = (
    Case("TOKEN-1", "Disarm kills the token.", _by_disarm),
    Case("TOKEN-2", "An abort kills the token, also once it is cleared.", _by_abort),
    Case("TOKEN-3", "The end of the lease kills the token.", _by_lease),
    Case("TOKEN-4", "The last shot of the budget kills the token.", _by_shots),
    Case("TOKEN-5", "The last nanolitre of the budget kills the token.", _by_volume),
    Case("TOKEN-6", "A new Hello kills the token.", _by_hello),
    Case("TOKEN-7", "A restart kills the token.", _by_power),
    Case("TOKEN-8", "A token of an earlier arming does nothing in a later one.", _by_other),
    Case("LEASE-1", "Without polls the lease ends in ABORTED, cause LEASE.", _without_polls),
    Case("LEASE-2", "Polls of an application that stands still do not renew.", _without_progress),
    Case("LEASE-3", "Polls without the live token do not renew the lease.", _with_another_token),
    Case("LEASE-4", "With polls the lease holds.", _with_polls),
    Case("LEASE-5", "Only a newer tick renews; the counter goes round.", _newer_only),
)
