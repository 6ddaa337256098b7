"""The map itself: zones, exclusions, every prick, rows with numbers, marks of volume, pauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot
from typing import NamedTuple

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Ring
from mesogun.planning.rows import Mark, Row, marks_of, rows_of
from mesogun.report.figures import NL_PER_ML, NL_PER_UL, UM_PER_MM, fixed, trimmed
from mesogun.report.geometry import Box, box_of
from mesogun.report.lifesize.drawing import (
    INK,
    MARK,
    QUIET,
    Disc,
    Item,
    Point,
    Stroke,
    Words,
    hatched,
    line,
    rectangle,
)

NUMBERED = 10
_HATCH = 2.0
_TYPE, _TYPE_LEAST, _TYPE_MOST = 0.2, 1.4, 3.0
_DOT, _DOT_LEAST, _DOT_MOST = 0.06, 0.25, 0.9
"""Type and dots follow the spacing: part of it, at least and at most so many mm."""


class Stop(NamedTuple):
    """Where a person has something to do, and its name on the map."""

    name: str
    """P1, P2, …"""
    prick: int
    """It comes before this one (an index)."""
    notes: tuple[str, ...]


class Site(NamedTuple):
    """Where a prick is, and which way its row runs there."""

    x: float
    y: float
    dx: float
    """Along the row, of length 1."""
    dy: float
    pitch: float

    def beside(self, along: float, across: float) -> Point:
        """Return a place so many mm further on in the row, and so many to its upper side."""
        nx, ny = (self.dy, -self.dx) if self.dx > 0 or (self.dx == 0 and self.dy > 0) else (
            -self.dy, self.dx)  # fmt: skip
        return (
            self.x + along * self.dx + across * nx,
            self.y + along * self.dy + across * ny,
        )

    @property
    def type(self) -> float:
        """Return the height of type here, mm."""
        return min(max(_TYPE * self.pitch, _TYPE_LEAST), _TYPE_MOST)

    @property
    def dot(self) -> float:
        """Return the radius of a prick's dot, mm."""
        return min(max(_DOT * self.pitch, _DOT_LEAST), _DOT_MOST)


def stops_of(plan: Plan) -> tuple[Stop, ...]:
    """Return the pauses for a person, those before one prick together."""
    by_shot: dict[int, list[str]] = {}
    for one in plan.pauses:
        if one.kind != "rest":
            by_shot.setdefault(one.shot, []).append(one.note)
    return tuple(
        Stop(f"P{number}", int(np.searchsorted(plan.pricks.shot, shot)), tuple(notes))
        for number, (shot, notes) in enumerate(sorted(by_shot.items()), start=1)
    )


def usual_of(plan: Plan, zone: int) -> tuple[int, int]:
    """Return the dose and the depth that most pricks of a zone have (of equals, the larger)."""
    mine = plan.pricks.zone == zone
    pairs = zip(
        plan.pricks.dose_nl[mine].tolist(), plan.pricks.depth_um[mine].tolist(), strict=True
    )
    counts = Counter(pairs)
    return max(counts, key=lambda one: (counts[one], one), default=(0, 0))


def life_size(plan: Plan) -> list[Item]:
    """Return the map of a flat plan, in mm of skin: what lies below comes first."""
    rows, sites = rows_of(plan), _sites(plan)
    return [
        *_ground(plan),
        *_ways(plan, rows, sites),
        *_dots(plan, sites),
        *_numbers(rows, sites),
        *_told(plan, sites),
        *_marks(marks_of(plan), sites),
        *_stops(stops_of(plan), sites),
        *_names(plan),
    ]


def reading(left_nl: int) -> str:
    """Return where the plunger stands, in mL, as a syringe's scale is read: "0.90", "0.855"."""
    text = fixed(left_nl, NL_PER_ML, 3)
    return text[:-1] if text.endswith("0") else text


def _ring(ring: Ring) -> tuple[Point, ...]:
    return tuple((x / UM_PER_MM, y / UM_PER_MM) for x, y in ring)


def _ground(plan: Plan) -> Iterator[Item]:
    for zone in plan.zones:
        holes = [_ring(one) for one in zone.exclusions_um]
        yield from hatched(holes, _HATCH)
        for hole in holes:
            yield Stroke("exclusion", hole, closed=True)
        yield Stroke("outline", _ring(zone.outline_um), closed=True)


def _sites(plan: Plan) -> list[Site]:
    """Return every prick's site; a prick alone in its row runs on as the one before."""
    x, y = (one.tolist() for one in (plan.pricks.x_um, plan.pricks.y_um))
    sites: list[Site] = []
    ahead = 1.0, 0.0
    for row in rows_of(plan):
        pitch = plan.zones[row.zone].pitch_um / UM_PER_MM
        for k in range(row.first, row.stop):
            a, b = (k, k + 1) if k + 1 < row.stop else (max(k - 1, row.first), k)
            dx, dy = x[b] - x[a], y[b] - y[a]
            if (dx or dy) and a != b:
                ahead = dx / hypot(dx, dy), dy / hypot(dx, dy)
            sites.append(Site(x[k] / UM_PER_MM, y[k] / UM_PER_MM, *ahead, pitch))
    return sites


