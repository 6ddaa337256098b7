"""A shot is given once, when everything allows it, and every accepted one ends in the journal."""

from itertools import pairwise
from typing import Any

import pytest

from firmware_protocol.messages import (
    AbortCause,
    JournalKind,
    LimitId,
    Outcome,
    PistolState,
    Refusal,
    Resolve,
    ShotResult,
    StatusFlag,
    Trigger,
)
from simulator.memory import Memory
from simulator.operator import Hand


def test_an_accepted_shot_is_given_and_journalled(host: Any) -> None:
    host.arm()
    assert host.fire(1).result is ShotResult.ACCEPTED
    status = host.play(1_000_000)
    assert [(one.shot_id, one.dose_nl, one.depth_um, one.contact) for one in host.ghost] == [
        (1, 10_000, 600, True)
    ]
    boot, intent, outcome = host.journal()
    assert (boot.kind, intent.kind, outcome.kind) == (
        JournalKind.BOOT,
        JournalKind.INTENT,
        JournalKind.OUTCOME,
    )
    assert (outcome.outcome, outcome.dose_nl_given) == (Outcome.FIRED, 10_000)
    assert intent.start_us == outcome.start_us < host.ghost[0].at_us < outcome.end_us
    assert (status.shots_left, status.budget_nl_left) == (99, 990_000)
    assert status.volume_nl_left == 20_000_000 - 10_000


def test_the_intent_is_written_before_the_needle_moves(host_of: Any) -> None:
    memory, moves = Memory(), []
    host = host_of(memory=memory)
    host.arm()
    host.fire(1)
    memory.on_write = lambda *_: moves.append(host.pistol.motion is not None)
    host.play_until_moving()
    assert moves
    assert not any(moves)
    assert host.journal()[-1].kind is JournalKind.INTENT
    assert host.ghost == []


def test_a_shot_takes_the_time_of_needle_dose_and_dwell(host: Any) -> None:
    host.arm()
    host.fire(1, depth_um=1_000, dose_nl=10_000, rate_nl_per_s=100_000, dwell_ms=30)
    host.play(2_000_000)
    outcome = host.journal()[-1]
    needle_us, settle_us, dose_us, write_us = 10_000, 5_000, 100_000, 150
    took_us = write_us + needle_us + settle_us + dose_us + 30_000 + needle_us
    assert outcome.end_us - outcome.start_us == took_us


def test_the_same_shot_again_is_answered_and_not_given_again(host: Any) -> None:
    host.arm()
    shot = host.shot(1)
    assert host.ask(shot).result is ShotResult.ACCEPTED
    assert host.ask(shot).result is ShotResult.ACCEPTED  # while it waits
    host.play_until_moving()
    assert host.ask(shot).result is ShotResult.ACCEPTED  # while it moves
    host.play(1_000_000)
    stored = host.ask(shot)
    assert (stored.result, stored.outcome) == (ShotResult.STORED, Outcome.FIRED)
    assert stored.dose_nl_given == 10_000
    host.play(2_000_000)
    assert len(host.ghost) == 1


@pytest.mark.parametrize("when", ["waiting", "moving", "ended"])
def test_an_id_with_another_content_never_fires(host: Any, when: str) -> None:
    host.arm()
    host.fire(1)
    if when == "moving":
        host.play_until_moving()
    elif when == "ended":
        host.play(1_000_000)
    assert host.fire(1, dose_nl=9_000).reason is Refusal.ID_REUSED
    host.play(2_000_000)
    assert [one.dose_nl for one in host.ghost] == [10_000]


def test_an_id_below_the_highest_is_refused_for_ever(host: Any) -> None:
    host.arm()
    host.fire(10)
    assert host.fire(9).reason is Refusal.ID_OLD
    host.play(1_000_000)
    assert host.fire(9).reason is Refusal.ID_OLD
    assert host.poll().shot_id_last == 10


def test_an_id_refused_for_its_token_is_not_consumed(host: Any) -> None:
    host.arm()
    assert host.fire(1, arm_token=host.token ^ 1).reason is Refusal.TOKEN
    assert host.poll().shot_id_last == 0
    assert host.fire(1).result is ShotResult.ACCEPTED


def test_nothing_is_given_while_not_armed(host: Any) -> None:
    host.hello()
    host.read_all()
    assert host.fire(1, arm_token=1).reason is Refusal.TOKEN
    host.play(2_000_000)
    assert host.ghost == []


