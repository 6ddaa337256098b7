"""Frames and requests to a pistol, as a host sends them and as no host would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from firmware_protocol import messages as m
from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import Deframer, Frame, encode
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.seal import Seals
from firmware_protocol.units import ArmToken
from mesogun.conformance.kind import Failed, Line

NO_TOKEN = ArmToken(0)
HELLO, ABORT = 0x0001, 0x0101
REPEAT_US = 250_000
GIVE_UP_US = 3_000_000

_Wanted = TypeVar("_Wanted")


def require(is_met: bool, seen: str) -> None:
    """Demand it.

    Raises:
        Failed: with what was seen, if it is not met.
    """
    if not is_met:
        raise Failed(seen)


def id_of(request: m.Request) -> int:
    """Return the number of a request's message."""
    return m.to_frame(request, session=1, request=1).msg


class Asker:
    """One line with a pistol at its end. Times are those of the line."""

    def __init__(self, line: Line, keys: Keys = NO_KEYS) -> None:
        """Take hold of a line; nothing is sent yet. With `keys`, all is sealed, both ways."""
        self.line = line
        self.keys = keys
        self.seals: Seals | None = None
        self.session = 0
        self._number = 0
        self._deframer = Deframer()
        self._waiting: list[Frame] = []
        self._repeated: set[int] = set()
        self._nonces: dict[int, int] = {}
        self._opened = (0, 0)

    def number(self) -> int:
        """Return a number that no request of the last 65,000 had."""
        self._number = self._number % 0xFFFF + 1
        return self._number

    def framed(self, request: m.Request, *, session: int | None = None, number: int = 0) -> Frame:
        """Return the frame of a request; `session` and `number` as a host would choose them."""
        frame = m.to_frame(request, session=1, request=number or self.number())
        if isinstance(request, m.Hello):
            self._nonces[frame.request] = request.host_nonce
        return frame._replace(session=self._session_of(request, session))

    def encoded(self, frame: Frame) -> bytes:
        """Return the bytes of a frame, sealed anew as a host does it with what needs a session."""
        free = frame.msg in (HELLO, ABORT)
        return encode(frame if self.seals is None or free else self.seals.seal(frame))

    def wire(self, request: m.Request, *, session: int | None = None, number: int = 0) -> bytes:
        """Return the bytes of a request, to be sent once."""
        return self.encoded(self.framed(request, session=session, number=number))

    def _session_of(self, request: m.Request, wish: int | None) -> int:
        if wish is not None:
            return wish
        return 0 if isinstance(request, m.Hello) else self.session

    def frame(self, until_us: int) -> Frame | None:
        """Return the next frame of the pistol; None if none had come by `until_us`."""
        while not self._waiting:
            data = self.line.receive(until_us)
            if not data:
                return None
            self._waiting += self._deframer.feed(data)
        frame = self._waiting.pop(0)
        if self.keys:
            self._believe(frame)
        return frame

    def _believe(self, frame: Frame) -> None:
        """Open a session with the answer to Hello, and demand a good seal on every frame."""
        reply = _hello_reply(frame)
        key = None if reply is None else self.keys.of(reply.uid)
        if reply is not None and key is not None:
            opened = (self._nonces.get(frame.request, 0), reply.device_nonce)
            if opened != self._opened:
                self._opened = opened
                self.seals = key.session(*opened, reply.uid, is_pistol=False)
        believed = self.seals is not None and self.seals.accept(frame)
        require(believed, f"without a good seal came {told_frames([frame])}")

    def answers_to(self, data: bytes) -> list[Frame]:
        """Send any bytes and return every frame that answers them.

        A poll is sent behind them: the pistol answers in order, so its status ends the wait, and
        nobody has to guess how long silence takes.
        """
        mark = self.number()
        self.line.send(data)
        poll = self.framed(m.Poll(NO_TOKEN, 0, 0), number=mark)
        frames: list[Frame] = []
        until_us = self.line.now_us() + GIVE_UP_US
        while self.line.now_us() < until_us:
            self.line.send(self.encoded(poll))
            repeat_us = self.line.now_us() + REPEAT_US
            while (frame := self.frame(repeat_us)) is not None:
                if frame.request == mark and frame.reply:
                    return frames
                frames.append(frame)
        raise Failed(f"no answer to a Poll behind the bytes {data.hex(' ')}")

    def silent(self, data: bytes, why: str) -> None:
        """Demand that bytes are not answered.

        Raises:
            Failed: they were, or nothing after them is.
        """
        answers = self.answers_to(data)
        require(not answers, f"{why} was answered: {told_frames(answers)}")

    def quiet(self, until_us: int) -> None:
        """Let time pass in which the pistol must not speak.

        Raises:
            Failed: it did.
        """
        while (frame := self.frame(until_us)) is not None:
            # What was asked again is answered again, and may come late.
            asked = frame.request in self._repeated
            require(asked, f"unasked, the pistol sent {told_frames([frame])}")

    # ------------------------------------------------------------------ requests

    def ask(self, request: m.Request, *, session: int | None = None, number: int = 0) -> m.Reply:
        """Ask as a host does, and return the answer.

        Raises:
            Failed: there is none, or it is no message.
        """
        frame = self.framed(request, session=session, number=number)
        return self.answer(frame, type(request).__name__)

    def answer(self, asked: Frame, name: str) -> m.Reply:
        """Send a frame until its reply comes, and read it.

        Raises:
            Failed: none came, or it is no message.
        """
        frame = self.reply(asked, name)
        try:
            return m.from_frame(frame)  # type: ignore[return-value]
        except RemoteProtocolError as error:
            raise Failed(f"the answer to {name} cannot be read: {error}") from error

    def reply(self, asked: Frame, name: str) -> Frame:
        """Send a frame until its reply comes.

        Raises:
            Failed: none came.
        """
        until_us = self.line.now_us() + GIVE_UP_US
        while self.line.now_us() < until_us:
            self.line.send(self.encoded(asked))
            repeat_us = self.line.now_us() + REPEAT_US
            while (frame := self.frame(repeat_us)) is not None:
                if frame.request == asked.request and frame.reply:
                    return frame
            self._repeated.add(asked.request)
        raise Failed(f"no answer to {name} within {GIVE_UP_US // 1_000_000} s")

    def expect(self, wanted: type[_Wanted], request: m.Request, **at: Any) -> _Wanted:
        """Ask, and demand this kind of answer.

        Raises:
            Failed: it is another.
        """
        reply = self.ask(request, **at)
        if isinstance(reply, wanted):
            return reply
        raise Failed(f"{type(request).__name__} was answered with {reply}")

    def refused(self, request: m.Request, code: m.ErrorCode, **at: Any) -> m.ErrorReply:
        """Ask, and demand that it is not obeyed, for this reason.

        Raises:
            Failed: it was, or for another reason.
        """
        error = self.expect(m.ErrorReply, request, **at)
        name = type(request).__name__
        require(error.code is code, f"{name}: {error.code.name}, not {code.name}")
        require(error.msg == id_of(request), f"{name}: the error names message {error.msg:#06x}")
        return error

    def shot_refused(self, shot: m.Shot, reason: m.Refusal) -> m.ShotReply:
        """Ask for a shot, and demand that it is refused for this reason.

        Raises:
            Failed: it was not, or for another reason.
        """
        reply = self.expect(m.ShotReply, shot)
        seen = f"{reply.result.name} {reply.reason.name}"
        require(reply.result is m.ShotResult.REFUSED, f"{seen}, not REFUSED {reason.name}")
        require(reply.reason is reason, f"{seen}, not REFUSED {reason.name}")
        return reply

    def accepted(self, shot: m.Shot) -> m.ShotReply:
        """Ask for a shot, and demand that it is accepted.

        Raises:
            Failed: it was not.
        """
        reply = self.expect(m.ShotReply, shot)
        seen = f"shot refused: {reply.reason.name} {reply.limit.name} {reply.limit_value}"
        require(reply.result is m.ShotResult.ACCEPTED, seen)
        return reply


def _hello_reply(frame: Frame) -> m.HelloReply | None:
    try:
        reply = m.from_frame(frame)
    except RemoteProtocolError:
        return None
    return reply if isinstance(reply, m.HelloReply) else None


def told_frames(frames: Sequence[Frame]) -> str:
    """Name frames for a person."""
    return ", ".join(
        f"message {one.msg:#06x} of session {one.session} with {one.payload.hex(' ') or 'nothing'}"
        for one in frames
    )
