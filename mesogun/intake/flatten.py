"""A shape of a drawing becomes a ring of whole micrometres, curves and all.

Curves are cut into equal steps of their parameter; the number of steps follows from a bound on the
second derivative, so the ring is nowhere farther from the true curve than FLATNESS_UM and half a
micrometre of rounding. The same drawing always gives the same ring. Coordinates stay as SVG has
them, y downwards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mesogun.intake.bounds import (
    COORDINATE_UM_MAX,
    FLATNESS_UM,
    MAGNITUDE_MAX,
    RING_POINTS_MAX,
    SEGMENTS_MAX,
)
from mesogun.intake.quantity import in_unit, shown
from mesogun.intake.svg_document import NUMBER, Affine, Shape
from mesogun.planning.prescription import Point, Ring

KINDS: Mapping[str, str] = {
    "M": "nn",
    "L": "nn",
    "T": "nn",
    "H": "n",
    "V": "n",
    "C": "nnnnnn",
    "S": "nnnn",
    "Q": "nnnn",
    "A": "nnnffnn",
    "Z": "",
}
"""What follows the commands of a path: numbers, and flags that may stand without a gap."""
ONE = {"n": re.compile(NUMBER), "f": re.compile("[01]")}
GAPS = " \t\r\n\f,"
MIXED = ("QS", "TS", "CT", "ST")
"""A smooth curve of one kind after a curve of the other."""

Xy = tuple[float, float]


def flatten(shape: Shape) -> Ring:
    """Return the outline of `shape` in um.

    Raises:
        ValueError: it is no single closed outline, or it cannot be understood; the text says how
            to mend it in a drawing program.
    """
    path = _path(shape)
    subpaths = _subpaths(path)
    if len(subpaths) != 1:
        raise ValueError(
            f"is made of {len(subpaths)} outlines: break it apart (Inkscape: Path, Break Apart), "
            f"and name the inner ones as exclusions"
        )
    (segments,) = subpaths
    if sum(1 for _ in segments) > SEGMENTS_MAX:
        raise ValueError(f"has more than {SEGMENTS_MAX} lines and curves: simplify it")
    place = _placer(shape.to_um)
    points: list[Point] = []
    for x, y in _walk(segments, place, _stretch(shape.to_um)):
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


def _path(shape: Shape) -> Any:
    """Return the shape as a path of the library, in the shape's own coordinates."""
    # Loaded only when a drawing is named: most prescriptions have none.
    from svgelements import Circle, Ellipse, Path, Polygon, Rect

    wanted = shape.attributes
    match shape.tag:
        case "path":
            return Path(_checked(wanted.get("d", "")))
        case "circle":
            x, y, r = (_own(wanted, one) for one in ("cx", "cy", "r"))
            return Path(Circle(x, y, _above_0("r", r)))
        case "ellipse":
            x, y, rx, ry = (_own(wanted, one) for one in ("cx", "cy", "rx", "ry"))
            return Path(Ellipse(x, y, _above_0("rx", rx), _above_0("ry", ry)))
        case "rect":
            x, y, wide, high = (_own(wanted, one) for one in ("x", "y", "width", "height"))
            rx, ry = _own(wanted, "rx", wanted.get("ry")), _own(wanted, "ry", wanted.get("rx"))
            return Path(Rect(x, y, _above_0("width", wide), _above_0("height", high), rx, ry))
        case "polygon":
            from mesogun.intake.svg_document import parse_numbers

            numbers = parse_numbers(wanted.get("points", ""))
            if len(numbers) % 2:
                raise ValueError("has an odd number of coordinates")
            return Path(Polygon(*zip(numbers[::2], numbers[1::2], strict=True)))
        case "use":
            raise ValueError("is a clone: unlink it (Inkscape: Edit, Clone, Unlink Clone)")
        case _:
            raise ValueError(f"is a {shape.tag}, which is not closed: draw a closed path")


def _own(attributes: Mapping[str, str], name: str, default: str | None = None) -> float:
    text = attributes.get(name, default or "0")
    if not re.fullmatch(rf"\s*{NUMBER}\s*(?:px)?\s*", text) or not math.isfinite(
        number := float(text.strip().removesuffix("px"))
    ):
        raise ValueError(f"has {name} = {text!r}: turn it into a path (Path, Object to Path)")
    return number


def _above_0(name: str, number: float) -> float:
    if number <= 0:
        raise ValueError(f"has {name} = {number:g}: it encloses nothing")
    return number


def _checked(d: str) -> str:
    """Return the text of a path after making sure that the library reads all of it."""
    place, before = _skip(d, 0), ""
    if d[place : place + 1] not in ("M", "m"):
        raise ValueError("its path does not begin with a place (M)")
    while place < len(d):
        letter = d[place].upper()
        end = _after(d, place + 1, KINDS[letter]) if letter in KINDS else None
        if end is None:
            raise ValueError(f"its path cannot be understood from {shown(d[place:])} on")
        if before + letter in MIXED:
            # The library takes the other curve's control point, a browser takes none.
            raise ValueError(f"its path has {letter} after {before}: write the curve in full")
        place, before = end, letter
    return d


