"""Whole steps that are changed one by one know who has room without asking every disc."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.demand import Shots
from mesogun.planning.dose.level import FINE
from mesogun.planning.dose.whole import Whole


@st.composite
def crowded(draw: st.DrawFn) -> Whole:
    """A few shots of one to three needles, whose needles lie in a few discs."""
    needles = draw(st.lists(st.sampled_from((1, 3)), min_size=2, max_size=5))
    count = len(needles)
    discs = [
        draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=count, unique=True))
        for _ in range(draw(st.integers(1, 4)))
    ]
    first = np.cumsum([0, *map(len, discs)])[:-1]
    shot = np.array([name for disc in discs for name in sorted(disc)])
    inside = np.array([draw(st.integers(1, needles[name])) for name in shot.tolist()])
    room = np.array([draw(st.integers(0, 40)) for _ in discs])
    n = np.array(needles)
    ones = np.ones(count, dtype=np.int64)
    shots = Shots(0 * ones, n, 6 // n, ones, 9 * ones, 0 * ones, np.repeat(np.arange(count), n))
    dose = np.array([draw(st.integers(1, 40)) for _ in needles]) * FINE
    return Whole(shots, {0: 500}, (first, shot, inside, room), dose)


def room_by_hand(whole: Whole) -> list[int]:
    """How many discs of each shot have no room for one step more of it."""
    return [len(whole.tight(name)) for name in range(len(whole.steps))]


def spread(whole: Whole) -> int:
    """The sum of squared deviations from the targets."""
    return sum(
        pair // unit * whole.over(name, whole.target) ** 2
        for name, (pair, unit) in enumerate(zip(whole.pair, whole.unit, strict=True))
    )


@given(crowded(), st.lists(st.tuples(st.integers(0, 4), st.sampled_from((1, -1))), max_size=30))
@settings(max_examples=100, deadline=None)
def test_who_is_blocked_is_known_after_any_changes(
    whole: Whole, changes: list[tuple[int, int]]
) -> None:
    assert whole.blocked == room_by_hand(whole)
    for name, by in changes:
        whole.change(name % len(whole.steps), by)
        assert whole.blocked == room_by_hand(whole)


@given(crowded())
@settings(max_examples=100, deadline=None)
def test_whatever_is_mended_keeps_the_discs_and_helps(whole: Whole) -> None:
    if not whole.empty():
        return
    whole.add()
    gave, before = whole.left[0], spread(whole)
    whole.mend()
    assert min(whole.room) >= 0
    assert 0 <= whole.left[0] <= gave
    assert whole.blocked == room_by_hand(whole)
    if whole.left[0] == gave:
        assert spread(whole) <= before


def test_a_step_moves_within_a_disc_that_is_full_to_the_last_drop() -> None:
    ones = np.ones(2, dtype=np.int64)
    shots = Shots(0 * ones, ones, ones, ones, 9 * ones, np.array([3, 1]) * FINE, np.arange(2))
    whole = Whole(shots, {0: 4}, (0 * ones[:1], np.arange(2), ones, 4 * ones[:1]), 2 * FINE * ones)
    whole.mend()
    assert (whole.steps, whole.room, whole.left) == ([3, 1], [0], {0: 0})
