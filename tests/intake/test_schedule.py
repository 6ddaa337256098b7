"""The dates of a course: arithmetic on days, over leap days and the ends of months."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.intake.days import later, out_of_order
from mesogun.intake.schedule import Course, Rhythm, course_of

FACE = Rhythm(5, 7, 14, 3, 4, (60, 120))
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    least, more, most = (draw(st.integers(1, 60)) for _ in range(3))
    short, usual = draw(st.integers(1, 12)), draw(st.integers(0, 6))
    keep = draw(st.none() | st.tuples(st.integers(20, 200), st.integers(0, 200)))
    return Rhythm(
        least,
        least + more,
        least + more + most,
        short,
        short + usual,
        None if keep is None else (least + keep[0], least + sum(keep)),
    )


def told(course: Course) -> list[tuple[int, str, str, str, str]]:
    return [
        (one.number, one.kind, str(one.first), str(one.usual), str(one.last))
        for one in course.appointments
    ]


def test_the_dates_of_a_face_are_those_that_a_calendar_gives() -> None:
    course = course_of(2, [date(2026, 11, 7), date(2026, 11, 21)], FACE, maintenance_count=2)
    assert told(course) == [
        (1, "done", "2026-11-07", "2026-11-07", "2026-11-07"),
        (2, "this", "2026-11-21", "2026-11-21", "2026-11-21"),
        (3, "course", "2026-11-26", "2026-11-28", "2026-12-05"),
        (4, "course", "2026-12-03", "2026-12-05", "2026-12-12"),
        (5, "maintenance", "2026-12-10", "2027-02-03", "2027-04-04"),
        (6, "maintenance", "2027-02-08", "2027-04-04", "2027-06-03"),
    ]
    assert [one.optional for one in course.ahead] == [False, True, False, False]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2028-02-25", "2028-03-01"),  # over a leap day
        ("2027-02-25", "2027-03-02"),
        ("2100-02-25", "2100-03-02"),  # no leap year
        ("2000-02-25", "2000-03-01"),
        ("2026-12-28", "2027-01-02"),
        ("2026-10-23", "2026-10-28"),  # clocks change in between: a day is a day
    ],
)
def test_five_days_later_is_five_days_later(day: str, first: str) -> None:
    (ahead,) = course_of(3, [date.fromisoformat(day)], FACE, maintenance_count=0).ahead
    assert str(ahead.first) == first


def test_a_course_that_is_over_goes_on_with_maintenance_alone() -> None:
    course = course_of(9, [date(2026, 1, 1)], FACE, maintenance_count=1)
    assert [(one.number, one.kind) for one in course.ahead] == [(10, "maintenance")]


def test_where_no_source_tells_of_maintenance_there_is_none() -> None:
    rhythm = Rhythm(5, 7, 10, 4, 10, None)
    assert course_of(10, [date(2026, 1, 1)], rhythm, maintenance_count=3).ahead == ()


def test_the_calendar_s_end_ends_the_course() -> None:
    assert course_of(1, [date(9999, 12, 20)], FACE, maintenance_count=3).ahead == ()
    assert later(date.max, 1) is None


@given(DAYS, st.integers(1, 15), rhythms(), st.integers(0, 4))
def test_every_date_to_come_keeps_its_distance(
    day: date, number: int, rhythm: Rhythm, count: int
) -> None:
    course = course_of(number, [day], rhythm, maintenance_count=count)
    every = course.appointments
    assert [one.number for one in every] == list(range(number, number + len(every)))
    in_course = [one for one in course.ahead if one.kind == "course"]
    assert len(in_course) == max(0, rhythm.sessions_usual - number)
    assert len(course.ahead) - len(in_course) == (count if rhythm.maintenance_d else 0)
    for one, other in pairwise(every):
        assert one.usual < other.usual
        assert other.first <= other.usual <= other.last
        assert (other.first - one.usual).days == rhythm.interval_d_min
        assert one.kind != "maintenance" or other.kind == "maintenance"


@given(DAYS, rhythms(), st.integers(1, 4))
def test_a_session_held_on_its_usual_day_changes_no_date_after_it(
    day: date, rhythm: Rhythm, count: int
) -> None:
    before = course_of(1, [day], rhythm, maintenance_count=count)
    if not before.ahead:
        return
    held = before.ahead[0]
    kept = count - (held.kind == "maintenance")
    after = course_of(held.number, [day, held.usual], rhythm, maintenance_count=kept)
    assert after.ahead == before.ahead[1:]


@given(st.lists(DAYS, max_size=6))
def test_out_of_order_names_the_first_pair_that_does_not_rise(days: list[date]) -> None:
    at = out_of_order(days)
    if at is None:
        assert days == sorted(set(days))
    else:
        assert days[at] >= days[at + 1]
        assert days[: at + 1] == sorted(set(days[: at + 1]))


@given(DAYS, st.integers(0, 1000))
def test_later_is_what_the_calendar_counts(day: date, days: int) -> None:
    assert later(day, days) == day + timedelta(days=days)
