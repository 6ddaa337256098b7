"""FAULT: nothing moves any more, whatever is asked, and only the power leaves it."""

from __future__ import annotations

from firmware_protocol import messages as m
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case


def _fault(bench: Bench) -> None:
    broken = bench.needed("break a part of it", bench.handles.break_part)
    cut = bench.needed("take its power", bench.handles.cut)
    restore = bench.needed("give its power back", bench.handles.restore)
    broken(m.FaultCode.PLUNGER)
    try:
        bench.expect(m.SelfTestReply, m.SelfTest(0))
        bench.until(m.PistolState.FAULT)
    finally:
        broken(m.FaultCode.NONE)
    _stays(bench, "at first")
    for request in (bench.arm_request(), m.Home(0), m.SelfTest(0), m.ClearAbort(0)):
        bench.refused(request, m.ErrorCode.WRONG_STATE)
    bench.shot_refused(bench.shot(1), m.Refusal.TOKEN)
    _stays(bench, "asked for all sorts of things")
    bench.expect(m.DisarmReply, m.Disarm(NO_TOKEN))
    _stays(bench, "disarmed")
    bench.abort()
    _stays(bench, "stopped")
    status = bench.poll()
    bench.poll(ack=status.journal_head)
    bench.ask(m.ClearAbort(status.abort_id))
    _stays(bench, "with its abort cleared")
    bench.hello()
    _stays(bench, "in a new session")
    bench.unread()
    cut()
    restore()
    state = bench.settle().state
    require(
        state is m.PistolState.SAFE, f"sound again, after its power came back it is {state.name}"
    )


def _stays(bench: Bench, when: str) -> None:
    status = bench.poll()
    right = (m.PistolState.FAULT, m.FaultCode.PLUNGER)
    seen = f"{when}, it is {status.state.name} {status.fault.name}"
    require((status.state, status.fault) == right, seen)


CASES = (Case("FAULT-1", "In FAULT nothing is armed or moved; only the power leaves it.", _fault),)
