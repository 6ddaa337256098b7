"""Writes `docs/messages.md`: every message with offsets, units and ranges, for a person."""

from typing import Final

from firmware_protocol.generator.model import AGAIN, URGENCIES, Enumeration, Field, Message, Schema
from firmware_protocol.generator.names import described

_HEAD: Final = """\
# Messages of {name}/{major}.{minor}

Generated from schema.toml by `python -m firmware_protocol.generator`: change
[that](../firmware_protocol/schema.toml), not this. What the messages mean together is in
[the protocol](protocol.md).

Little-endian, whole numbers only, in this order, no padding. 0 is a value; absence does not exist.
Schema hash `0x{schema_hash:08X}`, fingerprint of the actuating messages `0x{actuating_hash:08X}`.

| id | request | bytes | reply | bytes |
|---|---|---|---|---|
"""


def write_reference(schema: Schema) -> str:
    """Return the text of `messages.md`."""
    text = _HEAD.format(
        name=schema.name,
        major=schema.major,
        minor=schema.minor,
        schema_hash=schema.schema_hash(),
        actuating_hash=schema.actuating_hash(),
    )
    asked = set()
    for one in schema.messages:
        if not one.is_reply:
            reply = schema.message(one.reply)
            asked.add(reply.name)
            text += f"| `0x{one.id:04X}` | {_link(one)} | {_bytes(one)} "
            text += f"| {_link(reply)} | {_bytes(reply)} |\n"
    for one in schema.messages:
        if one.is_reply and one.name not in asked:
            text += f"| `0x{one.id:04X}` | any | | {_link(one)} | {_bytes(one)} |\n"
    text += "".join(_message(one, schema) for one in schema.messages)
    for struct in schema.structs:
        text += f"\n## {struct.name}\n\n{struct.doc}\n\n{struct.size} bytes.\n\n"
        text += _table(struct.fields)
    text += "".join(_enumeration(one, "value") for one in schema.enums)
    return text + "".join(_enumeration(one, "bit mask") for one in schema.flags)


def _link(one: Message) -> str:
    return f"[{one.name}](#{one.name.lower()})"


def _bytes(one: Message) -> str:
    if one.repeat:
        return f"{one.head.size} + {one.repeat.struct.size} each, at most {one.payload_bytes_max}"
    return str(one.head.size)


def _message(one: Message, schema: Schema) -> str:
    urgency = next(name for name, value in URGENCIES.items() if value == one.urgency)
    traits = [f"{one.direction} `0x{one.id:04X}`", f"class {urgency}", f"{_bytes(one)} bytes"]
    traits += ["session 0 allowed"] * one.session_free
    traits += ["**can move the needle**"] * one.actuating
    traits += ["layout frozen"] * one.released
    if one.again:
        traits.append(AGAIN.get(one.again, f"a repeat is known by `{one.again}`"))
    if one.reply:
        traits.append(f"answered by {_link(schema.message(one.reply))}")
    text = f"\n## {one.name}\n\n{described(one, schema)}\n\n{' · '.join(traits)}.\n\n"
    text += _table(one.fields)
    if one.repeat:
        struct = one.repeat.struct.name
        text += f"\nThen `{one.repeat.name}`: `{one.repeat.count_field}` times "
        text += f"[{struct}](#{struct.lower()}), at most {one.repeat.most}.\n"
    return text


def _table(fields: tuple[Field, ...]) -> str:
    text, at = "| offset | field | type | unit | range | meaning |\n|---|---|---|---|---|---|\n", 0
    for one in fields:
        text += f"| {at} | `{one.name}` | {one.type} | {_unit(one)} | {_range(one)} | {one.doc} |\n"
        at += one.size
    return text


def _unit(one: Field) -> str:
    return "" if one.unit == "1" else one.unit


def _range(one: Field) -> str:
    meaning = one.enum or one.flags
    if meaning:
        return f"[{meaning.name}](#{meaning.name.lower()})"
    return f"{one.low} to {one.high}" if one.checks_low or one.checks_high else "any"


def _enumeration(one: Enumeration, what: str) -> str:
    text = f"\n## {one.name}\n\n{one.doc}\n\n| {what} | name |\n|---|---|\n"
    return text + "".join(f"| {value} | `{name}` |\n" for name, value in one.members)
