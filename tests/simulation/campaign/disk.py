"""The host's disk under one journal: what was written, what is durable, and what goes wrong.

A process that dies leaves what it wrote; a host that loses its power leaves what it synced, and any
part of the rest.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from simulator.chance import Stream
from tests.simulation.campaign.draws import DISK_FAILS

_INTENT = re.compile(rb'"entry":"intent","shot":\d+,"shot_id":(\d+)')
_KIND = re.compile(rb'"entry":"(\w+)"')


class Disk:
    """The `write` and `sync` of one journal, by number of the write."""

    def __init__(
        self,
        path: Path,
        seed: int,
        faults: tuple[tuple[int, str], ...],
        die: Callable[[], NoReturn],
        tell: Callable[[str, str], None],
    ) -> None:
        """`die` is what the host's death looks like; `tell` hears (kind, entry that it met)."""
        self.path = path
        self.intents: set[int] = set()
        """Ids whose intent would survive a loss of power."""
        self.failed = False
        self.calm = True
        self._faults = dict(faults)
        self._writes = 0
        self._size = self._durable = 0
        self._unsynced = b""
        self._die, self._tell = die, tell
        self._chance = Stream(seed, "disk")
        self._due = ""

    def write(self, descriptor: int, data: bytes) -> int:
        """Write, unless something goes wrong here."""
        self._due = ""
        if not self.calm:
            self._writes += 1
            self._due = self._faults.get(self._writes, "")
        kind = self._due
        if kind:
            found = _KIND.findall(data)
            self._tell(kind, found[-1].decode() if found else "header")
            self.failed = kind in DISK_FAILS
        if kind == "crash_before_write":
            self._die()
        if kind == "disk_error":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        reached = data
        if kind in ("crash_torn", "disk_full"):
            reached = data[: self._chance.below(len(data))]
        os.write(descriptor, reached)
        self._size += len(reached)
        self._unsynced += reached
        if kind == "crash_torn":
            self._die()
        return len(reached)

    def sync(self, descriptor: int) -> None:
        """Make what was written durable, unless something goes wrong here."""
        kind, self._due = self._due, ""
        if kind == "crash_unsynced":
            self.lose_tail()
            self._die()
        if kind == "sync_error":
            # The system has thrown the pages away: what a reader still sees may be gone later.
            self.lose_tail()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._durable = self._size = os.fstat(descriptor).st_size
        self.intents.update(map(int, _INTENT.findall(self._unsynced)))
        self._unsynced = b""
        if kind == "crash_synced":
            self._die()

    def lose_tail(self) -> None:
        """Lose any part of what was never made durable."""
        size = self.path.stat().st_size
        if size > self._durable:
            kept = self._durable + self._chance.below(size - self._durable + 1)
            os.truncate(self.path, kept)
        self._unsynced = b""

    def reopened(self) -> None:
        """Begin anew with what the file holds now."""
        self.failed = False
        self._size = self.path.stat().st_size
        self._unsynced = b""
