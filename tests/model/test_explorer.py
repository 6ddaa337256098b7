"""The checker itself: it visits all states once, tells the shortest way, and notices dead ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.model.explorer import Step, explore


class Jugs(NamedTuple):
    """Two jugs of 5 and 3 litres."""

    five: int = 0
    three: int = 0


def pours(jugs: Jugs) -> Iterator[Step]:
    five, three = jugs
    yield Step("fill 5", False, Jugs(5, three))
    yield Step("fill 3", False, Jugs(five, 3))
    yield Step("empty 5", True, Jugs(0, three))
    yield Step("empty 3", True, Jugs(five, 0))
    moved = min(five, 3 - three)
    yield Step("pour 5 into 3", False, Jugs(five - moved, three + moved))
    moved = min(three, 5 - five)
    yield Step("pour 3 into 5", False, Jugs(five + moved, three - moved))


def test_every_state_is_visited_once_and_nothing_is_broken() -> None:
    told = explore(Jugs(), pours, lambda _: "")
    assert (told.states, told.steps, told.exhaustive, told.broken) == (16, 96, True, "")


def test_the_shortest_way_to_what_is_broken_is_told() -> None:
    told = explore(Jugs(), pours, lambda jugs: "four litres" if jugs.five == 4 else "")
    assert told.tell().splitlines() == [
        "broken: four litres",
        "  1. fill 5",
        "  2. pour 5 into 3",
        "  3. empty 3",
        "  4. pour 5 into 3",
        "  5. fill 5",
        "  6. pour 5 into 3",
    ]


def test_a_state_from_which_only_a_fault_leads_on_is_stuck() -> None:
    told = explore(Jugs(), pours, lambda _: "", goal=lambda jugs: jugs == Jugs(0, 0))
    assert told.broken.startswith("stuck")
    assert told.story == ["fill 5"]


def test_what_can_always_be_finished_is_not_stuck() -> None:
    told = explore(Jugs(), pours, lambda _: "", goal=lambda jugs: jugs == Jugs(5, 3))
    assert told.broken == ""


def test_an_exploration_that_is_cut_short_does_not_call_itself_exhaustive() -> None:
    told = explore(Jugs(), pours, lambda _: "", states_max=5)
    assert not told.exhaustive
