"""Easing: a few pricks pushed apart until they keep a wider spacing than the lattice they began on.

A zone of a few pricks is all border, and a lattice meets a border badly. Pushing is done with
floats, each worked out from a few IEEE operations alike on every machine and rounded to whole parts
of a um before any are added up; what comes of it is accepted in whole numbers or not at all.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.place.fit import exactly_free
from mesogun.planning.place.raster import Field, Floats, Integers
from mesogun.planning.place.region import inside

PARTS = 64
"""Positions move in 64ths of a um."""
SPARE_UM = 2
"""Aimed at beyond spacing and margin: rounding to whole um then takes nothing away."""
HASTE = 1.9
"""Pushes go this much beyond what a pair needs by itself: crowds loosen sooner."""


def eased(
    field: Field, x_um: Integers, y_um: Integers, pitch_um: int, rounds: int
) -> tuple[Integers, Integers] | None:
    """Return the pricks moved so that they are `pitch_um` apart and off all margins, or None.

    They begin where they are and are pushed for so many rounds at most. Meant for some dozens: all
    pairs are looked at in every round.
    """
    x, y = x_um * PARTS, y_um * PARTS
    for _ in range(rounds):
        x_um, y_um = _rounded(x), _rounded(y)
        if is_spaced(x_um, y_um, pitch_um) and exactly_free(field, x_um, y_um, field.off_um).all():
            return x_um, y_um
        x, y = _apart(x, y, (x, y), (pitch_um + SPARE_UM) * PARTS, HASTE / 2)
        if len(field.disc_x):
            centres = field.disc_x * PARTS, field.disc_y * PARTS
            x, y = _apart(x, y, centres, (field.disc_r + SPARE_UM) * PARTS, 1.0)
        x, y = _within(field, x, y)
    return None


def is_spaced(x_um: Integers, y_um: Integers, pitch_um: int) -> bool:
    """Tell whether all pricks are at least `pitch_um` from each other: exact, for some dozens."""
    one, two = np.triu_indices(len(x_um), 1)
    dx, dy = x_um[one] - x_um[two], y_um[one] - y_um[two]
    return bool((dx * dx + dy * dy >= pitch_um * pitch_um).all())


def _rounded(parts: Integers) -> Integers:
    return (parts + PARTS // 2) // PARTS


def _whole(moved: Floats) -> Integers:
    return np.rint(moved).astype(np.int64)


def _apart(
    x: Integers,
    y: Integers,
    others: tuple[Integers, Integers],
    wanted: Integers | int,
    part: float,
) -> tuple[Integers, Integers]:
    """Push each point away from those nearer than `wanted`, by `part` of what is missing."""
    dx, dy = (x[:, None] - others[0]) * 1.0, (y[:, None] - others[1]) * 1.0
    gap = np.maximum(np.sqrt(dx * dx + dy * dy), 1.0)
    push = np.maximum(wanted - gap, 0.0) * part / gap
    return x + _whole(push * dx).sum(axis=1), y + _whole(push * dy).sum(axis=1)


def _within(field: Field, x: Integers, y: Integers) -> tuple[Integers, Integers]:
    """Put points that are too near to an edge, or on its wrong side, where the margin ends."""
    margin = (field.margin_um + SPARE_UM) * PARTS * 1.0
    ax, ay = field.ax * PARTS * 1.0, field.ay * PARTS * 1.0
    dx, dy = (field.bx - field.ax) * PARTS * 1.0, (field.by - field.ay) * PARTS * 1.0
    along = ((x[:, None] - ax) * dx + (y[:, None] - ay) * dy) / (dx * dx + dy * dy)
    along = np.minimum(np.maximum(along, 0.0), 1.0)
    px, py = ax + along * dx, ay + along * dy
    gx, gy = x[:, None] - px, y[:, None] - py
    square = gx * gx + gy * gy
    nearest = square.argmin(axis=1)
    row = np.arange(len(x))
    gx, gy, px, py = (one[row, nearest] for one in (gx, gy, px, py))
    gap = np.sqrt(square[row, nearest])
    at = _rounded(x), _rounded(y)
    allowed = inside(*at, field.outline)
    for hole in field.exclusions:
        allowed &= ~inside(*at, hole)
    wrong = ~allowed | (gap < margin)
    stretch = np.where(allowed, margin, -margin) / np.maximum(gap, 1.0)
    x = np.where(wrong, _whole(px + gx * stretch), x)
    y = np.where(wrong, _whole(py + gy * stretch), y)
    return x, y
