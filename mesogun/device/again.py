"""Finds a pistol again whose port went away, also where the system gives the port another name.

The pistol's own number decides, never the name of a port. Only ports of the same kind of device are
tried, so that nothing is sent to a stranger; one that another program holds cannot be opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from firmware_protocol.errors import RemoteProtocolError
from mesogun.device.discovery import Found, find
from mesogun.device.pistol import Pistol
from mesogun.errors import LinkError

FIRST_WAIT_S, WAIT_S_MAX = 0.1, 2.0
"""Between two rounds: at first, and at most; it doubles each time."""


def waits_s() -> Iterator[float]:
    """Yield how long to wait between rounds, without end."""
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s
        wait_s = min(2 * wait_s, WAIT_S_MAX)


class Search:
    """Opens one pistol's port again. Made while the pistol is there, to know what kind it is."""

    def __init__(
        self,
        url: str,
        open_at: Callable[[str], Pistol],
        *,
        ports: Callable[[], list[Found]] = find,
    ) -> None:
        """`open_at` opens the port of that name; `ports` lists those of this machine now."""
        self._url = url
        self._open_at = open_at
        self._ports = ports
        self._kind = next((one for one in ports() if one.device == url), None)
        self._stops: SimpleQueue[None] = SimpleQueue()
        self.was_stopped = False

    def abort(self) -> None:
        """Look no further: a person wants the pistol stopped. Safe from a signal handler."""
        self.was_stopped = True
        self._stops.put(None)

    def again(self, uid: str | None, within_s: float) -> Pistol | None:
        """Return the pistol with that number (16 hex digits), open, as soon as it is there.

        Without `uid` the first port of the same name is taken: no pistol was met yet. None: time is
        up, or a person wanted no more.
        """
        until_s = time.monotonic() + within_s
        for wait_s in waits_s():
            for name in self._names(anywhere=uid is not None):
                pistol = self._tried(name, uid)
                if pistol is not None:
                    return pistol
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                return None
            with suppress(Empty):
                self._stops.get(timeout=min(wait_s, left_s))
            if self.was_stopped:
                return None
        raise AssertionError("the waits have no end")

    def _names(self, *, anywhere: bool) -> Iterator[str]:
        yield self._url
        kind = self._kind
        if not anywhere or kind is None or not kind.usb:
            return
        for one in self._ports():
            alike = (one.usb, one.serial_number) == (kind.usb, kind.serial_number)
            if alike and one.accessible and one.device != self._url:
                yield one.device

    def _tried(self, name: str, uid: str | None) -> Pistol | None:
        try:
            pistol = self._open_at(name)
        except LinkError:
            return None
        try:
            if uid is None or f"{pistol.hello().uid:016x}" == uid:
                return pistol
        except (LinkError, RemoteProtocolError):
            pass  # not there yet, or no pistol
        pistol.close()
        return None
