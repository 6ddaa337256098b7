"""`mesogun course`: what is done, when the next sessions may be, and both as a calendar."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar

TODAY = ("--today", "2026-11-21")


@pytest.fixture
def second(tmp_path: Path, small: Path) -> Path:
    """The second session of the small prescription's course."""
    path = tmp_path / "second.toml"
    text = small.read_text().replace("number = 1", "number = 2")
    path.write_text(text.replace("2026-11-21", "2026-11-28"))
    return path


def rows(text: str) -> list[list[str]]:
    found = [line.split() for line in text.splitlines() if re.match(r" +\d+  ", line)]
    return [[" ".join(re.findall(r"[a-z,]+", " ".join(one))), *dates(one)] for one in found]


def dates(words: list[str]) -> list[str]:
    return [one for one in words if re.fullmatch(r"\d{4}-\d\d-\d\d", one)]


def test_the_schedule_is_told_with_its_sources_and_those_that_disagree(
    call: Callable, examples: Path
) -> None:
    ran = call("course", examples / "face.toml", *TODAY)
    assert ran.code == 0, ran.err
    assert rows(ran.out) == [
        ["done", "2026-11-07"],
        ["this session", "2026-11-21"],
        ["to come", "2026-11-28", "2026-11-26", "2026-12-05"],
        ["to come, if needed", "2026-12-05", "2026-12-03", "2026-12-12"],
        ["maintenance", "2027-02-03", "2026-12-10", "2027-04-04"],
        ["maintenance", "2027-04-04", "2027-02-08", "2027-06-03"],
    ]
    for said in ("5 d [founding text: text 002", "text 000: 4 to 10", "text 002: 10 to 12"):
        assert said in ran.out
    assert "Warnings" not in ran.out


@pytest.mark.parametrize("name", ["face", "cellulite", "scalp", "belly"])
def test_every_regimen_s_example_has_a_course_to_come(
    name: str, call: Callable, examples: Path
) -> None:
    ran = call("course", examples / f"{name}.toml", "--json", *TODAY)
    told = json.loads(ran.out)["appointments"]
    assert [one["kind"] for one in told].count("this") == 1
    assert [one["kind"] for one in told].count("maintenance") == 2
    days = [date.fromisoformat(one["date"]) for one in told]
    assert days == sorted(set(days))


def test_a_session_too_early_is_refused_with_the_first_allowed_date(
    call: Callable, second: Path
) -> None:
    second.write_text(second.read_text().replace("previous = []", "previous = [2026-11-24]"))
    for command in ("plan", "course", "dry-run"):
        ran = call(command, second)
        assert ran.code == 2
        assert "the first allowed date is 2026-11-29" in ran.err


def test_records_give_the_days_before_and_their_side_effects(
    call: Callable, small: Path, second: Path
) -> None:
    assert call("dry-run", small, "--out", "one").code == 0
    noted = call(
        "record", "note", "one", "--effect", "redness", "--severity", "mild",
        "--zone", "left cheek", "--at", "2026-11-22T08:00Z", "--now", "2026-11-23T08:00Z",
    )  # fmt: skip
    assert noted.code == 0, noted.err
    assert call("course", second, *TODAY).code == 2, "number 2 without a date before"
    ran = call("course", second, "--record", "one", *TODAY)
    assert ran.code == 0, ran.err
    assert rows(ran.out)[0][1:] == ["2026-11-21"]
    assert "SIMULATED complete, 14 of 14 pricks" in ran.out
    assert "SIMULATED session 1: 2026-11-22 08:00 +00:00" in ran.out
    assert "redness, mild, left cheek" in ran.out
    told = json.loads(call("course", second, "--record", "one", "--json", *TODAY).out)
    (record,) = told["appointments"][0]["records"]
    assert record["side_effects"][0]["effect"] == "redness"
    assert call("dry-run", second, "--out", "never").code == 2, "plan alone knows no record"


def test_the_record_of_this_very_session_is_told_at_it(call: Callable, small: Path) -> None:
    assert call("dry-run", small, "--out", "one").code == 0
    ran = call("course", small, "--record", "one", "--record", "one", *TODAY)
    assert ran.code == 0, ran.err
    (line,) = [line for line in ran.out.splitlines() if "this session" in line]
    assert line.count("14 of 14 pricks") == 1


def test_a_session_in_which_nothing_was_given_does_not_count(
    call: Callable, small: Path, second: Path
) -> None:
    assert call("dry-run", small, "--out", "one", "--fault", "abort@1").code == 3
    told = json.loads(call("course", small, "--record", "one", "--json", *TODAY).out)
    assert told["appointments"][0]["records"] == []
    assert any("nothing was given" in one for one in told["warnings"])
    assert call("course", second, "--record", "one", *TODAY).code == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('id = "p-1"', 'id = "p-2"'), "of patient 'p-1', this course of 'p-2'"),
        (('regimen = "face"', 'regimen = "general"'), "of the regimen 'face'"),
        (("date = 2026-11-28", "date = 2026-11-14"), "2026-11-21, which is not before 2026-11-14"),
    ],
)
def test_a_record_that_is_not_of_this_course_is_refused(
    change: tuple[str, str], told: str, call: Callable, small: Path, second: Path
) -> None:
    assert call("dry-run", small, "--out", "one").code == 0
    second.write_text(second.read_text().replace(*change))
    ran = call("course", second, "--record", "one", *TODAY)
    assert ran.code == 2
    assert told in ran.err


