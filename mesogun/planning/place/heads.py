"""Heads of several needles: shots that cover a zone's pricks, none of them twice.

The zone's pricks lie on one lattice. A head may be turned by sixths, never mirrored, and every
needle of a shot must meet a prick. Two ways to begin are known: tilings (the head repeated along a
lattice of its own leaves no gap inside) and rows (one shot beside the other, wherever it fits). Of
all that are tried, each filled up with what still fits, the one with the most shots wins, the first
of equals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.fast import Flat, flat, kernel
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.place.region import mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import Head, Point

WORK_MAX = 1_500_000
"""So many places are looked at; a larger zone is begun in fewer ways."""
TRIES_MIN = 12
TILINGS_KEPT = 6
SIXTHS = 6


class Covered(NamedTuple):
    """A zone's pricks as shots: those of the first head, then those of the second."""

    spots: Spots
    left_out: int
    """Places of the lattice that no shot covers."""


class Ground(NamedTuple):
    """The lattice points of a zone on a flat field, with room around them for every needle."""

    key: Integers
    """Where each point is in the field."""
    wide: int
    """What leads from one row to the next."""
    cells: int


class Laid(NamedTuple):
    """Shots on the ground."""

    anchor: Integers
    """Where needle (0, 0) pricks, as a place of the field."""
    turn: Integers
    """Which of the turned patterns."""


def cover(spots: Spots, heads: Sequence[Head]) -> Covered:
    """Return the shots that the first of `heads` can give, the rest as shots of the second.

    Without a second head the rest is left out. With a single needle first, all stays as it is.

    Raises:
        PlanError: the heads cannot be used together, or not in this zone.
    """
    _refuse(heads)
    if not heads or len(heads[0].needles) == 1:
        return Covered(spots, 0)
    head = heads[0]
    placed = spots.lattice
    if placed is None:
        raise PlanError(
            f"head {head.name!r} needs pricks on a lattice; choose a single needle for surfaces "
            "and for irregular patterns"
        )
    if placed.pitch_um != head.pitch_um:
        raise PlanError(
            f"head {head.name!r} has its needles {mm(head.pitch_um)} apart and cannot give pricks "
            f"that are {mm(placed.pitch_um)} apart; leave the spacing to the planner"
        )
    turned = turns(head.needles)
    ground = _ground(placed.i, placed.j, turned)
    steps = np.array([[di + dj * ground.wide for di, dj in pattern] for pattern in turned])
    laid = _best(ground, placed.i, placed.j, turned, steps)
    if not len(laid.anchor) and len(heads) == 1:
        raise PlanError(
            f"head {head.name!r} fits nowhere: it has {len(head.needles)} needles, and of the "
            f"{len(spots)} pricks that there is room for no such group lies together; add a single "
            "needle as the second head"
        )
    return _as_spots(spots, heads, ground, steps, laid)


def _refuse(heads: Sequence[Head]) -> None:
    for head in heads:
        if (0, 0) not in head.needles or len(set(head.needles)) < len(head.needles):
            raise PlanError(
                f"head {head.name!r}: its needles must be in different places, one at (0, 0)"
            )
    if len(heads) > 2 or (len(heads) == 2 and len(heads[1].needles) != 1):
        raise PlanError(
            f"the heads {' and '.join(repr(one.name) for one in heads)} cannot finish each other; "
            "give one head, and if the rest shall be given too, a single needle"
        )


def turns(needles: Sequence[Point]) -> list[tuple[Point, ...]]:
    """Return the pattern turned by sixths, needle by needle; turns that look the same only once."""
    found: list[tuple[Point, ...]] = []
    seen = []
    pattern = tuple(needles)
    for _ in range(SIXTHS):
        low = min(pattern, key=lambda one: (one[1], one[0]))
        shape = sorted((i - low[0], j - low[1]) for i, j in pattern)
        if shape not in seen:
            seen.append(shape)
            found.append(pattern)
        pattern = tuple((i + j, -i) for i, j in pattern)
    return found


def _ground(i: Integers, j: Integers, turned: Sequence[Sequence[Point]]) -> Ground:
    reach = max(max(abs(di), abs(dj)) for pattern in turned for di, dj in pattern)
    wide = int(i.max() - i.min()) + 1 + 2 * reach
    tall = int(j.max() - j.min()) + 1 + 2 * reach
    return Ground((j - j.min() + reach) * wide + i - i.min() + reach, wide, wide * tall)


