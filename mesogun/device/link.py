"""The host's end of the line, without a line: bytes in, bytes out, time as an argument.

One request is under way at a time. It keeps its number and is repeated until it is answered, so one
rule mends lost questions and lost answers alike. Abort is the exception to everything: it may begin
at any moment and in any state, throws away what is under way, and is repeated until the pistol says
that it stands still.

A host with keys believes only what is sealed with them, "it stands still" among it. Where an
answer to its abort is not (the pistol restarted, or somebody else opened a session), it opens a
session for that proof alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_protocol.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocol.frame import WIRE_MAJOR, Deframer, Frame, encode_body, wrap
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    REPLY_OF,
    SCHEMA_HASH,
    Abort,
    AbortReply,
    ErrorReply,
    Feature,
    Hello,
    HelloReply,
    Message,
    Reply,
    Request,
    from_frame,
    to_frame,
)
from firmware_protocol.seal import CountersSpent, Seals
from mesogun.device.sealing import Sealing
from mesogun.device.speed import once
from mesogun.errors import LinkTimeout

TO_PISTOL, FROM_PISTOL = 0, 1
RETRY_US_MAX = 250_000
REQUEST_MAX = 0xFFFF
NUMBERS_MAX = 1024
ABORT_BURST = 3
ABORT_REPEAT_US = 20_000
ABORT_GIVE_UP_US = 10_000_000
ABORT_ZEROS_AFTER_US = 100_000
ABORT_ZEROS = bytes(8)

OnBody = Callable[[int, bytes, int], None]


@dataclass(slots=True)
class _Asked:
    frame: Frame
    request: Request
    next_us: int
    wait_us: int
    give_up_us: int
    heard: Heard
    doubt: str = ""
    """Why the last answer to a Hello was not believed."""


@dataclass(slots=True)
class _Aborting:
    reason: int
    began_us: int
    next_us: int
    numbers: set[int] = field(default_factory=set)
    answered: bool = False
    proof: Seals | None = None
    """Of a session that was opened to see who answers."""
    knock: Frame | None = None
    """The Hello that asks for it, while it is wanted."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What has come in so far: frames, and stretches of bytes that were none."""

    frames: int
    noise: int
    foreign: int
    """Of the noise: frames of another major version of the wire."""


