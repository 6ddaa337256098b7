"""Giving every prick its dose, over all zones at once: even, and within every disc of 1 cm2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mesogun.planning.dose.fill import AREA_DISC_RADIUS_UM, disc_caps, disc_sums, fill, spread
from mesogun.planning.limits import Limits
from mesogun.planning.place.lattice import Basis, points_in_disc
from mesogun.planning.place.raster import Integers


class Group(NamedTuple):
    """The pricks of one zone in firing order, and the steps that they share."""

    x_um: Integers
    y_um: Integers
    basis: Basis
    steps: int


class Given(NamedTuple):
    """Steps for each prick, zone by zone; or, if the discs are too full, what does fit."""

    steps: list[Integers]
    short: int | None
    """The first zone whose steps do not fit; None: all fit."""
    fits: int
    """How many steps fit into that zone."""


def give(limits: Limits, groups: Sequence[Group], quantum_nl: int) -> Given:
    """Divide each zone's steps over its pricks, as evenly as caps and discs allow."""
    even = [spread(one.steps, len(one.x_um)) for one in groups]
    per_cm2 = [
        limits.of("area_dose_nl_per_cm2_max", k).value // quantum_nl for k in range(len(groups))
    ]
    if _surely_thin(groups, even, per_cm2):
        return Given(even, None, 0)
    x = np.concatenate([one.x_um for one in groups])
    y = np.concatenate([one.y_um for one in groups])
    counts = [len(one.x_um) for one in groups]
    cap = np.repeat(np.array(per_cm2, dtype=np.int64), counts)
    if (disc_sums(x, y, np.concatenate(even)) <= cap).all():
        return Given(even, None, 0)
    return _within_discs(limits, groups, quantum_nl, np.split(disc_caps(x, y, cap), _ends(counts)))


def _within_discs(
    limits: Limits, groups: Sequence[Group], quantum_nl: int, disc: Sequence[Integers]
) -> Given:
    doses: list[Integers] = []
    for k, one in enumerate(groups):
        caps = np.minimum(disc[k], limits.of("dose_nl_max", k).value // quantum_nl)
        least = -(-limits.of("dose_nl_min", k).value // quantum_nl)
        given = fill(one.steps, caps)
        if given is None or int(given.min()) < max(1, least):
            return Given([], k, int(caps.sum()) if int(caps.min()) >= max(1, least) else 0)
        doses.append(given)
    return Given(doses, None, 0)


def _ends(counts: Sequence[int]) -> list[int]:
    ends: list[int] = np.cumsum(counts)[:-1].tolist()
    return ends


def _surely_thin(groups: Sequence[Group], even: Sequence[Integers], per_cm2: Sequence[int]) -> bool:
    """Tell whether no disc can be too full, from the lattices alone and without any pair."""
    boxes = [(one.x_um.min(), one.y_um.min(), one.x_um.max(), one.y_um.max()) for one in groups]
    for k, one in enumerate(groups):
        held = points_in_disc(one.basis, AREA_DISC_RADIUS_UM)
        if held * int(even[k].max()) > per_cm2[k]:
            return False
        for other in boxes[:k]:
            gap_x = max(other[0] - boxes[k][2], boxes[k][0] - other[2])
            gap_y = max(other[1] - boxes[k][3], boxes[k][1] - other[3])
            if max(gap_x, gap_y) <= AREA_DISC_RADIUS_UM:
                return False
    return True
