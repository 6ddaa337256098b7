"""Doses against brute force and against HiGHS: the best there are, or a refusal that is right.

Nothing of the planner tells the oracles what a disc holds: they lay one through every two pricks.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.demand import Bounds, Demand, Doses, Short
from mesogun.planning.dose.held import DISC_UM, REACH_UM
from mesogun.planning.dose.roll import Places

optimize = pytest.importorskip("scipy.optimize")

Point = tuple[int, int]
Integers = npt.NDArray[np.int64]
INFEASIBLE = 2
"""How scipy says that there is no solution."""


class Case(NamedTuple):
    """One zone of single needles, in nL, with steps of 1 nL."""

    points: tuple[Point, ...]
    total: int
    least: int
    most: int
    cap: int
    weights: tuple[int, ...]

    @property
    def demand(self) -> Demand:
        """The same as the planner is asked it; the least dose there is is one step."""
        x, y = np.array(self.points, dtype=np.int64).T
        rows = np.arange(len(x))
        zone = Bounds(self.total, self.least, self.most, self.cap)
        return Demand(Places(x, y, None), 0 * rows, rows, 1, (zone,), np.array(self.weights))

    @property
    def bounds(self) -> tuple[int, int]:
        """Of every prick."""
        return max(self.least, 1), self.most

    def cost(self, doses: list[int]) -> int:
        """Squared deviation from shares by weight, times the squared sum of weights."""
        whole = sum(self.weights)
        pairs = zip(doses, self.weights, strict=True)
        return sum((dose * whole - self.total * weight) ** 2 for dose, weight in pairs)

    def holds(self, doses: list[int]) -> bool:
        """Whether these doses keep every bound."""
        low, high = self.bounds
        within = low <= min(doses) and max(doses) <= high and sum(doses) == self.total
        return within and int((discs(self.points, DISC_UM) @ doses).max()) <= self.cap

    def is_best(self, doses: list[int], least: float) -> bool:
        """Whether they cost no more than `least`; the planner rounds targets to millionths."""
        return self.cost(doses) <= least * (1 + 1e-5) + 1e-4 * sum(self.weights) ** 2


@cache
def discs(points: tuple[Point, ...], radius: int) -> Integers:
    """Return a row of 0 and 1 for each disc with a prick in its middle or two on its rim."""
    held = {frozenset((k,)) for k in range(len(points))}
    for (ax, ay), (bx, by) in combinations(points, 2):
        square = (bx - ax) ** 2 + (by - ay) ** 2
        if square > 4 * radius * radius:
            continue
        aside = (radius * radius / square - 0.25) ** 0.5
        for side in (1, -1):
            x = (ax + bx) / 2 - side * aside * (by - ay)
            y = (ay + by) / 2 + side * aside * (bx - ax)
            gap = [((px - x) ** 2 + (py - y) ** 2) ** 0.5 for px, py in points]
            held.add(frozenset(k for k, one in enumerate(gap) if one <= radius + 1e-6))
    rows = sorted(held, key=sorted)
    return np.array([[int(k in one) for k in range(len(points))] for one in rows])


@st.composite
def cases(draw: st.DrawFn, pricks: int, most: int) -> Case:
    """Pricks near each other, and a total that their discs can hold just so, or just not."""
    at = st.tuples(st.integers(0, 19_000), st.integers(0, 8_000))
    points = tuple(draw(st.lists(at, min_size=2, max_size=pricks, unique=True)))
    near = discs(points, REACH_UM)
    # whoever lies within 1 um of a rim is counted in by the planner and not by the oracles
    assume(np.array_equal(discs(points, DISC_UM), near))
    least, high = draw(st.integers(0, 2)), draw(st.integers(2, most))
    crowd = int(near.sum(axis=1).max())
    fewest = crowd * max(least, 1)
    cap = draw(st.integers(fewest, max(fewest, crowd * high - 1)))
    # equal parts of the fullest disc always fit; unequal ones may hold twice as much or more
    fair = len(points) * cap // crowd
    total = draw(st.integers(fair * 3 // 4, min(2 * fair, len(points) * high + 1)))
    weights = draw(
        st.one_of(
            st.just((1,) * len(points)),
            st.tuples(*[st.integers(1, 5)] * len(points)),
        )
    )
    return Case(points, total, least, high, cap, weights)


def by_force(case: Case) -> int | None:
    """The least cost of all divisions there are, or None if there are none."""
    low, high = case.bounds
    every = product(range(low, high + 1), repeat=len(case.points))
    return min((case.cost(list(one)) for one in every if case.holds(list(one))), default=None)


def by_highs(case: Case) -> tuple[list[int], float] | None:
    """Doses of the least cost as HiGHS finds them, and that cost, or None if there are none.

    Chords between whole doses bound what each prick costs: at whole doses that is exact.
    """
    count, (low, high) = len(case.points), case.bounds
    if low > high:
        return None
    whole = sum(case.weights)
    aim = case.total * np.array(case.weights) / whole
    chords, feet = [], []
    for dose in range(low, high):
        slope = 2 * dose + 1 - 2 * aim
        chords.append(np.hstack((-np.diag(slope), np.eye(count))))
        feet.append((dose - aim) ** 2 - slope * dose)
    held = discs(case.points, REACH_UM)
    none = np.zeros(count)
    answer: Any = optimize.milp(
        c=np.concatenate((none, none + 1)),
        integrality=np.concatenate((none + 1, none)),
        bounds=optimize.Bounds(
            np.concatenate((none + low, none)), np.concatenate((none + high, none + np.inf))
        ),
        constraints=[
            optimize.LinearConstraint(np.hstack((held, 0 * held)), -np.inf, case.cap),
            optimize.LinearConstraint(
                np.concatenate((none + 1, none))[None, :], case.total, case.total
            ),
            *(
                [optimize.LinearConstraint(np.vstack(chords), np.concatenate(feet), np.inf)]
                if chords
                else []
            ),
        ],
        options={"mip_rel_gap": 0},
    )
    if answer.status == INFEASIBLE:
        return None
    assert answer.success
    doses = [round(one) for one in answer.x[:count].tolist()]
    assert case.holds(doses)
    return doses, case.cost(doses)


def judge(case: Case, answer: Doses | Short, least: float | None) -> None:
    """What the planner says is right, where `least` is what the best doses cost (None: none)."""
    if isinstance(answer, Short):
        assert least is None or not answer.proved
        return
    doses = answer.dose_nl.tolist()
    assert case.holds(doses)
    assert least is not None
    if answer.answers == ("optimal",):
        assert case.is_best(doses, least)


@given(cases(pricks=5, most=5), st.booleans())
@settings(max_examples=40, deadline=None)
def test_few_pricks_get_what_brute_force_finds_and_so_does_highs(
    case: Case, thorough: bool
) -> None:
    """HiGHS, which larger cases are judged by, is itself judged here."""
    least, found = by_force(case), by_highs(case)
    assert (least is None) == (found is None)
    if found is not None and least is not None:
        assert case.is_best(found[0], least)
    judge(case, allocate(case.demand, thorough=thorough), least)


@given(cases(pricks=12, most=9), st.booleans())
@settings(max_examples=40, deadline=None)
def test_more_pricks_get_what_highs_finds(case: Case, thorough: bool) -> None:
    found = by_highs(case)
    answer = allocate(case.demand, thorough=thorough)
    judge(case, answer, None if found is None else found[1])
    if isinstance(answer, Short) and answer.why == "disc" and answer.below_nl:
        assert answer.below_nl < case.total
        assert by_highs(case._replace(total=answer.below_nl)) is not None


@given(cases(pricks=12, most=9))
@settings(max_examples=40, deadline=None)
def test_less_than_all_is_never_more_than_highs_finds_room_for(case: Case) -> None:
    """Where all fits, and was found to fit, nothing is held back."""
    answer = allocate(case.demand, less=True)
    if isinstance(answer, Short):
        assert case.total < len(case.points) * case.bounds[0] or case.least > case.most
        return
    given_nl = int(answer.dose_nl.sum())
    assert case._replace(total=given_nl).holds(answer.dose_nl.tolist())
    assert given_nl == case.total or not isinstance(allocate(case.demand), Doses)
