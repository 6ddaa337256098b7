"""What scanners leave behind: vertices that are there twice, faces without area, turned faces.

Nothing is made up: no hole is closed, no vertex is moved. What was done, and what a person should
know of the rest, is told in sentences.
"""

from __future__ import annotations

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.surface.mesh import across_of, alike, edges_of, lengths, named

Directed = Integers
"""Edges as each face walks along them: three rows a face, from and to."""


def cleaned(vertices_um: Integers, faces: Integers) -> tuple[Integers, Integers, tuple[str, ...]]:
    """Return vertices (n, 3) and faces (m, 3) fit for planning, and what was done, in sentences.

    Vertices at one place (to the um) become one, those of no face go; faces without area go, and
    all but the first of several with the same corners; faces that are turned the other way than
    their neighbours are turned back; a closed surface is turned so that its outside is outside.
    Faces are named by their numbers in what was given, or, once some are gone, in what is left.

    Raises:
        PlanError: nothing is left, or neighbours cannot all be turned one way (a twisted band).
    """
    told: list[str] = []
    vertices, corners = _welded(vertices_um, faces, told)
    corners = _without_area(vertices, corners, told)
    corners = _once(corners, told)
    if not len(corners):
        raise PlanError("no face with an area is left; there is nothing to treat")
    used, corners = np.unique(corners, return_inverse=True)
    vertices, corners = vertices[used], corners.reshape(-1, 3).astype(np.int64)
    corners = _turned_alike(corners, told)
    corners = _turned_out(vertices, corners, told)
    _tell(vertices, corners, told)
    return vertices, corners, tuple(told)


def _welded(vertices_um: Integers, faces: Integers, told: list[str]) -> tuple[Integers, Integers]:
    order, first = alike(vertices_um)
    which = np.zeros(len(vertices_um), dtype=np.int64)
    which[order] = np.repeat(np.arange(len(first)), np.diff(first, append=len(order)))
    twice = len(vertices_um) - len(first)
    if twice:
        told.append(f"{twice} vertices at the place of another were made one with it")
    return vertices_um[order[first]], which[faces]


def _without_area(vertices: Integers, faces: Integers, told: list[str]) -> Integers:
    flat = (across_of(vertices, faces) == 0).all(axis=1)
    if flat.any():
        told.append(f"{named(np.flatnonzero(flat))} without area: left out")
    kept: Integers = faces[~flat]
    return kept


def _once(faces: Integers, told: list[str]) -> Integers:
    corners = np.sort(faces, axis=1, kind="stable")
    order, start = alike(corners)
    first = np.sort(order[start], kind="stable")
    again = len(faces) - len(first)
    if again:
        told.append(f"{again} faces with the corners of another: left out")
    return faces[first]


def _walked(faces: Integers) -> Directed:
    walked: Directed = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    return walked


