"""A calibration has a last day and a number of shots: beyond either nothing is armed."""

from __future__ import annotations

from datetime import date

import pytest

from firmware_protocol.messages import ErrorCode, ErrorReply, LimitsGet, Resolve
from mesogun.record import Alarmed
from mesogun.session.calendar import day_of
from mesogun.session.model import Ended
from tests.session.hand_made import WALL, Talk, limits, status

TODAY = (date.fromisoformat(WALL[:10]) - date(1970, 1, 1)).days


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2024, 2026, 2100, 9999])
def test_days_are_counted_as_a_calendar_counts_them(year: int) -> None:
    for month, day in ((1, 1), (2, 28), (3, 1), (6, 30), (12, 31)):
        one = date(year, month, day)
        assert day_of(f"{one.isoformat()}T09:00:00Z") == (one - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "wall", ["now", "", "2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31", "0000-01-01"]
)
def test_what_is_no_date_is_no_day(wall: str) -> None:
    assert day_of(wall) is None
    assert day_of("2024-02-29") is not None


@pytest.mark.parametrize("days", [0, 1, 365])
def test_up_to_its_last_day_a_calibration_is_good(days: int) -> None:
    talk = Talk().connect(calibration_not_after_day=TODAY + days).tell(status())
    assert isinstance(talk.request, Resolve | LimitsGet)


@pytest.mark.parametrize("days", [1, 400])
def test_after_its_last_day_nothing_is_armed_and_the_alarm_says_since_when(days: int) -> None:
    talk = Talk().connect(calibration_not_after_day=TODAY - days).tell(status())
    session = talk.steps[-1].session
    assert isinstance(session, Ended)
    assert session.outcome == "fault"
    assert f"expired {days} days ago" in session.why
    (alarm,) = talk.kinds(Alarmed)
    assert alarm.kind == "calibration"


def test_a_clock_that_tells_no_day_arms_no_pistol_whose_calibration_expires() -> None:
    talk = Talk(wall="now").connect(calibration_not_after_day=TODAY).tell(status())
    ended = talk.steps[-1].session
    assert isinstance(ended, Ended)
    assert "tells no day" in ended.why


def test_a_spent_calibration_is_told_with_both_numbers() -> None:
    talk = Talk().connect()
    talk.tell(status(journal_head=talk.merged), limits())
    talk.tell(ErrorReply(0x0103, ErrorCode.CALIBRATION_SPENT, 900, 1_000))
    (alarm,) = talk.kinds(Alarmed)
    assert alarm.kind == "calibration"
    assert "made for 1000 shots and 900 were given" in alarm.text
