"""What the page shows of side effects that were noted after the session."""

from __future__ import annotations

from dataclasses import replace

from mesogun.planning.plan import Plan
from mesogun.record.record import Note, Record
from mesogun.report import page
from tests.report.reading import Node, read

MILD = Note(
    "2026-11-22T09:00:00+01:00", 82_798, "injection_marks", "mild", "left cheek", "", "",
    "2026-11-22T08:30:00.000Z", "0.1.0",
)  # fmt: skip
SEVERE = replace(MILD, effect="general_allergy", severity="severe", zone="", text="<b>", by="dr-1")


def shown(record: Record, plan: Plan) -> Node:
    return read(page(record, plan, generated_at="2026-11-22T08:30:00Z"))


def sections(found: Node) -> dict[str, Node]:
    return {one.attributes.get("id") or "": one for one in found.tagged("section")}


def test_a_session_without_side_effects_says_nothing_of_them(face: Plan, complete: Record) -> None:
    found = shown(complete, face)
    assert "notes" not in sections(found)
    assert "side effect" not in found.text().lower()


def test_each_side_effect_is_a_line_and_the_head_of_the_page_points_there(
    face: Plan, complete: Record
) -> None:
    found = shown(replace(complete, notes=(MILD, SEVERE)), face)
    lines = [
        [cell.text() for cell in row.children] for row in sections(found)["notes"].tagged("tr")[1:]
    ]
    assert lines[0][:1] + lines[0][2:] == [
        "2026-11-22 09:00 +01:00", "injection marks", "mild", "left cheek", "–", "–",
    ]  # fmt: skip
    assert lines[0][1].split() == "22 h 59 min".split()
    assert lines[1][2:] == ["general allergy", "severe", "–", "<b>", "dr-1"]
    assert "2 side effects noted, 1 severe" in found.text()


def test_a_severe_one_is_loud_and_a_mild_one_is_not(face: Plan, complete: Record) -> None:
    mild, severe = (
        sections(shown(replace(complete, notes=(one,)), face))["notes"] for one in (MILD, SEVERE)
    )
    assert mild.attributes.get("class") is None
    assert severe.attributes.get("class") == "loud"


def test_how_long_after_is_told_in_minutes_hours_or_days(face: Plan, complete: Record) -> None:
    for seconds, told in ((59 * 60, "59 min"), (3600, "1 h 0 min"), (5 * 86_400 + 7200, "5 d 2 h")):
        found = shown(replace(complete, notes=(replace(MILD, after_s=seconds),)), face)
        assert told.split() == sections(found)["notes"].tagged("tr")[1].children[1].text().split()
