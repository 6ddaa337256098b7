"""Keeping off pricks of earlier sessions."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

import numpy as np

from mesogun.planning.place.raster import Kept
from mesogun.planning.prescription import Earlier


def kept_free(earlier: Sequence[Earlier], box: tuple[int, int, int, int]) -> list[Kept]:
    """Return what earlier sessions keep free near a box of the plane: each record's own discs.

    Points above or below the plane (given on a surface) reach into it with what is left of their
    distance.
    """
    left, low, right, high = box
    found = []
    for one in earlier:
        points = np.array(one.points_um, dtype=np.int64).reshape(-1, 3)
        reach = one.distance_um
        points = points[np.abs(points[:, 2]) < reach]
        x, y, z = points[:, 0], points[:, 1], points[:, 2]
        near = (x > left - reach) & (x < right + reach) & (y > low - reach) & (y < high + reach)
        if near.any():
            r = np.array([_root_up(reach * reach - d * d) for d in z[near].tolist()])
            name = f"the session of {one.session_date} (record {one.record!r})"
            found.append(Kept(x[near], y[near], r, name))
    return found


def _root_up(square: int) -> int:
    """Return the root, rounded up to whole um; `square` is above 0."""
    return isqrt(square - 1) + 1
