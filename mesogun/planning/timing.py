"""How long it takes: the hand's travel and the pistol's cycle, replayed shot by shot in integers.

All times are us and whole; every division rounds up. Time 0 is the session's first movement, with
the hand at rest at the first shot's place.

- A shot's place is the mean of its pricks' places, each coordinate to the nearest um, halves up.
  A single needle's shot is where its prick is. The hand goes straight from place to place, in three
  dimensions; its way is rounded down to whole um. Turning a head takes no time.
- Travel: way / hand's speed. At the site the hand settles; where the trigger is held it does not.
- Busy: the needle goes in (depth / needle's speed), settles, the dose of the whole shot is given
  (sum over its pricks / the zone's rate), the pistol dwells, the needle comes out.
- Shot k starts at the latest of: the end of shot k-1 + travel + settling; the start of shot k-1 +
  the interval of k's zone; the end of shot k-1 + the rests that stand before k. The first shot
  starts after its settling, or its rests.
- The session ends when the last needle is out. Other pauses last as long as a person takes: they
  are not counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from mesogun.planning.place.raster import Integers
from mesogun.planning.plan import Pause, Plan
from mesogun.planning.prescription import Prescription
from mesogun.planning.pricks import Column, PrickTable

SECOND_US = 1_000_000


class Places(NamedTuple):
    """Where the hand is for each shot, um."""

    x_um: Integers
    y_um: Integers
    z_um: Integers


class Timing(NamedTuple):
    """When shots start and what the whole takes: one row a shot."""

    first: Integers
    """The row of each shot's first prick."""
    hops_um: Integers
    """The hand's way to each shot's place, rounded down to whole um; 0 to the first."""
    travels_us: Integers
    """The same in time."""
    busy_us: Integers
    """From each shot's start until its needle is out."""
    starts_us: Integers
    """When each shot's needle starts, from the session's first movement."""
    duration_us: int


def firsts(shot: Integers | Column) -> Integers:
    """Return the row at which each shot begins; the rows of one shot stand together."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.flatnonzero(np.diff(shot)) + 1))


def places(x_um: Integers, y_um: Integers, z_um: Integers, first: Integers) -> Places:
    """Return each shot's place: the mean of its pricks' places, to the nearest um, halves up."""
    columns = (x_um, y_um, z_um)
    if len(first) == len(x_um):
        return Places(*columns)
    counts = np.diff(first, append=len(x_um))
    sums = (np.add.reduceat(one, first) for one in columns)
    return Places(*((2 * one + counts) // (2 * counts) for one in sums))


def hops_um(x_um: Integers, y_um: Integers, z_um: Integers | None = None) -> Integers:
    """Return the length of the way to each place, rounded down to whole um; 0 to the first."""
    dx, dy = np.diff(x_um), np.diff(y_um)
    square = dx * dx + dy * dy
    if z_um is not None and z_um.any():
        dz = np.diff(z_um)
        square += dz * dz
    hops = np.zeros(len(x_um), dtype=np.int64)
    # squares stay below 2**50: the root of a whole number is then never rounded up to the next one
    hops[1:] = np.sqrt(square.astype(np.float64))
    return hops


def replay(prescription: Prescription, pricks: PrickTable, pauses: Iterable[Pause] = ()) -> Timing:
    """Play the shots of `pricks`, which come zone by zone, through the prescription's motion.

    Of `pauses` the rests take time; a person's pauses do not.
    """
    motion = prescription.motion
    first = firsts(pricks.shot)
    x, y, z = (one.astype(np.int64) for one in (pricks.x_um, pricks.y_um, pricks.z_um))
    hops = hops_um(*places(x, y, z, first))
    travels = _ceil_div(hops * SECOND_US, motion.travel_um_per_s)
    zone = pricks.zone[first]
    busy = _busy_us(prescription, pricks, first, zone)
    settle = [0 if one.trigger == "held" else motion.settle_us for one in prescription.zones]
    gaps = travels + np.array(settle, dtype=np.int64)[zone]
    gaps[1:] += busy[:-1]
    interval = np.array([int(one.interval_ms) * 1000 for one in prescription.zones])
    np.maximum(gaps[1:], interval[zone[1:]], out=gaps[1:])
    for shot, wait_us in _waits(pauses).items():
        gaps[shot] = max(int(gaps[shot]), wait_us + (int(busy[shot - 1]) if shot else 0))
    starts = np.cumsum(gaps)
    return Timing(first, hops, travels, busy, starts, int(starts[-1] + busy[-1]))


def _busy_us(
    prescription: Prescription, pricks: PrickTable, first: Integers, zone: Column
) -> Integers:
    """Return how long the needle of each shot is under way."""
    motion = prescription.motion
    depth, dose = pricks.depth_um.astype(np.int64), pricks.dose_nl.astype(np.int64)
    if len(first) < len(dose):
        depth, dose = np.maximum.reduceat(depth, first), np.add.reduceat(dose, first)
    rate = np.array([int(one.rate_nl_per_s) for one in prescription.zones])
    stay = [int(one.dwell_ms) * 1000 + motion.needle_settle_us for one in prescription.zones]
    needle = _ceil_div(depth * SECOND_US, motion.needle_um_per_s)
    giving = _ceil_div(dose * SECOND_US, rate[zone])
    busy: Integers = 2 * needle + giving + np.array(stay)[zone]
    return busy


def _waits(pauses: Iterable[Pause]) -> dict[int, int]:
    """Return how long is rested before a shot: rests that stand before the same one add up."""
    waits: dict[int, int] = {}
    for one in pauses:
        if one.kind == "rest":
            waits[one.shot] = waits.get(one.shot, 0) + one.wait_us
    return waits


def ways_um(pricks: PrickTable, timing: Timing, zones: int) -> list[int]:
    """Return the hand's way inside each zone, from its first shot to its last."""
    zone = pricks.zone[timing.first]
    within = np.zeros(len(zone), dtype=np.int64)
    within[1:] = np.where(zone[1:] == zone[:-1], timing.hops_um[1:], 0)
    # whole numbers, added up by zone: exact
    sums = np.zeros(zones, dtype=np.int64)
    np.add.at(sums, zone, within)
    return [int(one) for one in sums]


def _ceil_div(value: Integers, by: Integers | int) -> Integers:
    return -(-value // by)


def travels_us(plan: Plan) -> tuple[int, ...]:
    """Return how long the hand travels to each shot of `plan`, for a twin's hand to repeat."""
    return tuple(replay(plan.prescription, plan.pricks).travels_us.tolist())
