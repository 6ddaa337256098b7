"""A hostile pistol: the real twin behind the wire, with somebody else's tongue.

A lie gets every honest reply and says what goes over the wire in its place. The truth (what was
really given) is the twin's, so that a record can be held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from firmware_protocol.frame import Deframer, Frame, crc32c, encode
from firmware_protocol.messages import (
    JournalRecord,
    JournalRecords,
    Message,
    Reply,
    Request,
    Shot,
    from_frame,
    to_frame,
)
from mesogun.dryrun import Delivery, Faults, VirtualPistol, World
from mesogun.planning import VerifiedPlan, travels_us
from mesogun.record import Alarmed, Entry, Intent, Journal, Record, fold, read_chained
from mesogun.session import Ended, opening, run
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol

ASKS_MAX = 12_000
"""More than any lie may cost a host before it gives up."""

Lie = Callable[["Told"], Iterable[bytes]]


@dataclass(frozen=True)
class Told:
    """One honest reply, before it leaves."""

    asked: Message
    reply: Any
    frame: Frame

    def honest(self) -> bytes:
        return encode(self.frame)

    def instead(self, reply: Any, **header: Any) -> bytes:
        """Another reply in the place of this one, or under another header."""
        frame = to_frame(reply, session=self.frame.session, request=self.frame.request)
        return encode(frame._replace(**header))

    def altered(self, **fields: Any) -> bytes:
        return self.instead(self.reply._replace(**fields))


class Liar(Pistol):
    """The real twin, whose replies a lie rewrites."""

    def __init__(self, lie: Lie, *, spoils: bool = False, **other: Any) -> None:
        """`spoils`: no shot reaches the actuator, whatever is said of it."""
        self._lie, self._spoils = lie, spoils
        self._hears, self._says = Deframer(), Deframer()
        self._asked: dict[int, Frame] = {}
        super().__init__(Memory(), **other)

    def receive(self, data: bytes, at_us: int) -> bytes:
        for frame in self._hears.feed(data):
            self._asked[frame.request] = frame
            request = from_frame(frame)
            if self._spoils and isinstance(request, Shot):
                spoilt = request._replace(crit=request.crit ^ 1)
                whole = to_frame(spoilt, session=frame.session, request=frame.request)
                data = data.replace(encode(frame), encode(whole))
        said = b""
        for frame in self._says.feed(super().receive(data, at_us)):
            asked = from_frame(self._asked[frame.request])
            said += b"".join(self._lie(Told(asked, from_frame(frame), frame)))
        return said


def honest(told: Told) -> Iterable[bytes]:
    return [told.honest()]


def altering(kind: type, **fields: Any) -> Lie:
    """Say other values in every reply of a kind; a function gets the honest value."""

    def lie(told: Told) -> Iterable[bytes]:
        if not isinstance(told.reply, kind):
            return [told.honest()]
        values = {
            name: value(getattr(told.reply, name)) if callable(value) else value
            for name, value in fields.items()
        }
        return [told.altered(**values)]

    return lie


@dataclass
class After:
    """Be honest until something was told, then lie."""

    lie: Lie
    when: Callable[[Told], bool]
    begun: bool = False

    def __call__(self, told: Told) -> Iterable[bytes]:
        if self.begun:
            return self.lie(told)
        self.begun = self.when(told)
        return [told.honest()]


@dataclass
class Rewriting:
    """Rewrite records of the journal, with a chain that fits what is told."""

    rewrite: Callable[[JournalRecord], JournalRecord]
    chained: bool = True
    crcs: dict[int, int] = field(default_factory=dict)

    def __call__(self, told: Told) -> Iterable[bytes]:
        if not isinstance(told.reply, JournalRecords):
            return [told.honest()]
        records = []
        for one in told.reply.records:
            said = self.rewrite(one)
            if self.chained and one.seq - 1 in self.crcs:
                said = said._replace(crc_previous=self.crcs[one.seq - 1])
            self.crcs[one.seq] = crc_of(said)
            records.append(said)
        return [told.altered(records=tuple(records))]


def crc_of(record: JournalRecord) -> int:
    """The CRC that the record after this one must name."""
    whole = to_frame(JournalRecords(record.seq, 0, 1, (record,)), session=1, request=1)
    return crc32c(whole.payload[-68:])


def both(*lies: Lie) -> Lie:
    """The first lie that says something else than the truth wins."""

    def lie(told: Told) -> Iterable[bytes]:
        for one in lies:
            said = list(one(told))
            if said != [told.honest()]:
                return said
        return [told.honest()]

    return lie


class Counted:
    """A pistol's near end that no host may ask for ever."""

    def __init__(self, pistol: VirtualPistol) -> None:
        self._pistol = pistol
        self.asks = 0
        self.on_ask: Callable[[Request], None] | None = None

    def ask(self, request: Request) -> Reply:
        self.asks += 1
        assert self.asks < ASKS_MAX, "the host goes on asking for ever"
        if self.on_ask is not None:
            self.on_ask(request)
        return self._pistol.ask(request)

    def abort(self) -> None:
        self._pistol.abort()

    def abort_wanted(self) -> bool:
        return self._pistol.abort_wanted()

    def wait_until(self, at_us: int) -> None:
        self._pistol.wait_until(at_us)

    def now_us(self) -> int:
        return self._pistol.now_us()

    def close(self) -> None:
        self._pistol.close()


