"""Doses that are all alike are found the short way: the same ones that the general way gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.dose.allocate import allocate, evenly
from mesogun.planning.dose.demand import OPEN, Bounds, Demand, Doses
from mesogun.planning.dose.roll import Places

FAR_UM = 50_000


def demand(step_nl: int, *zones: tuple[int, Bounds]) -> Demand:
    """Zones of so many single pricks, all of them far from each other."""
    zone = np.repeat(np.arange(len(zones)), [count for count, _ in zones])
    rows = np.arange(len(zone))
    places = Places(rows * FAR_UM, 0 * rows, None)
    return Demand(places, zone, rows, step_nl, tuple(bounds for _, bounds in zones))


def bounds(volume_nl: int, least_nl: int = 2, most_nl: int = 6) -> Bounds:
    """One zone whose discs are never too full."""
    return Bounds(volume_nl, least_nl, most_nl, 10**9, 1)


zones = st.tuples(st.integers(1, 9), st.integers(0, 60), st.integers(0, 4), st.integers(1, 9))


@settings(max_examples=200)
@given(st.integers(1, 3), st.lists(zones, min_size=1, max_size=3))
def test_the_short_way_gives_what_the_general_way_gives(
    step_nl: int, told: list[tuple[int, int, int, int]]
) -> None:
    asked = demand(step_nl, *((count, bounds(*rest)) for count, *rest in told))
    short = evenly(asked)
    general = allocate(asked._replace(weight=np.ones(len(asked.zone), dtype=np.int64)))
    assert (short is not None) == isinstance(general, Doses)
    if short is not None and isinstance(general, Doses):
        assert short.tolist() == general.dose_nl.tolist()
        whole = allocate(asked)
        assert isinstance(whole, Doses)
        assert whole.dose_nl.tolist() == short.tolist()
        assert whole.answers == general.answers


def test_the_last_steps_go_to_pricks_evenly_apart() -> None:
    doses = evenly(demand(2, (5, bounds(24)), (2, bounds(10))))
    assert doses is not None
    assert doses.tolist() == [4, 4, 6, 4, 6, 4, 6]


@pytest.mark.parametrize(
    ("volume_nl", "least_nl", "most_nl", "fits"),
    [
        (6, 2, 6, True),
        (5, 2, 6, False),
        (18, 2, 6, True),
        (19, 2, 6, False),
        (3, 0, 6, True),
        (2, 0, 6, False),
    ],
)
def test_all_alike_is_found_within_the_bounds_and_not_beyond(
    volume_nl: int, least_nl: int, most_nl: int, fits: bool
) -> None:
    assert (evenly(demand(1, (3, bounds(volume_nl, least_nl, most_nl)))) is not None) == fits


def test_a_volume_of_broken_steps_is_not_divided_the_short_way() -> None:
    assert evenly(demand(2, (3, bounds(12)))) is not None
    assert evenly(demand(2, (3, bounds(13)))) is None


def test_a_zone_without_pricks_holds_nothing() -> None:
    assert evenly(demand(1, (0, bounds(0)), (2, bounds(8)))) is not None
    assert evenly(demand(1, (0, bounds(1)), (2, bounds(8)))) is None


def test_weights_shots_of_several_needles_and_settled_pricks_go_the_general_way() -> None:
    asked = demand(1, (4, bounds(16)))
    assert evenly(asked) is not None
    assert evenly(asked._replace(weight=np.ones(4, dtype=np.int64))) is None
    assert evenly(asked._replace(shot=np.array([0, 0, 1, 1]))) is None
    assert evenly(asked._replace(given_nl=np.full(4, OPEN))) is None
