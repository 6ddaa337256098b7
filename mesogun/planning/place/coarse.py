"""A coarser drawing of a zone for counting: fewer points, and so much more margin that it is safe.

Curves reach the planner as hundreds of short edges. While lattices are only counted, points of a
ring that lie within a tolerance of the chord they hang on are left out, and the margin grows by the
tolerance: what keeps the wider margin from the coarse rings keeps the true margin from the true
ones, on the same side (the ring can be drawn back to its true shape without crossing the point).
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.place.raster import Field, Integers, Truths, field_of
from mesogun.planning.place.region import arrays
from mesogun.planning.prescription import Ring

POINTS_MIN = 24
"""A ring of so few points is left as it is."""
PASSES_UM = (15, 25, 40, 50)
"""How far a pass may move the ring; every pass leaves out every second point at most."""
TOLERANCE_UM = sum(PASSES_UM)


def coarse(field: Field) -> Field:
    """Return the zone with thinned rings and a margin wider by the tolerance."""
    rings = (field.outline, *field.exclusions)
    thin = [thinned(ring) for ring in rings]
    if all(len(a) == len(b) for a, b in zip(rings, thin, strict=True)):
        return field
    discs = field.disc_x, field.disc_y, field.disc_r + TOLERANCE_UM
    margin = field.margin_um + TOLERANCE_UM
    return field_of(field.name, thin[0], tuple(thin[1:]), margin, discs)


def thinned(ring: Ring) -> Ring:
    """Return `ring` without points that lie within the tolerance of the chord they hang on."""
    if len(ring) <= POINTS_MIN:
        return ring
    x, y = arrays(ring)
    for reach in PASSES_UM:
        kept = np.ones(len(x), dtype=np.bool_)
        kept[1:-1:2] = ~_near_chord(x, y, reach)
        if kept.sum() < 3:
            break
        x, y = x[kept], y[kept]
    return tuple(zip(x.tolist(), y.tolist(), strict=True))


def _near_chord(x: Integers, y: Integers, reach_um: int) -> Truths:
    """Tell of every second point whether the chord past it is no farther than `reach_um`."""
    stop = len(x) - 1
    ax, ay, bx, by = (
        x[0 : stop - 1 : 2],
        y[0 : stop - 1 : 2],
        x[2 : stop + 1 : 2],
        y[2 : stop + 1 : 2],
    )
    dx, dy, px, py = bx - ax, by - ay, x[1:stop:2] - ax, y[1:stop:2] - ay
    along, whole = px * dx + py * dy, dx * dx + dy * dy
    aside = np.abs(px * dy - py * dx)
    # a little less than the reach, so that the rounding of the product does not matter
    near: Truths = (along >= 0) & (along <= whole) & (aside < (reach_um - 0.01) * np.sqrt(whole))
    return near
