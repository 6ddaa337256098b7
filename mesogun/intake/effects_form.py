"""The shape of the catalogue's side_effects.toml.

Annotations are values here, not texts, as in all forms.
"""

from typing import Literal

from mesogun.intake.figures import STRENGTHS, Source
from mesogun.intake.form import Table


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
    source: Source
    general: bool = False
    """It belongs to no zone."""


class SideEffectsFile(Table):
    """side_effects.toml"""

    format: Literal["mesogun-side-effects/1"]
    sources: dict[str, str]
    lasting: tuple[Lasting, ...]
    effects: dict[str, SideEffect]
