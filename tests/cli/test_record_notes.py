"""`mesogun record note`: what was seen after a session joins its record, or nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mesogun.record import Chain, Folder, Noted, read

NOTE = ("record", "note", "out", "--effect", "bruising", "--severity", "mild")
THERE = ("--zone", "left cheek")
THEN = ("--at", "2026-11-22T09:00+01:00", "--now", "2026-11-23T00:00+01:00")


@pytest.fixture
def ended(call: Callable, small: Path, tmp_path: Path) -> Path:
    """A whole session's folder."""
    assert call("dry-run", small, "--out", "out").code == 0
    return tmp_path / "out"


def state(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name != ".lock"}


def test_a_note_is_shown_by_record_and_report_and_the_record_still_verifies(
    call: Callable, ended: Path
) -> None:
    ran = call(*NOTE, *THERE, *THEN, "--text", "as a coin", "--by", "nurse-2")
    assert ran.code == 0, ran.err
    assert all(line.startswith("SIMULATED") for line in ran.out.strip().splitlines())
    shown = call("record", "show", "out").out
    assert "2026-11-22 09:00 +01:00" in shown
    assert "bruising, mild, left cheek: as a coin (by nurse-2)" in shown
    assert "as a coin" in (ended / "report.html").read_text()
    (told,) = json.loads((ended / "record.json").read_text())["notes"]
    assert told["effect"] == "bruising"
    assert call("record", "verify", "out").code == 0
    assert json.loads(call(*NOTE, *THERE, *THEN, "--json").out)["severity"] == "mild"
    assert call("record", "verify", "out").code == 0
    assert sum(isinstance(one, Noted) for one in read(ended / "journal.mgj")) == 2


def test_a_session_with_a_note_is_still_complete_for_resume(call: Callable, ended: Path) -> None:
    assert call(*NOTE, *THERE, *THEN).code == 0
    before = state(ended)
    ran = call("resume", "out", "--port", "mesosim://?seed=1", "--yes")
    assert (ran.code, state(ended)) == (0, before), ran.err


def test_a_changed_or_removed_note_is_noticed(call: Callable, ended: Path) -> None:
    assert call(*NOTE, *THERE, *THEN).code == 0
    journal = ended / "journal.mgj"
    good = journal.read_bytes()
    journal.write_bytes(good.replace(b'"mild"', b'"wild"'))
    assert call("record", "verify", "out").code == 1
    journal.write_bytes(good[: good[:-1].rindex(b"\n") + 1])
    assert call("record", "verify", "out").code == 1


REFUSED = (
    (("--effect", "brusing"), "did you mean 'bruising'?"),
    (("--zone", "left cheak"), "There are: left cheek"),
    (("--zone", ""), "bruising is in a zone: give one of left cheek"),
    (("--severity", "awful"), "'mild', 'moderate', 'severe'"),
    (("--at", "2026-11-21T08:59Z"), "before the session's end"),
    (("--at", "2026-11-23T00:02+01:00"), "in the future"),
    (("--at", "2026-11-22"), "give date and time"),
    (("--at", "soon"), "give date and time"),
    (("--text", "two\nlines"), "line breaks"),
    (("--by", "x" * 1001), "characters"),
)


@pytest.mark.parametrize(("wrong", "told"), REFUSED, ids=[text for _, text in REFUSED])
def test_a_wrong_note_is_refused_and_nothing_is_written(
    wrong: tuple[str, str], told: str, call: Callable, ended: Path
) -> None:
    before = state(ended)
    ran = call(*NOTE, *THERE, *THEN, *wrong)
    assert ran.code == 2
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert state(ended) == before


def test_a_general_allergy_needs_no_zone(call: Callable, ended: Path) -> None:
    assert call(*NOTE, *THEN, "--effect", "general_allergy", "--severity", "severe").code == 0


def torn(folder: Path) -> None:
    with (folder / "journal.mgj").open("ab") as file:
        file.write(b"0123 half a line")


def changed(folder: Path) -> None:
    (folder / "report.html").write_text("<p>all went well</p>")


def other_plan(folder: Path) -> None:
    (folder / "plan.json").write_text("{}")


@pytest.mark.parametrize("harm", [torn, changed, other_plan])
def test_a_record_that_is_not_whole_takes_no_note_and_stays_as_it_is(
    harm: Callable[[Path], None], call: Callable, ended: Path
) -> None:
    harm(ended)
    before = state(ended)
    ran = call(*NOTE, *THERE, *THEN)
    assert ran.code == 1
    assert "nothing was noted" in ran.err
    assert state(ended) == before


def test_a_folder_that_is_none_of_a_session_is_refused(call: Callable, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert call(*NOTE, *THERE, *THEN).code == 2


def test_a_note_whose_writing_was_cut_short_is_written_out_by_the_next(
    call: Callable, ended: Path
) -> None:
    old = {name: data for name, data in state(ended).items() if name in ("record.json",)}
    assert call(*NOTE, *THERE, *THEN).code == 0
    for name, data in old.items():  # the disk as it is after the journal, before the record
        (ended / name).write_bytes(data)
    assert call("record", "verify", "out").code == 1
    assert call(*NOTE, *THERE, *THEN, "--severity", "moderate").code == 0
    assert call("record", "verify", "out").code == 0
    assert len(json.loads((ended / "record.json").read_text())["notes"]) == 2


def test_only_a_simulated_session_has_a_time_of_its_own(
    call: Callable, ended: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metal = (ended / "journal.mgj").read_bytes().replace(b'"simulated":true', b'"simulated":false')
    head = Chain(-1, "0" * 64)
    lines = []
    for line in metal.split(b"\n")[:-1]:
        head, made = head.line(line[65:])
        lines.append(made)
    (ended / "journal.mgj").write_bytes(b"".join(lines))
    with Folder.open(ended) as folder:
        (ended / "record.json").unlink()
        folder.write_record()
    ran = call(*NOTE, *THERE, *THEN)
    assert ran.code == 1, "the report was made of a simulated session"
    from mesogun.cli.output import pages, read_session

    session = read_session(ended)
    for name, data in pages(session.record, session.plan).items():
        (ended / name).write_bytes(data)
    ran = call(*NOTE, *THERE, *THEN)
    assert ran.code == 2
    assert "--now: only a simulated session" in ran.err
