"""Closed ways through a lattice: strips of two rows, tails woven in, strips joined into one ring.

Two neighbouring rows of a triangular lattice, read in zigzag, form a band in which every point
touches the next and the one after it: along one row and back along the other is a ring whose every
hop has the lattice's shortest length. A point that sticks out of its strip is woven between two
points of the next row that it touches; two rings that run side by side are joined by swapping their
parallel hops. None of this costs a longer hop, and it takes time by rows, not by points.

A *place* is a position on the rings: bottom row of a strip from left to right, then its top row
from right to left, strip after strip; what sticks out follows. From a place the way goes on to the
next place, unless `jumps` says otherwise.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mesogun.planning.place.raster import Integers


class Run(NamedTuple):
    """Points of one row without a gap: i from `low` to `high`; `first` is the index of `low`."""

    low: int
    high: int
    first: int


class Stretch(NamedTuple):
    """The part of a row that belongs to one strip's ring."""

    low: int
    high: int
    base: int
    """The place of `low` in a bottom row, of `high` in a top row."""
    strip: int


class Rings:
    """All rings of one zone while they are being joined."""

    __slots__ = ("bottoms", "joined", "jumps", "loose", "points", "sizes", "tops", "woven")

    def __init__(self, points: Integers, jumps: dict[int, int], sizes: list[int]) -> None:
        self.points = points
        """The index of the point at each place."""
        self.jumps = jumps
        self.sizes = sizes
        """How many places each strip's own ring has, strip after strip."""
        self.joined = list(range(len(sizes)))
        """Each strip's parent in the forest of joined rings."""
        self.loose: list[tuple[int, int, int]] = []
        """(i, j, place) of points that no ring has taken up."""
        self.woven: list[tuple[int, int]] = []
        """(place, strip) of points that were woven into a strip's ring."""
        self.bottoms: dict[int, list[Stretch]] = {}
        self.tops: dict[int, list[Stretch]] = {}

    def ring_of(self, strip: int) -> int:
        """Return the strip that stands for the ring that `strip` belongs to."""
        while self.joined[strip] != strip:
            self.joined[strip] = self.joined[self.joined[strip]]
            strip = self.joined[strip]
        return strip

    def starts(self) -> list[int]:
        """Return a place on each ring."""
        found: dict[int, int] = {}
        for stretches in self.bottoms.values():
            for one in stretches:
                ring = self.ring_of(one.strip)
                found[ring] = min(found.get(ring, one.base), one.base)
        return sorted(found.values())


def runs_of(i: Integers, j: Integers) -> dict[int, list[Run]]:
    """Return the runs of each row; points come row by row, rising."""
    breaks = np.flatnonzero((np.diff(j) != 0) | (np.diff(i) != 1)) + 1
    firsts = np.concatenate((np.zeros(1, dtype=np.int64), breaks))
    lasts = np.concatenate((breaks, np.array([len(i)]))) - 1
    rows: dict[int, list[Run]] = {}
    for row, low, high, first in zip(
        j[firsts].tolist(), i[firsts].tolist(), i[lasts].tolist(), firsts.tolist(), strict=True
    ):
        rows.setdefault(row, []).append(Run(low, high, first))
    return rows


def rings_of(i: Integers, j: Integers, parity: int) -> Rings:
    """Cover the points with rings; rows of `parity` are the bottoms of strips."""
    rows = runs_of(i, j)
    rings = _lay_strips(rows, parity, len(i))
    _weave(rings)
    _join(rings)
    return rings


