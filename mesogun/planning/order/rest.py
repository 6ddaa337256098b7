"""Rest: neighbouring pricks are given apart, by the order where that can do it, else by waiting.

The zone is gone over in passes that hold no neighbours; between the passes the seams are chosen so
that neighbours stay apart. Waiting is the last resort, and helps only a rest that asks for time:
one that asks for other shots in between is kept by the order or refused.
"""

from __future__ import annotations

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.order.kin import kin_of
from mesogun.planning.order.passes import Pass, beyond, coloured_passes, coset_passes
from mesogun.planning.order.seams import Ask, joined, mended, searched
from mesogun.planning.order.shots import Router, Where, order_shots, rows_of
from mesogun.planning.order.way import order
from mesogun.planning.place.lattice import pitch_of
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.plan import Pause
from mesogun.planning.prescription import Motion, Prescription, Zone
from mesogun.planning.pricks import PrickTable
from mesogun.planning.timing import SECOND_US, Timing, firsts, places, replay


def rested(
    zone: Zone,
    motion: Motion,
    spots: Spots,
    comes_from: Where | None,
    goes_to: Where | None,
    way: Router,
) -> tuple[Integers, int]:
    """Return the rows of a zone in firing order, its rest kept, and a way no such order undercuts.

    Between two pricks within the rest's radius there are then at least its `shots` others; its time
    is kept as far as an order can, `rest_pauses` sees to what is missing. Pricks of one shot are no
    neighbours of each other.

    Raises:
        PlanError: no order was found that keeps so many shots between; the text names the most.
    """
    rest = zone.rest
    assert rest is not None
    if rest.radius_um < spots.pitch_um or max(rest.shots, rest.ms) == 0:
        return _as_ever(spots, comes_from, goes_to, way)
    first = firsts(spots.shot)
    shot = np.repeat(np.arange(len(first)), np.diff(first, append=len(spots)))
    kin = kin_of(spots.x_um, spots.y_um, spots.z_um, shot, rest.radius_um)
    if not len(kin.one):
        return _as_ever(spots, comes_from, goes_to, way)
    where = places(spots.x_um, spots.y_um, spots.z_um, first)
    head = 0 * first if spots.head is None else spots.head[first]
    wish = max(rest.shots, shots_for(rest.ms, zone, motion))
    ask = Ask(kin, where, head, rest.shots, wish, _at(comes_from), _at(goes_to))
    passes = _passes(spots, ask, rest.radius_um, way)
    found = _kept(ask, passes)
    if found is None:
        raise _too_many(zone, ask, passes)
    return rows_of(first, found, len(spots)), _least(spots, first, rest.shots, rest.radius_um)


def _as_ever(
    spots: Spots, comes_from: Where | None, goes_to: Where | None, way: Router
) -> tuple[Integers, int]:
    if spots.lattice is None or spots.head is not None:
        return order_shots(spots, comes_from, goes_to, way)
    flat = (None if one is None else (one[0], one[1]) for one in (comes_from, goes_to))
    return order(spots.lattice, *flat)


def _at(one: Where | None) -> tuple[int, int, int] | None:
    return None if one is None else (one[0], one[1], one[2] if len(one) > 2 else 0)


