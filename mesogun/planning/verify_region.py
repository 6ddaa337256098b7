"""Does every prick lie inside its outline and outside every exclusion, by the margin? Exactly.

Part of the independent check: shares nothing with the planner. All in integers: coordinates are
32 bits, so differences fit 33 bits and no product is formed that leaves 64 (`verify` refuses
coordinates beyond a bound first).
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from mesogun.planning.findings import Integers, Truths
from mesogun.planning.prescription import Ring

TABLE_MAX = 1_000_000


def edges_of(ring: Ring) -> tuple[Integers, Integers, Integers, Integers]:
    """Return x and y of each edge's start, then of its end."""
    xs = np.array([x for x, _ in ring], dtype=np.int64)
    ys = np.array([y for _, y in ring], dtype=np.int64)
    return xs, ys, np.concatenate((xs[1:], xs[:1])), np.concatenate((ys[1:], ys[:1]))


def is_inside(x: Integers, y: Integers, ring: Ring) -> Truths:
    """Tell which points an even-odd count puts inside `ring`."""
    x1, y1, x2, y2 = edges_of(ring)
    # every edge as one that climbs: from its lower to its upper end
    falls = y2 < y1
    lx, ly = np.where(falls, x2, x1), np.where(falls, y2, y1)
    hx, hy = np.where(falls, x1, x2), np.where(falls, y1, y2)
    result = np.zeros(len(x), dtype=np.bool_)
    for start in range(0, len(x), max(1, TABLE_MAX // len(lx))):
        part = slice(start, start + max(1, TABLE_MAX // len(lx)))
        px, py = x[part][:, None], y[part][:, None]
        beside = (py >= ly) & (py < hy)
        # the edge passes strictly to the right of the point
        right = (hx - lx) * (py - ly) > (px - lx) * (hy - ly)
        result[part] = (np.count_nonzero(beside & right, axis=1) & 1) == 1
    return result


def too_near(x: Integers, y: Integers, ring: Ring, margin_um: int) -> Truths:
    """Tell which points are nearer than `margin_um` to an edge of `ring`."""
    x1, y1, x2, y2 = edges_of(ring)
    ex, ey = x2 - x1, y2 - y1
    long2 = ex * ex + ey * ey
    # |cross| < margin * length, as |cross| <= floor(sqrt(margin^2 * length^2 - 1))
    most = np.array(
        [isqrt(max(0, margin_um * margin_um * one - 1)) for one in long2.tolist()], dtype=np.int64
    )
    result = np.zeros(len(x), dtype=np.bool_)
    if margin_um == 0:
        return result
    for start in range(0, len(x), max(1, TABLE_MAX // len(ex))):
        part = slice(start, start + max(1, TABLE_MAX // len(ex)))
        gx, gy = x[part][:, None] - x1, y[part][:, None] - y1
        foot = gx * ex + gy * ey
        by_line = (foot >= 0) & (foot <= long2) & (np.abs(gx * ey - gy * ex) <= most)
        by_end = gx * gx + gy * gy < margin_um * margin_um
        result[part] = np.any(by_line | by_end, axis=1)
    return result


def distance_um(x: int, y: int, ring: Ring) -> int:
    """Return the distance from one point to `ring`, rounded down to whole um."""
    best = None
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        dx, dy, px, py = bx - ax, by - ay, x - ax, y - ay
        along, whole = px * dx + py * dy, dx * dx + dy * dy
        if along <= 0:
            square = px * px + py * py
        elif along >= whole:
            square = (x - bx) ** 2 + (y - by) ** 2
        else:
            square = (px * dy - py * dx) ** 2 // whole
        best = square if best is None else min(best, square)
    return isqrt(best or 0)
