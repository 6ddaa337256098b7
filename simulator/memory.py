"""The pistol's non-volatile memory: bytes that outlive the power, and can be written by half.

Header and records of the journal (journal.py), then what the clinic has set (settings.py). A power
cut in the middle of a write leaves the bytes that had been reached, and the old ones behind them.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware_protocol.errors import MesogunError

HEADER_BYTES = 64
HEADER_COPIES = 2
SLOT_BYTES = 72
LIMITS_BYTES = 64  # a copy of the clinic's limits has this room
CALIBRATION_BYTES = 1_096  # and one of the calibration
COPIES = 2
SETTINGS_BYTES = COPIES * (LIMITS_BYTES + CALIBRATION_BYTES)
RECORDS_MIN = 32
RECORDS_MAX = 65_536
RECORDS = 1_024
_FIXED_BYTES = HEADER_COPIES * HEADER_BYTES + SETTINGS_BYTES
IMAGE_BYTES_MAX = _FIXED_BYTES + RECORDS_MAX * SLOT_BYTES


class PowerLost(MesogunError):  # noqa: N818  (an event of the world, not a mistake)
    """The power failed in the middle of a write: only its first bytes are in the memory."""


class MemoryDamaged(MesogunError):  # noqa: N818
    """What lies in the memory cannot be trusted, or is not a twin's. Nothing was changed."""


class Memory:
    """Addressable bytes. `on_write(address, data)` lets a shell keep every write at once."""

    __slots__ = ("_bytes", "_left", "on_write")

    def __init__(self, records: int = RECORDS) -> None:
        """Begin blank, with room for `records` records of the journal."""
        if not RECORDS_MIN <= records <= RECORDS_MAX:
            raise ValueError(f"{records} records: from {RECORDS_MIN} to {RECORDS_MAX} are possible")
        self._bytes = bytearray(_FIXED_BYTES + records * SLOT_BYTES)
        self._left: int | None = None
        self.on_write: Callable[[int, bytes], None] | None = None

    @classmethod
    def from_image(cls, image: bytes) -> Memory:
        """Return a memory that holds `image`.

        Raises:
            MemoryDamaged: no memory has this size.
        """
        records, rest = divmod(len(image) - _FIXED_BYTES, SLOT_BYTES)
        if rest or not RECORDS_MIN <= records <= RECORDS_MAX:
            raise MemoryDamaged(f"{len(image)} bytes: not the size of a pistol's memory")
        memory = cls(records)
        memory._bytes[:] = image
        return memory

    @property
    def records(self) -> int:
        """How many records of the journal fit."""
        return (len(self._bytes) - _FIXED_BYTES) // SLOT_BYTES

    @property
    def settings(self) -> int:
        """Where the clinic's settings begin: behind the last record."""
        return len(self._bytes) - SETTINGS_BYTES

    def image(self) -> bytes:
        """Return all bytes as they are now."""
        return bytes(self._bytes)

    def is_blank(self) -> bool:
        """Return True if nothing was ever written."""
        return not any(self._bytes)

    def read(self, address: int, size: int) -> bytes:
        """Return `size` bytes from `address` on."""
        return bytes(self._bytes[address : address + size])

    def write(self, address: int, data: bytes) -> None:
        """Write `data`, byte after byte.

        Raises:
            PowerLost: the power failed on the way; the bytes before that are written.
        """
        reached = data
        if self._left is not None:
            reached = data[: self._left]
            self._left -= len(reached)
        if reached:
            self._bytes[address : address + len(reached)] = reached
            if self.on_write is not None:
                self.on_write(address, reached)
        if len(reached) < len(data):
            self._left = None
            raise PowerLost(f"power lost after {len(reached)} of {len(data)} bytes")

    def cut_after(self, count: int | None) -> None:
        """Let the power fail in the write that goes beyond `count` more bytes; None: in none."""
        self._left = count
