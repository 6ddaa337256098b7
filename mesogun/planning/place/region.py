"""Outlines in whole micrometres: is a ring usable, and is a point inside it, far enough from it?

Everything here is decided in integers. Coordinates are bounded so that no product leaves 64 bits:
differences are below 2e7, squares and cross products below 1e15.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mesogun.errors import PlanError
from mesogun.planning.prescription import Point, Ring

COORDINATE_UM_MAX = 5_000_000
"""No body is longer than this from the drawing's origin; a wrong unit is."""
POINTS_PER_RING_MAX = 20_000
PAIRS_AT_ONCE = 1_000_000

Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


def mm(length_um: int) -> str:
    """Write a length for a reader: 10000 is "10 mm", 350 is "0.35 mm"."""
    whole, rest = divmod(abs(int(length_um)), 1000)
    sign = "-" if length_um < 0 else ""
    return f"{sign}{whole}" + (f".{rest:03d}".rstrip("0") if rest else "") + " mm"


def at_mm(x_um: int, y_um: int) -> str:
    """Write a point for a reader: "(10.5, 3) mm"."""
    return f"({mm(x_um)[:-3]}, {mm(y_um)[:-3]}) mm"


def area2_um2(ring: Ring) -> int:
    """Return twice the area that `ring` encloses: above 0 if it turns anticlockwise (y upwards)."""
    following = (*ring[1:], ring[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))


def check_ring(ring: Sequence[Point], what: str) -> None:
    """Make sure that `ring` is one simple closed outline; `what` opens the message if not.

    Raises:
        PlanError: too few or too many points, out of bounds, repeated points, or it crosses or
            touches itself (as all do that enclose nothing).
    """
    if len(ring) < 3:
        raise PlanError(f"{what}: an outline needs at least 3 points, this has {len(ring)}")
    if len(ring) > POINTS_PER_RING_MAX:
        raise PlanError(
            f"{what}: {len(ring)} points, more than the {POINTS_PER_RING_MAX} that are allowed; "
            "simplify the outline"
        )
    for x, y in ring:
        if abs(x) > COORDINATE_UM_MAX or abs(y) > COORDINATE_UM_MAX:
            raise PlanError(
                f"{what}: point {at_mm(x, y)} lies beyond {mm(COORDINATE_UM_MAX)} from the "
                "origin; check the unit of the drawing"
            )
    _refuse_repeats(ring, what)
    met = _first_meeting(ring)
    if met is not None:
        first, second = met
        raise PlanError(
            f"{what}: the outline crosses or touches itself: the edge from "
            f"{at_mm(*ring[first])} to {at_mm(*ring[(first + 1) % len(ring)])} meets the edge from "
            f"{at_mm(*ring[second])} to {at_mm(*ring[(second + 1) % len(ring)])}; draw it so that "
            "no edge meets another"
        )


def check_region(
    outline: Sequence[Point], exclusions: Sequence[Sequence[Point]], what: str
) -> None:
    """Make sure that a zone's outline and exclusions are simple and lie one within the other.

    Exclusions may overlap each other (their union is kept free). `what` opens every message.

    Raises:
        PlanError: a ring is unusable, or an exclusion is not wholly inside the outline.
    """
    if _is_fine(tuple(outline), tuple(map(tuple, exclusions))):
        return
    _check_region(outline, exclusions, what)


@lru_cache(maxsize=64)
def _is_fine(outline: Ring, exclusions: tuple[Ring, ...]) -> bool:
    """Tell whether a region is usable: whoever reads one and whoever plans it ask the same."""
    try:
        _check_region(outline, exclusions, "region")
    except PlanError:
        return False
    return True


def _check_region(
    outline: Sequence[Point], exclusions: Sequence[Sequence[Point]], what: str
) -> None:
    check_ring(outline, f"{what}: outline")
    for number, hole in enumerate(exclusions, start=1):
        name = f"{what}: exclusion {number}"
        check_ring(hole, name)
        if _rings_meet(outline, hole):
            raise PlanError(
                f"{name} crosses or touches the outline; draw it wholly inside, or draw the "
                "outline around it"
            )
        xs, ys = arrays(hole[:1])
        if not inside(xs, ys, outline)[0]:
            raise PlanError(
                f"{name} lies outside the outline (its first point is {at_mm(*hole[0])}); an "
                "exclusion must lie inside the outline of its zone"
            )


