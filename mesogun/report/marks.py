"""The five signs of a prick: a shape first, a colour second, the same on map and legend."""

from __future__ import annotations

from collections.abc import Callable

from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.rows import Mark

Draw = Callable[[float, float, float, str], Markup]
"""x, y, radius, fill -> shape."""


def _ring(x: float, y: float, radius: float, fill: str) -> Markup:
    """Hollow, in the colour of what is planned, between two dark lines."""
    wide = radius * 0.42
    out = empty("circle", {"class": "ring", "cx": x, "cy": y, "r": radius * 0.8})
    band = {"class": "band", "stroke": fill, "stroke-width": wide}
    inner = empty("circle", {**band, "cx": x, "cy": y, "r": radius * 0.8 - wide / 2})
    return join((out, inner))


def _disc(x: float, y: float, radius: float, fill: str) -> Markup:
    return empty("circle", {"class": "disc", "cx": x, "cy": y, "r": radius, "fill": fill})


def _framed(x: float, y: float, radius: float, fill: str) -> Markup:
    out = number(radius * 1.9)
    path = f"M{number(x)} {number(y)}m0-{out}l{out} {out}l-{out} {out}l-{out}-{out}z"
    frame = empty("path", {"class": "frame", "d": path, "stroke-width": 0.3 * radius})
    return join((frame, _disc(x, y, radius * 0.9, fill)))


def _half(x: float, y: float, radius: float, fill: str) -> Markup:
    big = radius * 1.3
    around = {"cx": x, "cy": y, "r": big, "stroke-width": 0.55 * radius}
    path = f"M{number(x)} {number(y - big)}a{number(big)} {number(big)} 0 0 0 0 {number(2 * big)}z"
    rim = empty("circle", {"class": "rim", **around})
    return join(
        (
            empty("circle", {"class": "doubt", "cx": x, "cy": y, "r": big}),
            empty("path", {"class": "half", "d": path}),
            rim,
        )
    )


def _cross(x: float, y: float, radius: float, fill: str) -> Markup:
    back = number(2 * radius)
    start = f"M{number(x - radius)} {number(y - radius)}"
    path = f"{start}l{back} {back}m0-{back}l-{back} {back}"
    return empty("path", {"class": "cross", "d": path, "stroke-width": 0.38 * radius})


_SHAPES: dict[Mark, Draw] = {
    "planned": _ring,
    "given": _disc,
    "differs": _framed,
    "in_doubt": _half,
    "not_given": _cross,
}


def mark(
    kind: Mark, x: float, y: float, radius: float, fill: str, tip: str = "", name: str | None = None
) -> Markup:
    """Return the sign of a prick at (x, y); `tip` is shown on hover, `name` sets `data-prick`."""
    shape = _SHAPES[kind](x, y, radius, fill)
    if not tip:
        return shape
    return element("g", {"data-prick": name}, element("title", None, tip), shape)
