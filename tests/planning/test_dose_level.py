"""Pouring doses: exact sums, and the least squared deviation that bounds allow."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.level import FINE, groups_of, level, targets

Integers = npt.NDArray[np.int64]


def poured(total: int, target: list[int], low: list[int], high: list[int]) -> list[int]:
    groups = groups_of(np.array([len(target)]))
    made = level(groups, np.array([total]), np.array(target), np.array(low), np.array(high))
    return made.tolist()  # type: ignore[no-any-return]


def one_step_at_a_time(total: int, target: list[int], low: list[int], high: list[int]) -> list[int]:
    """The oracle: always one step more where it costs least; the last ones spread over the tied."""
    dose, left = list(low), total - sum(low)
    heap = [(dose[k] * FINE - target[k], k) for k in range(len(dose)) if dose[k] < high[k]]
    heapify(heap)
    while left:
        tied = [heappop(heap)]
        while heap and heap[0][0] == tied[0][0]:
            tied.append(heappop(heap))
        rows = sorted(k for _, k in tied)
        some = min(left, len(rows))
        ends = [some * k // len(rows) for k in range(len(rows) + 1)]
        got = [b - a for a, b in pairwise(ends)]
        for k, more in zip(rows, got, strict=True):
            dose[k] += more
            if more and dose[k] < high[k]:
                heappush(heap, (dose[k] * FINE - target[k], k))
        left -= sum(got)
    return dose


boxes = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 4 * FINE)),
    min_size=1,
    max_size=5,
)
wide_boxes = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.integers(0, 300),
        st.one_of(st.integers(-9, 9).map(lambda k: k * FINE // 4), st.integers(0, 90 * FINE)),
    ),
    min_size=1,
    max_size=60,
)


@given(boxes, st.data())
@settings(max_examples=300, deadline=None)
def test_no_division_within_bounds_is_closer_to_the_targets(
    rows: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    low, high = [a for a, _, _ in rows], [a + more for a, more, _ in rows]
    target = [t for _, _, t in rows]
    total = data.draw(st.integers(sum(low), sum(high)))
    made = poured(total, target, low, high)
    assert sum(made) == total
    assert all(a <= d <= b for a, d, b in zip(low, made, high, strict=True))
    ways = product(*(range(a, b + 1) for a, b in zip(low, high, strict=True)))
    least = min(
        sum((d * FINE - t) ** 2 for d, t in zip(one, target, strict=True))
        for one in ways
        if sum(one) == total
    )
    assert sum((d * FINE - t) ** 2 for d, t in zip(made, target, strict=True)) == least


@given(wide_boxes, st.data())
@settings(max_examples=300, deadline=None)
def test_it_is_what_one_step_at_a_time_gives(
    rows: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    low, high = [a for a, _, _ in rows], [a + more for a, more, _ in rows]
    target = [t for _, _, t in rows]
    total = data.draw(st.integers(sum(low), sum(high)))
    assert poured(total, target, low, high) == one_step_at_a_time(total, target, low, high)


@given(st.lists(wide_boxes, min_size=1, max_size=6), st.data())
@settings(max_examples=150, deadline=None)
def test_groups_poured_together_are_poured_as_each_alone(
    zones: list[list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    totals, alone = [], []
    for rows in zones:
        low, high = [a for a, _, _ in rows], [a + more for a, more, _ in rows]
        totals.append(data.draw(st.integers(sum(low), sum(high))))
        alone += poured(totals[-1], [t for _, _, t in rows], low, high)
    flat = np.array([one for rows in zones for one in rows])
    made = level(
        groups_of(np.array([len(rows) for rows in zones])),
        np.array(totals),
        flat[:, 2],
        flat[:, 0],
        flat[:, 0] + flat[:, 1],
    )
    assert made.tolist() == alone


def test_equal_claims_are_spread_out() -> None:
    assert poured(14, [0] * 4, [0] * 4, [9] * 4) == [3, 4, 3, 4]
    assert poured(6, [FINE, FINE, FINE, 3 * FINE], [0] * 4, [9] * 4) == [1, 1, 1, 3]
    assert poured(7, [FINE, FINE, FINE, 3 * FINE], [0] * 4, [9] * 4) == [1, 1, 1, 4]


@given(
    st.integers(0, 2**31 - 1),
    st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=50).filter(any),
)
@settings(max_examples=200, deadline=None)
def test_targets_are_shares_to_within_a_millionth_of_a_step(total: int, weights: list[int]) -> None:
    made = targets(total, np.array(weights)).tolist()
    whole = sum(weights)
    for part, weight in zip(made, weights, strict=True):
        assert 0 <= total * weight * FINE - part * whole < whole
