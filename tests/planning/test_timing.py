"""The estimate of time is a replay of hand and pistol, shot by shot."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt

import pytest

from mesogun.planning import Plan, plan, travels_us
from mesogun.planning.timing import replay
from tests.planning.samples import face, order, zone


def by_hand(made: Plan) -> tuple[list[int], int, int]:
    """Play the shots one by one: (start of each, way in um, end of the last)."""
    motion, table = made.prescription.motion, made.pricks
    at, way, starts = 0, 0, []
    for row in range(len(table)):
        where = made.prescription.zones[int(table.zone[row])]
        if row:
            dx = int(table.x_um[row]) - int(table.x_um[row - 1])
            dy = int(table.y_um[row]) - int(table.y_um[row - 1])
            hop = isqrt(dx * dx + dy * dy)
            way += hop
            at += -(-hop * 1_000_000 // motion.travel_um_per_s)
        if where.trigger == "press":
            at += motion.settle_us
        elif row:
            at = max(at, starts[-1] + where.interval_ms * 1_000)
        starts.append(at)
        needle = -(-int(table.depth_um[row]) * 1_000_000 // motion.needle_um_per_s)
        giving = -(-int(table.dose_nl[row]) * 1_000_000 // where.rate_nl_per_s)
        at += needle + giving + where.dwell_ms * 1_000 + needle
    return starts, way, at


@pytest.mark.parametrize("interval", [0, 300, 5_000])
@pytest.mark.parametrize("trigger", ["press", "held"])
def test_a_plan_takes_what_playing_it_takes(interval: int, trigger: str) -> None:
    asked = face()
    zones = tuple(replace(one, interval_ms=interval) for one in asked.zones[:3])
    last = replace(asked.zones[3], trigger=trigger, interval_ms=interval)
    made = plan(replace(asked, zones=(*zones, last)))
    starts, way, end = by_hand(made)
    assert made.travel_um == way
    assert made.duration_us == end
    assert replay(made.prescription, made.pricks).starts_us.tolist() == starts


def test_a_plan_of_nappage_alone_never_shoots_sooner_than_the_interval() -> None:
    made = plan(order(zone(trigger="held", interval_ms=900)))
    starts = replay(made.prescription, made.pricks).starts_us
    assert (starts[1:] - starts[:-1]).min() == 900_000
    assert starts[0] == 0


def test_the_twins_hand_is_told_how_long_it_travels_to_each_shot() -> None:
    made = plan(face())
    told = travels_us(made)
    assert len(told) == len(made.pricks)
    assert told[0] == 0
    assert min(told[1:]) > 0
    assert all(isinstance(one, int) for one in told)
    assert sum(told) * 60_000 >= made.travel_um * 1_000_000


def test_zones_of_a_plan_add_up_to_its_way_but_for_the_ways_between_them() -> None:
    made = plan(face())
    assert sum(one.travel_um for one in made.zones) < made.travel_um
    assert all(one.travel_um >= one.travel_um_min for one in made.zones)
