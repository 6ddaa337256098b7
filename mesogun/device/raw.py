"""A port without the link's help: bytes out, bytes in, for those who test what a pistol answers.

No request is repeated here, nothing is checked and nothing is aborted by itself.
"""

from __future__ import annotations

import time
from types import TracebackType

from mesogun.device.port import Line, open_line

CHUNK_BYTES_MAX = 64
DRAIN_POLL_S = 0.001
READ_S_MAX = 0.05


class RawPort:
    """A port of this program alone. Not for several threads at once."""

    def __init__(self, line: Line) -> None:
        """Take over an open line; made by `open`."""
        self._line = line
        self._began_ns = time.monotonic_ns()
        self._early = b""

    @classmethod
    def open(cls, url: str, *, keyed: bool = False) -> RawPort:
        """Open a port; nothing is sent. Who is `keyed` will seal what it sends.

        Raises:
            WrongKeys: others may reach this line, and there is no key.
            LinkError: it cannot be opened; the text says what to do.
        """
        return cls(open_line(url, keyed=keyed))

    def now_us(self) -> int:
        """Return the time since the port was opened."""
        return (time.monotonic_ns() - self._began_ns) // 1_000

    def send(self, data: bytes) -> None:
        """Hand bytes to the line in small pieces, as fast as it drains.

        Raises:
            LinkError: the port is gone.
        """
        for start in range(0, len(data), CHUNK_BYTES_MAX):
            while not self._line.drained():
                self._early += self._line.read(DRAIN_POLL_S)
            self._line.write(data[start : start + CHUNK_BYTES_MAX])

    def receive(self, until_us: int) -> bytes:
        """Return what came in, as soon as anything did; empty if nothing had by `until_us`.

        Raises:
            LinkError: the port is gone.
        """
        early, self._early = self._early, b""
        while not early and (left_us := until_us - self.now_us()) > 0:
            early = self._line.read(min(left_us / 1e6, READ_S_MAX))
        return early

    @property
    def has_speed(self) -> bool:
        """Whether `set_baud` changes anything here."""
        return self._line.has_speed

    def set_baud(self, baud: int) -> None:
        """Send and receive at this speed from now on.

        Raises:
            LinkError: the port is gone, or cannot do that.
        """
        self._line.set_baud(baud)

    def close(self) -> None:
        """Give the port back. Closing twice does no harm."""
        self._line.close()

    def __enter__(self) -> RawPort:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
