"""Refusals in words: what is changed in a prescription that is in order, and what is then said.

`golden/refusals.json` is open to all: name -> `changes` (key path -> value; null takes the key
out) -> `message`. `python -m tests.intake.refusals` keeps names and changes and writes the messages
anew; read the difference before it is committed.
"""

from __future__ import annotations

import copy
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesogun.errors import PlanError
from mesogun.intake import read_prescription
from mesogun.planning import plan
from tests.intake.conftest import IN_ORDER, Tree

GOLDEN = Path(__file__).parents[1] / "golden" / "refusals.json"


def golden() -> dict[str, Any]:
    """Every example of the file."""
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return found


def changed(changes: Mapping[str, Any]) -> Tree:
    """The prescription in order, changed: `zones[0].dose_ul` is a key path."""
    tree = copy.deepcopy(IN_ORDER)
    for path, value in changes.items():
        *above, last = re.findall(r"[^.\[\]]+", path)
        table: Any = tree
        for one in above:
            table = table[int(one)] if one.isdigit() else table.setdefault(one, {})
        if value is None:
            del table[last]
        else:
            table[int(last) if last.isdigit() else last] = value
    return tree


def message(changes: Mapping[str, Any], folder: Path) -> list[str]:
    """What is said of the changed prescription, line by line; nothing if it is planned."""
    path = folder / "rx.json"
    path.write_text(json.dumps(changed(changes)), encoding="utf-8")
    try:
        plan(read_prescription(path))
    except PlanError as refused:
        return str(refused).replace(f"{folder}/", "").splitlines()
    return []


def main() -> None:
    """Write the messages anew."""
    found = golden()
    with tempfile.TemporaryDirectory() as folder:
        for one in found.values():
            one["message"] = message(one["changes"], Path(folder))
    GOLDEN.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    planned = [name for name, one in found.items() if not one["message"]]
    if planned:
        sys.stderr.write(f"not refused: {', '.join(planned)}\n")


if __name__ == "__main__":
    main()
