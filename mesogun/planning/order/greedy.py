"""A first way through free points: the shortest hops first, as long as they make one way."""

from __future__ import annotations

import numpy as np

from mesogun.planning.fast import Flat, flat, kernel
from mesogun.planning.order.near import FAR, Near, nearest
from mesogun.planning.place.raster import Integers

EACH = 6
"""How many of each point's nearest others are looked at in one round."""


def first_way(
    x: Integers, y: Integers, z: Integers, near: Near, pinned: tuple[int, int] | None, total: int
) -> Integers:
    """Return a way through all stops.

    Stops are the points and, up to `total`, further ones that are nowhere. Where two stops are
    `pinned`, they stand next to each other; a pinned stop that is nowhere is an end of the way.
    """
    count = len(x)
    links = flat(np.full((total, 2), -1).ravel(), count)
    ends = flat(np.arange(total), count)
    left = total - 1
    if pinned is not None:
        first, second = pinned
        links[2 * first], links[2 * second] = second, first
        ends[first], ends[second] = second, first
        left -= 1
    names, round_near = np.arange(count), near
    while left:
        one, two = _hops(round_near)
        a, b = flat(names[one], count), flat(names[two], count)
        left -= link.at(count)(a, b, links, ends)
        names = np.flatnonzero(np.array(links)[1 : 2 * count : 2] < 0)
        if left:
            round_near = nearest(x[names], y[names], z[names], EACH)
    way = flat(np.zeros(total, dtype=np.int64), count)
    follow.at(count)(links, way)
    return np.array(way)


def _hops(near: Near) -> tuple[Integers, Integers]:
    """Return each pair of near points once (or twice), the shortest first."""
    one = np.repeat(np.arange(len(near.which) // near.each), near.each)
    two, square = near.which, near.square
    rank = np.tile(np.arange(near.each), len(near.which) // near.each)
    last = square[min(EACH, near.each) - 1 :: near.each]
    worth = (square < FAR) & (rank < EACH) & ((one < two) | (square >= last[two]))
    by_length = np.argsort(square[worth], kind="stable")
    return one[worth][by_length], two[worth][by_length]


@kernel
def link(a: Flat, b: Flat, links: Flat, ends: Flat) -> int:
    """Link pairs in turn where both are free and no ring comes of it; return how many.

    `links` holds each stop's neighbours on the way, -1 for none, the first filled first; `ends` the
    other end of the stretch that a stop is an end of.
    """
    made = 0
    for k in range(len(a)):
        one, two = a[k], b[k]
        if links[2 * one + 1] >= 0 or links[2 * two + 1] >= 0 or ends[one] == two:
            continue
        links[2 * one + (1 if links[2 * one] >= 0 else 0)] = two
        links[2 * two + (1 if links[2 * two] >= 0 else 0)] = one
        left, right = ends[one], ends[two]
        ends[left] = right
        ends[right] = left
        made += 1
    return made


@kernel
def follow(links: Flat, way: Flat) -> None:
    """Write down the stops from the first end on."""
    at = 0
    while links[2 * at + 1] >= 0:
        at += 1
    before = -1
    for k in range(len(way)):
        way[k] = at
        onward = links[2 * at] if links[2 * at] != before else links[2 * at + 1]
        before = at
        at = onward
