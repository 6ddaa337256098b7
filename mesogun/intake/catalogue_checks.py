"""What must hold between the files of a catalogue: every id that one names exists in another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mesogun.intake.catalogue import FILES, Catalogue, CatalogueError, printable_lines
from mesogun.intake.form import Table
from mesogun.intake.knowledge_form import ScreeningFile
from mesogun.intake.refusal import unknown

ID = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
"""Small letters, so that two ids never differ in their case alone."""


def checked(known: Catalogue) -> Catalogue:
    """Return `known` once every file of it is read and they fit each other.

    Raises:
        CatalogueError: with every problem of all files, a line each.
    """
    problems: list[str] = []
    for name in FILES:
        try:
            known.file(name)
        except CatalogueError as error:
            problems += str(error).splitlines()
    if not problems:
        problems = [f"{known.shown(file)}: {text}" for file, text in _between(known)]
    if problems:
        raise CatalogueError(printable_lines(problems))
    return known


def collections(known: Catalogue) -> Iterator[tuple[str, str, Mapping[str, Table]]]:
    """Go through all that has ids: its file, its key there, its entries."""
    for name in FILES:
        for key, found in vars(known.file(name)).items():
            if isinstance(found, dict) and all(isinstance(one, Table) for one in found.values()):
                yield name, key, found


def _between(known: Catalogue) -> Iterator[tuple[str, str]]:
    for file, key, entries in collections(known):
        yield from ((file, f"{key}.{text}") for text in _ids(entries))
    yield from _techniques(known)
    yield from _indications(known)
    yield from _rules(known)
    substances = {**known.components, **known.component_classes}
    for name, rule in known.care.items():
        at = f"care.{name}"
        yield from _named("care.toml", f"{at}.areas", rule.areas, known.areas, "area")
        yield from _named("care.toml", f"{at}.components", rule.components, substances, "component")


def _ids(entries: Iterable[str]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for one in entries:
        if not ID.fullmatch(one):
            yield f"{one}: is no id: give small letters and digits, with . _ or - between them"
        like = re.sub("[_-]", "", one)
        if seen.setdefault(like, one) != one:
            yield f"{one}: differs from {seen[like]} in - and _ alone: choose another id"


def _techniques(known: Catalogue) -> Iterator[tuple[str, str]]:
    most = known.session.frequency_max
    for name, technique in known.techniques.items():
        if technique.figures and technique.figures.frequency.value > most.value:
            yield (
                "techniques.toml",
                f"techniques.{name}.figures.frequency: it is above session.frequency_max of "
                f"limits.toml ({most.value} a second)",
            )


def _indications(known: Catalogue) -> Iterator[tuple[str, str]]:
    file, substances = "indications.toml", {**known.components, **known.component_classes}
    for name, one in known.indications.items():
        at, suits = f"indications.{name}", [each.component for each in one.suits]
        yield from _named(file, f"{at}.regimen", [one.regimen], known.regimens, "regimen")
        yield from _named(file, f"{at}.areas", one.areas, known.areas, "area")
        yield from _named(file, f"{at}.suits", suits, substances, "component")


def _rules(known: Catalogue) -> Iterator[tuple[str, str]]:
    screening = known.file("screening.toml")
    assert isinstance(screening, ScreeningFile)
    for key, entries in (
        ("component_classes", known.component_classes),
        ("components", known.components),
    ):
        for name, one in entries.items():
            asked = [rule.question for rule in one.contraindications]
            at = f"{key}.{name}.contraindications"
            yield from _named("components.toml", at, asked, screening.questions, "question")


def _named(
    file: str, at: str, found: Iterable[str], known: Mapping[str, object], what: str
) -> Iterator[tuple[str, str]]:
    for one in found:
        if one not in known:
            yield file, f"{at}: {unknown(one, known, what)}"
