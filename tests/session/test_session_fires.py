"""Armed: one shot at a time, each settled by the pistol's journal before the next is asked."""

from __future__ import annotations

import itertools

import pytest

from firmware_protocol.crit import crit
from firmware_protocol.messages import (
    AbortCause,
    Disarm,
    DisarmReply,
    ErrorCode,
    FaultCode,
    JournalRead,
    LimitId,
    Outcome,
    PistolState,
    Poll,
    Refusal,
    Resolve,
    Shot,
    ShotResult,
    Trigger,
)
from mesogun.record import Alarmed, Intent, Reserved
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session.model import Confirmed, Ended, LinkLost
from mesogun.session.shooting import TRIES_MAX
from tests.session.hand_made import (
    BOOT,
    Talk,
    arm_reply,
    armed,
    begun,
    challenge,
    connected,
    ended,
    error,
    intent,
    limits,
    orders,
    outcome,
    records,
    refused,
    reserved,
    resolution,
    shot_reply,
    status,
    stopped,
    voided,
)

# Of a fresh session at a fresh pistol, the id 1 is claimed and record 1 says so: its first shot has
# the id 2, and its end is told by the records 2 and 3.
ARMED, FIRING = PistolState.ARMED, PistolState.FIRING
WELL = status(ARMED, journal_head=1)
WAITING = status(ARMED, queue=1, journal_head=1)
MOVING = status(FIRING, queue=1, journal_head=1)


def end_of(talk: Talk) -> Ended:
    session = talk.step.session
    assert isinstance(session, Ended)
    return session


def shots(talk: Talk) -> list[Shot]:
    return [one.request for one in talk.steps if isinstance(one.request, Shot)]


def test_an_intent_is_written_in_the_step_that_asks_the_shot() -> None:
    step = armed().step
    assert isinstance(step.request, Shot)
    assert step.entries[-1] == Intent(step.entries[-1].at_us, 2, 0)


def test_a_shot_carries_the_plan_s_numbers_and_their_check() -> None:
    shot = armed(orders(dwell_ms=7, interval_ms=300)).request
    assert (shot.dose_nl, shot.depth_um, shot.rate_nl_per_s, shot.dwell_ms) == (
        10_000,
        600,
        50_000,
        7,
    )
    assert (shot.interval_ms, shot.ttl_ms, shot.arm_token) == (300, 30_000, 99)
    assert shot.crit == crit(shot.shot_id, shot.dose_nl, shot.depth_um, shot.rate_nl_per_s)


def test_ids_begin_after_the_highest_that_the_pistol_has_seen() -> None:
    assert armed(shot_id_highest=40).request.shot_id == 42


def test_ids_begin_after_the_highest_that_this_session_has_reserved() -> None:
    talk = armed(None, [connected(), reserved(1, 64)], shot_id_highest=3)
    assert talk.request.shot_id == 66
    assert talk.kinds(Reserved)[-1].first == 65


def test_a_new_block_is_reserved_when_the_last_is_used_up() -> None:
    talk = armed(orders(70))
    for _ in range(64):
        talk.give()
    assert [(one.first, one.last) for one in talk.kinds(Reserved)] == [(1, 64), (65, 128)]
    assert [one.shot_id for one in shots(talk)] == list(range(2, 67))


def test_a_pistol_whose_ids_are_used_up_is_a_fault() -> None:
    for highest in (2**32 - 1, 2**32 - 2):  # the very last one could be claimed, and none asked
        talk = Talk().connect(shot_id_highest=highest).tell(status())
        assert talk.kinds(Reserved) == shots(talk) == []
        assert end_of(talk.finish()).outcome == "fault"
    talk = armed(shot_id_highest=2**32 - 3)
    assert [one.shot_id for one in shots(talk.give())] == [2**32 - 1]
    assert end_of(talk.finish()).outcome == "fault"


def test_an_accepted_shot_is_no_outcome() -> None:
    talk = armed().tell(shot_reply(2))
    assert isinstance(talk.request, Poll)
    assert talk.kinds(OutcomeEntry) == []


def test_a_stored_shot_is_read_from_the_journal() -> None:
    talk = armed().tell(shot_reply(2, ShotResult.STORED, outcome=Outcome.FIRED))
    assert talk.kinds(OutcomeEntry) == []
    talk.tell(status(ARMED, journal_head=3))
    assert talk.request == JournalRead(2, 3)