def arrays(points: Sequence[Point]) -> tuple[Integers, Integers]:
    """Return the x and the y of `points` as two arrays."""
    both = np.array(points, dtype=np.int64).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


class Edges(NamedTuple):
    """A ring's edges, from (ax, ay) to (bx, by), each where it was drawn."""

    ax: Integers
    ay: Integers
    bx: Integers
    by: Integers

    @property
    def box(self) -> tuple[Integers, Integers, Integers, Integers]:
        """The least x and y and the greatest x and y of each."""
        low_x, low_y = np.minimum(self.ax, self.bx), np.minimum(self.ay, self.by)
        return low_x, low_y, np.maximum(self.ax, self.bx), np.maximum(self.ay, self.by)


@lru_cache(maxsize=64)
def _edges(ring: Ring) -> Edges:
    ax, ay = arrays(ring)
    return Edges(ax, ay, np.roll(ax, -1), np.roll(ay, -1))


@lru_cache(maxsize=256)
def _reaches(ring: Ring, margin_um: int) -> Integers:
    """Return margin * length of each edge, rounded up."""
    ax, ay, bx, by = _edges(ring)
    dx, dy = bx - ax, by - ay
    lengths = (dx * dx + dy * dy).tolist()
    return np.array([_ceil_isqrt(margin_um * margin_um * one) for one in lengths])


def inside(x_um: Integers, y_um: Integers, ring: Sequence[Point]) -> Truths:
    """Tell which points lie inside `ring`: exact, even-odd, half-open (a lower left edge is in).

    Two rings that share an edge and lie on its two sides never both claim a point of it.
    """
    ax, ay, bx, by = _edges(tuple(ring))
    odd = np.zeros(len(x_um), dtype=np.bool_)
    for part in _parts(len(x_um), len(ax)):
        px, py = x_um[part], y_um[part]
        straddles = (ay <= py[:, None]) != (by <= py[:, None])
        point, k = np.divmod(np.flatnonzero(straddles), len(ax))
        cross = (bx[k] - ax[k]) * (py[point] - ay[k]) - (by[k] - ay[k]) * (px[point] - ax[k])
        # the ray runs to the right: it meets the edges that the point is strictly left of;
        # a point on an edge is not
        met = point[np.where(by[k] > ay[k], cross > 0, cross < 0)]
        odd[part] = np.bincount(met, minlength=len(px)) % 2 == 1
    return odd


def keeps_off(x_um: Integers, y_um: Integers, ring: Sequence[Point], margin_um: int) -> Truths:
    """Tell which points are at least `margin_um` from every edge of `ring`: exact."""
    edges = _edges(tuple(ring))
    ax, ay, bx, by = edges
    left, low, right, high = edges.box
    left, low, right, high = (
        left - margin_um,
        low - margin_um,
        right + margin_um,
        high + margin_um,
    )
    # |cross| / length < margin, squared and rooted in integers: |cross| < ceil(margin * length)
    reach = _reaches(tuple(ring), margin_um)
    free = np.ones(len(x_um), dtype=np.bool_)
    for part in _parts(len(x_um), len(ax)):
        px, py = x_um[part], y_um[part]
        beside = (py[:, None] > low) & (py[:, None] < high)
        beside &= (px[:, None] > left) & (px[:, None] < right)
        point, k = np.divmod(np.flatnonzero(beside), len(ax))
        ux, uy, dx, dy = px[point] - ax[k], py[point] - ay[k], bx[k] - ax[k], by[k] - ay[k]
        along = ux * dx + uy * dy
        near_edge = (along > 0) & (along < dx * dx + dy * dy)
        near_edge &= np.abs(dx * uy - dy * ux) < reach[k]
        near_corner = ux * ux + uy * uy < margin_um * margin_um
        free[part][point[near_edge | near_corner]] = False
    return free


def _ceil_isqrt(value: int) -> int:
    root = isqrt(value)
    return root if root * root == value else root + 1


