"""A plan as a file: `mesogun-plan/1`, the same bytes for the same plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mesogun.planning.plan import PLAN_FORMAT, PLANNER_VERSION, Plan, as_fields


def to_json(plan: Plan) -> bytes:
    """Return `plan` as the bytes of its file: one key a line, one zone, limit or column a line.

    The prescription, the zones and the limits carry the very fields of their types, so that a
    reader can rebuild the plan and its digest.
    """
    table = plan.pricks
    columns = {name: values.tolist() for name, values in table.columns()}
    estimates = {
        "duration_s": plan.duration_us / 1_000_000,
        "travel_mm": plan.travel_um / 1_000,
        "duration_us": plan.duration_us,
        "travel_um": plan.travel_um,
    }
    parts = [
        ("format", _line(PLAN_FORMAT)),
        ("digest", _line(plan.digest())),
        ("planner", _line(PLANNER_VERSION)),
        ("prescription", _object(as_fields(plan.prescription))),
        ("zones", _array(plan.zones)),
        ("pricks", _object(columns)),
        ("limits", _array(plan.limits)),
        ("estimates", _line(estimates)),
        ("warnings", _array(plan.warnings)),
        ("pauses", _array(plan.pauses)),
        ("settled", _line(plan.settled)),
    ]
    if plan.strokes:
        parts.append(("strokes", _array(plan.strokes)))
    body = ",\n".join(f" {_line(name)}: {text}" for name, text in parts)
    return f"{{\n{body}\n}}\n".encode()


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=as_fields)


def _object(pairs: Mapping[str, Any]) -> str:
    lines = ",\n".join(f"  {_line(name)}: {_nested(value)}" for name, value in pairs.items())
    return f"{{\n{lines}\n }}"


def _nested(value: Any) -> str:
    """Write a list of dataclasses one a line, everything else on one line."""
    if isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
        lines = ",\n".join(f"   {_line(one)}" for one in value)
        return f"[\n{lines}\n  ]"
    return _line(value)


def _array(values: tuple[Any, ...]) -> str:
    if not values:
        return "[]"
    lines = ",\n".join(f"  {_line(one)}" for one in values)
    return f"[\n{lines}\n ]"
