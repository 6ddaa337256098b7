"""Painting: which sample points of a zone may hold a prick, many rows of them at once.

Sample points lie in rows. An edge with its margin, or a disc, covers one interval of each row it
meets; every interval is a +BLOCKED at its first and a -BLOCKED after its last sample, the outline's
inside likewise counts 1. The running sum over a row is then 1 exactly where a prick may be. Rows of
several frames (lattices that lean differently) are painted in one go.

The intervals' ends are floats, each computed by the same few IEEE operations everywhere: good to
far less than a micrometre, and never the last word: `place` decides what lies near an end in
integers, and `verify` decides everything again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mesogun.planning.place.region import area2_um2, arrays
from mesogun.planning.prescription import Ring

BLOCKED = 2
"""More than the one that the inside counts, and small: a sum over any ring stays in 32 bits."""
FLAT = 1e-9
COS_TEN, STRETCH = 0.985, 0.0875
"""The cosine of 10 degrees, and the tangent of half of them (both rounded to the safe side)."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int32]


class Field(NamedTuple):
    """A zone as the planner sees it: rings, the margin, and what earlier zones keep free."""

    name: str
    outline: Ring
    exclusions: tuple[Ring, ...]
    margin_um: int
    ax: Integers
    ay: Integers
    bx: Integers
    by: Integers
    entering: Integers
    """What the running sum gains where a row meets the edge while it climbs (y rising)."""
    disc_x: Integers
    disc_y: Integers
    disc_r: Integers
    """No prick nearer than this to the disc's centre."""
    sharp: Truths
    """Which corners (starts of edges) turn by ten degrees or more."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The outline's least x and y and greatest x and y."""
        xs = [x for x, _ in self.outline]
        ys = [y for _, y in self.outline]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def off_um(self) -> int:
        """How far pricks are off every edge: by the margin, and never on one."""
        return max(1, self.margin_um)

    @property
    def disc_r_max(self) -> int:
        """The radius of the largest disc, at least 1."""
        return max(1, int(self.disc_r.max(initial=1)))


class Kept(NamedTuple):
    """Discs in the drawing's plane that stay free of pricks, and whose they are."""

    x_um: Integers
    y_um: Integers
    r_um: Integers
    """No prick nearer than this to a disc's centre."""
    name: str
    """For a reader."""


NOTHING = np.empty(0, dtype=np.int64)


def field_of(
    name: str,
    outline: Ring,
    exclusions: tuple[Ring, ...],
    margin_um: int,
    discs: tuple[Integers, Integers, Integers] = (NOTHING, NOTHING, NOTHING),
) -> Field:
    """Prepare a zone's checked rings for painting."""
    parts: list[list[Integers]] = [[], [], [], [], []]
    rings = outline, *exclusions
    for ring, weight in zip(rings, (1, *(BLOCKED for _ in exclusions)), strict=True):
        x, y = arrays(ring)
        turns = 1 if area2_um2(ring) > 0 else -1
        # an anticlockwise ring is entered from the left where it descends
        both = (x, y, np.roll(x, -1), np.roll(y, -1), np.full(len(x), -turns * weight))
        for part, one in zip(parts, both, strict=True):
            part.append(one)
    ax, ay, bx, by, entering = (np.concatenate(part) for part in parts)
    vx, vy = (bx - ax).astype(np.float64), (by - ay).astype(np.float64)
    before = np.arange(len(ax)) - 1
    starts = np.cumsum([0, *map(len, rings)])
    before[starts[:-1]] = starts[1:] - 1
    ux, uy = vx[before], vy[before]
    square = (ux * ux + uy * uy) * (vx * vx + vy * vy)
    sharp = ux * vx + uy * vy <= COS_TEN * np.sqrt(square)
    return Field(name, outline, exclusions, margin_um, ax, ay, bx, by, entering, *discs, sharp)


class Sheet(NamedTuple):
    """Rows of sample points in one or more frames, which may lean differently."""

    ux: Floats
    uy: Floats
    """Unit vector along the rows; one entry a frame, as in the next five."""
    origin: tuple[int, int]
    y0: Floats
    dy: Floats
    """Rows lie at y0 + r·dy across."""
    rows: Integers
    step: Floats
    """From one sample to the next in a row."""
    width: Integers
    """Samples a row; the last one is never allowed, so that rows do not run into each other."""
    x0: Floats
    """Where each row's first sample lies; one entry a row, frame after frame, as in the next."""
    row_step: Floats
    row_cell: Integers
    """The index of each row's first sample."""
    row_room: Integers
    """The index, in its row, of the sample that is never allowed."""
    first_row: Integers
    """Of each frame."""
    first_cell: Integers
    cells: int
    """How many samples there are in all."""


