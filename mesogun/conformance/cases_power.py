"""Power: what outlives it, what does not, and what nobody can know afterwards."""

from __future__ import annotations

from firmware_protocol import messages as m
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case

TEAR_BYTES_MAX = 160
TEAR_BYTES_STEP = 8


def _start(bench: Bench) -> None:
    cut = bench.needed("cut its power", bench.handles.cut)
    restore = bench.needed("give the power back", bench.handles.restore)
    before = bench.hello()
    old = bench.session
    cut()
    restore()
    after = bench.hello()
    bench.silent(bench.wire(m.Poll(NO_TOKEN, 1, 0), session=old), "a Poll of the last start")
    require(after.uid == before.uid, "it is another pistol")
    counted = after.boot_count == before.boot_count + 1
    require(counted, f"boot {before.boot_count} was followed by {after.boot_count}")
    require(after.boot_id != before.boot_id, "the boot id is the same")
    kept = after.shot_id_highest == before.shot_id_highest
    require(kept, f"the highest id went from {before.shot_id_highest} to {after.shot_id_highest}")
    kinds = [one.kind.name for one in bench.unread()]
    require(kinds == ["BOOT"], f"the start wrote {kinds}")


def _waiting(bench: Bench) -> None:
    cut = bench.needed("cut its power", bench.handles.cut)
    restore = bench.needed("give the power back", bench.handles.restore)
    token = bench.arm()
    first, shot = bench.long_shot(token), bench.shot(token)
    bench.accepted(first)
    bench.accepted(shot)
    cut()
    restore()
    bench.hello()
    told = bench.expect(m.Resolution, m.Resolve(shot.shot_id))
    seen = f"{told.outcome.name} {told.reason.name}"
    require((told.outcome, told.reason) == (m.Outcome.NOT_FIRED, m.Refusal.VOIDED), seen)
    bench.delivered(shot.shot_id, 0)


def _moving(bench: Bench) -> None:
    cut = bench.needed("cut its power", bench.handles.cut)
    restore = bench.needed("give the power back", bench.handles.restore)
    token = bench.arm()
    shot = bench.long_shot(token)
    bench.accepted(shot)
    bench.until(m.PistolState.FIRING, token)
    bench.wait(100_000, token)
    cut()
    restore()
    bench.settle()
    told = bench.expect(m.Resolution, m.Resolve(shot.shot_id))
    require(told.outcome is m.Outcome.INDETERMINATE, f"resolved as {told.outcome.name}")
    again = bench.arm()
    reply = bench.expect(m.ShotReply, shot._replace(arm_token=again))
    seen = f"asked again: {reply.result.name} {reply.outcome.name}"
    require(reply.result is m.ShotResult.STORED, seen)
    require(reply.outcome is m.Outcome.INDETERMINATE, seen)
    bench.wait(300_000, again)
    bench.delivered(shot.shot_id, 1)


def _torn(bench: Bench) -> None:
    tear = bench.needed("tear a write", bench.handles.tear)
    restore = bench.needed("give the power back", bench.handles.restore)
    for count in range(0, TEAR_BYTES_MAX, TEAR_BYTES_STEP):
        bench.settle()
        token = bench.arm()
        shot = bench.shot(token)
        bench.accepted(shot)
        tear(count)
        bench.wait(1_000_000)
        tear(None)
        restore()
        bench.settle()
        told = bench.expect(m.Resolution, m.Resolve(shot.shot_id))
        truth = bench.needed("see what left the needle", bench.deliveries(shot.shot_id))
        where = f"power lost {count} bytes on: {told.outcome.name}, {len(truth)} deliveries"
        require(len(truth) <= 1, where)
        known = told.outcome in (m.Outcome.FIRED, m.Outcome.INDETERMINATE)
        require(bool(truth) <= known, where)
        require(bool(truth) or told.outcome is not m.Outcome.FIRED, where)


CASES = (
    Case("POWER-1", "A start is counted and journalled; ids outlive it, sessions do not.", _start),
    Case("POWER-2", "What waits when the power fails was never seen, and never fires.", _waiting),
    Case(
        "POWER-3",
        "What moves when the power fails is INDETERMINATE, and is never given again.",
        _moving,
    ),
    Case(
        "POWER-4",
        "Wherever a write is torn, nothing is given twice and nothing given is denied.",
        _torn,
    ),
)
