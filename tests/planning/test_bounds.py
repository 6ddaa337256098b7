"""Every bound of a prescription: what lies on it is planned, what lies one beyond is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mesogun.errors import PlanError
from mesogun.planning import (
    Component,
    Infeasible,
    Limit,
    Prescription,
    Product,
    Raster,
    Rest,
    effective,
)
from mesogun.planning.asked import orders_of, refuse_session
from mesogun.planning.checks import PAUSE_MS_MAX, refuse_unplannable
from mesogun.planning.depth import DEPTH_UM_MAX, check_rasters, depth_of
from mesogun.planning.dose.weights import WEIGHT_MAX
from mesogun.planning.limits import VALUE_MAX, Limits
from mesogun.planning.prescription import HOLE
from tests.planning.samples import MOLE, moved, order, zone

BASE = order()


def with_motion(**changes: int) -> Prescription:
    return replace(BASE, motion=replace(BASE.motion, **changes))


def with_zone(**changes: Any) -> Prescription:
    return order(zone(**changes))


def resting(radius_um: int = 6_000, shots: int = 1, ms: int = 0) -> Prescription:
    return with_zone(rest=Rest(radius_um, shots, ms))


def products(*which: int) -> Prescription:
    """Zones of these products, of two."""
    second = Product("two", 1_000, "B", "2027-11-30", None, ())
    zones = [zone(f"z{k}", moved(MOLE, 90_000 * k, 0), product=one) for k, one in enumerate(which)]
    return replace(order(*zones), further_products=(second,))


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (with_motion(needle_um_per_s=1), True),
        (with_motion(needle_um_per_s=0), False),
        (with_motion(travel_um_per_s=1), True),
        (with_motion(travel_um_per_s=0), False),
        (with_motion(settle_us=0, needle_settle_us=0), True),
        (with_motion(settle_us=-1), False),
        (with_motion(needle_settle_us=-1), False),
        (replace(BASE, position_um=0, bevel_um=0), True),
        (replace(BASE, position_um=-1), False),
        (replace(BASE, bevel_um=-1), False),
        (with_zone(rate_nl_per_s=1), True),
        (with_zone(rate_nl_per_s=0), False),
        (with_zone(dwell_ms=0, interval_ms=0), True),
        (with_zone(dwell_ms=-1), False),
        (with_zone(interval_ms=-1), False),
        (with_zone(dwell_ms=PAUSE_MS_MAX), True),
        (with_zone(dwell_ms=PAUSE_MS_MAX + 1), False),
        (with_zone(interval_ms=PAUSE_MS_MAX), True),
        (with_zone(interval_ms=PAUSE_MS_MAX + 1), False),
        (with_zone(dose_nl_usual=1), True),
        (with_zone(dose_nl_usual=0), False),
        (with_zone(margin_um=0), True),
        (with_zone(margin_um=-1), False),
        (resting(0, 0, 0), True),
        (resting(radius_um=-1), False),
        (resting(shots=-1), False),
        (resting(ms=-1), False),
        (resting(ms=PAUSE_MS_MAX), True),
        (resting(ms=PAUSE_MS_MAX + 1), False),
        (products(0, 1), True),
        (products(0, 0, 1, 1), True),
        (products(0, 2), False),
        (products(-1, 1), False),
        (products(1, 0), False),
        (products(0, 1, 0), False),
        (products(0, 0), False),
        (products(1, 1), False),
        (with_zone(faces=(0,)), False),
    ],
)
def test_what_no_planner_could_plan_is_refused_and_nothing_else(
    asked: Prescription, fits: bool
) -> None:
    if fits:
        refuse_unplannable(asked)
    else:
        with pytest.raises(PlanError):
            refuse_unplannable(asked)


def test_an_hour_is_the_longest_pause() -> None:
    assert PAUSE_MS_MAX == 3_600_000


def session(volume_nl: int, **values: int) -> None:
    asked = order(volume_nl=volume_nl, **{"volume_nl_max": 10**10, **values})
    refuse_session(asked, Limits(effective(asked)))


def test_the_least_volume_is_one_step_and_the_greatest_two_litres() -> None:
    session(1, dose_quantum_nl_min=1, dose_nl_min=1)
    session(2_000_000_000)
    for volume_nl in (0, -1_000, 2_000_001_000):
        with pytest.raises(PlanError):
            session(volume_nl)


@pytest.mark.parametrize(
    ("volume_nl", "near"),
    [(999, [1_000]), (1_001, [1_000, 2_000]), (2_999, [2_000, 3_000])],
)
def test_volumes_beside_a_broken_one_are_offered_but_none_of_nothing(
    volume_nl: int, near: list[int]
) -> None:
    with pytest.raises(Infeasible) as caught:
        session(volume_nl)
    assert [one.needed for one in caught.value.changes] == near
    assert caught.value.volume_nl_max == near[0] - (1_000 if volume_nl < 1_000 else 0)


def test_a_component_may_be_given_up_to_the_last_picogram() -> None:
    bound = Limit("component_ug_max:vitamin C", 3, "ug", None, "component", "test")
    for concentration, fits in ((1_500, True), (1_501, False)):
        part = Component("vitamin C", concentration)
        asked = order(volume_nl=2_000)
        asked = replace(
            asked,
            product=replace(asked.product, components=(part,)),
            limits=(*asked.limits, bound),
        )
        if fits:
            refuse_session(asked, Limits(effective(asked)))
            continue
        with pytest.raises(Infeasible) as caught:
            refuse_session(asked, Limits(effective(asked)))
        assert [(one.name, one.needed) for one in caught.value.changes] == [
            ("volume_nl", 1_000),
            ("component_ug_max:vitamin C", 4),
        ]
        assert caught.value.volume_nl_max == 1_000


def asked_of(*zones: Any, **values: int) -> list[Any]:
    asked = order(*zones, **values)
    return orders_of(asked, Limits(effective(asked)), [1] * len(zones))


def test_a_spacing_may_be_as_tight_and_as_wide_as_its_limits() -> None:
    narrow = {"spacing_um_min": 5_000, "spacing_um_max": 8_000}
    assert [(one.low_um, one.high_um) for one in asked_of(zone(), **narrow)] == [(5_000, 8_000)]
    for spacing_um in (5_000, 8_000):
        (one,) = asked_of(zone(spacing_um=spacing_um), **narrow)
        assert (one.low_um, one.high_um) == (spacing_um, spacing_um)
    for spacing_um in (4_999, 8_001):
        with pytest.raises(PlanError, match="is beyond spacing_um_m"):
            asked_of(zone(spacing_um=spacing_um), **narrow)


def test_a_tenth_of_a_millimetre_is_the_least_spacing_and_20_m_the_greatest_looked_at() -> None:
    (one,) = asked_of(zone(), spacing_um_min=100, spacing_um_max=10**9)
    assert (one.low_um, one.high_um) == (100, 20_000_000)
    with pytest.raises(PlanError, match="less than a needle's width"):
        asked_of(zone(), spacing_um_min=99)


@pytest.mark.parametrize(("dose_nl", "fits"), [(999, 0), (1_000, 1), (50_000, 1), (50_001, 0)])
def test_a_dose_that_was_asked_is_kept_up_to_its_bounds(dose_nl: int, fits: int) -> None:
    made = zone(dose_nl_usual=dose_nl, dose_asked=True)
    if fits:
        (one,) = asked_of(made)
        assert one.doses.usual == dose_nl // 1_000
    else:
        with pytest.raises(PlanError, match="is beyond dose_nl_m"):
            asked_of(made)


@pytest.mark.parametrize(("usual_nl", "taken"), [(500, 2), (4_999, 4), (60_000, 9)])
def test_a_usual_dose_is_brought_within_its_bounds(usual_nl: int, taken: int) -> None:
    (one,) = asked_of(zone(dose_nl_usual=usual_nl), dose_nl_min=1_001, dose_nl_max=9_999)
    assert (one.doses.usual, one.doses.least, one.doses.cap) == (taken, 2, 9)


def test_a_dose_is_possible_where_one_step_lies_between_its_bounds() -> None:
    (one,) = asked_of(zone(), dose_nl_min=3_000, dose_nl_max=3_999, dose_quantum_nl_min=3_000)
    assert (one.doses.least, one.doses.cap) == (1, 1)
    with pytest.raises(PlanError, match="no dose is possible"):
        asked_of(zone(), dose_nl_min=3_001, dose_nl_max=5_999, dose_quantum_nl_min=3_000)


def shared(*shares: int) -> list[int]:
    zones = [
        zone(f"z{k}", moved(MOLE, 90_000 * k, 0), share_ppm=one) for k, one in enumerate(shares)
    ]
    return [one.volume_nl for one in asked_of(*zones, volume_nl=1_000_000_000)]


def test_shares_may_miss_the_whole_by_a_millionth_each() -> None:
    assert shared(500_000, 500_000) == [500_000_000] * 2
    assert sum(shared(500_000, 500_002)) == 1_000_000_000
    assert sum(shared(500_000, 499_998)) == 1_000_000_000
    assert shared(999_999, 1)[1] == 1_000
    for shares in ((500_000, 500_003), (500_000, 499_997), (1_000_000, 0), (1_000_001, -1)):
        with pytest.raises(PlanError, match="add up to"):
            shared(*shares)


def test_a_session_s_volume_follows_from_a_zone_s_part() -> None:
    zones = [zone("a", share_ppm=300_000), zone("b", moved(MOLE, 90_000, 0), share_ppm=700_000)]
    one, other = asked_of(*zones, volume_nl=1_000_000)
    assert (one.share, one.volume_nl, one.session_nl) == ((300_000, 1_000_000), 300_000, 1_000_000)
    assert one.session_for(100) == 333_000
    assert one.session_for(100, up=True) == 334_000
    assert other.session_for(70, up=True) == other.session_for(70) == 100_000
    assert one._replace(share=(0, 10)).session_for(100) == 0
    assert one._replace(share=(1, 10)).session_for(100) == 1_000_000
    assert (one.whole(999), one.whole(999, up=True), one.whole(2_000, up=True)) == (0, 1_000, 2_000)


def limited(name: str, value: int, which: int | None) -> tuple[Limit, ...]:
    one = Limit(name, value, "u", which, "extra", "test")
    return effective(replace(BASE, limits=(*BASE.limits, one)))


def test_limits_name_zones_that_there_are_and_values_that_can_be_meant() -> None:
    assert limited("dose_nl_max", VALUE_MAX, 0)
    assert limited("dose_nl_max", 1_000, 0)
    assert limited("margin_um_min", 0, None)
    assert limited("dose_nl_min", 1, None)
    for name, value, which in (
        ("dose_nl_max", VALUE_MAX + 1, 0),
        ("dose_nl_max", 1_000, 1),
        ("dose_nl_max", 1_000, -1),
        ("dose_nl_min", 0, None),
        ("margin_um_min", -1, None),
        ("volume_nl_max", 1_000, 0),
    ):
        with pytest.raises(PlanError):
            limited(name, value, which)
    assert VALUE_MAX == 10**12


def test_bounds_may_meet_but_not_cross() -> None:
    effective(order(dose_nl_min=5_000, dose_nl_max=5_000, spacing_um_min=9, spacing_um_max=9))
    with pytest.raises(PlanError, match="nothing can satisfy both"):
        effective(order(dose_nl_min=5_001, dose_nl_max=5_000))
    with pytest.raises(PlanError, match="nothing can satisfy both"):
        effective(order(spacing_um_min=10, spacing_um_max=9))


def test_of_equal_limits_the_first_named_wins_and_quanta_divide_each_other() -> None:
    equal = Limit("dose_nl_max", 50_000, "nl", None, "later", "test")
    asked = replace(BASE, limits=(*BASE.limits, equal))
    assert Limits(effective(asked)).of("dose_nl_max", 0).origin == "preset dose_nl_max"
    asked = replace(BASE, limits=(equal, *BASE.limits))
    assert Limits(effective(asked)).of("dose_nl_max", 0).origin == "later"
    coarse = limited("dose_quantum_nl_min", 3_000, None)
    assert Limits(coarse).of("dose_quantum_nl_min").value == 3_000
    with pytest.raises(PlanError, match="coarser than both"):
        limited("dose_quantum_nl_min", 1_500, None)


@pytest.mark.parametrize(
    ("depth_um", "sine", "fits"),
    [
        (1, 1_000_000, True),
        (0, 1_000_000, False),
        (DEPTH_UM_MAX, 1_000_000, True),
        (DEPTH_UM_MAX + 1, 1_000_000, False),
        (1_000, 1, True),
        (1_000, 0, False),
        (1_000, 1_000_001, False),
    ],
)
def test_a_depth_is_a_needle_s_and_an_angle_one_into_the_skin(
    depth_um: int, sine: int, fits: bool
) -> None:
    made = zone(depth_um=depth_um, angle_sin_ppm=sine)
    asked = order(made, depth_um_max=10**9, needle_depth_um_max=10**9)
    if fits:
        assert depth_of(made, 0, Limits(effective(asked))) == depth_um
    else:
        with pytest.raises(PlanError):
            depth_of(made, 0, Limits(effective(asked)))
    assert DEPTH_UM_MAX == 1_000_000


def test_a_depth_may_reach_each_of_its_limits() -> None:
    made = zone(depth_um=1_000, angle_sin_ppm=500_001)  # 501 um down
    for down_um, needle_um, fits in ((501, 1_000, True), (500, 1_000, False), (501, 999, False)):
        limits = Limits(effective(order(made, depth_um_max=down_um, needle_depth_um_max=needle_um)))
        if fits:
            assert depth_of(made, 0, limits) == 1_000
        else:
            with pytest.raises(PlanError, match="is beyond"):
                depth_of(made, 0, limits)


@pytest.mark.parametrize(
    ("cell_um", "columns", "values", "fits"),
    [
        (1, 1, (HOLE,), True),
        (0, 1, (5,), False),
        (1, 0, (5,), False),
        (1, 1, (), False),
        (1, 2, (5, 5, 5, 5), True),
        (1, 2, (5, 5, 5), False),
        (1, 1, (HOLE - 1,), False),
        (1, 1, (0,), True),
    ],
)
def test_a_map_is_whole_rows_of_cells(
    cell_um: int, columns: int, values: tuple[int, ...], fits: bool
) -> None:
    made = zone(weights=Raster(0, 0, cell_um, columns, values, "test"))
    if fits:
        check_rasters([made])
    else:
        with pytest.raises(PlanError):
            check_rasters([zone("plain"), made])


def test_weights_are_at_most_a_million() -> None:
    assert WEIGHT_MAX == 1_000_000
