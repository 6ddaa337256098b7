"""`mesogun course`: what of a course is done, and when the next sessions may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import click

from mesogun.cli import show
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.files import write_file
from mesogun.cli.history import Held, held_sessions, refuse_unlike
from mesogun.cli.output import note_text
from mesogun.errors import PrescriptionError, WrongUsage
from mesogun.intake import read_prescription
from mesogun.intake.catalogue import catalogue
from mesogun.intake.catalogue_form import Regimen
from mesogun.intake.course import course_warnings, rhythm_of
from mesogun.intake.schedule import Appointment, Course, course_of
from mesogun.planning import Prescription

HELP = """Show the course that the prescription RX belongs to: sessions done, dates to come.

\b
Examples:
  mesogun course examples/face.toml
  mesogun course examples/face.toml --record out/face-001 --record out/face-002
  mesogun course examples/face.toml --json
  mesogun course examples/face.toml --ical face.ics --maintenance 4

Sessions done are those of RX (session.previous) and of the records, which also tell side effects.
Dates to come count from the usual day of the session before: ask anew after each session.

A session too early is refused with the first allowed date, as `mesogun plan` does. The calendar
file has whole days, names no patient, and replaces its own events when it is read in again.
"""
MAINTENANCE_MAX = 24
KINDS = {"done": "done", "this": "this session", "course": "to come", "maintenance": "maintenance"}


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is printed."""

    prescription: Prescription
    regimen: Regimen
    course: Course
    held: Mapping[date, Sequence[Held]]
    notes: tuple[str, ...]


@click.command("course", help=HELP)
@click.argument("rx")
@click.option(
    "--record", "records", multiple=True, metavar="RECORD",
    help="The folder of a session of this course (repeatable).",
)  # fmt: skip
@click.option(
    "--maintenance", type=click.IntRange(0, MAINTENANCE_MAX), default=2, show_default=True,
    metavar="N", help="So many sessions after the course.",
)  # fmt: skip
@click.option("--today", metavar="DATE", help="Take this day for today [default: today].")
@click.option("--ical", metavar="FILE", help="Write the dates to come as iCalendar (.ics).")
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def course_command(
    rx: str,
    records: tuple[str, ...],
    maintenance: int,
    today: str | None,
    ical: str | None,
    as_json: bool,
    folders: Folders,
) -> None:
    """Show a course."""
    if ical is not None and Path(ical).resolve() == Path(rx).resolve():
        raise click.UsageError(f"{ical} is the prescription itself: name another file")
    now = _today(today)
    told = _told(rx, records, maintenance, now, folders)
    if ical is not None:
        from mesogun.cli.ical import calendar_bytes

        data = calendar_bytes(
            told.course,
            patient_id=told.prescription.patient_id,
            regimen=told.prescription.regimen,
            sessions=told.regimen.sessions_usual.value,
            stamp=now,
        )
        write_file(Path(ical), data)
    if as_json:
        show.echo_json(_facts(told) | {"today": now.isoformat(), "ical": ical})
        return
    click.echo(_text(told))
    if ical is not None:
        click.echo(f"\nCalendar: {ical}")


def _today(text: str | None) -> date:
    if text is None:
        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"--today: found {text!r}: give a date such as 2026-11-21") from None


def _told(
    rx: str, records: Sequence[str], maintenance: int, today: date, folders: Folders
) -> _Told:
    held, notes = held_sessions(records)
    prescription = read_prescription(rx, held=[one.day for one in held], folders=folders)
    refuse_unlike(held, prescription)
    days = [date.fromisoformat(one) for one in prescription.previous_dates]
    _refuse_future(rx, days, today)
    days.append(date.fromisoformat(prescription.session_date))
    regimen = catalogue(folders).regimens[prescription.regimen]
    course = course_of(
        prescription.session_number, days, rhythm_of(regimen), maintenance_count=maintenance
    )
    late = [one for one in course.ahead[:1] if one.last < today]
    notes += tuple(
        f"session {one.number} is overdue: the regimen puts it no later than {one.last}"
        for one in late
    )
    by_day = {day: [one for one in held if one.day == day] for day in days}
    approved = (one.told() for one in prescription.approvals)
    warnings = (*approved, *course_warnings(prescription, regimen), *notes)
    return _Told(prescription, regimen, course, by_day, warnings)


