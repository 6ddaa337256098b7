"""How numbers are written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.report import figures


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (figures.volume(2_000_000), "2.000 mL"),
        (figures.volume(1_999_499), "1.999 mL"),
        (figures.dose(14_573), "14.57 µL"),
        (figures.dose_mcl(0), "0.00"),
        (figures.depth(600), "0.60 mm"),
        (figures.length(10_400), "10.4 mm"),
        (figures.area(2 * 21_440 * 100_000), "21.4 cm²"),
        (figures.density(14_630), "14.6 µL/cm²"),
        (figures.count(1_234_567), "1 234 567"),
        (figures.count(-12), "−12"),
        (figures.share(-40, 100), "−40.0 %"),
        (figures.share(18, 1_000), "+1.8 %"),
        (figures.share(0, 1_000), "0.0 %"),
        (figures.share(1, 0), ""),
        (figures.duration(12_400_000), "12.4 s"),
        (figures.duration(192_040_000), "3 min 12 s"),
        (figures.duration(59_990_000), "1 min 00 s"),
        (figures.duration(3_720_000_000), "1 h 02 min"),
        (figures.clock(83_449_999), "1:23.4"),
        (figures.clock(59_960_000), "1:00.0"),
        (figures.limit_value(5_000_000, "nL"), "5.000 mL"),
        (figures.limit_value(20_000, "nL"), "20 mcL"),
        (figures.limit_value(4_000, "um"), "4 mm"),
        (figures.limit_value(200_000, "nL/cm2"), "200 mcL/cm²"),
        (figures.limit_value(900, "1"), "900"),
        (figures.limit_value(7, "furlong"), "7 furlong"),
    ],
)
def test_a_figure_is_written_with_its_unit(found: str, expected: str) -> None:
    assert " ".join(found.split()) == expected


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 10, 1_000, 10**6]), st.integers(0, 4))
def test_rounding_is_off_by_half_of_the_last_place_at_most(
    value: int, per_unit: int, decimals: int
) -> None:
    text = figures.fixed(value, per_unit, decimals)
    read = Fraction(text.replace("\u202f", "").replace("\u2212", "-"))
    assert abs(read - Fraction(value, per_unit)) <= Fraction(1, 2 * 10**decimals)
    assert not text.startswith("\u2212") or read < 0


def test_a_quantity_never_parts_from_its_unit_at_a_line_s_end() -> None:
    assert " " not in figures.volume(1_234_567_000) + figures.duration(192_000_000)


@given(st.sets(st.integers(1, 60), min_size=1))
def test_ranges_name_each_number_once(numbers: set[int]) -> None:
    named: list[int] = []
    for part in figures.spans(sorted(numbers)).split(", "):
        first, _, last = part.partition("–")
        named += range(int(first), int(last or first) + 1)
    assert named == sorted(numbers)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dose_nl_max", "dose of a prick, at most"),
        ("spacing_um_min", "spacing of pricks, at least"),
        ("something_new_max", "something new, at most"),
        ("oddity", "oddity"),
    ],
)
def test_a_limit_has_a_name_in_words(name: str, words: str) -> None:
    assert figures.limit_name(name) == words
