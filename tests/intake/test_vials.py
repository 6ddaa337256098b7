"""Vials and tubes: ampoules counted, dates kept, the patient's own blood and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.intake import ampoules
from mesogun.planning import Autologous, Prescription, Product, plan, to_json

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]

PLAIN = Product("water", 1_000, "L", "2027-11-30", None, ())


@pytest.fixture
def blood(tree: Any) -> Any:
    """A product of the patient's own blood in `tree`."""
    own = {"donor": "p-0042", "blood_ml": 10, "yield_ml": 3, "drawn": "2026-11-21T09:30:00"}
    tree["product"] = {
        "name": "plasma",
        "volume_ml": 2.0,
        "lot": "tube 1",
        "expiry": "2026-11-21",
        "autologous": own,
    }
    return own


@given(volume_nl=st.integers(1, 30_000_000), each_nl=st.integers(0, 10_000_000))
def test_ampoules_hold_the_volume_and_one_less_does_not(volume_nl: int, each_nl: int) -> None:
    found = ampoules(replace(PLAIN, volume_nl=volume_nl, ampoule_nl=each_nl))
    assert found is not None
    assert found.each_nl == (each_nl or 2_000_000)
    assert found.left_nl == found.number * found.each_nl - volume_nl
    assert 0 <= found.left_nl < found.each_nl


def test_the_size_of_an_ampoule_has_its_source() -> None:
    usual, own = ampoules(PLAIN), ampoules(replace(PLAIN, ampoule_nl=5_000_000))
    assert usual is not None
    assert own is not None
    assert usual.source == "founding text: text 002: 4 mL are 2 ampoules"
    assert own.source == "prescription"


def test_blood_of_ones_own_takes_no_ampoule_and_stands_in_the_plan(read: Read, blood: Any) -> None:
    made = read()
    assert made.product.autologous == Autologous(
        "p-0042", 10_000_000, 3_000_000, "2026-11-21T09:30"
    )
    assert ampoules(made.product) is None
    assert made.product.viscosity_upa_s is None
    (found,) = made.findings
    assert found.rule == "product.autologous"
    assert found.source == "founding text: text 001: about 10 mL of blood are drawn"
    assert b'"autologous":{"donor_id":"p-0042"' in to_json(plan(made))
    assert not any("blood" in one or "components" in one for one in made.warnings)


def test_another_volume_of_blood_than_the_text_has_is_told(read: Read, blood: Any) -> None:
    blood["blood_ml"] = 12
    assert any(
        one.startswith("plasma: 12 mL of blood were drawn; about 10 mL") for one in read().warnings
    )


def test_one_tube_is_not_emptied_twice(refusal: Refusal, tree: Any, blood: Any, zone: Any) -> None:
    second = {**tree["product"], "name": "second pass", "volume_ml": 1.001}
    tree["further_products"] = [second]
    moved = [[x + 90, y] for x, y in zone["outline_mm"]]
    other = {**zone, "name": "other", "product": "second pass", "outline_mm": moved}
    tree["zones"].append({**other, "exclusions_mm": []})
    assert refusal() == [
        "further_products[0].volume_ml: 3.001 mL are more than the 3 mL in the tube 'tube 1': give "
        "less of its products"
    ]
    second.update(volume_ml=1.0, autologous={**blood, "yield_ml": 4})
    assert refusal() == [
        "further_products[0].autologous: differs from what is said of the tube 'tube 1'"
    ]


@pytest.mark.parametrize(
    "found", ["2026-11-21", "2026-11-21T09:30:05", "2026-11-21T09:30:00+01:00", "half past", 9]
)
def test_a_moment_is_local_and_to_the_minute(refusal: Refusal, blood: Any, found: Any) -> None:
    blood["drawn"] = found
    (said,) = refusal()
    assert said.startswith("product.autologous.drawn: found ")
    assert said.endswith("give local date and time to the minute, such as 2026-11-21T09:30:00")


def test_blood_is_drawn_before_the_session_begins(read: Read, tree: Any, blood: Any) -> None:
    tree["session"]["time"] = "09:30"
    assert read().product.autologous is not None


@pytest.mark.parametrize("opened", ["2026-11-21", None])
def test_a_vial_opened_today_may_be_used(read: Read, tree: Any, opened: str | None) -> None:
    if opened:
        tree["product"]["opened"] = opened
    assert read().product.opened == (opened or "")


def test_a_vial_is_not_opened_tomorrow(refusal: Refusal, tree: Any) -> None:
    tree["product"]["opened"] = "2026-11-22"
    assert refusal()[0].startswith("product.opened: found 2026-11-22, after the session of 2026-11")


def test_a_needle_may_be_changed_sooner_than_usual(read: Read, tree: Any) -> None:
    tree["device"]["needle_pricks"] = 20
    made = plan(read())
    (bound,) = (one for one in made.limits if one.name == "needle_pricks_max")
    assert (bound.value, bound.origin) == (20, "prescription")
    needles = [one.shot for one in made.pauses if one.kind == "needle"]
    gaps = [b - a for a, b in zip([0, *needles], [*needles, len(made.pricks)], strict=True)]
    assert needles
    assert max(gaps) <= 20


def test_a_needle_is_changed_after_two_hundred_pricks_unless_asked(read: Read) -> None:
    (bound,) = (one for one in plan(read()).limits if one.name == "needle_pricks_max")
    assert (bound.value, bound.source.split(":")[0]) == (200, "unverified")
