"""Days of the calendar, counted and compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise


def later(day: date, days: int) -> date | None:
    """Return the day so many days later; None beyond the end of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def out_of_order(days: Sequence[date]) -> int | None:
    """Return the place of the first day that the next one does not follow; None: all rise."""
    wrong = (at for at, (one, other) in enumerate(pairwise(days)) if one >= other)
    return next(wrong, None)
