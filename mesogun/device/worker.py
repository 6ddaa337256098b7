"""The one thread that owns a line: it alone writes, reads and closes.

Other threads hand it requests and wait for the answers. An abort takes another way: a number that
rises, without a lock, which this thread looks at before every write.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from firmware_protocol.errors import MesogunError, ProtocolError
from firmware_protocol.messages import AbortReply, Ping, Reply, Request, SetBaud, SetBaudReply
from mesogun.device.link import Link
from mesogun.device.port import Line
from mesogun.device.speed import BAUD, Speed
from mesogun.device.unread import Unread
from mesogun.errors import LinkError

CHUNK_BYTES_MAX = 64
DRAIN_POLL_S = 0.001
# A signal that comes just before a wait begins is handled only when the wait ends: so none is long.
WAIT_S_MAX = 0.05
CLOSE_S_MAX = 12.0

Told = Reply | MesogunError


@dataclass(frozen=True, slots=True)
class _Ask:
    request: Request | None
    """None: nothing to send, only the answer to an abort is wanted."""
    box: SimpleQueue[Told]


class Worker:
    """A link on a line, in a thread of its own, for callers in other threads."""

    def __init__(self, line: Line, link: Link, now_us: Callable[[], int]) -> None:
        self._line = line
        self._link = link
        self._now_us = now_us
        self._unread = Unread()
        self._speed = Speed()
        self._line_baud = BAUD
        self._keeps = True
        self._inbox: SimpleQueue[_Ask] = SimpleQueue()
        self._alerts: SimpleQueue[None] = SimpleQueue()
        self._waiting: deque[_Ask] = deque()
        self._under_way: _Ask | None = None
        self._stopped: Told | None = None
        # Aborts by number: wanted by anybody, taken on by the link, told to an asker.
        self._wanted = self._taken = self._told = 0
        self._reason = 0
        self._closing = False
        self._error: MesogunError = LinkError(f"{line.name}: the port is closed")
        self._thread = threading.Thread(target=self._run, name=f"port {line.name}", daemon=True)
        self._thread.start()

    @property
    def has_speed(self) -> bool:
        """Whether the line has a speed that can be changed."""
        return self._line.has_speed

    @property
    def baud(self) -> int:
        """The speed that both ends agree on, as far as is known here."""
        return self._speed.baud

    def ask(self, request: Request | None) -> Reply:
        """Send a request, or only wait for an abort's answer; see `PistolPort.ask`."""
        box: SimpleQueue[Told] = SimpleQueue()
        self._inbox.put(_Ask(request, box))
        self._line.wake()
        told: Told = self._error
        while self._thread.is_alive():
            with suppress(Empty):
                told = box.get(timeout=WAIT_S_MAX)
                break
        if isinstance(told, MesogunError):
            raise told
        return told

    def abort(self, reason: int) -> None:
        """Stop the pistol ahead of everything else; returns at once and takes no lock."""
        self._reason = reason
        self._wanted += 1
        self._line.wake()
        self._alerts.put(None)

    def abort_wanted(self) -> bool:
        """Whether an abort was wanted that no `ask` has told of yet."""
        return self._wanted > self._told

    def can_go_on(self) -> bool:
        """Whether more can be asked: the line is there, and does not hold what nobody has read."""
        held = not self._line.tells_drained and self._unread.count
        return self._thread.is_alive() and not self._closing and not held

    def wait_until(self, at_us: int) -> None:
        """Return when it is `at_us`, or as soon as an abort is wanted."""
        while not self.abort_wanted():
            left_us = at_us - self._now_us()
            if left_us <= 0:
                return
            with suppress(Empty):
                self._alerts.get(timeout=min(left_us / 1e6, WAIT_S_MAX))

    def close(self) -> None:
        """Let an abort under way end, then close the line, and return when that is done."""
        self._closing = True
        self._line.wake()
        self._thread.join(CLOSE_S_MAX)

    def _run(self) -> None:
        try:
            while not self._closing or self._link.aborting or self._wanted > self._taken:
                self._turn()
        except LinkError as gone:
            self._error = gone
        finally:
            self._closing = True
            self._line.close()
            self._tell_all(self._error)

    def _turn(self) -> None:
        """Do what is due, then wait for bytes, for a caller or for the next thing due."""
        self._take_orders()
        self._set_line()
        if not self._must_be_silent():
            self._send(self._link.outgoing(self._now_us()))
            self._tell_answer()
        due_us = self._due_us()
        if due_us is None and (self._waiting or self._wanted > self._taken):
            return
        wait_s = None if due_us is None else max(0, due_us - self._now_us()) / 1e6
        if self._listen(wait_s):
            self._tell_answer()

    def _due_us(self) -> int | None:
        """Return when something is to be done although nobody calls and nothing comes."""
        now_us = self._now_us()
        own_us, link_us = (
            self._speed.next_us(now_us, keeping=self._may_keep()),
            self._link.next_due_us(),
        )
        if own_us is None or link_us is None:
            return own_us if link_us is None else link_us
        return own_us if self._must_be_silent() else min(own_us, link_us)

    def _must_be_silent(self) -> bool:
        return self._speed.must_be_silent(self._now_us(), aborting=self._link.aborting)

    def _set_line(self) -> None:
        baud = self._speed.line_baud(self._now_us(), aborting=self._link.aborting)
        if baud != self._line_baud:
            self._line.set_baud(baud)
            self._line_baud = baud

    def _may_keep(self) -> bool:
        return self._keeps and not self._link.busy and self._told == self._taken

    def _keep_speed(self) -> None:
        """Ask something for the speed's sake alone; nobody waits for the answer."""
        try:
            self._link.ask(Ping(0), self._now_us())
        except ProtocolError:
            self._keeps = False  # this session can ask nothing more: let the speed fall

    def _listen(self, wait_s: float | None) -> bool:
        data = self._line.read(wait_s)
        if data:
            self._link.receive(data, self._now_us())
            numbers = self._link.numbers_heard()
            self._unread.answered(numbers)
            if numbers:
                self._speed.heard(self._line_baud)
        return bool(data)

    def _take_orders(self) -> None:
        while True:
            try:
                self._waiting.append(self._inbox.get_nowait())
            except Empty:
                break
        if self._wanted > self._taken:
            self._taken = self._wanted
            self._stopped = None
            self._line.drop_unsent()
            self._link.abort(self._reason, self._now_us())
        elif self._stopped is not None:
            self._tell_stopped()
        elif not self._link.busy and self._waiting and not self._must_be_silent():
            self._begin(self._waiting.popleft())
        elif self._may_keep() and self._speed.is_to_be_kept(self._now_us()):
            self._keep_speed()

    def _begin(self, ask: _Ask) -> None:
        if ask.request is None:
            ask.box.put(LinkError("no abort is under way"))
            return
        try:
            self._link.ask(ask.request, self._now_us())
            self._under_way = ask
        except ProtocolError as error:
            ask.box.put(error)

    def _send(self, data: bytes) -> None:
        """Write in small pieces, so that never much stands between an abort and the line."""
        for start in range(0, len(data), CHUNK_BYTES_MAX):
            piece = data[start : start + CHUNK_BYTES_MAX]
            if not self._link.aborting and not self._room(start, len(data)):
                return
            self._line.write(piece)
            self._speed.wrote(self._now_us())
            if not self._line.tells_drained:
                self._unread.wrote(self._link.number, len(piece), goes_on=start > 0)

    def _room(self, sent: int, count: int) -> bool:
        """Wait until an abort could follow at once on what is written of `count` bytes.

        False: not now, the frame is left to the next repeat.
        """
        while not self._has_room(sent, count):
            due_us = self._link.next_due_us()
            if self._wanted > self._taken or due_us is None or self._now_us() >= due_us:
                return False
            self._listen(DRAIN_POLL_S)
        return self._wanted == self._taken

    def _has_room(self, sent: int, count: int) -> bool:
        if self._line.tells_drained:
            return self._line.drained()
        # Nothing tells how far bytes have come but their answers: so frames are judged whole.
        before = self._unread.count - sent
        return not before or before + count <= CHUNK_BYTES_MAX

    def _tell_answer(self) -> None:
        try:
            told: Told | None = self._link.answer()
        except ProtocolError as error:
            told = error
        if told is None:
            return
        if self._taken > self._told:
            self._stopped = told
            self._tell_stopped()
        elif self._under_way is not None:
            if isinstance(told, SetBaudReply):
                self._agree(self._under_way.request, told)
            self._under_way.box.put(told)
            self._under_way = None

    def _agree(self, asked: Request | None, told: SetBaudReply) -> None:
        agreed = isinstance(asked, SetBaud) and tuple(asked) == tuple(told)
        if agreed and self._line.has_speed:
            self._speed.agreed(told, self._now_us())
            self._keeps = True
            self._set_line()

    def _tell_stopped(self) -> None:
        told, wanting = self._stopped, self._everyone()
        if told is not None and wanting:
            self._stopped = None
            if isinstance(told, AbortReply):
                # Only that: an abort that was not confirmed is still wanted.
                self._told = self._taken
            for ask in wanting:
                ask.box.put(told)

    def _tell_all(self, error: MesogunError) -> None:
        for ask in self._everyone():
            ask.box.put(error)
        while True:
            try:
                self._inbox.get_nowait().box.put(error)
            except Empty:
                return

    def _everyone(self) -> list[_Ask]:
        everyone = [*([self._under_way] if self._under_way else []), *self._waiting]
        self._under_way = None
        self._waiting.clear()
        return everyone
