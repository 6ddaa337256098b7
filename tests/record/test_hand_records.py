"""Records of sessions by hand: what a person said, in the form of any other record."""

from __future__ import annotations

import json

from mesogun.record import (
    Armed,
    Corrected,
    Ended,
    Entry,
    Guided,
    Intent,
    Opened,
    Outcome,
    Record,
    fold,
    to_json,
)

WALL = "2026-11-21T10:00:00Z"


def said(shot_id: int, outcome: str = "fired", reason: str = "confirmed by operator") -> Outcome:
    given = outcome == "fired"
    return Outcome(
        shot_id * 100, shot_id, outcome, reason, 10_000 * given, 600 * given,  # type: ignore[arg-type]
        shot_id * 100 if given else None, None,
    )  # fmt: skip


def told(opened: Opened, *more: Entry) -> Record:
    entries = (opened, Guided(10, 1, WALL, "dr-17"), Armed(20, 0, "dr-17"), *more)
    return fold(entries, len(entries), "0" * 64)


def test_a_record_by_hand_says_so_and_a_pistol_s_keeps_its_bytes(
    opened: Opened, session: tuple[Entry, ...]
) -> None:
    by_hand = json.loads(to_json(told(opened, Intent(90, 1, 0), said(1))))["session"]
    assert (by_hand["device"], by_hand["confirmed_by"]) == ("hand", "dr-17")
    assert by_hand["evidence"] == "confirmed by operator, not measured"
    by_pistol = json.loads(to_json(fold(session, len(session), "0" * 64)))["session"]
    assert not {"device", "confirmed_by", "evidence"} & by_pistol.keys()


def test_what_became_of_a_prick_is_told_in_a_person_s_words(opened: Opened) -> None:
    record = told(
        opened,
        Intent(90, 1, 0),
        said(1, "not_fired", "skipped by the operator"),
        Intent(190, 2, 1),
    )
    assert [(one.state, one.why) for one in record.pricks] == [
        ("not_given", "skipped by the operator"),
        ("in_doubt", "shown to the operator, who did not say whether it was given"),
        ("not_given", "not reached"),
    ]
    assert [one.text for one in record.alarms] == [
        "prick 2: shown to the operator, who did not say whether it was given"
    ]


def test_the_last_correction_counts_and_each_is_an_alarm(opened: Opened) -> None:
    def amended(at_us: int, given: bool) -> Corrected:
        outcome = "fired" if given else "not_fired"
        return Corrected(at_us, 1, outcome, 10_000 * given, 600 * given, "dr-18")  # type: ignore[arg-type]

    entries = (Intent(90, 1, 0), said(1), amended(200, False), amended(300, True))
    record = told(opened, *entries)
    assert (record.pricks[0].state, record.pricks[0].at_us) == ("given", 300)
    assert [one.kind for one in record.alarms] == ["corrected", "corrected"]
    assert "given, corrected by dr-18 to not given" in record.alarms[0].text


def test_an_answer_about_a_prick_that_was_never_shown_is_alarmed(opened: Opened) -> None:
    record = told(opened, Corrected(50, 9, "fired", 10_000, 600, "dr-17"))
    assert {one.kind for one in record.alarms} == {"corrected", "foreign_shot"}
    assert record.dose_nl_given == 0


def test_each_start_of_the_guide_is_a_part_and_all_who_confirmed_are_named(
    opened: Opened,
) -> None:
    ended = Ended(400, "aborted", "stopped by the operator", WALL)
    record = told(opened, ended, Guided(500, 2, WALL, "dr-18"))
    assert record.parts == 2
    assert record.session.confirmed_by == "dr-17, dr-18"
    assert record.outcome == "interrupted", "the second part was not closed"
