"""What is in one syringe: names are known by the catalogue's words, and its rules are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mesogun.intake.catalogue import catalogue
from mesogun.intake.mixtures import Knowledge
from mesogun.planning.prescription import Prescription

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]

KNOWLEDGE = Knowledge(catalogue().components, catalogue().component_classes)


def holding(tree: Any, *names: str) -> None:
    """Put these into the syringe."""
    tree["product"]["components"] = [{"name": one, "concentration_mg_per_ml": 1} for one in names]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("Xylocaine 2 %", {"lidocaine", "anaesthetic"}),
        ("vitamin C", {"vitamin_c", "vitamin", "antioxidant"}),
        ("some vitamin of group E", {"vitamin"}),
        ("benzyl alcohol 0.9 %", {"benzyl_alcohol", "preservative"}),
        ("lidocaine in alcohol", {"lidocaine", "anaesthetic", "alcohol_base"}),
        ("Monomethylsilanol mannuronate", {"organic_silicon"}),
        ("silanol", {"organic_silicon"}),
        ("boiling water", set()),
    ],
)
def test_a_name_is_known_by_whole_words(name: str, kinds: set[str]) -> None:
    assert set(KNOWLEDGE.kinds_of(name)) == kinds


def test_what_has_no_rule_is_told(read: Read, tree: Any) -> None:
    holding(tree, "caffeine", "vitamin C", "carnitine")
    assert (
        "hyaluronic acid 1 %: the catalogue has no rule for caffeine, carnitine: nothing of it is "
        "checked"
    ) in read().warnings


def test_the_name_of_a_product_stands_for_a_list_that_is_missing(
    refusal: Refusal, tree: Any
) -> None:
    holding(tree)
    tree["product"]["name"] = "vitamins in oil"
    (said,) = refusal()
    assert said.startswith("product.name: found 'vitamins in oil': nothing based on oil")


def test_products_of_their_own_are_no_mixture(read: Read, tree: Any, zone: Any) -> None:
    holding(tree, "phosphatidylcholine")
    second = {"name": "second", "volume_ml": 0.5, "lot": "B", "expiry": "2027-11-30"}
    second["components"] = [{"name": "lidocaine", "concentration_mg_per_ml": 1}]
    tree["further_products"] = [second]
    moved = [[x + 90, y] for x, y in zone["outline_mm"]]
    other = {**zone, "name": "other", "product": "second", "outline_mm": moved}
    tree["zones"].append({**other, "exclusions_mm": []})
    assert len(read().products) == 2


def test_a_gel_that_is_given_alone_may_be_given(read: Read, tree: Any) -> None:
    holding(tree, "Restylane Vital")
    assert read().product.components[0].name == "Restylane Vital"


@pytest.mark.parametrize("count", [4, 5])
def test_five_components_are_warned_of_and_never_demanded(
    read: Read, tree: Any, count: int
) -> None:
    holding(tree, *(f"vitamin {letter}" for letter in "ABCDK"[:count]))
    told = [one for one in read().warnings if "components in one mixture" in one]
    assert len(told) == (count == 5)
    assert not told or "text 002 asks for at least five: here the sources disagree" in told[0]


def test_a_caution_is_a_finding_with_its_source(read: Read, tree: Any) -> None:
    holding(tree, "organic silicon", "silanol")
    (found,) = read().findings
    assert found.rule == "component.organic_silicon.caution"
    assert found.text == "Organic silicon: long use lowers vitamin B1"
    assert found.source == "founding text: text 001: long use lowers vitamin B1"


def test_an_override_of_the_question_does_not_override_the_component(
    refusal: Refusal, read: Read, tree: Any
) -> None:
    tree["screening"]["diabetes"] = True
    tree["screening"]["override"] = [
        {"condition": "diabetes", "reason": "HbA1c 6.1 %", "by": "dr-17"}
    ]
    holding(tree, "vitamin C")
    assert [one.rule for one in read().findings] == ["screening.diabetes"]
    holding(tree, "vitamin C", "Conjonctyl silanol")
    (said,) = refusal()
    assert said.startswith("product.components[1]: found 'Conjonctyl silanol' (organic silicon)")


def test_a_finding_tells_both_texts_where_they_disagree(read: Read, tree: Any) -> None:
    tree["screening"]["recent_surgery"] = True
    tree["screening"]["override"] = [
        {"condition": "recent_surgery", "reason": "healed", "by": "dr-17"}
    ]
    found = next(one for one in read().findings if one.by)
    assert (found.by, found.reason) == ("dr-17", "healed")
    assert "text 000: skin after plastic surgery is a reason to treat" in found.source
    assert "text 002: not recommended immediately after surgery" in found.source
