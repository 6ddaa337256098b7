"""What the suite needs of a pistol: a line and a clock; and what some kinds offer beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from firmware_protocol.errors import MesogunError
from firmware_protocol.messages import FaultCode


class Failed(MesogunError):  # noqa: N818  (a finding about the pistol, not a mistake of ours)
    """The pistol did other than what is required. The text is what was seen."""


class NotTestable(MesogunError):  # noqa: N818
    """This kind of pistol gives no way to see it. The text says what is missing."""


class Line(Protocol):
    """Bytes to and from a pistol, in real time or in virtual time."""

    def send(self, data: bytes) -> None:
        """Hand bytes to the line.

        Raises:
            LinkError: the port is gone.
        """
        ...

    def receive(self, until_us: int) -> bytes:
        """Return what came in, as soon as anything did; empty if nothing had by `until_us`.

        Raises:
            LinkError: the port is gone.
        """
        ...

    def now_us(self) -> int:
        """Return the time; it never runs backwards."""
        ...


class Delivered(NamedTuple):
    """What really left the needle, once."""

    shot_id: int
    dose_nl: int
    contact: bool


@dataclass(frozen=True, slots=True)
class Handles:
    """What can be done to a simulated pistol, and not to one of metal without a bench around it.

    None: this kind does not offer it, and what needs it is not testable on it.
    """

    truth: Callable[[], Sequence[Delivered]] | None = None
    """Every physical delivery so far, whatever anybody recorded."""
    cut: Callable[[], None] | None = None
    """Take the power away, at this moment."""
    restore: Callable[[], None] | None = None
    tear: Callable[[int | None], None] | None = None
    """Let the power fail in the write that goes so many bytes on; None: in none."""
    button: Callable[[], None] | None = None
    line_break: Callable[[], None] | None = None
    dtr: Callable[[], None] | None = None
    service_button: Callable[[bool], None] | None = None
    """Hold that button, or let go of it."""
    baud: Callable[[int], None] | None = None
    """Let this end of the line run at a speed; every case begins and ends at 115,200."""
    keep_pulling: Callable[[bool], None] | None = None
    """Keep its trigger pulled, or let go of it: a fresh pull is one that begins after that."""
    put_syringe: Callable[[int], None] | None = None
    """Put a syringe in that holds so many nl."""
    break_part: Callable[[FaultCode], None] | None = None
    """Let its self tests find that part broken; NONE: all is sound."""
    jumps: bool = False
    """Waiting costs nothing: minutes may pass."""


NO_HANDLES = Handles()