def _best(
    ground: Ground,
    i: Integers,
    j: Integers,
    turned: Sequence[Sequence[Point]],
    steps: Integers,
) -> Laid:
    """Try all beginnings, as many as the zone's size allows, and return the best filled up."""
    free = np.zeros(ground.cells, dtype=np.int64)
    free[ground.key] = 1
    fits = [(free[ground.key[:, None] + one] == 1).all(axis=1) for one in steps]
    maybe = np.logical_or.reduce(fits)
    nothing = best = Laid(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    begun = [
        (start, 0, sixths) for start in _tilings(ground, i, j, turned, fits) for sixths in (0, 1)
    ]
    begun += [(nothing, first, sixths) for sixths in range(SIXTHS) for first in range(len(turned))]
    tries = max(TRIES_MIN, WORK_MAX // len(i))
    for start, first, sixths in begun[:tries]:
        ti, tj = i[maybe], j[maybe]
        for _ in range(sixths):
            ti, tj = ti + tj, -ti
        along = ground.key[maybe][np.lexsort((ti, tj))]
        laid = _filled(along, np.roll(np.arange(len(turned)), -first), steps, free, start)
        if len(laid.anchor) > len(best.anchor):
            best = laid
    return best


def _filled(
    along: Integers, prefer: Integers, steps: Integers, free: Integers, start: Laid
) -> Laid:
    """Add to `start` a shot wherever one still fits, going through the places one by one."""
    left = free.copy()
    left[start.anchor[:, None] + steps[start.turn]] = 0
    size, count = len(along), steps.shape[1]
    anchors, turn = (flat(np.zeros(size, dtype=np.int64), size) for _ in range(2))
    found = _fill.at(size)(
        flat(along, size),
        flat(prefer, size),
        flat(steps.ravel(), size),
        count,
        flat(left, size),
        anchors,
        turn,
    )
    more = (np.array(one[:found], dtype=np.int64) for one in (anchors, turn))
    return Laid(*(np.concatenate(both) for both in zip(start, more, strict=True)))


@kernel
def _fill(
    along: Flat,
    prefer: Flat,
    steps: Flat,
    count: int,
    left: Flat,
    anchors: Flat,
    turn: Flat,
) -> int:
    """Write down each shot that fits, take its places, and return how many there are."""
    found = 0
    for at in along:
        if not left[at]:
            continue
        for which in prefer:
            first = which * count
            fits = True
            for k in range(first, first + count):
                if not left[at + steps[k]]:
                    fits = False
                    break
            if fits:
                for k in range(first, first + count):
                    left[at + steps[k]] = 0
                anchors[found] = at
                turn[found] = which
                found += 1
                break
    return found


def _tilings(
    ground: Ground,
    i: Integers,
    j: Integers,
    turned: Sequence[Sequence[Point]],
    fits: Sequence[Truths],
) -> list[Laid]:
    """Return the tilings of the plane by the head that fall best on the zone, the best first."""
    count = len(turned[0])
    found: list[tuple[int, int, Laid]] = []
    for which, (pattern, fit) in enumerate(zip(turned, fits, strict=True)):
        own = np.array(pattern)
        rows = np.flatnonzero(fit)
        for along in (one for one in range(1, count + 1) if count % one == 0):
            for lean in range(along):
                names = _cosets(own[:, 0], own[:, 1], along, lean, count)
                if len(np.unique(names)) < count:
                    continue
                coset = _cosets(i[rows], j[rows], along, lean, count)
                mine = rows[coset == int(np.argmax(np.bincount(coset, minlength=count)))]
                laid = Laid(ground.key[mine], np.full(len(mine), which, dtype=np.int64))
                found.append((-len(mine), len(found), laid))
    return [laid for _, _, laid in sorted(found)[:TILINGS_KEPT]]


def _cosets(i: Integers, j: Integers, along: int, lean: int, count: int) -> Integers:
    """Name places alike that a lattice of (along, 0) and (lean, count / along) makes equal."""
    rows = count // along
    return j % rows * along + (i - lean * (j // rows)) % along


def _as_spots(
    spots: Spots, heads: Sequence[Head], ground: Ground, steps: Integers, laid: Laid
) -> Covered:
    """Return the shots as pricks, and the rest as pricks of the second head, if there is one."""
    row_at = np.full(ground.cells, -1)
    row_at[ground.key] = np.arange(len(spots))
    rows = row_at[laid.anchor[:, None] + steps[laid.turn]]
    shots, count = rows.shape
    left = np.ones(len(spots), dtype=np.bool_)
    left[rows] = False
    rest = np.flatnonzero(left)
    given = rest if len(heads) > 1 else rest[:0]
    made = replace(
        spots.taken(np.concatenate((rows.ravel(), given))),
        shot=np.concatenate((np.repeat(np.arange(shots), count), shots + np.arange(len(given)))),
        head=np.repeat((0, 1), (rows.size, len(given))),
        needle=np.concatenate((np.tile(np.arange(count), shots), 0 * given)),
    )
    return Covered(made, len(rest) - len(given))
