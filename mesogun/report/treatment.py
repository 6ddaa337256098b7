"""The treatment map: where each prick was planned, in which order, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from mesogun.planning.plan import Plan
from mesogun.planning.pricks import PrickTable, column
from mesogun.report import colours, figures, legend, stage
from mesogun.report.geometry import scale
from mesogun.report.marks import mark
from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.picture import Panel
from mesogun.report.room import Room
from mesogun.report.rows import MARK_WORDS, Mark, Row
from mesogun.report.stage import Stage

ColourBy = Literal["dose", "depth"]
_NUMBERED = 10
_NUMBERED_NARROW = 50
"""On a telephone, when there are more than a few."""
_FEW = 150
_BANDS = 16
"""Steps in which the line of the firing order fades."""
_LEAST: dict[Mark, float] = {"in_doubt": 5.0, "differs": 4.5}
"""Radius in nominal pixels, whatever the spacing."""
_NAMED = 20
"""Up to so many pricks that need a person have their number as well."""
_QUIET_FIRST: tuple[Mark, ...] = ("planned", "given", "differs", "not_given", "in_doubt")
"""Drawn in this order, so that what needs a person lies on top."""


def treatment_panel(plan: Plan, rows: Sequence[Row], colour_by: ColourBy, prefix: str) -> Panel:
    """Return the map of `rows` with its legend."""
    at = stage.stage_of(plan, prefix)
    ticks = scale(max((_quantity(row, colour_by) for row in rows), default=0))
    drawn = join(
        (
            stage.definitions(plan, at),
            stage.ground(plan, at),
            stage.outlines(plan, at),
            _order(rows, at),
            _signs(plan, rows, colour_by, ticks[-1], at),
            _numbers(rows, at),
            _labels(plan, rows, at),
            stage.scale_bar(at),
        )
    )
    counts = Counter(row.mark for row in rows)
    told = ", ".join(f"{figures.count(counts[one])} {MARK_WORDS[one]}" for one in _present(counts))
    names = ", ".join(zone.name for zone in plan.zones)
    about = (
        f"Map to scale of {figures.counted(len(rows), 'prick')} in {names}: {told or 'none'}. "
        "The table of all pricks holds the same figures."
    )
    return Panel(drawn, at, _legend(plan, rows, colour_by, ticks, at), "Treatment map", about)


def enlarged_panels(plan: Plan, rows: Sequence[Row]) -> list[Panel]:
    """Return a map of its own for each zone whose pricks lie too close on the map of all."""
    crowded = stage.stage_of(plan, "map").crowded
    return [
        treatment_panel(*_alone(plan, rows, index), "dose", f"zone-{index}")
        for index in range(len(plan.zones))
        if crowded[index] and len(plan.zones) > 1
    ]


def _alone(plan: Plan, rows: Sequence[Row], index: int) -> tuple[Plan, list[Row]]:
    """The plan and rows of one zone; pricks keep their numbers."""
    table, mine = plan.pricks, plan.pricks.zone == index
    columns = {name: column(values[mine]) for name, values in table.columns()}
    columns["zone"] = column(columns["zone"] * 0)
    only = replace(plan, zones=(plan.zones[index],), pricks=PrickTable(**columns))
    return only, [replace(row, zone=0) for row in rows if row.zone == index]


def tip(plan: Plan, row: Row) -> str:
    """Return the figures of one prick in one line."""
    parts = [f"Prick {row.number}", plan.zones[row.zone].name, MARK_WORDS[row.mark]]
    if row.dose_nl_given is None:
        parts.append(figures.dose(row.dose_nl_planned))
    else:
        parts.append(f"{figures.dose(row.dose_nl_given)} of {figures.dose(row.dose_nl_planned)}")
    parts.append(
        figures.depth(row.depth_um_planned if row.depth_um_given is None else row.depth_um_given)
    )
    if row.at_us is not None:
        parts.append(f"at {figures.clock(row.at_us)}")
    if row.why:
        parts.append(row.why)
    return " · ".join(parts)


def _quantity(row: Row, colour_by: ColourBy) -> int:
    if colour_by == "depth":
        return row.depth_um_planned if row.depth_um_given is None else row.depth_um_given
    return row.dose_nl_planned if row.dose_nl_given is None else row.dose_nl_given


def _present(counts: Counter[Mark]) -> list[Mark]:
    return [one for one in MARK_WORDS if counts[one]]


def _signs(plan: Plan, rows: Sequence[Row], colour_by: ColourBy, top: int, at: Stage) -> Markup:
    ranked = sorted(rows, key=lambda row: _QUIET_FIRST.index(row.mark))
    made = (
        mark(
            row.mark,
            row.x_um / 1000,
            row.y_um / 1000,
            _radius(row, at),
            colours.hexed(_quantity(row, colour_by) / top),
            tip(plan, row),
            str(row.number),
        )
        for row in ranked
    )
    return element("g", {"class": "signs", "stroke-width": at.unit}, *made)


def _radius(row: Row, at: Stage) -> float:
    """A single prick that needs a person is seen even where all others are dots."""
    least = _LEAST.get(row.mark, 0.0) * at.unit
    return max(at.radii[row.zone], least)


def _order(rows: Sequence[Row], at: Stage) -> Markup:
    """The way of the needle, from dark to faint; hops to the next zone are dashed."""
    hops = list(pairwise(rows))
    bands: list[list[tuple[Row, Row]]] = [[] for _ in range(_BANDS)]
    for index, hop in enumerate(hops):
        bands[index * _BANDS // len(hops)].append(hop)
    made = []
    for band, some in enumerate(bands):
        opacity = 0.75 - 0.6 * band / (_BANDS - 1)
        for dashed in (False, True):
            path = _way([hop for hop in some if (hop[0].zone != hop[1].zone) == dashed])
            if path:
                dashes = f"{4 * at.unit:g} {4 * at.unit:g}" if dashed else None
                shown = {"d": path, "stroke-opacity": opacity, "stroke-dasharray": dashes}
                made.append(empty("path", shown))
    return element("g", {"class": "order", "stroke-width": 1.1 * at.unit}, *made)


def _way(hops: Sequence[tuple[Row, Row]]) -> str:
    path, last = [], None
    for here, there in hops:
        if here is not last:
            path.append(f"M{number(here.x_um / 1000)} {number(here.y_um / 1000)}")
        path.append(f"L{number(there.x_um / 1000)} {number(there.y_um / 1000)}")
        last = there
    return "".join(path)


def _numbers(rows: Sequence[Row], at: Stage) -> Markup:
    """A number at every tenth prick and at those that need a person, where it hides the least."""
    room = Room(
        [(row.x_um / 1000, row.y_um / 1000) for row in rows], [_radius(row, at) for row in rows]
    )
    loud = [row.number for row in rows if row.mark in _LEAST][:_NAMED]
    ends = {row.number for row in (*rows[:1], *rows[-1:])} | set(loud)
    major = _NUMBERED if len(rows) <= _FEW else _NUMBERED_NARROW
    marked = [
        row
        for row in rows
        if not at.crowded[row.zone] and (row.number in ends or row.number % _NUMBERED == 0)
    ]
    made = []
    for row in sorted(marked, key=lambda row: (row.number not in ends, row.number % major != 0)):
        minor = row.number not in ends and row.number % major != 0
        where = room.beside(row.number, row.x_um / 1000, row.y_um / 1000, at, minor)
        if where is not None:
            kind = "number loud" if row.number in loud else "number minor" if minor else "number"
            more = {"class": kind, "text-anchor": "middle"}
            made.append(stage.text(str(row.number), *where, at, more))
    return element("g", {"class": "numbers"}, *made)


def _labels(plan: Plan, rows: Sequence[Row], at: Stage) -> Markup:
    planned = Counter(row.zone for row in rows)
    given = Counter(row.zone for row in rows if row.mark in ("given", "differs"))
    alone = all(row.mark == "planned" for row in rows)
    words, loud = [], []
    for index, zone in enumerate(plan.zones):
        whole = figures.count(planned[index])
        told = whole if alone else f"{figures.count(given[index])} of {whole}"
        words.append(f"{zone.name} · {told}")
        loud.append(not alone and given[index] < planned[index])
    return stage.labels(plan, words, loud, at)


def _legend(
    plan: Plan, rows: Sequence[Row], colour_by: ColourBy, ticks: Sequence[int], at: Stage
) -> legend.Legend:
    counts = Counter(row.mark for row in rows)
    parts = [legend.signs([(one, counts[one]) for one in _present(counts)], "Pricks")]
    coloured = counts["given"] + counts["differs"]
    if coloured and ticks[-1] > 1:
        heading = "Dose of a prick, µL" if colour_by == "dose" else "Depth of a prick, mm"
        parts.append(legend.colour_scale(at.prefix, ticks, 1000, heading))
    order = None
    if len(rows) > 1:
        first, last = (figures.count(row.number) for row in (rows[0], rows[-1]))
        order = f"firing order, {first} to {last}"
    excluded = any(zone.exclusions_um for zone in plan.zones)
    margin = any(zone.margin_um for zone in plan.zones)
    parts.append(legend.lines(at.prefix, order, excluded, margin))
    return legend.stack(parts)
