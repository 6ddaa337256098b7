"""A hostile peer between the real host and the real pistol: it sees, keeps, changes and invents.

It knows the codec and makes every CRC right. What it does not know is a key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.errors import ProtocolError
from firmware_protocol.frame import Deframer, Frame, encode
from firmware_protocol.units import ArmToken, ShotId
from mesogun.device import Sealing
from mesogun.dryrun import Delivery, Faults, VirtualPistol, World
from mesogun.planning import VerifiedPlan
from simulator.chance import Stream
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from tests.c_core_kit import CoreTwin
from tests.hostile_kit import Counted, Met, played
from tests.seal_kit import KEY, KEYS, SECRET

ON_ITS_WAY_US = 2_000
Sent = list[tuple[int, bytes]]
"""What leaves, each so many us later."""


class Peer:
    """Passes everything on; its heirs do not. `kept` is what went to the pistol so far."""

    def __init__(self, seed: int = 0, earlier: list[bytes] | None = None) -> None:
        self.random = Random(seed)
        self.kept: list[bytes] = []
        self.earlier = list(earlier or [])
        """Frames of another session."""
        self.session = self.token = 0
        self._hears, self._says = Deframer(), Deframer()

    def out(self, data: bytes) -> Sent:
        return [(0, data)]

    def back(self, data: bytes) -> Sent:
        return [(0, data)]

    def see(self, data: bytes, *, to_host: bool) -> None:
        if not to_host:
            self.kept.append(data)
            self._hears.feed(data)
            return
        for frame in self._says.feed(data):
            try:
                reply = m.from_frame(frame)
            except ProtocolError:
                continue
            self.session = frame.session or self.session
            if isinstance(reply, m.ArmReply):
                self.token = int(reply.arm_token)


class Way:
    """One direction of the line that a peer holds."""

    def __init__(self, peer: Peer, *, to_host: bool) -> None:
        self._peer, self._to_host = peer, to_host

    def send(self, data: bytes, at_us: int) -> list[tuple[int, bytes]]:
        if not data:
            return []
        self._peer.see(data, to_host=self._to_host)
        said = self._peer.back(data) if self._to_host else self._peer.out(data)
        return [(at_us + ON_ITS_WAY_US + later, chunk) for later, chunk in said if chunk]


class Replays(Peer):
    """Plays again what it saw, of this session and of another, between all the rest."""

    def old(self) -> list[bytes]:
        return self.kept + self.earlier

    def out(self, data: bytes) -> Sent:
        again = self.random.choice(self.old())
        return [(0, again), (1, data)] if self.random.random() < 0.5 else [(0, data), (1, again)]


class ReplaysLate(Replays):
    """Plays again from later on, when the session has ended, or is another one."""

    def out(self, data: bytes) -> Sent:
        return [(0, data), (self.random.randrange(3_000_000), self.random.choice(self.old()))]


class Splices(Peer):
    """Puts halves of two frames together, of this session and of another."""

    def out(self, data: bytes) -> Sent:
        one, other = (self.random.choice(self.kept + self.earlier) for _ in range(2))
        cut = self.random.randrange(1, len(one))
        return [(0, one[:cut] + other[cut:]), (1, data)]


class Flips(Peer):
    """Turns bits over, both ways."""

    def _flipped(self, data: bytes) -> Sent:
        changed = bytearray(data)
        for _ in range(self.random.choice([0, 0, 0, 0, 0, 0, 1, 2, 5])):
            changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
        return [(0, bytes(changed))]

    out = back = _flipped


class Reorders(Peer):
    """Holds frames back, so that they come after those that left later; and doubles some."""

    def out(self, data: bytes) -> Sent:
        late = self.random.choice([0, 0, 0, 30_000, 200_000])
        return [(late, data)] * self.random.choice([1, 1, 2])

    back = out


class ForgesBlindly(Peer):
    """Invents good frames without having seen any: sessions, tokens, nonces, ids by chance."""

    def out(self, data: bytes) -> Sent:
        return [(0, data), (1, self.forged(self.random.randrange(1, 0x10000)))]

    def forged(self, session: int, token: int | None = None) -> bytes:
        r = self.random
        token = r.getrandbits(32) or 1 if token is None else token
        number = r.choice([1, 2, 3, 4, 5, 9, r.getrandbits(31) + 1])
        dose = r.choice([1_000, 10_000, 200_000])
        check = crit(ShotId(number), dose, 1_000, 100_000)  # type: ignore[arg-type]
        rest: Any = (dose, 1_000, 100_000, 0, 30_000, m.Trigger.HELD, 110, 0, check)
        makers: list[Callable[[], Any]] = [
            lambda: m.Shot(ShotId(number), ArmToken(token), *rest),
            lambda: m.ArmConfirm(r.getrandbits(64)),
            lambda: m.Poll(ArmToken(token), r.getrandbits(32), r.getrandbits(8)),
            lambda: m.Resolve(ShotId(number)),
            lambda: m.ClearAbort(1),
        ]
        message = r.choice(makers)()
        return encode(m.to_frame(message, session=session, request=r.randrange(1, 0x10000)))


class ForgesSeeing(ForgesBlindly):
    """Invents frames of the very session, with its live token."""

    def out(self, data: bytes) -> Sent:
        if not self.token:
            return [(0, data)]
        return [(0, data), (1, self.forged(self.session, self.token))]


class TakesOver(Peer):
    """Once the pistol is armed, speaks to it in the host's place, with the live token."""

    number = tick = 0

    def out(self, data: bytes) -> Sent:
        if not self.token or any(one.msg == HELLO for one in Deframer().feed(data)):
            self.token = 0  # it has what it wanted, and leaves
            return [(0, data)]
        self.number, self.tick = self.number + 1, self.tick + 1
        messages: list[m.Message] = [m.Poll(ArmToken(self.token), 1_000 + self.tick, 0)]
        if self.tick == 1:
            check = crit(ShotId(5), 10_000, 1_000, 100_000)  # type: ignore[arg-type]
            rest: Any = (10_000, 1_000, 100_000, 0, 30_000, m.Trigger.HELD, 110, 0, check)
            messages.append(m.Shot(ShotId(5), ArmToken(self.token), *rest))
        frames = [m.to_frame(one, session=self.session, request=self.number) for one in messages]
        return [(0, b"".join(map(encode, frames)))]


