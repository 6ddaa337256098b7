"""`mesogun catalogue`: what is known, with the source of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from textwrap import wrap

import click

from mesogun.cli import show
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.errors import WrongUsage
from mesogun.intake.catalogue import Catalogue, catalogue
from mesogun.intake.catalogue_checks import checked
from mesogun.intake.entries import Entry, entries, named, nearest_ids

WIDTH = 64
HELP = """List what the catalogue knows, or show the entries NAME with every figure and its source.

\b
Examples:
  mesogun catalogue
  mesogun catalogue cheek
  mesogun catalogue papule 30g-4mm --json
  mesogun catalogue head/hand
  mesogun catalogue --search "silicon kidney"
  mesogun catalogue papule --catalogue our-clinic

A figure's strength tells how far to trust it: founding text, published, weak, derived, unverified.
The same as a document: docs/catalogue.md. Exit code 2: there is no such entry.
"""


@click.command("catalogue", help=HELP)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--search", metavar="WORDS", help="List the entries in which all these words stand.")
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def catalogue_command(
    names: tuple[str, ...], search: str | None, folders: Folders, as_json: bool
) -> None:
    """List, search or show the catalogue."""
    if names and search is not None:
        raise click.UsageError("give names or --search, not both")
    known = checked(catalogue(folders))
    everything = entries(known)
    chosen = _chosen(everything, names) if names else _found(everything, search)
    if as_json:
        show.echo_json(_facts(known, chosen, whole=bool(names)))
        return
    click.echo("\n\n".join(map(_page, chosen)) if names else _list(chosen))
    if known.approvals:
        click.echo("\nLoosened by the clinic's own catalogue:")
        for one in known.approvals:
            click.echo(f"  ! {one.told()}")


def _chosen(everything: Sequence[Entry], names: Sequence[str]) -> list[Entry]:
    found = []
    for name in names:
        mine = named(everything, name)
        if not mine:
            near = ", ".join(nearest_ids(everything, name))
            hint = f"the nearest are {near}" if near else "`mesogun catalogue` lists what there is"
            raise WrongUsage(f"the catalogue has no entry {name!r}: {hint}")
        found += mine
    return found


def _found(everything: Sequence[Entry], search: str | None) -> list[Entry]:
    if search is None:
        return list(everything)
    words = search.casefold().split()
    found = [one for one in everything if one.holds(words)]
    if not found:
        raise WrongUsage(f"--search: nothing in the catalogue has {search!r}: try fewer words")
    return found


def _facts(known: Catalogue, chosen: Sequence[Entry], *, whole: bool) -> dict[str, object]:
    told = [
        asdict(one) if whole else {"kind": one.kind, "id": one.id, "name": one.name}
        for one in chosen
    ]
    return {"entries": told, "approvals": [asdict(one) for one in known.approvals]}


def _list(chosen: Sequence[Entry]) -> str:
    rows = [(one.kind, one.id, one.name) for one in chosen]
    return show.table(("kind", "id", "name"), rows, indent="")


def _page(entry: Entry) -> str:
    sources: dict[str, int] = {}
    rows = []
    for one in entry.lines:
        number = sources.setdefault(one.source, len(sources) + 1) if one.source else 0
        mark = f"[{number}]" if number else ""
        told = " ".join(filter(None, (one.strength, mark, one.by)))
        first, *more = wrap(one.text, WIDTH) or [""]
        rows += [(one.key, first, told), *(("", line, "") for line in more)]
    parts = [f"{entry.id}: {entry.name} ({entry.kind}, {entry.file})"]
    if rows:
        parts += ["", show.table(("what", "value", "strength and source"), rows)]
    if sources:
        parts += ["", *(f"  [{number}] {text}" for text, number in sources.items())]
    return "\n".join(parts)
