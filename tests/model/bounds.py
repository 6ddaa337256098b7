"""Which models are explored, how far, and which wrong ones must be rejected."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.model import arming
from tests.model.arming import ArmingModel
from tests.model.explorer import Explored, explore
from tests.model.shots import ShotsModel
from tests.model.shots_state import Left

Model = ShotsModel | ArmingModel


FAULTS = {
    "drops": "loss",
    "duplicates": "copy",
    "crashes": "death of the host",
    "cuts": "power cut",
    "swaps": "swap under way",
    "aborts": "stop",
    "stops": "stop by button",
    "refusals": "refusal",
    "forgets": "overwriting of records",
}


class Bound(NamedTuple):
    """One exhaustive exploration."""

    model: Model
    extra: str = ""
    """What is special about it, for the table."""

    @property
    def name(self) -> str:
        """What may happen in it, in words."""
        model, told = self.model, []
        if isinstance(model, ShotsModel):
            told += [f"{model.sites[0]} shot{'s' * (model.sites[0] > 1)}"]
            told += ["a shot of another session"] * (len(model.sites) - 1)
            told += ["a second pistol"] * (model.pistols - 1)
        for what, count in model.left._asdict().items():
            times = f"{count} x" if count > 1 else "1"
            told += [f"{times} {FAULTS[what]}"] if count and what in FAULTS else []
        return ", ".join([*told, *([self.extra] if self.extra else [])])

    def row(self, told: Explored[Any]) -> str:
        """Return the row of the table that says what was found."""
        kind = "shots" if isinstance(self.model, ShotsModel) else "arming"
        holds = "holds" if told.exhaustive and not told.broken else "BROKEN"
        return (
            f"| {kind} | {self.name} | {told.states:,} | {told.steps:,} | {told.depth} | {holds} |"
        )


class Wrong(NamedTuple):
    """A model that is built wrong, and must be rejected."""

    model: Model
    what: str
    """What the checker must find broken."""
    steps: int
    """The length of the shortest counter-example."""

    @property
    def row(self) -> str:
        """Return the row of the table that says why it is rejected."""
        return f"| {', '.join(self.model.wrong)} | {self.what} | {self.steps} |"


def explored(model: Model, *, whole: bool = True) -> Explored[Any]:
    """Explore a model; `whole`: also look for states from which it can never be finished."""
    steps: Any = model.steps
    broken: Any = model.broken
    return explore(model.initial(), steps, broken, goal=model.finished if whole else None)


def _shots(*wrong: str, sites: tuple[int, ...] = (1,), pistols: int = 1,
           capacity: int | None = None, **left: int) -> ShotsModel:  # fmt: skip
    return ShotsModel(Left(**left), sites, pistols, capacity, frozenset(wrong))


def _arming(*wrong: str, **left: int) -> ArmingModel:
    return ArmingModel(arming.Left(**left), frozenset(wrong))


QUICK = (
    Bound(_shots(drops=1, duplicates=1, crashes=1)),
    Bound(_shots(sites=(2,), crashes=1, cuts=1)),
    Bound(_shots(drops=1, cuts=1, aborts=1, refusals=1)),
    Bound(_shots(sites=(1, 1), pistols=2, crashes=1)),
    Bound(_shots(pistols=2, swaps=1, duplicates=1)),
    Bound(_shots(sites=(2,), capacity=2, drops=1, crashes=1), "journals of 2 records"),
    Bound(_shots(sites=(1, 1), crashes=1, forgets=1)),
    Bound(_arming(aborts=1, duplicates=1)),
    Bound(_arming(cuts=1, crashes=1, drops=1)),
    Bound(_arming(aborts=1, stops=1, drops=1)),
)
"""Explored with every run of the tests."""

LARGE = (
    Bound(_shots(sites=(1, 1), crashes=1, cuts=1)),
    Bound(_shots(drops=1, duplicates=1, crashes=1, cuts=1)),
    Bound(_shots(sites=(2,), drops=1, duplicates=1, crashes=1)),
    Bound(_shots(sites=(3,), crashes=2, cuts=1)),
    Bound(_shots(duplicates=1, crashes=1, cuts=1, aborts=1)),
    Bound(_shots(drops=1, duplicates=1, cuts=1, refusals=1, aborts=1)),
    Bound(_shots(sites=(1, 1), duplicates=1, crashes=1, cuts=1)),
    Bound(_shots(sites=(1, 1), pistols=2, duplicates=1, crashes=1)),
    Bound(_shots(sites=(1, 1), pistols=2, swaps=1, crashes=1)),
    Bound(_shots(sites=(2,), capacity=2, duplicates=1, crashes=1, cuts=1), "journals of 2 records"),
    Bound(_arming(aborts=1, stops=1, duplicates=1)),
    Bound(_arming(aborts=1, duplicates=1, drops=1)),
    Bound(_arming(aborts=1, duplicates=1, crashes=1)),
    Bound(_arming(aborts=1, duplicates=1, cuts=1)),
    Bound(_arming(aborts=2, duplicates=1)),
)
"""Explored by `make model`: minutes."""

TWICE = "a site was given twice"
HIDDEN = "a shot that was given is recorded as not given"
INVENTED = "a shot that was not given is recorded as given"
WRITTEN_OFF = "a shot moves that the host has written off"
DEAD = "a shot moves by a token that is dead"
UNWRITTEN = "a shot moves whose intent the host never wrote"
RENEWED = "a lease is renewed without progress of the application"
ARMED = "armed by a frame sent before a stop"
CLEARED = "a stop is cleared by a frame sent before it"
MOVES = "it moves after it was said to have stopped"
UNTESTED = "a shot moves in a pistol that has not tested itself"

WRONG = (
    Wrong(_shots("ids in RAM only", cuts=1), HIDDEN, 31),
    Wrong(_shots("resolve without fence", refusals=1, duplicates=1), WRITTEN_OFF, 20),
    Wrong(_shots("refused taken for not fired", refusals=1, duplicates=1), WRITTEN_OFF, 22),
    Wrong(_shots("silence taken for not fired", drops=1), WRITTEN_OFF, 21),
    Wrong(_shots("fresh id on a retry", drops=1), TWICE, 25),
    Wrong(_shots("link sequence only", duplicates=1), TWICE, 26),
    Wrong(_shots("intent after firing", cuts=1), HIDDEN, 30),
    Wrong(_shots("outcome before motion", cuts=1), INVENTED, 30),
    Wrong(_shots("goes on after a power cut", cuts=1), TWICE, 23),
    Wrong(_shots("doubt taken for not given", cuts=1), TWICE, 48),
    Wrong(_shots("doubt taken for given", cuts=1), INVENTED, 30),
    Wrong(_shots("sent before it is written", crashes=1), UNWRITTEN, 20),
    Wrong(_shots("ids by the host's own count", sites=(1, 1), crashes=1), INVENTED, 45),
    Wrong(_shots("ids not claimed", sites=(1, 1), crashes=1), INVENTED, 39),
    Wrong(_shots("uid unchecked", pistols=2, crashes=1), HIDDEN, 29),
    Wrong(_shots("token not bound to the pistol", sites=(1, 1), pistols=2, crashes=1), DEAD, 38),
    Wrong(_shots("tokens come back", sites=(1, 1), pistols=2, crashes=1), DEAD, 38),
    Wrong(_shots("token checked once", crashes=1), DEAD, 22),
    Wrong(_shots("full journal ignored", sites=(2,), capacity=2), HIDDEN, 35),
    Wrong(_shots("forgotten taken for unseen", sites=(1, 1), crashes=1, forgets=1), HIDDEN, 64),
    Wrong(_arming("arming in one step", aborts=1), ARMED, 16),
    Wrong(_arming("nonces come back", aborts=1, duplicates=1), ARMED, 20),
    Wrong(_arming("token survives a stop", aborts=1, duplicates=1), DEAD, 29),
    Wrong(_arming("queue survives a stop", aborts=1), DEAD, 23),
    Wrong(_arming("stopped is said before it rests", aborts=1), MOVES, 15),
    Wrong(_arming("answers are not matched", aborts=2), CLEARED, 13),
    Wrong(_arming("any abort id clears", aborts=1, stops=1, duplicates=1), CLEARED, 12),
    Wrong(_arming("a repeated stop keeps its id", aborts=1, stops=1), CLEARED, 13),
    Wrong(_arming("any poll renews", duplicates=1), RENEWED, 14),
    Wrong(_arming("an older tick renews", duplicates=1), RENEWED, 16),
    Wrong(_arming("any token renews", aborts=1, duplicates=1), RENEWED, 30),
    Wrong(_arming("an abort before the self test can be cleared", cuts=1, aborts=1), UNTESTED, 22),
)
"""What must be rejected, in the smallest bounds that show it."""
