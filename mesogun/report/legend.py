"""Legends in nominal pixels: signs with their counts, a colour scale with its ticks, the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesogun.report import colours, figures
from mesogun.report.marks import mark
from mesogun.report.markup import Markup, element, empty, join
from mesogun.report.rows import MARK_WORDS, Mark
from mesogun.report.stage import TEXT

WIDTH = 228
_LINE = 24


@dataclass(frozen=True, slots=True)
class Legend:
    """A legend and how high it is, in nominal pixels; it is `WIDTH` wide."""

    markup: Markup
    height: int


def stack(parts: Sequence[Legend]) -> Legend:
    """Return legends one below the other."""
    made, y = [], 0
    for part in parts:
        made.append(element("g", {"transform": f"translate(0 {y})"}, part.markup))
        y += part.height + 16
    return Legend(join(made), max(y - 16, 0))


def _words(words: str, x: float, y: float, kind: str = "", anchor: str | None = None) -> Markup:
    more = {"class": kind or None, "text-anchor": anchor}
    return element("text", {"x": x, "y": y, "font-size": TEXT, **more}, words)


def signs(counts: Sequence[tuple[Mark, int]], heading: str) -> Legend:
    """Return the signs in use, each with its name and how often it is on the map."""
    made = [_words(heading, 0, 14, "head")]
    for line, (kind, how_many) in enumerate(counts, start=1):
        y = _LINE * line + 14
        made.append(mark(kind, 10, y - 4.5, 5.5, colours.hexed(0.7)))
        loud = "loud" if kind not in ("planned", "given") else ""
        made.append(_words(MARK_WORDS[kind], 28, y, loud))
        made.append(_words(figures.count(how_many), WIDTH, y, f"figure {loud}".strip(), "end"))
    return Legend(join(made), _LINE * (len(counts) + 1))


def colour_scale(
    prefix: str, ticks: Sequence[int], per_unit: int, heading: str, fading: bool = False
) -> Legend:
    """Return a labelled scale from 0 to the last of `ticks`; a fading one begins as the ground."""
    steps = 20
    stops = (
        empty("stop", _stop(index / steps, colours.strength(index / steps) if fading else 1.0))
        for index in range(steps + 1)
    )
    name = f"{prefix}-scale"
    box = {"x": 0, "y": 24, "width": WIDTH, "height": 12}
    made = [
        element("defs", None, element("linearGradient", {"id": name}, *stops)),
        _words(heading, 0, 14, "head"),
        empty("rect", {"class": "ramp", "fill": f"url(#{name})", **box}),
    ]
    for value in ticks:
        x = WIDTH * value / ticks[-1]
        anchor = "start" if value == 0 else "end" if value == ticks[-1] else "middle"
        made.append(empty("path", {"class": "tick", "d": f"M{x:g} 36v5"}))
        made.append(_words(figures.trimmed(value, per_unit, 3), x, 55, "soft figure", anchor))
    return Legend(join(made), 60)


def _stop(place: float, strength: float) -> dict[str, object]:
    opacity = None if strength == 1.0 else strength
    return {"offset": place, "stop-color": colours.hexed(place), "stop-opacity": opacity}


def lines(prefix: str, order: str | None, excluded: bool, margin: bool) -> Legend:
    """Return what the lines and the hatching mean; `order` names the first and the last prick."""
    made: list[Markup] = []
    y = 14
    if order is not None:
        fading = (
            empty(
                "path",
                {
                    "class": "order",
                    "d": f"M{part * 4} {y - 4}h4",
                    "stroke-opacity": 0.8 - 0.13 * part,
                },
            )
            for part in range(5)
        )
        made += [*fading, _words(order, 28, y)]
        y += _LINE
    if margin:
        made.append(empty("path", {"class": "thin", "d": f"M0 {y - 4}h20"}))
        made.append(_words("margin: no prick beyond", 28, y))
        y += _LINE
    if excluded:
        box = {"x": 0, "y": y - 11, "width": 20, "height": 14}
        hatch = empty("path", {"class": "hatch", "d": "M0 0V5", "stroke-width": 1.6})
        size = {"width": 5, "height": 5, "patternUnits": "userSpaceOnUse"}
        name = f"{prefix}-key"
        turned = {"id": name, "patternTransform": "rotate(45)"}
        made.append(element("defs", None, element("pattern", {**turned, **size}, hatch)))
        made.append(
            empty("rect", {"class": "edge", "stroke-width": 1, "fill": f"url(#{name})", **box})
        )
        made.append(_words("exclusion", 28, y))
        y += _LINE
    return Legend(join(made), y - 10 if made else 0)
