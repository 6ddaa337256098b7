"""A shot that moves, watched by the C core as by the twin: alike to the byte, and as it should."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from simulator import Trouble
from tests.adversary_kit import Step
from tests.pair_kit import TROUBLES, Host, Pair

DOSE_NL, DEPTH_UM = 10_000, 600
NEEDLE, PLUNGER = m.FaultCode.NEEDLE, m.FaultCode.PLUNGER
SEED = 1
"""Of a pair with a long journal and a hand that needs a moment."""


class Treated(Host):
    """Armed for a treatment, with one shot after the other."""

    def __init__(self, library: Any) -> None:
        super().__init__(Pair(library, SEED))
        self.token = 0
        self._tick = 1

    def befall(self, trouble: Trouble) -> None:
        self.step("meet", TROUBLES.index(trouble))

    def arm(self) -> None:
        self.hello()
        self.read_all()
        asked: Any = (9, 900_000, 20_000, 2_000, 200_000, 110, 1_000, 1, 0, 7)
        self.token = self.ask(m.ArmConfirm(self.ask(m.ArmRequest(*asked)).nonce)).arm_token

    def shoot(self, shot_id: int) -> m.ShotReply:
        numbers: Any = (shot_id, self.token, DOSE_NL, DEPTH_UM, 100_000, 0, 9_000)
        right = crit(shot_id, DOSE_NL, DEPTH_UM, 100_000)
        return self.ask(m.Shot(*numbers, m.Trigger.HELD, 110, 0, right))  # type: ignore[no-any-return]

    def play(self, span_us: int = 900_000) -> m.Status:
        status = None
        for _ in range(span_us // 50_000):
            self.now_us += 50_000
            self._tick += 1
            status = self.ask(m.Poll(self.token, self._tick, 0))  # type: ignore[arg-type]
        assert isinstance(status, m.Status)
        return status

    def play_into_the_dose(self) -> None:
        """Let time pass, event by event, until the plunger moves."""
        twin = self.pair.twin
        while twin.motion is None or self.now_us <= twin.motion.dose_from_us:
            self.now_us = max(self.now_us + 1, min(self.now_us + 1_000, twin.next_event_us() or 0))
            self.step("pass")

    def end(self, shot_id: int) -> tuple[m.Outcome, m.Refusal, int, int]:
        told = self.ask(m.Resolve(shot_id))  # type: ignore[arg-type]
        return told.outcome, told.reason, told.dose_nl_given, told.depth_um_given

    def start_again(self) -> m.Status:
        self.step("cut")
        self.step("on")
        self.hello(2)
        return self.ask(m.Poll(0, 1, 0))  # type: ignore[no-any-return,arg-type]

    @property
    def given(self) -> list[int]:
        """The doses that left the needle, of both alike."""
        return [one.dose_nl for one in self.pair.told[1]]


def flags_of(status: m.Status) -> m.StatusFlag:
    return status.flags & (m.StatusFlag.NEEDLE_OUT | m.StatusFlag.STOPPED)


def test_no_dose_leaves_a_needle_that_is_not_where_it_was_ordered(one_core: Any) -> None:
    host = Treated(one_core)
    host.befall(Trouble.NEEDLE_STANDS)
    host.arm()
    host.shoot(1)
    host.shoot(2)
    status = host.play()
    assert (status.state, status.fault) == (m.PistolState.FAULT, NEEDLE)
    assert flags_of(status) == m.StatusFlag.NEEDLE_OUT | m.StatusFlag.STOPPED
    assert host.given == []
    outcome, reason, dose_nl, depth_um = host.end(1)
    assert (outcome, reason, dose_nl) == (m.Outcome.NOT_FIRED, m.Refusal.STATE, 0)
    assert abs(depth_um - DEPTH_UM // 2) < 10
    assert host.end(2)[:2] == (m.Outcome.NOT_FIRED, m.Refusal.STATE)


def test_a_plunger_that_stands_still_is_a_fault_and_the_part_given_is_told(one_core: Any) -> None:
    host = Treated(one_core)
    host.befall(Trouble.PLUNGER_STANDS)
    host.arm()
    host.shoot(1)
    status = host.play()
    assert (status.state, status.fault) == (m.PistolState.FAULT, PLUNGER)
    (given_nl,) = host.given
    assert abs(given_nl - DOSE_NL // 2) < 50
    assert host.end(1)[:3] == (m.Outcome.PARTIAL, m.Refusal.STATE, given_nl)
    assert host.start_again().state is m.PistolState.SAFE


@pytest.mark.parametrize(
    ("held_nl", "outcome"), [(4_000, m.Outcome.PARTIAL), (0, m.Outcome.NOT_FIRED)]
)
def test_the_end_of_the_syringe_ends_a_dose_and_it_counts_as_empty(
    one_core: Any, held_nl: int, outcome: m.Outcome
) -> None:
    host = Treated(one_core)
    host.step("hold only", held_nl)
    host.arm()
    host.shoot(1)
    status = host.play()
    assert (status.state, status.volume_nl_left) == (m.PistolState.ARMED, 0)
    assert host.given == [held_nl] * bool(held_nl)
    assert host.end(1)[:3] == (outcome, m.Refusal.EMPTY, held_nl)
    assert host.shoot(2).reason is m.Refusal.EMPTY


@pytest.mark.parametrize("left", ["lift", "service button"])
def test_contact_lost_within_a_dose_stops_it_and_leaves_it_in_doubt(
    one_core: Any, left: str
) -> None:
    host = Treated(one_core)
    host.arm()
    host.shoot(1)
    host.play_into_the_dose()
    host.step(left, 300_000)
    status = host.play(100_000)
    assert status.state is m.PistolState.ARMED
    (given_nl,) = host.given
    assert 0 < given_nl < DOSE_NL // 2
    assert host.pair.told[1][0].contact
    assert host.end(1) == (m.Outcome.INDETERMINATE, m.Refusal.STATE, 0, 0)


def test_contact_lost_on_the_way_in_gives_nothing_and_the_session_goes_on(one_core: Any) -> None:
    host = Treated(one_core)
    host.arm()
    host.shoot(1)
    while host.pair.twin.motion is None:
        host.now_us = max(host.now_us + 1, host.pair.twin.next_event_us() or 0)
        host.step("pass")
    host.now_us += 3_000
    host.step("lift", 300_000)
    host.play(200_000)
    assert host.given == []
    assert host.end(1) == (m.Outcome.NOT_FIRED, m.Refusal.STATE, 0, 300)
    host.shoot(2)
    assert host.play().state is m.PistolState.ARMED
    assert len(host.given) == 1


def test_a_needle_that_stays_in_is_no_rest_and_each_start_finds_it_until_it_is_mended(
    one_core: Any,
) -> None:
    host = Treated(one_core)
    host.befall(Trouble.NEEDLE_STAYS_IN)
    host.arm()
    host.shoot(1)
    status = host.play()
    assert (status.state, status.fault, flags_of(status)) == (m.PistolState.FAULT, NEEDLE, 0)
    assert abs(status.depth_um - DEPTH_UM) < 20
    assert host.ask(m.Abort(1)).stopped == 0
    assert host.end(1)[:3] == (m.Outcome.FIRED, m.Refusal.NONE, host.given[0])
    assert host.start_again().fault is NEEDLE
    host.step("mend")
    assert host.ask(m.Poll(0, 2, 0)).state is m.PistolState.FAULT  # type: ignore[arg-type]
    assert host.start_again().state is m.PistolState.SAFE


def test_an_abort_takes_a_needle_out_that_can_come_and_finds_the_one_that_cannot(
    one_core: Any,
) -> None:
    host = Treated(one_core)
    host.befall(Trouble.NEEDLE_STAYS_IN)
    host.arm()
    host.shoot(1)
    host.play_into_the_dose()
    host.step("button")
    status = host.play(200_000)
    assert (status.state, status.fault, flags_of(status)) == (m.PistolState.FAULT, NEEDLE, 0)
    assert host.end(1)[:2] == (m.Outcome.PARTIAL, m.Refusal.ABORTED)


@pytest.mark.parametrize("trouble", [Trouble.NEEDLE_STANDS, Trouble.NEEDLE_STAYS_IN])
def test_a_jog_finds_a_needle_that_is_not_there_or_not_home(
    one_core: Any, trouble: Trouble
) -> None:
    host = Treated(one_core)
    host.befall(trouble)
    host.hello()
    host.read_all()
    host.step("service button")
    asked: Any = (4_000, 100)
    assert isinstance(host.ask(m.Jog(*asked)), m.JogReply)
    status = host.play(500_000)
    stays = trouble is Trouble.NEEDLE_STAYS_IN
    assert (status.state, status.fault) == (m.PistolState.FAULT, NEEDLE)
    assert status.depth_um == (4_000 if stays else 0)
    assert host.start_again().fault is (NEEDLE if stays else m.FaultCode.NONE)


def test_a_jog_that_is_stopped_before_it_is_there_is_no_fault(one_core: Any) -> None:
    host = Treated(one_core)
    host.befall(Trouble.NEEDLE_STANDS)
    host.hello()
    host.read_all()
    host.step("service button")
    asked: Any = (4_000, 100)
    host.ask(m.Jog(*asked))
    host.now_us += 10_000
    host.pair.take(Step("button", host.now_us))
    status = host.play(200_000)
    assert (status.state, status.fault) == (m.PistolState.ABORTED, m.FaultCode.NONE)
