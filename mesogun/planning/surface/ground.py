"""A zone's faces made ready: what its pricks keep off, where they may start, how large it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mesogun.planning.fast import flat
from mesogun.planning.place.chance import below, hashed
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.surface.boxes import Grid, grid_over, sorted_in
from mesogun.planning.surface.columns import Border, Ground
from mesogun.planning.surface.front import clear_of
from mesogun.planning.surface.mesh import Floats, Mesh, alike, boundary, edges_of, lengths

PAD_UM = 2
"""Rounding moves a place by less."""
HALVINGS = 12
TWO32 = 2.0**32
NONE = np.zeros(0, dtype=np.int64)


class Places(NamedTuple):
    """Places on faces: exact on the face in floating point, and rounded to whole um."""

    face: Integers
    """Which of the zone's faces, counted within the zone."""
    exact: Floats
    """(n, 3)"""
    rounded: Integers
    """(n, 3)"""

    def taken(self, rows: Any) -> Places:
        """Return these rows."""
        return Places(self.face[rows], self.exact[rows], self.rounded[rows])


def box_of(mesh: Mesh, faces: Integers) -> tuple[Integers, Integers]:
    """Return the least and greatest coordinates of these faces."""
    used = mesh.vertices[mesh.faces[faces]].reshape(-1, 3)
    return used.min(axis=0), used.max(axis=0)


def ground_of(mesh: Mesh, faces: Integers, spacing_um: int, size: int) -> Ground:
    """Return a zone's faces for the inner loops; `size` pricks or so are expected on them."""
    corners = mesh.vertices[mesh.faces[faces]]
    low, high = corners.min(axis=1), corners.max(axis=1)
    extent = int((high - low).sum()) // (3 * len(faces))
    side = max(spacing_um // 2, extent)
    grid = grid_over(low.min(axis=0) - PAD_UM, high.max(axis=0) + PAD_UM, side)
    boxes = sorted_in(grid, low, high)
    middle = corners.sum(axis=1) // 3
    away = corners - middle[:, None, :]
    ball = lengths(away.reshape(-1, 3)).reshape(-1, 3).max(axis=1).astype(np.int64) + 1
    face = np.concatenate((corners[:, 0], middle, ball[:, None]), axis=1)
    first, item = flat(boxes.first, size), flat(boxes.item, size)
    return Ground(grid, first, item, flat(face.ravel(), size), _floats(_shapes(mesh, faces), size))


def _shapes(mesh: Mesh, faces: Integers) -> Floats:
    """Return unit normal and slopes of each face, as `Ground.shape` has them."""
    corners = mesh.vertices[mesh.faces[faces]].astype(np.float64)
    unit = mesh.across[faces].astype(np.float64) / lengths(mesh.across[faces])[:, None]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    # one edge's slope is at right angles to the other edge
    along_u, along_v = _cross(v, unit), _cross(unit, u)
    both = (along_u / _each(along_u, u), along_v / _each(along_v, v))
    return np.concatenate((unit, *both), axis=1)


def _cross(a: Floats, b: Floats) -> Floats:
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx), axis=1)


def _each(a: Floats, b: Floats) -> Floats:
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    products: Floats = (ax * bx + ay * by + az * bz)[:, None]
    return products


def _floats(values: Floats, size: int) -> Any:
    """Return numbers as the kernels for work of this size want them (`flat` is for whole ones)."""
    row = np.ascontiguousarray(values.ravel())
    return row.tolist() if isinstance(flat(NONE, size), list) else row


def border_of(mesh: Mesh, faces: Integers, margin_um: int, size: int) -> Border:
    """Return the edges around a zone and its holes, which pricks keep `margin_um` from."""
    edges = boundary(mesh.faces[faces]) if margin_um else np.zeros((0, 2), dtype=np.int64)
    ends = mesh.vertices[edges]
    low, high = box_of(mesh, faces)
    extent = int((ends.max(axis=1) - ends.min(axis=1)).max(initial=0))
    grid = grid_over(low - PAD_UM, high + PAD_UM, max(margin_um, extent, 1_000))
    boxes = sorted_in(grid, ends.min(axis=1) - margin_um, ends.max(axis=1) + margin_um)
    first, item = flat(boxes.first, size), flat(boxes.item, size)
    return Border(grid, first, item, flat(ends.ravel(), size), margin_um)


