"""A peer that counts the bytes between the moment of an abort and the abort's first byte.

Over a pseudo terminal and over TCP in real time; measuring_uart.py does it in virtual time.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from firmware_protocol.errors import ProtocolError
from firmware_protocol.frame import decode_body, unwrap
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    ArmRequest,
    CalibrationCommit,
    Hello,
    JournalRead,
    Poll,
    Request,
    Shot,
    Trigger,
    from_frame,
)
from firmware_protocol.seal import Key
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.device.pistol import Pistol
from mesogun.errors import LinkError
from simulator.memory import Memory
from simulator.pistol import Pistol as Twin

SOON_S = 20.0
LINES = ("pty", "tcp")
STATES = (
    "idle",
    "mid-request",
    "mid-journal-read",
    "reconnect",
    "deaf from the start",
    "deaf",
)
WITH_THE_LONGEST = ("deaf to an arming", "deaf to a calibration")
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

CALIBRATION = CalibrationCommit(7, 1, 2, 3, not_after_day=0, shots_max=1)
UID = 1
"""Any: the key is for every pistol."""


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


DEAF_TO: dict[str, tuple[Request, ...]] = {
    "deaf from the start": (HELLO, HELLO),
    "deaf": (poll(1), SHOT, HELLO),
    "deaf to an arming": (ARM, poll(1)),
    "deaf to a calibration": (CALIBRATION, poll(1)),
}


class Counter:
    """The far end of a pseudo terminal or a TCP port; a twin answers, if it is to."""

    def __init__(self, kind: str, seed: int = 1, key: Key | None = None) -> None:
        self.heard = bytearray()
        self.answering = self.reading = True
        self._changed = threading.Condition()
        self._twin = Twin(Memory(), seed=seed, key=key)
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
def counted(kind: str, seed: int = 1, key: Key | None = None) -> Iterator[Counter]:
    """Give a counter at the far end of a line of that kind; the seed makes the twin."""
    with closing(Counter(kind, seed, key)) as counter:
        yield counter


def ahead_on(kind: str, state: str, keys: Keys = NO_KEYS) -> int:
    """Count the bytes ahead of an abort that comes in that state, over a real line.

    With `keys`, one of them is the pistol's, and every frame but the abort is sealed.
    """
    key = keys.of(UID) if keys else None
    with (
        counted(kind, key=key) as far,
        closing(Pistol.open(far.url, give_up_us=300_000, keys=keys)) as pistol,
    ):
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
        case "deaf from the start" | "deaf" | "deaf to an arming" | "deaf to a calibration":
            # Every request is repeated until it is given up, and so are those that follow it.
            far.is_to(answer=False, read=False)
            for request in DEAF_TO[state]:
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