@pytest.mark.parametrize(
    ("over", "limit"),
    [
        ({"dose_nl": 999}, LimitId.DOSE_NL_MIN),
        ({"dose_nl": 20_001}, LimitId.DOSE_NL_MAX),
        ({"depth_um": 2_001}, LimitId.DEPTH_UM_MAX),
        ({"rate_nl_per_s": 200_001}, LimitId.RATE_NL_PER_S_MAX),
        ({"dwell_ms": 5_001}, LimitId.DWELL_MS_MAX),
        ({"ttl_ms": 60_001}, LimitId.TTL_MS_MAX),
        ({"trigger": Trigger.HELD, "interval_ms": 109}, LimitId.INTERVAL_MS_MIN),
    ],
)
def test_one_unit_beyond_the_arming_is_refused_by_the_limit_s_name(
    host: Any, over: dict[str, int], limit: LimitId
) -> None:
    host.arm()
    refused = host.fire(1, **over)
    assert (refused.result, refused.reason, refused.limit) == (
        ShotResult.REFUSED,
        Refusal.LIMIT,
        limit,
    )
    host.play(1_000_000)
    assert host.ghost == []


def test_a_shot_whose_numbers_changed_behind_the_frame_s_check_is_refused(host: Any) -> None:
    host.arm()
    good = host.shot(1)
    assert host.ask(good._replace(dose_nl=good.dose_nl + 1)).reason is Refusal.CRIT
    assert host.ask(good).result is ShotResult.ACCEPTED


def test_the_service_trigger_is_refused_in_a_treatment(host: Any) -> None:
    host.arm()
    assert host.fire(1, trigger=Trigger.AUTO).reason is Refusal.STATE


def test_the_budget_is_never_exceeded_and_its_end_disarms(host: Any) -> None:
    host.arm(shots_max=2, volume_nl_max=1_000_000)
    host.fire(1)
    host.fire(2)
    assert host.fire(3).reason is Refusal.BUDGET  # counted with what waits
    status = host.play(3_000_000)
    assert (status.state, len(host.ghost)) == (PistolState.SAFE, 2)
    assert host.fire(3).reason is Refusal.TOKEN


def test_a_budget_in_volume_is_a_budget_too(host: Any) -> None:
    host.arm(volume_nl_max=25_000)
    host.fire(1)
    host.fire(2)
    assert host.fire(3, dose_nl=5_001).reason is Refusal.BUDGET
    assert host.fire(3, dose_nl=5_000).result is ShotResult.ACCEPTED
    assert host.play(4_000_000).state is PistolState.SAFE
    assert sum(one.dose_nl for one in host.ghost) == 25_000


def test_an_empty_syringe_is_noticed_before_the_shot(host_of: Any) -> None:
    host = host_of(syringe_nl=15_000)
    host.arm()
    host.fire(1)
    assert host.fire(2).reason is Refusal.EMPTY
    host.play(2_000_000)
    assert host.fire(2).reason is Refusal.EMPTY
    assert host.fire(2, dose_nl=5_000).result is ShotResult.ACCEPTED


def test_a_full_queue_takes_no_more(host: Any) -> None:
    host.arm()
    taken = [host.fire(one).result for one in range(1, 5)]
    assert taken == [ShotResult.ACCEPTED] * 4
    assert host.fire(5).reason is Refusal.QUEUE_FULL
    host.play(6_000_000)
    assert [one.shot_id for one in host.ghost] == [1, 2, 3, 4]


def test_a_full_journal_refuses_shots_until_it_has_been_read(host_of: Any) -> None:
    host = host_of(memory=Memory(records=32), hand=Hand(travel_us=0, settle_us=0))
    host.arm()
    fired = 0
    while host.fire(fired + 1).result is ShotResult.ACCEPTED:
        fired += 1
        host.play(500_000)
    assert host.fire(fired + 1).reason is Refusal.JOURNAL_FULL
    assert host.poll().flags & StatusFlag.JOURNAL_FULL
    assert 5 < fired < 16
    host.read_all()
    assert host.fire(fired + 1).result is ShotResult.ACCEPTED


def test_a_shot_not_begun_in_time_is_void(host_of: Any) -> None:
    host = host_of(hand=Hand(travel_us=5_000_000))
    host.arm()
    asked_us = host.poll().uptime_us
    host.fire(1, ttl_ms=500)
    host.play(1_000_000)
    void = host.journal()[-1]
    assert void.end_us == asked_us + 500_000
    assert (void.kind, void.outcome, void.reason) == (
        JournalKind.VOID,
        Outcome.NOT_FIRED,
        Refusal.EXPIRED,
    )
    assert host.poll().queue == 0
    stored = host.fire(1, ttl_ms=500)
    assert (stored.result, stored.outcome) == (ShotResult.STORED, Outcome.NOT_FIRED)
    host.play(10_000_000)
    assert host.ghost == []


