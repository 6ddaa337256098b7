"""A refusal names the limit that binds, what fits, and changes that really help."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Change, Infeasible, Limit, Prescription, plan, verify
from mesogun.planning.infeasible import Undecided
from tests.planning.samples import CHEEK, MOLE, moved, order, zone


def refusal(asked: Prescription) -> Infeasible:
    with pytest.raises(Infeasible) as refused:
        plan(asked)
    return refused.value


def change_of(refused: Infeasible, kind: str) -> Change:
    return next(one for one in refused.changes if one.kind == kind)


def obeyed(asked: Prescription, change: Change) -> Prescription:
    """The prescription (of one zone) as the change wants it."""
    for one in (change, *change.together_with):
        asked = obeyed_alone(asked, one)
    return asked


def obeyed_alone(asked: Prescription, change: Change) -> Prescription:
    if change.name == "volume_nl":
        return replace(asked, product=replace(asked.product, volume_nl=change.needed))
    if change.name == "spacing_um":
        return replace(asked, zones=(replace(asked.zones[0], spacing_um=change.needed),))
    if change.name == "margin_um":
        kept = tuple(one for one in asked.limits if one.name != "margin_um_min")
        floor = Limit("margin_um_min", min(change.needed, 2_000), "um", None, "new", "test")
        zones = (replace(asked.zones[0], margin_um=change.needed),)
        return replace(asked, zones=zones, limits=(*kept, floor))
    limits = tuple(
        replace(one, value=change.needed, origin="new") if one.name == change.name else one
        for one in asked.limits
    )
    return replace(asked, limits=limits)


def test_too_much_volume_is_explained_with_numbers() -> None:
    refused = refusal(order(volume_nl=6_000_000, area_dose_nl_per_cm2_max=10**9))
    count = refused.volume_nl_max // 50_000
    assert refused.zone == "cheek"
    assert refused.volume_nl == 6_000_000
    assert refused.volume_nl_max == 50_000 * count
    assert refused.binding is not None
    assert refused.binding.name == "dose_nl_max"
    text = str(refused)
    assert text.startswith("zone 'cheek': 6 mL do not fit: at 5 mm spacing there is room for")
    assert "The limit that binds is dose_nl_max = 50000 nl [preset dose_nl_max]." in text
    assert {one.kind for one in refused.changes} == {"volume", "cap", "spacing", "region"}
    assert change_of(refused, "region").needed == 120


@given(
    volume=st.integers(1, 9_000),
    spacing=st.sampled_from((None, 5_000, 6_000, 12_000)),
    per_cm2=st.sampled_from((20_000, 60_000, 200_000)),
    most=st.sampled_from((10_000, 50_000)),
    least=st.sampled_from((1_000, 5_000)),
)
@settings(max_examples=15, deadline=None)
def test_each_change_that_is_offered_helps_by_itself(
    volume: int, spacing: int | None, per_cm2: int, most: int, least: int
) -> None:
    asked = order(
        zone("cheek", CHEEK, MOLE, spacing_um=spacing),
        volume_nl=volume * 1_000,
        area_dose_nl_per_cm2_max=per_cm2,
        dose_nl_max=most,
        dose_nl_min=least,
    )
    try:
        verify(plan(asked))
    except Infeasible as caught:
        refused = caught
    except Undecided:
        return
    else:
        return
    offered = [one for one in refused.changes if one.kind != "region"]
    assert offered or refused.volume_nl_max == 0 or volume < 5
    for change in offered:
        verify(plan(obeyed(asked, change)))
    if 0 < refused.volume_nl_max < refused.volume_nl:
        more = replace(asked.product, volume_nl=refused.volume_nl_max + 1_000)
        with pytest.raises((Infeasible, Undecided)) as above:
            plan(replace(asked, product=more))
        told = above.value
        most = told.volume_nl_found if isinstance(told, Undecided) else told.volume_nl_max
        assert most == refused.volume_nl_max


def test_an_area_dose_that_binds_is_named() -> None:
    refused = refusal(order(volume_nl=1_500_000, area_dose_nl_per_cm2_max=20_000))
    assert refused.binding is not None
    assert refused.binding.name == "area_dose_nl_per_cm2_max"


def test_a_spacing_too_dense_for_the_least_dose_is_explained() -> None:
    asked = order(
        zone(spacing_um=5_000),
        volume_nl=500_000,
        dose_nl_min=5_000,
        area_dose_nl_per_cm2_max=20_000,
    )
    refused = refusal(asked)
    assert "a square centimetre takes in 7 pricks, and at least 5 uL in each are 35 uL" in str(
        refused
    )
    assert refused.volume_nl_max == 0
    less = replace(asked, product=replace(asked.product, volume_nl=300_000))
    assert refused.changes[0].name == "area_dose_nl_per_cm2_max"
    assert refusal(less).changes[0].name == "spacing_um"
    for which, told in ((asked, refused), (less, refusal(less))):
        for change in told.changes[:-1]:
            verify(plan(obeyed(which, change)))


def test_a_small_zone_is_judged_by_its_own_pricks_not_by_a_full_disc() -> None:
    """A disc of a wide lattice would hold 31 pricks and no dose; these few hold some."""
    few = ((0, 0), (8_000, 0), (8_000, 8_000), (0, 8_000))
    asked = order(
        zone("few", few, spacing_um=2_000),
        volume_nl=100_000,
        spacing_um_min=2_000,
        dose_quantum_nl_min=2_000,
        area_dose_nl_per_cm2_max=20_000,
    )
    refused = refusal(asked)
    assert refused.volume_nl_max == 20_000
    verify(plan(replace(asked, product=replace(asked.product, volume_nl=20_000))))


def test_too_little_volume_is_explained() -> None:
    refused = refusal(order(volume_nl=20_000, dose_nl_min=5_000, dose_nl_max=50_000))
    assert "20 uL are too little" in str(refused)
    assert refused.volume_nl_min > 20_000
    assert refused.binding is not None
    assert refused.binding.name == "dose_nl_min"
    verify(plan(order(volume_nl=refused.volume_nl_min, dose_nl_min=5_000)))


def test_a_volume_between_two_steps_is_refused_with_both() -> None:
    refused = refusal(order(volume_nl=500_300))
    assert [one.needed for one in refused.changes] == [500_000, 501_000]
    assert "Any one of these would help: a volume of 500 uL; a volume of 501 uL." in str(refused)


def test_more_than_a_session_may_take_is_refused() -> None:
    refused = refusal(order(volume_nl=500_000, volume_nl_max=400_500))
    assert refused.zone is None
    assert refused.volume_nl_max == 400_000
    assert refused.binding is not None
    assert refused.binding.name == "volume_nl_max"


def test_more_than_one_filling_gives_is_planned_with_a_pause_for_a_refill() -> None:
    made = plan(order(volume_nl=500_000, syringe_volume_nl_max=400_500))
    assert int(made.pricks.dose_nl.sum()) == 500_000
    assert [one.kind for one in made.pauses] == ["refill"]
    verify(made)
    assert plan(order(volume_nl=500_000, syringe_volume_nl_max=500_000)).pauses == ()


def test_too_many_pricks_are_refused_not_made_fewer_by_larger_doses() -> None:
    refused = refusal(order(volume_nl=500_000, pricks_max=30))
    assert refused.binding is not None
    assert refused.binding.name == "pricks_max"
    assert "need 5" in str(refused)


def test_an_outline_too_small_for_one_prick_is_refused_with_the_largest_margin() -> None:
    speck = ((0, 0), (5_000, 0), (5_000, 5_000), (0, 5_000))
    asked = order(zone("speck", speck), volume_nl=5_000)
    refused = refusal(asked)
    assert "too small for a single prick" in str(refused)
    assert "leaves nothing of its 0.25 cm2" in str(refused)
    change = change_of(refused, "margin")
    assert 2_400 <= change.needed < 2_500
    verify(plan(obeyed(asked, change)))


def test_neighbours_that_share_a_square_centimetre_are_counted_together() -> None:
    a = ((0, 0), (8_000, 0), (8_000, 8_000), (0, 8_000))
    asked = order(
        zone("a", a),
        zone("b", moved(a, 5_200, 0)),
        volume_nl=60_000,
        area_dose_nl_per_cm2_max=40_000,
    )
    refused = refusal(asked)
    assert refused.zone == "a"
    assert refused.binding is not None
    assert refused.binding.name == "area_dose_nl_per_cm2_max"
    assert "pricks of neighbouring zones included" in str(refused)
    verify(plan(replace(asked, product=replace(asked.product, volume_nl=40_000))))
