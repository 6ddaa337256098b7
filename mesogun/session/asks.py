"""The ways into each phase: which request follows, and what is made durable before it leaves.

Every function returns a `Step`; none looks at an answer. `connecting`, `arming` and `shooting` do.
"""

from __future__ import annotations

from firmware_protocol.crit import crit
from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    ClearAbort,
    Disarm,
    Hello,
    JournalRead,
    LimitLayer,
    LimitsGet,
    Poll,
    Refusal,
    Resolve,
    Shot,
    Trigger,
)
from firmware_protocol.units import ArmToken, Milliseconds, ShotId
from mesogun.record import (
    Acknowledged,
    Alarmed,
    Entry,
    Intent,
    Paused,
    Reserved,
    SessionOutcome,
)
from mesogun.session.model import (
    PATIENCE,
    Asking,
    Claiming,
    Clearing,
    Core,
    Disarming,
    Ended,
    Ending,
    Greeting,
    Ledger,
    Limiting,
    Reading,
    Replanning,
    Resolving,
    Step,
    Surveying,
    Vetoed,
    Watching,
)
from mesogun.session.orders import LEASE_MS, Orders
from mesogun.session.resume import Asked, Past

IDS_RESERVED = 64
"""How many shot ids are made durable at once."""
ID_MAX = 2**32 - 1
RECORDS_READ = 3
"""As many as one answer holds."""
WAIT_US = 100_000
"""Between two questions to a pistol that has to finish something first."""
WATCH_US_MAX = 100_000
"""Between two polls of an armed pistol at most, however long its lease: an end is noticed soon."""
CALM_WAIT_US = 20_000
"""Between two polls when the open shot is about to end."""
PACE_SPARE_US = 5_000
"""Waited beyond the interval between two shots: the two clocks are not one."""


def begin(
    orders: Orders,
    past: Past,
    *,
    at_us: int,
    wall: str,
    seed: int | None = None,
    nonce: int = 0,
    lease_ms: int = LEASE_MS,
) -> Step:
    """Open a session, or go on with one: say hello to the pistol.

    `past` is what its journal says so far; `wall` the wall clock's text for the record; `lease_ms`
    the lease to ask for, longer where the line is slow.
    """
    ledger = Ledger(past.left, open=past.open, id_reserved=past.id_highest, short=past.short)
    core = Core(orders, past, ledger, wall, seed, lease_ms=lease_ms, polled_at_us=at_us)
    core = core._replace(redosed=past.redosed)
    return Step(Greeting(core), request=Hello(MAJOR, MINOR, SCHEMA_HASH, nonce))


def end(
    core: Core, outcome: SessionOutcome, why: str, *entries: Entry, passing: bool = False
) -> Step:
    """Be over now; what is still open is settled by a resume."""
    return Step(Ended(core, outcome, why, passing), entries)


def close(
    core: Core,
    outcome: SessionOutcome,
    why: str,
    at_us: int,
    entries: tuple[Entry, ...] = (),
    *,
    passing: bool = False,
) -> Step:
    """Go to the end: disarm, let what is open be settled and acknowledged, then be over."""
    core = core._replace(ending=Ending(outcome, why, passing), patience=PATIENCE)
    if core.token:
        token = ArmToken(core.token)
        return Step(Disarming(core._replace(token=0)), entries, Disarm(token))
    return survey(core, at_us, entries)


def fault(core: Core, kind: str, text: str, at_us: int, entries: tuple[Entry, ...] = ()) -> Step:
    """Go to the end because of what must not be, and raise an alarm about it."""
    entries = (*entries, Alarmed(at_us, kind, text))
    if core.ending is None:
        return close(core, "fault", text, at_us, entries)
    # On the way to the end already: a second trouble must not make it a longer way.
    kept = core.ending.outcome in ("aborted", "fault")
    ending = core.ending if kept else Ending("fault", text)
    return end(core, ending.outcome, ending.why, *entries)


def survey(core: Core, at_us: int, entries: tuple[Entry, ...] = (), *, wait_us: int = 0) -> Step:
    """Ask, unarmed, how the pistol stands; acknowledge what is merged."""
    if core.patience <= 0:
        why = "the pistol does not come to rest, or goes on adding to its journal"
        ending = core.ending or Ending("fault", why)
        return end(core, ending.outcome, ending.why, *entries, Alarmed(at_us, "pistol", why))
    core, request = _poll(core, at_us + wait_us)
    core = core._replace(patience=core.patience - 1)
    return Step(Surveying(core), entries, request, at_us + wait_us)


