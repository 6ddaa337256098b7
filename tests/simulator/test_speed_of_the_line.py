"""The speed of the twin's line: changed behind the answer, given up in silence, noise to others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.messages import (
    ErrorCode,
    ErrorReply,
    Ping,
    PingReply,
    PistolState,
    SetBaud,
    SetBaudReply,
)
from firmware_protocol.units import Milliseconds
from simulator.speed import SILENCE_US, SPEEDS
from simulator.wire import misheard

FIRST, FAST = 115_200, 921_600


def set_baud(host: Any, baud: int = FAST, ms: int = 200) -> Any:
    return host.ask(SetBaud(baud, Milliseconds(ms)))


@pytest.fixture
def fast(host: Any) -> Any:
    """A host that was heard at the new speed."""
    host.hello()
    assert set_baud(host) == SetBaudReply(FAST, Milliseconds(200))
    assert isinstance(host.ask(Ping(1)), PingReply)
    return host


@pytest.mark.parametrize("baud", SPEEDS)
def test_the_speed_changes_behind_the_answer(host: Any, baud: int) -> None:
    host.hello()
    assert set_baud(host, baud) == SetBaudReply(baud, Milliseconds(200))
    assert host.pistol.baud == baud


@pytest.mark.parametrize(("wait_us", "baud"), [(199_999, FAST), (200_000, FIRST)])
def test_where_nobody_is_heard_it_falls_back_to_the_tick(
    host: Any, wait_us: int, baud: int
) -> None:
    host.hello()
    set_baud(host)
    host.pistol.advance(host.now_us + wait_us)
    assert host.pistol.baud == baud


@pytest.mark.parametrize(("wait_us", "baud"), [(SILENCE_US - 1, FAST), (SILENCE_US, FIRST)])
def test_a_silence_leads_back_to_the_tick(fast: Any, wait_us: int, baud: int) -> None:
    fast.pistol.advance(fast.now_us + wait_us)
    assert fast.pistol.baud == baud


def test_noise_and_frames_of_others_keep_no_speed(fast: Any) -> None:
    for _ in range(3):
        fast.now_us += SILENCE_US // 3
        fast.put(b"\0noise\0")
        assert fast.ask(Ping(1), session=fast.session ^ 1) is None
    assert fast.pistol.baud == FIRST


def test_a_repeat_is_answered_again_and_neither_changes_nor_keeps_the_speed(host: Any) -> None:
    host.hello()
    asked = host.wire(SetBaud(FAST, Milliseconds(200)))
    first = host.put(asked)
    host.now_us += 150_000
    assert host.put(asked) == first
    host.pistol.advance(host.now_us + 50_000)
    assert host.pistol.baud == FIRST
    assert host.put(asked) == first
    assert host.pistol.baud == FIRST


def test_what_came_before_the_change_shows_nothing_of_the_new_speed(host: Any) -> None:
    host.hello()
    asked = host.wire(SetBaud(FAST, Milliseconds(200))) + host.wire(Ping(1))
    assert len(host.put(asked)) == 2
    host.pistol.advance(host.now_us + 200_000)
    assert host.pistol.baud == FIRST


def test_it_is_refused_but_at_rest_and_in_safe(host: Any) -> None:
    host.arm()
    assert set_baud(host) == ErrorReply(3, ErrorCode.WRONG_STATE, PistolState.ARMED, 0)
    host.pistol.press_button(host.now_us)
    assert set_baud(host) == ErrorReply(3, ErrorCode.WRONG_STATE, PistolState.ABORTED, 0)
    assert host.pistol.baud == FIRST


def test_a_speed_that_it_has_not_is_refused(fast: Any) -> None:
    refused = ErrorReply(3, ErrorCode.OUT_OF_RANGE, FAST, 0)
    for baud in (1, 9_600, FIRST + 1, 1_000_000):
        assert set_baud(fast, baud) == refused
    assert fast.pistol.baud == FAST


def test_the_power_leads_back(fast: Any) -> None:
    fast.cut()
    assert fast.pistol.baud == FIRST
    fast.restore()
    assert fast.pistol.baud == FIRST


def test_a_new_session_keeps_the_speed(fast: Any) -> None:
    fast.hello(2)
    assert fast.pistol.baud == FAST


def test_armed_and_polled_it_stays(fast: Any) -> None:
    fast.arm()
    assert fast.play(2 * SILENCE_US).state is PistolState.ARMED
    assert fast.pistol.baud == FAST


@given(st.binary(max_size=40), st.sampled_from(SPEEDS))
def test_bytes_at_the_right_speed_are_what_they_were(data: bytes, baud: int) -> None:
    assert misheard(data, baud, baud) == data
    assert misheard(data, baud, baud + baud // 100) == data  # a clock is never exact


@given(st.binary(min_size=1, max_size=40), st.permutations(SPEEDS))
def test_bytes_at_another_speed_are_some_noise_that_ends(data: bytes, bauds: list[int]) -> None:
    sent, heard = bauds[:2]
    noise = misheard(data, sent, heard)
    assert len(noise) <= len(data) * max(1, heard // sent)
    assert noise or heard < sent  # a fast byte may be too short for a slow receiver


def test_zeros_of_a_slow_host_are_zeros_to_a_fast_pistol_and_not_the_other_way_round(
    fast: Any,
) -> None:
    assert misheard(bytes(8), FIRST, FAST) == bytes(8)
    assert misheard(bytes(8), FAST, FIRST) == bytes(1)
    fast.pistol.receive(misheard(bytes(8), FIRST, FAST), fast.now_us)
    assert fast.pistol.state is PistolState.ABORTED
