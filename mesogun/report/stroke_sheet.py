"""The strokes of a pen or a roller as CSV: one line each, columns with their units."""

from __future__ import annotations

import csv
import io

from mesogun.planning.plan import Plan
from mesogun.record.record import Record
from mesogun.report.sheet import inert
from mesogun.report.stroke_rows import StrokeRow, stroke_rows

COLUMNS = (
    "session_id",
    "stroke_number",
    "index",
    "zone",
    "area",
    "technique",
    "pass",
    "state",
    "shot_id",
    "depth_um_set",
    "hand_um_per_s_planned",
    "start_x_um",
    "start_y_um",
    "end_x_um",
    "end_y_um",
    "confirmed_at_us",
    "why",
    "head",
    "plan_digest",
    "evidence",
    "confirmed_by",
)
"""Units by name. `stroke_number` and `pass` count from 1 as on the map, `index` from 0. `state` is
that of the picture: given, in_doubt, skipped or not_reached. Depth and speed are those of the plan:
nothing measured them."""


def stroke_csv(record: Record, plan: Plan) -> str:
    """Return every stroke with what a person said of it, as RFC 4180 text.

    A text that a spreadsheet would take for a formula starts with an apostrophe.

    Raises:
        RecordError: `record` is not of `plan`; nothing is written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in stroke_rows(plan, record):
        writer.writerow(_cells(record, plan, row))
    return out.getvalue()


def _cells(record: Record, plan: Plan, row: StrokeRow) -> list[str | int]:
    one, zone = row.stroke, plan.zones[row.stroke.zone]
    assert zone.needled is not None  # every zone of such a plan is needled
    cells: list[str | int | None] = [
        record.session.id,
        row.number,
        row.number - 1,
        zone.name,
        zone.area,
        zone.technique,
        one.turn + 1,
        row.mark,
        row.shot_id,
        row.depth_um,
        zone.needled.hand_um_per_s,
        *one.start_um,
        *one.end_um,
        row.at_us,
        row.why,
        plan.prescription.head,
        record.plan_digest,
        "confirmed by operator",
        record.session.confirmed_by,
    ]
    return [inert(one) if isinstance(one, str) else "" if one is None else one for one in cells]
