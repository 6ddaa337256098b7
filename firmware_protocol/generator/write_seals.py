"""Writes `vectors/sealed.json`: one authenticated session, and all that must not pass in it.

By the book, and never through the code that seals frames: a second opinion on it.
"""

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from firmware_protocol.generator import textbook
from firmware_protocol.generator.model import Message, Schema

_SEED: Final = "mesogun seals 1"
_SESSION: Final = 0x1234
_SEALED: Final = 0x10
_COUNTER_MAX: Final = 2**32 - 1

_Vector = Mapping[str, object]


class _Opened(NamedTuple):
    """What both ends know of the session."""

    key: bytes
    host_nonce: int
    device_nonce: int
    uid: int

    def secret(self) -> bytes:
        numbers = struct.pack("<QQQ", self.host_nonce, self.device_nonce, self.uid)
        return textbook.hmac_sha256(self.key, b"MGP1" + numbers)


def write_sealed_json(schema: Schema) -> str:
    """Return `sealed.json`: frames in their order, `accepted` or with the reason why not.

    `heard` is the counter that the receiver took last in this direction.
    """
    opened = _Opened(
        _chance("key"), _number("host nonce"), _number("device nonce"), 0x51 << 56 | 0xABCDEF
    )
    head = {
        "format": "mesogun-vectors/1",
        "generated": "from schema.toml by python -m firmware_protocol.generator",
        "doc": "Frames of one authenticated session. Only what is accepted may be obeyed.",
        "protocol": f"{schema.name}/{schema.major}.{schema.minor}",
        "key": opened.key.hex(),
        "host_nonce": opened.host_nonce,
        "device_nonce": opened.device_nonce,
        "uid": opened.uid,
        "session_key": opened.secret().hex(),
    }
    lines = ",\n".join(json.dumps(one) for one in _vectors(schema, opened))
    return f'{json.dumps(head)[:-1]}, "vectors": [\n{lines}\n]}}\n'


def _chance(name: str) -> bytes:
    return hashlib.sha256(f"{_SEED}/{name}".encode()).digest()


def _number(name: str) -> int:
    return int.from_bytes(_chance(name)[:8], "little")


def _vectors(schema: Schema, opened: _Opened) -> Iterator[_Vector]:
    by_name = {one.name: one for one in schema.messages}
    poll, shot, status = (by_name[name] for name in ("Poll", "Shot", "Status"))
    for number, message in enumerate((poll, shot, status), 1):
        body = _body(opened, message, number)
        yield _vector(f"{message.name}, counter {number}", body, number - 1, "")
    yield _vector("the last counter", _body(opened, poll, _COUNTER_MAX), 7, "")
    yield _vector("a longest payload", _longest(opened), 4, "")
    good = _body(opened, shot, 5)
    yield _vector("the same frame again", good, 5, "counter")
    yield _vector("an older frame", good, 6, "counter")
    yield _vector("counter 0", _body(opened, shot, 0), 0, "counter")
    for what, at in (("reply bit", 0), ("session", 4), ("payload", 12), ("counter", -16)):
        yield _vector(f"one bit of the {what}", _mended(_flipped(good, at)), 4, "mac")
    for at in range(-12, -4):
        yield _vector(f"byte {12 + at} of the MAC", _mended(_flipped(good, at)), 4, "mac")
    for what, other in (
        ("another key", opened._replace(key=_chance("another key"))),
        ("another host's nonce", opened._replace(host_nonce=opened.host_nonce ^ 1)),
        ("another pistol's nonce", opened._replace(device_nonce=opened.device_nonce ^ 1)),
        ("another uid", opened._replace(uid=opened.uid ^ 1)),
        ("the nonces the other way round", opened._replace(
            host_nonce=opened.device_nonce, device_nonce=opened.host_nonce)),
    ):  # fmt: skip
        yield _vector(what, _body(other, shot, 5), 4, "mac")
    plain = textbook.body(textbook.first_byte(shot), shot.id, _SESSION, 5, _payload(shot))
    yield _vector("no seal", plain, 4, "unsealed")


def _payload(message: Message) -> bytes:
    sizes = sum(one.size for one in message.fields)
    return (_chance(message.name) * 8)[:sizes]


def _body(opened: _Opened, message: Message, counter: int) -> bytes:
    first = textbook.first_byte(message) | _SEALED
    return _sealed(opened, first, message.id, _payload(message), counter)


def _longest(opened: _Opened) -> bytes:
    return _sealed(opened, 0x21 | _SEALED, 0x7FFF, bytes(range(224)), 5)


def _sealed(opened: _Opened, first: int, msg: int, payload: bytes, counter: int) -> bytes:
    covered = struct.pack("<BBHHH", first, len(payload), msg, _SESSION, counter & 0xFFFF)
    covered += payload + struct.pack("<I", counter)
    return textbook.sealed(covered + textbook.hmac_sha256(opened.secret(), covered)[:8])


def _flipped(body: bytes, at: int) -> bytes:
    changed = bytearray(body)
    changed[at] ^= 8 if at == 0 else 1
    return bytes(changed)


def _mended(body: bytes) -> bytes:
    return textbook.sealed(body[:-4])


def _vector(case: str, body: bytes, heard: int, reason: str) -> _Vector:
    return {
        "case": case,
        "heard": heard,
        "accepted": not reason,
        "reason": reason,
        "body": body.hex(),
        "wire": textbook.wire(body).hex(),
    }
