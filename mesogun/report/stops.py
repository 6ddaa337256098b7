"""Where a person is asked during a session: a letter for each pause, on map, legend and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from mesogun.planning.plan import Plan
from mesogun.report import figures
from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.rows import Row
from mesogun.report.stage import Stage

KIND_WORDS = {
    "needle": "new needle",
    "refill": "refill",
    "product": "product change",
    "head": "head change",
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LONG, _APART, _BEFORE = 6.0, 2.0, 11.0
"""Of the two bars across the way, in nominal pixels: half their length, half their distance, and
how far before the prick they are."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One pause in which a person has something to do, however much that is."""

    letter: str
    shot: int
    """It comes before this shot."""
    kinds: tuple[str, ...]
    notes: tuple[str, ...]
    """What to do, one for each kind."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sign of a pause stands, in mm."""

    x: float
    y: float
    along: tuple[float, float]
    """The direction of the way, one mm long."""
    half: float
    """Half the length of its bars."""


def stops_of(plan: Plan) -> tuple[Stop, ...]:
    """Return the pauses of `plan` at which a person is asked; rests of the skin are none."""
    asked = [one for one in plan.pauses if one.kind != "rest"]
    made = []
    for index, (shot, group) in enumerate(groupby(asked, key=lambda one: one.shot)):
        some = list(group)
        kinds, notes = tuple(one.kind for one in some), tuple(one.note for one in some)
        made.append(Stop(letter(index), shot, kinds, notes))
    return tuple(made)


def letter(index: int) -> str:
    """Return A to Z, then A2 to Z2 and so on: never a mere number, which names a prick."""
    again, which = divmod(index, len(LETTERS))
    return LETTERS[which] + (str(again + 1) if again else "")


def first_pricks(rows: Sequence[Row]) -> dict[int, Row]:
    """Return the first prick of each shot."""
    found: dict[int, Row] = {}
    for row in rows:
        found.setdefault(row.shot, row)
    return found


def told(stops: Sequence[Stop], rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Return for the legend each stop's letter, the prick that it comes before, what is due."""
    firsts = first_pricks(rows)
    return [
        (one.letter, f"before {figures.count(firsts[one.shot].number)}", kinds_told(one.kinds))
        for one in stops
        if one.shot in firsts
    ]


def kinds_told(kinds: Sequence[str]) -> str:
    """Return what is due at a pause in words: "refill, new needle"."""
    return ", ".join(KIND_WORDS.get(one, one) for one in kinds)


def places(stops: Sequence[Stop], rows: Sequence[Row], at: Stage) -> list[Place]:
    """Return where the sign of each pause stands: on the way to the prick that it comes before.

    Where the way comes from elsewhere there is none; the letter is there all the same.
    """
    due = {one.shot for one in stops}
    firsts = list(first_pricks(rows).values())
    found = []
    for before, row in pairwise(firsts):
        if row.shot in due and row.shot - before.shot == 1:
            x, y = row.x_um / 1000, row.y_um / 1000
            to_x, to_y = before.x_um / 1000 - x, before.y_um / 1000 - y
            way = (to_x * to_x + to_y * to_y) ** 0.5
            if way > 0:
                along = (to_x / way, to_y / way)
                away = min(_BEFORE * at.unit + at.radii[row.zone] / 2, way / 2)
                half = min(_LONG * at.unit, way / 3)
                found.append(Place(x + along[0] * away, y + along[1] * away, along, half))
    return found


def bars(some: Sequence[Place], at: Stage) -> Markup:
    """Return the sign of a pause, two bars across the way, at each place."""
    if not some:
        return Markup("")
    path = "".join(_across(one, shift * at.unit) for one in some for shift in (-_APART, _APART))
    halo = empty("path", {"class": "halo", "d": path, "stroke-width": 5 * at.unit})
    drawn = empty("path", {"class": "stop", "d": path, "stroke-width": 1.8 * at.unit})
    return element("g", None, join((halo, drawn)))


def _across(place: Place, shift: float) -> str:
    along_x, along_y = place.along
    x, y = place.x + along_x * shift, place.y + along_y * shift
    over_x, over_y = -along_y * place.half, along_x * place.half
    start, end = (x + over_x, y + over_y), (x - over_x, y - over_y)
    return f"M{number(start[0])} {number(start[1])}L{number(end[0])} {number(end[1])}"
