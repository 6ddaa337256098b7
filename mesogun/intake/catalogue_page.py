"""docs/catalogue.md: the whole catalogue as one page, made from the files that are planned from.

`python -m mesogun.intake.catalogue_page` writes it; with `--check` it only says whether it is
fresh.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from mesogun.intake.catalogue import catalogue
from mesogun.intake.catalogue_checks import checked
from mesogun.intake.entries import Entry, Line, entries

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"
HEAD = """# The catalogue

<!-- Made from mesogun/catalogue/*.toml by `python -m mesogun.intake.catalogue_page`. -->

All that is known here of areas, techniques, products and courses, with the source of every figure.
It is engineering knowledge, gathered from texts that often disagree: **a clinician has to confirm
it**. Where texts disagree, all of them are shown and nothing is averaged.

How far to trust a figure is told by its *strength*:

| strength | means |
|---|---|
| founding text | in one of the five texts that this project began with, "text 000" to "text 004" |
| published | read in a public source, whose address is given; often its abstract alone |
| weak | the same, but marketing, hearsay or written by a machine |
| derived | arithmetic from other figures here, or a decision that follows from them |
| unverified | general knowledge, or a decision of this project without a source |

A clinic can change all of it with [a catalogue of its own](how-to/use-your-own-catalogue.md). The
same in the terminal: `mesogun catalogue`, `mesogun catalogue cheek`,
`mesogun catalogue --search silicon`.
"""
TITLES = {
    "area": "Areas",
    "group of areas": "Groups of areas",
    "technique": "Techniques",
    "head": "Heads",
    "needle": "Needles",
    "syringe": "Syringes",
    "pistol": "Pistols",
    "component": "Components",
    "class of components": "Classes of components",
    "indication": "Indications",
    "regimen": "Regimens",
    "question": "Questions before a session",
    "care rule": "Care before and after",
    "side effect": "Side effects",
    "limits": "Limits that hold for all",
}
ADDRESS = re.compile(r"https?://[^\s,;)]+")


def page() -> str:
    """Return the whole page."""
    everything = entries(checked(catalogue()))
    parts = [HEAD, "## Contents\n"]
    parts.append("\n".join(f"- [{one}](#{_anchor(one)})" for one in TITLES.values()) + "\n")
    for kind, found in groupby(everything, key=lambda one: one.kind):
        parts += [f"## {TITLES[kind]}\n", *_section(list(found))]
    return "\n".join(parts)


def _section(found: Sequence[Entry]) -> Iterator[str]:
    sources: dict[str, int] = {}
    for entry in found:
        yield f"### {_text(entry.name)}\n"
        yield f"`{entry.id}`\n"
        if entry.lines:
            rows = "\n".join(_row(one, sources) for one in entry.lines)
            yield f"| what | value | strength | source |\n|---|---|---|---|\n{rows}\n"
    if sources:
        yield "**Sources of this section**\n"
        yield "\n".join(f"{number}. {_source(text)}" for text, number in sources.items()) + "\n"


def _row(one: Line, sources: dict[str, int]) -> str:
    number = sources.setdefault(one.source, len(sources) + 1) if one.source else ""
    what = one.key.replace("_", " ").replace(".", ": ")
    return f"| {what} | {_text(one.text)} | {one.strength} | {number} |"


def _source(text: str) -> str:
    return ADDRESS.sub(lambda found: f"<{found.group()}>", _text(text))


def _text(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def main(arguments: Sequence[str], path: Path = PAGE) -> int:
    """Write the page to `path`, or with `--check` compare; return the exit code."""
    if [*arguments] not in ([], ["--check"]):
        sys.stderr.write("usage: python -m mesogun.intake.catalogue_page [--check]\n")
        return 2
    text = page()
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    if arguments:
        sys.stderr.write(f"{path.name}: not fresh: run python -m mesogun.intake.catalogue_page\n")
        return 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
