"""A seed that once failed is played from what it drew then, and does not fail again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.campaign import play
from tests.simulation.campaign.draws import Draws, draw
from tests.simulation.campaign.kept import Kept, keep, kept, restored, written
from tests.simulation.campaign.many import judged
from tests.simulation.defects.listed import DEFECTS, parts
from tests.simulation.defects.substitute import Instead, in_place

UNDONE = {1007925: "a further stop is the first", 1008079: "ids not claimed"}
"""Mends that a seeded mistake undoes, by the seed that found what they mend."""


@pytest.mark.parametrize("one", kept(), ids=lambda one: str(one.draws.seed))
def test_a_seed_that_once_failed_does_not_fail_again(one: Kept, tmp_path: Path) -> None:
    played, found = judged(one.draws.seed, tmp_path, draws=one.draws)
    assert played is not None, f"{found}; once: {one.found}"
    assert found == []


@pytest.mark.parametrize("seed", UNDONE)
def test_a_kept_seed_finds_its_fault_where_the_mend_is_undone(seed: int, tmp_path: Path) -> None:
    one = next(each for each in kept() if each.draws.seed == seed)
    mistake = next(each for each in DEFECTS if each.name == UNDONE[seed])
    with in_place(*parts(mistake)):
        _, found = judged(seed, tmp_path, draws=one.draws)
    assert one.found in [f"{oracle}: {text}" for oracle, text in found]


def test_a_kept_seed_is_played_from_its_stored_draws_whatever_is_drawn_now(
    tmp_path: Path,
) -> None:
    one = kept()[0]
    told = play.play(one.draws.seed, tmp_path, draws=one.draws)
    with in_place(Instead(play, "draw", lambda _: lambda seed: Draws(seed, 1, "plain"))):
        again = play.play(one.draws.seed, tmp_path, draws=one.draws)
        drawn_now = play.play(one.draws.seed, tmp_path)
    assert again.digest == told.digest != drawn_now.digest
    assert again.draws == one.draws


@pytest.mark.parametrize("first", [0, 200, 400])
def test_what_is_written_down_is_restored(first: int, tmp_path: Path) -> None:
    drawn = [draw(seed) for seed in range(first, first + 200)]
    path = tmp_path / "kept.toml"
    path.write_text("")
    keep(((one, "O1", 'a "told" text\\') for one in drawn), path)
    assert [one.draws for one in kept(path)] == drawn
    assert kept(path)[0].found == 'O1: a "told" text\\'


def test_a_seed_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "kept.toml"
    path.write_text("")
    keep([(draw(7), "O1", "first"), (draw(7), "O5", "second")], path)
    keep([(draw(7), "O7", "later")], path)
    assert [(one.draws.seed, one.found) for one in kept(path)] == [(7, "O1: first")]


def test_what_is_off_is_not_written_down() -> None:
    bare = Draws(3, shots=2, shape="plain")
    assert written(bare) == '{ shots = 2, shape = "plain" }'
    assert restored(3, {"shots": 2, "shape": "plain"}) == bare


def test_a_draw_that_lost_its_name_is_not_played_without_it() -> None:
    with pytest.raises(ValueError, match="seed 3: nothing called weathr is drawn"):
        restored(3, {"shots": 2, "shape": "plain", "weathr": [["drop", 1]]})
