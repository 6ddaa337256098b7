"""Pauses: an arming holds up to the next one of a person, and the skin rests while polls go on."""

from __future__ import annotations

import pytest

from firmware_protocol.messages import (
    ArmRequest,
    Disarm,
    DisarmReply,
    LimitsGet,
    Outcome,
    PistolState,
    Poll,
    Refusal,
    Shot,
    Trigger,
)
from mesogun.planning import Pause
from mesogun.record import Alarmed, Armed, Entry, Intent, Paused, Replanned
from mesogun.session.model import (
    Briefing,
    Confirmed,
    Ended,
    NotRedosed,
    Redosed,
    Replanning,
    Step,
    Vetoed,
)
from mesogun.session.orders import Orders
from mesogun.session.shooting import TRIES_MAX
from tests.session.hand_made import (
    DIGEST,
    Talk,
    arm_reply,
    armed,
    begun,
    challenge,
    connected,
    ended,
    intent,
    limits,
    opened,
    order,
    orders,
    outcome,
    records,
    refused,
    reserved,
    resolution,
    shot_reply,
    status,
)

ARMED = PistolState.ARMED
NEEDLE = Pause(2, "needle", 0, "put on a new needle")
REFILL = Pause(2, "refill", 0, "refill")
LATER = Pause(4, "head", 0, "change the head")
ANEW = "sha256:" + "cd" * 32


def with_pauses(*pauses: Pause, shots: int = 6) -> Orders:
    return Orders((order(),) * shots, DIGEST, pauses)


def at_the_pause(*pauses: Pause) -> Talk:
    """Two shots given, and the pistol disarmed for the pause before the third."""
    talk = armed(with_pauses(*pauses)).give().give()
    assert talk.request == Disarm(99)
    return talk.tell(DisarmReply(PistolState.SAFE), status(journal_head=5))


def test_an_arming_holds_up_to_the_next_pause_of_a_person() -> None:
    talk = Talk(with_pauses(NEEDLE, LATER)).connect().tell(status(), limits())
    assert isinstance(talk.request, ArmRequest)
    assert (talk.request.shots_max, talk.request.volume_nl_max) == (2, 20_000)


def test_without_pauses_an_arming_holds_for_all() -> None:
    assert Talk(orders(5)).connect().tell(status(), limits()).request.shots_max == 5


def test_at_the_pause_the_pistol_is_disarmed_and_armed_anew_for_the_next_stretch() -> None:
    talk = at_the_pause(NEEDLE, REFILL, LATER)
    assert isinstance(talk.request, LimitsGet)
    talk.tell(limits())
    assert (talk.request.shots_max, talk.request.volume_nl_max) == (2, 20_000)
    assert [entry.shot for entry in talk.kinds(Intent)] == [0, 1]


def test_a_person_is_told_what_to_do_at_the_pause_and_the_journal_says_who_did() -> None:
    talk = at_the_pause(NEEDLE, REFILL, LATER).challenge_now()
    assert talk.step.briefing == Briefing((NEEDLE, REFILL), prime=True)
    echo = talk.step.confirm
    assert echo is not None
    talk.tell(Confirmed("a nurse"), arm_reply(echo)).look()
    kinds = [type(one) for one in talk.written if isinstance(one, Paused | Armed)]
    assert kinds == [Armed, Paused, Armed]
    assert talk.kinds(Paused)[0].kinds == ("needle", "refill")
    assert talk.kinds(Paused)[0].shot == 2
    assert isinstance(talk.request, Shot)
    assert talk.kinds(Intent)[-1].shot == 2


def test_the_first_arming_tells_of_no_pause() -> None:
    talk = Talk(with_pauses(NEEDLE)).connect().challenge()
    assert talk.step.briefing.pauses == ()
    assert talk.kinds(Paused) == []


def test_a_person_is_asked_to_prime_what_may_be_new_and_not_at_each_arming() -> None:
    talk = Talk(with_pauses(NEEDLE)).connect().challenge()
    assert talk.step.briefing.prime
    echo = talk.step.confirm
    assert echo is not None
    talk.tell(Confirmed("a nurse"), arm_reply(echo)).look()
    # It disarmed itself; nothing was changed meanwhile.
    talk.tell(shot_reply(2), status(PistolState.SAFE, journal_head=3, journal_tail=1))
    talk.tell(records(begun(2, 2), ended(3, 2)), status(journal_head=3)).challenge_now()
    assert not talk.step.briefing.prime
    assert at_the_pause(NEEDLE).challenge_now().step.briefing.prime
    assert at_the_pause(REFILL).challenge_now().step.briefing.prime