def sheet(
    direction: tuple[Floats, Floats],
    origin: tuple[int, int],
    across: tuple[Floats, Floats, Integers],
    along: tuple[Floats, Floats, Integers],
) -> Sheet:
    """Lay out frames one after the other: (y0, dy, rows) across them, (x0, step, width) along."""
    y0, dy, rows = across
    x0, step, width = along
    first_row, sizes = np.cumsum(rows) - rows, rows * width
    first_cell = np.cumsum(sizes) - sizes
    frame = np.repeat(np.arange(len(rows)), rows)
    cell = first_cell[frame] + (np.arange(len(frame)) - first_row[frame]) * width[frame]
    return Sheet(
        *direction,
        origin,
        y0,
        dy,
        rows,
        step,
        width,
        x0,
        step[frame],
        cell,
        width[frame] - 1,
        first_row,
        first_cell,
        int(sizes.sum()),
    )


def paint(on: Sheet, field: Field, margin_um: Sequence[float], *, exactly: bool = False) -> Truths:
    """Tell which samples lie inside the outline, outside the exclusions and off every margin.

    `margin_um`, one for each frame, stands for the field's own; the discs' radii change by as much
    as it differs.

    Unless `exactly`, corners that hardly turn get no disc of their own: the strips beside edges
    reach a little beyond their ends instead, which blocks all that a disc would and a hair more.
    """
    margins = np.array(margin_um, dtype=np.float64)
    x, y = _framed(on, field.ax, field.ay)
    x2, y2 = _framed(on, field.bx, field.by)
    frame = np.repeat(np.arange(len(on.ux)), len(field.ax))
    radius = margins[frame]
    stretch = radius * (0.0 if exactly else STRETCH)
    corners = frame, x, y, radius
    if not exactly:
        which = np.flatnonzero(np.tile(field.sharp, len(on.ux)))
        corners = frame[which], x[which], y[which], radius[which]
    covers = [_discs(on, *corners), _bands(on, frame, (x, y, x2, y2), radius, stretch)]
    if len(field.disc_x):
        cx, cy = _framed(on, field.disc_x, field.disc_y)
        radii = (field.disc_r + (margins - field.margin_um)[:, None]).ravel()
        owner = np.repeat(np.arange(len(on.ux)), len(field.disc_x))
        covers.append(_discs(on, owner, cx, cy, radii))
    sums = np.zeros(on.cells, dtype=np.int32)
    _add_crossings(sums, on, field, frame, x, y, x2, y2)
    row, low, high = (np.concatenate(part) for part in zip(*covers, strict=True))
    _add_covers(sums, on, row, low, high)
    np.cumsum(sums, out=sums)
    allowed: Truths = sums == 1
    return allowed


def _framed(on: Sheet, x_um: Integers, y_um: Integers) -> tuple[Floats, Floats]:
    """Return the points in every frame, frame after frame."""
    x, y = (x_um - on.origin[0])[None, :], (y_um - on.origin[1])[None, :]
    ux, uy = on.ux[:, None], on.uy[:, None]
    return (x * ux + y * uy).ravel(), (y * ux - x * uy).ravel()


