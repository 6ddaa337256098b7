"""Of a component a session holds so much: the volume named fits, one step more does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.errors import PrescriptionError
from mesogun.intake.catalogue import catalogue
from mesogun.intake.components import component_limits
from mesogun.intake.mixtures import Knowledge
from mesogun.intake.prescription_form import ComponentForm, PatientForm, ProductForm
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import Prescription

Read = Callable[[], Prescription]

KNOWLEDGE = Knowledge(catalogue().components, catalogue().component_classes)
NAMED = re.compile(r"([0-9.]+) mL or less")


def product(name: str, volume_nl: int, ug_per_ml: int, *beside: str) -> ProductForm:
    held = ComponentForm(name="lidocaine", concentration_mg_per_ml=ug_per_ml)
    more = [ComponentForm(name=one, concentration_mg_per_ml=5) for one in beside]
    return ProductForm(
        name=name,
        volume_ml=volume_nl,
        lot="L",
        expiry=date(2027, 11, 30),
        components=(held, *more),
    )


def refused(weight_g: int, step_nl: int, *products: ProductForm) -> str:
    """What is said of these products; empty if all of them may be given."""
    patient = PatientForm(id="p", sex="female", age_years=42, weight_kg=weight_g)
    problems, keyed = Problems("rx"), [(f"p{n}", one) for n, one in enumerate(products)]
    component_limits(keyed, patient, KNOWLEDGE, step_nl, problems, [])
    try:
        problems.raise_any()
    except PrescriptionError as found:
        return str(found)
    return ""


STEPS = st.sampled_from([1_000, 2_000, 5_000, 10_000])


@given(
    weight_g=st.integers(20_000, 300_000),
    step_nl=STEPS,
    volume_nl=st.integers(1, 40_000_000),
    ug_per_ml=st.integers(1, 500_000),
    epinephrine=st.booleans(),
)
def test_the_largest_volume_named_fits_and_one_step_more_does_not(
    weight_g: int, step_nl: int, volume_nl: int, ug_per_ml: int, epinephrine: bool
) -> None:
    beside = ["epinephrine"] if epinephrine else []
    said = refused(weight_g, step_nl, product("one", volume_nl, ug_per_ml, *beside))
    named = NAMED.findall(said)
    if not said or not named:
        one_step = product("one", step_nl, ug_per_ml, *beside)
        assert not said or refused(weight_g, step_nl, one_step)
        return
    largest = round(float(named[0]) * 1_000_000)
    assert largest % step_nl == 0
    assert not refused(weight_g, step_nl, product("one", largest, ug_per_ml, *beside))
    assert refused(weight_g, step_nl, product("one", largest + step_nl, ug_per_ml, *beside))


@given(
    weight_g=st.integers(20_000, 120_000),
    step_nl=STEPS,
    volumes_nl=st.tuples(st.integers(1, 20_000_000), st.integers(1, 20_000_000)),
    ug_per_ml=st.tuples(st.integers(1, 100_000), st.integers(1, 100_000)),
)
def test_of_two_products_each_volume_named_fits_beside_the_other_as_it_is(
    weight_g: int, step_nl: int, volumes_nl: tuple[int, int], ug_per_ml: tuple[int, int]
) -> None:
    def told(first_nl: int, second_nl: int) -> str:
        one = product("one", first_nl, ug_per_ml[0])
        return refused(weight_g, step_nl, one, product("two", second_nl, ug_per_ml[1]))

    said = told(*volumes_nl)
    for which, name in enumerate(("one", "two")):
        found = re.search(rf"([0-9.]+) mL or less of '{name}'", said)
        if found is not None:
            largest = round(float(found[1]) * 1_000_000)
            for more, fits in ((0, True), (step_nl, False)):
                volumes = list(volumes_nl)
                volumes[which] = largest + more
                assert bool(told(*volumes)) is not fits


def test_more_is_allowed_only_where_no_lidocaine_is_without_epinephrine() -> None:
    with_it = product("one", 8_000_000, 20_000, "adrenaline 1:200000")
    assert not refused(40_000, 1_000, with_it, product("two", 1_000_000, 20_000, "epinephrine"))
    said = refused(40_000, 1_000, with_it, product("two", 1_001_000, 20_000))
    assert "above the cap of 180 mg [component lidocaine at 40 kg; weak: 4.5 mg/kg" in said


def test_one_name_may_tell_of_both(read: Read, tree: Any) -> None:
    tree["product"]["components"] = [
        {"name": "Lidocaine 2 % with Adrenaline", "concentration_mg_per_ml": 20}
    ]
    (found,) = (one for one in read().limits if one.name == "component_ug_max:lidocaine")
    assert (found.value, found.origin) == (427_000, "component lidocaine with epinephrine at 61 kg")


def test_the_usual_dose_is_warned_of_below_the_maximum(read: Read, tree: Any) -> None:
    tree["product"].update(
        components=[{"name": "lidocaine", "concentration_mg_per_ml": 100}], volume_ml=1.83
    )
    assert not any("mg/kg" in one for one in read().warnings)
    tree["product"]["volume_ml"] = 1.831
    assert any("183.1 mg of component lidocaine" in one for one in read().warnings)


@pytest.mark.parametrize("volume_ml", [13.725, 13.726])
def test_the_microlitre_above_the_maximum_is_refused(
    refusal: Callable[[], list[str]], read: Read, tree: Any, volume_ml: float
) -> None:
    tree["product"].update(
        components=[{"name": "lidocaine", "concentration_mg_per_ml": 20}], volume_ml=volume_ml
    )
    if volume_ml == 13.725:
        assert read().product.volume_nl == 13_725_000
    else:
        assert "give 13.725 mL or less" in refusal()[0]
