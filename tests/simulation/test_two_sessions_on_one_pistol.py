"""One pistol, two sessions: one that was broken off, and another that was run meanwhile.

A session whose host died before its shot left has an open id that the pistol never saw. The next
session begins with that very id, and has it voided: otherwise what became of its own shot would be
taken for what became of the first one's (`tests/model`, "ids not claimed").
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from mesogun.dryrun import Delivery, Faults, HostRestart, VirtualPistol, World
from mesogun.planning import VerifiedPlan, travels_us
from mesogun.record import Entry, Intent, Journal, fold, read_chained
from mesogun.session import opening, run
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from tests.simulation.ghost import DyingHost
from tests.simulation.tiny import tiny_plan


class Bench:
    """One pistol on which several sessions are run, each with a journal of its own."""

    def __init__(self, plan: VerifiedPlan, folder: Path) -> None:
        self.plan, self.folder = plan, folder
        self.ghost: list[Delivery] = []
        hand = Hand(1, travels_us=travels_us(plan.plan), refills=True)
        twin = Pistol(Memory(), seed=1, hand=hand, on_delivery=self.ghost.append)
        self.world = World(twin, seed=1, faults=Faults())
        self.parts = 0

    def play(self, session: str, die_at: int = 0) -> None:
        """Run a session, or go on with it; its host may die before its k-th request leaves."""
        path = self.folder / session
        history: tuple[Entry, ...] | list[Entry]
        if path.exists():
            journal, history = Journal.reopen(path, sync=lambda _: None)
        else:
            journal = Journal.create(path, sync=lambda _: None)
            history = (opening(self.plan, session_id=session, started="", prescription_sha256=""),)
            journal.append(*history)
        self.parts += 1
        pistol = VirtualPistol(self.world, first_request=1000 * self.parts)
        with suppress(HostRestart):
            run(
                self.plan,
                DyingHost(pistol, die_at, sent=False),
                journal,
                history=history,
                confirm=lambda *_: "a test",
                progress=lambda _: None,
                wall=lambda: "now",
                clock_us=self.world.now_us,
                nonce=self.parts,
            )
        pistol.close()
        journal.close()
        self.world.play_all(self.world.now_us + 1_000_000)

    def entries(self, session: str) -> list[Entry]:
        """What the journal of a session holds."""
        return list(read_chained(self.folder / session)[0])

    def told(self, session: str) -> int:
        """How many pricks its record says were given."""
        entries, chain = read_chained(self.folder / session)
        return fold(entries, chain.entries, chain.head).count("given")


def test_no_session_takes_the_shots_of_another_for_its_own(tmp_path: Path) -> None:
    plan = tiny_plan(2)
    for die_at in range(1, 30):
        folder = tmp_path / str(die_at)
        folder.mkdir()
        bench = Bench(plan, folder)
        bench.play("first", die_at)
        if any(isinstance(one, Intent) for one in bench.entries("first")):
            break
    bench.play("second")
    bench.play("first")
    assert bench.told("first") + bench.told("second") <= len(bench.ghost)