def _after(d: str, place: int, kinds: str) -> int | None:
    """Return where the arguments of one command end, or None if they are not as they must be."""
    rounds = 0
    while True:
        place = _skip(d, place)
        if not kinds or (rounds and not ONE["n"].match(d, place)):
            return place
        for kind in kinds:
            place = _skip(d, place)
            found = ONE[kind].match(d, place)
            # Bounded before anything is squared: what follows can then not overflow.
            if found is None or not abs(float(found.group())) < 10.0**MAGNITUDE_MAX:
                return None
            place = found.end()
        rounds += 1


def _skip(d: str, place: int) -> int:
    while place < len(d) and d[place] in GAPS:
        place += 1
    return place


def _subpaths(path: Any) -> list[list[Any]]:
    """Return the closed outlines of `path`, each without its first move."""
    from svgelements import Close, Move

    made: list[list[Any]] = []
    is_open = False
    for segment in path:
        if isinstance(segment, Move):
            is_open = is_open and _refuse_open(made)
            made.append([])
        else:
            if made and made[-1] and isinstance(made[-1][-1], Close):
                # After a Z, drawing goes on from the place where the outline began.
                made.append([])
            if not made:
                raise ValueError("its path does not begin with a place (M)")
            made[-1].append(segment)
            is_open = not isinstance(segment, Close) and not _same(made[-1][0], segment)
    if is_open:
        _refuse_open(made)
    return [one for one in made if one]


def _refuse_open(_made: list[list[Any]]) -> bool:
    raise ValueError("is an open line: close the path (Inkscape: Path, node tool, join ends)")


def _same(first: Any, last: Any) -> bool:
    return (first.start.x, first.start.y) == (last.end.x, last.end.y)


def _placer(to_um: Affine) -> Callable[[Xy], Xy]:
    a, b, c, d, e, f = to_um
    return lambda point: (
        a * point[0] + c * point[1] + e,
        b * point[0] + d * point[1] + f,
    )


def _stretch(to_um: Affine) -> float:
    """Return a bound on how much longer the map makes a vector."""
    a, b, c, d, _, _ = to_um
    return math.sqrt(a * a + b * b + c * c + d * d)


def _walk(segments: list[Any], place: Callable[[Xy], Xy], stretch: float) -> Iterator[Xy]:
    from svgelements import Arc, CubicBezier, QuadraticBezier

    yield place(_xy(segments[0].start))
    for one in segments:
        match one:
            case CubicBezier():
                controls = [
                    place(_xy(point)) for point in (one.start, one.control1, one.control2, one.end)
                ]
                yield from _cubic(*controls)
            case QuadraticBezier():
                start, control, end = (place(_xy(x)) for x in (one.start, one.control, one.end))
                yield from _quadratic(start, control, end)
            case Arc():
                yield from map(place, _arc(one, stretch))
            case _:
                yield place(_xy(one.end))


def _xy(point: Any) -> Xy:
    return float(point.x), float(point.y)


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


def _cubic(p: Xy, q: Xy, r: Xy, s: Xy) -> Iterator[Xy]:
    steps = _steps(6 * max(_bend(p, q, r), _bend(q, r, s)))
    for step in range(1, steps):
        t = step / steps
        u = 1 - t
        w = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        yield (
            w[0] * p[0] + w[1] * q[0] + w[2] * r[0] + w[3] * s[0],
            w[0] * p[1] + w[1] * q[1] + w[2] * r[1] + w[3] * s[1],
        )
    yield s


def _quadratic(p: Xy, q: Xy, r: Xy) -> Iterator[Xy]:
    steps = _steps(2 * _bend(p, q, r))
    for step in range(1, steps):
        t = step / steps
        u = 1 - t
        yield (
            u * u * p[0] + 2 * u * t * q[0] + t * t * r[0],
            u * u * p[1] + 2 * u * t * q[1] + t * t * r[1],
        )
    yield r


def _arc(arc: Any, stretch: float) -> Iterator[Xy]:
    """Walk an arc of an ellipse, c + a cos t + b sin t, in its own coordinates."""
    if arc.start == arc.end and not arc.sweep:
        return
    center = _xy(arc.center)
    along = (arc.prx.x - center[0], arc.prx.y - center[1])
    across = (arc.pry.x - center[0], arc.pry.y - center[1])
    radius = stretch * max(math.hypot(*along), math.hypot(*across))
    first, sweep = float(arc.get_start_t()), float(arc.sweep)
    steps = _steps(radius * sweep * sweep)
    for step in range(1, steps):
        t = first + sweep * step / steps
        cos, sin = math.cos(t), math.sin(t)
        yield (
            center[0] + along[0] * cos + across[0] * sin,
            center[1] + along[1] * cos + across[1] * sin,
        )
    yield _xy(arc.end)
