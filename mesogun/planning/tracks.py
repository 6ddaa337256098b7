"""Where a pen or a roller goes: parallel strokes over a zone that keep off its border, exactly.

Strokes run along x or along y, and everything is decided in whole numbers: no place on a stroke is
nearer to the outline or to an exclusion than asked. What is too near to an edge is convex and its
ends are whole, so between two whole um of a line that are free, all is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.planning.place.region import Integers, arrays, inside
from mesogun.planning.prescription import Point, Ring

SHORTEST = 4
"""A stroke shorter than this part of the tip's width is left out: the next ones overlap there."""
Run = tuple[int, int]
"""From where to where along a line, both within."""


class Sides(NamedTuple):
    """The edges of all rings of a zone, turned so that the lines run along their first axis."""

    ax: Integers
    ay: Integers
    dx: Integers
    dy: Integers
    reach: Integers
    """Nearer than asked is a cross product below this: margin times length, rounded up."""
    square: Integers
    """Length squared."""


class Lines(NamedTuple):
    """Parallel lines over a zone, from one side to the other."""

    offsets_um: tuple[int, ...]
    pitch_um: int
    """From one to the next, rounded down; the tip's width where there is one line."""


def lines_over(low_um: int, high_um: int, width_um: int) -> Lines:
    """Return lines from `low_um` to `high_um`, evenly, and no farther apart than the tip is wide.

    Where less than half a tip lies between the two, one line in the middle is enough.
    """
    between = high_um - low_um
    if 2 * between < width_um:
        return Lines((low_um + between // 2,), width_um)
    gaps = -(-between // width_um)
    return Lines(tuple(low_um + between * k // gaps for k in range(gaps + 1)), between // gaps)


def strokes_over(
    outline: Ring, exclusions: Sequence[Ring], keep_off_um: int, width_um: int, *, upright: bool
) -> tuple[list[tuple[Point, Point]], int]:
    """Return one pass over a zone: its strokes in their order, and their pitch in um.

    The middle of the tip stays `keep_off_um` from every border. Strokes run to and fro, along y
    if `upright`, else along x. None: the tip fits nowhere.
    """
    rings = [_turned(ring) if upright else ring for ring in (outline, *exclusions)]
    heights = [y for _, y in rings[0]]
    low, high = min(heights) + keep_off_um, max(heights) - keep_off_um
    if low > high:
        return [], width_um
    lines = lines_over(low, high, width_um)
    sides = _sides(rings, keep_off_um)
    made: list[tuple[Point, Point]] = []
    for number, at in enumerate(lines.offsets_um):
        runs = [one for one in _runs(rings, sides, at, keep_off_um) if _is_worth(one, width_um)]
        for start, end in runs if number % 2 == 0 else reversed(runs):
            ends = ((start, at), (end, at)) if number % 2 == 0 else ((end, at), (start, at))
            made.append((_back(ends[0], upright=upright), _back(ends[1], upright=upright)))
    return made, lines.pitch_um


def _is_worth(run: Run, width_um: int) -> bool:
    return (run[1] - run[0]) * SHORTEST >= width_um


def _turned(ring: Ring) -> Ring:
    return tuple((y, x) for x, y in ring)


def _back(point: Point, *, upright: bool) -> Point:
    return (point[1], point[0]) if upright else point


def _sides(rings: Sequence[Ring], keep_off_um: int) -> Sides:
    xs, ys = zip(*(arrays(ring) for ring in rings), strict=True)
    dx = np.concatenate([np.roll(one, -1) - one for one in xs])
    dy = np.concatenate([np.roll(one, -1) - one for one in ys])
    square = dx * dx + dy * dy
    reach = [_root_up(keep_off_um * keep_off_um * one) for one in square.tolist()]
    return Sides(
        np.concatenate(xs), np.concatenate(ys), dx, dy, np.array(reach, dtype=np.int64), square
    )


def _root_up(square: int) -> int:
    return isqrt(square - 1) + 1 if square else 0


def _runs(rings: Sequence[Ring], sides: Sides, at: int, keep_off_um: int) -> Iterator[Run]:
    """Return the runs of the line at height `at` that keep off all rings and lie in the zone."""
    low, high = _too_near(sides, at, keep_off_um)
    if not len(low):
        return
    order = np.argsort(low, kind="stable")
    low, far = low[order], np.maximum.accumulate(high[order])
    free = np.flatnonzero(low[1:] > far[:-1] + 1)
    for k in free.tolist():
        start, end = int(far[k]) + 1, int(low[k + 1]) - 1
        middle = np.array([(start + end) // 2]), np.array([at])
        within = inside(*middle, rings[0])[0]
        if within and not any(inside(*middle, hole)[0] for hole in rings[1:]):
            yield start, end


def _too_near(sides: Sides, at: int, keep_off_um: int) -> tuple[Integers, Integers]:
    """Return, edge by edge, from where to where the line at height `at` is too near to it.

    Around an edge this is one interval: that of its two ends, and of the strip between them.
    """
    reach = keep_off_um
    tops = np.maximum(sides.ay, sides.ay + sides.dy)
    lows = np.minimum(sides.ay, sides.ay + sides.dy)
    near = (lows - reach <= at) & (at <= tops + reach)
    ax, ay, dx, dy, cross, square = (one[near] for one in sides)
    parts = [_of_end(ax, at - ay, reach), _of_end(ax + dx, at - ay - dy, reach)]
    parts.append(_of_strip(ax, at - ay, dx, dy, cross, square))
    low = np.minimum.reduce([one for one, _ in parts])
    high = np.maximum.reduce([other for _, other in parts])
    there = low <= high
    return low[there], high[there]


NONE = np.iinfo(np.int64).max // 4
"""Stands for an interval that holds nothing: from here down to its negative."""


def _of_end(x: Integers, up: Integers, reach: int) -> tuple[Integers, Integers]:
    """Return which whole um of a line `up` above a point are nearer to it than `reach`."""
    left = reach * reach - up * up
    half = np.array([isqrt(max(one - 1, 0)) for one in left.tolist()], dtype=np.int64)
    is_near = left > 0
    return np.where(is_near, x - half, NONE), np.where(is_near, x + half, -NONE)


def _of_strip(
    x: Integers, up: Integers, dx: Integers, dy: Integers, cross: Integers, square: Integers
) -> tuple[Integers, Integers]:
    """Return which whole um of the line lie beside an edge, nearer to it than `cross` says."""
    # |dx * up - dy * gx| < cross, and 0 <= dx * gx + dy * up <= square, for gx along the line
    low_a, high_a = _between(dx * up - cross + 1, dx * up + cross - 1, dy)
    low_b, high_b = _between(-dy * up, square - dy * up, dx)
    low, high = np.maximum(low_a, low_b), np.minimum(high_a, high_b)
    empty = low > high
    return np.where(empty, NONE, x + low), np.where(empty, -NONE, x + high)


def _between(low: Integers, high: Integers, by: Integers) -> tuple[Integers, Integers]:
    """Return the first and the last whole gx with `low` <= `by` * gx <= `high`."""
    turned = by < 0
    least, most = np.where(turned, -high, low), np.where(turned, -low, high)
    step = np.where(by == 0, 1, np.abs(by))
    fits = (low <= 0) & (high >= 0)
    start = np.where(by == 0, np.where(fits, -NONE // 2, NONE), -(-least // step))
    end = np.where(by == 0, np.where(fits, NONE // 2, -NONE), most // step)
    return start, end
