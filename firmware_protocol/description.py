"""What an end of the line says of its own messages, and how that differs from another end's.

The description is the schema as deflated JSON: the protocol's name and major version, the minor,
and the very texts that the schema's hash is taken over. So it proves itself by that hash.
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import crc32c

PACKED_BYTES_MAX: Final = 65_536
TEXT_BYTES_MAX: Final = 1_048_576
_KEYS: Final = {"protocol", "minor", "layouts"}


class Description(NamedTuple):
    """Every message and enumeration of one end, as text without comments."""

    protocol: str
    minor: int
    layouts: tuple[str, ...]

    def schema_hash(self) -> int:
        """Return the hash that an end with these layouts tells in its HelloReply."""
        return crc32c("\n".join([self.protocol, *self.layouts]).encode())


@cache
def packed() -> bytes:
    """Return the description of this program's own messages, as it travels."""
    return files("firmware_protocol").joinpath("schema.json.z").read_bytes()


@cache
def own() -> Description:
    """Return the description of this program's own messages."""
    return read_description(packed())


def read_description(deflated: bytes) -> Description:
    """Return what `deflated` describes.

    Raises:
        RemoteProtocolError: it is no description.
    """
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(deflated, TEXT_BYTES_MAX)
        if not unpacking.eof or unpacking.unused_data:
            raise RemoteProtocolError("the description of the messages is cut short or too long")
        told = json.loads(text)
    except (zlib.error, ValueError, RecursionError) as broken:
        raise RemoteProtocolError(f"the description of the messages: {broken}") from broken
    if not isinstance(told, dict) or not set(told) >= _KEYS:
        raise RemoteProtocolError("the description of the messages lacks what belongs to it")
    protocol, minor, layouts = told["protocol"], told["minor"], told["layouts"]
    right = isinstance(protocol, str) and isinstance(minor, int) and isinstance(layouts, list)
    if not right or not all(isinstance(one, str) for one in layouts):
        raise RemoteProtocolError("the description of the messages holds what is no text")
    return Description(protocol, minor, tuple(layouts))


def differences(pistol: Description, program: Description) -> list[str]:
    """Say what `pistol` and `program` do not agree on, one line for each; none if they do."""
    theirs, ours = _by_name(pistol), _by_name(program)
    lines = []
    if pistol.protocol != program.protocol:
        lines.append(f"the pistol speaks {pistol.protocol}, this program {program.protocol}")
    lines += [f"only the pistol knows the {name}" for name in theirs if name not in ours]
    lines += [f"only this program knows the {name}" for name in ours if name not in theirs]
    for name, layout in theirs.items():
        if name in ours and ours[name] != layout:
            lines.append(f"the {name} differs: {_difference(layout, ours[name])}")
    return lines


def side_to_update(pistol: Description, program: Description) -> str:
    """Say which end is behind the other: the one whose messages the other has and more."""
    one, other = _version(pistol), _version(program)
    if one != other:
        return "the pistol's firmware" if one < other else "this program"
    theirs, ours = set(_by_name(pistol)), set(_by_name(program))
    if theirs < ours:
        return "the pistol's firmware"
    return "this program" if ours < theirs else "whichever of the two is older"


def _version(one: Description) -> tuple[str, int]:
    return one.protocol, one.minor


def _by_name(one: Description) -> dict[str, str]:
    """`enum Trigger` or `request Shot` -> its layout."""
    return {" ".join(layout.split(maxsplit=2)[:2]): layout for layout in one.layouts}


def _difference(theirs: str, ours: str) -> str:
    separator = " " if theirs.startswith("enum ") else "\n"
    pistol, program = theirs.split(separator), ours.split(separator)
    parts = [f"pistol {part!r}" for part in pistol if part not in program]
    parts += [f"program {part!r}" for part in program if part not in pistol]
    return ", ".join(parts) or "the order of its parts"
