"""On a surface, too: what does not fit is refused, and what is offered then helps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mesogun.planning import Infeasible, Prescription
from mesogun.planning.asked import orders_of
from mesogun.planning.dose.held import rows
from mesogun.planning.limits import Limits, effective
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import Earlier
from mesogun.planning.surface.place import place_on_surface, treatable_area_um2
from tests.planning.bodies import on, session, sheet

HILL = sheet(8, 8, 3_500, lambda x, y: (x * x + y * y) // 400_000)


def placed(made: Prescription) -> Spots:
    assert made.surface is not None
    areas = [treatable_area_um2(made.surface, one) for one in made.zones]
    [asked] = orders_of(made, Limits(effective(made)), areas)
    return place_on_surface(made, 0, asked, [], [])


def refused(made: Prescription) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        placed(made)
    assert caught.value.zone == "patch"
    return caught.value


def made(volume_nl: int, zone: Any = None, **values: int) -> Prescription:
    return session(HILL, zone or on(HILL), volume_nl=volume_nl, **values)


def limited(one: Prescription, **values: int) -> Prescription:
    changed = tuple(replace(each, value=values.get(each.name, each.value)) for each in one.limits)
    return replace(one, limits=changed)


def test_too_much_names_the_most_that_fits_and_that_fits() -> None:
    why = refused(made(5_000_000))
    assert "5 mL do not fit: at 5 mm spacing there is room for" in str(why)
    assert why.binding is not None
    assert why.binding.name == "dose_nl_max"
    most = why.volume_nl_max
    spots = placed(made(most))
    assert len(spots) * 50_000 == most
    assert refused(made(most + 1_000)).volume_nl_max == most


def test_every_change_offered_for_too_much_helps() -> None:
    why = refused(made(2_400_000, area_dose_nl_per_cm2_max=10**7))
    kinds = {change.kind: change for change in why.changes}
    assert set(kinds) == {"volume", "cap", "spacing", "region"}
    assert kinds["volume"].needed == why.volume_nl_max
    cap = kinds["cap"]
    assert (cap.name, cap.now) == ("dose_nl_max", 50_000)
    relaxed = made(2_400_000, area_dose_nl_per_cm2_max=10**7)
    assert len(placed(limited(relaxed, dose_nl_max=cap.needed))) > 0
    with pytest.raises(Infeasible):
        placed(limited(relaxed, dose_nl_max=cap.needed - 1_000))
    tighter = kinds["spacing"]
    assert (tighter.name, tighter.now) == ("spacing_um_min", 5_000)
    assert 2_500 <= tighter.needed < 5_000
    assert len(placed(limited(relaxed, spacing_um_min=tighter.needed))) > 0
    region = kinds["region"]
    assert region.needed * 50_000 >= 2_400_000 > (region.needed - 1) * 50_000


def test_caps_are_raised_together_only_where_both_are_in_the_way() -> None:
    held = rows(5_000)[-1][2]
    for spare, together in ((0, 0), (-1_000, 1)):
        alone = refused(made(2_400_000, area_dose_nl_per_cm2_max=10**7))
        [cap] = [one for one in alone.changes if one.kind == "cap"]
        most = cap.needed * held + spare
        [cap] = [
            one
            for one in refused(made(2_400_000, area_dose_nl_per_cm2_max=most)).changes
            if one.kind == "cap"
        ]
        assert cap.name == "dose_nl_max"
        assert len(cap.together_with) == together


def test_where_the_dose_of_a_square_centimetre_binds_it_is_named() -> None:
    why = refused(made(2_000_000, area_dose_nl_per_cm2_max=60_000))
    assert why.binding is not None
    assert why.binding.name == "area_dose_nl_per_cm2_max"
    assert 0 < why.volume_nl_max < 2_000_000
    assert len(placed(made(why.volume_nl_max, area_dose_nl_per_cm2_max=60_000))) > 0


def test_a_spacing_asked_too_wide_is_told_the_one_that_would_do() -> None:
    zone = on(HILL, spacing_um=12_000)
    why = refused(made(900_000, zone))
    [change] = [one for one in why.changes if one.kind == "spacing"]
    assert (change.name, change.now) == ("spacing_um", 12_000)
    assert 5_000 <= change.needed < 12_000
    assert len(placed(made(900_000, replace(zone, spacing_um=change.needed)))) > 0


def test_too_little_names_the_least_that_fits() -> None:
    why = refused(made(2_000, spacing_um_max=8_000))
    assert "are too little: even at 8 mm spacing there are" in str(why)
    assert why.binding is not None
    assert why.binding.name == "dose_nl_min"
    assert len(placed(made(why.volume_nl_min, spacing_um_max=8_000))) > 0
    with pytest.raises(Infeasible):
        placed(made(why.volume_nl_min - 1_000, spacing_um_max=8_000))
    coarse = refused(made(20_000, spacing_um_max=8_000, dose_quantum_nl_min=20_000))
    assert coarse.binding is not None
    assert coarse.binding.name == "dose_quantum_nl_min"


def test_no_dose_small_enough_for_a_square_centimetre_is_said() -> None:
    tight = {"area_dose_nl_per_cm2_max": 1_500, "spacing_um_max": 5_000}
    why = refused(made(100_000, **tight))
    assert "no dose is small enough" in str(why)
    [change] = why.changes
    assert change.name == "area_dose_nl_per_cm2_max"
    helped = limited(made(100_000, **tight), area_dose_nl_per_cm2_max=change.needed)
    assert len(placed(helped)) > 0


def test_a_margin_that_leaves_nothing_is_told_one_that_leaves_something() -> None:
    why = refused(made(100_000, on(HILL, margin_um=15_500)))
    assert "the zone is too small for a single prick: a margin of 15.5 mm" in str(why)
    [margin, region] = why.changes
    assert margin.kind == "margin"
    assert 12_500 < margin.needed < 14_000
    assert region.kind == "region"
    assert why.binding is None
    spots = placed(made(20_000, on(HILL, margin_um=margin.needed)))
    assert len(spots) >= 1
    for leaves_little in (13_700, 13_900):  # less than any strewn place finds
        found = placed(made(20_000, on(HILL, margin_um=leaves_little)))
        assert 1 <= len(found) <= 2
    bound = refused(made(100_000, on(HILL, margin_um=15_500), margin_um_min=15_500))
    assert bound.binding is not None
    assert bound.binding.name == "margin_um_min"
    assert "now at least 15.5 mm" in str(bound)


def test_pricks_of_others_that_leave_nothing_are_said() -> None:
    record = Earlier("r", "2026-10-01", 40_000, ((15_000, 15_000, 0),))
    why = refused(replace(made(100_000), earlier=(record,)))
    assert "leaves no room for a single prick" in str(why)
    assert [change.kind for change in why.changes] == ["region"]
    assert why.volume_nl_max == 0
