"""Gaps: the places of a zone where one more prick would still fit, found without leaving out any.

The zone is cut into square cells of whole-um points. A cell goes when all of it is taken: by one
prick's surroundings, by a margin, or because it lies outside. What is left is cut into four, down
to single points. All of it is decided in whole numbers, so "nothing is left" is a proof.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from mesogun.planning.place.fit import exactly_free
from mesogun.planning.place.neighbours import near
from mesogun.planning.place.raster import Field, Integers, Truths, paint, sheet
from mesogun.planning.place.region import arrays, inside, keeps_off

ROOM_PARTS = 4
"""Cells begin at a quarter of the spacing or less: within a lattice nothing is left of them."""


class Cells:
    """Squares of whole-um points: lower left corners, and how many points a side has."""

    __slots__ = ("side", "x", "y")

    def __init__(self, x: Integers, y: Integers, side: int) -> None:
        self.x = x
        self.y = y
        self.side = side
        """A power of two."""

    def __len__(self) -> int:
        return len(self.x)

    @property
    def middle(self) -> tuple[Integers, Integers]:
        """A point of each cell, at most `reach` from any other point of it."""
        half = self.side // 2
        return self.x + half, self.y + half

    @property
    def reach(self) -> int:
        """No point of a cell is farther than this from its middle."""
        return reach_of(self.side)

    def kept(self, which: Truths) -> Cells:
        """Return some of them."""
        return Cells(self.x[which], self.y[which], self.side)

    def split(self) -> Cells:
        """Cut each into four, side by side in the list."""
        half = self.side // 2
        x = (self.x[:, None] + np.array([0, half, 0, half])).ravel()
        y = (self.y[:, None] + np.array([0, 0, half, half])).ravel()
        return Cells(x, y, half)


def reach_of(side: int) -> int:
    """Return the distance, rounded up, from a cell's middle to the farthest of its points."""
    half = side // 2
    return isqrt(2 * half * half) + 1 if half else 0


def cells_of_zone(field: Field, pitch_um: int, x_um: Integers, y_um: Integers) -> Cells:
    """Return cells that hold every point where a prick may be, `pitch_um` off those that are there.

    The raster settles most of them; it errs by far less than the um that it is given.
    """
    side = 1
    while side * 2 * ROOM_PARTS <= pitch_um:
        side *= 2
    reach = reach_of(side)
    left, low, right, high = field.box
    columns, rows = (right - left) // side + 1, (high - low) // side + 1
    one = np.ones(1)
    half = side // 2
    across = half * one, side * one, np.array([rows])
    along = np.full(rows, float(half)), side * one, np.array([columns + 1])
    laid = sheet((one, 0.0 * one), (left, low), across, along)
    wide = max(0, field.off_um - reach - 1)
    grown = field._replace(
        disc_x=np.concatenate((field.disc_x, x_um)),
        disc_y=np.concatenate((field.disc_y, y_um)),
        disc_r=np.concatenate((field.disc_r, np.full(len(x_um), pitch_um))) - reach - 1,
        margin_um=wide,
    )
    grown = _without_specks(grown)
    free = paint(laid, grown, [wide], exactly=True).reshape(rows, columns + 1)[:, :columns]
    if wide == 0:
        free |= _along_rings(field, side, rows, columns)
    row, column = np.nonzero(free)
    return Cells(left + column * side, low + row * side, side)


def _without_specks(field: Field) -> Field:
    """Leave out discs that are so small beside a cell that they settle none."""
    some = field.disc_r > 0
    return field._replace(
        disc_x=field.disc_x[some], disc_y=field.disc_y[some], disc_r=field.disc_r[some]
    )


def _along_rings(field: Field, side: int, rows: int, columns: int) -> Truths:
    """Mark the cells that a ring passes, and those beside them: there a middle decides nothing."""
    left, low, _, _ = field.box
    marked = np.zeros((rows + 2, columns + 2), dtype=np.bool_)
    for ring in (field.outline, *field.exclusions):
        x, y = arrays(ring)
        dx, dy = np.roll(x, -1) - x, np.roll(y, -1) - y
        steps = np.maximum(np.abs(dx), np.abs(dy)) // side + 1
        edge = np.repeat(np.arange(len(x)), steps)
        part = np.arange(len(edge)) - np.repeat(np.cumsum(steps) - steps, steps)
        column = (x[edge] + dx[edge] * part // steps[edge] - left) // side + 1
        row = (y[edge] + dy[edge] * part // steps[edge] - low) // side + 1
        for up in (-1, 0, 1):
            for aside in (-1, 0, 1):
                marked[row + up, column + aside] = True
    return marked[1:-1, 1:-1]


def not_taken(cells: Cells, x_um: Integers, y_um: Integers, pitch_um: int) -> Cells:
    """Return the cells that no single prick takes wholly (all points nearer than `pitch_um`)."""
    taken = np.zeros(len(cells), dtype=np.bool_)
    last = cells.side - 1
    for cell, prick in near(cells.middle, (x_um, y_um), pitch_um):
        x, y = cells.x[cell] - x_um[prick], cells.y[cell] - y_um[prick]
        dx, dy = np.maximum(np.abs(x), np.abs(x + last)), np.maximum(np.abs(y), np.abs(y + last))
        taken[cell[dx * dx + dy * dy < pitch_um * pitch_um]] = True
    return cells.kept(~taken)


def not_beyond(cells: Cells, field: Field) -> Cells:
    """Return the cells that are not wholly within a margin or a disc, or outside the zone."""
    x, y = cells.middle
    reach, margin = cells.reach, field.off_um
    kept = np.ones(len(x), dtype=np.bool_)
    for number, ring in enumerate((field.outline, *field.exclusions)):
        is_in = inside(x, y, ring)
        wrong = is_in if number else ~is_in
        if margin > reach:
            kept &= ~wrong & keeps_off(x, y, ring, margin - reach)
        else:
            kept &= ~(wrong & keeps_off(x, y, ring, reach + 1))
    for cell, disc in near((x, y), (field.disc_x, field.disc_y), field.disc_r_max):
        dx, dy = x[cell] - field.disc_x[disc], y[cell] - field.disc_y[disc]
        r = np.maximum(field.disc_r[disc] - reach, 0)
        kept[cell[dx * dx + dy * dy < r * r]] = False
    return cells.kept(kept)


def open_middles(
    cells: Cells, field: Field, x_um: Integers, y_um: Integers, pitch_um: int
) -> tuple[Integers, Integers]:
    """Return the cells' middles that may hold a prick beside those that are there: exact."""
    x, y = cells.middle
    free = np.ones(len(x), dtype=np.bool_)
    for cell, prick in near((x, y), (x_um, y_um), pitch_um):
        dx, dy = x[cell] - x_um[prick], y[cell] - y_um[prick]
        free[cell[dx * dx + dy * dy < pitch_um * pitch_um]] = False
    x, y = x[free], y[free]
    free = exactly_free(field, x, y, field.off_um)
    return x[free], y[free]
