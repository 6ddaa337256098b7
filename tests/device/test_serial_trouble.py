"""Real descriptors in trouble: lost ends, second openers, late writes, slow lines, half peers."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import serial

from firmware_protocol.messages import AbortReply, HelloReply, PistolState, Status
from mesogun.device import TO_PISTOL, Pistol
from mesogun.device.port import hurry_and_watch, keep_others_off
from mesogun.errors import LinkError, LinkTimeout
from tests.device.measuring import HELLO, SOON_S, counted, poll

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")

ROOT = Path(__file__).parents[2]
RETRY_BIT = 0x04


class Asked(threading.Thread):
    """An ask in a thread of its own; `end` waits for what came of it."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._told: object = None
        self.start()

    def run(self) -> None:
        try:
            self._told = self._work()
        except LinkError as error:
            self._told = error

    def end(self) -> object:
        self.join(SOON_S)
        assert not self.is_alive()
        return self._told


LATE = """
import serial

class Serial(serial.Serial):
    def open(self):
        self.portstr = self.portstr.removeprefix("late://")
        super().open()

    def write(self, data):
        super().write(data)
        raise serial.SerialTimeoutException("Write timeout")
"""


def test_a_write_that_timed_out_and_was_sent_is_taken_for_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "late_handlers"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "protocol_late.py").write_text(LATE)
    monkeypatch.syspath_prepend(str(tmp_path))
    handlers = [*serial.protocol_handler_packages, "late_handlers"]
    monkeypatch.setattr(serial, "protocol_handler_packages", handlers)
    sent: list[bytes] = []
    with (
        counted("pty") as far,
        closing(Pistol.open(f"late://{far.url}", on_body=lambda way, body, _: sent.append(body)))
        as pistol,
    ):  # fmt: skip
        assert isinstance(pistol.ask(HELLO), HelloReply)
        assert isinstance(pistol.ask(poll(1)), Status)
        assert isinstance(pistol.stop(), AbortReply)
    # What came of a write decides nothing: each request was sent, answered, and sent once.
    assert not [body for body in sent[:4] if body[0] & RETRY_BIT]


@pytest.mark.parametrize("asking", [True, False], ids=["asking", "idle"])
def test_a_cable_pulled_out_is_told_at_once_and_the_port_can_still_be_closed(asking: bool) -> None:
    master, slave = os.openpty()
    pistol = Pistol.open(os.ttyname(slave), give_up_us=3_600_000_000)
    os.close(slave)
    asked = Asked(lambda: pistol.ask(HELLO)) if asking else None
    if asking:
        assert select.select([master], [], [], SOON_S)[0]
    os.close(master)
    told = asked.end() if asked else Asked(lambda: pistol.ask(HELLO)).end()
    assert isinstance(told, LinkError)
    assert not isinstance(told, LinkTimeout), told
    assert "cable" in str(told)
    pistol.abort()
    pistol.wait_until(pistol.now_us() + 3_600_000_000)  # ends at once: an abort is wanted
    pistol.close()


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Run the rest of the test without root's rights, as every operator does."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_second_opener_is_refused_even_if_it_asks_for_no_lock(as_nobody: None) -> None:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    try:
        os.close(os.open(name, os.O_RDWR | os.O_NOCTTY))
        keep_others_off(slave)
        with pytest.raises(OSError, match="busy"):
            os.open(name, os.O_RDWR | os.O_NOCTTY)
        with pytest.raises(LinkError, match="another program holds it"):
            Pistol.open(name)
    finally:
        os.close(slave)
        os.close(master)


def test_a_reader_of_one_byte_at_a_time_gets_every_frame_whole() -> None:
    with counted("pty") as far:
        master, slave = os.openpty()
        tty.setraw(slave)
        done, ends = os.pipe()

        def carry() -> None:
            with suppress(OSError), closing(serial.Serial(far.url, timeout=0)) as there:
                while True:
                    ready, _, _ = select.select([master, there, done], [], [])
                    if done in ready:
                        return
                    if there in ready:
                        os.write(master, there.read(1))
                    elif master in ready:
                        there.write(os.read(master, 1))

        carrying = Asked(carry)
        with closing(Pistol.open(os.ttyname(slave))) as pistol:
            assert isinstance(pistol.ask(HELLO), HelloReply)
            for tick in range(5):
                assert isinstance(pistol.ask(poll(tick)), Status)
            assert not any(pistol.line_errors().values())
        os.write(ends, b".")
        carrying.end()
        for one in (master, slave, done, ends):
            os.close(one)


