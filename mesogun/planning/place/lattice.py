"""Triangular lattices with whole-number bases: their least spacing is proved, not measured.

A lattice is all points origin + i·a + j·b. Its directions come from the table below, so that no
sine is taken when a plan is made and every machine gets the same basis.
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt
from typing import NamedTuple

NANO = 1_000_000_000
ANGLES = 12
"""A triangular lattice repeats after 60 degrees: twelve steps of five."""

DIRECTIONS = (
    (1_000_000_000, 0),
    (996_194_698, 87_155_743),
    (984_807_753, 173_648_178),
    (965_925_826, 258_819_045),
    (939_692_621, 342_020_143),
    (906_307_787, 422_618_262),
    (866_025_404, 500_000_000),
    (819_152_044, 573_576_436),
    (766_044_443, 642_787_610),
    (707_106_781, 707_106_781),
    (642_787_610, 766_044_443),
    (573_576_436, 819_152_044),
    (500_000_000, 866_025_404),
    (422_618_262, 906_307_787),
    (342_020_143, 939_692_621),
    (258_819_045, 965_925_826),
    (173_648_178, 984_807_753),
    (87_155_743, 996_194_698),
    (0, 1_000_000_000),
    (-87_155_743, 996_194_698),
    (-173_648_178, 984_807_753),
    (-258_819_045, 965_925_826),
    (-342_020_143, 939_692_621),
    (-422_618_262, 906_307_787),
)
"""(cosine, sine) of 0, 5 … 115 degrees in thousand-millionths, rounded to the nearest."""

SLOTS = 12
"""A direction's partner, 60 degrees on, stands this much further in the table."""


class Basis(NamedTuple):
    """Two lattice vectors in um: b stands 60 degrees to the left of a, as nearly as it can."""

    ax: int
    ay: int
    bx: int
    by: int

    @property
    def det(self) -> int:
        """The area of one cell, um2."""
        return self.ax * self.by - self.ay * self.bx

    @property
    def dot(self) -> int:
        """The inner product of a and b, um2."""
        return self.ax * self.bx + self.ay * self.by

    def at(self, i: int, j: int) -> tuple[int, int]:
        """Return the vector i·a + j·b."""
        return i * self.ax + j * self.bx, i * self.ay + j * self.by


BY_FEWEST = sorted(range(16), key=lambda mask: (mask.bit_count(), mask))
"""The four coordinates of a basis as bits: none, one, two … of them."""


def shortest2_um2(basis: Basis) -> int:
    """Return the squared length of the shortest vector of the lattice (Lagrange and Gauss).

    No two points of the lattice are nearer to each other than its root.
    """
    ux, uy, vx, vy = basis
    while True:
        u2, v2 = ux * ux + uy * uy, vx * vx + vy * vy
        if u2 > v2:
            ux, uy, vx, vy, u2 = vx, vy, ux, uy, v2
        if u2 == 0:
            return 0
        times = (2 * (ux * vx + uy * vy) + u2) // (2 * u2)
        if times == 0:
            return u2
        vx, vy = vx - times * ux, vy - times * uy


@lru_cache(maxsize=4096)
def lattice(pitch_um: int, angle: int) -> Basis:
    """Return the lattice that leans by `angle` steps and keeps its points `pitch_um` apart.

    The vectors are rounded to whole um, to the nearest if that keeps the pitch, otherwise outwards
    in one coordinate or more, as few as will do.
    """
    exact = (*DIRECTIONS[angle], *DIRECTIONS[angle + SLOTS])
    square = pitch_um * pitch_um
    length = pitch_um
    while True:
        nearest = [(2 * length * one + NANO) // (2 * NANO) for one in exact]
        outward = [-(-length * one // NANO) if one > 0 else length * one // NANO for one in exact]
        for mask in BY_FEWEST:
            basis = Basis(*(outward[k] if mask >> k & 1 else nearest[k] for k in range(4)))
            if _keeps(basis, square):
                return basis
        length += 1


def _keeps(basis: Basis, square: int) -> bool:
    """Tell whether a, b and b - a are long enough and the first two stand at 60 to 90 degrees.

    Then no vector of the lattice is shorter (`shortest2_um2` says the same of any basis).
    """
    ax, ay, bx, by = basis
    a2, b2, dot = ax * ax + ay * ay, bx * bx + by * by, ax * bx + ay * by
    return min(a2, b2, a2 + b2 - 2 * dot) >= square and 0 <= dot <= min(a2, b2)


def pitch_of(basis: Basis) -> int:
    """Return the distance, rounded down to whole um, that no two points of the lattice go under."""
    return isqrt(shortest2_um2(basis))
