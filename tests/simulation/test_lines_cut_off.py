"""Whole lines cut off the end of a journal, or a folder restored from a backup.

The chain cannot show it; the pistol can: every intent in its journal names its session. Cut
anywhere, a session is either gone on with, and every prick is given once, or it stops for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from mesogun.dryrun import Delivery, Faults, HostRestart, VirtualPistol, World
from mesogun.errors import RecordError
from mesogun.planning import VerifiedPlan, travels_us
from mesogun.record import Alarmed, Entry, Intent, Journal, Record, fold, read_chained
from mesogun.session import opening, run
from simulator.memory import RECORDS, Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from tests.simulation.ghost import DyingHost
from tests.simulation.tiny import tiny_plan

PRICKS = 3
STOP_US = 700_000
"""Here two pricks were given."""


class Bench:
    """One pistol, and the journals of the sessions that were run on it."""

    def __init__(self, plan: VerifiedPlan, folder: Path, records: int = RECORDS) -> None:
        self.plan, self.folder = plan, folder
        self.ghost: list[Delivery] = []
        hand = Hand(1, travels_us=travels_us(plan.plan), refills=True)
        twin = Pistol(Memory(records), seed=1, hand=hand, on_delivery=self.ghost.append)
        self.world = World(twin, seed=1, faults=Faults())
        self.parts = 0

    def play(self, name: str, die_at: int = 0, *, sent: bool = True) -> None:
        """Begin a session, or resume it; its host may die at its k-th request."""
        path = self.folder / name
        history: Sequence[Entry]
        resumed = path.exists()
        if resumed:
            journal, history = Journal.reopen(path, sync=lambda _: None)
        else:
            journal = Journal.create(path, sync=lambda _: None)
            history = (opening(self.plan, session_id=name, started="", prescription_sha256=""),)
            journal.append(*history)
        self.parts += 1
        pistol = VirtualPistol(self.world, first_request=1000 * self.parts % 60_000)
        try:
            with suppress(HostRestart):
                run(
                    self.plan,
                    DyingHost(pistol, die_at, sent=sent),
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


def interrupted(folder: Path, die_at: int = 0) -> Bench:
    """Play a session whose host dies at a request; 0: that a person stops after two pricks.

    After a stop the pistol's journal is read and acknowledged to its end: nothing is left unread.
    """
    bench = Bench(tiny_plan(PRICKS), folder)
    if not die_at:
        bench.world.abort_at(STOP_US)
    bench.play("one", die_at)
    return bench


def cut_and_resume(bench: Bench, kept: int) -> str:
    """Cut a journal, resume twice, and tell whether the cut was noticed; demand what must hold."""
    given_before = len(bench.ghost)
    gone = bench.keep("one", kept)
    intents_gone = any(b'"entry":"intent"' in line for line in gone)
    bench.play("one")
    if "journal_cut" not in bench.alarms("one"):
        assert not (intents_gone and given_before > given_in(bench, kept)), (kept, given_before)
        assert len(bench.ghost) == PRICKS
        assert bench.record("one").outcome == "complete"
        return "went on"
    assert len(bench.ghost) == given_before, "fired although lines were missing"
    assert bench.record("one").outcome == "fault"
    with pytest.raises(RecordError, match="Put the newest journal back"):
        bench.play("one")
    assert len(bench.ghost) == given_before
    return "noticed"


def given_in(bench: Bench, kept: int) -> int:
    """How many of the deliveries the first `kept` lines of the journal have asked for."""
    entries, _ = read_chained(bench.folder / "one")
    asked = {one.shot_id for one in entries[: kept - 1] if isinstance(one, Intent)}
    return sum(one.shot_id in asked for one in bench.ghost)


@pytest.mark.parametrize("die_at", [12, 18, 24, 0], ids=str)
def test_lines_cut_off_at_any_place_are_noticed_or_make_no_difference(
    tmp_path: Path, die_at: int
) -> None:
    told = Counter[str]()
    probe = tmp_path / "probe"
    probe.mkdir()
    lines = len(interrupted(probe, die_at).lines("one"))
    assert lines > 6
    for kept in range(2, lines + 1):
        folder = tmp_path / str(kept)
        folder.mkdir()
        told[cut_and_resume(interrupted(folder, die_at), kept)] += 1
    assert told["noticed"] > 2
    assert told["went on"] >= 1


def test_a_folder_restored_from_a_backup_is_noticed_and_goes_on_with_the_newest(
    tmp_path: Path,
) -> None:
    bench = interrupted(tmp_path, 12)
    backup = b"".join(bench.lines("one"))
    bench.play("one", 22)
    newest = b"".join(bench.lines("one"))
    given = len(bench.ghost)
    (tmp_path / "one").write_bytes(backup)
    bench.play("one")
    assert bench.alarms("one")[-1] == "journal_cut"
    assert len(bench.ghost) == given
    (tmp_path / "one").write_bytes(newest)
    bench.play("one")
    assert bench.record("one").outcome == "complete"
    assert len(bench.ghost) == PRICKS


def test_a_session_of_the_same_plan_in_another_folder_is_no_missing_line(tmp_path: Path) -> None:
    bench = interrupted(tmp_path, 14)
    bench.play("two")
    bench.play("one")
    assert "journal_cut" not in bench.alarms("one")
    assert bench.record("one").outcome == bench.record("two").outcome == "complete"
    assert len(bench.ghost) == 2 * PRICKS


def test_a_pistol_that_has_overwritten_old_records_is_read_from_the_oldest_it_keeps(
    tmp_path: Path,
) -> None:
    bench = Bench(tiny_plan(PRICKS), tmp_path, records=32)
    for number in range(5):
        bench.play(f"before {number}")
    # Met, and dead before anything was acknowledged: its journal has seen no record.
    bench.play("one", 2)
    bench.play("one")
    assert bench.record("one").outcome == "complete"
    assert "journal_cut" not in bench.alarms("one")
