"""A plan file, `mesogun-plan/1`, becomes the very Plan that was written, or is refused.

The file is read key by key into the planner's own types, and its digest is computed anew: a plan
that was changed after it was made is refused, with both digests and with every limit it breaks.
"""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from mesogun.errors import LimitsExceeded, PlanError, PrescriptionError
from mesogun.intake.bounds import PLAN_BYTES_MAX, PRICKS_MAX, STROKES_MAX
from mesogun.intake.files import parse_json, read_bounded, text_of
from mesogun.intake.form import AtMost, Reader, Table, read
from mesogun.intake.plan_checks import faults
from mesogun.intake.quantity import shown, whole
from mesogun.intake.refusal import Problems
from mesogun.planning import (
    PLAN_FORMAT,
    PLANNER_VERSION,
    Column,
    Limit,
    Pause,
    Plan,
    PlannedZone,
    Prescription,
    PrickTable,
    Settled,
    Stroke,
    column,
    verify,
)

WHAT = "plan"
SECOND_US, MM = 1_000_000, 1_000
WHOLE_MIN = -(2**31)
"""The least whole number of a column."""


def _column(found: Any, _context: Any) -> Column:
    if not isinstance(found, list):
        raise ValueError(f"found {shown(found)}: give a list of whole numbers")
    if len(found) > PRICKS_MAX:
        raise ValueError(f"found {len(found)} pricks: a plan has at most {PRICKS_MAX}")
    if set(map(type, found)) - {int}:
        index = next(index for index, one in enumerate(found) if type(one) is not int)
        raise ValueError(f"row {index}: found {shown(found[index])}: give a whole number")
    if found and not (min(found) >= WHOLE_MIN and max(found) < -WHOLE_MIN):
        index = next(index for index, one in enumerate(found) if not WHOLE_MIN <= one < -WHOLE_MIN)
        raise ValueError(f"row {index}: found {shown(found[index])}: it is out of range")
    return column(found)


def _estimate(factor: int, unit: str, finest: str) -> Reader:
    def read_estimate(found: Any, _context: Any) -> int:
        return whole(found, factor, unit, finest)

    return Reader(
        read=read_estimate, json={"type": "number", "minimum": 0, "description": f"in {unit}"}
    )


PrickColumn = Annotated[
    Column,
    Reader(
        read=_column, json={"type": "array", "items": {"type": "integer"}, "maxItems": PRICKS_MAX}
    ),
]


class PricksForm(Table):
    """The columns, in firing order."""

    x_um: PrickColumn
    y_um: PrickColumn
    z_um: PrickColumn
    depth_um: PrickColumn
    dose_nl: PrickColumn
    zone: PrickColumn
    shot: PrickColumn
    layer: PrickColumn | None = None
    head: PrickColumn | None = None
    needle: PrickColumn | None = None
    nx: PrickColumn | None = None
    ny: PrickColumn | None = None
    nz: PrickColumn | None = None
    face: PrickColumn | None = None

    def check(self) -> None:
        """Refuse columns that are not equally long."""
        lengths = {name: len(one) for name, one in vars(self).items() if one is not None}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise ValueError(f"the columns differ in length ({told}): take the plan as written")


class EstimatesForm(Table):
    """What the session is expected to take; the whole units decide."""

    duration_s: Annotated[int, _estimate(SECOND_US, "s", "us")]
    travel_mm: Annotated[int, _estimate(MM, "mm", "um")]
    duration_us: int
    travel_um: int

    def check(self) -> None:
        """Refuse two different figures for one thing."""
        if (self.duration_s, self.travel_mm) != (self.duration_us, self.travel_um):
            raise ValueError("duration_s and travel_mm differ from duration_us and travel_um")


class PlanForm(Table):
    """The whole file."""

    format: Literal["mesogun-plan/1"]
    planner: str
    prescription: Prescription
    zones: tuple[PlannedZone, ...]
    pricks: PricksForm
    limits: tuple[Limit, ...]
    estimates: EstimatesForm
    warnings: tuple[str, ...]
    digest: str | None = None
    pauses: tuple[Pause, ...] = ()
    settled: Settled | None = None
    strokes: Annotated[tuple[Stroke, ...], AtMost(items=STROKES_MAX)] = ()


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Return the plan of a file, exactly as this planner wrote it.

    Raises:
        PrescriptionError: one line a problem: file, key, what was found, what to do. A plan whose
            digest does not fit is refused with every limit that it breaks; nothing is kept.
    """
    told, form = os.fspath(path), _read_form(path)
    problems = Problems(told)
    if form.planner != PLANNER_VERSION:
        problems.add(
            "planner",
            f"found {shown(form.planner)}, this is planner {PLANNER_VERSION!r}: plan the "
            f"prescription anew",
        )
    elif form.digest is None:
        problems.add("digest", "is missing: plan the prescription anew")
    problems.raise_any()
    plan = _plan(form, told)
    _check_digest(plan, form.digest, problems)
    problems.raise_any()
    return plan


def read_any_plan(path: str | os.PathLike[str]) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan of a file, whoever wrote it, and what its reader must know.

    For looking at and verifying alone: nothing is run from it. A digest of this planner must fit;
    that of another planner, or none, says nothing here, and the reader is told so.

    Raises:
        PrescriptionError: as `read_plan`, but for the planner and a missing digest.
    """
    told, form = os.fspath(path), _read_form(path)
    plan = _plan(form, told)
    if form.planner != PLANNER_VERSION:
        who = f"written by planner {shown(form.planner)}, this is {PLANNER_VERSION!r}"
        return plan, (f"{who}: its digest was not checked; verified it is, run it is not",)
    if form.digest is None:
        return plan, (f"it names no digest; what it holds has {plan.digest()}",)
    problems = Problems(told)
    _check_digest(plan, form.digest, problems)
    problems.raise_any()
    return plan, ()


def _read_form(path: str | os.PathLike[str]) -> PlanForm:
    told = os.fspath(path)
    data = read_bounded(path, PLAN_BYTES_MAX, WHAT)
    tree = parse_json(text_of(data, told, WHAT), told)
    problems = Problems(told)
    found = tree.get("format") if isinstance(tree, dict) else None
    if found != PLAN_FORMAT:
        problems.add("format", f"found {shown(found)}: a plan begins with {PLAN_FORMAT!r}")
        problems.raise_any()
    form, mistakes = read(PlanForm, tree)
    problems.note(mistakes)
    problems.raise_any()
    if form is None:
        raise PrescriptionError(f"{told}: cannot be read, and no reason was noted: report this")
    return form


def _plan(form: PlanForm, told: str) -> Plan:
    plan = Plan(
        prescription=form.prescription,
        limits=form.limits,
        zones=form.zones,
        pricks=PrickTable(**vars(form.pricks)),
        duration_us=form.estimates.duration_us,
        travel_um=form.estimates.travel_um,
        warnings=form.warnings,
        pauses=form.pauses,
        settled=form.settled,
        strokes=form.strokes,
    )
    problems = Problems(told)
    for fault in faults(plan):
        problems.add("", fault)
    problems.raise_any()
    return plan


def _check_digest(plan: Plan, digest: str | None, problems: Problems) -> None:
    if plan.digest() == digest:
        return
    problems.add(
        "digest",
        f"found {shown(digest)}, but what the file holds has {plan.digest()}: it was changed "
        f"after it was planned; plan the prescription anew",
    )
    try:
        verify(plan)
    except LimitsExceeded as broken:
        for one in broken.violations:
            problems.add("changed plan", str(one))
    except PlanError as error:
        problems.add("changed plan", str(error))
