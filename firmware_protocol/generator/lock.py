"""Keeps released layouts as they were: `released.toml` holds what is out there in firmware."""

import tomllib
from collections.abc import Mapping

from firmware_protocol.generator.model import Message, Schema, SchemaError

_HEAD = """\
# Layouts that firmware in the field relies on: `python -m firmware_protocol.generator` refuses a
# schema that changes one. A message newly marked `released` is added here; nothing is ever removed.
"""


def kept(schema: Schema, lock: str) -> str:
    """Return the lock file's text with every released message of `schema` in it.

    Raises:
        SchemaError: a released layout was changed or taken away.
    """
    locked: Mapping[str, str] = tomllib.loads(lock)
    released = {message.name: _layout(message) for message in schema.messages if message.released}
    for name, layout in locked.items():
        if name not in released:
            text = f"{name}: released, so it stays and keeps `released = true`"
            raise SchemaError(text)
        if released[name] != layout:
            what = _difference(layout, released[name])
            text = f"{name}: the layout of a released message changed:{what}"
            raise SchemaError(text)
    return _HEAD + "".join(f'\n{name} = """\n{text}"""\n' for name, text in released.items())


def _layout(message: Message) -> str:
    enums = "\n".join(enum.canonical() for enum in message.enums())
    return f"{message.canonical()}\n{enums}\n"


def _difference(was: str, now: str) -> str:
    old, new = was.splitlines(), now.splitlines()
    lines = [f"\n  - {line}" for line in old if line not in new]
    lines += [f"\n  + {line}" for line in new if line not in old]
    return "".join(lines) or " the order of its fields"
