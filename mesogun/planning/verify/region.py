"""Does every prick lie inside its outline and outside every exclusion, by the margin? Exactly.

Part of the independent check: shares nothing with the planner. All in integers: `verify` refuses
coordinates beyond a bound first, so no product leaves 64 bits.

Every point is tested against the edges near its height. Of many points, those that share a cell
which no edge comes near share their answer, and one of them is tested for all.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.planning.prescription import Ring
from mesogun.planning.verify.findings import Integers, Truths
from mesogun.planning.verify.near import cuts, spread

BANDS_MAX = 256
MANY = 2_000
"""From so many points on, cells spare most of them a test of their own."""
POINTS_PER_CELL = 32
TOUCHES_MAX = 4_000_000
PAIRS_AT_ONCE = 16_384
"""Few enough that a processor keeps them at hand."""


class Edges(NamedTuple):
    """The edges of one ring, with what a test against them needs."""

    x1: Integers
    y1: Integers
    x2: Integers
    y2: Integers
    most: Integers
    """The greatest |cross product| that is still nearer than the margin."""


def edges_of(ring: Ring, margin_um: int) -> Edges:
    """Return the edges of `ring`, to be kept off by `margin_um`."""
    both = np.array(ring, dtype=np.int64)
    x1, y1 = both[:, 0].copy(), both[:, 1].copy()
    x2, y2 = np.concatenate((x1[1:], x1[:1])), np.concatenate((y1[1:], y1[:1]))
    long2 = (x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)
    # |cross| < margin * length  is  |cross| <= floor(sqrt(margin^2 * length^2 - 1))
    square = margin_um * margin_um
    most = [isqrt(square * one - 1) if square * one else -1 for one in long2.tolist()]
    return Edges(x1, y1, x2, y2, np.array(most, dtype=np.int64))


def place_by_ring(x: Integers, y: Integers, ring: Ring, margin_um: int) -> tuple[Truths, Truths]:
    """Tell which points an even-odd count puts inside `ring`, and which are too near to it."""
    inside = np.zeros(len(x), dtype=np.bool_)
    near = np.zeros(len(x), dtype=np.bool_)
    edges = edges_of(ring, margin_um)
    low, high = int(edges.y1.min()) - margin_um, int(edges.y1.max()) + margin_um
    left, right = int(edges.x1.min()) - margin_um, int(edges.x1.max()) + margin_um
    rows = np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))
    if not len(rows):
        return inside, near
    bands = min(BANDS_MAX, len(edges.x1))
    height = (high - low) // bands + 1
    begin = (np.minimum(edges.y1, edges.y2) - margin_um - low) // height
    end = (np.maximum(edges.y1, edges.y2) + margin_um - low) // height
    edge, band = spread(begin, end + 1)
    edge = edge[np.argsort(band, kind="stable")]
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.bincount(band, minlength=bands))))
    of_point = (y[rows] - low) // height
    first, stop = starts[of_point], starts[of_point + 1]
    for part in cuts(stop - first, PAIRS_AT_ONCE):
        some = rows[part]
        which, at = spread(first[part], stop[part])
        odd, close = _test(x[some][which], y[some][which], edges, edge[at], margin_um)
        inside[some] = np.bincount(which[odd], minlength=len(some)) % 2 == 1
        near[some[which[close]]] = True
    return inside, near


def _test(
    px: Integers, py: Integers, edges: Edges, against: Integers, margin_um: int
) -> tuple[Truths, Truths]:
    """Return, pair by pair: is the edge crossed on the way to the right; is the point too near?"""
    x1, y1 = edges.x1[against], edges.y1[against]
    dx, dy = edges.x2[against] - x1, edges.y2[against] - y1
    gx, gy = px - x1, py - y1
    cross = dx * gy - dy * gx
    # the point's row meets the edge, to the right of the point
    crossed = ((gy >= 0) != (gy >= dy)) & (cross * np.sign(dy) > 0)
    along = gx * dx + gy * dy
    by_line = (along >= 0) & (along <= dx * dx + dy * dy)
    by_line &= np.abs(cross) <= edges.most[against]
    by_corner = gx * gx + gy * gy < margin_um * margin_um
    return crossed, by_line | by_corner


def place_in_zone(
    x: Integers, y: Integers, rings: tuple[Ring, ...], margin_um: int
) -> list[tuple[Truths, Truths]]:
    """Return for each ring which points are inside it, and which are too near to it."""
    if len(x) < MANY:
        return [place_by_ring(x, y, ring, margin_um) for ring in rings]
    width, height = int(x.max() - x.min()), int(y.max() - y.min())
    cell = max(isqrt(width * height * POINTS_PER_CELL // len(x)), margin_um // 2, 1)
    left, low = int(x.min()), int(y.min())
    column, row = (x - left) // cell, (y - low) // cell
    wide, high = int(column.max()) + 1, int(row.max()) + 1
    touched = np.zeros((high, wide), dtype=np.bool_)
    if wide * high > TOUCHES_MAX or not all(
        _touch(touched, ring, margin_um, left, low, cell) for ring in rings
    ):
        return [place_by_ring(x, y, ring, margin_um) for ring in rings]
    name = row * wide + column
    alone = touched.ravel()[name]
    speaker = np.empty(wide * high, dtype=np.int64)
    speaker[name] = np.arange(len(x))
    heard = np.where(alone, np.arange(len(x)), speaker[name])
    tested = np.flatnonzero(heard == np.arange(len(x)))
    answers = []
    for ring in rings:
        inside, near = np.empty(len(x), dtype=np.bool_), np.empty(len(x), dtype=np.bool_)
        inside[tested], near[tested] = place_by_ring(x[tested], y[tested], ring, margin_um)
        answers.append((inside[heard], near[heard]))
    return answers


def _touch(touched: Truths, ring: Ring, margin_um: int, left: int, low: int, cell: int) -> bool:
    """Mark every cell that an edge of `ring` comes within the margin of; False if too long a job.

    An edge is cut into pieces no longer than a cell; a piece marks the cells of its box, widened
    by the margin and by what the cutting rounds off.
    """
    edges = edges_of(ring, 0)
    dx, dy = edges.x2 - edges.x1, edges.y2 - edges.y1
    pieces = np.maximum(np.abs(dx), np.abs(dy)) // cell + 1
    if int(pieces.sum()) > TOUCHES_MAX // 16:
        return False
    edge, step = spread(np.zeros_like(pieces), pieces)
    ends = []
    for k in (step, step + 1):
        ends.append(
            (
                edges.x1[edge] + dx[edge] * k // pieces[edge],
                edges.y1[edge] + dy[edge] * k // pieces[edge],
            )
        )
    (ax, ay), (bx, by) = ends
    reach = margin_um + 2
    first_column = (np.minimum(ax, bx) - reach - left) // cell
    last_column = (np.maximum(ax, bx) + reach - left) // cell
    first_row = (np.minimum(ay, by) - reach - low) // cell
    last_row = (np.maximum(ay, by) + reach - low) // cell
    high, wide = touched.shape
    for down in range(int((last_row - first_row).max()) + 1):
        for across in range(int((last_column - first_column).max()) + 1):
            r, c = first_row + down, first_column + across
            mine = (r <= last_row) & (c <= last_column)
            mine &= (r >= 0) & (r < high) & (c >= 0) & (c < wide)
            touched[r[mine], c[mine]] = True
    return True


def distance_um(x: int, y: int, ring: Ring) -> int:
    """Return the distance from one point to `ring`, rounded down to whole um."""
    squares = []
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        dx, dy, px, py = bx - ax, by - ay, x - ax, y - ay
        along, whole = px * dx + py * dy, dx * dx + dy * dy
        if along <= 0:
            squares.append(px * px + py * py)
        elif along >= whole:
            squares.append((x - bx) ** 2 + (y - by) ** 2)
        else:
            squares.append((px * dy - py * dx) ** 2 // whole)
    return isqrt(min(squares))
