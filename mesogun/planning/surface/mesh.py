"""A body's surface as arrays, and whether it can be planned on at all.

Coordinates are whole um. A surface is at most `SIZE_UM_MAX` long: differences stay below 2^22,
squares below 2^46, cross products below 2^45 and sums of them over all faces far below 2^63.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mesogun.errors import PlanError
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import COORDINATE_UM_MAX, mm
from mesogun.planning.prescription import HOLE, Surface, Zone

Floats = npt.NDArray[np.float64]

SIZE_UM_MAX = 3_000_000
SIZE_UM_MIN = 5_000
AREA_MM2_MAX = 30_000_000
"""A body has 2 m2 of skin; a surface of 30 m2 is folded over itself or in a wrong unit."""
FACES_MAX = 4_000_000
NAMED = 5
"""So many faces are named in a message, then the rest are counted."""


class Mesh(NamedTuple):
    """A surface as arrays: one row a vertex, one row a face."""

    vertices: Integers
    """(n, 3), um."""
    faces: Integers
    """(m, 3), indices of vertices."""
    across: Integers
    """(m, 3): each face's outward normal, as long as twice its area in um2."""
    area2_um2: Integers
    """Twice each face's area, rounded down, at least 1."""


def mesh_of(surface: Surface) -> Mesh:
    """Return the surface as arrays; the last ones asked for are kept."""
    return _mesh_of(surface.vertices_um, surface.faces)


@lru_cache(maxsize=2)
def _mesh_of(
    vertices_um: tuple[tuple[int, int, int], ...], faces: tuple[tuple[int, int, int], ...]
) -> Mesh:
    vertices = np.array(vertices_um, dtype=np.int64).reshape(-1, 3)
    corners = np.array(faces, dtype=np.int64).reshape(-1, 3)
    across = across_of(vertices, corners)
    area2 = np.maximum(lengths(across).astype(np.int64), 1)
    return Mesh(vertices, corners, across, area2)


def across_of(vertices: Integers, faces: Integers) -> Integers:
    """Return each face's normal, exact: the cross product of two of its edges."""
    a, b, c = (vertices[faces[:, k]].T for k in range(3))
    ux, uy, uz = b - a
    vx, vy, vz = c - a
    return np.stack((uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx), axis=1)


def lengths(vectors: Integers) -> Floats:
    """Return the length of each row: one root of three squares, the same on every machine."""
    x, y, z = vectors.astype(np.float64).T
    roots: Floats = np.sqrt(x * x + y * y + z * z)
    return roots


def boundary(faces: Integers) -> Integers:
    """Return the edges (pairs of vertices) that are not shared by exactly two of these faces."""
    edges = edges_of(faces)
    order, first = alike(edges)
    ends: Integers = edges[order[first[np.diff(first, append=len(edges)) != 2]]]
    return ends


def alike(rows: Integers) -> tuple[Integers, Integers]:
    """Return the order that sorts rows, and where in it each run of equal rows begins.

    Of equal rows the earlier stands first.
    """
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    return order, np.flatnonzero(new)


def edges_of(faces: Integers) -> Integers:
    """Return the edges of each face, face by face, the vertex with the lesser index first."""
    return np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1, kind="stable")


def named(faces: Sequence[int] | Integers) -> str:
    """Name the first faces of a list for a reader, counted from 0 as in the plan."""
    told = ", ".join(str(int(one)) for one in faces[:NAMED])
    more = len(faces) - NAMED
    return f"face{'s' if len(faces) > 1 else ''} {told}" + (f" and {more} more" if more > 0 else "")