def read(core: Core, until_seq: int, entries: tuple[Entry, ...] = ()) -> Step:
    """Read the pistol's journal on from what is merged."""
    request = JournalRead(core.merged_seq + 1, RECORDS_READ)
    return Step(Reading(core, until_seq), entries, request)


def resolve(
    core: Core,
    at_us: int,
    entries: tuple[Entry, ...] = (),
    *,
    wait_us: int = 0,
    refused: Refusal = Refusal.NONE,
    note: str = "",
) -> Step:
    """Ask what became of the first open id, so that a late frame can no longer fire it."""
    if core.patience <= 0:
        why = f"shot {core.ledger.open[0].shot_id} does not come to its end"
        ending = core.ending or Ending("interrupted", why)
        return end(core, ending.outcome, ending.why, *entries, Alarmed(at_us, "pistol", why))
    core = core._replace(patience=core.patience - 1)
    request = Resolve(ShotId(core.ledger.open[0].shot_id))
    return Step(Resolving(core, refused, note), entries, request, at_us + wait_us)


def claim(core: Core, at_us: int) -> Step:
    """Have the pistol void the next id before anything is armed; shots are asked from the next on.

    An id that another host wrote down and never sent is the one that follows the highest seen: void
    now, it can no longer be met by a shot of this session.
    """
    first = core.ledger.id_next
    if first >= ID_MAX:
        return _used_up(core, at_us)
    ledger, entries = _reserve(core.ledger, at_us)
    core = core._replace(ledger=ledger._replace(id_next=first + 1))
    return Step(Claiming(core), entries, Resolve(ShotId(first)))


def clear(core: Core, abort_id: int) -> Step:
    """Clear a latched abort; the journal has been read and acknowledged."""
    return Step(Clearing(core), request=ClearAbort(abort_id))


def replan(core: Core) -> Step:
    """Have the doses of what is left planned anew, before anything is armed."""
    ledger = core.ledger
    left, counted = frozenset(ledger.left), dict(ledger.short)
    given = {
        shot: counted.get(shot, int(order.dose_nl))
        for shot, order in enumerate(core.orders.shots)
        if shot not in left
    }
    return Step(Replanning(core), replan=given)


def ask_limits(core: Core, at_us: int, entries: tuple[Entry, ...] = ()) -> Step:
    """Ask for the limits in force, before anything is armed; a pause that is due begins here."""
    entries = (*entries, Acknowledged(at_us, core.merged_seq))
    shot = core.ledger.left[0]
    due = core.orders.due(shot)
    if due and core.paused != shot:
        core = core._replace(paused=shot, arms=0)
        entries = (*entries, Paused(at_us, shot, tuple(one.kind for one in due)))
    return Step(Limiting(core), entries, LimitsGet(LimitLayer.EFFECTIVE))


def pause(core: Core, entries: tuple[Entry, ...] = ()) -> Step:
    """Disarm for a pause: what was confirmed holds no further, a person confirms anew."""
    token = ArmToken(core.token)
    return Step(Disarming(core._replace(token=0)), entries, Disarm(token))


def vetoed(core: Core, veto: Vetoed, at_us: int) -> Step:
    """Take back a shot whose intent was not written and whose bytes never left."""
    ledger = core.ledger
    core = core._replace(ledger=ledger._replace(open=(), id_next=ledger.id_next - 1))
    if veto.wait_until_us > at_us:
        return watch(core._replace(hold_us=veto.wait_until_us), at_us)
    return fault(core, "guard", veto.text, at_us)


def onward(
    core: Core, at_us: int, entries: tuple[Entry, ...] = (), *, looked: bool = False
) -> Step:
    """Do what comes next when nothing is unread: settle, poll, fire or finish.

    `looked`: a status has just told that the pistol is armed and well.
    """
    ledger = core.ledger
    if core.token == 0 or core.ending:
        return resolve(core, at_us, entries) if ledger.open else survey(core, at_us, entries)
    if ledger.open:
        return watch(core, at_us, entries)
    if ledger.position == len(ledger.queue):
        return close(core, "complete", "", at_us, entries)
    if core.halt:
        return close(core, "interrupted", core.halt, at_us, entries)
    if ledger.queue[ledger.position] >= core.stop:
        return pause(core, entries)
    # The lease comes first, and a shot that was not fired is asked again only after a look.
    due_us = max(at_us, _paced_us(core))
    late = due_us - core.polled_at_us >= core.lease_ms * 1000 // 3
    if ((late or ledger.tries) and not looked) or (late and due_us > at_us):
        return watch(core, at_us, entries)
    return fire(core, at_us, due_us, entries)


