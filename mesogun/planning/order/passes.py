"""Passes over a zone: in each, no two shots are neighbours, and each has a short way of its own.

On a lattice the passes are its cosets: every third, fourth, seventh … prick. Free points and shots
of several needles are coloured, one colour a pass.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.planning.order.kin import Kin
from mesogun.planning.order.legs import legs_of
from mesogun.planning.order.shots import Router
from mesogun.planning.order.way import order
from mesogun.planning.place.fit import Placed
from mesogun.planning.place.lattice import Basis, pitch_of, shortest2_um2
from mesogun.planning.place.raster import Integers
from mesogun.planning.timing import Places

COARSEST = 30
"""Coarser lattices than this many times the pitch are not looked at."""


class Pass(NamedTuple):
    """Shots that are given one after the other, none of them near another."""

    shots: Integers
    closed: bool
    """They form a ring, which may begin anywhere."""


def coset_passes(placed: Placed, radius_um: int) -> list[Pass] | None:
    """Return the cosets of the finest lattice in this one that has no two points within the radius.

    None: that lattice would be too coarse to be of use.
    """
    coarse = _coarse(placed.basis, radius_um)
    if coarse is None:
        return None
    a, b = coarse
    index = a * a + a * b + b * b
    up, left = (a + b) * placed.i + b * placed.j, a * placed.j - b * placed.i
    basis = _combined(placed.basis, a, b)
    name = up % index * index + left % index
    passes = []
    for one in np.unique(name).tolist():
        mine = np.flatnonzero(name == one)
        i, j = up[mine] // index, left[mine] // index
        by_row = np.lexsort((i, j))
        mine, i, j = mine[by_row], i[by_row], j[by_row]
        ax, ay = basis.at(int(i[0]), int(j[0]))
        origin = int(placed.x_um[mine[0]]) - ax, int(placed.y_um[mine[0]]) - ay
        passes.append(_routed(Placed(pitch_of(basis), basis, origin, i, j), mine))
    return passes


def _coarse(basis: Basis, radius_um: int) -> tuple[int, int] | None:
    """Return (a, b) of the least index whose lattice keeps its points farther apart."""
    found = sorted((a * a + a * b + b * b, a, b) for a in range(1, COARSEST) for b in range(a + 1))
    for _, a, b in found:
        if shortest2_um2(_combined(basis, a, b)) > radius_um * radius_um:
            return a, b
    return None


def beyond(basis: Basis, radius_um: int) -> int | None:
    """Return the least distance of lattice points beyond the radius, rounded down to whole um.

    None: it lies farther out than is looked.
    """
    reach = range(-COARSEST, COARSEST + 1)
    steps = [basis.at(a, b) for a in reach for b in reach]
    squares = [x * x + y * y for x, y in steps]
    # what is left out is at least this far: a row of a triangle's lattice is 0.86 of a step high
    seen = COARSEST * COARSEST * shortest2_um2(basis) * 3 // 4
    least = min((one for one in squares if radius_um * radius_um < one), default=seen)
    return isqrt(least) if least < seen else None


def _combined(basis: Basis, a: int, b: int) -> Basis:
    """Return the lattice of (a, b) and of the same turned by a sixth."""
    return Basis(*basis.at(a, b), *basis.at(-b, a + b))


def _routed(placed: Placed, names: Integers) -> Pass:
    legs = legs_of(placed.i, placed.j) if len(placed) > 1 else []
    if len(legs) == 1:
        return Pass(names[legs[0].points], legs[0].closed)
    return Pass(names[order(placed, None, None)[0]], closed=False)


def coloured_passes(kin: Kin, where: Places, mine: Integers, way: Router) -> list[Pass]:
    """Colour the shots `mine` so that no neighbours are alike; each colour is a pass.

    From left to right, each shot takes the colour that fewest have of those its neighbours leave.
    """
    around = kin.lists()
    colour = [-1] * kin.shots
    sizes: list[int] = []
    for shot in mine[np.lexsort((where.y_um[mine], where.x_um[mine]))].tolist():
        taken = {colour[one] for one in around[shot]}
        best = min(
            (c for c in range(len(sizes)) if c not in taken), key=sizes.__getitem__, default=-1
        )
        if best < 0:
            best = len(sizes)
            sizes.append(0)
        colour[shot] = best
        sizes[best] += 1
    own = np.array(colour)[mine]
    passes = []
    for one in range(len(sizes)):
        shots = mine[own == one]
        found, _ = way(where.x_um[shots], where.y_um[shots], where.z_um[shots], None, None)
        passes.append(Pass(shots[found], closed=False))
    return passes
