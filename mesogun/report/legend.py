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
_LETTER = 8
"""How wide a figure is at most."""
_PAUSES = 8
"""More are on the map and on the page, but not in the legend."""


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


def told(words: Sequence[str], heading: str) -> Legend:
    """Return lines of words below a heading."""
    made = [_words(heading, 0, 14, "head")]
    for line, one in enumerate(words, start=1):
        kind = "soft" if one.startswith(" ") else ""
        made.append(_words(one.strip(), 12 if kind else 0, 20 * line + 16, kind))
    return Legend(join(made), 20 * (len(words) + 1))


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
    last = figures.trimmed(ticks[-1], per_unit, 3)
    for value in ticks:
        x = WIDTH * value / ticks[-1]
        anchor = "start" if value == 0 else "end" if value == ticks[-1] else "middle"
        made.append(empty("path", {"class": "tick", "d": f"M{x:g} 36v5"}))
        words = figures.trimmed(value, per_unit, 3)
        if value == ticks[-1] or WIDTH - x > _LETTER * (len(last) + len(words) / 2):
            made.append(_words(words, x, 55, "soft figure", anchor))
    return Legend(join(made), 60)


def _stop(place: float, strength: float) -> dict[str, object]:
    opacity = None if strength == 1.0 else strength
    return {"offset": place, "stop-color": colours.hexed(place), "stop-opacity": opacity}


def lines(
    prefix: str, order: str | None, excluded: bool, margin: bool, several: bool = False
) -> Legend:
    """Return what the lines and the hatching mean; `order` names the first and the last prick.

    `several`: some shots are of more than one needle.
    """
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
    if several:
        made.append(empty("path", {"class": "shot", "d": f"M2 {y - 4}h16", "stroke-width": 4}))
        made.append(_words("one shot of several needles", 28, y))
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


def pauses(told: Sequence[tuple[str, str, str]], heading: str) -> Legend:
    """Return the letters of the pauses, each with its place and with what is to be done."""
    made = [_words(heading, 0, 14, "head")]
    for line, (letter, where, kinds) in enumerate(told[:_PAUSES], start=1):
        y = _LINE * line + 14
        made.append(empty("path", {"class": "stop", "d": f"M2 {y - 10}v11M6 {y - 10}v11"}))
        made += [_words(letter, 13, y, "head"), _words(where, 38, y, "figure")]
        made.append(_words(kinds, WIDTH, y, anchor="end"))
    rows = min(len(told), _PAUSES)
    if more := len(told) - rows:
        rows += 1
        made.append(_words(f"and {figures.count(more)} more", 38, _LINE * rows + 14, "soft"))
    return Legend(join(made), _LINE * (rows + 1))
