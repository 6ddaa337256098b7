"""`mesosim://?seed=7&hand_ms=300&truth=FILE&memory=FILE&key=FILE`: a twin as a serial port.

`service_button=1`: somebody holds that button, so that limits may be loosened.

Open it at 115,200 baud, as any pistol; the twin hears only its own speed.

It lives in this process and in real time. pyserial finds this file by its name, and hides an
ImportError in it behind "protocol not known": so the twin itself is imported when it is opened.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from serial import PortNotOpenError, SerialBase, SerialException

if TYPE_CHECKING:
    from simulator.twin import Twin

PARAMETERS = ("seed", "hand_ms", "truth", "memory", "service_button", "key")


class Serial(SerialBase):  # type: ignore[misc]
    """The serial port whose other end is a twin. Reading and writing may be in two threads."""

    is_open: bool
    _baudrate: int

    def open(self) -> None:
        """Power the twin on.

        Raises:
            ValueError: the URL has an unknown parameter or value; the text lists what there is.
            SerialException: a file cannot be used, or this is open already.
        """
        if self.is_open:
            raise SerialException("this port is open already")
        options = _options_of(self.portstr)
        try:
            from firmware_protocol.keys import NO_KEYS
            from simulator.twin import Twin, TwinError, read_keys
        except ImportError as cause:
            raise SerialException(f"mesosim:// cannot load the twin: {cause}") from cause
        try:
            self._twin: Twin = Twin(
                seed=None if "seed" not in options else int(options["seed"]),
                hand_ms=None if "hand_ms" not in options else int(options["hand_ms"]),
                truth=None if "truth" not in options else Path(options["truth"]),
                memory=None if "memory" not in options else Path(options["memory"]),
                service_button=options.get("service_button", "0") == "1",
                keys=read_keys(Path(options["key"])) if "key" in options else NO_KEYS,
            )
        except TwinError as cause:
            raise SerialException(str(cause)) from cause
        self._received = bytearray()
        self._is_cancelled = False
        self._dtr_was_up = True
        self._changed = threading.Condition()
        self.is_open = True

    def close(self) -> None:
        """Take the twin away; what its memory file holds stays."""
        if self.is_open:
            with self._changed:
                self.is_open = False
                self._twin.close()
                self._changed.notify_all()

    def from_url(self, url: str) -> dict[str, str]:
        """Return the parameters of `url`.

        Raises:
            ValueError: an unknown parameter or value; the text lists what there is.
        """
        return _options_of(url)

    @property
    def in_waiting(self) -> int:
        """Return how many bytes can be read at once."""
        with self._open_port():
            self._twin.advance()
            return len(self._received)

    def read(self, size: int = 1) -> bytes:
        """Return up to `size` bytes: all of them, or those that came within the timeout."""
        ends_at = None if self._timeout is None else time.monotonic() + self._timeout
        with self._open_port():
            while len(self._received) < size and self.is_open and not self._is_cancelled:
                self._twin.advance()  # this thread plays the pistol's time while it waits
                left = None if ends_at is None else ends_at - time.monotonic()
                if left is not None and left <= 0:
                    break
                waits = [one for one in (left, self._twin.seconds_to_next()) if one is not None]
                self._changed.wait(min(waits, default=None))
            self._is_cancelled = False
            data = bytes(self._received[:size])
            del self._received[:size]
            return data

    def write(self, data: bytes) -> int:
        """Send `data`; the answer can be read when this returns."""
        from simulator.wire import misheard

        sent = bytes(data)
        with self._open_port():
            self._twin.advance()
            own, far = self._baudrate, self._twin.baud
            self._received += misheard(self._twin.receive(misheard(sent, own, far)), far, own)
            self._changed.notify_all()
        return len(sent)

    def cancel_read(self) -> None:
        """Let the read that waits, or the next one, return with what it has."""
        with self._open_port():
            self._is_cancelled = True
            self._changed.notify_all()

    def cancel_write(self) -> None:
        """Return at once: no write ever waits."""

    def flush(self) -> None:
        """Return at once: nothing is ever left unsent."""

    def reset_input_buffer(self) -> None:
        """Throw away what was received and not read."""
        with self._open_port():
            self._received.clear()

    def reset_output_buffer(self) -> None:
        """Return at once: nothing is ever left unsent."""

    @property
    def out_waiting(self) -> int:
        """Return 0: nothing is ever left unsent."""
        return 0

    @property
    def cts(self) -> bool:
        """Return True: the twin always listens."""
        return True

    @property
    def dsr(self) -> bool:
        """Return True: the twin is always there."""
        return True

    @property
    def ri(self) -> bool:
        """Return False: a pistol does not ring."""
        return False

    @property
    def cd(self) -> bool:
        """Return True: the twin is always there."""
        return True

    def _open_port(self) -> threading.Condition:
        if not self.is_open:
            raise PortNotOpenError
        return self._changed

    def _reconfigure_port(self) -> None:
        """Take any baud rate. Bytes need no time here, but at another speed they are noise."""

    def _update_rts_state(self) -> None:
        """Ignore RTS."""

    def _update_break_state(self) -> None:
        if self._break_state:
            self._disturb(self._twin.pistol.line_break)

    def _update_dtr_state(self) -> None:
        falls = self._dtr_was_up and not self._dtr_state
        self._dtr_was_up = self._dtr_state
        if falls:
            self._disturb(self._twin.pistol.drop_dtr)

    def _disturb(self, how: Callable[[int], None]) -> None:
        from simulator.twin import now_us

        with self._open_port():
            how(now_us())


def _options_of(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    known = "mesosim://?seed=N&hand_ms=MS&truth=FILE&memory=FILE&service_button=1&key=FILE"
    if parts.scheme != "mesosim" or parts.netloc or parts.path.strip("/") or parts.fragment:
        raise ValueError(f"{url!r} is not of the form {known}")
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in PARAMETERS:
            raise ValueError(f"{url!r}: there is no parameter {name!r}; the form is {known}")
        if name in options or not value:
            raise ValueError(f"{url!r}: {name} must be given once, with a value")
        if name == "service_button" and value not in ("0", "1"):
            raise ValueError(f"{url!r}: service_button is {value!r}, not 0 or 1")
        if name in ("seed", "hand_ms") and not (value.isascii() and value.isdigit()):
            raise ValueError(f"{url!r}: {name} is {value!r}, not a whole number")
        options[name] = value
    return options
