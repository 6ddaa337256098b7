"""Writes `vectors/*.json`: bytes that every implementation must produce, accept or refuse alike.

It packs from the model, by the book, and never through the generated codec that it is to check.
Chance comes from a hash: the same on every machine, for ever, and apart for every field.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from firmware_protocol.crit import crit
from firmware_protocol.frame import BODY_BYTES_MAX, PAYLOAD_BYTES_MAX
from firmware_protocol.generator import textbook
from firmware_protocol.generator.model import INTEGERS, Field, Message, Schema
from firmware_protocol.units import Micrometres, Nanolitres, NanolitresPerSecond, ShotId

_SEED: Final = "mesogun vectors 1"
_RANDOM_PER_MESSAGE: Final = 4
_SESSION: Final = 0x1234
_REQUEST: Final = 0x5678

_Vector = Mapping[str, object]
_Values = dict[str, int]
_Pick = Callable[[Field, str], int]


class _Content(NamedTuple):
    """The values of one message, and of what it repeats."""

    head: _Values
    many: list[_Values]


def write_messages_json(schema: Schema) -> str:
    """Return `messages.json`: every message with its lowest, highest and some random values."""
    vectors = []
    for message in schema.messages:
        most = message.repeat.most if message.repeat else 0
        session = 0 if message.session_free else 1
        lowest = _content(message, _lowest, 0)
        highest = _content(message, _highest, most)
        vectors.append(_vector(message, "min", lowest, session, 0, retry=False))
        vectors.append(_vector(message, "max", highest, 0xFFFF, 0xFFFF, retry=True))
        for number in range(_RANDOM_PER_MESSAGE):
            name = f"random {number}"
            count = _chance(f"{message.name}/{name}/count") % (most + 1)
            content = _content(message, _random, count, f"{message.name}/{name}")
            session = _chance(f"{message.name}/{name}/session") % 0xFFFF + 1
            request = _chance(f"{message.name}/{name}/request") % 0x10000
            vectors.append(_vector(message, name, content, session, request, retry=number == 1))
    doc = "Integers up to 2^64 - 1. body is header, payload and CRC; wire is what travels."
    return _file(doc, schema, vectors)


def write_malformed_json(schema: Schema) -> str:
    """Return `malformed.json`: wire bytes that must be refused, each with the reason.

    The reason is either a counter of the deframer (no frame comes out), or one of unknown, size,
    range, enum, count (a frame comes out that is no message).
    """
    vectors = [*_no_frames(schema.messages[0]), *_unknown_messages(schema)]
    for message in schema.messages:
        vectors += _no_messages(message)
    return _file("Nothing here may be obeyed; reason says why.", schema, vectors)


def write_crit_json(schema: Schema) -> str:
    """Return `crit.json`: the check over a shot's numbers, for known and random shots."""
    names = ("shot_id", "dose_nl", "depth_um", "rate_nl_per_s")
    rows = [(0, 0, 0, 0), (2**32 - 1, 2**32 - 1, 2**32 - 1, 2**32 - 1), (1, 2, 3, 4)]
    for number in range(5):
        shot, dose, depth, rate = (_chance(f"crit/{name}/{number}") % 2**32 for name in names)
        rows.append((shot, dose, depth, rate))
    vectors: list[_Vector] = []
    for shot, dose, depth, rate in rows:
        check = crit(ShotId(shot), Nanolitres(dose), Micrometres(depth), NanolitresPerSecond(rate))
        vectors.append(dict(zip((*names, "crit"), (shot, dose, depth, rate, check), strict=True)))
    return _file("CRC-16/MCRF4XX over the four values as little-endian u32.", schema, vectors)


