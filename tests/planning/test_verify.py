"""The independent check names every broken limit, and alone may seal a plan."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import replace
from math import isqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mesogun.planning
from mesogun.errors import LimitsExceeded, Violation
from mesogun.planning import Limit, Plan, PrickTable, VerifiedPlan, column, plan, verify
from mesogun.planning.verify.discs import Search, most_in_disc
from mesogun.planning.verify.near import near_pairs
from mesogun.planning.verify.spacing import is_spaced
from tests.planning.samples import CHEEK, MOLE, changed, face, moved, order, zone

ROOM = Path(mesogun.planning.__file__).parent
GOOD = plan(order(volume_nl=300_000))
TWO = plan(order(zone("a", CHEEK, MOLE), zone("b", moved(CHEEK, 60_000, 0)), volume_nl=400_000))


def violations(made: Plan) -> tuple[Violation, ...]:
    with pytest.raises(LimitsExceeded) as refused:
        verify(made)
    return refused.value.violations


def names(made: Plan) -> set[str]:
    return {one.limit for one in violations(made)}


def with_limit(made: Plan, name: str, value: int) -> Plan:
    """The plan after the prescription's bound was tightened and the plan told so."""
    asked = made.prescription
    tighter = tuple(replace(one, value=value) if one.name == name else one for one in asked.limits)
    told = tuple(replace(one, value=value) if one.name == name else one for one in made.limits)
    return replace(made, prescription=replace(asked, limits=tighter), limits=told)


@pytest.mark.parametrize("made", [GOOD, TWO, plan(face())])
def test_a_good_plan_is_sealed_with_its_digest(made: Plan) -> None:
    sealed = verify(made)
    assert sealed.plan is made
    assert sealed.digest == made.digest()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dose_nl_max", 5_000),
        ("dose_nl_min", 11_000),
        ("dose_quantum_nl_min", 7_000),
        ("depth_um_max", 599),
        ("needle_depth_um_max", 599),
        ("spacing_um_min", 9_000),
        ("spacing_um_max", 5_500),
        ("margin_um_min", 4_000),
        ("area_dose_nl_per_cm2_max", 9_000),
        ("volume_nl_max", 299_999),
        ("syringe_volume_nl_max", 299_999),
        ("pricks_max", 29),
    ],
)
def test_every_limit_that_is_broken_is_named_with_value_and_origin(name: str, value: int) -> None:
    broken = [one for one in violations(with_limit(GOOD, name, value)) if one.limit == name]
    assert broken
    assert all(one.bound == value for one in broken)
    origins = {f"preset {name}", "prescription"} if name == "margin_um_min" else {f"preset {name}"}
    assert {one.origin for one in broken} <= origins
    assert all(one.value != one.bound for one in broken)


@pytest.mark.parametrize(
    ("row", "values", "limit"),
    [
        (3, {"dose_nl": 51_000}, "dose_nl_max"),
        (3, {"dose_nl": 500}, "dose_nl_min"),
        (3, {"dose_nl": 9_500}, "dose_quantum_nl_min"),
        (3, {"dose_nl": 0}, "volume_nl"),
        (3, {"depth_um": 2_001}, "depth_um_max"),
        (3, {"depth_um": 4_001}, "needle_depth_um_max"),
        (3, {"depth_um": 601}, "depth_um"),
        (3, {"x_um": 100_000_000}, "x_um"),
        (3, {"x_um": -1_000}, "margin_um_min"),
        (3, {"x_um": 2_900, "y_um": 20_000}, "margin_um_min"),
        (3, {"x_um": 23_000, "y_um": 21_000}, "margin_um_min"),
        (3, {"x_um": 17_500, "y_um": 21_000}, "margin_um_min"),
        (3, {"z_um": 1}, "z_um"),
        (3, {"shot": 2}, "shot"),
        (3, {"zone": 1}, "zone"),
        (3, {"zone": -1}, "zone"),
    ],
)
def test_a_changed_value_in_any_column_is_found(
    row: int, values: dict[str, int], limit: str
) -> None:
    found = [one for one in violations(changed(GOOD, row, **values)) if one.limit == limit]
    assert found
    assert found[0].pricks in {(row,), ()}


