"""Two pistols on a bench, and one cable: whichever is plugged in is on the line.

The ghost lives here: what really left which needle, and what each pistol could have heard before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from zlib import crc32

from firmware_protocol import frame as framing
from firmware_protocol.messages import FaultCode, JournalKind, PistolState
from mesogun.dryrun import Delivery
from simulator.chance import Stream
from simulator.journal import Journal
from simulator.mechanics import Mechanics, Motion
from simulator.memory import HEADER_BYTES, HEADER_COPIES, RECORDS_MIN, Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from simulator.trouble import Trouble
from simulator.wire import Wire
from tests.simulation.campaign.draws import Draws
from tests.simulation.campaign.keyed import Keyed
from tests.simulation.campaign.lease import Lease

REPLAYED = 8
"""So many chunks can come once more."""
POWER_OFF_US = 300_000
RECORDS_USUAL = 64
"""Fewer than a pistol has: the ring goes round in the longer sessions, and starts are quicker."""
FLOOD = 26
"""So many starts of the pistol in a row leave a small journal full."""
_READ_BEFORE = (
    (PistolState.CHALLENGED, PistolState.ARMED),
    (PistolState.ABORTED, PistolState.SAFE),
)
_HOT = (PistolState.ARMED, PistolState.FIRING)
_RECORDS_FROM = HEADER_BYTES * HEADER_COPIES


@dataclass(frozen=True, slots=True)
class Truth:
    """One physical delivery, and what was so at that moment."""

    pistol: int
    delivery: Delivery
    began_us: int
    """When the needle began to move."""
    lease_until_us: int
    let_go: bool
    """Its host had let go of the arming: what moves then may come to its end."""
    troubled: bool
    """A part of the pistol's body did not do what it should."""


@dataclass(slots=True)
class Span:
    """From when until when a part of a pistol's body did not do what it should."""

    pistol: int
    kind: str
    from_us: int
    until_us: int = 2**62


@cache
def _mechanics(selftest_us: int) -> Mechanics:
    return replace(Mechanics.default(), selftest_us=selftest_us)


class _Watched(Pistol):
    """One with a key: the ghost of its seals hears of every start."""

    def __init__(self, *told: Any, key_ghost: Keyed, which: int, **named: Any) -> None:
        self._key_ghost, self._which = key_ghost, which
        super().__init__(*told, key=key_ghost.keys[which], **named)

    def power_on(self, at_us: int) -> None:
        if not self.is_powered:
            self._key_ghost.started(self._which)
        super().power_on(at_us)


