"""One row a prick: what was planned beside what became of it, ready to be drawn or tabled.

Map, tables and CSV all read these rows, so they cannot tell different stories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mesogun.errors import RecordError
from mesogun.planning.plan import Plan
from mesogun.record.record import PrickRecord, Record, Replan

Mark = Literal["planned", "given", "differs", "in_doubt", "not_given"]
"""How a prick is shown. "differs" was given, but stopped early or beyond the tolerance."""

MARK_WORDS: dict[Mark, str] = {
    "planned": "planned",
    "given": "given",
    "differs": "given, differs",
    "in_doubt": "in doubt",
    "not_given": "not given",
}


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a dose may be off before a person should look."""

    share_ppm: int
    source: str

    def broken_by(self, planned_nl: int, given_nl: int) -> bool:
        """Return whether the dose given is further off than the share of the dose planned."""
        return abs(given_nl - planned_nl) * 1_000_000 > planned_nl * self.share_ppm


DOSE_TOLERANCE = Tolerance(50_000, "unverified: a usual figure for pen injectors")
"""ISO 11608-1 is said to have 5 % for doses of more than 20 steps; its text was not read, and no
standard of mesotherapy has a figure. It decides what this page points at, and nothing else."""


@dataclass(frozen=True, slots=True)
class Row:
    """One planned prick and what became of it."""

    number: int
    """Place in the firing order, from 1, as a person counts."""
    x_um: int
    y_um: int
    z_um: int
    zone: int
    mark: Mark
    shot_id: int | None
    dose_nl_planned: int
    dose_nl_given: int | None
    depth_um_planned: int
    depth_um_given: int | None
    at_us: int | None
    why: str
    shot: int = 0
    """Pricks of one shot share it."""
    dose_nl_asked: int | None = None
    """What it was to have when it was lost or given otherwise, where a plan that came later has
    taken note of that; None: as planned."""

    @property
    def dose_nl_wanted(self) -> int:
        """What it was to have before anything went wrong with it."""
        return self.dose_nl_planned if self.dose_nl_asked is None else self.dose_nl_asked


def rows(
    plan: Plan, record: Record | None, tolerance: Tolerance = DOSE_TOLERANCE
) -> tuple[Row, ...]:
    """Return a row for each prick of `plan`, in firing order.

    Raises:
        RecordError: the record is of another plan; nothing can be said about this one.
    """
    if record is not None:
        _demand_same(plan, record)
    table = plan.pricks
    columns = (
        *(table.x_um, table.y_um, table.z_um),
        *(table.zone, table.dose_nl, table.depth_um, table.shot),
    )
    asked = {} if record is None else _asked(record)
    made = []
    for index, (x, y, z, zone, dose, depth, shot) in enumerate(
        zip(*(one.tolist() for one in columns), strict=True)
    ):
        was = asked.get(index)
        wanted = dose if was is None else was
        mark, shot_id, given, deep, at_us, why = _fate(record, index, wanted, tolerance)
        place, fate = (x, y, z, zone, mark, shot_id, dose), (given, depth, deep, at_us, why)
        made.append(Row(index + 1, *place, *fate, shot, was))
    return tuple(made)


def was_done(one: PrickRecord, replan: Replan, dose_nl_after: int) -> bool:
    """Tell whether a prick whose dose `replan` changed was done with by then: lost, or given."""
    return dose_nl_after == 0 or (one.at_us is not None and one.at_us < replan.at_us)


def _asked(record: Record) -> dict[int, int]:
    """What pricks were to have that were lost or given otherwise, before that was planned in."""
    return {
        row: before
        for replan in record.replans
        for row, before, after in replan.changes
        if was_done(record.pricks[row], replan, after)
    }


Fate = tuple[Mark, int | None, int | None, int | None, int | None, str]
"""Mark, shot id, dose given, depth given, at, why."""


def _fate(record: Record | None, index: int, dose_nl: int, tolerance: Tolerance) -> Fate:
    if record is None:
        return "planned", None, None, None, None, ""
    one = record.pricks[index]
    mark: Mark = one.state
    why = one.why
    if mark == "given":
        given = one.dose_nl_given
        if given is None:
            mark, why = "differs", why or "the dose given was not measured"
        elif tolerance.broken_by(dose_nl, given):
            mark, why = "differs", why or "dose beyond the tolerance"
        elif why:
            mark = "differs"
    return mark, one.shot_id, one.dose_nl_given, one.depth_um_given, one.at_us, why


def _demand_same(plan: Plan, record: Record) -> None:
    if record.plan_digest != plan.digest():
        text = (
            f"the record is of plan {record.plan_digest}, this plan is {plan.digest()}: "
            "report it with the plan.json of its own folder"
        )
        raise RecordError(text)
    planned = [(index, int(nl)) for index, nl in enumerate(plan.pricks.dose_nl)]
    if [(one.index, one.dose_nl_planned) for one in record.pricks] != planned:
        raise RecordError("the record's pricks are not those of the plan: the record is damaged")
