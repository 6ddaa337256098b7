"""What went over the wire, as a file that Wireshark opens: pcap, link type USER0.

Each packet is one byte for the direction (0 to the pistol, 1 from it) and the decoded body.
"""

from __future__ import annotations

import struct
from pathlib import Path
from types import TracebackType
from typing import IO

LINK_TYPE_USER0 = 147
SNAP_BYTES = 65_535
BYTES_MAX = 256 << 20
"""A day of sessions takes less; a pistol that floods the line must not fill the disk."""
_HEADER = struct.Struct("<IHHiIII")
_PACKET = struct.Struct("<IIII")
_MAGIC_MICROSECONDS = 0xA1B2_C3D4


def file_header() -> bytes:
    """Return the bytes that a capture begins with."""
    return _HEADER.pack(_MAGIC_MICROSECONDS, 2, 4, 0, 0, SNAP_BYTES, LINK_TYPE_USER0)


def packet(direction: int, body: bytes, at_us: int) -> bytes:
    """Return the bytes of one packet. `at_us` counts from 1970 or from any other moment."""
    seconds, microseconds = divmod(at_us, 1_000_000)
    size = len(body) + 1
    stamp = _PACKET.pack(seconds & 0xFFFF_FFFF, microseconds, size, size)
    return stamp + bytes((direction,)) + body


def whole_bytes(data: bytes) -> int:
    """Return how many bytes of a capture are whole packets; 0: it is no capture of ours."""
    if not data.startswith(file_header()):
        return 0
    at = _HEADER.size
    while at + _PACKET.size <= len(data):
        after = at + _PACKET.size + _PACKET.unpack_from(data, at)[2]
        if after > len(data):
            break
        at = after
    return at


class Capture:
    """A capture file that is being written; `write` fits a link's `on_body`.

    It is an aid, not the record: when the disk fails, or the file is full, it stops and `failed`
    says why, and the session goes on.
    """

    def __init__(self, path: Path, *, start_us: int = 0, bytes_max: int = BYTES_MAX) -> None:
        """Begin a file, or go on with one. `start_us` is added to every stamp.

        It grows to at most `bytes_max`.
        A packet that a crash cut short is cut off; a file that is no capture is begun anew.
        """
        self.failed = ""
        self._start_us = start_us
        self._room = bytes_max
        self._file: IO[bytes] | None = None
        try:
            # only of a file proper: a device could be read for ever
            kept = whole_bytes(path.read_bytes()) if path.is_file() else 0
            self._file = path.open("r+b" if kept else "wb")
            if kept:
                self._file.truncate(kept)
                self._file.seek(kept)
            else:
                kept = self._file.write(file_header())
            self._room -= kept
        except OSError as cause:
            self._fail(cause)

    def write(self, direction: int, body: bytes, at_us: int) -> None:
        """Add one frame's body. Never raises, also after `close`."""
        if self._file is None:
            return
        data = packet(direction, body, self._start_us + at_us)
        self._room -= len(data)
        if self._room < 0:
            self.close()
            self.failed = self.failed or "the capture is full: what follows is not in it"
            return
        try:
            self._file.write(data)
        except OSError as cause:
            self._fail(cause)

    def close(self) -> None:
        """Close the file. Never raises; closing twice does no harm."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError as cause:
                self.failed = str(cause)

    def __enter__(self) -> Capture:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _fail(self, cause: OSError) -> None:
        self.failed = str(cause)
        self.close()
