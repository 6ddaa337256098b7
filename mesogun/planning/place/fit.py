"""Placing: which lattice, leaning how and shifted where, puts the most pricks into a zone.

Counting over angles and shifts is done on a fine raster of every lattice (all shifts of one lattice
are the fine lattice's cosets); the lattice that is chosen is then placed exactly, in integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mesogun.planning.place.lattice import ANGLES, Basis, lattice
from mesogun.planning.place.neighbours import near
from mesogun.planning.place.raster import Counts, Field, Integers, Sheet, Truths, paint, sheet
from mesogun.planning.place.region import inside, keeps_off

SLACK_UM = 0.25
"""Far above the raster's rounding, far below the 1 um between two whole coordinates."""
SAFE_UM = 1
"""Searched with this much more margin: rounding a shift to whole um then never loses a prick."""
AREA_RASTERS = ((96, 256), (2048, 2048))
"""(rows, columns): the second only where the first finds no room at all."""
FINENESS = (8, 4, 2, 1)
TIE_WORK_MAX = 200_000
AT_ONCE = 16_384


class Fit(NamedTuple):
    """A lattice and its shift, in parts of a cell, with the pricks it was counted to hold.

    Or free points in its stead, which keep its pitch but lie on no lattice.
    """

    pitch_um: int
    basis: Basis
    shift: tuple[int, int]
    fineness: int
    pricks: int
    free: tuple[Integers, Integers] | None = None
    """(x, y) of pricks that stand for the lattice's; None: those of the lattice."""

    def origin(self, anchor: tuple[int, int]) -> tuple[int, int]:
        """Return a point of the lattice, in whole um."""
        (i, j), f = self.shift, self.fineness
        x, y = self.basis.at(i, j)
        return anchor[0] + (2 * x + f) // (2 * f), anchor[1] + (2 * y + f) // (2 * f)


class Placed:
    """The pricks of one zone on their lattice: row by row (j rising), along each row i rising."""

    __slots__ = ("basis", "i", "j", "origin", "pitch_um", "x_um", "y_um")

    def __init__(
        self, pitch_um: int, basis: Basis, origin: tuple[int, int], i: Integers, j: Integers
    ) -> None:
        self.pitch_um = pitch_um
        self.basis = basis
        self.origin = origin
        self.i = i
        self.j = j
        self.x_um = _combined(i, basis.ax, j, basis.bx, origin[0])
        self.y_um = _combined(i, basis.ay, j, basis.by, origin[1])

    def __len__(self) -> int:
        return len(self.i)


