"""One requirement: its id, what it demands, where that is written, and how it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mesogun.conformance.bench import Bench


@dataclass(frozen=True, slots=True)
class Case:
    """A requirement and its check, which begins in SAFE and in a session of its own."""

    id: str
    """As in the table of docs/protocol.md; never used again for another requirement."""
    required: str
    """What every pistol must do, in a sentence."""
    check: Callable[[Bench], None]
    """Raises Failed with what was seen, or NotTestable with what this kind does not offer."""
