"""`mesogun conformance`: what it asks, what it touches, how it ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from socket import SHUT_RDWR, create_server
from threading import Thread
from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.frame import Deframer, encode
from mesogun.cli.main import run_cli
from mesogun.conformance import CASES
from simulator import Memory, Pistol

BEGUN_US = 1_000_000


class Metal:
    """A twin that says that it is none, on a socket; it counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self._pistol = Pistol(Memory(), seed=7)
        self._listening = create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listening.shutdown(SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                line = self._listening.accept()[0]
            except OSError:
                return
            with line:
                while received := line.recv(4096):
                    line.sendall(self._answer(received))

    def _answer(self, received: bytes) -> bytes:
        self.asked.update(type(m.from_frame(one)).__name__ for one in Deframer().feed(received))
        told = b""
        for frame in Deframer().feed(self._pistol.receive(received, BEGUN_US)):
            message = m.from_frame(frame)
            if isinstance(message, m.HelloReply):
                message = message._replace(features=0, uid=0x42 << 56)
            told += encode(m.to_frame(message, session=frame.session, request=frame.request))
        return told


@pytest.fixture
def metal() -> Iterator[Metal]:
    pistol = Metal()
    yield pistol
    pistol.close()


TWIN = "mesosim://?seed=7&hand_ms=1"


def test_it_passes_the_twin_and_writes_a_report(tmp_path: Path, capsys: Any) -> None:
    report, truth = tmp_path / "report.json", tmp_path / "truth.jsonl"
    truth.touch()
    command = ["conformance", "--port", f"{TWIN}&truth={truth}", "--truth", str(truth)]
    command += ["--only", "SHOT-1", "--only", "ABORT-6", "--report", str(report)]
    assert run_cli(command) == 0
    out = capsys.readouterr().out
    assert "SIMULATED  pistol 51" in out
    assert "1 passed, 0 failed, 1 not testable on this kind" in out
    told = json.loads(report.read_text())
    assert [one["result"] for one in told["requirements"]] == ["pass", "not testable"]
    assert told["firmware"]["simulated"] is True
    assert run_cli(command) == 2, "a report is not overwritten"


def test_a_truth_that_is_none_is_refused_by_name(tmp_path: Path, capsys: Any) -> None:
    truth = tmp_path / "truth.jsonl"
    truth.write_text("[]\n")
    command = ["conformance", "--port", TWIN, "--truth", str(truth), "--only", "SHOT-1"]
    assert run_cli(command) == 2
    assert "simulate --truth" in capsys.readouterr().err


def test_a_truth_that_shows_another_delivery_fails_with_a_code_of_its_own(
    tmp_path: Path, capsys: Any
) -> None:
    truth = tmp_path / "truth.jsonl"
    truth.touch()  # nothing is ever written there: nothing left the needle
    command = ["conformance", "--port", TWIN, "--truth", str(truth), "--only", "SHOT-1"]
    assert run_cli(command) == 4
    out = capsys.readouterr().out
    assert "FAIL  SHOT-1" in out
    assert "delivered 0 times, not 1" in out


def test_the_list_opens_no_port(capsys: Any) -> None:
    assert run_cli(["conformance", "--port", "no such port", "--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CASES)


def test_an_unknown_requirement_is_refused_with_the_groups(capsys: Any) -> None:
    assert run_cli(["conformance", "--port", TWIN, "--only", "SHOUT"]) == 2
    assert "the groups are ABORT, ARM, ASK" in capsys.readouterr().err


def test_a_pistol_of_metal_is_asked_who_it_is_and_nothing_else(
    metal: Metal, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(["conformance", "--port", metal.url]) == 2
    assert "--yes-into-a-vessel" in capsys.readouterr().err
    assert set(metal.asked) == {"Hello"}
    confirmed = ["conformance", "--port", metal.url, "--yes-into-a-vessel", "--only", "HELLO-6"]
    assert run_cli(confirmed) == 0
    assert "Poll" in metal.asked


def test_a_pistol_with_a_key_wants_it_named_and_is_then_looked_at_sealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "keys.toml"
    assert run_cli(["key", "new", str(keys)]) == 0
    url = f"{TWIN}&key={keys}"
    assert run_cli(["conformance", "--port", url, "--only", "SEAL"]) == 2
    assert "name the file with --key" in capsys.readouterr().err
    assert run_cli(["conformance", "--port", url, "--key", str(keys), "--only", "SEAL"]) == 0
    assert "7 passed, 0 failed, 1 not testable" in capsys.readouterr().out


def test_over_a_network_nothing_is_sent_without_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli(["conformance", "--port", "socket://192.0.2.1:9000", "--only", "SEAL"]) == 2
    assert "over a network a pistol obeys only who has its key" in capsys.readouterr().err
