"""Files that a command writes besides a session's folder: whole, or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mesogun.errors import RecordError, WrongFolder

JOURNAL = "journal.mgj"


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        RecordError: not written; what was there before is still there.
    """
    if (path.parent / JOURNAL).exists():
        raise WrongFolder(f"{path}: a session's folder is not written into: name another place")
    if path.exists() and not path.is_file():
        _write_through(path, data)
        return
    path = path.resolve()
    beside = path.parent / f".{path.name}.{os.getpid()}.new"
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as cause:
        with suppress(OSError):
            beside.unlink()
        raise RecordError(f"{path}: cannot write it: {cause.strerror}") from cause


def _write_through(path: Path, data: bytes) -> None:
    """Write to a device or a pipe, which nothing may take the place of."""
    try:
        with path.open("wb") as file:
            file.write(data)
    except OSError as cause:
        raise RecordError(f"{path}: cannot write it: {cause.strerror}") from cause
