"""Writes the schema as deflated JSON: what a pistol tells a host that was built from another one.

Versions of zlib may pack the same text into other bytes. So the packed file is committed, and one
that holds the wanted text stays as it is.
"""

import json
import zlib
from pathlib import Path
from typing import Final

from firmware_protocol.generator.model import Schema

_LEVEL: Final = 9
_PER_LINE: Final = 23
_HEAD: Final = """\
/* The schema as deflated JSON, which Describe reads out piece by piece.
 *
 * Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
 */
#include "mg_core.h"

"""


def description(schema: Schema) -> bytes:
    """Return the schema as JSON: the very texts that the schema's hash is taken over."""
    told = {"protocol": schema.protocol, "minor": schema.minor, "layouts": schema.layouts()}
    return json.dumps(told, separators=(",", ":")).encode()


def kept_or_packed(schema: Schema, path: Path) -> bytes:
    """Return what lies at `path` if it holds this schema's description, else that packed anew."""
    wanted = description(schema)
    packed = path.read_bytes() if path.exists() else b""
    return packed if _inflated(packed) == wanted else zlib.compress(wanted, _LEVEL)


def write_description_c(packed: bytes) -> str:
    """Return the text of `mg_schema.c`: the packed description as a constant of its own."""
    lines = [f"const uint32_t MGP_DESCRIPTION_BYTES = {len(packed)}u;"]
    lines.append(f"const uint8_t MGP_DESCRIPTION[{len(packed)}] = {{")
    for at in range(0, len(packed), _PER_LINE):
        row = ",".join(str(byte) for byte in packed[at : at + _PER_LINE])
        lines.append(f"    {row},")
    lines[-1] = lines[-1].rstrip(",")
    return _HEAD + "\n".join([*lines, "};"]) + "\n"


def _inflated(packed: bytes) -> bytes | None:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed)
    except zlib.error:
        return None
    return text if unpacking.eof and not unpacking.unused_data else None