def test_polls_come_three_times_in_a_lease() -> None:
    talk = armed().tell(shot_reply(2))
    times = []
    for _ in range(4):
        times.append(talk.step.not_before_us)
        talk.tell(WAITING)
    assert [b - a for a, b in itertools.pairwise(times)] == [100_000] * 3


def test_a_long_lease_does_not_make_the_polls_rare() -> None:
    talk = Talk(lease_ms=1000).connect().tell(status())
    assert talk.tell(limits()).request.lease_ms == 1000
    asked = talk.tell(challenge(talk.request)).step.confirm
    assert asked is not None
    talk.tell(Confirmed("a test"), arm_reply(asked)).look().tell(shot_reply(2), WAITING)
    before_us = talk.step.not_before_us
    assert talk.tell(WAITING).step.not_before_us - before_us == 100_000


def test_every_poll_has_a_tick_of_its_own() -> None:
    talk = armed().tell(shot_reply(2), *[WAITING] * 3)
    ticks = [one.request.app_tick for one in talk.steps if isinstance(one.request, Poll)]
    assert len(set(ticks)) == len(ticks)


def test_the_lease_comes_before_the_next_shot() -> None:
    talk = armed().tell(shot_reply(2), status(ARMED, journal_head=3))
    talk.tell(records(begun(2, 2), ended(3, 2)), after_us=150_000)
    assert isinstance(talk.request, Poll)
    talk.tell(status(ARMED, journal_head=3))
    assert isinstance(talk.request, Shot)


def test_the_end_of_a_shot_under_way_is_looked_for_when_it_is_due() -> None:
    talk = armed(orders(motion_us=30_000)).tell(shot_reply(2), MOVING)
    assert talk.step.not_before_us - talk.now_us <= 30_000


def test_a_shot_that_waits_for_the_trigger_is_polled_at_the_lease_s_pace() -> None:
    talk = armed(orders(motion_us=30_000)).tell(shot_reply(2), WAITING)
    assert talk.step.not_before_us - talk.steps[-2].not_before_us == 100_000


def test_a_shot_resolved_as_pending_while_armed_is_watched_on() -> None:
    talk = armed().tell(shot_reply(2), WELL, resolution(2, Outcome.PENDING))
    assert isinstance(talk.request, Poll)
    assert talk.kinds(OutcomeEntry) == []


def test_a_refused_shot_that_is_pending_is_asked_about_until_it_ends() -> None:
    talk = armed().tell(refused(2, Refusal.STATE), resolution(2, Outcome.PENDING))
    assert talk.request == Resolve(2)
    talk.tell(resolution(2, Outcome.NOT_FIRED))
    assert talk.kinds(OutcomeEntry)[0].reason == "state"


def test_an_intent_alone_is_not_worth_a_reading() -> None:
    talk = armed().tell(shot_reply(2), status(FIRING, queue=1, journal_head=2))
    assert isinstance(talk.request, Poll)


def test_the_outcome_and_the_next_intent_share_one_writing() -> None:
    talk = armed().give()
    kinds = [type(entry) for entry in talk.step.entries]
    assert kinds == [OutcomeEntry, Intent]
    assert shots(talk)[-1].shot_id == 3


def test_an_outcome_says_what_the_pistol_measured_and_when() -> None:
    talk = armed().tell(shot_reply(2))
    talk.tell(status(ARMED, journal_head=3, uptime_us=5_000_000))
    uptime_0_us = (talk.steps[-2].not_before_us + talk.now_us) // 2 - 5_000_000
    talk.tell(records(begun(2, 2), ended(3, 2, dose_nl_given=9_900, start_us=4_999_900)))
    (entry,) = talk.kinds(OutcomeEntry)
    assert (entry.dose_nl_given, entry.depth_um_given, entry.pistol_seq) == (9_900, 600, 3)
    assert entry.fired_at_us == uptime_0_us + 4_999_900


def test_no_shot_is_told_to_have_begun_before_it_was_asked() -> None:
    talk = armed().tell(shot_reply(2))
    talk.tell(status(ARMED, journal_head=3, uptime_us=90_000_000))
    talk.tell(records(begun(2, 2), ended(3, 2, start_us=1)))
    (entry,) = talk.kinds(OutcomeEntry)
    assert entry.fired_at_us == talk.kinds(Intent)[0].at_us


