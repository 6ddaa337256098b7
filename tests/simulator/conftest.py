"""A host made of bytes: encodes requests, decodes replies, and keeps the ghost's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from firmware_protocol.crit import crit
from firmware_protocol.frame import Deframer, Frame, encode
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ArmRequest,
    Hello,
    HelloReply,
    JournalRead,
    JournalRecord,
    JournalRecords,
    Poll,
    Shot,
    ShotReply,
    Status,
    Trigger,
    from_frame,
    to_frame,
)
from simulator.mechanics import Delivery, Mechanics
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol

EXACT = Mechanics(
    needle_um_per_s=100_000,
    settle_us=5_000,
    depth_noise_um=0,
    gain_error_ppm=0,
    dose_noise_ppm=0,
    write_us=150,
    selftest_us=0,
    supply_mv=7_400,
    temperature_mk=298_150,
)
"""A body without noise: what is asked is what is given."""

ARMING: dict[str, Any] = {
    "shots_max": 100,
    "volume_nl_max": 1_000_000,
    "dose_nl_max": 20_000,
    "depth_um_max": 2_000,
    "rate_nl_per_s_max": 200_000,
    "interval_ms_min": 110,
    "lease_ms": 300,
    "limits_revision": 1,
    "calibration_id": 0,
    "plan_digest": 7,
}


@dataclass
class ByteHost:
    """One host at one pistol. `now_us` moves only when a test moves it."""

    pistol: Pistol
    ghost: list[Delivery]
    now_us: int = 0
    session: int = 0
    request: int = 0
    token: int = 0
    tick: int = 0
    ack: int = 0
    deframer: Deframer = field(default_factory=Deframer)

    def wire(self, message: Any, session: int | None = None, request: int | None = None) -> bytes:
        if request is None:
            self.request = self.request % 0xFFFF + 1
        session = self.session if session is None else session
        number = self.request if request is None else request
        return encode(to_frame(message, session=session, request=number))

    def put(self, data: bytes) -> list[Frame]:
        return self.deframer.feed(self.pistol.receive(data, self.now_us))

    def ask(self, message: Any, session: int | None = None) -> Any:
        frames = self.put(self.wire(message, session))
        assert len(frames) <= 1
        return from_frame(frames[0]) if frames else None

    def hello(self, nonce: int = 1) -> HelloReply:
        reply = self.ask(Hello(MAJOR, MINOR, SCHEMA_HASH, nonce), session=0)
        assert isinstance(reply, HelloReply)
        self.session, self.token, self.ack = reply.session, 0, reply.journal_tail
        return reply

    def poll(self, **over: int) -> Any:
        self.tick += 1
        asked = {"arm_token": self.token, "app_tick": self.tick, "journal_ack": self.ack} | over
        return self.ask(Poll(**asked))

    def journal(self, from_seq: int = 1) -> list[JournalRecord]:
        found: list[JournalRecord] = []
        while True:
            reply = self.ask(JournalRead(from_seq + len(found), 3))
            assert isinstance(reply, JournalRecords), reply
            found += reply.records
            if not reply.records:
                return found

    def read_all(self) -> Status:
        status = self.poll()
        self.ack = status.journal_head
        reply = self.poll()
        assert isinstance(reply, Status)
        return reply

    def challenge(self, **over: Any) -> ArmChallenge:
        reply = self.ask(ArmRequest(**(ARMING | over)))
        assert isinstance(reply, ArmChallenge), reply
        return reply

    def arm(self, **over: Any) -> ArmReply:
        if not self.session:
            self.hello()
        self.read_all()
        reply = self.ask(ArmConfirm(self.challenge(**over).nonce))
        assert isinstance(reply, ArmReply), reply
        self.token = reply.arm_token
        return reply

    def shot(self, shot_id: int, **over: Any) -> Shot:
        asked: dict[str, Any] = {
            "shot_id": shot_id,
            "arm_token": self.token or 1,
            "dose_nl": 10_000,
            "depth_um": 600,
            "rate_nl_per_s": 100_000,
            "dwell_ms": 20,
            "ttl_ms": 10_000,
            "trigger": Trigger.PRESS,
            "interval_ms": 110,
            "flags": 0,
        } | over
        asked.setdefault(
            "crit",
            crit(asked["shot_id"], asked["dose_nl"], asked["depth_um"], asked["rate_nl_per_s"]),
        )
        return Shot(**asked)

    def fire(self, shot_id: int, **over: Any) -> ShotReply:
        reply = self.ask(self.shot(shot_id, **over))
        assert isinstance(reply, ShotReply)
        return reply

    def play(self, span_us: int, every_us: int = 90_000) -> Status:
        """Poll as a host does while `span_us` pass."""
        until_us = self.now_us + span_us
        while self.now_us < until_us:
            self.now_us = min(until_us, self.now_us + every_us)
            status = self.poll()
        assert isinstance(status, Status)
        return status

    def play_until_moving(self) -> None:
        """Poll until the plunger is in the middle of a dose."""
        for _ in range(10_000):
            motion = self.pistol.motion
            if motion is not None and motion.dose_from_us < motion.dose_until_us:
                self.now_us = (motion.dose_from_us + motion.dose_until_us) // 2
                self.pistol.advance(self.now_us)
                return
            due_us = self.pistol.next_event_us() or self.now_us
            self.now_us = min(self.now_us + 90_000, max(self.now_us + 1, due_us))
            self.poll()
        raise AssertionError("nothing moved")

    def cut(self) -> None:
        self.pistol.power_cut(self.now_us)
        self.session = self.token = 0

    def restore(self) -> None:
        self.pistol.power_on(self.now_us)


class FarPistol:
    """A pistol at the other end of a real line, with the face of the one in this process."""

    def __init__(self, send: Callable[[bytes], Any], receive: Callable[[], bytes]) -> None:
        self.send, self.take = send, receive

    def receive(self, data: bytes, _: int) -> bytes:
        """Send, and wait for one frame; nothing when the line is silent for its timeout."""
        self.send(data)
        deframer, taken = Deframer(), b""
        while not deframer.feed(more := self.take()):
            if not more:
                return b""
            taken += more
        return taken + more


def live(send: Callable[[bytes], Any], receive: Callable[[], bytes]) -> ByteHost:
    return ByteHost(FarPistol(send, receive), [])  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def live_host() -> Callable[..., ByteHost]:
    """Return a maker of hosts on a real line: `live_host(send, receive)`."""
    return live


@pytest.fixture(scope="session")
def host_of() -> Callable[..., ByteHost]:
    """Return a maker of hosts with a pistol each: `host_of(seed=3, travel_us=0, ...)`."""

    def make(
        *,
        memory: Memory | None = None,
        seed: int = 3,
        hand: Hand | None = None,
        mechanics: Mechanics = EXACT,
        **over: Any,
    ) -> ByteHost:
        ghost: list[Delivery] = []
        pistol = Pistol(
            Memory() if memory is None else memory,
            seed=seed,
            hand=Hand(seed, travel_us=200_000, settle_us=50_000) if hand is None else hand,
            mechanics=mechanics,
            **({"on_delivery": ghost.append} | over),
        )
        return ByteHost(pistol, ghost)

    return make


@pytest.fixture
def host(host_of: Callable[..., ByteHost]) -> ByteHost:
    return host_of()
