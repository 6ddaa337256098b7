"""How many pricks of a lattice one square centimetre can take in, wherever its middle lies."""

from __future__ import annotations

from functools import lru_cache
from math import isqrt

DISC_UM = 5_642
"""Radius of a disc of 1 cm2: pi times the square of this is just above 1e8 um2."""
REACH_UM = DISC_UM + 1
"""What is planned with. A set of pricks within a disc of 1 cm2 lies within one of this radius with
room to spare, so that no rounding of a computed middle can lose one of them."""
ASKEW_UM = 3
"""A lattice whose vectors are rounded to whole um is the exact one, squeezed by less than 3 um for
each pitch: its vectors differ by less than 1 um in each coordinate, 2 um in all, and the exact
vectors shorten nothing by more than the root of 2 (`lattice` in `place.lattice`)."""
MILLIONTHS = 1_000_000

_SQUARES = """
250000 333333 750000 1000000 1000000 1000000 1750000 1960000 2250000 2333333 2333333 3000000
3250000 3520833 3640000 4000000 4000000 4000000 4925925 5250000 5250000 5640625 5982698
6259259 6333333 6333333 7000000 7000000 7000000 7000000 7942148 8037037 8312500 9000000
9000000 9000000 9750000 9964791 10020833 10333333 10333333 11095124 11148148 11650519 12250000
12250000 12250000 12765625 13000000 13000000 13000000 13000000 13000000 13000000 14440000
14546875 14983471 15750000 15750000 16000000 16183673 16333333 16750000 16818930 16993600
17120370 17333333 17333333 18543129 18630208 19000000 19000000 19750000 19842975 20059917
20127572 20323333 20487603 21000000 21000000 21000000 21000000 21000000 21000000 22939058
23053333 23250000 23592592 23592592 24250000 24250000 24645833 24875432 25133306 25187500
25772191 25820936 25986903 26120370 26333333 26333333 27750000 27750000 28000000 28000000
28000000 28000000 28000000 29343713 29370370 29591242 29661157 29990279 30188775 31000000
31000000 31000000 31000000 31000000 31000000 32897959 33250000 33250000 33250000 33250000
33966388 34074380 34333333 34750000 35148148 35285714 35539944 35777264
"""
SECOND_ON = tuple(map(int, _SQUARES.split()))
"""Squared radii of the smallest discs that take in 2, 3, 4 … points of a triangular lattice of
pitch 1, in millionths, rounded down. A test finds them again."""
TOLD_TO = 36 * MILLIONTHS
"""The table is complete below this squared radius."""


def most_at(pitch_um: int) -> int:
    """Return how many pricks no disc of 1 cm2 exceeds, on a lattice of this pitch (or wider)."""
    if widest_with(len(SECOND_ON) + 2) >= pitch_um:
        return packed(pitch_um)
    return sum(1 for count in range(2, len(SECOND_ON) + 2) if widest_with(count) >= pitch_um) + 1


def packed(spacing_um: int) -> int:
    """Return how many points at least `spacing_um` apart no disc of 1 cm2 exceeds, on no lattice.

    Groemer: 2 / sqrt(3) times area over squared spacing, half the perimeter over the spacing, and
    1; the constants are rounded up.
    """
    r, s = REACH_UM, spacing_um
    return (3_627_599 * r * r + 3_141_593 * r * s) // (MILLIONTHS * s * s) + 1


def widest_with(count: int) -> int:
    """Return the widest pitch in um at which some disc might take in `count` (2 or more) pricks."""
    square = SECOND_ON[count - 2] if count - 2 < len(SECOND_ON) else TOLD_TO
    return isqrt(REACH_UM * REACH_UM * MILLIONTHS // square) + ASKEW_UM


@lru_cache(maxsize=64)
def rows(pitch_um_min: int) -> tuple[tuple[int, int, int], ...]:
    """Return how full a disc is: (least pitch, greatest, pricks), widest first.

    The first row has no upper end (0 stands for none), the last reaches down to `pitch_um_min`.
    """
    found = []
    above, held = 0, 1
    for count in range(2, len(SECOND_ON) + 3):
        inner = widest_with(count)
        if inner < pitch_um_min:
            break
        if inner != above:
            found.append((inner + 1, above, held))
        above, held = inner, count
    else:
        held = packed(pitch_um_min)
    found.append((pitch_um_min, above, held))
    return tuple(found)
