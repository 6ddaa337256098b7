"""A seal: what it covers, what it lets through, and that nothing else passes for it."""

from __future__ import annotations

import copy
import hmac
import pickle
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.frame import (
    PAYLOAD_BYTES_MAX,
    SEAL_BYTES,
    Deframer,
    Frame,
    FrameError,
    crc32c,
    decode_body,
    encode,
    encode_body,
    wrap,
)
from firmware_protocol.seal import COUNTER_MAX, CountersSpent, Key, Seals
from tests.seal_kit import KEY, RFC_4231, SECRET

REQUEST = Frame(1, False, False, 0x0107, 5, 6, bytes(range(33)))


def ends(counted: int = 0) -> tuple[Seals, Seals]:
    """The host's and the pistol's end of one session."""
    host, pistol = (KEY.session(7, 8, 9, is_pistol=one, counted=counted) for one in (False, True))
    return host, pistol


@pytest.mark.parametrize(("key", "data", "mac"), RFC_4231)
def test_the_mac_is_that_of_rfc_4231(key: bytes, data: bytes, mac: str) -> None:
    assert hmac.digest(key, data, "sha256").hex()[: len(mac)] == mac


def test_a_seal_is_made_as_the_document_says() -> None:
    opened = b"MGP1" + b"".join(one.to_bytes(8, "little") for one in (7, 8, 9))
    session = hmac.new(SECRET, opened, sha256).digest()
    sealed = ends()[0].seal(REQUEST)
    head = bytes([0x31, 33, 0x07, 0x01, 5, 0, 6, 0])
    covered = head + REQUEST.payload + (1).to_bytes(4, "little")
    assert sealed.seal == covered[-4:] + hmac.new(session, covered, sha256).digest()[:8]
    body = covered + sealed.seal[4:]
    assert encode_body(sealed) == body + crc32c(body).to_bytes(4, "little")
    assert decode_body(encode_body(sealed)) == sealed


def test_the_longest_sealed_frame_fits_into_one_block() -> None:
    sealed = ends()[0].seal(REQUEST._replace(payload=bytes(PAYLOAD_BYTES_MAX)))
    assert len(encode_body(sealed)) == 248
    assert Deframer().feed(encode(sealed)) == [sealed]


@given(st.binary(max_size=60), st.booleans(), st.booleans())
def test_the_other_end_accepts_a_frame_once(payload: bytes, retry: bool, reply: bool) -> None:
    host, pistol = ends()
    sender, receiver = (pistol, host) if reply else (host, pistol)
    sealed = sender.seal(REQUEST._replace(payload=payload, retry=retry, reply=reply))
    assert receiver.accept(sealed)
    assert not receiver.accept(sealed)
    assert not sender.accept(sealed)  # an echo of one's own


@settings(max_examples=20)
@given(st.binary(max_size=40))
def test_no_changed_bit_is_accepted(payload: bytes) -> None:
    host, pistol = ends()
    body = encode_body(host.seal(REQUEST._replace(payload=payload)))[:-4]
    for bit in range(8 * len(body)):
        changed = bytearray(body)
        changed[bit // 8] ^= 1 << bit % 8
        # with a CRC that agrees: who changes a frame on purpose mends that, too
        wire = wrap(bytes(changed) + crc32c(bytes(changed)).to_bytes(4, "little"))
        assert not any(pistol.accept(frame) for frame in Deframer().feed(wire)), bit
    assert pistol.accept(decode_body(body + crc32c(body).to_bytes(4, "little")))


@given(st.lists(st.integers(0, 9), max_size=30))
def test_a_counter_that_does_not_rise_is_never_accepted(order: list[int]) -> None:
    host, pistol = ends()
    frames = [host.seal(REQUEST) for _ in range(10)]
    highest = -1
    for number in order:
        assert pistol.accept(frames[number]) is (number > highest)
        highest = max(highest, number)


@pytest.mark.parametrize(
    "other",
    [
        KEY.session(6, 8, 9, is_pistol=True),
        KEY.session(7, 7, 9, is_pistol=True),
        KEY.session(7, 8, 8, is_pistol=True),
        KEY.session(8, 7, 9, is_pistol=True),
        Key(SECRET[::-1]).session(7, 8, 9, is_pistol=True),
    ],
)
def test_another_nonce_uid_or_key_is_another_session(other: Seals) -> None:
    assert not other.accept(ends()[0].seal(REQUEST))


def test_a_frame_without_a_seal_or_with_a_made_up_one_is_not_accepted() -> None:
    _, pistol = ends()
    assert not pistol.accept(REQUEST)
    assert not pistol.accept(REQUEST._replace(seal=bytes(SEAL_BYTES)))
    assert not pistol.accept(REQUEST._replace(seal=b"\xff" * SEAL_BYTES))


def test_a_refused_frame_moves_no_counter() -> None:
    host, pistol = ends()
    good = host.seal(REQUEST)
    late = host.seal(REQUEST)
    assert not pistol.accept(late._replace(request=7))
    assert pistol.accept(good)


def test_a_counter_at_its_end_seals_nothing_more() -> None:
    host, pistol = ends(COUNTER_MAX - 1)
    assert pistol.accept(host.seal(REQUEST))
    assert host.is_spent
    with pytest.raises(CountersSpent, match="open a new session"):
        host.seal(REQUEST)


@pytest.mark.parametrize("secret", [b"", bytes(32), b"\xab" * 32, SECRET[:-1], SECRET + b"\1"])
def test_what_is_no_key_is_refused(secret: bytes) -> None:
    with pytest.raises(LocalProtocolError, match="a key"):
        Key(secret)


def test_a_key_shows_itself_to_nobody() -> None:
    host, _ = ends()
    for one in (KEY, host):
        assert SECRET.hex() not in repr(one) + str(one)
        assert str(SECRET)[2:20] not in repr(one) + str(one)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not written down"):
            leak(KEY)


@pytest.mark.parametrize("seal", [b"\1", bytes(11), bytes(13)])
def test_a_seal_of_another_length_is_not_sent(seal: bytes) -> None:
    with pytest.raises(LocalProtocolError, match="a seal has 12 bytes"):
        encode(REQUEST._replace(seal=seal))
    with pytest.raises(LocalProtocolError, match="header out of range"):
        encode(REQUEST._replace(seal=bytes(SEAL_BYTES), session=-1))


@pytest.mark.parametrize("first", [0x33, 0x11, 0x51, 0xF1])
def test_a_sealed_frame_of_another_version_or_class_is_refused(first: int) -> None:
    body = bytes([first, *encode_body(ends()[0].seal(REQUEST))[1:-4]])
    with pytest.raises(FrameError) as refused:
        decode_body(body + crc32c(body).to_bytes(4, "little"))
    assert refused.value.reason == "version"
