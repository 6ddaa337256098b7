"""A map on its way out: a panel for the page, or a picture that stands alone as a file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from mesogun.report import legend
from mesogun.report.geometry import Box
from mesogun.report.legend import Legend
from mesogun.report.markup import Markup, element, empty, join
from mesogun.report.stage import TEXT, Stage, grown, view_box

SIMULATED = "SIMULATED"
_BAR, _LINE, _SIDE = 30.0, 20.0, 28.0
"""Of a picture that stands alone, in nominal pixels: bar, line of its heading, space at a side."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A drawn map, the stage it stands on, its legend, and its words for those who cannot see."""

    drawn: Markup
    at: Stage
    key: Legend
    title: str
    about: str


@cache
def asset(name: str) -> Markup:
    """Return a style sheet or script of this package."""
    return Markup(resources.files("mesogun.report").joinpath(name).read_text("utf-8"))


def inline(panel: Panel, simulated: bool) -> Markup:
    """Return the map as an <svg> for the page, without its legend."""
    prefix, unit = panel.at.prefix, panel.at.unit
    words = _words(panel, simulated)
    wide, high = panel.at.box.width, panel.at.box.height
    named = {
        "class": "map",
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-about",
        "style": f"--unit:{unit:.5f};--wide:{wide / high:.4f};--narrow:{grown(panel.at):.3f}",
    }
    tag = _tag(panel.at) if simulated else Markup("")
    return element("svg", {**named, **view_box(panel.at.box)}, *words, panel.drawn, tag)


def inline_key(panel: Panel) -> Markup:
    """Return the legend as an <svg> for the page, in true pixels."""
    size = {
        "class": "key",
        "viewBox": f"-1 0 {legend.WIDTH + 2} {panel.key.height}",
        "width": legend.WIDTH + 2,
        "height": panel.key.height,
        "role": "img",
        "aria-label": f"Legend: {panel.title}",
    }
    return element("svg", size, panel.key.markup)


def standalone(panel: Panel, heading: Sequence[str], simulated: bool) -> str:
    """Return an SVG file: bar, heading, map to scale and legend; one unit is one millimetre.

    The first line of `heading` is set bold; lines that are too long are broken.
    """
    at, unit = panel.at, panel.at.unit
    wide = at.box.width + (legend.WIDTH + 2 * _SIDE) * unit
    lines = _broken(heading, int((wide / unit - 2 * _SIDE) / (0.58 * TEXT)))
    above = ((_BAR if simulated else 0.0) + _LINE * len(lines) + 20) * unit
    key_high = (panel.key.height + 20) * unit
    box = Box(at.box.x, at.box.y - above, wide, max(at.box.height, key_high) + above)
    prefix = at.prefix
    paper = {"class": "paper", "x": box.x, "y": box.y, "width": box.width, "height": box.height}
    key_at = (at.box.x + at.box.width + _SIDE * unit, at.box.y + 12 * unit)
    beside = {"transform": f"translate({key_at[0]:.3f} {key_at[1]:.3f}) scale({unit:.5f})"}
    svg = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "map",
            "role": "img",
            "aria-labelledby": f"{prefix}-title {prefix}-about",
            **view_box(box),
        },
        *_words(panel, simulated),
        element("style", None, asset("map.css")),
        empty("rect", paper),
        _bar(box, unit) if simulated else "",
        _heading(lines, box, (_BAR if simulated else 0.0) + _LINE, unit),
        panel.drawn,
        element("g", beside, panel.key.markup),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg}\n'


def _broken(heading: Sequence[str], most: int) -> list[str]:
    return [line for words in heading for line in textwrap.wrap(words, max(most, 20)) or [""]]


def _heading(lines: Sequence[str], box: Box, top: float, unit: float) -> Markup:
    made = (
        element(
            "text",
            {
                "class": "head" if index == 0 else "soft",
                "x": box.x + _SIDE * unit,
                "y": box.y + (top + _LINE * index) * unit,
                "font-size": TEXT * unit,
            },
            line,
        )
        for index, line in enumerate(lines)
    )
    return join(made)


def _words(panel: Panel, simulated: bool) -> tuple[Markup, Markup]:
    prefix = panel.at.prefix
    title = f"{SIMULATED} · {panel.title}" if simulated else panel.title
    return (
        element("title", {"id": f"{prefix}-title"}, title),
        element("desc", {"id": f"{prefix}-about"}, panel.about),
    )


def _bar(box: Box, unit: float) -> Markup:
    words = f"{SIMULATED} · simulated pistol, no patient was treated"
    middle = {
        "class": "twin-words",
        "x": box.x + box.width / 2,
        "y": box.y + 19.5 * unit,
        "font-size": TEXT * unit,
        "text-anchor": "middle",
    }
    band = {"x": box.x, "y": box.y, "width": box.width, "height": _BAR * unit}
    return Markup(empty("rect", {"class": "twin", **band}) + element("text", middle, words))


def _tag(at: Stage) -> Markup:
    """A small flag in the map's lower right corner: it stays with a picture that is cut out."""
    unit = at.unit
    wide, high = 96 * unit, 22 * unit
    x = at.box.x + at.box.width - wide - 4 * unit
    y = at.box.y + at.box.height - high - 8 * unit
    words = {
        "class": "twin-words",
        "x": x + wide / 2,
        "y": y + 15.5 * unit,
        "font-size": TEXT * unit,
        "text-anchor": "middle",
    }
    box = {"x": x, "y": y, "width": wide, "height": high}
    drawn = empty("rect", {"class": "twin", **box})
    return join((drawn, element("text", words, SIMULATED)))
