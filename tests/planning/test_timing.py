"""The estimate of time is a replay of hand and pistol, shot by shot."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.dryrun import dry_run
from mesogun.planning import (
    Motion,
    Pause,
    Prescription,
    PrickTable,
    column,
    plan,
    travels_us,
    verify,
)
from mesogun.planning.timing import firsts, hops_um, places, replay, ways_um
from tests.planning.samples import face, order, zone


def shots_of(table: PrickTable) -> list[list[int]]:
    """The rows of each shot."""
    rows: dict[int, list[int]] = {}
    for row, shot in enumerate(table.shot.tolist()):
        rows.setdefault(shot, []).append(row)
    return list(rows.values())


def place_by_hand(table: PrickTable, rows: list[int]) -> list[int]:
    """The nearest whole um to the mean, halves up: the whole number that n times lies nearest."""
    told = []
    for values in (table.x_um, table.y_um, table.z_um):
        total, count = sum(int(values[row]) for row in rows), len(rows)
        least = total // count
        told.append(least + (2 * (total - least * count) >= count))
    return told


def by_hand(
    asked: Prescription, table: PrickTable, pauses: tuple[Pause, ...] = ()
) -> tuple[list[int], int, int]:
    """Play the shots one by one: (start of each, way in um, end of the last)."""
    motion = asked.motion
    end, way, starts, here = 0, 0, [], None
    for shot, rows in enumerate(shots_of(table)):
        where = asked.zones[int(table.zone[rows[0]])]
        place = place_by_hand(table, rows)
        came = place if here is None else here
        hop = isqrt(sum((a - b) ** 2 for a, b in zip(place, came, strict=True)))
        here, way = place, way + hop
        at = end - (-hop * 1_000_000 // motion.travel_um_per_s)
        at += motion.settle_us if where.trigger == "press" else 0
        if starts:
            at = max(at, starts[-1] + where.interval_ms * 1_000)
        rests = [one.wait_us for one in pauses if one.kind == "rest" and one.shot == shot]
        at = max(at, end + sum(rests))
        starts.append(at)
        needle = -(-int(table.depth_um[rows[0]]) * 1_000_000 // motion.needle_um_per_s)
        dose = sum(int(table.dose_nl[row]) for row in rows)
        giving = -(-dose * 1_000_000 // where.rate_nl_per_s)
        end = at + needle + motion.needle_settle_us + giving + where.dwell_ms * 1_000 + needle
    return starts, way, end


@pytest.mark.parametrize("interval", [0, 300, 5_000])
@pytest.mark.parametrize("trigger", ["press", "held"])
def test_a_plan_takes_what_playing_it_takes(interval: int, trigger: str) -> None:
    asked = face()
    zones = tuple(replace(one, interval_ms=interval) for one in asked.zones[:3])
    last = replace(asked.zones[3], trigger=trigger, interval_ms=interval)
    made = plan(replace(asked, zones=(*zones, last)))
    starts, way, end = by_hand(made.prescription, made.pricks)
    assert made.travel_um == way
    assert made.duration_us == end
    assert replay(made.prescription, made.pricks).starts_us.tolist() == starts
    verify(made)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Prescription, PrickTable, tuple[Pause, ...]]:
    """Two zones of shots of one to five pricks somewhere in space, with rests here and there."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=9))
    second = draw(st.integers(1, len(sizes) - 1))
    count = sum(sizes)
    numbers = st.lists(st.integers(-60_000, 60_000), min_size=count, max_size=count)
    shots = np.repeat(np.arange(len(sizes)), sizes)
    depths = draw(st.lists(st.integers(1, 4_000), min_size=len(sizes), max_size=len(sizes)))
    table = PrickTable(
        x_um=column(draw(numbers)),
        y_um=column(draw(numbers)),
        z_um=column(draw(numbers) if draw(st.booleans()) else [0] * count),
        depth_um=column(np.repeat(depths, sizes)),
        dose_nl=column([abs(one) + 1 for one in draw(numbers)]),
        zone=column((shots >= second).astype(np.int64)),
        shot=column(shots),
    )
    kinds = st.sampled_from(("rest", "needle"))
    waits = st.integers(0, 3_000_000)
    pauses = draw(
        st.lists(
            st.builds(Pause, st.integers(0, len(sizes) - 1), kinds, waits, st.just("")), max_size=4
        )
    )
    triggers = [draw(st.sampled_from(("press", "held"))) for _ in range(2)]
    asked = order(
        *(
            zone(f"z{k}", trigger=one, interval_ms=draw(st.sampled_from((0, 700, 3_000))))
            for k, one in enumerate(triggers)
        )
    )
    motion = Motion(50_000, 60_000, 50_000, "unverified: test", needle_settle_us=7_000)
    return replace(asked, motion=motion), table, tuple(pauses)


