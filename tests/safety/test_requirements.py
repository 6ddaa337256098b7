"""Every requirement is there, names only what exists and what ran, and the page says just that."""

from __future__ import annotations

from tests.safety import captured, named
from tests.safety.page import PAGE, page
from tests.safety.strength import Runs, strength, unproven
from tests.safety.told import recalls, requirements, slips

TOLD = requirements()


def runs() -> Runs:
    return captured.kept()


def texts() -> dict[str, str]:
    return {one: named.digest_of_proof(one) for one in named.proofs()}


def test_every_name_that_a_requirement_has_is_there() -> None:
    assert named.unknown(TOLD) == []


def test_every_slip_still_has_its_place_and_belongs_to_a_requirement() -> None:
    assert named.misplaced(slips()) == []
    mine = {f"slip: {one.name}" for one in slips()}
    assert len(mine) == len(slips())
    assert mine <= captured.names(TOLD, "mistakes")


def test_what_is_named_passed_or_was_found_when_it_was_captured() -> None:
    kept = runs()
    for one in TOLD:
        for part in one.parts:
            assert unproven(part, kept) == [], f"{one.number}: make safety"
            assert all(kept.models.get(bound) for bound in part.models), (
                f"{one.number}: make safety"
            )


def test_what_was_captured_is_what_is_asked_now() -> None:
    assert captured.asked_when_kept() == captured.asked_of(TOLD), "make safety"


def test_every_recall_was_played() -> None:
    assert {f"recall/{one.name}" for one in recalls()} == set(runs().recalls), "make safety"


def test_the_page_says_what_the_rule_gives() -> None:
    fresh = page(TOLD, recalls(), runs(), texts())
    assert PAGE.read_text("utf-8") == fresh, "python -m tests.safety"


def test_what_is_not_tested_says_what_is_missing() -> None:
    fresh = {name: str(one["of"]) for name, one in runs().proofs.items()}  # as if none were stale
    for one in TOLD:
        for part in one.parts:
            label = strength(part, runs(), texts() | fresh)
            assert part.missing or label not in ("gap", "declared"), f"{one.number}: {part.says}"
            assert label != "gap" or not part.places, f"{one.number}: {part.says}"


def test_no_part_stands_without_a_place() -> None:
    for one in TOLD:
        for part in one.parts:
            assert part.places or not (part.tests or part.proofs or part.models), one.number
