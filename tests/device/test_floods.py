"""Bytes without end: the host's end of the line keeps a frame of them, and goes on."""

from __future__ import annotations

import socket
import tracemalloc
from threading import Thread

import pytest

from firmware_protocol.frame import Frame, encode
from firmware_protocol.messages import Hello
from mesogun.device import Link, Pistol
from tests.device.conftest import Peer

MIB = 1 << 20
KEPT_BYTES_MAX = 64 * 1024
"""Above what the reader holds at a time; a thousandth of the flood."""


def test_64_mib_without_a_delimiter_leave_nothing_in_memory() -> None:
    link, chunk = Link(), b"\xa5" * 4096
    link.ask(Hello(1, 0, 0, 1), 0)
    tracemalloc.start()
    for at_us in range(64 * MIB // len(chunk)):
        link.receive(chunk, at_us)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < KEPT_BYTES_MAX
    assert kept < KEPT_BYTES_MAX // 4
    assert link.line_errors["oversize"] == 1


def test_a_flood_of_good_frames_that_answer_nothing_leaves_nothing_in_memory() -> None:
    link = Link()
    frames = b"".join(encode(Frame(0, True, False, 0x0106, 7, k, b"x" * 224)) for k in range(1, 17))
    link.ask(Hello(1, 0, 0, 1), 0)
    link.receive(frames, 1)
    tracemalloc.start()
    for at_us in range(200):
        link.receive(frames, at_us)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < KEPT_BYTES_MAX
    assert kept < KEPT_BYTES_MAX // 4
    assert link.counters["dropped"] >= 200 * 15


class Flooding:
    """A server that sends so much before each answer."""

    def __init__(self, peer: Peer, flood: bytes, times: int) -> None:
        self._peer, self._flood, self._times = peer, flood, times
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        client, _ = self._server.accept()
        with client:
            flooded = False
            while data := client.recv(4096):
                for reply in self._peer.receive(data):
                    for _ in range(0 if flooded else self._times):
                        client.sendall(self._flood)
                    flooded = True
                    client.sendall(b"\0" + reply)

    def close(self) -> None:
        self._thread.join()
        self._server.close()


def test_an_answer_is_found_behind_64_mib_of_garbage_on_a_socket(peer: Peer) -> None:
    server = Flooding(peer, b"\xa5" * 65_536, 64 * MIB // 65_536)
    with Pistol.open(server.url, give_up_us=600_000_000) as pistol:
        tracemalloc.start()
        assert pistol.hello().session == peer.session
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert pistol.limits().shots_max == 1
        assert pistol.line_errors()["oversize"] == 1
    server.close()
    assert peak < 16 * KEPT_BYTES_MAX, "the server's own pieces are in it"


@pytest.mark.parametrize("garbage", [b"\0" * 4096, b"\x01\0" * 2048, b"\x05\x01\0" * 1365])
def test_runts_and_zeros_are_counted_and_forgotten(garbage: bytes) -> None:
    link = Link()
    link.ask(Hello(1, 0, 0, 1), 0)
    tracemalloc.start()
    for at_us in range(20):
        link.receive(garbage, at_us)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < KEPT_BYTES_MAX // 4
    assert link.answer() is None