def _file(doc: str, schema: Schema, vectors: Sequence[_Vector]) -> str:
    head = {
        "format": "mesogun-vectors/1",
        "generated": "from schema.toml by python -m firmware_protocol.generator",
        "doc": doc,
        "protocol": f"{schema.name}/{schema.major}.{schema.minor}",
        "schema_hash": schema.schema_hash(),
    }
    lines = ",\n".join(json.dumps(vector) for vector in vectors)
    return f'{json.dumps(head)[:-1]}, "vectors": [\n{lines}\n]}}\n'


# ------------------------------------------------------------------------------- values
def _chance(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{_SEED}/{name}".encode()).digest(), "little")


def _lowest(field: Field, _: str) -> int:
    return min(value for _, value in field.enum.members) if field.enum else field.low


def _highest(field: Field, _: str) -> int:
    return max(value for _, value in field.enum.members) if field.enum else field.high


def _random(field: Field, where: str) -> int:
    chance = _chance(f"{where}/{field.name}")
    if field.enum:
        return field.enum.members[chance % len(field.enum.members)][1]
    bits = chance % (8 * field.size) + 1  # small values as often as large ones
    return field.low + (chance >> 8) % (1 << bits) % (field.high - field.low + 1)


def _content(message: Message, pick: _Pick, count: int, where: str = "") -> _Content:
    head = {field.name: pick(field, where) for field in message.fields}
    if not message.repeat:
        return _Content(head, [])
    head[message.repeat.count_field] = count
    fields = message.repeat.struct.fields
    return _Content(
        head,
        [{one.name: pick(one, f"{where}/{number}") for one in fields} for number in range(count)],
    )


def _payload(message: Message, content: _Content) -> bytes:
    pieces = [textbook.integer(one.type, content.head[one.name]) for one in message.fields]
    if message.repeat:
        fields = message.repeat.struct.fields
        pieces += [textbook.integer(f.type, many[f.name]) for many in content.many for f in fields]
    return b"".join(pieces)


def _vector(
    message: Message, name: str, content: _Content, session: int, request: int, *, retry: bool
) -> _Vector:
    payload = _payload(message, content)
    first = textbook.first_byte(message, retry=retry)
    body = textbook.body(first, message.id, session, request, payload)
    many = {message.repeat.name: content.many} if message.repeat else {}
    return {
        "message": message.name,
        "case": name,
        "session": session,
        "request": request,
        "retry": retry,
        "values": content.head | many,
        "payload": payload.hex(),
        "body": body.hex(),
        "wire": textbook.wire(body).hex(),
    }


# ------------------------------------------------------------------------------- refused
def _refused(case: str, reason: str, wire: bytes) -> _Vector:
    return {"case": case, "reason": reason, "wire": wire.hex()}


def _framed(block: bytes) -> bytes:
    return b"\0" + block + b"\0"


def _no_frames(message: Message) -> Iterator[_Vector]:
    """Give what the deframer refuses, made from one good message."""
    payload = _payload(message, _content(message, _random, 0, "no frames"))
    first = textbook.first_byte(message)

    def body(first: int, more: bytes = b"") -> bytes:
        return textbook.body(first, message.id, _SESSION, _REQUEST, payload + more)

    good = body(first)
    block = textbook.wire(good)[1:-1]
    yield _refused("the last code points past the end", "cobs", _framed(block[:-1]))
    yield _refused("a byte too many behind the last code", "cobs", _framed(block + b"\2"))
    yield _refused("a single byte", "cobs", _framed(b"\7"))
    yield _refused("one bit of the payload", "crc", textbook.wire(_flipped(good, 8)))
    yield _refused("one bit of the header", "crc", textbook.wire(_flipped(good, 2)))
    yield _refused("one bit of the CRC", "crc", textbook.wire(_flipped(good, len(good) - 1)))
    yield _refused("the CRC in the other byte order", "crc", textbook.wire(_swapped(good)))
    yield _refused("a body without a CRC", "crc", textbook.wire(good[:-4]))
    yield _refused("too short for header and CRC", "length", textbook.wire(good[:11]))
    yield _refused("an empty body", "length", _framed(b"\1"))
    for change in (-1, 1):
        wrong = bytes((first, len(payload) + change)) + good[2:-4]
        wire = textbook.wire(textbook.sealed(wrong))
        yield _refused(f"LEN wrong by {change:+d}", "length", wire)
    over = textbook.body(first, message.id, _SESSION, _REQUEST, bytes(PAYLOAD_BYTES_MAX + 1))
    yield _refused("a payload longer than any, in a body that fits", "length", textbook.wire(over))
    for major in (0, 2, 7):
        other = textbook.wire(body(first & 0x1F | major << 5))
        yield _refused(f"wire major {major}", "version", other)
    yield _refused("class 3", "version", textbook.wire(body(first | 3)))
    yield _refused("a sealed frame without its seal", "length", textbook.wire(body(first | 0x10)))
    for change in (-1, 1):
        wrong = bytes((first | 0x10,)) + good[1:-4] + bytes(12 + change)
        wire = textbook.wire(textbook.sealed(wrong))
        yield _refused(f"a seal of {12 + change} bytes", "length", wire)
    long = _framed(bytes((BODY_BYTES_MAX + 2,)) + b"\xa5" * (BODY_BYTES_MAX + 1))
    yield _refused("a block longer than any frame", "oversize", long)


def _flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]


