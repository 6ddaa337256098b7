"""What of a zone is too narrow to treat: places that no prick inside the margins comes near."""

from __future__ import annotations

import numpy as np

from mesogun.planning.place.raster import Field, Truths, paint, sheet

ROWS, COLUMNS = 64, 64


def lost_percent(field: Field) -> int:
    """Return how much of a zone's area lies farther than the margin from any possible prick.

    In percent, rounded down, and less rather than more: whatever is within the margin and a cell's
    width of a place where a prick may be counts as treated. The corners of an outline cost a little
    of this always; slivers narrower than two margins are lost wholly. What earlier pricks keep free
    is not counted.
    """
    left, low, right, high = field.box
    two = np.ones(2)
    dx, dy = (right - left) / COLUMNS, (high - low) / ROWS
    across = dy / 2 * two, dy * two, np.array([ROWS, ROWS])
    along = np.full(2 * ROWS, dx / 2), dx * two, np.array([COLUMNS + 1, COLUMNS + 1])
    laid = sheet((two, 0.0 * two), (left, low), across, along)
    bare = field._replace(disc_x=field.disc_x[:0], disc_y=field.disc_y[:0], disc_r=field.disc_r[:0])
    both = paint(laid, bare, [0, field.off_um]).reshape(2, ROWS, COLUMNS + 1)
    drawn, treated = both[0, :, :COLUMNS], both[1, :, :COLUMNS]
    reached = _grown(treated, field.margin_um + dx + dy, dx, dy)
    return 100 * int(np.count_nonzero(drawn & ~reached)) // max(1, int(np.count_nonzero(drawn)))


def _grown(which: Truths, reach: float, dx: float, dy: float) -> Truths:
    """Return the cells whose middle is within `reach` of the middle of one that is marked."""
    rows, columns = which.shape
    counted = np.zeros((rows, columns + 1), dtype=np.int64)
    np.cumsum(which, axis=1, out=counted[:, 1:])
    grown = np.zeros_like(which)
    at = np.arange(columns)
    for up in range(min(rows - 1, int(reach / dy)) + 1):
        wide = min(columns, int(np.sqrt(reach * reach - up * dy * up * dy) / dx))
        first, stop = np.maximum(at - wide, 0), np.minimum(at + wide + 1, columns)
        near = counted[:, stop] > counted[:, first]
        grown[up:] |= near[: rows - up]
        grown[: rows - up] |= near[up:]
    return grown
