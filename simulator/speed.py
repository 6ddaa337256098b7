"""The speed of the line, as the pistol keeps it: up in two steps, back whenever nobody is heard.

The answer to a change goes out at the old speed. At any speed but the first, a while without a
frame that is answered leads back: so a host that begins anew is always heard in the end.
"""

from __future__ import annotations

from firmware_protocol.messages import (
    ErrorCode,
    ErrorReply,
    PistolState,
    SetBaud,
    SetBaudReply,
)
from simulator.replies import error

BAUD = 115_200
SPEEDS = (BAUD, 230_400, 460_800, 921_600)
SILENCE_US = 1_500_000
"""Above the longest lease, so that no armed pistol changes its speed; below a host's patience."""


class Speed:
    """What the line runs at now, and when that ends by itself."""

    __slots__ = ("_next", "baud", "falls_us")

    def __init__(self) -> None:
        """Begin at the first speed, as every start does."""
        self.baud = BAUD
        self.falls_us: int | None = None
        self._next: SetBaud | None = None

    def answer(
        self, state: PistolState, stopped: bool, asked: SetBaud
    ) -> SetBaudReply | ErrorReply:
        """Take a change if it may be; it comes into force with `turn`."""
        if state is not PistolState.SAFE or not stopped:
            return error(ErrorCode.WRONG_STATE, state)
        if asked.baud not in SPEEDS:
            return error(ErrorCode.OUT_OF_RANGE, self.baud)
        self._next = asked
        return SetBaudReply(asked.baud, asked.fallback_ms)

    def heard(self, at_us: int) -> None:
        """Stay for another while: a frame was answered that came at this speed."""
        if self.baud != BAUD:
            self.falls_us = at_us + SILENCE_US

    def turn(self, at_us: int) -> None:
        """Go on at the speed that was asked for, now that the answer has left."""
        asked, self._next = self._next, None
        if asked is not None:
            self.baud = asked.baud
            self.falls_us = None if asked.baud == BAUD else at_us + asked.fallback_ms * 1_000

    def fall(self, at_us: int) -> None:
        """Go back to the first speed if nobody was heard for too long."""
        if self.falls_us is not None and at_us >= self.falls_us:
            self.baud, self.falls_us = BAUD, None
