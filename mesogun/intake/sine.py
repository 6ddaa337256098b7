"""The sine of an angle, rounded up, by whole numbers alone: the same on every machine."""

from __future__ import annotations

from mesogun.intake.bounds import RIGHT_ANGLE

PPM = 1_000_000
DIGITS = 50
UNTRUSTED: int = 10**15
"""The last digits are not trusted; without them a sine that is a short number is exact."""
ONE: int = 10**DIGITS
TERMS = 64
"""Powers of the series: the one after them is below the last digit for every angle in use."""
PI = 314159265358979323846264338327950288419716939937510
"""Times `ONE`, all digits true."""


def sine_ppm(angle_mdeg: int) -> int:
    """Return the sine of an angle of 0 to 90 degrees in millionths, rounded up (deeper).

    The angle is in thousandths of a degree.
    """
    x = PI * angle_mdeg // (2 * RIGHT_ANGLE)
    term = total = x
    for step in range(2, TERMS, 2):
        term = -term * x // ONE * x // ONE // (step * (step + 1))
        total += term
    trusted = (total + UNTRUSTED // 2) // UNTRUSTED
    return -(-trusted * PPM // (ONE // UNTRUSTED))