def _combined(i: Integers, a: int, j: Integers, b: int, origin: int) -> Integers:
    """Return origin + i·a + j·b, piece by piece: what lies between stays in the cache."""
    sums = np.empty(len(i), dtype=np.int64)
    for start in range(0, len(i), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        np.multiply(i[part], a, out=sums[part])
        sums[part] += j[part] * b + origin
    return sums


def lattice_sheet(
    field: Field, bases: Sequence[Basis], fineness: int, origin: tuple[int, int]
) -> tuple[Sheet, Integers]:
    """Lay the fine lattices of `bases` over the zone; also return each row's first column.

    In a frame, row r stands for j = r0/f + r/f with r0 a multiple of f, and a row's first column
    for an i that is a whole number.
    """
    f = fineness
    both = np.array(bases, dtype=np.float64)
    det = np.array([one.det for one in bases], dtype=np.float64)
    step = np.sqrt(both[:, 0] * both[:, 0] + both[:, 1] * both[:, 1])
    ux, uy = both[:, 0] / step, both[:, 1] / step
    height, shear = det / step, np.array([one.dot for one in bases]) / step
    corners = len(field.outline)
    cx, cy = field.ax[:corners] - origin[0], field.ay[:corners] - origin[1]
    x = ux[:, None] * cx + uy[:, None] * cy
    y = ux[:, None] * cy - uy[:, None] * cx
    # what keeps the margin lies that much within the outline's extent, seen from any side
    inset = field.margin_um - 1
    left, right = x.min(axis=1) + inset, x.max(axis=1) - inset
    low, high = y.min(axis=1) + inset, y.max(axis=1) - inset
    j0 = np.floor(low / height).astype(np.int64)
    rows = np.maximum(np.floor(high / height).astype(np.int64) - j0 + 1, 1) * f
    frame = np.repeat(np.arange(len(bases)), rows)
    r = np.arange(len(frame)) - np.repeat(np.cumsum(rows) - rows, rows)
    lean = (j0[frame] + r / f) * shear[frame]
    i0 = np.floor((left[frame] - lean) / step[frame])
    columns = np.maximum(np.ceil((right - left) / step), 0).astype(np.int64) + 2
    x0 = i0 * step[frame] + lean
    across = j0 * height, height / f, rows
    laid = sheet((ux, uy), origin, across, (x0, step / f, columns * f))
    return laid, np.stack([i0.astype(np.int64), j0[frame] + r // f])


def area_of(field: Field) -> tuple[int, tuple[int, int] | None]:
    """Return the area in um2 where pricks may be, and a point of it well inside a wide part.

    Sampled on a raster that has the same symmetries as the outline's box, so mirrored zones get
    the same area.
    """
    left, low, right, high = field.box
    for rows, columns in AREA_RASTERS:
        one = np.ones(1)
        dx, dy = (right - left) / columns, (high - low) / rows
        across = dy / 2 * one, dy * one, np.array([rows])
        along = np.full(rows, dx / 2), dx * one, np.array([columns + 1])
        laid = sheet((one, 0.0 * one), (left, low), across, along)
        free = paint(laid, field, [field.margin_um]).reshape(rows, columns + 1)
        counted = int(np.count_nonzero(free))
        if counted:
            area = counted * (right - left) * (high - low) // (rows * columns)
            return area, _deep_point(free, field, rows, columns)
    return 0, None


def _deep_point(free: Truths, field: Field, rows: int, columns: int) -> tuple[int, int]:
    """Return the middle of the longest free stretch of a row (the first of equals)."""
    left, low, right, high = field.box
    flat = np.flatnonzero(np.diff(free.ravel().view(np.int8), prepend=np.int8(0)))
    starts, stops = flat[0::2], flat[1::2]
    best = int(np.argmax(stops - starts))
    row, first = divmod(int(starts[best]), columns + 1)
    twice = 2 * first + int(stops[best] - starts[best])
    return (
        left + twice * (right - left) // (2 * columns),
        low + (2 * row + 1) * (high - low) // (2 * rows),
    )


def count_fits(
    field: Field, wanted: Sequence[tuple[int, int]], fineness: int, anchor: tuple[int, int]
) -> list[int]:
    """Return, for each (pitch, angle) of `wanted`, the most pricks that any shift holds."""
    return [int(sums.max()) for sums in _count(field, wanted, fineness, anchor).sums]


class _Counted(NamedTuple):
    """Lattices counted on their fine rasters, one after the other."""

    bases: list[Basis]
    laid: Sheet
    masks: list[Truths]
    """(row, its part, column, its part): may a prick be there?"""
    sums: list[Counts]
    """(part of a row, part of a column): pricks of the lattice with this shift."""


def _count(
    field: Field, wanted: Sequence[tuple[int, int]], fineness: int, anchor: tuple[int, int]
) -> _Counted:
    f = fineness
    bases = [lattice(pitch, angle) for pitch, angle in wanted]
    laid, _ = lattice_sheet(field, bases, f, anchor)
    free = paint(laid, field, [field.margin_um + SAFE_UM] * len(bases))
    masks: list[Truths] = []
    sums: list[Counts] = []
    for k in range(len(bases)):
        rows, width, start = int(laid.rows[k]), int(laid.width[k]), int(laid.first_cell[k])
        mask = free[start : start + rows * width].reshape(rows // f, f * width)
        by_row = np.add.reduce(mask, axis=0, dtype=np.int32).reshape(f, width // f, f)
        sums.append(by_row.sum(axis=1, dtype=np.int32))
        masks.append(mask.reshape(rows // f, f, width // f, f))
    return _Counted(bases, laid, masks, sums)


def cells_of(area_um2: int, box_um2: int, pitch_um: int, fineness: int) -> int:
    """Estimate the samples that one lattice takes at `fineness`."""
    return (max(area_um2, box_um2) * 12 // (10 * pitch_um * pitch_um) + 16) * fineness * fineness


def best_fit(
    field: Field,
    pitch_um: int,
    anchor: tuple[int, int],
    cells_max: int,
    box_um2: int,
    finest: int = FINENESS[0],
) -> Fit:
    """Return the lattice of this pitch that holds the most pricks, over angles and shifts.

    Of equals the one whose pricks keep farthest from every edge wins, then the first. How many
    are tried depends on the zone's size only.
    """
    fineness, angles = budgeted(cells_of(0, box_um2, pitch_um, 1), cells_max, finest)
    wanted = [(pitch_um, angle) for angle in range(0, ANGLES, ANGLES // angles)]
    counted = _count(field, wanted, fineness, anchor)
    most = max(int(sums.max()) for sums in counted.sums)
    best, farthest, work = None, -1.0, 0
    for k, sums in enumerate(counted.sums):
        tied = sums == most
        first = int(np.argmax(tied))
        if not tied[first // fineness, first % fineness]:
            continue
        work += int(np.count_nonzero(tied)) * most * len(field.ax)
        shift, gap = (first % fineness, first // fineness), 0.0
        if work <= TIE_WORK_MAX and most:
            shift, gap = _roomiest(field, counted, k, tied)
        if gap > farthest:
            best, farthest = Fit(pitch_um, counted.bases[k], shift, fineness, most), gap
    assert best is not None
    return best


def _roomiest(
    field: Field, counted: _Counted, k: int, tied: Truths
) -> tuple[tuple[int, int], float]:
    """Return, of tied shifts of one lattice, the one that keeps farthest from edges, and how far.

    The distance is squared, in floats that are compared one by one and never added up.
    """
    f, laid = tied.shape[0], counted.laid
    row, part, column, piece = np.nonzero(counted.masks[k] & tied[:, None, :])
    r = row * f + part
    x = laid.x0[laid.first_row[k] + r] + (column * f + piece) * laid.step[k]
    y = laid.y0[k] + r * laid.dy[k]
    ux, uy = laid.ux[k], laid.uy[k]
    ax, ay = field.ax - laid.origin[0], field.ay - laid.origin[1]
    dx, dy = (field.bx - field.ax) * 1.0, (field.by - field.ay) * 1.0
    px, py = (x * ux - y * uy)[:, None] - ax, (x * uy + y * ux)[:, None] - ay
    along = np.minimum(np.maximum((px * dx + py * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    gx, gy = px - along * dx, py - along * dy
    least = np.full((f, f), np.inf)
    np.minimum.at(least, (part, piece), (gx * gx + gy * gy).min(axis=1))
    least[~tied] = -1.0
    best = int(np.argmax(least))
    return (best % f, best // f), float(least[best // f, best % f])


def budgeted(cells: int, cells_max: int, finest: int = FINENESS[0]) -> tuple[int, int]:
    """Return (fineness, angles) for a lattice of so many samples: fewer as the zone grows."""
    for fineness in (one for one in FINENESS if one <= finest):
        for angles in (12, 6, 3, 1):
            if cells * fineness * fineness * angles <= cells_max and angles * fineness >= 12:
                return fineness, angles
    return 1, max(a for a in (12, 6, 3, 1) if a == 1 or cells * a <= cells_max)


def place(field: Field, fit: Fit, anchor: tuple[int, int]) -> Placed:
    """Put a prick on every lattice point that keeps the margins: exact.

    The raster settles all points but those within a hair of a margin; these are settled in
    integers.
    """
    origin = fit.origin(anchor)
    laid, ij = lattice_sheet(field, [fit.basis] * 2, 1, origin)
    rows, width = int(laid.rows[0]), int(laid.width[0])
    margin = field.off_um
    both = paint(laid, field, [margin - SLACK_UM, margin + SLACK_UM], exactly=True)
    free = both[: rows * width]
    doubtful = np.flatnonzero(free != both[rows * width :])
    if len(doubtful):
        row, column = np.divmod(doubtful, width)
        near = Placed(fit.pitch_um, fit.basis, origin, ij[0][row] + column, ij[1][row])
        free[doubtful] = exactly_free(field, near.x_um, near.y_um, margin)
    counts = np.count_nonzero(free.reshape(rows, width), axis=1)
    i = np.flatnonzero(free)
    i += np.repeat(ij[0][:rows] - np.arange(rows) * width, counts)
    return Placed(fit.pitch_um, fit.basis, origin, i, np.repeat(ij[1][:rows], counts))


def exactly_free(field: Field, x: Integers, y: Integers, margin_um: int) -> Truths:
    """Tell which whole-um points may hold a prick: inside, off every edge by the margin: exact."""
    free = inside(x, y, field.outline) & keeps_off(x, y, field.outline, margin_um)
    for hole in field.exclusions:
        free &= ~inside(x, y, hole) & keeps_off(x, y, hole, margin_um)
    for point, disc in near((x, y), (field.disc_x, field.disc_y), field.disc_r_max):
        dx, dy, r = x[point] - field.disc_x[disc], y[point] - field.disc_y[disc], field.disc_r[disc]
        free[point[dx * dx + dy * dy < r * r]] = False
    return free
