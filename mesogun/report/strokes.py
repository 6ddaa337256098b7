"""The map of a pen or a roller: how wide its tip goes over the skin, where each stroke runs."""

from __future__ import annotations

from itertools import pairwise

from mesogun.planning.plan import Plan, Stroke
from mesogun.report import colours, figures, legend, stage
from mesogun.report.geometry import scale
from mesogun.report.legend import Legend
from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.picture import Panel
from mesogun.report.stage import Stage

_NUMBERED = 60
"""Of so many strokes each has its number; of more, every fifth."""
_EVERY = 5
_SWEPT = 0.5
"""How strongly the swept skin is coloured where the density is at the top of its scale."""


def strokes_panel(plan: Plan, prefix: str) -> Panel:
    """Return the map of a plan of strokes with its legend."""
    at = stage.stage_of(plan, prefix)
    top = scale(max(_density(plan, k) for k in range(len(plan.zones))))[-1]
    drawn = join(
        (
            stage.definitions(plan, at),
            stage.ground(plan, at),
            *(_swept(plan, k, top, at) for k in range(len(plan.zones))),
            stage.outlines(plan, at),
            _ways(plan, at),
            _numbers(plan, at),
            _labels(plan, at),
            stage.scale_bar(at),
        )
    )
    names = ", ".join(zone.name for zone in plan.zones)
    about = (
        f"Map to scale of {figures.counted(len(plan.strokes), 'stroke')} over {names}; "
        f"{_told(plan)}. Where each prick lies nobody can say."
    )
    return Panel(drawn, at, _legend(plan, top, at), "Strokes", about)


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


def _swept(plan: Plan, index: int, top: int, at: Stage) -> Markup:
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
        path = _path([one for one in plan.strokes if (one.zone, one.turn) == (index, turn)])
        groups.append(empty("path", {"d": path, "opacity": round(each, 3)}))
    return element("g", shown, *groups)


def _path(strokes: list[Stroke]) -> str:
    return "".join(
        f"M{number(one.start_um[0] / 1000)} {number(one.start_um[1] / 1000)}"
        f"L{number(one.end_um[0] / 1000)} {number(one.end_um[1] / 1000)}"
        for one in strokes
    )


def _ways(plan: Plan, at: Stage) -> Markup:
    """Each stroke with its arrow; the hand's way to the next one is dashed."""
    made = [empty("path", {"d": _path(list(plan.strokes)), "stroke-opacity": 0.75})]
    made.append(empty("path", {"d": "".join(_arrow(one, at) for one in plan.strokes)}))
    hops = "".join(
        f"M{number(one.end_um[0] / 1000)} {number(one.end_um[1] / 1000)}"
        f"L{number(two.start_um[0] / 1000)} {number(two.start_um[1] / 1000)}"
        for one, two in pairwise(plan.strokes)
    )
    dashes = f"{3 * at.unit:g} {4 * at.unit:g}"
    made.append(empty("path", {"d": hops, "stroke-opacity": 0.35, "stroke-dasharray": dashes}))
    return element("g", {"class": "order", "stroke-width": 1.1 * at.unit}, *made)


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


def _numbers(plan: Plan, at: Stage) -> Markup:
    made = []
    for index, one in enumerate(plan.strokes, start=1):
        if len(plan.strokes) > _NUMBERED and index % _EVERY and index != 1:
            continue
        x, y = one.start_um[0] / 1000, one.start_um[1] / 1000
        more = {"class": "number", "text-anchor": "middle"}
        made.append(stage.text(str(index), x, y - 3 * at.unit, at, more))
    return element("g", {"class": "numbers"}, *made)


def _labels(plan: Plan, at: Stage) -> Markup:
    words = [
        f"{zone.name} · {figures.count(_density(plan, k))} pricks/cm²"
        for k, zone in enumerate(plan.zones)
    ]
    return stage.labels(plan, words, [False] * len(words), at)


def _legend(plan: Plan, top: int, at: Stage) -> Legend:
    needling = plan.prescription.needling
    assert needling is not None  # only such a plan has strokes
    rows = [f"{needling.kind}, {figures.trimmed(needling.width_um, 1000, 2)} mm wide"]
    for k, zone in enumerate(plan.zones):
        needled = zone.needled
        if needled is not None:
            depth = figures.depth(int(plan.prescription.zones[k].depth_um))
            hand = figures.trimmed(needled.hand_um_per_s, 1000, 1)
            rows += [zone.name, f"  {figures.counted(len(needled.pitch_um), 'pass', 'passes')}, "]
            rows[-1] += f"{depth}, {hand} mm/s"
    parts = [legend.told(rows, "Strokes")]
    parts.append(legend.colour_scale(at.prefix, scale(top), 1, "Pricks a cm², all passes"))
    excluded = any(zone.exclusions_um for zone in plan.zones)
    order = f"strokes, 1 to {figures.count(len(plan.strokes))}"
    parts.append(legend.lines(at.prefix, order, excluded, True))
    return legend.stack(parts)
