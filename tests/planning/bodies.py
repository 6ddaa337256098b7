"""Bodies made by hand for the tests of surfaces, and slow sure answers about places on them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

from mesogun.planning import Prescription, Zone
from mesogun.planning.prescription import Point3, Surface
from tests.planning.samples import order, zone

Faces = tuple[Point3, ...]


def surface(vertices: Sequence[Point3], faces: Sequence[Point3], **changes: Any) -> Surface:
    """A surface without thickness or weights."""
    made = Surface("body", tuple(vertices), tuple(faces), (), (), "test")
    return replace(made, **changes)


def sheet(
    across: int, up: int, step_um: int, height: Callable[[int, int], int] = lambda _x, _y: 0
) -> Surface:
    """Squares of two triangles each, seen from above; `height` in um for each place in um."""
    vertices = [
        (i * step_um, j * step_um, height(i * step_um, j * step_um))
        for i in range(across + 1)
        for j in range(up + 1)
    ]
    faces: list[Point3] = []
    for i in range(across):
        for j in range(up):
            a, b = i * (up + 1) + j, (i + 1) * (up + 1) + j
            faces += [(a, b, b + 1), (a, b + 1, a + 1)]
    return surface(vertices, faces)


def ball(radius_um: int, halvings: int, bump: float = 0.0) -> Surface:
    """An octahedron, halved so many times and blown up; with `bump` it has hills and dents."""
    corners = [(1.0, 0, 0), (-1.0, 0, 0), (0, 1.0, 0), (0, -1.0, 0), (0, 0, 1.0), (0, 0, -1.0)]
    vertices: list[tuple[float, float, float]] = [(x, y, z) for x, y, z in corners]
    faces = [
        (0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)
    ]  # fmt: skip
    for _ in range(halvings):
        middle: dict[tuple[int, int], int] = {}
        finer = []
        for face in faces:
            mids = []
            for a, b in ((face[0], face[1]), (face[1], face[2]), (face[2], face[0])):
                key = (min(a, b), max(a, b))
                if key not in middle:
                    both = [p + q for p, q in zip(vertices[a], vertices[b], strict=True)]
                    size = math.sqrt(sum(one * one for one in both))
                    middle[key] = len(vertices)
                    vertices.append((both[0] / size, both[1] / size, both[2] / size))
                mids.append(middle[key])
            (a, b, c), (ab, bc, ca) = face, mids
            finer += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        faces = finer
    placed: list[Point3] = []
    for x, y, z in vertices:
        r = radius_um * (1 + bump * math.sin(4 * x) * math.cos(3 * y + 1) * math.sin(2 * z + 0.5))
        placed.append((round(r * x), round(r * y), round(r * z)))
    return surface(placed, faces)


def slab(side_um: int, thick_um: int, steps: int) -> Surface:
    """Two sheets back to back, open at the rim: an ear of sorts."""
    front = sheet(steps, steps, side_um // steps)
    count = len(front.vertices_um)
    back = tuple((x, y, z - thick_um) for x, y, z in front.vertices_um)
    turned = tuple((a + count, c + count, b + count) for a, b, c in front.faces)
    return surface(front.vertices_um + back, front.faces + turned)


def on(body: Surface, faces: Iterable[int] | None = None, **changes: Any) -> Zone:
    """A zone of these faces, or of all."""
    own = tuple(range(len(body.faces))) if faces is None else tuple(faces)
    return replace(zone("patch"), outline_um=(), faces=own, **changes)


def session(body: Surface, *zones: Zone, **values: Any) -> Prescription:
    """A prescription of zones on a body; without zones, all of it."""
    kept = {key: values.pop(key) for key in ("seed", "earlier") if key in values}
    return replace(order(*(zones or (on(body),)), **values), surface=body, **kept)


def square(one: Sequence[int], two: Sequence[int]) -> int:
    """The squared distance of two places."""
    return sum((a - b) ** 2 for a, b in zip(one, two, strict=True))


def nearest_two(places: Sequence[Sequence[int]]) -> int:
    """The least squared distance of any two places."""
    return min(square(one, two) for one, two in combinations(places, 2))


def from_segment(place: Point3, a: Point3, b: Point3) -> Fraction:
    """The squared distance of a place from a segment, exactly."""
    u = [p - q for p, q in zip(place, a, strict=True)]
    v = [p - q for p, q in zip(b, a, strict=True)]
    along = sum(p * q for p, q in zip(u, v, strict=True))
    t = min(Fraction(1), max(Fraction(0), Fraction(along, sum(q * q for q in v))))
    return sum(((p - t * q) ** 2 for p, q in zip(u, v, strict=True)), Fraction(0))


def borders(body: Surface, faces: Iterable[int]) -> list[tuple[int, int]]:
    """The edges that are not shared by exactly two of these faces."""
    seen: dict[tuple[int, int], int] = {}
    for one in faces:
        a, b, c = body.faces[one]
        for p, q in ((a, b), (b, c), (c, a)):
            seen[min(p, q), max(p, q)] = seen.get((min(p, q), max(p, q)), 0) + 1
    return [edge for edge, count in seen.items() if count != 2]


def off_face(body: Surface, face: int, place: Sequence[int]) -> float:
    """How far a place is from a face, in um."""
    a, b, c = (body.vertices_um[k] for k in body.faces[face])
    u, v, w = ([p - q for p, q in zip(one, a, strict=True)] for one in (b, c, place))
    n = cross(u, v)
    size = dot(n, n)
    inside = dot(cross(w, v), n) >= 0 and dot(cross(u, w), n) >= 0
    if inside and dot(cross(w, v), n) + dot(cross(u, w), n) <= size:
        return abs(dot(w, n)) / math.sqrt(size)
    x, y, z = place
    sides = ((a, b), (b, c), (c, a))
    return math.sqrt(min(from_segment((x, y, z), p, q) for p, q in sides))


def cross(u: Sequence[int], v: Sequence[int]) -> list[int]:
    """The cross product."""
    return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]


def dot(u: Sequence[float], v: Sequence[float]) -> Any:
    """The inner product."""
    return sum(p * q for p, q in zip(u, v, strict=True))
