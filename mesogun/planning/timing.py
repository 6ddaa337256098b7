"""How long it takes: the hand's travel and the pistol's cycle, replayed shot by shot in integers.

PRESS: the hand travels and settles, the trigger is pulled, the needle goes in, the dose is given,
the pistol dwells, the needle comes out; then the hand moves on. HELD (nappage): the same without
settling, and a shot starts no sooner than the zone's interval after the one before.
Before its first site the hand is at rest there: the first travel is nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.place.raster import Integers
from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Prescription
from mesogun.planning.pricks import PrickTable

SECOND_US = 1_000_000


class Timing(NamedTuple):
    """When shots start and what the whole takes."""

    hops_um: Integers
    """The hand's way to each site, rounded down to whole um; 0 to the first."""
    travels_us: Integers
    """The same in time."""
    starts_us: Integers
    """When each shot's needle starts, from the session's first movement."""
    duration_us: int


def hops_um(x_um: Integers, y_um: Integers) -> Integers:
    """Return the length of the way to each site, rounded down to whole um; 0 to the first."""
    dx, dy = np.diff(x_um), np.diff(y_um)
    hops = np.zeros(len(x_um), dtype=np.int64)
    # squares stay below 2**50: the root of a whole number is then never rounded up to the next one
    hops[1:] = np.sqrt((dx * dx + dy * dy).astype(np.float64))
    return hops


def replay(prescription: Prescription, pricks: PrickTable) -> Timing:
    """Play the shots of `pricks`, which come zone by zone, through the prescription's motion."""
    motion = prescription.motion
    hops = hops_um(pricks.x_um.astype(np.int64), pricks.y_um.astype(np.int64))
    travels = _ceil_div(hops * SECOND_US, motion.travel_um_per_s)
    ends = np.searchsorted(pricks.zone, np.arange(len(prescription.zones)), side="right").tolist()
    shot, gaps = np.empty_like(hops), travels.copy()
    for zone, start, end in zip(prescription.zones, [0, *ends[:-1]], ends, strict=True):
        rows = slice(start, end)
        needle = _ceil_div(
            pricks.depth_um[rows].astype(np.int64) * SECOND_US, motion.needle_um_per_s
        )
        giving = _ceil_div(pricks.dose_nl[rows].astype(np.int64) * SECOND_US, zone.rate_nl_per_s)
        shot[rows] = 2 * needle + giving + int(zone.dwell_ms) * 1000
        gaps[rows] += 0 if zone.trigger == "held" else motion.settle_us
    gaps[1:] += shot[:-1]
    for zone, start, end in zip(prescription.zones, [0, *ends[:-1]], ends, strict=True):
        if zone.trigger == "held":
            after_first = slice(max(start, 1), end)
            np.maximum(gaps[after_first], int(zone.interval_ms) * 1000, out=gaps[after_first])
    starts = np.cumsum(gaps)
    return Timing(hops, travels, starts, int(starts[-1] + shot[-1]))


def _ceil_div(value: Integers, by: int) -> Integers:
    return -(-value // by)


def travels_us(plan: Plan) -> tuple[int, ...]:
    """Return how long the hand travels to each shot of `plan`, for a twin's hand to repeat."""
    return tuple(replay(plan.prescription, plan.pricks).travels_us.tolist())