def _partners(faces: Integers) -> tuple[Integers, Truths]:
    """Return the pairs of faces that share an edge with nobody else, and whether they disagree.

    Two faces agree if they walk along their edge in opposite directions.
    """
    edges = edges_of(faces)
    order, first = alike(edges)
    size = np.diff(first, append=len(edges))
    both = first[size == 2]
    one, two = order[both], order[both + 1]
    walked = _walked(faces)
    return np.stack((one // 3, two // 3), axis=1), walked[one, 0] == walked[two, 0]


def _turned_alike(faces: Integers, told: list[str]) -> Integers:
    pairs, differ = _partners(faces)
    if not differ.any():
        return faces
    turned = _colours(len(faces), pairs, differ)
    wrong = np.flatnonzero((turned[pairs[:, 0]] ^ turned[pairs[:, 1]]) != differ)
    if len(wrong):
        raise PlanError(
            f"{named(pairs[wrong[0]])} lie on a band that is twisted once: its faces have no "
            "common outside; mend the surface"
        )
    # the fewer are turned, piece by piece
    piece = pieces(len(faces), pairs)
    many = np.bincount(piece[turned], minlength=len(faces)) * 2 > np.bincount(
        piece, minlength=len(faces)
    )
    turned ^= many[piece]
    told.append(
        f"{named(np.flatnonzero(turned))} the other way round than their neighbours: turned"
    )
    return np.where(turned[:, None], faces[:, ::-1], faces)


def _colours(count: int, pairs: Integers, differ: Truths) -> Truths:
    """Return which faces to turn so that as many partners as can be agree: piece by piece."""
    beside: list[list[tuple[int, bool]]] = [[] for _ in range(count)]
    for (a, b), d in zip(pairs.tolist(), differ.tolist(), strict=True):
        beside[a].append((b, d))
        beside[b].append((a, d))
    turned: list[bool | None] = [None] * count
    for start in range(count):
        if turned[start] is not None:
            continue
        turned[start] = False
        waiting = [start]
        while waiting:
            a = waiting.pop()
            for b, d in beside[a]:
                if turned[b] is None:
                    turned[b] = turned[a] is not d
                    waiting.append(b)
    return np.array(turned, dtype=np.bool_)


def pieces(count: int, pairs: Integers) -> Integers:
    """Return for each of `count` things the least one that it is joined to, directly or not."""
    least = np.arange(count, dtype=np.int64)
    a, b = pairs[:, 0], pairs[:, 1]
    while True:
        before = least.copy()
        np.minimum.at(least, least[a], before[b])
        np.minimum.at(least, least[b], before[a])
        least = least[least]
        if (least[a] == least[b]).all() and (least == least[least]).all():
            return least


def _turned_out(vertices: Integers, faces: Integers, told: list[str]) -> Integers:
    """Turn closed pieces whose volume is below nothing; open ones are only told of."""
    pairs, _ = _partners(faces)
    piece = pieces(len(faces), pairs)
    sides = np.bincount(piece[pairs.ravel()], minlength=len(faces))
    closed = sides == 3 * np.bincount(piece, minlength=len(faces))
    outward = _outwardness(vertices, faces, piece)
    inside_out = outward < 0
    wrong = closed & inside_out
    if wrong[piece].any():
        told.append(f"{int(wrong[piece].sum())} faces had their outside inside: turned")
    for one in np.flatnonzero(~closed & inside_out).tolist():
        told.append(
            f"the piece around face {one} is open and seems to be inside out; look at the "
            "directions of its needles before use"
        )
    return np.where(wrong[piece][:, None], faces[:, ::-1], faces)


def _outwardness(vertices: Integers, faces: Integers, piece: Integers) -> Integers:
    """Return for each piece, by its least face, how far its faces look away from its middle.

    For a closed one that is six times its volume, in mm3 or so.
    """
    corners = vertices[faces]
    count = np.bincount(piece, minlength=len(faces))
    middle = np.zeros((len(faces), 3), dtype=np.int64)
    np.add.at(middle, piece, corners.sum(axis=1) // 3)
    middle //= np.maximum(count, 1)[:, None]
    away = (corners.sum(axis=1) // 3 - middle[piece]).astype(np.float64) / 1e3
    across = across_of(vertices, faces).astype(np.float64) / 1e6
    each = away[:, 0] * across[:, 0] + away[:, 1] * across[:, 1] + away[:, 2] * across[:, 2]
    total = np.zeros(len(faces), dtype=np.int64)
    np.add.at(total, piece, np.floor(each * 1e3 + 0.5).astype(np.int64))
    return total


def _tell(vertices: Integers, faces: Integers, told: list[str]) -> None:
    every = edges_of(faces)
    order, first = alike(every)
    edges, counts = every[order[first]], np.diff(first, append=len(every))
    crowded = np.unique(order[np.repeat(counts > 2, counts)] // 3)
    if len(crowded):
        told.append(
            f"{int((counts > 2).sum())} edges belong to more than two faces ({named(crowded)}): "
            "pricks keep their spacing there, but the direction of the needle is doubtful"
        )
    open_ones = edges[counts == 1]
    if len(open_ones):
        loops = len(np.unique(pieces(len(vertices), open_ones)[open_ones[:, 0]]))
        long_um = int(
            lengths(vertices[open_ones[:, 0]] - vertices[open_ones[:, 1]]).astype(np.int64).sum()
        )
        told.append(
            f"it is open: {loops} border{'s' if loops > 1 else ''}, {long_um // 1000} mm in all; "
            "pricks keep their margin from every border inside a zone"
        )
    separate = len(np.unique(pieces(len(vertices), edges)[faces[:, 0]]))
    if separate > 1:
        told.append(f"it consists of {separate} separate pieces")
