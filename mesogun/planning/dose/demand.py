"""What is asked of the doses of a whole plan, and the answers there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import lcm
from typing import Literal, NamedTuple

import numpy as np

from mesogun.planning.dose.level import FINE, Groups, begins
from mesogun.planning.dose.roll import Crowd, Places, Turns, crowds
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.plan import Answer

OPEN = -1
"""Stands for the dose of a prick that is still to be given."""


class Bounds(NamedTuple):
    """What one zone asks, in nL."""

    volume_nl: int
    """For its open pricks together; a multiple of the step."""
    least_nl: int
    most_nl: int
    """Of each prick."""
    per_cm2_nl: int
    """Of every disc of 1 cm2 that holds one of its pricks."""
    in_a_disc: int = 0
    """No disc holds more of the zone's pricks; 0: not known."""


class Demand(NamedTuple):
    """All pricks of a plan, zone after zone, as equally long columns, and what is asked of them."""

    places: Places
    zone: Integers
    """Never falls."""
    shot: Integers
    """Pricks of one shot share it, and get the same dose. They stand together."""
    step_nl: int
    """Of a shot's dose."""
    zones: tuple[Bounds, ...]
    weight: Integers | None = None
    """What doses are proportional to; None: all alike."""
    given_nl: Integers | None = None
    """What settled pricks took, `OPEN` for others; None: all are open."""

    @property
    def open_rows(self) -> Integers:
        """The pricks that doses are wanted for."""
        if self.given_nl is None:
            return np.arange(len(self.zone))
        return np.flatnonzero(self.given_nl == OPEN)


def too_full(
    demand: Demand,
    dose: Integers,
    cap: Integers,
    above: int = 0,
    kept: Iterable[Turns] | None = None,
) -> Iterator[Crowd]:
    """Yield the discs that hold too much (`crowds`), of those that hold an open prick.

    What is in the skin already is a fact. None yielded means that there is none; only one whose
    cap comes from a settled prick of another zone may be missed beside discs of settled ones.
    """
    is_hidden = False
    for one in crowds(demand.places, dose, cap, above, kept):
        if demand.given_nl is None or (demand.given_nl[one.pricks] == OPEN).any():
            yield one
        else:
            is_hidden = True
    if is_hidden:
        none = np.iinfo(np.int32).max
        open_cap = np.where(demand.given_nl == OPEN, cap, none)
        yield from crowds(demand.places, dose, open_cap, above, kept)


class Doses(NamedTuple):
    """A dose for every prick, within all bounds."""

    dose_nl: Integers
    answers: tuple[Answer, ...]
    """For each zone: proved to be as close to the targets as bounds allow, or not proved."""


class Short(NamedTuple):
    """There are no such doses, or none were found."""

    zone: int
    why: Literal["little", "much", "step", "disc"]
    """Below the least doses; above the greatest; no sum of whole steps; too full a disc."""
    below_nl: int
    """The next volume below that the zone can hold, as far as was found; 0: none."""
    above_nl: int
    """The next one above; 0: none."""
    proved: bool
    """False: nobody knows; more was not found within the effort allowed."""


class Shots(NamedTuple):
    """The open shots: what is decided on. Sorted by zone and, within it, by number of needles."""

    zone: Integers
    needles: Integers
    step_nl: Integers
    """Of each prick's dose."""
    low: Integers
    high: Integers
    """In such steps."""
    target: Integers
    """Of each prick, in `FINE` parts of 1 nL."""
    of_row: Integers
    """For each open prick: its shot."""

    @property
    def pair_nl(self) -> Integers:
        """What one step more costs the zone's volume: all its needles give it."""
        paired: Integers = self.needles * self.step_nl
        return paired

    def taken(self, rows: slice | Truths) -> Shots:
        """Return these shots alone."""
        return Shots._make((*(one[rows] for one in self[:-1]), self.of_row))

    @property
    def kinds(self) -> Groups:
        """Shots of one zone with equally many needles: these share a sum of steps."""
        first = begins(self.zone, self.needles)
        return Groups(first, np.diff(first, append=len(self.zone)))


def shots_of(demand: Demand, target: Integers) -> Shots:
    """Return the open shots of `demand`; `target` has a row for each open prick."""
    rows = demand.open_rows
    zone, shot = demand.zone[rows], demand.shot[rows]
    first = begins(shot)
    needles = np.diff(first, append=len(rows))
    of_row = np.repeat(np.arange(len(first)), needles)
    kinds = np.flatnonzero(np.bincount(needles))
    steps = np.zeros(len(first), dtype=np.int64)
    for one in kinds.tolist():
        steps[needles == one] = lcm(demand.step_nl, one) // one
    zone = zone[first]
    least = np.array([one.least_nl for one in demand.zones])[zone]
    most = np.array([min(one.most_nl, one.volume_nl) for one in demand.zones])[zone]
    mean = np.add.reduceat(target, first) // needles
    low = np.maximum(-(-least // steps), 1)
    made = Shots(zone, needles, steps, low, most // steps, mean, of_row)
    if len(kinds) <= 1:
        return made
    order = np.lexsort((needles, zone))
    where = np.empty_like(order)
    where[order] = np.arange(len(order))
    return Shots._make((*(one[order] for one in made[:-1]), where[of_row]))


def rows_of(demand: Demand, shots: Shots, steps: Integers) -> Integers:
    """Return the dose in nL of every prick, where each shot takes so many steps."""
    dose = (steps * shots.step_nl)[shots.of_row]
    if demand.given_nl is None:
        return dose
    every = demand.given_nl.astype(np.int64)
    every[demand.open_rows] = dose
    return every


def cost_of(shots: Shots, steps: Integers) -> int:
    """Return the sum of squared deviations from the targets, in squares of `FINE` parts of 1 nL."""
    off = steps * shots.step_nl * FINE - shots.target
    return sum(n * one * one for n, one in zip(shots.needles.tolist(), off.tolist(), strict=True))
