"""Writes `messages.py`: the messages as types, and the way between messages and frames."""

from collections.abc import Iterable
from typing import Final

from firmware_protocol.generator.messages_text import DOOR, HEAD
from firmware_protocol.generator.model import (
    Enumeration,
    Field,
    Message,
    Repeat,
    Schema,
    Structure,
)
from firmware_protocol.generator.names import described, shout, snake

_WIDTH: Final = 100
_TYPE_OF_UNIT: Final = {
    "nl": "Nanolitres",
    "nl_per_s": "NanolitresPerSecond",
    "um": "Micrometres",
    "us": "Microseconds",
    "ms": "Milliseconds",
}


def write_messages(schema: Schema) -> str:
    """Return the text of `messages.py`."""
    codecs = [_codec(one, None) for one in schema.structs]
    codecs += [_codec(one.head, one.repeat) for one in schema.messages]
    parts = [
        HEAD.format(
            name=schema.name,
            major=schema.major,
            minor=schema.minor,
            schema_hash=f"0x{schema.schema_hash():08X}",
            actuating_hash=f"0x{schema.actuating_hash():08X}",
        ),
        *(_enumeration(one) for one in (*schema.enums, *schema.flags)),
        *(_record(one, one.doc, None) for one in schema.structs),
        *(_record(one.head, described(one, schema), one.repeat) for one in schema.messages),
        _unions(schema),
        *(_members(one.name) for one in schema.enums),
        "",
        *codecs,
        _tables(schema),
        DOOR,
    ]
    return "\n".join(parts)


def _enumeration(one: Enumeration) -> str:
    members = "".join(f"    {name} = {value}\n" for name, value in one.members)
    return f'\nclass {one.name}(IntEnum):\n    """{one.doc}"""\n\n{members}'


def _members(enum: str) -> str:
    return f"_{shout(enum)}: Final = {{int(one): one for one in {enum}}}"


def _hexadecimal(ident: int) -> str:
    return f"0x{ident:04X}"


def _type(field: Field) -> str:
    if field.enum:
        return field.enum.name
    if field.name.startswith("shot_id"):
        return "ShotId"
    if field.name == "arm_token":
        return "ArmToken"
    return _TYPE_OF_UNIT.get(field.unit, "int")


def _record(one: Structure, doc: str, repeat: Repeat | None) -> str:
    lines = [f"\nclass {one.name}(NamedTuple):", f'    """{doc}"""', ""]
    for field in one.fields:
        line = f"    {field.name}: {_type(field)}"
        if field.name in dir(tuple):
            line += "  # type: ignore[assignment]  # hides the method of tuple, which nobody needs"
        elif field.doc:
            line += f"  # {field.doc}"
        lines.append(line)
    if repeat:
        lines.append(f"    {repeat.name}: tuple[{repeat.struct.name}, ...]")
    return "\n".join(lines) + "\n"


def _unions(schema: Schema) -> str:
    def union(name: str, kinds: Iterable[Message]) -> str:
        body = "\n    | ".join(kind.name for kind in kinds)
        return f"{name}: TypeAlias = (\n    {body}\n)"

    replies = [one for one in schema.messages if one.is_reply]
    requests = [one for one in schema.messages if not one.is_reply]
    return (
        f"\n{union('Request', requests)}\n{union('Reply', replies)}\n"
        "Message: TypeAlias = Request | Reply\n\n"
    )


def _codec(one: Structure, repeat: Repeat | None) -> str:
    return f"\n{_layout(one, repeat)}\n\n\n{_writer(one, repeat)}\n\n{_reader(one, repeat)}"


def _layout(one: Structure, repeat: Repeat | None) -> str:
    name = shout(one.name)
    lines = [f'_{name}: Final = struct.Struct("{one.format}")', f"_{name}_LAYOUT: Final = Layout("]
    lines += [f'    "{one.name}",', f"    _{name},"]
    ranges = []
    for field in one.fields:
        members = f", _{shout(field.enum.name)}" if field.enum else ""
        ranges.append(f'Range("{field.name}", {field.low}, {field.high}{members}),')
    if len(ranges) == 1:
        lines.append(f"    ({ranges[0]}),")
    else:
        lines += ["    (", *(f"        {one}" for one in ranges), "    ),"]
    if repeat:
        counter = [field.name for field in one.fields].index(repeat.count_field)
        lines += [f"    _{shout(repeat.struct.name)}_LAYOUT,", f"    {counter},"]
    return "\n".join([*lines, ")"])


def _faults(fields: Iterable[Field], prefix: str, *, enums: bool) -> str:
    found = []
    for field in fields:
        name = prefix + field.name
        if field.enum and enums:
            found.append(f"{name} not in _{shout(field.enum.name)}")
        elif field.checks_low and field.checks_high:
            found.append(f"not {field.low} <= {name} <= {field.high}")
        elif field.checks_low:
            found.append(f"{name} < {field.low}")
        elif field.checks_high:
            found.append(f"{name} > {field.high}")
    if not found:
        return ""
    line = f"    if {' or '.join(found)}:\n"
    if len(line) > _WIDTH:
        line = "    if (\n        " + "\n        or ".join(found) + "\n    ):\n"
    return f"{line}        raise ValueError\n"