def test_a_pistol_that_disarmed_itself_at_the_end_of_its_budget_is_paused_too() -> None:
    talk = armed(with_pauses(NEEDLE)).give()
    shot_id = talk.request.shot_id
    talk.tell(shot_reply(shot_id), status(PistolState.SAFE, journal_head=5, journal_tail=3))
    talk.tell(records(begun(4, shot_id), ended(5, shot_id)))
    assert isinstance(talk.request, Poll)
    talk.tell(status(journal_head=5))
    assert talk.kinds(Paused)[0].shot == 2


def test_a_pause_is_written_once_though_the_person_takes_long() -> None:
    talk = at_the_pause(NEEDLE).challenge_now()
    talk.tell(Confirmed("late"), after_us=120_000_000)
    talk.tell(status(journal_head=5)).challenge_now()
    assert talk.step.briefing.pauses == (NEEDLE,)
    assert len(talk.kinds(Paused)) == 1


def test_a_resume_at_a_pause_asks_the_person_again_and_one_past_it_does_not() -> None:
    given: list[Entry] = [connected(), reserved()]
    for shot in range(3):
        given += [intent(shot + 1, shot), outcome(shot + 1)]
    at = Talk(with_pauses(NEEDLE), given[:6]).connect().challenge()
    assert at.step.briefing.pauses == (NEEDLE,)
    past = Talk(with_pauses(NEEDLE), given).connect().challenge()
    assert past.step.briefing.pauses == ()
    assert past.kinds(Paused) == []


def test_many_pauses_do_not_count_as_a_pistol_that_disarms_itself() -> None:
    pauses = tuple(Pause(k, "needle", 0, "new") for k in range(1, 30))
    talk = armed(with_pauses(*pauses, shots=30))
    for _ in range(29):
        talk.give()
        assert talk.request == Disarm(99)
        talk.tell(DisarmReply(PistolState.SAFE), status(journal_head=talk.merged)).challenge_now()
        echo = talk.step.confirm
        assert echo is not None
        talk.tell(Confirmed("a test"), arm_reply(echo)).look()
    assert isinstance(talk.give().request, Disarm)
    assert isinstance(talk.finish().step.session, Ended)
    assert talk.step.session.outcome == "complete"


def test_the_pistol_s_limits_are_those_of_each_stretch() -> None:
    talk = Talk(with_pauses(NEEDLE, LATER)).connect().tell(status(), limits(shots_max=2))
    assert isinstance(talk.request, ArmRequest)
    talk = Talk(with_pauses(NEEDLE)).connect().tell(status(), limits(shots_max=3))
    assert "4 shots" in talk.kinds(Alarmed)[0].text
    talk = Talk(with_pauses(NEEDLE)).connect().tell(status(), limits(volume_nl_max=39_999))
    assert "40000 nL" in talk.kinds(Alarmed)[0].text


def resting(wait_us: int) -> Orders:
    return Orders((order(), order(wait_us=wait_us), order()), DIGEST)


def test_the_skin_rests_after_the_shot_before_while_the_lease_is_kept() -> None:
    talk = armed(resting(1_000_000)).give()
    over_us = talk.now_us
    polls = 0
    while isinstance(talk.request, Poll):
        assert talk.step.not_before_us < over_us + 1_000_000
        talk.tell(status(ARMED, journal_head=3))
        polls += 1
    assert polls >= 9
    assert talk.step.not_before_us >= over_us + 1_000_000
    talk.give()
    assert isinstance(talk.request, Shot)
    assert talk.step.not_before_us <= talk.now_us


def test_a_short_rest_is_waited_for_before_the_shot_itself() -> None:
    talk = armed(resting(50_000)).give()
    assert isinstance(talk.request, Shot)
    assert talk.step.not_before_us == talk.now_us + 50_000


