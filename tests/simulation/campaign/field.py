"""One seed's world while it is played: the people, the faults at their times, the host's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from firmware_protocol.messages import (
    AbortReply,
    ArmChallenge,
    ArmReply,
    ClearAbort,
    Poll,
    Reply,
    Request,
    Shot,
)
from mesogun.dryrun import Faults, HostRestart, VirtualPistol, World
from mesogun.errors import LinkError
from mesogun.planning import VerifiedPlan
from mesogun.record import Entry
from mesogun.session import Briefing
from simulator.chance import Stream
from tests.simulation.campaign.bench import Bench, Span, Truth, Weather
from tests.simulation.campaign.disk import Disk
from tests.simulation.campaign.draws import Draws
from tests.simulation.campaign.keyed import Keyed
from tests.simulation.campaign.plans import plan_of, shots_of, travels_of
from tests.simulation.tiny import DOSE_NL

NO_FAULTS = Faults()
POLLS_BEFORE_REPLAY = 3
"""While a shot waits: enough to have old ones."""


class Arming(NamedTuple):
    """One arming that the host knows of."""

    pistol: int
    at_us: int
    echo: ArmChallenge


class Visit(NamedTuple):
    """Another host's session."""

    pistol: int | None
    """The one that it was for, None: it met none."""
    from_us: int
    until_us: int
    ids: frozenset[int]
    """Those of its intents."""


class Calibrated(NamedTuple):
    """A calibration that a pistol has taken, or may have: its answer need not have come."""

    pistol: int
    at_us: int
    shots_max: int
    sure: bool


class ArmBounds(NamedTuple):
    """The most that a plan can want to be armed with."""

    shots: int
    volume_nl: int
    dose_nl: int
    depth_um: int


