"""The check of what a plan states: its limits and its zones; every violation whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mesogun.errors import Violation
from mesogun.planning import Limit, Plan, verify
from mesogun.planning.plan import Settled
from mesogun.planning.prescription import Prescription
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.limits import check_limits, tightest
from tests.planning.plans_by_hand import by_hand, giving, only, row_of_points, violations
from tests.planning.samples import SQUARE, limits, moved, order, zone

PARENT = "sha256:" + "0" * 64
RX = order(zone("square", SQUARE), volume_nl=30_000)
GOOD = by_hand(RX, row_of_points(3, 6_000))
TWO_ZONES = order(zone("a", SQUARE), zone("b", moved(SQUARE, 70_000, 0)), volume_nl=20_000)
TWO = by_hand(TWO_ZONES, [(5_000, 5_000), (75_000, 5_000)], zone=[0, 1])


def rule(name: str, value: int, bound: int, unit: str = "", **more: Any) -> Violation:
    """A broken rule of the plan's own."""
    given = {"origin": "plan", "zone": None, "pricks": (), "note": "", **more}
    return Violation(name, value, bound, unit, **given)


# limits


def tightest_of(
    asked: Prescription,
) -> tuple[dict[tuple[str, int | None], int] | None, list[Violation]]:
    found = Findings()
    bounds = tightest(asked, found)
    values = None if bounds is None else {key: one.value for key, one in bounds.items()}
    return values, found.all


def limit(name: str, value: int, zone_index: int | None = None, origin: str = "me") -> Limit:
    return Limit(name, value, "nl", zone_index, origin, "test")


def test_of_several_limits_the_tightest_holds_and_of_equal_ones_the_first() -> None:
    more = (
        limit("dose_nl_max", 40_000, 1),
        limit("dose_nl_max", 60_000, 0),
        limit("dose_nl_min", 2_000, 0),
        limit("dose_nl_min", 500, 1),
        limit("needle_pricks_max", 9),
        limit("needle_pricks_max", 8),
        limit("component_ug_max:a", 3),
        limit("volume_nl_max", 7, 1),
    )
    values, told = tightest_of(replace(TWO_ZONES, limits=(*limits(), *more)))
    assert told == []
    assert values is not None
    assert values["dose_nl_max", 0] == 50_000
    assert values["dose_nl_max", 1] == 40_000
    assert values["dose_nl_min", 0] == 2_000
    assert values["dose_nl_min", 1] == 1_000
    assert values["needle_pricks_max", None] == 8
    assert values["component_ug_max:a", None] == 3
    assert values["volume_nl_max", None] == 7
    assert len(values) == 2 * 7 + 5 + 2
    for name in ("dose_nl_max", "dose_nl_min"):
        again = (limit(name, 5, origin="first"), limit(name, 5, origin="second"))
        bounds = tightest(replace(RX, limits=(*again, *limits(**{name: 5}))), Findings())
        assert bounds is not None
        assert bounds[name, 0].origin == "first"


def test_limits_that_are_missing_unknown_or_for_no_zone_are_told() -> None:
    for index in (-1, 2):
        values, told = tightest_of(
            replace(TWO_ZONES, limits=(limit("dose_nl_max", 1, index), *limits()))
        )
        note = "limit 'dose_nl_max' is for a zone that is not there"
        assert told == [rule("limits", index, 0, "zone", origin="me", note=note)]
        assert values is None
    _, told = tightest_of(replace(RX, limits=(limit("mood_max", 1), *limits())))
    assert told == [rule("limits", 0, 1, origin="me", note="limit 'mood_max' is not known")]
    few = tuple(one for one in limits() if one.name not in ("dose_nl_max", "pricks_max"))
    _, told = tightest_of(replace(TWO_ZONES, limits=few))
    assert told == [
        rule("limits", 0, 1, note="no limit 'pricks_max' is set"),
        rule("limits", 0, 1, zone="a", note="no limit 'dose_nl_max' is set"),
        rule("limits", 0, 1, zone="b", note="no limit 'dose_nl_max' is set"),
    ]
    last = (*few, limit("dose_nl_max", 1, 1), limit("pricks_max", 1))
    _, told = tightest_of(replace(TWO_ZONES, limits=last))
    assert told == [rule("limits", 0, 1, zone="a", note="no limit 'dose_nl_max' is set")]


