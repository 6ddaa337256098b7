"""The dates of a course: what is done, what comes next, and the single sessions that keep it up.

Pure arithmetic on days: no clock, no file, no time zone. A month of the catalogue is a number of
days there, so nothing here depends on how long a month is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, islice
from typing import Literal

from mesogun.intake.days import later

Kind = Literal["done", "this", "course", "maintenance"]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A regimen's figures: days from one session to the next, and how many sessions."""

    interval_d_min: int
    """Sooner a session is refused."""
    interval_d_usual: int
    """Sooner a person is warned."""
    interval_d_max: int
    """Later the regimen's source does not go."""
    sessions_min: int
    """From here on the course may be over."""
    sessions_usual: int
    maintenance_d: tuple[int, int] | None
    """Least and most; None: no source tells."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One session of a course, held or to come."""

    number: int
    kind: Kind
    usual: date
    """The day it was held or is planned for; of one to come, the first day that is usual."""
    first: date
    """Sooner it would be refused; of one held or planned, its own day."""
    last: date
    """As late as the regimen's source goes."""
    optional: bool = False
    """The course may be over before it."""


@dataclass(frozen=True, slots=True)
class Course:
    """A patient's sessions of one regimen, oldest first, no day twice."""

    held: tuple[Appointment, ...]
    """The last of them is the session that was asked about."""
    ahead: tuple[Appointment, ...]

    @property
    def appointments(self) -> tuple[Appointment, ...]:
        """All of them, in order."""
        return (*self.held, *self.ahead)


def course_of(
    number: int, days: Sequence[date], rhythm: Rhythm, *, maintenance_count: int
) -> Course:
    """Return the course whose session `number` is on the last of `days`, which rise.

    Dates to come count from the usual day of the session before. Those beyond the end of the
    calendar are left out.
    """
    first = number - len(days) + 1
    held = tuple(
        Appointment(one, "this" if one == number else "done", day, day, day)
        for one, day in enumerate(days, start=first)
    )
    left = max(0, rhythm.sessions_usual - number)
    some = islice(_ahead(number, days[-1], rhythm), left + maintenance_count)
    return Course(held, tuple(some))


def _ahead(number: int, day: date, rhythm: Rhythm) -> Iterator[Appointment]:
    for follows in count(number + 1):
        in_course = follows <= rhythm.sessions_usual
        if in_course:
            apart = (rhythm.interval_d_usual, rhythm.interval_d_max)
        elif rhythm.maintenance_d is not None:
            apart = rhythm.maintenance_d
        else:
            return
        first, usual, last = (later(day, d) for d in (rhythm.interval_d_min, *apart))
        if first is None or usual is None or last is None:
            return
        yield Appointment(
            follows,
            "course" if in_course else "maintenance",
            usual,
            min(first, usual),
            max(usual, last),
            optional=in_course and follows > rhythm.sessions_min,
        )
        day = usual
