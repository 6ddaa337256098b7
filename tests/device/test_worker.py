"""The port's one thread: who waits, who is served, and how an abort gets ahead."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any

import pytest

from firmware_protocol.errors import LocalProtocolError, MesogunError
from firmware_protocol.frame import Deframer
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Abort,
    AbortReply,
    Hello,
    JournalRead,
    Poll,
    Reply,
    from_frame,
)
from firmware_protocol.units import ArmToken
from mesogun.device import Link, Pistol
from mesogun.device.worker import Worker
from mesogun.errors import LinkError, LinkTimeout

HELLO = Hello(MAJOR, MINOR, SCHEMA_HASH, 99)
SOON_S = 5.0


def poll(tick: int) -> Poll:
    return Poll(ArmToken(0), tick, 0)


class MemoryLine:
    """A line to a peer in this process, which can be held, filled and cut."""

    name = "memory"
    tells_drained = True
    has_speed = False

    def __init__(self, peer: Any) -> None:
        self.peer = peer
        self.users: set[int] = set()
        self.written: list[bytes] = []
        self.dropped = 0
        self.closed = False
        self.full = False
        self.cut = False
        self.before_write: Callable[[], None] = lambda: None
        self.writes_may_end = threading.Event()
        self.writes_may_end.set()
        self.write_began = threading.Event()
        self.was_asked_to_drain = threading.Event()
        self._inbox: SimpleQueue[bytes] = SimpleQueue()

    def wake(self) -> None:
        self.deliver(b"")

    def read(self, wait_s: float | None) -> bytes:
        self.users.add(threading.get_ident())
        if self.cut:
            raise LinkError("memory: the port is gone")
        try:
            return self._inbox.get(timeout=0.5 if wait_s is None else max(wait_s, 1e-4))
        except Empty:
            return b""

    def set_baud(self, baud: int) -> None:
        raise AssertionError(baud)

    def deliver(self, data: bytes) -> None:
        self._inbox.put(data)

    def write(self, chunk: bytes) -> None:
        self.users.add(threading.get_ident())
        self.write_began.set()
        assert self.writes_may_end.wait(SOON_S)
        self.written.append(chunk)
        for reply in self.peer.receive(chunk):
            self.deliver(reply)

    def drained(self) -> bool:
        self.was_asked_to_drain.set()
        self.before_write()
        return not self.full

    def drop_unsent(self) -> None:
        self.dropped += 1

    def close(self) -> None:
        self.users.add(threading.get_ident())
        self.closed = True

    def messages(self) -> list[object]:
        """Everything that was written, frame by frame."""
        return [from_frame(one) for one in Deframer().feed(b"".join(self.written))]


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.us = 0

    def __call__(self) -> int:
        return self.us


@pytest.fixture
def line(peer: Any) -> MemoryLine:
    return MemoryLine(peer)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(line: MemoryLine, clock: Clock) -> Iterator[Worker]:
    """A worker with a session."""
    worker = Worker(line, Link(), clock)
    worker.ask(HELLO)
    line.written.clear()
    line.write_began.clear()
    line.was_asked_to_drain.clear()
    yield worker
    line.cut = True
    line.writes_may_end.set()
    worker.close()


def in_thread(ask: Callable[[], Reply]) -> Callable[[], Reply | MesogunError]:
    """Begin an ask in another thread; the result waits for its end and returns it."""
    told: list[Reply | MesogunError] = []

    def run() -> None:
        try:
            told.append(ask())
        except MesogunError as error:
            told.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def result() -> Reply | MesogunError:
        thread.join(SOON_S)
        return told[0]

    return result


def test_each_of_many_threads_gets_its_own_answer(worker: Worker, status_of: Any) -> None:
    asked = [in_thread(lambda tick=tick: worker.ask(poll(tick))) for tick in range(20)]  # type: ignore[misc]
    assert [one() for one in asked] == [status_of(tick) for tick in range(20)]


def test_one_thread_alone_writes_reads_and_closes(worker: Worker, line: MemoryLine) -> None:
    worker.ask(poll(1))
    worker.abort(1)
    worker.ask(None)
    worker.close()
    assert line.closed
    assert len(line.users) == 1
    assert threading.get_ident() not in line.users


def test_what_cannot_be_sent_is_told_to_the_asker(worker: Worker, status_of: Any) -> None:
    with pytest.raises(LocalProtocolError):
        worker.ask(JournalRead(0, 0))
    assert worker.ask(poll(2)) == status_of(2)


def test_without_an_answer_the_asker_gets_a_timeout(
    worker: Worker, line: MemoryLine, clock: Clock
) -> None:
    line.peer.silent = True
    asked = in_thread(lambda: worker.ask(poll(1)))
    line.write_began.wait(SOON_S)
    clock.us += 2_000_000
    assert isinstance(asked(), LinkTimeout)


def test_an_abort_goes_out_although_nobody_asks(worker: Worker, line: MemoryLine) -> None:
    worker.abort(1)
    assert worker.abort_wanted()
    worker.close()
    assert line.messages()[:3] == [Abort(1)] * 3


def test_the_next_ask_after_an_abort_is_not_sent_and_returns_its_answer(
    worker: Worker, line: MemoryLine, status_of: Any
) -> None:
    worker.abort(1)
    answer = worker.ask(poll(1))
    assert isinstance(answer, AbortReply)
    assert answer.stopped
    assert not worker.abort_wanted()
    assert poll(1) not in line.messages()
    assert worker.ask(poll(2)) == status_of(2)


def test_an_ask_under_way_gives_way_to_an_abort(worker: Worker, line: MemoryLine) -> None:
    line.peer.reply, answer = (lambda message: None), line.peer.reply
    asked = [in_thread(lambda: worker.ask(poll(1))), in_thread(lambda: worker.ask(poll(2)))]
    line.write_began.wait(SOON_S)
    line.peer.reply = lambda message: answer(message) if isinstance(message, Abort) else None
    worker.abort(1)
    assert [type(one()) for one in asked] == [AbortReply, AbortReply]
    line.peer.reply = answer
    worker.ask(poll(3))
    sent = line.messages()
    first_abort = sent.index(Abort(1))
    assert not {poll(1), poll(2)} & set(sent[first_abort:])


def test_nothing_but_the_abort_is_written_after_it_was_wanted(
    worker: Worker, line: MemoryLine
) -> None:
    line.writes_may_end.clear()
    asked = in_thread(lambda: worker.ask(poll(1)))
    assert line.write_began.wait(SOON_S)
    worker.abort(1)
    line.writes_may_end.set()
    assert isinstance(asked(), AbortReply)
    before = line.written[0]
    assert len(before) <= 64
    assert line.messages() == [poll(1), Abort(1), Abort(1), Abort(1)]
    assert line.dropped == 1


def test_an_abort_just_before_a_write_is_written_instead(worker: Worker, line: MemoryLine) -> None:
    line.before_write = lambda: worker.abort(1)
    assert isinstance(worker.ask(poll(1)), AbortReply)
    assert line.messages() == [Abort(1)] * 3


def test_a_line_that_does_not_drain_gets_no_repeats_but_it_gets_the_abort(
    worker: Worker, line: MemoryLine, clock: Clock
) -> None:
    line.full = True
    asked = in_thread(lambda: worker.ask(poll(1)))
    assert line.was_asked_to_drain.wait(SOON_S)
    clock.us += 2_000_000
    assert isinstance(asked(), LinkTimeout)
    assert line.written == []
    worker.abort(1)
    assert isinstance(worker.ask(None), AbortReply)
    assert line.messages() == [Abort(1)] * 3


def test_an_abort_that_is_not_confirmed_is_told_once(
    worker: Worker, line: MemoryLine, clock: Clock
) -> None:
    line.peer.silent = True
    worker.abort(1)
    asked = in_thread(lambda: worker.ask(poll(1)))
    assert line.write_began.wait(SOON_S)
    clock.us += 10_000_000
    told = asked()
    assert isinstance(told, LinkTimeout)
    assert "cut its supply" in str(told)
    # Nobody has said that the pistol stands still: whoever asks later must hear of it.
    assert worker.abort_wanted()


def test_every_abort_wanted_is_an_abort_sent(worker: Worker, line: MemoryLine) -> None:
    for count in (1, 2, 3):
        worker.abort(count)
        assert isinstance(worker.ask(None), AbortReply)
        assert Abort(count) in line.messages()


def test_a_line_that_is_gone_is_told_to_all_who_wait_and_all_who_come(
    worker: Worker, line: MemoryLine
) -> None:
    line.peer.silent = True
    asked = [in_thread(lambda: worker.ask(poll(1))) for _ in range(3)]
    line.write_began.wait(SOON_S)
    line.cut = True
    assert {str(one()) for one in asked} == {"memory: the port is gone"}
    with pytest.raises(LinkError, match="port is gone"):
        worker.ask(poll(2))
    worker.abort(1)
    assert line.closed


def test_a_closed_port_says_so(worker: Worker) -> None:
    worker.close()
    worker.close()
    with pytest.raises(LinkError, match="closed"):
        worker.ask(poll(1))


def test_closing_waits_until_an_abort_is_confirmed(worker: Worker, line: MemoryLine) -> None:
    line.peer.stopped = 0
    worker.abort(1)
    closing = threading.Thread(target=worker.close)
    closing.start()
    line.write_began.wait(SOON_S)
    assert not line.closed
    line.peer.stopped = 1
    line.peer.deframer = Deframer()
    answered = line.peer.receive(line.written[0])
    line.deliver(answered[0])
    closing.join(SOON_S)
    assert line.closed


def test_waiting_ends_at_its_time_or_with_an_abort(line: MemoryLine) -> None:
    import time

    began_ns = time.monotonic_ns()
    worker = Worker(line, Link(), lambda: (time.monotonic_ns() - began_ns) // 1000)
    worker.wait_until(20_000)
    assert (time.monotonic_ns() - began_ns) // 1000 >= 20_000
    threading.Thread(target=worker.abort, args=(1,)).start()
    worker.wait_until(3_600_000_000)
    assert worker.abort_wanted()
    worker.close()


@pytest.fixture
def pistol(worker: Worker) -> Pistol:
    return Pistol(worker, Link(), 0)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_signal_handler_may_abort_while_its_thread_waits_for_an_answer(
    pistol: Pistol, line: MemoryLine
) -> None:
    before = signal.signal(signal.SIGUSR1, lambda number, frame: pistol.abort())
    answer = line.peer.reply
    line.peer.reply = lambda message: answer(message) if isinstance(message, Abort) else None

    def interrupt() -> None:
        line.write_began.wait(SOON_S)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        assert isinstance(pistol.ask(poll(1)), AbortReply)
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_during_an_ask_aborts_the_pistol_first(pistol: Pistol, line: MemoryLine) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    answer = line.peer.reply
    line.peer.reply = lambda message: answer(message) if isinstance(message, Abort) else None

    def interrupt() -> None:
        line.write_began.wait(SOON_S)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            pistol.ask(poll(1))
    finally:
        thread.join()
        signal.signal(signal.SIGINT, before)
    pistol.close()
    assert Abort(1) in line.messages()
