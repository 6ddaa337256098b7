"""`--avoid RECORD`: pricks keep away from those of an earlier session of the same patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mesogun.errors import PrescriptionError
from mesogun.intake.quantity import in_unit, whole
from mesogun.planning import Earlier, Prescription

if TYPE_CHECKING:
    from mesogun.cli.output import Session

DISTANCE_UM_MAX = 100_000
DAYS_MAX = 3_650
MM = 1_000
PRICKED = ("given", "in_doubt")
"""What is in doubt counts as given."""

Command = Callable[..., Any]


class Avoid(NamedTuple):
    """What is to be avoided, how far, and for how long."""

    records: tuple[Path, ...]
    distance_um: int
    days: int


def avoid_options(command: Command) -> Command:
    """Give a command `--avoid`, `--avoid-mm` and `--avoid-days`: it takes them as `away`."""

    @wraps(command)
    def wrapped(
        *arguments: Any,
        avoid: tuple[str, ...],
        avoid_mm: str | None,
        avoid_days: int | None,
        **others: Any,
    ) -> Any:
        return command(*arguments, away=_asked(avoid, avoid_mm, avoid_days), **others)

    options = (
        click.option(
            "--avoid",
            multiple=True,
            metavar="RECORD",
            help="Keep away from the pricks of this earlier session (repeatable).",
        ),
        click.option("--avoid-mm", metavar="D", help="How far, with --avoid. Has no default."),
        click.option(
            "--avoid-days",
            type=click.IntRange(1, DAYS_MAX),
            metavar="N",
            help="Only from sessions less than N days ago, with --avoid. Has no default.",
        ),
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def _asked(records: Sequence[str], distance_mm: str | None, days: int | None) -> Avoid | None:
    if not records:
        if distance_mm is not None or days is not None:
            raise click.UsageError("--avoid-mm and --avoid-days need --avoid RECORD")
        return None
    if distance_mm is None or days is None:
        raise click.UsageError(
            "--avoid needs --avoid-mm D and --avoid-days N: no source gives figures for them, so "
            "the prescriber decides"
        )
    try:
        um = whole(Decimal(distance_mm), MM, "mm", "um")
    except (InvalidOperation, ValueError):
        um = 0
    if not 0 < um <= DISTANCE_UM_MAX:
        most = in_unit(DISTANCE_UM_MAX, MM)
        raise click.UsageError(
            f"--avoid-mm {distance_mm!r}: give more than 0 and at most {most} mm, to the um"
        )
    return Avoid(tuple(map(Path, records)), um, days)


def kept_away(prescription: Prescription, asked: Avoid | None) -> Prescription:
    """Return `prescription` with the places that the records of `asked` forbid.

    Raises:
        PrescriptionError: a record is not whole, or of another patient, day or kind of place.
        WrongFolder: a folder holds no session.
    """
    if asked is None:
        return prescription
    earlier, warnings = list[Earlier](), list[str]()
    for folder in asked.records:
        one = _earlier(prescription, folder, asked, warnings)
        if one is not None:
            earlier.append(one)
    return replace(
        prescription,
        earlier=(*prescription.earlier, *earlier),
        warnings=(*prescription.warnings, *warnings),
    )


def _earlier(
    prescription: Prescription, folder: Path, asked: Avoid, warnings: list[str]
) -> Earlier | None:
    # Loaded here: most sessions are planned without a record.
    from mesogun.cli.output import plan_digest_of, read_session
    from mesogun.record import verify_folder

    problems = verify_folder(folder, plan_digest=plan_digest_of)
    if problems:
        told = "; ".join(map(str, problems))
        raise PrescriptionError(
            f"--avoid {folder}: the record cannot be trusted ({told}): see mesogun record verify"
        )
    session = read_session(folder)
    _refuse_unlike(prescription, session)
    before = session.plan.prescription.session_date
    days = (date.fromisoformat(prescription.session_date) - date.fromisoformat(before)).days
    name = session.record.session.id
    if days < 0:
        raise PrescriptionError(
            f"--avoid {folder}: that session is of {before}, after this one of "
            f"{prescription.session_date}: name earlier sessions"
        )
    if session.record.session.simulated:
        warnings.append(f"session {name} of {before} was simulated: nobody was given its pricks")
    if days >= asked.days:
        warnings.append(
            f"session {name} was {days} d ago: from {asked.days} d on its places are not avoided"
        )
        return None
    if session.record.strokes:
        warnings.append(
            f"session {name} of {before} was given in strokes: where its pricks lie nobody can "
            "say, and nothing of it is avoided"
        )
    points = pricked(session)
    return Earlier(f"session {name}", before, asked.distance_um, points) if points else None


def _refuse_unlike(prescription: Prescription, session: Session) -> None:
    other = session.plan.prescription
    if other.patient_id != prescription.patient_id:
        raise PrescriptionError(
            f"--avoid {session.folder}: that session is of patient {other.patient_id!r}, this one "
            f"of {prescription.patient_id!r}: name a record of the same patient"
        )
    if (other.surface is None) != (prescription.surface is None):
        raise PrescriptionError(
            f"--avoid {session.folder}: one session lies on a mesh and the other is drawn flat: "
            f"their places cannot be compared"
        )


def pricked(session: Session) -> tuple[tuple[int, int, int], ...]:
    """Return the places in um where the needle went in, or may have gone in."""
    rows = {one.index for one in session.record.pricks if one.state in PRICKED}
    settled = session.plan.settled
    if settled is not None:
        given = zip(settled.rows, settled.given_nl, strict=True)
        rows |= {row for row, nl in given if nl > 0}
    table = session.plan.pricks
    places = zip(table.x_um.tolist(), table.y_um.tolist(), table.z_um.tolist(), strict=True)
    return tuple(place for row, place in enumerate(places) if row in rows)
