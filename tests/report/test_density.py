"""Dose per square centimetre."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.report.density import counted_nl, density
from mesogun.report.disc import RADIUS_MM
from mesogun.report.geometry import Box
from mesogun.report.rows import Mark, Row

AROUND = Box(-30, -30, 60, 60)


def row(x_um: int, y_um: int, dose_nl: int = 10_000, mark: Mark = "planned") -> Row:
    given = dose_nl if mark == "given" else None
    return Row(1, x_um, y_um, 0, 0, mark, None, dose_nl, given, 600, None, None, "")


Spots = list[tuple[int, int]]
SPOTS = st.lists(st.tuples(st.integers(-9_000, 9_000), st.integers(-9_000, 9_000)), max_size=8)


def held(spots: Spots, x: float, y: float, reach: float = RADIUS_MM) -> int:
    """How many spots a disc around (x, y) holds."""
    return sum(math.hypot(a / 1_000 - x, b / 1_000 - y) <= reach for a, b in spots)


def test_the_disc_has_one_square_centimetre() -> None:
    assert math.pi * RADIUS_MM**2 == pytest.approx(100.0)


@pytest.mark.parametrize(("apart_um", "together"), [(0, 2), (11_283, 2), (11_284, 1)])
def test_two_pricks_share_a_disc_up_to_its_width(apart_um: int, together: int) -> None:
    spots = [row(0, 0), row(apart_um, 0), row(90_000, 0)]
    assert density(spots, AROUND).fullest.volume_nl == 10_000 * together


@pytest.mark.parametrize(("radius", "together"), [(5_640, 6), (5_644, 5)])
def test_pricks_around_the_edge_share_a_disc_just_as_wide(radius: int, together: int) -> None:
    turns = [0.3 + index * math.tau / 6 for index in range(6)]
    ring = [(round(radius * math.cos(one)), round(radius * math.sin(one))) for one in turns]
    found = density([row(x, y) for x, y in ring], AROUND).fullest
    assert (found.volume_nl == 60_000) == (together == 6)


def test_of_equally_full_discs_the_one_amid_the_zones_is_shown() -> None:
    found = density([row(-25_000, 0), row(1_000, 0), row(25_000, 0)], AROUND).fullest
    assert math.hypot(found.x, found.y) <= RADIUS_MM + 1


@given(SPOTS)
def test_the_fullest_disc_holds_what_it_is_said_to_hold(spots: Spots) -> None:
    found = density([row(x, y) for x, y in spots], AROUND).fullest
    assert found.volume_nl == 10_000 * held(spots, found.x, found.y, RADIUS_MM + 1e-6)


@given(SPOTS, st.lists(st.tuples(st.floats(-12, 12), st.floats(-12, 12)), max_size=50))
def test_no_disc_holds_more_than_the_fullest(
    spots: Spots, middles: list[tuple[float, float]]
) -> None:
    most = density([row(x, y) for x, y in spots], AROUND).fullest.volume_nl
    between = [((a + c) / 2_000, (b + d) / 2_000) for a, b in spots for c, d in spots]
    for x, y in [*middles, *between]:
        assert 10_000 * held(spots, x, y) <= most


def test_one_prick_alone_lies_in_all_its_dose_at_its_own_place() -> None:
    found = density([row(0, 0)], AROUND)
    assert found.top_nl == pytest.approx(10_000, rel=0.05)


@settings(max_examples=30, deadline=None)
@given(SPOTS)
def test_the_picture_loses_no_dose(spots: Spots) -> None:
    found = density([row(x, y) for x, y in spots], AROUND)
    summed = float(found.mean_nl.sum()) * found.step_mm**2 / 100
    assert summed == pytest.approx(10_000 * len(spots), rel=0.01)


@pytest.mark.parametrize(("mark", "counts"), [("in_doubt", 10_000), ("not_given", 0)])
def test_doubt_counts_in_full_and_what_was_not_given_does_not(mark: Mark, counts: int) -> None:
    assert counted_nl(row(0, 0, mark=mark)) == counts


def test_nothing_given_is_an_empty_picture() -> None:
    assert density([], Box(0, 0, 0, 0)).fullest.volume_nl == 0
