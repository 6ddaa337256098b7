"""Recalls of other devices, each played here: `pytest tests/recall -k recall/alaris-2006`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.recall import at_the_host, at_the_pistol
from tests.safety.told import NUMBERS, recalls

Scenario = Callable[[Path], None]

SCENARIOS: dict[str, tuple[Scenario, ...]] = {
    "alaris-2006": (at_the_pistol.key_bounce,),
    "alaris-2015": (at_the_pistol.limits_past_the_screens,),
    "alaris-2020": (at_the_pistol.a_delayed_start,),
    "sigma-2021": (at_the_pistol.relaxed_after_an_acknowledgement,),
    "sigma-2014": (at_the_host.a_false_stop,),
    "medfusion-2020": (at_the_host.an_interrupted_bolus_resumed,),
    "medfusion-2022": (at_the_pistol.a_counter_that_was_cleared,),
    "medfusion-2024": (at_the_pistol.a_loading_dose_given_again,),
    "omnipod-2023": (at_the_host.a_point_that_was_not_read,),
    "dash-2020": (at_the_pistol.a_stale_reading,),
    "minimed-2018": (at_the_pistol.a_command_recorded_and_replayed,),
    "braun-2021": (at_the_pistol.settings_from_a_stranger, at_the_host.another_dose_than_shown),
    "tandem-2024": (at_the_pistol.a_storm_of_reconnections,),
    "fda-2005-2009": (at_the_host.the_usual_troubles,),
    "therac-25": (at_the_pistol.edits_faster_than_the_setup,),
}


@pytest.mark.parametrize("name", SCENARIOS, ids=lambda name: f"recall/{name}")
def test_what_happened_there_is_stopped_here(name: str, tmp_path: Path) -> None:
    for play in SCENARIOS[name]:
        play(tmp_path)


def test_every_recall_that_is_told_is_played_and_says_whom_it_concerns() -> None:
    told = recalls()
    assert [one.name for one in told] == list(SCENARIOS)
    for one in told:
        assert one.facts, one.name
        assert one.played, one.name
        assert one.source in ("S", "R", "M"), one.name
        assert one.requirements, one.name
        assert set(one.requirements) <= set(NUMBERS), one.name
