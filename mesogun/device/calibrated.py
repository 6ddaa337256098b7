"""A calibration as a pistol holds it. What its content means is not known in this room."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The calibration in force; `id` 0: this pistol was never calibrated."""

    id: int
    sha256: str
    """Of the content, in hexadecimal digits."""
    not_after_day: int
    """The last day on which it may be used, counted from 1970-01-01; 0: no expiry."""
    shots_max: int
    """After so many shots the pistol cannot be armed by it."""
    shots_used: int
    """Begun since it was committed."""
    content: bytes
