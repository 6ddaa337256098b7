"""The side effects that can be noted after a session, as the catalogue lists them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mesogun.errors import PlanError, WrongUsage
from mesogun.intake.catalogue import CatalogueError
from mesogun.intake.figures import STRENGTHS
from mesogun.intake.files import parse_toml, text_of
from mesogun.intake.form import Table, read
from mesogun.intake.refusal import key_path, unknown
from mesogun.intake.values import text as line_of_text

SHIPPED = Path(__file__).parent.parent / "catalogue"
FILE = "side_effects.toml"


class Lasting(Table):
    """How long side effects last, in one text's words."""

    text: str
    source: str
    strength: str

    def check(self) -> None:
        """Refuse words that nobody vouches for."""
        if not self.text.strip() or not self.source.strip():
            raise ValueError("its text or its source is not told")
        if self.strength not in STRENGTHS:
            raise ValueError(f"unknown strength {self.strength!r}; there are {STRENGTHS}")


class SideEffect(Table):
    """One effect that a person may see."""

    name: str
    source: str
    """A key of [sources]."""
    general: bool = False
    """It belongs to no zone."""


class SideEffectsFile(Table):
    """side_effects.toml"""

    format: Literal["mesogun-side-effects/1"]
    sources: dict[str, str]
    lasting: tuple[Lasting, ...]
    effects: dict[str, SideEffect]

    def check(self) -> None:
        """Refuse an effect without a source."""
        for name, one in self.effects.items():
            if not self.sources.get(one.source, "").strip():
                raise ValueError(f"effects.{name}: its source {one.source!r} is not told")


@cache
def side_effects() -> SideEffectsFile:
    """Return the side effects that ship with the program.

    Raises:
        CatalogueError: the file does not hold together.
    """
    return load_side_effects(SHIPPED)


def load_side_effects(folder: Path) -> SideEffectsFile:
    """Return the side effects of a catalogue's folder.

    Raises:
        CatalogueError: the file is missing or does not hold together: file, key and reason.
    """
    try:
        tree: Any = parse_toml(text_of((folder / FILE).read_bytes(), FILE, "catalogue"), FILE)
    except OSError as error:
        raise CatalogueError(f"{FILE}: cannot be read: {error}") from error
    except PlanError as error:
        raise CatalogueError(str(error)) from error
    made, mistakes = read(SideEffectsFile, tree)
    if made is None or mistakes:
        raise CatalogueError("\n".join(f"{FILE}: {key_path(at)}: {why}" for at, why in mistakes))
    return made


def checked_effect(effect: str, zone: str, zones: Sequence[str]) -> None:
    """Make sure that an effect is known and was seen where the plan has a zone.

    Raises:
        WrongUsage: it is not; the text lists what there is.
    """
    known = side_effects().effects
    if effect not in known:
        raise WrongUsage(f"--effect: {unknown(effect, known, 'side effect')}")
    if zone and zone not in zones:
        raise WrongUsage(f"--zone: {unknown(zone, zones, 'zone of this plan')}")
    if not zone and not known[effect].general:
        raise WrongUsage(
            f"--zone: {known[effect].name} is in a zone: give one of {', '.join(zones)}"
        )


def checked_remark(option: str, text: str) -> str:
    """Return a remark as it is, one line of bounded length; empty: none was given.

    Raises:
        WrongUsage: it is no such text.
    """
    try:
        return line_of_text(text, None) if text else ""
    except ValueError as error:
        raise WrongUsage(f"{option}: {error}") from error
