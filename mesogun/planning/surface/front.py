"""Pricks laid side by side over a surface, each at its spacing from two that are there already.

Around every prick stands a sphere that its neighbours keep out of. Where the spheres of two pricks
and the surface meet, a third fits as tightly as one can: such corners are offered in the order in
which they are found, and taken where they are free. On a flat place that grows a triangular
lattice. Corners are computed in floating point (+ - * / and roots, the same everywhere), 1 um too
far out; rounded to whole um they are checked in whole numbers, and only that decides.
"""

from __future__ import annotations

import math

from mesogun.planning.fast import kernel, part
from mesogun.planning.surface.boxes import Grid
from mesogun.planning.surface.columns import (
    CORNER,
    EDGE,
    FACE,
    PRICK,
    SHAPE,
    Border,
    Column,
    Front,
    Ground,
    Seeds,
)

FULL = -1
"""What `grow` returns where its columns are too short."""
NOWHERE = -1
CLOSE = 1e-9
"""A corner this far outside a face, as a part of its size, is still on it: neither of two faces
that share an edge may lose it."""
NARROW = 1e-12
OUTWARD_UM = 1
"""More than rounding three coordinates can take away (0.87 um)."""
LOW31 = 2**31 - 1
LOW62 = 2**62 - 1


@part
def _less(a: int, b: int, c: int) -> bool:
    """Tell whether a * b < c * c, where each is from 0 to below 2^46: beyond 64 bits, exactly."""
    ah, al, bh, bl = a >> 31, a & LOW31, b >> 31, b & LOW31
    ch, cl = c >> 31, c & LOW31
    mid, square = ah * bl + al * bh, 2 * ch * cl
    low, other = al * bl + ((mid & LOW31) << 31), cl * cl + ((square & LOW31) << 31)
    high = ah * bh + (mid >> 31) + (low >> 62)
    top = ch * ch + (square >> 31) + (other >> 62)
    return high < top or (high == top and (low & LOW62) < (other & LOW62))


@part
def _cube(grid: Grid, x: int, y: int, z: int) -> int:
    """Return the number of the cube that a place inside the grid is in."""
    i, j = (x - grid.left) // grid.side, (y - grid.low) // grid.side
    return (i * grid.ny + j) * grid.nz + (z - grid.deep) // grid.side


@part
def _is_clear(border: Border, x: int, y: int, z: int) -> bool:
    """Tell whether a place is at least the margin from every edge of the border: exact."""
    cube = _cube(border.grid, x, y, z)
    square = border.margin * border.margin
    for at in range(border.first[cube], border.first[cube + 1]):
        e = border.item[at] * EDGE
        ax, ay, az = border.edge[e], border.edge[e + 1], border.edge[e + 2]
        ux, uy, uz = x - ax, y - ay, z - az
        vx, vy, vz = border.edge[e + 3] - ax, border.edge[e + 4] - ay, border.edge[e + 5] - az
        along, length2 = ux * vx + uy * vy + uz * vz, vx * vx + vy * vy + vz * vz
        if along >= length2:
            ux, uy, uz = ux - vx, uy - vy, uz - vz
        beyond = ux * ux + uy * uy + uz * uz - square
        # beside the edge: |u|^2 - along^2 / |v|^2 < margin^2
        if beyond < 0 or (0 < along < length2 and _less(beyond, length2, along)):
            return False
    return True


@part
def _is_free(front: Front, x: int, y: int, z: int) -> bool:
    """Tell whether no prick reaches as far as this place: exact."""
    grid, head, prick = front.grid, front.head, front.prick
    i, j, k = (
        (x - grid.left) // grid.side,
        (y - grid.low) // grid.side,
        (z - grid.deep) // grid.side,
    )
    for a in range(i - 1, i + 2):
        for b in range(j - 1, j + 2):
            row = (a * grid.ny + b) * grid.nz
            for cube in range(row + k - 1, row + k + 2):
                q = head[cube]
                while q >= 0:
                    at = q * PRICK
                    dx, dy, dz = x - prick[at], y - prick[at + 1], z - prick[at + 2]
                    if dx * dx + dy * dy + dz * dz < prick[at + 4] * prick[at + 4]:
                        return False
                    q = front.next[q]
    return True


