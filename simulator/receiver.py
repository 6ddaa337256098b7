"""The pistol's end of the line: bytes to requests, replies to bytes, one session at a time.

What is no frame, no request, or of another session is counted and never obeyed. A pistol with a key
obeys, beside Hello and Abort, only what is sealed for its session, and seals what it answers.
"""

from __future__ import annotations

from firmware_protocol.errors import RemoteProtocolError, UnknownMessage, WrongLength
from firmware_protocol.frame import ABORT_ZERO_RUN, Deframer, Frame, encode
from firmware_protocol.messages import (
    ACTUATING_HASH,
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    AbortCause,
    ArmRequest,
    ErrorCode,
    ErrorReply,
    FaultCode,
    Feature,
    Hello,
    HelloReply,
    Message,
    Refusal,
    Reply,
    ResetReason,
    SetBaud,
    Status,
    from_frame,
    to_frame,
)
from firmware_protocol.seal import CountersSpent, Key, Seals
from firmware_protocol.units import ShotId
from simulator.asked import answer
from simulator.firmware import Firmware
from simulator.memory import MemoryDamaged
from simulator.replies import error
from simulator.shots import QUEUE_DEPTH

FIRMWARE_VERSION = 0x000100  # 0.1.0
REMEMBERED = 8  # replies per session, to be repeated as a comfort


