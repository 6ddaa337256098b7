"""A host with a key, made of bytes, and the published vectors of HMAC-SHA256."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.frame import Deframer, Frame, encode
from firmware_protocol.keys import Keys
from firmware_protocol.seal import Key, Seals
from simulator import Hand, Memory, Pistol
from simulator.mechanics import Delivery

SECRET = bytes(range(32))
KEY = Key(SECRET)
KEYS = Keys({"*": KEY})

RFC_4231 = (
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        b"\xaa" * 20,
        b"\xdd" * 50,
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    ),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (b"\x0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
)
"""Key, data and MAC of the seven test cases; the fifth is cut to 16 bytes."""


def keyed_twin(told: list[Delivery], **more: Any) -> Pistol:
    """A twin with the key, whose hand is always there."""
    hand = Hand(3, travel_us=0, settle_us=0, jitter_ppm=0)
    return Pistol(Memory(), seed=3, hand=hand, key=KEY, on_delivery=told.append, **more)


@dataclass
class KeyedHost:
    """One host that has the key, at one pistol; it records all that it sends and hears."""

    pistol: Any
    key: Key = KEY
    counted: int = 0
    now_us: int = 1_000_000
    session: int = 0
    request: int = 0
    tick: int = 0
    seals: Seals | None = None
    sent: list[bytes] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def frame(self, message: m.Message) -> Frame:
        """A request as it is before its seal."""
        self.request += 1
        free = isinstance(message, m.Hello | m.Abort)
        frame = m.to_frame(message, session=self.session or 1, request=self.request)
        return frame._replace(session=0 if free else self.session)

    def wire(self, message: m.Message) -> bytes:
        frame = self.frame(message)
        if frame.session and self.seals is not None:
            frame = self.seals.seal(frame)
        self.sent.append(encode(frame))
        return self.sent[-1]

    def put(self, data: bytes) -> list[Frame]:
        """Whatever the pistol answers to bytes, sealed or not."""
        back = self.pistol.receive(data, self.now_us)
        if back:
            self.heard.append(back)
        return Deframer().feed(back)

    def ask(self, message: m.Message) -> Any:
        """The one answer, which must be sealed for this session."""
        (frame,) = self.put(self.wire(message))
        reply = m.from_frame(frame)
        if isinstance(reply, m.HelloReply) and isinstance(message, m.Hello):
            self.join(message.host_nonce, reply)
        assert self.seals is not None
        assert self.seals.accept(frame), reply
        return reply

    def join(self, nonce: int, reply: m.HelloReply) -> None:
        """Take part in the session that a reply opens."""
        opened = (nonce, reply.device_nonce, reply.uid)
        self.seals = self.key.session(*opened, is_pistol=False, counted=self.counted)
        self.session = reply.session

    def hello(self, nonce: int) -> m.HelloReply:
        reply = self.ask(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, nonce))
        assert isinstance(reply, m.HelloReply)
        return reply

    def poll(self, token: int = 0, ack: int = 0) -> Any:
        self.tick += 1
        return self.ask(m.Poll(m.ArmToken(token), self.tick, ack))

    def arm(self) -> int:
        """The token of an arming, with the journal read."""
        self.poll(ack=self.poll().journal_head)
        challenge = self.ask(
            m.ArmRequest(10, 100_000, 20_000, 2_000, 200_000, 110, 1_000, 1, 0, 7)  # type: ignore[arg-type]
        )
        return int(self.ask(m.ArmConfirm(challenge.nonce)).arm_token)

    def shot(self, shot_id: int, token: int) -> m.Shot:
        check = crit(shot_id, 10_000, 600, 100_000)  # type: ignore[arg-type]
        rest = (0, 900, m.Trigger.HELD, 110, 0, check)
        return m.Shot(shot_id, token, 10_000, 600, 100_000, *rest)  # type: ignore[arg-type]
