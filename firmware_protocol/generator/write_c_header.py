"""Writes `c/mesogun_protocol.h`: every message in C99, byte by byte, without packed structures."""

from collections.abc import Iterable, Mapping
from typing import Final

from firmware_protocol.generator.model import (
    INTEGERS,
    Enumeration,
    Field,
    Repeat,
    Schema,
    Structure,
)
from firmware_protocol.generator.names import described, shout, snake

_TYPES: Final = {
    "u8": "uint8_t",
    "u16": "uint16_t",
    "u32": "uint32_t",
    "u64": "uint64_t",
    "i32": "int32_t",
}
_HEAD: Final = """\
/* Every message of {name}/{major}.{minor} for the pistol's end: ids, lengths, ranges, accessors.
 *
 * Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
 * Integers only, little-endian, read and written byte by byte: no packed structures, no unaligned
 * access, no byte order of the machine.
 */
#ifndef MESOGUN_PROTOCOL_H
#define MESOGUN_PROTOCOL_H

#include <stdint.h>

#define MGP_MAJOR {major}u
#define MGP_MINOR {minor}u
/* CRC-32C over all layouts, and over those of what can move the needle. */
#define MGP_SCHEMA_HASH UINT32_C(0x{schema_hash:08X})
#define MGP_ACTUATING_HASH UINT32_C(0x{actuating_hash:08X})
#define MGP_PAYLOAD_BYTES_MAX {payload}u
#define MGP_BODY_BYTES_MAX {body}u
#define MGP_REQUEST_PAYLOAD_BYTES_MAX {request}u

/* What a reader says of a payload. */
enum {{ MGP_READ = 0, MGP_WRONG_LENGTH = 1, MGP_OUT_OF_RANGE = 2 }};
"""
_ACCESSORS: Final = """\

/* ---- little-endian accessors */
static inline uint8_t mgp_get_u8(const uint8_t *at) { return at[0]; }

static inline uint16_t mgp_get_u16(const uint8_t *at) {
    return (uint16_t)(at[0] | (unsigned)at[1] << 8);
}

static inline uint32_t mgp_get_u32(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t mgp_get_u64(const uint8_t *at) {
    return mgp_get_u32(at) | (uint64_t)mgp_get_u32(at + 4) << 32;
}

static inline void mgp_put_u8(uint8_t *at, uint8_t value) { at[0] = value; }

static inline void mgp_put_u16(uint8_t *at, uint16_t value) {
    at[0] = (uint8_t)(value & 0xFFu);
    at[1] = (uint8_t)(value >> 8);
}

static inline void mgp_put_u32(uint8_t *at, uint32_t value) {
    mgp_put_u16(at, (uint16_t)(value & 0xFFFFu));
    mgp_put_u16(at + 2, (uint16_t)(value >> 16));
}

static inline void mgp_put_u64(uint8_t *at, uint64_t value) {
    mgp_put_u32(at, (uint32_t)(value & 0xFFFFFFFFu));
    mgp_put_u32(at + 4, (uint32_t)(value >> 32));
}
"""
_NO_STATE: Final = 0xFF


def write_c_header(
    schema: Schema,
    events: Iterable[str],
    transitions: Mapping[tuple[str, str], str],
) -> str:
    """Return the header's text; `transitions` is the table of states, by name."""
    requests = [one for one in schema.messages if not one.is_reply]
    head = _HEAD.format(
        name=schema.name,
        major=schema.major,
        minor=schema.minor,
        schema_hash=schema.schema_hash(),
        actuating_hash=schema.actuating_hash(),
        payload=schema.payload_bytes_max,
        body=schema.body_bytes_max,
        request=max(one.payload_bytes_max for one in requests),
    )
    parts = [head, *(_enumeration(one) for one in schema.enums)]
    parts += [_enumeration(one) for one in schema.flags]
    parts += [_states(schema, tuple(events), transitions), _identities(schema), _ACCESSORS]
    parts += [_codec(one, one.doc, None) for one in schema.structs]
    parts += [_codec(one.head, described(one, schema), one.repeat) for one in schema.messages]
    return "\n".join(parts) + "\n#endif\n"


