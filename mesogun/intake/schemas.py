"""JSON Schemas of the files, made from the very tables that read them.

`python -m mesogun.intake.schemas` writes them to docs/schemas; with `--check` it only says whether
they are fresh.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from mesogun.intake.bounds import WHOLE_MAX
from mesogun.intake.catalogue import catalogue
from mesogun.intake.form import AtMost, Reader, hints, is_table
from mesogun.intake.plan_file import PlanForm
from mesogun.intake.prescription_form import PrescriptionForm
from mesogun.intake.screening import OVERRIDE, OverrideForm

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer", "minimum": -WHOLE_MAX, "maximum": WHOLE_MAX},
    bool: {"type": "boolean"},
    Any: {},
}

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Return each schema by the name of its file."""
    prescription = _head("mesogun-prescription/1", _schema(PrescriptionForm))
    prescription["properties"]["screening"] = _screening()
    return {
        "prescription.json": prescription,
        "plan.json": _head("mesogun-plan/1", _schema(PlanForm)),
    }


def _head(title: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "title": title, **schema}


def _screening() -> Schema:
    questions = catalogue().questions
    asked = {
        name: {"type": "boolean", "description": f"{one.ask} ({one.kind} contraindication)"}
        for name, one in questions.items()
    }
    override = {"type": "array", "items": _schema(OverrideForm)}
    return {
        "type": "object",
        "properties": {**asked, OVERRIDE: override},
        "required": list(questions),
        "additionalProperties": False,
    }


def _schema(hint: Any) -> Schema:
    if isinstance(hint, NewType):
        return _schema(hint.__supertype__)
    if is_table(hint):
        return _table(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(*arguments)
    if origin in (Union, types.UnionType):
        (kept,) = [_schema(one) for one in arguments if one is not type(None)]
        return {"anyOf": [kept, {"type": "null"}]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if origin is tuple and arguments[-1] is Ellipsis:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is tuple:
        items = [_schema(one) for one in arguments]
        return {
            "type": "array",
            "prefixItems": items,
            "minItems": len(items),
            "maxItems": len(items),
        }
    raise TypeError(f"no schema is known for {hint}")


def _table(table: type[Any]) -> Schema:
    columns = hints(table)
    first_line, _, _ = (table.__doc__ or "").partition("\n")
    return {
        "type": "object",
        "description": first_line,
        "properties": {name: _schema(hint) for name, (hint, _) in columns.items()},
        "required": [name for name, (_, required) in columns.items() if required],
        "additionalProperties": False,
    }


def _annotated(base: Any, mark: Any) -> Schema:
    match mark:
        case Reader():
            return dict(mark.json)
        case AtMost():
            return {**_schema(base), "maxItems": mark.items}
        case _:
            raise TypeError(f"no schema is known for the mark {mark}")


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Write the schemas to `folder`, or with `--check` compare; return the exit code."""
    if [*arguments] not in ([], ["--check"]):
        sys.stderr.write("usage: python -m mesogun.intake.schemas [--check]\n")
        return 2
    stale = []
    for name, schema in schemas().items():
        text = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not arguments:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if arguments and stale:
        sys.stderr.write(f"{', '.join(stale)}: not fresh: run python -m mesogun.intake.schemas\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