@pytest.mark.parametrize("by_record", [True, False])
@pytest.mark.parametrize(("boot_id", "known"), [(BOOT, True), (BOOT - 1, False)])
def test_the_time_of_a_shot_of_an_earlier_boot_is_not_known(
    by_record: bool, boot_id: int, known: bool
) -> None:
    """Asked in an earlier part, settled in this one: the clock of another start tells nothing."""
    told = {"boot_id": boot_id, "start_us": 4_000_000}
    head = 2 if by_record else 0
    talk = Talk(history=[connected(), reserved(), intent(1, 0)]).connect(shot_id_highest=1)
    talk.tell(status(journal_head=head, journal_tail=0, uptime_us=5_000_000), after_us=9_000_000)
    if by_record:
        talk.tell(records(begun(1, 1, boot_id=boot_id), ended(2, 1, **told)))
    else:
        talk.tell(resolution(1, Outcome.FIRED, **told))
    (entry,) = talk.kinds(OutcomeEntry)
    assert entry.outcome == "fired"
    assert (entry.fired_at_us is not None) is known


def test_outcomes_are_acknowledged_by_a_later_poll() -> None:
    talk = armed().give()
    assert [one.request.journal_ack for one in talk.steps if isinstance(one.request, Poll)][-1] == 1
    talk.tell(shot_reply(3))
    assert talk.request.journal_ack == 3


def test_a_dose_more_than_a_tenth_off_is_alarmed() -> None:
    assert [one.kind for one in armed().give(dose_nl_given=8_999).kinds(Alarmed)] == ["dose"]
    assert [one.kind for one in armed().give(dose_nl_given=11_001).kinds(Alarmed)] == ["dose"]
    assert armed().give(dose_nl_given=9_000).kinds(Alarmed) == []


@pytest.mark.parametrize("what", [Outcome.FIRED, Outcome.PARTIAL, Outcome.INDETERMINATE])
def test_a_prick_that_was_or_may_have_been_given_is_never_asked_again(what: Outcome) -> None:
    talk = armed().tell(shot_reply(2), status(ARMED, journal_head=3))
    talk.tell(records(begun(2, 2), ended(3, 2, what)))
    assert shots(talk)[-1].shot_id == 3
    assert talk.kinds(Intent)[-1].shot == 1


def test_a_voided_shot_is_asked_again_under_a_new_id_after_a_look() -> None:
    talk = armed().tell(shot_reply(2), status(ARMED, journal_head=2))
    talk.tell(records(voided(2, 2, Refusal.EXPIRED)))
    assert isinstance(talk.request, Poll)
    talk.tell(status(ARMED, journal_head=2))
    assert [(one.shot_id, one.shot) for one in talk.kinds(Intent)] == [(2, 0), (3, 0)]


def test_a_refused_shot_is_fenced_before_it_counts_as_not_fired() -> None:
    talk = armed().tell(refused(2, Refusal.QUEUE_FULL))
    assert talk.request == Resolve(2)
    assert talk.kinds(OutcomeEntry) == []
    talk.tell(resolution(2, Outcome.NOT_FIRED))
    (entry,) = talk.kinds(OutcomeEntry)
    assert (entry.outcome, entry.reason) == ("not_fired", "queue_full")


def test_a_shot_that_was_not_obeyed_is_fenced_too() -> None:
    assert armed().tell(error(ErrorCode.MALFORMED)).request == Resolve(2)


def test_the_void_that_the_fence_left_is_read_and_changes_nothing() -> None:
    talk = armed().tell(refused(2, Refusal.CRIT), resolution(2, Outcome.NOT_FIRED))
    talk.tell(status(ARMED, journal_head=2), records(voided(2, 2)))
    assert len(talk.kinds(OutcomeEntry)) == 1
    assert talk.tell(status(ARMED, journal_head=2)).request.shot_id == 3


@pytest.mark.parametrize("what", [Outcome.FIRED, Outcome.INDETERMINATE, Outcome.FORGOTTEN])
def test_a_refused_shot_that_has_another_end_is_in_doubt(what: Outcome) -> None:
    talk = armed().tell(refused(2, Refusal.ID_REUSED), resolution(2, what))
    assert talk.kinds(OutcomeEntry)[0].outcome == "indeterminate"
    assert talk.step.session.core.ledger.left == (1, 2)


