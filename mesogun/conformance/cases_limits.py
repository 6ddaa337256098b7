"""Every limit at its bound, within and one beyond: refused with name and value, never clamped."""

from __future__ import annotations

from collections.abc import Callable

from firmware_protocol import messages as m
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case

LEASE_MS_MIN, LEASE_MS_MAX = 100, 1_000
"""Beyond these no ArmRequest can be written at all."""


def _armed_at(
    name: str, limit: m.LimitId, bound: Callable[[m.Limits], int], outside: int
) -> Callable[[Bench], None]:
    """Return a check of one limit of an arming; `outside` is +1 or -1, the side that is refused."""

    def check(bench: Bench) -> None:
        value = bound(bench.limits())
        for kept in (value, value - outside):
            if name == "shots_max" and kept < 1:
                continue
            bench.settle()
            challenge = bench.expect(m.ArmChallenge, bench.arm_request(**{name: kept}))
            told = challenge._asdict()[name]
            require(told == kept, f"{name} {kept} was echoed as {told}")
        bench.settle()
        over = bench.arm_request(**{name: value + outside})
        if name == "lease_ms" and not LEASE_MS_MIN <= over.lease_ms <= LEASE_MS_MAX:
            return  # ASK-6 has it
        error = bench.refused(over, m.ErrorCode.LIMIT)
        told = m.LimitId(error.detail).name if error.detail < len(m.LimitId) else error.detail
        seen = f"{name} {value + outside}: refused for {told} {error.value}"
        require((error.detail, error.value) == (limit, value), seen)
        state = bench.poll().state
        require(state is m.PistolState.SAFE, f"a refused arming led to {state.name}")

    return check


def _shot_at(
    name: str, limit: m.LimitId, bound: Callable[[m.Limits], int], outside: int
) -> Callable[[Bench], None]:
    """Return a check of one limit of a shot. Those within are stopped at once."""

    def check(bench: Bench) -> None:
        of = bench.limits()
        value = bound(of)
        whole = {"volume_nl_max": of.volume_nl_max, "depth_um_max": of.depth_um_max}
        rate = {"rate_nl_per_s_max": of.rate_nl_per_s_max}
        for kept in (value, value - outside):
            bench.settle()
            token = bench.arm(**whole, **rate)
            bench.accepted(bench.shot(token, **{name: kept}))
            bench.abort()
        bench.settle()
        token = bench.arm(**whole, **rate)
        over = bench.shot(token, **{name: value + outside})
        reply = bench.shot_refused(over, m.Refusal.LIMIT)
        seen = f"{name} {value + outside}: refused for {reply.limit.name} {reply.limit_value}"
        require((reply.limit, reply.limit_value) == (limit, value), seen)
        bench.delivered(over.shot_id, 0)

    return check


def _session(bench: Bench) -> None:
    """An arming's own bounds hold, and not the pistol's wider ones."""
    of = bench.limits()
    dose, depth = of.dose_nl_min + 500, 700
    rate, pace = of.rate_nl_per_s_max - 1, of.interval_ms_min + 10
    bounds = {"dose_nl_max": dose, "depth_um_max": depth, "rate_nl_per_s_max": rate}
    token = bench.arm(**bounds, interval_ms_min=pace)
    for name, value, limit, bound in (
        ("dose_nl", dose + 1, m.LimitId.DOSE_NL_MAX, dose),
        ("depth_um", depth + 1, m.LimitId.DEPTH_UM_MAX, depth),
        ("rate_nl_per_s", rate + 1, m.LimitId.RATE_NL_PER_S_MAX, rate),
        ("interval_ms", pace - 1, m.LimitId.INTERVAL_MS_MIN, pace),
    ):
        within = {"dose_nl": dose, "interval_ms": pace}
        reply = bench.shot_refused(bench.shot(token, **{**within, name: value}), m.Refusal.LIMIT)
        seen = f"{name} {value}: refused for {reply.limit.name} {reply.limit_value}"
        require((reply.limit, reply.limit_value) == (limit, bound), seen)


def _layers(bench: Bench) -> None:
    factory, held = bench.limits(m.LimitLayer.FACTORY), bench.limits()
    require(factory.layer is m.LimitLayer.FACTORY, f"FACTORY was answered as {factory.layer.name}")
    bench.refused(m.LimitsGet(m.LimitLayer.SESSION), m.ErrorCode.WRONG_STATE)
    token = bench.arm(shots_max=3, depth_um_max=700)
    session = bench.limits(m.LimitLayer.SESSION)
    told = (session.shots_max, session.depth_um_max, session.revision)
    require(told == (3, 700, held.revision), f"shots, depth and revision of the session: {told}")
    for tight, wide in ((held, factory), (session, held)):
        _no_wider(tight, wide)
    bench.poll(token)


