"""A small explicit-state model checker: every state that can be reached, breadth first.

A model is a function from a state to its steps. States are named tuples whose fields are hashable;
each field's values are kept once and a state is stored as a row of small numbers, so that millions
fit. Breadth first, so the first counter-example is a shortest one.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

State = TypeVar("State", bound=tuple[Any, ...])


class Step(NamedTuple):
    """One thing that can happen."""

    story: str
    """What happens, for a person who reads a counter-example."""
    fault: bool
    """True: nothing obliges the world to do so; False: it happens in the end if faults stop."""
    state: Any


Steps = Callable[[State], Iterable[Step]]
Broken = Callable[[State], str]
"""Returns what is broken in a state, empty if nothing is."""


@dataclass
class Explored(Generic[State]):
    """What an exploration found."""

    states: int
    steps: int
    depth: int
    """The most steps that a state is away from the beginning."""
    exhaustive: bool
    """True: there is no further state within the bounds."""
    broken: str = ""
    """The first thing that was found broken; empty: nothing."""
    story: list[str] = field(default_factory=list)
    """The shortest way there."""

    def tell(self) -> str:
        """Return the counter-example as a numbered story."""
        lines = [f"{number:3}. {told}" for number, told in enumerate(self.story, 1)]
        return "\n".join([f"broken: {self.broken}", *lines])


class _Known:
    """All states met so far, each once, with the step that first led there."""

    def __init__(self) -> None:
        self._values: list[dict[Any, int]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._parents = array("l")
        self._stories: dict[str, int] = {}
        self._told = array("l")

    def __len__(self) -> int:
        return len(self._told)

    def add(self, state: tuple[Any, ...], parent: int, story: str) -> tuple[int, bool]:
        """Return the state's number, and whether it is new."""
        if not self._values:
            self._values = [{} for _ in state]
        key = tuple(
            [known.setdefault(value, len(known)) for known, value in zip(self._values, state)]  # noqa: B905
        )
        number = self._numbers.setdefault(key, len(self._told))
        if number < len(self._told):
            return number, False
        self._parents.append(parent)
        self._told.append(self._stories.setdefault(story, len(self._stories)))
        return number, True

    def way_to(self, number: int) -> list[str]:
        """Return the steps from the beginning to that state."""
        stories = list(self._stories)
        way: list[str] = []
        while self._parents[number] >= 0:
            way.append(stories[self._told[number]])
            number = self._parents[number]
        return way[::-1]


def explore(
    initial: State,
    steps: Steps[State],
    broken: Broken[State],
    *,
    goal: Callable[[State], bool] | None = None,
    states_max: int | None = None,
) -> Explored[State]:
    """Visit every state that `steps` reaches from `initial`, and stop at the first broken one.

    With `goal`, each state must also be able to reach one that is a goal by steps that are no
    faults: whatever went wrong, once it stops going wrong the work can be finished.
    """
    known = _Known()
    known.add(initial, -1, "")
    waiting = deque([(0, 0, initial)])
    taken, depth = 0, 0
    goals: list[int] = []
    from_, to = array("l"), array("l")
    while waiting:
        number, depth, state = waiting.popleft()
        if goal is not None and goal(state):
            goals.append(number)
        for step in steps(state):
            taken += 1
            after, new = known.add(step.state, number, step.story)
            if goal is not None and not step.fault:
                from_.append(number)
                to.append(after)
            if not new:
                continue
            if what := broken(step.state):
                return Explored(len(known), taken, depth + 1, False, what, known.way_to(after))
            waiting.append((after, depth + 1, step.state))
        if states_max is not None and len(known) > states_max:
            return Explored(len(known), taken, depth, False)
    told = Explored[State](len(known), taken, depth, exhaustive=True)
    stuck = None if goal is None else _first_stuck(len(known), from_, to, goals)
    if stuck is not None:
        told.broken, told.story = "stuck: it can never be finished from here", known.way_to(stuck)
    return told


def _first_stuck(count: int, from_: array[int], to: array[int], goals: list[int]) -> int | None:
    """Return the first state from which no goal can be reached, None if there is none."""
    starts = array("l", bytes(array("l").itemsize * (count + 1)))
    for one in to:
        starts[one + 1] += 1
    for number in range(count):
        starts[number + 1] += starts[number]
    place, before = array("l", starts), array("l", bytes(array("l").itemsize * len(to)))
    for source, target in _pairs(from_, to):
        before[place[target]] = source
        place[target] += 1
    fine = bytearray(count)
    stack = list(goals)
    while stack:
        number = stack.pop()
        if not fine[number]:
            fine[number] = 1
            stack += before[starts[number] : starts[number + 1]]
    found = fine.find(0)
    return None if found < 0 else found


def _pairs(from_: array[int], to: array[int]) -> Iterator[tuple[int, int]]:
    return zip(from_, to, strict=True)
