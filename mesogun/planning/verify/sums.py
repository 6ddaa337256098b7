"""Doses, depths, counts, times, and what the plan says of its zones.

Part of the independent check.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.verify.findings import Findings, Integers, rows_of
from mesogun.planning.verify.limits import Bounds

ROWS_AT_ONCE = 16_384
"""Few enough that a processor keeps them at hand."""


def check_numbers(plan: Plan, bounds: Bounds, zone: Integers, found: Findings) -> None:
    """Count pricks and shots: one prick a shot, numbered from 0, zones in the clinician's order."""
    count = len(plan.pricks)
    bound = bounds["pricks_max", None]
    if count > bound.value:
        found.limit(bound, count, None)
    numbered = plan.pricks.shot == np.arange(count)
    if plan.prescription.head == "single" and not numbered.all():
        rows = rows_of(~numbered)
        value = int(plan.pricks.shot[rows[0]])
        found.rule("shot", value, rows[0], "shot", pricks=rows, note="one prick a shot, from 0 on")
    backwards = np.concatenate((np.zeros(1, dtype=np.bool_), np.diff(zone) < 0))
    if backwards.any():
        rows = rows_of(backwards)
        found.rule(
            "zone",
            int(zone[rows[0]]),
            int(zone[rows[0] - 1]),
            "zone",
            pricks=rows,
            note="zones are treated in the order of the prescription",
        )
    lifted = plan.pricks.z_um != 0
    if lifted.any():
        rows = rows_of(lifted)
        found.rule(
            "z_um", int(plan.pricks.z_um[rows[0]]), 0, "um", pricks=rows, note="the zones are flat"
        )


def check_doses(
    plan: Plan, bounds: Bounds, zone: Integers, dose: Integers, found: Findings
) -> None:
    """Measure every dose against its bounds and the sum against the volume prescribed."""
    step = bounds["dose_quantum_nl_min", None]
    odd = dose % step.value != 0
    if odd.any():
        rows = rows_of(odd)
        found.limit(step, int(dose[rows[0]]), None, rows, note="no multiple of it")
    for k, one in enumerate(plan.prescription.zones):
        for name in ("dose_nl_max", "dose_nl_min"):
            bound = bounds[name, k]
            over = dose > bound.value if name.endswith("_max") else dose < bound.value
            broken = over & (zone == k)
            if broken.any():
                worst = dose[broken].max() if name.endswith("_max") else dose[broken].min()
                found.limit(bound, int(worst), one.name, rows_of(broken))
    total = int(dose.sum())
    volume = int(plan.prescription.product.volume_nl)
    if total != volume:
        found.rule(
            "volume_nl",
            total,
            volume,
            "nl",
            origin="prescription",
            note="the doses do not add up to the volume prescribed",
        )
    for name in ("volume_nl_max", "syringe_volume_nl_max"):
        bound = bounds[name, None]
        if max(total, volume) > bound.value:
            found.limit(bound, max(total, volume), None)


def check_depths(plan: Plan, bounds: Bounds, zone: Integers, found: Findings) -> None:
    """Measure every depth against the area's cap, the needle and what was asked."""
    depth = plan.pricks.depth_um.astype(np.int64)
    needle = bounds["needle_depth_um_max", None]
    if (depth > needle.value).any():
        found.limit(needle, int(depth.max()), None, rows_of(depth > needle.value))
    for k, one in enumerate(plan.prescription.zones):
        bound = bounds["depth_um_max", k]
        mine = zone == k
        deep = mine & (depth > bound.value)
        if deep.any():
            found.limit(bound, int(depth[deep].max()), one.name, rows_of(deep))
        other = mine & (depth != int(one.depth_um))
        if other.any():
            rows = rows_of(other)
            found.rule(
                "depth_um",
                int(depth[rows[0]]),
                int(one.depth_um),
                "um",
                zone=one.name,
                pricks=rows,
                origin="prescription",
                note="not the depth prescribed",
            )


