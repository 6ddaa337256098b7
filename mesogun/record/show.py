"""`record.json`: the record as other programs read it, `mesogun-record/1`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from mesogun.record.record import CONFIRMED, Note, PauseRecord, Record, Replan, Serving

RECORD_FORMAT = "mesogun-record/1"


def to_json(record: Record) -> bytes:
    """Spell a record as `record.json`: equal records, and only those, give the same bytes."""
    text = json.dumps(_told(record), indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def _told(record: Record) -> dict[str, Any]:
    session = asdict(record.session)
    session["versions"] = dict(record.session.versions)
    if record.session.by_hand:
        session["evidence"] = CONFIRMED
    else:
        # a record of a pistol has the bytes that it always had
        del session["device"], session["confirmed_by"]
    return {
        "format": RECORD_FORMAT,
        "simulated": record.session.simulated,
        "session": session,
        "outcome": record.outcome,
        "why": record.why,
        "plan_digest": record.plan_digest,
        "prescription_sha256": record.prescription_sha256,
        "totals": _totals(record),
        "alarms": [asdict(one) for one in record.alarms],
        "chain": {"entries": record.chain_entries, "head": record.chain_head},
        # only where there are any: a record without them has the bytes that it always had
        **{name: [asdict(one) for one in some] for name, some in _rare(record) if some},
        "pricks": [asdict(one) for one in record.pricks],
        **({"strokes": [asdict(one) for one in record.strokes]} if record.strokes else {}),
    }


_Rare = PauseRecord | Replan | Note | Serving


def _rare(record: Record) -> tuple[tuple[str, tuple[_Rare, ...]], ...]:
    return (
        ("pauses", record.pauses),
        ("replans", record.replans),
        ("notes", record.notes),
        ("served", record.served),
    )


def _totals(record: Record) -> dict[str, int]:
    return {
        "pricks_planned": len(record.pricks),
        "pricks_given": record.count("given"),
        "pricks_not_given": record.count("not_given"),
        "pricks_in_doubt": record.count("in_doubt"),
        "dose_nl_planned": sum(one.dose_nl_planned for one in record.pricks),
        "dose_nl_given": record.dose_nl_given,
        "dose_nl_in_doubt": sum(
            one.dose_nl_planned for one in record.pricks if one.state == "in_doubt"
        ),
        "duration_us": record.duration_us,
        "parts": record.parts,
        **(_of_strokes(record) if record.strokes else {}),
    }


def _of_strokes(record: Record) -> dict[str, int]:
    return {
        "strokes_planned": len(record.strokes),
        "strokes_given": record.count_strokes("given"),
        "strokes_not_given": record.count_strokes("not_given"),
        "strokes_in_doubt": record.count_strokes("in_doubt"),
    }