def _no_wider(tight: m.Limits, wide: m.Limits) -> None:
    for name, bound in wide._asdict().items():
        value = tight._asdict()[name]
        if name.endswith("_min"):
            require(value >= bound, f"{tight.layer.name}: {name} {value} is wider than {bound}")
        elif name.endswith("_max"):
            require(value <= bound, f"{tight.layer.name}: {name} {value} is wider than {bound}")


def _waiting(bench: Bench) -> None:
    """Shots that wait are counted before they are charged."""
    bench.settle()
    token = bench.arm(shots_max=2)
    bench.accepted(bench.long_shot(token))
    bench.accepted(bench.shot(token))
    bench.shot_refused(bench.shot(token), m.Refusal.BUDGET)
    bench.abort()


def _budgets(bench: Bench) -> None:
    _waiting(bench)
    bench.settle()
    dose = bench.limits().dose_nl_min
    token = bench.arm(volume_nl_max=2 * dose + 1, shots_max=min(9, bench.limits().shots_max))
    bench.fired(token, bench.shot(token, dose_nl=dose))
    status = bench.poll(token)
    left = (status.shots_left, status.budget_nl_left)
    right = (min(9, bench.limits().shots_max) - 1, dose + 1)
    require(left == right, f"after one shot shots and volume left are {left}, not {right}")
    bench.shot_refused(bench.shot(token, dose_nl=dose + 2), m.Refusal.BUDGET)
    bench.fired(token, bench.shot(token, dose_nl=dose + 1))
    state = bench.poll(NO_TOKEN).state
    require(state is m.PistolState.SAFE, f"with nothing left it is {state.name}")


_ARMINGS = (
    ("dose_nl_max", m.LimitId.DOSE_NL_MIN, lambda of: of.dose_nl_min, -1),
    ("dose_nl_max", m.LimitId.DOSE_NL_MAX, lambda of: of.dose_nl_max, 1),
    ("depth_um_max", m.LimitId.DEPTH_UM_MAX, lambda of: of.depth_um_max, 1),
    ("rate_nl_per_s_max", m.LimitId.RATE_NL_PER_S_MAX, lambda of: of.rate_nl_per_s_max, 1),
    ("interval_ms_min", m.LimitId.INTERVAL_MS_MIN, lambda of: of.interval_ms_min, -1),
    ("lease_ms", m.LimitId.LEASE_MS_MIN, lambda of: of.lease_ms_min, -1),
    ("lease_ms", m.LimitId.LEASE_MS_MAX, lambda of: of.lease_ms_max, 1),
    ("shots_max", m.LimitId.SHOTS_MAX, lambda of: of.shots_max, 1),
    ("volume_nl_max", m.LimitId.VOLUME_NL_MAX, lambda of: of.volume_nl_max, 1),
)
_SHOTS = (
    ("dose_nl", m.LimitId.DOSE_NL_MIN, lambda of: of.dose_nl_min, -1),
    ("dose_nl", m.LimitId.DOSE_NL_MAX, lambda of: of.dose_nl_max, 1),
    ("depth_um", m.LimitId.DEPTH_UM_MAX, lambda of: of.depth_um_max, 1),
    ("rate_nl_per_s", m.LimitId.RATE_NL_PER_S_MAX, lambda of: of.rate_nl_per_s_max, 1),
    ("dwell_ms", m.LimitId.DWELL_MS_MAX, lambda of: of.dwell_ms_max, 1),
    ("ttl_ms", m.LimitId.TTL_MS_MAX, lambda of: of.ttl_ms_max, 1),
    ("interval_ms", m.LimitId.INTERVAL_MS_MIN, lambda of: of.interval_ms_min, -1),
)

CASES = (
    *(
        Case(
            f"LIMIT-{number}",
            f"An arming keeps `{row[1].name.lower()}`; one beyond is refused with the bound.",
            _armed_at(*row),
        )
        for number, row in enumerate(_ARMINGS, 1)
    ),
    *(
        Case(
            f"LIMIT-{number}",
            f"A shot keeps `{row[1].name.lower()}`; one beyond is refused with the bound.",
            _shot_at(*row),
        )
        for number, row in enumerate(_SHOTS, len(_ARMINGS) + 1)
    ),
    Case("LIMIT-17", "What was confirmed binds, not the wider limits below.", _session),
    Case("LIMIT-18", "Each layer of limits can be read; none is wider than that below.", _layers),
    Case("LIMIT-19", "Shots and volume count down; beyond them is refused BUDGET.", _budgets),
)