def shots_for(ms: int, zone: Zone, motion: Motion) -> int:
    """Return how many shots between two let so much time pass, the hand's way left out."""
    needle = 2 * int(zone.depth_um) * SECOND_US // motion.needle_um_per_s
    giving = int(zone.dose_nl_usual) * SECOND_US // int(zone.rate_nl_per_s)
    cycle = needle + motion.needle_settle_us + giving + int(zone.dwell_ms) * 1000
    gap = max(
        cycle + (motion.settle_us if zone.trigger == "press" else 0), int(zone.interval_ms) * 1000
    )
    return -(-ms * 1000 // max(gap, 1)) - 1 if ms else 0


def _passes(spots: Spots, ask: Ask, radius_um: int, way: Router) -> list[Pass]:
    if spots.lattice is not None and spots.head is None:
        cosets = coset_passes(spots.lattice, radius_um)
        if cosets is not None:
            return cosets
    passes = []
    for head in np.unique(ask.head).tolist():
        passes += coloured_passes(ask.kin, ask.where, np.flatnonzero(ask.head == head), way)
    return passes


def _kept(ask: Ask, passes: list[Pass]) -> Integers | None:
    """Return an order that keeps what must be kept, the passes' one if that can be mended."""
    order = joined(ask, passes)
    if not ask.kin.near(order, ask.must).any():
        return order
    better = mended(ask, order)
    return searched(ask) if better is None else better


def _too_many(zone: Zone, ask: Ask, passes: list[Pass]) -> PlanError:
    """Refuse, and name the most shots for which an order is found."""
    assert zone.rest is not None
    low, high = 0, min(ask.must, ask.kin.shots)
    while high - low > 1:
        middle = (low + high) // 2
        if _kept(ask._replace(must=middle, wish=middle), passes) is None:
            high = middle
        else:
            low = middle
    return PlanError(
        f"zone {zone.name!r}: a rest of {zone.rest.shots} shots between pricks within "
        f"{mm(zone.rest.radius_um)} cannot be kept with {ask.kin.shots} shots, and waiting would "
        f"not help; ask for {low} shots or fewer, for a smaller radius, or for a time instead"
    )


def _least(spots: Spots, first: Integers, shots: int, radius_um: int) -> int:
    """Return a way that no order which keeps the rest undercuts; 0 for heads of several needles.

    With a shot between neighbours no hop leads from one to the other: every hop of a single needle
    is longer than the radius. Without, it is as long as pricks are apart.
    """
    if len(first) < len(spots):
        return 0
    pitch = spots.pitch_um if spots.lattice is None else pitch_of(spots.lattice.basis)
    if not shots:
        return (len(first) - 1) * pitch
    further = None if spots.lattice is None else beyond(spots.lattice.basis, radius_um)
    return (len(first) - 1) * (radius_um if further is None else further)


def rest_pauses(prescription: Prescription, pricks: PrickTable) -> tuple[Pause, ...]:
    """Return the rests to insert so that neighbours' starts are as far apart as their zone asks.

    Each is as short as it can be, after those before it.
    """
    if not any(zone.rest is not None and zone.rest.ms for zone in prescription.zones):
        return ()
    timing = replay(prescription, pricks)
    latest, rests_us = _latest(prescription, pricks, timing)
    gaps, busy = np.diff(timing.starts_us, prepend=0).tolist(), timing.busy_us.tolist()
    starts: list[int] = []
    pauses = []
    for shot, (gap, before) in enumerate(zip(gaps, latest.tolist(), strict=True)):
        start = gap + (starts[-1] if starts else 0)
        if before >= 0:
            due = starts[before] + rests_us[shot]
            if due > start:
                wait = due - starts[-1] - busy[shot - 1]
                pauses.append(
                    Pause(shot, "rest", wait, f"rest the skin for {wait / SECOND_US:.1f} s")
                )
                start = due
        starts.append(start)
    return tuple(pauses)


def _latest(
    prescription: Prescription, pricks: PrickTable, timing: Timing
) -> tuple[Integers, list[int]]:
    """Return, for each shot, its latest neighbour before it (-1: none) and its zone's rest, us."""
    count = len(timing.first)
    latest = np.full(count, -1)
    zone = pricks.zone[timing.first]
    for index, one in enumerate(prescription.zones):
        rows = np.flatnonzero(pricks.zone == index)
        if one.rest is None or min(one.rest.ms, one.rest.radius_um, len(rows)) == 0:
            continue
        columns = (pricks.x_um, pricks.y_um, pricks.z_um, pricks.shot)
        x, y, z, shot = (column[rows].astype(np.int64) for column in columns)
        kin = kin_of(x, y, z, shot, one.rest.radius_um)
        back = kin.two < kin.one
        np.maximum.at(latest, kin.one[back], kin.two[back])
    rests = [0 if one.rest is None else one.rest.ms * 1000 for one in prescription.zones]
    return latest, [rests[k] for k in zone.tolist()]