class ForgesLimits(Peer):
    """Lets the host ask to be armed for more than it wants, with a CRC that is right."""

    fields: dict[str, Callable[[int], int]]

    def __init__(self, seed: int = 0, earlier: list[bytes] | None = None) -> None:
        super().__init__(seed, earlier)
        names = ("shots_max", "volume_nl_max", "dose_nl_max", "depth_um_max")
        self.fields = {self.random.choice(names): lambda value: value + 1}

    def out(self, data: bytes) -> Sent:
        said = b""
        for frame in Deframer().feed(data):
            said += encode(self._changed(frame))
        return [(0, said)]

    def _changed(self, frame: Frame) -> Frame:
        if frame.msg != ARM_REQUEST:
            return frame
        message: Any = m.from_frame(frame)
        for name, change in self.fields.items():
            message = message._replace(**{name: change(getattr(message, name))})
        return frame._replace(payload=m.to_frame(message, session=1, request=1).payload)


HELLO, ARM_REQUEST = 0x0001, 0x0103
ATTACKS: tuple[type[Peer], ...] = (
    Replays, ReplaysLate, Splices, Flips, Reorders, ForgesBlindly,
)  # fmt: skip


def pistol(kind: str, seed: int, ghost: list[Delivery], *, keyed: bool) -> Any:
    """The pistol at the far end: the twin, or the core in C on its simulated board."""
    if kind == "twin":
        hand = Hand(seed, refills=True)
        key = KEY if keyed else None
        return Pistol(Memory(), seed=seed, hand=hand, on_delivery=ghost.append, key=key)
    from tests.c_core_kit import compilers, library

    secret = SECRET if keyed else b""
    return CoreTwin(
        library(compilers()[0]), seed=seed, on_delivery=ghost.append, refills=True, secret=secret
    )


def attacked(
    plan: VerifiedPlan,
    journal_path: Path,
    peer: Peer,
    *,
    kind: str = "twin",
    seed: int = 0,
    keyed: bool = False,
    parts: int = 1,
) -> tuple[Met, Any]:
    """Run `plan` with `peer` in the middle; return what came of it, and the pistol."""
    ghost: list[Delivery] = []
    far = pistol(kind, seed, ghost, keyed=keyed)
    lines = (Way(peer, to_host=False), Way(peer, to_host=True))
    world = World(far, seed=seed, faults=Faults(), lines=lines)
    chance = Stream(seed, "host")

    def begin(part: int) -> Counted:
        sealing = Sealing(KEYS, chance.bits64) if keyed else None
        first = chance.between(1, 0xFFFF)
        return Counted(VirtualPistol(world, first_request=first, sealing=sealing))

    met = played(plan, journal_path, world, ghost, begin, parts=parts)
    world.play_all(world.now_us + 4_000_000)
    return met, far


def recorded(plan: VerifiedPlan, journal_path: Path, *, seed: int, keyed: bool) -> list[bytes]:
    """What a host sent in a whole session that nobody disturbed, with another pistol."""
    peer = Peer()
    met, _ = attacked(plan, journal_path, peer, seed=seed, keyed=keyed)
    assert met.record.outcome == "complete"
    return peer.kept
