"""How large an input may be: technical bounds of files and numbers, none of them clinical."""

from __future__ import annotations

PRESCRIPTION_BYTES_MAX = 1 << 20
PLAN_BYTES_MAX = 64 << 20
SVG_BYTES_MAX = 5 << 20

ZONES_MAX = 100
EXCLUSIONS_MAX = 200
RING_POINTS_MAX = 10_000
PRICKS_MAX = 1_000_000
"""The most pricks that a plan file may hold."""
TEXT_CHARACTERS_MAX = 200
PROBLEMS_MAX = 20
"""So many problems of one file are told at once."""

DIGITS_AFTER_POINT_MAX = 30
MAGNITUDE_MAX = 12
"""Powers of ten before the point: a longer number is refused before arithmetic touches it."""
COORDINATE_UM_MAX = 2_000_000
"""Two metres: beyond it a unit was mistaken, and 32 bits of um come to an end."""
NAME_OF_FILE_CHARACTERS_MAX = 255
