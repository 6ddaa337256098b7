"""Regenerates every artefact from `schema.toml`; with `--check` only says which ones are stale."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from firmware_protocol.generator.lock import kept
from firmware_protocol.generator.model import SchemaError
from firmware_protocol.generator.read import read
from firmware_protocol.generator.write_messages import write_messages
from firmware_protocol.generator.write_vectors import (
    write_crit_json,
    write_malformed_json,
    write_messages_json,
)

GROUND: Final = Path(__file__).parent.parent


def artefacts(ground: Path) -> Mapping[Path, str]:
    """Return what every generated file under `ground` must hold.

    Raises:
        SchemaError: the schema breaks a rule.
    """
    schema = read((ground / "schema.toml").read_text("utf-8"))
    lock = ground / "released.toml"
    locked = lock.read_text("utf-8") if lock.exists() else ""
    return {
        lock: kept(schema, locked),
        ground / "messages.py": write_messages(schema),
        ground / "vectors" / "messages.json": write_messages_json(schema),
        ground / "vectors" / "malformed.json": write_malformed_json(schema),
        ground / "vectors" / "crit.json": write_crit_json(schema),
    }


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """Return the files that are missing or differ from what the schema gives."""
    return [p for p, text in wanted.items() if not p.exists() or p.read_bytes() != text.encode()]


def main(arguments: Sequence[str], ground: Path = GROUND) -> int:
    """Run the generator; return the exit code: 0 fresh, 1 stale, 2 schema refused."""
    parser = argparse.ArgumentParser("python -m firmware_protocol.generator", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    options = parser.parse_args(arguments)
    try:
        wanted = artefacts(ground)
    except SchemaError as refused:
        sys.stderr.write(f"schema.toml refused: {refused}\n")
        return 2
    old = stale(wanted)
    if options.check:
        for path in old:
            sys.stderr.write(f"stale: {path.relative_to(ground)}\n")
        if old:
            sys.stderr.write("run: python -m firmware_protocol.generator\n")
        return 1 if old else 0
    for path in old:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(wanted[path].encode())
        sys.stdout.write(f"wrote {path.relative_to(ground)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
