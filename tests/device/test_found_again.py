"""A pistol whose port went away: found again by its own number, wherever it comes back."""

from __future__ import annotations

import sys
import threading
from contextlib import closing
from dataclasses import replace
from itertools import islice

import pytest

from firmware_protocol.messages import PistolState
from mesogun.device import Found, Pistol, Search
from mesogun.device.again import waits_s
from simulator.pistol import uid_of
from tests.device.measuring import SOON_S, counted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")

OURS = f"{uid_of(1):016x}"
PORT = Found("", "Pistol", "SER1", "2e8a:000a", accessible=True, advice="")


class Machine:
    """The ports that a machine has at a moment."""

    def __init__(self) -> None:
        self.ports: list[Found] = []
        self.opened: list[str] = []
        self.tried = threading.Event()

    def plug(self, url: str, *, usb: str = PORT.usb, serial_number: str = "SER1") -> None:
        self.ports.append(replace(PORT, device=url, usb=usb, serial_number=serial_number))

    def open(self, url: str) -> Pistol:
        self.opened.append(url)
        self.tried.set()
        return Pistol.open(url, give_up_us=300_000)

    def search(self, url: str) -> Search:
        return Search(url, self.open, ports=lambda: self.ports)


def test_it_is_found_under_another_name_and_no_other_pistol_is_taken_for_it() -> None:
    machine = Machine()
    with counted("pty") as before:
        machine.plug(before.url)
        search = machine.search(before.url)
        gone = before.url
    with counted("pty", seed=2) as other, counted("pty", seed=3) as stranger, counted("pty") as now:
        # The system has given the old name to the first that came: another pistol.
        assert gone == other.url
        machine.ports = []
        machine.plug(other.url)
        machine.plug(stranger.url, usb="1234:5678")
        machine.plug(now.url)
        found = search.again(OURS, SOON_S)
        assert found is not None
        with closing(found):
            assert found.status().state is PistolState.SAFE
        assert machine.opened == [other.url, now.url]
        assert not stranger.heard, "a device of another kind was spoken to"


def test_a_device_with_another_serial_number_is_not_spoken_to() -> None:
    machine = Machine()
    with counted("pty") as before:
        machine.plug(before.url)
        search = machine.search(before.url)
    with counted("pty", seed=2), counted("pty") as now:
        machine.ports = []
        machine.plug(now.url, serial_number="SER2")
        assert search.again(OURS, 0.0) is None
        assert not now.heard


def test_before_a_pistol_was_met_only_the_port_that_was_named_is_opened() -> None:
    machine = Machine()
    with counted("pty") as before:
        machine.plug(before.url)
        search = machine.search(before.url)
    with counted("pty", seed=2) as there, counted("pty") as other:
        machine.ports = []
        machine.plug(other.url)
        found = search.again(None, SOON_S)
        assert found is not None
        found.close()
        assert machine.opened == [there.url]


def test_a_port_that_comes_back_while_it_is_looked_for_is_opened_then() -> None:
    machine = Machine()
    with counted("pty") as before:
        search = machine.search(before.url)
        gone = before.url
    found: list[Pistol | None] = []
    looking = threading.Thread(target=lambda: found.append(search.again(OURS, SOON_S)))
    looking.start()
    assert machine.tried.wait(SOON_S)
    with counted("pty") as now:
        assert now.url == gone
        looking.join(SOON_S)
        assert found[0] is not None
        found[0].close()


def test_from_round_to_round_it_waits_twice_as_long_up_to_two_seconds() -> None:
    assert list(islice(waits_s(), 7)) == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]


def test_who_wants_to_stop_ends_the_search_at_once() -> None:
    machine = Machine()
    search = machine.search("/dev/ttyMESOGUN99")
    found: list[Pistol | None] = []
    looking = threading.Thread(target=lambda: found.append(search.again(OURS, 3600.0)))
    looking.start()
    assert machine.tried.wait(SOON_S)
    search.abort()
    looking.join(SOON_S)
    assert found == [None]
    assert search.was_stopped
