"""When a session may be: against the dates of the file, against those of records, by the clock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import read_prescription
from mesogun.planning import Prescription
from mesogun.planning.plan import as_fields

FACE = Path(__file__).parents[2] / "examples" / "face.toml"
Read = Callable[..., Prescription]


@pytest.fixture
def reading(tmp_path: Path) -> Read:
    """Read the face example with other lines in [session], all dates from records beside it."""

    def read(session: dict[str, str], *held: date) -> Prescription:
        text = FACE.read_text()
        for key, value in session.items():
            line = f"{key} = {value}"
            text, changed = re.subn(rf"(?m)^{key} = .*$", line, text, count=1)
            if not changed:
                text = text.replace("[session]", f"[session]\n{line}", 1)
        (tmp_path / "face.toml").write_text(text)
        (tmp_path / "face.svg").write_bytes(FACE.with_suffix(".svg").read_bytes())
        tomllib.loads(text)
        return read_prescription(tmp_path / "face.toml", held=held)

    return read


def days(*told: str) -> list[date]:
    return [date.fromisoformat(one) for one in told]


@pytest.mark.parametrize(
    ("previous", "first"), [("2026-11-17", "2026-11-22"), ("2026-11-20", "2026-11-25")]
)
def test_a_session_too_early_is_refused_with_the_first_allowed_date(
    previous: str, first: str, reading: Read
) -> None:
    with pytest.raises(PrescriptionError, match=f"the first allowed date is {first}"):
        reading({"previous": f"[{previous}]"})
    made = reading({"date": first, "previous": f"[{previous}]"})
    assert any("only 5 d since the last session" in one for one in made.warnings)


def test_from_the_usual_interval_on_nothing_is_said(reading: Read) -> None:
    assert not any(
        "since the last" in one for one in reading({"previous": "[2026-11-14]"}).warnings
    )
    early = reading({"previous": "[2026-11-15]"}).warnings
    assert any("only 6 d since the last session: 7 d are usual" in one for one in early)


def test_a_session_near_the_end_of_the_calendar_is_refused_in_words(reading: Read) -> None:
    with pytest.raises(PrescriptionError, match="beyond the end of the calendar"):
        reading({"date": "9999-12-31", "previous": "[9999-12-29]"})


def test_days_of_records_join_those_of_the_file(reading: Read) -> None:
    made = reading({"number": "3", "previous": "[2026-11-07]"}, *days("2026-10-31", "2026-11-07"))
    assert made.previous_dates == ("2026-10-31", "2026-11-07")
    assert not any("dates of" in one for one in made.warnings)


def test_a_record_of_this_very_day_is_no_session_before(reading: Read) -> None:
    made = reading({"previous": "[2026-11-07]"}, *days("2026-11-21"))
    assert made.previous_dates == ("2026-11-07",)


def test_dates_that_do_not_rise_are_refused_even_with_records(reading: Read) -> None:
    for previous in ("[2026-11-07, 2026-11-01]", "[2026-11-07, 2026-11-07]"):
        with pytest.raises(PrescriptionError, match=r"session\.previous\[0\]"):
            reading({"number": "4", "previous": previous}, *days("2026-10-01"))


def test_a_record_that_is_later_is_refused(reading: Read) -> None:
    with pytest.raises(PrescriptionError, match="2026-12-01, which is not before 2026-11-21"):
        reading({}, *days("2026-12-01"))


@pytest.mark.parametrize(
    ("told", "at"),
    [("10:30:00", "2026-11-21T10:30"), ('"09:05"', "2026-11-21T09:05")],
)
def test_the_session_s_time_is_kept_to_the_minute(told: str, at: str, reading: Read) -> None:
    assert reading({"time": told}).session_at == at


@pytest.mark.parametrize("told", ['"10"', '"1030"', "10:30:15", '"25:00"', "7", '"10:30Z"', "true"])
def test_what_is_no_time_of_day_is_refused(told: str, reading: Read) -> None:
    with pytest.raises(PrescriptionError, match=r"session\.time: found .*: give a local time"):
        reading({"time": told})


def test_without_a_time_a_prescription_is_written_as_it_always_was(reading: Read) -> None:
    told: dict[str, Any] = as_fields(reading({}))
    assert "session_at" not in told
    assert as_fields(reading({"time": "10:30:00"}))["session_at"] == "2026-11-21T10:30"
