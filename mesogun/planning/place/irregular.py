"""Irregular patterns: darts thrown by hashed numbers, then every gap filled.

The first darts fall where chance has them. What they leave is filled from the tightest places on,
until no point of the zone has room for another prick. The same seed gives the same pattern.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.place.border import filled
from mesogun.planning.place.chance import Hashes, below, hashed
from mesogun.planning.place.fit import exactly_free
from mesogun.planning.place.neighbours import near
from mesogun.planning.place.raster import Field, Integers


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
    free = exactly_free(field, x, y, max(1, field.margin_um))
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
