"""The seeds that once failed, each with what it drew then: later draws do not change those.

What is kept is all that is drawn before a session; the chance within it still comes from the seed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple

from tests.simulation.campaign.draws import Draws

REGRESSIONS = Path(__file__).parents[1] / "regressions.toml"


class Kept(NamedTuple):
    """One seed that once failed."""

    draws: Draws
    found: str


def written(draws: Draws) -> str:
    """Return what was drawn as an inline table: by name, and only what is on."""
    shown = []
    for each in fields(Draws):
        value = getattr(draws, each.name)
        if each.name != "seed" and (each.default is MISSING or value != each.default):
            shown.append(f"{each.name} = {json.dumps(value)}")
    return "{ " + ", ".join(shown) + " }"


def restored(seed: int, table: dict[str, Any]) -> Draws:
    """Return the draws that `written` wrote down; what it does not name is off.

    Raises:
        ValueError: nothing of that name is drawn any more: give it its new name.
    """
    known = {each.name for each in fields(Draws)} - {"seed"}
    unknown = sorted(set(table) - known)
    if unknown:
        raise ValueError(f"seed {seed}: nothing called {', '.join(unknown)} is drawn")
    return Draws(seed=seed, **{name: _tuples(value) for name, value in table.items()})


def kept(path: Path = REGRESSIONS) -> list[Kept]:
    """Return the seeds that once failed, with what they drew."""
    listed = tomllib.loads(path.read_text("utf-8")).get("seed", [])
    return [Kept(restored(each["number"], each["draws"]), each["found"]) for each in listed]


def keep(failed: Iterable[tuple[Draws, str, str]], path: Path = REGRESSIONS) -> None:
    """Append what failed, (draws, oracle, text), to the file that the tests replay."""
    known = {one.draws.seed for one in kept(path)}
    with path.open("a", encoding="utf-8") as file:
        for draws, oracle, text in failed:
            if draws.seed not in known:
                known.add(draws.seed)
                told = json.dumps(f"{oracle}: {text}"[:200])
                file.write(f"\n[[seed]]\nnumber = {draws.seed}\nfound = {told}\n")
                file.write(f"draws = {written(draws)}\n")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value
