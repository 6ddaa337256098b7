"""One pistol in virtual time, and the journals of the sessions that are run on it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mesogun.dryrun import Delivery, Faults, HostRestart, VirtualPistol, World
from mesogun.planning import VerifiedPlan, travels_us
from mesogun.record import Alarmed, Entry, Journal, Record, fold, read_chained
from mesogun.record.journal import Sync, Write
from mesogun.session import opening, run
from simulator.memory import RECORDS, Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from tests.simulation.ghost import DyingHost


class Bench:
    """One pistol, and the journals of the sessions that were run on it."""

    def __init__(self, plan: VerifiedPlan, folder: Path, records: int = RECORDS) -> None:
        self.plan, self.folder = plan, folder
        self.ghost: list[Delivery] = []
        hand = Hand(1, travels_us=travels_us(plan.plan), refills=True)
        twin = Pistol(Memory(records), seed=1, hand=hand, on_delivery=self.ghost.append)
        self.world = World(twin, seed=1, faults=Faults())
        self.parts = 0

    def play(
        self,
        name: str,
        die_at: int = 0,
        *,
        sync: Sync = lambda _: None,
        write: Write = os.write,
    ) -> None:
        """Begin a session, or resume it; its host may die at its k-th request.

        Raises:
            RecordError: the journal cannot be gone on with.
        """
        path = self.folder / name
        history: Sequence[Entry]
        resumed = path.exists()
        if resumed:
            journal, history = Journal.reopen(path, sync=sync, write=write)
        else:
            journal = Journal.create(path, sync=sync, write=write)
            history = (opening(self.plan, session_id=name, started="", prescription_sha256=""),)
            journal.append(*history)
        self.parts += 1
        pistol = VirtualPistol(self.world, first_request=1000 * self.parts % 60_000)
        try:
            with suppress(HostRestart):
                run(
                    self.plan,
                    DyingHost(pistol, die_at, sent=True),
                    journal,
                    history=history,
                    confirm=lambda *_: "a test",
                    progress=lambda _: None,
                    wall=lambda: "now",
                    clock_us=self.world.now_us,
                    nonce=self.parts,
                    resumed=resumed,
                )
        finally:
            pistol.close()
            journal.close()
            self.world.play_all(self.world.now_us + 1_000_000)

    def lines(self, name: str) -> list[bytes]:
        """The lines of a session's journal, its header first."""
        return (self.folder / name).read_bytes().splitlines(keepends=True)

    def keep(self, name: str, count: int) -> list[bytes]:
        """Cut all but the first lines off a journal, and return those that are gone."""
        lines = self.lines(name)
        (self.folder / name).write_bytes(b"".join(lines[:count]))
        return lines[count:]

    def record(self, name: str) -> Record:
        """What the journal of a session says."""
        entries, chain = read_chained(self.folder / name)
        return fold(entries, chain.entries, chain.head)

    def alarms(self, name: str) -> list[str]:
        """The kinds of alarms in a journal."""
        entries, _ = read_chained(self.folder / name)
        return [one.kind for one in entries if isinstance(one, Alarmed)]
