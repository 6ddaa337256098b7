"""The check of places: free points, what a zone promises, earlier sessions, and hostile figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Limit, Motion, Plan, verify
from mesogun.planning.prescription import (
    Earlier,
    Head,
    Point3,
    Prescription,
    Raster,
    Rest,
    Skin,
    Surface,
)
from mesogun.planning.verify.near import Cells, cuts, near_pairs
from mesogun.planning.verify.zones import shortest_um
from tests.planning.plans_by_hand import (
    Place,
    bounded,
    by_hand,
    found,
    only,
    row_of_points,
    violations,
)
from tests.planning.samples import SQUARE, order, zone


def line(count: int = 3, step_um: int = 6_000, **more: Any) -> Plan:
    """Free points in a line, in a zone that asks for no spacing unless `spacing_um` is given."""
    spacing = more.pop("spacing_um", None)
    rx = order(zone("square", SQUARE, spacing_um=spacing), volume_nl=count * 10_000)
    return by_hand(rx, row_of_points(count, step_um), **more)


def test_free_points_keep_the_least_spacing_to_the_um() -> None:
    verify(line(step_um=5_000))
    wrong = only(line(step_um=4_999, pitch_um=5_000))
    assert (wrong.limit, wrong.value, wrong.pricks) == ("spacing_um_min", 4_999, (0, 1, 2))


def test_what_a_zone_promises_is_measured_too() -> None:
    verify(line(pitch_um=6_000))
    wrong = only(line(pitch_um=6_001))
    assert (wrong.limit, wrong.value, wrong.bound) == ("pitch_um", 6_000, 6_001)
    assert (wrong.pricks, wrong.note) == ((0, 1, 2), "2 pairs are nearer than the plan promises")
    both = {one.limit for one in violations(line(step_um=4_000, pitch_um=6_000))}
    assert both == {"spacing_um_min", "pitch_um"}


@pytest.mark.parametrize(
    ("asked", "pitch", "basis", "passes"),
    [
        (6_000, 6_000, (0, 0, 0, 0), True),
        (6_000, 5_999, (0, 0, 0, 0), False),
        (5_000, 6_000, (0, 0, 0, 0), True),
        (6_000, 6_000, (6_000, 0, 3_000, 5_197), True),
        (5_998, 6_000, (6_000, 0, 3_000, 5_197), True),
        (5_997, 6_000, (6_000, 0, 3_000, 5_197), False),
    ],
)
def test_a_spacing_asked_is_kept_by_free_points_and_met_by_a_lattice(
    asked: int, pitch: int, basis: tuple[int, int, int, int], *, passes: bool
) -> None:
    made = line(spacing_um=asked, pitch_um=pitch, basis_um=basis)
    if passes:
        verify(made)
    else:
        assert (only(made).limit, only(made).bound) == ("pitch_um", asked)


def test_a_pitch_beyond_the_greatest_spacing_is_told_and_not_measured() -> None:
    verify(line(step_um=20_002, pitch_um=20_002))
    wrong = only(line(pitch_um=20_003))
    assert (wrong.limit, wrong.value, wrong.bound) == ("spacing_um_max", 20_003, 20_000)


@pytest.mark.parametrize(
    ("basis", "shortest"),
    [
        ((6_000, 0, 3_000, 5_197), 6_000),
        ((3_000, 5_197, 6_000, 0), 6_000),
        ((9_000, 5_197, 3_000, 5_197), 6_000),
        ((600_003, 0, 1, 100), 100),
        ((6_000, 0, 12_000, 0), 0),
        ((0, 0, 5, 5), 0),
        ((0, 5, 5, 0), 5),
    ],
)
def test_the_shortest_step_of_a_lattice_is_found(
    basis: tuple[int, int, int, int], shortest: int
) -> None:
    assert shortest_um(basis) == shortest
    made = line(pitch_um=5_000, basis_um=basis)
    if shortest >= 5_000:
        verify(made)
    else:
        wrong = only(made)
        assert (wrong.limit, wrong.value, wrong.bound) == ("basis_um", shortest, 5_000)


@given(st.tuples(*[st.integers(-40, 40)] * 4))
@settings(max_examples=200, deadline=None)
def test_no_step_of_a_lattice_is_shorter(basis: tuple[int, int, int, int]) -> None:
    ax, ay, bx, by = basis
    if ax * by == ay * bx:
        assert shortest_um(basis) == 0
        return
    i, j = np.mgrid[-90:91, -90:91]
    steps = ((i * ax + j * bx) ** 2 + (i * ay + j * by) ** 2).ravel()
    least = int(steps[steps > 0].min())
    assert shortest_um(basis) ** 2 <= least < (shortest_um(basis) + 1) ** 2


def test_what_a_zone_says_of_its_numbers_is_checked() -> None:
    made = line()
    said = made.zones[0]
    verify(replace(made, zones=(replace(said, prick_bound=3, area_um2=1, coverage_um=1),)))
    for change, limit, value in (
        ({"prick_bound": 2}, "prick_bound", 3),
        ({"prick_bound": -1}, "prick_bound", 3),
        ({"area_um2": -1}, "area_um2", -1),
        ({"coverage_um": -1}, "coverage_um", -1),
        ({"dose_answer": "best"}, "dose_answer", 0),
    ):
        wrong = only(replace(made, zones=(replace(said, **change),)))  # type: ignore[arg-type]
        assert (wrong.limit, wrong.value) == (limit, value)


def test_pricks_keep_off_those_of_earlier_sessions_to_the_um() -> None:
    made = line()
    record = Earlier("record 7", "2026-10-01", 5_000, ((14_000, 9_000, 0), (40_000, 40_000, 0)))
    rx = replace(made.prescription, earlier=(record,))
    verify(replace(made, prescription=rx))
    near = replace(record, distance_um=5_001)
    wrong = only(replace(made, prescription=replace(rx, earlier=(record, near))))
    assert (wrong.limit, wrong.value, wrong.bound) == ("distance_um", 5_000, 5_001)
    assert (wrong.pricks, wrong.origin) == ((1, 2), "record record 7")
    assert wrong.note == "to pricks of 2026-10-01"
    # Nearer than asked by less than a thousandth of a um: squares of whole numbers tell.
    beside = ((11_000 + 100, 5_000 + 5_000, 0),)
    assert 0 < 5_001**2 - (100**2 + 5_000**2) < 10
    slant = replace(record, points_um=beside, distance_um=5_001)
    wrong = only(replace(made, prescription=replace(rx, earlier=(slant,))))
    assert (wrong.limit, wrong.value, wrong.bound) == ("distance_um", 5_000, 5_001)


@given(
    st.lists(st.tuples(*[st.integers(-60, 60)] * 3), min_size=1, max_size=20),
    st.lists(st.tuples(*[st.integers(-60, 60)] * 3), min_size=1, max_size=20),
    st.integers(1, 50),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_pairs_are_found_each_once_in_space_and_plane(
    at: list[Point3], others: list[Point3], reach: int, flat: bool
) -> None:
    if flat:
        at = [(x, y, 0) for x, y, _ in at]
    columns, more = columns_of(at), columns_of(others)

    def gap(a: Point3, b: Point3) -> int:
        return sum((p - q) ** 2 for p, q in zip(a, b, strict=True))

    pairs = [(max(a, b), min(a, b), s) for a, b, s in near_pairs(columns, reach)]
    wanted = [(a, b, gap(at[a], at[b])) for a in range(len(at)) for b in range(a)]
    assert sorted(pairs) == [one for one in wanted if one[2] < reach * reach]
    met = [
        (int(a), int(b), int(s))
        for some in Cells(columns, reach).pairs_with(more)
        for a, b, s in zip(*some, strict=True)
        if s <= reach * reach
    ]
    wanted = [(k, m, gap(p, q)) for k, p in enumerate(others) for m, q in enumerate(at)]
    assert sorted(met) == [one for one in wanted if one[2] <= reach * reach]


def columns_of(at: list[Point3]) -> tuple[Any, Any, Any]:
    return tuple(np.array([one[axis] for one in at]) for axis in range(3))  # type: ignore[return-value]


def test_points_far_and_wide_are_sorted_into_cells_that_a_number_can_name() -> None:
    far = 10_000_000
    at: list[Point3] = [(-far, -far, -far), (far, far, far), (0, 0, 0), (0, 0, 1)]
    assert list(near_pairs(columns_of(at), 2)) in ([(2, 3, 1)], [(3, 2, 1)])


def test_work_is_cut_into_pieces_that_are_not_too_large() -> None:
    assert list(cuts(np.array([3, 3, 3, 9, 1]), 6)) == [
        slice(0, 2),
        slice(2, 3),
        slice(3, 4),
        slice(4, 5),
    ]
    assert list(cuts(np.array([], dtype=np.int64), 6)) == []


GOOD = line()
RX = GOOD.prescription
BIG = 10**30
RASTER = Raster(0, 0, 60_000, 1, (900,), "map")


def with_zone(**changes: Any) -> Prescription:
    return replace(RX, zones=(replace(RX.zones[0], **changes),))


def with_raster(**changes: Any) -> Prescription:
    return with_zone(skin=Skin(None, None, replace(RASTER, **changes), "test"))


HOSTILE: dict[str, tuple[Prescription, str]] = {
    "a limit of zero": (bounded(RX, "spacing_um_min", 0), "spacing_um_min"),
    "a limit without end": (bounded(RX, "pricks_max", BIG), "pricks_max"),
    "a limit below zero": (bounded(RX, "margin_um_min", -1), "margin_um_min"),
    "a limit of no zone": (bounded(RX, "dose_nl_max", 9, zone=4), "limits"),
    "an unknown limit": (bounded(RX, "mood_min", 9), "limits"),
    "no rate": (with_zone(rate_nl_per_s=0), "rate_nl_per_s"),
    "a flat needle": (with_zone(angle_sin_ppm=0), "angle_sin_ppm"),
    "a steep needle": (with_zone(angle_sin_ppm=1_000_001), "angle_sin_ppm"),
    "no such product": (with_zone(product=1), "product"),
    "a margin below zero": (with_zone(margin_um=-1), "margin_um"),
    "a depth without end": (with_zone(depth_um=BIG), "depth_um"),
    "a pause without end": (with_zone(dwell_ms=BIG), "dwell_ms"),
    "a wait below zero": (with_zone(interval_ms=-1), "interval_ms"),
    "a share without end": (with_zone(share_ppm=BIG), "share_ppm"),
    "no spacing": (with_zone(spacing_um=0), "spacing_um"),
    "a rest without end": (with_zone(rest=Rest(BIG, 1, 0)), "radius_um"),
    "a rest for ever": (with_zone(rest=Rest(1, 1, BIG)), "rest_ms"),
    "an outline beyond": (with_zone(outline_um=((0, 0), (BIG, 0), (0, 9))), "outline"),
    "an outline of two": (with_zone(outline_um=((0, 0), (9, 0))), "outline"),
    "an exclusion of two": (with_zone(exclusions_um=(((0, 0), (9, 0)),)), "outline"),
    "half a row of a map": (with_raster(columns=2), "raster"),
    "a map without columns": (with_raster(columns=0), "raster"),
    "an empty map": (with_raster(values=()), "raster"),
    "cells without a side": (with_raster(cell_um=0), "cell_um"),
    "skin below zero": (with_raster(values=(-2,)), "raster"),
    "skin without end": (with_raster(values=(BIG,)), "raster"),
    "a map far away": (with_raster(left_um=BIG), "raster"),
    "a hand at rest": (replace(RX, motion=Motion(1, 0, 0, "t")), "travel_um_per_s"),
    "a needle at rest": (replace(RX, motion=Motion(0, 1, 0, "t")), "needle_um_per_s"),
    "a hand before its time": (replace(RX, motion=Motion(1, 1, -1, "t")), "settle_us"),
    "a needle before its time": (replace(RX, motion=Motion(1, 1, 1, "t", -1)), "needle_settle_us"),
    "a miss without end": (replace(RX, position_um=BIG), "position_um"),
    "a bevel below zero": (replace(RX, bevel_um=-1), "bevel_um"),
    "a volume without end": (replace(RX, product=replace(RX.product, volume_nl=BIG)), "volume_nl"),
    "a head without needles": (replace(RX, heads=(Head("h", (), 0, "t"),)), "needles"),
    "a head of miles": (replace(RX, heads=(Head("h", ((BIG, 0),), 0, "t"),)), "needles"),
    "a pitch below zero": (replace(RX, heads=(Head("h", ((0, 0),), -1, "t"),)), "pitch_um"),
    "a distance without end": (replace(RX, earlier=(Earlier("r", "d", BIG, ()),)), "distance_um"),
    "a point beyond": (replace(RX, earlier=(Earlier("r", "d", 1, ((0, 0, BIG),)),)), "points_um"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_figures_that_nothing_can_be_computed_from_are_named(name: str) -> None:
    asked, limit = HOSTILE[name]
    assert limit in {one.limit for one in violations(replace(GOOD, prescription=asked))}


CORNERS: tuple[Point3, ...] = ((0, 0, 0), (60_000, 0, 0), (0, 60_000, 0))
BODY = Surface("body", CORNERS, ((0, 1, 2),), (), (), "test")


@pytest.mark.parametrize(
    ("body", "faces", "limit"),
    [
        (replace(BODY, faces=((0, 1, 3),)), (0,), "surface"),
        (replace(BODY, faces=((0, 1, -1),)), (0,), "surface"),
        (replace(BODY, faces=()), (0,), "surface"),
        (replace(BODY, vertices_um=((0, 0, BIG), *CORNERS[1:])), (0,), "vertices_um"),
        (replace(BODY, skin_um=(1, 2)), (0,), "skin_um"),
        (replace(BODY, skin_um=(1, 2, -2)), (0,), "skin_um"),
        (replace(BODY, skin_um=(1, 2, BIG)), (0,), "skin_um"),
        (BODY, (1,), "faces"),
        (BODY, (-1,), "faces"),
        (BODY, (0, 0), "faces"),
    ],
)
def test_surfaces_that_nothing_can_be_computed_from_are_named(
    body: Surface, faces: tuple[int, ...], limit: str
) -> None:
    asked = replace(with_zone(outline_um=(), faces=faces), surface=body)
    at: list[Place] = [(20_000, 20_000, 0), (10_000, 10_000, 0)]
    into = {"nx": [0, 0], "ny": [0, 0], "nz": [-1_000_000] * 2, "face": [0, 0]}
    made = by_hand(replace(RX, product=replace(RX.product, volume_nl=20_000)), at, **into)
    assert limit in {one.limit for one in violations(replace(made, prescription=asked))}


def test_a_plan_with_nothing_to_keep_away_from_passes() -> None:
    for record in (Earlier("r", "d", 0, ((5_000, 5_000, 0),)), Earlier("r", "d", 9, ())):
        verify(replace(GOOD, prescription=replace(RX, earlier=(record,))))


def test_a_limit_for_one_zone_is_stated_for_it() -> None:
    one = Limit("dose_nl_max", 9_999, "nl", 0, "strict", "test")
    asked = replace(RX, limits=(*RX.limits, one))
    wrong = found(by_hand(asked, row_of_points(3, 6_000)), "dose_nl_max")
    assert (wrong.value, wrong.origin, wrong.pricks) == (10_000, "strict", (0, 1, 2))


@pytest.mark.parametrize(
    ("place", "value", "note"),
    [
        ((2_999, 30_000), 2_999, "too near to the outline"),
        ((0, 30_000), 0, "too near to the outline"),
        ((-1, 30_000), -1, "outside the outline"),
        ((-7_000, 30_000), -7_000, "outside the outline"),
        ((17_001, 20_000), 2_999, "too near to exclusion 1"),
        ((21_000, 21_500), -1_000, "inside exclusion 1"),
    ],
)
def test_how_far_a_prick_is_out_is_told(place: Place, value: int, note: str) -> None:
    """Nearer than 3 mm, or on the wrong side: then the distance is below 0."""
    hole = ((20_000, 18_000), (26_000, 18_000), (26_000, 24_000), (20_000, 24_000))
    rx = order(zone("square", SQUARE, hole), volume_nl=20_000)
    wrong = only(by_hand(rx, [(45_000, 45_000), place]))
    assert (wrong.limit, wrong.value, wrong.bound) == ("margin_um_min", value, 3_000)
    assert (wrong.pricks, wrong.note) == ((1,), note)