def watch(
    core: Core, at_us: int, entries: tuple[Entry, ...] = (), *, ends_at_us: int | None = None
) -> Step:
    """Poll, armed: at least three times in a lease, and sooner where a shot is about to end."""
    due_us = core.polled_at_us + min(core.lease_ms * 1000 // 3, WATCH_US_MAX)
    if ends_at_us is not None and ends_at_us < due_us:
        due_us = max(ends_at_us, at_us + CALM_WAIT_US)
    due_us = max(due_us, at_us)
    core, request = _poll(core, due_us)
    return Step(Watching(core), entries, request, due_us)


def look(core: Core, at_us: int, entries: tuple[Entry, ...] = ()) -> Step:
    """Poll at once: what the pistol and its syringe are like before the first shot."""
    core, request = _poll(core, at_us)
    return Step(Watching(core), entries, request, at_us)


def fire(core: Core, at_us: int, due_us: int, entries: tuple[Entry, ...] = ()) -> Step:
    """Ask for the next shot under a new id; the intent is durable before its bytes leave."""
    ledger = core.ledger
    assert not ledger.open  # one shot at a time; the one before is settled
    shot_id, shot = ledger.id_next, ledger.queue[ledger.position]
    if shot_id > ID_MAX:
        return _used_up(core, at_us, entries)
    ledger, reserved = _reserve(ledger, at_us)
    entries = (*entries, *reserved)
    ledger = ledger._replace(id_next=shot_id + 1, open=(Asked(shot_id, shot, at_us),))
    core = core._replace(ledger=ledger, weighed_nl=None)
    entries = (*entries, Intent(at_us, shot_id, shot))
    return Step(Asking(core), entries, _shot(core, shot_id, shot), due_us)


def _reserve(ledger: Ledger, at_us: int) -> tuple[Ledger, tuple[Entry, ...]]:
    """Have the next id in a block that is durable before the id is used."""
    first = ledger.id_next
    if first <= ledger.id_reserved:
        return ledger, ()
    last = min(first + IDS_RESERVED - 1, ID_MAX)
    return ledger._replace(id_reserved=last), (Reserved(at_us, first, last),)


def _used_up(core: Core, at_us: int, entries: tuple[Entry, ...] = ()) -> Step:
    text = "the pistol has used up its shot ids: it needs service"
    return fault(core, "pistol", text, at_us, entries)


def _shot(core: Core, shot_id: int, shot: int) -> Shot:
    order = core.orders.shots[shot]
    name = ShotId(shot_id)
    return Shot(
        shot_id=name,
        arm_token=ArmToken(core.token),
        dose_nl=order.dose_nl,
        depth_um=order.depth_um,
        rate_nl_per_s=order.rate_nl_per_s,
        dwell_ms=order.dwell_ms,
        ttl_ms=Milliseconds(core.ttl_ms),
        trigger=order.trigger,
        interval_ms=Milliseconds(interval_ms(core, shot)),
        flags=0,
        crit=crit(name, order.dose_nl, order.depth_um, order.rate_nl_per_s),
    )


def interval_ms(core: Core, shot: int) -> int:
    """Return the least time since the shot before: the plan's, or the pistol's if longer."""
    floor_ms = core.limits.interval_ms_min if core.limits else 0
    return max(core.orders.shots[shot].interval_ms, floor_ms)


def _paced_us(core: Core) -> int:
    """Return from when the next shot may be asked: its rest is over, and so is its interval.

    With the trigger held, the pistol keeps the pace itself while the shot waits in its queue.
    """
    shot = core.ledger.queue[core.ledger.position]
    order, from_us = core.orders.shots[shot], core.hold_us
    if order.wait_us and core.ended_at_us is not None:
        from_us = max(from_us, core.ended_at_us + order.wait_us)
    if core.begun_at_us is None or order.trigger is Trigger.HELD:
        return from_us
    return max(from_us, core.begun_at_us + interval_ms(core, shot) * 1000 + PACE_SPARE_US)


def _poll(core: Core, due_us: int) -> tuple[Core, Poll]:
    tick = core.tick + 1 & 0xFFFFFFFF
    core = core._replace(tick=tick, polled_at_us=due_us)
    return core, Poll(ArmToken(core.token), tick, core.merged_seq)
