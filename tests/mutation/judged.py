"""Mutants that no test can notice, or that none should: judged one by one, with the reason."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("judged.toml")


@dataclass(frozen=True)
class Judged:
    """What was judged: a reason by module, line of source and kind of mistake."""

    reasons: dict[tuple[str, str, str], str]

    def reason(self, path: Path, source: str, what: str) -> str:
        """Return why a mutant may survive; empty where nobody has judged it."""
        name = path.as_posix()
        return self.reasons.get((name, source, what)) or self.reasons.get((name, source, ""), "")


def read_judged(path: Path = LIST) -> Judged:
    """Return the list. A line is named by its text: it holds until somebody changes the line."""
    told = tomllib.loads(path.read_text())
    return Judged(
        {
            (module, one["line"], what): one["why"]
            for module, some in told.items()
            for one in some
            for what in one.get("what", [""])
        }
    )
