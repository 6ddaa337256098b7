"""Every kind of pistol that this project can reach on this machine, and how it is held."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

import simulator
from firmware_protocol.keys import NO_KEYS, Keys, key_file
from mesogun.conformance import CASES, Delivered, Handles, Result, play
from mesogun.device import RawPort
from tests.virtual_kit import HAND_US, KEYS, SECRET, Kind, played_by, twin

HAND_MS = HAND_US // 1_000
VIRTUAL = ("twin", "twin with a key", "core", "core with a key")
"""In this process and in virtual time, with every handle."""
REAL = ("mesosim", "socket", "pty", "core-process", "core-process with a key")
"""Behind a port and in real time: mostly waiting, so all at once."""


class Reached(NamedTuple):
    """A pistol's address, and the file in which the one behind it tells the truth."""

    url: str
    truth: Path
    keys: Keys = NO_KEYS


def compiler() -> str:
    found = shutil.which("gcc") or shutil.which("clang")
    if found is None:
        pytest.skip("neither gcc nor clang is here: the C core was not tested")
    return Path(found).name


@contextmanager
def served(command: list[str], truth: Path) -> Iterator[Reached]:
    command = [*command, "--seed", "7"]
    command += ["--hand-ms", str(HAND_MS), "--truth", str(truth)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line.startswith("listening on "), line
            yield Reached(line.removeprefix("listening on ").strip(), truth)
        finally:
            server.terminate()


@contextmanager
def reached_as(kind: str, folder: Path) -> Iterator[Reached]:
    """Serve a pistol of a kind for as long as it is needed."""
    truth = folder / f"{kind}.jsonl"
    truth.touch()
    python = [sys.executable, "-m", "simulator"]
    match kind:
        case "mesosim":
            # With a memory, or every opening would be another pistol that counts from 1 again.
            options = f"seed=7&hand_ms={HAND_MS}&truth={truth}&memory={folder / 'memory'}"
            yield Reached(f"mesosim://?{options}", truth)
        case "mesosim with a key":
            path = _private(folder / "keys.toml", key_file("*", SECRET))
            options = f"seed=7&hand_ms={HAND_MS}&truth={truth}&memory={folder / 'memory'}"
            yield Reached(f"mesosim://?{options}&key={path}", truth, KEYS)
        case "socket":
            with served([*python, "--tcp", "127.0.0.1:0"], truth) as found:
                yield found
        case "pty":
            with served([*python, "--pty"], truth) as found:
                yield found
        case "core-process":
            kit = pytest.importorskip("tests.c_core_kit")
            with served([str(kit.process(compiler())), "--pty"], truth) as found:
                yield found
        case "core-process with a key":
            kit = pytest.importorskip("tests.c_core_kit")
            path = _private(folder / "key", SECRET.hex())
            command = [str(kit.process(compiler())), "--pty", "--key", str(path)]
            with served(command, truth) as found:
                yield found._replace(keys=KEYS)


def _private(path: Path, content: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(content)
    return path


@pytest.fixture(scope="module", params=[*REAL, "mesosim with a key"])
def reached(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reached]:
    """One pistol of each kind behind a port, for all tests of a file."""
    _skip_without_pty(request.param)
    with reached_as(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def _skip_without_pty(kind: str) -> None:
    if sys.platform == "win32" and not kind.startswith(("mesosim", "socket")):
        pytest.skip("no pseudo terminals")


def told_by(truth: Path) -> list[Delivered]:
    """Read what a server saw leave the needle."""
    told = [json.loads(line) for line in truth.read_bytes().splitlines()]
    return [Delivered(one["shot_id"], one["dose_nl"], one["contact"]) for one in told]


class Played:
    """The suite on every kind, each played once and when it is first asked for."""

    def __init__(self) -> None:
        self._results: dict[str, Sequence[Result]] = {}
        self._virtual: dict[str, Callable[[], Kind]] = {
            "twin": lambda: twin(simulator),
            "twin with a key": lambda: twin(simulator, keyed=True),
            "core": _core_in_process,
            "core with a key": lambda: _core_in_process(keyed=True),
        }

    def has_handles(self, kind: str) -> bool:
        return kind in self._virtual

    def results(self, kind: str) -> Sequence[Result]:
        if kind not in self._results:
            if kind in self._virtual:
                self._results[kind] = played_by(self._virtual[kind]())
            else:
                self._play_in_real_time()
        return self._results[kind]

    def _play_in_real_time(self) -> None:
        kinds = REAL[:2] if sys.platform == "win32" else REAL
        with ExitStack() as stack, ThreadPoolExecutor(len(kinds)) as pool:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            found = {kind: stack.enter_context(reached_as(kind, folder)) for kind in kinds}
            played = dict(zip(kinds, pool.map(_on_port, found.values()), strict=True))
        self._results |= played


def _on_port(at: Reached) -> Sequence[Result]:
    handles = Handles(truth=lambda: told_by(at.truth))
    with RawPort.open(at.url) as line:
        return [play(case, line, handles, at.keys) for case in CASES]


def _core_in_process(keyed: bool = False) -> Kind:
    kit = pytest.importorskip("tests.c_core_kit")
    library = kit.library(compiler())
    asked: dict[str, Any] = {"travel_us": HAND_US, "settle_us": 0, "jitter_ppm": 0, "refills": True}
    asked["secret"] = SECRET if keyed else b""
    return Kind(
        lambda tell: kit.CoreTwin(library, seed=7, on_delivery=tell, **asked),
        KEYS if keyed else NO_KEYS,
    )


@pytest.fixture(scope="session")
def played() -> Played:
    return Played()


@pytest.fixture(params=[*VIRTUAL, *REAL])
def kind(request: pytest.FixtureRequest) -> str:
    """Name a kind of pistol."""
    _skip_without_pty(request.param)
    return str(request.param)
