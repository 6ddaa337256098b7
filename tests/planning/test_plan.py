"""A prescription becomes a plan that holds every limit, or a refusal that is right."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import Infeasible, Plan, Prescription, Ring, column, plan, to_json, verify
from tests.planning.samples import (
    CHEEK,
    MOLE,
    SQUARE,
    face,
    moved,
    order,
    regions,
    zone,
)


@st.composite
def prescriptions(draw: st.DrawFn) -> Prescription:
    """One or two zones, near each other, apart or overlapping, with all sorts of limits."""
    quantum = draw(st.sampled_from((500, 1_000, 2_000)))
    low = draw(st.sampled_from((2_000, 5_000, 8_000)))
    zones = []
    for number in range(draw(st.integers(1, 2))):
        outline, holes = draw(regions(draw(st.sampled_from((12_000, 30_000, 45_000)))))
        aside = number * draw(st.sampled_from((20_000, 60_000, 120_000)))
        zones.append(
            zone(
                f"zone {number}",
                moved(outline, aside, 0),
                *(moved(hole, aside, 0) for hole in holes),
                margin_um=draw(st.sampled_from((2_000, 3_000, 5_000))),
                spacing_um=draw(st.sampled_from((None, None, low, 9_000))),
                dose_nl_usual=draw(st.sampled_from((2_000, 10_000, 40_000))),
                trigger=draw(st.sampled_from(("press", "held"))),
            )
        )
    return order(
        *zones,
        volume_nl=quantum * draw(st.integers(1, 3_000)),
        dose_quantum_nl_min=quantum,
        spacing_um_min=low,
        area_dose_nl_per_cm2_max=draw(st.sampled_from((20_000, 60_000, 200_000))),
    )


@given(prescriptions())
@settings(max_examples=60, deadline=None)
def test_whatever_is_planned_holds_every_limit(asked: Prescription) -> None:
    try:
        made = plan(asked)
    except PlanError:
        return
    verify(made)
    for k, one in enumerate(made.zones):
        doses = made.pricks.dose_nl[made.pricks.zone == k]
        assert len(doses) == one.prick_count
        assert one.pitch_um >= one.spacing_um_min


@given(
    volume=st.integers(1, 2_000),
    usual=st.sampled_from((5_000, 10_000, 20_000)),
    low=st.sampled_from((5_000, 7_000)),
)
@settings(max_examples=60, deadline=None)
def test_doses_stay_at_the_usual_one_as_long_as_closer_pricks_can_hold_the_volume(
    volume: int, usual: int, low: int
) -> None:
    """Above the usual dose only at the tightest spacing, and never above the cap."""
    asked = order(
        zone(dose_nl_usual=usual),
        volume_nl=volume * 1_000,
        spacing_um_min=low,
        area_dose_nl_per_cm2_max=10**9,
    )
    try:
        plan(asked)
    except Infeasible as refused:
        fits = refused.volume_nl_min or refused.volume_nl_max
        beyond = not refused.volume_nl_min <= volume * 1_000 <= refused.volume_nl_max
    else:
        fits, beyond = volume * 1_000, False
    made = plan(replace(asked, product=replace(asked.product, volume_nl=fits)))
    if beyond:
        return
    assert fits == volume * 1_000
    most = int(made.pricks.dose_nl.max())
    assert most <= 50_000
    if most > usual:
        assert made.zones[0].pitch_um <= low + 2
        assert "exceed the usual" in made.warnings[0]
    assert most - int(made.pricks.dose_nl.min()) <= 1_000


def test_the_spacing_closes_as_the_volume_grows() -> None:
    pitches = [
        plan(order(volume_nl=v)).zones[0].pitch_um for v in (50_000, 200_000, 400_000, 700_000)
    ]
    assert pitches == sorted(pitches, reverse=True)
    assert len(set(pitches)) == 4


def test_a_spacing_asked_for_is_the_pitch() -> None:
    made = plan(order(zone(spacing_um=7_350), volume_nl=300_000))
    assert made.zones[0].pitch_um == 7_350
    assert made.zones[0].spacing_um_min == 5_000


def test_doses_above_the_asked_one_are_told_and_so_are_doses_far_below() -> None:
    asked = zone(spacing_um=9_000, dose_nl_usual=10_000, dose_asked=True)
    (above,) = plan(order(asked, volume_nl=600_000)).warnings
    assert "exceed the asked 10 uL" in above
    (below,) = plan(order(asked, volume_nl=100_000)).warnings
    assert "less than the 10 uL asked" in below


def test_the_volume_is_divided_by_area_or_by_shares_to_the_last_step() -> None:
    zones = zone("a"), zone("b", moved(CHEEK, 90_000, 0)), zone("c", moved(SQUARE, 0, 90_000))
    by_area = plan(order(*zones, volume_nl=1_000_000)).zones
    assert by_area[0].dose_nl_total == by_area[1].dose_nl_total < by_area[2].dose_nl_total
    shares = (200_000, 333_333, 466_667)
    shared = (replace(one, share_ppm=ppm) for one, ppm in zip(zones, shares, strict=True))
    by_share = plan(order(*shared, volume_nl=1_000_000)).zones
    assert [one.dose_nl_total for one in by_share] == [200_000, 333_000, 467_000]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((500_000, None), "'b' has no share"),
        ((500_000, 400_000), "add up to 0.900000"),
        ((0, 1_000_000), "above 0"),
    ],
)
def test_shares_are_complete_and_whole(shares: tuple[int | None, ...], said: str) -> None:
    a, b = zone("a", share_ppm=shares[0]), zone("b", moved(CHEEK, 90_000, 0), share_ppm=shares[1])
    with pytest.raises(PlanError, match=said):
        plan(order(a, b))


def least_distance(made: Plan) -> float:
    x, y = made.pricks.x_um.astype(float), made.pricks.y_um.astype(float)
    gap = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(gap, np.inf)
    return float(gap.min())


@pytest.mark.parametrize("aside", [3_000, 20_000, 50_000, 57_000, 62_000])
def test_spacing_holds_across_neighbouring_and_overlapping_zones(aside: int) -> None:
    """The later zone keeps off the earlier one's pricks."""
    asked = order(zone("one", SQUARE), zone("two", moved(SQUARE, aside, 1_000)), volume_nl=300_000)
    made = plan(asked)
    verify(made)
    assert least_distance(made) >= 5_000
    lost = [one for one in made.warnings if "left free" in one]
    if aside != 50_000:  # there it is a little
        assert bool(lost) == (aside < 50_000)
    assert all("'one'" in one and "'two'" in one for one in lost)


