"""A surface as light and shade, seen from one side: a small picture, and what hides what.

Every pixel takes the face that is nearest to the eye. Only plain arithmetic is used, so the picture
is the same on every machine; nothing but the picture depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesogun.report.geometry import Box

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

SAMPLES_AT_ONCE = 1_000_000
LIGHT = (-0.25, -0.4, 0.9)
"""Where the light comes from: a little from the left, from above, mostly from the eye."""
AMBIENT = 0.3
HIDDEN_MM = 1.5
"""A prick this far behind the surface is hidden; less is the coarseness of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Shaded:
    """What is seen of a surface, pixel by pixel. Rows from the top."""

    box: Box
    """In mm, y downwards."""
    step_mm: float
    light: Reals
    """0 (dark) to 1; nothing where no surface is: NaN."""
    face: Integers
    """Which face is seen; -1: none."""
    near_mm: Reals
    """How far towards the eye the surface is."""

    def seen(self, x_mm: Reals, y_mm: Reals, near_mm: Reals) -> Truths:
        """Tell which points of the surface are not hidden by another part of it."""
        column = ((x_mm - self.box.x) / self.step_mm).astype(np.int64)
        row = ((y_mm - self.box.y) / self.step_mm).astype(np.int64)
        high, wide = self.face.shape
        inside = (column >= 0) & (column < wide) & (row >= 0) & (row < high)
        shown = np.zeros(len(x_mm), dtype=np.bool_)
        front = self.near_mm[row[inside], column[inside]]
        shown[inside] = near_mm[inside] >= front - HIDDEN_MM - self.step_mm
        return shown


def shaded(points_mm: Reals, faces: Integers, box: Box, step_mm: float) -> Shaded:
    """Draw the surface over `box`; `points_mm` are (right, down, towards the eye), a row a vertex.

    Corners of a face turn anticlockwise seen from outside, as on the body; faces that look away
    are not drawn.
    """
    high, wide = int(box.height / step_mm) + 1, int(box.width / step_mm) + 1
    light = _light(points_mm, faces)
    near = np.full(high * wide, -np.inf)
    shade, owner = np.full(high * wide, np.nan), np.full(high * wide, -1, dtype=np.int64)
    for part in _facing(points_mm, faces, box):
        where, z, value, name = _samples(points_mm, faces[part], light, part, box, step_mm, wide)
        best = np.full(high * wide, -np.inf)
        np.maximum.at(best, where, z)
        wins = (z == best[where]) & (z > near[where])
        near[where[wins]] = z[wins]
        shade[where[wins]], owner[where[wins]] = value[wins], name[wins]
    shape = high, wide
    return Shaded(box, step_mm, shade.reshape(shape), owner.reshape(shape), near.reshape(shape))


def _light(points: Reals, faces: Integers) -> Reals:
    """Return how bright each vertex is, from the mean direction of the faces around it."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    # y runs downwards: what turns anticlockwise on the body turns clockwise in the picture
    normal = -np.cross(b - a, c - a)
    smooth = np.zeros_like(points)
    for k in range(3):
        np.add.at(smooth, faces[:, k], normal)
    length = np.sqrt((smooth * smooth).sum(axis=1))
    length[length == 0] = 1.0
    towards = np.array(LIGHT) / np.sqrt(sum(one * one for one in LIGHT))
    bright = np.maximum((smooth * towards).sum(axis=1) / length, 0.0)
    lit: Reals = AMBIENT + (1 - AMBIENT) * bright
    return lit


def _facing(points: Reals, faces: Integers, box: Box) -> list[Integers]:
    """Return the faces that look towards the eye and touch the box, in parts of similar work."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
    there = (turn < 0) & (high[:, 0] >= box.x) & (low[:, 0] <= box.x + box.width)
    there &= (high[:, 1] >= box.y) & (low[:, 1] <= box.y + box.height)
    kept = np.flatnonzero(there)
    parts = max(1, -(-len(kept) // 4_000))
    return [one for one in np.array_split(kept, parts) if len(one)]


def _samples(
    points: Reals,
    faces: Integers,
    light: Reals,
    names: Integers,
    box: Box,
    step: float,
    wide: int,
) -> tuple[Integers, Reals, Reals, Integers]:
    """Return the pixels that faces cover: where, how near, how bright, whose."""
    high = int(box.height / step) + 1
    x = (points[:, 0] - box.x) / step - 0.5
    y = (points[:, 1] - box.y) / step - 0.5
    fx, fy = x[faces], y[faces]
    left = np.maximum(np.floor(fx.min(axis=1)).astype(np.int64), 0)
    right = np.minimum(np.ceil(fx.max(axis=1)).astype(np.int64), wide - 1)
    top = np.maximum(np.floor(fy.min(axis=1)).astype(np.int64), 0)
    low = np.minimum(np.ceil(fy.max(axis=1)).astype(np.int64), high - 1)
    across, down = np.maximum(right - left + 1, 0), np.maximum(low - top + 1, 0)
    count = across * down
    face = np.repeat(np.arange(len(faces)), count)
    k = np.arange(len(face)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(k, np.maximum(across[face], 1))
    px, py = left[face] + column, top[face] + row
    ax, ay = fx[face, 0], fy[face, 0]
    bx, by, cx, cy = fx[face, 1] - ax, fy[face, 1] - ay, fx[face, 2] - ax, fy[face, 2] - ay
    area = bx * cy - by * cx
    u = ((px - ax) * cy - (py - ay) * cx) / area
    v = ((py - ay) * bx - (px - ax) * by) / area
    slack = 1e-6
    inside = (u >= -slack) & (v >= -slack) & (u + v <= 1 + slack)
    face, u, v, px, py = face[inside], u[inside], v[inside], px[inside], py[inside]
    corners = faces[face]
    z, lit = points[:, 2], light
    near = z[corners[:, 0]] * (1 - u - v) + z[corners[:, 1]] * u + z[corners[:, 2]] * v
    value = lit[corners[:, 0]] * (1 - u - v) + lit[corners[:, 1]] * u + lit[corners[:, 2]] * v
    return py * wide + px, near, value, names[face]
