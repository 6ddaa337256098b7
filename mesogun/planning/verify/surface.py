"""Pricks on a body's surface: on their face, inside their zone by the margin, into the skin.

Part of the independent check. Distances are decided exactly: in floating point where that is
clear, otherwise in whole numbers of any length.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
import numpy.typing as npt

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Point3, Surface
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers, Truths, rows_of
from mesogun.planning.verify.limits import Bounds
from mesogun.planning.verify.near import Cells, Points, spread, taken

OFF_UM_MAX = 1
"""A prick's place is rounded to whole um, so it lies off its face by as much as that."""
UNIT = 1_000_000
UNIT_OFF_MAX = 3
NEAR_TO_CALL = 1e-6
"""Of what is compared: far more than floating point is off."""
MARKS_MAX = 1_000_000

Corners = tuple[Points, Points, Points]
Reals = npt.NDArray[np.float64]


def check_surface(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    """Measure every prick against its face, its zone's edge, and the direction of its needle."""
    surface, face = plan.prescription.surface, plan.pricks.face
    assert surface is not None
    assert face is not None
    on = face.astype(np.int64)
    corners = _corners(surface, on)
    off = _off_face(rows.points, corners)
    if off.any():
        which = rows_of(off)
        note = "the prick does not lie on its face"
        found.rule("face", OFF_UM_MAX + 1, OFF_UM_MAX, "um", pricks=which, note=note)
    _check_directions(plan, corners, found)
    for k, zone in enumerate(plan.prescription.zones):
        bound = bounds["margin_um_min", k]
        margin = max(int(zone.margin_um), bound.value)
        if int(zone.margin_um) < bound.value:
            found.limit(bound, int(zone.margin_um), zone.name, note="the margin asked")
        mine = np.flatnonzero(rows.zone == k)
        owned = np.zeros(len(surface.faces), dtype=np.bool_)
        owned[list(zone.faces)] = True
        strange = ~owned[on[mine]]
        if strange.any():
            which = tuple(mine[strange][:ROWS_TOLD_MAX].tolist())
            value = int(on[which[0]])
            note = "the face is not one of the zone's"
            found.rule("face", value, 0, "face", zone=zone.name, pricks=which, note=note)
        _check_margin(plan, k, mine, rows, margin, found)


def _corners(surface: Surface, face: Integers) -> Corners:
    vertices = np.array(surface.vertices_um, dtype=np.int64)
    faces = np.array(surface.faces, dtype=np.int64)[face]
    a, b, c = (
        (vertices[faces[:, k], 0], vertices[faces[:, k], 1], vertices[faces[:, k], 2])
        for k in range(3)
    )
    return a, b, c


def _minus(one: Points, two: Points) -> Points:
    return one[0] - two[0], one[1] - two[1], one[2] - two[2]


def _inner(one: Points, two: Points) -> Reals:
    """Return the inner products, as floating point (sums of three, in this order)."""
    (ax, ay, az), (bx, by, bz) = (tuple(v.astype(np.float64) for v in each) for each in (one, two))
    inner: Reals = ax * bx + ay * by + az * bz
    return inner


def _normals(corners: Corners) -> Points:
    """Return the outward normals, in um2: coordinates are below 10**7, so they fit 64 bits."""
    a, b, c = corners
    (ux, uy, uz), (vx, vy, vz) = _minus(b, a), _minus(c, a)
    return uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx


def _off_face(points: Points, corners: Corners) -> Truths:
    """Tell which points are farther than 1 um from their face."""
    a, b, c = corners
    normal = _normals(corners)
    height = _inner(_minus(points, a), normal)
    most = OFF_UM_MAX * np.sqrt(_inner(normal, normal))
    off = np.abs(height) > most
    beside = np.zeros(len(off), dtype=np.bool_)
    # beyond an edge of the face, seen along its normal: then the edge is what is nearest
    for one, two in ((a, b), (b, c), (c, a)):
        (ex, ey, ez), (nx, ny, nz) = _minus(two, one), normal
        gx, gy, gz = _minus(points, one)
        # (edge x gap) · normal, in floating point: near to 0 is decided below
        turn = _inner((ey * gz - ez * gy, ez * gx - ex * gz, ex * gy - ey * gx), (nx, ny, nz))
        scale = np.sqrt(_inner((ex, ey, ez), (ex, ey, ez)) * _inner(normal, normal))
        beside |= turn < 2 * scale * OFF_UM_MAX
    close = beside | (np.abs(np.abs(height) - most) <= NEAR_TO_CALL * (most + np.abs(height)))
    for k in np.flatnonzero(close).tolist():
        triangle = (_at(a, k), _at(b, k), _at(c, k))
        off[k] = not is_within(_at(points, k), triangle, OFF_UM_MAX)
    return off


def _at(points: Points, k: int) -> Point3:
    return int(points[0][k]), int(points[1][k]), int(points[2][k])


def is_within(point: Point3, triangle: tuple[Point3, Point3, Point3], reach_um: int) -> bool:
    """Tell whether a point is at most so far from a triangle, exactly."""
    a, b, c = triangle
    normal = _across(_from(a, b), _from(a, c))
    edges = ((a, b), (b, c), (c, a))
    if any(normal) and all(
        _dot(_across(_from(one, two), _from(one, point)), normal) >= 0 for one, two in edges
    ):
        return _dot(_from(a, point), normal) ** 2 <= reach_um * reach_um * _dot(normal, normal)
    return any(_beyond(point, one, two, reach_um * reach_um) <= 0 for one, two in edges)


def _beyond(point: Point3, one: Point3, two: Point3, square: int) -> int:
    """Return by how much the squared distance from a point to an edge is more than `square`.

    Exactly, but scaled: only the sign and 0 mean something.
    """
    along, gap = _from(one, two), _from(one, point)
    step, whole = _dot(along, gap), _dot(along, along)
    if step <= 0:
        return _dot(gap, gap) - square
    if step >= whole:
        rest = _from(two, point)
        return _dot(rest, rest) - square
    turn = _across(along, gap)
    return _dot(turn, turn) - square * whole


def _from(one: Point3, two: Point3) -> Point3:
    return two[0] - one[0], two[1] - one[1], two[2] - one[2]


def _dot(one: Point3, two: Point3) -> int:
    return one[0] * two[0] + one[1] * two[1] + one[2] * two[2]


def _across(one: Point3, two: Point3) -> Point3:
    (ax, ay, az), (bx, by, bz) = one, two
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


def _check_directions(plan: Plan, corners: Corners, found: Findings) -> None:
    """A direction has the length 1 and leads into the skin, not along it."""
    table = plan.pricks
    assert table.nx is not None
    assert table.ny is not None
    assert table.nz is not None
    x, y, z = (one.astype(np.int64) for one in (table.nx, table.ny, table.nz))
    square = x * x + y * y + z * z
    low, high = (UNIT - UNIT_OFF_MAX) ** 2, (UNIT + UNIT_OFF_MAX) ** 2
    wrong = (square < low) | (square > high)
    if wrong.any():
        which = rows_of(wrong)
        value = isqrt(int(square[which[0]]))
        note = "a direction's length"
        found.rule("direction", value, UNIT, "millionths", pricks=which, note=note)
    normal = _normals(corners)
    into = -_inner((x, y, z), normal)
    # below 60 degrees: its cosine is more than one half
    along = 2 * into <= np.sqrt(square.astype(np.float64)) * np.sqrt(_inner(normal, normal))
    along &= ~wrong
    if along.any():
        note = "60 degrees or more off the face's normal"
        found.rule("direction", 60, 59, "degrees", pricks=rows_of(along), note=note)


def edges_at_the_border(surface: Surface, faces: tuple[int, ...]) -> Integers:
    """Return (vertex, vertex) of every edge that not exactly two of the faces share."""
    corners = np.array(surface.faces, dtype=np.int64)[list(faces)]
    one = corners[:, (0, 1, 2)].ravel()
    two = corners[:, (1, 2, 0)].ravel()
    both = np.stack((np.minimum(one, two), np.maximum(one, two)), axis=1)
    edges, count = np.unique(both, axis=0, return_counts=True)
    border: Integers = edges[count != 2]
    return border


def _check_margin(
    plan: Plan, k: int, mine: Integers, rows: Rows, margin: int, found: Findings
) -> None:
    """Measure the zone's pricks against the edges at its border, straight through space."""
    surface, zone = plan.prescription.surface, plan.prescription.zones[k]
    assert surface is not None
    edges = edges_at_the_border(surface, zone.faces)
    if not len(edges) or not len(mine) or margin == 0:
        return
    vertices = np.array(surface.vertices_um, dtype=np.int64)
    ends = tuple(
        (vertices[edges[:, k], 0], vertices[edges[:, k], 1], vertices[edges[:, k], 2])
        for k in (0, 1)
    )
    away = _to_an_edge(taken(rows.points, mine), (ends[0], ends[1]), margin)
    near = away >= 0
    if near.any():
        found.rule(
            "margin_um_min",
            int(away[near].min()),
            margin,
            "um",
            zone=zone.name,
            pricks=tuple(mine[near][:ROWS_TOLD_MAX].tolist()),
            note="too near to the edge of the zone's faces",
            origin="prescription",
        )


def _to_an_edge(points: Points, ends: tuple[Points, Points], margin: int) -> Integers:
    """Return how far points are from an edge that is nearer than `margin`, in um; else -1.

    Marks along each edge, not farther apart than the margin, say which edges are worth a test.
    """
    one, two = ends
    long = np.sqrt(_inner(_minus(two, one), _minus(two, one)))
    apart = max(margin, int(long.max()) * len(long) // MARKS_MAX + 1)
    pieces = (long // apart).astype(np.int64) + 1
    edge, step = spread(np.zeros(len(pieces), dtype=np.int64), pieces + 1)
    x, y, z = (
        a[edge] + (b - a)[edge] * step // pieces[edge] for a, b in zip(one, two, strict=True)
    )
    away = np.full(len(points[0]), margin, dtype=np.int64)
    # half a piece, and what the marks' rounding and the pieces' lengths are off
    reach = margin + apart // 2 + 4
    for point, mark, square in Cells((x, y, z), reach).pairs_with(points):
        close = square <= reach * reach
        point, of = point[close], edge[mark[close]]
        um = _nearer(taken(points, point), taken(one, of), taken(two, of), margin)
        np.minimum.at(away, point, um)
    return np.where(away < margin, away, -1)


def _nearer(points: Points, one: Points, two: Points, margin: int) -> Integers:
    """Return, pair by pair, how far the point is from the edge; `margin` for that and more.

    Rounded down to whole um; whether it is less than the margin is decided exactly.
    """
    along, gap = _minus(two, one), _minus(points, one)
    rest = _minus(points, two)
    step, whole = _inner(along, gap), _inner(along, along)
    (ax, ay, az), (gx, gy, gz) = along, gap
    turn = (ay * gz - az * gy, az * gx - ax * gz, ax * gy - ay * gx)
    square = np.where(step <= 0, _inner(gap, gap), _inner(rest, rest))
    between = (step > 0) & (step < whole)
    square = np.where(between, _inner(turn, turn) / np.where(between, whole, 1.0), square)
    bound = float(margin * margin)
    nearer = square < bound
    doubtful = np.abs(square - bound) <= NEAR_TO_CALL * bound
    for k in np.flatnonzero(doubtful).tolist():
        nearer[k] = _beyond(_at(points, k), _at(one, k), _at(two, k), margin * margin) < 0
    um = np.minimum(np.sqrt(square).astype(np.int64), margin - 1)
    return np.where(nearer, um, margin)
