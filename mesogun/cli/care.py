"""`mesogun care`: what the patient of a prescription does before and after the session."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime, time
from pathlib import Path

import click

from mesogun.cli import show
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.files import write_file
from mesogun.errors import WrongUsage
from mesogun.intake import read_prescription
from mesogun.intake.care import Care, Span, care_of
from mesogun.intake.catalogue import catalogue
from mesogun.intake.mixtures import Knowledge
from mesogun.planning import Prescription
from mesogun.report.care_sheet import CareSheet, Rule, Told, care_pdf, care_text

HELP = """Show what the patient of RX does before and after the session, with days and hours.

\b
Examples:
  mesogun care examples/face.toml
  mesogun care examples/face.toml --at 10:30 --pdf care.pdf
  mesogun care examples/face.toml --json

The session's time comes from `time` in [session] or from --at; without it there are days and no
hours. Rules that belong to areas or components stand there only where they apply. Where the texts
differ, each is shown with its own time: nothing is averaged.
"""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LIST_CHARACTERS_MAX = 180
NAME_CHARACTERS_MAX = 60


@click.command("care", help=HELP)
@click.argument("rx")
@click.option("--at", metavar="TIME", help="When the session begins, as 10:30; overrides RX.")
@click.option("--pdf", metavar="FILE", help="Write the sheet as one page of A4.")
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def care_command(rx: str, at: str | None, pdf: str | None, folders: Folders, as_json: bool) -> None:
    """Show the care sheet of a prescription."""
    if pdf is not None and Path(pdf).resolve() == Path(rx).resolve():
        raise click.UsageError(f"{pdf} is the prescription itself: name another file")
    given = read_prescription(rx, folders=folders)
    if at is not None:
        given = replace(given, session_at=_begins(given, at))
    presets = catalogue(folders)
    knowledge = Knowledge(presets.components, presets.component_classes)
    cares = care_of(given, presets.care, knowledge.kinds_of)
    sheet = sheet_of(given, cares)
    if pdf is not None:
        write_file(Path(pdf), care_pdf(sheet))
    if as_json:
        show.echo_json(_facts(given, cares) | {"pdf": pdf})
        return
    click.echo(care_text(sheet))
    if pdf is not None:
        click.echo(f"\nPDF: {pdf}")


def _begins(given: Prescription, at: str) -> str:
    """Return when the session begins: the prescription's day, at the time asked for."""
    day = date.fromisoformat(given.session_date)
    try:
        made = datetime.combine(day, time.fromisoformat(at.removeprefix(f"{day}T")))
        if made.tzinfo is not None or len(at) < len("10:30"):
            raise ValueError
    except ValueError:
        raise WrongUsage(
            f"--at: found {at!r}: give a time such as 10:30, of the session's day {day}"
        ) from None
    return made.isoformat(timespec="minutes")


def sheet_of(given: Prescription, cares: tuple[Care, ...]) -> CareSheet:
    """Put the rules that hold for a prescription into words."""
    before, after = (
        tuple(_rule(one) for one in cares if one.after is which) for which in (False, True)
    )
    products = "; ".join(
        f"{_short(one.name)}, lot {one.lot}" + (f", expiry {one.expiry}" if one.expiry else "")
        for one in given.products
        if one.volume_nl  # needling may go without a product
    )
    facts = (
        ("Patient", given.patient_id),
        ("Session", f"{_session_words(given)} (session {given.session_number})"),
        ("Treated", listed([one.name for one in given.zones])),
        ("Products" if given.further_products else "Product", products or "none"),
    )
    hours = (
        "Hours count from the time of the session, by the clock on the wall."
        if given.session_at
        else "The time of the session was not given: hours count from its beginning."
    )
    differ = (
        "Where sources differ, each stands here with its own time: ask your doctor which holds for "
        "you. Sources: texts 000 to 004 are the founding texts of mesogun's catalogue."
    )
    return CareSheet(facts, before, after, (f"{hours} {differ}",))


def _session_words(given: Prescription) -> str:
    if given.session_at:
        return moment_words(datetime.fromisoformat(given.session_at))
    return moment_words(date.fromisoformat(given.session_date))


def _rule(one: Care) -> Rule:
    told = tuple(
        Told(
            span_words(span, after=one.after),
            f"{span.strength}: {span.source}",
            _short_source(span),
            dated=span.edge is not None,
        )
        for span in one.spans
    )
    return Rule(one.text, listed(one.zones), told)


def span_words(span: Span, *, after: bool) -> str:
    """Say until when a rule holds, or from when on: "until Tue 24 Nov 2026, 10:30 (72 h)"."""
    if span.edge is None:
        counted = span.says[:1].isdigit() and span.says.endswith((" h", " d"))
        if not counted:
            return span.says
        return f"for {span.says} {'after' if after else 'before'} the session"
    words = moment_words(span.edge) + (", the hour of the session" if span.same_hour else "")
    return f"until {words} ({span.says})" if after else f"from {words} on ({span.says})"


def moment_words(moment: date | datetime) -> str:
    """Write a day, and the time of day where it is known: "Tue 24 Nov 2026, 10:30"."""
    day = f"{WEEKDAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M}" if isinstance(moment, datetime) else day


def _short_source(span: Span) -> str:
    """Return the source as it stands on the page; the strength of a founding text is its name."""
    name = span.source.split(":")[0] if span.source.startswith("text ") else span.source
    return name if span.strength == "founding text" else f"{name}, {span.strength}"


def listed(names: tuple[str, ...] | list[str]) -> str:
    """Join names; where they would fill the page, the first of them and how many more."""
    shown: list[str] = []
    for name in map(_short, names):
        if shown and len(", ".join([*shown, name])) > LIST_CHARACTERS_MAX:
            return f"{', '.join(shown)} and {len(names) - len(shown)} more"
        shown.append(name)
    return ", ".join(shown)


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS_MAX else name[: NAME_CHARACTERS_MAX - 1] + "…"


def _facts(given: Prescription, cares: tuple[Care, ...]) -> dict[str, object]:
    return {
        "patient": given.patient_id,
        "session_date": given.session_date,
        "session_at": given.session_at or None,
        "zones": [one.name for one in given.zones],
        "products": [{"name": one.name, "lot": one.lot} for one in given.products],
        "rules": [_told(one) for one in cares],
    }


def _told(one: Care) -> dict[str, object]:
    spans = [
        asdict(span) | {"edge": None if span.edge is None else span.edge.isoformat()}
        for span in one.spans
    ]
    return asdict(one) | {"spans": spans}
