"""One row a stroke: what was planned beside what a person said of it, ready to be drawn or tabled.

Map, tables and CSV all read these rows, so they cannot tell different stories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mesogun.errors import RecordError
from mesogun.planning.needling import density
from mesogun.planning.passes import passes_of
from mesogun.planning.plan import Plan, Stroke
from mesogun.record.ledger import NOT_REACHED
from mesogun.record.record import Record, StrokeRecord

StrokeMark = Literal["planned", "given", "in_doubt", "skipped", "not_reached"]
"""How a stroke is shown; the last two were not given."""

MARK_WORDS: dict[StrokeMark, str] = {
    "planned": "planned",
    "given": "given",
    "in_doubt": "in doubt",
    "skipped": "skipped",
    "not_reached": "not reached",
}


@dataclass(frozen=True, slots=True)
class StrokeRow:
    """One planned stroke and what became of it."""

    number: int
    """From 1, as a person counts."""
    stroke: Stroke
    mark: StrokeMark
    depth_um: int
    """To which the needles are set."""
    shot_id: int | None = None
    at_us: int | None = None
    why: str = ""


def stroke_rows(plan: Plan, record: Record | None) -> tuple[StrokeRow, ...]:
    """Return a row for each stroke of `plan`, in order.

    Raises:
        RecordError: the record is of another plan, or of other strokes.
    """
    zones = plan.prescription.zones
    depths = [int(zones[one.zone].depth_um) for one in plan.strokes]
    numbered = enumerate(zip(plan.strokes, depths, strict=True), start=1)
    if record is None:
        return tuple(StrokeRow(number, *one[:1], "planned", one[1]) for number, one in numbered)
    if record.plan_digest != plan.digest():
        raise RecordError(
            f"the record is of plan {record.plan_digest}, this plan is {plan.digest()}: "
            "report it with the plan.json of its own folder"
        )
    if [(one.index, one.depth_um_planned) for one in record.strokes] != list(enumerate(depths)):
        raise RecordError("the record's strokes are not those of the plan: the record is damaged")
    return tuple(
        StrokeRow(number, stroke, _mark(was), depth, was.shot_id, was.at_us, was.why)
        for (number, (stroke, depth)), was in zip(numbered, record.strokes, strict=True)
    )


def _mark(was: StrokeRecord) -> StrokeMark:
    if was.state == "not_given":
        return "not_reached" if was.why == NOT_REACHED else "skipped"
    return was.state


def whole_passes(plan: Plan, rows: Sequence[StrokeRow], zone: int) -> list[int]:
    """Return which passes over a zone, from 0, were given from the first stroke to the last."""
    return [
        one.turn
        for one in passes_of(plan)
        if one.zone == zone and all(row.mark == "given" for row in rows[one.first : one.stop])
    ]


def density_of(plan: Plan, rows: Sequence[StrokeRow], zone: int) -> int:
    """Return the pricks to be expected in a cm2 of a zone from the passes that were given whole."""
    needling, needled = plan.prescription.needling, plan.zones[zone].needled
    whole = whole_passes(plan, rows, zone)
    if needling is None or needled is None or not whole:
        return 0
    return density(needling, needled.hand_um_per_s, [needled.pitch_um[turn] for turn in whole])


def spread_nl(plan: Plan, record: Record, zone: int) -> int:
    """Return the product that a person confirmed to have spread on a zone, as planned."""
    needled = plan.zones[zone].needled
    firsts = {one.first for one in passes_of(plan) if one.zone == zone and one.turn == 0}
    confirmed = {one.shot for one in record.pauses if one.confirmed_by}
    return needled.topical_nl if needled is not None and firsts & confirmed else 0
