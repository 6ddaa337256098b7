"""The hand works without the host, at its own pace, and tries a site again that was not given."""

from itertools import pairwise
from typing import Any

import pytest

from firmware_protocol.messages import PistolState, StatusFlag, Trigger
from simulator.operator import Hand


def begins(host: Any) -> list[int]:
    return [one.at_us for one in host.ghost]


def test_given_travels_are_kept_exactly(host_of: Any) -> None:
    travels = (300_000, 120_000, 700_000, 0)
    host = host_of(hand=Hand(travels_us=travels, settle_us=40_000))
    host.arm()
    for one in range(1, 5):
        host.fire(one, dwell_ms=0)
    host.play(4_000_000, 50_000)
    records = host.journal()[1:]
    intents, outcomes = records[0::2], records[1::2]
    assert intents[0].start_us == 300_000 + 40_000
    written_us = 150
    for travel, before, intent in zip(travels[1:], outcomes, intents[1:], strict=False):
        free_us = before.end_us + written_us
        paced_us = before.start_us + written_us + 110_000
        assert intent.start_us == max(free_us + travel + 40_000, paced_us)


def test_the_default_hand_gives_about_two_pricks_a_second(host_of: Any) -> None:
    host = host_of(hand=Hand(5))
    host.arm()
    fired = 0
    while fired < 20:
        fired += 1
        host.fire(fired, dwell_ms=50)
        while len(host.ghost) < fired:
            host.play(33_000, 33_000)
    pace = 19_000_000 / (host.ghost[-1].at_us - host.ghost[0].at_us)
    assert 1.7 < pace < 2.5


def test_a_site_that_was_not_given_is_tried_again_from_where_the_hand_is(host_of: Any) -> None:
    hand = Hand(travels_us=(400_000, 900_000), settle_us=50_000)
    host = host_of(hand=hand)
    host.arm()
    host.fire(1, ttl_ms=200)  # void before the hand has arrived
    host.play(300_000)
    assert hand.site == 0
    host.fire(2)
    host.play(800_000)
    assert [one.shot_id for one in host.ghost] == [2]
    assert host.journal()[-1].start_us == 450_000  # no second travel
    assert hand.site == 1


def test_an_aborted_shot_that_gave_nothing_leaves_the_hand_at_its_site(host_of: Any) -> None:
    hand = Hand(travel_us=100_000)
    host = host_of(hand=hand)
    host.arm()
    host.fire(1, depth_um=2_000)
    while host.pistol.motion is None:
        host.play(1_000, 1_000)
    host.pistol.press_button(host.now_us)
    host.play(100_000)
    assert (hand.site, host.ghost) == (0, [])


def test_a_site_in_doubt_is_left_for_the_next(host_of: Any) -> None:
    hand = Hand(travel_us=100_000)
    host = host_of(hand=hand)
    host.arm()
    host.fire(1)
    host.play_until_moving()
    host.cut()
    assert hand.site == 1


def test_a_press_is_one_pull_for_one_shot(host_of: Any) -> None:
    host = host_of(hand=Hand(travel_us=100_000, settle_us=50_000, jitter_ppm=0))
    host.arm()
    for one in range(1, 4):
        host.fire(one, dwell_ms=0, dose_nl=1_000, trigger=Trigger.PRESS)
    host.play(3_000_000)
    assert all(later - earlier >= 150_000 for earlier, later in pairwise(begins(host)))
    assert len(host.ghost) == 3


def test_contact_is_told_in_the_status(host_of: Any) -> None:
    host = host_of(hand=Hand(travel_us=200_000, jitter_ppm=0))
    host.arm()
    host.fire(1)
    assert not host.poll().flags & StatusFlag.CONTACT
    host.now_us += 199_999
    assert not host.poll().flags & StatusFlag.CONTACT
    host.now_us += 1
    assert host.poll().flags & StatusFlag.CONTACT


def test_the_same_seed_moves_the_hand_alike(host_of: Any) -> None:
    def times(seed: int) -> list[int]:
        host = host_of(hand=Hand(seed))
        host.arm()
        for one in range(1, 4):
            host.fire(one)
        host.play(4_000_000)
        return begins(host)

    assert times(1) == times(1) != times(2)


def test_a_hand_that_refills_changes_a_syringe_that_is_too_empty(host_of: Any) -> None:
    host = host_of(hand=Hand(travel_us=0, settle_us=0, refills=True), syringe_nl=50_000)
    for number in range(1, 4):
        host.hello(number)
        host.arm(volume_nl_max=40_000, shots_max=2)
        host.fire(number * 2, dose_nl=20_000)
        host.play(500_000)
        host.fire(number * 2 + 1, dose_nl=20_000)
        assert host.play(500_000).state is PistolState.SAFE
    assert sum(one.dose_nl for one in host.ghost) == 120_000


def test_negative_times_are_refused() -> None:
    for wrong in ({"travel_us": -1}, {"settle_us": -1}, {"travels_us": (5, -1)}):
        with pytest.raises(ValueError, match="negative"):
            Hand(**wrong)


def test_a_held_trigger_fires_on_contact_and_a_pull_after_settling(host_of: Any) -> None:
    for trigger, begins_us in ((Trigger.HELD, 300_000), (Trigger.PRESS, 340_000)):
        host = host_of(hand=Hand(travels_us=(300_000,), settle_us=40_000))
        host.arm()
        host.fire(1, trigger=trigger)
        host.play(1_000_000)
        assert host.journal()[1].start_us == begins_us
