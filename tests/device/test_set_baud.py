"""The host changes the line's speed: whatever is lost, both ends agree again soon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.messages import PistolState
from mesogun.device import BAUD, SPEEDS, Link, Pistol
from mesogun.device.worker import Worker
from mesogun.errors import LinkTimeout
from simulator import Memory
from simulator import Pistol as Twin
from simulator.wire import misheard

FAST = 921_600
SOON_US = 20_000_000
"""Three changes that are lost one after the other, and what each of them costs."""


class Serial:
    """A line with a speed, in virtual time; `lost` are the sendings that nobody gets, by number.

    Time passes while an answer is awaited, or where it `idles`. What is faster than `deaf_above`
    is nothing but silence.
    """

    name = "serial"
    tells_drained = True
    has_speed = True

    def __init__(self, lost: frozenset[int] = frozenset(), deaf_above: int = FAST) -> None:
        self.twin = Twin(Memory(), seed=1)
        self.now_us = 0
        self.baud = BAUD
        self.bauds: list[int] = []
        self._lost, self._deaf_above = lost, deaf_above
        self._sendings = 0
        self._awaits = False
        self.idles = False
        self._back: list[tuple[int, bytes]] = []
        self._wakes: SimpleQueue[None] = SimpleQueue()

    def wake(self) -> None:
        self._wakes.put(None)

    def read(self, wait_s: float | None) -> bytes:
        if self._back:
            arrives_us, data = self._back.pop(0)
            self.now_us, self._awaits = max(self.now_us, arrives_us), False
            return data
        if self.idles or (self._awaits and wait_s is not None):
            self.now_us += int((0.05 if wait_s is None else wait_s) * 1e6) + 1
        else:
            with suppress(Empty):
                self._wakes.get(timeout=0.002)
        self.twin.advance(self.now_us)
        return b""

    def write(self, chunk: bytes) -> None:
        self._awaits = True
        self.now_us += len(chunk) * 10_000_000 // self.baud
        if not self._arrives():
            return
        self.twin.advance(self.now_us)
        far = self.twin.baud
        reply = self.twin.receive(misheard(chunk, self.baud, far), self.now_us)
        if reply and self._arrives():
            at_us = self.now_us + len(reply) * 10_000_000 // far
            self._back.append((at_us, misheard(reply, far, self.baud)))

    def _arrives(self) -> bool:
        self._sendings += 1
        return self._sendings not in self._lost and self.baud <= self._deaf_above

    def drained(self) -> bool:
        return True

    def drop_unsent(self) -> None:
        pass

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        self.bauds.append(baud)

    def close(self) -> None:
        pass


@contextmanager
def host_at(line: Serial) -> Iterator[Pistol]:
    link = Link(retry_us=40_000)
    with Pistol(Worker(line, link, lambda: line.now_us), link, 0) as pistol:
        yield pistol


def agree(line: Serial, pistol: Pistol) -> None:
    """Ask until an answer comes, and see that both ends have one speed."""
    for _ in range(4):
        with suppress(LinkTimeout):
            pistol.ping()
            break
    pistol.ping()
    assert pistol.baud == line.baud == line.twin.baud


@pytest.mark.parametrize("baud", SPEEDS)
def test_the_line_runs_at_the_new_speed(baud: int) -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(baud) == baud
        agree(line, pistol)
        assert pistol.set_baud(BAUD) == BAUD
        agree(line, pistol)


def test_a_line_that_carries_no_more_goes_on_at_the_first_speed() -> None:
    line = Serial(deaf_above=460_800)
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == BAUD
        assert line.now_us < 2_500_000
        agree(line, pistol)
        assert pistol.set_baud(460_800) == 460_800
        agree(line, pistol)
    assert line.bauds == [FAST, BAUD, 460_800, BAUD]


def test_a_pistol_that_refuses_is_spoken_to_as_before() -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(1_000_000) == BAUD
        pistol.stop()
        assert pistol.set_baud(FAST) == BAUD
    assert line.bauds == []


@given(st.frozensets(st.integers(1, 24)), st.sampled_from([BAUD, FAST]))
def test_whatever_is_lost_both_ends_agree_again(lost: frozenset[int], deaf_above: int) -> None:
    line = Serial(lost, deaf_above)
    with host_at(line) as pistol:
        with suppress(LinkTimeout):
            pistol.set_baud(FAST)
        agree(line, pistol)
        assert line.now_us < SOON_US
        assert line.twin.state is PistolState.SAFE


@pytest.mark.parametrize("number", range(1, 9))
def test_one_sending_that_is_lost_does_not_cost_the_speed(number: int) -> None:
    line = Serial(frozenset({number}))
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == FAST
        agree(line, pistol)


def test_a_pistol_that_restarted_is_found_at_the_first_speed() -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == FAST
        line.twin.power_cut(line.now_us)
        line.twin.power_on(line.now_us)
        with pytest.raises(LinkTimeout):
            pistol.ping()
        assert pistol.hello().session
        assert pistol.baud == line.baud == BAUD


def test_where_nobody_asks_anything_the_speed_is_kept_all_the_same() -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == FAST
        line.idles = True
        pistol.wait_until(line.now_us + 6_000_000)
        line.idles = False
        agree(line, pistol)
        assert pistol.baud == FAST


def test_a_host_that_slept_begins_again_at_the_first_speed() -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == FAST
        line.now_us += 5_000_000
        agree(line, pistol)
        assert pistol.baud == BAUD


def test_an_abort_is_heard_by_a_pistol_that_has_gone_back_to_the_first_speed() -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == FAST
        line.twin.power_cut(line.now_us)
        line.twin.power_on(line.now_us)
        began_us = line.now_us
        assert pistol.stop().stopped == 1
        assert line.now_us - began_us < 300_000
        assert pistol.baud == BAUD


def test_who_leaves_in_peace_leads_the_line_back() -> None:
    line = Serial()
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == FAST
    assert line.twin.baud == BAUD


def test_a_host_that_was_killed_leaves_a_pistol_that_the_next_one_finds() -> None:
    before, after = Serial(), Serial()
    with host_at(before) as killed:
        assert killed.set_baud(FAST) == FAST
        after.twin, before.twin = before.twin, after.twin  # whatever it does, it does elsewhere
        began_us = after.now_us = before.now_us
        assert after.twin.baud == FAST
        with host_at(after) as pistol:
            assert pistol.hello().session
            assert pistol.baud == after.twin.baud == BAUD
        assert after.now_us - began_us < 2_000_000


def test_a_line_without_a_speed_is_not_asked() -> None:
    line = Serial()
    line.has_speed = False
    with host_at(line) as pistol:
        assert pistol.set_baud(FAST) == BAUD
        assert line.bauds == []
        assert line.now_us == 0
