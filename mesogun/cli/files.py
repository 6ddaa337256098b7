"""Files that a command writes besides a session's folder: whole, or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mesogun.errors import RecordError


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        RecordError: not written; what was there before is still there.
    """
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
