"""Numbers with units become whole numbers exactly, or are refused: nothing is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from mesogun.intake.bounds import (
    DIGITS_AFTER_POINT_MAX,
    MAGNITUDE_MAX,
    SHOWN_CHARACTERS_MAX,
    SHOWN_DIGITS_MAX,
)


def whole(found: Any, factor: int, unit: str, finest: str) -> int:
    """Return `found` times `factor`, which must come out whole.

    `unit` is the unit written by the user, `finest` the whole one that it becomes.

    Raises:
        ValueError: no number, not finite, absurdly long, or finer than the whole unit; the text
            says what was found and, where it helps, the nearest two values.
    """
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise ValueError(f"found {shown(found)}: give a number in {unit}")
    number = Decimal(found) if _short(found) else None
    if number is None or not number.is_finite():
        raise ValueError(f"found {shown(found)}: give a finite number in {unit}, of usual size")
    _, _, exponent = number.as_tuple()
    # Looked at before any arithmetic: 1e999999999 as a whole number would fill the memory.
    if (
        not isinstance(exponent, int)
        or exponent < -DIGITS_AFTER_POINT_MAX
        or number.adjusted() > MAGNITUDE_MAX
    ):
        raise ValueError(f"found {shown(found)}: give a number in {unit} of usual size")
    exact = Fraction(number) * factor
    if exact.denominator == 1:
        return exact.numerator
    below = exact.numerator // exact.denominator
    raise ValueError(
        f"found {shown(found)} {unit}, which is finer than 1 {finest}: give "
        f"{in_unit(below, factor)} or {in_unit(below + 1, factor)}"
    )


def _short(found: int | Decimal) -> bool:
    return isinstance(found, Decimal) or abs(found) < 10 ** (MAGNITUDE_MAX + 1)


def in_unit(value: int, factor: int) -> str:
    """Return `value` divided by `factor`, a power of ten, as a plain decimal."""
    text = format(Decimal(value) / Decimal(factor), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(found: Any) -> str:
    """Return what was found as a short text fit for a message."""
    match found:
        case None:
            text = "nothing"
        case bool():
            text = str(found).lower()
        case int():
            # A number of thousands of digits may not be turned into text at all.
            text = str(found) if abs(found) < 10**SHOWN_DIGITS_MAX else "a very long number"
        case str():
            text = repr(found)
        case list() | tuple():
            text = f"a list of {len(found)}"
        case dict():
            text = f"a table with {', '.join(map(repr, found)) or 'nothing'}"
        case _:
            text = str(found)
    if len(text) <= SHOWN_CHARACTERS_MAX:
        return text
    return text[: SHOWN_CHARACTERS_MAX - len("...")] + "..."
