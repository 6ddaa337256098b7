"""Whole doses as close to their targets as bounds and exact sums allow, for many groups at once.

Water is poured onto the targets of a group until its sum is reached: everybody who is within his
bounds is as far above his target as the others, to within one step. That is the least sum of
squared deviations. All groups are poured together, by passes over all pricks; no pass looks at a
group by itself.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from mesogun.planning.place.raster import Integers, Truths

FINE_BITS = 20
FINE = 1 << FINE_BITS
"""Targets are counted in this part of a step."""


Sides = npt.NDArray[np.int8]
Some = TypeVar("Some", Integers, Truths)


class Groups(NamedTuple):
    """Who shares a sum: rows from `first[g]` on, `size[g]` of them, group after group."""

    first: Integers
    size: Integers
    """At least 1 each."""

    def add(self, values: Integers) -> Integers:
        """Return the sum of each group's values."""
        summed: Integers = np.add.reduceat(values, self.first)
        return summed

    def each(self, values: Some) -> Some:
        """Return every group's value, once for each of its rows (once for all, if alone)."""
        return values if len(values) == 1 else values.repeat(self.size)


def begins(*columns: Integers) -> Integers:
    """Return the rows at which another value of any column begins; equal rows stand together."""
    other = [one[1:] != one[:-1] for one in columns]
    return np.flatnonzero(np.append(len(columns[0]) > 0, np.logical_or.reduce(other)))


def groups_of(counts: Integers) -> Groups:
    """Return groups of so many rows each, one after the other."""
    return Groups(np.cumsum(counts) - counts, counts)


def targets(total: int, weights: Integers) -> Integers:
    """Return each prick's part of `total` steps by weight, in `FINE` parts of a step, rounded down.

    `total` and the weights are below 2**31, the weights' sum is above 0 and below 2**43.
    """
    whole = int(weights.sum())
    steps, rest = np.divmod(weights * total, whole)
    parts: Integers = steps * FINE + rest * FINE // whole
    return parts


def level(
    groups: Groups, totals: Integers, target: Integers, low: Integers, high: Integers
) -> Integers:
    """Return whole steps between `low` and `high` that add up to each group's total.

    The sum of squared deviations from the targets (in `FINE` parts) is the least there is. Of those
    with equal claims to the last steps, ones evenly apart in their order get them. Totals lie
    between the groups' sums of `low` and of `high`: the caller sees to that. No bound is above
    2**40, nor a group's sum of targets and totals: in `FINE` parts they fit 64 bits.
    """
    filled, side = height(groups, totals * FINE, target, low * FINE, high * FINE)
    raised = target + groups.each(filled)
    steps: Integers = np.minimum(np.maximum(raised >> FINE_BITS, low), high)
    if side.any():
        steps = np.where(side == 0, steps, np.where(side == 1, high, low))
    left = totals - groups.add(steps)
    if not left.any():
        return steps
    may = (side == 0) & (steps < high) & (raised >= low * FINE)
    steps += _last(groups, left, ~raised & (FINE - 1), may)
    return steps


def height(
    groups: Groups, totals: Integers, target: Integers, low: Integers, high: Integers
) -> tuple[Integers, Sides]:
    """Return how high each group is filled, and who is held at a bound (-1 low, 1 high, else 0).

    Every pass supposes that nobody else is at a bound. If that gives less than the total, the
    height must rise: who reaches the upper bound is there for good; and the other way round. The
    height is rounded down; with 1 more, the others hold the total or more.
    """
    side = np.zeros(len(target), dtype=np.int8)
    filled = np.zeros(len(totals), dtype=np.int64)
    rows, names = np.arange(len(target)), np.arange(len(totals))
    while len(rows):
        filled[names] = now = (totals - groups.add(target)) // groups.size
        raised = target + groups.each(now)
        poured = np.minimum(raised, high)
        np.maximum(poured, low, out=poured)
        short = totals - groups.add(poured)
        held = np.zeros(len(rows), dtype=np.bool_)
        if (short > 0).any():
            up = (raised >= high) & groups.each(short > 0)
            side[rows[up]] = 1
            held |= up
        if (short < 0).any():
            down = (raised < low) & groups.each(short < 0)
            side[rows[down]] = -1
            held |= down
        if not held.any():
            break
        # who is held was poured to its bound
        totals = totals - groups.add(np.where(held, poured, 0))
        free = ~held
        count = groups.add(free.astype(np.int64))
        stay = count > 0
        groups = groups_of(count[stay])
        names, totals = names[stay], totals[stay]
        rows, target, low, high = rows[free], target[free], low[free], high[free]
    return filled, side


def _last(groups: Groups, left: Integers, claim: Integers, may: Truths) -> Integers:
    """Return 1 for the `left` rows of each group with the least claims, of those that may."""
    name = groups.each(np.arange(len(left)))
    named = np.where(may, claim + name * FINE, -1)
    count = groups.add(may.astype(np.int64))
    sorted_ = named[may]
    if len(left) == 1:
        sorted_.partition(int(left[0]) - 1)
    else:
        sorted_.sort()
    at = np.cumsum(count) - count + left - 1
    bound = np.where(left > 0, sorted_[np.maximum(at, 0)], -1)
    sure = may & (named < groups.each(bound))
    chosen: Integers = sure.astype(np.int64)
    tied = np.flatnonzero(may & (named == groups.each(bound)))
    of = np.searchsorted(groups.first, tied, side="right") - 1
    lots = np.bincount(of, minlength=len(left))
    number = np.arange(1, len(tied) + 1) - (np.cumsum(lots) - lots)[of]
    share = (left - groups.add(chosen))[of]
    chosen[tied] = number * share // lots[of] - (number - 1) * share // lots[of]
    return chosen