def _pairs(bottom: list[Run], top: list[Run]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (bottom run, top run, first, last) of each band, counting 2i below and 2i+1 above."""
    a = b = 0
    while a < len(bottom) and b < len(top):
        below, above = bottom[a], top[b]
        first = max(2 * below.low - 1, 2 * above.low)
        last = min(2 * below.high + 1, 2 * above.high + 2)
        if last - first >= 2:
            yield a, b, first, last
        if 2 * below.high < 2 * above.high + 1:
            a += 1
        else:
            b += 1


def _lay_strips(rows: dict[int, list[Run]], parity: int, count: int) -> Rings:
    firsts: list[int] = []
    signs: list[int] = []
    counts: list[int] = []
    jumps: dict[int, int] = {}
    bottoms: dict[int, list[Stretch]] = {}
    tops: dict[int, list[Stretch]] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    place = strip = 0
    for row in sorted(rows):
        if (row - parity) % 2 or row + 1 not in rows:
            continue
        for a, b, first, last in _pairs(rows[row], rows[row + 1]):
            below, above = rows[row][a], rows[row + 1][b]
            low, high = (first + 1) // 2, last // 2
            low_up, high_up = first // 2, (last - 1) // 2
            bottoms.setdefault(row, []).append(Stretch(low, high, place, strip))
            taken.setdefault(row, []).append((low, high))
            firsts.append(below.first + low - below.low)
            signs.append(1)
            counts.append(high - low + 1)
            over = place + high - low + 1
            tops.setdefault(row + 1, []).append(Stretch(low_up, high_up, over, strip))
            taken.setdefault(row + 1, []).append((low_up, high_up))
            firsts.append(above.first + high_up - above.low)
            signs.append(-1)
            counts.append(high_up - low_up + 1)
            last_place = over + high_up - low_up
            jumps[last_place] = place
            place, strip = last_place + 1, strip + 1
    loose: list[tuple[int, int, int]] = []
    for row in sorted(rows):
        for i, index in _left_over(rows[row], taken.get(row, [])):
            loose.append((i, row, place))
            firsts.append(index)
            signs.append(1)
            counts.append(1)
            place += 1
    sizes = [
        a + b for a, b in zip(counts[0 : 2 * strip : 2], counts[1 : 2 * strip : 2], strict=True)
    ]
    points = _index(firsts, signs, counts, count)
    rings = Rings(points, jumps, sizes)
    rings.loose, rings.bottoms, rings.tops = loose, bottoms, tops
    return rings


def _left_over(runs: list[Run], taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield (i, index) of the points of a row that no strip has taken."""
    for run in runs:
        i = run.low
        for low, high in taken:
            if high < run.low or low > run.high:
                continue
            for free in range(i, low):
                yield free, run.first + free - run.low
            i = high + 1
        for free in range(i, run.high + 1):
            yield free, run.first + free - run.low


def _index(firsts: list[int], signs: list[int], counts: list[int], count: int) -> Integers:
    """Return the point at each place: stretch by stretch, up or down."""
    lengths = np.array(counts, dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    step = np.arange(count) - np.repeat(starts, lengths)
    sign = np.repeat(np.array(signs, dtype=np.int64), lengths)
    return np.repeat(np.array(firsts, dtype=np.int64), lengths) + sign * step


def _weave(rings: Rings) -> None:
    """Put each point that sticks out between the two points that it touches in the next row."""
    rest = []
    for i, j, place in rings.loose:
        hops = []
        if (above := _holding(rings.bottoms.get(j + 1, ()), i - 1, i)) is not None:
            hops.append((above, above.base + i - 1 - above.low))
        if (below := _holding(rings.tops.get(j - 1, ()), i, i + 1)) is not None:
            hops.append((below, below.base + below.high - i - 1))
        for stretch, before in hops:
            if before not in rings.jumps:
                rings.jumps[before] = place
                rings.jumps[place] = before + 1
                rings.woven.append((place, stretch.strip))
                break
        else:
            rest.append((i, j, place))
    rings.loose = rest


def _holding(stretches: list[Stretch] | tuple[()], low: int, high: int) -> Stretch | None:
    for one in stretches:
        if one.low <= low and high <= one.high:
            return one
    return None


def _join(rings: Rings) -> None:
    """Join the rings of strips that lie one above the other, each pair of rings once."""
    for row in sorted(rings.tops):
        above = rings.bottoms.get(row + 1)
        if above is None:
            continue
        for lower in rings.tops[row]:
            for upper in above:
                if upper.high < lower.low - 1 or upper.low > lower.high:
                    continue
                one, two = rings.ring_of(lower.strip), rings.ring_of(upper.strip)
                if one != two and _swap(rings.jumps, lower, upper):
                    rings.joined[max(one, two)] = min(one, two)


def _swap(jumps: dict[int, int], lower: Stretch, upper: Stretch) -> bool:
    """Join two rings at the leftmost pair of parallel hops that are still as they were laid."""
    for i in range(max(lower.low, upper.low - 1), min(lower.high, upper.high + 1)):
        down = lower.base + lower.high - i - 1  # the hop from i + 1 to i of the lower strip's top
        if down in jumps:
            continue
        for k in (i, i - 1):  # the hop from k to k + 1 of the upper strip's bottom touches both
            up = upper.base + k - upper.low
            if upper.low <= k < upper.high and up not in jumps:
                jumps[down], jumps[up] = up + 1, down + 1
                return True
    return False


def walk(jumps: dict[int, int], start: int) -> Integers:
    """Return the places of the ring through `start`, from there on."""
    stops = sorted(jumps)
    firsts: list[int] = []
    lasts: list[int] = []
    place = start
    while True:
        stop = stops[bisect_left(stops, place)]
        if firsts and place <= start <= stop:
            break
        firsts.append(place)
        lasts.append(stop)
        place = jumps[stop]
    if place < start:  # round again: what of the stretch comes before the start
        firsts.append(place)
        lasts.append(start - 1)
    counts = np.array(lasts) - np.array(firsts) + 1
    ends = np.cumsum(counts)
    step = np.arange(int(ends[-1])) - np.repeat(ends - counts, counts)
    places: Integers = np.repeat(np.array(firsts), counts) + step
    return places
