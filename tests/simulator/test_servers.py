"""The servers: a twin behind a real TCP port or pseudo terminal, as any host meets it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.messages import (
    AbortCause,
    JournalRead,
    Outcome,
    PistolState,
    Resolve,
    ShotResult,
)

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Served:
    """A twin in its own process; where it listens."""

    def __init__(self, *arguments: str) -> None:
        self.process = start(*arguments)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), self.process.communicate()
        self.url = line.removeprefix("listening on ").strip()

    def connect(self) -> socket.socket:
        host, _, port = self.url.removeprefix("socket://").rpartition(":")
        return socket.create_connection((host, int(port)), timeout=PATIENCE_S)

    def end(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    served: list[Served] = []

    def make(*arguments: str) -> Served:
        served.append(Served(*arguments))
        return served[-1]

    yield make
    for one in served:
        one.process.kill()
        one.process.communicate(timeout=PATIENCE_S)


def give(host: Any, shot_id: int) -> None:
    """Arm and give one shot in real time, polling as a host does."""
    host.arm(lease_ms=1_000)
    assert host.fire(shot_id, dwell_ms=0, dose_nl=1_000).result is ShotResult.ACCEPTED
    until = time.monotonic() + PATIENCE_S
    while host.poll().queue:
        assert time.monotonic() < until


def on_socket(live_host: Any, client: socket.socket) -> Any:
    return live_host(client.sendall, lambda: client.recv(4_096))


def test_a_client_on_tcp_is_served_and_the_next_one_too(
    serve: Callable[..., Served], live_host: Any
) -> None:
    twin = serve("--tcp", "127.0.0.1:0", "--seed", "7", "--hand-ms", "0")
    with twin.connect() as first:
        host = on_socket(live_host, first)
        boot_id = host.hello().boot_id
        give(host, 1)
        first.sendall(host.wire(host.shot(2))[:9])  # half a frame, and the host is killed
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with twin.connect() as second:
        host = on_socket(live_host, second)
        assert host.hello(2).boot_id == boot_id
        assert host.ask(Resolve(1)).outcome is Outcome.FIRED
        assert host.ask(Resolve(2)).outcome is Outcome.NOT_FIRED
    assert twin.end(signal.SIGINT) == 0


def test_while_nobody_talks_the_pistol_s_time_goes_on(
    serve: Callable[..., Served], live_host: Any
) -> None:
    twin = serve("--tcp", "127.0.0.1:0")
    with twin.connect() as client:
        host = on_socket(live_host, client)
        host.arm(lease_ms=400)
        armed_us = host.poll().uptime_us
        assert select.select([client], [], [], 0.6) == (
            [],
            [],
            [],
        )  # silence, for longer than the lease
        status = host.poll()
        assert (status.state, status.abort_cause) == (PistolState.ABORTED, AbortCause.LEASE)
        assert host.journal()[-1].start_us - armed_us == 400_000
    assert twin.end() == 0


def test_a_second_client_at_the_same_time_is_sent_away(
    serve: Callable[..., Served], live_host: Any
) -> None:
    twin = serve("--tcp", "127.0.0.1:0")
    with twin.connect() as first, twin.connect() as second:
        host = on_socket(live_host, first)
        host.hello()
        assert second.recv(1) == b""
        assert host.poll().state is PistolState.SAFE


def test_a_port_that_is_taken_is_one_clear_line(serve: Callable[..., Served]) -> None:
    twin = serve("--tcp", "127.0.0.1:0")
    other = start("--tcp", twin.url.removeprefix("socket://"))
    said, complaint = other.communicate(timeout=PATIENCE_S)
    assert (other.returncode, said) == (1, "")
    assert complaint.count("\n") == 1
    assert "already in use" in complaint


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--tcp", "nowhere"),
        ("--tcp", "127.0.0.1:70000"),
        ("--pty", "--tcp", "127.0.0.1:0"),
        ("--pty", "--seed", "x"),
        ("--pty", "--hand-ms", "-1"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    wrong = start(*arguments)
    said, complaint = wrong.communicate(timeout=PATIENCE_S)
    assert (wrong.returncode, said) == (2, "")
    assert "Traceback" not in complaint


def test_the_truth_is_written_at_the_moment_of_every_delivery(
    serve: Callable[..., Served], live_host: Any, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.jsonl"
    twin = serve("--tcp", "127.0.0.1:0", "--hand-ms", "0", "--truth", str(truth))
    with twin.connect() as client:
        host = on_socket(live_host, client)
        for shot_id in (1, 2):
            give(host, shot_id)
            host.hello(shot_id + 5)
            lines = truth.read_text("utf-8").splitlines()  # while the twin goes on
            assert [json.loads(one)["shot_id"] for one in lines] == list(range(1, shot_id + 1))
    told = {"shot_id", "dose_nl", "depth_um", "at_us", "contact", "service"}
    assert set(json.loads(lines[0])) == told
    times = [json.loads(one)["at_us"] for one in lines]
    assert times == sorted(times)


def test_a_memory_in_a_file_outlives_a_killed_twin(
    serve: Callable[..., Served], live_host: Any, tmp_path: Path
) -> None:
    memory = str(tmp_path / "memory")
    twin = serve("--tcp", "127.0.0.1:0", "--hand-ms", "0", "--memory", memory)
    with twin.connect() as client:
        host = on_socket(live_host, client)
        uid = host.hello().uid
        give(host, 41)
        twin.process.kill()
        twin.process.wait(PATIENCE_S)
    again = serve("--tcp", "127.0.0.1:0", "--memory", memory)
    with again.connect() as client:
        host = on_socket(live_host, client)
        reply = host.hello()
        assert (reply.uid, reply.shot_id_highest, reply.boot_count) == (uid, 41, 2)
        assert host.ask(Resolve(41)).outcome is Outcome.FIRED
        second = start("--pty", "--memory", memory)
        _, complaint = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 1
        assert "another twin uses it" in complaint


def test_without_a_memory_file_it_is_another_pistol_every_time(
    serve: Callable[..., Served], live_host: Any
) -> None:
    uids = set()
    for _ in range(2):
        with serve("--tcp", "127.0.0.1:0", "--seed", "7").connect() as client:
            uids.add(on_socket(live_host, client).hello().uid)
    assert len(uids) == 2
    assert {uid >> 56 for uid in uids} == {0x51}


@pytest.mark.parametrize("content", [b"x", b"\x7fELF" * 20_000, bytes(range(256)) * 289])
def test_a_foreign_file_is_refused_and_left_as_it_was(tmp_path: Path, content: bytes) -> None:
    foreign = tmp_path / "photo.jpg"
    foreign.write_bytes(content)
    refused = start("--pty", "--memory", str(foreign))
    said, complaint = refused.communicate(timeout=PATIENCE_S)
    assert (refused.returncode, said) == (1, "")
    assert str(foreign) in complaint
    assert "Traceback" not in complaint
    assert foreign.read_bytes() == content


def test_a_truth_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    refused = start("--pty", "--truth", str(tmp_path / "nowhere" / "truth"))
    _, complaint = refused.communicate(timeout=PATIENCE_S)
    assert refused.returncode == 1
    assert complaint.startswith("error: truth ")


def test_a_pseudo_terminal_serves_one_client_after_the_other(
    serve: Callable[..., Served], live_host: Any
) -> None:
    twin = serve("--pty", "--hand-ms", "0")
    boot_ids = set()
    for number in range(1, 4):
        line = os.open(twin.url, os.O_RDWR | os.O_NOCTTY)

        def receive(line: int = line) -> bytes:
            ready, _, _ = select.select([line], [], [], PATIENCE_S)
            return os.read(line, 4_096) if ready else b""

        host = live_host(lambda data, line=line: os.write(line, data), receive)
        boot_ids.add(host.hello(number).boot_id)
        give(host, number)
        os.write(line, host.wire(host.shot(number + 1))[:7])
        os.close(line)
    assert len(boot_ids) == 1
    assert twin.end() == 0


def test_a_client_that_never_reads_does_not_stop_the_pistol(
    serve: Callable[..., Served], live_host: Any
) -> None:
    twin = serve("--tcp", "127.0.0.1:0")
    with twin.connect() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        host = on_socket(live_host, deaf)
        host.hello()
        flood = b"".join(host.wire(JournalRead(1, 3)) for _ in range(1_000))
        with pytest.raises(OSError):  # sent away: reset, or a broken pipe
            deaf.sendall(flood * 2_000)
    with twin.connect() as second:
        assert on_socket(live_host, second).hello(2).session != 0
    assert twin.end() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_truth_that_can_no_longer_be_written_ends_the_twin(
    serve: Callable[..., Served], live_host: Any
) -> None:
    twin = serve("--tcp", "127.0.0.1:0", "--hand-ms", "0", "--truth", "/dev/full")
    with twin.connect() as client:
        host = on_socket(live_host, client)
        host.arm(lease_ms=1_000)
        host.fire(1, dwell_ms=0)
        _, complaint = twin.process.communicate(timeout=PATIENCE_S)
    assert twin.process.returncode == 1
    assert complaint.count("\n") == 1
    assert complaint.startswith("error: truth")
