"""`mesogun record note`: a side effect that was seen after a session joins its record."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import click

from mesogun.cli import show
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.output import (
    Session,
    changed_pages,
    note_text,
    pages,
    plan_digest_of,
    read_session,
)
from mesogun.errors import RecordError, WrongUsage
from mesogun.record import Folder, Note, Noted, Record, Severity, note, unwritten, verify_folder

NOTE_HELP = """Note a side effect that was seen after the session in the folder RECORD.

\b
Examples:
  mesogun record note out/face-001 --effect bruising --severity mild --zone "left cheek"
  mesogun record note out/face-001 --effect bruising --severity mild --zone "left cheek" \\
      --at 2026-11-22T09:00 --text "the size of a coin" --by nurse-2

The note joins the journal's chain: none can be changed or taken away, a correction is one more
note. record.json and the report are made anew with it. A record that is not whole is refused, and
nothing is written then.

--at without an offset from UTC means this machine's time zone. Write no names: a record carries a
pseudonym.
"""


@click.command("note", help=NOTE_HELP)
@click.argument("folder", metavar="RECORD")
@click.option("--effect", required=True, help="What was seen; a wrong one lists what there is.")
@click.option("--severity", required=True, type=click.Choice(get_args(Severity)))
@click.option("--zone", default="", help="The plan's zone; general effects may go without.")
@click.option("--at", metavar="TIME", help="When it was seen, as 2026-11-22T09:00 [default: now].")
@click.option("--text", default="", help="What else there is to say, on one line.")
@click.option("--by", default="", metavar="WHO", help="Who says so.")
@click.option(
    "--now", metavar="TIME", help="Of a SIMULATED record only: take this for the time it is."
)
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="Print the note as one JSON object.")
def note_command(
    folder: str,
    effect: str,
    severity: Severity,
    zone: str,
    at: str | None,
    text: str,
    by: str,
    now: str | None,
    folders: Folders,
    as_json: bool,
) -> None:
    """Add a note to a record."""
    from mesogun.intake.side_effects import checked_effect, checked_remark

    path = Path(folder)
    remarks = checked_remark("--text", text), checked_remark("--by", by)
    current = datetime.now(UTC).astimezone() if now is None else _moment("--now", now)
    seen = current if at is None else _moment("--at", at)
    with Folder.open(path) as held:
        session = _whole(held)
        if now is not None and not session.record.session.simulated:
            raise WrongUsage("--now: only a simulated session has a time of its own")
        checked_effect(effect, zone, [one.name for one in session.plan.zones], folders)
        journal, history = held.reopen_journal()
        with journal:
            entry = note(
                history,
                effect=effect,
                severity=severity,
                zone=zone,
                seen=seen,
                now=current,
                version=version("mesogun"),
                text=remarks[0],
                by=remarks[1],
            )
            journal.append(entry)
        record = _write(held, session)
    _tell(record, folder, as_json)


def _moment(option: str, text: str) -> datetime:
    """Read a date and a time; without an offset it is in this machine's time zone."""
    try:
        if len(text) <= len("2026-11-22"):
            raise ValueError
        made = datetime.fromisoformat(text)
        return made.astimezone() if made.tzinfo is None else made
    except (ValueError, OverflowError):
        raise WrongUsage(
            f"{option}: found {text!r}: give date and time, such as 2026-11-22T09:00"
        ) from None


def _whole(held: Folder) -> Session:
    """Return the session of a folder in which nothing is torn, changed or missing.

    A note whose writing was cut short after it was durable is written out first.

    Raises:
        RecordError: something is; nothing was written.
    """
    problems = [str(one) for one in verify_folder(held.path, plan_digest=plan_digest_of)]
    others = [one for one in problems if not one.startswith("record.json: the journal goes on")]
    if problems and not others:
        late = unwritten(held.path)
        if all(isinstance(one, Noted) for one in late):
            session = read_session(held.path)
            _write(held, session)
            problems = []
    if not problems:
        session = read_session(held.path)
        problems, _ = changed_pages(session)
    if problems:
        raise RecordError(
            f"{held.path}: nothing was noted: this record cannot be trusted as it stands: "
            + "; ".join(problems)
        )
    return session


def _write(held: Folder, session: Session) -> Record:
    """Make pages and record anew. The record comes last: until then a note counts as unwritten."""
    from mesogun.record import load_record

    record = load_record(held.path)
    for name, data in pages(record, session.plan).items():
        held.write(name, data)
    return held.write_record()


def _tell(record: Record, folder: str, as_json: bool) -> None:
    made: Note = record.notes[-1]
    if as_json:
        from dataclasses import asdict

        show.echo_json(asdict(made) | {"simulated": record.session.simulated, "folder": folder})
        return
    mark = "SIMULATED  " if record.session.simulated else ""
    count = len(record.notes)
    show.say(f"{mark}noted            {note_text(made)}")
    show.say(f"{mark}in the record    {folder}, note {count}; report made anew")
