"""Counts the bytes ahead of an abort over a UART in virtual time, at each step of the port.

With a key and without, at any speed, and over a line that cannot tell what has left it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any

from firmware_protocol.errors import ProtocolError
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.messages import Request
from mesogun.device.link import Link
from mesogun.device.sealing import Sealing
from mesogun.device.worker import Worker
from mesogun.errors import LinkError
from simulator.memory import Memory
from simulator.pistol import Pistol as Twin
from tests.device.measuring import ARM, CALIBRATION, HELLO, READ, SHOT, UID, abort_begins, poll

NEVER = 1_000
"""No script has so many requests."""


class Uart:
    """A line in virtual time, which the port's own thread plays while it waits.

    `stop_at`: at which call of this object `on_stop` is called, as if from another thread. One that
    does not `tell` takes whatever it is given, says nothing of it, and gives nothing back.
    """

    name = "uart"
    has_speed = True

    def __init__(self, twin: Twin, stop_at: int, baud: int, *, tells: bool) -> None:
        self.tells_drained = tells
        self._byte_us = 1_000_000 * 10 // baud
        self.now_us = 0
        self.heard = bytearray()
        self.calls = 0
        self.stuck = self.cut = self.silent = False
        self.on_stop: Callable[[], None] = lambda: None
        self.heard_at_stop: int | None = None
        self._twin = twin
        self._stop_at = stop_at
        self._queue = bytearray()
        self._sent_us = 0
        self._back: list[tuple[int, bytes]] = []
        self._wakes: SimpleQueue[None] = SimpleQueue()
        self._deciding = threading.Lock()
        self._is_over = False

    def wake(self) -> None:
        self._wakes.put(None)

    def read(self, wait_s: float | None) -> bytes:
        if self.cut:
            raise LinkError("the line is cut")
        if wait_s is None and not self._queue and not self._back:
            with suppress(Empty):
                self._wakes.get(timeout=0.05)
            return b""
        self._call()
        until_us = self.now_us + (50_000 if wait_s is None else int(wait_s * 1e6))
        if self._back:
            until_us = min(until_us, self._back[0][0])
        self._play(until_us)
        if self._back and self._back[0][0] <= self.now_us:
            return self._back.pop(0)[1]
        return b""

    def write(self, chunk: bytes) -> None:
        self._call()
        if not self._queue:
            self._sent_us = max(self._sent_us, self.now_us)
        self._queue += chunk
        self._call()

    def drained(self) -> bool:
        assert self.tells_drained
        self._call()
        return not self._queue

    def drop_unsent(self) -> None:
        if self.tells_drained:
            self._queue.clear()

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def close(self) -> None:
        self._queue.clear()

    def _call(self) -> None:
        self.calls += 1
        with self._deciding:
            if self.calls == self._stop_at and not self._is_over:
                self.heard_at_stop = len(self.heard)
                self.on_stop()

    def was_stopped(self) -> bool:
        """Whether the moment of the abort has come; from now on it does not come any more."""
        with self._deciding:
            self._is_over = True
            return self.heard_at_stop is not None

    def _play(self, until_us: int) -> None:
        while self._queue and not self.stuck and self._sent_us + self._byte_us <= until_us:
            self._sent_us += self._byte_us
            self.heard.append(self._queue.pop(0))
            data = bytes(self.heard[-1:])
            replies = self._twin.receive(data, self._sent_us)
            if replies and not self.silent:
                self._back.append((self._sent_us + len(replies) * self._byte_us, replies))
                until_us = min(until_us, self._back[0][0])
        self.now_us = max(self.now_us, until_us)


def ahead_at(
    stop_at: int,
    *,
    silent_from: int = NEVER,
    stuck_from: int = NEVER,
    baud: int = 115_200,
    tells: bool = True,
    keys: Keys = NO_KEYS,
) -> int | None:
    """Count the bytes ahead of an abort that comes at that call; None: there were not so many.

    The session says hello, looks, reads the journal, sets a calibration, asks to be armed and for a
    shot, and connects again. With `keys`, every frame but the abort is sealed. Until the abort is
    wanted, nobody answers from the request `silent_from` on, and the line takes no more of what it
    was given from `stuck_from` on.
    """
    twin = Twin(Memory(), seed=1, key=keys.of(UID) if keys else None)
    line = Uart(twin, stop_at, baud, tells=tells)
    nonces = count(77)
    sealing = Sealing(keys, lambda: next(nonces)) if keys else None
    worker = Worker(line, Link(give_up_us=200_000, sealing=sealing), lambda: line.now_us)

    def stop() -> None:
        line.stuck = line.silent = False
        worker.abort(1)

    line.on_stop = stop
    script: list[Request] = [HELLO, poll(1), READ, CALIBRATION, ARM, SHOT, HELLO, READ]
    for number, request in enumerate(script):
        line.stuck = line.heard_at_stop is None and number >= stuck_from
        line.silent = line.heard_at_stop is None and number >= silent_from
        with suppress(LinkError, ProtocolError):
            worker.ask(request)
    if line.was_stopped():
        with suppress(LinkError):  # told already, or nobody answers: it was sent
            worker.ask(None)
    line.cut = True
    line.wake()
    worker.close()
    if line.heard_at_stop is None:
        return None
    begins = abort_begins(bytes(line.heard[line.heard_at_stop :]))
    assert begins is not None, "the abort never came"
    return begins


def worst_in_virtual_time(*, stride: int = 1, **line: Any) -> tuple[int, int]:
    """Return the most bytes ahead of an abort at any `stride`-th step, and how many those were.

    `line` is what `ahead_at` takes.
    """
    worst = tried = 0
    while (ahead := ahead_at(1 + tried * stride, **line)) is not None:
        worst, tried = max(worst, ahead), tried + 1
    return worst, tried
