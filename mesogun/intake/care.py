"""What a patient does before and after a session: the catalogue's rules, with days and hours.

Times are local, as the clock on the wall shows them: where clocks change in between, a rule may
end an hour sooner or later than so many hours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mesogun.intake.figures import Figure
from mesogun.intake.knowledge_form import CareRule
from mesogun.planning.prescription import Prescription

HOURS_PER_DAY = 24
Kinds = Callable[[str], Mapping[str, object]]
"""Which components and classes a component's name stands for."""


@dataclass(frozen=True, slots=True)
class Span:
    """One source's word on how long a rule holds."""

    edge: date | datetime | None
    """Before the session: from when on; after it: until when. None: it gives no number, or hours
    and the session's time is not known."""
    same_hour: bool
    """`edge` is a day, and on it the hour of the session counts."""
    says: str
    """The duration, or the source's own words."""
    source: str
    strength: str


@dataclass(frozen=True, slots=True)
class Care:
    """One rule that holds for a session."""

    id: str
    after: bool
    text: str
    zones: tuple[str, ...]
    """Of the prescription's zones those that it is about; empty: the whole session."""
    spans: tuple[Span, ...]
    """One for each source: where they differ, all stand here."""


def care_of(
    prescription: Prescription, rules: Mapping[str, CareRule], kinds: Kinds
) -> tuple[Care, ...]:
    """Return the rules that hold for a prescription, in the catalogue's order.

    Days and hours count from `session_at`; where that is empty, from `session_date` in days.
    """
    held = {
        each
        for product in prescription.products
        for name in (product.name, *(one.name for one in product.components))
        for each in kinds(name)
    }
    made = []
    for name, rule in rules.items():
        zones = [one.name for one in prescription.zones if one.area in rule.areas]
        if (rule.areas and not zones) or (
            rule.components and not held.intersection(rule.components)
        ):
            continue
        some = zones if len(zones) < len(prescription.zones) else []
        made.append(
            Care(name, rule.when == "after", rule.text, tuple(some), _spans(prescription, rule))
        )
    return tuple(made)


def _spans(prescription: Prescription, rule: CareRule) -> tuple[Span, ...]:
    counted = [_span(prescription, one, after=rule.when == "after") for one in rule.durations]
    worded = [Span(None, False, one.says, one.source, one.strength) for one in rule.says]
    return (*counted, *worded)


def _span(prescription: Prescription, wait: Figure, *, after: bool) -> Span:
    day, said = date.fromisoformat(prescription.session_date), f"{wait.value} {wait.unit}"
    sign = 1 if after else -1
    edge: date | datetime | None = None
    whole, rest = divmod(wait.value, HOURS_PER_DAY)
    try:
        if wait.unit == "d":
            edge = day + sign * timedelta(days=wait.value)
        elif prescription.session_at:
            begun = datetime.fromisoformat(prescription.session_at)
            edge = begun + sign * timedelta(hours=wait.value)
        elif not rest:
            edge = day + sign * timedelta(days=whole)
    except OverflowError:
        edge = None  # beyond the end of the calendar: the duration in words still stands
    same_hour = wait.unit == "h" and edge is not None and not isinstance(edge, datetime)
    return Span(edge, same_hour, said, wait.source, wait.strength)
