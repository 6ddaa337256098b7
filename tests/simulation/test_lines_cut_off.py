"""Whole lines cut off the end of a journal, or a folder restored from a backup.

The chain cannot show it; the pistol can: every intent in its journal names its session. Cut
anywhere, a session is either gone on with, and every prick is given once, or it stops for good.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mesogun.errors import RecordError
from mesogun.record import Intent, read_chained
from tests.simulation.one_pistol import Bench
from tests.simulation.tiny import tiny_plan

PRICKS = 3
STOP_US = 700_000
"""Here two pricks were given."""


def interrupted(folder: Path, given: int) -> Bench:
    """Play a session whose host dies when so many pricks were given; 0: a person stops it at two.

    After a stop the pistol's journal is read and acknowledged to its end: nothing is left unread.
    """
    bench = Bench(tiny_plan(PRICKS), folder)
    if not given:
        bench.world.abort_at(STOP_US)
    bench.play("one", dying_with(given) if given else 0)
    return bench


@cache
def dying_with(given: int) -> int:
    """Return the first request at which a host can die so that so many pricks were given."""
    for die_at in range(1, 100):
        with TemporaryDirectory() as folder:
            bench = Bench(tiny_plan(PRICKS), Path(folder))
            bench.play("one", die_at)
            if len(bench.ghost) == given:
                return die_at
    raise AssertionError(f"no host dies with {given} pricks given")


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
    # Nobody is told of another host beside it: the shots are this session's own.
    assert bench.alarms("one") == ["journal_cut"]
    with pytest.raises(RecordError, match="Put the newest journal back"):
        bench.play("one")
    assert len(bench.ghost) == given_before
    return "noticed"


def given_in(bench: Bench, kept: int) -> int:
    """How many of the deliveries the first `kept` lines of the journal have asked for."""
    entries, _ = read_chained(bench.folder / "one")
    asked = {one.shot_id for one in entries[: kept - 1] if isinstance(one, Intent)}
    return sum(one.shot_id in asked for one in bench.ghost)


@pytest.mark.parametrize("given", [1, 2, 3, 0], ids=str)
def test_lines_cut_off_at_any_place_are_noticed_or_make_no_difference(
    tmp_path: Path, given: int
) -> None:
    told = Counter[str]()
    probe = tmp_path / "probe"
    probe.mkdir()
    lines = len(interrupted(probe, given).lines("one"))
    for kept in range(2, lines + 1):
        folder = tmp_path / str(kept)
        folder.mkdir()
        told[cut_and_resume(interrupted(folder, given), kept)] += 1
    assert told["noticed"] > 2
    assert told["went on"] >= 1


def test_a_folder_restored_from_a_backup_is_noticed_and_goes_on_with_the_newest(
    tmp_path: Path,
) -> None:
    bench = interrupted(tmp_path, 1)
    backup = b"".join(bench.lines("one"))
    bench.play("one", dying_with(1) + 4)  # to resume takes more requests than to begin
    newest = b"".join(bench.lines("one"))
    given = len(bench.ghost)
    assert given > 1
    (tmp_path / "one").write_bytes(backup)
    bench.play("one")
    assert "journal_cut" in bench.alarms("one")
    assert len(bench.ghost) == given
    (tmp_path / "one").write_bytes(newest)
    bench.play("one")
    assert bench.record("one").outcome == "complete"
    assert len(bench.ghost) == PRICKS


def test_a_session_of_the_same_plan_in_another_folder_is_no_missing_line(tmp_path: Path) -> None:
    bench = interrupted(tmp_path, 1)
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
