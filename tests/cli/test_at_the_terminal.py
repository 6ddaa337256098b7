"""What an operator at a terminal sees and answers: the question before the pistol is armed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.simulation.one_pistol import Bench
from tests.simulation.tiny import tiny_plan

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


NOTE = (
    b"Before you confirm: change to vitamin C, its own syringe and needle; this filling gives 30 uL"
)


@pytest.fixture
def two_products(small: Path) -> Path:
    """The small prescription, and a second product in a zone of its own."""
    first, zone = small.read_text().split("[device]")
    further = """[[further_products]]
name = "vitamin C"
volume_ml = 0.03
lot = "C7"
expiry = 2027-01-31
"""
    second = """[[zones]]
name = "right cheek"
area = "cheek"
technique = "papule"
product = "vitamin C"
outline_mm = [[100, 0], [120, 0], [120, 20], [100, 20]]
"""
    small.write_text(f"{first}{further}[device]{zone}{second}")
    return small


@pytest.fixture
def pausing(two_products: Path, tmp_path: Path) -> Iterator[Terminal]:
    port = "mesosim://?seed=1&hand_ms=5"
    shown = Terminal("run", two_products, "--port", port, "--out", tmp_path / "out")
    yield shown
    shown.close()


def outcome(tmp_path: Path) -> str:
    told: str = json.loads((tmp_path / "out" / "record.json").read_text())["outcome"]
    return told


def memory_with_a_shot_of_another(folder: Path) -> Path:
    """The memory of a pistol whose last host died with a shot that nobody has read."""
    for die_at in range(1, 100):
        place = folder / f"died at {die_at}"
        place.mkdir()
        bench = Bench(tiny_plan(2), place)
        bench.play("other", die_at)
        if bench.ghost:
            kept = folder / "memory"
            kept.write_bytes(bench.world.twin.memory.image())
            return kept
    raise AssertionError("no host died with a shot given")


def test_an_alarm_is_shown_before_the_question(small: Path, tmp_path: Path) -> None:
    memory = memory_with_a_shot_of_another(tmp_path)
    port = f"mesosim://?seed=1&hand_ms=5&memory={memory}"
    with closing(Terminal("run", small, "--port", port, "--out", tmp_path / "out")) as shown:
        shown.read_until(QUESTION)
        assert b"! alarm: the pistol's journal held" in shown.seen
        assert b"another host used it" in shown.seen


def test_nothing_is_drawn_over_the_question(terminal: Terminal, tmp_path: Path) -> None:
    terminal.read_until(QUESTION)
    assert b"NEVER CALIBRATED" in terminal.seen
    assert b"expel off the skin until there is no air (prime)" in terminal.seen
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


def test_a_pause_says_what_to_do_and_goes_on_once_somebody_has_confirmed_it(
    pausing: Terminal, tmp_path: Path
) -> None:
    pausing.read_until(QUESTION)
    assert NOTE not in pausing.seen, "asked before it is due"
    pausing.type(b"y\n")
    pausing.read_until(NOTE)
    pausing.seen = pausing.seen[pausing.seen.index(NOTE) :]
    pausing.read_until(QUESTION)
    pausing.type(b"y\n")
    assert b"COMPLETE" in pausing.read_all()
    assert pausing.process.returncode == 0
    told = json.loads((tmp_path / "out" / "record.json").read_text())
    (pause,) = told["pauses"]
    assert pause["kinds"] == ["product"]
    assert pause["confirmed_by"] == "operator at the terminal"
    assert pause["confirmed_at_us"] > pause["at_us"]
    assert told["outcome"] == "complete"


@pytest.mark.parametrize("keys", [b"n\n", b"\x03"], ids=["no", "Ctrl-C"])
def test_a_pause_that_nobody_confirms_ends_the_session_there(
    keys: bytes, pausing: Terminal, tmp_path: Path
) -> None:
    pausing.read_until(QUESTION)
    pausing.type(b"y\n")
    pausing.read_until(NOTE)
    pausing.seen = pausing.seen[pausing.seen.index(NOTE) :]
    pausing.read_until(QUESTION)
    pausing.type(keys)
    assert b"NOT CONFIRMED" in pausing.read_all()
    assert pausing.process.returncode == 3
    told = json.loads((tmp_path / "out" / "record.json").read_text())
    assert told["outcome"] == "aborted"
    (pause,) = told["pauses"]
    assert (pause["confirmed_by"], pause["confirmed_at_us"]) == ("", None)
    missing = [one for one in told["pricks"] if one["state"] != "given"]
    assert missing == told["pricks"][-len(missing) :]
    assert sum(one["dose_nl_planned"] for one in missing) == 30_000
    page = (tmp_path / "out" / "report.html").read_text()
    assert "A pause was not confirmed" in page
