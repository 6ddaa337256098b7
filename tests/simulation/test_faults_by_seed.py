"""Sessions by seed: whatever goes wrong, no prick is given twice and each is accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.chance import Stream
from tests.simulation.ghost import Played, hold_against_the_ghost, played
from tests.simulation.tiny import tiny_plan

PRICKS = 12
SWARM = 240
SWARM_PRICKS = 6


def play(tmp_path: Path, *faults: str, seed: int = 0, pricks: int = PRICKS) -> Played:
    one = played(tiny_plan(pricks), tmp_path / "journal", *faults, seed=seed)
    hold_against_the_ghost(one, pricks)
    return one


def test_without_faults_every_prick_is_given_in_one_part(tmp_path: Path) -> None:
    one = play(tmp_path)
    assert (one.record.outcome, one.record.parts) == ("complete", 1)
    assert one.record.count("given") == len(one.ghost) == PRICKS
    assert one.record.alarms == ()


@pytest.mark.parametrize("trigger", ["press", "held"])
def test_the_plan_s_estimate_of_time_and_the_dry_run_agree(tmp_path: Path, trigger: str) -> None:
    plan = tiny_plan(60, trigger=trigger, interval_ms=300)  # type: ignore[arg-type]
    record = played(plan, tmp_path / "journal").record
    assert 1.0 <= record.duration_us / plan.plan.duration_us < 1.05


@pytest.mark.parametrize(
    "fault",
    ["drop:0.05", "corrupt:0.05", "duplicate:0.5", "delay:50", "delay:200", "drop:0.2"],
)
@pytest.mark.parametrize("seed", range(3))
def test_weather_on_the_line_costs_time_and_no_prick(tmp_path: Path, fault: str, seed: int) -> None:
    one = play(tmp_path, fault, seed=seed)
    assert one.record.outcome == "complete"
    assert one.record.count("in_doubt") == 0


@pytest.mark.parametrize("number", range(1, PRICKS + 1))
def test_a_host_that_dies_with_any_shot_under_way_gives_no_prick_twice(
    tmp_path: Path, number: int
) -> None:
    one = play(tmp_path, f"host-restart@{number}")
    assert (one.record.outcome, one.record.parts) == ("complete", 2)
    assert one.record.count("given") == PRICKS


def test_a_host_that_dies_with_every_shot_gives_no_prick_twice(tmp_path: Path) -> None:
    one = play(tmp_path, *(f"host-restart@{number}" for number in range(1, PRICKS + 1)))
    assert one.record.outcome == "complete"
    assert one.record.parts == PRICKS + 1


@pytest.mark.parametrize("number", range(1, PRICKS + 1))
def test_a_pistol_that_loses_power_in_mid_dose_leaves_that_prick_in_doubt(
    tmp_path: Path, number: int
) -> None:
    one = play(tmp_path, f"power-cut@{number}")
    assert one.record.outcome == "complete"
    assert [prick.index for prick in one.record.pricks if prick.state == "in_doubt"] == [number - 1]
    assert one.record.count("given") == PRICKS - 1
    # Some of the dose had left the needle: never again at that site.
    assert one.ghost[number - 1].dose_nl > 0


@pytest.mark.parametrize("number", [1, 2, 7, PRICKS])
@pytest.mark.parametrize("seed", range(8))
def test_an_abort_ends_the_session_and_nothing_is_given_after_it(
    tmp_path: Path, number: int, seed: int
) -> None:
    one = play(tmp_path, f"abort@{number}", seed=seed)
    assert (one.record.outcome, one.record.why) == ("aborted", "stopped by the operator")
    assert one.record.count("in_doubt") == 0
    assert number - 1 <= one.record.count("given") <= number
    assert one.stops


def test_an_abort_in_motion_is_recorded_as_the_dose_that_was_given(tmp_path: Path) -> None:
    partial = []
    for seed in range(12):
        one = played(tiny_plan(3), tmp_path / f"journal-{seed}", "abort@2", seed=seed)
        partial += [alarm for alarm in one.record.alarms if alarm.kind == "partial"]
    assert partial


def test_a_dead_line_ends_interrupted_with_nothing_given(tmp_path: Path) -> None:
    one = play(tmp_path, "drop:1")
    assert one.record.outcome == "interrupted"
    assert one.ghost == []


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    faults = ("drop:0.1", "corrupt:0.05", "duplicate:0.2", "host-restart@3", "power-cut@5")
    first, second = (
        played(tiny_plan(8), tmp_path / name, *faults, seed=5).data for name in ("a", "b")
    )
    assert first == second


def test_another_seed_is_another_session(tmp_path: Path) -> None:
    first, second = (played(tiny_plan(3), tmp_path / str(seed), seed=seed).data for seed in (1, 2))
    assert first != second


def swarm(seed: int) -> list[str]:
    """Draw faults: each kind is off in two of five sessions, else anywhere up to its cap."""
    chance = Stream(seed, "swarm")
    faults = []
    for name, cap in (("drop", 300), ("corrupt", 200), ("duplicate", 500)):
        if chance.happens(0.6):
            faults.append(f"{name}:{chance.below(cap) / 1000}")
    if chance.happens(0.3):
        faults.append(f"delay:{chance.below(120)}")
    for name, odds in (("host-restart", 0.6), ("power-cut", 0.4), ("abort", 0.3)):
        if chance.happens(odds):
            faults.append(f"{name}@{chance.between(1, SWARM_PRICKS + 4)}")
    return faults


@pytest.mark.parametrize("block", range(8))
def test_a_swarm_of_mixed_faults_gives_no_prick_twice(tmp_path: Path, block: int) -> None:
    outcomes = set()
    for seed in range(block * SWARM // 8, (block + 1) * SWARM // 8):
        faults = swarm(seed)
        one = played(tiny_plan(SWARM_PRICKS), tmp_path / str(seed), *faults, seed=seed)
        try:
            hold_against_the_ghost(one, SWARM_PRICKS)
        except AssertionError as cause:
            raise AssertionError(f"seed {seed}, faults {' '.join(faults)}: {cause}") from cause
        outcomes.add(one.record.outcome)
    assert outcomes <= {"complete", "aborted", "interrupted"}
