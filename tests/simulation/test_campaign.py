"""The campaign, small: whatever goes wrong by seed, no oracle is violated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.campaign.draws import BY_PEOPLE, DISK, KINDS, draw
from tests.simulation.campaign.many import tally
from tests.simulation.campaign.play import play
from tests.simulation.campaign.witnesses import cells, missing, table

BLOCKS, BLOCK = 6, 40


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_seed_violates_an_oracle(block: int) -> None:
    found = tally(range(block * BLOCK, (block + 1) * BLOCK))
    assert found.violations == []
    assert found.seeds == BLOCK
    assert found.shots > 0
    assert set(found.outcomes) <= {"complete", "aborted", "interrupted", "fault"}


def test_a_seed_decides_every_byte(tmp_path: Path) -> None:
    first, again, other = (play(seed, tmp_path) for seed in (31, 31, 32))
    assert first.data == again.data
    assert first.digest == again.digest != other.digest


def test_the_clock_on_the_wall_decides_nothing(tmp_path: Path) -> None:
    first = play(33, tmp_path)
    later = play(33, tmp_path, wall="2031-02-29T23:59:60.000Z")
    assert first.data != later.data
    assert first.digest == later.digest


def test_every_kind_of_fault_is_drawn_and_off_in_most_sessions() -> None:
    drawn = [draw(seed) for seed in range(3_000)]
    for kind in KINDS:
        on = sum(kind in repr(each) for each in drawn)
        if kind in BY_PEOPLE:
            continue  # drawn under other names
        assert 0 < on < len(drawn) // 2, kind
    assert {each.shots for each in drawn} >= {1, 2, 5, 10, 40}
    assert any(each.torn for each in drawn)
    assert any(each.declined for each in drawn)


def test_a_table_of_witnesses_says_what_met_what() -> None:
    found = tally(range(400, 440))
    text = table(found.witnesses)
    assert all(kind in text for kind in (*DISK, "power_cut", "swap"))
    assert set(missing(found.witnesses)) < set(cells())
