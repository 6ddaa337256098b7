"""A version of the planner keeps its word: the same plan, refusal, check and guard, for ever."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.planning.corpus import COUNTS, MAKERS, tale

GOLDEN = Path(__file__).parents[1] / "golden" / "corpus.json"
TALES: dict[str, dict[str, str]] = json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("name", TALES)
def test_golden_what_becomes_of_a_prescription_never_changes(name: str) -> None:
    """A change of "plan" is a new planner version; of the rest, a change to be proud of."""
    maker, number = name.split()
    assert tale(int(number), MAKERS[maker]) == TALES[name]


def test_the_corpus_is_whole_and_more_than_refusals() -> None:
    assert len(TALES) == sum(COUNTS.values())
    kinds = Counter(
        one["check"].split()[0] if "check" in one else "refused" for one in TALES.values()
    )
    assert set(kinds) == {"verified", "refused"}  # what is planned is verified
    assert kinds["verified"] > len(TALES) // 3