def test_a_prick_of_nine_millilitres_fills_every_disc_that_holds_it() -> None:
    (full,) = [
        one
        for one in violations(changed(GOOD, 3, dose_nl=9_000_000))
        if one.limit == "area_dose_nl_per_cm2_max"
    ]
    assert 3 in full.pricks
    assert full.value >= 9_000_000
    assert full.origin == "preset area_dose_nl_per_cm2_max"


def test_two_pricks_that_are_too_near_are_both_named() -> None:
    x, y = int(GOOD.pricks.x_um[7]), int(GOOD.pricks.y_um[7])
    (near,) = [
        one
        for one in violations(changed(GOOD, 20, x_um=x + 3_000, y_um=y))
        if one.limit == "spacing_um_min"
    ]
    assert {7, 20} <= set(near.pricks)
    assert near.value <= 3_000
    assert "pairs" in near.note


def test_spacing_is_checked_across_zones() -> None:
    first = TWO.zones[0].prick_count
    x, y = int(TWO.pricks.x_um[first]), int(TWO.pricks.y_um[first])
    broken = violations(changed(TWO, 0, x_um=x + 4_999, y_um=y))
    (near,) = [one for one in broken if one.limit == "spacing_um_min"]
    assert near.value <= 4_999
    assert "across zones 'a' and 'b'" in near.note
    assert {0, first} <= set(near.pricks)


def test_between_two_zones_the_larger_spacing_is_checked() -> None:
    """A prick 8 mm off the other zone is too near where that zone keeps 12 mm."""
    asked = order(zone("a"), zone("b", moved(CHEEK, 90_000, 0)), volume_nl=300_000)
    wide = Limit("spacing_um_min", 12_000, "um", 1, "wide", "test")
    made = plan(replace(asked, limits=(*asked.limits, wide)))
    first = made.zones[0].prick_count
    left = first + int(np.argmin(made.pricks.x_um[first:]))
    x, y = int(made.pricks.x_um[left]), int(made.pricks.y_um[left])
    (near,) = [
        one
        for one in violations(changed(made, 0, x_um=x - 8_000, y_um=y))
        if one.limit == "spacing_um_min"
    ]
    assert (near.value, near.bound, near.origin) == (8_000, 12_000, "wide")


def test_a_plan_that_keeps_to_the_looser_of_two_limits_is_found() -> None:
    for name, tighter in (("dose_nl_max", 5_000), ("spacing_um_min", 9_000)):
        more = Limit(name, tighter, "u", None, "the tighter one", "test")
        asked = GOOD.prescription
        other = replace(GOOD, prescription=replace(asked, limits=(*asked.limits, more)))
        broken = [one for one in violations(other) if one.limit == name]
        assert {one.bound for one in broken} == {tighter}
        assert {one.origin for one in broken} == {"the tighter one"}


def test_zones_out_of_the_clinicians_order_are_found() -> None:
    """All columns of the first and the last prick exchanged: only the order is wrong."""
    last = len(TWO.pricks) - 1
    rows = {
        0: {"x_um": int(TWO.pricks.x_um[last]), "y_um": int(TWO.pricks.y_um[last]), "zone": 1},
        last: {"x_um": int(TWO.pricks.x_um[0]), "y_um": int(TWO.pricks.y_um[0]), "zone": 0},
    }
    mixed = TWO
    for row, values in rows.items():
        mixed = changed(mixed, row, **values)
    broken = {one.limit: one for one in violations(mixed)}
    assert broken["zone"].pricks == (1, last)
    assert "order of the prescription" in broken["zone"].note


CLAIMS: dict[str, Callable[[Plan], Plan]] = {
    "travel_um": lambda p: replace(p, travel_um=p.travel_um - 1),
    "duration_us": lambda p: replace(p, duration_us=p.duration_us + 1),
    "prick_count": lambda p: claim(p, prick_count=1),
    "dose_nl_total": lambda p: claim(p, dose_nl_total=1),
    "zones": lambda p: claim(p, outline_um=CHEEK[:-1]),
    "spacing_um_min": lambda p: claim(p, spacing_um_min=6_000),
    "spacing_um_max": lambda p: claim(p, pitch_um=20_003),
}