def check_surface(surface: Surface, zones: Sequence[Zone]) -> None:
    """Make sure that a surface, and every zone on it, can be planned on.

    Raises:
        PlanError: no faces, corners that are not there, places beyond the bound, a size no body
            has, faces without area or there twice, values that do not match the vertices; a zone
            without faces, with faces that are not there, or with one named twice.
    """
    what = f"surface {surface.name!r}"
    if not surface.faces:
        raise PlanError(f"{what} has no face; there is nothing to treat")
    if len(surface.faces) > FACES_MAX:
        raise PlanError(f"{what} has {len(surface.faces)} faces, more than {FACES_MAX}; thin it")
    _check_corners(surface, what)
    _check_size(surface, what)
    _check_faces(mesh_of(surface), what)
    _check_values(surface, what)
    for zone in zones:
        _check_zone(zone, len(surface.faces), what)


def _check_corners(surface: Surface, what: str) -> None:
    corners = np.array(surface.faces, dtype=np.int64)
    wrong = np.flatnonzero(((corners < 0) | (corners >= len(surface.vertices_um))).any(axis=1))
    if len(wrong):
        raise PlanError(
            f"{what}: {named(wrong)} name corners that are not among its "
            f"{len(surface.vertices_um)} vertices; the file is damaged"
        )


def _check_size(surface: Surface, what: str) -> None:
    vertices = np.array(surface.vertices_um, dtype=np.int64)
    far = np.flatnonzero((np.abs(vertices) > COORDINATE_UM_MAX).any(axis=1))
    if len(far):
        raise PlanError(
            f"{what}: vertex {int(far[0])} lies beyond {mm(COORDINATE_UM_MAX)} from the origin "
            f"({len(far)} in all); check the unit of the file"
        )
    used = vertices[np.unique(np.array(surface.faces, dtype=np.int64))]
    size = int((used.max(axis=0) - used.min(axis=0)).max())
    if not SIZE_UM_MIN <= size <= SIZE_UM_MAX:
        raise PlanError(
            f"{what} is {mm(size)} long; nothing to treat is shorter than {mm(SIZE_UM_MIN)} or "
            f"longer than {mm(SIZE_UM_MAX)}; check the unit of the file"
        )


def _check_faces(mesh: Mesh, what: str) -> None:
    flat = np.flatnonzero((mesh.across == 0).all(axis=1))
    if len(flat):
        raise PlanError(f"{what}: {named(flat)} without area; clean the surface first")
    corners = np.sort(mesh.faces, axis=1, kind="stable")
    order, first = alike(corners)
    if len(first) < len(corners):
        again = np.setdiff1d(np.arange(len(corners)), order[first])
        raise PlanError(f"{what}: {named(again)} there twice; clean the surface first")
    area_mm2 = int(mesh.area2_um2.sum()) // 2_000_000
    if area_mm2 > AREA_MM2_MAX:
        raise PlanError(
            f"{what} has {area_mm2 // 1_000_000} m2 of skin, more than any body; check the unit "
            "and whether it is folded over itself"
        )


def _check_values(surface: Surface, what: str) -> None:
    count = len(surface.vertices_um)
    for name, values in (("thickness", surface.skin_um), ("weight", surface.weights)):
        if values and len(values) != count:
            raise PlanError(
                f"{what}: {len(values)} values of {name} for {count} vertices; give one for each"
            )
    if surface.skin_um and min(surface.skin_um) < HOLE:
        raise PlanError(f"{what}: a thickness of the skin is below 0")
    if surface.weights and min(surface.weights) < 0:
        raise PlanError(f"{what}: a weight is below 0")


def _check_zone(zone: Zone, count: int, what: str) -> None:
    if not zone.faces:
        raise PlanError(
            f"zone {zone.name!r} has no face of {what}: its group is empty, or exclusions take "
            "all of it"
        )
    wrong = [one for one in zone.faces if not 0 <= one < count]
    if wrong:
        raise PlanError(
            f"zone {zone.name!r}: {named(wrong)} not on {what}, which has {count} faces"
        )
    if len(set(zone.faces)) < len(zone.faces):
        twice = sorted({one for one in zone.faces if zone.faces.count(one) > 1})
        raise PlanError(f"zone {zone.name!r} names {named(twice)} of {what} more than once")
