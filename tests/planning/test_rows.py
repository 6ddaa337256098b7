"""Rows and marks: what a person follows who gives a plan by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.planning import HAND, Plan, plan, verify
from mesogun.planning.rows import (
    MARK_NL,
    NO_LATTICE,
    by_rows,
    fillings_of,
    left_after,
    marks_of,
    rows_of,
)
from tests.planning.samples import CHEEK, MOLE, SQUARE, order, zone


def by_hand(volume_nl: int = 1_000_000, syringe_nl: int = 300_000) -> Plan:
    beyond = tuple((x + 80_000, y) for x, y in SQUARE)
    asked = order(
        zone("left", CHEEK, MOLE, dose_nl_usual=20_000),
        zone("right", beyond, dose_nl_usual=20_000),
        volume_nl=volume_nl,
        syringe_volume_nl_max=syringe_nl,
        dose_quantum_nl_min=10_000,
    )
    return plan(replace(asked, head=HAND))


@pytest.fixture(scope="module")
def made() -> Plan:
    return by_hand()


def test_a_plan_by_hand_is_verified_and_goes_there_and_back(made: Plan) -> None:
    verify(made)
    rows = rows_of(made)
    assert len(rows) < len(made.pricks) / 3
    x = made.pricks.x_um.astype(np.int64)
    senses = [
        int(np.sign(x[one.stop - 1] - x[one.first])) for one in rows if one.stop - one.first > 2
    ]
    turns = [one != two for one, two in pairwise(senses)]
    assert sum(turns) >= len(turns) * 0.6, "but for rows that a pause or an exclusion cuts"


def test_every_prick_is_in_one_row_and_a_row_in_one_zone(made: Plan) -> None:
    rows = rows_of(made)
    assert [one.number for one in rows] == list(range(1, len(rows) + 1))
    assert [one.first for one in rows] == [0, *(one.stop for one in rows[:-1])]
    assert rows[-1].stop == len(made.pricks)
    for one in rows:
        assert set(made.pricks.zone[one.first : one.stop].tolist()) == {one.zone}


def test_a_pause_for_a_person_ends_a_row(made: Plan) -> None:
    firsts = {one.first for one in rows_of(made)}
    assert made.pauses
    assert {int(np.flatnonzero(made.pricks.shot == one.shot)[0]) for one in made.pauses} <= firsts


def test_fillings_add_up_to_the_volume_and_each_ends_empty(made: Plan) -> None:
    fillings = fillings_of(made)
    assert len(fillings) == 1 + len(made.pauses)
    assert sum(one.volume_nl for one in fillings) == int(made.prescription.product.volume_nl)
    left = left_after(made)
    for one in fillings:
        assert left[one.stop - 1] == 0
        assert left[one.first] == one.volume_nl - int(made.pricks.dose_nl[one.first])


@pytest.mark.parametrize("step_nl", [10_000, 70_000, MARK_NL])
def test_a_mark_is_told_where_the_plunger_first_reaches_or_passes_it(
    made: Plan, step_nl: int
) -> None:
    told = {(one.filling, -(-one.left_nl // step_nl)): one for one in marks_of(made, step_nl)}
    left = left_after(made)
    for number, filling in enumerate(fillings_of(made)):
        for line_nl in range(0, filling.volume_nl, step_nl):
            reached = next(
                prick for prick in range(filling.first, filling.stop) if left[prick] <= line_nl
            )
            mark = told[number, -(-left[reached] // step_nl)]
            assert (mark.prick, mark.left_nl) == (reached, left[reached])


@given(
    st.lists(
        st.tuples(st.integers(-90_000, 90_000), st.integers(-90_000, 90_000)),
        min_size=1,
        max_size=60,
        unique=True,
    ),
    st.one_of(st.none(), st.tuples(st.integers(-100_000, 100_000), st.integers(-100_000, 100_000))),
)
def test_going_by_rows_takes_every_place_once(
    places: list[tuple[int, int]], comes_from: tuple[int, int] | None
) -> None:
    x, y = (np.array(one, dtype=np.int64) for one in zip(*places, strict=True))
    way = by_rows(x, y, NO_LATTICE, 10_000, comes_from)
    assert sorted(way.tolist()) == list(range(len(places)))
    # bands follow one another: no place lies two bands nearer to the start than one before it
    bands = (y - y.min()) // 8_660
    walked = bands[way] if bands[way[0]] <= bands[way[-1]] else -bands[way]
    assert all(two >= one - 1 for one, two in pairwise(walked.tolist()))


def test_a_prick_a_little_beside_its_row_is_of_that_row() -> None:
    """Rows of a lattice 8,660 um apart, each prick up to 2 mm off its row."""
    off = np.array([0, 1_900, -1_800, 0, 2_000, -1_000, 700, -2_000, 0])
    x = np.array([0, 10_000, 20_000] * 3, dtype=np.int64)
    y = np.repeat(np.array([0, 8_660, 17_320]), 3) + off
    for basis in (NO_LATTICE, (10_000, 0, 5_000, 8_660)):
        way = by_rows(x, y, basis, 10_000, (0, 0)).tolist()
        assert [row // 3 for row in way] == [0, 0, 0, 1, 1, 1, 2, 2, 2], basis
        assert way[:3] == [0, 1, 2]