def test_a_plan_states_each_limit_once_with_value_unit_origin_and_source() -> None:
    bounds = tightest(TWO.prescription, Findings())
    assert bounds is not None

    def said(*stated: Limit) -> list[Violation]:
        found = Findings()
        check_limits(replace(TWO, limits=stated), bounds, found)
        return found.all

    assert said(*TWO.limits) == []
    one = next(each for each in TWO.limits if (each.name, each.zone) == ("dose_nl_max", 1))
    others = tuple(each for each in TWO.limits if each is not one)

    def broken(value: int, note: str) -> Violation:
        return Violation("dose_nl_max", value, 50_000, "nl", "preset dose_nl_max", "b", (), note)

    assert said(*others) == [broken(0, "the plan does not state it")]
    assert said(*others, replace(one, value=49_999)) == [
        broken(49_999, "the plan states another value")
    ]
    assert said(*others, replace(one, unit="ml")) == [
        broken(50_000, "the plan states another value")
    ]
    assert said(*others, replace(one, origin="x")) == [
        broken(50_000, "the plan names another origin, 'x'")
    ]
    assert said(*others, replace(one, source="x")) == [
        broken(50_000, f"the plan names another origin, {one.origin!r}")
    ]
    assert said(*TWO.limits, replace(one, value=7)) == [
        rule("limits", 7, 1, "nl", note="'dose_nl_max' is stated twice"),
        broken(7, "the plan states another value"),
    ]
    unset = "the plan states 'x', which the prescription does not set"
    for index, where in ((None, None), (0, "a"), (1, "b"), (2, "number 2"), (-1, "number -1")):
        assert said(*TWO.limits, limit("x", 9, index)) == [
            rule("limits", 9, 0, "nl", zone=where, note=unset)
        ]


# zones


def test_zones_out_of_order_name_the_rows_where_it_falls() -> None:
    asked = order(*(zone(name, moved(SQUARE, 70_000 * k, 0)) for k, name in enumerate("abc")))
    places = [(5_000 + 70_000 * k, 5_000) for k in (2, 0, 1)]
    told = violations(by_hand(giving(asked, 30_000), places, zone=[2, 0, 1]))
    note = "zones are treated in the order of the prescription"
    assert [one for one in told if one.limit == "zone"] == [
        rule("zone", 0, 2, "zone", pricks=(1,), note=note)
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "c"},
        {"area": "chin"},
        {"technique": "nappage"},
        {"outline_um": SQUARE[1:]},
        {"exclusions_um": (SQUARE,)},
        {"margin_um": 3_001},
    ],
)
def test_a_zone_is_planned_as_prescribed(change: dict[str, Any]) -> None:
    said = (TWO.zones[0], replace(TWO.zones[1], **change))
    note = "name, area, technique, outline or margin is not as prescribed"
    assert violations(replace(TWO, zones=said)) == (
        rule("zones", 1, 1, "zone", origin="prescription", zone="b", note=note),
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"prick_count": 2}, rule("prick_count", 2, 1, "pricks", zone="b")),
        ({"prick_count": 0}, rule("prick_count", 0, 1, "pricks", zone="b")),
        ({"dose_nl_total": 9_999}, rule("dose_nl_total", 9_999, 10_000, "nl", zone="b")),
        ({"area_um2": -1}, rule("area_um2", -1, 0, zone="b", note="below 0")),
        ({"coverage_um": -1}, rule("coverage_um", -1, 0, zone="b", note="below 0")),
        ({"dose_answer": "x"}, rule("dose_answer", 0, 1, zone="b", note="'x' is no answer")),
        ({"dose_answer": "feasible", "area_um2": 0, "coverage_um": 0, "prick_bound": 1}, None),
        ({"dose_answer": "optimal", "prick_bound": 0}, None),
        (
            {"prick_bound": -1},
            rule(
                "prick_bound", 1, -1, "pricks", zone="b",
                note="more pricks than the plan says can be placed",
            ),
        ),
    ],
)  # fmt: skip
def test_what_a_plan_says_of_a_zone_is_true(change: dict[str, Any], told: Violation | None) -> None:
    made = replace(TWO, zones=(TWO.zones[0], replace(TWO.zones[1], **change)))
    if told is None:
        verify(made)
    else:
        assert only(made) == told