def _swapped(body: bytes) -> bytes:
    return body[:-4] + body[:-5:-1]


def _unknown_messages(schema: Schema) -> Iterator[_Vector]:
    known = {(message.id, message.is_reply) for message in schema.messages}
    for ident, is_reply in ((0x7FFF, False), (0x7FFF, True), (0, False), (0x00FF, False)):
        if (ident, is_reply) not in known:
            first = 0x21 | is_reply << 3
            wire = textbook.wire(textbook.body(first, ident, _SESSION, _REQUEST, b""))
            way = "reply" if is_reply else "request"
            yield _refused(f"unknown {way} {ident:#06x}", "unknown", wire)


def _no_messages(message: Message) -> Iterator[_Vector]:
    """Give good frames that are no message: a wrong length, count, or one value out of range."""
    first = textbook.first_byte(message)

    def refused(what: str, reason: str, payload: bytes) -> _Vector:
        wire = textbook.wire(textbook.body(first, message.id, _SESSION, _REQUEST, payload))
        return _refused(f"{message.name}: {what}", reason, wire)

    most = message.repeat.most if message.repeat else 0
    good = _content(message, _random, most, f"{message.name}/refused")
    payload = _payload(message, good)
    yield refused("a byte short", "size", payload[:-1])
    yield refused("a byte long", "size", payload + b"\0")
    if message.repeat:
        fewer = good._replace(many=good.many[1:])
        yield refused("fewer than counted", "size", _payload(message, fewer))
    for what, reason, field, value in _bad_values(message.fields):
        bad = good._replace(head=good.head | {field: value})
        yield refused(what, reason, _payload(message, bad))
    if message.repeat:
        for what, reason, field, value in _bad_values(message.repeat.struct.fields):
            last = good.many[-1] | {field: value}
            bad = good._replace(many=[*good.many[:-1], last])
            yield refused(
                f"in the last of {message.repeat.name}: {what}", reason, _payload(message, bad)
            )


def _bad_values(fields: Sequence[Field]) -> Iterator[tuple[str, str, str, int]]:
    for field in fields:
        _, lowest, highest = INTEGERS[field.type]
        if field.enum:
            named = {value for _, value in field.enum.members}
            for value in sorted({lowest, min(max(named) + 1, highest), highest} - named):
                yield f"{field.name} = {value} has no name", "enum", field.name, value
        beyond = [field.low - 1] * field.checks_low + [field.high + 1] * field.checks_high
        beyond += [highest] * field.checks_high
        for value in sorted(set(beyond)):
            yield f"{field.name} = {value}", "range", field.name, value
