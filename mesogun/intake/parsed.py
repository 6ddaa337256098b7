"""The catalogue that ships, parsed beforehand: its TOML took a tenth of the time of `import numpy`.

`catalogue/parsed.json` holds what stands in each file, and the digest of the bytes it was read
from. Other bytes are parsed as those of any file, so a stale copy costs time and is never believed.

`python -m mesogun.intake.parsing` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

NAME = "parsed.json"


def parsed_in(folder: Path) -> dict[str, Any]:
    """Return, by the name of each file of `folder`, its digest and its tree; {} if none is kept."""
    try:
        text = (folder / NAME).read_bytes()
        kept = json.loads(text, parse_float=Decimal)
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def tree_in(kept: Mapping[str, Any], name: str, data: bytes) -> dict[str, Any] | None:
    """Return what stands in the file `name` with the bytes `data`, if just those were parsed."""
    digest, tree = kept.get(name, (None, None))
    return tree if digest == hashlib.sha256(data).hexdigest() else None
