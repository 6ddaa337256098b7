"""The map of a pen or a roller: how wide its tip goes over the skin, where each stroke runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from mesogun.planning.plan import Plan, Stroke
from mesogun.record.record import Record
from mesogun.report import colours, figures, legend, stage
from mesogun.report.geometry import scale
from mesogun.report.legend import Legend
from mesogun.report.marks import mark
from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.picture import Panel
from mesogun.report.rows import Mark
from mesogun.report.stage import Stage
from mesogun.report.stroke_rows import MARK_WORDS, StrokeMark, StrokeRow, stroke_rows

_NUMBERED = 60
"""Of so many strokes each has its number; of more, every fifth."""
_EVERY = 5
_LOUD: tuple[StrokeMark, ...] = ("in_doubt", "skipped")
_DRAWN: dict[StrokeMark, str] = {
    "planned": "order",
    "given": "order",
    "in_doubt": "rim",
    "skipped": "cross",
    "not_reached": "unreached",
}
"""The class of a stroke's line: what was not given has no band either."""
_SWEPT = 0.5
"""How strongly the swept skin is coloured where the density is at the top of its scale."""


def strokes_panel(plan: Plan, prefix: str, record: Record | None = None) -> Panel:
    """Return the map of a plan of strokes with its legend, and what became of each stroke.

    Raises:
        RecordError: `record` is not of `plan`; nothing is drawn.
    """
    rows = stroke_rows(plan, record)
    at = stage.stage_of(plan, prefix)
    top = scale(max(_density(plan, k) for k in range(len(plan.zones))))[-1]
    drawn = join(
        (
            stage.definitions(plan, at),
            stage.ground(plan, at),
            *(_swept(plan, rows, k, top, at) for k in range(len(plan.zones))),
            stage.outlines(plan, at),
            _ways(rows, at),
            *(_sign(one, at) for one in rows if one.mark in _LOUD),
            _numbers(rows, at),
            _labels(plan, rows, at),
            stage.scale_bar(at),
        )
    )
    names = ", ".join(zone.name for zone in plan.zones)
    about = (
        f"Map to scale of {figures.counted(len(plan.strokes), 'stroke')} over {names}; "
        f"{_told(plan)}. Where each prick lies nobody can say."
    )
    if record is not None:
        counts = Counter(one.mark for one in rows)
        told = (f"{figures.count(counts[one])} {MARK_WORDS[one]}" for one in counts)
        about += f" Of the strokes: {', '.join(told)}."
    return Panel(drawn, at, _legend(plan, rows, top, at), "Strokes", about)


def heading(plan: Plan) -> str:
    """Say what the strokes of a plan add up to."""
    topical = sum(one.needled.topical_nl for one in plan.zones if one.needled is not None)
    parts = [figures.counted(len(plan.strokes), "stroke"), _told(plan)]
    if topical:
        parts.append(f"{figures.volume(topical)} on the skin")
    return ", ".join(parts)


def _told(plan: Plan) -> str:
    return f"about {figures.counted(sum(one.prick_count for one in plan.zones), 'prick')}"


def _density(plan: Plan, index: int) -> int:
    needled = plan.zones[index].needled
    return 0 if needled is None else needled.pricks_per_cm2


def _swept(plan: Plan, rows: Sequence[StrokeRow], index: int, top: int, at: Stage) -> Markup:
    """The skin that the tip goes over, as wide as it is: darker where more passes go."""
    needling, needled = plan.prescription.needling, plan.zones[index].needled
    if needling is None or needled is None:
        return Markup("")
    passes = len(needled.pitch_um)
    shown = {
        "class": "swept",
        "stroke": colours.hexed(needled.pricks_per_cm2 / top),
        "stroke-width": needling.width_um / 1000,
        "clip-path": f"url(#{at.prefix}-clip-{index})",
    }
    each = 1 - (1 - _SWEPT) ** (1 / passes)
    groups = []
    for turn in range(passes):
        path = _path(
            one.stroke
            for one in rows
            if (one.stroke.zone, one.stroke.turn) == (index, turn)
            and one.mark in ("planned", "given")
        )
        if not path:
            continue
        groups.append(empty("path", {"d": path, "opacity": round(each, 3)}))
    return element("g", shown, *groups)


def _path(strokes: Iterable[Stroke]) -> str:
    return "".join(
        f"M{number(one.start_um[0] / 1000)} {number(one.start_um[1] / 1000)}"
        f"L{number(one.end_um[0] / 1000)} {number(one.end_um[1] / 1000)}"
        for one in strokes
    )


def _ways(rows: Sequence[StrokeRow], at: Stage) -> Markup:
    """Each stroke with its arrow; the hand's way to the next one that was given is dashed."""
    made = []
    for state, kind in _DRAWN.items():
        some = [one.stroke for one in rows if one.mark == state]
        if some:
            dashes = f"{6 * at.unit:g} {5 * at.unit:g}" if state in _LOUD else None
            wide = {"class": kind, "stroke-width": (1.8 if dashes else 1.1) * at.unit}
            shown = {"d": _path(some), "stroke-opacity": 0.75, "stroke-dasharray": dashes}
            arrows = empty("path", {"d": "".join(_arrow(one, at) for one in some)})
            made.append(element("g", wide, empty("path", shown), arrows))
    hops = "".join(
        f"M{number(one.end_um[0] / 1000)} {number(one.end_um[1] / 1000)}"
        f"L{number(two.start_um[0] / 1000)} {number(two.start_um[1] / 1000)}"
        for one, two in (
            (a.stroke, b.stroke)
            for a, b in pairwise(rows)
            if {a.mark, b.mark} <= {"planned", "given"}
        )
    )
    if hops:
        dashes = f"{3 * at.unit:g} {4 * at.unit:g}"
        path = empty("path", {"d": hops, "stroke-opacity": 0.35, "stroke-dasharray": dashes})
        made.append(element("g", {"class": "order", "stroke-width": 1.1 * at.unit}, path))
    return join(made)