@dataclass(frozen=True)
class Met:
    """What came of a session with a hostile pistol."""

    ended: Sequence[Ended]
    entries: Sequence[Entry]
    record: Record
    ghost: Sequence[Delivery]

    def alarms(self, kind: str) -> list[str]:
        return [one.text for one in self.entries if isinstance(one, Alarmed) and one.kind == kind]

    def hold(self) -> None:
        """Demand that no fact of the record is against the truth: what is not known is in doubt."""
        shot_of = {one.shot_id: one.shot for one in self.entries if isinstance(one, Intent)}
        given = {shot_of[one.shot_id] for one in self.ghost if one.shot_id in shot_of}
        for prick in self.record.pricks:
            if prick.state == "given":
                assert prick.index in given, f"prick {prick.index} was not given"
            elif prick.state == "not_given":
                assert prick.index not in given, f"prick {prick.index} was given"
        ids = [one.shot_id for one in self.ghost]
        assert len(set(ids)) == len(ids), "an id was fired twice"
        assert set(ids) <= set(shot_of), "what nobody wrote down before was fired"


def meet(
    plan: VerifiedPlan,
    journal_path: Path,
    *lies: Lie,
    seed: int = 0,
    spoils: bool = False,
    on_ask: Callable[[Request, VirtualPistol, World], None] | None = None,
) -> Met:
    """Run `plan` with the real host against a pistol that lies; one part of the session a lie."""
    ghost: list[Delivery] = []
    tongue = [lies[0]]
    hand = Hand(seed, travels_us=travels_us(plan.plan), refills=True)
    twin = Liar(
        lambda told: tongue[0](told),
        spoils=spoils,
        seed=seed,
        hand=hand,
        on_delivery=ghost.append,
    )
    world = World(twin, seed=seed, faults=Faults())

    def begin(part: int) -> Counted:
        tongue[0] = lies[part]
        near = VirtualPistol(world, first_request=1000 * part + 1)
        pistol = Counted(near)
        if on_ask is not None:
            pistol.on_ask = lambda request: on_ask(request, near, world)
        return pistol

    return played(plan, journal_path, world, ghost, begin, parts=len(lies))


def played(
    plan: VerifiedPlan,
    journal_path: Path,
    world: World,
    ghost: Sequence[Delivery],
    begin: Callable[[int], Counted],
    *,
    parts: int = 1,
) -> Met:
    """Run the real session in so many parts, whatever is at the other end of the line."""
    journal = Journal.create(journal_path, sync=lambda _: None)
    opened = opening(plan, session_id="s", started="then", prescription_sha256="")
    journal.append(opened)
    history: Sequence[Entry] = (opened,)
    ends = []
    plans = [plan]
    for part in range(parts):
        pistol = begin(part)
        ended = run(
            plans[-1],
            pistol,
            journal,
            history=history,
            confirm=lambda _echo, _briefing: "a test",
            progress=lambda _: None,
            wall=lambda: "now",
            clock_us=world.now_us,
            nonce=part,
            keep=plans.append,
        )
        ends.append(ended)
        pistol.close()
        journal.close()
        world.play_all(world.now_us + 1_000_000)
        if ended.outcome == "complete":
            break
        journal, history = Journal.reopen(journal_path, sync=lambda _: None)
    journal.close()
    entries, chain = read_chained(journal_path)
    return Met(ends, entries, fold(entries, chain.entries, chain.head), ghost)


class NeverFires:
    """Accept a shot that is never given, and journal it as fired."""

    def __init__(self) -> None:
        self.fakes: list[JournalRecord] = []
        self.head = 0
        self.last: JournalRecord

    def __call__(self, told: Told) -> Iterable[bytes]:
        from firmware_protocol.messages import JournalKind, Outcome, Refusal, Status

        reply, asked = told.reply, told.asked
        if isinstance(asked, Shot):
            about: dict[str, Any] = {
                "dose_nl_asked": asked.dose_nl,
                "depth_um_asked": asked.depth_um,
            }
            first = self.last._replace(
                kind=JournalKind.INTENT, shot_id=asked.shot_id, seq=self.head + 1,
                crc_previous=crc_of(self.last), outcome=Outcome.NONE, reason=Refusal.NONE, **about,
            )  # fmt: skip
            second = first._replace(
                kind=JournalKind.OUTCOME, seq=self.head + 2, crc_previous=crc_of(first),
                outcome=Outcome.FIRED, dose_nl_given=asked.dose_nl, depth_um_given=asked.depth_um,
            )  # fmt: skip
            self.fakes = [first, second]
            return [told.altered(result=0, reason=Refusal.NONE)]
        if isinstance(reply, JournalRecords):
            if self.fakes:
                reply = JournalRecords(self.head + 2, 0, 2, tuple(self.fakes))
            self.last, self.head = reply.records[-1], reply.records[-1].seq
            return [told.instead(reply)]
        if isinstance(reply, Status) and self.fakes:
            seen = {"journal_head": self.fakes[-1].seq, "shot_id_last": self.fakes[0].shot_id}
            return [told.altered(**seen)]
        return [told.honest()]
