"""The outlines of an SVG path: lines, Bezier curves and arcs, in the path's own coordinates.

The whole text is understood, or it is refused: nothing of it is skipped.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from mesogun.intake.bounds import MAGNITUDE_MAX
from mesogun.intake.quantity import shown
from mesogun.intake.svg_document import NUMBER

Xy = tuple[float, float]


class Arc:
    """A piece of an ellipse: center + along cos t + across sin t, t from `first` by `sweep`."""

    __slots__ = ("across", "along", "center", "end", "first", "sweep")

    def __init__(
        self, center: Xy, along: Xy, across: Xy, first: float, sweep: float, end: Xy
    ) -> None:
        self.center = center
        self.along = along
        self.across = across
        self.first = first
        self.sweep = sweep
        self.end = end


Bezier = tuple[Xy, ...]
"""The control points after the start, the last is the end: one for a line, two or three else."""
Segment = Bezier | Arc


class Outline:
    """One outline: where it starts, its segments, and whether it comes back."""

    __slots__ = ("is_closed", "segments", "start")

    def __init__(self, start: Xy) -> None:
        self.start = start
        self.segments: list[Segment] = []
        self.is_closed = False

    def end(self) -> Xy:
        """Return where the pen is."""
        if not self.segments:
            return self.start
        last = self.segments[-1]
        return last.end if isinstance(last, Arc) else last[-1]


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


def outlines(d: str) -> list[Outline]:
    """Return the outlines that the path draws; moves without a line draw none.

    Raises:
        ValueError: a part of `d` is not understood.
    """
    pen = _Pen()
    for letter, numbers in _commands(d):
        pen.draw(letter, numbers)
    return [one for one in pen.outlines if one.segments or one.is_closed]


def _commands(d: str) -> Iterator[tuple[str, list[float]]]:
    place = _skip(d, 0)
    if d[place : place + 1] not in ("M", "m"):
        raise ValueError("its path does not begin with a place (M)")
    while place < len(d):
        letter, rounds = d[place], 0
        kinds = KINDS.get(letter.upper())
        if kinds is None:
            raise ValueError(_lost(d, place))
        begun, place = place, _skip(d, place + 1)
        while not rounds or (kinds and ONE["n"].match(d, place)):
            numbers = []
            for kind in kinds:
                found = ONE[kind].match(d, place)
                # Bounded before anything is squared: what follows can then not overflow.
                if found is None or not abs(float(found.group())) < 10.0**MAGNITUDE_MAX:
                    raise ValueError(_lost(d, begun))
                numbers.append(float(found.group()))
                place = _skip(d, found.end())
            yield _following(letter) if rounds else letter, numbers
            rounds += 1


def _following(letter: str) -> str:
    """Return what a command means when its numbers go on: after a move come lines."""
    return {"M": "L", "m": "l"}.get(letter, letter)


def _lost(d: str, place: int) -> str:
    return f"its path cannot be understood from {shown(d[place:])} on"


def _skip(d: str, place: int) -> int:
    while place < len(d) and d[place] in GAPS:
        place += 1
    return place


class _Pen:
    """Draws commands one after the other."""

    def __init__(self) -> None:
        self.outlines: list[Outline] = []
        self._at: Xy = (0.0, 0.0)
        self._control: Xy | None = None
        self._drew = ""
        """The last command: a smooth curve goes on only from a curve of its kind."""

    def draw(self, letter: str, numbers: list[float]) -> None:
        name = letter.upper()
        x, y = self._at if letter.islower() else (0.0, 0.0)
        control: Xy | None = None
        if name == "Z":
            self._close()
        elif name == "M":
            self._at = (x + numbers[0], y + numbers[1])
            self.outlines.append(Outline(self._at))
        else:
            control = DRAW[name](self, x, y, numbers)
        self._control, self._drew = control, name

    def _close(self) -> None:
        last = self.outlines[-1]
        if not last.is_closed:
            last.is_closed = True
            self._at = last.start

    def add(self, segment: Segment) -> None:
        """Add a segment; after a closed outline a new one goes on from its start."""
        if self.outlines[-1].is_closed:
            self.outlines.append(Outline(self._at))
        self.outlines[-1].segments.append(segment)
        self._at = self.outlines[-1].end()

    def smooth(self, kinds: str) -> Xy:
        """Return the control point that lets a curve go on smoothly from one of `kinds`."""
        if self._control is None or self._drew not in kinds:
            return self._at
        return (2 * self._at[0] - self._control[0], 2 * self._at[1] - self._control[1])

    def line(self, x: float, y: float, n: list[float]) -> None:
        self.add(((x + n[0], y + n[1]),))

    def across(self, x: float, _y: float, n: list[float]) -> None:
        self.add(((x + n[0], self._at[1]),))

    def down(self, _x: float, y: float, n: list[float]) -> None:
        self.add(((self._at[0], y + n[0]),))

    def cubic(self, x: float, y: float, n: list[float]) -> Xy:
        first, second, end = _pairs(x, y, n)
        self.add((first, second, end))
        return second

    def smooth_cubic(self, x: float, y: float, n: list[float]) -> Xy:
        second, end = _pairs(x, y, n)
        self.add((self.smooth("CS"), second, end))
        return second

    def quadratic(self, x: float, y: float, n: list[float]) -> Xy:
        control, end = _pairs(x, y, n)
        self.add((control, end))
        return control

    def smooth_quadratic(self, x: float, y: float, n: list[float]) -> Xy:
        control = self.smooth("QT")
        self.add((control, (x + n[0], y + n[1])))
        return control

    def arc(self, x: float, y: float, n: list[float]) -> None:
        rx, ry, turn, large, sweep, to_x, to_y = n
        end = (x + to_x, y + to_y)
        if end != self._at:
            self.add(_arc(self._at, rx, ry, turn, bool(large), bool(sweep), end))


DRAW: Mapping[str, Callable[[_Pen, float, float, list[float]], Xy | None]] = {
    "L": _Pen.line,
    "H": _Pen.across,
    "V": _Pen.down,
    "C": _Pen.cubic,
    "S": _Pen.smooth_cubic,
    "Q": _Pen.quadratic,
    "T": _Pen.smooth_quadratic,
    "A": _Pen.arc,
}


def _pairs(x: float, y: float, n: list[float]) -> list[Xy]:
    return [(x + n[index], y + n[index + 1]) for index in range(0, len(n), 2)]


def _arc(
    start: Xy, rx: float, ry: float, turn: float, large: bool, sweep: bool, end: Xy
) -> Segment:
    """Return the arc between two points, as the implementation notes of SVG 1.1 (F.6) find it."""
    rx, ry = abs(rx), abs(ry)
    if not rx or not ry:
        return (end,)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    half_x, half_y = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = (cos * half_x + sin * half_y) / rx, (cos * half_y - sin * half_x) / ry
    beyond = math.hypot(x, y)
    if beyond > 1:
        # Radii that are too small are made as large as they must be.
        rx, ry, x, y, beyond = rx * beyond, ry * beyond, x / beyond, y / beyond, 1.0
    away = math.sqrt(max(0.0, 1 - beyond * beyond)) / beyond
    away = -away if large == sweep else away
    # On the unit circle: the center, then the way from it to start and end.
    center_x, center_y = away * y, -away * x
    first = math.atan2(y - center_y, x - center_x)
    turned = math.atan2(-y - center_y, -x - center_x) - first
    if sweep and turned < 0:
        turned += math.tau
    if not sweep and turned > 0:
        turned -= math.tau
    along, across = (rx * cos, rx * sin), (-ry * sin, ry * cos)
    center = (
        (start[0] + end[0]) / 2 + along[0] * center_x + across[0] * center_y,
        (start[1] + end[1]) / 2 + along[1] * center_x + across[1] * center_y,
    )
    return Arc(center, along, across, first, turned, end)


def ellipse(x: float, y: float, rx: float, ry: float) -> Outline:
    """Return a whole ellipse."""
    made = Outline((x + rx, y))
    made.segments.append(Arc((x, y), (rx, 0.0), (0.0, ry), 0.0, math.tau, made.start))
    made.is_closed = True
    return made


def polygon(corners: list[Xy]) -> Outline:
    """Return a polygon."""
    made = Outline(corners[0])
    made.segments.extend((corner,) for corner in corners[1:])
    made.is_closed = True
    return made


def rectangle(x: float, y: float, wide: float, high: float, rx: float, ry: float) -> Outline:
    """Return a rectangle, its corners rounded by quarters of an ellipse."""
    rx, ry = min(rx, wide / 2), min(ry, high / 2)
    right, below = x + wide, y + high
    if rx <= 0 or ry <= 0:
        return polygon([(x, y), (right, y), (right, below), (x, below)])
    made = Outline((x + rx, y))
    quarter = math.tau / 4
    sides = (
        ((right - rx, y), (right - rx, y + ry), (right, y + ry)),
        ((right, below - ry), (right - rx, below - ry), (right - rx, below)),
        ((x + rx, below), (x + rx, below - ry), (x, below - ry)),
        ((x, y + ry), (x + rx, y + ry), (x + rx, y)),
    )
    for index, (side_end, center, corner_end) in enumerate(sides):
        made.segments.append((side_end,))
        first = quarter * (index - 1)
        made.segments.append(Arc(center, (rx, 0.0), (0.0, ry), first, quarter, corner_end))
    made.is_closed = True
    return made
