"""Irregular patterns: darts thrown by hashed numbers, then every gap filled.

The first darts fall where chance has them. What they leave is filled from the tightest places on,
until no point of the zone has room for another prick. The same seed gives the same pattern.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from mesogun.planning.place.border import filled
from mesogun.planning.place.chance import Hashes, below, hashed
from mesogun.planning.place.choose import Search
from mesogun.planning.place.fit import Fit, exactly_free
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.neighbours import near
from mesogun.planning.place.raster import Field, Integers

TRIES = 6
SHARE_PERCENT = 70
"""An irregular pattern holds about so many of the pricks of a lattice without a border."""
MILLION = 1_000_000


def irregular(field: Field, pitch_um: int, seed: int, zone: int) -> tuple[Integers, Integers]:
    """Return pricks `pitch_um` apart, off all margins, with no room for another one anywhere.

    `zone` is the zone's index: zones of one session get different patterns.
    """
    left, low, right, high = field.box
    # a dart for each square of one and a half spacings: more would make the pattern looser
    side = 3 * pitch_um // 2
    columns, rows = (right - left) // side + 1, (high - low) // side + 1
    count = columns * rows
    numbers = hashed(seed, zone, 0, 3 * count)
    row, column = np.divmod(np.arange(count), columns)
    x = left + column * side + below(numbers[:count], side)
    y = low + row * side + below(numbers[count : 2 * count], side)
    free = exactly_free(field, x, y, field.off_um)
    x, y = x[free], y[free]
    stay = thrown(x, y, pitch_um, numbers[2 * count :][free])
    return filled(field, x[stay], y[stay], pitch_um)


def thrown(x_um: Integers, y_um: Integers, pitch_um: int, turns: Hashes) -> Integers:
    """Return the darts that stay when they fall one by one, the least turn first.

    A dart stays if it is `pitch_um` from all that stayed before it. Of equal turns the first falls
    first.
    """
    count, square = len(x_um), pitch_um * pitch_um
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(turns, kind="stable")] = np.arange(count)
    found = []
    for a, b in near((x_um, y_um), (x_um, y_um), pitch_um):
        dx, dy = x_um[a] - x_um[b], y_um[a] - y_um[b]
        close = (dx * dx + dy * dy < square) & (rank[b] < rank[a])
        found.append(np.stack((a[close], b[close])))
    later, earlier = np.concatenate([np.empty((2, 0), dtype=np.int64), *found], axis=1)
    stays = np.zeros(count, dtype=np.bool_)
    falls = np.ones(count, dtype=np.bool_)
    while falls.any():
        settled = falls.copy()
        settled[later] = False
        stays |= settled
        falls &= ~settled
        falls[later[settled[earlier]]] = False
        waits = falls[later] & falls[earlier]
        later, earlier = later[waits], earlier[waits]
    return np.flatnonzero(stays)


class Scattered(Search):
    """The search over a zone whose pricks lie irregularly: every spacing has one pattern."""

    __slots__ = ("seed", "zone")

    def __init__(self, search: Search, seed: int, zone: int) -> None:
        super().__init__(
            search.field,
            search.rough,
            search.anchor,
            search.area_um2,
            search.box_um2,
            free=False,
        )
        self.seed = seed
        self.zone = zone

    def over(self, field: Field) -> Search | None:
        """Return the search over the same zone with other discs kept free, or None: no room."""
        search = super().over(field)
        return None if search is None else Scattered(search, self.seed, self.zone)

    def at(self, pitch_um: int, finest: int = 0) -> Fit:
        """Return the pattern of this spacing; `finest` is of no account."""
        if (pitch_um, 0) not in self.best:
            self.refuse_tiny(pitch_um)
            points = irregular(self.field, pitch_um, self.seed, self.zone)
            fit = Fit(pitch_um, lattice(pitch_um, 0), (0, 0), 1, len(points[0]), points)
            self.best[pitch_um, 0] = fit
        return self.best[pitch_um, 0]

    def widest(self, low: int, high: int, need: int) -> Fit | None:
        """Return the widest pattern from `low` to `high` um found to hold `need` pricks.

        Patterns of a fixed number of spacings are made, each where the last one points to.
        """
        best, pitch = None, high
        if need > 1:
            pitch = isqrt(self.area_um2 * 11_547 * SHARE_PERCENT // (1_000_000 * need))
        for _ in range(TRIES):
            pitch = min(high, max(low, pitch))
            fit = self.at(pitch)
            if fit.pricks >= need and (best is None or pitch > best.pitch_um):
                best = fit
            pointed = pitch * isqrt(fit.pricks * MILLION // need) // 1_000
            if fit.pricks >= need:
                pitch = max(pointed, pitch * 101 // 100)
            else:
                pitch = min(pointed, pitch * 99 // 100)
        if best is None and self.at(low).pricks >= need:
            return self.at(low)
        return best
