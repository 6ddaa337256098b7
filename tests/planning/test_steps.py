"""A version of the planner keeps its word in every step towards a plan, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.planning.steps import COUNTS, MAKERS

GOLDEN = Path(__file__).parents[1] / "golden" / "steps.json"
TALES: dict[str, dict[str, str]] = json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("name", TALES)
def test_golden_what_each_step_answers_never_changes(name: str) -> None:
    """Where one does and no plan changes: a change to be looked at, not a new planner version."""
    maker, number = name.split()
    assert MAKERS[maker](int(number)) == TALES[name]


def test_the_steps_are_all_told_and_most_of_them_of_something() -> None:
    assert len(TALES) == sum(COUNTS.values())
    filled = [one for one in TALES.values() if one.get("filled", "0 ")[:2] != "0 "]
    laid = [one for one in TALES.values() if one.get("laid", ": 0 ").split()[1] != "0"]
    assert len(filled) > COUNTS["zone"] // 2
    assert len(laid) > COUNTS["body"] // 2
