"""What is drawn, whatever draws it: strokes, discs and words, in millimetres, y downwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mesogun.report.geometry import Box

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a line or a disc looks. Colours tell nothing that a shape does not: paper may be grey."""

    line: str | None
    width: float
    """mm"""
    fill: str | None = None
    dash: tuple[float, ...] = ()


INK, QUIET, MARK = "#111111", "#777777", "#b34700"
STYLES = {
    "outline": Style(INK, 0.35),
    "exclusion": Style(INK, 0.35),
    "hatch": Style(QUIET, 0.15),
    "row": Style(QUIET, 0.15),
    "hop": Style(QUIET, 0.12, dash=(0.6, 0.9)),
    "dot": Style(None, 0, INK),
    "odd": Style(INK, 0.3, "#ffffff"),
    "mark": Style(MARK, 0.5),
    "pause": Style(INK, 0.4),
    "frame": Style(INK, 0.2, "#ffffff"),
    "bar": Style(INK, 0.4),
    "cut": Style(QUIET, 0.12),
    "cross": Style(INK, 0.15),
    "tile": Style(INK, 0.2),
    "rule": Style(QUIET, 0.1),
}


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points, closed or not."""

    style: str
    points: tuple[Point, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc around a point."""

    style: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Words:
    """Words on a base line."""

    text: str
    x: float
    y: float
    size: float
    """Height of the type, mm."""
    anchor: Anchor = "start"
    bold: bool = False
    colour: str = INK


Item = Stroke | Disc | Words


def line(style: str, *points: Point) -> Stroke:
    """Return an open line."""
    return Stroke(style, points)


def rectangle(style: str, box: Box) -> Stroke:
    """Return the border of a box."""
    right, low = box.x + box.width, box.y + box.height
    return Stroke(style, ((box.x, box.y), (right, box.y), (right, low), (box.x, low)), closed=True)


def moved(items: Iterable[Item], dx: float, dy: float, scale: float = 1.0) -> tuple[Item, ...]:
    """Return the items moved by (dx, dy) after scaling places, but neither type nor lines."""
    made: list[Item] = []
    for one in items:
        match one:
            case Stroke():
                places = tuple((x * scale + dx, y * scale + dy) for x, y in one.points)
                made.append(Stroke(one.style, places, one.closed))
            case Disc():
                made.append(Disc(one.style, one.x * scale + dx, one.y * scale + dy, one.radius))
            case Words():
                at = one.x * scale + dx, one.y * scale + dy
                made.append(Words(one.text, *at, one.size, one.anchor, one.bold, one.colour))
    return tuple(made)


def extent(item: Item) -> Box:
    """Return a box that holds the item; words are taken wider than they are."""
    match item:
        case Stroke():
            xs, ys = [x for x, _ in item.points], [y for _, y in item.points]
            return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        case Disc():
            wide = 2 * item.radius
            return Box(item.x - item.radius, item.y - item.radius, wide, wide)
        case Words():
            wide = item.size * len(item.text)
            return Box(item.x - wide, item.y - item.size, 2 * wide, 2 * item.size)


def meets(item: Item, window: Box) -> bool:
    """Tell whether something of the item may be seen through the window."""
    box = extent(item)
    return (
        box.x <= window.x + window.width
        and box.x + box.width >= window.x
        and box.y <= window.y + window.height
        and box.y + box.height >= window.y
    )


def hatched(rings: Sequence[Sequence[Point]], gap: float) -> list[Stroke]:
    """Return slanting lines inside closed rings (by the even-odd rule), `gap` mm apart."""
    made = []
    edges = [
        (ring[k - 1], ring[k]) for ring in rings for k in range(len(ring)) if ring[k - 1] != ring[k]
    ]
    if not edges:
        return []
    # In u = x + y and v = x - y the lines are those of constant u.
    turned = [((a + b, a - b), (c + d, c - d)) for (a, b), (c, d) in edges]
    low = min(min(one[0], two[0]) for one, two in turned)
    high = max(max(one[0], two[0]) for one, two in turned)
    step = gap * 2**0.5
    for number in range(1, int((high - low) / step) + 1):
        u = low + number * step
        cuts = sorted(
            one[1] + (u - one[0]) * (two[1] - one[1]) / (two[0] - one[0])
            for one, two in turned
            if (one[0] <= u) != (two[0] <= u)
        )
        for v, w in zip(cuts[::2], cuts[1::2], strict=False):
            made.append(line("hatch", ((u + v) / 2, (u - v) / 2), ((u + w) / 2, (u - w) / 2)))
    return made
