"""The core in C against vectors that others published."""

from __future__ import annotations

from typing import Any

from cobs import cobs

from firmware_protocol.frame import BODY_BYTES_MAX, PAYLOAD_BYTES_MAX, REASONS, Frame, encode_body
from tests.firmware_protocol.c.test_c_codec import deframed, wire_of
from tests.firmware_protocol.test_external_vectors import (
    DIGITS,
    MALFORMED,
    PUBLISHED,
    external,
    kinds_of_input,
)


def test_the_core_in_c_meets_the_same(one_core: Any) -> None:
    _, c = one_core
    for one in external("crc.json")["rfc3720"]:
        data = bytes.fromhex(one["data"])
        assert c.mg_crc32c(data, len(data)).to_bytes(4, "little").hex() == one["on the wire"]
    assert (c.mg_crc32c(DIGITS, 9), c.mg_crc16(DIGITS, 9)) == (0xE3069283, 0x6F91)
    for data in kinds_of_input():
        if len(data) <= PAYLOAD_BYTES_MAX:
            frame = Frame(1, False, False, 0x0107, 5, 6, data)
            block = cobs.encode(encode_body(frame))
            assert wire_of(one_core, frame) == b"\0" + block + b"\0"
    # A block that is COBS and no frame is refused for its length, one that is none for that.
    none = dict.fromkeys(REASONS, 0)
    for body, block in PUBLISHED:
        wanted = "oversize" if len(body) > BODY_BYTES_MAX else "length"
        assert deframed(one_core, b"\0" + block + b"\0", 256)[:2] == ([], none | {wanted: 1})
    for what, block in MALFORMED:
        if b"\0" not in block:  # on the wire a zero is a delimiter, and no byte of a block
            found = deframed(one_core, b"\0" + block + b"\0", 256)[:2]
            assert found == ([], none | {"cobs": 1}), what