class Link:
    """A client of the wire protocol. Not for several threads at once.

    The driver calls `outgoing` after every `ask`, `abort` and `receive`, and again when
    `next_due_us` has come; then it looks at `answer`.
    """

    def __init__(
        self,
        *,
        retry_us: int = 60_000,
        give_up_us: int = 2_000_000,
        on_body: OnBody | None = None,
        first_request: int = 1,
        sealing: Sealing | None = None,
    ) -> None:
        """`first_request` is best drawn by chance where late answers to an earlier host can come.

        `on_body` sees the body of every frame sent (TO_PISTOL) and received (FROM_PISTOL). With
        `sealing` nothing is believed but what is sealed with its keys; without, no key is known
        here, and a pistol that wants one is refused.
        """
        self.session = 0
        self.counters = {"sent": 0, "repeated": 0, "received": 0, "dropped": 0}
        self._retry_us = retry_us
        self._give_up_us = give_up_us
        self._on_body = on_body
        self._heard_numbers: deque[int] = deque(maxlen=NUMBERS_MAX)
        self._number = (first_request - 1) % REQUEST_MAX
        self._sealing = sealing
        self._seals: Seals | None = None
        self._deframer = Deframer()
        self._asked: _Asked | None = None
        self._aborting: _Aborting | None = None
        self._answer: Reply | LinkTimeout | RemoteProtocolError | None = None

    @property
    def busy(self) -> bool:
        """Whether a request or an abort is under way."""
        return self._asked is not None or self._aborting is not None

    @property
    def aborting(self) -> bool:
        """Whether an abort is under way that the pistol has not confirmed."""
        return self._aborting is not None

    @property
    def number(self) -> int:
        """The number of the request that `outgoing` handed out last."""
        return self._number

    def numbers_heard(self) -> list[int]:
        """Pop the numbers of the answers that came, whether anybody waited for them or not."""
        numbers = list(self._heard_numbers)
        self._heard_numbers.clear()
        return numbers

    @property
    def line_errors(self) -> dict[str, int]:
        """How many stretches of bytes were no frame, by reason: noise is counted, never raised."""
        return dict(self._deframer.counters)

    def ask(self, request: Request, at_us: int) -> None:
        """Take a request to send; its bytes are in the next `outgoing`.

        Raises:
            LocalProtocolError: another is not finished, it needs a session that Hello has not
                opened yet, a value is out of range, or it is an Abort. Nothing was taken.
            CountersSpent: this session has sealed all that it can number. Nothing was taken.
        """
        if isinstance(request, Abort):
            raise LocalProtocolError("an abort is not asked: call abort(), which also repeats it")
        if self.busy or self._answer is not None:
            raise LocalProtocolError("one request at a time: the last one is not finished")
        session = 0 if isinstance(request, Hello) else self.session
        if self._is_spent(session):
            raise CountersSpent("the counter of this session is used up: connect anew")
        frame = to_frame(request, session=session, request=self._next_number())
        wait_us, for_us = once(request) or (self._retry_us, self._give_up_us)
        self._asked = _Asked(frame, request, at_us, wait_us, at_us + for_us, self._heard())

    def abort(self, reason: int, at_us: int) -> None:
        """Stop the pistol: forget what is under way and repeat the abort until it stands still.

        Allowed in every state, also without a session. An abort under way goes on as it is. What
        was under way before may or may not have been obeyed.
        """
        if self._aborting is None:
            self._aborting = _Aborting(reason & 0xFF, at_us, at_us)
            if self._sealing is not None and self._seals is None:
                self._knock(self._aborting)
            self._asked = self._answer = None

    def receive(self, data: bytes, at_us: int) -> None:
        """Take in what the line delivered, in pieces of any size. No bytes make it raise."""
        for frame in self._deframer.feed(data):
            if not frame.reply:
                # A line that echoes brings back our own frames: they answer nothing.
                self.counters["dropped"] += 1
                continue
            self.counters["received"] += 1
            self._heard_numbers.append(frame.request)
            if self._on_body is not None:
                self._on_body(FROM_PISTOL, encode_body(frame), at_us)
            if self._aborting is not None:
                self._take_while_aborting(frame, self._aborting)
            elif self._asked is not None and self._answers(frame, self._asked):
                self._answer, self._asked = self._read(frame, self._asked), None
            else:
                self.counters["dropped"] += 1

    def outgoing(self, at_us: int) -> bytes:
        """Hand out the bytes that must leave now, each once; empty when there are none."""
        if self._aborting is not None:
            return self._abort_bytes(self._aborting, at_us)
        asked = self._asked
        if asked is None:
            return b""
        if at_us >= asked.give_up_us:
            self._asked, self._answer = None, self._no_answer(asked)
            return b""
        if at_us < asked.next_us:
            return b""
        if self._is_spent(asked.frame.session):
            asked.next_us = asked.give_up_us  # it cannot be repeated: only its answer may come
            return b""
        data = self._send(asked.frame, at_us)
        asked.frame = asked.frame._replace(retry=True)
        asked.next_us = at_us + asked.wait_us
        asked.wait_us = min(asked.wait_us * 3 // 2, RETRY_US_MAX)
        return data

    def next_due_us(self) -> int | None:
        """When `outgoing` must be called again if nothing comes in; None: not by itself."""
        if self._aborting is not None:
            return self._aborting.next_us
        if self._asked is not None:
            return min(self._asked.next_us, self._asked.give_up_us)
        return None

    def answer(self) -> Reply | LinkTimeout | None:
        """Pop what came of the last `ask`, or of `abort`: an AbortReply with `stopped` 1.

        A LinkTimeout means that the request may or may not have been obeyed; after an abort, that
        the pistol did not confirm that it stands still. None: nothing yet.

        Raises:
            RemoteProtocolError: the answer is none that this request can have, or the peer speaks
                another version. The request is finished.
        """
        answer, self._answer = self._answer, None
        if isinstance(answer, RemoteProtocolError):
            raise answer
        return answer

    def _next_number(self) -> int:
        self._number = self._number % REQUEST_MAX + 1
        return self._number

    def _is_spent(self, session: int) -> bool:
        return session != 0 and self._seals is not None and self._seals.is_spent

    def _send(self, frame: Frame, at_us: int) -> bytes:
        if self._seals is not None and frame.session:
            frame = self._seals.seal(frame)  # also a repeat: each sending has its own number
        body = encode_body(frame)
        self.counters["repeated" if frame.retry else "sent"] += 1
        if self._on_body is not None:
            self._on_body(TO_PISTOL, body, at_us)
        return wrap(body)

    def _answers(self, frame: Frame, asked: _Asked) -> bool:
        if frame.request != asked.frame.request:
            return False
        if not isinstance(asked.request, Hello):
            return frame.session == self.session and self._is_believed(frame)
        if self._sealing is None:
            return frame.msg == asked.frame.msg or not frame.session
        opened = self._sealing.opened(frame, asked.request)
        if isinstance(opened, str):
            asked.doubt = opened
            return False
        self._seals = opened
        return True

    def _is_believed(self, frame: Frame) -> bool:
        return not frame.seal if self._seals is None else self._seals.accept(frame)

    def _read(self, frame: Frame, asked: _Asked) -> Reply | RemoteProtocolError:
        try:
            reply = from_frame(frame)
        except RemoteProtocolError as error:
            return error
        if isinstance(reply, HelloReply) and isinstance(asked.request, Hello):
            if not reply.session:
                return RemoteProtocolError("the pistol's answer to Hello opens no session")
            if self._sealing is None and (frame.seal or reply.features & Feature.AUTHENTICATION):
                return RemoteProtocolError(
                    f"pistol {reply.uid:016x} has a key and obeys only who has the same: name the "
                    "file that holds it (--key FILE)"
                )
            self.session = reply.session
            return reply
        if isinstance(reply, ErrorReply) or type(reply) is REPLY_OF[type(asked.request)]:
            return reply
        name = type(asked.request).__name__
        return RemoteProtocolError(f"the answer to {name} was a {type(reply).__name__}")

    def _take_while_aborting(self, frame: Frame, aborting: _Aborting) -> None:
        reply: Message | None
        try:
            reply = from_frame(frame)
        except RemoteProtocolError:
            reply = None
        if isinstance(reply, HelloReply) and self._take_proof(frame, aborting):
            return
        if not isinstance(reply, AbortReply) or frame.request not in aborting.numbers:
            self.counters["dropped"] += 1
            return
        aborting.answered = True
        if self._sealing is not None and not self._is_proven(frame, aborting):
            self.counters["dropped"] += 1
            self._knock(aborting)
        elif reply.stopped:
            self._answer, self._aborting = reply, None

    def _is_proven(self, frame: Frame, aborting: _Aborting) -> bool:
        ends = (aborting.proof, self._seals)
        return any(end.accept(frame) for end in ends if end is not None)

    def _knock(self, aborting: _Aborting) -> None:
        """Ask, beside the abort, for a session in which the pistol can prove what it says."""
        if self._sealing is not None and aborting.knock is None:
            hello = Hello(MAJOR, MINOR, SCHEMA_HASH, self._sealing.draw())
            aborting.knock = to_frame(hello, session=0, request=self._next_number())

    def _take_proof(self, frame: Frame, aborting: _Aborting) -> bool:
        knock = aborting.knock
        if self._sealing is None or knock is None or frame.request != knock.request:
            return False
        hello = from_frame(knock)
        assert isinstance(hello, Hello)
        opened = self._sealing.opened(frame, hello)
        if isinstance(opened, str):
            return False
        aborting.proof, aborting.knock = opened, None
        return True

    def _abort_bytes(self, aborting: _Aborting, at_us: int) -> bytes:
        if at_us < aborting.next_us:
            return b""
        after_us = at_us - aborting.began_us
        if after_us >= ABORT_GIVE_UP_US:
            self._aborting, self._answer = None, LinkTimeout(_not_stopped(aborting))
            return b""
        # A number of its own for every burst: a stored answer would never come to say "stopped".
        number = self._next_number()
        frame = to_frame(Abort(aborting.reason), session=0, request=number)
        frames = 1 if aborting.numbers else ABORT_BURST
        if aborting.numbers:
            frame = frame._replace(retry=True)
        aborting.numbers.add(number)
        aborting.next_us = at_us + ABORT_REPEAT_US
        data = b"".join([self._send(frame, at_us) for _ in range(frames)])
        if aborting.knock is not None:
            data += self._send(aborting.knock, at_us)
        if after_us >= ABORT_ZEROS_AFTER_US and not aborting.answered:
            # No answer: perhaps it cannot read our frames. A run of zeros needs no codec.
            return ABORT_ZEROS + data
        return data

    def _heard(self) -> Heard:
        counters = self._deframer.counters
        return Heard(self.counters["received"], sum(counters.values()), counters["version"])

    def _no_answer(self, asked: _Asked) -> LinkTimeout | RemoteProtocolError:
        before, now = asked.heard, self._heard()
        name = type(asked.request).__name__
        if asked.doubt:
            return RemoteProtocolError(f"no answer to {name} that can be believed: {asked.doubt}")
        if now.foreign > before.foreign:
            text = (
                f"no answer to {name} in protocol version {WIRE_MAJOR}: the pistol speaks another "
                "one. Update this program or the pistol's firmware"
            )
            if isinstance(asked.request, Hello):
                return RemoteProtocolError(text)
        elif now.frames > before.frames:
            text = (
                f"no answer to {name}, only to others: the pistol may have restarted. Connect anew"
            )
        elif now.noise > before.noise:
            text = (
                f"no answer to {name}, only bytes that are no frames: is this the pistol's port, "
                "and is the cable sound?"
            )
        else:
            text = f"no answer to {name}: is the pistol on, and is this its port?"
        return LinkTimeout(text)


def _not_stopped(aborting: _Aborting) -> str:
    said = "answers but does not say that it stands still" if aborting.answered else "is silent"
    if aborting.answered and aborting.knock is not None:
        said = "answers but does not prove with its key that it stands still"
    return (
        f"{ABORT_GIVE_UP_US // 1_000_000} s after the abort the pistol {said}: "
        "cut its supply and take it off the skin; its lease should have stopped it"
    )
