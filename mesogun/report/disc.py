"""The disc of 1 cm² that holds the most, found exactly and not on a grid.

A bound on the dose per area is a bound on this disc, and a grid would miss it: two pricks just a
disc's width apart share a disc only in a spot smaller than any grid.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

RADIUS_MM = math.sqrt(100 / math.pi)
"""Of a disc of 1 cm²."""
_SLACK = 1e-9
"""Radians: pricks on the very edge are inside."""

Drop = tuple[float, float, int]
"""x and y in mm, volume in nL."""


@dataclass(frozen=True, slots=True)
class Fullest:
    """The fullest disc: what it holds, and its middle in mm."""

    volume_nl: int
    x: float
    y: float


def fullest(drops: Sequence[Drop], near: tuple[float, float]) -> Fullest:
    """Return the disc that holds the most of `drops`; of equals the one nearest to `near`.

    The fullest disc can be pushed until a drop lies on its edge, so it is enough to roll a disc
    around each drop and to note where its neighbours enter and leave.
    """
    cells: dict[tuple[int, int], list[Drop]] = defaultdict(list)
    for drop in drops:
        cells[_cell(drop)].append(drop)
    best, best_rank = Fullest(0, *near), (0, -math.inf)
    for drop in drops:
        volume, x, y = _rolled(drop, _neighbours(cells, drop))
        rank = (volume, -math.hypot(x - near[0], y - near[1]))
        if volume and rank > best_rank:
            best, best_rank = Fullest(volume, x, y), rank
    return best


def _cell(drop: Drop) -> tuple[int, int]:
    return math.floor(drop[0] / (2 * RADIUS_MM)), math.floor(drop[1] / (2 * RADIUS_MM))


def _neighbours(cells: dict[tuple[int, int], list[Drop]], drop: Drop) -> list[Drop]:
    column, line = _cell(drop)
    around = ((column + a, line + b) for a in (-1, 0, 1) for b in (-1, 0, 1))
    return [other for cell in around for other in cells.get(cell, ()) if other is not drop]


def _rolled(drop: Drop, others: Sequence[Drop]) -> tuple[int, float, float]:
    """What the fullest disc with `drop` on its edge holds, and its middle."""
    always = drop[2]
    events: list[tuple[float, int]] = []
    for x, y, volume in others:
        far = math.hypot(x - drop[0], y - drop[1])
        if far > 2 * RADIUS_MM:
            continue
        if far == 0:
            always += volume
            continue
        half = math.acos(far / (2 * RADIUS_MM)) + _SLACK
        enters = math.remainder(math.atan2(y - drop[1], x - drop[0]) - half, math.tau)
        # Twice round, so that an arc over the turn from +pi to -pi is met whole.
        for turn in (0.0, math.tau):
            events += [(enters + turn, volume), (enters + turn + 2 * half, -volume)]
    events.sort()
    held = most = 0
    middle = 0.0
    for index, (angle, change) in enumerate(events):
        held += change
        if held > most:
            most, middle = held, (angle + events[index + 1][0]) / 2
    x = drop[0] + RADIUS_MM * math.cos(middle)
    y = drop[1] + RADIUS_MM * math.sin(middle)
    return always + most, x, y
