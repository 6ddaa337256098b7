"""Rows and marks: what a person follows who gives a plan by hand.

A row is what the hand does in one go: pricks one after the other along one line of the zone's
lattice (where there is no lattice: along one band as high as a lattice's row). A mark is where the
plunger stands, read off the syringe's scale, after a prick. Both follow from the plan alone, so
that a map on paper, the guide in the terminal and the record speak of the same rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.place.raster import Integers
from mesogun.planning.plan import Plan

Basis = tuple[int, int, int, int]
NO_LATTICE: Basis = (0, 0, 0, 0)
MARK_NL = 100_000
"""0.1 mL: a numbered line of a small syringe's scale."""
_APART = 2
"""A hop of more than so many pitches ends a row: the hand looks anew where it goes on."""


class Row(NamedTuple):
    """Pricks that are given one after the other, along one line."""

    number: int
    """From 1, through the whole plan."""
    zone: int
    first: int
    """Index of its first prick."""
    stop: int
    """Index after its last."""


class Mark(NamedTuple):
    """Where the plunger stands."""

    prick: int
    """After this one (an index)."""
    left_nl: int
    """What the syringe still holds of what this filling gives: the line that the plunger is at."""
    filling: int
    """From 0."""


class Filling(NamedTuple):
    """What is given from one filling of the syringe."""

    first: int
    stop: int
    """Pricks, as in `Row`."""
    volume_nl: int


def by_rows(
    x_um: Integers, y_um: Integers, basis: Basis, pitch_um: int, comes_from: tuple[int, ...] | None
) -> Integers:
    """Return the order that goes row by row, there and back, from the corner nearest to the hand.

    Without a hand that comes from somewhere it begins where a reader does: least y, then least x.
    """
    line, along = _lines(x_um, y_um, basis, pitch_um)
    ways = []
    for rows in (line, -line):
        for sense in (1, -1):
            ways.append(_snake(rows, sense * along))
    if comes_from is None:
        return min(ways, key=lambda way: (int(y_um[way[0]]), int(x_um[way[0]])))
    x, y = comes_from[:2]
    away = [int((x_um[way[0]] - x) ** 2 + (y_um[way[0]] - y) ** 2) for way in ways]
    return ways[away.index(min(away))]


def _snake(line: Integers, along: Integers) -> Integers:
    """Sort by line; every other line is gone along backwards."""
    _, rank = np.unique(line, return_inverse=True)
    turned = np.where(rank % 2 == 0, along, -along)
    return np.lexsort((turned, rank))


def _lines(
    x_um: Integers, y_um: Integers, basis: Basis, pitch_um: int
) -> tuple[Integers, Integers]:
    """Return on which line each prick lies, and how far along it: whole numbers, only compared."""
    ax, ay, bx, by = basis
    if basis == NO_LATTICE:
        ax, ay = pitch_um, 0
        # A triangular lattice's rows are so far apart: the root of three quarters of the pitch.
        bx, by = 0, max(1, pitch_um * 866 // 1000)
    x, y = x_um.astype(np.int64), y_um.astype(np.int64)
    across, cell = ax * y - ay * x, ax * by - ay * bx
    return (2 * (across - across.min()) + cell) // (2 * cell), ax * x + ay * y


def rows_of(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of `plan`, in the order in which they are given.

    A pause for a person ends a row. On a surface there are no lines: a row ends where the hand has
    a longer way to go.
    """
    pricks, flat = plan.pricks, plan.prescription.surface is None
    begins = np.zeros(len(pricks), dtype=np.bool_)
    begins[:1] = True
    zone = pricks.zone.astype(np.int64)
    begins[1:] |= zone[1:] != zone[:-1]
    for one in plan.pauses:
        begins |= pricks.shot == one.shot
    # only the first prick of a shot of several needles
    begins[1:] &= pricks.shot[1:] != pricks.shot[:-1]
    x, y, z = (one.astype(np.int64) for one in (pricks.x_um, pricks.y_um, pricks.z_um))
    hop2 = np.diff(x) ** 2 + np.diff(y) ** 2 + np.diff(z) ** 2
    for index, planned in enumerate(plan.zones):
        mine = np.flatnonzero(zone == index)
        if not len(mine):
            continue
        inside = mine[1:]
        begins[inside] |= hop2[inside - 1] > (_APART * planned.pitch_um) ** 2
        if flat:
            line, _ = _lines(x[mine], y[mine], planned.basis_um, planned.pitch_um)
            begins[inside] |= np.diff(line) != 0
    firsts = np.flatnonzero(begins).tolist()
    stops = [*firsts[1:], len(pricks)]
    return tuple(
        Row(number, int(zone[first]), first, stop)
        for number, (first, stop) in enumerate(zip(firsts, stops, strict=True), start=1)
    )


def fillings_of(plan: Plan) -> tuple[Filling, ...]:
    """Return what is given from each filling of the syringe, in order."""
    stops = {one.shot for one in plan.pauses if one.kind in ("refill", "product")}
    shot = plan.pricks.shot
    firsts = sorted({0, *(int(np.searchsorted(shot, one)) for one in stops)})
    ends = [*firsts[1:], len(plan.pricks)]
    dose = plan.pricks.dose_nl.astype(np.int64)
    return tuple(
        Filling(first, stop, int(dose[first:stop].sum()))
        for first, stop in zip(firsts, ends, strict=True)
    )


def left_after(plan: Plan) -> list[int]:
    """Return for each prick what its filling still has to give after it, nL."""
    dose = plan.pricks.dose_nl.astype(np.int64)
    left: list[int] = []
    for filling in fillings_of(plan):
        given = np.cumsum(dose[filling.first : filling.stop])
        left += (filling.volume_nl - given).tolist()
    return left


def marks_of(plan: Plan, every_nl: int = MARK_NL) -> tuple[Mark, ...]:
    """Return the pricks after which the plunger has come to, or past, a next mark of `every_nl`.

    The syringe is taken to hold, once its needle is primed, just what the filling gives.
    """
    left, found = left_after(plan), []
    for number, filling in enumerate(fillings_of(plan)):
        before = filling.volume_nl
        for prick in range(filling.first, filling.stop):
            # marks reached: multiples of the step from here up to, but without, where it stood
            if -(-left[prick] // every_nl) < -(-before // every_nl):
                found.append(Mark(prick, left[prick], number))
            before = left[prick]
    return tuple(found)
