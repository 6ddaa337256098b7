"""The link of a host with keys: what it believes, what it refuses, and how it stops a pistol."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import Deframer, Frame, encode, unwrap
from firmware_protocol.keys import Keys
from firmware_protocol.seal import COUNTER_MAX, CountersSpent, Key
from mesogun.device import TO_PISTOL, Link, Sealing
from mesogun.errors import LinkTimeout
from simulator import Memory, Pistol
from tests.seal_kit import KEYS, SECRET, keyed_twin

HELLO = m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 99)
OTHER = Keys({"*": Key(SECRET[::-1])})
WHO = m.LimitsGet(m.LimitLayer.EFFECTIVE)


def link_with(keys: Keys = KEYS, counted: int = 0, **more: Any) -> Link:
    nonces = count(1_000)
    return Link(sealing=Sealing(keys, lambda: next(nonces), counted), **more)


class Joined:
    """A link and a pistol on one line that a test may disturb."""

    def __init__(self, link: Link, pistol: Any) -> None:
        self.link, self.pistol = link, pistol
        self.at_us = 1_000_000
        self.said: list[bytes] = []
        self.heard: list[bytes] = []
        self.lose_replies = False
        self.before: list[bytes] = []  # comes in ahead of every answer

    def ask(self, request: Any) -> Any:
        self.link.ask(request, self.at_us)
        return self.wait()

    def stop(self) -> Any:
        self.link.abort(1, self.at_us)
        return self.wait()

    def wait(self) -> Any:
        while (answer := self.link.answer()) is None:
            data = self.link.outgoing(self.at_us)
            if data:
                self.said.append(data)
                back = self.pistol.receive(data, self.at_us)
                for one in self.before:
                    self.link.receive(one, self.at_us)
                if back and not self.lose_replies:
                    self.heard.append(back)
                    self.link.receive(back, self.at_us)
            if (answer := self.link.answer()) is not None:
                return answer
            due_us = self.link.next_due_us()
            assert due_us is not None
            self.at_us = max(self.at_us + 1, due_us)
        return answer


def frames(chunks: list[bytes]) -> list[Frame]:
    return Deframer().feed(b"".join(chunks))


def test_both_ends_with_the_same_key_talk_and_every_repeat_has_a_counter_of_its_own() -> None:
    line = Joined(link_with(), keyed_twin([]))
    assert line.ask(HELLO).features & m.Feature.AUTHENTICATION
    line.lose_replies = True
    line.link.ask(m.Ping(7), line.at_us)
    for _ in range(3):
        line.at_us = line.link.next_due_us() or line.at_us
        line.said.append(line.link.outgoing(line.at_us))
        line.heard.append(line.pistol.receive(line.said[-1], line.at_us))
    sent, got = frames(line.said[1:]), frames(line.heard[1:])
    assert [one.request for one in sent] == [sent[0].request] * 3
    assert [int.from_bytes(one.seal[:4], "little") for one in sent] == [1, 2, 3]
    assert [int.from_bytes(one.seal[:4], "little") for one in got] == [2, 3, 4]
    assert len({one.payload for one in got}) == 1
    line.link.receive(line.heard[-1], line.at_us)
    line.link.receive(line.heard[-2], line.at_us)  # late, and never looked at again
    assert isinstance(line.link.answer(), m.PingReply)


@pytest.mark.parametrize(
    ("keys", "pistol", "why"),
    [
        (OTHER, keyed_twin([]), "with another key than yours"),
        (KEYS, Pistol(Memory(), seed=3), "answered without its key"),
        (Keys({"51" + "0" * 14: KEYS.by_name["*"]}), keyed_twin([]), "no key for it"),
        (Keys({"51" + "0" * 14: KEYS.by_name["*"]}), Pistol(Memory()), "no key for it"),
    ],
)
def test_a_pistol_that_does_not_prove_its_key_is_refused_with_what_to_do(
    keys: Keys, pistol: Pistol, why: str
) -> None:
    line = Joined(link_with(keys), pistol)
    with pytest.raises(RemoteProtocolError, match=why) as refused:
        line.ask(HELLO)
    assert SECRET.hex() not in str(refused.value)
    assert not line.link.session


def test_a_host_without_a_key_is_told_that_the_pistol_has_one() -> None:
    line = Joined(Link(), keyed_twin([]))
    with pytest.raises(RemoteProtocolError, match="--key FILE"):
        line.ask(HELLO)
    assert line.stop().stopped == 1  # but it may stop it


def test_a_stripped_or_forged_greeting_is_dropped_and_the_true_one_taken() -> None:
    line = Joined(link_with(), keyed_twin([]))
    told = Pistol(Memory(), seed=3).receive(line_of(line), line.at_us)
    (plain,) = frames([told])
    line.before = [told, encode(plain._replace(seal=bytes(12)))]
    assert line.ask(HELLO).features & m.Feature.AUTHENTICATION
    assert line.link.counters["dropped"] == 2
    line.before = []
    assert isinstance(line.ask(WHO), m.Limits)


def line_of(line: Joined) -> bytes:
    """The very Hello that the link is about to send."""
    twin = link_with()
    twin.ask(HELLO, line.at_us)
    return twin.outgoing(line.at_us)


def test_answers_that_are_replayed_spliced_or_not_sealed_are_dropped() -> None:
    stranger = Joined(link_with(), keyed_twin([]))
    stranger.ask(HELLO._replace(host_nonce=98))
    stranger.ask(WHO)
    line = Joined(link_with(), keyed_twin([]))
    line.ask(HELLO)
    asked = [m.Ping(number) for number in range(4)]
    for ping in asked:
        old = frames([*line.heard, *stranger.heard])
        number = len(line.said) + 1
        line.before = [encode(one) for one in old]
        line.before += [encode(one._replace(request=number)) for one in old]
        line.before += [encode(one._replace(request=number, seal=b"")) for one in old]
        answer = line.ask(ping)
        assert isinstance(answer, m.PingReply)
        assert answer.echo == ping.echo


def forged_stop(line: Joined, seal: bytes = b"") -> list[bytes]:
    """Answers to the next aborts from somebody who has no key: "it stands still"."""
    reply = m.AbortReply(1, 1, m.AbortCause.FRAME, 0, m.ShotId(0))
    frame = m.to_frame(reply, session=line.link.session or 1, request=1)._replace(seal=seal)
    return [encode(frame._replace(request=one, session=0)) for one in range(1, 40)]


@pytest.mark.parametrize("seal", [b"", bytes(12)])
def test_it_stands_still_is_believed_only_with_a_seal(seal: bytes) -> None:
    line = Joined(link_with(), keyed_twin([]))
    line.ask(HELLO)
    line.lose_replies = True
    line.before = forged_stop(line, seal)
    told = line.stop()
    assert isinstance(told, LinkTimeout)
    assert "does not prove with its key that it stands still" in str(told)
    line = Joined(link_with(), keyed_twin([]))
    line.ask(HELLO)
    line.before = forged_stop(line, seal)
    assert line.stop().stopped == 1
    (last,) = frames(line.heard[-1:])[-1:]
    assert last.seal


def test_a_stop_without_a_session_or_after_a_restart_is_proven_in_a_session_of_its_own() -> None:
    line = Joined(link_with(), keyed_twin([]))
    assert line.stop().stopped == 1
    assert not line.link.session
    line.ask(HELLO)
    for _ in range(2):
        line.pistol.power_cut(line.at_us)
        line.pistol.power_on(line.at_us)
        assert line.stop().stopped == 1
    stranger = Joined(link_with(), line.pistol)
    stranger.at_us = line.at_us
    stranger.ask(HELLO)
    line.at_us = stranger.at_us
    assert line.stop().stopped == 1
    assert isinstance(line.ask(WHO), LinkTimeout)  # the proof's session is no place to go on
    assert isinstance(line.ask(HELLO), m.HelloReply)
    assert isinstance(line.ask(WHO), m.Limits)


def test_a_stop_of_a_pistol_with_another_key_or_none_is_not_believed_but_happens() -> None:
    for pistol in (keyed_twin([]), Pistol(Memory(), seed=3)):
        line = Joined(link_with(OTHER), pistol)
        assert "does not prove" in str(line.stop())
        assert pistol.state is m.PistolState.ABORTED


def test_a_counter_at_its_end_is_told_and_a_new_session_mends_it() -> None:
    counted = COUNTER_MAX - 2
    line = Joined(link_with(counted=counted), keyed_twin([], seals_counted=counted))
    line.ask(HELLO)
    assert isinstance(line.ask(WHO), m.Limits)
    assert isinstance(line.ask(WHO), LinkTimeout)  # the pistol had none left to answer with
    with pytest.raises(CountersSpent, match="connect anew"):
        line.ask(WHO)
    assert isinstance(line.ask(HELLO), m.HelloReply)
    assert isinstance(line.ask(WHO), m.Limits)


def test_captures_hold_the_bodies_as_sent_and_no_key() -> None:
    seen: list[tuple[int, bytes]] = []
    link = link_with(on_body=lambda way, body, _: seen.append((way, body)))
    line = Joined(link, keyed_twin([]))
    line.ask(HELLO)
    line.ask(WHO)
    line.stop()
    whole = b"".join(line.said)
    bodies = [unwrap(one) for one in whole.split(b"\0") if one]
    assert [body for way, body in seen if way == TO_PISTOL] == bodies
    assert not any(SECRET[:8] in body for _, body in seen)
    assert repr(link_with()).find(SECRET.hex()) == -1
    assert SECRET.hex() not in repr(Sealing(KEYS, lambda: 1)) + repr(KEYS)
