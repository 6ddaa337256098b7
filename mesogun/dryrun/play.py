"""A whole session on the twin: the real session, link and bytes, in virtual time.

Deterministic: plan, seed and faults decide every byte of the journal.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from firmware_protocol.messages import ArmChallenge
from mesogun.device import OnBody, PistolPort
from mesogun.dryrun.virtual import HostRestart, VirtualPistol
from mesogun.dryrun.world import World
from mesogun.planning import Plan, VerifiedPlan, travels_us
from mesogun.record import Entry, Journal, Record, SessionOutcome, fold, read_chained
from mesogun.session import Briefing, Ended, Keep, Progress, opening, run
from simulator.chance import Stream
from simulator.faults import Faults
from simulator.mechanics import Delivery
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol

PARTS_MAX = 20
"""How often the session is resumed before the record is left as it is."""
RESUME_AFTER_US = 1_000_000
"""How long it takes until somebody has started the host again."""
CONFIRMED_BY = "dry run"
NO_FAULTS = Faults()
_START_S = 9 * 3600
_DAY_S = 24 * 3600
_SPARE_PERCENT = 10
"""What the syringe holds beyond the plan, so that the twin's gain error does not empty it."""


def dry_run(
    plan: VerifiedPlan,
    journal_path: Path,
    *,
    seed: int = 0,
    faults: Faults = NO_FAULTS,
    prescription_sha256: str = "",
    versions: tuple[tuple[str, str], ...] = (),
    progress: Callable[[Progress], None] | None = None,
    on_delivery: Callable[[Delivery], None] | None = None,
    on_body: OnBody | None = None,
    pace: Callable[[int], None] | None = None,
    on_start: Callable[[PistolPort], None] | None = None,
    keep: Keep | None = None,
) -> Record:
    """Play `plan` on the twin that `seed` makes, and return the record of its new journal.

    After an interruption the session is resumed as an operator would, at most `PARTS_MAX` parts
    in all, and never after an abort or a fault. The journal is written as ever but not synced:
    nobody is hurt by the loss of a simulated record. `on_delivery` sees the twin's truth,
    `on_body` the frames, and `pace` each new virtual time (it may wait: true speed). `on_start`
    is given each part's pistol, whose `abort` may be called from a signal handler. `keep` is given
    each plan that divides anew what is left after a loss. Pauses are confirmed at once.

    Raises:
        RecordError: the journal exists already, or cannot be written.
        PlanError: the plan cannot be asked of a pistol.
    """
    world = World(_twin(plan, seed, on_delivery), seed=seed, faults=faults, pace=pace)
    wall = _wall(plan.plan.prescription.session_date)
    opened = opening(
        plan,
        session_id=_session_id(plan, seed, faults),
        started=wall(0),
        prescription_sha256=prescription_sha256,
        versions=versions,
        simulated=True,
    )
    journal = Journal.create(journal_path, sync=_not_synced)
    journal.append(opened)
    history: Sequence[Entry] = (opened,)
    chance, plans = Stream(seed, "host"), _Plans(plan, keep)
    for _ in range(PARTS_MAX):
        pistol = VirtualPistol(world, on_body=on_body, first_request=chance.between(1, 0xFFFF))
        (on_start or _unstopped)(pistol)
        part = partial(
            run,
            plans.in_force,
            pistol,
            journal,
            history=history,
            confirm=_confirm,
            progress=progress or _unwatched,
            wall=lambda: wall(world.now_us),
            clock_us=world.now_us,
            seed=seed,
            nonce=chance.bits64(),
            keep=plans.go_on_with,
        )
        outcome = _outcome_of(part)
        pistol.close()
        journal.close()
        if outcome != "interrupted":
            break
        world.play_all(world.now_us + RESUME_AFTER_US)
        # Another start of the host: it knows nothing but what the journal on the disk says.
        journal, history = Journal.reopen(journal_path, sync=_not_synced)
    journal.close()
    return _told(journal_path)


def _session_id(plan: VerifiedPlan, seed: int, faults: Faults) -> str:
    return sha256(f"{plan.digest}/{seed}/{faults}".encode()).hexdigest()[:16]


def _told(journal_path: Path) -> Record:
    entries, chain = read_chained(journal_path)
    return fold(entries, chain.entries, chain.head)


class _Plans:
    """Which plan is in force; whoever watches is told of the next."""

    def __init__(self, in_force: VerifiedPlan, keep: Keep | None) -> None:
        self.in_force = in_force
        self._keep = keep

    def go_on_with(self, anew: VerifiedPlan) -> None:
        if self._keep is not None:
            self._keep(anew)
        self.in_force = anew


def _outcome_of(part: Callable[[], Ended]) -> SessionOutcome:
    try:
        return part().outcome
    except HostRestart:
        return "interrupted"


def _twin(plan: VerifiedPlan, seed: int, on_delivery: Callable[[Delivery], None] | None) -> Pistol:
    asked = plan.plan.prescription
    # The plan's own pace: its estimate of time and the dry run speak of the same hand.
    hand = Hand(
        seed,
        settle_us=asked.motion.settle_us,
        travels_us=travels_us(plan.plan),
        refills=True,
    )
    # One filling; the hand changes syringes at the pauses.
    syringe_nl = _filling_nl(plan.plan) * (100 + _SPARE_PERCENT) // 100
    return Pistol(Memory(), seed=seed, hand=hand, on_delivery=on_delivery, syringe_nl=syringe_nl)


def _filling_nl(plan: Plan) -> int:
    """Return what a syringe is filled with: the volume, or as much of it as one filling gives."""
    volume_nl = sum(int(one.volume_nl) for one in plan.prescription.products)
    limit = next(one for one in plan.limits if one.name == "syringe_volume_nl_max")
    return min(volume_nl, limit.value)


def _confirm(_echo: ArmChallenge, _briefing: Briefing) -> str:
    return CONFIRMED_BY


def _unwatched(_: Progress) -> None:
    """Nobody watches."""


def _unstopped(_: PistolPort) -> None:
    """Nobody will want to stop it."""


def _not_synced(_: int) -> None:
    """Leave the bytes to the operating system."""


def _wall(date: str) -> Callable[[int], str]:
    """Return the clock on the wall: nine o'clock of the session's day, and the virtual time on."""
    year, month, day = map(int, date.split("-"))

    def wall(at_us: int) -> str:
        seconds = _START_S + at_us // 1_000_000
        days, seconds = divmod(seconds, _DAY_S)
        y, m, d = _later(year, month, day + days)
        hours, rest = divmod(seconds, 3600)
        millis = at_us // 1000 % 1000
        return f"{y:04}-{m:02}-{d:02}T{hours:02}:{rest // 60:02}:{rest % 60:02}.{millis:03}Z"

    return wall


def _later(year: int, month: int, day: int) -> tuple[int, int, int]:
    while day > (length := monthrange(year, month)[1]):
        day -= length
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return year, month, day
