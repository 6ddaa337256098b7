"""The session's place in its course: dates in order, intervals, number, expiry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from mesogun.intake.catalogue_form import Regimen
from mesogun.intake.days import later, out_of_order
from mesogun.intake.prescription_form import PrescriptionForm, ProductForm, SessionForm
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import Prescription

if TYPE_CHECKING:
    from mesogun.intake.schedule import Rhythm


def check_course(
    session: SessionForm, regimen: Regimen, problems: Problems, warnings: list[str]
) -> None:
    """Add to `problems` what forbids the session at its date, to `warnings` what is to be read."""
    before = session.previous
    days = (*before, session.date)
    index = out_of_order(days)
    if index is not None:
        one, other = days[index], days[index + 1]
        problems.add(
            f"session.previous[{index}]",
            f"found {one}, which is not before {other}: give the dates of earlier sessions, "
            f"oldest first",
        )
        return
    _check_number(session, problems, warnings)
    if session.number > regimen.sessions_max.value:
        warnings.append(
            f"session {session.number} is beyond the longest course known, "
            f"{regimen.sessions_max.value} [{regimen.sessions_max.told()}]"
        )
    elif session.number > regimen.sessions_usual.value:
        warnings.append(
            f"session {session.number} is beyond the usual course of {regimen.name.lower()}, "
            f"{regimen.sessions_usual.value} [{regimen.sessions_usual.told()}]"
        )
    if before:
        _check_interval(session, regimen, problems, warnings)


def rhythm_of(regimen: Regimen) -> Rhythm:
    """Return the figures of a regimen that its dates are counted with."""
    # Loaded here: a plan needs no dates to come.
    from mesogun.intake.schedule import Rhythm

    interval, sessions, keep = regimen.interval, regimen.sessions, regimen.maintenance
    usual = regimen.interval_usual.value
    return Rhythm(
        interval_d_min=regimen.interval_min.value,
        interval_d_usual=usual,
        interval_d_max=usual if interval is None else max(usual, interval.max.value),
        sessions_min=(regimen.sessions_usual if sessions is None else sessions.min).value,
        sessions_usual=regimen.sessions_usual.value,
        maintenance_d=None if keep is None else (keep.min.value, keep.max.value),
    )


def course_warnings(prescription: Prescription, regimen: Regimen) -> tuple[str, ...]:
    """Return those of a prescription's warnings that are about its place in the course."""
    warnings: list[str] = []
    session = SessionForm(
        date=date.fromisoformat(prescription.session_date),
        number=prescription.session_number,
        regimen=prescription.regimen,
        previous=tuple(map(date.fromisoformat, prescription.previous_dates)),
    )
    check_course(session, regimen, Problems(prescription.name), warnings)
    return tuple(warnings)


def session_at(session: SessionForm) -> str:
    """Return the session's local date and time; empty where no time is told."""
    if session.time is None:
        return ""
    return datetime.combine(session.date, session.time).isoformat(timespec="minutes")


def with_earlier(form: PrescriptionForm, held: Sequence[date]) -> PrescriptionForm:
    """Return the form with more days on which sessions were held, in order, none twice.

    What the file says itself stays as it is where nothing is added: out of order, it is refused.
    """
    told = form.session.previous
    more = {*held} - {*told, form.session.date}
    if not more or out_of_order(told) is not None:
        return form
    previous = tuple(sorted({*told, *more}))
    session = SessionForm(**{**vars(form.session), "previous": previous})
    return PrescriptionForm(**{**vars(form), "session": session})


def _check_number(session: SessionForm, problems: Problems, warnings: list[str]) -> None:
    expected = len(session.previous) + 1
    if session.number < 1:
        problems.add("session.number", "found 0: the first session is number 1")
    elif session.number > 1 and not session.previous:
        problems.add(
            "session.previous",
            f"is empty though this is session {session.number}: give the dates of the sessions "
            f"before, or the interval cannot be checked",
        )
    elif session.number == 1 and session.previous:
        problems.add(
            "session.number",
            f"found 1, but session.previous has {expected - 1}: give {expected}, or no dates",
        )
    elif session.number != expected:
        warnings.append(
            f"this is session {session.number}, but the dates of {expected - 1} before are given"
        )


def _check_interval(
    session: SessionForm, regimen: Regimen, problems: Problems, warnings: list[str]
) -> None:
    days = (session.date - session.previous[-1]).days
    least, usual = regimen.interval_min, regimen.interval_usual
    if days < least.value:
        first = later(session.previous[-1], least.value)
        problems.add(
            "session.date",
            f"found {session.date}, {days} d after the last session: at least {least.value} d "
            f"must pass [regimen {regimen.name.lower()}; {least.told()}]: the first allowed date "
            f"is {first or 'beyond the end of the calendar'}",
        )
    elif days < usual.value:
        warnings.append(
            f"only {days} d since the last session: {usual.value} d are usual "
            f"[regimen {regimen.name.lower()}; {usual.told()}]"
        )


def check_expiry(key: str, product: ProductForm, session: SessionForm, problems: Problems) -> None:
    """Add to `problems` that the product at `key` has expired on the day of the session."""
    if product.expiry < session.date:
        problems.add(
            f"{key}.expiry",
            f"found {product.expiry}, before the session of {session.date}: the product has "
            f"expired; take another lot",
        )
