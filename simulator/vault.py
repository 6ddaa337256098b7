"""What is set once and must outlive the power: two copies, each whole or none.

A copy is a mark, the content, and a CRC-32C over both. Both are written one after the other, so a
write that is torn at any byte leaves the old content or the new one, and a start mends the copy
that was torn. Where both are damaged nothing is known, and nothing may be assumed.
"""

from __future__ import annotations

from struct import Struct

from firmware_protocol.frame import crc32c
from simulator.memory import Memory, MemoryDamaged

_CRC = Struct("<I")


class Vault:
    """One content of a fixed size, at two places side by side. `content` is None if never set."""

    def __init__(self, memory: Memory, address: int, room: int, mark: bytes, size: int) -> None:
        """Read it; `room` lies between the beginnings of both copies.

        If neither copy is whole, `damage` says so.
        """
        self._memory, self._address, self._room, self._mark = memory, address, room, mark
        self._size = len(mark) + size + _CRC.size
        self.damage = ""
        first, second = self._whole(0), self._whole(1)
        self.content = first if first is not None else second
        self._spoilt = None if first == second else 0 if first is None else 1
        # the first is written before the second: one torn beside a blank was never finished
        if self.content is None and any(self._raw(1)):
            self.damage = f"neither copy of {mark!r} is whole"

    def mend(self) -> None:
        """Write the copy anew that a power cut has spoilt, or that it came before.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: it is mended at the next start.
        """
        if self.content is not None and self._spoilt is not None:
            self._write(self._spoilt, self.content)
            self._spoilt = None

    def keep(self, content: bytes) -> None:
        """Put `content` in the place of what is there, durably.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: the old content is there at the next start, or the new one.
        """
        self._write(0, content)
        self._write(1, content)
        self.content = content

    def _raw(self, copy: int) -> bytes:
        return self._memory.read(self._address + copy * self._room, self._size)

    def _whole(self, copy: int) -> bytes | None:
        data = self._raw(copy)
        body = data[: -_CRC.size]
        if not body.startswith(self._mark) or _CRC.pack(crc32c(body)) != data[-_CRC.size :]:
            return None
        return body[len(self._mark) :]

    def _write(self, copy: int, content: bytes) -> None:
        body = self._mark + content
        data = body + _CRC.pack(crc32c(body))
        self._memory.write(self._address + copy * self._room, data)
        if self._raw(copy) != data:
            self.damage = f"copy {copy} of {self._mark!r} does not read back as written"
            raise MemoryDamaged(self.damage)
