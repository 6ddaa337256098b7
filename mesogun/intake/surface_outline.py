"""The part of a surface inside a closed outline of points, by cuts from each point to the next.

Between two points the outline runs where the plane through both that stands upright on the surface
cuts it. A face that is cut is neither inside nor outside: a zone leaves it out, an exclusion takes
it in. All that decides is whole numbers and square roots, so that it is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from mesogun.intake.bounds import MESH_RING_POINTS_MAX, RING_POINTS_MIN, SNAP_UM_MAX
from mesogun.intake.mesh import Floats, Indices
from mesogun.intake.quantity import in_unit
from mesogun.planning.prescription import Point3

MM = 1_000
FINE = 10_000
"""Length of a rounded normal: with it the products below stay within 63 bits."""
TENTHS, ENOUGH_TENTHS = 10, 9
"""An outline spans at least so many tenths of its own flat area, or it is not closed."""

Truths = npt.NDArray[np.bool_]
Numbers = TypeVar("Numbers", Floats, Indices)


class Net:
    """A surface as a net of faces: who lies beside whom, and what is near."""

    def __init__(self, vertices_um: Indices, faces: Indices) -> None:
        self.vertices_um, self.faces = vertices_um, faces
        self.corners = vertices_um[faces].astype(np.float64)
        self.count = len(faces)
        self.first, self.second = _pairs(faces)

    def nearest(self, point: Point3) -> tuple[int, Indices, float]:
        """Return the face nearest to `point`, the place on it in um, and how far away it is."""
        places = closest(self.corners, np.array(point, dtype=np.float64))
        gap = ((places - np.array(point, dtype=np.float64)) ** 2).sum(axis=1)
        face = int(gap.argmin())
        return face, np.rint(places[face]).astype(np.int64), float(np.sqrt(gap[face]))

    def areas(self) -> Floats:
        """Return twice the area of each face in um2."""
        return lengths(self.normals())

    def normals(self) -> Floats:
        """Return for each face a vector upright on it, twice its area long."""
        a, b, c = self.corners[:, 0], self.corners[:, 1], self.corners[:, 2]
        return cross(b - a, c - a)

    def parts(self, kept: Truths) -> Indices:
        """Number the pieces of `kept` that hang together by whole edges; -1: not kept."""
        both = kept[self.first] & kept[self.second]
        pairs = (self.first[both], self.second[both])
        label = np.where(kept, np.arange(self.count), -1)
        while True:
            least = np.minimum(label[pairs[0]], label[pairs[1]])
            made = label.copy()
            np.minimum.at(made, pairs[0], least)
            np.minimum.at(made, pairs[1], least)
            # Jump to the end of the chain, so that a long piece takes few rounds.
            made = np.where(kept, made[made], -1)
            if np.array_equal(made, label):
                return label
            label = made


class Enclosed(NamedTuple):
    """Faces inside an outline, and those that it cuts."""

    inside: Truths
    cut: Truths


def enclosed(net: Net, points: Sequence[Point3], within: Point3 | None) -> Enclosed:
    """Return what the closed outline through `points` encloses: the side of `within`, or else the
    smaller one.

    Raises:
        ValueError: too few points, one off the surface, two too far apart, or nothing enclosed.
    """
    if not RING_POINTS_MIN <= len(points) <= MESH_RING_POINTS_MAX:
        raise ValueError(
            f"found {len(points)} points: give {RING_POINTS_MIN} to {MESH_RING_POINTS_MAX}"
        )
    snapped = [_snapped(net, f"point [{index}]", one) for index, one in enumerate(points)]
    normals = net.normals()
    cut = np.zeros(net.count, dtype=bool)
    for index, start in enumerate(snapped):
        end = snapped[(index + 1) % len(snapped)]
        cut |= _section(net, normals, start, end, index)
    inside = _side(net, cut, within)
    areas = net.areas()
    flat = _flat_area([place for _, place in snapped])
    if areas[inside | cut].sum() * TENTHS < flat * ENOUGH_TENTHS:
        raise ValueError(
            "it encloses nothing: the surface is torn along it, or its points do not go round in "
            "order"
        )
    return Enclosed(inside, cut)


def _snapped(net: Net, what: str, point: Point3) -> tuple[int, Indices]:
    face, place, gap = net.nearest(point)
    if gap > SNAP_UM_MAX:
        told = ", ".join(in_unit(one, MM) for one in point)
        raise ValueError(
            f"{what}: ({told}) mm lies {gap / MM:.1f} mm off the surface: pick points on the "
            f"surface itself, at most {in_unit(SNAP_UM_MAX, MM)} mm off"
        )
    return face, place


def _section(
    net: Net,
    normals: Floats,
    start: tuple[int, Indices],
    end: tuple[int, Indices],
    index: int,
) -> Truths:
    """Return the faces cut on the way from one point to the next, which must hang together."""
    (face_a, a), (face_b, b) = start, end
    along = b - a
    upright = _fine(normals[face_a]) + _fine(normals[face_b])
    plane = cross(along, upright)
    from_a = net.vertices_um - a
    crossed = _crossed((from_a @ plane)[net.faces], (from_a @ along)[net.faces], along)
    crossed[[face_a, face_b]] = True
    if not plane.any() and face_a == face_b:
        return _only(net, face_a)
    part = net.parts(crossed)
    if part[face_a] != part[face_b] or not plane.any():
        raise ValueError(
            f"from point [{index}] to the next there is no way along the surface: it is torn or "
            f"folded there; add points between them"
        )
    return _same(part, part[face_a])


def _crossed(sides: Indices, ahead: Indices, along: Indices) -> Truths:
    """Return the faces that the plane cuts between the two points.

    `sides` tells on which side of the plane each corner lies, `ahead` how far along the way, times
    the length of the way. Ends are taken a um too far.
    """
    crossed: Truths = (sides.min(axis=1) <= 0) & (sides.max(axis=1) >= 0)
    rows = np.flatnonzero(crossed)
    side, at = sides[rows].astype(np.float64), ahead[rows].astype(np.float64)
    first, last = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        apart = side[:, i] - side[:, j]
        part = np.divide(side[:, i], apart, out=np.zeros(len(rows)), where=apart != 0)
        # An edge that lies in the plane counts with both its ends.
        for share in (part, np.where(apart != 0, part, 1.0)):
            place = at[:, i] + (at[:, j] - at[:, i]) * share
            there = (share >= 0) & (share <= 1) & ((apart != 0) | (side[:, i] == 0))
            first = np.where(there, np.minimum(first, place), first)
            last = np.where(there, np.maximum(last, place), last)
    square = float(along @ along)
    length = float(np.sqrt(square))
    crossed[rows] = (last >= -length) & (first <= square + length)
    return crossed


def _same(part: Indices, label: int) -> Truths:
    found: Truths = part == label
    return found


def _only(net: Net, face: int) -> Truths:
    made = np.zeros(net.count, dtype=bool)
    made[face] = True
    return made


def _side(net: Net, cut: Truths, within: Point3 | None) -> Truths:
    part = net.parts(~cut)
    if within is not None:
        face, _ = _snapped(net, "inside_mm", within)
        if cut[face]:
            raise ValueError("inside_mm lies on the outline: pick a place well inside")
        return _same(part, part[face])
    beside = np.zeros(net.count, dtype=bool)
    beside[net.first[cut[net.second]]] = True
    beside[net.second[cut[net.first]]] = True
    found = np.unique(part[beside & ~cut])
    areas = net.areas()
    # The largest piece is all the rest of the body; slivers between the cuts are no zone.
    size = np.array([areas[part == one].sum() for one in found])
    order = np.argsort(-size, kind="stable")
    if len(found) < 2:
        return np.zeros(net.count, dtype=bool)
    return _same(part, found[order[1]])


def _flat_area(places: Sequence[Indices]) -> float:
    """Return twice the area that the points enclose, seen from where it is largest, in um2."""
    around = np.stack(places).astype(np.float64) - places[0]
    total = cross(around, np.roll(around, -1, axis=0)).sum(axis=0)
    return float(np.sqrt((total * total).sum()))


def _pairs(faces: Indices) -> tuple[Indices, Indices]:
    """Return the pairs of faces that share an edge."""
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    owner = np.repeat(np.arange(len(faces)), 3)
    order = np.lexsort((owner, edges[:, 1], edges[:, 0]))
    edges, owner = edges[order], owner[order]
    same = (edges[1:] == edges[:-1]).all(axis=1)
    return owner[:-1][same], owner[1:][same]


def cross(one: Numbers, other: Numbers) -> Numbers:
    """Return the vector product, row by row."""
    x, y, z = one[..., 0], one[..., 1], one[..., 2]
    u, v, w = other[..., 0], other[..., 1], other[..., 2]
    return np.stack((y * w - z * v, z * u - x * w, x * v - y * u), axis=-1)


def lengths(vectors: Floats) -> Floats:
    """Return the length of each row."""
    made: Floats = np.sqrt((vectors * vectors).sum(axis=-1))
    return made


def _fine(normal: Floats) -> Indices:
    """Return the direction of a vector, in whole numbers."""
    return np.rint(normal / lengths(normal) * FINE).astype(np.int64)


def closest(corners: Floats, point: Floats) -> Floats:
    """Return the place of each triangle, (n, 3, 3), that is nearest to `point`."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    best = _on_segment(a, b, point)
    for one, other in ((b, c), (c, a)):
        place = _on_segment(one, other, point)
        nearer = ((place - point) ** 2).sum(axis=1) < ((best - point) ** 2).sum(axis=1)
        best = np.where(nearer[:, None], place, best)
    upright = cross(b - a, c - a)
    square = (upright * upright).sum(axis=1)
    foot = point - upright * (((point - a) * upright).sum(axis=1) / square)[:, None]
    is_inside = np.ones(len(corners), dtype=bool)
    for one, other in ((a, b), (b, c), (c, a)):
        is_inside &= (cross(other - one, foot - one) * upright).sum(axis=1) >= 0
    return np.where(is_inside[:, None], foot, best)


def _on_segment(a: Floats, b: Floats, point: Floats) -> Floats:
    along = b - a
    part = ((point - a) * along).sum(axis=1) / (along * along).sum(axis=1)
    place: Floats = a + along * np.clip(part, 0.0, 1.0)[:, None]
    return place