class Bench:
    """The far end of the line."""

    def __init__(
        self,
        draws: Draws,
        travels_us: tuple[int, ...],
        plan_power_on: Callable[[int, Callable[[int], None]], None],
        tell: Callable[[str, str], None],
        violate: Callable[[str, str], None],
        keyed: Keyed | None = None,
    ) -> None:
        self._violate = violate
        self._keyed = keyed
        self.which = 0
        self.spoke = self.armed = 0
        """Which pistol answered last, and which was armed last: the cable may be elsewhere now."""
        self.stopped_us = [-1, -1]
        """When a person or the line last stopped each pistol."""
        self.clear_asked_us = 0
        """When the host last asked to clear an abort; a visitor does so as it pleases."""
        self.truths: list[Truth] = []
        self.leases = (Lease(), Lease())
        self.losses = [0, 0]
        self.lifts = [0, 0]
        """How often a hand left the skin while something moved."""
        self.troubles: list[Span] = []
        self.calm = False
        self._plan, self._tell = plan_power_on, tell
        self._torn = list(draws.torn)
        self._written: tuple[str, str] | None = None
        self.twins = [self._made(draws, travels_us, which) for which in (0, 1)]
        self._dark = [False, False]
        self._tear_next()

    def _made(self, draws: Draws, travels_us: tuple[int, ...], which: int) -> Pistol:
        memory = Memory(RECORDS_MIN if draws.small_memory else RECORDS_USUAL)
        seed = 2 * draws.seed + which
        hand = Hand(seed, travels_us=travels_us, refills=True)
        if draws.hand_us:
            hand = Hand(seed, travel_us=draws.hand_us, refills=True)
        make: Callable[..., Pistol] = Pistol
        if self._keyed is not None:
            make = partial(_Watched, key_ghost=self._keyed, which=which)
        pistol = make(
            memory,
            seed=seed,
            hand=hand,
            on_delivery=partial(self._given, which),
            mechanics=_mechanics(draws.selftest_us),
        )
        if draws.aged:
            for _ in range(Stream(seed, "age").below(20)):
                pistol.power_cut(0)
                pistol.power_on(0)
        return pistol

    def _given(self, which: int, delivery: Delivery) -> None:
        motion, lease = self.twins[which].motion, self.leases[which]
        assert motion is not None  # what gives something moves
        troubled = motion.fault is not FaultCode.NONE
        truth = Truth(which, delivery, motion.began_us, lease.until_us, lease.let_go, troubled)
        self.truths.append(truth)

    # ------------------------------------------------------------------ the far end of the line

    @property
    def pistol(self) -> Pistol:
        """The one that is plugged in."""
        return self.twins[self.which]

    @property
    def motion(self) -> Motion | None:
        return self.pistol.motion

    def next_event_us(self) -> int | None:
        return self.pistol.next_event_us()

    def advance(self, at_us: int) -> None:
        for which, twin in enumerate(self.twins):
            twin.advance(at_us)
            self._look(which, at_us)

    def receive(self, data: bytes, at_us: int) -> bytes:
        which = self.which
        twin = self.twins[which]
        twin.advance(at_us)  # what happened so far happened without these bytes
        before = twin.state
        if self._keyed is None:
            if before in _HOT:
                self.leases[which].hear(data, at_us)
            back = twin.receive(data, at_us)
        else:
            frames = self._keyed.hears(which, data)
            if before in _HOT:
                self.leases[which].hear(self._keyed.believed(frames), at_us)
            back = twin.receive(data, at_us)
            self._keyed.answered(frames, back)
        after = twin.state
        if back:
            self.spoke = which
        if after is not before:
            if after is PistolState.ARMED:
                self.armed = which
                if before is PistolState.CHALLENGED:
                    self.leases[which].armed_us = at_us
            if not twin.is_powered:
                self._look(which, at_us)
            elif (before, after) in _READ_BEFORE:
                self._demand_read(f"from {before.name} to {after.name}")
                if after is PistolState.SAFE and self.stopped_us[which] > self.clear_asked_us:
                    self._violate("O7", "a stop was cleared by what was asked before it")
        return back

    def _demand_read(self, step: str) -> None:
        """Arming, and clearing an abort, ask for a host that has read everything before."""
        journal = Journal(Memory.from_image(self.pistol.memory.image()), 0)
        if journal.tail != journal.head:
            self._violate("O6", f"the pistol went {step}, and its journal is not read")

    def power_cut(self, at_us: int) -> None:
        self.pistol.power_cut(at_us)
        self._look(self.which, at_us)

    def power_on(self, at_us: int) -> None:
        self.pistol.power_on(at_us)

    # ------------------------------------------------------------------ what may happen to it

    def state_at(self, at_us: int) -> str:
        """Return the state of the pistol that is plugged in."""
        self.pistol.advance(at_us)
        self._look(self.which, at_us)
        return self.pistol.state.name

    def trouble(self, kind: str, at_us: int) -> None:
        """Let a part of the body of the pistol that is plugged in do something else from now on."""
        self._mended(self.which, at_us)
        self.troubles.append(Span(self.which, kind, at_us))
        self.pistol.meet(Trouble[kind.upper()])

    def lift(self, at_us: int, back_us: int) -> None:
        """Let the hand leave the skin for a while."""
        self.pistol.advance(at_us)
        self.lifts[self.which] += self.pistol.motion is not None
        self.pistol.lift(at_us, back_us)

    def _mended(self, which: int, at_us: int) -> None:
        for one in self.troubles:
            if one.pistol == which:
                one.until_us = min(one.until_us, at_us)

    def flood(self, at_us: int) -> None:
        """Let the supply flicker: every start is a record."""
        self.losses[self.which] += 1
        for _ in range(FLOOD if self.pistol.memory.records == RECORDS_MIN else 3):
            self.pistol.power_cut(at_us)
            self.pistol.power_on(at_us)
        self._look(self.which, at_us)

    def repair(self, at_us: int) -> None:
        """Do what a person does with a pistol that reports a fault: off, and on again."""
        self.pistol.advance(at_us)
        if self.pistol.state is PistolState.FAULT:
            self.losses[self.which] += 1
            self.pistol.power_cut(at_us)
            self.pistol.mend()
            self._mended(self.which, at_us)
        self.pistol.power_on(at_us)

    def settle(self, at_us: int) -> None:
        """Let no more memory writes be torn, and give every pistol its power."""
        self.calm = True
        for which, twin in enumerate(self.twins):
            twin.memory.cut_after(None)
            twin.advance(at_us)
            twin.power_on(at_us)
            twin.mend()
            self._mended(which, at_us)
        self._dark = [False, False]

    def _look(self, which: int, at_us: int) -> None:
        """A pistol without power gets it back after a while."""
        if self.twins[which].is_powered or self._dark[which]:
            return
        if self._written is not None and which == 0:
            self._tell("torn_write", self._written[0])
            self._tell("torn_record", self._written[1])
        self._dark[which] = True
        self.losses[which] += 1
        self._plan(at_us + POWER_OFF_US, partial(self._light, which))

    def _light(self, which: int, at_us: int) -> None:
        if self._dark[which]:
            self._dark[which] = False
            self.twins[which].power_on(at_us)
            if which == 0:
                self._tear_next()
            self._look(which, at_us)

    def _tear_next(self) -> None:
        memory = self.twins[0].memory
        self._written = None
        if not self._torn or self.calm:
            memory.on_write = None
            return
        left = self._torn.pop()
        memory.cut_after(left)

        def note(address: int, data: bytes) -> None:
            nonlocal left
            whole = address < _RECORDS_FROM or len(data) <= 4
            kind = "HEADER" if whole else "SETTINGS"
            if not whole and address < memory.settings:
                kind = JournalKind(data[4]).name
            left -= len(data)
            self._written = (self.twins[0].state.name, kind) if left <= 0 else None

        memory.on_write = note


