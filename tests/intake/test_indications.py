"""What a session is given for is known, and what does not suit it is told with its source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mesogun.planning.prescription import Prescription

Read = Callable[[], Prescription]


@pytest.fixture
def said(read: Read, tree: Any) -> Callable[..., list[str]]:
    """Reads a prescription for an indication: its warnings about that."""

    def warnings(indication: str, regimen: str = "face", component: str = "") -> list[str]:
        tree["session"]["indication"] = indication
        tree["session"]["regimen"] = regimen
        if component:
            parts = [{"name": component, "concentration_mg_per_ml": 10.0}]
            tree["product"] |= {"name": "mixture", "components": parts}
        made = read()
        assert made.indication == indication
        return [one for one in made.warnings if one.startswith(f"{indication.split('_')[0]}")]

    return warnings


def test_what_suits_is_not_warned_of(said: Callable[..., list[str]]) -> None:
    assert said("hydration") == []
    assert said("wrinkles", component="collagen") == []
    assert said("wrinkles", component="ascorbic acid") == []


def test_a_product_without_anything_suitable_is_told_with_the_source(
    said: Callable[..., list[str]],
) -> None:
    (told,) = said("oedema", regimen="body")[:1]
    assert told.startswith("oedema is treated with diuretic: no product has any of it [founding te")
    assert "text 002: oedema is treated with a diuretic" in told


def test_another_course_is_told_with_the_source(said: Callable[..., list[str]]) -> None:
    (told,) = said("hydration", regimen="general")
    assert told == (
        "hydration: course of the face (regimen face) is usual, not the regimen general "
        "[founding text: text 001: separate courses for face, body and hair]"
    )


def test_texts_that_forbid_what_others_treat_are_told(said: Callable[..., list[str]]) -> None:
    told = said("acne", regimen="general", component="vitamin c")
    assert told == [
        "acne: acute inflammation forbids a session, and acne may be inflamed "
        "[founding text: text 004: no acute inflammation; text 000 says so as well]"
    ]


def test_an_unknown_indication_is_refused_with_the_nearest(
    refusal: Callable[[], list[str]], tree: Any
) -> None:
    tree["session"]["indication"] = "wrinkle"
    (line,) = refusal()
    assert line.startswith("session.indication: found 'wrinkle', an unknown indication: did you m")


def test_without_an_indication_nothing_is_said_of_one(read: Read) -> None:
    assert read().indication == ""
