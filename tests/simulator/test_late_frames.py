"""Frames that arrive later than those sent after them: the model of arming asked for these."""

from typing import Any

import pytest

from firmware_protocol.messages import Abort, ClearAbort, ErrorCode, PistolState, Poll, StatusFlag
from simulator.pistol import Pistol


def test_a_stop_is_not_cleared_by_a_frame_that_was_sent_before_it(host: Any) -> None:
    host.hello()
    host.pistol.press_button(host.now_us)
    host.read_all()
    late = host.wire(ClearAbort(1))
    assert host.ask(Abort(1), session=0).stopped
    host.put(late)
    pistol: Pistol = host.pistol
    assert pistol.state is PistolState.ABORTED


def test_repeats_of_a_stop_write_nothing_until_the_host_has_acknowledged_it(host: Any) -> None:
    host.hello()
    assert host.ask(Abort(1), session=0).abort_id == 1
    head = host.poll().journal_head
    for _ in range(50):
        host.now_us += 20_000
        assert host.ask(Abort(1), session=0).abort_id == 1
    assert host.poll().journal_head == head
    host.read_all()
    for _ in range(50):
        host.now_us += 20_000
        assert host.ask(Abort(1), session=0).abort_id == 2
    assert host.poll().journal_head == head + 1


def test_a_stop_said_again_can_be_cleared_by_its_own_id(host: Any) -> None:
    host.hello()
    for abort_id in (1, 2):
        host.ask(Abort(1), session=0)
        assert host.read_all().abort_id == abort_id
    assert host.ask(ClearAbort(1)).code is ErrorCode.WRONG_ABORT_ID
    assert host.ask(ClearAbort(2)).state is PistolState.SAFE


def test_a_late_poll_of_an_older_tick_does_not_renew_the_lease(host: Any) -> None:
    host.arm(lease_ms=300)
    late = host.wire(Poll(host.token, 1, host.ack))
    host.put(late)
    for tick in range(2, 12):  # enough that the answer to the first is no longer kept
        host.now_us += 20_000
        host.ask(Poll(host.token, tick, host.ack))
    # From here on the application stands still: its last tick was 11.
    host.now_us += 250_000
    host.put(late)
    host.now_us += 100_000
    status = host.ask(Poll(host.token, 11, host.ack))
    assert not status.flags & StatusFlag.TOKEN_VALID


@pytest.mark.parametrize(
    ("last", "tick", "renews"),
    [
        (2**32 - 1, 0, True),  # the counter goes round
        (5, 5 + 2**31, True),
        (5, 5 + 2**31 + 1, False),
        (5, 4, False),
        (0, 2**32 - 1, False),
    ],
)
def test_the_counter_of_ticks_goes_round(host: Any, last: int, tick: int, renews: bool) -> None:
    host.arm(lease_ms=300)
    host.poll(app_tick=last)
    host.now_us += 200_000
    assert host.poll(app_tick=tick).lease_ms_left == (300 if renews else 100)
