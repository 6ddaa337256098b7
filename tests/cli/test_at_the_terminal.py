"""What an operator at a terminal sees and answers: the question before the pistol is armed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

QUESTION = b"Arm the pistol with these values? [y/N]: "


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *arguments: str | Path) -> None:
        self._near, far = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mesogun.cli", *map(str, arguments)],
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm"},
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
        )
        os.close(far)
        self.seen = b""

    def read_until(self, wanted: bytes) -> None:
        """Read what the command shows until `wanted` is in it."""
        while wanted not in self.seen:
            piece = self._read()
            assert piece, f"the command ended: {self.seen!r}"

    def read_all(self) -> bytes:
        """Read to the end of the command."""
        while self._read():
            pass
        self.process.wait(timeout=60)
        return self.seen

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._near, keys)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._near)

    def _read(self) -> bytes:
        try:
            piece = os.read(self._near, 4096)
        except OSError:  # the far end is closed
            return b""
        self.seen += piece
        return piece


@pytest.fixture
def terminal(small: Path, tmp_path: Path) -> Iterator[Terminal]:
    port = "mesosim://?seed=1&hand_ms=5"
    shown = Terminal("run", small, "--port", port, "--out", tmp_path / "out")
    yield shown
    shown.close()


def outcome(tmp_path: Path) -> str:
    told: str = json.loads((tmp_path / "out" / "record.json").read_text())["outcome"]
    return told


def test_nothing_is_drawn_over_the_question(terminal: Terminal, tmp_path: Path) -> None:
    terminal.read_until(QUESTION)
    assert b"NEVER CALIBRATED" in terminal.seen
    assert b"0/?" not in terminal.seen, "a bar moves where a person has to read"
    terminal.type(b"y\n")
    assert b"COMPLETE" in terminal.read_all()
    assert terminal.process.returncode == 0
    assert outcome(tmp_path) == "complete"


@pytest.mark.parametrize("keys", [b"n\n", b"\n", b"\x03"], ids=["no", "nothing", "Ctrl-C"])
def test_whoever_does_not_say_yes_arms_nothing(
    keys: bytes, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.read_until(QUESTION)
    terminal.type(keys)
    terminal.read_all()
    assert terminal.process.returncode == 3
    assert outcome(tmp_path) == "aborted"
