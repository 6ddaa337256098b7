"""Filling gaps: pricks of their own where a lattice, or a throw of darts, leaves room for more.

A prick goes first where it takes least room from others: into corners and along borders. When no
single point of the zone has room left, that is proved (see `gaps`).
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.place.gaps import (
    cells_of_zone,
    not_beyond,
    not_taken,
    open_middles,
)
from mesogun.planning.place.neighbours import near
from mesogun.planning.place.raster import NOTHING, Field, Integers

FINE = 8
"""Pricks are first tried when cells are this part of the spacing, so that they can lie close."""
TRIED_MAX = 600
"""With more cells than this, pricks are tried while cells are still larger."""
WEIGHED_MAX = 2_000
"""With more places than this, only some of them are weighed against each other …"""
WEIGHED_PARTS = 16
"""… about so many in each square of the spacing."""


def filled(
    field: Field, x_um: Integers, y_um: Integers, pitch_um: int
) -> tuple[Integers, Integers]:
    """Return the pricks with as many more as fit: `pitch_um` from each other, off all margins.

    The given ones come first, in their order. Afterwards no whole-um point of the zone could hold
    another prick.
    """
    cells = not_taken(cells_of_zone(field, pitch_um, x_um, y_um), x_um, y_um, pitch_um)
    tried_max = max(TRIED_MAX, len(cells))
    while len(cells):
        small = cells.side == 1 or cells.side * FINE <= pitch_um or 4 * len(cells) > tried_max
        x, y = open_middles(cells, field, x_um, y_um, pitch_um) if small else (NOTHING, NOTHING)
        if len(x) > WEIGHED_MAX:
            step = max(1, (pitch_um // cells.side) ** 2 // WEIGHED_PARTS)
            x, y = x[::step], y[::step]
        if len(x):
            chosen = tightest(x, y, pitch_um)
            x, y = x[chosen], y[chosen]
            x_um, y_um = np.concatenate((x_um, x)), np.concatenate((y_um, y))
            cells = not_taken(cells, x, y, pitch_um)
        elif cells.side == 1:
            break
        else:
            cells = not_beyond(not_taken(cells.split(), x_um, y_um, pitch_um), field)
    return x_um, y_um


def tightest(x_um: Integers, y_um: Integers, pitch_um: int) -> Integers:
    """Return some of the points, rising, that are `pitch_um` apart: those with fewest beside them.

    A point is taken if, of all that are too near to it, none has fewer such points around it (of
    equals the first is taken). At least one is.
    """
    count, square = len(x_um), pitch_um * pitch_um
    beside = np.zeros(count, dtype=np.int64)
    pairs = []
    for a, b in near((x_um, y_um), (x_um, y_um), pitch_um):
        dx, dy = x_um[a] - x_um[b], y_um[a] - y_um[b]
        close = dx * dx + dy * dy < square
        pairs.append((a[close], b[close]))
        beside += np.bincount(pairs[-1][0], minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(beside, kind="stable")] = np.arange(count)
    least = rank.copy()
    for a, b in pairs:
        np.minimum.at(least, a, rank[b])
    return np.flatnonzero(least == rank)
