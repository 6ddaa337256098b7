"""What is seen after a session, as an entry of its journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.errors import RecordError, WrongUsage
from mesogun.record import (
    Connected,
    Ended,
    Entry,
    Folder,
    Note,
    Noted,
    Record,
    ending_of,
    fold,
    note,
    unwritten,
)

END = datetime.fromisoformat("2026-11-21T09:00:02+00:00")
SEEN = datetime.fromisoformat("2026-11-22T09:00:00+01:00")
NOW = datetime.fromisoformat("2026-11-22T10:30:00+01:00")
Noting = Callable[..., Noted]


@pytest.fixture
def noting(session: tuple[Entry, ...]) -> Noting:
    def make(**given: Any) -> Noted:
        usual: dict[str, Any] = {
            "history": session,
            "effect": "bruising",
            "severity": "mild",
            "zone": "left cheek",
            "seen": SEEN,
            "now": NOW,
            "version": "0.1.0",
        }
        usual |= given
        return note(usual.pop("history"), **usual)

    return make


def told(*entries: Entry) -> Record:
    return fold(entries, len(entries), "head")


def test_a_note_says_when_in_whose_clock_and_how_long_after(noting: Noting) -> None:
    made = noting(text="as a coin", by="nurse-2")
    assert made.seen == "2026-11-22T09:00:00+01:00"
    assert made.after_s == (24 - 1) * 3600 - 2
    assert made.wall == "2026-11-22T09:30:00.000Z"
    assert (made.text, made.by, made.version) == ("as a coin", "nurse-2", "0.1.0")


def test_a_note_changes_nothing_that_the_record_says_of_the_session(
    session: tuple[Entry, ...], noting: Noting
) -> None:
    before, after = told(*session), told(*session, noting(), noting(effect="redness"))
    assert [one.effect for one in after.notes] == ["bruising", "redness"]
    assert replace(after, notes=(), chain_entries=before.chain_entries) == before
    seen = after.notes[0]
    assert seen == Note(
        "2026-11-22T09:00:00+01:00", 82_798, "bruising", "mild", "left cheek", "", "",
        "2026-11-22T09:30:00.000Z", "0.1.0",
    )  # fmt: skip


def test_a_session_with_notes_is_ended_as_it_was(
    session: tuple[Entry, ...], connected: Connected, noting: Noting
) -> None:
    assert ending_of((*session, noting(), noting())) == session[-1]
    assert ending_of(session[:-1]) is None
    assert ending_of((*session, noting(), connected)) is None
    assert ending_of(()) is None


def test_a_session_that_is_not_closed_takes_no_note(
    session: tuple[Entry, ...], noting: Noting
) -> None:
    with pytest.raises(RecordError, match="not closed"):
        noting(history=session[:-1])
    unreadable = replace(session[-1], wall="yesterday")  # type: ignore[call-arg]
    with pytest.raises(RecordError, match="no time that can be read"):
        noting(history=(*session[:-1], unreadable))


@given(st.integers(-(10**7), 10**7))
def test_what_was_seen_lies_between_the_end_and_now(seconds: int) -> None:
    ended = Ended(5, "complete", "", "2026-11-21T09:00:02Z")
    seen = END + timedelta(seconds=seconds)

    def make() -> Noted:
        return note(
            (ended,), effect="redness", severity="mild", zone="chin", seen=seen, now=NOW, version=""
        )

    if seen < END:
        with pytest.raises(WrongUsage, match="before the session's end"):
            make()
    elif seen > NOW + timedelta(minutes=1):
        with pytest.raises(WrongUsage, match="in the future"):
            make()
    else:
        assert make().after_s == seconds


def test_the_very_bounds_of_a_note_s_time_are_kept(noting: Noting) -> None:
    minute = timedelta(minutes=1)
    assert noting(seen=END).after_s == 0
    assert noting(seen=NOW + minute).effect == "bruising"
    for wrong in (END - timedelta(microseconds=1), NOW + minute + timedelta(microseconds=1)):
        with pytest.raises(WrongUsage):
            noting(seen=wrong)


def test_the_severity_is_one_of_three(noting: Noting) -> None:
    with pytest.raises(WrongUsage, match="mild, moderate, severe"):
        noting(severity="awful")


def test_a_note_that_the_record_does_not_know_yet_is_found(
    tmp_path: Path, session: tuple[Entry, ...], noting: Noting
) -> None:
    with Folder.create(tmp_path / "out") as folder, folder.create_journal() as journal:
        journal.append(*session)
        with pytest.raises(RecordError, match=r"record\.json: missing"):
            unwritten(folder.path)
        folder.write_record()
        assert unwritten(folder.path) == ()
        journal.append(noting())
        assert unwritten(folder.path) == (noting(),)
