"""`mesogun record show|verify|export|note`: what a session left behind, and what came after."""

from __future__ import annotations

from pathlib import Path

import click

from mesogun.cli import show
from mesogun.cli.files import write_file
from mesogun.cli.notes import note_command
from mesogun.cli.output import changed_pages, plan_digest_of, read_session
from mesogun.cli.stroke_record import stroke_table
from mesogun.errors import RecordError
from mesogun.record import Record, load_record, to_json, verify_folder
from mesogun.record.folder import RECORD

SHOW_HELP = """Show what the session in the folder RECORD did.

\b
Examples:
  mesogun record show out/face-001
  mesogun record show out/face-001 --pricks
  mesogun record show out/face-001 --json
"""

VERIFY_HELP = """Show that nothing in the folder RECORD was changed since the session.

\b
Examples:
  mesogun record verify out/face-001

Checks the journal's chain entry by entry, its head against record.json, the plan's digest, the
prescription's bytes, and report and map against both. The capture of the wire is not covered.
Exit code 0: untouched and whole. Exit code 1: every problem, one a line.
"""

EXPORT_HELP = """Export the pricks, or strokes, of the session in RECORD as CSV.

\b
Examples:
  mesogun record export out/face-001 > face.csv
  mesogun record export out/face-001 -o face.csv
"""


@click.group("record")
def record_group() -> None:
    """Read, check and export the record of a session; note what was seen after it."""


record_group.add_command(note_command)


@record_group.command("show", help=SHOW_HELP)
@click.argument("folder", metavar="RECORD")
@click.option("--pricks", is_flag=True, help="List every prick, or every stroke.")
@click.option("--json", "as_json", is_flag=True, help="Print what record.json holds.")
def show_command(folder: str, pricks: bool, as_json: bool) -> None:
    """Show what a session did."""
    session = read_session(Path(folder))
    if as_json:
        click.echo(to_json(session.record).decode(), nl=False)
        return
    click.echo(session.summary())
    if pricks and session.record.strokes:
        click.echo("\n" + stroke_table(session.record, session.plan))
    elif pricks:
        click.echo("\n" + prick_table(session.record))


@record_group.command("verify", help=VERIFY_HELP)
@click.argument("folder", metavar="RECORD")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_command(folder: str, as_json: bool) -> int:
    """Check a session's folder."""
    path = Path(folder)
    problems = [str(one) for one in verify_folder(path, plan_digest=plan_digest_of)]
    notes: list[str] = []
    if not problems:
        problems, notes = changed_pages(read_session(path))
    if as_json:
        show.echo_json({"ok": not problems, "problems": problems, "notes": notes})
    elif problems:
        for one in problems:
            click.echo(f"{folder}: {one}", err=True)
        click.echo(f"{folder}: REJECTED: {_verdict(path)}", err=True)
    else:
        record = read_session(path).record
        click.echo(
            f"{folder}: untouched: {record.chain_entries} entries, "
            f"head {record.chain_head[:16]}…, outcome {record.outcome}"
        )
        for note in notes:
            click.echo(f"{folder}: {note}")
    return 1 if problems else 0


@record_group.command("export", help=EXPORT_HELP)
@click.argument("folder", metavar="RECORD")
@click.option("-o", "--output", metavar="FILE", help="Write here instead of the terminal.")
@click.option("--format", "kind", type=click.Choice(["csv"]), default="csv", show_default=True)
def export_command(folder: str, output: str | None, kind: str) -> None:
    """Export a session's pricks."""
    from mesogun.report import prick_csv, stroke_csv

    session = read_session(Path(folder))
    text = (stroke_csv if session.plan.strokes else prick_csv)(session.record, session.plan)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(Path(output), text.encode())
        click.echo(f"{kind}: {output}")


def _verdict(path: Path) -> str:
    if (path / RECORD).exists():
        return "this record cannot be trusted as it stands"
    try:
        load_record(path)
    except RecordError:
        return "the session was not closed, or its journal was changed: `mesogun resume` tells"
    return "the journal's chain is whole, but the session was not closed: `mesogun resume` it"


def prick_table(record: Record) -> str:
    """Set every prick in a row."""
    rows = [
        (
            one.index + 1,
            one.state.replace("_", " "),
            show.ul(one.dose_nl_planned),
            "" if one.dose_nl_given is None else show.ul(one.dose_nl_given),
            "" if one.depth_um_given is None else show.mm(one.depth_um_given),
            "" if one.at_us is None else f"{one.at_us / 1e6:.3f} s",
            one.why,
        )
        for one in record.pricks
    ]
    return show.table(("prick", "state", "planned", "given", "depth", "at", "why"), rows)
