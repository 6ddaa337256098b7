"""Service in the C core: at every power cut and on skin the same as in the twin, never twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from tests.pair_kit import Host, Pair

SLOW_HAND = 10
"""The seed of a hand that is a quarter of a second on its way."""


def request() -> m.ServiceRequest:
    numbers = (5, 1_000_000, 100_000, 200_000, 1_000, 1)
    return m.ServiceRequest(*numbers)  # type: ignore[arg-type]


def prime(token: int, shot_id: int, dose_nl: int = 50_000) -> m.Prime:
    numbers: Any = (shot_id, token, dose_nl, 100_000, 5_000)
    return m.Prime(*numbers, crit(shot_id, dose_nl, 0, 100_000))  # type: ignore[arg-type]


def armed(host: Host, nonce: int = 1) -> int:
    host.hello(nonce)
    host.read_all()
    host.step("service button")
    challenge = host.ask(request())
    return int(host.ask(m.ArmConfirm(challenge.nonce)).arm_token)


def play(host: Host, token: int, span_us: int) -> Any:
    status = None
    for tick in range(span_us // 50_000):
        host.now_us += 50_000
        status = host.ask(m.Poll(token, tick + 2, 0))  # type: ignore[arg-type]
    return status


def test_a_power_cut_at_every_byte_of_a_prime_leaves_the_same_and_gives_nothing_twice(
    one_core: Any,
) -> None:
    outcomes: Counter[str] = Counter()
    for count in range(0, 220, 4):
        host = Host(Pair(one_core, 3))
        token = armed(host)
        host.step("tear", count)
        host.ask(prime(token, 1))
        play(host, token, 800_000)
        host.step("cut")
        host.step("on")
        host.hello(2)
        outcomes[host.ask(m.Resolve(1)).outcome.name] += 1
        given = len(host.pair.told[0])
        token = armed(host, 3)
        assert host.ask(prime(token, 1)).result is m.ShotResult.STORED
        play(host, token, 800_000)
        assert len(host.pair.told[0]) == given <= 1
    assert set(outcomes) == {"NOT_FIRED", "INDETERMINATE", "FIRED"}


@pytest.mark.parametrize("seed", range(4))
def test_skin_stops_a_prime_alike(one_core: Any, seed: int) -> None:
    """The hand is on its way to a site of a treatment that has just been ended."""
    host = Host(Pair(one_core, seed))
    host.hello()
    host.read_all()
    asked: Any = (9, 900_000, 20_000, 2_000, 200_000, 110, 1_000, 1, 0, 7)
    token = host.ask(m.ArmConfirm(host.ask(m.ArmRequest(*asked)).nonce)).arm_token
    host.step("service button")
    shot: Any = (1, token, 10_000, 600, 100_000, 0, 9_000, m.Trigger.PRESS, 110, 0)
    host.ask(m.Shot(*shot, crit(1, 10_000, 600, 100_000)))  # type: ignore[arg-type]
    challenge = host.ask(request())  # which ends it, and voids the shot
    assert challenge.code is m.ErrorCode.JOURNAL_UNREAD
    host.read_all()
    challenge = host.ask(request())
    if isinstance(challenge, m.ErrorReply):  # this hand was quicker
        assert challenge.code is m.ErrorCode.ON_SKIN
        return
    token = host.ask(m.ArmConfirm(challenge.nonce)).arm_token
    host.ask(prime(token, 2, 100_000))
    status = play(host, token, 1_500_000)
    assert status.state is m.PistolState.SAFE
    (only,) = host.pair.told[0]
    assert (only.shot_id, only.service, only.contact) == (2, True, True)
    assert only.dose_nl < 100_000
    assert host.ask(m.Resolve(2)).outcome is m.Outcome.PARTIAL


@pytest.mark.parametrize("end", ["skin", "button", "cut", "itself"])
def test_a_jog_ends_alike(one_core: Any, end: str) -> None:
    host = Host(Pair(one_core, SLOW_HAND))
    host.hello()
    host.read_all()
    host.step("service button")
    if end == "skin":  # the hand is on its way to a site of a treatment
        asked: Any = (9, 900_000, 20_000, 2_000, 200_000, 110, 1_000, 1, 0, 7)
        token = host.ask(m.ArmConfirm(host.ask(m.ArmRequest(*asked)).nonce)).arm_token
        shot: Any = (1, token, 10_000, 600, 100_000, 0, 9_000, m.Trigger.PRESS, 110, 0)
        host.ask(m.Shot(*shot, crit(1, 10_000, 600, 100_000)))  # type: ignore[arg-type]
    asked = (4_000, 3_000)
    assert isinstance(host.ask(m.Jog(*asked)), m.JogReply)
    assert play(host, 0, 100_000).depth_um > 0
    if end in ("button", "cut"):
        host.step(end)
    if end == "cut":
        host.step("on")
        host.hello(2)
    status = play(host, 0, 3_500_000 if end == "itself" else 500_000)
    assert (status.depth_um, status.flags & m.StatusFlag.STOPPED) == (0, m.StatusFlag.STOPPED)
    assert not any(host.pair.told)
