"""What the record of a pen's or a roller's session says at the terminal."""

from __future__ import annotations

from mesogun.cli import show
from mesogun.planning import Plan
from mesogun.planning.passes import passes_of
from mesogun.record import PrickState, Record


def facts(record: Record) -> dict[str, object]:
    """Return the counts for `--json`; nothing for a session of pricks."""
    if not record.strokes:
        return {}
    return {
        "strokes_planned": len(record.strokes),
        "strokes_given": record.count_strokes("given"),
        "strokes_in_doubt": record.count_strokes("in_doubt"),
        "strokes_not_given": record.count_strokes("not_given"),
    }


def given_lines(record: Record, plan: Plan) -> list[str]:
    """Say how much was given, and by whose word, zone by zone."""
    whole = f"{record.count_strokes('given')} of {len(record.strokes)}"
    lines = [f"strokes given    {whole}, as confirmed by {record.session.confirmed_by}"]
    states = [one.state for one in record.strokes]
    for index, zone in enumerate(plan.zones):
        mine = [one for one in passes_of(plan) if one.zone == index]
        told = [_of(states[one.first : one.stop]) for one in mine]
        lines.append(f"passes           {zone.name}: {'; '.join(told)}")
    return lines


def _of(states: list[PrickState]) -> str:
    given = sum(1 for one in states if one == "given")
    return "whole" if given == len(states) else f"{given} of {len(states)} strokes"


def count(record: Record, state: PrickState) -> int:
    """Return how many pricks, or strokes where there are those, are in `state`."""
    return record.count_strokes(state) if record.strokes else record.count(state)


def stroke_table(record: Record, plan: Plan) -> str:
    """Set every stroke in a row."""
    rows = [
        (
            one.index + 1,
            plan.zones[planned.zone].name,
            planned.turn + 1,
            one.state.replace("_", " "),
            show.mm(one.depth_um_planned),
            "" if one.at_us is None else f"{one.at_us / 1e6:.3f} s",
            one.why,
        )
        for one, planned in zip(record.strokes, plan.strokes, strict=True)
    ]
    return show.table(("stroke", "zone", "pass", "state", "set to", "confirmed at", "why"), rows)
