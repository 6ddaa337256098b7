"""Shares are whole numbers with an exact sum; every pair of near pricks is met once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.fill import split
from mesogun.planning.place.neighbours import pairs_within

places = st.lists(
    st.tuples(st.integers(-15_000, 15_000), st.integers(-15_000, 15_000)),
    min_size=1,
    max_size=30,
    unique=True,
)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**12), min_size=1).filter(any))
@settings(max_examples=200, deadline=None)
def test_a_split_adds_up_and_no_part_is_a_step_from_its_share(
    total: int, weights: list[int]
) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_of_equal_remainders_the_earlier_one_gets_more() -> None:
    assert split(10, [1, 1, 1]) == [4, 3, 3]


@given(places, st.integers(1, 20_000))
@settings(max_examples=100, deadline=None)
def test_every_pair_within_reach_is_met_once(points: list[tuple[int, int]], radius: int) -> None:
    x, y = np.array([x for x, _ in points]), np.array([y for _, y in points])
    met = [
        (min(a, b), max(a, b))
        for one, two in pairs_within(x, y, radius)
        for a, b in zip(one.tolist(), two.tolist(), strict=True)
    ]
    force = [
        (a, b)
        for a in range(len(points))
        for b in range(a + 1, len(points))
        if (x[a] - x[b]) ** 2 + (y[a] - y[b]) ** 2 <= radius**2
    ]
    assert sorted(met) == force
