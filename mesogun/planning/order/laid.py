"""What is laid through pricks that lie together: rings along the lattice, and ways made of them."""

from __future__ import annotations

from typing import NamedTuple

from mesogun.planning.order.strips import Rings
from mesogun.planning.place.raster import Integers

BIG = 20_000
"""A zone of more pricks is laid in one direction only, and not searched for the last long hop."""


class Leg(NamedTuple):
    """A way through points that lie together: closed (it may begin anywhere) or open."""

    points: Integers
    closed: bool


class Laid(NamedTuple):
    """Rings over the points along one direction of the lattice."""

    left: int
    """Rings and loose points still to be joined to the first."""
    rings: Rings
    i: Integers
    j: Integers
    names: Integers
    """The points' indices in the zone."""
