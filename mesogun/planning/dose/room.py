"""How much the pricks of one zone can hold by themselves, before its doses are given."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.demand import Bounds, Demand, Doses, Short
from mesogun.planning.dose.roll import Places, crowding
from mesogun.planning.place.raster import Integers

TRIED_MAX = 300
"""With so many pricks the greatest volume is found by trying; with more it is estimated."""


class Room(NamedTuple):
    """The pricks of a zone without neighbours, and their bounds in steps."""

    x_um: Integers
    y_um: Integers
    least: int
    cap: int
    per_cm2: int

    def fair(self) -> int:
        """Return a total that surely goes, or 0: each disc grants its pricks equal parts.

        A prick takes the least that any disc grants, so that none can be too full.
        """
        caps = np.minimum(self.per_cm2 // crowding(Places(self.x_um, self.y_um, None)), self.cap)
        return int(caps.sum()) if int(caps.min()) >= self.least else 0

    def divided(self, total: int) -> Doses | Short:
        """Try to divide `total` steps over the pricks, unevenly if need be."""
        rows = np.arange(len(self.x_um))
        bounds = Bounds(total, self.least, self.cap, self.per_cm2)
        demand = Demand(Places(self.x_um, self.y_um, None), 0 * rows, rows, 1, (bounds,))
        return allocate(demand, thorough=False)

    def holds(self, total: int) -> bool:
        """Tell whether a division of `total` was found."""
        return isinstance(self.divided(total), Doses)

    def greatest(self) -> int:
        """Return the greatest total that was found to go: one step more was not."""
        low = self.fair()
        if not 0 < len(self.x_um) <= TRIED_MAX:
            return low
        high = len(self.x_um) * self.cap + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.holds(middle) else (low, middle)
        return low
