"""The page's section on what came after the session: side effects that were noted."""

from __future__ import annotations

from mesogun.record.record import Note
from mesogun.report import figures
from mesogun.report.markup import Markup, element
from mesogun.report.sections import NOTHING, Story
from mesogun.report.tables import Column, Line, section, table

_COLUMNS = (
    Column("Seen"),
    Column("After the session", figure=True),
    Column("Side effect"),
    Column("Severity"),
    Column("Zone"),
    Column("Remark", wide=True),
    Column("Noted by"),
)
_ZONE = slice(19, None)
"""Of an ISO 8601 time to the second, its offset from UTC."""


def notes_section(story: Story) -> Markup:
    """Return the side effects in the order in which they were noted; nothing where none was."""
    notes = story.record.notes
    if not notes:
        return Markup("")
    lines = [Line(_cells(one), "loud" if one.severity == "severe" else "") for one in notes]
    told = (
        "Noted by a person after the session. Each note is an entry of the journal: none can be "
        "changed or taken away."
    )
    made = table("Side effects noted", _COLUMNS, lines, "stack")
    kind = "loud" if any(line.kind for line in lines) else ""
    return section("notes", "Side effects", made, element("p", {"class": "quiet"}, told), kind=kind)


def _cells(one: Note) -> tuple[str, ...]:
    day, clock, offset = one.seen[:10], one.seen[11:16], one.seen[_ZONE]
    return (
        f"{day} {clock} {offset}".strip(),
        _after(one.after_s),
        one.effect.replace("_", " "),
        one.severity,
        one.zone or NOTHING,
        one.text or NOTHING,
        one.by or NOTHING,
    )


def _after(seconds: int) -> str:
    """Return a time of minutes, hours or days, rounded down: "23 h 40 min", "5 d 3 h"."""
    minutes = seconds // 60
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        return f"{figures.count(days)}{figures.APART}d {hours % 24}{figures.APART}h"
    if hours:
        return f"{hours}{figures.APART}h {minutes % 60}{figures.APART}min"
    return f"{minutes}{figures.APART}min"
