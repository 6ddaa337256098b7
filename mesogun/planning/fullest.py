"""Could a disc of 1 cm2 around a new dose hold too much? Exact to a few um, on the safe side.

Wherever its centre is: not only around pricks. On surfaces balls of the same radius are measured:
what lies within reach along the skin lies within reach in a straight line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mesogun.planning.dose.held import DISC_UM

CENTRES_MAX = 20_000
"""So many regions of centres are looked at before an answer counts as "it may"."""
SIDE_UM = 8_192
"""Half the first region's side: it holds every centre within reach. A power of two."""
SIDE_UM_LEAST = 1


class Dose(NamedTuple):
    """What was given at a place, and the most that a disc with it may hold."""

    x_um: int
    y_um: int
    z_um: int
    dose_nl: int
    cap_nl: int


def may_exceed(new: Dose, near: Sequence[Dose], *, flat: bool) -> bool:
    """Tell whether some disc with `new` in it may hold more than the least cap in it.

    `near` is what was given before, all of it within two radii. True is said up to 3 um too
    early; False is certain.
    """
    doses = (new, *near)
    if _fits(doses):
        return False
    regions = [(new.x_um, new.y_um, new.z_um, SIDE_UM)]
    looked_at = 0
    while regions:
        x, y, z, half = regions.pop()
        reached = [one for one in doses if _is_within(one, x, y, z, half, flat=flat)]
        if not reached or reached[0] is not new or _fits(reached):
            continue
        looked_at += 1
        if half <= SIDE_UM_LEAST or looked_at > CENTRES_MAX:
            return True
        certain = [one for one in reached if _is_within(one, x, y, z, 0, flat=flat)]
        if certain and certain[0] is new and not _fits(certain):
            return True
        half //= 2
        for a in (x - half, x + half):
            for b in (y - half, y + half):
                regions += [(a, b, c, half) for c in ((z,) if flat else (z - half, z + half))]
    return False


def _fits(doses: Sequence[Dose]) -> bool:
    return sum(one.dose_nl for one in doses) <= min(one.cap_nl for one in doses)


def _is_within(one: Dose, x: int, y: int, z: int, half: int, *, flat: bool) -> bool:
    """Tell whether a disc around some centre of the region reaches so far."""
    dx, dy = max(0, abs(one.x_um - x) - half), max(0, abs(one.y_um - y) - half)
    dz = 0 if flat else max(0, abs(one.z_um - z) - half)
    return dx * dx + dy * dy + dz * dz <= DISC_UM * DISC_UM
