"""The speed of the line: changed in two steps, and never so that a host is not heard any more."""

from __future__ import annotations

from firmware_protocol import messages as m
from firmware_protocol.units import Milliseconds
from mesogun.conformance.asking import require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case

FIRST, FAST = 115_200, 921_600
NONE_S = 115_201
"""A speed that no pistol has."""
SHORT_MS = Milliseconds(200)
SILENCE_US = 1_500_000
SPREAD_US = 250_000


def _asked(bench: Bench, baud: int, fallback_ms: Milliseconds = SHORT_MS) -> None:
    reply = bench.expect(m.SetBaudReply, m.SetBaud(baud, fallback_ms))
    right = (baud, fallback_ms)
    require(tuple(reply) == right, f"asked for {right}, it answers {tuple(reply)}")


def _pinged(bench: Bench, when: str) -> None:
    echo = bench.number()
    reply = bench.ask(m.Ping(echo))
    require(isinstance(reply, m.PingReply) and reply.echo == echo, f"{when}: {reply}")


def _only_at_rest(bench: Bench) -> None:
    _asked(bench, FIRST)
    bench.refused(m.SetBaud(NONE_S, SHORT_MS), m.ErrorCode.OUT_OF_RANGE)
    _pinged(bench, "after a speed that it has not")
    bench.expect(m.ArmChallenge, bench.arm_request())
    bench.refused(m.SetBaud(FAST, SHORT_MS), m.ErrorCode.WRONG_STATE)
    bench.settle()
    bench.arm()
    for baud in (FAST, FIRST, NONE_S):
        bench.refused(m.SetBaud(baud, SHORT_MS), m.ErrorCode.WRONG_STATE)
    bench.abort()
    bench.refused(m.SetBaud(FAST, SHORT_MS), m.ErrorCode.WRONG_STATE)


def _falls_back(bench: Bench) -> None:
    reply = bench.ask(m.SetBaud(FAST, SHORT_MS))
    if isinstance(reply, m.ErrorReply):
        require(reply.code is m.ErrorCode.OUT_OF_RANGE, f"at rest it is refused: {reply}")
        return
    bench.wait(SHORT_MS * 1_000 + SPREAD_US)
    _pinged(bench, "nobody came to the new speed")


def _at_speed(bench: Bench) -> None:
    set_baud = bench.needed("change the speed of its line", bench.handles.baud)
    for baud in (230_400, 460_800, FAST):
        number = bench.number()
        asked = m.SetBaud(baud, SHORT_MS)
        bench.expect(m.SetBaudReply, asked, number=number)
        set_baud(baud)
        _pinged(bench, f"at {baud}")
        again = bench.expect(m.SetBaudReply, asked, number=number)
        require(tuple(again) == tuple(asked), f"asked again, it answers {tuple(again)}")
        bench.wait(SHORT_MS * 1_000 + SPREAD_US)
        _pinged(bench, f"at {baud}, once it was heard there")
        token = bench.arm()
        bench.wait(SILENCE_US + SPREAD_US, token)
        state = bench.poll(token).state
        require(state is m.PistolState.ARMED, f"armed and polled at {baud}, it is {state.name}")
        bench.settle()
    _asked(bench, FIRST)
    set_baud(FIRST)
    _pinged(bench, "led back")


def _silence(bench: Bench) -> None:
    set_baud = bench.needed("change the speed of its line", bench.handles.baud)
    _asked(bench, FAST)
    set_baud(FAST)
    bench.hello()
    bench.arm()
    bench.quiet(bench.line.now_us() + SILENCE_US + SPREAD_US)
    set_baud(FIRST)
    status = bench.poll()
    right = status.state is m.PistolState.ABORTED
    require(right, f"armed and then alone, it is {status.state.name}")


CASES = (
    Case("BAUD-1", "Only in SAFE and at rest, and only to a speed that it has.", _only_at_rest),
    Case("BAUD-2", "A new speed at which nobody is heard is given up.", _falls_back),
    Case(
        "BAUD-3", "At the new speed it is heard, asked again or armed, until led back.", _at_speed
    ),
    Case("BAUD-4", "A host that goes away leaves the first speed, and no arming.", _silence),
)
