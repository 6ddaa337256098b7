"""Typed tables become strict, closed validators, run by the engine of pydantic.

A table is a NamedTuple: its annotations say what each key of a file must hold, a method `check`
what must hold between them. The engine (`pydantic_core`) is used without pydantic's model classes,
because building those takes longer than planning a face does: this way a whole plan stays within
twice the time of importing numpy.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic_core import CoreSchema, SchemaValidator, core_schema

SIMPLE: Mapping[Any, CoreSchema] = {
    Any: core_schema.any_schema(),
    str: core_schema.str_schema(strict=True),
    int: core_schema.int_schema(strict=True),
    bool: core_schema.bool_schema(strict=True),
}


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """A function that turns what was found into a value, or raises ValueError with the reason."""

    read: Callable[[Any, Any], Any]
    """Called with what was found and the validation's context."""
    json: Mapping[str, Any] = field(default_factory=dict)
    """The same in JSON Schema."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """How many items a list may have."""

    items: int


def validator(table: type[Any]) -> SchemaValidator:
    """Return the validator that makes a `table` of a tree of plain values."""
    return SchemaValidator(_table(table))


def is_table(hint: Any) -> bool:
    """Tell whether `hint` is a typed table of this module's kind."""
    return isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields")


def columns(table: type[Any]) -> dict[str, tuple[Any, bool]]:
    """Return for each key of `table` its annotation and whether it must be there."""
    hints = get_type_hints(table, include_extras=True)
    return {name: (hints[name], name not in table._field_defaults) for name in table._fields}


def _table(table: type[Any]) -> CoreSchema:
    fields = {
        name: core_schema.typed_dict_field(_schema(hint), required=required)
        for name, (hint, required) in columns(table).items()
    }
    check = vars(table).get("check")

    def made(found: dict[str, Any]) -> Any:
        one = table(**found)
        if check is not None:
            check(one)
        return one

    return core_schema.no_info_after_validator_function(
        made, core_schema.typed_dict_schema(fields, strict=True, extra_behavior="forbid")
    )


def _schema(hint: Any) -> CoreSchema:
    origin, arguments = get_origin(hint), get_args(hint)
    if is_table(hint):
        return _table(hint)
    if hint in SIMPLE:
        return SIMPLE[hint]
    if origin is Annotated:
        return _annotated(*arguments)
    if origin in (Union, types.UnionType):
        (kept,) = [one for one in arguments if one is not type(None)]
        return core_schema.nullable_schema(_schema(kept))
    if origin is Literal:
        return core_schema.literal_schema(list(arguments))
    if origin is tuple:
        return _list(arguments[0], None)
    if origin is dict:
        return core_schema.dict_schema(
            core_schema.str_schema(strict=True), _schema(arguments[1]), strict=True
        )
    raise TypeError(f"no validator is known for {hint}")


def _annotated(base: Any, mark: Any) -> CoreSchema:
    match mark:
        case Reader():
            return core_schema.with_info_plain_validator_function(
                lambda found, info: mark.read(found, info.context)
            )
        case AtMost():
            return _list(typing.get_args(base)[0], mark.items)
        case _:
            raise TypeError(f"no validator is known for the mark {mark}")


def _list(item: Any, items_max: int | None) -> CoreSchema:
    return core_schema.no_info_after_validator_function(
        tuple, core_schema.list_schema(_schema(item), strict=True, max_length=items_max)
    )
