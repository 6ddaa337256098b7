"""From hello to a settled pistol: who is there, what is unread, what is open, what is latched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firmware_protocol.messages import (
    MAJOR,
    AbortCause,
    ClearAbort,
    ClearAbortReply,
    ErrorCode,
    FaultCode,
    Hello,
    JournalKind,
    JournalRead,
    LimitsGet,
    Outcome,
    PistolState,
    Poll,
    Refusal,
    Resolution,
    Resolve,
)
from mesogun.record import Acknowledged, Alarmed, Connected, Reserved
from mesogun.record import Ended as EndedEntry
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session.model import Ended, Garbled, LinkLost
from tests.session.hand_made import (
    UID,
    Talk,
    begun,
    connected,
    ended,
    error,
    hello,
    intent,
    orders,
    outcome,
    record,
    records,
    reserved,
    resolution,
    status,
    stopped,
    voided,
)

OPEN = [connected(), reserved(), intent(1, 0)]


def end_of(talk: Talk) -> Ended:
    session = talk.step.session
    assert isinstance(session, Ended)
    assert talk.request is None
    return session


def test_a_session_begins_with_hello() -> None:
    assert isinstance(Talk().request, Hello)


def test_the_pistol_that_answers_is_written_down_before_anything_else_is_asked() -> None:
    (entry,) = Talk().connect().step.entries
    assert isinstance(entry, Connected)
    assert (entry.part, entry.pistol_uid, entry.simulated) == (1, f"{UID:016x}", True)
    assert (entry.firmware, entry.limits_revision) == ("1.2.3", 3)


def test_an_unread_journal_is_read_from_the_last_acknowledged_record() -> None:
    talk = Talk().connect(journal_head=9, journal_tail=7).tell(status(journal_head=9))
    assert talk.request == JournalRead(8, 3)


def test_what_was_read_is_acknowledged_only_with_a_later_request() -> None:
    talk = Talk().connect(journal_tail=7).tell(status(journal_head=8))
    talk.tell(records(record(8, JournalKind.BOOT)))
    assert isinstance(talk.request, Poll)
    assert talk.request.journal_ack == 8
    assert [one.request.journal_ack for one in talk.steps if isinstance(one.request, Poll)] == [
        7,
        8,
    ]


def test_a_long_journal_is_read_piece_by_piece() -> None:
    talk = Talk().connect().tell(status(journal_head=5))
    talk.tell(records(*(record(seq, JournalKind.BOOT) for seq in (1, 2, 3))))
    assert talk.request == JournalRead(4, 3)


def test_an_own_open_intent_is_settled_by_the_pistol_s_journal() -> None:
    talk = Talk(history=OPEN).connect().tell(status(journal_head=2))
    talk.tell(records(begun(1, 1), ended(2, 1)))
    (entry,) = talk.kinds(OutcomeEntry)
    assert (entry.shot_id, entry.outcome, entry.pistol_seq) == (1, "fired", 2)
    assert talk.step.session.core.ledger.left == (1, 2)


@pytest.mark.parametrize(
    ("what", "word", "left"),
    [
        (Outcome.FIRED, "fired", (1, 2)),
        (Outcome.PARTIAL, "partial", (1, 2)),
        (Outcome.INDETERMINATE, "indeterminate", (1, 2)),
        (Outcome.FORGOTTEN, "indeterminate", (1, 2)),
        (Outcome.NONE, "indeterminate", (1, 2)),
        (Outcome.NOT_FIRED, "not_fired", (0, 1, 2)),
    ],
)
def test_an_own_open_intent_that_no_record_tells_of_is_resolved(
    what: Outcome, word: str, left: tuple[int, ...]
) -> None:
    talk = Talk(history=OPEN).connect().tell(status())
    assert talk.request == Resolve(1)
    talk.tell(resolution(1, what))
    (entry,) = talk.kinds(OutcomeEntry)
    assert (entry.outcome, entry.pistol_seq) == (word, None)
    assert talk.step.session.core.ledger.left == left


def test_a_shot_that_was_void_for_an_empty_syringe_is_asked_again_by_a_resume() -> None:
    talk = Talk(history=OPEN).connect().tell(status(journal_head=1))
    talk.tell(records(voided(1, 1, Refusal.EMPTY)), status(journal_head=1))
    assert isinstance(talk.request, LimitsGet)
    assert talk.step.session.core.ledger.left == (0, 1, 2)


def test_a_try_of_an_earlier_part_is_no_try_of_this_one() -> None:
    history = [*OPEN, outcome(1, "not_fired"), intent(2, 1)]
    talk = Talk(history=history).connect().tell(status(), resolution(2, Outcome.NOT_FIRED))
    assert talk.step.session.core.ledger.tries == 0


def test_a_shot_that_still_moves_is_waited_for() -> None:
    talk = Talk(history=OPEN).connect().tell(status(), resolution(1, Outcome.PENDING))
    assert talk.request == Resolve(1)
    assert talk.step.not_before_us == talk.now_us + 100_000
    assert talk.kinds(OutcomeEntry) == []


def test_a_journal_too_full_to_void_a_shot_is_acknowledged_first() -> None:
    talk = (
        Talk(history=OPEN)
        .connect()
        .tell(status(journal_head=1), records(record(1, JournalKind.BOOT)))
    )
    assert talk.request == Resolve(1)
    talk.tell(error(ErrorCode.JOURNAL_UNREAD, 1))
    assert isinstance(talk.request, Poll)
    assert talk.request.journal_ack == 1
    talk.tell(status(journal_head=1, journal_tail=1))
    assert talk.request == Resolve(1)
    assert talk.kinds(Alarmed) == []


def test_a_pistol_that_never_has_room_to_void_a_shot_ends_the_session_at_last() -> None:
    talk = Talk(history=OPEN).connect().tell(status())
    while not isinstance(talk.step.session, Ended):
        full = talk.request == Resolve(1)
        talk.tell(error(ErrorCode.JOURNAL_UNREAD, 1) if full else status())
    assert end_of(talk).outcome in ("fault", "interrupted")
    assert talk.kinds(OutcomeEntry) == []


def test_a_shot_that_never_ends_is_left_in_doubt() -> None:
    talk = Talk(history=OPEN).connect().tell(status())
    while not isinstance(talk.step.session, Ended):
        talk.tell(resolution(1, Outcome.PENDING))
    assert end_of(talk).outcome == "interrupted"
    assert talk.now_us < 120_000_000
    assert talk.kinds(OutcomeEntry) == []


def test_an_answer_about_another_shot_settles_nothing() -> None:
    talk = Talk(history=OPEN).connect().tell(status(), resolution(2, Outcome.NOT_FIRED))
    assert talk.kinds(OutcomeEntry) == []
    assert talk.kinds(Alarmed)[0].kind == "contradiction"


def test_a_latched_abort_is_cleared_once_the_journal_is_read() -> None:
    told = {"abort_id": 4, "abort_cause": AbortCause.LEASE}
    talk = Talk().connect().tell(status(PistolState.ABORTED, journal_head=1, **told))
    assert isinstance(talk.request, JournalRead)
    talk.tell(records(record(1, JournalKind.ABORT, 4)))
    talk.tell(status(PistolState.ABORTED, journal_head=1, **told))
    assert talk.request == ClearAbort(4)
    talk.tell(ClearAbortReply(PistolState.SAFE), status(journal_head=1))
    assert isinstance(talk.request, LimitsGet)


def test_an_abort_that_came_meanwhile_is_looked_at_again() -> None:
    talk = Talk().connect().tell(status(PistolState.ABORTED, abort_id=4))
    talk.tell(error(ErrorCode.WRONG_ABORT_ID), status(PistolState.ABORTED, abort_id=5))
    assert talk.request == ClearAbort(5)


def test_an_abort_that_cannot_be_cleared_ends_the_session_at_last() -> None:
    talk = Talk().connect()
    while not isinstance(talk.step.session, Ended):
        talk.tell(status(PistolState.ABORTED, abort_id=4), error(ErrorCode.WRONG_ABORT_ID))
    assert end_of(talk).outcome == "fault"


@pytest.mark.parametrize(
    "state", [PistolState.BOOT, PistolState.SELFTEST, PistolState.FIRING, PistolState.CHALLENGED]
)
def test_a_pistol_that_is_busy_is_waited_for(state: PistolState) -> None:
    talk = Talk().connect().tell(status(state, flags=0))
    assert isinstance(talk.request, Poll)
    assert talk.step.not_before_us == talk.now_us + 100_000


def test_what_is_merged_is_written_down_as_acknowledged_before_arming() -> None:
    talk = Talk().connect(journal_tail=7).tell(status(journal_head=7))
    assert isinstance(talk.request, LimitsGet)
    assert talk.step.entries == (Acknowledged(talk.now_us, 8),)  # 8: its ids were claimed


def claiming(**other: int) -> Talk:
    """A session that has just asked a pistol at rest to void its first id."""
    return Talk(claims=False).connect(**other).tell(status())


def test_the_first_id_is_voided_before_anything_is_armed_and_its_block_is_durable_before() -> None:
    talk = claiming(shot_id_highest=40)
    assert talk.request == Resolve(41)
    assert talk.step.entries == (Reserved(talk.now_us, 41, 104),)
    talk.tell(resolution(41, Outcome.NOT_FIRED), status(journal_head=1))
    assert talk.request == JournalRead(1, 3)
    talk.tell(records(voided(1, 41)), status(journal_head=1))
    assert isinstance(talk.request, LimitsGet)
    assert talk.kinds(Alarmed) == talk.kinds(OutcomeEntry) == []


def test_each_part_claims_an_id_of_its_own_beyond_those_of_the_parts_before() -> None:
    talk = Talk(history=[connected(), reserved(1, 64)], claims=False).connect().tell(status())
    assert talk.request == Resolve(65)


def test_a_part_that_only_settles_claims_nothing() -> None:
    history = [connected(), reserved(), intent(1, 0), outcome(1), intent(2, 1)]
    talk = Talk(orders(2), history, claims=False).connect().tell(status())
    talk.tell(resolution(2, Outcome.FIRED), status())
    assert end_of(talk).outcome == "complete"
    assert talk.kinds(Reserved) == []


@pytest.mark.parametrize("what", [one for one in Outcome if one is not Outcome.NOT_FIRED])
def test_an_id_that_cannot_be_claimed_arms_nothing(what: Outcome) -> None:
    talk = claiming().tell(resolution(1, what)).finish()
    assert end_of(talk).outcome == "fault"
    assert [one.kind for one in talk.kinds(Alarmed)] == ["contradiction"]


@pytest.mark.parametrize(
    "reply", [resolution(2, Outcome.NOT_FIRED), resolution(1, Outcome.NOT_FIRED, dose_nl_given=1)]
)
def test_a_claim_that_is_not_answered_in_full_arms_nothing(reply: Resolution) -> None:
    talk = claiming().tell(reply).finish()
    assert end_of(talk).outcome == "fault"


def test_a_claim_that_the_pistol_refuses_arms_nothing() -> None:
    talk = claiming().tell(error(ErrorCode.JOURNAL_UNREAD, 3)).finish()
    assert end_of(talk).outcome == "fault"
    assert "asked to void the first id" in end_of(talk).why


def test_a_stop_while_ids_are_claimed_is_settled_without_an_alarm() -> None:
    talk = claiming().tell(stopped(), status(PistolState.ABORTED, journal_head=1))
    talk.tell(records(voided(1, 1)), status(PistolState.ABORTED, journal_head=1))
    assert end_of(talk).outcome == "aborted"
    assert talk.kinds(Alarmed) == []


def test_a_claim_of_an_earlier_part_that_was_not_read_then_is_no_alarm_now() -> None:
    talk = Talk(history=[connected(), reserved()]).connect(shot_id_highest=1)
    talk.tell(status(journal_head=1), records(voided(1, 1)))
    assert talk.kinds(Alarmed) == []
    assert isinstance(talk.tell(status(journal_head=1)).request, LimitsGet)


def test_a_void_that_gave_a_dose_under_an_own_id_never_asked_is_a_fault() -> None:
    talk = Talk(history=[connected(), reserved()]).connect(shot_id_highest=1)
    talk.tell(status(journal_head=1), records(voided(1, 1)._replace(dose_nl_given=5))).finish()
    assert end_of(talk).outcome == "fault"


def test_a_pistol_in_fault_is_not_armed() -> None:
    talk = Talk().connect().tell(status(PistolState.FAULT, fault=FaultCode.MEMORY))
    assert end_of(talk).outcome == "fault"
    assert "MEMORY" in end_of(talk).why


def test_another_pistol_than_the_session_began_with_is_asked_nothing() -> None:
    talk = Talk(history=OPEN).connect(uid=UID + 1)
    assert [one.kind for one in talk.kinds(Alarmed)] == ["pistol_changed"]
    assert end_of(talk).outcome == "interrupted"
    assert f"{UID:016x}" in end_of(talk).why
    assert f"{UID + 1:016x}" in end_of(talk).why
    assert talk.kinds(Connected) == []


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({}, ""),
        ({"firmware_version": 0x010204}, "changed: firmware 1.2.3 is now 1.2.4. Confirm only"),
        ({"limits_revision": 4}, "changed: limits' revision 3 is now 4. Confirm only"),
        ({"calibration_id": 0, "limits_revision": 2}, "3 is now 2, calibration 5 is now 0. Conf"),
    ],
)
def test_what_was_changed_in_the_pistol_since_it_was_met_is_alarmed_before_it_is_armed(
    other: dict[str, int], says: str
) -> None:
    talk = Talk(history=[connected(), reserved()]).connect(**other)
    told = [one.text for one in talk.kinds(Alarmed) if one.kind == "pistol_setup"]
    assert len(told) == bool(says)
    assert says in "".join(told)
    assert Talk().connect(**other).kinds(Alarmed) == []  # a session that begins knows no other


@pytest.mark.parametrize("word", ["aborted", "fault", "interrupted"])
def test_another_pistol_changes_nothing_of_how_the_session_had_ended(word: str) -> None:
    history = [*OPEN, EndedEntry(0, word, "", "then")]  # type: ignore[arg-type]
    assert end_of(Talk(history=history).connect(uid=UID + 1)).outcome == word


@pytest.mark.parametrize("what", ["major", "schema_hash", "actuating_hash"])
def test_another_version_is_refused_with_both_named(what: str) -> None:
    talk = Talk().connect(**{what: 0})
    assert end_of(talk).outcome == "fault"
    assert "1.2.3" in end_of(talk).why
    assert "update the" in end_of(talk).why
    (alarm,) = talk.kinds(Alarmed)
    assert alarm.kind == "version"


def test_shots_of_another_host_are_alarmed_and_left_alone() -> None:
    talk = Talk().connect().tell(status(journal_head=2), records(begun(1, 5), ended(2, 5)))
    (alarm,) = talk.kinds(Alarmed)
    assert alarm.kind == "foreign_shot"
    assert talk.kinds(OutcomeEntry) == []
    assert isinstance(talk.request, Poll)


def test_an_own_id_that_this_journal_never_asked_for_is_a_fault() -> None:
    talk = Talk(history=[connected(), reserved()]).connect()
    talk.tell(status(journal_head=1), records(ended(1, 7))).finish()
    assert end_of(talk).outcome == "fault"
    assert "shot 7" in end_of(talk).why


def test_a_shot_settled_before_and_told_again_changes_nothing() -> None:
    talk = Talk(history=[*OPEN, outcome(1)]).connect()
    talk.tell(status(journal_head=2), records(begun(1, 1), ended(2, 1)))
    assert talk.kinds(OutcomeEntry) == talk.kinds(Alarmed) == []
    assert talk.step.session.core.ledger.left == (1, 2)


def test_a_shot_settled_as_not_fired_and_told_as_fired_is_never_asked_again() -> None:
    talk = Talk(history=[*OPEN, outcome(1, "not_fired")]).connect()
    talk.tell(status(journal_head=1), records(ended(1, 1))).finish()
    assert end_of(talk).outcome == "fault"
    assert talk.kinds(OutcomeEntry)[0].outcome == "fired"
    assert talk.step.session.core.ledger.left == (1, 2)


def test_a_pistol_that_was_asked_for_other_numbers_is_a_fault() -> None:
    talk = Talk(history=OPEN).connect().tell(status(journal_head=1))
    talk.tell(records(ended(1, 1, dose_nl_asked=99)))
    assert talk.kinds(OutcomeEntry) == []
    # The id is still open: on its way to the end, the session asks what became of it.
    assert talk.tell(status(journal_head=1)).request == Resolve(1)
    assert talk.kinds(Alarmed)[0].kind == "contradiction"


def test_a_hole_in_the_pistol_s_journal_is_a_fault() -> None:
    talk = Talk().connect().tell(status(journal_head=3), records(record(2, JournalKind.BOOT)))
    assert talk.kinds(Alarmed)[0].kind == "journal"
    assert "hole after record 0" in talk.kinds(Alarmed)[0].text


def test_a_journal_that_became_shorter_is_a_fault() -> None:
    talk = Talk().connect(journal_tail=7).tell(status(journal_head=6))
    assert talk.kinds(Alarmed)[0].kind == "journal"


def test_a_journal_that_always_grows_ends_the_session_at_last() -> None:
    talk = Talk().connect()
    while not isinstance(talk.step.session, Ended):
        seq = talk.merged + 1
        talk.tell(status(journal_head=seq), records(record(seq, JournalKind.BOOT)))
    assert end_of(talk).outcome == "fault"


def test_nothing_left_to_give_ends_complete_without_arming() -> None:
    history = [connected(), reserved(), intent(1, 0), outcome(1), intent(2, 1), outcome(2)]
    talk = Talk(orders(2), history).connect().tell(status())
    assert end_of(talk).outcome == "complete"


def test_no_answer_to_hello_ends_interrupted() -> None:
    talk = Talk().tell(LinkLost("is the pistol on?"))
    assert (end_of(talk).outcome, end_of(talk).why) == ("interrupted", "is the pistol on?")


def test_an_answer_that_is_none_ends_as_a_fault() -> None:
    assert end_of(Talk().tell(Garbled("another version"))).outcome == "fault"


def test_a_wrong_answer_is_a_fault() -> None:
    talk = Talk().connect().tell(hello()).finish()
    assert end_of(talk).outcome == "fault"


def test_an_abort_before_hello_was_answered_ends_at_once() -> None:
    assert end_of(Talk().tell(stopped())).outcome == "aborted"


def test_every_trouble_is_told_in_words() -> None:
    talk = Talk().connect().tell(error(ErrorCode.JOURNAL_GAP, 4, 0))
    assert (
        talk.kinds(Alarmed)[0].text == "asked how it stands, the pistol refused: JOURNAL_GAP (4, 0)"
    )


def test_a_lie_read_together_with_the_news_of_cut_lines_is_told_beside_it() -> None:
    talk = Talk(history=[*OPEN, outcome(1, "not_fired")]).connect(shot_id_highest=2)
    own = talk.past.session << 32
    talk.tell(status(journal_head=4, shot_id_last=2))
    talk.tell(records(ended(1, 1), begun(2, 99, end_us=own), begun(3, 98), ended(4, 99)))
    assert [one.kind for one in talk.kinds(Alarmed)] == ["contradiction", "journal_cut"]
    assert "shot 1 was settled as not_fired" in talk.kinds(Alarmed)[0].text
    assert "began shot 99 for this session" in talk.kinds(Alarmed)[1].text
    assert "Put the newest journal back" in talk.kinds(Alarmed)[1].text


def test_several_foreign_records_are_one_alarm() -> None:
    talk = Talk().connect().tell(status(journal_head=4))
    talk.tell(records(begun(1, 5), ended(2, 5), begun(3, 6)), records(ended(4, 6)))
    assert [one.text.split()[4] for one in talk.kinds(Alarmed)] == ["4"]


def test_a_contradiction_met_after_an_abort_still_reads_aborted() -> None:
    talk = Talk(history=OPEN).connect().tell(stopped(), status(journal_head=1))
    talk.tell(records(ended(1, 1, dose_nl_asked=99)), resolution(1, Outcome.FIRED)).finish()
    assert end_of(talk).outcome == "aborted"
    assert [one.kind for one in talk.kinds(Alarmed)] == ["contradiction"]


def test_a_contradiction_met_on_the_way_to_a_complete_end_is_a_fault() -> None:
    history = [*OPEN, outcome(1), intent(2, 1)]
    talk = Talk(orders(2), history).connect().tell(hello(), status(journal_head=1))
    talk.tell(records(ended(1, 2, dose_nl_asked=99)), resolution(2, Outcome.FIRED)).finish()
    assert end_of(talk).outcome == "fault"


def test_a_dose_of_a_shot_that_was_not_fired_is_a_contradiction() -> None:
    talk = Talk(history=OPEN).connect().tell(status())
    talk.tell(resolution(1, Outcome.NOT_FIRED, dose_nl_given=4_000)).finish()
    assert end_of(talk).outcome == "fault"
    assert "4000 nL" in end_of(talk).why
    assert talk.step.session.core.ledger.left == (1, 2)


@pytest.mark.parametrize(("major", "side"), [(MAJOR - 1, "pistol"), (MAJOR + 1, "program")])
def test_the_side_that_is_behind_is_the_one_to_update(major: int, side: str) -> None:
    assert f"update the {side}" in end_of(Talk().connect(major=major)).why


def test_a_second_trouble_on_the_way_to_the_end_does_not_hide_the_first() -> None:
    talk = Talk().connect().tell(hello(), hello())
    assert "HelloReply" in end_of(talk).why
    talk = Talk().connect().tell(stopped(), hello())
    assert end_of(talk).outcome == "aborted"
    assert talk.kinds(Alarmed)[0].kind == "contradiction"


FORGETFUL = {
    "it never saw an id that it told of": {"shot_id_highest": 0},
    "its journal is shorter than what it told": {"journal_head": 6, "journal_tail": 6},
}


@pytest.mark.parametrize("what", FORGETFUL)
def test_a_pistol_that_lost_its_memory_is_not_believed_about_open_shots(what: str) -> None:
    """Asked about them it would say "never seen", and what was given would be given again."""
    history = [*OPEN, replace(outcome(1), pistol_seq=7), intent(2, 1)]
    told = {"shot_id_highest": 2, "journal_head": 7, "journal_tail": 7} | FORGETFUL[what]
    talk = Talk(history=history).connect(**told)
    assert end_of(talk).outcome == "fault"
    assert talk.request is None
    assert talk.kinds(Alarmed)[0].kind == "pistol_memory"
    assert talk.kinds(OutcomeEntry) == []


def test_a_pistol_that_remembers_is_asked_about_open_shots() -> None:
    history = [*OPEN, replace(outcome(1), pistol_seq=7), intent(2, 1)]
    talk = Talk(history=history).connect(shot_id_highest=2, journal_head=7, journal_tail=7)
    assert talk.tell(status(journal_head=7, journal_tail=7)).request == Resolve(2)
