"""One gate: a single place releases a shot, and it refuses whatever is not positively allowed."""

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator
from firmware_protocol.crit import crit
from firmware_protocol.messages import PistolState, Refusal, Shot, Trigger
from simulator.gate import ADMISSION, RELEASE, Held, Refused, refusal, release
from simulator.limits import factory_limits
from simulator.mechanics import Actuator, Mechanics

HERE = Path(simulator.__file__).parent


def shot(**over: Any) -> Shot:
    asked: dict[str, Any] = {
        "shot_id": 1,
        "arm_token": 5,
        "dose_nl": 10_000,
        "depth_um": 600,
        "rate_nl_per_s": 100_000,
        "dwell_ms": 0,
        "ttl_ms": 1_000,
        "trigger": Trigger.PRESS,
        "interval_ms": 110,
        "flags": 0,
    } | over
    numbers = (asked["shot_id"], asked["dose_nl"], asked["depth_um"], asked["rate_nl_per_s"])
    asked.setdefault("crit", crit(*numbers))
    return Shot(**asked)


ALLOWED = Held(
    now_us=1_000,
    state=PistolState.ARMED,
    token=5,
    lease_until_us=1_001,
    limits=factory_limits(),
    shots_left=1,
    budget_nl_left=10_000,
    syringe_nl=10_000,
    dose_nl_worst=10_000,
    journal_free=1,
    contact=True,
    at_rest=True,
    is_service=False,
    from_us=1_000,
    deadline_us=1_001,
)


def test_exactly_what_is_allowed_is_allowed() -> None:
    assert refusal(shot(), ALLOWED, RELEASE) is None


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"token": 0}, Refusal.TOKEN),
        ({"token": 6}, Refusal.TOKEN),
        ({"lease_until_us": 1_000}, Refusal.LEASE),
        ({"limits": None}, Refusal.STATE),
        ({"limits": factory_limits()._replace(dwell_ms_max=0)}, Refusal.LIMIT),
        ({"limits": factory_limits()._replace(shots_max=0)}, Refusal.LIMIT),
        ({"shots_left": 0}, Refusal.BUDGET),
        ({"budget_nl_left": 9_999}, Refusal.BUDGET),
        ({"syringe_nl": 9_999}, Refusal.EMPTY),
        ({"journal_free": 0}, Refusal.JOURNAL_FULL),
        ({"contact": False}, Refusal.STATE),
        ({"at_rest": False}, Refusal.STATE),
        ({"is_service": True}, Refusal.STATE),
        ({"from_us": 1_001}, Refusal.PACE),
        ({"deadline_us": 1_000}, Refusal.EXPIRED),
        *[({"state": one}, Refusal.STATE) for one in PistolState if one is not PistolState.ARMED],
    ],
)
def test_one_thing_amiss_is_enough_to_refuse(over: dict[str, Any], reason: Refusal) -> None:
    refused = refusal(shot(), ALLOWED._replace(**over), RELEASE)
    assert refused is not None
    assert refused.reason is reason


@pytest.mark.parametrize("state", PistolState)
def test_a_shot_is_taken_only_while_armed_or_firing(state: PistolState) -> None:
    held = ALLOWED._replace(state=state, journal_free=2)
    taken = refusal(shot(), held, ADMISSION) is None
    assert taken == (state in (PistolState.ARMED, PistolState.FIRING))


def test_a_token_of_zero_is_never_alive() -> None:
    refused = refusal(shot(arm_token=0), ALLOWED._replace(token=0), RELEASE)
    assert refused == Refused(Refusal.TOKEN)


def test_what_the_gate_refuses_does_not_move() -> None:
    actuator = Actuator(Mechanics.default(), 1, 10_000, None, lambda _: True)
    assert isinstance(release(shot(crit=0), ALLOWED, actuator), Refused)
    assert actuator.motion is None
    assert release(shot(), ALLOWED, actuator) is actuator.motion is not None


@given(
    st.builds(
        shot,
        shot_id=st.integers(1, 2**32 - 1),
        arm_token=st.sampled_from([5, 6]),
        dose_nl=st.one_of(st.integers(0, 2**32 - 1), st.integers(990, 20_010)),
        depth_um=st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 10_010)),
        rate_nl_per_s=st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 1_000_010)),
        dwell_ms=st.integers(0, 6_000),
        ttl_ms=st.integers(0, 65_535),
        trigger=st.sampled_from(Trigger),
    ),
    st.integers(0, 3),
    st.integers(0, 30_000),
)
def test_nothing_beyond_any_limit_ever_passes(asked: Shot, shots: int, budget: int) -> None:
    held = ALLOWED._replace(shots_left=shots, budget_nl_left=budget, syringe_nl=2**40)
    limits = factory_limits()
    if refusal(asked, held, RELEASE) is None:
        assert asked.arm_token == 5
        assert limits.dose_nl_min <= asked.dose_nl <= min(limits.dose_nl_max, budget)
        assert asked.depth_um <= limits.depth_um_max
        assert 0 < asked.rate_nl_per_s <= limits.rate_nl_per_s_max
        assert asked.dwell_ms <= limits.dwell_ms_max
        assert 0 < asked.ttl_ms <= limits.ttl_ms_max
        assert asked.trigger is not Trigger.AUTO
        assert shots >= 1


def test_only_the_gate_calls_the_actuator() -> None:
    callers = {
        path.name
        for path in HERE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "fire"
    }
    assert callers == {"gate.py"}


def test_only_one_function_calls_the_gate() -> None:
    callers = [
        (path.name, function.name)
        for path in HERE.rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "release"
    ]
    assert callers == [("firmware.py", "_release")]
