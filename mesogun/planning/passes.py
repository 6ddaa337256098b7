"""Passes of a pen or a roller: what the hand does in one go over a zone, and how long it takes.

A pass is all parallel strokes that go once over one zone. It follows from the plan alone, so that
the guide in the terminal, the record and the report speak of the same passes.
"""

from __future__ import annotations

from itertools import groupby
from math import isqrt
from typing import NamedTuple

from mesogun.planning.needling import SECOND_US
from mesogun.planning.place.region import mm
from mesogun.planning.plan import Plan, Stroke


class Pass(NamedTuple):
    """Strokes that go once over one zone."""

    number: int
    """From 1, through the whole plan."""
    zone: int
    turn: int
    """In which pass over its zone, from 0."""
    first: int
    """Index of its first stroke."""
    stop: int
    """Index after its last."""


def passes_of(plan: Plan) -> tuple[Pass, ...]:
    """Return the passes of `plan`, in the order in which they are given."""
    found: list[Pass] = []
    for (zone, turn), some in groupby(plan.strokes, key=lambda one: (one.zone, one.turn)):
        first = found[-1].stop if found else 0
        found.append(Pass(len(found) + 1, zone, turn, first, first + sum(1 for _ in some)))
    return tuple(found)


def length_um(one: Stroke) -> int:
    """Return the length of a stroke, rounded down."""
    return isqrt((one.end_um[0] - one.start_um[0]) ** 2 + (one.end_um[1] - one.start_um[1]) ** 2)


def stroke_us(plan: Plan, index: int) -> int:
    """Return how long the tip is on the skin in one stroke, rounded up."""
    one = plan.strokes[index]
    needled = plan.zones[one.zone].needled
    assert needled is not None  # every zone of such a plan is needled
    return -(-length_um(one) * SECOND_US // needled.hand_um_per_s)


def settle_us(plan: Plan, index: int) -> int:
    """Return how long the hand takes from the stroke before to the beginning of this one."""
    motion = plan.prescription.motion
    if not index:
        return motion.settle_us
    at, to = plan.strokes[index - 1].end_um, plan.strokes[index].start_um
    hop = isqrt((at[0] - to[0]) ** 2 + (at[1] - to[1]) ** 2)
    return motion.settle_us - (-hop * SECOND_US // motion.travel_um_per_s)


def heading_of(one: Stroke) -> str:
    """Say which way a stroke goes on the map, whose y runs downwards."""
    (x, y), (to_x, to_y) = one.start_um, one.end_um
    if abs(to_x - x) >= abs(to_y - y):
        return "rightwards" if to_x > x else "leftwards"
    return "downwards" if to_y > y else "upwards"


def settings_told(plan: Plan, zone: int) -> str:
    """Say what a person sets, and spreads on the skin, before the first stroke over a zone."""
    asked, planned = plan.prescription.zones[zone], plan.zones[zone]
    told = f"set the needles to {mm(int(asked.depth_um))} for {planned.name}"
    topical = planned.needled.topical_nl if planned.needled is not None else 0
    if not topical:
        return told
    product = plan.prescription.products[asked.product].name
    return f"{told}; spread {_volume(topical)} of {product} on it"


def _volume(nl: int) -> str:
    """Write a volume to the nearest uL: a hand spreads no more exactly."""
    ml, rest = divmod(round(nl, -3), 1_000_000)
    return f"{ml}.{rest // 1_000:03d} mL"
