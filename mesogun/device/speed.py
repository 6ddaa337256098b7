"""The speed of the line, as the host keeps it: up once the pistol has agreed, and down as it does.

Any speed but the first lasts only while both ends hear each other. The pistol goes back by itself
after a silence; the host keeps that away with a ping where nothing else is asked, and where nothing
is answered any more it falls silent itself, until the pistol must be back, and follows it.
"""

from __future__ import annotations

from firmware_protocol.messages import Request, SetBaud, SetBaudReply

BAUD = 115_200
SPEEDS = (BAUD, 230_400, 460_800, 921_600)
FALLBACK_MS = 500
SILENCE_US = 1_500_000
"""After so long without a frame that it answers the pistol is back at the first speed."""
SPREAD_US = 100_000
"""How much earlier or later that may be, seen from here."""
PATIENCE_US = 1_000_000
"""Without an answer for so long, a lease is over as well: then the speed is given up."""
KEEP_US = 400_000
ABORT_ALONE_US = 100_000
ABORT_TURN_US = 60_000
"""An abort that nobody confirms goes out at both speeds, each for so long: some bursts."""


class Speed:
    """What the line must run at. Times are the caller's."""

    def __init__(self) -> None:
        """Begin at the first speed, as every port and every pistol does."""
        self.baud = BAUD
        self._patience_us = PATIENCE_US
        self._wrote_us = 0
        self._alone_us: int | None = None

    def agreed(self, reply: SetBaudReply, at_us: int) -> None:
        """Change: the pistol has answered, and listens at the new speed from now on."""
        self.baud = reply.baud
        self._wrote_us = self._alone_us = at_us
        self._patience_us = reply.fallback_ms * 500  # half of it, in us

    def wrote(self, at_us: int) -> None:
        """Take note that something was sent."""
        self._wrote_us = at_us
        if self._alone_us is None:
            self._alone_us = at_us

    def heard(self, baud: int) -> None:
        """Take note of an answer: the speed that it came at is the pistol's."""
        self.baud = baud
        self._alone_us, self._patience_us = None, PATIENCE_US

    def line_baud(self, at_us: int, *, aborting: bool) -> int:
        """Return what the port must be set to now."""
        if at_us >= self._back_us:
            self.baud = BAUD
        if aborting and self._alone_us is not None:
            turns = (at_us - self._alone_us - ABORT_ALONE_US) // ABORT_TURN_US
            return BAUD if turns > 0 and turns % 2 else self.baud
        return self.baud

    def must_be_silent(self, at_us: int, *, aborting: bool) -> bool:
        """Tell whether the pistol may be at either speed, so that nothing is sent but an abort."""
        return self.baud != BAUD and not aborting and self._silent_us <= at_us < self._back_us

    def is_to_be_kept(self, at_us: int) -> bool:
        """Tell whether something must be asked, or the pistol would think the host away."""
        return self.baud != BAUD and self._wrote_us + KEEP_US <= at_us < self._silent_us

    def next_us(self, at_us: int, *, keeping: bool) -> int | None:
        """Return when one of these changes; None: never. `keeping`: a ping may be sent."""
        if self.baud == BAUD:
            return None
        if at_us >= self._silent_us:
            return self._back_us
        keep_us = max(at_us, self._wrote_us + KEEP_US)
        return min(self._silent_us, keep_us) if keeping else self._silent_us

    @property
    def _silent_us(self) -> int:
        lonely_us = self._wrote_us + SILENCE_US - SPREAD_US
        return (
            lonely_us
            if self._alone_us is None
            else min(lonely_us, self._alone_us + self._patience_us)
        )

    @property
    def _back_us(self) -> int:
        return self._wrote_us + SILENCE_US + SPREAD_US


def once(request: Request) -> tuple[int, int] | None:
    """Return how long a request that must not be repeated is waited for; None: repeat it.

    The answer to a change of speed may be lost, and then the pistol hears nothing at the old one
    until it has fallen back: so it is asked once, and anew under another number.
    """
    if not isinstance(request, SetBaud):
        return None
    wait_us = request.fallback_ms * 1_000 + SPREAD_US
    return 2 * wait_us, wait_us
