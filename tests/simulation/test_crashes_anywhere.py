"""Crashes swept over a whole session: the host at every request, the pistol at many times."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_protocol.messages import Shot
from mesogun.dryrun import World
from mesogun.record import Intent
from tests.simulation.ghost import hold_against_the_ghost, played_by_hand
from tests.simulation.tiny import tiny_plan

PRICKS = 3


@pytest.mark.parametrize("sent", [False, True], ids=["before sending", "after the answer"])
def test_a_host_killed_at_any_request_gives_no_prick_twice(tmp_path: Path, sent: bool) -> None:
    parts = set()
    for die_at in range(1, 60):
        one = played_by_hand(tiny_plan(PRICKS), tmp_path / str(die_at), deaths=[(die_at, sent)])
        hold_against_the_ghost(one, PRICKS)
        assert one.record.outcome == "complete", die_at
        assert one.record.count("given") == PRICKS, die_at
        parts.add(one.record.parts)
        if one.record.parts == 1 and die_at > 5:
            break
    else:
        raise AssertionError("no session was short enough to end before its host died")
    assert 2 in parts


def test_a_host_killed_again_and_again_gives_no_prick_twice(tmp_path: Path) -> None:
    for seed in range(12):
        deaths = [((seed * 7 + part * 5) % 17 + 1, bool(part % 2)) for part in range(12)]
        one = played_by_hand(tiny_plan(PRICKS), tmp_path / str(seed), seed=seed, deaths=deaths)
        hold_against_the_ghost(one, PRICKS)
        assert one.record.outcome == "complete", seed


def test_a_pistol_that_loses_power_at_any_time_gives_no_prick_twice(tmp_path: Path) -> None:
    doubtful = 0
    for step in range(60):
        at_us = 20_000 + step * 20_011

        def prepare(world: World, at_us: int = at_us) -> None:
            world.cut_power_at(at_us)

        one = played_by_hand(tiny_plan(PRICKS), tmp_path / str(step), seed=step, prepare=prepare)
        hold_against_the_ghost(one, PRICKS)
        assert one.record.outcome == "complete", at_us
        doubtful += one.record.count("in_doubt")
    assert 0 < doubtful < 60


def test_an_abort_at_any_time_ends_the_session_and_what_was_given_is_known(tmp_path: Path) -> None:
    for step in range(50):
        at_us = 1_000 + step * 20_011

        def prepare(world: World, at_us: int = at_us) -> None:
            world.abort_at(at_us)

        one = played_by_hand(tiny_plan(PRICKS), tmp_path / str(step), seed=step, prepare=prepare)
        hold_against_the_ghost(one, PRICKS)
        assert one.record.outcome == "aborted", at_us
        assert one.record.count("in_doubt") == 0, at_us


def test_a_host_that_dies_before_its_shot_left_gives_that_prick_under_a_new_id(
    tmp_path: Path,
) -> None:
    asked: list[int] = []
    for die_at in range(1, 30):
        one = played_by_hand(tiny_plan(1), tmp_path / str(die_at), deaths=[(die_at, False)])
        intents = [entry for entry in one.entries if isinstance(entry, Intent)]
        if len(intents) == 2 and intents[0].shot_id not in {each.shot_id for each in one.ghost}:
            asked = [entry.shot_id for entry in intents]
            break
    assert len(asked) == 2
    assert asked[1] > asked[0]
    assert Shot._fields[0] == "shot_id"
