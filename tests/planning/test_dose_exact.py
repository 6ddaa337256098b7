"""What whole-number programming is asked is what is meant, and its word is looked at again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import product
from math import gcd
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.crowded import Asked, Discs
from mesogun.planning.dose.demand import Bounds, Demand, Doses, Short, shots_of
from mesogun.planning.dose.exact import SHOTS_MAX, WINDOW, run, solved
from mesogun.planning.dose.level import FINE, groups_of
from mesogun.planning.dose.roll import Places, crowds
from tests.planning.corpus import Dice
from tests.planning.doses import problem

optimize = pytest.importorskip("scipy.optimize")
sparse = pytest.importorskip("scipy.sparse")
ECHO: Any = SimpleNamespace(
    milp=lambda **told: told, Bounds=optimize.Bounds, LinearConstraint=optimize.LinearConstraint
)
"""Takes a problem down instead of solving it."""


def dense(one: Any) -> np.ndarray:
    return one.A.toarray()  # type: ignore[no-any-return]


@pytest.mark.parametrize("number", range(24))
def test_a_problem_is_put_as_it_is_meant(number: int) -> None:
    dice = Dice(number, 83)
    asked = problem(dice)
    shots, discs = asked.shots, asked.discs
    count, grain = len(shots.zone), gcd(*shots.step_nl.tolist())
    wish = np.array([dice.between(0, 60) for _ in range(count)]) * FINE // 2
    told = run(asked, wish, ECHO, sparse)
    assert told["c"].tolist() == [0] * count + [1] * count
    assert told["integrality"].tolist() == [1] * count + [0] * count
    low, high = told["bounds"].lb, told["bounds"].ub
    assert low.tolist() == [*shots.low.tolist(), *[-np.inf] * count]
    assert high.tolist() == [*shots.high.tolist(), *[np.inf] * count]
    costs, full, sums = told["constraints"]
    assert (costs.ub == np.inf).all()
    assert (full.lb == -np.inf).all()
    assert (sums.lb == sums.ub).all()
    each = [np.array([dice.between(0, 12) for _ in range(count)]) for _ in range(30)]
    each += [shots.low, shots.high]
    middle = np.rint(wish / (shots.step_nl * FINE))
    aim = shots.target / (shots.step_nl * FINE)
    unit = shots.step_nl // grain
    for steps in each:
        # who is told a cost above every chord, and no other, keeps the first kind of row
        chords = dense(costs)[:, :count] @ steps
        least = (costs.lb - chords).reshape(-1, count).max(axis=0)
        real = shots.needles * unit * unit * (steps - aim) ** 2
        assert (dense(costs)[:, count:].reshape(-1, count, count) == np.eye(count)).all()
        assert (least <= real + 1e-6).all()
        held = np.maximum(shots.high - 1, shots.low)
        first = np.clip(middle - WINDOW, shots.low, held)
        last = np.clip(middle + WINDOW - 1, shots.low, held) + 1
        near = (steps >= first) & (steps <= last)
        assert np.allclose(least[near], real[near])
        assert (least[~near] < real[~near]).all()
        in_all = np.concatenate((steps, 0 * steps))
        dose = steps * shots.step_nl
        fits = (discs.held(dose) <= discs.room_nl).tolist()
        assert (dense(full) @ in_all <= full.ub).tolist() == fits
        assert bool((dense(sums) @ in_all == sums.lb).all()) == asked.adds_up(steps)
    assert np.array_equal(dense(full)[:, count:], np.zeros((len(discs.first), count)))


def told_by(*answers: Any) -> Any:
    """A solver that says these, one after the other, and the last one for ever."""
    left = list(answers)
    return lambda asked, wish: left.pop(0) if len(left) > 1 else left[0]


def says(x: list[float] | None, status: int = 0) -> Any:
    return SimpleNamespace(status=status, x=None if x is None else np.array(x))


def in_a_row(count: int, apart_um: int) -> Places:
    return Places(np.arange(count) * apart_um, np.zeros(count, dtype=np.int64), None)


def resort(count: int, volume: int, cap: int, solver: Any, step: int = 1) -> Any:
    """The last resort for pricks in a row, three to a disc, of which one disc is known."""
    places, rows = in_a_row(count, 5_000), np.arange(count)
    demand = Demand(places, 0 * rows, rows, step, (Bounds(volume, step, 5 * step, cap),))
    shots = shots_of(demand, 0 * rows)
    none = np.zeros(0, dtype=np.int64)
    whole = np.array([volume])
    asked = Asked(groups_of(np.array([count])), whole, shots, Discs(none, none, none, none))
    caps = np.full(count, cap)
    first = next(iter(crowds(places, 9 * step * (rows + 1), caps, -(10**6))))
    found = {first.pricks.tobytes(): first}
    return solved(demand, asked, FINE * (rows + 1), caps, found, solver)


def test_whole_numbers_that_a_solver_tells_are_steps() -> None:
    fine = says([1.999_999, 1.000_001, 2, 2, 1, 2, 9, 9, 9, 9, 9, 9])
    assert resort(6, 10, 5, told_by(fine)).tolist() == [2, 1, 2, 2, 1, 2]
    assert resort(6, 5_000, 2_500, told_by(fine), 500).tolist() == [2, 1, 2, 2, 1, 2]


def test_a_disc_that_is_full_to_the_last_drop_is_within_its_bound() -> None:
    assert resort(6, 10, 5, told_by(says([2, 1, 2, 2, 1, 2]))).tolist() == [2, 1, 2, 2, 1, 2]
    assert resort(6, 11, 5, told_by(says([2, 2, 2, 2, 1, 2]))) is False


def test_what_does_not_add_up_is_not_taken() -> None:
    assert resort(6, 11, 5, told_by(says([2, 1, 2, 2, 1, 2]))) is False


def test_a_solver_that_gives_up_proves_nothing_and_one_that_is_sure_does() -> None:
    assert resort(6, 10, 5, told_by(says(None, 1))) is False
    assert resort(6, 10, 5, told_by(says(None, 2))) is True
    assert resort(6, 10, 5, told_by(says(None, 3))) is False


def test_discs_that_an_answer_fills_too_much_are_asked_about_then() -> None:
    overfull, good = says([1, 1, 1, 1, 3, 3]), says([2, 1, 2, 2, 1, 2])
    assert resort(6, 10, 5, told_by(overfull, good)).tolist() == [2, 1, 2, 2, 1, 2]
    assert resort(6, 10, 5, told_by(overfull, overfull)) is False
    # discs that none knows of yet, again and again: some time one gives up
    wandering = [says(np.roll([4, 4, 1, 1, 1, 1, 1, 1, 1, 1], k + 3).tolist()) for k in range(5)]
    assert resort(10, 16, 6, told_by(*wandering)) is False


@pytest.mark.parametrize(("more", "is_asked"), [(0, True), (1, False)])
def test_of_very_many_shots_nothing_is_asked(more: int, is_asked: bool) -> None:
    count = SHOTS_MAX + more
    found = resort(count, count, 9, told_by(says([1] * count)))
    assert (found is not False) is is_asked


def test_without_scipy_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert resort(6, 10, 5, None) is False
    assert resort(6, 12, 5, None) is False


def test_scipy_is_asked_where_it_is_there() -> None:
    assert resort(6, 10, 5, None).sum() == 10
    assert resort(6, 11, 5, None) is True


def by_force(demand: Demand, discs: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """All doses within all bounds."""
    one = demand.zones[0]
    some = product(range(max(one.least_nl, 1), one.most_nl + 1), repeat=len(demand.zone))
    return [
        doses
        for doses in some
        if sum(doses) == one.volume_nl
        and all(sum(doses[k] for k in disc) <= one.per_cm2_nl for disc in discs)
    ]


@pytest.mark.parametrize("count", [5, 6])
@pytest.mark.parametrize("cap", [5, 6, 7])
def test_what_a_row_of_discs_holds_is_found_or_ruled_out(count: int, cap: int) -> None:
    """Pricks in a row of which every three share a disc: the ends and middles hold the most."""
    places, rows = in_a_row(count, 5_000), np.arange(count)
    discs = [(k, k + 1, k + 2) for k in range(count - 2)]
    found = []
    for volume in range(count, 5 * count + 1):
        demand = Demand(places, 0 * rows, rows, 1, (Bounds(volume, 1, 5, cap),))
        answer, every = allocate(demand), by_force(demand, discs)
        if every:
            assert isinstance(answer, Doses)
            assert tuple(answer.dose_nl.tolist()) in every
            found.append(volume)
        else:
            assert isinstance(answer, Short)
            assert answer.proved
            assert answer.why == ("disc" if volume <= 5 * count else "much")
    assert found == list(range(count, max(found) + 1))