def test_a_changed_record_is_refused(call: Callable, small: Path, tmp_path: Path) -> None:
    assert call("dry-run", small, "--out", "one").code == 0
    (tmp_path / "one" / "plan.json").write_text("{}")
    ran = call("course", small, "--record", "one", *TODAY)
    assert ran.code == 2
    assert "cannot be trusted" in ran.err


@pytest.mark.parametrize(
    ("previous", "told"),
    [
        ("[2026-11-20, 2026-11-10]", "found 2026-11-20, which is not before 2026-11-10"),
        ("[2026-11-10, 2026-11-10]", "found 2026-11-10, which is not before 2026-11-10"),
        ("[2026-11-28]", "found 2026-11-28, which is not before 2026-11-28"),
        ("[2026-11-22]", "found 2026-11-22, but today is 2026-11-21"),
    ],
)
def test_days_out_of_order_repeated_or_to_come_are_refused(
    previous: str, told: str, call: Callable, second: Path
) -> None:
    second.write_text(second.read_text().replace("previous = []", f"previous = {previous}"))
    ran = call("course", second, *TODAY)
    assert ran.code == 2
    assert told in ran.err


def test_a_day_that_is_none_is_refused(call: Callable, small: Path) -> None:
    ran = call("course", small, "--today", "tomorrow")
    assert (ran.code, "give a date such as" in ran.err) == (2, True)


def test_a_session_that_should_have_been_is_told(call: Callable, small: Path) -> None:
    late = call("course", small, "--today", "2026-12-06").out
    assert "session 2 is overdue: the regimen puts it no later than 2026-12-05" in late
    assert "overdue" not in call("course", small, "--today", "2026-12-05").out


def test_a_warning_about_the_course_is_told(call: Callable, second: Path) -> None:
    second.write_text(second.read_text().replace("previous = []", "previous = [2026-11-22]"))
    out = call("course", second, "--today", "2026-11-28").out
    assert "only 6 d since the last session: 7 d are usual" in out


def test_the_calendar_holds_whole_days_under_stable_names_and_no_patient(
    call: Callable, small: Path, second: Path, tmp_path: Path
) -> None:
    assert call("course", small, "--ical", "a.ics", *TODAY).code == 0
    assert call("course", small, "--ical", "b.ics", *TODAY).code == 0
    data = (tmp_path / "a.ics").read_bytes()
    assert data == (tmp_path / "b.ics").read_bytes(), "not the same again"
    assert b"p-1" not in data
    assert b"cheek" not in data
    events = Calendar.from_ical(data).walk("VEVENT")
    assert [str(one["SUMMARY"]) for one in events] == [
        "Face: session 1 of 4",
        "Face: session 2 of 4",
        "Face: session 3 of 4",
        "Face: session 4 of 4",
        "Face: maintenance (session 5)",
        "Face: maintenance (session 6)",
    ]
    for one in events:
        assert type(one.decoded("DTSTART")) is date
        assert (one.decoded("DTEND") - one.decoded("DTSTART")).days == 1
        assert one.decoded("DTSTAMP") == datetime(2026, 11, 21, tzinfo=UTC)
    second.write_text(second.read_text().replace("previous = []", "previous = [2026-11-21]"))
    assert call("course", second, "--ical", "c.ics", *TODAY).code == 0
    anew = Calendar.from_ical((tmp_path / "c.ics").read_bytes()).walk("VEVENT")
    assert [one["UID"] for one in anew] == [one["UID"] for one in events][1:]
    assert len({one["UID"] for one in events}) == len(events)


def test_the_calendar_does_not_overwrite_the_prescription(call: Callable, small: Path) -> None:
    before = small.read_bytes()
    assert call("course", small, "--ical", small, *TODAY).code == 2
    assert small.read_bytes() == before


def test_a_plan_starts_without_what_only_calendars_need(small: Path) -> None:
    code = (
        "import sys; from mesogun.cli.main import run_cli; "
        f"run_cli(['plan', {str(small)!r}, '--json']); "
        "heavy = ('icalendar', 'reportlab', 'PIL', 'mesogun.cli.course', "
        "'mesogun.intake.schedule', 'mesogun.intake.side_effects'); "
        "print([one for one in heavy if one in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_what_a_clinic_loosened_is_told_with_who_approved_it(
    call: Callable, second: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    figure = '{ value = 4, unit = "d", source = "ours", strength = "unverified" }'
    (own / "regimens.toml").write_text(
        'format = "mesogun-regimens/1"\n[sources]\nours = "house rule"\n'
        f"[regimens.face]\ninterval_min = {figure}\n"
    )
    second.write_text(second.read_text().replace("previous = []", "previous = [2026-11-24]"))
    assert call("course", second, "--catalogue", own, "--today", "2026-11-28").code == 2
    own = own.rename(tmp_path / "approved")  # a process reads a folder once
    (own / "approvals.toml").write_text(
        'format = "mesogun-approvals/1"\n[[approval]]\n'
        'figure = "regimens.face.interval_min"\nby = "dr-1"\nreason = "own study"\n'
    )
    ran = call("course", second, "--catalogue", own, "--today", "2026-11-28")
    assert ran.code == 0, ran.err
    assert "dr-1" in ran.out
    assert "first allowed: 4 d [unverified: house rule" in ran.out
