"""Does any disc of 1 cm2, wherever its centre is, hold more than it may? (On a surface: any ball.)

Part of the independent check. A disc is closed and has a radius of 5.642 mm; it may hold what the
strictest of the zones of its pricks allows. What is in the skin already is a fact: only discs that
hold a prick still to be given are looked at. (Where a disc holds one, so does the one that stands
for it below.)

Which discs need a look: let a disc hold the pricks S, two of them or more at different places. The
centres of all discs that hold S are the intersection of the discs around S, one around each prick.
Discs of one size do not contain each other, so at least two circles bound the intersection, and
where two of them meet it has a corner. The disc around that corner holds S, perhaps more: never
less dose, never a looser cap. So if any disc is too full, then one is whose edge runs through two
of its pricks, or one around a prick (where all of S are at one place). These are finitely many.

How they are found: squares of centres. A disc with its centre in a square holds no prick that is
farther than its radius from the square. Where all nearer ones together are not too much, the whole
square is done with; otherwise it is cut into four. When few pricks are left that some discs of the
square hold and others do not, the discs through two of those are looked at, in whole numbers.

Balls are searched in the same way with cubes; those around the middles of cubes tell soon what is
too full. It ends at cubes of 1 um: what is left then is told as too full, though the ball may be
up to 1 um larger than its radius.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mesogun.planning.verify.findings import Integers, Truths
from mesogun.planning.verify.near import Points, cuts, spread, taken

RADIUS_UM = 5_642
SQUARE = RADIUS_UM * RADIUS_UM
BETWEEN_FEW = 6
"""So few pricks between which discs of one square differ are looked at pair by pair."""
NEAR_TO_CALL = 1e-9
AT_ONCE = 50_000
"""Pairs of square and prick: few enough for a processor's memory near at hand."""
WORK = 20_000_000
WORK_PER_PRICK = 50_000
"""Pairs that may be looked at: more than pricks ever need that keep their spacing."""


