"""The session replayed, shot by shot: its way, its time, and the rest between neighbours.

Part of the independent check. `planning.timing` says in words what is replayed here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Rest
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers
from mesogun.planning.verify.near import Cells, taken

SHOTS_AT_ONCE = 16_384
"""Few enough that a processor keeps them at hand."""
SECOND_US = 1_000_000


class Shots(NamedTuple):
    """What the hand and the pistol do, one row a shot."""

    x: Integers
    y: Integers
    z: Integers
    """The mean of the pricks' places, to the nearest um, halves up."""
    depth: Integers
    dose: Integers
    """Of all needles together."""
    zone: Integers


def check_time(plan: Plan, rows: Rows, found: Findings) -> None:
    """Replay the session, compare way and duration, and measure the rest of neighbours."""
    shots = _shots(rows)
    count = len(shots.zone)
    hops, gaps = np.zeros(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    gaps[0] = _settling(plan)[shots.zone[0]]
    for first in range(1, count, SHOTS_AT_ONCE):
        some = slice(first, min(first + SHOTS_AT_ONCE, count))
        hops[some], gaps[some] = _moved(plan, shots, some)
    waits: dict[int, int] = {}
    for one in plan.pauses:
        if one.kind == "rest" and 0 <= one.shot < count:
            waits[one.shot] = waits.get(one.shot, 0) + one.wait_us
    for shot, wait in waits.items():
        busy = int(_busy(plan, shots, slice(shot - 1, shot))[0]) if shot else 0
        gaps[shot] = max(int(gaps[shot]), busy + wait)
    starts = np.cumsum(gaps)
    took = int(starts[-1]) + int(_busy(plan, shots, slice(count - 1, count))[0])
    _compare(plan, shots, hops, took, found)
    for k, asked in enumerate(plan.prescription.zones):
        if asked.rest is not None:
            _check_rest(plan, k, asked.rest, rows, starts, found)


def _shots(rows: Rows) -> Shots:
    first = rows.first
    if len(first) == len(rows.x):
        return Shots(rows.x, rows.y, rows.z, rows.depth, rows.dose, rows.zone)
    count = np.diff(rows.begins)
    x, y, z = ((np.add.reduceat(one, first) * 2 + count) // (count * 2) for one in rows.points)
    depth, dose = np.maximum.reduceat(rows.depth, first), np.add.reduceat(rows.dose, first)
    return Shots(x, y, z, depth, dose, rows.zone[first])


def _settling(plan: Plan) -> Integers:
    """Return how long the hand settles before a shot in each zone."""
    settle = plan.prescription.motion.settle_us
    return np.array([0 if one.trigger == "held" else settle for one in plan.prescription.zones])


def _moved(plan: Plan, shots: Shots, some: slice) -> tuple[Integers, Integers]:
    """Return the way to some shots, and the time since the start of the one before, unrested."""
    before = slice(some.start - 1, some.stop - 1)
    square = np.zeros(some.stop - some.start, dtype=np.int64)
    for one in shots[:3]:
        gap = one[some] - one[before]
        square += gap * gap
    # a float's root of a whole number below 2**52 is never rounded up to the next whole number
    way = np.sqrt(square.astype(np.float64)).astype(np.int64)
    zone = shots.zone[some]
    moved = _up(way * SECOND_US, plan.prescription.motion.travel_um_per_s) + _settling(plan)[zone]
    interval = np.array([int(one.interval_ms) * 1_000 for one in plan.prescription.zones])
    return way, np.maximum(_busy(plan, shots, before) + moved, interval[zone])


def _busy(plan: Plan, shots: Shots, some: slice) -> Integers:
    """Return how long each shot keeps the pistol: in, settle, dose, dwell, out."""
    motion, zones = plan.prescription.motion, plan.prescription.zones
    zone = shots.zone[some]
    rates = np.array([int(one.rate_nl_per_s) for one in zones])
    dwells = np.array([int(one.dwell_ms) * 1_000 for one in zones])
    needle = _up(shots.depth[some] * SECOND_US, motion.needle_um_per_s)
    rate = int(rates[0]) if len(zones) == 1 else rates[zone]
    giving = _up(shots.dose[some] * SECOND_US, rate)
    busy: Integers = needle + motion.needle_settle_us + giving + dwells[zone] + needle
    return busy


def _up(value: Integers, by: Integers | int) -> Integers:
    """Divide and round up."""
    up: Integers = (value + (by - 1)) // by
    return up


def _compare(plan: Plan, shots: Shots, hops: Integers, took: int, found: Findings) -> None:
    way = int(hops.sum())
    if way != plan.travel_um:
        found.rule("travel_um", plan.travel_um, way, "um", note="not the way between the shots")
    if took != plan.duration_us:
        found.rule("duration_us", plan.duration_us, took, "us", note="not what a replay takes")
    ways = [0] * len(plan.zones)
    begins = np.concatenate((np.zeros(1, np.int64), np.flatnonzero(np.diff(shots.zone)) + 1))
    inside = hops.copy()
    inside[begins] = 0
    for zone, one in zip(shots.zone[begins], np.add.reduceat(inside, begins), strict=True):
        ways[zone] += int(one)
    for said, own in zip(plan.zones, ways, strict=True):
        if said.travel_um != own:
            note = "not the way between the zone's shots"
            found.rule("travel_um", said.travel_um, own, "um", zone=said.name, note=note)
        if not 0 <= said.travel_um_min <= own:
            note = "the way is shorter than what is called its least"
            found.rule("travel_um_min", said.travel_um_min, own, "um", zone=said.name, note=note)


def _check_rest(
    plan: Plan, k: int, rest: Rest, rows: Rows, starts: Integers, found: Findings
) -> None:
    """Measure, for every two neighbours of a zone, the shots and the time between them."""
    mine = np.flatnonzero(rows.zone == k)
    if not len(mine):
        return
    few: list[Integers] = []
    soon: list[Integers] = []
    rest_us, reach = rest.ms * 1_000, rest.radius_um
    least_shots, least_us = rest.shots, rest_us
    for a, b, square in Cells(taken(rows.points, mine), reach).pairs():
        near = square <= reach * reach
        one, two = rows.shot[mine[a[near]]], rows.shot[mine[b[near]]]
        both = np.stack((np.minimum(one, two), np.maximum(one, two)))
        both = both[:, both[0] != both[1]]
        between = both[1] - both[0] - 1
        time = starts[both[1]] - starts[both[0]]
        few.append(both[:, between < rest.shots])
        soon.append(both[:, time < rest_us])
        least_shots = min(least_shots, int(between.min(initial=least_shots)))
        least_us = min(least_us, int(time.min(initial=least_us)))
    for name, worst, least, unit, pairs in (
        ("rest_shots", least_shots, rest.shots, "shots", few),
        ("rest_us", least_us, rest_us, "us", soon),
    ):
        if worst < least:
            told = np.unique(np.concatenate(pairs, axis=1).ravel())[:ROWS_TOLD_MAX]
            found.rule(
                name,
                worst,
                least,
                unit,
                zone=plan.zones[k].name,
                pricks=tuple(rows.first[told].tolist()),
                note=f"between neighbours within {reach} um",
                origin="prescription",
            )
