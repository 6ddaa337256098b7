"""Every kind of pistol against every requirement: the very cases of `mesogun conformance`."""

from __future__ import annotations

from typing import Any

from mesogun.conformance import CASES
from tests.virtual_kit import (
    ONLY_WITH_A_KEY,
    ONLY_WITH_HANDLES,
    ONLY_WITHOUT_A_KEY,
    otherwise_than,
)


def test_every_kind_of_pistol_meets_every_requirement(kind: str, played: Any) -> None:
    untestable = ONLY_WITHOUT_A_KEY if kind.endswith("with a key") else ONLY_WITH_A_KEY
    if not played.has_handles(kind):
        untestable |= ONLY_WITH_HANDLES
    assert otherwise_than(played.results(kind), untestable) == []


def test_requirements_have_ids_of_their_own_and_say_what_is_required() -> None:
    assert len({case.id for case in CASES}) == len({case.required for case in CASES}) == len(CASES)
    assert all(case.required.endswith(".") for case in CASES)
