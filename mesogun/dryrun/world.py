"""Twin, line and operator on one virtual clock: a small event engine, no sleeps, no threads.

The world outlives the host: a host that is restarted finds the same twin, and frames of the host
before may still be on their way.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Protocol

from simulator.chance import Stream
from simulator.faults import Faults
from simulator.mechanics import Motion
from simulator.wire import Wire

POWER_OFF_US = 2_000_000
ABORT_SOON_US = 50_000
PARTS = 50
_TO_PISTOL, _TO_HOST, _ABORT, _POWER_CUT, _POWER_ON, _DO = range(6)


class Host(Protocol):
    """Who is at the near end of the line."""

    def hear(self, data: bytes, at_us: int) -> None:
        """Take in bytes from the line."""
        ...

    def abort(self) -> None:
        """Stop the pistol, because the operator wants it."""
        ...


class Twin(Protocol):
    """Who is at the far end of the line: a twin, or a bench with several on one cable."""

    @property
    def motion(self) -> Motion | None:
        """Return the shot that moves, None if nothing moves."""
        ...

    def next_event_us(self) -> int | None:
        """Return when something happens by itself, None: nothing before a request comes."""
        ...

    def advance(self, at_us: int) -> None:
        """Play up to `at_us`."""
        ...

    def receive(self, data: bytes, at_us: int) -> bytes:
        """Play up to `at_us`, then take `data` from the line; return what goes back."""
        ...

    def power_cut(self, at_us: int) -> None:
        """Take the power away."""
        ...

    def power_on(self, at_us: int) -> None:
        """Give the power back."""
        ...


class Line(Protocol):
    """One direction of the line, with its weather."""

    def send(self, data: bytes, at_us: int) -> list[tuple[int, bytes]]:
        """Return what arrives of `data` sent at `at_us`, and when."""
        ...


class World:
    """One pistol, one line, one operator, and the time that they share."""

    def __init__(
        self,
        twin: Twin,
        *,
        seed: int,
        faults: Faults,
        pace: Callable[[int], None] | None = None,
        lines: tuple[Line, Line] | None = None,
    ) -> None:
        """`pace` is called with every new time, and may wait: that plays at true speed.

        `lines` are the ways to the pistol and back; without them `seed` and `faults` make both.
        """
        self.now_us = 0
        self.twin = twin
        self.host: Host | None = None
        self._faults = faults
        self._pace = pace
        self._events: list[tuple[int, int, int, bytes]] = []
        self._doings: dict[int, Callable[[int], None]] = {}
        self._count = 0
        self._out: Line
        self._back: Line
        self._out, self._back = lines or (_wire(2 * seed, faults), _wire(2 * seed + 1, faults))
        self._operator = Stream(seed, "operator/abort")
        self._shots = 0
        # What shall meet the shot under way once it moves; the abort as a part of its motion.
        self._cut_moving = False
        self._abort_moving: int | None = None

    def send(self, data: bytes) -> None:
        """Put bytes of the host on the line."""
        for at_us, chunk in self._out.send(data, self.now_us):
            self._plan(at_us, _TO_PISTOL, chunk)

    def cut_power_at(self, at_us: int) -> None:
        """Take the pistol's power away at that time, and give it back two seconds later."""
        self._plan(at_us, _POWER_CUT)

    def abort_at(self, at_us: int) -> None:
        """Let the operator stop the pistol at that time."""
        self._plan(at_us, _ABORT)

    def at(self, at_us: int, do: Callable[[int], None]) -> None:
        """Let `do` happen at that time, and be told it. What it raises meets who waits then."""
        self._plan(at_us, _DO)
        self._doings[self._count] = do

    def shot_asked(self) -> bool:
        """Take note that one more shot is being asked; True: the host dies once its bytes left."""
        self._shots += 1
        number = self._shots
        self._cut_moving = number in self._faults.power_cut
        self._abort_moving = None
        if number in self._faults.abort:
            part = self._operator.below(2 * PARTS)
            if part < PARTS:  # while the pistol waits for contact and trigger
                self.abort_at(self.now_us + ABORT_SOON_US * part // PARTS)
            else:
                self._abort_moving = part - PARTS
        return number in self._faults.host_restart

    def play(self, until_us: int) -> bool:
        """Go on until something reaches the host, or to `until_us`; True: something reached it."""
        while True:
            if self._cut_moving or self._abort_moving is not None:
                self._look_at_motion(until_us)
            if not self._events or self._events[0][0] > until_us:
                self._go(until_us)
                return False
            at_us, count, kind, data = heappop(self._events)
            self._go(at_us)
            if kind == _TO_PISTOL:
                for arrives_us, chunk in self._back.send(self.twin.receive(data, at_us), at_us):
                    self._plan(arrives_us, _TO_HOST, chunk)
            elif kind == _POWER_CUT:
                self.twin.power_cut(at_us)
                self._plan(at_us + POWER_OFF_US, _POWER_ON)
            elif kind == _POWER_ON:
                self.twin.power_on(at_us)
            elif kind == _DO:
                self._doings.pop(count)(at_us)
                return True
            elif self.host is not None:
                self.host.hear(data, at_us) if kind == _TO_HOST else self.host.abort()
                return True

    def play_all(self, until_us: int) -> None:
        """Let everything happen up to `until_us`."""
        while self.play(until_us):
            pass
        self.twin.advance(until_us)

    def _plan(self, at_us: int, kind: int, data: bytes = b"") -> None:
        self._count += 1
        heappush(self._events, (at_us, self._count, kind, data))

    def _go(self, at_us: int) -> None:
        if at_us > self.now_us:
            self.now_us = at_us
            if self._pace is not None:
                self._pace(at_us)

    def _look_at_motion(self, until_us: int) -> None:
        """Step the twin finely until the shot moves, then plan what shall meet it on its way."""
        limit_us = min(until_us, self._events[0][0]) if self._events else until_us
        while (motion := self.twin.motion) is None:
            due_us = self.twin.next_event_us()
            if due_us is None or due_us > limit_us:
                return
            self.twin.advance(due_us)
        if self._cut_moving:
            self.cut_power_at((motion.dose_from_us + motion.dose_until_us) // 2)
        if self._abort_moving is not None:
            way_us = motion.rest_us - motion.began_us
            self.abort_at(motion.began_us + way_us * self._abort_moving // PARTS)
        self._cut_moving, self._abort_moving = False, None


def _wire(seed: int, faults: Faults) -> Wire:
    return Wire(
        seed,
        drop=faults.drop,
        corrupt=faults.corrupt,
        duplicate=faults.duplicate,
        delay_us=faults.delay_ms * 1000,
    )
