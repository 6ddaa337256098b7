"""The very ELF in QEMU, its serial port on a pseudo terminal, through pyserial and in real time."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_protocol.messages import PistolState
from mesogun.conformance import CASES, play
from mesogun.device import Pistol, RawPort
from tests.virtual_kit import ONLY_WITH_A_KEY, ONLY_WITH_HANDLES, otherwise_than


@pytest.fixture(scope="session")
def url(elf: Path) -> Iterator[str]:
    """Switch a board on."""
    qemu = shutil.which("qemu-system-arm")
    if qemu is None:
        pytest.skip("qemu-system-arm is not here")
    command = [qemu, "-M", "mps2-an385", "-display", "none", "-monitor", "none"]
    command += ["-serial", "pty", "-kernel", str(elf)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as board:
        try:
            assert board.stdout is not None
            said = board.stdout.readline()
            found = re.search(r"redirected to (/dev/\S+)", said)
            assert found, said
            yield found[1]
        finally:
            board.terminate()


def test_the_board_in_qemu_meets_every_requirement(url: str) -> None:
    with RawPort.open(url) as line:
        results = [play(case, line) for case in CASES]
    assert otherwise_than(results, ONLY_WITH_HANDLES | ONLY_WITH_A_KEY) == []


def test_the_driver_of_a_session_reaches_the_board(url: str) -> None:
    with Pistol.open(url) as pistol:
        assert pistol.status().state in (PistolState.SAFE, PistolState.ABORTED)
        before = pistol.now_us(), pistol.status().uptime_us
        pistol.wait_until(before[0] + 500_000)
        passed = pistol.now_us() - before[0], pistol.status().uptime_us - before[1]
        assert pistol.stop().stopped == 1
    # its microseconds are those of this machine, give or take what a loaded one adds
    assert passed[0] // 2 < passed[1] < passed[0] * 2
