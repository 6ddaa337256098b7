"""A small picture as a PNG inside a data: address, the same bytes on every machine.

Deflate's stored blocks are used: another zlib packs otherwise, and a report must not change with
the machine it was made on.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

from mesogun.report.colours import Rgb


def data_address(
    pixels: bytes, width: int, palette: Sequence[Rgb], strengths: Sequence[float]
) -> str:
    """Return rows of palette indices as a PNG's data: address; strength 0 is see-through.

    Up to 16 colours take half a byte a pixel, more a whole one.
    """
    height = len(pixels) // width
    lines = [pixels[row * width : (row + 1) * width] for row in range(height)]
    bits = 4 if len(palette) <= 16 else 8
    if bits == 4:
        lines = [_halved(line) for line in lines]
    png = b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(bytes(one) for one in palette)),
            _chunk(b"tRNS", bytes(round(one * 255) for one in strengths)),
            _chunk(b"IDAT", _stored(b"".join(b"\x00" + line for line in lines))),
            _chunk(b"IEND", b""),
        )
    )
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _halved(line: bytes) -> bytes:
    """Put two indices into each byte, the left one first."""
    even = line + b"\x00" if len(line) % 2 else line
    return bytes(left << 4 | right for left, right in zip(even[::2], even[1::2], strict=True))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _stored(data: bytes) -> bytes:
    made = [b"\x78\x01"]
    for at in range(0, len(data), 65_535) or [0]:
        part = data[at : at + 65_535]
        last = at + 65_535 >= len(data)
        made.append(struct.pack("<BHH", last, len(part), len(part) ^ 0xFFFF) + part)
    made.append(struct.pack(">I", zlib.adler32(data)))
    return b"".join(made)
