"""The treatment map: where each prick was planned, in which order, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from mesogun.planning.plan import Plan
from mesogun.planning.pricks import PrickTable, column
from mesogun.report import colours, figures, legend, stage, stops
from mesogun.report.geometry import scale
from mesogun.report.marks import mark
from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.picture import Panel
from mesogun.report.room import Room
from mesogun.report.rows import MARK_WORDS, Mark, Row
from mesogun.report.stage import Stage
from mesogun.report.stops import Stop
from mesogun.report.views import View, beside_each_other, hidden, views

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


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a map shows: the pricks where they are drawn, and what lies below them."""

    plan: Plan
    """For names and labels: zones and pricks as drawn."""
    parts: tuple[tuple[Row, ...], ...]
    """Pricks as drawn; the line of the order runs within a part."""
    at: Stage
    below: Markup
    above: Markup
    told: str
    """What a reader must know of what is drawn."""


def treatment_panel(plan: Plan, rows: Sequence[Row], colour_by: ColourBy, prefix: str) -> Panel:
    """Return the map of `rows` with its legend: flat, or on a surface from three sides."""
    if plan.prescription.surface is None:
        scene = _flat(plan, rows, prefix)
    else:
        scene = _on_surface(plan, rows, prefix)
    at, shown = scene.at, [row for part in scene.parts for row in part]
    ticks = scale(max((_quantity(row, colour_by) for row in rows), default=0))
    asked = stops.stops_of(plan)
    drawn = join(
        (
            scene.below,
            scene.above,
            *(_order(part, at) for part in scene.parts),
            _shots(shown, at),
            _signs(scene.plan, shown, colour_by, ticks[-1], at),
            *(stops.bars(stops.places(asked, part, at), at) for part in scene.parts),
            *(_numbers(part, rows, asked, at) for part in scene.parts),
            _labels(scene.plan, rows, at),
            stage.scale_bar(at),
        )
    )
    counts = Counter(row.mark for row in rows)
    told = ", ".join(f"{figures.count(counts[one])} {MARK_WORDS[one]}" for one in _present(counts))
    names = ", ".join(zone.name for zone in plan.zones)
    about = (
        f"Map to scale of {figures.counted(len(rows), 'prick')} in {names}: {told or 'none'}. "
        f"{scene.told}The table of all pricks holds the same figures."
    )
    key = _legend(plan, rows, colour_by, ticks, at)
    return Panel(drawn, at, key, "Treatment map", about)


def _flat(plan: Plan, rows: Sequence[Row], prefix: str) -> _Scene:
    at = stage.stage_of(plan, prefix)
    below = join((stage.definitions(plan, at), stage.ground(plan, at)))
    return _Scene(plan, (tuple(rows),), at, below, stage.outlines(plan, at), "")


def _on_surface(plan: Plan, rows: Sequence[Row], prefix: str) -> _Scene:
    seen = views(plan, rows)
    laid, box = beside_each_other(seen)
    flat = _as_drawn(plan, laid)
    at = stage.stage_over(plan, box, prefix)
    below = element("g", {"stroke-width": at.unit}, *(view.ground for view in laid))
    words = join(
        stage.text(
            join((element("tspan", {"class": "more"}, "seen from the\u00a0"), view.name)),
            view.box.x + view.box.width / 2,
            box.y + box.height + 22 * at.unit,
            at,
            {"class": "soft", "text-anchor": "middle"},
        )
        for view in laid
    )
    lost = hidden(rows, seen)
    told = f"Seen from {', '.join(view.name for view in laid)}. "
    if lost:
        told += f"{figures.counted(lost, 'prick')} cannot be seen from there. "
    return _Scene(flat, tuple(view.rows for view in laid), at, below, words, told)


def _as_drawn(plan: Plan, laid: Sequence[View]) -> Plan:
    """The plan with zones and pricks where the views show them, for their labels.

    A zone is named where most of it is seen.
    """
    zones = []
    for index, zone in enumerate(plan.zones):
        parts = [[row for row in view.rows if row.zone == index] for view in laid]
        mine = max(parts, key=len)
        xs, ys = [row.x_um for row in mine] or [0], [row.y_um for row in mine] or [0]
        left, right, top, low = min(xs), max(xs), min(ys), max(ys)
        outline = ((left, top), (right, top), (right, low), (left, low))
        zones.append(replace(zone, outline_um=outline))
    shown = [row for view in laid for row in view.rows]
    zeros = column([0] * len(shown))
    table = PrickTable(
        x_um=column([row.x_um for row in shown]),
        y_um=column([row.y_um for row in shown]),
        z_um=zeros,
        depth_um=zeros,
        dose_nl=zeros,
        zone=column([row.zone for row in shown]),
        shot=zeros,
    )
    return replace(plan, zones=tuple(zones), pricks=table)


