"""What many small demands are given stays what it is, step by step."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.planning.doses import MAKERS
from tests.planning.orders import short

GOLDEN = Path(__file__).parents[1] / "golden" / "doses.json"
TALES: dict[str, list[str]] = json.loads(GOLDEN.read_text())
AT_ONCE = 10


@pytest.mark.parametrize(
    ("name", "first"),
    [(name, first) for name, some in TALES.items() for first in range(0, len(some), AT_ONCE)],
)
def test_golden_what_a_demand_is_given_never_changes(
    name: str, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is a new planner version. Without scipy: its answers may change with its version."""
    monkeypatch.setitem(sys.modules, "scipy", None)
    told = TALES[name][first : first + AT_ONCE]
    make = MAKERS[name][1]
    assert [short(make(number)) for number in range(first, first + len(told))] == told


def test_the_demands_are_all_there() -> None:
    assert {name: len(some) for name, some in TALES.items()} == {
        name: count for name, (count, _) in MAKERS.items()
    }