def test_a_held_trigger_does_not_shorten_a_rest() -> None:
    held = Orders(
        (order(trigger=Trigger.HELD), order(trigger=Trigger.HELD, wait_us=60_000)), DIGEST
    )
    talk = armed(held).give()
    assert talk.step.not_before_us == talk.now_us + 60_000


def test_the_first_shot_of_a_part_rests_for_nothing() -> None:
    one = Orders((order(wait_us=10**9), order()), DIGEST)
    talk = armed(one)
    assert isinstance(talk.request, Shot)
    assert talk.step.not_before_us <= talk.now_us


def test_a_veto_takes_the_shot_back_and_ends_the_session_as_a_fault() -> None:
    talk = armed()
    talk.tell(Vetoed("the guard refuses: dose_nl_max"))
    assert talk.request == Disarm(99)
    assert [(one.kind, one.text) for one in talk.kinds(Alarmed)] == [
        ("guard", "the guard refuses: dose_nl_max")
    ]
    session = talk.finish().step.session
    assert isinstance(session, Ended)
    assert (session.outcome, session.core.ledger.open) == ("fault", ())
    assert session.core.ledger.left == (0, 1, 2)


def test_a_veto_that_passes_is_waited_for_and_the_same_id_is_asked_again() -> None:
    talk = armed()
    until_us = talk.now_us + 500_000
    talk.tell(Vetoed("a neighbour rests", until_us))
    while isinstance(talk.request, Poll):
        talk.tell(status(ARMED, journal_head=1))
    assert talk.step.not_before_us >= until_us
    assert (talk.request.shot_id, talk.kinds(Alarmed)) == (2, [])


def test_a_veto_of_a_moment_that_has_passed_is_no_wait() -> None:
    talk = armed()
    talk.tell(Vetoed("odd", talk.now_us), after_us=0)
    assert talk.request == Disarm(99)


@pytest.mark.parametrize("event", [Vetoed("x"), Redosed(orders(), ()), NotRedosed("x")])
def test_what_planning_says_unasked_is_a_fault(event: Vetoed | Redosed | NotRedosed) -> None:
    talk = armed().tell(shot_reply(2), event)
    assert [one.kind for one in talk.kinds(Alarmed)] == ["contradiction"]


def lost_one(what: Orders | None = None) -> Talk:
    """The second shot is refused until it is left out; then a new part begins."""
    history: list[Entry] = [connected(), reserved(), intent(1, 0), outcome(1)]
    for k in range(TRIES_MAX):
        history += [intent(2 + k, 1), outcome(2 + k, "not_fired")]
    history += [intent(5, 2), outcome(5)]
    return Talk(what or orders(5), history).connect().tell(status())


def test_a_shot_that_was_left_out_is_lost_and_the_rest_is_planned_anew_before_arming() -> None:
    talk = lost_one()
    assert isinstance(talk.step.session, Replanning)
    assert talk.step.replan == {0: 10_000, 1: 0, 2: 10_000}
    assert talk.step.session.core.ledger.left == (3, 4)
    anew = Orders((order(), order(dose_nl=0), *[order(dose_nl=15_000)] * 3), ANEW)
    talk.tell(Redosed(anew, (10_000, 0, 10_000, 15_000, 15_000)))
    (entry,) = talk.kinds(Replanned)
    assert (entry.plan_digest, entry.parent) == (ANEW, DIGEST)
    assert entry.doses_nl == (10_000, 0, 10_000, 15_000, 15_000)
    talk.tell(limits())
    assert (talk.request.shots_max, talk.request.volume_nl_max) == (2, 30_000)
    assert talk.request.plan_digest == anew.name_for_pistol(talk.step.session.core.past.session)
    talk.tell(challenge(talk.request))
    assert talk.step.briefing.redosed


def test_a_shot_planned_away_stays_so_though_the_host_died_before_it_asked_another() -> None:
    told: list[Entry] = [connected(), reserved()]
    for k in range(TRIES_MAX):
        told += [intent(2 + k, 0), outcome(2 + k, "not_fired")]
    told += [replanned((0, 15_000, 15_000))]
    anew = Orders((order(dose_nl=0), *[order(dose_nl=15_000)] * 2), ANEW)
    talk = Talk.of(anew, [opened(orders(3)), *told])
    assert (talk.past.left, talk.past.short) == ((1, 2), ())