def _enumeration(one: Enumeration) -> str:
    lines = [f"/* {one.doc} */", "enum {"]
    lines += [f"    MGP_{shout(one.name)}_{name} = {value}," for name, value in one.members]
    lines[-1] = lines[-1].rstrip(",")
    lines.append("};")
    return "\n".join(lines) + "\n"


def _states(
    schema: Schema, events: tuple[str, ...], transitions: Mapping[tuple[str, str], str]
) -> str:
    states = next(one for one in schema.enums if one.name == "PistolState")
    values = dict(states.members)
    lines = ["/* What can happen to a pistol: the columns of the table of states. */", "enum {"]
    lines += [f"    MGP_EVENT_{name} = {number}," for number, name in enumerate(events)]
    lines += [
        f"    MGP_EVENT_COUNT = {len(events)}",
        "};",
        f"#define MGP_STATE_COUNT {len(values)}u",
    ]
    lines += [f"#define MGP_NO_STATE 0x{_NO_STATE:02X}u /* not allowed there */", ""]
    lines += [
        "/* The table of states.py: where `event` takes a pistol that is in `state`. */",
        "static inline uint8_t mgp_next_state(uint8_t state, uint8_t event) {",
        f"    static const uint8_t after[{len(values)}][{len(events)}] = {{",
    ]
    for state, _ in states.members:
        row = []
        for event in events:
            found = transitions.get((state, event))
            row.append(f"0x{_NO_STATE:02X}" if found is None else str(values[found]))
        lines.append(f"        {{{', '.join(row)}}}, /* {state} */")
    lines += [
        "    };",
        "    if (state >= MGP_STATE_COUNT || event >= MGP_EVENT_COUNT) {",
        "        return MGP_NO_STATE;",
        "    }",
        "    return after[state][event];",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _identities(schema: Schema) -> str:
    lines = ["/* Ids, classes and payload lengths; of what repeats, the length without it. */"]
    for one in schema.messages:
        name = shout(one.name)
        lines.append(f"#define MGP_MSG_{name} 0x{one.id:04X}u")
        lines.append(f"#define MGP_CLASS_{name} {one.urgency}u")
        lines.append(f"#define MGP_LEN_{name} {one.head.size}u")
        if one.repeat:
            lines.append(f"#define MGP_MOST_{name} {one.repeat.most}u")
    lines += [f"#define MGP_LEN_{shout(one.name)} {one.size}u" for one in schema.structs]
    return "\n".join(lines)


# ------------------------------------------------------------------------------- one structure


def _codec(one: Structure, doc: str, repeat: Repeat | None) -> str:
    parts = [_struct(one, doc, repeat), _in_range(one, repeat), _write(one, repeat)]
    return "\n".join([*parts, _read(one, repeat)])


def _struct(one: Structure, doc: str, repeat: Repeat | None) -> str:
    lines = [f"\n/* {doc} */", "typedef struct {"]
    for field in one.fields:
        note = f" /* {_note(field)} */"
        lines.append(f"    {_TYPES[field.type]} {field.name};{note}")
    if repeat:
        lines.append(f"    mgp_{snake(repeat.struct.name)} {repeat.name}[{repeat.most}];")
    lines.append(f"}} mgp_{snake(one.name)};")
    return "\n".join(lines) + "\n"


def _note(field: Field) -> str:
    text = field.unit
    if field.enum or field.flags:
        text = next(one.name for one in (field.enum, field.flags) if one)
    elif field.checks_low or field.checks_high:
        text += f", {field.low}..{field.high}"
    return text + (f": {field.doc}" if field.doc else "")


def _in_range(one: Structure, repeat: Repeat | None) -> str:
    """Write the check of every value: what is read or written is inside its range."""
    kind = f"mgp_{snake(one.name)}"
    checks = [check for field in one.fields for check in _checks(field)]
    lines = [f"static inline int {kind}_in_range(const {kind} *message) {{"]
    if not checks and not repeat:
        lines += ["    (void)message;", "    return 1;"]
    for check in checks:
        lines += [f"    if (!({check})) {{", "        return 0;", "    }"]
    if repeat:
        struct = f"mgp_{snake(repeat.struct.name)}"
        lines += [
            f"    for (uint8_t one = 0; one < {repeat.most}u; one++) {{",
            f"        if (one < message->{repeat.count_field} &&",
            f"            !{struct}_in_range(&message->{repeat.name}[one])) {{",
            "            return 0;",
            "        }",
            "    }",
        ]
    if checks or repeat:
        lines.append("    return 1;")
    return "\n".join([*lines, "}"]) + "\n"


def _checks(field: Field) -> list[str]:
    name = f"message->{field.name}"
    if field.enum:
        return _known(name, sorted(value for _, value in field.enum.members), field.type)
    suffix = "" if field.type == "i32" else "u"
    found = []
    if field.checks_low:
        found.append(f"{name} >= {field.low}{suffix}")
    if field.checks_high:
        found.append(f"{name} <= {field.high}{suffix}")
    return found


def _known(name: str, values: list[int], kind: str) -> list[str]:
    """Return the conditions under which `name` is one of `values`."""
    if values != list(range(values[0], values[-1] + 1)):
        return [" || ".join(f"{name} == {value}u" for value in values)]
    _, lowest, highest = INTEGERS[kind]
    found = [f"{name} >= {values[0]}u"] * (values[0] > lowest)
    return found + [f"{name} <= {values[-1]}u"] * (values[-1] < highest)


def _write(one: Structure, repeat: Repeat | None) -> str:
    kind = f"mgp_{snake(one.name)}"
    lines = [
        "/* Put the message there; return how many bytes it took. */",
        f"static inline uint32_t {kind}_write(const {kind} *message, uint8_t *to) {{",
    ]
    lines += [
        f"    {_put(field, f'to + {at}', f'message->{field.name}')}" for field, at in _placed(one)
    ]
    if not repeat:
        return "\n".join([*lines, f"    return {one.size}u;", "}"]) + "\n"
    struct, size = f"mgp_{snake(repeat.struct.name)}", repeat.struct.size
    lines += [
        f"    uint32_t at = {one.size}u;",
        f"    for (uint8_t one = 0; one < {repeat.most}u; one++) {{",
        f"        if (one < message->{repeat.count_field}) {{",
        f"            (void){struct}_write(&message->{repeat.name}[one], to + at);",
        f"            at += {size}u;",
        "        }",
        "    }",
        "    return at;",
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _read(one: Structure, repeat: Repeat | None) -> str:
    kind = f"mgp_{snake(one.name)}"
    lines = [
        "/* Take the message from a payload: MGP_READ, or why it is none. */",
        f"static inline int {kind}_read(const uint8_t *from, uint32_t size, {kind} *message) {{",
        f"    if (size {'<' if repeat else '!='} {one.size}u) {{",
        "        return MGP_WRONG_LENGTH;",
        "    }",
    ]
    lines += [
        f"    message->{field.name} = {_get(field, f'from + {at}')};" for field, at in _placed(one)
    ]
    if repeat:
        struct, width = f"mgp_{snake(repeat.struct.name)}", repeat.struct.size
        counter = f"message->{repeat.count_field}"
        lines += [
            f"    if ({counter} > {repeat.most}u) {{",
            "        return MGP_OUT_OF_RANGE;",
            "    }",
            f"    if (size != {one.size}u + {width}u * {counter}) {{",
            "        return MGP_OUT_OF_RANGE; /* more or fewer than counted */",
            "    }",
            f"    for (uint8_t one = 0; one < {repeat.most}u; one++) {{",
            f"        if (one < {counter}) {{",
            f"            (void){struct}_read(from + {one.size}u + {width}u * one, {width}u,",
            f"                                &message->{repeat.name}[one]);",
            "        }",
            "    }",
        ]
    lines.append(f"    return {kind}_in_range(message) ? MGP_READ : MGP_OUT_OF_RANGE;")
    return "\n".join([*lines, "}"]) + "\n"


def _placed(one: Structure) -> list[tuple[Field, int]]:
    at, found = 0, []
    for field in one.fields:
        found.append((field, at))
        at += field.size
    return found


def _put(field: Field, at: str, value: str) -> str:
    if field.type == "i32":
        return f"mgp_put_u32({at}, (uint32_t){value});"
    return f"mgp_put_{field.type}({at}, {value});"


def _get(field: Field, at: str) -> str:
    return f"(int32_t)mgp_get_u32({at})" if field.type == "i32" else f"mgp_get_{field.type}({at})"