def claim(made: Plan, **values: object) -> Plan:
    return replace(made, zones=(replace(made.zones[0], **values), *made.zones[1:]))


@pytest.mark.parametrize("name", CLAIMS)
def test_what_a_plan_says_of_itself_must_be_true(name: str) -> None:
    assert name in names(CLAIMS[name](GOOD))


def test_a_plan_for_another_spacing_or_share_than_prescribed_is_found() -> None:
    asked = GOOD.prescription
    other = replace(asked, zones=(replace(asked.zones[0], spacing_um=12_000),))
    assert "pitch_um" in names(replace(GOOD, prescription=other))
    shares = tuple(
        replace(one, share_ppm=500_000 + 300_000 * k)
        for k, one in enumerate(TWO.prescription.zones)
    )
    assert "share_ppm" in names(replace(TWO, prescription=replace(TWO.prescription, zones=shares)))


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda one: one[1:], "does not state it"),
        (lambda one: (*one, one[0]), "is stated twice"),
        (lambda one: (replace(one[0], value=one[0].value + 1), *one[1:]), "another value"),
        (lambda one: (replace(one[0], origin="nobody"), *one[1:]), "another origin, 'nobody'"),
        (lambda one: (*one, Limit("x", 1, "u", None, "o", "s")), "does not set"),
    ],
)
def test_the_limits_of_a_plan_are_the_tightest_of_the_prescription(
    change: Callable[[tuple[Limit, ...]], tuple[Limit, ...]], note: str
) -> None:
    assert any(note in one.note for one in violations(replace(GOOD, limits=change(GOOD.limits))))


def test_a_missing_limit_stops_the_check_and_is_named() -> None:
    few = tuple(one for one in GOOD.prescription.limits if one.name != "depth_um_max")
    (missing,) = violations(replace(GOOD, prescription=replace(GOOD.prescription, limits=few)))
    assert "no limit 'depth_um_max' is set" in missing.note


def test_columns_that_can_be_written_or_are_no_columns_are_refused() -> None:
    writable = GOOD.pricks.x_um.copy()
    assert names(replace(GOOD, pricks=replace(GOOD.pricks, x_um=writable))) == {"columns"}
    floats = GOOD.pricks.x_um.astype(np.float64)
    assert names(replace(GOOD, pricks=replace(GOOD.pricks, x_um=floats))) == {"columns"}
    wide = GOOD.pricks.x_um.astype(np.int64)
    assert names(replace(GOOD, pricks=replace(GOOD.pricks, x_um=wide))) == {"columns"}


def test_a_plan_without_pricks_or_zones_is_refused() -> None:
    nothing = column([])
    empty = PrickTable(nothing, nothing, nothing, nothing, nothing, nothing, nothing)
    assert "pricks" in names(replace(GOOD, pricks=empty))
    assert "zones" in names(replace(GOOD, zones=()))


def test_all_violations_are_told_not_the_first() -> None:
    bad = changed(changed(changed(GOOD, 2, dose_nl=60_000), 5, depth_um=9_000), 9, x_um=-50_000)
    assert {
        "dose_nl_max",
        "depth_um_max",
        "needle_depth_um_max",
        "margin_um_min",
        "volume_nl",
        "travel_um",
    } <= names(bad)


def test_of_many_broken_pricks_the_first_hundred_are_told() -> None:
    asked = order(zone(spacing_um=5_000), zone("b", moved(CHEEK, 90_000, 0), spacing_um=5_000))
    many = plan(replace(asked, product=replace(asked.product, volume_nl=1_200_000)))
    assert len(many.pricks) > 100
    deep = replace(many.pricks, depth_um=column(np.full(len(many.pricks), 9_000)))
    (needle,) = [
        one for one in violations(replace(many, pricks=deep)) if one.limit == "needle_depth_um_max"
    ]
    assert needle.pricks == tuple(range(100))


points = st.lists(
    st.tuples(st.integers(-9_000, 9_000), st.integers(-9_000, 9_000)), min_size=1, max_size=40
)


