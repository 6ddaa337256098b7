"""The replay of a session, against one made shot by shot, and the rest of neighbours."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from typing import Any

import pytest

from mesogun.errors import Violation
from mesogun.planning import Plan, column
from mesogun.planning.prescription import Motion, Rest
from mesogun.planning.verify.columns import rows_of_plan
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.replay import check_time
from tests.planning.plans_by_hand import by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, order, zone
from tests.planning.told_whole import (
    FAR,
    RX,
    pause,
    rule,
    stamped,
)


def told_of_time(made: Plan) -> list[Violation]:
    found = Findings()
    check_time(made, rows_of_plan(made), found)
    return found.all


def by_hand_timed(made: Plan) -> tuple[list[int], int, list[int]]:
    """Starts of all shots, the duration and the hops, one by one."""
    rx, table = made.prescription, made.pricks
    shots: dict[int, list[int]] = {}
    for row in range(len(table)):
        shots.setdefault(int(table.shot[row]), []).append(row)
    starts: list[int] = []
    hops: list[int] = []
    before: list[int] = []
    free = 0
    for number in sorted(shots):
        rows = shots[number]
        n = len(rows)
        place = [
            (2 * int(c[rows].sum()) + n) // (2 * n) for c in (table.x_um, table.y_um, table.z_um)
        ]
        zone_asked = rx.zones[int(table.zone[rows[0]])]
        settle = 0 if zone_asked.trigger == "held" else rx.motion.settle_us
        hop = isqrt(sum((p - q) ** 2 for p, q in zip(place, before or place, strict=True)))
        start = free + -(-hop * 1_000_000 // rx.motion.travel_um_per_s) + settle
        if starts:
            start = max(start, starts[-1] + zone_asked.interval_ms * 1_000)
        wait = sum(one.wait_us for one in made.pauses if one.shot == number and one.kind == "rest")
        start = max(start, free + wait) if wait else start
        deep, dose = int(table.depth_um[rows].max()), int(table.dose_nl[rows].sum())
        needle = -(-deep * 1_000_000 // rx.motion.needle_um_per_s)
        giving_us = -(-dose * 1_000_000 // zone_asked.rate_nl_per_s)
        free = (
            start
            + 2 * needle
            + rx.motion.needle_settle_us
            + giving_us
            + zone_asked.dwell_ms * 1_000
        )
        starts.append(start)
        hops.append(hop)
        before = place
    return starts, free, hops


def timed(**changes: Any) -> Plan:
    """Two zones of two pricks, in space, with odd speeds."""
    one = zone("a", SQUARE, interval_ms=900, **changes)
    two = zone("b", FAR, rate_nl_per_s=33_333, dwell_ms=7, trigger="held", depth_um=1_001)
    rx = replace(order(one, two), motion=Motion(49_999, 60_001, 12_345, "t", 777))
    places = [(5_000, 5_000, 3), (9_000, 8_001, -4), (75_000, 5_000, 0), (80_000, 5_000, 9)]
    pauses = (pause(0, "rest", 5_000), pause(1, "rest", 100_000), pause(1, "rest", 2_000_000),
              pause(2, "refill"), pause(3, "rest", 10))  # fmt: skip
    return by_hand(
        giving(rx, 40_000),
        places,
        dose=[9_000, 11_000, 9_999, 10_001],
        zone=[0, 0, 1, 1],
        pauses=pauses,
    )


@pytest.mark.parametrize("waits", [(), (0,), (20_000,), (400_000, 800_000), (3_000_000,)])
@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_way_and_duration_are_those_of_a_replay_shot_by_shot(
    waits: tuple[int, ...], at: int
) -> None:
    made = replace(timed(), pauses=tuple(pause(at, "rest", one) for one in waits))
    _, took, hops = by_hand_timed(made)
    said = replace(made, duration_us=took, travel_um=sum(hops))
    assert told_of_time(said) == []
    for off in (-1, 1):
        told = told_of_time(replace(said, duration_us=took + off, travel_um=sum(hops) + off))
        way, time = "not the way between the shots", "not what a replay takes"
        assert told == [
            rule("travel_um", sum(hops) + off, sum(hops), "um", note=way),
            rule("duration_us", took + off, took, "us", note=time),
        ]


def test_the_hand_goes_to_the_middle_of_a_head_s_pricks() -> None:
    made = stamped(*[10_000] * 4, columns={"depth_um": [600, 601, 500, 499]})
    x = made.pricks.x_um.copy()
    for off in range(3):
        x[1] += off
        moved_x = replace(made, pricks=replace(made.pricks, x_um=column(x)))
        _, took, hops = by_hand_timed(moved_x)
        ways = tuple(replace(one, travel_um=sum(hops)) for one in made.zones)
        assert (
            told_of_time(replace(moved_x, duration_us=took, travel_um=sum(hops), zones=ways)) == []
        )


def test_ways_inside_each_zone_are_added_up() -> None:
    rx = order(zone("a", SQUARE), zone("b", FAR))
    places = [(5_000, 5_000), (11_000, 5_000), (75_000, 5_000), (80_000, 5_000), (5_000, 20_000),
              (5_000, 27_000)]  # fmt: skip
    made = by_hand(giving(rx, 60_000), places, zone=[0, 0, 1, 1, 0, 0])
    way, least = (
        "not the way between the zone's shots",
        "the way is shorter than what is called its least",
    )

    def said(*of_zones: tuple[int, int]) -> list[Violation]:
        zones = tuple(
            replace(one, travel_um=a, travel_um_min=b)
            for one, (a, b) in zip(made.zones, of_zones, strict=True)
        )
        return told_of_time(replace(made, zones=zones))

    assert said((13_000, 0), (5_000, 5_000)) == []
    assert said((13_000, 13_000), (5_001, 5_001)) == [
        rule("travel_um", 5_001, 5_000, "um", zone="b", note=way),
        rule("travel_um_min", 5_001, 5_000, "um", zone="b", note=least),
    ]
    assert said((12_999, -1), (5_000, 0)) == [
        rule("travel_um", 12_999, 13_000, "um", zone="a", note=way),
        rule("travel_um_min", -1, 13_000, "um", zone="a", note=least),
    ]


def test_rests_are_told_by_the_least_and_by_all_shots_that_rest_too_little() -> None:
    places = [*row_of_points(4, 5_000), (5_000, 10_000)]
    rest = Rest(5_000, 2, 0)
    rx = giving(order(zone("a", SQUARE, rest=rest)), 50_000)
    note = "between neighbours within 5000 um"
    made = by_hand(rx, places)
    told = rule(
        "rest_shots", 0, 2, "shots", zone="a", pricks=(0, 1, 2, 3), note=note, origin="prescription"
    )
    assert told_of_time(made) == [told]
    nearer = replace(rx, zones=(replace(rx.zones[0], rest=replace(rest, radius_um=4_999)),))
    assert told_of_time(by_hand(nearer, places)) == []
    four = replace(rx, zones=(replace(rx.zones[0], rest=replace(rest, shots=4)),))
    assert told_of_time(by_hand(four, places)) == [replace(told, bound=4, pricks=(0, 1, 2, 3, 4))]
    three = replace(rx, zones=(replace(rx.zones[0], rest=replace(rest, shots=3)),))
    assert told_of_time(by_hand(three, places)) == [replace(told, bound=3)]


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_rest_is_measured_from_start_to_start_to_the_us(off: int) -> None:
    rx = giving(order(zone("a", SQUARE, rest=Rest(5_000, 0, 1_000))), 20_000)
    made = by_hand(rx, row_of_points(2, 5_000))
    starts, _, _ = by_hand_timed(made)
    busy = 324_000
    made = by_hand(rx, row_of_points(2, 5_000), pauses=(pause(1, "rest", 1_000_000 - busy + off),))
    starts, _, _ = by_hand_timed(made)
    assert starts[1] - starts[0] == 1_000_000 + off
    told = told_of_time(made)
    note = "between neighbours within 5000 um"
    wanted = rule(
        "rest_us", 999_999, 1_000_000, "us", zone="a", pricks=(0, 1), note=note,
        origin="prescription",
    )  # fmt: skip
    assert told == ([wanted] if off < 0 else [])


def test_pricks_of_one_shot_are_no_neighbours_and_those_in_one_place_are() -> None:
    one = replace(zone("a", SQUARE), rest=Rest(0, 1, 0))
    rx = giving(replace(RX, zones=(one,)), 20_000)
    (told,) = told_of_time(by_hand(rx, [(5_000, 5_000)] * 2))
    assert (told.limit, told.value, told.pricks) == ("rest_shots", 0, (0, 1))
    shots = stamped(*[10_000] * 4)
    asked = shots.prescription
    resting = replace(asked.zones[0], rest=Rest(6_000, 1, 0))
    told_of = told_of_time(replace(shots, prescription=replace(asked, zones=(resting,))))
    assert [(each.limit, each.value, each.pricks) for each in told_of] == [
        ("rest_shots", 0, (0, 2))
    ]


def test_of_many_that_rest_too_little_a_hundred_are_told() -> None:
    rx = order(zone("a", SQUARE, rest=Rest(5_000, 1, 0)), zone("b", FAR, rest=Rest(9_000, 1, 0)))
    made = by_hand(giving(rx, 1_020_000), row_of_points(102, 5_000), zone=[0] * 102)
    (told,) = told_of_time(made)
    assert told.pricks == tuple(range(100))


@pytest.mark.parametrize("shot", [-1, 4, 9])
def test_a_rest_before_no_shot_takes_no_time(shot: int) -> None:
    made = timed()
    _, took, hops = by_hand_timed(made)
    said = replace(made, duration_us=took, travel_um=sum(hops))
    beyond = replace(said, pauses=(*made.pauses, pause(shot, "rest", 9_000_000)))
    assert told_of_time(beyond) == []
