"""The map at life size as one SVG sheet: one unit is one millimetre."""

from __future__ import annotations

from mesogun.planning.plan import Plan
from mesogun.report.geometry import Box, plan_box
from mesogun.report.lifesize.drawing import STYLES, Disc, Item, Stroke, Words, moved
from mesogun.report.lifesize.legend import NOT_A_DEVICE, WIDTH, blocks, facts_of, title_of
from mesogun.report.lifesize.sheets import bars, demand_pricks
from mesogun.report.lifesize.skin import life_size
from mesogun.report.markup import Markup, element, empty, join, number

_AROUND, _HEAD, _FOOT = 14.0, 18.0, 16.0
_FONTS = "Roboto, Helvetica, Arial, sans-serif"
_DECIMALS = 4


def map_svg(plan: Plan) -> str:
    """Return the map of a flat plan: all zones on one sheet, its legend below.

    Raises:
        PlanError: the zones lie on a surface.
    """
    demand_pricks(plan)
    zones, some = plan_box(plan), blocks(plan)
    legend_high = sum(one.height for one in some)
    wide = max(zones.width, WIDTH) + 2 * _AROUND
    left, top = zones.x - _AROUND, zones.y - _AROUND - _HEAD
    high = _HEAD + zones.height + 2 * _AROUND + _FOOT + legend_high + _AROUND
    foot = zones.y + zones.height + _AROUND
    items: list[Item] = [
        Words(title_of(plan), left + _AROUND, top + 9, 4, bold=True),
        Words(f"{facts_of(plan)} · {NOT_A_DEVICE}", left + _AROUND, top + 14.5, 3),
        *life_size(plan),
        *bars(left + _AROUND, foot + 6, left + 5, zones.y + zones.height / 2),
    ]
    y = foot + _FOOT
    for block in some:
        items += moved(block.items, left + _AROUND, y)
        y += block.height
    return _document(Box(left, top, wide, high), title_of(plan), items)


def _document(box: Box, title: str, items: list[Item]) -> str:
    shown = [number(one, _DECIMALS) for one in (box.x, box.y, box.width, box.height)]
    svg = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{shown[2]}mm",
            "height": f"{shown[3]}mm",
            "viewBox": " ".join(shown),
            "font-family": _FONTS,
        },
        element("title", None, title),
        empty(
            "rect",
            {
                "x": shown[0],
                "y": shown[1],
                "width": shown[2],
                "height": shown[3],
                "fill": "#ffffff",
            },
        ),
        join((_item(one) for one in items), "\n"),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'


def _item(item: Item) -> Markup:
    match item:
        case Stroke():
            places = "L".join(f"{_n(x)} {_n(y)}" for x, y in item.points)
            end = "Z" if item.closed else ""
            return empty("path", {"d": f"M{places}{end}", "class": item.style, **_look(item.style)})
        case Disc():
            place = {"cx": _n(item.x), "cy": _n(item.y), "r": _n(item.radius)}
            return empty("circle", {**place, "class": item.style, **_look(item.style)})
        case Words():
            more = {
                "x": _n(item.x),
                "y": _n(item.y),
                "font-size": _n(item.size),
                "text-anchor": None if item.anchor == "start" else item.anchor,
                "font-weight": "bold" if item.bold else None,
                "fill": item.colour,
            }
            return element("text", more, item.text)


def _look(name: str) -> dict[str, object]:
    style = STYLES[name]
    dash = " ".join(f"{one:g}" for one in style.dash)
    return {
        "fill": style.fill or "none",
        "stroke": style.line,
        "stroke-width": f"{style.width:g}" if style.line else None,
        "stroke-dasharray": dash or None,
    }


def _n(value: float) -> str:
    return number(value, _DECIMALS)
