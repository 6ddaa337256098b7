"""The pricks as CSV: one line each, every column with its unit in its head."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from mesogun.planning.plan import Plan
from mesogun.planning.pricks import LAYERS
from mesogun.record.record import Record
from mesogun.report.markup import clean
from mesogun.report.picture import SIMULATED
from mesogun.report.rows import Row, rows

COLUMNS = (
    "simulated",
    "session_id",
    "prick_number",
    "index",
    "zone",
    "area",
    "technique",
    "state",
    "shot_id",
    "dose_nl_planned",
    "dose_nl_given",
    "depth_um_planned",
    "depth_um_given",
    "at_us",
    "x_um",
    "y_um",
    "z_um",
    "why",
    "pistol_uid",
    "plan_digest",
    "shot",
    "head",
    "needle",
    "layer",
    "product",
    "dose_nl_asked",
    "evidence",
)
"""Units by name: nl, um and us as in the record; the others have none. `simulated` is "SIMULATED"
for a twin and "no" for metal; `prick_number` counts from 1 as on the map, `index`, `shot` and
`needle` from 0. Pricks of one `shot` were one push of one `head`. `layer` is empty where it is not
known. `dose_nl_asked` is what the prick was to have before it was lost or given otherwise; the plan
in force at the end (`dose_nl_planned`) has taken note of that. `evidence` is "measured" (by a
pistol), or "confirmed by operator" where a hand gave the prick: then dose and depth are the planned
ones."""


def prick_csv(record: Record, plan: Plan) -> str:
    """Return every prick with what was planned and what was given, as RFC 4180 text.

    A text that a spreadsheet would take for a formula starts with an apostrophe.

    Raises:
        RecordError: `record` is not of `plan`; nothing is written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    columns = _of_the_needle(plan)
    for row, one, more in zip(rows(plan, record), record.pricks, columns, strict=True):
        writer.writerow(_cells(record, plan, row, one.state, more))
    return out.getvalue()


def _of_the_needle(plan: Plan) -> Iterator[tuple[str, int, str]]:
    """Yield each prick's head, needle and layer."""
    given, table = plan.prescription, plan.pricks
    names = [one.name for one in given.heads] or [given.head]
    nothing = [0] * len(table)
    head = nothing if table.head is None else table.head.tolist()
    needle = nothing if table.needle is None else table.needle.tolist()
    layer = nothing if table.layer is None else table.layer.tolist()
    for which, at, deep in zip(head, needle, layer, strict=True):
        yield names[which], at, LAYERS[deep] if deep else ""


def _cells(
    record: Record, plan: Plan, row: Row, state: str, more: tuple[str, int, str]
) -> list[str | int]:
    zone, asked = plan.zones[row.zone], plan.prescription.zones[row.zone]
    cells: list[str | int | None] = [
        SIMULATED if record.session.simulated else "no",
        record.session.id,
        row.number,
        row.number - 1,
        zone.name,
        zone.area,
        zone.technique,
        state,
        row.shot_id,
        row.dose_nl_planned,
        row.dose_nl_given,
        row.depth_um_planned,
        row.depth_um_given,
        row.at_us,
        row.x_um,
        row.y_um,
        row.z_um,
        row.why,
        record.session.pistol_uid,
        record.plan_digest,
        row.shot,
        *more,
        plan.prescription.products[asked.product].name,
        row.dose_nl_wanted,
        "confirmed by operator" if record.session.by_hand else "measured",
    ]
    return [inert(one) if isinstance(one, str) else "" if one is None else one for one in cells]


def inert(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: an apostrophe before what looks like a formula.

    Line breaks become spaces, so that one prick stays one line for tools that count lines.
    """
    flat = " ".join(clean(text).splitlines())
    return "'" + flat if flat.lstrip()[:1] in ("=", "+", "-", "@", "'") and flat else flat
