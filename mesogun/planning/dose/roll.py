"""The square centimetres that hold the most, wherever their middle lies: exactly, not on a grid.

A disc that holds some pricks can be pushed, without losing one of them, until one lies on its rim
(two or more: until two do). So all that any disc can hold is seen by rolling a disc once around
every prick: its middle goes round on a circle, and every neighbour is inside during one arc.

On a surface a ball takes the disc's place. Whatever the skin does between them, pricks within a
disc of skin lie within a ball of the same radius, so a bound on every ball is a bound on every such
disc. A ball is pushed until two pricks lie on its rim; it then rolls around every pair.

Radii are `REACH_UM`, 1 um more than a disc of 1 cm2 has: what lies within such a disc is inside
here during an arc far longer than any rounding of the arcs' ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mesogun.planning.dose.held import REACH_UM
from mesogun.planning.dose.level import begins
from mesogun.planning.place.raster import Integers

Reals = npt.NDArray[np.float64]

TURN = 1 << 42
"""A whole turn. Directions are counted along a diamond: that needs no sine."""
ARCS_AT_ONCE = 400_000
PIVOTS_AT_ONCE = 1 << 18
KEPT_MAX = 5_000
"""So many pricks are rolled around once for all doses that are tried on them; with more, the memory
it takes is not worth it."""


class Places(NamedTuple):
    """Where pricks are, in um. Flat: discs. Not flat: balls."""

    x_um: Integers
    y_um: Integers
    z_um: Integers | None
    """None: all in one plane."""


class Arcs(NamedTuple):
    """Who is inside while a disc rolls around its pivots: one row for each pivot and prick."""

    pivot: Integers
    """Rising from 0; every pivot has an arc."""
    prick: Integers
    begin: Integers
    end: Integers
    """Smaller than `begin` where the arc goes on past the full turn."""


class Turns(NamedTuple):
    """The same in the order in which the rolling disc meets the arcs' ends, pivot after pivot."""

    arcs: Arcs
    order: Integers
    """Of the begins of all arcs, and then their ends."""
    pivot: Integers
    turned: Integers
    """Of each end: how far, doubled; odd where an arc ends."""
    first: Integers
    """Of each pivot: its first row."""


class Crowd(NamedTuple):
    """Pricks that some disc holds, and how much more their doses are than it may hold."""

    pricks: Integers
    """Rising."""
    cap: int
    excess: int


def crowds(
    places: Places,
    dose: Integers,
    cap: Integers,
    above: int = 0,
    kept: Iterable[Turns] | None = None,
) -> Iterator[Crowd]:
    """Yield what discs hold whose doses are more than `above` over the least cap of their pricks.

    Of every pivot only the disc that is the most over: none yielded means that there is none.
    `above` is below 0 for discs that still have room. Who asks of the same places again and again
    hands over what `kept_turns` told of them.
    """
    # most often there is one cap; numpy.unique would load all of numpy's masked arrays
    caps = cap[:1] if (cap == cap[:1]).all() else np.unique(cap)
    for turns in map(_turns, rolled(places)) if kept is None else kept:
        worst, at, bound = _worst(turns, dose, cap, caps)
        over = np.flatnonzero(worst > above)
        if len(over):
            pricks = _inside(turns.arcs, over, at)
            excess = zip(bound[over].tolist(), worst[over].tolist(), strict=True)
            yield from (Crowd(some, *told) for some, told in zip(pricks, excess, strict=True))


def _inside(arcs: Arcs, pivots: Integers, at: Integers) -> list[Integers]:
    """Return who is inside when the disc stands at its place `at`, for each of some pivots."""
    chosen = np.zeros(len(at), dtype=np.bool_)
    chosen[pivots] = True
    rows = np.flatnonzero(chosen[arcs.pivot])
    pivot, begin, end = arcs.pivot[rows], arcs.begin[rows], arcs.end[rows]
    here = at[pivot]
    since, until = begin <= here, here <= end
    inside = np.where(begin <= end, since & until, since | until)
    pivot, prick = pivot[inside], arcs.prick[rows[inside]]
    pricks = prick[np.lexsort((prick, pivot))]
    return np.split(pricks, np.searchsorted(pivot, pivots[1:]))


def fullest(places: Places, dose: Integers) -> int:
    """Return the most that any disc holds."""
    return max(int(_most(_turns(arcs), dose).max()) for arcs in rolled(places))


def crowding(places: Places) -> Integers:
    """Return for each prick a number that no disc that holds it exceeds: how many it holds."""
    count = len(places.x_um)
    ones = np.ones(count, dtype=np.int64)
    here = np.zeros(count, dtype=np.int64)
    for own, other in _neighbours(places):
        dx, dy = (one[other] - one[own] for one in (places.x_um, places.y_um))
        pivot = np.cumsum(np.diff(own, prepend=own[0]) != 0)
        first = begins(pivot)
        arcs = _around(pivot, other, dx, dy)
        here[own[first]] = _most(_turns(arcs), ones)
    most = here.copy()
    for own, other in _neighbours(places):
        np.maximum.at(most, own, here[other])
    return most


