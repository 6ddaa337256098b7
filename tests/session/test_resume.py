"""What a journal's history says of a session, and what it must not say."""

from __future__ import annotations

import pytest

from mesogun.errors import RecordError
from mesogun.record import Ended, Entry
from mesogun.session import past_of
from tests.session.hand_made import (
    WALL,
    connected,
    intent,
    opened,
    orders,
    outcome,
    reserved,
)

FOUR = orders(4)
BEGUN = [opened(FOUR), connected(), reserved()]


def test_nothing_asked_leaves_everything() -> None:
    past = past_of([opened(FOUR)], FOUR)
    assert (past.left, past.open, past.parts, past.id_highest) == ((0, 1, 2, 3), (), 0, 0)


def test_given_and_doubtful_pricks_are_not_left_and_open_ones_are_named() -> None:
    told: list[Entry] = []
    for shot, what in enumerate(["fired", "not_fired", "indeterminate"]):
        told += [intent(shot + 1, shot), outcome(shot + 1, what)]
    past = past_of([*BEGUN, *told, intent(4, 3, 77)], FOUR)
    assert past.left == (1, 3)
    assert [(one.shot_id, one.shot, one.at_us) for one in past.open] == [(4, 3, 77)]
    assert past.at_us == 77


def test_a_partial_dose_is_not_given_again() -> None:
    assert past_of([*BEGUN, intent(1, 0), outcome(1, "partial")], FOUR).left == (1, 2, 3)


def test_a_prick_given_under_a_second_id_is_not_left() -> None:
    told = [intent(1, 0), outcome(1, "not_fired"), intent(2, 0), outcome(2)]
    assert past_of([*BEGUN, *told], FOUR).left == (1, 2, 3)


@pytest.mark.parametrize(
    "told",
    [
        [outcome(1, "not_fired"), outcome(1, "fired")],
        [outcome(1, "fired"), outcome(1, "not_fired")],
        [outcome(1, "not_fired"), outcome(1, "fired"), outcome(1, "not_fired")],
    ],
)
def test_a_prick_told_in_two_ways_is_never_asked_again(told: list[Entry]) -> None:
    assert past_of([*BEGUN, intent(1, 0), *told], FOUR).left == (1, 2, 3)


def test_a_dose_of_a_shot_that_was_not_fired_is_in_doubt() -> None:
    from dataclasses import replace

    odd = replace(outcome(1, "not_fired"), dose_nl_given=5)
    assert past_of([*BEGUN, intent(1, 0), odd], FOUR).left == (1, 2, 3)


def test_the_pistol_is_the_one_that_the_session_began_with() -> None:
    past = past_of([*BEGUN, connected(part=2, uid=8)], FOUR)
    assert (past.parts, past.pistol_uid) == (2, "5100000000000007")


@pytest.mark.parametrize("word", ["complete", "aborted", "fault", "interrupted"])
def test_only_a_complete_session_is_complete(word: str) -> None:
    ended = Ended(9, word, "", WALL)  # type: ignore[arg-type]
    assert past_of([*BEGUN, ended], FOUR).complete is (word == "complete")


@pytest.mark.parametrize(
    ("history", "text"),
    [
        ([], "opening"),
        ([connected()], "opening"),
        ([opened(orders(3))], "of the plan"),
        ([*BEGUN, intent(1, 4)], "has 4"),
        ([*BEGUN, intent(1, 0), intent(1, 1)], "twice"),
        ([*BEGUN, intent(65, 0)], "without reserving"),
        ([*BEGUN, outcome(1)], "never asked"),
    ],
)
def test_a_history_that_does_not_fit_is_no_ground_to_fire_on(
    history: list[Entry], text: str
) -> None:
    with pytest.raises(RecordError, match=text):
        past_of(history, FOUR)


def test_another_plan_is_refused_by_name() -> None:
    from dataclasses import replace

    with pytest.raises(RecordError, match="sha256:cd"):
        past_of([opened(FOUR)], replace(FOUR, plan_digest="sha256:" + "cd" * 32))