def _ways(plan: Plan, rows: Sequence[Row], sites: Sequence[Site]) -> Iterator[Item]:
    """Draw rows through, and the hops from row to row dashed; an arrow where a row begins."""
    for row in rows:
        places = tuple((one.x, one.y) for one in sites[row.first : row.stop])
        if len(places) > 1:
            yield Stroke("row", places)
            begin = sites[row.first]
            size = 0.5 * begin.type
            tip = begin.beside(0.5 * begin.pitch, 0)
            yield line(
                "row",
                begin.beside(0.5 * begin.pitch - size, 0.5 * size),
                tip,
                begin.beside(0.5 * begin.pitch - size, -0.5 * size),
            )
    for before, row in pairwise(rows):
        if before.zone == row.zone:
            last, first = sites[before.stop - 1], sites[row.first]
            yield line("hop", (last.x, last.y), (first.x, first.y))


def _dots(plan: Plan, sites: Sequence[Site]) -> Iterator[Item]:
    for site, odd in zip(sites, _odd(plan), strict=True):
        yield Disc("odd" if odd else "dot", site.x, site.y, site.dot)


def _odd(plan: Plan) -> list[str]:
    """Say what of each prick is not its zone's usual dose and depth; mostly nothing."""
    usual = [usual_of(plan, zone) for zone in range(len(plan.zones))]
    columns = (plan.pricks.zone, plan.pricks.dose_nl, plan.pricks.depth_um)
    found = []
    for zone, dose, depth in zip(*(one.tolist() for one in columns), strict=True):
        told = [f"{trimmed(dose, NL_PER_UL, 3)} mcL"] if dose != usual[zone][0] else []
        if depth != usual[zone][1]:
            told.append(f"{trimmed(depth, UM_PER_MM, 3)} mm")
        found.append(", ".join(told))
    return found


def _told(plan: Plan, sites: Sequence[Site]) -> Iterator[Item]:
    """Tell every tenth prick's number, and what is odd about a prick."""
    for k, (site, odd) in enumerate(zip(sites, _odd(plan), strict=True)):
        words = [str(k + 1)] if (k + 1) % NUMBERED == 0 else []
        if odd:
            words.append(odd)
        if words:
            size = 0.85 * site.type
            x, y = site.beside(0, site.dot + 0.75 * site.type)
            colour = INK if odd else QUIET
            yield Words(": ".join(words), x, y + 0.3 * size, size, "middle", colour=colour)


def _numbers(rows: Sequence[Row], sites: Sequence[Site]) -> Iterator[Item]:
    """Number each row where it begins."""
    for row in rows:
        site = sites[row.first]
        size, text = site.type, str(row.number)
        x, y = site.beside(-0.42 * site.pitch, 0)
        wide, high = size * (0.6 * len(text) + 0.4), 1.2 * size
        yield rectangle("frame", Box(x - wide / 2, y - high / 2, wide, high))
        yield Words(text, x, y + 0.36 * size, size, "middle", bold=True)


def _marks(marks: Sequence[Mark], sites: Sequence[Site]) -> Iterator[Item]:
    """Draw a tick after each prick that brings the plunger to the next mark."""
    for one in marks:
        site = sites[one.prick]
        along, half = 0.27 * site.pitch, 0.5 * site.type
        yield line("mark", site.beside(along, half), site.beside(along, -half))
        x, y = site.beside(along, -half - 0.55 * site.type)
        size = 0.85 * site.type
        yield Words(reading(one.left_nl), x, y + 0.3 * size, size, "middle", colour=MARK)


def _names(plan: Plan) -> Iterator[Item]:
    """Name each zone above it, with the dose and the depth that most of its pricks have."""
    for index, zone in enumerate(plan.zones):
        dose, depth = usual_of(plan, index)
        box = box_of(zone.outline_um)
        told = f"{zone.name}: {trimmed(dose, NL_PER_UL, 3)} mcL, {trimmed(depth, UM_PER_MM, 2)} mm"
        yield Words(told, box.x + box.width / 2, box.y - 5.5, _TYPE_MOST, "middle", bold=True)


def _stops(stops: Sequence[Stop], sites: Sequence[Site]) -> Iterator[Item]:
    """Draw two bars before a prick at which a person has something to do first."""
    for stop in stops:
        site = sites[stop.prick]
        half = 0.7 * site.type
        for along in (-0.14 * site.pitch, -0.14 * site.pitch - 0.35 * site.type):
            yield line("pause", site.beside(along, half), site.beside(along, -half))
        x, y = site.beside(-0.18 * site.pitch, half + 0.7 * site.type)
        yield Words(stop.name, x, y + 0.3 * site.type, site.type, "middle", bold=True)