def test_what_cannot_be_planned_anew_ends_the_session_as_a_fault() -> None:
    talk = lost_one().tell(NotRedosed("too little is left"))
    assert [one.kind for one in talk.kinds(Alarmed)] == ["replan"]
    session = talk.finish().step.session
    assert isinstance(session, Ended)
    assert session.outcome == "fault"
    assert "too little is left" in session.why


def replanned(doses_nl: tuple[int, ...] = (10_000, 0, 10_000, 15_000, 15_000)) -> Replanned:
    return Replanned(0, ANEW, DIGEST, doses_nl)


def test_a_loss_that_is_in_the_plan_already_is_not_planned_anew() -> None:
    first = orders(5)
    history = lost_one().past
    assert history.short == ((1, 0),)
    anew = Orders((order(), order(dose_nl=0), order(), *[order(dose_nl=15_000)] * 2), ANEW)
    told: list[Entry] = [connected(), reserved(), intent(1, 0), outcome(1)]
    for k in range(TRIES_MAX):
        told += [intent(2 + k, 1), outcome(2 + k, "not_fired")]
    told += [intent(5, 2), outcome(5), replanned()]
    talk = Talk.of(anew, [opened(first), *told]).connect().tell(status())
    assert isinstance(talk.request, LimitsGet)
    assert talk.past.short == ()
    assert talk.past.left == (3, 4)
    talk.tell(limits())
    talk.tell(challenge(talk.request))
    assert talk.step.briefing.redosed


@pytest.mark.parametrize(("dose_nl", "counted"), [(8_999, 8_999), (9_000, None), (11_000, None)])
def test_a_measured_dose_within_the_tolerance_counts_as_asked(
    dose_nl: int, counted: int | None
) -> None:
    talk = Talk(orders(3), [connected(), reserved(), intent(1, 0), outcome(1, "fired", dose_nl)])
    assert talk.past.short == (() if counted is None else ((0, counted),))
    talk = armed(orders(3)).give(dose_nl_given=dose_nl)
    assert talk.step.session.core.ledger.short == (() if counted is None else ((0, counted),))


def test_a_part_of_a_dose_counts_as_measured_and_a_doubtful_one_whole() -> None:
    told: list[Entry] = [connected(), reserved()]
    told += [intent(1, 0), outcome(1, "partial", 4_000), intent(2, 1), outcome(2, "indeterminate")]
    assert Talk(orders(3), told).past.short == ((0, 4_000),)
    talk = armed(orders(3)).give(outcome=Outcome.PARTIAL, dose_nl_given=4_000)
    assert talk.step.session.core.ledger.short == ((0, 4_000),)


def test_a_shot_left_out_in_this_part_is_lost_when_the_session_goes_on() -> None:
    talk = armed(with_pauses(NEEDLE))
    for _ in range(TRIES_MAX):
        shot_id = talk.request.shot_id
        talk.tell(refused(shot_id, Refusal.CRIT), resolution(shot_id, Outcome.NOT_FIRED))
        if isinstance(talk.request, Poll):
            talk.tell(status(ARMED, journal_head=1))
    talk.finish()
    again = Talk(with_pauses(NEEDLE), talk.written).connect(journal_tail=1)
    assert again.tell(status(journal_head=1)).step.replan == {0: 0}


def test_what_the_pistol_tells_again_of_a_shot_is_held_against_the_dose_it_was_asked_with() -> None:
    first = orders(3)
    anew = Orders((order(dose_nl=4_000), order(dose_nl=13_000), order(dose_nl=13_000)), ANEW)
    told = [connected(), reserved(), intent(1, 0), outcome(1, "partial", 4_000)]
    told += [replanned((4_000, 13_000, 13_000))]
    talk = Talk.of(anew, [opened(first), *told]).connect(journal_head=2)
    talk.tell(status(journal_head=2, journal_tail=0))
    talk.tell(records(begun(1, 1), ended(2, 1, Outcome.PARTIAL, dose_nl_given=4_000)))
    assert talk.kinds(Alarmed) == []


def test_a_step_that_asks_for_a_plan_asks_the_pistol_nothing() -> None:
    step = lost_one().step
    assert isinstance(step, Step)
    assert (step.request, step.confirm) == (None, None)