def most_on(ax: int, ay: int, bx: int, by: int) -> int:
    """Return how many points of the lattice of these vectors no disc exceeds.

    The vectors stand at 60 to 90 degrees.
    """
    least = min(ax * ax + ay * ay, bx * bx + by * by)
    # half the cell's height is at least 0.43 of the shorter vector
    reach = 1
    while 3 * reach * reach * least < 4 * 4 * REACH_UM * REACH_UM:
        reach += 1
    i, j = (one.ravel() for one in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    x, y = i * ax + j * bx, i * ay + j * by
    near = x * x + y * y <= 4 * REACH_UM * REACH_UM
    x, y = x[near], y[near]
    ones = np.ones(len(x), dtype=np.int64)
    arcs = _around(np.zeros(len(x), dtype=np.int64), np.arange(len(x)), x, y)
    return int(_most(_turns(arcs), ones)[0])


def kept_turns(places: Places) -> list[Turns] | None:
    """Return what any number of `crowds` can use, or None where that takes too much memory."""
    if places.z_um is not None or len(places.x_um) > KEPT_MAX:
        return None
    return [_turns(arcs) for arcs in rolled(places)]


def rolled(places: Places) -> Iterator[Arcs]:
    """Yield the arcs around all pivots, some pivots at a time."""
    for own, other in _neighbours(places):
        if places.z_um is None:
            dx, dy = (one[other] - one[own] for one in (places.x_um, places.y_um))
            pivot = np.cumsum(np.diff(own, prepend=own[0]) != 0)
            yield _around(pivot, other, dx, dy)
        else:
            yield from _around_pairs(own, other, places, places.z_um)


def _neighbours(places: Places) -> Iterator[tuple[Integers, Integers]]:
    """Yield (prick, one that a disc might share with it), itself included, prick after prick."""
    x, y = places.x_um, places.y_um
    cell = 2 * REACH_UM
    across, up = (x - x.min()) // cell + 1, (y - y.min()) // cell
    wide = int(across.max()) + 2
    name = up * wide + across
    order = np.argsort(name, kind="stable")
    name = name[order]
    starts = np.stack([np.searchsorted(name, name + (k * wide - 1)) for k in (-1, 0, 1)], axis=1)
    stops = np.stack([np.searchsorted(name, name + (k * wide + 2)) for k in (-1, 0, 1)], axis=1)
    counts = stops - starts
    ends = np.cumsum(counts.sum(axis=1))
    row = 0
    while row < len(x):
        done = int(ends[row - 1]) if row else 0
        until = max(row + 1, int(np.searchsorted(ends, done + ARCS_AT_ONCE, side="right")))
        until = min(until, row + PIVOTS_AT_ONCE)
        part = counts[row:until].ravel()
        begins = np.cumsum(part) - part
        other = np.arange(int(part.sum())) + np.repeat(starts[row:until].ravel() - begins, part)
        own = np.repeat(np.repeat(np.arange(row, until), 3), part)
        own, other = order[own], order[other]
        square = sum((one[own] - one[other]) ** 2 for one in places if one is not None)
        near = square <= cell * cell
        yield own[near], other[near]
        row = until


def _around(pivot: Integers, prick: Integers, dx: Integers, dy: Integers) -> Arcs:
    """Return when each prick is inside a disc with the pivot on its rim: by its middle's way."""
    square = dx * dx + dy * dy
    apart = square > 0
    # the middle is half way to the prick, and this much of the way to the side
    aside = np.sqrt((4 * REACH_UM * REACH_UM - square) / np.where(apart, square, 1))
    begin = _direction(dx + aside * dy, dy - aside * dx)
    end = _direction(dx - aside * dy, dy + aside * dx)
    return Arcs(pivot, prick, np.where(apart, begin, 0), np.where(apart, end, TURN))


def _direction(x: Reals, y: Reals) -> Integers:
    """Return where on a diamond a direction points: rises from 0 to `TURN` as it turns left."""
    size = np.abs(x) + np.abs(y)
    part = np.divide(y, size, out=np.zeros_like(size), where=size > 0)
    turned = np.where(x < 0, 2 - part, np.where(y < 0, 4 + part, part))
    place: Integers = (turned * (TURN // 4)).astype(np.int64)
    return place


def _around_pairs(own: Integers, other: Integers, places: Places, z_um: Integers) -> Iterator[Arcs]:
    """Yield when each prick is inside a ball with two others on its rim, by its middle's way."""
    starts = begins(own)
    lengths = np.diff(starts, append=len(own))
    block = np.repeat(np.arange(len(starts)), lengths)
    pairs = np.flatnonzero(other >= own)
    ends = np.cumsum(lengths[block[pairs]])
    done = 0
    while done < len(pairs):
        before = int(ends[done - 1]) if done else 0
        until = max(done + 1, int(np.searchsorted(ends, before + ARCS_AT_ONCE, side="right")))
        some = pairs[done:until]
        part = lengths[block[some]]
        pivot = np.repeat(np.arange(len(some)), part)
        shift = starts[block[some]] - (np.cumsum(part) - part)
        third = other[np.arange(len(pivot)) + np.repeat(shift, part)]
        p, q = own[some][pivot], other[some][pivot]
        axes = (places.x_um, places.y_um, z_um)
        u = np.stack([one[q] - one[p] for one in axes])
        v = np.stack([one[third] - one[p] for one in axes])
        yield _around_two(pivot, third, u, v)
        done = until


def _around_two(pivot: Integers, prick: Integers, u: Integers, v: Integers) -> Arcs:
    """Return the arcs of balls with two pricks `u` apart on the rim, for pricks `v` from the first.

    The ball's middle goes round on a circle about the middle of the two. A prick is inside while
    the middle's direction is near enough to the prick's own, seen along `u`.
    """
    uu, vv, uv = (u * u).sum(axis=0), (v * v).sum(axis=0), (u * v).sum(axis=0)
    length = np.maximum(uu, 1)
    radius = np.sqrt(4 * REACH_UM * REACH_UM - uu) / 2
    w = v - u * (uv / length)
    one, two = _across(u)
    wx, wy = (w * one).sum(axis=0), (w * two).sum(axis=0)
    away = np.sqrt(wx * wx + wy * wy)
    # inside: the middle is no farther than the radius; the squares of both cancel
    need, have = (vv - uv) / 2, radius * away
    always, never = need <= -have, need > have
    cosine = np.where(always | never, 0.0, need / np.where(have > 0, have, 1.0))
    sine = np.sqrt(np.maximum(1 - cosine * cosine, 0))
    begin = _direction(wx * cosine + wy * sine, wy * cosine - wx * sine)
    end = _direction(wx * cosine - wy * sine, wy * cosine + wx * sine)
    kept = ~never
    begin, end = np.where(always, 0, begin), np.where(always, TURN, end)
    return Arcs(pivot[kept], prick[kept], begin[kept], end[kept])


def _across(u: Integers) -> tuple[Reals, Reals]:
    """Return two unit vectors that stand at right angles to each other and to `u`."""
    x, y, z = u.astype(np.float64)
    flat = np.abs(z) > np.maximum(np.abs(x), np.abs(y))
    # crossed with the x axis where u stands up, else with the z axis
    one = np.stack((np.where(flat, 0.0, y), np.where(flat, z, -x), np.where(flat, -y, 0.0)))
    one /= np.maximum(np.sqrt((one * one).sum(axis=0)), 1e-300)
    size = np.maximum(np.sqrt(x * x + y * y + z * z), 1e-300)
    two = np.stack(
        (
            (y * one[2] - z * one[1]) / size,
            (z * one[0] - x * one[2]) / size,
            (x * one[1] - y * one[0]) / size,
        )
    )
    return one, two


def _turns(arcs: Arcs) -> Turns:
    pivot = np.concatenate((arcs.pivot, arcs.pivot))
    turned = np.concatenate((2 * arcs.begin, 2 * arcs.end + 1))
    order = np.argsort(pivot * (4 * TURN) + turned, kind="stable")
    pivot = pivot[order]
    return Turns(arcs, order, pivot, turned[order], begins(pivot))


def _most(turns: Turns, dose: Integers) -> Integers:
    """Return for each pivot the most that the disc holds."""
    none = np.zeros(1, dtype=np.int64)
    return _worst(turns, dose, none, none)[0]


def _worst(
    turns: Turns, dose: Integers, cap: Integers, caps: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return for each pivot the greatest excess over a cap, where the disc stands, and that cap."""
    arcs, order, pivot, turned, first = turns
    from_start = arcs.begin > arcs.end
    arc_first = first // 2

    def running(value: Integers) -> Integers:
        held = value[arcs.prick]
        run = np.cumsum(np.concatenate((held, -held))[order])
        base: Integers = np.add.reduceat(held * from_start, arc_first)
        return run + base[pivot]

    run = running(dose)
    worst = np.full(len(first), np.iinfo(np.int64).min)
    at, bound = np.zeros(len(first), dtype=np.int64), np.zeros(len(first), dtype=np.int64)
    for one in caps.tolist():
        excess = run - one
        if len(caps) > 1:
            excess = np.where(
                running((cap == one).astype(np.int64)) > 0, excess, np.iinfo(np.int64).min
            )
        most = np.maximum.reduceat(excess, first)
        where = np.flatnonzero(excess == most[pivot])
        where = where[np.searchsorted(pivot[where], np.arange(len(first)))]
        more = most > worst
        worst = np.where(more, most, worst)
        at, bound = np.where(more, turned[where] // 2, at), np.where(more, one, bound)
    return worst, at, bound
