"""Tables that a screen reader, a telephone and a printer can all read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mesogun.report.markup import Markup, element, join


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head (with the unit) and whether figures stand in it, to the right."""

    head: str
    figure: bool = False
    wide: bool = False
    """Holds long text and may take what room is left."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; a quiet one unless `kind` says otherwise ("loud", "total")."""

    cells: Sequence[str]
    kind: str = ""
    name: str | None = None
    """Its id on the page."""


def table(caption: str, columns: Sequence[Column], lines: Iterable[Line], kind: str = "") -> Markup:
    """Return a table in a box that scrolls sideways when there is no room.

    `kind` "stack" makes each row a card on a narrow screen instead.
    """
    head = element("tr", None, *(_head(one) for one in columns))
    stacked = "stack" in kind.split()
    body = [_row(columns, line, stacked) for line in lines]
    made = element(
        "table",
        {"class": kind or None},
        element("caption", None, caption),
        element("thead", None, head),
        element("tbody", None, *body),
    )
    if stacked:
        return made
    box = {"class": "scroll", "tabindex": 0, "role": "region", "aria-label": caption}
    return element("div", box, made)


def _head(column: Column) -> Markup:
    return element("th", {"scope": "col", "class": _kind(column)}, column.head)


def _row(columns: Sequence[Column], line: Line, stacked: bool) -> Markup:
    cells = [
        element(
            "th" if index == 0 else "td",
            {
                "scope": "row" if index == 0 else None,
                "class": _kind(column),
                "data-head": column.head if stacked else None,
            },
            cell,
        )
        for index, (column, cell) in enumerate(zip(columns, line.cells, strict=True))
    ]
    return element("tr", {"class": line.kind or None, "id": line.name}, *cells)


def _kind(column: Column) -> str | None:
    return "n" if column.figure else "w" if column.wide else None


def facts(pairs: Iterable[tuple[str, str]], kind: str | None = None) -> Markup:
    """Return names with what they stand for, as a list of definitions."""
    made = (
        element("div", None, element("dt", None, name), element("dd", None, value))
        for name, value in pairs
    )
    return element("dl", {"class": kind}, *made)


def bullets(items: Iterable[str], kind: str | None = None) -> Markup:
    """Return a list."""
    return element("ul", {"class": kind}, *(element("li", None, one) for one in items))


def section(name: str, heading: str, *content: str, kind: str = "") -> Markup:
    """Return a section of the page with its heading beside or above it."""
    title = element("h2", {"id": f"{name}-head"}, heading)
    body = element("div", {"class": "content"}, join(content))
    given = {"id": name, "class": kind or None, "aria-labelledby": f"{name}-head"}
    return element("section", given, title, body)
