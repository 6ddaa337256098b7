"""How long it takes: the hand's travel and the pistol's cycle, replayed shot by shot in integers.

PRESS: the hand travels and settles, the trigger is pulled, the needle goes in, the dose is given,
the pistol dwells, the needle comes out; then the hand moves on. HELD (nappage): the same without
settling, and a shot starts no sooner than the zone's interval after the one before.
Before its first site the hand is at rest there: the first travel is nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Prescription
from mesogun.planning.pricks import PrickTable
from mesogun.planning.raster import Integers

SECOND_US = 1_000_000


class Timing(NamedTuple):
    """When shots start and what the whole takes."""

    travels_us: Integers
    """The hand's way to each shot, in time."""
    starts_us: Integers
    """When each shot's needle starts, from the session's first movement."""
    travel_um: int
    """The hand's way in all: each hop rounded down to whole um."""
    duration_us: int


def hops_um(x_um: Integers, y_um: Integers) -> Integers:
    """Return the length of the way to each site, rounded down to whole um; 0 to the first."""
    square = np.square(np.diff(x_um)) + np.square(np.diff(y_um))
    root = np.sqrt(square.astype(np.float64)).astype(np.int64)
    root -= root * root > square
    root += (root + 1) * (root + 1) <= square
    return np.concatenate((np.zeros(min(1, len(x_um)), dtype=np.int64), root))


def replay(prescription: Prescription, pricks: PrickTable) -> Timing:
    """Play the shots of `pricks` through the prescription's motion."""
    motion = prescription.motion
    hops = hops_um(pricks.x_um.astype(np.int64), pricks.y_um.astype(np.int64))
    travels = _ceil_div(hops * SECOND_US, np.int64(motion.travel_um_per_s))
    zone = pricks.zone
    zones = prescription.zones
    rate = np.array([int(one.rate_nl_per_s) for one in zones], dtype=np.int64)[zone]
    dwell = np.array([int(one.dwell_ms) * 1000 for one in zones], dtype=np.int64)[zone]
    held = np.array([one.trigger == "held" for one in zones])[zone]
    interval = np.array([int(one.interval_ms) * 1000 for one in zones], dtype=np.int64)[zone]
    needle = _ceil_div(
        pricks.depth_um.astype(np.int64) * SECOND_US, np.int64(motion.needle_um_per_s)
    )
    shot = 2 * needle + _ceil_div(pricks.dose_nl.astype(np.int64) * SECOND_US, rate) + dwell
    after = travels + np.where(held, 0, motion.settle_us)
    gaps = after.copy()
    gaps[1:] += shot[:-1]
    np.maximum(gaps, np.where(held, interval, 0), out=gaps, where=np.arange(len(gaps)) > 0)
    starts = np.cumsum(gaps)
    return Timing(travels, starts, int(hops.sum()), int(starts[-1] + shot[-1]))


def _ceil_div(value: Integers, by: Integers | np.int64) -> Integers:
    return -(-value // by)


def travels_us(plan: Plan) -> tuple[int, ...]:
    """Return how long the hand travels to each shot of `plan`, for a twin's hand to repeat."""
    return tuple(replay(plan.prescription, plan.pricks).travels_us.tolist())
