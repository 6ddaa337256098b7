"""The wire by the book, slow and plain: a second opinion for the vectors on the fast codec."""

import hashlib
import struct

from firmware_protocol.frame import crc32c
from firmware_protocol.generator.model import INTEGERS, Message


def first_byte(message: Message, *, retry: bool = False) -> int:
    """Return the header's first byte: major, reply, retry, class."""
    return 0b001_0_0_0_00 | message.is_reply << 3 | retry << 2 | message.urgency


def body(first: int, msg: int, session: int, request: int, payload: bytes) -> bytes:
    """Return header, payload and CRC."""
    header = struct.pack("<BBHHH", first, len(payload), msg, session, request)
    return sealed(header + payload)


def sealed(covered: bytes) -> bytes:
    """Return `covered` with its CRC behind it."""
    return covered + struct.pack("<I", crc32c(covered))


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) of `data` with a `key` no longer than a block."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in padded) + data).digest()
    return hashlib.sha256(bytes(one ^ 0x5C for one in padded) + inner).digest()


def wire(inner: bytes) -> bytes:
    """Return `inner` in COBS, between delimiters, byte by byte."""
    out, run = bytearray(), bytearray()
    for byte in inner + b"\0":
        if byte:
            run.append(byte)
        else:
            out += bytes((len(run) + 1,)) + run
            run.clear()
    return b"\0" + bytes(out) + b"\0"


def integer(kind: str, value: int) -> bytes:
    """Return `value` as the schema's type `kind` lies in a payload."""
    return struct.pack("<" + INTEGERS[kind][0], value)
