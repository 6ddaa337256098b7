"""Colours that a colour-blind reader and a grey printer keep apart.

A dose is a place on viridis, dark for much: on paper more ink is more drug. States are from the
Okabe-Ito set, but a shape carries each of them first.
"""

from __future__ import annotations

_VIRIDIS = (
    (0xFD, 0xE7, 0x25),
    (0xC2, 0xDF, 0x23),
    (0x86, 0xD5, 0x49),
    (0x52, 0xC5, 0x69),
    (0x2A, 0xB0, 0x7F),
    (0x1E, 0x9B, 0x8A),
    (0x25, 0x85, 0x8E),
    (0x2D, 0x70, 0x8E),
    (0x38, 0x58, 0x8C),
    (0x43, 0x3E, 0x85),
    (0x48, 0x21, 0x73),
    (0x44, 0x01, 0x54),
)
"""Of matplotlib's viridis (CC0), from yellow (nothing) to purple (the top of the scale)."""

Rgb = tuple[int, int, int]


FADE = 0.15
"""Where a scale fades into the ground, it has its full strength from this place on."""


def strength(place: float) -> float:
    """Return how much of the ground a fading scale covers at `place`, 0 to 1."""
    return min(max(place, 0.0) / FADE, 1.0)


def rgb(place: float) -> Rgb:
    """Return the colour at `place`, 0 to 1 of the scale; beyond it the end's colour."""
    at = min(max(place, 0.0), 1.0) * (len(_VIRIDIS) - 1)
    index = min(int(at), len(_VIRIDIS) - 2)
    rest = at - index
    low, high = _VIRIDIS[index], _VIRIDIS[index + 1]
    red, green, blue = (round(a + (b - a) * rest) for a, b in zip(low, high, strict=True))
    return red, green, blue


def hexed(place: float) -> str:
    """Return the colour at `place` as "#rrggbb"."""
    red, green, blue = rgb(place)
    return f"#{red:02x}{green:02x}{blue:02x}"
