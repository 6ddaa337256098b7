"""What the inner loops over a surface work on: columns of numbers, as lists or as arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

from mesogun.planning.surface.boxes import Grid

Column = Any
"""Numbers in a row: a list where kernels run as they stand, an array where they are compiled."""

FACE, SHAPE, PRICK, CORNER, EDGE = 7, 9, 5, 4, 6
"""How many numbers a row of each kind has."""


class Border(NamedTuple):
    """The edges that pricks keep a margin from."""

    grid: Grid
    first: Column
    item: Column
    """Edges by cube, for each cube all that come within the margin of it."""
    edge: Column
    """For each edge x, y, z of its two ends, um."""
    margin: int


class Ground(NamedTuple):
    """The faces of a zone."""

    grid: Grid
    first: Column
    item: Column
    """Faces by cube."""
    face: Column
    """For each face x, y, z of its first corner and x, y, z and radius of a ball around it, um."""
    shape: Column
    """For each face its unit normal, and the two slopes that tell how far along its two edges from
    the first corner a point of its plane lies, as parts of the edges."""


class Front(NamedTuple):
    """The pricks that are there, those of others first, and the corners offered so far."""

    grid: Grid
    """Its cubes are at least as wide as any prick's reach; two more lie around all places."""
    head: Column
    """The last prick of each cube, or -1."""
    next: Column
    """The prick before it in the same cube, or -1."""
    prick: Column
    """For each prick x, y, z, its face, and how near others may come (filled in for all that are
    to come)."""
    ring_end: Column
    ring: Column
    """The faces that each prick's sphere may cross: ring[ring_end[p]:ring_end[p + 1]]."""
    stamp: Column
    """The last prick whose sphere may cross each face."""
    seen: Column
    """The last prick for which each face was looked at."""
    corner: Column
    """For each corner offered x, y, z and its face."""
    count: Column
    """Pricks of others, corners offered, corners looked at."""


class Seeds(NamedTuple):
    """Places to start from and to fill what is left, clear of the border."""

    place: Column
    """For each x, y, z and its face."""
    rows: int
    along: int
    """So many of them, the first ones, lie along the margin."""