class Receiver:
    """Answers requests. It has no say in safety: whatever it lets through, the gate checks."""

    def __init__(self, firmware: Firmware, key: Key | None = None, counted: int = 0) -> None:
        """`key` is the pistol's, None: it has none. The seals of a session go on from `counted`."""
        self._firmware = firmware
        self._key = key
        self._authentication = 0 if key is None else Feature.AUTHENTICATION
        self._counted = counted
        self._seals: Seals | None = None  # of the session; None also where it has used them up
        self._deframer = Deframer()
        self._session = 0
        self._unused: tuple[int, Hello] | None = None  # what opened a session not used yet
        self._nonce = 0
        self._host_major = MAJOR
        self._replies: dict[int, tuple[int, bytes, Frame]] = {}
        self._dropped = 0
        self._was_heard = False

    def receive(self, data: bytes) -> bytes:
        """Return the replies to whatever is in `data`. A long run of zeros aborts first and last.

        First, so that nothing in the same chunk begins; last, so that nothing in it clears.
        """
        frames = self._deframer.feed(data)
        aborts = self._deframer.zero_run_max >= ABORT_ZERO_RUN
        if aborts:
            self._deframer.reset_zero_run()
            self._firmware.abort(AbortCause.ZERO_RUN)
        replies = b"".join([self._reply_to(frame) for frame in frames])
        if aborts:
            self._firmware.abort(AbortCause.ZERO_RUN)
        self._keep_speed()
        return replies

    def _keep_speed(self) -> None:
        """Change the line's speed behind the answers; what came before that shows nothing of it."""
        if self._was_heard:
            self._firmware.speed.heard(self._firmware.now_us)
        self._was_heard = False
        self._firmware.speed.turn(self._firmware.now_us)

    @property
    def errors(self) -> int:
        """Return how much of what came in was no frame or no request of this session."""
        return self._deframer.errors + self._dropped

    def _reply_to(self, frame: Frame) -> bytes:
        """Answer one frame. An abort is obeyed whoever says it, and however it is sealed."""
        request = _read(frame)
        match request:
            case Hello() if not frame.seal:
                self._was_heard = True
                return self._sent(self._framed(frame, self._greet(frame.request, request)))
            case Abort():
                self._was_heard = True
                return self._sent(self._framed(frame, self._answer(request)))
        if not self._is_of_session(frame):
            self._dropped += 1
            return b""
        if not isinstance(request, SetBaud):  # a repeat of which was sent at the old speed
            self._was_heard = True
        if isinstance(request, RemoteProtocolError):
            return self._sent(self._framed(frame, error(_code_of(request))))
        self._unused = None
        repeated = self._replies.get(frame.request)
        if repeated is not None and repeated[:2] == (frame.msg, frame.payload):
            return self._sent(repeated[2])
        reply = self._framed(frame, self._answer(request))
        self._remember(frame, reply)
        return self._sent(reply)

    def _is_of_session(self, frame: Frame) -> bool:
        """Tell whether a frame is a request of this session, by who may make one."""
        if frame.reply or not frame.session == self._session != 0:
            return False
        if self._key is None:
            return not frame.seal  # it cannot be looked at here
        return self._seals is not None and self._seals.accept(frame)

    def _answer(self, request: Message) -> Reply:
        if isinstance(request, ArmRequest) and self._host_major != MAJOR:
            return error(ErrorCode.UNSUPPORTED, MAJOR)
        try:
            reply = answer(self._firmware, request)
        except MemoryDamaged:
            self._firmware.fail(FaultCode.MEMORY)
            return error(ErrorCode.WRONG_STATE, self._firmware.state)
        if isinstance(reply, Status):
            return reply._replace(receive_errors=self.errors)
        return reply

    def _greet(self, request: int, hello: Hello) -> HelloReply:
        """Open a session; the same Hello again gives the same one, until it has been used.

        Later it is an old frame or a careless host: a new session is the safe reading of both.
        """
        firmware = self._firmware
        if self._unused != (request, hello):
            firmware.disarm(Refusal.VOIDED)
            self._unused = (request, hello)
            self._host_major = hello.host_major
            self._replies.clear()
            last = self._session
            while self._session in (0, last):
                self._session = firmware.chance.between(1, 0xFFFF)
            self._nonce = firmware.chance.bits64()
            if self._key is not None:
                self._seals = self._key.session(
                    hello.host_nonce,
                    self._nonce,
                    firmware.journal.uid,
                    is_pistol=True,
                    counted=self._counted,
                )
        journal, settings = firmware.journal, firmware.settings
        return HelloReply(
            major=MAJOR,
            minor=MINOR,
            queue_depth=QUEUE_DEPTH,
            reset_reason=ResetReason.POWER_ON,
            features=Feature.SIMULATED | Feature.DESCRIBE | self._authentication,
            schema_hash=SCHEMA_HASH,
            actuating_hash=ACTUATING_HASH,
            firmware_version=FIRMWARE_VERSION,
            session=self._session,
            uid=journal.uid,
            device_nonce=self._nonce,
            boot_id=firmware.boot_id,
            boot_count=journal.boot_count,
            journal_head=journal.head,
            journal_tail=journal.tail,
            shot_id_highest=ShotId(journal.shot_id_highest),
            shot_id_open=firmware.shot_id_open,
            limits_revision=settings.revision,
            calibration_id=settings.calibration.id,
            calibration_not_after_day=settings.calibration.not_after_day,
        )

    def _framed(self, frame: Frame, reply: Reply) -> Frame:
        if isinstance(reply, ErrorReply):
            reply = reply._replace(msg=frame.msg)
        session = self._session if isinstance(reply, HelloReply) else frame.session
        return to_frame(reply, session=session, request=frame.request)

    def _sent(self, reply: Frame) -> bytes:
        """Return the bytes of a reply: sealed, and a repeated one anew, where there is a key."""
        if self._seals is None:
            return encode(reply)
        try:
            return encode(self._seals.seal(reply))
        except CountersSpent:
            # Nothing that this session says could be believed any more: it is over.
            self._seals = None
            self._firmware.disarm(Refusal.VOIDED)
            return b""

    def _remember(self, frame: Frame, reply: Frame) -> None:
        self._replies.pop(frame.request, None)
        self._replies[frame.request] = (frame.msg, frame.payload, reply)
        if len(self._replies) > REMEMBERED:
            del self._replies[next(iter(self._replies))]


def _read(frame: Frame) -> Message | RemoteProtocolError:
    try:
        return from_frame(frame)
    except RemoteProtocolError as fault:
        return fault


def _code_of(fault: RemoteProtocolError) -> ErrorCode:
    match fault:
        case UnknownMessage():
            return ErrorCode.UNSUPPORTED
        case WrongLength():
            return ErrorCode.MALFORMED
        case _:
            return ErrorCode.OUT_OF_RANGE
