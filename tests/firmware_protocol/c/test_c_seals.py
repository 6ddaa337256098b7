"""Seals of the C core: its HMAC, its comparison, and the end of a counter as the twin has it."""

from __future__ import annotations

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import firmware_protocol
from firmware_protocol import messages as m
from firmware_protocol.frame import Deframer
from firmware_protocol.seal import COUNTER_MAX
from tests.adversary_kit import Step
from tests.pair_kit import Pair
from tests.seal_kit import RFC_4231, SECRET, KeyedHost

GROUND = Path(firmware_protocol.__file__).parent


def mac_of(core: Any, key: bytes, data: bytes) -> bytes:
    ffi, c = core
    mac = ffi.new("uint8_t[32]")
    c.mg_hmac(key, len(key), data, len(data), mac)
    return bytes(ffi.buffer(mac))


@pytest.mark.parametrize(("key", "data", "mac"), RFC_4231)
def test_the_mac_in_c_is_that_of_rfc_4231(core: Any, key: bytes, data: bytes, mac: str) -> None:
    assert mac_of(core, key, data).hex()[: len(mac)] == mac


def test_data_and_keys_of_every_length_near_a_block_have_the_right_mac(core: Any) -> None:
    for size in (*range(70), *range(115, 135), 236, 237, 4_096):
        data = bytes(at * 7 & 255 for at in range(size))
        assert mac_of(core, SECRET, data) == hmac.digest(SECRET, data, "sha256"), size
        if size < 200:
            assert mac_of(core, data, SECRET) == hmac.digest(data, SECRET, "sha256"), size


@given(key=st.binary(max_size=140), data=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_data_has_the_same_mac_in_both(one_core: Any, key: bytes, data: bytes) -> None:
    assert mac_of(one_core, key, data) == hmac.digest(key, data, "sha256")


def test_a_comparison_sees_every_bit(core: Any) -> None:
    _, c = core
    one = SECRET[:8]
    assert c.mg_is_same(one, one, 8)
    assert c.mg_is_same(one, one[::-1], 0)
    for bit in range(64):
        other = bytearray(one)
        other[bit // 8] ^= 1 << bit % 8
        assert not c.mg_is_same(one, bytes(other), 8)


def test_of_a_sealed_session_the_core_accepts_exactly_what_is_good(core: Any) -> None:
    from tests.c_core_kit import CoreTwin  # needs cffi

    found = json.loads((GROUND / "vectors" / "sealed.json").read_bytes())
    board = CoreTwin(core, secret=bytes.fromhex(found["key"]))
    opened = (found["host_nonce"], found["device_nonce"], found["uid"])
    for one in found["vectors"]:
        wire = bytes.fromhex(one["wire"])
        assert board.believes(opened, one["heard"], wire) is one["accepted"], one


class OneOf:
    """A pair with the face of one pistol."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair

    def receive(self, data: bytes, at_us: int) -> bytes:
        return self.pair.take(Step("bytes", at_us, data))


def test_a_counter_at_its_end_ends_the_session_in_both_alike(one_core: Any) -> None:
    counted = COUNTER_MAX - 7
    pair = Pair(one_core, 3, SECRET, counted=counted)
    host = KeyedHost(OneOf(pair), counted=counted, now_us=10)
    hello = host.wire(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1))
    # only this answer differs, in its seal: the core counts from 0 until it is told otherwise
    replies = [one.receive(hello, 10) for one in (pair.twin, pair.core)]
    greeting, other = (m.from_frame(Deframer().feed(one)[0]) for one in replies)
    assert greeting == other
    pair.core.count_seals(counted + 1, counted)
    assert isinstance(greeting, m.HelloReply)
    host.join(1, greeting)
    host.poll()
    token = host.arm()
    assert token
    assert pair.twin.state is m.PistolState.ARMED
    assert host.put(host.wire(m.Poll(m.ArmToken(token), 9, 0)))
    assert host.put(host.wire(m.Poll(m.ArmToken(token), 10, 0))) == []  # the last is used up
    assert pair.twin.state is m.PistolState.SAFE
    stopped = host.put(host.wire(m.Abort(1)))
    assert pair.twin.state is m.PistolState.ABORTED  # but an abort is one always
    assert [one.seal for one in stopped] == [b""]
