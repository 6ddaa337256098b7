"""Plays sessions on the twin and holds the records against the ghost: what really happened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from firmware_protocol.frame import decode_body
from firmware_protocol.messages import AbortReply, ArmReply, Reply, Request, Shot, from_frame
from mesogun.dryrun import Delivery, Faults, HostRestart, VirtualPistol, World, dry_run
from mesogun.planning import VerifiedPlan, travels_us
from mesogun.record import Connected, Entry, Intent, Journal, Outcome, Record, fold, read_chained
from mesogun.session import Briefing, opening, run
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol


@dataclass
class Played:
    """One session that is over: its record, its journal, and the ghost."""

    record: Record
    entries: Sequence[Entry]
    data: bytes
    ghost: list[Delivery]
    stops: list[tuple[int, int]] = field(default_factory=list)
    """From when, until when the pistol had said that it stands still."""
    plans: list[VerifiedPlan] = field(default_factory=list)
    """Those that were in force, one after the other."""
    briefings: list[Briefing] = field(default_factory=list)
    """What a person was told at each arming."""


def played(plan: VerifiedPlan, journal: Path, *faults: str, seed: int = 0) -> Played:
    """Dry-run `plan` with faults."""
    ghost: list[Delivery] = []
    stops: list[tuple[int, int]] = []

    def watch(_direction: int, body: bytes, at_us: int) -> None:
        match from_frame(decode_body(body)):
            case AbortReply(stopped=1):
                stops.append((at_us, 2**62))
            case ArmReply() if stops:
                stops[-1] = (stops[-1][0], at_us)

    record = dry_run(
        plan,
        journal,
        seed=seed,
        faults=Faults.parse(faults),
        on_delivery=ghost.append,
        on_body=watch,
    )
    entries, _ = read_chained(journal)
    return Played(record, entries, journal.read_bytes(), ghost, stops)


class DyingHost:
    """A host that is killed at its k-th request: before its bytes leave, or after the answer."""

    def __init__(
        self,
        pistol: VirtualPistol,
        die_at: int,
        *,
        sent: bool,
        spoilt: Collection[int] = (),
        asked: Iterator[int] | None = None,
    ) -> None:
        self._pistol = pistol
        self._spoilt, self._asked = spoilt, asked or iter(())
        self._left = die_at
        self._sent = sent
        self.dead = False

    def ask(self, request: Request) -> Reply:
        self._left -= 1
        self.dead = self.dead or (self._left == 0 and not self._sent)
        if isinstance(request, Shot) and next(self._asked, 0) in self._spoilt:
            request = request._replace(crit=request.crit ^ 1)
        if not self.dead:
            reply = self._pistol.ask(request)
            self.dead = self._left == 0
        if self.dead:
            raise HostRestart("killed by a test")
        return reply

    def abort(self) -> None:
        if not self.dead:
            self._pistol.abort()

    def abort_wanted(self) -> bool:
        return self._pistol.abort_wanted()

    def wait_until(self, at_us: int) -> None:
        self._pistol.wait_until(at_us)

    def now_us(self) -> int:
        return self._pistol.now_us()

    def close(self) -> None:
        self._pistol.close()


def played_by_hand(
    plan: VerifiedPlan,
    journal_path: Path,
    *,
    seed: int = 0,
    deaths: Sequence[tuple[int, bool]] = (),
    prepare: Callable[[World], None] | None = None,
    resumed: Collection[str] = ("interrupted",),
    refused: Collection[int] = (),
) -> Played:
    """Play `plan` part by part; in part k the host dies as `deaths[k]` says: (request, sent).

    After the ends in `resumed` it goes on. The shots in `refused`, by number of the shot asked, are
    damaged on their way, so that the pistol refuses them.
    """
    ghost: list[Delivery] = []
    hand = Hand(seed, travels_us=travels_us(plan.plan), refills=True)
    twin = Pistol(Memory(), seed=seed, hand=hand, on_delivery=ghost.append)
    world = World(twin, seed=seed, faults=Faults())
    if prepare is not None:
        prepare(world)
    journal = Journal.create(journal_path, sync=lambda _: None)
    opened = opening(plan, session_id="s", started="then", prescription_sha256="")
    journal.append(opened)
    history: Sequence[Entry] = (opened,)
    plans = [plan]
    told: list[Briefing] = []
    asked = iter(range(1, 10**6))

    def confirm(_echo: object, briefing: Briefing) -> str:
        told.append(briefing)
        return "a test"

    for part in range(20):
        die_at, sent = deaths[part] if part < len(deaths) else (0, False)
        pistol = VirtualPistol(world, first_request=1000 * part + 1)
        try:
            ended = run(
                plans[-1],
                DyingHost(pistol, die_at, sent=sent, spoilt=refused, asked=asked),
                journal,
                history=history,
                confirm=confirm,
                progress=lambda _: None,
                wall=lambda: "now",
                clock_us=world.now_us,
                nonce=part,
                keep=plans.append,
            )
            outcome = ended.outcome
        except HostRestart:
            outcome = "interrupted"
        pistol.close()
        journal.close()
        # Whatever is still on its way arrives now, at a pistol that nobody watches.
        world.play_all(world.now_us + 1_000_000)
        if outcome not in resumed:
            break
        journal, history = Journal.reopen(journal_path, sync=lambda _: None)
    journal.close()
    entries, chain = read_chained(journal_path)
    record = fold(entries, chain.entries, chain.head)
    return Played(record, entries, journal_path.read_bytes(), ghost, [], plans, told)


def hold_against_the_ghost(one: Played, pricks: int, *, losses: bool = False) -> None:
    """Demand what must be true of every session, whatever went wrong in it.

    With `losses`, shots may have been refused until they were left out.
    """
    shot_of = {entry.shot_id: entry for entry in one.entries if isinstance(entry, Intent)}
    given = {}
    for delivery in one.ghost:
        intent = shot_of.get(delivery.shot_id)
        assert intent is not None, "a delivery that nobody wrote down before"
        assert intent.at_us <= delivery.at_us
        assert intent.shot not in given, f"prick {intent.shot} was given twice"
        assert delivery.contact
        given[intent.shot] = delivery
    assert len({delivery.shot_id for delivery in one.ghost}) == len(one.ghost)
    assert len(one.record.pricks) == pricks
    for prick in one.record.pricks:
        truth = given.get(prick.index)
        if prick.state == "given":
            assert truth is not None, f"prick {prick.index} is recorded as given and was not"
            assert prick.shot_id == truth.shot_id
            assert (prick.dose_nl_given, prick.depth_um_given) == (truth.dose_nl, truth.depth_um)
        elif prick.state == "not_given":
            assert truth is None, f"prick {prick.index} was given and is recorded as not given"
    for from_us, until_us in one.stops:
        assert not [each for each in one.ghost if from_us < each.at_us < until_us]
    if one.record.outcome == "complete" and not losses:
        assert not [prick for prick in one.record.pricks if prick.state == "not_given"]
    assert one.record.parts == max(1, sum(isinstance(each, Connected) for each in one.entries))
    told = [each.shot_id for each in one.entries if isinstance(each, Outcome)]
    assert len(set(told)) == len(told)
