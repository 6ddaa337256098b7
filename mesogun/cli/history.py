"""Sessions of one course that were held, from their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mesogun.cli.output import Session, plan_digest_of, read_session
from mesogun.errors import PrescriptionError
from mesogun.planning import Prescription
from mesogun.record import PrickRecord, Record, StrokeRecord, verify_folder

GIVEN = ("given", "in_doubt")
"""What is in doubt counts as given."""


@dataclass(frozen=True, slots=True)
class Held:
    """One session that was held."""

    day: date
    session: Session


def held_sessions(folders: Sequence[str]) -> tuple[tuple[Held, ...], tuple[str, ...]]:
    """Read the sessions of some records, oldest first, and what a reader must know of them.

    Raises:
        PrescriptionError: a record cannot be trusted.
        WrongFolder: a folder holds no session.
    """
    held, notes = list[Held](), list[str]()
    for folder in dict.fromkeys(map(Path, folders)):
        problems = verify_folder(folder, plan_digest=plan_digest_of)
        if problems:
            told = "; ".join(map(str, problems))
            raise PrescriptionError(
                f"--record {folder}: the record cannot be trusted ({told}): see mesogun record "
                "verify"
            )
        session = read_session(folder)
        if not any(one.state in GIVEN for one in _parts(session.record)):
            notes.append(f"{folder}: nothing was given in that session: it does not count")
            continue
        if session.record.session.simulated:
            notes.append(f"{folder}: SIMULATED: nobody was treated in that session")
        held.append(Held(_day(session, notes), session))
    return tuple(sorted(held, key=lambda one: (one.day, str(one.session.folder)))), tuple(notes)


def _parts(record: Record) -> tuple[PrickRecord | StrokeRecord, ...]:
    return record.strokes or record.pricks


def _day(session: Session, notes: list[str]) -> date:
    """Return the day of a session: that of its prescription, unless it was begun another day."""
    planned = date.fromisoformat(session.plan.prescription.session_date)
    try:
        begun = datetime.fromisoformat(session.record.session.started).date()
    except ValueError:
        return planned
    # The record's clock is UTC, the prescription's day is local: a day more or less is the same.
    if abs((begun - planned).days) <= 1:
        return planned
    notes.append(
        f"{session.folder}: prescribed for {planned}, but begun on {begun}: that day counts"
    )
    return begun


def refuse_unlike(held: Sequence[Held], prescription: Prescription) -> None:
    """Make sure that records are of this patient and this course.

    Raises:
        PrescriptionError: one is not.
    """
    for one in held:
        other = one.session.plan.prescription
        if other.patient_id != prescription.patient_id:
            raise PrescriptionError(
                f"--record {one.session.folder}: that session is of patient {other.patient_id!r}, "
                f"this course of {prescription.patient_id!r}: name records of the same patient"
            )
        if other.regimen != prescription.regimen:
            raise PrescriptionError(
                f"--record {one.session.folder}: that session is of the regimen "
                f"{other.regimen!r}, this course of {prescription.regimen!r}: name records of one "
                "course"
            )
