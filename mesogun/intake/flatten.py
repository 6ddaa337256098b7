"""A shape of a drawing becomes a ring of whole micrometres, curves and all.

Curves are cut into equal steps of their parameter; the number of steps follows from a bound on the
second derivative, so the ring is nowhere farther from the true curve than FLATNESS_UM and the
rounding to a micrometre. The same drawing always gives the same ring. Coordinates stay as SVG has
them, y downwards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from mesogun.intake.bounds import (
    COORDINATE_UM_MAX,
    FLATNESS_UM,
    RING_POINTS_MAX,
    SEGMENTS_MAX,
)
from mesogun.intake.quantity import in_unit
from mesogun.intake.svg_document import NUMBER, Affine, Shape, parse_numbers
from mesogun.intake.svg_path import Arc, Outline, Xy, ellipse, outlines, polygon, rectangle
from mesogun.planning.prescription import Point, Ring

LENGTH = re.compile(rf"\s*({NUMBER})\s*(?:px)?\s*")


def flatten(shape: Shape) -> Ring:
    """Return the outline of `shape` in um.

    Raises:
        ValueError: it is no single closed outline, or it cannot be understood; the text says how
            to mend it in a drawing program.
    """
    drawn = _outlines(shape)
    if any(not one.is_closed and one.end() != one.start for one in drawn):
        raise ValueError("is an open line: close the path (Inkscape: Path, node tool, join ends)")
    if len(drawn) != 1:
        raise ValueError(
            f"is made of {len(drawn)} outlines: break it apart (Inkscape: Path, Break Apart), "
            f"and name the inner ones as exclusions"
        )
    (outline,) = drawn
    if len(outline.segments) > SEGMENTS_MAX:
        raise ValueError(f"has more than {SEGMENTS_MAX} lines and curves: simplify it")
    points: list[Point] = []
    for x, y in _walk(outline, _placer(shape.to_um), _stretch(shape.to_um)):
        if not (abs(x) <= COORDINATE_UM_MAX and abs(y) <= COORDINATE_UM_MAX):
            most = in_unit(COORDINATE_UM_MAX, 1_000)
            raise ValueError(f"lies farther than {most} mm from the origin: check its scale")
        point = (round(x), round(y))
        if not points or points[-1] != point:
            points.append(point)
        if len(points) > RING_POINTS_MAX:
            raise ValueError(f"needs more than {RING_POINTS_MAX} points: simplify it")
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return tuple(points)


def _outlines(shape: Shape) -> list[Outline]:
    """Return what the shape draws, in its own coordinates."""
    given = shape.attributes
    match shape.tag:
        case "path":
            return outlines(given.get("d", ""))
        case "circle":
            r = _above_0(given, "r")
            return [ellipse(_own(given, "cx"), _own(given, "cy"), r, r)]
        case "ellipse":
            rx, ry = _above_0(given, "rx"), _above_0(given, "ry")
            return [ellipse(_own(given, "cx"), _own(given, "cy"), rx, ry)]
        case "rect":
            wide, high = _above_0(given, "width"), _above_0(given, "height")
            rx, ry = _own(given, "rx", given.get("ry")), _own(given, "ry", given.get("rx"))
            return [rectangle(_own(given, "x"), _own(given, "y"), wide, high, rx, ry)]
        case "polygon":
            numbers = parse_numbers(given.get("points", ""))
            if len(numbers) % 2:
                raise ValueError("has an odd number of coordinates")
            return [polygon(list(zip(numbers[::2], numbers[1::2], strict=True)))]
        case "use":
            raise ValueError("is a clone: unlink it (Inkscape: Edit, Clone, Unlink Clone)")
        case _:
            raise ValueError(f"is a {shape.tag}, which is not closed: draw a closed path")


def _own(attributes: Mapping[str, str], name: str, default: str | None = None) -> float:
    text = attributes.get(name, default or "0")
    found = LENGTH.fullmatch(text)
    number = float(found.group(1)) if found else math.nan
    if not abs(number) <= COORDINATE_UM_MAX:
        raise ValueError(f"has {name} = {text!r}: turn it into a path (Path, Object to Path)")
    return number


def _above_0(attributes: Mapping[str, str], name: str) -> float:
    number = _own(attributes, name)
    if number <= 0:
        raise ValueError(f"has {name} = {number:g}: it encloses nothing")
    return number


def _placer(to_um: Affine) -> Callable[[Xy], Xy]:
    a, b, c, d, e, f = to_um
    return lambda point: (
        a * point[0] + c * point[1] + e,
        b * point[0] + d * point[1] + f,
    )


def _stretch(to_um: Affine) -> float:
    """Return how much longer the map makes a vector at most: its largest singular value."""
    a, b, c, d, _, _ = to_um
    return (math.hypot(a + d, b - c) + math.hypot(a - d, b + c)) / 2


def _walk(outline: Outline, place: Callable[[Xy], Xy], stretch: float) -> Iterator[Xy]:
    at = place(outline.start)
    yield at
    for one in outline.segments:
        if isinstance(one, Arc):
            yield from map(place, _arc(one, stretch))
            at = place(one.end)
        else:
            controls = [place(point) for point in one]
            yield from _bezier(at, controls)
            at = controls[-1]
        yield at


def _bezier(start: Xy, controls: list[Xy]) -> Iterator[Xy]:
    """Walk the inside of a line (nothing), a quadratic or a cubic curve."""
    match controls:
        case [q, r]:
            steps = _steps(2 * _bend(start, q, r))
            for step in range(1, steps):
                t = step / steps
                u = 1 - t
                yield _blend(((u * u, start), (2 * u * t, q), (t * t, r)))
        case [q, r, s]:
            steps = _steps(6 * max(_bend(start, q, r), _bend(q, r, s)))
            for step in range(1, steps):
                t = step / steps
                u = 1 - t
                yield _blend(
                    ((u * u * u, start), (3 * u * u * t, q), (3 * u * t * t, r), (t * t * t, s))
                )


def _blend(weighted: tuple[tuple[float, Xy], ...]) -> Xy:
    x = y = 0.0
    for weight, point in weighted:
        x += weight * point[0]
        y += weight * point[1]
    return x, y


def _arc(arc: Arc, stretch: float) -> Iterator[Xy]:
    """Walk the inside of an arc, in its own coordinates."""
    radius = stretch * max(math.hypot(*arc.along), math.hypot(*arc.across))
    steps = _steps(radius * arc.sweep * arc.sweep)
    for step in range(1, steps):
        t = arc.first + arc.sweep * step / steps
        yield _blend(((1.0, arc.center), (math.cos(t), arc.along), (math.sin(t), arc.across)))


def _steps(second_derivative: float) -> int:
    """Return how many equal steps keep a chord within the flatness: error = |f''| / (8 n^2)."""
    if not math.isfinite(second_derivative):
        raise ValueError("has a number that is too large")
    steps = max(1, math.ceil(math.sqrt(second_derivative / (8 * FLATNESS_UM))))
    if steps > RING_POINTS_MAX:
        raise ValueError("has a curve that is too large: check its scale")
    return steps


def _bend(p: Xy, q: Xy, r: Xy) -> float:
    return math.hypot(p[0] - 2 * q[0] + r[0], p[1] - 2 * q[1] + r[1])