class Squares(NamedTuple):
    """Squares (cubes) of centres of one size, each with the pricks that its discs may hold."""

    side: int
    low: Points
    """The lower corners."""
    starts: Integers
    """Where each square's pricks begin, and at the end their number."""
    rows: Integers

    @property
    def of(self) -> Integers:
        """Return which square each of `rows` belongs to."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


class Discs(NamedTuple):
    """Discs through two pricks, or around one (then both are the same)."""

    square: Integers
    """Whose pricks it may hold."""
    one: Integers
    two: Integers
    side: Integers
    """On which side of the way from one to two its centre lies: 1 left, -1 right."""


class Search:
    """The search for discs that hold too much. What it finds is kept by rank.

    `rank` tells each prick's cap: `caps_nl[rank]`, which rises with the rank. On surfaces (not
    `flat`) discs are balls. `open_` marks the pricks still to be given, of which a disc must hold
    one to count; None: all. `work` and a share for each prick are all that may be looked at.
    """

    def __init__(
        self,
        points: Points,
        dose_nl: Integers,
        rank: Integers,
        caps_nl: Integers,
        *,
        flat: bool,
        open_: Truths | None = None,
        work: int = WORK,
    ) -> None:
        self.points, self.dose_nl, self.rank, self.caps_nl = points, dose_nl, rank, caps_nl
        self.flat, self.open_ = flat, open_
        self.worst_nl: dict[int, int] = {}
        """The most that a disc holds whose strictest cap is of that rank, where it is too much."""
        self.held: dict[int, Truths] = {}
        """The pricks of all those discs."""
        self._left = work + WORK_PER_PRICK * len(rank)

    def run(self, *, every: bool = True) -> bool:
        """Look at every disc, or until one is too full; return False if that takes too long.

        It takes too long only where pricks are far more crowded than any spacing allows. What was
        found so far stands.
        """
        for piece in _all_squares(self.points, self.flat):
            stack = [piece]
            while stack and self._left >= 0 and (every or not self.worst_nl):
                stack += self._step(stack.pop())
        return self._left >= 0

    def _step(self, squares: Squares) -> list[Squares]:
        """Look at some squares; return what is still to be looked at."""
        self._left -= len(squares.rows)
        squares = self._doubtful(squares)
        if len(squares.rows) > AT_ONCE and len(squares.starts) > 2:
            first = np.arange(len(squares.starts) - 1) < len(squares.starts) // 2
            return [_some(squares, first), _some(squares, ~first)]
        if not self.flat:
            return self._cubes(squares)
        between = _between(squares, self.points)
        count = np.bincount(squares.of[between], minlength=len(squares.starts) - 1)
        ready = (count <= BETWEEN_FEW) | (squares.side == 1)
        if ready.any():
            self._decide(_some(squares, ready), between[ready[squares.of]])
        return [_quartered(_some(squares, ~ready), flat=True)] if not ready.all() else []

    def _cubes(self, cubes: Squares) -> list[Squares]:
        """Look at the balls around the middles of some cubes; return what is to be looked at."""
        of = cubes.of
        if cubes.side == 1:
            self._keep(of, cubes.rows)
            return []
        gap = np.zeros(len(of), dtype=np.int64)
        for one, low in zip(self.points, cubes.low, strict=True):
            away = one[cubes.rows] - low[of] - cubes.side // 2
            gap += away * away
        held = gap <= SQUARE
        self._keep(of[held], cubes.rows[held])
        return [_quartered(cubes, flat=False)]

    def _doubtful(self, squares: Squares) -> Squares:
        """Leave out pricks that are out of reach, then squares that can hold no full disc."""
        gap = np.zeros(len(squares.rows), dtype=np.int64)
        of = squares.of
        for one, low in zip(self.points, squares.low, strict=True):
            at, least = one[squares.rows], low[of]
            away = np.maximum(np.maximum(least - at, at - least - squares.side), 0)
            gap += away * away
        near = gap <= SQUARE
        count = np.bincount(of[near], minlength=len(squares.starts) - 1)
        some = _grouped(squares, count, squares.rows[near])
        if not len(some.rows):
            return some
        sums, ranks, doubtful = self._full(some.starts, some.rows)
        for rank, worst in self.worst_nl.items():
            # nothing new: as much was found, and of the same pricks
            old = np.logical_and.reduceat(self.held[rank][some.rows], some.starts[:-1])
            doubtful &= (ranks != rank) | (sums > worst) | ~old
        return _some(some, doubtful)

    def _full(self, starts: Integers, rows: Integers) -> tuple[Integers, Integers, Truths]:
        """Return the dose and the least rank of each group of rows, and whether it is too full.

        None is empty.
        """
        begins = starts[:-1]
        sums = np.add.reduceat(self.dose_nl[rows], begins)
        ranks = np.minimum.reduceat(self.rank[rows], begins)
        full: Truths = sums > self.caps_nl[ranks]
        if self.open_ is not None:
            full &= np.logical_or.reduceat(self.open_[rows], begins)
        return sums, ranks, full

    def _decide(self, squares: Squares, between: Truths) -> None:
        """Look at the discs through two of the pricks `between`, and around each prick."""
        of = squares.of
        own, rows = of[between], squares.rows[between]
        stop = np.searchsorted(own, own, side="right")
        self._left -= int((stop - np.arange(len(own))).sum())
        if self._left < 0:
            return
        first, second = spread(np.arange(1, len(own) + 1), stop)
        through = _centred_in(squares, own[first], rows[first], rows[second], self.points)
        x, y, _ = self.points
        at_x, at_y = x[squares.rows] - squares.low[0][of], y[squares.rows] - squares.low[1][of]
        here = np.flatnonzero((np.maximum(at_x, at_y) <= squares.side) & (at_x >= 0) & (at_y >= 0))
        alone = squares.rows[here]
        around = Discs(of[here], alone, alone, np.zeros_like(alone))
        for discs in (through, around):
            counts = np.diff(squares.starts)[discs.square]
            for part in cuts(counts, AT_ONCE):
                some = Discs(*(one[part] for one in discs))
                self._left -= int(counts[part].sum())
                begin = squares.starts[some.square]
                disc, index = spread(begin, begin + counts[part])
                held = holds(some, disc, squares.rows[index], self.points)
                self._keep(disc[held], squares.rows[index[held]])

    def _keep(self, disc: Integers, rows: Integers) -> None:
        """Keep those of some discs that hold too much; `disc` rises, row by row."""
        if not len(rows):
            return
        new = np.flatnonzero(disc[1:] != disc[:-1]) + 1
        starts = np.concatenate((np.zeros(1, np.int64), new, np.array([len(rows)])))
        sums, ranks, full = self._full(starts, rows)
        for rank in sorted(set(ranks[full].tolist())):
            mine = full & (ranks == rank)
            most = int(sums[mine].max())
            self.worst_nl[rank] = max(self.worst_nl.get(rank, most), most)
            held = self.held.setdefault(rank, np.zeros(len(self.rank), dtype=np.bool_))
            held[rows[np.repeat(mine, np.diff(starts))]] = True


def most_in_disc(spacing_um: int) -> int:
    """Return more points than fit into a disc of 1 cm2 at this spacing (Groemer's inequality).

    n <= 2/sqrt(3) * area / spacing^2 + perimeter / (2 * spacing) + 1, constants rounded up.
    """
    square = spacing_um * spacing_um
    return (115_475_000 + 17_726 * spacing_um + square) // square


def _all_squares(points: Points, flat: bool) -> Iterator[Squares]:
    """Yield the squares of a grid that pricks are within reach of, with the pricks around them."""
    side = RADIUS_UM
    lows = [int(one.min()) - side for one in points]
    columns, lines, layers = ((one - low) // side for one, low in zip(points, lows, strict=True))
    wide, tall = int(columns.max()) + 2, int(lines.max()) + 2
    name = columns + wide * (lines + tall * layers)
    order = np.argsort(name, kind="stable")
    names = name[order]
    around = [
        wide * (line + tall * layer)
        for layer in ((0,) if flat else (-1, 0, 1))
        for line in (-1, 0, 1)
    ]
    once = _once(names)
    beside = np.concatenate([once + a + b for a in around for b in (-1, 0, 1)])
    wanted = _once(np.sort(beside, kind="stable"))
    first = [np.searchsorted(names, wanted + one - 1, side="left") for one in around]
    stop = [np.searchsorted(names, wanted + one + 1, side="right") for one in around]
    counts = np.sum([b - a for a, b in zip(first, stop, strict=True)], axis=0)
    for part in cuts(counts, AT_ONCE):
        both = [spread(a[part], b[part]) for a, b in zip(first, stop, strict=True)]
        of = np.concatenate([square for square, _ in both])
        rows = order[np.concatenate([index for _, index in both])]
        starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts[part])))
        at = wanted[part]
        low_x, low_y, low_z = lows
        corner = (
            at % wide * side + low_x,
            at // wide % tall * side + low_y,
            at // (wide * tall) * side + low_z,
        )
        yield Squares(side, corner, starts, rows[np.argsort(of, kind="stable")])


def _grouped(squares: Squares, count: Integers, rows: Integers) -> Squares:
    """Return the squares with other pricks, so many each; those without any are left out."""
    full = count > 0
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(count[full])))
    return Squares(squares.side, taken(squares.low, np.flatnonzero(full)), starts, rows)


def _some(squares: Squares, which: Truths) -> Squares:
    """Return those of the squares that are marked."""
    count = np.diff(squares.starts)
    return _grouped(squares, count * which, squares.rows[np.repeat(which, count)])


def _between(squares: Squares, points: Points) -> Truths:
    """Tell which pricks are in some discs of their square and not in others."""
    far = np.zeros(len(squares.rows), dtype=np.int64)
    of = squares.of
    x_and_y = list(zip(points, squares.low, strict=True))[:2]
    for one, low in x_and_y:
        at = one[squares.rows] - low[of]
        away = np.maximum(at, squares.side - at)
        far += away * away
    return far > SQUARE


def _quartered(squares: Squares, *, flat: bool) -> Squares:
    """Cut each square into four (each cube into eight); both halves of an odd side round up."""
    half = (squares.side + 1) // 2
    x, y, z = squares.low
    parts = [
        (x + dx, y + dy, z + dz)
        for dz in ((0,) if flat else (0, half))
        for dy in (0, half)
        for dx in (0, half)
    ]
    low = tuple(np.concatenate(columns) for columns in zip(*parts, strict=True))
    all_rows = len(squares.rows)
    starts = [squares.starts[:-1] + all_rows * k for k in range(len(parts))]
    return Squares(
        half,
        (low[0], low[1], low[2]),
        np.concatenate((*starts, np.array([all_rows * len(parts)]))),
        np.concatenate([squares.rows] * len(parts)),
    )


def _centred_in(
    squares: Squares, square: Integers, one: Integers, two: Integers, points: Points
) -> Discs:
    """Return the discs through two pricks whose centre is in the square, or at most 1 um beyond."""
    x, y, _ = points
    dx, dy = x[two] - x[one], y[two] - y[one]
    long2 = dx * dx + dy * dy
    rows = np.flatnonzero((long2 > 0) & (long2 <= 4 * SQUARE))
    square, one, two, dx, dy, long2 = (each[rows] for each in (square, one, two, dx, dy, long2))
    off = np.sqrt((4 * SQUARE - long2) / (4.0 * long2))
    found = []
    for side in (1, -1):
        cx = x[one] - squares.low[0][square] + dx / 2.0 - side * off * dy
        cy = y[one] - squares.low[1][square] + dy / 2.0 + side * off * dx
        near = (np.minimum(cx, cy) >= -1) & (np.maximum(cx, cy) <= squares.side + 1)
        found.append(Discs(square[near], one[near], two[near], np.full(int(near.sum()), side)))
    return Discs(*(np.concatenate(each) for each in zip(*found, strict=True)))


def holds(discs: Discs, disc: Integers, rows: Integers, points: Points) -> Truths:
    """Tell, row by row, whether `disc` holds the prick: exactly.

    With the first prick at 0, the second at q and the centre c, r is held if r² <= 2 r·c. Twice c
    is q, and q turned by a right angle times +-sqrt((4R² - q²) / q²).
    """
    x, y, _ = points
    one, two = discs.one[disc], discs.two[disc]
    dx, dy, rx, ry = x[two] - x[one], y[two] - y[one], x[rows] - x[one], y[rows] - y[one]
    alone = one == two
    a = rx * rx + ry * ry - rx * dx - ry * dy
    b = discs.side[disc] * (dx * ry - dy * rx)
    long2 = dx * dx + dy * dy
    rest = 4 * SQUARE - long2
    left, right = a * np.sqrt(long2), b * np.sqrt(rest)
    held = np.where(alone, a <= SQUARE, left <= right)
    close = ~alone & (np.abs(left - right) <= NEAR_TO_CALL * (np.abs(left) + np.abs(right)))
    for k in np.flatnonzero(close & ((a != 0) | (b != 0))).tolist():
        held[k] = _is_at_most(int(a[k]), int(long2[k]), int(b[k]), int(rest[k]))
    return held


def _is_at_most(a: int, p: int, b: int, q: int) -> bool:
    """Tell whether a·sqrt(p) <= b·sqrt(q), exactly."""
    return a * abs(a) * p <= b * abs(b) * q


def _once(rising: Integers) -> Integers:
    """Return each number of some once (numpy.unique would load all of numpy's masked arrays)."""
    return rising[np.flatnonzero(np.diff(rising, prepend=rising[0] - 1))]
