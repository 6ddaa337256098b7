"""How many pricks no placement can exceed: proved bounds, in whole numbers rounded upwards.

Two are known to hold, and the smaller one is told.

*Groemer (1960)*: points at least p apart in a convex region of area A and perimeter P are at most
2/sqrt(3)·A/p² + P/(2p) + 1. It is used for the convex hull inside the margin. (Folkman and Graham
(1969) write the Euler characteristic for the 1; for regions that are not convex that reading fails:
three pricks p apart on the ends of a thin three-armed star are more than its 2.73.)

*Cells*: of the places nearest to one prick, those within p/sqrt(3) cover at least a hexagon,
sqrt(3)/2·p² (each neighbour cuts off a piece that is seen under 60 degrees at most, and the pieces
do not overlap). So the region with all that is within p/sqrt(3) of it bounds their number, whatever
its shape. Grown by t, a connected outline's area grows by at most P·t + pi·t², and a hole of area H
and perimeter Q loses at most Q·t (Sz.-Nagy, 1959).
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt

from mesogun.planning.place.raster import Field
from mesogun.planning.place.region import area2_um2
from mesogun.planning.prescription import Point, Ring

MILLION = 1_000_000
PI_PPM = 3_141_593
BY_ROOT_THREE_PPM = 577_351
TWICE_PPM = 1_154_701
"""pi, 1/sqrt(3) and 2/sqrt(3) in millionths, rounded up."""
Line = tuple[int, int, int]
"""(a, b, c): the half-plane a·x + b·y <= c."""


def prick_bound(field: Field, pitch_um: int) -> int:
    """Return a number of pricks that no placement `pitch_um` apart inside the margin exceeds.

    What earlier pricks keep free is not taken off.
    """
    return min(_by_hull(field, pitch_um), _by_cells(field, pitch_um))


def _by_hull(field: Field, pitch_um: int) -> int:
    area, perimeter = _inner(field.outline, field.off_um)
    square = pitch_um * pitch_um
    return (2 * TWICE_PPM * area + MILLION * perimeter * pitch_um) // (2 * MILLION * square) + 1


@lru_cache(maxsize=64)
def _inner(outline: Ring, margin_um: int) -> tuple[int, int]:
    """Return area and perimeter of the hull inside the margin, both rather more than less."""
    corners = shrunk(hull(outline), margin_um)
    # corners are rounded by less than a um: so much more on all sides is more than enough
    perimeter = perimeter_um(corners) + 8
    return (abs(area2_um2(corners)) + 1) // 2 + perimeter * 3 + 8, perimeter


def _by_cells(field: Field, pitch_um: int) -> int:
    reach = pitch_um * BY_ROOT_THREE_PPM // MILLION + 1
    grown = max(0, reach - field.off_um)
    area2, perimeter = _size(field.outline)
    area = (area2 + 1) // 2 + perimeter * grown + PI_PPM * grown * grown // MILLION + 1
    area -= max((_left_of(hole, grown) for hole in field.exclusions), default=0)
    return TWICE_PPM * area // (MILLION * pitch_um * pitch_um)


@lru_cache(maxsize=64)
def _size(ring: Ring) -> tuple[int, int]:
    """Return twice a ring's area, and its perimeter."""
    return abs(area2_um2(ring)), perimeter_um(ring)


def _left_of(hole: Ring, taken_um: int) -> int:
    """Return what is surely left of a hole when all within `taken_um` of its border is taken."""
    area2, perimeter = _size(hole)
    return max(0, area2 // 2 - perimeter * taken_um)


def perimeter_um(ring: Ring) -> int:
    """Return a ring's perimeter, every edge rounded up."""
    following = (*ring[1:], ring[0])
    squares = [
        (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for a, b in zip(ring, following, strict=True)
    ]
    return sum(isqrt(one - 1) + 1 if one else 0 for one in squares)


def hull(points: Ring) -> Ring:
    """Return the corners of the convex hull, anticlockwise (y upwards), no three in a line."""
    ordered = sorted(set(points))
    return (*_half(ordered)[:-1], *_half(ordered[::-1])[:-1])


def _half(points: list[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in points:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(a: Point, b: Point, c: Point) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def shrunk(convex: Ring, margin_um: int) -> Ring:
    """Return the corners of what lies `margin_um` inside a convex ring, to the nearest um.

    The ring turns anticlockwise, and something of it must be left.
    """
    edges: list[Line] = []
    for (ax, ay), (bx, by) in zip(convex, (*convex[1:], convex[0]), strict=True):
        a, b = by - ay, ax - bx
        edges.append((a, b, a * ax + b * ay - isqrt(margin_um * margin_um * (a * a + b * b))))
    # the edges' directions turn once around: each new one cuts off corners at both ends
    kept: list[Line] = []
    for edge in edges:
        while len(kept) > 1 and _misses(kept[-2], kept[-1], edge):
            kept.pop()
        while len(kept) > 1 and _misses(kept[0], kept[1], edge):
            kept.pop(0)
        kept.append(edge)
    while len(kept) > 2 and _misses(kept[-2], kept[-1], kept[0]):
        kept.pop()
    return tuple(_corner(a, b) for a, b in zip(kept, (*kept[1:], kept[0]), strict=True))


def _misses(one: Line, two: Line, edge: Line) -> bool:
    """Tell whether the corner of two half-planes lies outside a third."""
    (a, b, c), (d, e, f), (g, h, k) = one, two, edge
    return g * (c * e - f * b) + h * (a * f - d * c) > k * (a * e - b * d)


def _corner(one: Line, two: Line) -> Point:
    (a, b, c), (d, e, f) = one, two
    whole = a * e - b * d
    return (
        (2 * (c * e - f * b) + whole) // (2 * whole),
        (2 * (a * f - d * c) + whole) // (2 * whole),
    )