@dataclass
class Played:
    """What happened with one seed, as the ghost and the journal tell it."""

    draws: Draws
    plans: dict[str, VerifiedPlan]
    entries: Sequence[Entry] = ()
    data: bytes = b""
    truths: Sequence[Truth] = ()
    """What this session gave."""
    others: Sequence[Truth] = ()
    """What a visitor's session gave meanwhile."""
    visits: list[Visit] = field(default_factory=list)
    armings: list[Arming] = field(default_factory=list)
    stops: list[tuple[int, int, str]] = field(default_factory=list)
    """(pistol, when, what): from here until it is armed anew nothing may be given."""
    wanted: list[tuple[int, int]] = field(default_factory=list)
    """(pistol, when): the operator wanted it to stop, and the host was there."""
    calibrations: list[Calibrated] = field(default_factory=list)
    troubles: list[Span] = field(default_factory=list)
    lifts: int = 0
    """How often a hand left the skin while its pistol moved."""
    losses: int = 0
    """How often the session's pistol lost its power."""
    violations: list[tuple[str, str]] = field(default_factory=list)
    """(oracle, text)."""
    witnesses: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(kind of fault, what it met)."""
    outcomes: list[str] = field(default_factory=list)
    home: int = 0
    """The pistol that the session is bound to."""
    calm_us: int = 0
    """How long the calm part of the session took."""
    ended_us: int = 0
    treated_us: int = 0
    """How long a host was at work."""
    digest: int = 0


class Field:
    """One seed's world, and the people in it."""

    def __init__(self, draws: Draws, folder: Path, wall: str) -> None:
        plan = plan_of(draws.shape, draws.shots)
        self.draws, self.wall = draws, wall
        self.told = Played(draws, {plan.digest: plan})
        self.plan = plan
        self.keyed = Keyed(draws.seed, self.violate) if draws.keyed else None
        self.bench = Bench(
            draws,
            travels_of(draws.shape, draws.shots),
            lambda at_us, do: self.world.at(at_us, do),
            self.witness,
            self.violate,
            self.keyed,
        )
        self.lines = tuple(
            Weather(draws, way, self._weather, lambda text: self.violate("O5", text))
            for way in (0, 1)
        )
        self.world = World(
            self.bench, seed=draws.seed, faults=NO_FAULTS, lines=(self.lines[0], self.lines[1])
        )
        self.path = folder / "journal"
        self.path.unlink(missing_ok=True)
        self.disk = Disk(self.path, draws.seed, draws.disk, self.die, self.witness)
        self.port: VirtualPistol | None = None
        self.asked = 0
        self.shots = 0
        self.asking = False
        self.confirmed = 0
        self.restop_us = draws.restop_us
        self.replay, self.polls = draws.replay or -1, 0
        self.faults = dict(draws.asks)
        self.chance = Stream(draws.seed, "people")
        self.calm = False
        self.echo: ArmChallenge | None = None
        for at_us, kind in draws.timed:
            self.world.at(at_us, lambda at, kind=kind: self.meet(kind, at))
        for at_us, kind in draws.body:
            self.world.at(at_us, lambda at, kind=kind: self._in_body(kind, at))
        for at_us in draws.forged:
            self.world.at(at_us, self._forge)

    # ------------------------------------------------------------------ what the ghost takes down

    def witness(self, kind: str, met: str) -> None:
        self.told.witnesses[kind, met] += 1

    def violate(self, oracle: str, text: str) -> None:
        self.told.violations.append((oracle, text))

    def _weather(self, kind: str, at_us: int) -> None:
        # Without a look ahead: where the pistol stands now is near enough for a witness.
        self.witness(kind, self.bench.pistol.state.name)

    # ------------------------------------------------------------------ what goes wrong

    def die(self) -> NoReturn:
        if self.port is not None:
            self.port.close()
        raise HostRestart("killed by the campaign")

    def meet(self, kind: str, at_us: int) -> None:
        """Let a fault happen now."""
        if self.calm:
            return
        bench, pistol = self.bench, self.bench.pistol
        state = bench.state_at(at_us)
        self.witness(kind, state)
        if kind in ("button", "zero_run", "line_break", "dtr") and pistol.is_powered:
            self.told.stops.append((bench.which, at_us, kind))
            bench.stopped_us[bench.which] = at_us
        match kind:
            case "operator_abort":
                if self.port is not None and self.world.host is self.port:
                    self.port.abort()
                    self.told.wanted.append((bench.which, at_us))
            case "button":
                pistol.press_button(at_us)
            case "zero_run":
                pistol.receive(bytes(12), at_us)
            case "line_break":
                pistol.line_break(at_us)
            case "dtr":
                pistol.drop_dtr(at_us)
            case "power_cut":
                bench.power_cut(at_us)
            case "host_crash":
                if self.port is not None and self.world.host is self.port:
                    self.die()
            case "swap":
                bench.which ^= 1
            case "journal_flood":
                bench.flood(at_us)
            case _:
                raise AssertionError(kind)
        bench.advance(at_us)

    def _in_body(self, kind: str, at_us: int) -> None:
        """Let something go wrong in the pistol's body, or with the hand that holds it."""
        if self.calm:
            return
        bench, chance = self.bench, self.chance
        self.witness(kind, bench.state_at(at_us))
        if kind == "lift":
            bench.lift(at_us, at_us + chance.between(30_000, 900_000))
        elif kind == "syringe_short":
            bench.pistol.hold_only(chance.below(3 * DOSE_NL))
        else:
            bench.trouble(kind, at_us)

    def _forge(self, at_us: int) -> None:
        """Let somebody without the key speak to the pistol, and now and then stop it."""
        if self.calm or self.keyed is None:
            return
        bench = self.bench
        self.witness("forged", bench.state_at(at_us))
        for frame in self.keyed.forged():
            bench.receive(frame, at_us)
        if self.chance.happens(0.2) and bench.pistol.is_powered:
            self.told.stops.append((bench.which, at_us, "an abort without the key"))
            bench.stopped_us[bench.which] = at_us
            bench.receive(self.keyed.abort(), at_us)

    # ------------------------------------------------------------------ the host's end

    def taken(self) -> VirtualPistol:
        """Return a host's hold of the line, with its keys where there are any."""
        first = self.chance.between(1, 0xFFFF)
        if self.keyed is None:
            return VirtualPistol(self.world, first_request=first)
        return VirtualPistol(
            self.world,
            first_request=first,
            on_body=self.keyed.on_body,
            sealing=self.keyed.sealing,
        )

    def ask(self, request: Request) -> Reply:
        """Ask as the host does; its application may stall, and its port may fail, before."""
        port, world = self.port, self.world
        assert port is not None
        self.asked += 1
        kind = "" if self.calm else self.faults.get(self.asked, "")
        if kind:
            self.witness(kind, self.bench.state_at(world.now_us))
        if kind == "stall":
            port.wait_until(port.now_us() + self.chance.between(20_000, 3_000_000))
        if kind == "write_error":
            world.at(world.now_us + 1, self._lose_port)
        match request:
            case Shot():
                self._shot_leaves(request)
            case ClearAbort():
                self._clear_leaves()
            case Poll() if self.shots == self.replay and not self.calm:
                self.polls += 1
                if self.polls == POLLS_BEFORE_REPLAY:
                    self._replay(port)
            case _:
                pass
        self.asking = True
        try:
            reply = port.ask(request)
        finally:
            self.asking = False
            self.lines[0].held_us = 0
        if isinstance(reply, AbortReply) and reply.stopped:
            self.told.stops.append((self.bench.spoke, world.now_us, "stopped"))
        elif isinstance(reply, ArmReply) and self.echo is not None:
            bench = self.bench
            bench.leases[bench.armed].begin(reply)
            self.told.armings.append(Arming(bench.armed, world.now_us, self.echo))
        return reply

    def _shot_leaves(self, shot: Shot) -> None:
        if shot.shot_id not in self.disk.intents:
            self.violate("O2", f"shot {shot.shot_id} leaves the host; its intent is not durable")
        self.shots += 1
        if self.shots in self.draws.stuck and not self.calm:
            self.witness("port_stuck", self.bench.state_at(self.world.now_us))
            self.lines[0].held_us = self.chance.between(100_000, 4_000_000)
            self.world.at(self.world.now_us + 1, self._lose_port)

    def _clear_leaves(self) -> None:
        now_us = self.bench.clear_asked_us = self.world.now_us
        restop_us, self.restop_us = self.restop_us, 0
        if restop_us and not self.calm:
            self.world.at(now_us + restop_us, self._press_again)

    def _press_again(self, at_us: int) -> None:
        if not self.calm:
            self.witness("restop", self.bench.state_at(at_us))
            self.meet("button", at_us)

    def _replay(self, port: VirtualPistol) -> None:
        """While the application stalls, what left last comes once more; nobody hears an answer."""
        self.replay = -1
        world, chance = self.world, self.chance
        self.witness("replay", self.bench.state_at(world.now_us))
        later_us = world.now_us
        for chunk in reversed(self.lines[0].sent):
            later_us += chance.between(20_000, 250_000)
            world.at(later_us, lambda at_us, chunk=chunk: self._again(chunk, at_us))
        port.wait_until(port.now_us() + chance.between(300_000, 1_500_000))

    def _again(self, chunk: bytes, at_us: int) -> None:
        if not self.calm:
            self.bench.receive(chunk, at_us)

    def _lose_port(self, _: int) -> None:
        if self.asking:
            raise LinkError("the port is gone, and yet everything left")

    def confirm(self, echo: ArmChallenge, _briefing: Briefing) -> str | None:
        """Take a person's time, and say yes most often."""
        assert self.port is not None
        self.echo = echo
        self._look_at_echo(echo)
        if self.calm:
            return "somebody"
        self.confirmed += 1
        if self.draws.slow:
            self.witness("slow_person", self.bench.state_at(self.world.now_us))
            longest = 70_000_000 if self.chance.happens(0.1) else 1_500_000
            self.port.wait_until(self.port.now_us() + self.chance.below(longest))
        if self.confirmed == self.draws.declined:
            self.witness("declined", self.bench.state_at(self.world.now_us))
            return None
        return "somebody"

    def _look_at_echo(self, echo: ArmChallenge) -> None:
        """No more is to be enforced than the plan in force has left to give."""
        orders = shots_of(self.plan)
        most = ArmBounds(
            len(orders),
            sum(each.dose_nl for each in orders),
            max(each.dose_nl for each in orders),
            max(each.depth_um for each in orders),
        )
        asked = (echo.shots_max, echo.volume_nl_max, echo.dose_nl_max, echo.depth_um_max)
        if any(one > bound for one, bound in zip(asked, most, strict=True)):
            self.violate("O6", f"a person is to confirm {asked}, the plan has {tuple(most)}")

    def keep(self, plan: VerifiedPlan) -> None:
        self.told.plans[plan.digest] = plan
        self.plan = plan


class HostPort:
    """The `PistolPort` that the session is given."""

    def __init__(self, place: Field, port: VirtualPistol) -> None:
        self._place, self._port = place, port
        self.ask = place.ask
        self.abort = port.abort
        self.abort_wanted = port.abort_wanted
        self.wait_until = port.wait_until
        self.now_us = port.now_us
        self.close = port.close