class Converter:
    """A converter that holds back what comes from the device, as FTDI's does for 16 ms."""

    def __init__(self, far_url: str, hold_s: float) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.url = os.ttyname(self._slave)
        self._done, self._ends = os.pipe()
        self._carrying = Asked(lambda: self._carry(far_url, hold_s))

    def _carry(self, far_url: str, hold_s: float) -> None:
        with closing(serial.Serial(far_url, timeout=0)) as there:
            while True:
                ready, _, _ = select.select([self._master, there, self._done], [], [])
                if self._done in ready:
                    return
                if self._master in ready:
                    there.write(os.read(self._master, 4096))
                if there in ready and not select.select([self._done], [], [], hold_s)[0]:
                    os.write(self._master, there.read(4096))

    def close(self) -> None:
        os.write(self._ends, b".")
        self._carrying.end()
        for one in (self._master, self._slave, self._done, self._ends):
            os.close(one)


def test_a_converter_that_waits_16_ms_makes_nothing_be_sent_twice() -> None:
    sent: list[bytes] = []

    def on_body(way: int, body: bytes, _at_us: int) -> None:
        if way == TO_PISTOL:
            sent.append(body)

    with (
        counted("pty") as far,
        closing(Converter(far.url, 0.016)) as converter,
        closing(Pistol.open(converter.url, on_body=on_body)) as pistol,
    ):
        pistol.hello()
        took_us = []
        for tick in range(10):
            began_us = pistol.now_us()
            assert isinstance(pistol.ask(poll(tick)), Status)
            took_us.append(pistol.now_us() - began_us)
    assert min(took_us) >= 16_000
    # A loaded machine may be slower than the converter; without need nothing is sent again.
    assert len(sent) == 11 or max(took_us) > 40_000
    assert not sent[0][0] & RETRY_BIT


def test_a_peer_that_falls_silent_on_a_socket_is_noticed_by_the_missing_answer() -> None:
    with (
        counted("tcp") as far,
        closing(Pistol.open(far.url, give_up_us=200_000)) as pistol,
    ):
        assert pistol.status().state is PistolState.SAFE
        far.is_to(answer=False, read=False)
        with pytest.raises(LinkTimeout, match="is the pistol on"):
            pistol.status()


def test_small_frames_never_wait_on_a_socket_and_a_vanished_peer_is_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        hurry_and_watch(client.fileno())
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if sys.platform == "linux":
            idle_s = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            assert idle_s <= 1
            assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 5_000
        client.close()


VANISHED = """
import fcntl, socket, struct, sys
from firmware_protocol.messages import MAJOR, MINOR, SCHEMA_HASH, Hello
from mesogun.device import Pistol
from mesogun.errors import LinkError, LinkTimeout

def lo(up):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_one:
        fcntl.ioctl(any_one, 0x8914, struct.pack("16sH14x", b"lo", 0x49 if up else 0x48))

lo(True)
with socket.create_server(("127.0.0.1", 0)) as server:
    url = f"socket://127.0.0.1:{server.getsockname()[1]}"
    pistol = Pistol.open(url, give_up_us=60_000_000)
    peer, _ = server.accept()
    lo(False)
    try:
        pistol.ask(Hello(MAJOR, MINOR, SCHEMA_HASH, 1))
    except LinkTimeout:
        print("only a timeout")
    except LinkError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces")
def test_a_peer_that_vanished_without_a_word_is_noticed_by_the_system(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may make no network of its own")
    script = tmp_path / "vanished.py"
    script.write_text(VANISHED)
    ran = subprocess.run(
        ["unshare", "-rn", sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "the port is gone" in ran.stdout, ran.stdout + ran.stderr
