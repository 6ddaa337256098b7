"""A jog: the needle goes out to a depth, dry, and comes home; skin or an abort sends it home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from firmware_protocol.messages import (
    ArmRequest,
    Disarm,
    ErrorCode,
    FaultCode,
    Jog,
    JogReply,
    LimitId,
    PistolState,
    StatusFlag,
)
from simulator import Hand, Trouble
from tests.simulator.conftest import ARMING
from tests.simulator.test_service import prime, serve


def jog(depth_um: int = 3_000, dwell_ms: int = 1_000) -> Jog:
    return Jog(**dict[str, Any](depth_um=depth_um, dwell_ms=dwell_ms))


@pytest.fixture
def ready(host: Any) -> Any:
    host.hello()
    host.read_all()
    host.pistol.hold_service_button(True)
    return host


def test_the_needle_goes_out_stays_and_is_home_by_itself_and_nothing_leaves_it(ready: Any) -> None:
    before = ready.poll()
    assert ready.ask(jog()) == JogReply(PistolState.SAFE)
    ready.play(500_000)
    out = ready.poll()
    assert (out.depth_um, out.flags & StatusFlag.NEEDLE_OUT) == (3_000, 0)
    assert not out.flags & StatusFlag.STOPPED
    refused = ready.ask(ArmRequest(**ARMING))
    assert refused.code is ErrorCode.WRONG_STATE
    ready.play(1_000_000)
    after = ready.poll()
    assert after.flags & StatusFlag.STOPPED
    assert (after.depth_um, after.volume_nl_left) == (0, before.volume_nl_left)
    assert (after.journal_head, ready.ghost) == (before.journal_head, [])


@pytest.mark.parametrize(
    ("asked", "limit", "bound"),
    [
        (jog(depth_um=10_001), LimitId.DEPTH_UM_MAX, 10_000),
        (jog(dwell_ms=5_001), LimitId.DWELL_MS_MAX, 5_000),
    ],
)
def test_a_jog_beyond_a_limit_is_refused_with_its_name(
    ready: Any, asked: Jog, limit: LimitId, bound: int
) -> None:
    refused = ready.ask(asked)
    assert (refused.code, refused.detail, refused.value) == (ErrorCode.LIMIT, limit, bound)
    assert isinstance(ready.ask(jog(10_000, 5_000)), JogReply)


@pytest.mark.parametrize(
    ("trouble", "depth_um"), [(Trouble.NEEDLE_STANDS, 0), (Trouble.NEEDLE_STAYS_IN, 3_000)]
)
def test_a_jog_that_was_not_there_or_is_not_home_is_a_fault(
    ready: Any, trouble: Trouble, depth_um: int
) -> None:
    ready.pistol.meet(trouble)
    ready.ask(jog())
    ready.play(1_500_000)
    after = ready.poll()
    assert (after.state, after.fault) == (PistolState.FAULT, FaultCode.NEEDLE)
    assert (after.depth_um, bool(after.flags & StatusFlag.STOPPED)) == (depth_um, depth_um == 0)


def test_a_jog_that_is_stopped_on_its_way_is_not_held_against_the_needle(ready: Any) -> None:
    ready.pistol.meet(Trouble.NEEDLE_STANDS)
    ready.ask(jog())
    ready.pistol.press_button(ready.now_us + 10_000)
    ready.play(500_000)
    assert (ready.poll().state, ready.poll().fault) == (PistolState.ABORTED, FaultCode.NONE)


def test_a_jog_needs_a_person_and_rest(ready: Any) -> None:
    ready.pistol.hold_service_button(False)
    assert ready.ask(jog()).code is ErrorCode.NEEDS_PERSON
    ready.pistol.hold_service_button(True)
    ready.ask(jog())
    assert ready.ask(jog()).code is ErrorCode.WRONG_STATE


@pytest.mark.parametrize("out_us", [20_000, 500_000])
def test_an_abort_sends_the_needle_home_at_once(ready: Any, out_us: int) -> None:
    ready.ask(jog(dwell_ms=5_000))
    ready.play(out_us)
    assert ready.poll().depth_um > 0
    ready.pistol.press_button(ready.now_us)
    assert not ready.poll().flags & StatusFlag.STOPPED
    status = ready.play(150_000)
    assert status.state is PistolState.ABORTED
    assert (status.depth_um, status.flags & StatusFlag.STOPPED) == (0, StatusFlag.STOPPED)


def test_armed_for_service_a_prime_waits_until_the_needle_is_home(ready: Any) -> None:
    serve(ready)
    assert ready.ask(jog()) == JogReply(PistolState.ARMED)
    prime(ready, 1)
    begun_us = ready.now_us
    ready.play(3_000_000)
    (only,) = ready.ghost
    assert only.at_us > begun_us + 1_000_000
    assert only.depth_um == 0


def test_skin_sends_the_needle_home_before_its_time(host_of: Callable[..., Any]) -> None:
    host = host_of(hand=Hand(3, travel_us=400_000, settle_us=0, jitter_ppm=0))
    host.arm()
    host.pistol.hold_service_button(True)
    host.fire(1)  # the hand sets out for a site
    host.ask(Disarm(host.token))
    host.read_all()
    assert isinstance(host.ask(jog(dwell_ms=5_000)), JogReply)
    host.play(300_000)
    assert host.poll().depth_um == 3_000
    host.play(300_000)
    status = host.poll()
    assert (status.depth_um, status.state) == (0, PistolState.SAFE)
    assert status.flags & StatusFlag.STOPPED
    assert host.ask(jog()).code is ErrorCode.ON_SKIN
