"""From entries to the record."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import RecordError
from mesogun.record import (
    Armed,
    Connected,
    Ended,
    Entry,
    Intent,
    Opened,
    Outcome,
    Paused,
    Record,
    Replanned,
    Served,
    Serving,
    fold,
    to_json,
)

Told = Callable[..., Record]
FIRED = Outcome(500, 1, "fired", "NONE", 10_050, 601, 400, 1)
NOT_FIRED = Outcome(500, 1, "not_fired", "EXPIRED", 0, 0, None, 1)
PARTIAL = Outcome(500, 1, "partial", "ABORTED", 4_000, 601, 400, 1)
IN_DOUBT = Outcome(500, 1, "indeterminate", "MEMORY", 0, 0, None, 1)
ASKED = Intent(100, 1, 0)


def kinds(record: Record) -> list[str]:
    return [one.kind for one in record.alarms]


def test_a_whole_session_is_told(session: tuple[Entry, ...]) -> None:
    record = fold(session, len(session), "ff" * 32)
    assert record.outcome == "complete"
    assert [one.state for one in record.pricks] == ["given"] * 3
    assert [one.shot_id for one in record.pricks] == [1, 3, 4]
    assert [one.dose_nl_given for one in record.pricks] == [10_050, 9_990, 9_001]
    assert [one.at_us for one in record.pricks] == [400, 1_400, 1_900]
    assert record.dose_nl_given == 29_041
    assert record.duration_us == 2_100 - 30
    assert kinds(record) == ["supply"]
    assert record.session.simulated
    assert record.session.ended == "2026-11-21T09:00:02Z"


def test_a_prick_that_was_never_asked_is_not_given(told: Told) -> None:
    record = told(ASKED, FIRED)
    assert [one.state for one in record.pricks] == ["given", "not_given", "not_given"]
    assert record.pricks[2].shot_id is None
    assert "never asked" in record.pricks[2].why


def test_an_intent_without_an_outcome_is_in_doubt(told: Told) -> None:
    record = told(ASKED)
    assert record.pricks[0].state == "in_doubt"
    assert record.pricks[0].dose_nl_given is None
    assert kinds(record) == ["in_doubt"]


def test_a_shot_that_the_pistol_cannot_tell_is_in_doubt(told: Told) -> None:
    record = told(ASKED, IN_DOUBT)
    assert record.pricks[0].state == "in_doubt"
    assert kinds(record) == ["in_doubt"]


def test_no_reason_is_not_told_as_one(told: Told) -> None:
    why = told(ASKED, replace(IN_DOUBT, reason="none")).pricks[0].why
    assert why == "the pistol does not know whether it was given"


def test_a_shot_that_was_not_fired_is_not_given(told: Told) -> None:
    prick = told(ASKED, NOT_FIRED).pricks[0]
    assert (prick.state, prick.shot_id, prick.why) == ("not_given", 1, "not fired (EXPIRED)")


def test_a_shot_cut_short_is_given_with_what_was_measured(told: Told) -> None:
    record = told(ASKED, PARTIAL)
    assert record.pricks[0].state == "given"
    assert record.pricks[0].dose_nl_given == 4_000
    assert kinds(record) == ["partial"]


def test_a_shot_cut_short_before_any_dose_is_not_given(told: Told) -> None:
    assert told(ASKED, replace(PARTIAL, dose_nl_given=0)).pricks[0].state == "not_given"


def test_the_same_outcome_told_twice_is_one(told: Told) -> None:
    resolved = replace(FIRED, at_us=700, reason="RESOLVED", fired_at_us=None, pistol_seq=None)
    for first, second in ((FIRED, resolved), (resolved, FIRED)):
        record = told(ASKED, first, second)
        assert record.pricks[0].state == "given"
        assert record.dose_nl_given == 10_050
        assert record.pricks[0].at_us == 400
        assert not record.alarms


@pytest.mark.parametrize(
    ("first", "second"), list(permutations([FIRED, NOT_FIRED, PARTIAL, IN_DOUBT], 2))
)
def test_outcomes_that_contradict_each_other_are_in_doubt(
    told: Told, first: Outcome, second: Outcome
) -> None:
    record = told(ASKED, first, second)
    assert record.pricks[0].state == "in_doubt"
    assert "contradiction" in kinds(record)


def test_a_dose_measured_for_a_shot_that_was_not_fired_is_in_doubt(told: Told) -> None:
    record = told(ASKED, replace(NOT_FIRED, dose_nl_given=500))
    assert record.pricks[0].state == "in_doubt"
    assert kinds(record) == ["contradiction"]


def test_a_prick_given_under_two_ids_is_told_with_both_doses_and_an_alarm(told: Told) -> None:
    again = replace(FIRED, shot_id=2, dose_nl_given=9_000)
    record = told(ASKED, FIRED, Intent(600, 2, 0), again)
    assert record.pricks[0].state == "given"
    assert record.dose_nl_given == 19_050
    assert kinds(record) == ["given_twice"]


def test_doubt_about_one_id_is_doubt_about_the_prick(told: Told) -> None:
    for entries in ([ASKED, FIRED, Intent(600, 2, 0)], [Intent(50, 2, 0), ASKED, NOT_FIRED]):
        assert told(*entries).pricks[0].state == "in_doubt"


def test_one_id_for_two_pricks_puts_both_in_doubt(told: Told) -> None:
    record = told(ASKED, Intent(200, 1, 1), FIRED)
    assert [one.state for one in record.pricks] == ["in_doubt", "in_doubt", "not_given"]
    assert "contradiction" in kinds(record)


def test_a_shot_of_nobody_is_an_alarm(told: Told) -> None:
    record = told(replace(FIRED, shot_id=99))
    assert kinds(record) == ["foreign_shot"]
    assert record.count("not_given") == 3


def test_an_intent_for_no_planned_shot_is_an_alarm(told: Told) -> None:
    assert "contradiction" in kinds(told(Intent(1, 1, 3)))


def test_a_session_that_nobody_closed_was_interrupted(told: Told) -> None:
    assert told(ASKED, FIRED).outcome == "interrupted"


def test_a_resume_reopens_what_was_ended(told: Told, connected: Connected) -> None:
    ended = Ended(600, "interrupted", "no answer", "w")
    again = replace(connected, at_us=700, part=2)
    assert told(Armed(50, 300, "x"), ASKED, FIRED, ended).parts == 1
    record = told(Armed(50, 300, "x"), ASKED, FIRED, ended, again)
    assert (record.outcome, record.parts, record.session.ended) == ("interrupted", 2, None)
    record = told(ended, again, replace(ended, at_us=900, outcome="complete", why="all given"))
    assert (record.outcome, record.why) == ("complete", "all given")


def test_another_pistol_in_a_later_part_is_an_alarm(told: Told, connected: Connected) -> None:
    other = replace(connected, part=2, pistol_uid="5100000000000008")
    assert kinds(told(other)) == ["pistol_changed"]


def test_one_simulated_part_makes_the_record_a_simulated_one(
    opened: Opened, connected: Connected
) -> None:
    metal = replace(connected, simulated=False)
    assert not fold((opened, metal), 2, "").session.simulated
    assert fold((opened, connected, metal), 3, "").session.simulated


def test_a_head_of_several_needles_shares_the_measured_dose_as_planned(opened: Opened) -> None:
    heads = replace(opened, shots=1, shot_of=(0, 0, 0), doses_nl=(10, 10, 10))
    record = fold((heads, ASKED, replace(FIRED, dose_nl_given=32)), 3, "")
    assert [one.dose_nl_given for one in record.pricks] == [10, 11, 11]
    assert record.dose_nl_given == 32


@pytest.mark.parametrize(
    "change",
    [{"shots": 4}, {"shots": 2}, {"pricks": 4}, {"doses_nl": (1, 2)}, {"shot_of": (0, 1, 3)}],
)
def test_an_opening_that_disagrees_with_itself_is_refused(
    opened: Opened, change: dict[str, object]
) -> None:
    with pytest.raises(RecordError, match="opening"):
        fold((replace(opened, **change),), 1, "")  # type: ignore[arg-type]


def test_a_journal_without_an_opening_is_no_session(connected: Connected, opened: Opened) -> None:
    for entries in ((), (connected,), (connected, opened), (opened, connected, opened)):
        with pytest.raises(RecordError, match="open"):
            fold(entries, len(entries), "")


IDS, SHOTS, TIMES = st.integers(1, 5), st.integers(0, 4), st.integers(0, 10_000)
ANY_ENTRY = st.one_of(
    st.builds(Intent, TIMES, IDS, SHOTS),
    st.builds(
        Outcome,
        TIMES,
        IDS,
        st.sampled_from(["fired", "not_fired", "partial", "indeterminate"]),
        st.just("r"),
        st.sampled_from([0, 7, 9_000]),
        st.just(600),
        st.none() | TIMES,
        st.none(),
    ),
    st.builds(Armed, TIMES, st.just(300), st.just("x")),
    st.builds(Ended, TIMES, st.sampled_from(["complete", "aborted"]), st.just("w"), st.just("w")),
)
OPENING = Opened(0, "s", "t", "d", "p", 3, 3, (9, 9, 9), (1, 1, 1), (0, 1, 2), ())


@settings(max_examples=200)
@given(st.lists(ANY_ENTRY, max_size=12))
def test_whatever_happened_every_prick_is_accounted_for(entries: list[Entry]) -> None:
    record = fold((OPENING, *entries), 1 + len(entries), "h")
    outcomes: dict[int, set[str]] = {}
    for one in entries:
        if isinstance(one, Outcome):
            outcomes.setdefault(one.shot_id, set()).add(one.outcome)
    for prick in record.pricks:
        ids = {
            one.shot_id for one in entries if isinstance(one, Intent) and one.shot == prick.index
        }
        if prick.state == "not_given":
            # Never by guess: each of its ids has an outcome, and none that may have given a dose.
            assert all(outcomes.get(one, set()) <= {"not_fired", "partial"} for one in ids)
            assert all(outcomes.get(one) for one in ids)
        elif prick.state == "given":
            assert any(outcomes[one] & {"fired", "partial"} for one in ids)
            assert prick.dose_nl_given is not None
        else:
            assert ids
            assert prick.dose_nl_given is None
    assert json.loads(to_json(record))["totals"]["pricks_planned"] == 3


def test_record_json_has_the_names_that_other_programs_rely_on(session: tuple[Entry, ...]) -> None:
    told = json.loads(to_json(fold(session, len(session), "ff" * 32)))
    assert told["format"] == "mesogun-record/1"
    assert told["simulated"] is True
    assert told["session"]["pistol_uid"] == "5100000000000007"
    assert told["session"]["versions"] == {"mesogun": "0.1.0"}
    assert told["chain"] == {"entries": len(session), "head": "ff" * 32}
    assert told["totals"] == {
        "pricks_planned": 3,
        "pricks_given": 3,
        "pricks_not_given": 0,
        "pricks_in_doubt": 0,
        "dose_nl_planned": 29_000,
        "dose_nl_given": 29_041,
        "dose_nl_in_doubt": 0,
        "duration_us": 2_070,
        "parts": 1,
    }
    assert told["pricks"][1] == {
        "index": 1,
        "shot_id": 3,
        "state": "given",
        "dose_nl_planned": 10_000,
        "dose_nl_given": 9_990,
        "depth_um_planned": 600,
        "depth_um_given": 601,
        "at_us": 1_400,
        "why": "",
    }
    assert {"outcome", "why", "plan_digest", "alarms"} <= told.keys()


ANEW = Replanned(600, "sha256:" + "cd" * 32, "sha256:" + "ab" * 32, (10_000, 0, 19_000))


def test_a_plan_that_came_into_force_later_says_what_was_planned(told: Told) -> None:
    record = told(ASKED, FIRED, ANEW)
    assert [one.dose_nl_planned for one in record.pricks] == [10_000, 0, 19_000]
    assert record.plan_digest == ANEW.plan_digest
    (replan,) = record.replans
    assert (replan.at_us, replan.parent) == (600, ANEW.parent)
    assert replan.changes == ((1, 10_000, 0), (2, 9_000, 19_000))


def test_plans_form_a_chain(told: Told) -> None:
    again = Replanned(700, "sha256:" + "ef" * 32, ANEW.plan_digest, (10_000, 0, 18_000))
    record = told(ANEW, again)
    assert record.plan_digest == again.plan_digest
    assert [one.changes for one in record.replans][1] == ((2, 19_000, 18_000),)
    for odd in (again, replace(ANEW, doses_nl=(1, 2))):
        with pytest.raises(RecordError, match="does not continue"):
            told(odd)


def test_a_pause_is_told_with_who_confirmed_it(told: Told) -> None:
    pause, arm = Paused(300, 2, ("needle", "refill")), Armed(400, 300, "a nurse")
    (one,) = told(Armed(50, 300, "a doctor"), pause, arm, Armed(500, 300, "later")).pauses
    assert (one.at_us, one.shot, one.kinds) == (300, 2, ("needle", "refill"))
    assert (one.confirmed_by, one.confirmed_at_us) == ("a nurse", 400)


def test_a_pause_that_nobody_confirmed_says_so_and_stands_once(told: Told) -> None:
    pause = Paused(300, 2, ("needle",))
    (one,) = told(pause, replace(pause, at_us=900)).pauses
    assert (one.at_us, one.confirmed_by, one.confirmed_at_us) == (900, "", None)


def test_pauses_and_plans_are_in_the_json_where_there_are_any(
    told: Told, session: tuple[Entry, ...]
) -> None:
    plain = json.loads(to_json(fold(session, len(session), "")))
    assert not {"pauses", "replans"} & plain.keys()
    record = json.loads(to_json(told(Paused(300, 2, ("needle",)), ANEW)))
    assert record["pauses"][0]["kinds"] == ["needle"]
    assert record["replans"][0]["changes"] == [[1, 10_000, 0], [2, 9_000, 19_000]]


def test_what_was_served_is_told_once_and_is_no_dose(told: Callable[..., Record]) -> None:
    prime = Served(20, 2, 7, "prime", "fired", 50_000)
    record = told(Served(25, 4, 8, "weighed", "indeterminate", 0), prime, replace(prime, at_us=90))
    assert record.served == (
        Serving(2, "prime", "fired", 50_000),
        Serving(4, "weighed", "indeterminate", 0),
    )
    assert record.dose_nl_given == 0
    shown = json.loads(to_json(record))
    assert [one["served_as"] for one in shown["served"]] == ["prime", "weighed"]
