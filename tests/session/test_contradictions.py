"""What no honest pistol says: the session notices, doubts what it must, and fires nothing more."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol.messages import (
    JournalKind,
    JournalRecords,
    LimitLayer,
    Outcome,
    PistolState,
    Poll,
    Refusal,
    Shot,
    Status,
    StatusFlag,
)
from mesogun.record import Alarmed, Entry
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session.contradictions import RECORDS_PER_SHOT, UNREAD_MAX, in_status
from mesogun.session.model import Confirmed
from tests.session.hand_made import (
    FULL_NL,
    Talk,
    arm_reply,
    armed,
    begun,
    challenge,
    ended,
    hello,
    limits,
    orders,
    outcome,
    record,
    records,
    refused,
    reserved,
    resolution,
    shot_reply,
    status,
    stopped,
    voided,
)
from tests.session.hand_made import intent as meant

READY, FIRES = PistolState.ARMED, PistolState.FIRING


def told_a_lie(talk: Talk, words: str, kind: str = "contradiction") -> None:
    alarms = [one for one in talk.kinds(Alarmed) if one.kind == kind]
    assert alarms, talk.kinds(Alarmed)
    assert words in alarms[0].text, alarms
    assert not isinstance(talk.request, Shot)


def says(state: PistolState, **other: Any) -> Status:
    """A status of the pistol whose journal holds the void id's record, and an open shot."""
    return status(state, **({"queue": 1, "journal_head": 1} | other))


def watched(**other: Any) -> Talk:
    """A shot (id 2) was accepted, and a status says this."""
    return armed().tell(shot_reply(2), says(READY, **other))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"journal_tail": 9, "journal_head": 8}, "acknowledged up to record 9"),
        ({"journal_tail": 3, "journal_head": 4}, "acknowledged up to record 3"),
        ({"journal_head": UNREAD_MAX + 2}, "unread records"),
        ({"shot_id_last": 3}, "another host"),
        ({"queue": 2}, "2 shots, and 1 were asked"),
        ({"shots_left": 4}, "budget grew"),
        ({"budget_nl_left": 30_001}, "budget grew"),
        ({"state": PistolState.SAFE, "flags": StatusFlag.TOKEN_VALID}, "state is SAFE"),
        ({"state": PistolState.SELFTEST, "flags": 0}, "state is SELFTEST"),
    ],
)
def test_a_status_that_cannot_be_ends_the_session(other: dict[str, Any], words: str) -> None:
    state = other.pop("state", READY)
    told_a_lie(armed().tell(shot_reply(2), says(state, **other)), words)


def test_an_honest_status_ends_nothing() -> None:
    talk = watched(shots_left=3, budget_nl_left=30_000, uptime_us=5)
    talk.tell(says(FIRES, shots_left=2, budget_nl_left=20_000, uptime_us=5))
    assert not talk.kinds(Alarmed)


def test_a_clock_that_goes_back_within_a_session_is_a_restart_that_nobody_told() -> None:
    told_a_lie(watched(uptime_us=5).tell(says(READY, uptime_us=4)), "went back")


def test_ids_that_the_pistol_forgets_are_a_lie() -> None:
    talk = armed(shot_id_highest=7).tell(shot_reply(9))
    told_a_lie(talk.tell(says(READY, shot_id_last=7)), "from 8 to 7")


def test_a_pistol_that_nobody_armed_is_not_armed() -> None:
    talk = Talk().connect().tell(status(READY))
    told_a_lie(talk, "has not armed it")


def test_a_pistol_that_fires_unasked_ends_the_session() -> None:
    talk = armed().tell(refused(2, Refusal.PACE), resolution(2, Outcome.NOT_FIRED))
    told_a_lie(talk.tell(says(FIRES)), "none was asked")


def test_a_pistol_that_has_stopped_does_not_fire() -> None:
    talk = armed().tell(shot_reply(2), stopped(), says(FIRES, flags=0))
    told_a_lie(talk, "said that it stands still")


def test_a_stop_is_taken_as_one_whatever_else_is_said_with_it() -> None:
    talk = watched().tell(says(PistolState.ABORTED, flags=StatusFlag.TOKEN_VALID))
    assert not [one for one in talk.kinds(Alarmed) if one.kind == "contradiction"]


