"""An abort is never behind more than 64 bytes, whatever the port was doing."""

from __future__ import annotations

import sys

import pytest

from tests.device.measuring import LINES, NEVER, STATES, ahead_on, worst_in_virtual_time

AHEAD_BYTES_MAX = 64


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")
@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("state", STATES)
def test_at_most_64_bytes_reach_the_peer_before_an_abort(kind: str, state: str) -> None:
    assert ahead_on(kind, state) <= AHEAD_BYTES_MAX


@pytest.mark.parametrize("silent_from", [NEVER, 1], ids=["answered", "silent"])
def test_at_115200_baud_no_step_of_the_port_puts_more_before_an_abort(silent_from: int) -> None:
    worst, steps = worst_in_virtual_time(silent_from=silent_from)
    assert steps > 20
    assert 45 <= worst <= AHEAD_BYTES_MAX  # the abort met a shot that was just written


@pytest.mark.parametrize("stuck_from", [0, 4], ids=["hello", "shot"])
def test_nor_does_a_line_that_takes_nothing(stuck_from: int) -> None:
    worst, steps = worst_in_virtual_time(stuck_from=stuck_from, stride=797)
    assert steps > 2
    assert worst <= AHEAD_BYTES_MAX
