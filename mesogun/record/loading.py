"""Reading a whole file that ought to be small, in pieces, and no further than its bound."""

from __future__ import annotations

from pathlib import Path

_PIECE_BYTES = 64 * 1024


def load(path: Path, bytes_max: int) -> bytes:
    """Return what a file holds; of one longer than `bytes_max`, its first bytes and one more.

    It asks for a piece at a time: one read of the bound would take the room for the bound, whatever
    the file's size.

    Raises:
        OSError: it cannot be read.
    """
    pieces: list[bytes] = []
    left = bytes_max + 1
    with path.open("rb") as file:
        while left and (piece := file.read(min(_PIECE_BYTES, left))):
            pieces.append(piece)
            left -= len(piece)
    return b"".join(pieces)
