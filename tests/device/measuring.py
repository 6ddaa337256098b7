"""A peer that counts the bytes between the moment of an abort and the abort's first byte.

Over a pseudo terminal and over TCP in real time, and over a UART of 115,200 baud in virtual time,
where the abort comes at every single step of what the port's thread does.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from queue import Empty, SimpleQueue

from firmware_protocol.errors import ProtocolError
from firmware_protocol.frame import decode_body, unwrap
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    ArmRequest,
    Hello,
    JournalRead,
    Poll,
    Request,
    Shot,
    Trigger,
    from_frame,
)
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.device.link import Link
from mesogun.device.pistol import Pistol
from mesogun.device.worker import Worker
from mesogun.errors import LinkError
from simulator.memory import Memory
from simulator.pistol import Pistol as Twin

SOON_S = 20.0
LINES = ("pty", "tcp")
STATES = ("idle", "mid-request", "mid-journal-read", "reconnect", "deaf from the start", "deaf")
HELLO = Hello(MAJOR, MINOR, SCHEMA_HASH, 77)
READ = JournalRead(1, 3)
ARM = ArmRequest(
    shots_max=1,
    volume_nl_max=Nanolitres(1_000),
    dose_nl_max=Nanolitres(1_000),
    depth_um_max=Micrometres(1_000),
    rate_nl_per_s_max=NanolitresPerSecond(1_000),
    interval_ms_min=Milliseconds(0),
    lease_ms=Milliseconds(300),
    limits_revision=1,
    calibration_id=0,
    plan_digest=2**64 - 1,
)
SHOT = Shot(
    shot_id=ShotId(1),
    arm_token=ArmToken(2**32 - 1),
    dose_nl=Nanolitres(1_000),
    depth_um=Micrometres(1_000),
    rate_nl_per_s=NanolitresPerSecond(1_000),
    dwell_ms=Milliseconds(1),
    ttl_ms=Milliseconds(1),
    trigger=Trigger.PRESS,
    interval_ms=Milliseconds(1),
    flags=0,
    crit=1,
)
NEVER = 1_000
"""No script has so many requests."""
BYTE_US = 1_000_000 * 10 // 115_200


def poll(tick: int) -> Poll:
    """Return a poll of an unarmed pistol."""
    return Poll(ArmToken(0), tick, 0)


def abort_begins(stream: bytes) -> int | None:
    """Return where the first whole Abort frame begins, its delimiter counted; None: nowhere."""
    at = 0
    for piece in stream.split(b"\0"):
        with suppress(ProtocolError):
            if isinstance(from_frame(decode_body(unwrap(piece))), Abort):
                return at - 1
        at += len(piece) + 1
    return None


class Counter:
    """The far end of a pseudo terminal or a TCP port; a twin answers, if it is to."""

    def __init__(self, kind: str, seed: int = 1) -> None:
        self.heard = bytearray()
        self.answering = self.reading = True
        self._changed = threading.Condition()
        self._twin = Twin(Memory(), seed=seed)
        self._clock_us = 0
        self._far = -1
        self._told, self._tell = os.pipe()
        if kind == "pty":
            self._far, self._kept = os.openpty()
            tty.setraw(self._kept)
            self.url = os.ttyname(self._kept)
        else:
            self._server = socket.create_server(("127.0.0.1", 0))
            self._kept = self._server.detach()
            with socket.socket(fileno=os.dup(self._kept)) as named:
                self.url = f"socket://127.0.0.1:{named.getsockname()[1]}"
        self._is_socket = kind == "tcp"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def is_to(self, *, answer: bool, read: bool) -> None:
        """Behave so from now on."""
        with self._changed:
            self.answering, self.reading = answer, read
        os.write(self._tell, b"!")

    def until(self, is_so: Callable[[bytes], object]) -> bytes:
        """Return what was heard, as soon as it is so."""
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(bytes(self.heard)), SOON_S), self.heard
            return bytes(self.heard)

    def close(self) -> None:
        """Go away."""
        os.write(self._tell, b".")
        self._thread.join(SOON_S)
        for one in {self._told, self._tell, self._kept, self._far} - {-1}:
            os.close(one)

    def _run(self) -> None:
        while True:
            waited = [self._told]
            if self._far >= 0 and self.reading:
                waited.append(self._far)
            if self._is_socket:
                waited.append(self._kept)
            ready, _, _ = select.select(waited, [], [])
            if self._told in ready and b"." in os.read(self._told, 100):
                return
            if self._is_socket and self._kept in ready:
                self._accept()
            elif self._far in ready:
                self._exchange()

    def _accept(self) -> None:
        with socket.socket(fileno=os.dup(self._kept)) as server:
            client, _ = server.accept()
        if self._far >= 0:
            os.close(self._far)
        self._far = client.detach()
        with self._changed:
            self.heard.clear()  # what the connection before left is read by nobody
            self._changed.notify_all()

    def _exchange(self) -> None:
        try:
            data = os.read(self._far, 4096)
        except OSError:
            data = b""
        if not data:
            if self._is_socket:
                os.close(self._far)
                self._far = -1
            return
        self._clock_us += 1_000_000
        replies = self._twin.receive(data, self._clock_us) if self.answering else b""
        with self._changed:
            self.heard += data
            self._changed.notify_all()
        if replies:
            os.write(self._far, replies)


@contextmanager
def counted(kind: str, seed: int = 1) -> Iterator[Counter]:
    """Give a counter at the far end of a line of that kind; the seed makes the twin."""
    with closing(Counter(kind, seed)) as counter:
        yield counter


def ahead_on(kind: str, state: str) -> int:
    """Count the bytes ahead of an abort that comes in that state, over a real line."""
    with counted(kind) as far, closing(Pistol.open(far.url, give_up_us=300_000)) as pistol:
        if state != "deaf from the start":
            pistol.ask(HELLO)
        asker = _begin(state, far, pistol)
        before = len(far.heard)
        pistol.abort()
        far.is_to(answer=True, read=True)
        heard = far.until(lambda stream: abort_begins(stream[before:]) is not None)
        if asker is not None:
            asker.join(SOON_S)
        begins = abort_begins(heard[before:])
        assert begins is not None
        return begins


def _begin(state: str, far: Counter, pistol: Pistol) -> threading.Thread | None:
    """Bring line and peer into `state`."""
    requests: dict[str, Request] = {"mid-request": poll(1), "mid-journal-read": READ}
    match state:
        case "idle":
            return None
        case "deaf from the start" | "deaf":
            # Every request is repeated until it is given up, and so are those that follow it.
            far.is_to(answer=False, read=False)
            for request in (HELLO, HELLO) if state != "deaf" else (poll(1), SHOT, HELLO):
                with suppress(LinkError):
                    pistol.ask(request)
            return None
        case _:
            far.is_to(answer=False, read=True)
            before = len(far.heard)
            request = requests.get(state, HELLO)
            asker = threading.Thread(target=_ask, args=(pistol, request))
            asker.start()
            far.until(lambda stream: len(stream) > before)
            return asker


def _ask(pistol: Pistol, request: Request) -> None:
    with suppress(LinkError):
        pistol.ask(request)


class Uart:
    """A line of 115,200 baud in virtual time, which the port's own thread plays while it waits.

    `stop_at`: at which call of this object `on_stop` is called, as if from another thread.
    """

    name = "uart"
    tells_drained = True
    has_speed = True

    def __init__(self, twin: Twin, stop_at: int) -> None:
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
        self._call()
        return not self._queue

    def drop_unsent(self) -> None:
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
        while self._queue and not self.stuck and self._sent_us + BYTE_US <= until_us:
            self._sent_us += BYTE_US
            self.heard.append(self._queue.pop(0))
            data = bytes(self.heard[-1:])
            replies = self._twin.receive(data, self._sent_us)
            if replies and not self.silent:
                self._back.append((self._sent_us + len(replies) * BYTE_US, replies))
                until_us = min(until_us, self._back[0][0])
        self.now_us = max(self.now_us, until_us)


def ahead_at(stop_at: int, *, silent_from: int, stuck_from: int) -> int | None:
    """Count the bytes ahead of an abort that comes at that call; None: there were not so many.

    The session says hello, looks, reads the journal, asks to be armed and for a shot, and connects
    again. Until the abort is wanted, nobody answers from the request `silent_from` on, and the line
    takes no more of what it was given from `stuck_from` on.
    """
    line = Uart(Twin(Memory(), seed=1), stop_at)
    worker = Worker(line, Link(give_up_us=200_000), lambda: line.now_us)

    def stop() -> None:
        line.stuck = line.silent = False
        worker.abort(1)

    line.on_stop = stop
    script: list[Request] = [HELLO, poll(1), READ, ARM, SHOT, HELLO, READ]
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


def worst_in_virtual_time(
    *, silent_from: int = NEVER, stuck_from: int = NEVER, stride: int = 1
) -> tuple[int, int]:
    """Return the most bytes ahead of an abort at any `stride`-th step, and how many those were."""
    worst = tried = 0
    while True:
        ahead = ahead_at(1 + tried * stride, silent_from=silent_from, stuck_from=stuck_from)
        if ahead is None:
            return worst, tried
        worst, tried = max(worst, ahead), tried + 1