def test_a_first_answer_that_contradicts_itself_opens_no_session() -> None:
    told_a_lie(Talk().tell(hello(journal_head=2, journal_tail=3)), "acknowledged up to record 3")
    told_a_lie(Talk().tell(hello(shot_id_highest=2, shot_id_open=3)), "shot 3 under way")


def test_limits_of_another_layer_are_not_taken_for_those_in_force() -> None:
    told_a_lie(Talk().connect().tell(status(), limits(layer=LimitLayer.CLINIC)), "CLINIC")


def test_a_shot_that_never_comes_to_its_end_is_not_watched_for_ever() -> None:
    talk = watched()
    talk.tell(says(FIRES), after_us=30_000_000)
    assert not talk.kinds(Alarmed)
    told_a_lie(talk.tell(says(FIRES), after_us=15_000_000), "neither", "pistol")


# ------------------------------------------------------------------ the syringe


def watched_first(before_nl: int, armed_nl: int, after_nl: int) -> Talk:
    """The syringe held so much before a person confirmed, once armed, and after shot 2."""
    talk = Talk().connect().tell(status(volume_nl_left=before_nl))
    talk.tell(limits())
    asked = challenge(talk.request)
    talk.tell(asked, Confirmed("a test"), arm_reply(asked)).look(volume_nl_left=armed_nl)
    return talk.tell(shot_reply(2), status(READY, journal_head=3, volume_nl_left=after_nl))


def weighed(before_nl: int, after_nl: int, what: Outcome, **other: Any) -> Talk:
    """Shot 2 was asked with 10,000 nL; the syringe held so much before and after it."""
    talk = watched_first(before_nl, before_nl, after_nl)
    return talk.tell(records(begun(2, 2), ended(3, 2, what, **other)))


@pytest.mark.parametrize(
    ("what", "given_nl", "gone_nl", "lie"),
    [
        (Outcome.FIRED, 10_000, 10_000, False),
        (Outcome.FIRED, 10_000, 5_000, False),
        (Outcome.FIRED, 10_000, 4_999, True),
        (Outcome.FIRED, 10_000, 0, True),
        (Outcome.FIRED, 10_000, 15_001, True),
        (Outcome.FIRED, 10_000, -1, False),
        (Outcome.NOT_FIRED, 0, 5_000, False),
        (Outcome.NOT_FIRED, 0, 5_001, True),
        (Outcome.PARTIAL, 2_000, 7_001, True),
        (Outcome.INDETERMINATE, 0, 10_000, False),
    ],
)
def test_an_end_that_the_syringe_contradicts_is_in_doubt(
    what: Outcome, given_nl: int, gone_nl: int, lie: bool
) -> None:
    start = FULL_NL // 2
    talk = weighed(start, start - gone_nl, what, dose_nl_given=given_nl)
    (entry,) = talk.kinds(OutcomeEntry)
    assert (entry.outcome == "indeterminate") == (lie or what is Outcome.INDETERMINATE)
    contradicted = [one for one in talk.kinds(Alarmed) if one.kind == "contradiction"]
    assert bool(contradicted) == lie
    if lie:
        told_a_lie(talk, "its syringe lost")
        assert 0 not in talk.step.session.core.ledger.left, "it is never asked again"


@pytest.mark.parametrize(
    ("held_nl", "left_nl", "lie"),
    [(20_003, 0, False), (20_001, 0, False), (20_000, 0, True), (500_000, 1, True)],
)
def test_a_syringe_found_empty_held_less_than_was_counted(
    held_nl: int, left_nl: int, lie: bool
) -> None:
    """Unless it is not empty, or what it lost could have been this very dose."""
    talk = weighed(held_nl, left_nl, Outcome.NOT_FIRED, reason=Refusal.EMPTY, dose_nl_given=0)
    (entry,) = talk.kinds(OutcomeEntry)
    assert entry.outcome == ("indeterminate" if lie else "not_fired")
    if lie:
        told_a_lie(talk, "its syringe lost")
        return
    assert "change it" in talk.kinds(Alarmed)[-1].text


