"""Every kind of pistol against every requirement: the very cases of `mesogun conformance`."""

from __future__ import annotations

from typing import Any

import pytest

from mesogun.conformance import CASES, Verdict
from tests.virtual_kit import ONLY_WITH_A_KEY, ONLY_WITH_HANDLES, ONLY_WITHOUT_A_KEY

pytestmark = pytest.mark.xdist_group("every pistol")


@pytest.mark.parametrize("requirement", [case.id for case in CASES])
def test_every_kind_of_pistol_meets_every_requirement(
    kind: str, played: Any, requirement: str
) -> None:
    result = played.result(kind, requirement)
    keyed = kind.endswith("with a key")
    untestable = set(ONLY_WITHOUT_A_KEY if keyed else ONLY_WITH_A_KEY)
    if not kind.startswith(("twin", "core")) or kind == "core-process":
        untestable |= ONLY_WITH_HANDLES
    wanted = Verdict.NOT_TESTABLE if requirement in untestable else Verdict.PASSED
    assert result.verdict is wanted, f"{result.case.required}\n{result.seen}"


def test_requirements_have_ids_of_their_own_and_say_what_is_required() -> None:
    assert len({case.id for case in CASES}) == len({case.required for case in CASES}) == len(CASES)
    assert all(case.required.endswith(".") for case in CASES)
