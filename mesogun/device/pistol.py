"""A pistol at a port, for a runner and for a script.

with Pistol.open("/dev/ttyACM0") as pistol:
    print(pistol.status())
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from hashlib import sha256
from types import TracebackType

from firmware_protocol.description import PACKED_BYTES_MAX, Description, read_description
from firmware_protocol.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from firmware_protocol.frame import crc32c
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    AbortReply,
    Byte,
    CalibrationCommit,
    CalibrationCommitted,
    CalibrationGet,
    CalibrationStage,
    CalibrationStaged,
    Describe,
    DescribeChunk,
    ErrorReply,
    Hello,
    HelloReply,
    LimitLayer,
    Limits,
    LimitsCommit,
    LimitsCommitted,
    LimitsGet,
    LimitsStage,
    LimitsStaged,
    Ping,
    PingReply,
    Poll,
    Reply,
    Request,
    SetBaud,
    SetBaudReply,
    Status,
    to_frame,
)
from firmware_protocol.messages import Calibration as CalibrationReply
from firmware_protocol.units import ArmToken, Milliseconds
from mesogun.device.calibrated import Calibrated
from mesogun.device.expecting import expect
from mesogun.device.link import REQUEST_MAX, Link, OnBody
from mesogun.device.port import open_line
from mesogun.device.sealing import Sealing
from mesogun.device.speed import BAUD, FALLBACK_MS
from mesogun.device.worker import Worker
from mesogun.errors import LinkError, LinkTimeout

BY_OPERATOR = 1
RETRY_US = 40_000
"""Beyond a round trip at 115,200 baud through a converter that waits 16 ms; several fit a lease."""
NO_TOKEN = ArmToken(0)
CALIBRATION_BYTES_MAX = 1_024
BAUD_TRIES = 3
STAGED_AT_ONCE = 32
"""Bytes of a calibration in one message."""


class Pistol:
    """A pistol behind a real port or a pyserial URL; a `PistolPort`. Made by `open`."""

    def __init__(self, worker: Worker, link: Link, opened_ns: int) -> None:
        self._worker = worker
        self._link = link
        self._opened_ns = opened_ns
        self._tick = 0

    @classmethod
    def open(
        cls,
        url: str,
        *,
        on_body: OnBody | None = None,
        give_up_us: int = 2_000_000,
        keys: Keys = NO_KEYS,
        only_to_stop: bool = False,
    ) -> Pistol:
        """Open a port for this program alone; nothing is sent yet.

        `on_body` is called in the port's own thread with every frame's body and must not wait. With
        `keys` nothing is believed but what is sealed with them. Over a network they are needed,
        unless the pistol is `only_to_stop`: an abort is obeyed from anybody.

        Raises:
            WrongKeys: the line is a network, and there are no keys. Nothing was opened.
            LinkError: it cannot be opened; the text says what to do.
        """
        line = open_line(url, keyed=bool(keys) or only_to_stop)
        opened_ns = time.monotonic_ns()
        # By chance, so that a late answer to an earlier host is not taken for one to this.
        first_request = 1 + secrets.randbelow(REQUEST_MAX)
        link = Link(
            retry_us=RETRY_US,
            give_up_us=give_up_us,
            on_body=on_body,
            first_request=first_request,
            sealing=Sealing(keys, lambda: secrets.randbits(64)) if keys else None,
        )
        worker = Worker(line, link, lambda: (time.monotonic_ns() - opened_ns) // 1000)
        return cls(worker, link, opened_ns)

    def ask(self, request: Request) -> Reply:
        """Send `request` and return the pistol's answer.

        An abort that was wanted before the answer came is told instead: AbortReply, `stopped` 1.

        Raises:
            LinkTimeout: no answer; the request may or may not have been obeyed. After an abort:
                the pistol did not confirm that it stands still.
            LinkError: the port is gone; the same holds.
            RemoteProtocolError: the answer is none that the request can have.
            LocalProtocolError: the request cannot be sent as it is; nothing was sent.
        """
        try:
            return self._worker.ask(request)
        except KeyboardInterrupt:
            self.abort()
            raise

    def abort(self) -> None:
        """Stop the pistol, ahead of everything else; returns at once.

        Takes no lock: safe from a signal handler and from any thread. The abort is repeated until
        the pistol confirms it; `close` waits for that.
        """
        self._worker.abort(BY_OPERATOR)

    def stop(self) -> AbortReply:
        """Stop the pistol and return when it has confirmed that it stands still.

        Raises:
            LinkTimeout: it has not confirmed it; the text says what to do.
            LinkError: the port is gone.
        """
        self.abort()
        return expect(AbortReply, self._worker.ask(None))

    def abort_wanted(self) -> bool:
        """Whether an abort was wanted whose AbortReply no `ask` has returned yet."""
        return self._worker.abort_wanted()

    def can_go_on(self) -> bool:
        """Whether more can be asked through this port; else it must be opened anew."""
        return self._worker.can_go_on()

    def wait_until(self, at_us: int) -> None:
        """Return when it is `at_us`, or as soon as an abort is wanted."""
        self._worker.wait_until(at_us)

    def now_us(self) -> int:
        """Return the time since the port was opened."""
        return (time.monotonic_ns() - self._opened_ns) // 1000

    def hello(self) -> HelloReply:
        """Open a session with the pistol, and return who it is. An armed pistol is disarmed by it.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, or the pistol refused.
        """
        nonce = secrets.randbits(64)
        return expect(HelloReply, self.ask(Hello(MAJOR, MINOR, SCHEMA_HASH, nonce)))

    def status(self) -> Status:
        """Return how the pistol is now; opens a session if there is none yet.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, or the pistol refused.
        """
        self._begin()
        self._tick = (self._tick + 1) & 0xFFFF_FFFF
        return expect(
            Status, self.ask(Poll(arm_token=NO_TOKEN, app_tick=self._tick, journal_ack=0))
        )

    def limits(self, layer: LimitLayer = LimitLayer.EFFECTIVE) -> Limits:
        """Return the limits of a layer, or those that the pistol enforces.

        Opens a session if there is none yet.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, or the pistol refused.
        """
        self._begin()
        return expect(Limits, self.ask(LimitsGet(layer)))

    def stage_limits(self, limits: LimitsStage) -> LimitsStaged:
        """Lay the clinic's limits ready; nothing is in force before `commit_limits`.

        What comes back tells the first limit that would be looser than now, NONE if none is.
        Opens a session if there is none yet.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, the pistol refused, or it took over something else.
        """
        self._begin()
        staged = expect(LimitsStaged, self.ask(limits))
        if staged.crc != crc32c(to_frame(limits, session=1, request=1).payload):
            raise RemoteProtocolError("the pistol took over other limits than were sent")
        return staged

    def commit_limits(self, revision: int, staged: LimitsStaged) -> None:
        """Put in force what was staged, as `revision`, for this and every later session.

        Raises:
            LinkError: as `ask`, or an abort came first: look at the limits in force.
            RemoteProtocolError: as `ask`, or the pistol refused; the text names limit and value.
        """
        expect(LimitsCommitted, self.ask(LimitsCommit(revision, staged.crc)))

    def ping(self) -> int:
        """Return how long the pistol took to answer, in us; opens a session if there is none yet.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, or the answer is to another ping.
        """
        self._begin()
        echo, began_us = secrets.randbits(32), self.now_us()
        if expect(PingReply, self.ask(Ping(echo))).echo != echo:
            raise RemoteProtocolError("the pistol echoed what it was not asked")
        return self.now_us() - began_us

    @property
    def baud(self) -> int:
        """The speed of the line, 8N1; where the port has none, what it would be."""
        return self._worker.baud

    def set_baud(self, baud: int, fallback_ms: int = FALLBACK_MS) -> int:
        """Let the line run at another speed, and return the one that it has then.

        That is 115,200 where the port has no speed, the pistol refuses, or nothing is heard at the
        new one: both ends go back by themselves, then and whenever they lose each other. Opens a
        session if there is none yet.

        Raises:
            LocalProtocolError: a value is out of range; nothing was asked.
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, or the pistol agreed to something else.
        """
        if not self._worker.has_speed:
            return self.baud
        self._begin()
        for left in reversed(range(BAUD_TRIES)):
            try:
                self._ask_for(SetBaud(baud, Milliseconds(fallback_ms)))
            except LinkTimeout:
                if not left:
                    raise
            else:
                break
        return self.baud

    def _ask_for(self, asked: SetBaud) -> None:
        reply = self.ask(asked)
        if isinstance(reply, ErrorReply):
            return
        if tuple(expect(SetBaudReply, reply)) != tuple(asked):
            raise RemoteProtocolError("the pistol agreed to another speed than it was asked for")
        self.ping()

    def description(self) -> Description:
        """Return how the pistol describes its own messages, proven by the hash of its greeting.

        Opens a session anew. For a pistol that was built from another schema than this program.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, it cannot describe itself, or describes something else.
        """
        wanted, packed = self.hello().schema_hash, b""
        while True:
            chunk = expect(DescribeChunk, self.ask(Describe(len(packed))))
            packed += bytes(one.value for one in chunk.data)
            if len(packed) >= chunk.total or not chunk.data or chunk.total > PACKED_BYTES_MAX:
                break
        described = read_description(packed)
        if described.schema_hash() != wanted:
            raise RemoteProtocolError("the pistol describes other messages than its greeting names")
        return described

    def calibration(self) -> Calibrated:
        """Return the calibration in force, with its content; opens a session if there is none yet.

        Raises:
            LinkError: as `ask`, or an abort came first.
            RemoteProtocolError: as `ask`, the pistol refused, or the content has another hash.
        """
        self._begin()
        content = b""
        while True:
            told = expect(CalibrationReply, self.ask(CalibrationGet(len(content))))
            content += bytes(one.value for one in told.data)
            if not told.data or len(content) >= told.size:
                break
        digest = b"".join(word.to_bytes(8, "big") for word in told[1:5])
        if told.id and sha256(content).digest() != digest:
            raise RemoteProtocolError("the pistol's calibration does not have the hash it names")
        return Calibrated(
            id=told.id,
            sha256=digest.hex(),
            not_after_day=told.not_after_day,
            shots_max=told.shots_max,
            shots_used=told.shots_used,
            content=content,
        )

    def set_calibration(
        self, content: bytes, *, calibration_id: int, not_after_day: int, shots_max: int
    ) -> None:
        """Put a calibration in force, for this and every later session.

        `calibration_id` differs from the one in force; `not_after_day` counts from 1970-01-01, 0:
        no expiry; after `shots_max` shots the pistol cannot be armed. At most 1,024 bytes.

        Raises:
            LocalProtocolError: a value or the content is out of range; nothing is in force.
            LinkError: as `ask`, or an abort came first: look at the calibration in force.
            RemoteProtocolError: as `ask`, or the pistol refused; the old one is in force.
        """
        if not 0 < len(content) <= CALIBRATION_BYTES_MAX:
            text = f"a calibration of {len(content)} bytes: 1 to {CALIBRATION_BYTES_MAX} fit"
            raise LocalProtocolError(text)
        self._begin()
        digest = sha256(content).digest()
        first, second, third = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16))
        for at in range(0, len(content), STAGED_AT_ONCE):
            piece = tuple(map(Byte, content[at : at + STAGED_AT_ONCE]))
            expect(CalibrationStaged, self.ask(CalibrationStage(at, len(piece), piece)))
        commit = CalibrationCommit(calibration_id, first, second, third, not_after_day, shots_max)
        expect(CalibrationCommitted, self.ask(commit))

    def line_errors(self) -> dict[str, int]:
        """Return how many stretches of bytes from the pistol were no frame, by reason."""
        return self._link.line_errors

    def close(self) -> None:
        """Give the port back, after an abort under way has ended. Closing twice does no harm.

        A line that was hurried is led back first, so that whoever comes next is heard at once.
        """
        if self.baud != BAUD and self.can_go_on() and not self.abort_wanted():
            with suppress(LinkError, ProtocolError):  # else it goes back by itself
                self.ask(SetBaud(BAUD, Milliseconds(FALLBACK_MS)))
        self._worker.close()

    def __enter__(self) -> Pistol:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> None:
        if not self._link.session:
            self.hello()