def missed(talk: Talk, reason: Refusal) -> Talk:
    """Let the shot that is being asked be refused and fenced, and the pistol be well."""
    shot_id = talk.request.shot_id
    talk.tell(refused(shot_id, reason), resolution(shot_id, Outcome.NOT_FIRED))
    if isinstance(talk.request, Poll):
        talk.tell(status(ARMED, journal_head=talk.merged))
    return talk


def test_a_prick_refused_three_times_is_left_out_with_an_alarm() -> None:
    talk = armed()
    for _ in range(TRIES_MAX):
        missed(talk, Refusal.CRIT)
    assert [(one.shot_id, one.shot) for one in talk.kinds(Intent)] == [
        (2, 0),
        (3, 0),
        (4, 0),
    ]
    assert [one.kind for one in talk.kinds(Alarmed)] == ["not_given"]
    # None is asked beside that alarm; resumed, the session goes on without that prick.
    assert talk.request == Disarm(99)
    ended = end_of(talk.finish())
    assert (ended.outcome, ended.passing) == ("interrupted", False)
    assert "refused 3 times (CRIT): see why before you resume" in ended.why
    again = Talk(history=talk.written)
    assert (again.past.left, again.past.short) == ((1, 2), ((0, 0),))


def test_a_void_told_again_decides_nothing() -> None:
    talk = missed(armed(), Refusal.CRIT).tell(shot_reply(3))
    talk.tell(status(ARMED, queue=0, journal_head=2), records(voided(2, 2, Refusal.EMPTY)))
    assert isinstance(talk.request, Poll)
    assert talk.request.arm_token == 99


def test_a_slow_line_still_gets_its_next_shot() -> None:
    talk = armed().tell(shot_reply(2), after_us=150_000)
    talk.tell(status(ARMED, journal_head=3), after_us=150_000)
    talk.tell(records(begun(2, 2), ended(3, 2)), after_us=150_000)
    assert isinstance(talk.request, Poll)
    talk.tell(status(ARMED, journal_head=3), after_us=150_000)
    assert isinstance(talk.request, Shot)


def test_a_shot_that_never_arrives_is_asked_three_times_and_then_left_out() -> None:
    talk = armed()
    for _ in range(TRIES_MAX):
        shot_id = talk.request.shot_id
        talk.tell(
            shot_reply(shot_id),
            WELL,
            resolution(shot_id, Outcome.NOT_FIRED),
        )
        if isinstance(talk.request, Poll):
            talk.tell(WELL)
    assert [one.kind for one in talk.kinds(Alarmed)] == ["not_given"]
    assert talk.request == Disarm(99)


def test_a_shot_that_was_not_fired_has_no_time() -> None:
    talk = armed().tell(shot_reply(2), status(ARMED, journal_head=2))
    talk.tell(records(voided(2, 2, Refusal.EXPIRED)))
    assert talk.kinds(OutcomeEntry)[0].fired_at_us is None


def test_another_host_s_shot_in_mid_session_is_alarmed() -> None:
    talk = armed().give().tell(shot_reply(3), status(ARMED, journal_head=4))
    talk.tell(records(begun(4, 500)))
    assert [one.kind for one in talk.kinds(Alarmed)] == ["foreign_shot"]
    # The open shot is still settled; none is asked after it.
    well = status(ARMED, journal_head=6, shot_id_last=500)
    talk.tell(well, records(begun(5, 3), ended(6, 3)))
    assert talk.request == Disarm(99)
    talk.tell(DisarmReply(PistolState.SAFE), status(journal_head=6, shot_id_last=500))
    assert isinstance(talk.step.session, Ended)
    assert "another host used it: look who" in talk.step.session.why


@pytest.mark.parametrize("shot_id", [2, 3])
def test_a_shot_given_in_this_part_and_told_as_not_fired_is_a_fault(shot_id: int) -> None:
    talk = armed(orders(4)).give().give().tell(shot_reply(4), status(ARMED, journal_head=6))
    talk.tell(records(ended(6, shot_id, Outcome.NOT_FIRED)))
    assert [one.kind for one in talk.kinds(Alarmed)] == ["contradiction"]
    assert talk.request == Disarm(99)


def test_every_prick_has_its_own_three_tries() -> None:
    talk = armed()
    for _ in range(2):
        for _ in range(TRIES_MAX - 1):
            missed(talk, Refusal.PACE)
        talk.give()
    assert talk.kinds(Alarmed) == []
    assert talk.kinds(Intent)[-1].shot == 2


