"""What the C core does when RAM or memory break under it: it stops, and says so."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.frame import Deframer, encode
from simulator import Delivery
from simulator.memory import SETTINGS_BYTES

ARMING = m.ArmRequest(
    shots_max=100,
    volume_nl_max=m.Nanolitres(1_000_000),
    dose_nl_max=m.Nanolitres(20_000),
    depth_um_max=m.Micrometres(2_000),
    rate_nl_per_s_max=m.NanolitresPerSecond(200_000),
    interval_ms_min=m.Milliseconds(110),
    lease_ms=m.Milliseconds(1_000),
    limits_revision=1,
    calibration_id=0,
    plan_digest=7,
)


class Bench:
    """An armed C core with one shot that waits for a hand which comes after 200 ms."""

    def __init__(self, library: Any) -> None:
        from tests.c_core_kit import CoreTwin

        self.told: list[Delivery] = []
        self.core = CoreTwin(library, seed=3, travel_us=200_000, on_delivery=self.told.append)
        self.now_us = self.session = self.request = self.tick = 0
        hello = self.ask(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1), session=1)
        self.session = hello.session
        self.ask(m.Poll(0, 0, hello.journal_head))
        self.token = self.ask(m.ArmConfirm(self.ask(ARMING).nonce)).arm_token

    def ask(self, message: Any, session: int = 0) -> Any:
        self.request += 1
        frame = m.to_frame(message, session=session or self.session, request=self.request)
        found = Deframer().feed(self.core.receive(encode(frame), self.now_us))
        return m.from_frame(found[0]) if found else None

    def shoot(self) -> m.ShotReply:
        numbers = 1, 10_000, 600, 100_000
        shot = m.Shot(
            *(1, self.token, *numbers[1:], 0, 60_000, m.Trigger.PRESS, 110, 0, crit(*numbers))
        )
        reply = self.ask(shot)
        assert isinstance(reply, m.ShotReply)
        return reply

    def play(self, span_us: int) -> m.Status:
        for _ in range(span_us // 50_000):
            self.now_us += 50_000
            self.tick += 1
            status = self.ask(m.Poll(self.token, self.tick, 0))
        assert isinstance(status, m.Status)
        return status

    def records(self) -> list[m.JournalRecord]:
        found: list[m.JournalRecord] = []
        while more := self.ask(m.JournalRead(len(found) + 1, 3)).records:
            found += more
        return found


def test_unharmed_it_fires_once(one_core: Any) -> None:
    bench = Bench(one_core)
    assert bench.shoot().result is m.ShotResult.ACCEPTED
    assert bench.play(900_000).state is m.PistolState.ARMED
    assert [one.shot_id for one in bench.told] == [1]


@pytest.mark.parametrize("bit", range(0, 32, 5))
@pytest.mark.parametrize("which", range(7))
def test_a_flipped_bit_in_what_decides_fires_nothing_and_stops_it(
    one_core: Any, which: int, bit: int
) -> None:
    """Id, dose, depth, rate of the shot that waits; budget, count and dose limit of the arming."""
    bench = Bench(one_core)
    bench.shoot()
    bench.core.flip(which, bit)
    status = bench.play(900_000)
    assert bench.told == []
    assert (status.state, status.abort_cause) == (m.PistolState.ABORTED, m.AbortCause.INTERNAL)
    (end,) = [one for one in bench.records() if one.kind is m.JournalKind.OUTCOME]
    assert (end.outcome, end.reason) == (m.Outcome.NOT_FIRED, m.Refusal.MEMORY)


def test_a_memory_that_does_not_keep_what_is_written_is_a_fault_before_anything_moves(
    one_core: Any,
) -> None:
    for address in range(128, 128 + 72 * 6):
        bench = Bench(one_core)
        bench.core.stick(address)
        bench.shoot()
        status = bench.play(900_000)
        if status.state is m.PistolState.FAULT:
            assert status.fault is m.FaultCode.MEMORY
            assert status.flags & m.StatusFlag.NEEDLE_OUT
        else:
            assert [one.shot_id for one in bench.told] == [1]  # the bit was 0 in all that came
        kept = bench.core.image()
        assert len(bench.told) <= 1
        assert len(kept) == 128 + 1024 * 72 + SETTINGS_BYTES


def test_a_record_that_rots_in_the_memory_is_a_fault_when_it_is_needed(one_core: Any) -> None:
    bench = Bench(one_core)
    bench.shoot()
    bench.play(900_000)
    _, c = one_core
    memory = c.mgt_memory(bench.core._twin)
    memory[128 + 72 + 20] ^= 4  # a bit of the shot's intent
    refused = bench.ask(m.Resolve(1))
    assert isinstance(refused, m.ErrorReply)
    assert bench.play(50_000).fault is m.FaultCode.MEMORY
    assert bench.play(50_000).state is m.PistolState.FAULT


def test_limits_that_are_missing_or_widen_leave_it_unarmable(one_core: Any) -> None:
    from simulator.limits import factory_limits
    from tests.c_core_kit import CoreTwin

    factory = factory_limits()
    for name in factory._fields[2:]:
        for over in ({"factory": factory._replace(**{name: 0})}, {"limits": _widened(name)}):
            bench = Bench.__new__(Bench)
            bench.core = CoreTwin(one_core, seed=3, **over)
            bench.now_us = bench.session = bench.request = bench.tick = 0
            hello = bench.ask(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1), session=1)
            bench.session = hello.session
            assert hello.limits_revision == 0
            bench.ask(m.Poll(0, 0, hello.journal_head))
            refused = bench.ask(ARMING)
            assert (refused.code, refused.detail) == (
                m.ErrorCode.LIMIT,
                m.LimitId[name.upper()],
            )


def _widened(name: str) -> m.Limits:
    from simulator.limits import factory_limits

    factory = factory_limits()
    step = -1 if name in ("dose_nl_min", "interval_ms_min", "lease_ms_min") else 1
    return factory._replace(**{name: getattr(factory, name) + step})