def _sign(row: StrokeRow, at: Stage) -> Markup:
    """The sign of a stroke that needs a person, in its middle."""
    one = row.stroke
    x, y = ((one.start_um[k] + one.end_um[k]) / 2000 for k in (0, 1))
    kind: Mark = "in_doubt" if row.mark == "in_doubt" else "not_given"
    return mark(kind, x, y, 6 * at.unit, "none", f"Stroke {row.number} · {MARK_WORDS[row.mark]}")


def _arrow(one: Stroke, at: Stage) -> str:
    """The head of an arrow at the end of a stroke, which runs along x or along y."""
    x, y = one.end_um[0] / 1000, one.end_um[1] / 1000
    back, side = 6 * at.unit, 2.5 * at.unit
    if one.turn % 2 == 0:
        behind = x - back if one.end_um[0] > one.start_um[0] else x + back
        ends = ((behind, y - side), (behind, y + side))
    else:
        behind = y - back if one.end_um[1] > one.start_um[1] else y + back
        ends = ((x - side, behind), (x + side, behind))
    (ax, ay), (bx, by) = ends
    tip = f"L{number(x)} {number(y)}"
    return f"M{number(ax)} {number(ay)}{tip}L{number(bx)} {number(by)}"


def _numbers(rows: Sequence[StrokeRow], at: Stage) -> Markup:
    made = []
    for row in rows:
        loud = row.mark in _LOUD
        if len(rows) > _NUMBERED and row.number % _EVERY and row.number != 1 and not loud:
            continue
        x, y = (one / 1000 for one in row.stroke.start_um)
        more = {"class": "number loud" if loud else "number", "text-anchor": "middle"}
        made.append(stage.text(str(row.number), x, y - 3 * at.unit, at, more))
    return element("g", {"class": "numbers"}, *made)


def _labels(plan: Plan, rows: Sequence[StrokeRow], at: Stage) -> Markup:
    words, loud = [], []
    for k, zone in enumerate(plan.zones):
        mine = [one.mark for one in rows if one.stroke.zone == k]
        given = sum(1 for one in mine if one == "given")
        if "planned" in mine:
            told = f"{figures.count(_density(plan, k))} pricks/cm²"
        else:
            told = f"{figures.count(given)} of {figures.counted(len(mine), 'stroke')}"
        words.append(f"{zone.name} · {told}")
        loud.append("planned" not in mine and given < len(mine))
    return stage.labels(plan, words, loud, at)


def _legend(plan: Plan, rows: Sequence[StrokeRow], top: int, at: Stage) -> Legend:
    needling = plan.prescription.needling
    assert needling is not None  # only such a plan has strokes
    told = [f"{needling.kind}, {figures.trimmed(needling.width_um, 1000, 2)} mm wide"]
    for k, zone in enumerate(plan.zones):
        needled = zone.needled
        if needled is not None:
            depth = figures.depth(int(plan.prescription.zones[k].depth_um))
            hand = figures.trimmed(needled.hand_um_per_s, 1000, 1)
            told += [zone.name, f"  {figures.counted(len(needled.pitch_um), 'pass', 'passes')}, "]
            told[-1] += f"{depth}, {hand} mm/s"
    parts = [legend.told(told, "Strokes")]
    if any(one.mark != "planned" for one in rows):
        parts.insert(0, _states(rows))
    parts.append(legend.colour_scale(at.prefix, scale(top), 1, "Pricks a cm², all passes"))
    excluded = any(zone.exclusions_um for zone in plan.zones)
    order = f"strokes, 1 to {figures.count(len(plan.strokes))}"
    parts.append(legend.lines(at.prefix, order, excluded, True))
    return legend.stack(parts)


def _states(rows: Sequence[StrokeRow]) -> Legend:
    """The lines in use, each with its name and how often it is on the map."""
    counts = Counter(one.mark for one in rows)
    made = [element("text", {"class": "head", "x": 0, "y": 14, "font-size": stage.TEXT}, "State")]
    present = [one for one in MARK_WORDS if counts[one]]
    for line, one in enumerate(present, start=1):
        y = 24 * line + 14
        if one == "given":
            band = {"class": "swept", "d": f"M6 {y - 4.5}h8", "stroke-width": 12}
            made.append(empty("path", {**band, "stroke": colours.hexed(0.7), "opacity": _SWEPT}))
        dashes = "6 5" if one in _LOUD else None
        path = {"class": _DRAWN[one], "d": f"M0 {y - 4.5}h20", "stroke-dasharray": dashes}
        made.append(empty("path", {**path, "stroke-width": 1.8}))
        if one in _LOUD:
            made.append(mark("in_doubt" if one == "in_doubt" else "not_given", 10, y - 4.5, 5, ""))
        loud = "loud" if one in _LOUD else ""
        words = {"x": 28, "y": y, "font-size": stage.TEXT, "class": loud or None}
        made.append(element("text", words, MARK_WORDS[one]))
        at_end = {**words, "x": legend.WIDTH, "text-anchor": "end", "class": f"figure {loud}"}
        made.append(element("text", at_end, figures.count(counts[one])))
    return Legend(join(made), 24 * (len(present) + 1))