@part
def _find_ring(ground: Ground, front: Front, p: int) -> bool:
    """List the faces that the sphere of prick `p` may cross; false where the list is too short."""
    grid, face, seen = ground.grid, ground.face, front.seen
    at = p * PRICK
    x, y, z = front.prick[at], front.prick[at + 1], front.prick[at + 2]
    r, end, room = front.prick[at + 4] + OUTWARD_UM, front.ring_end[p], len(front.ring)
    left, low, deep = x - r - grid.left, y - r - grid.low, z - r - grid.deep
    deepest = max(0, deep // grid.side)
    highest = min(grid.nz - 1, (deep + 2 * r) // grid.side)
    for i in range(max(0, left // grid.side), min(grid.nx - 1, (left + 2 * r) // grid.side) + 1):
        for j in range(max(0, low // grid.side), min(grid.ny - 1, (low + 2 * r) // grid.side) + 1):
            row = (i * grid.ny + j) * grid.nz
            for one in range(ground.first[row + deepest], ground.first[row + highest + 1]):
                f = ground.item[one]
                if seen[f] == p:
                    continue
                seen[f] = p
                a = f * FACE
                dx, dy, dz = x - face[a + 3], y - face[a + 4], z - face[a + 5]
                d2, ball = dx * dx + dy * dy + dz * dz, face[a + 6]
                if d2 <= (r + ball) * (r + ball) and (ball >= r or d2 >= (r - ball) * (r - ball)):
                    if end == room:
                        return False
                    front.ring[end] = f
                    front.stamp[f] = p
                    end += 1
    front.ring_end[p + 1] = end
    return True


@part
def _offer(border: Border, front: Front, x: int, y: int, z: int, f: int) -> int:
    """Put a corner into the queue if it is clear and free now, and return 1; else 0."""
    if not _is_free(front, x, y, z) or not _is_clear(border, x, y, z):
        return 0
    at = front.count[1] * CORNER
    front.count[1] += 1
    if at < len(front.corner):
        front.corner[at], front.corner[at + 1], front.corner[at + 2] = x, y, z
        front.corner[at + 3] = f
    return 1


@part
def _corner(
    ground: Ground,
    border: Border,
    front: Front,
    p: int,
    f: int,
    wx: float,
    wy: float,
    wz: float,
    half: float,
) -> int:
    """Offer the places of a face that are on the sphere of `p` and on the plane X.w = half.

    w leads from `p` to another prick; the plane holds the circle in which their spheres meet.
    Returns how many were taken into the queue.
    """
    at, a, s, shape = p * PRICK, f * FACE, f * SHAPE, ground.shape
    x, y, z = front.prick[at], front.prick[at + 1], front.prick[at + 2]
    r = front.prick[at + 4] + OUTWARD_UM
    ex, ey, ez = shape[s], shape[s + 1], shape[s + 2]
    ax, ay, az = ground.face[a] - x, ground.face[a + 1] - y, ground.face[a + 2] - z
    # the line in both planes: its direction l, and its point nearest to the prick
    lx, ly, lz = ey * wz - ez * wy, ez * wx - ex * wz, ex * wy - ey * wx
    l2 = lx * lx + ly * ly + lz * lz
    if l2 <= NARROW * (wx * wx + wy * wy + wz * wz):
        return 0
    height = ex * ax + ey * ay + ez * az
    bx = (height * (wy * lz - wz * ly) + half * (ly * ez - lz * ey)) / l2
    by = (height * (wz * lx - wx * lz) + half * (lz * ex - lx * ez)) / l2
    bz = (height * (wx * ly - wy * lx) + half * (lx * ey - ly * ex)) / l2
    rest = r * r - (bx * bx + by * by + bz * bz)
    if rest < 0.0:
        return 0
    step = math.sqrt(rest / l2)
    taken = 0
    for _ in range(2):
        cx, cy, cz = bx + step * lx, by + step * ly, bz + step * lz
        dx, dy, dz = cx - ax, cy - ay, cz - az
        one = shape[s + 3] * dx + shape[s + 4] * dy + shape[s + 5] * dz
        two = shape[s + 6] * dx + shape[s + 7] * dy + shape[s + 8] * dz
        if one >= -CLOSE and two >= -CLOSE and one + two <= 1.0 + CLOSE:
            sx, sy, sz = math.floor(cx + 0.5), math.floor(cy + 0.5), math.floor(cz + 0.5)
            taken += _offer(border, front, x + int(sx), y + int(sy), z + int(sz), f)
        step = -step
    return taken


@part
def _offer_corners(ground: Ground, border: Border, front: Front, p: int) -> int:
    """Offer all corners of prick `p` with those that are there; return with how many it has any."""
    grid, prick, stamp = front.grid, front.prick, front.stamp
    at = p * PRICK
    x, y, z, r = prick[at], prick[at + 1], prick[at + 2], prick[at + 4] + OUTWARD_UM
    i, j, k = (
        (x - grid.left) // grid.side,
        (y - grid.low) // grid.side,
        (z - grid.deep) // grid.side,
    )
    partners = 0
    for a in range(i - 2, i + 3):
        for b in range(j - 2, j + 3):
            row = (a * grid.ny + b) * grid.nz
            for cube in range(row + k - 2, row + k + 3):
                q = front.head[cube]
                while q >= 0:
                    at = q * PRICK
                    dx, dy, dz = prick[at] - x, prick[at + 1] - y, prick[at + 2] - z
                    s, w2 = prick[at + 4] + OUTWARD_UM, dx * dx + dy * dy + dz * dz
                    if w2 < (r + s) * (r + s):
                        partners += 1
                        half = (w2 + r * r - s * s) / 2.0
                        for one in range(front.ring_end[q], front.ring_end[q + 1]):
                            f = front.ring[one]
                            if stamp[f] == p:
                                _corner(
                                    ground, border, front, p, f, 1.0 * dx, 1.0 * dy, 1.0 * dz, half
                                )
                    q = front.next[q]
    return partners


@part
def _beside(front: Front, seeds: Seeds, p: int) -> int:
    """Return the seed along the margin that is next to prick `p` but free of it, or NOWHERE."""
    at, found = p * PRICK, NOWHERE
    x, y, z, r = front.prick[at], front.prick[at + 1], front.prick[at + 2], front.prick[at + 4]
    least = 4 * r * r
    for one in range(seeds.along):
        a = one * CORNER
        dx, dy, dz = seeds.place[a] - x, seeds.place[a + 1] - y, seeds.place[a + 2] - z
        d2 = dx * dx + dy * dy + dz * dz
        if r * r <= d2 < least:
            least, found = d2, one
    return found


@part
def _offer_second(
    ground: Ground, border: Border, front: Front, seeds: Seeds, p: int, cosine: float, sine: float
) -> None:
    """Offer one place at the spacing from a prick that stands alone.

    It is found as a corner with an imagined prick: one further along the margin, so that rows will
    follow it, or else one in the direction given, from the first edge of the prick's face.
    """
    at, s = p * PRICK, front.prick[p * PRICK + 3] * SHAPE
    r = 1.0 * (front.prick[at + 4] + OUTWARD_UM)
    beside = _beside(front, seeds, p)
    ex, ey, ez = ground.shape[s], ground.shape[s + 1], ground.shape[s + 2]
    vx, vy, vz = ground.shape[s + 6], ground.shape[s + 7], ground.shape[s + 8]
    size = math.sqrt(vx * vx + vy * vy + vz * vz)
    vx, vy, vz = vx / size, vy / size, vz / size
    wx = cosine * (vy * ez - vz * ey) + sine * vx
    wy = cosine * (vz * ex - vx * ez) + sine * vy
    wz = cosine * (vx * ey - vy * ex) + sine * vz
    if beside != NOWHERE:
        b = beside * CORNER
        wx = 1.0 * (seeds.place[b] - front.prick[at])
        wy = 1.0 * (seeds.place[b + 1] - front.prick[at + 1])
        wz = 1.0 * (seeds.place[b + 2] - front.prick[at + 2])
        size = math.sqrt(wx * wx + wy * wy + wz * wz)
        wx, wy, wz = wx / size, wy / size, wz / size
    for half in (0.5 * r, -0.5 * r):
        for one in range(front.ring_end[p], front.ring_end[p + 1]):
            if _corner(ground, border, front, p, front.ring[one], wx, wy, wz, half) > 0:
                return


@part
def _join(front: Front, p: int) -> None:
    """Put a prick into its cube."""
    at = p * PRICK
    cube = _cube(front.grid, front.prick[at], front.prick[at + 1], front.prick[at + 2])
    front.next[p] = front.head[cube]
    front.head[cube] = p


@part
def _take(front: Front, p: int, place: Column, first: int, end: int) -> int:
    """Make the first of these places that is free prick `p`, and return the one after it.

    `NOWHERE` if none is.
    """
    for one in range(first, end):
        at = one * CORNER
        x, y, z = place[at], place[at + 1], place[at + 2]
        if _is_free(front, x, y, z):
            new = p * PRICK
            front.prick[new], front.prick[new + 1], front.prick[new + 2] = x, y, z
            front.prick[new + 3] = place[at + 3]
            return one + 1
    return NOWHERE


@kernel
def grow(
    ground: Ground,
    border: Border,
    front: Front,
    seeds: Seeds,
    start: int,
    cosine: float,
    sine: float,
) -> int:
    """Fill the ground with pricks, beginning at seed `start`; return how many there are in all.

    `FULL` where a column is too short: nothing may be used then.
    """
    others: int = front.count[0]
    room = len(front.next)
    for p in range(others):
        if not _find_ring(ground, front, p):
            return FULL
        _join(front, p)
    p, seed, corner = others, start, 0
    while p < room and front.count[1] * CORNER <= len(front.corner):
        found = _take(front, p, front.corner, corner, front.count[1])
        if found == NOWHERE:
            corner, seed = front.count[1], _take(front, p, seeds.place, seed, seeds.rows)
            if seed == NOWHERE:
                return p
            if p == others:
                seed = 0
        else:
            corner = found
        if not _find_ring(ground, front, p):
            return FULL
        if _offer_corners(ground, border, front, p) == 0:
            _offer_second(ground, border, front, seeds, p, cosine, sine)
        _join(front, p)
        p += 1
    return FULL


@kernel
def clear_of(border: Border, place: Column, out: Column) -> None:
    """Write 1 to `out` for each place at least the margin from the border, else 0."""
    for one in range(len(out)):
        at = one * 3
        out[one] = 1 if _is_clear(border, place[at], place[at + 1], place[at + 2]) else 0


@kernel
def nearest_to(ground: Ground, front: Front, own: int, seeds: Seeds, near: Column) -> None:
    """Write for each place the squared distance to the nearest prick, and to the nearest one whose
    face does not look the opposite way; `own` is the first prick that counts.

    Where none is within two cubes, the square of two sides is written.
    """
    grid, prick, shape = front.grid, front.prick, ground.shape
    for one in range(seeds.rows):
        at, s = one * CORNER, seeds.place[one * CORNER + 3] * SHAPE
        x, y, z = seeds.place[at], seeds.place[at + 1], seeds.place[at + 2]
        least = facing = 4 * grid.side * grid.side
        home = (
            (x - grid.left) // grid.side,
            (y - grid.low) // grid.side,
            (z - grid.deep) // grid.side,
        )
        for a in range(home[0] - 2, home[0] + 3):
            for b in range(home[1] - 2, home[1] + 3):
                row = (a * grid.ny + b) * grid.nz
                for cube in range(row + home[2] - 2, row + home[2] + 3):
                    q = front.head[cube]
                    while q >= own:
                        p, t = q * PRICK, prick[q * PRICK + 3] * SHAPE
                        dx, dy, dz = x - prick[p], y - prick[p + 1], z - prick[p + 2]
                        d2 = dx * dx + dy * dy + dz * dz
                        least = min(least, d2)
                        same = (
                            shape[s] * shape[t]
                            + shape[s + 1] * shape[t + 1]
                            + shape[s + 2] * shape[t + 2]
                        )
                        if same >= 0.0:
                            facing = min(facing, d2)
                        q = front.next[q]
        near[2 * one], near[2 * one + 1] = least, facing