class Weather:
    """One direction of the line; `accepted` is called where a changed chunk passes for a frame."""

    def __init__(
        self,
        draws: Draws,
        way: int,
        tell: Callable[[str, int], None],
        accepted: Callable[[str], None],
    ) -> None:
        seed = 2 * draws.seed + way
        rates = {kind: mille / 1000 for kind, mille in draws.weather if kind != "delimiter"}
        self._wire = Wire(seed, delay_us=draws.delay_ms * 1000, on_weather=tell, **rates)
        self._bent = dict(draws.weather).get("delimiter", 0) / 1000
        self._bends = Stream(seed, "delimiter")
        self._tell, self._accepted = tell, accepted
        self.digest = 0
        self.sent: deque[bytes] = deque(maxlen=REPLAYED)
        self.held_us = 0
        """What is sent now arrives so much later."""
        self._changes = bool(self._bent) or "corrupt" in rates

    def send(self, data: bytes, at_us: int) -> list[tuple[int, bytes]]:
        self.digest = crc32(data, crc32(b"%d" % at_us, self.digest))
        self.sent.append(data)
        sent = data
        if self._bent and data and self._bends.happens(self._bent):
            # The one place where a single bit makes two frames one, or one frame longer.
            bent = bytearray(data)
            bent[-1] ^= 1 << self._bends.below(2)
            sent = bytes(bent)
            self._tell("delimiter", at_us)
        arrivals = self._wire.send(sent, at_us)
        if self.held_us:
            arrivals = [(arrives_us + self.held_us, chunk) for arrives_us, chunk in arrivals]
        if self._changes:
            for _, chunk in arrivals:
                if chunk != data:
                    self._check(data, chunk)
        return arrivals

    def _check(self, sent: bytes, came: bytes) -> None:
        ours = framing.Deframer().feed(sent)
        for one in framing.Deframer().feed(came + b"\0"):
            if one not in ours:
                self._accepted(f"a frame that nobody sent was accepted: {came.hex()}")

    def calm(self) -> None:
        """Let the weather be fine from now on."""
        self._wire = Wire(0)
        self._bent = 0.0
        self._changes = False