def _expand(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """Return (element, row) for every row of each element's range."""
    counts = np.maximum(last - first + 1, 0)
    element = np.repeat(np.arange(len(first)), counts)
    row = np.arange(len(element)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    return element, row


def _rows_between(
    on: Sheet, frame: Integers, low: Floats, high: Floats
) -> tuple[Integers, Integers]:
    y0, dy = on.y0[frame], on.dy[frame]
    first = np.maximum(np.ceil((low - y0) / dy), 0.0).astype(np.int64)
    last = np.minimum(np.floor((high - y0) / dy), on.rows[frame] - 1).astype(np.int64)
    return _expand(first, last)


def _add_covers(sums: Counts, on: Sheet, row: Integers, low: Floats, high: Floats) -> None:
    """Block the samples from `low` to `high` of rows (an empty interval blocks none)."""
    x0, step, room = on.x0[row], on.row_step[row], on.row_room[row]
    first = np.minimum(np.maximum(np.ceil((low - x0) / step), 0.0), room)
    behind = np.minimum(np.maximum(np.floor((high - x0) / step) + 1.0, first), room)
    cell = on.row_cell[row]
    block = np.full(len(row), BLOCKED, dtype=np.int32)  # add.at is slow with a lone number
    np.add.at(sums, cell + first.astype(np.int64), block)
    np.add.at(sums, cell + behind.astype(np.int64), -block)


def _discs(
    on: Sheet, frame: Integers, x: Floats, y: Floats, radius: Floats
) -> tuple[Integers, Floats, Floats]:
    """Return the intervals (row, low, high) that discs cover."""
    which, row = _rows_between(on, frame, y - radius, y + radius)
    frame, r, x = frame[which], radius[which], x[which]
    off = on.y0[frame] + row * on.dy[frame] - y[which]
    half = np.sqrt(np.maximum(r * r - off * off, 0.0))
    return on.first_row[frame] + row, x - half, x + half


def _bands(
    on: Sheet,
    frame: Integers,
    edges: tuple[Floats, Floats, Floats, Floats],
    margin: Floats,
    stretch: Floats,
) -> tuple[Integers, Floats, Floats]:
    """Return the intervals of the strip beside each edge; its round ends are discs."""
    x, y, x2, y2 = edges
    dx, dy = x2 - x, y2 - y
    length = np.sqrt(dx * dx + dy * dy)
    cos, sin = dx / length, dy / length
    reach = margin * np.abs(cos) + stretch * np.abs(sin)
    which, row = _rows_between(on, frame, np.minimum(y, y2) - reach, np.maximum(y, y2) + reach)
    upright, level = np.abs(cos) <= FLAT, np.abs(sin) <= FLAT
    by_cos, by_sin = np.where(upright, 1.0, cos), np.where(level, 1.0, sin)
    # beside the edge's line by at most the margin …
    lean = np.where(level, 0.0, cos / by_sin)
    half = np.where(level, np.inf, margin / np.abs(by_sin))
    # … and between the perpendiculars through its ends
    fall = np.where(upright, 0.0, sin / by_cos)
    begin, end = -stretch / by_cos, (length + stretch) / by_cos
    near = np.where(upright, -np.inf, np.minimum(begin, end))
    far = np.where(upright, np.inf, np.maximum(begin, end))
    frame, half = frame[which], half[which]
    across = on.y0[frame] + row * on.dy[frame] - y[which]
    middle = x[which] + across * lean[which]
    foot = x[which] - across * fall[which]
    low = np.maximum(middle - half, foot + near[which])
    high = np.minimum(middle + half, foot + far[which])
    return on.first_row[frame] + row, low, high


def _add_crossings(
    sums: Counts,
    on: Sheet,
    field: Field,
    frame: Integers,
    x: Floats,
    y: Floats,
    x2: Floats,
    y2: Floats,
) -> None:
    """Count 1 more inside each ring from where a row enters it to where it leaves it.

    A corner's row is computed once for both its edges, so each row meets a ring an even number of
    times and its sum ends at 0.
    """
    first = np.ceil((y - on.y0[frame]) / on.dy[frame]).astype(np.int64)
    last = np.ceil((y2 - on.y0[frame]) / on.dy[frame]).astype(np.int64)
    low, high = np.minimum(first, last), np.maximum(first, last) - 1
    which, row = _expand(np.maximum(low, 0), np.minimum(high, on.rows[frame] - 1))
    gain = np.tile(field.entering, len(on.ux))
    gains: Counts = np.where(last > first, gain, -gain).astype(np.int32)
    frame = frame[which]
    across = on.y0[frame] + row * on.dy[frame] - y[which]
    at = x[which] + across * ((x2 - x)[which] / (y2 - y)[which])
    row = on.first_row[frame] + row
    inner = np.maximum(np.ceil((at - on.x0[row]) / on.row_step[row]), 0.0)
    inner = np.minimum(inner, on.row_room[row])
    np.add.at(sums, on.row_cell[row] + inner.astype(np.int64), gains[which])