def test_between_two_zones_the_larger_of_their_spacings_holds() -> None:
    made = plan(
        replace(
            order(
                zone("fine", SQUARE, spacing_um=5_000),
                zone("wide", moved(SQUARE, 58_000, 0), spacing_um=12_000),
                volume_nl=600_000,
            ),
            limits=(
                *order().limits,
                replace(order().limits[3], value=12_000, zone=1),
            ),
        )
    )
    verify(made)
    fine, wide = made.pricks.zone == 0, made.pricks.zone == 1
    x, y = made.pricks.x_um.astype(float), made.pricks.y_um.astype(float)
    across = np.hypot(x[fine][:, None] - x[wide], y[fine][:, None] - y[wide])
    assert across.min() >= 12_000


def test_a_zone_inside_anothers_pricks_is_refused_with_both_names() -> None:
    speck = ((28_000, 28_000), (35_000, 28_000), (35_000, 35_000), (28_000, 35_000))
    with pytest.raises(Infeasible, match="'speck': it overlaps or touches zone 'all over'"):
        plan(order(zone("all over", SQUARE, spacing_um=5_000), zone("speck", speck)))


def test_pricks_in_what_another_zone_leaves_out_are_told() -> None:
    made = plan(order(zone("a", CHEEK, MOLE), zone("b", moved(CHEEK, 1_000, 0)), volume_nl=400_000))
    assert any("in exclusion 1 of zone 'a'" in one for one in made.warnings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"depth_um": 2_500}, r"depth 2.5 mm is beyond depth_um_max = 2 mm \[preset"),
        ({"depth_um": 0}, "no needle goes there"),
        ({"margin_um": 1_000}, r"margin of 1 mm is less than margin_um_min = 2 mm \[preset"),
        ({"spacing_um": 4_000}, r"spacing of 4 mm is beyond spacing_um_min = 5 mm \[preset"),
        ({"spacing_um": 21_000}, "spacing of 21 mm is beyond spacing_um_max = 20 mm"),
        ({"dose_nl_usual": 60_000, "dose_asked": True}, "dose of 60 uL is beyond dose_nl_max = 50"),
        ({"dose_nl_usual": 500, "dose_asked": True}, "dose of 0.5 uL is beyond dose_nl_min = 1 uL"),
        ({"dose_nl_usual": 0}, "cannot be planned"),
        ({"rate_nl_per_s": 0}, "out of range"),
        ({"margin_um": -1}, "below 0"),
        ({"outline_um": ((0, 0), (9_000, 9_000), (9_000, 0), (0, 9_000))}, "crosses or touches"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_and_never_clamped(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(PlanError, match=said):
        plan(order(zone(**changes)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (replace(order(), head="line-5"), "head 'line-5': nothing tells where its needles are"),
        (replace(order(), zones=()), "no zone to treat"),
        (order(zone("a"), zone("a", moved(CHEEK, 90_000, 0))), "two zones are named 'a'"),
        (order(volume_nl=0), "must be above 0"),
        (order(volume_nl=3 * 10**9, volume_nl_max=10**10), "beyond any use"),
        (order(spacing_um_min=50, spacing_um_max=60), "less than a needle's width"),
        (order(dose_nl_min=7_000, dose_nl_max=7_500, dose_quantum_nl_min=5_000), "no dose is poss"),
        (replace(order(), motion=replace(order().motion, travel_um_per_s=0)), "speeds above 0"),
    ],
)
def test_a_prescription_that_makes_no_sense_is_refused(asked: Prescription, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        plan(asked)


def test_a_needle_that_is_too_short_is_refused() -> None:
    with pytest.raises(PlanError, match="beyond needle_depth_um_max"):
        plan(order(zone(depth_um=1_500), needle_depth_um_max=1_000))


def test_a_huge_region_with_tiny_spacing_is_refused_at_once() -> None:
    field: Ring = ((-4_000_000, -4_000_000), (4_000_000, -4_000_000), (0, 4_000_000))
    with pytest.raises(PlanError, match="check the units"):
        plan(order(zone("field", field, spacing_um=1_000), spacing_um_min=1_000))


def test_the_same_prescription_gives_the_same_bytes() -> None:
    assert to_json(plan(face())) == to_json(plan(face()))


def test_a_plan_file_has_what_others_read() -> None:
    made = plan(face())
    told = json.loads(to_json(made))
    assert told["format"] == "mesogun-plan/1"
    assert told["digest"] == made.digest()
    assert {len(one) for one in told["pricks"].values()} == {len(made.pricks)}
    assert sum(told["pricks"]["dose_nl"]) == 2_000_000
    assert told["pricks"]["z_um"] == [0] * len(made.pricks)
    assert told["estimates"]["duration_s"] == made.duration_us / 10**6
    assert {"name", "value", "unit", "zone", "origin", "source"} == set(told["limits"][0])
    assert told["zones"][0]["outline_um"] == [list(point) for point in CHEEK]
    assert told["prescription"]["zones"][1]["name"] == "right cheek"


def test_any_change_of_a_plan_changes_its_digest() -> None:
    made = plan(order())
    first = made.pricks
    others = [
        replace(made, duration_us=made.duration_us + 1),
        replace(made, warnings=("new",)),
        replace(made, zones=(replace(made.zones[0], margin_um=3_001),)),
        replace(made, limits=made.limits[1:]),
        replace(made, prescription=replace(made.prescription, patient_id="p-0002")),
        replace(made, pricks=replace(first, x_um=first.y_um, y_um=first.x_um)),
    ]
    assert len({made.digest(), *(one.digest() for one in others)}) == 1 + len(others)


def test_a_column_holds_whole_numbers_of_32_bits_and_cannot_be_written() -> None:
    kept = column([1, 2])
    assert not kept.flags.writeable
    with pytest.raises(OverflowError):
        column([2**31])
    with pytest.raises(TypeError):
        column([1.5])
