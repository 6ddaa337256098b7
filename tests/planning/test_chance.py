"""Chance that is no chance: the same row of numbers on every machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.place.chance import below, hashed

MASK = 2**64 - 1


def mixed(number: int) -> int:
    """The finish of splitmix64 in Python's own numbers, after Steele, Lea and Flood (2014)."""
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & MASK
    return number ^ (number >> 31)


def by_hand(seed: int, zone: int, place: int) -> int:
    start = mixed(mixed(seed & MASK) + zone * 0x9E3779B97F4A7C15 & MASK)
    return mixed(start + (place + 1) * 0x9E3779B97F4A7C15 & MASK)


def test_the_finish_is_that_of_splitmix64() -> None:
    # the first numbers of the generator from state 0, as published with it
    assert mixed(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF
    assert mixed(2 * 0x9E3779B97F4A7C15 & MASK) == 0x6E789E6AA1B965F4


@given(st.integers(-(2**70), 2**70), st.integers(0, 500), st.integers(0, 2**40))
@settings(max_examples=60, deadline=None)
def test_every_number_is_the_one_made_by_hand(seed: int, zone: int, first: int) -> None:
    found = hashed(seed, zone, first, 3)
    assert found.dtype == np.uint64
    assert found.tolist() == [by_hand(seed, zone, first + k) for k in range(3)]


def test_a_row_can_be_taken_in_pieces() -> None:
    whole = hashed(7, 2, 0, 100)
    assert len(whole) == 100
    np.testing.assert_array_equal(whole[40:], hashed(7, 2, 40, 60))
    assert len(hashed(7, 2, 5, 0)) == 0


def test_zones_and_seeds_have_rows_of_their_own() -> None:
    rows = [tuple(hashed(seed, zone, 0, 50).tolist()) for seed in range(4) for zone in range(4)]
    assert len({number for row in rows for number in row}) == 16 * 50


@pytest.mark.parametrize("bound", [1, 2, 7, 2**40, 2**63 - 1])
def test_numbers_brought_down_stay_below_the_bound_and_reach_everywhere(bound: int) -> None:
    found = below(hashed(1, 0, 0, 2_000), bound)
    assert found.dtype == np.int64
    assert int(found.min()) >= 0
    assert int(found.max()) < bound
    counts = np.bincount(found * 2 // bound if bound < 2**60 else found // (bound // 2 + 1))
    if bound > 1 and bound % 2 == 0:
        assert (abs(counts - 1_000) < 150).all()
