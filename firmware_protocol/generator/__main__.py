"""Regenerates every artefact from `schema.toml`; with `--check` only says which ones are stale."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from firmware_protocol.generator.lock import kept
from firmware_protocol.generator.model import Schema, SchemaError
from firmware_protocol.generator.read import read
from firmware_protocol.generator.write_c_header import write_c_header
from firmware_protocol.generator.write_description import kept_or_packed, write_description_c
from firmware_protocol.generator.write_dissector import write_dissector
from firmware_protocol.generator.write_messages import write_messages
from firmware_protocol.generator.write_reference import write_reference
from firmware_protocol.generator.write_seals import write_sealed_json
from firmware_protocol.generator.write_strategies import write_strategies
from firmware_protocol.generator.write_vectors import (
    write_crit_json,
    write_malformed_json,
    write_messages_json,
)

GROUND: Final = Path(__file__).parent.parent


def read_schema(ground: Path) -> Schema:
    """Return the schema under `ground`.

    Raises:
        SchemaError: the schema breaks a rule.
    """
    return read((ground / "schema.toml").read_text("utf-8"))


def artefacts(schema: Schema, ground: Path) -> Mapping[Path, str | bytes]:
    """Return what every file that follows from the schema alone must hold.

    Raises:
        SchemaError: a released layout was changed.
    """
    lock = ground / "released.toml"
    locked = lock.read_text("utf-8") if lock.exists() else ""
    packed = kept_or_packed(schema, ground / "schema.json.z")
    return {
        lock: kept(schema, locked),
        ground / "messages.py": write_messages(schema),
        ground / "schema.json.z": packed,
        ground / "c" / "mg_schema.c": write_description_c(packed),
        ground / "strategies.py": write_strategies(schema),
        ground / "vectors" / "messages.json": write_messages_json(schema),
        ground / "vectors" / "malformed.json": write_malformed_json(schema),
        ground / "vectors" / "crit.json": write_crit_json(schema),
        ground / "vectors" / "sealed.json": write_sealed_json(schema),
        ground / "wireshark" / "mesogun.lua": write_dissector(schema),
        ground.parent / "docs" / "messages.md": write_reference(schema),
    }


def artefacts_with_states(schema: Schema, ground: Path) -> Mapping[Path, str | bytes]:
    """Return what also follows from the table of states, which speaks of the generated messages.

    So it is read only after those are written: a state renamed in the schema can be renamed in
    the table before or after.
    """
    from firmware_protocol.states import TRANSITIONS, PistolEvent

    events = [event.name for event in PistolEvent]
    steps = {(at.name, event.name): after.name for (at, event), after in TRANSITIONS.items()}
    return {ground / "c" / "mesogun_protocol.h": write_c_header(schema, events, steps)}


def stale(wanted: Mapping[Path, str | bytes]) -> list[Path]:
    """Return the files that are missing or differ from what the schema gives."""
    return [
        path
        for path, content in wanted.items()
        if not path.exists() or path.read_bytes() != _as_bytes(content)
    ]


def main(arguments: Sequence[str], ground: Path = GROUND) -> int:
    """Run the generator; return the exit code: 0 fresh, 1 stale, 2 schema refused."""
    parser = argparse.ArgumentParser("python -m firmware_protocol.generator", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    options = parser.parse_args(arguments)
    try:
        schema = read_schema(ground)
        found = _refreshed(artefacts(schema, ground), ground, write=not options.check)
    except SchemaError as refused:
        sys.stderr.write(f"schema.toml refused: {refused}\n")
        return 2
    states = artefacts_with_states(schema, ground)
    found += _refreshed(states, ground, write=not options.check)
    if options.check and found:
        sys.stderr.write("run: python -m firmware_protocol.generator\n")
    return 1 if options.check and found else 0


def _as_bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _refreshed(wanted: Mapping[Path, str | bytes], ground: Path, *, write: bool) -> int:
    """Name the stale files, written anew if asked; return how many there were."""
    old = stale(wanted)
    for path in old:
        name = os.path.relpath(path, ground).replace(os.sep, "/")
        if write:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(_as_bytes(wanted[path]))
            sys.stdout.write(f"wrote {name}\n")
        else:
            sys.stderr.write(f"stale: {name}\n")
    return len(old)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
