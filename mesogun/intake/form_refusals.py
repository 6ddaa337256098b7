"""What the validator found wrong, said to a person: key, what was found, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pydantic_core import ErrorDetails, ValidationError

from mesogun.intake.form import columns, is_table
from mesogun.intake.quantity import shown
from mesogun.intake.refusal import Problems, key_path, nearest

PERSONAL = (
    "name",
    "first_name",
    "last_name",
    "family_name",
    "surname",
    "birth_date",
    "birthdate",
    "birthday",
    "date_of_birth",
    "dob",
    "address",
    "email",
    "phone",
)
"""Keys that tell who a patient is."""

Say = Callable[[ErrorDetails], str]
PHRASES: Mapping[str, Say] = {
    "missing": lambda one: "is missing: add it",
    "value_error": lambda one: str(one["ctx"]["error"]),
    "literal_error": lambda one: f"found {shown(one['input'])}: give {one['ctx']['expected']}",
    "string_type": lambda one: f"found {shown(one['input'])}: give a text in quotes",
    "int_type": lambda one: f"found {shown(one['input'])}: give a whole number",
    "bool_type": lambda one: f"found {shown(one['input'])}: give true or false",
    "list_type": lambda one: f"found {shown(one['input'])}: give a list",
    "dict_type": lambda one: f"found {shown(one['input'])}: give a table of keys",
    "too_long": lambda one: (
        f"found {one['ctx']['actual_length']} entries: give at most {one['ctx']['max_length']}"
    ),
    "greater_than_equal": lambda one: f"found {shown(one['input'])}: it is out of range",
    "less_than_equal": lambda one: f"found {shown(one['input'])}: it is out of range",
}


def note_errors(problems: Problems, table: type[Any], error: ValidationError) -> None:
    """Add every error of the validator to `problems`."""
    for one in error.errors(include_url=False):
        if one["type"] == "extra_forbidden":
            problems.add(key_path(one["loc"]), _unknown_key(table, one["loc"]))
            continue
        say = PHRASES.get(one["type"])
        problems.add(key_path(one["loc"]), say(one) if say else one["msg"])


def _unknown_key(table: type[Any], location: Sequence[int | str]) -> str:
    key = str(location[-1])
    if location[0] == "patient" and key.lower() in PERSONAL:
        return (
            "is a refused key: a prescription carries a pseudonym (patient.id) and nothing that "
            "tells who it is, because plans and records are handed on: delete it"
        )
    known = list(columns(_table_at(table, location[:-1])))
    near = nearest(key, known)
    hint = f"did you mean {near!r}? " if near else ""
    return f"is an unknown key: {hint}Known here: {', '.join(known)}"


def _table_at(table: type[Any], location: Sequence[int | str]) -> type[Any]:
    for part in location:
        if isinstance(part, str):
            table = _inside(columns(table)[part][0])
    return table


def _inside(hint: Any) -> type[Any]:
    if is_table(hint):
        found: type[Any] = hint
        return found
    return next(
        _inside(one) for one in get_args(hint) if is_table(one) or any(map(_holds, get_args(one)))
    )


def _holds(hint: Any) -> bool:
    return is_table(hint) or any(map(_holds, get_args(hint)))
