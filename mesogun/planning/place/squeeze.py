"""More pricks than a lattice alone holds, in small zones: gaps are closed, few pricks are eased.

A small zone is mostly border, and there a lattice loses most. What is found here lies on no lattice
any more, so it is taken only where it is worth that: where a prick fits into a gap, where some
dozens of pricks can keep a wider spacing, or where the volume needs one prick more.
"""

from __future__ import annotations

from collections.abc import Callable

from mesogun.planning.place.border import filled
from mesogun.planning.place.fit import Fit, place
from mesogun.planning.place.raster import Field, Integers

EASED_MAX = 32
"""Pricks: with more of them easing gains little and takes long."""
ROUNDS = 30
WIDER_PERCENT = (105, 110, 116, 122)
"""Spacings that easing is tried for, until one fails: less gain is not worth leaving a lattice."""
TIGHTER_PERCENT = (98, 95, 92, 89)
"""Spacings of the lattices that may begin with a prick too many."""
TRIED_MAX = 2


def closed(field: Field, fit: Fit, anchor: tuple[int, int]) -> Fit:
    """Return the fit with every gap closed in which another prick has room, or the fit itself."""
    placed = place(field, fit, anchor)
    x, y = filled(field, placed.x_um, placed.y_um, fit.pitch_um)
    return fit if len(x) == len(placed) else freed(fit, fit.pitch_um, (x, y))


def freed(fit: Fit, pitch_um: int, points: tuple[Integers, Integers]) -> Fit:
    """Return free points, `pitch_um` apart, in place of a lattice."""
    return fit._replace(pitch_um=pitch_um, pricks=len(points[0]), free=points)


def widened(
    field: Field,
    fit: Fit,
    points: tuple[Integers, Integers],
    high_um: int,
    bears: Callable[[Fit], bool],
) -> Fit:
    """Return the pricks of a fit at the widest spacing up to `high_um` that they can be eased to.

    `bears` tells whether the volume can be given to a fit.
    """
    from mesogun.planning.place.ease import eased

    best = fit
    if not 1 < len(points[0]) <= EASED_MAX:
        return best
    for percent in WIDER_PERCENT:
        pitch = min(high_um, fit.pitch_um * percent // 100)
        moved = eased(field, *points, pitch, ROUNDS) if pitch > best.pitch_um else None
        if moved is None or not bears(freed(fit, pitch, moved)):
            break
        best, points = freed(fit, pitch, moved), moved
    return best


def squeezed(
    field: Field,
    pitch_um: int,
    need: int,
    tighter: Callable[[int], tuple[Fit, tuple[Integers, Integers]]],
) -> Fit | None:
    """Return `need` pricks or a few more at a spacing whose lattices hold fewer, or None.

    `tighter` gives the fit of a tighter spacing with its pricks.
    """
    from mesogun.planning.place.ease import eased

    tried = 0
    for percent in TIGHTER_PERCENT:
        fit, points = tighter(pitch_um * percent // 100)
        if len(points[0]) > EASED_MAX or tried == TRIED_MAX:
            return None
        if len(points[0]) >= need:
            moved = eased(field, *points, pitch_um, ROUNDS)
            if moved is not None:
                return freed(fit, pitch_um, moved)
            tried += 1
    return None
