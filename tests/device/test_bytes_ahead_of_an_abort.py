"""An abort is never behind more than 64 bytes, whatever the port was doing and who has a key."""

from __future__ import annotations

import sys

import pytest

from firmware_protocol.keys import NO_KEYS, Keys
from tests.device.measuring import LINES, STATES, WITH_THE_LONGEST, ahead_on
from tests.device.measuring_uart import NEVER, worst_in_virtual_time
from tests.seal_kit import KEYS

AHEAD_BYTES_MAX = 64
KEYED = pytest.mark.parametrize("keys", [NO_KEYS, KEYS], ids=["plain", "sealed"])


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")
@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("state", STATES)
def test_at_most_64_bytes_reach_the_peer_before_an_abort(kind: str, state: str) -> None:
    assert ahead_on(kind, state) <= AHEAD_BYTES_MAX


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")
@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("state", ["mid-request", *WITH_THE_LONGEST])
def test_nor_do_more_where_every_frame_is_sealed(kind: str, state: str) -> None:
    assert ahead_on(kind, state, KEYS) <= AHEAD_BYTES_MAX


@KEYED
@pytest.mark.parametrize("baud", [115_200, 921_600])
@pytest.mark.parametrize("tells", [True, False], ids=["uart", "bridge"])
@pytest.mark.parametrize("silent_from", [NEVER, 1], ids=["answered", "silent"])
def test_at_no_step_of_the_port_is_more_before_an_abort(
    silent_from: int, tells: bool, baud: int, keys: Keys
) -> None:
    stride = 1 if tells or silent_from == NEVER else 61
    worst, steps = worst_in_virtual_time(
        silent_from=silent_from, stride=stride, baud=baud, tells=tells, keys=keys
    )
    assert steps > 20
    assert worst <= AHEAD_BYTES_MAX
    if silent_from == NEVER:
        assert worst == (63 if keys else 51)  # the abort met an arming that was just written


@KEYED
@pytest.mark.parametrize("baud", [115_200, 921_600])
@pytest.mark.parametrize("tells", [True, False], ids=["uart", "bridge"])
@pytest.mark.parametrize("stuck_from", [0, 3, 4], ids=["hello", "calibration", "arming"])
def test_nor_on_a_line_that_takes_nothing(
    stuck_from: int, tells: bool, baud: int, keys: Keys
) -> None:
    worst, steps = worst_in_virtual_time(
        stuck_from=stuck_from, stride=1_597, baud=baud, tells=tells, keys=keys
    )
    assert steps > 2
    assert worst <= AHEAD_BYTES_MAX
