"""Days as numbers, by arithmetic alone: no clock is asked here."""

from __future__ import annotations

import re

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_TO_1970 = 719_162


def day_of(wall: str) -> int | None:
    """Return the day of an ISO 8601 text, counted from 1970-01-01; None: it begins with no date."""
    found = _DATE.match(wall)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    if not (year and 1 <= month <= len(_MONTHS)):
        return None
    lengths = [*_MONTHS]
    lengths[1] += _is_leap(year)
    if not 1 <= day <= lengths[month - 1]:
        return None
    before = year - 1
    days = 365 * before + before // 4 - before // 100 + before // 400
    return days + sum(lengths[: month - 1]) + day - 1 - _DAYS_TO_1970


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
