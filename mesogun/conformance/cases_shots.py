"""A shot: once, as it was asked, or refused for the first reason that there is."""

from __future__ import annotations

from typing import Any

from firmware_protocol import messages as m
from firmware_protocol.units import Nanolitres
from mesogun.conformance.asking import require
from mesogun.conformance.bench import Bench, each, with_crit
from mesogun.conformance.case import Case

GIVEN_NL_ERROR = 1_000
GIVEN_PPM_ERROR = 100_000


def _once(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    head = bench.poll(token).journal_head
    record = bench.fired(token, shot)
    asked = (record.dose_nl_asked, record.depth_um_asked)
    require(asked == (shot.dose_nl, shot.depth_um), f"the record says that {asked} was asked")
    error = abs(record.dose_nl_given - shot.dose_nl)
    within = error <= max(GIVEN_NL_ERROR, shot.dose_nl * GIVEN_PPM_ERROR // 1_000_000)
    require(within, f"{shot.dose_nl} nL were asked and {record.dose_nl_given} given")
    kinds = [one.kind for one in bench.journal(head + 1) if one.shot_id == shot.shot_id]
    want = [m.JournalKind.INTENT, m.JournalKind.OUTCOME]
    require(kinds == want, f"its records are {[one.name for one in kinds]}")
    bench.delivered(shot.shot_id, 1)
    truth = bench.deliveries(shot.shot_id)
    if truth is not None:
        seen = f"{truth[0].dose_nl} nL left the needle, the record says {record.dose_nl_given}"
        require(truth[0].dose_nl == record.dose_nl_given, seen)
        require(truth[0].contact, "it was delivered into the air")


def _again(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    record = bench.fired(token, shot)
    for _ in range(2):
        reply = bench.expect(m.ShotReply, shot)
        seen = f"{reply.result.name} {reply.outcome.name} {reply.dose_nl_given} nL"
        require(reply.result is m.ShotResult.STORED, seen)
        told = (reply.outcome, reply.dose_nl_given)
        require(told == (m.Outcome.FIRED, record.dose_nl_given), seen)
    other = shot._replace(arm_token=bench.shot(token ^ 1).arm_token)
    reply = bench.expect(m.ShotReply, other)
    require(reply.result is m.ShotResult.STORED, f"with another token: {reply.result.name}")
    bench.wait(300_000, token)
    bench.delivered(shot.shot_id, 1)
    _counted(bench, token, 1)


def _again_waiting(bench: Bench) -> None:
    token = bench.arm()
    first, shot = bench.long_shot(token), bench.shot(token)
    head = bench.poll(token).journal_head
    bench.accepted(first)
    for _ in range(3):
        bench.accepted(shot)
    bench.ended(token, shot.shot_id, head + 1)
    bench.wait(300_000, token)
    bench.delivered(shot.shot_id, 1)
    _counted(bench, token, 2)


def _counted(bench: Bench, token: int, shots: int) -> None:
    left = bench.poll(token).shots_left
    most = bench.arm_request().shots_max
    require(left == most - shots, f"{shots} shots, and {left} of {most} are left")


def _reused(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    changed = (
        with_crit(shot._replace(dose_nl=Nanolitres(shot.dose_nl + 1))),
        with_crit(shot._replace(depth_um=type(shot.depth_um)(shot.depth_um + 1))),
    )
    bench.fired(token, shot)
    for other in changed:
        bench.shot_refused(other, m.Refusal.ID_REUSED)
    waiting, behind = bench.long_shot(token), bench.shot(token)
    bench.accepted(waiting)
    bench.accepted(behind)
    other = with_crit(behind._replace(dose_nl=Nanolitres(behind.dose_nl + 1)))
    bench.shot_refused(other, m.Refusal.ID_REUSED)
    bench.abort()
    bench.delivered(behind.shot_id, 0)


def _old(bench: Bench) -> None:
    token = bench.arm()
    skipped, shot = bench.shot(token), bench.shot(token)
    bench.fired(token, shot)
    bench.shot_refused(skipped, m.Refusal.ID_OLD)
    bench.delivered(skipped.shot_id, 0)


def _token(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    wrong = shot._replace(arm_token=bench.shot(token ^ 1).arm_token)
    before = bench.poll(token).shot_id_last
    bench.shot_refused(wrong, m.Refusal.TOKEN)
    after = bench.poll(token).shot_id_last
    require(before == after, f"the highest id went from {before} to {after}")
    bench.fired(token, shot)


def _crit(bench: Bench) -> None:
    token = bench.arm()
    for bit in (0, 15):
        shot = bench.shot(token)
        bench.shot_refused(shot._replace(crit=shot.crit ^ 1 << bit), m.Refusal.CRIT)
    shot = bench.shot(token)
    for name in ("dose_nl", "depth_um", "rate_nl_per_s"):
        spoilt = shot._replace(**{name: shot._asdict()[name] + 1})
        bench.shot_refused(spoilt, m.Refusal.CRIT)


def _auto(bench: Bench) -> None:
    token = bench.arm()
    bench.shot_refused(bench.shot(token, trigger=m.Trigger.AUTO), m.Refusal.STATE)


def _order(bench: Bench) -> None:
    """Each shot has every fault that is checked later; the first one decides."""
    of = bench.limits()
    dose = of.dose_nl_min
    token = bench.arm(volume_nl_max=3 * dose, dose_nl_max=3 * dose)
    done = bench.shot(token, dose_nl=dose)
    skipped = bench.shot(token)
    late = bench.shot(token, dose_nl=dose)
    bench.fired(token, done)
    bench.fired(token, late)
    faults: dict[str, Any] = {"dose_nl": of.dose_nl_max + 1, "crit": 1, "arm_token": token ^ 1}
    faults["trigger"] = m.Trigger.AUTO
    bench.shot_refused(done._replace(**faults), m.Refusal.ID_REUSED)
    bench.shot_refused(skipped._replace(**faults), m.Refusal.ID_OLD)
    bench.shot_refused(bench.shot(token, **faults), m.Refusal.TOKEN)
    faults["arm_token"] = token
    bench.shot_refused(bench.shot(token, **faults), m.Refusal.STATE)
    del faults["trigger"]
    reply = bench.shot_refused(bench.shot(token, **faults), m.Refusal.LIMIT)
    require(reply.limit is m.LimitId.DOSE_NL_MAX, f"LIMIT names {reply.limit.name}")
    faults["dose_nl"] = dose + 1
    bench.shot_refused(bench.shot(token, **faults), m.Refusal.BUDGET)
    faults["dose_nl"] = dose
    bench.shot_refused(bench.shot(token, **faults), m.Refusal.CRIT)
    bench.delivered(skipped.shot_id, 0)


def _queue(bench: Bench) -> None:
    assert bench.greeting is not None
    depth = bench.greeting.queue_depth
    most = bench.limits()
    token = bench.arm(volume_nl_max=most.volume_nl_max, shots_max=min(depth + 9, most.shots_max))
    shots = [bench.long_shot(token) for _ in range(depth + 2)]
    wires = [(bench.number(), one) for one in shots]
    replies = [bench.expect(m.ShotReply, one, number=number) for number, one in wires]
    bench.abort()
    told = [f"{one.result.name} {one.reason.name}" for one in replies]
    taken = [one.result is m.ShotResult.ACCEPTED for one in replies]
    require(all(taken[:depth]), f"a queue of {depth}: {told}")
    require(replies[-1].reason is m.Refusal.QUEUE_FULL, f"a queue of {depth}: {told}")


def _pace(bench: Bench) -> None:
    pace_ms = bench.limits().interval_ms_min + 40
    token = bench.arm(interval_ms_min=pace_ms)
    shots = [bench.shot(token, interval_ms=one) for one in (pace_ms, pace_ms, pace_ms + 60)]
    head = bench.poll(token).journal_head
    for shot in shots:
        bench.accepted(shot)
    records = [bench.ended(token, one.shot_id, head + 1) for one in shots]
    began = [one.start_us for one in records]
    for at, least_ms in ((1, pace_ms), (2, pace_ms + 60)):
        apart_us = began[at] - began[at - 1]
        require(apart_us >= least_ms * 1_000, f"shots {apart_us} us apart, at least {least_ms} ms")


def _expires(bench: Bench) -> None:
    token = bench.arm()
    first = bench.long_shot(token)
    second = bench.shot(token, ttl_ms=100)
    head = bench.poll(token).journal_head
    bench.accepted(first)
    bench.accepted(second)
    record = bench.ended(token, second.shot_id, head + 1)
    _void(record, m.Refusal.EXPIRED)
    bench.ended(token, first.shot_id, head + 1)
    bench.delivered(second.shot_id, 0)


def _void(record: m.JournalRecord, reason: m.Refusal) -> None:
    seen = f"shot {record.shot_id}: {record.kind.name} {record.outcome.name} {record.reason.name}"
    require(record.kind is m.JournalKind.VOID, seen)
    require((record.outcome, record.reason) == (m.Outcome.NOT_FIRED, reason), seen)


def _disarmed(bench: Bench) -> None:
    token = bench.arm()
    first, second = bench.long_shot(token), bench.shot(token)
    head = bench.poll(token).journal_head
    bench.accepted(first)
    bench.accepted(second)
    bench.until(m.PistolState.FIRING, token)
    bench.expect(m.DisarmReply, m.Disarm(token))
    _void(bench.ended(0, second.shot_id, head + 1), m.Refusal.VOIDED)
    record = bench.ended(0, first.shot_id, head + 1)
    require(record.outcome is m.Outcome.FIRED, f"the one in motion ended {record.outcome.name}")
    bench.delivered(second.shot_id, 0)


def _fence(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    head = bench.poll(token).journal_head
    for _ in range(2):
        told = bench.expect(m.Resolution, m.Resolve(shot.shot_id))
        seen = f"{told.outcome.name} {told.reason.name}"
        require((told.outcome, told.reason) == (m.Outcome.NOT_FIRED, m.Refusal.VOIDED), seen)
    records = bench.journal(head + 1)
    require(len(records) == 1, f"{len(records)} records for one id")
    _void(records[0], m.Refusal.VOIDED)
    late = bench.expect(m.ShotReply, shot)
    require(late.result is not m.ShotResult.ACCEPTED, "the shot was accepted after all")
    last = bench.poll(token).shot_id_last
    require(last == shot.shot_id, f"the highest id is {last}, not {shot.shot_id}")
    bench.wait(300_000, token)
    bench.delivered(shot.shot_id, 0)
    _counted(bench, token, 0)


def _fence_below(bench: Bench) -> None:
    """An id between: never seen, and below the highest."""
    token = bench.arm()
    between, shot = bench.shot(token), bench.shot(token)
    bench.fired(token, shot)
    told = bench.expect(m.Resolution, m.Resolve(between.shot_id))
    require(told.outcome is m.Outcome.NOT_FIRED, f"{told.outcome.name} {told.reason.name}")
    late = bench.expect(m.ShotReply, between)
    require(late.result is not m.ShotResult.ACCEPTED, "the shot was accepted after all")


def _resolve_fired(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token)
    record = bench.fired(token, shot)
    told = bench.expect(m.Resolution, m.Resolve(shot.shot_id))
    end = (told.outcome, told.dose_nl_given, told.depth_um_given, told.start_us, told.boot_id)
    same = (
        record.outcome,
        record.dose_nl_given,
        record.depth_um_given,
        record.start_us,
        record.boot_id,
    )
    require(end == same, f"resolved as {end}, the record says {same}")


def _resolve_pending(bench: Bench) -> None:
    token = bench.arm()
    first, second = bench.long_shot(token), bench.shot(token)
    bench.accepted(first)
    bench.accepted(second)
    for shot in (first, second):
        told = bench.expect(m.Resolution, m.Resolve(shot.shot_id))
        require(told.outcome is m.Outcome.PENDING, f"accepted, resolved as {told.outcome.name}")
    bench.abort()


def _empty(bench: Bench) -> None:
    put = bench.needed("put another syringe in", bench.handles.put_syringe)
    token = bench.arm()
    whole_nl = bench.poll(token).volume_nl_left
    given, refused = bench.shot(token), bench.shot(token)
    put(given.dose_nl * 3 // 2)
    head = bench.poll(token).journal_head
    bench.accepted(given)
    bench.shot_refused(refused, m.Refusal.EMPTY)  # what waits will take its part
    bench.ended(token, given.shot_id, head + 1)
    bench.shot_refused(refused, m.Refusal.EMPTY)
    left_nl = bench.poll(token).volume_nl_left
    require(left_nl < given.dose_nl, f"after {given.dose_nl} nL of one and a half, {left_nl} left")
    bench.delivered(refused.shot_id, 0)
    put(whole_nl)
    bench.fired(token, refused)
    bench.delivered(refused.shot_id, 1)


def _fresh_pull(bench: Bench) -> None:
    keep = bench.needed("keep its trigger pulled", bench.handles.keep_pulling)
    of = bench.limits()
    token = bench.arm()
    keep(True)
    try:
        shot = bench.shot(token, trigger=m.Trigger.PRESS, ttl_ms=min(1_000, of.ttl_ms_max))
        head = bench.poll(token).journal_head
        bench.accepted(shot)
        _void(bench.ended(token, shot.shot_id, head + 1), m.Refusal.EXPIRED)
        bench.delivered(shot.shot_id, 0)
        bench.fired(token, bench.shot(token, trigger=m.Trigger.HELD))
        waiting = bench.shot(token, trigger=m.Trigger.PRESS)
        bench.accepted(waiting)
        head = bench.poll(token).journal_head
    finally:
        keep(False)
    record = bench.ended(token, waiting.shot_id, head + 1)
    require(record.outcome is m.Outcome.FIRED, f"pulled anew, it ended {record.outcome.name}")
    bench.delivered(waiting.shot_id, 1)


def _fences(bench: Bench) -> None:
    each((_fence, _fence_below), bench)


CASES = (
    Case("SHOT-1", "A shot is given once, INTENT before OUTCOME, as asked and as told.", _once),
    Case("SHOT-2", "A shot asked again after its end is answered STORED, not given again.", _again),
    Case("SHOT-3", "A shot asked again while it waits is given once.", _again_waiting),
    Case("SHOT-4", "An id with other content is refused ID_REUSED, waiting or ended.", _reused),
    Case("SHOT-5", "An unknown id below the highest is refused ID_OLD.", _old),
    Case("SHOT-6", "A wrong token is refused TOKEN and does not consume the id.", _token),
    Case("SHOT-7", "A wrong `crit` is refused CRIT, whichever number does not fit.", _crit),
    Case("SHOT-8", "AUTO is refused: no shot without a hand.", _auto),
    Case("SHOT-9", "Of several faults the first in the protocol's order decides.", _order),
    Case("SHOT-10", "As many shots wait as Hello says; the next is refused QUEUE_FULL.", _queue),
    Case("SHOT-11", "Shots begin no sooner after each other than the pace allows.", _pace),
    Case("SHOT-12", "A shot that waits longer than its time to live ends VOID, EXPIRED.", _expires),
    Case(
        "SHOT-13",
        "Disarm voids the shots that wait; the one in motion is finished.",
        _disarmed,
    ),
    Case(
        "SHOT-14", "What the syringe cannot give whole is refused EMPTY, and is not begun.", _empty
    ),
    Case(
        "SHOT-15",
        "PRESS waits for a fresh pull: a trigger that stays pulled gives none.",
        _fresh_pull,
    ),
    Case("RESOLVE-1", "Resolve voids an id that was never seen: it can never fire.", _fences),
    Case("RESOLVE-2", "Resolve tells the end that the journal has.", _resolve_fired),
    Case("RESOLVE-3", "Resolve of an accepted shot without an end is PENDING.", _resolve_pending),
)
