"""The codec of the C core: every vector, and the same verdict as Python on anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.errors import RemoteProtocolError, UnknownMessage, WrongLength
from firmware_protocol.frame import REASONS, Deframer, Frame, decode_body, encode, encode_body
from firmware_protocol.strategies import MESSAGES

READ, WRONG_LENGTH, OUT_OF_RANGE, UNKNOWN = range(4)
ANY_LINE = st.lists(
    st.binary(max_size=40)
    | st.integers(0, 12).map(bytes)
    | st.integers(200, 300).map(lambda size: b"\7" * size)
    | MESSAGES.map(lambda one: encode(m.to_frame(one, session=1, request=2))),
    max_size=8,
).map(b"".join)


def deframed(core: Any, data: bytes, step: int) -> tuple[list[bytes], dict[str, int], int]:
    ffi, c = core
    bodies, drops = ffi.new("uint8_t[]", 4096), ffi.new("uint32_t[5]")
    zeros = ffi.new("uint32_t *")
    used = c.mgt_deframe(data, len(data), step, bodies, 4096, drops, zeros)
    found, at = [], 0
    raw = bytes(ffi.buffer(bodies, used))
    while at < used:
        found.append(raw[at + 1 : at + 1 + raw[at]])
        at += 1 + raw[at]
    return found, dict(zip(REASONS, drops, strict=True)), zeros[0]


def verdict(core: Any, frame: Frame) -> tuple[int, bytes]:
    ffi, c = core
    again, size = ffi.new("uint8_t[256]"), ffi.new("uint32_t *")
    payload = frame.payload
    fits = c.mgt_payload_fits(frame.msg, frame.reply, payload, len(payload), again, size)
    return fits, bytes(ffi.buffer(again, size[0]))


def wire_of(core: Any, frame: Frame) -> bytes:
    ffi, c = core
    wire = ffi.new("uint8_t[256]")
    first, size = encode_body(frame)[0], len(frame.payload)
    head = (first, frame.msg, frame.session, frame.request)
    used = c.mgt_encode(*head, frame.payload, size, frame.seal, wire)
    return bytes(ffi.buffer(wire, used))


def test_every_vector_is_read_and_written_to_the_byte(core: Any, vectors: Any) -> None:
    for one in vectors("messages.json"):
        (body,), drops, _ = deframed(core, bytes.fromhex(one["wire"]), 256)
        assert body.hex() == one["body"], one
        assert not any(drops.values())
        frame = decode_body(body)
        assert verdict(core, frame) == (READ, frame.payload), one
        assert wire_of(core, frame).hex() == one["wire"], one


def test_every_malformed_vector_is_refused_for_its_reason(core: Any, vectors: Any) -> None:
    wanted = {
        "unknown": {UNKNOWN},
        "size": {WRONG_LENGTH, OUT_OF_RANGE},  # what repeats may be longer, and then miscounted
        "range": {OUT_OF_RANGE},
        "enum": {OUT_OF_RANGE},
    }
    for one in vectors("malformed.json"):
        bodies, drops, _ = deframed(core, bytes.fromhex(one["wire"]), 256)
        if one["reason"] in REASONS:
            assert bodies == []
            assert drops == dict.fromkeys(REASONS, 0) | {one["reason"]: 1}, one
        else:
            (body,) = bodies
            assert verdict(core, decode_body(body))[0] in wanted[one["reason"]], one


def test_the_checks_are_those_of_the_catalogue(core: Any, vectors: Any) -> None:
    _, c = core
    digits = b"123456789"
    assert c.mg_crc32c(digits, 9) == 0xE3069283
    assert c.mg_crc16(digits, 9) == 0x6F91
    # RFC 3720, B.4
    assert c.mg_crc32c(bytes(32), 32) == 0x8A9136AA
    assert c.mg_crc32c(b"\xff" * 32, 32) == 0x62A8AB43
    assert c.mg_crc32c(bytes(range(32)), 32) == 0x46DD794E
    assert c.mg_crc32c(bytes(range(31, -1, -1)), 32) == 0x113FDB5C
    for one in vectors("crit.json"):
        numbers = [one[name] for name in ("shot_id", "dose_nl", "depth_um", "rate_nl_per_s")]
        assert c.mg_crit(*numbers) == one["crit"] == crit(*numbers)


@given(message=MESSAGES, session=st.integers(1, 0xFFFF), request_=st.integers(0, 0xFFFF))
@settings(max_examples=300, deadline=None)
def test_any_message_is_read_and_written_alike(
    one_core: Any, message: Any, session: int, request_: int
) -> None:
    frame = m.to_frame(message, session=session, request=request_)
    assert verdict(one_core, frame) == (READ, frame.payload)
    assert wire_of(one_core, frame) == encode(frame)


@given(
    msg=st.sampled_from([message for message, _ in m._READERS]) | st.integers(0, 0xFFFF),
    reply=st.booleans(),
    payload=st.binary(max_size=224) | st.integers(0, 60).map(bytes),
)
@settings(max_examples=400, deadline=None)
def test_any_payload_gets_the_same_verdict(
    one_core: Any, msg: int, reply: bool, payload: bytes
) -> None:
    frame = Frame(1, reply, False, msg, 1, 1, payload)
    try:
        m.from_frame(frame)
        wanted = READ
    except UnknownMessage:
        wanted = UNKNOWN
    except WrongLength:
        wanted = WRONG_LENGTH
    except RemoteProtocolError:
        wanted = OUT_OF_RANGE
    assert verdict(one_core, frame)[0] == wanted


@given(data=ANY_LINE, step=st.integers(1, 256))
@settings(max_examples=400, deadline=None)
def test_any_line_gives_the_same_frames_and_counts_in_pieces_of_any_size(
    one_core: Any, data: bytes, step: int
) -> None:
    deframer = Deframer()
    frames = []
    for at in range(0, len(data), step):
        frames += deframer.feed(data[at : at + step])
    bodies, drops, zeros = deframed(one_core, data, step)
    assert [decode_body(body) for body in bodies] == frames
    assert sum(drops.values()) == deframer.errors
    assert zeros == deframer.zero_run_max


@pytest.mark.parametrize("size", [*range(12, 16), *range(230, 237)])
def test_bodies_of_every_length_near_the_ends_survive_the_way(core: Any, size: int) -> None:
    for fill in (0, 1, 255):
        frame = Frame(1, False, False, 0x7F01, 1, 1, bytes([fill]) * (size - 12))
        assert wire_of(core, frame) == encode(frame)
        (body,), _, _ = deframed(core, encode(frame), 256)
        assert decode_body(body) == frame
