"""Numbers become whole units exactly, or are refused with the nearest two."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.intake.bounds import SHOWN_CHARACTERS_MAX
from mesogun.intake.quantity import in_unit, shown, whole

FACTORS = st.sampled_from([1, 10, 1_000, 1_000_000])
DECIMALS = st.decimals(
    min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=8
)


@given(st.integers(-(10**9), 10**9), FACTORS)
def test_a_whole_unit_written_as_a_decimal_comes_back(value: int, factor: int) -> None:
    assert whole(Decimal(in_unit(value, factor)), factor, "mm", "um") == value


@given(DECIMALS, FACTORS)
def test_a_number_is_exact_or_refused_between_its_neighbours(number: Decimal, factor: int) -> None:
    exact = Fraction(number) * factor
    if exact.denominator == 1:
        assert whole(number, factor, "mm", "um") == exact
        return
    with pytest.raises(ValueError, match="finer than 1 um") as refused:
        whole(number, factor, "mm", "um")
    found = re.search(r"give (-?[0-9.]+) or (-?[0-9.]+)$", str(refused.value))
    assert found is not None
    below, above = (Fraction(one) for one in found.groups())
    assert below < Fraction(number) < above
    assert (above - below) * factor == 1


@given(st.integers(-(10**30), 10**30))
def test_an_integer_is_taken_as_it_is_or_refused_as_too_long(number: int) -> None:
    if abs(number) < 10**13:
        assert whole(number, 1000, "mm", "um") == number * 1000
    else:
        with pytest.raises(ValueError, match="usual size"):
            whole(number, 1000, "mm", "um")


@pytest.mark.parametrize(
    "text", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999999", "1E-999999999", "0E-99999999"]
)
def test_numbers_of_no_usual_size_are_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="of usual size"):
        whole(Decimal(text), 1000, "mm", "um")


@pytest.mark.parametrize("found", [True, "1", None, [1], {"a": 1}, 1.5])
def test_what_is_no_exact_number_is_refused(found: object) -> None:
    with pytest.raises(ValueError, match="give a number in mm"):
        whole(found, 1000, "mm", "um")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | DECIMALS,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_was_found_is_shown_shortly(found: object) -> None:
    assert len(shown(found)) <= SHOWN_CHARACTERS_MAX


def test_even_a_number_too_long_to_be_written_is_shown() -> None:
    assert shown(10**5000) == "a very long number"