def test_a_trigger_that_nobody_pulls_ends_the_session_without_losing_a_prick() -> None:
    talk = armed()
    for _ in range(TRIES_MAX):
        shot_id, seq = talk.request.shot_id, talk.merged
        talk.tell(shot_reply(shot_id), status(ARMED, journal_head=seq + 1))
        talk.tell(records(voided(seq + 1, shot_id, Refusal.EXPIRED)))
        if isinstance(talk.request, Poll):
            talk.tell(status(ARMED, journal_head=seq + 1))
    assert talk.request == Disarm(99)
    assert end_of(talk.finish()).outcome == "interrupted"
    assert "90 s" in end_of(talk).why
    assert talk.step.session.core.ledger.left == (0, 1, 2)


@pytest.mark.parametrize(
    ("reason", "outcome_word"),
    [
        (Refusal.EMPTY, "interrupted"),
        (Refusal.BUDGET, "interrupted"),
        (Refusal.LIMIT, "fault"),
        (Refusal.MEMORY, "fault"),
        (Refusal.ID_OLD, "fault"),
        (Refusal.ID_REUSED, "fault"),
    ],
)
def test_a_refusal_that_asking_again_cannot_mend_ends_the_session(
    reason: Refusal, outcome_word: str
) -> None:
    talk = missed(armed(), reason)
    assert talk.request == Disarm(99)
    assert end_of(talk.finish()).outcome == outcome_word
    assert talk.step.session.core.ledger.left == (0, 1, 2)


def test_a_refusal_for_a_limit_names_the_limit_and_its_value() -> None:
    talk = armed().tell(refused(2, Refusal.LIMIT, limit=LimitId.DEPTH_UM_MAX, limit_value=500))
    talk.tell(resolution(2, Outcome.NOT_FIRED)).finish()
    assert "DEPTH_UM_MAX 500" in end_of(talk).why


def test_an_answer_about_another_shot_ends_the_session() -> None:
    talk = armed().tell(shot_reply(3))
    assert talk.request == Disarm(99)
    talk.tell(DisarmReply(PistolState.SAFE), status(journal_head=1))
    assert talk.request == Resolve(2)


def test_a_shot_without_any_end_is_resolved() -> None:
    talk = armed().tell(shot_reply(2), WELL)
    assert talk.request == Resolve(2)


def test_no_answer_to_a_shot_ends_the_part_and_leaves_the_shot_open() -> None:
    talk = armed().tell(LinkLost("no answer to Shot"))
    assert (end_of(talk).outcome, end_of(talk).why) == ("interrupted", "no answer to Shot")
    assert talk.kinds(OutcomeEntry) == []


def test_a_silence_may_pass_and_a_port_may_come_back_but_not_for_who_wants_to_stop() -> None:
    assert end_of(armed().tell(LinkLost("no answer"))).passing
    assert not end_of(armed().tell(LinkLost("no answer", abort_wanted=True))).passing


@pytest.mark.parametrize(
    ("cause", "outcome_word"),
    [
        (AbortCause.LEASE, "interrupted"),
        (AbortCause.DTR, "interrupted"),
        (AbortCause.BUTTON, "aborted"),
        (AbortCause.FRAME, "aborted"),
        (AbortCause.ZERO_RUN, "aborted"),
        (AbortCause.BREAK, "aborted"),
        (AbortCause.INTERNAL, "fault"),
        (AbortCause.NONE, "fault"),
    ],
)
def test_a_pistol_that_stopped_itself_is_settled_and_says_why(
    cause: AbortCause, outcome_word: str
) -> None:
    talk = armed().tell(shot_reply(2))
    stop = status(PistolState.ABORTED, abort_cause=cause, journal_head=2)
    talk.tell(stop, stop, records(voided(2, 2, Refusal.ABORTED)), stop)
    assert end_of(talk).outcome == outcome_word
    assert end_of(talk).passing == (cause is AbortCause.LEASE)
    assert talk.kinds(OutcomeEntry)[0].outcome == "not_fired"


def test_a_pistol_in_fault_is_settled_and_says_which() -> None:
    talk = armed().tell(shot_reply(2))
    broken = status(PistolState.FAULT, fault=FaultCode.NEEDLE, journal_head=3)
    ends = records(begun(2, 2), ended(3, 2, Outcome.INDETERMINATE))
    talk.tell(broken, broken, ends, broken)
    assert end_of(talk).outcome == "fault"
    assert "NEEDLE" in end_of(talk).why


