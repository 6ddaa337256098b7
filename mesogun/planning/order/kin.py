"""Which shots of a zone are neighbours: a prick of one lies within a radius of one of the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.place.neighbours import pairs_within
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.place.region import mm

PAIRS_MAX = 10_000_000
NEVER = -(1 << 40)
"""Long before the first shot."""


class Kin(NamedTuple):
    """Pairs of neighbouring shots, each pair both ways, sorted by the first."""

    shots: int
    """How many there are, neighbours or not."""
    one: Integers
    two: Integers

    def near(self, order: Integers, between: int) -> Truths:
        """Tell which pairs have fewer than `between` other shots between them in this order."""
        at = np.empty(self.shots, dtype=np.int64)
        at[order] = np.arange(len(order))
        close: Truths = np.abs(at[self.one] - at[self.two]) <= between
        return close

    def latest(self, at: Integers) -> Integers:
        """Return, for each shot, the latest turn in `at` that a neighbour of it has."""
        turns = np.full(self.shots, NEVER)
        np.maximum.at(turns, self.one, at[self.two])
        return turns

    def lists(self) -> list[list[int]]:
        """Return each shot's neighbours."""
        ends = np.searchsorted(self.one, np.arange(self.shots + 1)).tolist()
        two = self.two.tolist()
        return [two[ends[k] : ends[k + 1]] for k in range(self.shots)]


def kin_of(x_um: Integers, y_um: Integers, z_um: Integers, shot: Integers, radius_um: int) -> Kin:
    """Return which shots are neighbours; `shot` numbers them from 0, prick by prick.

    Raises:
        PlanError: far more pricks are neighbours than any rest is meant for.
    """
    count = int(shot[-1]) + 1
    found = 0
    keys = [np.zeros(0, dtype=np.int64)]
    for a, b in pairs_within(x_um, y_um, radius_um):
        one, two, dz = shot[a], shot[b], z_um[a] - z_um[b]
        if dz.any():
            dx, dy = x_um[a] - x_um[b], y_um[a] - y_um[b]
            close = dx * dx + dy * dy + dz * dz <= radius_um * radius_um
            one, two = one[close], two[close]
        apart = one != two
        one, two = one[apart], two[apart]
        found += len(one)
        if found > PAIRS_MAX:
            raise PlanError(
                f"a rest within {mm(radius_um)} makes neighbours of more than {PAIRS_MAX} pairs of "
                "pricks; ask for a smaller radius"
            )
        keys += [one * count + two, two * count + one]
    pairs = np.unique(np.concatenate(keys))
    return Kin(count, pairs // count, pairs % count)
