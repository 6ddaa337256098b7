"""Which way the needle goes in: against the skin's normal, smoothed over what a scan roughens."""

from __future__ import annotations

import numpy as np

from mesogun.planning.place.raster import Integers
from mesogun.planning.surface.boxes import grid_over, sorted_in
from mesogun.planning.surface.mesh import Floats, Mesh, lengths

SMOOTH_UM = 3_000
"""Normals are averaged over vertices this near: wider than a scan's ripple, narrower than the
curve of a cheek. A choice of ours, from no source."""
MILLION = 1_000_000
PARTS = 2**20


def directions(mesh: Mesh, face: Integers, place: Integers) -> Integers:
    """Return (n, 3) directions into the skin, in millionths, for places (n, 3) on these faces.

    Normals of vertices are sums over their faces, weighted by area, and over the vertices within
    `SMOOTH_UM` that look to the same side; between a face's three vertices they are interpolated.
    """
    corners = mesh.faces[face]
    used, which = np.unique(corners, return_inverse=True)
    smooth = _units(_smoothed(mesh, used))[which.reshape(-1, 3)]
    own = _units(mesh.across[face])
    weight = _weights(mesh, face, place)
    mixed = (smooth * weight[:, :, None]).sum(axis=1)
    unit = _units(mixed)
    # at an edge as sharp as a fold the smoothed one may look the wrong way: the face's own is used
    forward = (unit * own).sum(axis=1) > 0
    return -np.where(forward[:, None], unit, own)


def _smoothed(mesh: Mesh, used: Integers) -> Integers:
    normals = np.zeros_like(mesh.vertices)
    for corner in range(3):
        np.add.at(normals, mesh.faces[:, corner], mesh.across)
    place = mesh.vertices[used]
    low, high = place.min(axis=0) - SMOOTH_UM, place.max(axis=0) + SMOOTH_UM
    near = np.flatnonzero(((mesh.vertices >= low) & (mesh.vertices <= high)).all(axis=1))
    grid = grid_over(low, high, SMOOTH_UM)
    boxes = sorted_in(grid, mesh.vertices[near], mesh.vertices[near])
    home = (place - low) // grid.side
    sums = np.zeros((len(used), 3), dtype=np.int64)
    for step in np.ndindex(3, 3, 3):
        at = home + np.array(step) - 1
        inside = ((at >= 0) & (at < np.array([grid.nx, grid.ny, grid.nz]))).all(axis=1)
        rows = np.flatnonzero(inside)
        cube = (at[rows, 0] * grid.ny + at[rows, 1]) * grid.nz + at[rows, 2]
        first, each = boxes.first[cube], boxes.first[cube + 1] - boxes.first[cube]
        one = np.repeat(rows, each)
        item = np.arange(len(one)) - np.repeat(np.cumsum(each) - each, each)
        other = near[boxes.item[np.repeat(first, each) + item]]
        apart = mesh.vertices[other] - place[one]
        close = (apart * apart).sum(axis=1) <= SMOOTH_UM * SMOOTH_UM
        close &= _dots(normals[other], normals[used[one]]) > 0
        np.add.at(sums, one[close], normals[other[close]])
    return sums


def _dots(a: Integers, b: Integers) -> Floats:
    (ax, ay, az), (bx, by, bz) = a.astype(np.float64).T, b.astype(np.float64).T
    return np.asarray(ax * bx + ay * by + az * bz)


def _units(vectors: Integers) -> Integers:
    """Return vectors a million long, to the nearest; nothing stays nothing."""
    size = np.maximum(lengths(vectors), 1.0)
    return np.floor(vectors.astype(np.float64) * MILLION / size[:, None] + 0.5).astype(np.int64)


def _weights(mesh: Mesh, face: Integers, place: Integers) -> Integers:
    """Return how much each corner of its face counts at a place, in parts of `PARTS`."""
    a, b, c = (mesh.vertices[mesh.faces[face, k]] for k in range(3))
    across = mesh.across[face]
    size = _dots(across, across)
    second = _dots(_cross(c - place, a - place), across) / size
    third = _dots(_cross(a - place, b - place), across) / size
    parts = [np.floor(np.clip(one, 0.0, 1.0) * PARTS).astype(np.int64) for one in (second, third)]
    return np.stack((np.maximum(PARTS - parts[0] - parts[1], 0), *parts), axis=1)


def _cross(a: Integers, b: Integers) -> Integers:
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx), axis=1)
