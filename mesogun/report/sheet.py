"""The pricks as CSV: one line each, every column with its unit in its head."""

from __future__ import annotations

import csv
import io

from mesogun.planning.plan import Plan
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
)
"""Units by name: nl, um and us as in the record; the others have none. `simulated` is "SIMULATED"
for a twin and "no" for metal; `prick_number` counts from 1 as on the map, `index` from 0."""


def prick_csv(record: Record, plan: Plan) -> str:
    """Return every prick with what was planned and what was given, as RFC 4180 text.

    A text that a spreadsheet would take for a formula starts with an apostrophe.

    Raises:
        RecordError: `record` is not of `plan`; nothing is written.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row, state in zip(rows(plan, record), (one.state for one in record.pricks), strict=True):
        writer.writerow(_cells(record, plan, row, state))
    return out.getvalue()


def _cells(record: Record, plan: Plan, row: Row, state: str) -> list[str | int]:
    zone = plan.zones[row.zone]
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
    ]
    return [inert(one) if isinstance(one, str) else "" if one is None else one for one in cells]


def inert(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: an apostrophe before what looks like a formula.

    Line breaks become spaces, so that one prick stays one line for tools that count lines.
    """
    flat = " ".join(clean(text).splitlines())
    return "'" + flat if flat.lstrip()[:1] in ("=", "+", "-", "@", "'") and flat else flat
