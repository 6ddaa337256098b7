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
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mesogun.planning.prescription import Ring
from mesogun.planning.region import area2_um2, arrays

BLOCKED = 2
"""More than the one that the inside counts, and small: a sum over any ring stays in 32 bits."""
FLAT = 1e-9

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
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

    @property
    def box(self) -> tuple[int, int, int, int]:
        """The outline's least x and y and greatest x and y."""
        xs = [x for x, _ in self.outline]
        ys = [y for _, y in self.outline]
        return min(xs), min(ys), max(xs), max(ys)


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
    for ring, weight in ((outline, 1), *((hole, BLOCKED) for hole in exclusions)):
        x, y = arrays(ring)
        turns = 1 if area2_um2(ring) > 0 else -1
        # an anticlockwise ring is entered from the left where it descends
        both = (x, y, np.roll(x, -1), np.roll(y, -1), np.full(len(x), -turns * weight))
        for part, one in zip(parts, both, strict=True):
            part.append(one)
    ax, ay, bx, by, entering = (np.concatenate(part) for part in parts)
    return Field(name, outline, exclusions, margin_um, ax, ay, bx, by, entering, *discs)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Rows of sample points in one or more frames; one entry a frame unless said otherwise."""

    ux: Floats
    uy: Floats
    """Unit vector along the rows."""
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
    """Where each row's first sample lies; one entry a row, frame after frame."""
    first_row: Integers
    first_cell: Integers

    @property
    def cells(self) -> int:
        """How many samples there are in all."""
        return int(self.first_cell[-1] + self.rows[-1] * self.width[-1])


def sheet(
    ux: Floats,
    uy: Floats,
    origin: tuple[int, int],
    y0: Floats,
    dy: Floats,
    rows: Integers,
    step: Floats,
    width: Integers,
    x0: Floats,
) -> Sheet:
    """Lay out frames one after the other."""
    first_row = np.cumsum(rows) - rows
    sizes = rows * width
    return Sheet(ux, uy, origin, y0, dy, rows, step, width, x0, first_row, np.cumsum(sizes) - sizes)


def paint(on: Sheet, field: Field, margin_um: Sequence[float]) -> Truths:
    """Tell which samples lie inside the outline, outside the exclusions and off every margin.

    `margin_um`, one for each frame, stands for the field's own; the discs' radii change by as much
    as it differs.
    """
    margins = np.array(margin_um, dtype=np.float64)
    x, y = _framed(on, field.ax, field.ay)
    x2, y2 = _framed(on, field.bx, field.by)
    frame = np.repeat(np.arange(len(on.ux)), len(field.ax))
    events = [_crossings(on, field, frame, x, y, x2, y2)]
    radius = margins[frame]
    events += _discs(on, frame, x, y, radius)
    events += _bands(on, frame, x, y, x2, y2, radius)
    if len(field.disc_x):
        cx, cy = _framed(on, field.disc_x, field.disc_y)
        radii = (field.disc_r + (margins - field.margin_um)[:, None]).ravel()
        owner = np.repeat(np.arange(len(on.ux)), len(field.disc_x))
        events += _discs(on, owner, cx, cy, radii)
    where = np.concatenate([one for one, _ in events])
    weight = np.concatenate([one for _, one in events])
    sums = np.zeros(on.cells, dtype=np.int32)
    np.add.at(sums, where, weight)
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
    ends = np.cumsum(counts)
    row = np.arange(len(element)) - np.repeat(ends - counts - first, counts)
    return element, row


def _rows_between(
    on: Sheet, frame: Integers, low: Floats, high: Floats
) -> tuple[Integers, Integers]:
    first = np.ceil((low - on.y0[frame]) / on.dy[frame]).astype(np.int64)
    last = np.floor((high - on.y0[frame]) / on.dy[frame]).astype(np.int64)
    return _expand(np.maximum(first, 0), np.minimum(last, on.rows[frame] - 1))


def _cover(
    on: Sheet, frame: Integers, row: Integers, low: Floats, high: Floats
) -> list[tuple[Integers, Counts]]:
    """Turn the intervals low … high into events."""
    x0, step, width = on.x0[on.first_row[frame] + row], on.step[frame], on.width[frame]
    first = np.ceil((low - x0) / step)
    last = np.floor((high - x0) / step)
    seen = (first <= last) & (last >= 0) & (first < width - 1)
    base = (on.first_cell[frame] + row * width)[seen]
    room = width[seen] - 1
    start = base + np.maximum(first[seen], 0).astype(np.int64)
    stop = base + np.minimum(last[seen].astype(np.int64) + 1, room)
    plus = np.full(len(start), BLOCKED, dtype=np.int32)
    return [(start, plus), (stop, -plus)]


def _discs(
    on: Sheet, frame: Integers, x: Floats, y: Floats, radius: Floats
) -> list[tuple[Integers, Counts]]:
    which, row = _rows_between(on, frame, y - radius, y + radius)
    frame, r = frame[which], radius[which]
    off = on.y0[frame] + row * on.dy[frame] - y[which]
    half = np.sqrt(np.maximum(r * r - off * off, 0.0))
    return _cover(on, frame, row, x[which] - half, x[which] + half)


def _bands(
    on: Sheet, frame: Integers, x: Floats, y: Floats, x2: Floats, y2: Floats, margin: Floats
) -> list[tuple[Integers, Counts]]:
    """Cover the strip within the margin beside each edge; its round ends are discs."""
    dx, dy = x2 - x, y2 - y
    length = np.sqrt(dx * dx + dy * dy)
    cos, sin = dx / length, dy / length
    reach = margin * np.abs(cos)
    which, row = _rows_between(on, frame, np.minimum(y, y2) - reach, np.maximum(y, y2) + reach)
    upright, level = np.abs(cos) <= FLAT, np.abs(sin) <= FLAT
    by_cos, by_sin = np.where(upright, 1.0, cos), np.where(level, 1.0, sin)
    # beside the edge's line by at most the margin …
    lean, half = (
        np.where(level, 0.0, cos / by_sin),
        np.where(level, np.inf, margin / np.abs(by_sin)),
    )
    # … and between the perpendiculars through its ends
    fall, end = np.where(upright, 0.0, sin / by_cos), np.where(upright, np.inf, length / by_cos)
    near = np.where(upright, -np.inf, np.minimum(end, 0.0))
    far = np.maximum(end, 0.0)
    frame = frame[which]
    across = on.y0[frame] + row * on.dy[frame] - y[which]
    middle = x[which] + across * lean[which]
    foot = x[which] - across * fall[which]
    low = np.maximum(middle - half[which], foot + near[which])
    high = np.minimum(middle + half[which], foot + far[which])
    return _cover(on, frame, row, low, high)


def _crossings(
    on: Sheet, field: Field, frame: Integers, x: Floats, y: Floats, x2: Floats, y2: Floats
) -> tuple[Integers, Counts]:
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
    cell = np.ceil((at - on.x0[on.first_row[frame] + row]) / on.step[frame])
    inner = np.clip(cell, 0, on.width[frame] - 1).astype(np.int64)
    where: Integers = on.first_cell[frame] + row * on.width[frame] + inner
    return where, gains[which]
