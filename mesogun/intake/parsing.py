"""Parsing the catalogue that ships beforehand: see `mesogun.intake.parsed`.

`python -m mesogun.intake.parsing` writes `catalogue/parsed.json`; with `--check` it tells whether
it is fresh.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from decimal import Decimal
from pathlib import Path

from mesogun.intake.catalogue import SHIPPED
from mesogun.intake.files import parse_toml, text_of
from mesogun.intake.parsed import NAME

_NUMBER = re.compile(r'"\\u0000(-?[0-9.eE+-]+)"')


def parsed_text(folder: Path) -> str:
    """Return what `parsed.json` of a folder should be: the same text from the same files."""
    made = {}
    for path in sorted(folder.glob("*.toml")):
        data = path.read_bytes()
        tree = parse_toml(text_of(data, path.name, "catalogue"), path.name)
        made[path.name] = [hashlib.sha256(data).hexdigest(), tree]
    text = json.dumps(made, ensure_ascii=True, separators=(",", ":"), default=_marked)
    # a decimal stands as the very digits of its file: 0.90 stays 0.90
    return _NUMBER.sub(r"\1", text) + "\n"


def _marked(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} cannot stand in the catalogue")
    return f"\0{value}"


def main(arguments: list[str]) -> int:
    """Write the file, or check that it is fresh; 0: it is."""
    folder = SHIPPED
    text = parsed_text(folder)
    if arguments == ["--check"]:
        fresh = (folder / NAME).exists() and (folder / NAME).read_text() == text
        if not fresh:
            sys.stderr.write(f"{NAME} is stale: run python -m mesogun.intake.parsing\n")
        return 0 if fresh else 1
    (folder / NAME).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
