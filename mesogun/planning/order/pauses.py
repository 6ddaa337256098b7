"""Pauses for a person: new needles, fillings, products and heads, as few stops as there can be.

Whoever stops can do everything that is due: a stop may bring a new needle and a filling at once.
Within each stretch from one change of product or head to the next, the stops are as few as there
can be. Each is then moved back a little, as long as that adds no stop: to a zone's beginning, or
else to where the hand has a long way to go anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.infeasible import ml
from mesogun.planning.limits import Limits
from mesogun.planning.place.raster import Integers
from mesogun.planning.plan import Pause
from mesogun.planning.prescription import Prescription
from mesogun.planning.pricks import PrickTable
from mesogun.planning.timing import Timing

BACK = 4
"""A stop is moved back by at most this part of the stretch before it."""


class _Shots(NamedTuple):
    """What is used up, shot by shot, and between which bounds."""

    zone: Integers
    product: Integers
    head: Integers
    hops_um: Integers
    given_nl: Integers
    """What has been given before each shot, and in the end."""
    syringe_nl: int
    needle: int
    """A needle's shots."""

    def reach(self) -> Integers:
        """Return, for each shot, the first that one needle and one filling from it on do not do."""
        count = len(self.zone)
        if count <= self.needle and int(self.given_nl[-1]) <= self.syringe_nl:
            return np.full(count, count)  # one of each does for all
        by_volume = (
            np.searchsorted(self.given_nl, self.given_nl[:-1] + self.syringe_nl, "right") - 1
        )
        by_needle = np.arange(count) + self.needle
        return np.minimum(by_volume, by_needle)


def pauses_of(
    prescription: Prescription, limits: Limits, pricks: PrickTable, timing: Timing
) -> tuple[Pause, ...]:
    """Return the pauses at which a person is needed, in the order of their shots.

    A change of product brings a syringe and a needle of its own, a change of head a new needle.
    Each shot of a head uses each of its needles once.

    Raises:
        PlanError: a single shot gives more than the syringe holds.
    """
    shots = _shots(prescription, limits, pricks, timing)
    reach = shots.reach()
    count = len(reach)
    stuck = np.flatnonzero(reach == np.arange(count))
    if len(stuck):
        zone = prescription.zones[int(shots.zone[stuck[0]])]
        bound = limits.of("syringe_volume_nl_max")
        volume = int(shots.given_nl[stuck[0] + 1] - shots.given_nl[stuck[0]])
        raise PlanError(
            f"zone {zone.name!r}: a shot of {ml(volume)} is more than one filling gives, "
            f"{bound.name} = {ml(bound.value)} [{bound.origin}]"
        )
    products = _changes(shots.product)
    heads = _changes(shots.head)
    changes = sorted({*products, *heads})
    stops = list(changes)
    for first, last in zip([0, *changes], [*changes, count], strict=True):
        stops += _stops(shots, reach, first, last)
    stops.sort()
    refills = _needed(stops, products, count, shots.given_nl, shots.syringe_nl)
    needles = _needed(stops, changes, count, np.arange(count + 1), shots.needle)
    return _told(prescription, shots, products, heads, refills, needles)


def _shots(
    prescription: Prescription, limits: Limits, pricks: PrickTable, timing: Timing
) -> _Shots:
    zone = pricks.zone[timing.first].astype(np.int64)
    product = np.array([one.product for one in prescription.zones], dtype=np.int64)
    head = 0 * zone if pricks.head is None else pricks.head[timing.first].astype(np.int64)
    given = np.zeros(len(zone) + 1, dtype=np.int64)
    np.cumsum(np.add.reduceat(pricks.dose_nl.astype(np.int64), timing.first), out=given[1:])
    bound = limits.optional("needle_pricks_max")
    return _Shots(
        zone,
        product[zone],
        head,
        timing.hops_um,
        given,
        limits.of("syringe_volume_nl_max").value,
        len(zone) if bound is None else bound.value,
    )


def _changes(values: Integers) -> list[int]:
    found: list[int] = (np.flatnonzero(np.diff(values)) + 1).tolist()
    return found


def _stops(shots: _Shots, reach: Integers, first: int, last: int) -> list[int]:
    """Return the stops within shots `first` to `last` (not included): as few as can be."""
    if int(reach[first]) >= last:
        return []
    to = np.minimum(reach[first:last], last).tolist()
    after = list(to)
    for k in range(last - first - 1, -1, -1):
        after[k] = 1 + after[to[k] - first] if to[k] < last else 0
    stops, at = [], first
    while (furthest := to[at - first]) < last:
        low = furthest - (furthest - at) // BACK
        # `after` never rises: the stops that add none are the last ones of the stretch
        while after[low - first] > after[furthest - first]:
            low += 1
        at = _best(shots, low, furthest)
        stops.append(at)
    return stops


def _best(shots: _Shots, low: int, high: int) -> int:
    """Return the shot before which to stop: the last that begins a zone, or a long way, or all."""
    rows = slice(low, high + 1)
    begins = np.flatnonzero(shots.zone[rows] != shots.zone[low - 1 : high])
    if len(begins):
        return low + int(begins[-1])
    hops = shots.hops_um[rows]
    longest = int(hops.max())
    if 2 * longest > 3 * int(hops.min()):
        return low + int(np.flatnonzero(hops == longest)[-1])
    return high


def _needed(
    stops: list[int], changes: Iterable[int], count: int, used: Integers, bound: int
) -> list[int]:
    """Return at which stops something must be made new, beside where it is anyway."""
    new, since, found = set(changes), 0, []
    for stop, following in zip(stops, [*stops, count][1:], strict=True):
        if stop in new:
            since = stop
        elif int(used[following] - used[since]) > bound:
            found.append(stop)
            since = stop
    return found


def _told(
    prescription: Prescription,
    shots: _Shots,
    products: list[int],
    heads: list[int],
    refills: list[int],
    needles: list[int],
) -> tuple[Pause, ...]:
    """Write down what is to be done at each stop: product, head, filling, needle, in this order."""
    fillings = sorted({*products, *refills, len(shots.zone)})
    found = []
    for shot in sorted({*products, *heads, *refills, *needles}):
        if shot in products or shot in refills:
            end = fillings[fillings.index(shot) + 1]
            volume = ml(int(shots.given_nl[end] - shots.given_nl[shot]))
            name = prescription.products[int(shots.product[shot])].name
        if shot in products:
            text = f"change to {name}, its own syringe and needle; this filling gives {volume}"
            found.append(Pause(shot, "product", 0, text))
        if shot in heads:
            head = prescription.heads[int(shots.head[shot])].name
            found.append(Pause(shot, "head", 0, f"change to the head {head!r}"))
        if shot in refills:
            found.append(
                Pause(shot, "refill", 0, f"refill with {name}; this filling gives {volume}")
            )
        if shot in needles:
            found.append(Pause(shot, "needle", 0, "put on a new needle"))
    return tuple(found)


def with_rests(pauses: Iterable[Pause], rests: Iterable[Pause]) -> tuple[Pause, ...]:
    """Return all pauses in the order of their shots; at one shot, the rests come last."""
    return tuple(sorted((*pauses, *rests), key=lambda one: one.shot))
