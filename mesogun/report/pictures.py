"""The maps as files that stand alone: of a plan before the session, of a record after it."""

from __future__ import annotations

from mesogun.errors import PlanError
from mesogun.planning.plan import Plan
from mesogun.record.record import Record
from mesogun.report import account, dose_map, figures, picture, stroke_page, strokes
from mesogun.report.account import Sums
from mesogun.report.findings import told_on_maps
from mesogun.report.rows import Row, rows
from mesogun.report.stops import stops_of
from mesogun.report.stroke_rows import stroke_rows
from mesogun.report.treatment import ColourBy, treatment_panel


def treatment_map(plan: Plan, record: Record | None = None, *, colour_by: ColourBy = "dose") -> str:
    """Return the treatment map as an SVG file, one unit a millimetre.

    Without a record it shows the plan alone.

    Raises:
        RecordError: `record` is not of `plan`; nothing is drawn.
    """
    if plan.strokes:
        panel = strokes.strokes_panel(plan, "map", record)
        words = _stroke_heading(plan, record)
        return picture.standalone(panel, (*words, *told_on_maps(plan.prescription)), False)
    table = rows(plan, record)
    panel = treatment_panel(plan, table, colour_by, "map")
    return picture.standalone(panel, _heading(plan, record, table), _simulated(record))


def density_map(plan: Plan, record: Record | None = None) -> str:
    """Return the map of dose per cm² as an SVG file, one unit a millimetre.

    Raises:
        RecordError: `record` is not of `plan`; nothing is drawn.
        PlanError: the pricks lie on a surface, of which there is no such map, or it has strokes.
    """
    if plan.strokes:
        raise PlanError("a pen or a roller injects nothing: there is no dose to draw")
    table = rows(plan, record)
    found = dose_map.density_of(plan, table)
    if found is None:
        raise PlanError("no map of the dose per area is drawn on a surface")
    panel = dose_map.dose_panel(plan, table, found, "area")
    return picture.standalone(panel, _heading(plan, record, table), _simulated(record))


def _simulated(record: Record | None) -> bool:
    return record is not None and record.session.simulated


def _name(plan: Plan) -> str:
    given = plan.prescription
    return f"{given.name} · {given.patient_id} · session {given.session_number}"


def _stroke_heading(plan: Plan, record: Record | None) -> tuple[str, str]:
    if record is None:
        return f"{_name(plan)} · plan", strokes.heading(plan)
    rows = stroke_rows(plan, record)
    verdict, told = stroke_page.verdict(record, rows), stroke_page.sentence(record, plan, rows)
    return f"{_name(plan)} · {verdict}", told


def _heading(plan: Plan, record: Record | None, table: tuple[Row, ...]) -> tuple[str, ...]:
    given, name = plan.prescription, _name(plan)
    total = account.sums(table)
    if record is None:
        return f"{name} · plan", _plan_told(plan, total), *told_on_maps(given)
    verdict, told = account.verdict(record, total), account.sentence(record, total)
    return f"{name} · {verdict}", told, *told_on_maps(given)


def _plan_told(plan: Plan, total: Sums) -> str:
    """Say what a plan is about to give: pricks, shots where they are fewer, volume, pauses."""
    shots = len(set(plan.pricks.shot.tolist()))
    parts = [figures.counted(total.planned, "prick")]
    if shots < total.planned:
        parts[0] += f" in {figures.counted(shots, 'shot')}"
    parts.append(figures.volume(total.dose_nl_planned))
    if stops := stops_of(plan):
        parts.append(figures.counted(len(stops), "pause"))
    return ", ".join(parts)
