"""A few real SIGKILLs; `make kills` has a thousand."""

from __future__ import annotations

import sys

import pytest

from tests.simulation.kills import play_lanes


@pytest.mark.skipif(sys.platform != "linux", reason="pidfd and fork")
def test_a_host_killed_at_random_moments_gives_nothing_twice_and_loses_nothing() -> None:
    figures = play_lanes(kills=6, lanes=1, seed=7)
    assert figures.kills == 6
    assert figures.sessions >= 1
    assert figures.shots > 0
    assert figures.bad == 0, figures
