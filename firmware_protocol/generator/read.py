"""Reads `schema.toml` into the model, and refuses what would make the wire unsafe or ambiguous."""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from firmware_protocol.frame import (
    BODY_BYTES_MAX,
    BODY_BYTES_MIN,
    PAYLOAD_BYTES_MAX,
    REQUEST_WIRE_BYTES_MAX,
    SEAL_BYTES,
    WIRE_MAJOR,
)
from firmware_protocol.generator.model import (
    ACTUATING_FIELDS,
    AGAIN,
    INTEGERS,
    UNITS,
    URGENCIES,
    Enumeration,
    Field,
    Message,
    Repeat,
    SchemaError,
    Structure,
)
from firmware_protocol.generator.model import Schema as Schema

WRAPPING_BYTES: Final = 3  # COBS adds one, and two delimiters
_Table = Mapping[str, Any]
_KEYS: Final = {
    "schema": {"protocol", "enums", "flags", "structs", "messages"},
    "protocol": {"name", "major", "minor", "payload_bytes_max", "body_bytes_max"},
    "struct": {"doc", "fields"},
    "field": {"name", "type", "unit", "min", "max", "enum", "flags", "doc"},
    "repeat": {"name", "struct", "count_field", "max"},
    "message": {"name", "id", "class", "reply", "is_reply", "session_free", "again", "actuating"}
    | {"released", "doc", "fields", "repeat"},
}