def _writer(one: Structure, repeat: Repeat | None) -> str:
    name = shout(one.name)
    text = f"def _write_{snake(one.name)}(message: {one.name}) -> bytes:\n"
    text += _faults(one.fields, "message.", enums=True)
    if not repeat:
        return text + f"    return _{name}.pack(*message)\n"
    text += f"    if message.{repeat.count_field} != len(message.{repeat.name}):\n"
    text += "        raise ValueError\n"
    text += f"    head = _{name}.pack(*message[:-1])\n"
    struct = snake(repeat.struct.name)
    return text + f'    return head + b"".join(map(_write_{struct}, message.{repeat.name}))\n'


def _reader(one: Structure, repeat: Repeat | None) -> str:
    name = shout(one.name)
    text = f"def _read_{snake(one.name)}(payload: bytes) -> {one.name}:\n"
    faults = _faults(one.fields, "", enums=False)
    if not (faults or repeat or any(field.enum for field in one.fields)):
        return text + f"    return {one.name}._make(_{name}.unpack(payload))\n"
    unpack = "unpack_from(payload)" if repeat else "unpack(payload)"
    names = [field.name for field in one.fields]
    text += _unpacking(names, f"_{name}.{unpack}") + faults
    if repeat:
        struct = repeat.struct
        # no field can have these names
        text += f"    _each, _at = {struct.size}, {one.size}\n"
        text += f"    if len(payload) != _at + _each * {repeat.count_field}:\n"
        text += f"        raise ValueError\n    {repeat.name} = tuple(\n"
        text += f"        _read_{snake(struct.name)}(payload[_first : _first + _each])\n"
        text += "        for _first in range(_at, len(payload), _each)\n    )\n"
    values = [f"_{shout(f.enum.name)}[{f.name}]" if f.enum else f.name for f in one.fields]
    return text + _call(f"    return {one.name}", values + ([repeat.name] if repeat else []))


def _unpacking(names: list[str], source: str) -> str:
    line = f"    {', '.join(names)} = {source}\n"
    if len(names) == 1:
        return f"    ({names[0]},) = {source}\n"
    if len(line) <= _WIDTH:
        return line
    return "    (\n" + "".join(f"        {name},\n" for name in names) + f"    ) = {source}\n"


def _call(head: str, values: list[str]) -> str:
    line = f"{head}({', '.join(values)})\n"
    if len(line) <= _WIDTH:
        return line
    return f"{head}(\n" + "".join(f"        {value},\n" for value in values) + "    )\n"


def _tables(schema: Schema) -> str:
    def names(kinds: Iterable[Message]) -> str:
        return ", ".join(kind.name for kind in kinds)

    requests = [one for one in schema.messages if not one.is_reply]
    lines = [
        "",
        "REPLY_OF: Final[Mapping[type[Request], type[Reply]]] = MappingProxyType(",
        "    {",
    ]
    lines += [f"        {one.name}: {one.reply}," for one in requests]
    lines += ["    }", ")", '"""Which reply answers a request; ErrorReply may answer any."""']
    actuating = names(one for one in schema.messages if one.actuating)
    lines += [f"ACTUATING: Final[frozenset[type[Message]]] = frozenset({{{actuating}}})"]
    lines += ['"""What can move the needle: each carries an id, a time to live and a check."""']
    free = names(one for one in schema.messages if one.session_free)
    lines += [f"SESSION_FREE: Final[frozenset[type[Message]]] = frozenset({{{free}}})"]
    lines += ['"""What is understood with session 0."""', ""]
    lines += ["_WRITERS: Final[Mapping[type, tuple[int, bool, int, Callable[[Any], bytes]]]] = {"]
    for one in schema.messages:
        start = f"{one.urgency}, {one.is_reply}, {_hexadecimal(one.id)}"
        lines.append(f"    {one.name}: ({start}, _write_{snake(one.name)}),")
    lines += ["}", "_READERS: Final[Mapping[tuple[int, bool], Callable[[bytes], Message]]] = {"]
    for one in schema.messages:
        lines.append(f"    ({_hexadecimal(one.id)}, {one.is_reply}): _read_{snake(one.name)},")
    lines += ["}", "_LAYOUTS: Final[Mapping[str, Layout]] = {"]
    lines += [f'    "{one.name}": _{shout(one.name)}_LAYOUT,' for one in schema.messages]
    lines += ["}", "_NAMES: Final[Mapping[tuple[int, bool], str]] = {"]
    lines += [
        f'    ({_hexadecimal(one.id)}, {one.is_reply}): "{one.name}",' for one in schema.messages
    ]
    return "\n".join([*lines, "}"])