def test_a_zone_without_a_prick_is_told() -> None:
    lone = by_hand(giving(TWO_ZONES, 10_000), [(5_000, 5_000)], zone=[0])
    assert only(lone) == rule("prick_count", 0, 0, "pricks", zone="b")


PROMISED = "the plan promises another spacing"


def spacing(made: Plan, name: str, value: int, bound: int, note: str) -> Violation:
    return Violation(name, value, bound, "um", f"preset {name}", "square", (), note)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            {"spacing_um_min": 5_001},
            ("spacing_um_min", 5_001, 5_000, PROMISED),
        ),
        (
            {"spacing_um_min": 4_999},
            ("spacing_um_min", 4_999, 5_000, PROMISED),
        ),
        ({"pitch_um": 4_999}, ("spacing_um_min", 4_999, 5_000, "the pitch")),
        ({"pitch_um": 20_003}, ("spacing_um_max", 20_003, 20_000, "the pitch")),
    ],
)
def test_pitch_and_spacing_lie_within_their_bounds(
    change: dict[str, int], told: tuple[str, int, int, str]
) -> None:
    assert only(replace(GOOD, zones=(replace(GOOD.zones[0], **change),))) == spacing(GOOD, *told)


def test_a_pitch_asked_is_told_with_what_was_asked() -> None:
    asked = replace(RX, zones=(replace(RX.zones[0], spacing_um=6_000),))
    made = by_hand(asked, row_of_points(3, 6_000))
    verify(replace(made, zones=(replace(made.zones[0], pitch_um=6_000),)))
    told = rule(
        "pitch_um", 5_999, 6_000, "um", origin="prescription", zone="square",
        note="not the spacing prescribed",
    )  # fmt: skip
    assert only(replace(made, zones=(replace(made.zones[0], pitch_um=5_999),))) == told
    basis = (5_999, 0, 0, 7_000)
    wide = replace(made, zones=(replace(made.zones[0], pitch_um=6_000, basis_um=basis),))
    assert only(wide) == rule(
        "basis_um", 5_999, 6_000, "um", zone="square",
        note="the lattice's shortest step is less than the pitch",
    )  # fmt: skip


def test_shares_are_met_to_less_than_a_step() -> None:
    both = order(
        zone("a", SQUARE, share_ppm=250_000),
        zone("b", moved(SQUARE, 70_000, 0), share_ppm=750_000),
        volume_nl=40_000,
    )
    places = [(5_000, 5_000), (75_000, 5_000)]

    def given(first: int) -> Plan:
        return by_hand(both, places, dose=[first, 40_000 - first], zone=[0, 1])

    for first in (10_000, 10_999, 9_001):
        assert not [one for one in told_by(given(first)) if one.limit == "share_ppm"]
    note, origin = "not the zone's share of the volume", "prescription"
    for first in (9_000, 11_000):
        assert [one for one in told_by(given(first)) if one.limit == "share_ppm"] == [
            rule("share_ppm", first, 10_000, "nl", origin=origin, zone="a", note=note),
            rule("share_ppm", 40_000 - first, 30_000, "nl", origin=origin, zone="b", note=note),
        ]
    settled = replace(given(9_000), settled=Settled(PARENT, (), ()))
    assert not [one for one in told_by(settled) if one.limit == "share_ppm"]
    none = replace(both, zones=tuple(replace(one, share_ppm=0) for one in both.zones))
    assert not told_by(by_hand(none, places, dose=20_000, zone=[0, 1]))
    # shares need not add up to a million: this zone gets all of the volume
    lone = order(zone("a", SQUARE, share_ppm=1), volume_nl=30_000)
    for dose, told in ((10_000, []), (9_999, []), (9_000, ["share_ppm"])):
        made = by_hand(lone, row_of_points(3, 6_000), dose=[10_000, 10_000, dose])
        assert [one.limit for one in told_by(made) if one.limit == "share_ppm"] == told


def told_by(made: Plan) -> tuple[Violation, ...]:
    """Everything that the check finds, if anything."""
    from mesogun.errors import LimitsExceeded

    try:
        verify(made)
    except LimitsExceeded as refused:
        return refused.violations
    return ()