def _parts(points: int, edges: int) -> list[slice]:
    """Cut `points` so that a table of points by edges stays small."""
    step = max(1, PAIRS_AT_ONCE // max(1, edges))
    return [slice(start, start + step) for start in range(0, points, step)]


def _refuse_repeats(ring: Sequence[Point], what: str) -> None:
    seen: dict[Point, int] = {}
    for index, point in enumerate(ring):
        if point in seen:
            raise PlanError(
                f"{what}: point {at_mm(*point)} is there twice (points {seen[point] + 1} and "
                f"{index + 1}); the last point is not repeated, and an outline never touches itself"
            )
        seen[point] = index


def _turn(
    ox: Integers, oy: Integers, px: Integers, py: Integers, qx: Integers, qy: Integers
) -> Integers:
    """Return the sign of the turn o, p, q."""
    turn: Integers = np.sign((px - ox) * (qy - oy) - (py - oy) * (qx - ox))
    return turn


def _meet(a: Integers, b: Integers, c: Integers, d: Integers) -> Truths:
    """Tell which segments a-b and c-d share a point; each is a (2, n) array."""
    t1, t2 = _turn(*a, *b, *c), _turn(*a, *b, *d)
    t3, t4 = _turn(*c, *d, *a), _turn(*c, *d, *b)
    boxes = ((np.maximum(a, b) >= np.minimum(c, d)) & (np.maximum(c, d) >= np.minimum(a, b))).all(
        axis=0
    )
    return boxes & (t1 * t2 <= 0) & (t3 * t4 <= 0)


def _near_pairs(low: Integers, high: Integers) -> list[tuple[Integers, Integers]]:
    """Pair up edges whose spans in x overlap, in chunks: every pair once, first < second."""
    order = np.lexsort((np.arange(len(low)), low))
    reach = np.searchsorted(low[order], high[order], side="right") - np.arange(len(low)) - 1
    chunks = []
    start = 0
    while start < len(low):
        stop = start + 1
        total = int(reach[start])
        while stop < len(low) and total + int(reach[stop]) <= PAIRS_AT_ONCE:
            total += int(reach[stop])
            stop += 1
        counts = reach[start:stop]
        left = np.repeat(np.arange(start, stop), counts)
        step = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        pair = order[left], order[left + 1 + step]
        chunks.append((np.minimum(*pair), np.maximum(*pair)))
        start = stop
    return chunks


def _first_meeting(ring: Sequence[Point]) -> tuple[int, int] | None:
    """Return two edges that meet where they must not, or None for a simple ring."""
    start = np.array(ring, dtype=np.int64).T
    end = np.roll(start, -1, axis=1)
    count = len(ring)
    found: list[tuple[int, int]] = []
    for first, second in _near_pairs(np.minimum(start[0], end[0]), np.maximum(start[0], end[0])):
        after = (second == first + 1) | ((first == 0) & (second == count - 1))
        apart = ~after
        one, two = first[apart], second[apart]
        met = _meet(start[:, one], end[:, one], start[:, two], end[:, two])
        found.extend(zip(one[met].tolist(), two[met].tolist(), strict=True))
    # neighbours share a corner by right; they must not fold back onto each other
    before = np.roll(start, 1, axis=1)
    turn = _turn(*start, *before, *end)
    facing = ((before - start) * (end - start)).sum(axis=0) > 0
    for index in np.flatnonzero((turn == 0) & facing).tolist():
        found.append(((index - 1) % count, index))
    return min(found) if found else None


def _rings_meet(one: Sequence[Point], two: Sequence[Point]) -> bool:
    a = np.array(one, dtype=np.int64).T
    c = np.array(two, dtype=np.int64).T
    b, d = np.roll(a, -1, axis=1), np.roll(c, -1, axis=1)
    low, high = c.min(axis=1), c.max(axis=1)
    # only the edges whose box touches the other ring's box can meet it
    near = ((np.maximum(a, b) >= low[:, None]) & (np.minimum(a, b) <= high[:, None])).all(axis=0)
    a, b = a[:, near], b[:, near]
    low_c, high_c = np.minimum(c, d), np.maximum(c, d)
    for part in _parts(a.shape[1], c.shape[1]):
        some_a, some_b = a[:, part], b[:, part]
        low_a, high_a = np.minimum(some_a, some_b), np.maximum(some_a, some_b)
        touch = (high_a[:, :, None] >= low_c[:, None, :]) & (
            low_a[:, :, None] <= high_c[:, None, :]
        )
        i, j = np.nonzero(touch[0] & touch[1])
        if _meet(some_a[:, i], some_b[:, i], c[:, j], d[:, j]).any():
            return True
    return False
