"""A session is the pistol's word for who is talking; whatever does not belong is never obeyed."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.frame import Frame, encode
from firmware_protocol.messages import (
    ACTUATING_HASH,
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    ArmConfirm,
    ArmRequest,
    Disarm,
    ErrorCode,
    ErrorReply,
    Feature,
    Hello,
    JournalRead,
    PistolState,
    Poll,
    Refusal,
    Resolve,
    ShotResult,
    from_frame,
)
from simulator.mechanics import Mechanics
from simulator.memory import Memory
from simulator.pistol import Pistol


def test_hello_says_who_the_pistol_is(host: Any) -> None:
    reply = host.hello()
    assert (reply.major, reply.minor, reply.schema_hash) == (MAJOR, MINOR, SCHEMA_HASH)
    assert (reply.actuating_hash, reply.limits_revision) == (ACTUATING_HASH, 1)
    assert reply.features == Feature.SIMULATED | Feature.DESCRIBE
    assert reply.uid >> 56 == 0x51
    assert (reply.boot_count, reply.journal_head, reply.journal_tail) == (1, 1, 0)
    assert reply.boot_id != 0
    assert (reply.shot_id_highest, reply.shot_id_open) == (0, 0)


def test_every_hello_opens_another_session(host: Any) -> None:
    sessions = [host.hello(nonce).session for nonce in range(200)]
    assert 0 not in sessions
    assert all(one != other for one, other in pairwise(sessions))


def test_the_same_hello_again_gives_the_same_session_until_it_is_used(host: Any) -> None:
    hello = host.wire(Hello(MAJOR, MINOR, SCHEMA_HASH, 9), session=0)
    (first,) = host.put(hello)
    (again,) = host.put(hello)
    assert again == first
    host.session = first.session
    host.arm()
    host.fire(1)
    (late,) = host.put(hello)  # an old copy: the safe reading is that a host began anew
    assert late.session != first.session
    host.session = late.session
    assert host.poll().state is PistolState.SAFE
    host.play(1_000_000)
    assert host.ghost == []


def test_a_hello_kills_token_challenge_and_queue(host: Any) -> None:
    host.arm()
    old = host.shot(1)
    host.ask(old)
    host.hello(nonce=2)
    assert host.poll().state is PistolState.SAFE
    assert host.journal()[-1].reason is Refusal.VOIDED
    assert host.ask(old._replace(shot_id=2)).reason is Refusal.TOKEN
    host.read_all()
    nonce = host.challenge().nonce
    host.hello(nonce=3)
    assert host.ask(ArmConfirm(nonce)).code is ErrorCode.WRONG_STATE


def test_a_hello_lets_a_shot_that_moves_come_to_its_end(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    assert host.hello(nonce=2).shot_id_open == 1
    assert host.poll().state is PistolState.FIRING
    assert host.play(500_000).state is PistolState.SAFE
    assert [one.dose_nl for one in host.ghost] == [10_000]


def test_frames_of_another_session_are_dropped_and_counted(host: Any) -> None:
    host.arm()
    shot = host.shot(1)
    for session in {1, 2, host.session ^ 1} - {host.session}:
        assert host.ask(shot, session=session) is None
    assert host.put(host.wire(Abort(0), session=0)[:-4]) == []
    status = host.poll()
    assert status.receive_errors >= 2
    assert status.queue == 0


def test_nothing_but_hello_and_abort_is_answered_without_a_session(host: Any) -> None:
    for message in (Poll(0, 0, 0), JournalRead(1, 1), Resolve(1), Disarm(0)):
        assert host.ask(message, session=5) is None
    host.hello()
    assert host.poll().receive_errors == 4


def test_a_reply_sent_to_the_pistol_is_no_request(host: Any) -> None:
    host.hello()
    assert host.ask(ErrorReply(1, ErrorCode.LIMIT, 0, 0)) is None


def test_a_repeated_request_gets_the_same_bytes(host: Any) -> None:
    host.arm()
    poll = host.wire(Poll(host.token, 77, 0))
    first = host.pistol.receive(poll, host.now_us)
    host.now_us += 10_000
    for _ in range(7):
        host.poll()
    assert host.pistol.receive(poll, host.now_us) == first
    host.poll()
    assert host.pistol.receive(poll, host.now_us) != first  # only the last eight are kept


def test_another_request_of_the_same_number_is_another_request(host: Any) -> None:
    host.arm()
    first = host.pistol.receive(host.wire(Poll(host.token, 77, 0)), host.now_us)
    host.now_us += 10_000
    other = host.wire(Poll(host.token, 78, 0), request=host.request)
    assert host.pistol.receive(other, host.now_us) != first


def test_a_new_session_remembers_no_reply_of_the_last(host: Any) -> None:
    host.hello()
    host.put(host.wire(Poll(0, 1, 0), request=500))
    reply = host.hello(nonce=2)
    (answer,) = host.put(host.wire(Poll(0, 1, 0), request=500))
    assert answer.session == reply.session


def test_a_repeated_confirmation_gets_the_token_again(host: Any) -> None:
    host.hello()
    host.read_all()
    confirm = host.wire(ArmConfirm(host.challenge().nonce))
    (first,) = host.put(confirm)
    (again,) = host.put(confirm)
    assert from_frame(first).arm_token == from_frame(again).arm_token != 0


def test_the_answer_to_a_repeated_abort_is_always_fresh(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    abort = host.wire(Abort(1), session=0)
    (moving,) = host.put(abort)
    host.now_us += 100_000
    (still,) = host.put(abort)
    assert (from_frame(moving).stopped, from_frame(still).stopped) == (0, 1)


@pytest.mark.parametrize(
    ("msg", "payload", "code"),
    [
        (0x0701, b"", ErrorCode.UNSUPPORTED),
        (0x0106, b"\0" * 11, ErrorCode.MALFORMED),
        (0x0107, b"\0" * 30, ErrorCode.OUT_OF_RANGE),  # a shot without an id
        (0x0401, b"\x09", ErrorCode.OUT_OF_RANGE),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_by_its_number(
    host: Any, msg: int, payload: bytes, code: ErrorCode
) -> None:
    host.hello()
    host.read_all()
    (frame,) = host.put(encode(Frame(1, False, False, msg, host.session, 9, payload)))
    reply = from_frame(frame)
    assert isinstance(reply, ErrorReply)
    assert (reply.msg, reply.code) == (msg, code)


def test_half_a_frame_left_behind_does_no_harm(host: Any) -> None:
    host.arm()
    host.put(host.wire(host.shot(1))[:20])  # the host is killed here
    reply = host.hello(nonce=4)
    assert reply.session != 0
    host.play(2_000_000)
    assert host.ghost == []


def test_the_journal_is_read_three_records_at_a_time(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play(1_000_000)
    three = host.ask(JournalRead(1, 200))
    assert [one.seq for one in three.records] == [1, 2, 3]
    assert [one.seq for one in host.ask(JournalRead(2, 1)).records] == [2]
    assert host.ask(JournalRead(4, 3)).records == ()
    assert host.ask(JournalRead(0xFFFFFFFF, 255)).records == ()


@given(st.lists(st.binary(max_size=300), max_size=20))
@settings(max_examples=100)
def test_no_bytes_upset_the_pistol(chunks: list[bytes]) -> None:
    pistol = Pistol(Memory(records=32))
    for number, chunk in enumerate(chunks):
        pistol.receive(chunk, number * 1_000)
    assert pistol.state in (PistolState.SAFE, PistolState.ABORTED)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0x0001, 0x0101, 0x0102, 0x0103, 0x0104, 0x0105, 0x0106, 0x0107]),
            st.binary(max_size=48),
            st.booleans(),
        ),
        max_size=30,
    )
)
@settings(max_examples=100)
def test_no_frame_upsets_the_pistol(frames: list[tuple[int, bytes, bool]]) -> None:
    delivered: list[Any] = []
    pistol = Pistol(Memory(records=32), on_delivery=delivered.append)
    for number, (msg, payload, reply) in enumerate(frames):
        pistol.receive(encode(Frame(1, reply, False, msg, number % 3, number, payload)), number)
    assert delivered == []


def test_the_same_seed_gives_the_same_bytes(host_of: Any) -> None:
    def tale(seed: int) -> bytes:
        host = host_of(seed=seed)
        told = b""
        host.arm()
        for one in range(1, 6):
            host.fire(one)
            host.play(700_000)
        host.pistol.power_cut(host.now_us)
        host.restore()
        host.hello()
        told += repr((host.journal(), host.poll(), host.ghost)).encode()
        return told + host.pistol.memory.image()

    assert tale(5) == tale(5)
    assert tale(5) != tale(6)


def test_a_shot_in_another_session_s_name_is_not_even_refused(host: Any) -> None:
    host.arm()
    token, session = host.token, host.session
    host.hello(nonce=2)
    assert host.ask(host.shot(1, arm_token=token), session=session) is None
    assert host.fire(1, arm_token=token).result is ShotResult.REFUSED


def test_records_that_were_overwritten_are_a_gap_and_not_an_empty_answer(host_of: Any) -> None:
    host = host_of(memory=Memory(records=32))
    host.hello()
    for number in range(40):
        host.ask(Resolve(number + 1))
        host.read_all()
    gap = host.ask(JournalRead(1, 3))
    assert gap.code is ErrorCode.JOURNAL_GAP
    assert host.ask(JournalRead(gap.detail, 1)).records[0].seq == gap.detail


def test_before_its_self_test_has_passed_a_pistol_is_not_armed(host_of: Any) -> None:
    slow = replace(Mechanics.default(), selftest_us=500_000)
    host = host_of(mechanics=slow)
    host.hello()
    assert host.read_all().state is PistolState.SELFTEST
    refused = host.ask(ArmRequest(1, 1, 1_000, 1, 1, 110, 300, 1, 0, 0))
    assert (refused.code, refused.detail) == (ErrorCode.WRONG_STATE, PistolState.SELFTEST)
    host.now_us += 500_000
    assert host.poll().state is PistolState.SAFE
    other = host_of(mechanics=slow)
    other.pistol.press_button(0)
    other.hello()
    assert other.play(1_000_000).state is PistolState.FAULT  # never known to be sound