def is_clear(border: Border, places: Integers, size: int) -> Truths:
    """Tell which places are at least the margin from the border: exact."""
    if not len(border.edge):
        return np.ones(len(places), dtype=np.bool_)
    out = flat(np.zeros(len(places), dtype=np.int64), size)
    clear_of.at(size)(border, flat(places.ravel(), size), out)
    return np.array(out, dtype=np.int64) > 0


def strewn(mesh: Mesh, faces: Integers, count: int, seed: int, zone: int) -> Places:
    """Return `count` places evenly strewn over these faces, hashed from the seed."""
    area2 = np.cumsum(mesh.area2_um2[faces])
    stride = max(1, int(area2[-1]) // count)
    numbers = hashed(seed, zone, 0, 2 * count)
    at = np.arange(count) * stride + below(numbers[:count], stride)
    face = np.minimum(np.searchsorted(area2, at, side="right"), len(faces) - 1)
    r = (numbers[count:] >> np.uint64(32)).astype(np.float64) / TWO32
    s = (numbers[count:] & np.uint64(2**32 - 1)).astype(np.float64) / TWO32
    over = r + s > 1.0
    r, s = np.where(over, 1.0 - r, r), np.where(over, 1.0 - s, s)
    a, b, c = (mesh.vertices[mesh.faces[faces[face], k]].astype(np.float64) for k in range(3))
    return _rounded(face, a + r[:, None] * (b - a) + s[:, None] * (c - a))


def middles(mesh: Mesh, faces: Integers) -> Places:
    """Return the middle of each of these faces."""
    corners = mesh.vertices[mesh.faces[faces]]
    return _rounded(np.arange(len(faces)), corners.sum(axis=1).astype(np.float64) / 3.0)


def _rounded(face: Integers, exact: Floats) -> Places:
    return Places(face, exact, np.floor(exact + 0.5).astype(np.int64))


def along_the_margin(
    mesh: Mesh, faces: Integers, border: Border, places: Places, clear: Truths, size: int
) -> Places:
    """Return places just clear of the border: rows of pricks that follow it waste least.

    Between a place that is clear and one of the same face that is not, the way is halved.
    """
    if not len(border.edge):
        return places.taken(slice(0))
    within = np.flatnonzero((places.face[1:] == places.face[:-1]) & (clear[1:] != clear[:-1]))
    some = np.where(clear[within], within, within + 1)
    face, good, bad = places.face[some], places.exact[some], places.exact[2 * within + 1 - some]
    corner = mesh.faces[faces]
    used = np.unique(corner)
    safe = np.zeros(len(mesh.vertices), dtype=np.bool_)
    safe[used] = is_clear(border, mesh.vertices[used], size)
    every = edges_of(corner)
    order, new = alike(every)
    first = order[new]
    mixed = first[safe[every[first, 0]] != safe[every[first, 1]]]
    ends = every[mixed]
    ends = np.where(safe[ends[:, :1]], ends, ends[:, ::-1])
    face = np.concatenate((face, mixed // 3))
    good = np.concatenate((good, mesh.vertices[ends[:, 0]].astype(np.float64)))
    bad = np.concatenate((bad, mesh.vertices[ends[:, 1]].astype(np.float64)))
    for _ in range(HALVINGS):
        middle = _rounded(face, (good + bad) / 2.0)
        ok = is_clear(border, middle.rounded, size)[:, None]
        good, bad = np.where(ok, middle.exact, good), np.where(ok, bad, middle.exact)
    return _rounded(face, good)


def grid_for(mesh: Mesh, faces: Integers, reach_um: int) -> Grid:
    """Return the cubes for pricks that reach so far, those of others around the zone included.

    Two more cubes on every side let the inner loops look around any place without asking.
    """
    low, high = box_of(mesh, faces)
    apart = reach_um + PAD_UM
    left, lowest, deep, side, nx, ny, nz = grid_over(low - apart, high + apart, apart)
    more = 2 * side
    return Grid(left - more, lowest - more, deep - more, side, nx + 4, ny + 4, nz + 4)