def read(text: str) -> Schema:
    """Return the schema that `text` (TOML) describes, checked whole.

    Raises:
        SchemaError: it breaks a rule; the text names where and what.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        message = f"schema is no TOML: {broken}"
        raise SchemaError(message) from broken
    _known_keys("schema", "schema", table)
    protocol = table["protocol"]
    _known_keys("protocol", "protocol", protocol)
    enums = {name: _enumeration(name, one) for name, one in table["enums"].items()}
    flags = {name: _enumeration(name, one, masks=True) for name, one in table["flags"].items()}
    structs = {}
    for name, one in table["structs"].items():
        _known_keys(name, "struct", one)
        structs[name] = _structure(name, one, enums, flags)
    messages = tuple(_message(one, enums, flags, structs) for one in table["messages"])
    schema = Schema(
        protocol["name"],
        protocol["major"],
        protocol["minor"],
        protocol["payload_bytes_max"],
        protocol["body_bytes_max"],
        tuple(enums.values()),
        tuple(flags.values()),
        tuple(structs.values()),
        messages,
    )
    _check(schema)
    return schema


def _refuse(where: str, what: str) -> NoReturn:
    text = f"{where}: {what}"
    raise SchemaError(text)


def _known_keys(where: str, kind: str, table: _Table) -> None:
    unknown = sorted(set(table) - _KEYS[kind])
    if unknown:
        _refuse(where, f"unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS[kind]))}")


def _name(where: str, table: _Table) -> str:
    name = table.get("name")
    if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
        _refuse(where, f"name {name!r} is no identifier")
    return name


def _enumeration(name: str, table: _Table, *, masks: bool = False) -> Enumeration:
    members = tuple((key, value) for key, value in table.items() if key != "doc")
    values = [value for _, value in members]
    if not members or any(type(value) is not int or value < 0 for value in values):
        _refuse(name, "wants at least one member, and whole numbers from 0")
    if len(set(values)) != len(values):
        _refuse(name, "two members share a value")
    if masks and any(value.bit_count() != 1 for value in values):
        _refuse(name, "each flag is one bit of its own")
    return Enumeration(name, table.get("doc", ""), members)


def _structure(
    name: str,
    table: _Table,
    enums: Mapping[str, Enumeration],
    flags: Mapping[str, Enumeration],
) -> Structure:
    fields = tuple(_field(name, one, enums, flags) for one in table.get("fields", ()))
    names = [field.name for field in fields]
    if not names:
        _refuse(name, "has no fields")
    if len(set(names)) != len(names):
        _refuse(name, f"two fields share the name {max(names, key=names.count)!r}")
    return Structure(name, table.get("doc", ""), fields)


def _field(
    where: str,
    table: _Table,
    enums: Mapping[str, Enumeration],
    flags: Mapping[str, Enumeration],
) -> Field:
    where = f"{where}.{_name(where, table)}"
    _known_keys(where, "field", table)
    kind, unit = table.get("type"), table.get("unit")
    if kind in ("f16", "f32", "f64", "float", "double"):
        _refuse(where, f"type {kind!r} is a float: the wire carries whole numbers only")
    if kind not in INTEGERS:
        _refuse(where, f"unknown type {kind!r}; known: {', '.join(INTEGERS)}")
    if unit not in UNITS:
        _refuse(where, f"unknown unit {unit!r}; known: {', '.join(UNITS)}")
    _, lowest, highest = INTEGERS[kind]
    enum = _lookup(where, "enum", table.get("enum"), enums)
    mask = _lookup(where, "flags", table.get("flags"), flags)
    low, high = table.get("min", lowest), table.get("max", highest)
    if not lowest <= low <= high <= highest:
        _refuse(where, f"range {low}..{high} does not lie in {kind}, {lowest}..{highest}")
    meanings: list[Enumeration | None] = [enum, mask]
    for one in filter(None, meanings):
        if ("min" in table or "max" in table) or (enum and mask):
            _refuse(where, f"{one.name} sets its range: no min, max or second meaning beside it")
        if max(value for _, value in one.members) > highest:
            _refuse(where, f"{one.name} does not fit in {kind}")
    return Field(table["name"], kind, unit, low, high, enum, mask, table.get("doc", ""))


def _lookup(
    where: str, kind: str, name: str | None, known: Mapping[str, Enumeration]
) -> Enumeration | None:
    if name is not None and name not in known:
        _refuse(where, f"unknown {kind} {name!r}; known: {', '.join(known)}")
    return None if name is None else known[name]


def _message(
    table: _Table,
    enums: Mapping[str, Enumeration],
    flags: Mapping[str, Enumeration],
    structs: Mapping[str, Structure],
) -> Message:
    name = _name("messages", table)
    _known_keys(name, "message", table)
    ident, urgency = table.get("id"), table.get("class")
    if type(ident) is not int or not 0 < ident <= 0xFFFF:
        _refuse(name, f"id {ident!r} is no u16 above 0")
    if urgency not in URGENCIES:
        _refuse(name, f"unknown class {urgency!r}; known: {', '.join(URGENCIES)}")
    head = _structure(name, table, enums, flags)
    return Message(
        name,
        table.get("doc", ""),
        ident,
        URGENCIES[urgency],
        table.get("is_reply", False),
        table.get("reply", ""),
        table.get("session_free", False),
        table.get("again", ""),
        table.get("actuating", False),
        table.get("released", False),
        head,
        _repeat(name, table["repeat"], head, structs) if "repeat" in table else None,
    )


def _repeat(where: str, table: _Table, head: Structure, structs: Mapping[str, Structure]) -> Repeat:
    where = f"{where}.{_name(where, table)}"
    _known_keys(where, "repeat", table)
    struct, counter, most = table.get("struct", ""), table.get("count_field"), table.get("max")
    if struct not in structs:
        _refuse(where, f"unknown struct {struct!r}; known: {', '.join(structs)}")
    counters = [field for field in head.fields if field.name == counter]
    if not counters or type(most) is not int or counters[0].high != most or counters[0].low != 0:
        _refuse(where, f"count_field {counter!r} must be a field with the range 0..{most}")
    return Repeat(table["name"], structs[struct], counters[0].name, most)


def _check(schema: Schema) -> None:
    ours = (WIRE_MAJOR, PAYLOAD_BYTES_MAX, BODY_BYTES_MAX)
    if (schema.major, schema.payload_bytes_max, schema.body_bytes_max) != ours:
        _refuse("protocol", f"frame.py has (major, payload, body) = {ours}")
    names = [one.name for one in (*schema.enums, *schema.flags)]
    names += [one.name for one in schema.structs] + [one.name for one in schema.messages]
    _unique(names, "the name {} is used twice")
    _unique(
        [f"{message.id:#06x} ({message.direction})" for message in schema.messages],
        "message id {} is used twice: an id is never reused",
    )
    replies = {message.name for message in schema.messages if message.is_reply}
    for message in schema.messages:
        _check_message(message, replies)


def _unique(names: list[str], text: str) -> None:
    for name in names:
        if names.count(name) > 1:
            _refuse("schema", text.format(name))


def _check_message(message: Message, replies: Iterable[str]) -> None:
    body = message.payload_bytes_max + BODY_BYTES_MIN
    if body > BODY_BYTES_MAX or message.payload_bytes_max > PAYLOAD_BYTES_MAX:
        _refuse(
            message.name,
            f"payload of {message.payload_bytes_max} bytes, body of {body}:"
            f" at most {PAYLOAD_BYTES_MAX} and {BODY_BYTES_MAX}",
        )
    wire = message.payload_bytes_max + BODY_BYTES_MIN + SEAL_BYTES + WRAPPING_BYTES
    if not message.is_reply and wire > REQUEST_WIRE_BYTES_MAX:
        _refuse(
            message.name,
            f"sealed, it has {wire} bytes on the wire: an abort may have at most"
            f" {REQUEST_WIRE_BYTES_MAX} ahead of it",
        )
    if message.is_reply and message.reply:
        _refuse(message.name, "a reply is not answered")
    if not message.is_reply and message.reply not in replies:
        _refuse(message.name, f"a request names its reply; {message.reply!r} is none")
    _check_again(message)
    if message.actuating:
        names = {field.name for field in message.fields}
        missing = [name for name in ACTUATING_FIELDS if name not in names]
        if missing or message.is_reply:
            _refuse(
                message.name,
                "an actuating message is a request with shot_id, ttl_ms and crit;"
                f" missing: {', '.join(missing) or 'none'}",
            )


def _check_again(message: Message) -> None:
    if message.is_reply or message.actuating:
        if message.again:
            _refuse(
                message.name, "only a request that is not actuating says why it may be repeated"
            )
        return
    known = [*AGAIN, *(field.name for field in message.fields)]
    if message.again not in known:
        _refuse(
            message.name,
            "a request is actuating, or says why it may be repeated; "
            f"again = {message.again!r}, known: {', '.join(known)}",
        )