def test_a_person_may_prime_before_confirming() -> None:
    """Whatever was lost before the arming was confirmed, no shot is held against it."""
    start = FULL_NL // 2
    talk = watched_first(start, start - 300_000, start - 310_000)
    talk.tell(records(begun(2, 2), ended(3, 2)))
    assert [one.outcome for one in talk.kinds(OutcomeEntry)] == ["fired"]
    assert not talk.kinds(Alarmed)
    assert isinstance(talk.request, Shot)


def test_a_dose_that_no_shot_owns_up_to_puts_the_refused_shot_in_doubt() -> None:
    talk = Talk().connect().arm()
    talk.tell(refused(2, Refusal.PACE), resolution(2, Outcome.NOT_FIRED))
    talk.tell(status(READY, journal_head=1, volume_nl_left=FULL_NL - 10_000))
    told_a_lie(talk, "no shot is said to have given")
    assert [one.outcome for one in talk.kinds(OutcomeEntry)] == ["not_fired", "indeterminate"]
    assert 0 not in talk.step.session.core.ledger.left


# ------------------------------------------------------------------ the journal


@pytest.mark.parametrize(
    ("some", "words"),
    [
        ((begun(2, 2), begun(3, 2)), "begins shot 2 twice"),
        ((begun(2, 2), ended(3, 2), ended(4, 2)), "ends shot 2 twice"),
        ((voided(2, 2), begun(3, 2)), "begins shot 2 twice"),
        ((ended(2, 2),), "never began it"),
        ((begun(2, 2, boot_id=8),), "another start"),
    ],
)
def test_records_that_cannot_follow_each_other_end_the_session(
    some: tuple[Any, ...], words: str
) -> None:
    talk = armed().tell(shot_reply(2), status(READY, journal_head=some[-1].seq))
    told_a_lie(talk.tell(records(*some)), words)
    assert talk.kinds(OutcomeEntry)[-1].outcome == "indeterminate"


def test_a_record_that_does_not_name_the_one_before_it_is_another_history() -> None:
    talk = Talk(chains=False).connect().tell(status(journal_head=2))
    chain = (record(1, JournalKind.BOOT), record(2, JournalKind.BOOT, crc_previous=1))
    told_a_lie(talk.tell(records(*chain)), "its history was changed")


def test_another_dose_than_was_told_before_is_in_doubt() -> None:
    history: list[Entry] = [reserved(), meant(1, 0), outcome(1)]
    talk = Talk(orders(2), history).connect().tell(status(journal_head=2))
    talk.tell(records(begun(1, 1), ended(2, 1, dose_nl_given=9_000)))
    told_a_lie(talk, "settled as fired with 10000 nL")


def test_a_journal_that_ends_before_what_it_was_said_to_hold_has_lost_records() -> None:
    talk = Talk().connect().tell(status(journal_head=5))
    talk.tell(JournalRecords(4, 0, 1, (record(1, JournalKind.BOOT),)))
    told_a_lie(talk, "records are gone", "journal")


def test_a_journal_without_end_is_read_only_so_far() -> None:
    talk, asks = Talk().connect(), 0
    talk.tell(status(journal_head=UNREAD_MAX))
    while asks <= 2 * UNREAD_MAX and not isinstance(talk.request, Poll):
        first = talk.request.from_seq
        talk.tell(records(*(record(first + k, JournalKind.BOOT) for k in range(3))))
        asks += 3
    for _ in range(2):
        talk.tell(status(journal_head=talk.merged + 3))
        first = talk.request.from_seq
        talk.tell(records(*(record(first + k, JournalKind.BOOT) for k in range(3))))
        if talk.kinds(Alarmed):
            break
    told_a_lie(talk, "has no end", "journal")
    assert asks <= UNREAD_MAX + RECORDS_PER_SHOT


def test_what_was_acknowledged_is_still_there_though_it_is_read_again() -> None:
    core = Talk().connect(journal_tail=7).step.session.core._replace(merged_seq=2)
    assert in_status(core, status(journal_head=8, journal_tail=7)) == ""
    assert "up to record 7" in in_status(core, status(journal_head=6, journal_tail=7))
    assert "up to record 8" in in_status(core, status(journal_head=8, journal_tail=8))