@given(sessions())
@settings(max_examples=150, deadline=None)
def test_shots_of_many_needles_rests_and_space_take_what_playing_them_takes(
    session: tuple[Prescription, PrickTable, tuple[Pause, ...]],
) -> None:
    asked, table, pauses = session
    told = replay(asked, table, pauses)
    starts, way, end = by_hand(asked, table, pauses)
    assert told.starts_us.tolist() == starts
    assert int(told.hops_um.sum()) == way
    assert told.duration_us == end
    assert told.first.tolist() == [rows[0] for rows in shots_of(table)]
    assert (told.starts_us + told.busy_us)[-1] == end
    inside = [0, 0]
    for k in range(1, len(told.first)):
        one, before = (int(table.zone[told.first[m]]) for m in (k, k - 1))
        inside[one] += int(told.hops_um[k]) if one == before else 0
    assert ways_um(table, told, 2) == inside


def test_a_shot_is_at_the_mean_of_its_pricks_to_the_nearest_um() -> None:
    x = np.array([0, 1, 0, 0, 1, -1, 0, 5])
    first = firsts(np.array([0, 0, 1, 1, 1, 2, 2, 3]))
    assert first.tolist() == [0, 2, 5, 7]
    told = places(x, -x, 0 * x, first)
    assert told.x_um.tolist() == [1, 0, 0, 5]
    assert told.y_um.tolist() == [0, 0, 1, -5]
    assert told.z_um.tolist() == [0, 0, 0, 0]


def test_a_way_is_rounded_down_and_goes_through_space() -> None:
    flat = np.array([0, 3, 1]), np.array([0, 4, 4])
    assert hops_um(*flat).tolist() == [0, 5, 2]
    assert hops_um(*flat, np.zeros(3, dtype=np.int64)).tolist() == [0, 5, 2]
    assert hops_um(*flat, np.array([0, 1, 1])).tolist() == [0, 5, 2]
    assert hops_um(*flat, np.array([0, 12, 12])).tolist() == [0, 13, 2]


def test_a_plan_of_nappage_alone_never_shoots_sooner_than_the_interval() -> None:
    made = plan(order(zone(trigger="held", interval_ms=900)))
    starts = replay(made.prescription, made.pricks).starts_us
    assert (starts[1:] - starts[:-1]).min() == 900_000
    assert starts[0] == 0


def test_a_rest_is_counted_from_the_end_of_the_shot_before_it() -> None:
    made = plan(order())
    plain = replay(made.prescription, made.pricks)
    gap, busy = int(plain.starts_us[3] - plain.starts_us[2]), int(plain.busy_us[2])
    for wait, more in ((gap - busy, 0), (gap - busy + 1, 1), (0, 0)):
        told = replay(made.prescription, made.pricks, [Pause(3, "rest", wait, "")])
        assert told.duration_us == plain.duration_us + more
        assert told.starts_us[:3].tolist() == plain.starts_us[:3].tolist()
        later = told.starts_us[3:] - plain.starts_us[3:]
        assert later.tolist() == [more] * len(later)


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


@pytest.mark.parametrize("interval", [0, 800])
def test_the_estimate_is_within_two_percent_of_the_dry_run(tmp_path: Path, interval: int) -> None:
    asked = face()
    zones = tuple(replace(one, interval_ms=interval) for one in asked.zones)
    motion = Motion(100_000, 50_000, 100_000, "as the twin's", needle_settle_us=5_000)
    made = plan(replace(asked, zones=zones, motion=motion))
    record = dry_run(verify(made), tmp_path / "journal.jsonl")
    assert record.outcome == "complete"
    assert abs(record.duration_us - made.duration_us) * 100 <= 2 * made.duration_us
