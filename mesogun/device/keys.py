"""The file with the keys of a clinic's pistols, as this host opens it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from firmware_protocol.errors import WrongKeyFile
from firmware_protocol.keys import FILE_BYTES_MAX, Keys, keys_of
from mesogun.errors import WrongKeys


def read_keys(path: Path) -> Keys:
    """Return the keys in the file at `path`.

    Raises:
        WrongKeys: it cannot be read, others than its owner may open it, or it holds no keys. The
            text says what to do, and nothing of a key.
    """
    try:
        # not to wait for a writer where the path is a pipe
        opened = os.open(path, os.O_RDONLY | (0 if sys.platform == "win32" else os.O_NONBLOCK))
        with os.fdopen(opened, "rb") as file:
            mode = None if sys.platform == "win32" else os.fstat(file.fileno()).st_mode
            return keys_of(file.read(FILE_BYTES_MAX + 1) or b"", mode, str(path))
    except WrongKeyFile as cause:
        raise WrongKeys(str(cause)) from None
    except OSError as cause:
        raise WrongKeys(f"keys {path}: {cause.strerror}") from cause
