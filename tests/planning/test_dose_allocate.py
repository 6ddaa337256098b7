"""Doses of a whole plan: the best there are, or a refusal that is right. Against brute force."""

from __future__ import annotations

from itertools import product
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.demand import OPEN, Bounds, Demand, Doses, Short
from mesogun.planning.dose.held import most_at
from mesogun.planning.dose.roll import Places, crowds, fullest
from mesogun.planning.place.lattice import lattice

Integers = npt.NDArray[np.int64]
FAR = 100_000


def demand(points: list[tuple[int, int]], *zones: Bounds, **told: Any) -> Demand:
    """One zone of single needles unless told otherwise."""
    columns = np.array(points, dtype=np.int64).reshape(-1, 2).T
    rows = np.arange(len(points))
    made = Demand(Places(columns[0], columns[1], None), 0 * rows, rows, 1, zones)
    return made._replace(**{name: np.array(one) for name, one in told.items() if name != "step_nl"})


def cost(doses: list[int], wanted: list[int], total: int) -> int:
    """Squared deviation from shares of `total` by weight, times the squared sum of weights."""
    whole = sum(wanted)
    return sum((dose * whole - total * one) ** 2 for dose, one in zip(doses, wanted, strict=True))


def ways(asked: Demand) -> list[list[int]]:
    """Every division within all bounds: of open pricks, single needles or shots."""
    shots = sorted(set(asked.shot[asked.open_rows].tolist()))
    found = []
    each = []
    for one in shots:
        rows = np.flatnonzero(asked.shot == one)
        zone = asked.zones[int(asked.zone[rows[0]])]
        step = lcm(asked.step_nl, len(rows)) // len(rows)
        low = max(1, -(-zone.least_nl // step))
        each.append([step * k for k in range(low, zone.most_nl // step + 1)])
    caps = np.array([one.per_cm2_nl for one in asked.zones])[asked.zone]
    for doses in product(*each):
        told = dict(zip(shots, doses, strict=True))
        dose = np.array([told.get(one, 0) for one in asked.shot.tolist()], dtype=np.int64)
        if asked.given_nl is not None:
            dose = np.where(asked.given_nl == OPEN, dose, asked.given_nl)
        sums = [
            int(dose[asked.open_rows][asked.zone[asked.open_rows] == k].sum())
            for k in range(len(asked.zones))
        ]
        if sums != [one.volume_nl for one in asked.zones]:
            continue
        if next(crowds(asked.places, dose, caps), None) is None:
            found.append(dose.tolist())
    return found


near = st.lists(
    st.tuples(st.integers(0, 16_000), st.integers(0, 3_000)), min_size=1, max_size=5, unique=True
)


@given(near, st.integers(1, 25), st.integers(1, 5), st.integers(3, 12), st.data())
@settings(max_examples=80, deadline=None)
def test_doses_are_given_or_refused_as_brute_force_says(
    points: list[tuple[int, int]], total: int, most: int, cap: int, data: st.DataObject
) -> None:
    weights = data.draw(
        st.one_of(
            st.none(),
            st.lists(st.integers(0, 5), min_size=len(points), max_size=len(points)).filter(any),
        )
    )
    told = {} if weights is None else {"weight": weights}
    asked = demand(points, Bounds(total, 1, most, cap), **told)
    possible = ways(asked)
    answer = allocate(asked)
    wanted = weights or [1] * len(points)
    if isinstance(answer, Short):
        assert not possible or not answer.proved
        if not possible and answer.below_nl:
            zone = asked.zones[0]._replace(volume_nl=answer.below_nl)
            assert answer.why == "much" or ways(asked._replace(zones=(zone,)))
        return
    assert answer.dose_nl.tolist() in possible
    best = min(cost(one, wanted, total) for one in possible)
    made = cost(answer.dose_nl.tolist(), wanted, total)
    # targets are rounded to millionths of a step
    if answer.answers == ("optimal",):
        assert made <= best * (1 + 1e-5) + 1e-4 * sum(wanted) ** 2


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_zones_share_discs_and_each_prick_brings_its_zone_s_cap(data: st.DataObject) -> None:
    points = data.draw(near.filter(lambda some: len(some) >= 2))
    cut = data.draw(st.integers(1, len(points) - 1))
    zones = [
        Bounds(data.draw(st.integers(1, 8)), 1, 4, data.draw(st.integers(3, 10))) for _ in range(2)
    ]
    zone = [0] * cut + [1] * (len(points) - cut)
    asked = demand(points, *zones, zone=zone)
    answer = allocate(asked)
    possible = ways(asked)
    if isinstance(answer, Doses):
        assert answer.dose_nl.tolist() in possible
    else:
        assert not possible or not answer.proved


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_needles_of_a_shot_get_the_same_and_sums_stay_exact(data: st.DataObject) -> None:
    needles = data.draw(st.lists(st.sampled_from((1, 3)), min_size=1, max_size=4))
    shot = [k for k, n in enumerate(needles) for _ in range(n)]
    points = [(FAR * k, 0) for k in range(len(shot))]
    total = data.draw(st.integers(1, 40))
    step = data.draw(st.sampled_from((1, 2, 3)))
    asked = demand(points, Bounds(total, 1, 6, 99), shot=shot)._replace(step_nl=step)
    answer, possible = allocate(asked), ways(asked)
    if isinstance(answer, Short):
        assert not possible
        assert answer.proved
        return
    made = answer.dose_nl.tolist()
    assert made in possible
    assert sum(d * d for d in made) == min(sum(d * d for d in one) for one in possible)


def test_shots_that_cannot_add_up_name_the_two_nearest_sums() -> None:
    points = [(FAR * k, 0) for k in range(6)]
    asked = demand(points, Bounds(4_000, 1, 1_500, 9_999), shot=[0, 0, 0, 1, 1, 1])
    short = allocate(asked._replace(step_nl=500))
    assert short == Short(0, "step", 3_000, 4_500, True)
    for volume in (3_000, 4_500):
        zone = asked.zones[0]._replace(volume_nl=volume)
        assert isinstance(allocate(asked._replace(step_nl=500, zones=(zone,))), Doses)


@pytest.mark.parametrize(
    ("volume", "why", "below", "above"), [(2, "little", 0, 3), (16, "much", 15, 0)]
)
def test_too_little_and_too_much_name_the_edge(
    volume: int, why: str, below: int, above: int
) -> None:
    points = [(FAR * k, 0) for k in range(3)]
    short = allocate(demand(points, Bounds(volume, 1, 5, 99)))
    assert short == Short(0, why, below, above, True)  # type: ignore[arg-type]


def test_settled_pricks_keep_their_doses_and_fill_their_discs() -> None:
    points = [(0, 0), (3_000, 0), (FAR, 0)]
    asked = demand(points, Bounds(7, 1, 9, 10), given_nl=[8, OPEN, OPEN])
    answer = allocate(asked)
    assert isinstance(answer, Doses)
    assert answer.dose_nl.tolist() == [8, 2, 5]
    assert answer.answers == ("optimal",)


@given(near, st.integers(1, 25), st.integers(3, 12))
@settings(max_examples=60, deadline=None)
def test_less_is_given_where_all_does_not_fit_and_never_more(
    points: list[tuple[int, int]], total: int, cap: int
) -> None:
    asked = demand(points, Bounds(total, 1, 5, cap))
    answer = allocate(asked, less=True)
    if isinstance(answer, Short):
        assert total < len(points) or not ways(
            asked._replace(zones=(asked.zones[0]._replace(volume_nl=len(points)),))
        )
        return
    given_nl = int(answer.dose_nl.sum())
    assert given_nl <= total
    assert answer.dose_nl.min() >= 1
    assert next(crowds(asked.places, answer.dose_nl, np.full(len(points), cap)), None) is None
    if given_nl < total:
        assert isinstance(allocate(asked), Short)


def block(count: int, pitch: int) -> list[tuple[int, int]]:
    basis = lattice(pitch, 0)
    side = int(count**0.5)
    return [basis.at(i, j) for i in range(side) for j in range(side)]


@pytest.mark.parametrize("percent", [60, 80, 92])
@pytest.mark.parametrize("pitch", [5_000, 3_000])
def test_full_discs_are_thinned_out_to_near_the_least_cost(percent: int, pitch: int) -> None:
    """Weights that differ by three: without the discs some would be far too full."""
    points = block(100, pitch)
    cap = most_at(pitch) * 10_000
    weights = [50 + (7 * i * i + 13 * i) % 101 for i in range(len(points))]
    total = len(points) * 100 * percent
    bounds = Bounds(total, 1_000, 20_000, cap)
    asked = demand(points, bounds, weight=weights)._replace(step_nl=1_000)
    answer = allocate(asked)
    assert isinstance(answer, Doses)
    assert answer.dose_nl.sum() == total
    assert fullest(asked.places, answer.dose_nl) <= cap
    alone = allocate(asked._replace(zones=(bounds._replace(per_cm2_nl=10**9),)))
    assert isinstance(alone, Doses)
    made, least = (cost(one.dose_nl.tolist(), weights, total) for one in (answer, alone))
    assert least <= made


def test_what_cannot_be_is_proved_and_says_what_was_found() -> None:
    points = block(100, 5_000)
    asked = demand(points, Bounds(1_500_000, 1_000, 20_000, 70_000))._replace(step_nl=1_000)
    short = allocate(asked)
    assert isinstance(short, Short)
    assert (short.why, short.proved) == ("disc", True)
    fits = asked.zones[0]._replace(volume_nl=short.below_nl)
    assert short.below_nl > 1_000_000
    assert isinstance(allocate(asked._replace(zones=(fits,)), less=True), Doses)


def test_a_disc_that_even_the_least_doses_fill_is_refused_with_proof() -> None:
    short = allocate(demand([(0, 0), (1_000, 0)], Bounds(8, 4, 9, 7)))
    assert short == Short(0, "disc", 0, 0, True)
