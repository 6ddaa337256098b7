"""Which ports are offered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from mesogun.device import Found, find
from mesogun.device.discovery import describe


def port(device: Path, **facts: object) -> ListPortInfo:
    told = ListPortInfo(str(device))
    for name, value in facts.items():
        setattr(told, name, value)
    return told


def test_a_port_is_described_with_what_its_device_tells(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch()
    told = port(device, description="Pistol", serial_number="A7", vid=0x2E8A, pid=0xA)
    assert describe(told) == Found(str(device), "Pistol", "A7", "2e8a:000a", True, "")


def test_what_a_port_does_not_tell_is_empty(tmp_path: Path) -> None:
    device = tmp_path / "ttyS0"
    device.touch()
    assert describe(port(device)) == Found(str(device), "", "", "", True, "")


def test_a_port_that_cannot_be_opened_comes_with_advice(tmp_path: Path) -> None:
    found = describe(port(tmp_path / "gone"))
    assert not found.accessible
    assert found.advice


def test_only_ports_of_this_machine_are_found_and_never_a_twin() -> None:
    for one in find():
        assert "://" not in one.device
        assert not one.device.startswith("/dev/pts/")


@pytest.mark.skipif(os.name != "posix", reason="POSIX pseudo terminals")
def test_a_pseudo_terminal_is_not_offered() -> None:
    master, slave = os.openpty()
    try:
        assert os.ttyname(slave) not in {one.device for one in find()}
    finally:
        os.close(master)
        os.close(slave)
