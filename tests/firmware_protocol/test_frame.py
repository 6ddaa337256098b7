"""One frame and its bytes: what is written, and that nothing else is read."""

import google_crc32c
import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.errors import LocalProtocolError, ProtocolError
from firmware_protocol.frame import (
    BODY_BYTES_MAX,
    PAYLOAD_BYTES_MAX,
    Deframer,
    Frame,
    FrameError,
    crc32c,
    decode_body,
    encode,
    encode_body,
    unwrap,
    wrap,
)

FRAME = Frame(1, False, False, 0x0107, 5, 6, bytes(range(33)))


@pytest.mark.parametrize(
    ("data", "check"),
    [
        (b"123456789", 0xE3069283),  # the catalogue's check value
        (bytes(32), 0x8A9136AA),  # RFC 3720, B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
        (bytes(range(31, -1, -1)), 0x113FDB5C),
    ],
)
def test_the_crc_is_the_published_crc_32c(data: bytes, check: int) -> None:
    assert crc32c(data) == check


def test_the_crc_runs_in_c_where_wheels_exist() -> None:
    assert google_crc32c.implementation == "c"


def test_a_frame_lies_on_the_wire_as_the_document_says() -> None:
    frame = Frame(0, True, True, 0x0102, 0x0304, 0x0506, b"\x07\x00\x08")
    head = bytes([0x20 | 8 | 4 | 0, 3, 0x02, 0x01, 0x04, 0x03, 0x06, 0x05])
    covered = head + b"\x07\x00\x08"
    assert encode_body(frame) == covered + crc32c(covered).to_bytes(4, "little")
    assert encode(frame) == b"\0" + cobs.encode(encode_body(frame)) + b"\0"


@given(st.binary(max_size=BODY_BYTES_MAX) | st.integers(0, BODY_BYTES_MAX).map(bytes))
def test_any_body_is_wrapped_as_the_cobs_package_does(body: bytes) -> None:
    assert wrap(body) == b"\0" + cobs.encode(body) + b"\0"
    assert unwrap(cobs.encode(body)) == body


@given(st.binary(min_size=1, max_size=249))
def test_what_the_cobs_package_refuses_is_refused(block: bytes) -> None:
    try:
        body = cobs.decode(block)
    except cobs.DecodeError:
        body = None
    try:
        ours = unwrap(block)
    except FrameError:
        ours = None
    assert ours == body


def test_nothing_between_two_delimiters_is_no_block() -> None:
    with pytest.raises(FrameError):
        unwrap(b"")


def test_a_frame_survives_the_wire(any_frame: st.SearchStrategy[Frame]) -> None:
    @given(any_frame)
    def check(frame: Frame) -> None:
        assert decode_body(encode_body(frame)) == frame
        assert Deframer().feed(encode(frame)) == [frame]

    check()


@pytest.mark.parametrize(
    "change",
    [
        {"urgency": 3},
        {"urgency": -1},
        {"msg": 65536},
        {"session": -1},
        {"request": 65536},
        {"request": 1.5},
        {"reply": 2},
        {"retry": None},
        {"payload": bytes(PAYLOAD_BYTES_MAX + 1)},
    ],
)
def test_a_frame_that_does_not_fit_is_not_sent(change: dict[str, object]) -> None:
    with pytest.raises(LocalProtocolError):
        encode(FRAME._replace(**change))


def test_a_body_longer_than_one_cobs_block_is_not_sent() -> None:
    assert len(wrap(bytes(BODY_BYTES_MAX))) == BODY_BYTES_MAX + 3
    with pytest.raises(LocalProtocolError, match="249 bytes"):
        wrap(bytes(BODY_BYTES_MAX + 1))


@given(st.binary(max_size=400))
def test_no_body_raises_anything_but_a_protocol_error(body: bytes) -> None:
    for read in (decode_body, unwrap):
        try:
            read(body)
        except ProtocolError:
            pass


@settings(max_examples=10)
@given(st.data())
def test_no_single_bit_anywhere_turns_a_frame_into_another(data: st.DataObject) -> None:
    payloads = st.binary(max_size=40) | st.integers(0, 40).map(bytes)
    frame = FRAME._replace(payload=data.draw(payloads))
    wire = encode(frame)
    for bit in range(8 * len(wire)):
        changed = bytearray(wire)
        changed[bit // 8] ^= 1 << bit % 8
        # A frame before and one behind: an error in a delimiter can only cost its neighbours.
        found = Deframer().feed(wire + bytes(changed) + wire)
        assert set(found) <= {frame}
        assert len(found) >= 1


def test_an_error_in_a_delimiter_costs_at_most_its_own_frame() -> None:
    wire = encode(FRAME)
    for at in (0, len(wire) - 1):
        for value in range(1, 256):
            changed = wire[:at] + bytes([value]) + wire[at + 1 :]
            assert Deframer().feed(wire + changed + wire)[:1] == [FRAME]
            assert Deframer().feed(wire + changed + wire)[-1:] == [FRAME]
            assert set(Deframer().feed(changed)) <= {FRAME}
