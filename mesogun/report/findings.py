"""What screening and the products' rules found, and who took it on, in the report's words."""

from __future__ import annotations

from dataclasses import dataclass

from mesogun.planning.prescription import Prescription
from mesogun.report.markup import Markup
from mesogun.report.tables import Column, Line, bullets, table

SCREENING = "screening."
_COLUMNS = (
    Column("Overridden"),
    Column("By"),
    Column("Reason", wide=True),
    Column("What it is, and who says so", wide=True),
)
_LOOSENED = (
    Column("Bound loosened"),
    Column("Shipped"),
    Column("The clinic's"),
    Column("Approved by"),
    Column("Reason", wide=True),
)


@dataclass(frozen=True, slots=True)
class Overridden:
    """One contraindication that somebody took on by name."""

    what: str
    by: str
    reason: str
    told: str
    """The finding with its source; empty in plans that were made before findings were kept."""


def overridden(given: Prescription) -> tuple[Overridden, ...]:
    """Return what was overridden, by screening or by a rule of a product."""
    found = {one.rule: one for one in given.findings if one.by}
    made = []
    for condition, reason, by in given.screening_overrides:
        one = found.pop(SCREENING + condition, None)
        told = "" if one is None else f"{one.text} [{one.source}]"
        made.append(Overridden(_words(condition), by, reason, told))
    made += [
        Overridden(_words(one.rule), one.by, one.reason, f"{one.text} [{one.source}]")
        for one in found.values()
    ]
    return tuple(made)


def _words(rule: str) -> str:
    kind, _, rest = rule.partition(".")
    return (rest or kind).replace("_", " ").replace(".", ": ")


def findings(given: Prescription) -> list[Markup]:
    """Return what was found, and below it the table of what was overridden."""
    parts = []
    others = [f"{one.text} [{one.source}]" for one in given.findings if not one.by]
    if others:
        parts.append(bullets(others, "warnings"))
    taken = overridden(given)
    if taken:
        lines = [Line((one.what, one.by, one.reason, one.told), "loud") for one in taken]
        parts.append(table("Contraindications overridden", _COLUMNS, lines, "stack"))
    if given.approvals:
        rows = [
            Line((one.figure, one.shipped, one.value, one.by, one.reason), "loud")
            for one in given.approvals
        ]
        parts.append(table("Loosened by the clinic's catalogue", _LOOSENED, rows, "stack"))
    return parts


def told_on_maps(given: Prescription) -> tuple[str, ...]:
    """Return the lines that a map bears wherever it goes: what was overridden, what loosened."""
    lines = []
    taken = overridden(given)
    if taken:
        words = ", ".join(f"{one.what} (by {one.by})" for one in taken)
        lines.append(f"Contraindications overridden: {words}")
    if given.approvals:
        words = ", ".join(f"{one.figure} (by {one.by})" for one in given.approvals)
        lines.append(f"Loosened by the clinic's catalogue: {words}")
    return tuple(lines)
