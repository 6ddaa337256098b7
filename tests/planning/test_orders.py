"""The ways through many small sets of pricks stay what they are, move by move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.planning.orders import MAKERS, short

GOLDEN = Path(__file__).parents[1] / "golden" / "orders.json"
TALES: dict[str, list[str]] = json.loads(GOLDEN.read_text())
AT_ONCE = 10


@pytest.mark.parametrize(
    ("name", "first"),
    [(name, first) for name, some in TALES.items() for first in range(0, len(some), AT_ONCE)],
)
def test_golden_the_way_through_a_set_of_pricks_never_changes(name: str, first: int) -> None:
    """A change is a new planner version."""
    told = TALES[name][first : first + AT_ONCE]
    make = MAKERS[name][1]
    assert [short(make(number)) for number in range(first, first + len(told))] == told


def test_the_sets_of_pricks_are_all_there() -> None:
    assert {name: len(some) for name, some in TALES.items()} == {
        name: count for name, (count, _) in MAKERS.items()
    }
