"""The link: one request under way, repeated until it is answered; abort ahead of everything."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_protocol.errors import LocalProtocolError, RemoteProtocolError
from firmware_protocol.frame import (
    ABORT_ZERO_RUN,
    Deframer,
    crc32c,
    decode_body,
    encode,
    encode_body,
    wrap,
)
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    AbortCause,
    AbortReply,
    ErrorReply,
    Hello,
    HelloReply,
    JournalRead,
    Poll,
    Reply,
    Status,
    from_frame,
    to_frame,
)
from firmware_protocol.units import ArmToken, ShotId
from mesogun.device import FROM_PISTOL, TO_PISTOL, Link
from mesogun.errors import LinkTimeout

HELLO = Hello(MAJOR, MINOR, SCHEMA_HASH, 99)
SECOND_US = 1_000_000


def poll(tick: int) -> Poll:
    return Poll(ArmToken(0), tick, 0)


def drive(link: Link, peer: Any, from_us: int = 0) -> tuple[Reply | LinkTimeout | None, int]:
    """Join a link with a peer on a perfect line until there is an answer; tell when."""
    at_us = from_us
    while True:
        for chunk in peer.receive(link.outgoing(at_us)):
            link.receive(chunk, at_us)
        answer = link.answer()
        due_us = link.next_due_us()
        if answer is not None or due_us is None:
            return answer, at_us
        at_us = max(at_us, due_us)


@pytest.fixture
def link(peer: Any) -> Link:
    """A link with a session."""
    link = Link()
    link.ask(HELLO, 0)
    assert isinstance(drive(link, peer)[0], HelloReply)
    return link


def test_hello_opens_the_session_of_its_answer(link: Link, peer: Any) -> None:
    assert link.session == peer.session
    assert peer.heard[0][0].session == 0


def test_a_second_hello_opens_a_new_session(link: Link, peer: Any) -> None:
    peer.session = 0x4321
    link.ask(HELLO, 0)
    assert isinstance(drive(link, peer)[0], HelloReply)
    assert link.session == 0x4321
    assert [frame.session for frame, _ in peer.heard] == [0, 0]


def test_a_request_without_a_session_is_a_fault_of_this_side() -> None:
    link = Link()
    with pytest.raises(LocalProtocolError, match="session"):
        link.ask(poll(1), 0)
    assert not link.busy
    assert link.outgoing(0) == b""


def test_an_answered_request_is_sent_once(link: Link, peer: Any, status_of: Any) -> None:
    link.ask(poll(5), 0)
    assert drive(link, peer) == (status_of(5), 0)
    assert [message for _, message in peer.heard] == [HELLO, poll(5)]
    assert link.next_due_us() is None
    assert link.answer() is None


def test_a_second_request_waits_for_the_first(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    with pytest.raises(LocalProtocolError, match="one request at a time"):
        link.ask(poll(2), 0)
    answer, _ = drive(link, peer)
    assert isinstance(answer, Status)
    link.ask(poll(2), 0)


def test_an_unpopped_answer_is_never_taken_for_the_next_one(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    for chunk in peer.receive(link.outgoing(0)):
        link.receive(chunk, 0)
    with pytest.raises(LocalProtocolError):
        link.ask(poll(2), 0)


def test_without_an_answer_the_same_request_is_repeated_with_a_mark(link: Link, peer: Any) -> None:
    peer.silent = True
    link.ask(poll(1), 0)
    sent_us = []
    while (due_us := link.next_due_us()) is not None:
        data = link.outgoing(due_us)
        if data:
            sent_us.append(due_us)
            peer.receive(data)
    frames = [frame for frame, message in peer.heard[1:]]
    assert len({(one.request, one.session, one.payload) for one in frames}) == 1
    assert [one.retry for one in frames] == [False] + [True] * (len(frames) - 1)
    waits = [after - before for before, after in pairwise(sent_us)]
    assert waits[0] == 60_000
    assert waits == sorted(waits)
    assert max(waits) == 250_000


def test_it_gives_up_with_a_value_after_two_seconds(link: Link, peer: Any) -> None:
    peer.silent = True
    link.ask(poll(1), 0)
    answer, at_us = drive(link, peer)
    assert isinstance(answer, LinkTimeout)
    assert "no answer to Poll" in str(answer)
    assert at_us == 2 * SECOND_US
    assert not link.busy


def test_a_late_answer_to_the_same_request_is_its_answer(
    link: Link, peer: Any, status_of: Any
) -> None:
    link.ask(poll(1), 0)
    late = peer.receive(link.outgoing(0))
    link.outgoing(60_000)
    for chunk in late:
        link.receive(chunk, 100_000)
    assert link.answer() == status_of(1)


def test_answers_to_others_are_counted_and_dropped(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    (first,) = peer.receive(link.outgoing(0))
    link.outgoing(2 * SECOND_US)
    assert isinstance(link.answer(), LinkTimeout)
    link.ask(poll(2), 3 * SECOND_US)
    link.outgoing(3 * SECOND_US)
    link.receive(first, 3 * SECOND_US)
    assert link.answer() is None
    assert link.counters["dropped"] == 1


def test_an_answer_of_another_session_is_dropped(link: Link, peer: Any, status_of: Any) -> None:
    link.ask(poll(1), 0)
    peer.receive(link.outgoing(0))
    number = peer.heard[-1][0].request
    for session in (0, peer.session + 1):
        link.receive(encode(to_frame(status_of(1), session=session or 1, request=number)), 0)
    assert link.answer() is None
    assert link.counters["dropped"] == 2


def test_our_own_bytes_coming_back_answer_nothing(link: Link) -> None:
    link.ask(poll(1), 0)
    link.receive(link.outgoing(0), 0)
    assert link.answer() is None
    assert link.busy


def test_a_stale_status_does_not_answer_a_hello(peer: Any, status_of: Any) -> None:
    link = Link()
    link.ask(HELLO, 0)
    peer.receive(link.outgoing(0))
    number = peer.heard[-1][0].request
    link.receive(encode(to_frame(status_of(1), session=7, request=number)), 0)
    assert link.answer() is None
    assert isinstance(drive(link, peer, 60_000)[0], HelloReply)


def test_an_error_reply_is_an_answer(link: Link, peer: Any) -> None:
    link.ask(JournalRead(1, 1), 0)
    assert isinstance(drive(link, peer)[0], ErrorReply)


def test_an_answer_of_the_wrong_kind_is_raised_at_the_answer(link: Link, peer: Any) -> None:
    link.ask(JournalRead(1, 1), 0)
    peer.reply = lambda message: AbortReply(1, 1, AbortCause.FRAME, 0, ShotId(0))
    with pytest.raises(RemoteProtocolError, match="answer to JournalRead was a AbortReply"):
        drive(link, peer)
    assert not link.busy


def test_an_unreadable_answer_is_raised_at_the_answer(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    peer.receive(link.outgoing(0))
    frame = peer.heard[-1][0]._replace(reply=True, payload=b"\1")
    link.receive(encode(frame), 0)
    with pytest.raises(RemoteProtocolError):
        link.answer()
    assert link.answer() is None


def test_a_hello_that_opens_no_session_is_refused(peer: Any) -> None:
    link = Link()
    peer.session = 0
    link.ask(HELLO, 0)
    with pytest.raises(RemoteProtocolError, match="opens no session"):
        drive(link, peer)


def test_a_pistol_of_another_wire_version_is_named(peer: Any) -> None:
    link = Link()
    link.ask(HELLO, 0)
    (reply,) = peer.receive(link.outgoing(0))
    link.receive(foreign(reply), 0)
    link.outgoing(2 * SECOND_US)
    with pytest.raises(RemoteProtocolError, match="speaks another"):
        link.answer()


def foreign(wire: bytes) -> bytes:
    """The same frame in wire version 2."""
    (frame,) = Deframer().feed(wire)
    body = bytearray(encode_body(frame))
    body[0] = (body[0] & 0x1F) | 2 << 5
    return wrap(bytes(body[:-4]) + crc32c(bytes(body[:-4])).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("came", "said"),
    [(b"", "is the pistol on"), (b"\0 PRINTER READY \0", "bytes that are no frames")],
)
def test_the_timeout_says_what_was_heard(link: Link, peer: Any, came: bytes, said: str) -> None:
    peer.silent = True
    link.ask(poll(1), 0)
    link.outgoing(0)
    link.receive(came, 1)
    link.outgoing(2 * SECOND_US)
    assert said in str(link.answer())


def test_the_body_of_every_frame_is_shown(peer: Any) -> None:
    seen: list[tuple[int, bytes, int]] = []
    link = Link(on_body=lambda *told: seen.append(told))
    link.ask(HELLO, 5)
    drive(link, peer, 5)
    assert [(direction, at_us) for direction, _, at_us in seen] == [
        (TO_PISTOL, 5),
        (FROM_PISTOL, 5),
    ]
    assert [type(from_frame(decode_body(body))) for _, body, _ in seen] == [Hello, HelloReply]


def test_request_numbers_begin_where_asked_and_wrap(peer: Any) -> None:
    link = Link(first_request=0xFFFF)
    for _ in range(2):
        link.ask(HELLO, 0)
        drive(link, peer)
    assert [frame.request for frame, _ in peer.heard] == [0xFFFF, 1]


# ---------------------------------------------------------------------------------- abort


def test_an_abort_is_three_frames_at_once_then_one_every_20_ms(link: Link, peer: Any) -> None:
    peer.silent = True
    link.abort(1, 0)
    sent = {}
    for at_us in range(0, 100_000, 1_000):
        data = link.outgoing(at_us)
        if data:
            sent[at_us] = len(Deframer().feed(data))
    assert sent == {0: 3, 20_000: 1, 40_000: 1, 60_000: 1, 80_000: 1}


def test_an_abort_fits_into_what_is_handed_to_the_system_at_once(link: Link) -> None:
    link.abort(255, 0)
    assert len(link.outgoing(0)) <= 64


def test_an_abort_goes_on_until_the_pistol_stands_still(link: Link, peer: Any) -> None:
    peer.stopped = 0
    link.abort(1, 0)
    for at_us in range(0, 200_000, 20_000):
        for chunk in peer.receive(link.outgoing(at_us)):
            link.receive(chunk, at_us)
        assert link.answer() is None
        assert link.aborting
    peer.stopped = 1
    answer, at_us = drive(link, peer, 200_000)
    assert isinstance(answer, AbortReply)
    assert (answer.stopped, at_us) == (1, 200_000)
    assert not link.busy


def test_no_burst_repeats_the_number_of_another(link: Link, peer: Any) -> None:
    # A pistol that keeps replies by number would else say "not stopped" for ever.
    peer.stopped = 0
    link.abort(1, 0)
    for at_us in range(0, 200_000, 20_000):
        peer.receive(link.outgoing(at_us))
    numbers = [frame.request for frame, message in peer.heard if isinstance(message, Abort)]
    assert len(set(numbers)) == len(numbers) - 2  # the first burst is three of one number


def test_an_abort_drops_what_is_under_way_and_its_answer(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    (reply,) = peer.receive(link.outgoing(0))
    link.abort(1, 10)
    link.receive(reply, 20)
    assert link.answer() is None
    data = link.outgoing(20)
    assert {type(from_frame(one)) for one in Deframer().feed(data)} == {Abort}
    for chunk in peer.receive(data):
        link.receive(chunk, 30)
    assert isinstance(link.answer(), AbortReply)
    assert link.next_due_us() is None
    assert link.outgoing(SECOND_US) == b""


def test_an_abort_drops_an_answer_that_nobody_took(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    for chunk in peer.receive(link.outgoing(0)):
        link.receive(chunk, 0)
    link.abort(1, 10)
    assert link.answer() is None
    assert isinstance(drive(link, peer, 10)[0], AbortReply)


def test_an_abort_needs_no_session(peer: Any) -> None:
    link = Link()
    link.abort(1, 0)
    assert isinstance(drive(link, peer)[0], AbortReply)
    assert all(frame.session == 0 for frame, _ in peer.heard)


def test_an_abort_while_hello_is_under_way_goes_first(peer: Any) -> None:
    link = Link()
    link.ask(HELLO, 0)
    link.outgoing(0)
    link.abort(1, 1)
    assert isinstance(drive(link, peer, 1)[0], AbortReply)


def test_nothing_is_asked_during_an_abort(link: Link) -> None:
    link.abort(1, 0)
    with pytest.raises(LocalProtocolError):
        link.ask(poll(1), 0)


def test_an_abort_is_not_asked(link: Link) -> None:
    with pytest.raises(LocalProtocolError, match=r"call abort\(\)"):
        link.ask(Abort(1), 0)


def test_a_second_abort_changes_nothing(link: Link, peer: Any) -> None:
    peer.silent = True
    link.abort(1, 0)
    link.outgoing(0)
    link.abort(2, 1)
    assert link.outgoing(1) == b""
    assert link.next_due_us() == 20_000


def test_a_late_answer_to_an_earlier_abort_does_not_confirm_this_one(link: Link, peer: Any) -> None:
    link.abort(1, 0)
    old, *_ = peer.receive(link.outgoing(0))
    link.receive(old, 0)
    assert isinstance(link.answer(), AbortReply)
    link.abort(1, SECOND_US)
    link.outgoing(SECOND_US)
    link.receive(old, SECOND_US)
    assert link.answer() is None
    assert link.aborting


def test_an_abort_that_nobody_confirms_ends_with_what_to_do(link: Link, peer: Any) -> None:
    peer.silent = True
    link.abort(1, 0)
    answer, at_us = drive(link, peer)
    assert isinstance(answer, LinkTimeout)
    assert "cut its supply" in str(answer)
    assert at_us == 10 * SECOND_US


def test_after_100_ms_of_silence_an_abort_also_comes_as_a_run_of_zeros(
    link: Link, peer: Any
) -> None:
    peer.silent = True
    link.abort(1, 0)
    for at_us in range(0, 200_000, 20_000):
        deframer = Deframer()
        deframer.feed(link.outgoing(at_us))
        assert (deframer.zero_run_max >= ABORT_ZERO_RUN) == (at_us >= 100_000)


def test_a_half_written_frame_before_an_abort_does_no_harm(link: Link, peer: Any) -> None:
    link.ask(poll(1), 0)
    data = link.outgoing(0)
    for length in range(len(data)):
        link.abort(1, 1)
        peer.deframer = Deframer()
        link_bytes = data[:length] + link.outgoing(SECOND_US)
        assert Abort(1) in [from_frame(one) for one in Deframer().feed(link_bytes)]
        assert isinstance(drive(link, peer, 2 * SECOND_US)[0], AbortReply)


def test_after_an_abort_the_session_goes_on(link: Link, peer: Any, status_of: Any) -> None:
    link.abort(1, 0)
    drive(link, peer)
    link.ask(poll(7), SECOND_US)
    assert drive(link, peer, SECOND_US)[0] == status_of(7)


# ---------------------------------------------------------------------------------- any line


def test_answers_come_whole_in_pieces_of_any_size(link: Link, peer: Any, status_of: Any) -> None:
    for size in (1, 2, 3, 7, 1_000):
        link.ask(poll(size), 0)
        data = b"".join(peer.receive(link.outgoing(0)))
        for start in range(0, len(data), size):
            assert link.answer() is None
            link.receive(data[start : start + size], 0)
        assert link.answer() == status_of(size)


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    for begin in (lambda link: link.ask(HELLO, 0), lambda link: link.abort(1, 0)):
        link = Link()
        begin(link)
        link.outgoing(0)
        for chunk in chunks:
            link.receive(chunk, 0)
        assert link.answer() is None


FATE = st.lists(st.integers(0, 900_000), max_size=2)
"""When copies of a chunk arrive, after it was sent: none is a loss, two a duplicate."""


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fates=st.lists(FATE, min_size=4, max_size=60), asks=st.integers(2, 8))
def test_on_any_line_an_ask_ends_in_its_own_answer_or_in_none(
    fates: list[list[int]], asks: int, peer: Any, status_of: Any
) -> None:
    peer = type(peer)()
    link = Link(give_up_us=700_000)
    link.ask(HELLO, 0)
    drive(link, peer)
    weather = iter(fates)
    under_way: list[tuple[int, int, bool, bytes]] = []
    order = 0
    at_us = 0

    def send(data: bytes, to_peer: bool) -> None:
        nonlocal order
        for delay_us in next(weather, [1_000]):
            order += 1
            heapq.heappush(under_way, (at_us + delay_us, order, to_peer, data))

    for tick in range(1, asks + 1):
        link.ask(poll(tick), at_us)
        began_us = at_us
        while True:
            data = link.outgoing(at_us)
            if data:
                send(data, to_peer=True)
            answer = link.answer()
            if answer is not None:
                break
            due_us = link.next_due_us()
            assert due_us is not None
            if under_way and under_way[0][0] <= due_us:
                at_us, _, to_peer, chunk = heapq.heappop(under_way)
                if to_peer:
                    for reply in peer.receive(chunk):
                        send(reply, to_peer=False)
                else:
                    link.receive(chunk, at_us)
            else:
                at_us = max(at_us, due_us)
        if isinstance(answer, LinkTimeout):
            assert at_us - began_us >= 700_000
        else:
            assert answer == status_of(tick)
