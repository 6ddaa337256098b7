"""Doses as whole multiples of the pistol's step: exact sums, as even as the limits allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesogun.planning.place.neighbours import pairs_within
from mesogun.planning.place.raster import Integers

AREA_DISC_RADIUS_UM = 5_642
"""A disc of 1 cm2: pi times the square of this is just above 1e8 um2."""


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` by `weights` into whole numbers with that very sum (largest remainder).

    Of equal remainders the earlier one gets more.
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda k: (-(total * weights[k] % whole), k))
    for k in by_remainder[:left]:
        parts[k] += 1
    return parts


def spread(total: int, count: int) -> Integers:
    """Divide `total` into `count` whole numbers that differ by at most 1, the larger well apart."""
    ends = np.arange(1, count + 1, dtype=np.int64) * total // count
    return np.diff(ends, prepend=0)


def fill(total: int, caps: Integers) -> Integers | None:
    """Divide `total` as evenly as `caps` allow, or return None if it is more than they hold.

    Water is poured until the level is reached: whoever is under its cap has the level or 1 more.
    """
    if int(caps.sum()) < total:
        return None
    ordered = np.sort(caps, kind="stable")
    below = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(ordered)))
    count = len(caps)
    low, high = 0, int(ordered[-1]) if count else 0
    while low < high:
        level = (low + high + 1) // 2
        full = int(np.searchsorted(ordered, level))
        if int(below[full]) + level * (count - full) <= total:
            low = level
        else:
            high = level - 1
    doses = np.minimum(caps, low)
    room = np.flatnonzero(caps > low)
    left = total - int(doses.sum())
    if left:
        doses[room] += spread(left, len(room))
    return doses


def disc_sums(x_um: Integers, y_um: Integers, dose: Integers) -> Integers:
    """Return the dose within the 1 cm2 disc around every prick, its own included."""
    sums = dose.astype(np.int64)
    for a, b in pairs_within(x_um, y_um, AREA_DISC_RADIUS_UM):
        np.add.at(sums, a, dose[b])
        np.add.at(sums, b, dose[a])
    return sums


def disc_caps(x_um: Integers, y_um: Integers, cap: Integers) -> Integers:
    """Return a cap for each prick such that no disc can exceed its own, whatever is given below.

    Each disc grants every prick in it an equal part of its cap; a prick takes the least grant.
    """
    held = disc_sums(x_um, y_um, np.ones(len(x_um), dtype=np.int64))
    grant = cap // held
    least = grant.copy()
    for a, b in pairs_within(x_um, y_um, AREA_DISC_RADIUS_UM):
        np.minimum.at(least, a, grant[b])
        np.minimum.at(least, b, grant[a])
    return least
