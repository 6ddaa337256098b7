"""The twin in real time, with its memory and its truth in files: what every server puts on a line.

This is a shell: the clock, the files and fresh randomness are here, so that the core has none.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware_protocol.errors import MesogunError, WrongKeyFile
from firmware_protocol.keys import FILE_BYTES_MAX, NO_KEYS, Keys, keys_of
from simulator.journal import Journal
from simulator.limits import factory_limits
from simulator.mechanics import Delivery
from simulator.memory import IMAGE_BYTES_MAX, Memory, MemoryDamaged
from simulator.operator import Hand
from simulator.pistol import UID_TWIN, Pistol
from simulator.settings import Settings

HAND_MS_MAX = 600_000


class TwinError(MesogunError, OSError):
    """The twin cannot be served: a file or a port does not play along. Nothing was fired."""


def now_us() -> int:
    """Return this machine's monotonic time."""
    return time.monotonic_ns() // 1_000


class MemoryFile:
    """A pistol's memory that outlives the process. One process at a time may have it."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`.

        Raises:
            TwinError: it cannot be opened, is in use, is damaged, or is not a twin's memory.
                The file is as it was.
        """
        self._path = path
        try:
            self._file = path.open("r+b" if path.exists() else "x+b", buffering=0)
        except OSError as cause:
            raise TwinError(f"memory {path}: {cause.strerror}") from cause
        try:
            _lock(self._file.fileno())
            self.memory = self._loaded()
        except BlockingIOError as cause:
            self._file.close()
            raise TwinError(f"memory {path}: another twin uses it; stop that one first") from cause
        except TwinError:
            self._file.close()
            raise
        except (OSError, MemoryDamaged) as cause:
            self._file.close()
            raise TwinError(f"memory {path}: {cause}; nothing was changed") from cause
        self.memory.on_write = self._keep

    def close(self) -> None:
        """Let go of the file; another process may have it."""
        self.memory.on_write = None
        self._file.close()

    def _loaded(self) -> Memory:
        size = os.fstat(self._file.fileno()).st_size
        if size == 0:
            memory = Memory()
            self._keep(0, memory.image())
            return memory
        if size > IMAGE_BYTES_MAX:
            raise MemoryDamaged(f"{size} bytes: a pistol's memory has at most {IMAGE_BYTES_MAX}")
        memory = Memory.from_image(self._file.read(size))
        if not memory.is_blank():
            copy = Memory.from_image(memory.image())
            journal = Journal(copy, 0)
            if damage := journal.damage or Settings(copy, factory_limits(), None).damage:
                raise MemoryDamaged(f"not a twin's memory, or damaged: {damage}")
            if journal.uid >> 56 != UID_TWIN >> 56:
                raise MemoryDamaged(f"the memory of pistol {journal.uid:#018x}, not of a twin")
        return memory

    def _keep(self, address: int, data: bytes) -> None:
        try:
            self._file.seek(address)
            kept = self._file.write(data)
        except OSError as cause:
            raise TwinError(f"memory {self._path}: {cause.strerror}") from cause
        if kept != len(data):
            raise TwinError(f"memory {self._path}: the disk is full")


def read_keys(path: Path) -> Keys:
    """Return the keys in the file at `path`.

    Raises:
        TwinError: it cannot be read, others than its owner may open it, or it holds no keys.
    """
    try:
        # not to wait for a writer where the path is a pipe
        opened = os.open(path, os.O_RDONLY | (0 if sys.platform == "win32" else os.O_NONBLOCK))
        with os.fdopen(opened, "rb") as file:
            mode = None if sys.platform == "win32" else os.fstat(file.fileno()).st_mode
            return keys_of(file.read(FILE_BYTES_MAX + 1) or b"", mode, str(path))
    except WrongKeyFile as cause:
        raise TwinError(str(cause)) from None
    except OSError as cause:
        raise TwinError(f"keys {path}: {cause.strerror}") from cause


def _lock(descriptor: int) -> None:
    """Keep other twins off, where the system has a way for that.

    Raises:
        BlockingIOError: another twin has it.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Twin:
    """One pistol that lives in real time until it is closed.

    Without `memory` it is another pistol every time, whatever the seed: it has forgotten what it
    gave, so it must not be taken for the one that did.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        hand_ms: int | None = None,
        truth: Path | None = None,
        memory: Path | None = None,
        service_button: bool = False,
        keys: Keys = NO_KEYS,
    ) -> None:
        """Power on. Its hand holds trigger and contact; `hand_ms` from one site to the next.

        `service_button`: a person holds that one, too, as long as this twin lives.

        Raises:
            TwinError: `memory` or `truth` cannot be used, or `keys` has none for this pistol.
            ValueError: `hand_ms` is out of range.
        """
        if hand_ms is not None and not 0 <= hand_ms <= HAND_MS_MAX:
            raise ValueError(f"hand_ms is {hand_ms}: from 0 to {HAND_MS_MAX} is possible")
        seed = int.from_bytes(os.urandom(4), "little") if seed is None else seed
        self._file = None if memory is None else MemoryFile(memory)
        self._truth: FileIO | None = None
        try:
            if truth is not None:
                self._truth = truth.open("ab", buffering=0)
        except OSError as cause:
            self.close()
            raise TwinError(f"truth {truth}: {cause.strerror}") from cause
        held = Memory() if self._file is None else self._file.memory
        uid = UID_TWIN | int.from_bytes(os.urandom(7), "little")
        if not held.is_blank():
            uid = Journal(Memory.from_image(held.image()), uid).uid
        key = keys.of(uid)
        if keys and key is None:
            self.close()
            raise TwinError(f"keys: none is for this twin, pistol {uid:016x}, nor for any")
        self.pistol = Pistol(
            held,
            seed=seed,
            hand=_hand(seed, hand_ms, service_button),
            at_us=now_us(),
            on_delivery=self._tell,
            uid=uid,
            key=key,
        )

    @property
    def baud(self) -> int:
        """Return the speed that the pistol's line has now."""
        return self.pistol.baud

    def receive(self, data: bytes) -> bytes:
        """Return what the pistol answers to `data` now."""
        return self.pistol.receive(data, now_us())

    def advance(self) -> None:
        """Play up to now."""
        self.pistol.advance(now_us())

    def seconds_to_next(self) -> float | None:
        """Return how long nothing will happen by itself, None: until a request comes."""
        due_us = self.pistol.next_event_us()
        return None if due_us is None else max(0, due_us - now_us()) / 1_000_000

    def close(self) -> None:
        """Let go of the files. What the memory holds stays in its file."""
        if self._truth is not None:
            self._truth.close()
        if self._file is not None:
            self._file.close()
        self._truth = self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _tell(self, delivery: Delivery) -> None:
        if self._truth is not None:
            try:
                self._truth.write(json.dumps(asdict(delivery)).encode() + b"\n")
            except OSError as cause:
                raise TwinError(f"truth: {cause.strerror}") from cause


def _hand(seed: int, hand_ms: int | None, service_button: bool) -> Hand:
    hand = Hand(seed, refills=True)
    if hand_ms is not None:
        hand = Hand(seed, travel_us=hand_ms * 1_000, settle_us=0, jitter_ppm=0, refills=True)
    hand.holds_service_button = service_button
    return hand