def _refuse_future(rx: str, previous: Sequence[date], today: date) -> None:
    """Refuse sessions done on days that have not come yet.

    Raises:
        PrescriptionError: naming the first of them.
    """
    ahead = [day for day in previous if day > today]
    if ahead:
        raise PrescriptionError(
            f"{rx}: session.previous: found {ahead[0]}, but today is {today}: a session before "
            "this one was held already; for one that is rehearsed give --today"
        )


def _facts(told: _Told) -> dict[str, object]:
    given, regimen = told.prescription, told.regimen
    return {
        "patient": given.patient_id,
        "regimen": given.regimen,
        "session": given.session_number,
        "sessions_usual": regimen.sessions_usual.value,
        "appointments": [_appointment(told, one) for one in told.course.appointments],
        "sources": _sources(regimen),
        "others": [f"{one.source} [{one.strength}]" for one in regimen.others],
        "warnings": list(told.notes),
    }


def _appointment(told: _Told, one: Appointment) -> dict[str, object]:
    records = [
        {
            "folder": str(each.session.folder),
            "outcome": each.session.record.outcome,
            "simulated": each.session.record.session.simulated,
            "side_effects": [asdict(note) for note in each.session.record.notes],
        }
        for each in _records_of(told, one)
    ]
    return {
        "number": one.number,
        "kind": one.kind,
        "date": one.usual.isoformat(),
        "first_allowed": one.first.isoformat(),
        "as_late_as": one.last.isoformat(),
        "optional": one.optional,
        "records": records,
    }


def _records_of(told: _Told, one: Appointment) -> Sequence[Held]:
    return told.held.get(one.usual, ()) if one.kind in ("done", "this") else ()


def _text(told: _Told) -> str:
    given, regimen = told.prescription, told.regimen
    rows = [_row(told, one) for one in told.course.appointments]
    head = ("session", "what", "date", "first allowed", "as late as", "record")
    effects = [
        f"  {_mark(each)}session {one.number}: {note_text(note)}"
        for one in told.course.held
        for each in _records_of(told, one)
        for note in each.session.record.notes
    ]
    parts = [
        f"{given.patient_id}, {regimen.name.lower()}: session {given.session_number} of "
        f"{regimen.sessions_usual.value}",
        "",
        show.table(head, rows),
        "",
        *(["Side effects noted:", *effects, ""] if effects else []),
        "What the dates rest on:",
        *(f"  {name}: {said}" for name, said in _sources(regimen).items()),
    ]
    if regimen.others:
        parts += ["", "Other texts say otherwise:"]
        parts += [f"  {one.source} [{one.strength}]" for one in regimen.others]
    if told.notes:
        parts += ["", "Warnings:", *(f"  ! {text}" for text in told.notes)]
    return "\n".join(parts)


def _row(told: _Told, one: Appointment) -> tuple[object, ...]:
    what = KINDS[one.kind] + (", if needed" if one.optional else "")
    held = one.kind in ("done", "this")
    edges = ("", "") if held else (one.first.isoformat(), one.last.isoformat())
    records = ", ".join(_record(each) for each in _records_of(told, one))
    return (one.number, what, one.usual.isoformat(), *edges, records)


def _record(one: Held) -> str:
    record = one.session.record
    whole = record.strokes or record.pricks
    noun = "strokes" if record.strokes else "pricks"
    given = sum(1 for each in whole if each.state == "given")
    return f"{_mark(one)}{record.outcome}, {given} of {len(whole)} {noun}"


def _mark(one: Held) -> str:
    return "SIMULATED " if one.session.record.session.simulated else ""


def _sources(regimen: Regimen) -> dict[str, str]:
    """Say what each date rests on, with its source."""
    told = {
        "first allowed": f"{regimen.interval_min.value} d [{regimen.interval_min.told()}]",
        "date": f"{regimen.interval_usual.value} d [{regimen.interval_usual.told()}]; sooner is "
        "allowed, with a warning",
    }
    if regimen.interval is not None:
        low, high = regimen.interval.min, regimen.interval.max
        told["as late as"] = f"{_range(low.value, high.value)} d [{high.told()}]"
    if regimen.sessions is not None:
        low, high = regimen.sessions.min, regimen.sessions.max
        told["sessions"] = f"{_range(low.value, high.value)} [{high.told()}]"
    if regimen.maintenance is not None:
        low, high = regimen.maintenance.min, regimen.maintenance.max
        told["maintenance"] = f"every {_range(low.value, high.value)} d [{high.told()}]"
    return told


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