def test_shots_keep_the_interval_between_them(host_of: Any) -> None:
    host = host_of(hand=Hand(travel_us=0, settle_us=0))
    host.arm(interval_ms_min=500)
    for one in range(1, 5):
        host.fire(one, dwell_ms=0, dose_nl=1_000)
    host.play(4_000_000)
    begun = [one.start_us for one in host.journal() if one.kind is JournalKind.INTENT]
    assert len(begun) == 4
    assert all(later - earlier >= 500_000 for earlier, later in pairwise(begun))


def test_while_the_trigger_is_held_shots_follow_at_their_interval(host_of: Any) -> None:
    host = host_of(hand=Hand(travel_us=100_000, settle_us=50_000, jitter_ppm=0))
    host.arm()
    for one in range(1, 5):
        host.fire(one, trigger=Trigger.HELD, interval_ms=400, dwell_ms=0, dose_nl=1_000)
    host.play(4_000_000)
    begun = [one.start_us for one in host.journal() if one.kind is JournalKind.INTENT]
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    assert gaps == [400_150] * 3  # interval from motion to motion; the intent takes 150 us


def test_resolve_tells_what_is_known(host: Any) -> None:
    host.arm()
    host.fire(1)
    assert host.ask(Resolve(1)).outcome is Outcome.PENDING
    host.play_until_moving()
    assert host.ask(Resolve(1)).outcome is Outcome.PENDING
    host.play(1_000_000)
    told = host.ask(Resolve(1))
    assert (told.outcome, told.dose_nl_given, told.depth_um_given) == (Outcome.FIRED, 10_000, 600)
    outcome = host.journal()[-1]
    assert (told.start_us, told.boot_id) == (outcome.start_us, outcome.boot_id)


def test_resolve_fences_an_id_that_was_never_seen(host: Any) -> None:
    host.arm()
    late = host.shot(5)
    told = host.ask(Resolve(5))
    assert (told.outcome, told.reason) == (Outcome.NOT_FIRED, Refusal.VOIDED)
    void = host.journal()[-1]
    assert (void.kind, void.shot_id) == (JournalKind.VOID, 5)
    answer = host.ask(late)  # the frame that the host had written off
    assert (answer.result, answer.outcome) == (ShotResult.STORED, Outcome.NOT_FIRED)
    host.play(2_000_000)
    assert host.ghost == []
    assert host.fire(4).reason is Refusal.ID_OLD


def test_resolve_fences_an_id_that_was_jumped_over(host: Any) -> None:
    host.arm()
    host.fire(7)
    host.play(1_000_000)
    assert host.ask(Resolve(6)).outcome is Outcome.NOT_FIRED
    assert host.ask(Resolve(6)).reason is Refusal.VOIDED


def test_resolving_never_takes_the_room_that_an_outcome_needs(host_of: Any) -> None:
    host = host_of(memory=Memory(records=32), hand=Hand(travel_us=2_000_000))
    host.arm()
    host.fire(1)
    fenced = 2
    while host.ask(Resolve(fenced)) is not None and host.journal()[-1].shot_id == fenced:
        fenced += 1
    refused = host.ask(Resolve(fenced))
    assert refused.msg == 0x0108  # nothing was answered about it
    host.play(4_000_000)
    assert len(host.ghost) == 1
    assert host.journal()[-1].outcome is Outcome.FIRED
    assert host.poll().abort_cause is AbortCause.NONE


def test_what_was_overwritten_is_forgotten_but_never_fired_again(host_of: Any) -> None:
    host = host_of(memory=Memory(records=32), hand=Hand(travel_us=0, settle_us=0))
    host.arm()
    for one in range(1, 41):
        assert host.fire(one).result is ShotResult.ACCEPTED
        host.play(400_000)
        host.read_all()
    assert host.ask(Resolve(1)).outcome is Outcome.FORGOTTEN
    assert host.fire(1).reason is Refusal.ID_OLD
    assert host.ask(Resolve(40)).outcome is Outcome.FIRED
    host.cut()
    host.restore()
    assert host.hello().shot_id_highest == 40
    assert host.ask(Resolve(1)).outcome is Outcome.FORGOTTEN
    assert len(host.ghost) == 40