@given(points, st.integers(1, 12_000))
@settings(max_examples=200, deadline=None)
def test_spacing_is_judged_exactly(at: list[tuple[int, int]], spacing: int) -> None:
    x, y = np.array([x for x, _ in at]), np.array([y for _, y in at])
    force = {
        (a, b)
        for a in range(len(at))
        for b in range(a)
        if (x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2 < spacing**2
    }
    assert is_spaced(x, y, spacing) == (not force)
    assert {(max(a, b), min(a, b)) for a, b, _ in near_pairs((x, y, 0 * x), spacing)} == force


@given(
    st.integers(1, 15_000),
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.integers(0, 2),
)
@settings(max_examples=200, deadline=None)
def test_spacing_is_judged_exactly_at_the_very_bound(
    spacing: int, dx: int, dy: int, direction: int
) -> None:
    """Two points a hair nearer or farther than allowed, in three directions, far from 0."""
    away = ((spacing, 0), (spacing * 3 // 5, spacing * 4 // 5), (0, -spacing))[direction]
    x, y = np.array([4_000_000, 4_000_000 + away[0] + dx]), np.array([-7, away[1] + dy - 7])
    gap = (x[1] - x[0]) ** 2 + (y[1] - y[0]) ** 2
    assert is_spaced(x, y, spacing) == (gap >= spacing**2)


@pytest.mark.parametrize("spacing", [2, 3, 7, 8])
def test_spacing_is_judged_exactly_in_every_direction_from_every_place_of_a_cell(
    spacing: int,
) -> None:
    span = range(-spacing - 1, spacing + 2)
    cell = isqrt(spacing * spacing // 2)
    for sx, sy in ((a, b) for a in range(cell) for b in range(cell)):
        for dx, dy in ((a, b) for a in span for b in span if a or b):
            # two far ones fix where the cells begin
            x, y = np.array([-90, sx, sx + dx, 90]), np.array([-90, sy, sy + dy, 90])
            assert is_spaced(x, y, spacing) == (dx * dx + dy * dy >= spacing * spacing)


def test_points_scattered_far_and_wide_are_judged_too() -> None:
    x, y = np.array([-5_000_000, 5_000_000, 0, 0]), np.array([-5_000_000, 5_000_000, 0, 299])
    assert is_spaced(x, y, 299)
    assert not is_spaced(x, y, 300)


@given(st.integers(300, 6_000), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_disc_holds_more_points_than_the_free_test_allows(spacing: int, seed: int) -> None:
    """Points thrown until no more fit: the fullest disc stays under the bound."""
    rng = np.random.default_rng(seed)
    kept = np.empty((0, 2), dtype=np.int64)
    for point in rng.integers(-6_500, 6_500, (400, 2)):
        if not len(kept) or (((kept - point) ** 2).sum(axis=1) >= spacing**2).all():
            kept = np.concatenate((kept, point[None]))
    x, y = kept[:, 0].copy(), kept[:, 1].copy()
    search = Search(
        (x, y, 0 * x), np.ones_like(x), 0 * x, np.array([most_in_disc(spacing)]), flat=True
    )
    search.run()
    assert not search.worst_nl


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


CHECKERS = sorted((ROOM / "verify").glob("*.py"))
SHARED = {
    "mesogun.errors",
    "mesogun.planning.plan",
    "mesogun.planning.prescription",
    "mesogun.planning.pricks",
    "firmware_protocol.units",
}


def test_the_check_shares_no_code_with_the_planner() -> None:
    own = {f"mesogun.planning.verify.{path.stem}" for path in CHECKERS}
    assert len(own) >= 6
    for path in CHECKERS:
        for name in imported(path):
            top = name.split(".")[0]
            assert name in own | SHARED or top in {*sys.stdlib_module_names, "numpy"}, name
    for path in ROOM.rglob("*.py"):
        if path not in CHECKERS and path != ROOM / "__init__.py":
            assert not imported(path) & own, path


def test_nobody_but_verify_makes_a_verified_plan() -> None:
    with pytest.raises(TypeError, match="only verify"):
        VerifiedPlan(GOOD, GOOD.digest())
    with pytest.raises((TypeError, ValueError)):
        replace(verify(GOOD), plan=TWO)
    mentioned = {path.name for path in ROOM.parent.rglob("*.py") if "sealed(" in path.read_text()}
    assert mentioned == {"plan.py", "check.py"}
