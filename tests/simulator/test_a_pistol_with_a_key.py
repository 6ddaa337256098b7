"""A pistol with a key: it obeys who has the same, stops for anybody, and nothing old acts twice."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.frame import Deframer, crc32c, encode, encode_body, wrap
from firmware_protocol.seal import COUNTER_MAX, Key
from simulator import Memory, Pistol
from simulator.mechanics import Delivery
from tests.seal_kit import KEY, KeyedHost, keyed_twin

BY_ANYBODY = ("Hello", "Abort")


def reply_of(frames: list[Any]) -> Any:
    (frame,) = frames
    return m.from_frame(frame)


def plain(message: m.Message, session: int, request: int = 900) -> bytes:
    """A request as a host without a key sends it."""
    frame = m.to_frame(message, session=session or 1, request=request)
    return encode(frame._replace(session=session))


def test_it_says_so_and_seals_its_answer_to_hello_with_the_new_session() -> None:
    host = KeyedHost(keyed_twin([]))
    greeting = host.hello(1)
    assert greeting.features & m.Feature.AUTHENTICATION
    assert (
        not m.from_frame(
            Deframer().feed(Pistol(Memory()).receive(plain(m.Hello(1, 0, 0, 1), 0), 9))[0]
        ).features
        & m.Feature.AUTHENTICATION
    )  # type: ignore[union-attr]


def test_a_greeting_whose_features_were_stripped_is_not_authentic() -> None:
    pistol = keyed_twin([])
    (frame,) = Deframer().feed(pistol.receive(plain(m.Hello(1, 0, 0, 5), 0), 9))
    reply = m.from_frame(frame)
    assert isinstance(reply, m.HelloReply)
    seals = KEY.session(5, reply.device_nonce, reply.uid, is_pistol=False)
    stripped = reply._replace(features=int(m.Feature.SIMULATED))
    forged = m.to_frame(stripped, session=frame.session, request=frame.request)
    assert not seals.accept(forged._replace(seal=frame.seal))
    assert seals.accept(frame)


def test_what_is_not_sealed_is_dropped_and_counted_and_not_answered() -> None:
    host = KeyedHost(keyed_twin([]))
    host.hello(1)
    before = host.poll().receive_errors
    assert host.put(plain(m.Poll(m.ArmToken(0), 77, 0), host.session)) == []
    assert host.put(plain(m.LimitsGet(m.LimitLayer.EFFECTIVE), host.session)) == []
    unknown = host.frame(m.Poll(m.ArmToken(0), 1, 0))._replace(msg=0x7F01)
    assert host.put(encode(unknown)) == []
    assert host.poll().receive_errors == before + 3
    assert host.seals is not None
    assert reply_of(host.put(encode(host.seals.seal(unknown)))).code is m.ErrorCode.UNSUPPORTED


def test_a_key_that_is_another_opens_nothing() -> None:
    pistol = keyed_twin([])
    host = KeyedHost(pistol, key=Key(bytes(range(1, 33))))
    with pytest.raises(AssertionError):
        host.hello(1)
    assert host.session
    assert host.put(host.wire(m.Poll(m.ArmToken(0), 1, 0))) == []


def test_it_stops_for_anybody_and_proves_it_to_its_host() -> None:
    host = KeyedHost(keyed_twin([]))
    host.hello(1)
    host.arm()
    for data in (
        plain(m.Abort(1), 0),
        plain(m.Abort(1), host.session ^ 1),
        encode(m.to_frame(m.Abort(1), session=7, request=3)._replace(seal=bytes(12))),
    ):
        (frame,) = host.put(data)
        assert host.pistol.state is m.PistolState.ABORTED
        assert host.seals is not None
        assert host.seals.accept(frame)


def test_a_repeat_gets_the_kept_reply_under_a_new_counter() -> None:
    host = KeyedHost(keyed_twin([]))
    host.hello(1)
    assert host.seals is not None
    asked = host.frame(m.Ping(9))
    (first,) = host.put(encode(host.seals.seal(asked)))
    host.now_us += 5_000
    (again,) = host.put(encode(host.seals.seal(asked._replace(retry=True))))
    assert again.payload == first.payload  # the uptime of the first
    assert again.seal != first.seal
    assert host.seals.accept(first)
    assert host.seals.accept(again)


def test_a_pistol_without_a_key_drops_what_is_sealed_but_for_an_abort() -> None:
    pistol = Pistol(Memory(), seed=3)
    greeting = m.from_frame(Deframer().feed(pistol.receive(plain(m.Hello(1, 0, 0, 1), 0), 9))[0])
    assert isinstance(greeting, m.HelloReply)
    seals = KEY.session(1, greeting.device_nonce, greeting.uid, is_pistol=False)
    for message in (m.Poll(m.ArmToken(0), 1, 0), m.Hello(1, 0, 0, 2)):
        frame = m.to_frame(message, session=greeting.session, request=3)
        assert pistol.receive(encode(seals.seal(frame)), 10) == b""
    abort = seals.seal(m.to_frame(m.Abort(1), session=greeting.session, request=4))
    assert pistol.receive(encode(abort), 11)
    assert pistol.state is m.PistolState.ABORTED


def test_counters_die_with_the_power_and_nothing_of_before_is_believed() -> None:
    host = KeyedHost(keyed_twin([]))
    host.hello(1)
    host.poll()
    old = list(host.sent)
    host.pistol.power_cut(host.now_us)
    host.pistol.power_on(host.now_us)
    assert [host.put(one) for one in old[1:]] == [[]] * (len(old) - 1)
    assert [one.seal for one in host.put(plain(m.Abort(1), 0))] == [b""]  # no session, no seal
    host.hello(2)
    assert [host.put(one) for one in old[1:]] == [[]] * (len(old) - 1)
    assert host.poll().state is m.PistolState.ABORTED


def a_session(host: KeyedHost, nonce: int) -> list[Any]:
    """Connect, arm, give two shots, disarm; what was told, but for counts of noise."""
    told: list[Any] = [host.hello(nonce)]
    token = host.arm()
    for shot_id in (nonce * 10, nonce * 10 + 1):
        told.append(host.ask(host.shot(shot_id, token)))
        for _ in range(6):
            host.now_us += 100_000
            told.append(host.poll(token)._replace(receive_errors=0))
    told.append(host.ask(m.Disarm(m.ArmToken(token))))
    return told


class Replaying(KeyedHost):
    """A host on whose line somebody plays all that was ever heard or said, before each frame."""

    def put(self, data: bytes) -> list[Any]:
        for old in [*self.sent[:-1], *self.heard]:
            (frame,) = Deframer().feed(old)
            kind = "" if frame.reply else type(m.from_frame(frame)).__name__
            if kind not in BY_ANYBODY:
                for session in {frame.session, self.session} - {0}:
                    moved = encode(frame._replace(session=session))
                    assert self.pistol.receive(moved, self.now_us) == b"", kind
        return super().put(data)


def test_a_replay_of_anything_at_any_place_changes_nothing() -> None:
    """Requests of this session and of another one, also with its number, and answers sent back."""
    told: tuple[list[Delivery], list[Delivery]] = ([], [])
    calm = KeyedHost(keyed_twin(told[0]))
    storm = Replaying(keyed_twin(told[1]))
    for nonce in (1, 2):
        assert a_session(calm, nonce) == a_session(storm, nonce)
    assert len(told[0]) == 4
    assert told[0] == told[1]
    assert calm.pistol.memory.image() == storm.pistol.memory.image()


def test_a_replayed_hello_or_abort_can_but_stop() -> None:
    told: list[Delivery] = []
    host = KeyedHost(keyed_twin(told))
    host.hello(1)
    token = host.arm()
    hello = host.sent[0]
    (frame,) = host.put(hello)
    assert host.pistol.state is m.PistolState.SAFE
    assert host.seals is not None
    assert not host.seals.accept(frame)
    assert host.put(host.wire(host.shot(1, token))) == []
    host.pistol.advance(host.now_us + 5_000_000)
    assert told == []


def test_no_changed_bit_of_a_sealed_shot_fires_or_is_answered() -> None:
    told: list[Delivery] = []
    host = KeyedHost(keyed_twin(told))
    host.hello(1)
    token = host.arm()
    wire = host.wire(host.shot(1, token))
    (good,) = Deframer().feed(wire)
    body = encode_body(good)[:-4]
    for bit in range(8 * len(body)):
        changed = bytearray(body)
        changed[bit // 8] ^= 1 << bit % 8
        crc = crc32c(bytes(changed)).to_bytes(4, "little")
        assert host.put(wrap(bytes(changed) + crc)) == [], bit
    assert host.pistol.state is m.PistolState.ARMED
    assert reply_of(host.put(wire)).result is m.ShotResult.ACCEPTED


def test_a_counter_at_its_end_disarms_and_ends_the_session() -> None:
    counted = COUNTER_MAX - 7
    host = KeyedHost(keyed_twin([], seals_counted=counted), counted=counted)
    host.hello(1)
    token = host.arm()
    host.poll(token)
    host.poll(token)
    assert host.put(host.wire(m.Poll(m.ArmToken(token), 90, 0))) == []
    assert host.pistol.state is m.PistolState.SAFE
    host.hello(2)  # another session counts for itself
    assert host.poll().state is m.PistolState.SAFE