def enlarged_panels(plan: Plan, rows: Sequence[Row]) -> list[Panel]:
    """Return a map of its own for each zone whose pricks lie too close on the map of all."""
    if plan.prescription.surface is not None:
        return []
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
        parts.append(figures.dose(row.dose_nl_wanted))
    else:
        parts.append(f"{figures.dose(row.dose_nl_given)} of {figures.dose(row.dose_nl_wanted)}")
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
    firsts = [*rows[:1], *(row for before, row in pairwise(rows) if _new(before, row))]
    hops = [(a, b) for a, b in pairwise(firsts) if b.shot - a.shot == 1]
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


def _new(before: Row, row: Row) -> bool:
    """Tell whether a row begins a shot of its own."""
    return before.shot != row.shot


def _shots(rows: Sequence[Row], at: Stage) -> Markup:
    """A bar through the pricks of each shot of several needles."""
    bars = [(one, two) for one, two in pairwise(rows) if not _new(one, two)]
    path = _way(bars)
    if not path:
        return Markup("")
    shown = {"class": "shot", "d": path, "stroke-width": 4 * at.unit}
    return empty("path", shown)


def _way(hops: Sequence[tuple[Row, Row]]) -> str:
    path, last = [], None
    for here, there in hops:
        if here is not last:
            path.append(f"M{number(here.x_um / 1000)} {number(here.y_um / 1000)}")
        path.append(f"L{number(there.x_um / 1000)} {number(there.y_um / 1000)}")
        last = there
    return "".join(path)


def _numbers(
    rows: Sequence[Row], all_rows: Sequence[Row], asked: Sequence[Stop], at: Stage
) -> Markup:
    """Letters of pauses, then numbers at every tenth prick and at those that need a person.

    Each stands where it hides the least. `rows` is the part of `all_rows` that is seen here.
    """
    signs = [(row.x_um / 1000, row.y_um / 1000, _radius(row, at)) for row in rows]
    signs += [(one.x, one.y, one.half) for one in stops.places(asked, rows, at)]
    room = Room([(x, y) for x, y, _ in signs], [radius for _, _, radius in signs])
    loud = [row.number for row in rows if row.mark in _LEAST][:_NAMED]
    ends = {row.number for row in (*all_rows[:1], *all_rows[-1:])} | set(loud)
    major = _NUMBERED if len(all_rows) <= _FEW else _NUMBERED_NARROW
    marked = [
        row
        for row in rows
        if not at.crowded[row.zone] and (row.number in ends or row.number % _NUMBERED == 0)
    ]
    made = []
    firsts = stops.first_pricks(rows)
    for stop in asked:
        if (first := firsts.get(stop.shot)) is not None:
            where = room.beside(stop.letter, first.x_um / 1000, first.y_um / 1000, at, False)
            assert where is not None
            more = {"class": "number pause", "text-anchor": "middle"}
            made.append(stage.text(stop.letter, *where, at, more))
    for row in sorted(marked, key=lambda row: (row.number not in ends, row.number % major != 0)):
        minor = row.number not in ends and row.number % major != 0
        where = room.beside(str(row.number), row.x_um / 1000, row.y_um / 1000, at, minor)
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
    coloured = counts["given"] + counts["differs"] + counts["planned"]
    if coloured and ticks[-1] > 1:
        heading = "Dose of a prick, µL" if colour_by == "dose" else "Depth of a prick, mm"
        parts.append(legend.colour_scale(at.prefix, ticks, 1000, heading))
    order = None
    if len(rows) > 1:
        first, last = (figures.count(row.number) for row in (rows[0], rows[-1]))
        order = f"firing order, {first} to {last}"
    flat = plan.prescription.surface is None
    excluded = any(zone.exclusions_um for zone in plan.zones)
    margin = flat and any(zone.margin_um for zone in plan.zones)
    several = any(not _new(one, two) for one, two in pairwise(rows))
    parts.append(legend.lines(at.prefix, order, excluded, margin, several))
    if asked := stops.told(stops.stops_of(plan), rows):
        parts.append(legend.pauses(asked, "Pauses for a person"))
    return legend.stack(parts)