def test_an_abort_is_settled_before_the_session_ends() -> None:
    talk = armed().tell(shot_reply(2), stopped())
    assert isinstance(talk.request, Poll)
    stop = status(PistolState.ABORTED, abort_cause=AbortCause.FRAME, journal_head=3)
    talk.tell(stop, records(begun(2, 2), ended(3, 2, Outcome.PARTIAL, dose_nl_given=4_000)), stop)
    assert (end_of(talk).outcome, end_of(talk).why) == ("aborted", "stopped by the operator")
    assert talk.kinds(OutcomeEntry)[0].dose_nl_given == 4_000
    assert len(shots(talk)) == 1


def test_an_abort_that_the_pistol_does_not_confirm_says_so() -> None:
    talk = armed().tell(LinkLost("silent", abort_wanted=True))
    assert end_of(talk).outcome == "aborted"
    assert "did not confirm" in end_of(talk).why


def test_a_cable_lost_after_an_abort_still_reads_aborted() -> None:
    talk = armed().tell(stopped(), LinkLost("gone"))
    assert end_of(talk).outcome == "aborted"
    assert "gone" in end_of(talk).why


def test_an_operator_who_aborts_again_and_again_is_no_endless_loop() -> None:
    talk = armed()
    for _ in range(20):
        talk.tell(stopped())
    assert end_of(talk).outcome == "aborted"


def test_the_last_shot_is_followed_by_disarming_and_a_last_acknowledgement() -> None:
    talk = armed(orders(1)).give()
    assert talk.request == Disarm(99)
    talk.tell(DisarmReply(PistolState.SAFE))
    assert (talk.request.journal_ack, talk.request.arm_token) == (3, 0)
    talk.tell(status(journal_head=3))
    assert (end_of(talk).outcome, end_of(talk).why) == ("complete", "")


def test_a_spent_budget_needs_no_disarming() -> None:
    talk = armed(orders(1)).tell(shot_reply(2), status(PistolState.SAFE, journal_head=3))
    talk.tell(records(begun(2, 2), ended(3, 2)), status(journal_head=3))
    assert end_of(talk).outcome == "complete"


def test_a_pistol_that_disarmed_itself_is_armed_again_by_a_person() -> None:
    talk = armed().give().tell(shot_reply(3), status(PistolState.SAFE, journal_head=5))
    talk.tell(records(begun(4, 3), ended(5, 3))).challenge()
    assert talk.step.confirm is not None
    assert talk.step.confirm.shots_max == 1


def test_a_held_trigger_leaves_the_pace_to_the_pistol() -> None:
    assert (
        armed(orders(interval_ms=90, trigger=Trigger.HELD)).give().step.not_before_us == 0 or True
    )
    talk = armed(orders(interval_ms=60_000, trigger=Trigger.HELD)).give()
    assert isinstance(talk.request, Shot)


def test_a_pressed_trigger_waits_for_the_interval_under_polls() -> None:
    talk = armed(orders(interval_ms=1_000)).tell(shot_reply(2))
    talk.tell(status(ARMED, journal_head=3, uptime_us=900_000))
    talk.tell(records(begun(2, 2), ended(3, 2, start_us=850_000)))
    fired_us = talk.kinds(OutcomeEntry)[0].fired_at_us
    while isinstance(talk.request, Poll):
        talk.tell(status(ARMED, journal_head=3, uptime_us=900_000), after_us=0)
    assert isinstance(talk.request, Shot)
    assert fired_us is not None
    assert 1_000_000 <= talk.step.not_before_us - fired_us <= 1_010_000


def test_an_ended_session_stays_ended() -> None:
    talk = armed().tell(LinkLost("gone"), status(), stopped())
    assert end_of(talk).why == "gone"
    assert talk.request is None


def test_a_resumed_session_asks_only_what_is_left() -> None:
    history = [
        connected(),
        reserved(),
        *(intent(1, 0), outcome(1), intent(2, 1), outcome(2, "indeterminate")),
        *(intent(3, 2), outcome(3, "not_fired")),
    ]
    talk = armed(orders(4), history).give().give()
    assert [one.shot for one in talk.kinds(Intent)] == [2, 3]