def check_zones(
    plan: Plan, bounds: Bounds, zone: Integers, dose: Integers, found: Findings
) -> None:
    """Compare what the plan says of each zone with the prescription and with the pricks."""
    shares = [one.share_ppm for one in plan.prescription.zones]
    volume = int(plan.prescription.product.volume_nl)
    step = bounds["dose_quantum_nl_min", None].value
    for k, (said, asked) in enumerate(zip(plan.zones, plan.prescription.zones, strict=True)):
        copied = (
            (said.name, asked.name),
            (said.area, asked.area),
            (said.technique, asked.technique),
            (said.outline_um, asked.outline_um),
            (said.exclusions_um, asked.exclusions_um),
            (said.margin_um, int(asked.margin_um)),
        )
        if any(one != other for one, other in copied):
            found.rule(
                "zones",
                k,
                k,
                "zone",
                zone=asked.name,
                origin="prescription",
                note="name, area, technique, outline or margin is not as prescribed",
            )
        count, given = int((zone == k).sum()), int(dose[zone == k].sum())
        if said.prick_count != count or count == 0:
            found.rule("prick_count", said.prick_count, count, "pricks", zone=asked.name)
        if said.dose_nl_total != given:
            found.rule("dose_nl_total", said.dose_nl_total, given, "nl", zone=asked.name)
        share = shares[k]
        if share is not None:
            whole = sum(one or 0 for one in shares)
            if abs(given * whole - volume * share) >= step * whole:
                found.rule(
                    "share_ppm",
                    given,
                    volume * share // whole,
                    "nl",
                    zone=asked.name,
                    origin="prescription",
                    note="not the zone's share of the volume",
                )
        _check_pitch(plan, bounds, k, found)


def _check_pitch(plan: Plan, bounds: Bounds, k: int, found: Findings) -> None:
    said, asked = plan.zones[k], plan.prescription.zones[k]
    low, high = bounds["spacing_um_min", k], bounds["spacing_um_max", k]
    if said.spacing_um_min != low.value:
        found.limit(low, said.spacing_um_min, asked.name, note="the plan promises another spacing")
    if said.pitch_um < low.value:
        found.limit(low, said.pitch_um, asked.name, note="the lattice's pitch")
    pitch = int(asked.spacing_um) if asked.spacing_um is not None else None
    if pitch is not None and not pitch <= said.pitch_um <= pitch + 2:
        found.rule(
            "pitch_um",
            said.pitch_um,
            pitch,
            "um",
            zone=asked.name,
            origin="prescription",
            note="not the spacing prescribed",
        )
    if said.pitch_um > high.value + 2:
        found.limit(high, said.pitch_um, asked.name, note="the lattice's pitch")


def check_time(
    plan: Plan, x: Integers, y: Integers, zone: Integers, dose: Integers, found: Findings
) -> None:
    """Replay the session, prick by prick, and compare way and duration."""
    settle = 0 if plan.prescription.zones[int(zone[0])].trigger == "held" else 1
    travel, took = 0, settle * plan.prescription.motion.settle_us
    last = len(x) - 1
    for start in range(0, last, ROWS_AT_ONCE):
        rows = slice(start, min(start + ROWS_AT_ONCE, last) + 1)
        way, time = _moved(plan, x[rows], y[rows], zone[rows], dose[rows], rows)
        travel, took = travel + way, took + time
    end = slice(last, last + 1)
    took += int(_cycle(plan, zone[end], dose[end], end)[0])
    if travel != plan.travel_um:
        found.rule("travel_um", plan.travel_um, travel, "um", note="not the way between the pricks")
    if took != plan.duration_us:
        found.rule("duration_us", plan.duration_us, took, "us", note="not what a replay takes")


def _moved(
    plan: Plan, x: Integers, y: Integers, zone: Integers, dose: Integers, rows: slice
) -> tuple[int, int]:
    """Return way and time from the first to the last of some rows, each from start to start."""
    motion, zones = plan.prescription.motion, plan.prescription.zones
    gx, gy = x[1:] - x[:-1], y[1:] - y[:-1]
    # a float's root of a whole number below 2**52 is never rounded up to the next whole number
    way = np.sqrt((gx * gx + gy * gy).astype(np.float64)).astype(np.int64)
    held = [one.trigger == "held" for one in zones]
    settle = np.array([0 if one else motion.settle_us for one in held], dtype=np.int64)
    pauses = [int(one.interval_ms) * 1_000 for one in zones]
    arrived = zone[1:]
    moved = _up(way * 1_000_000, motion.travel_um_per_s) + settle[arrived]
    between = _cycle(plan, zone, dose, rows)[:-1] + moved
    return int(way.sum()), int(np.maximum(between, np.array(pauses)[arrived]).sum())


def _cycle(plan: Plan, zone: Integers, dose: Integers, rows: slice) -> Integers:
    """Return how long each shot keeps the pistol busy: in, dose, dwell, out."""
    motion, zones = plan.prescription.motion, plan.prescription.zones
    rates = np.array([int(one.rate_nl_per_s) for one in zones])
    dwells = np.array([int(one.dwell_ms) for one in zones]) * 1_000
    needle = _up(plan.pricks.depth_um[rows].astype(np.int64) * 1_000_000, motion.needle_um_per_s)
    giving = _up(dose * 1_000_000, int(rates[0]) if len(zones) == 1 else rates[zone])
    busy: Integers = needle + motion.needle_settle_us + giving + dwells[zone] + needle
    return busy


def _up(value: Integers, by: Integers | int) -> Integers:
    """Divide and round up."""
    up: Integers = (value + (by - 1)) // by
    return up
