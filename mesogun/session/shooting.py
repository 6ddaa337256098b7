"""Armed: one shot at a time, watched by polls until the pistol's journal has its end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from firmware_protocol.messages import (
    AbortCause,
    PistolState,
    Refusal,
    ShotReply,
    ShotResult,
    Status,
    StatusFlag,
)
from mesogun.record import Alarmed, Entry, SessionOutcome
from mesogun.session import asks, contradictions
from mesogun.session.counting import TRIES_MAX
from mesogun.session.merge import Told, doubted
from mesogun.session.model import Asking, Core, Step, Watching
from mesogun.session.resume import LEFT_OUT, Asked

NOT_FIRED = "not_fired"
LATE_US = 10_000
"""A status that took this much longer than the fastest says too little about when it was made."""
_TOKEN_VALID = int(StatusFlag.TOKEN_VALID)

_ABORTS: Mapping[AbortCause, tuple[SessionOutcome, str]] = MappingProxyType(
    {
        AbortCause.NONE: ("fault", "the pistol stopped and does not say why"),
        AbortCause.FRAME: ("aborted", "another program stopped the pistol"),
        AbortCause.ZERO_RUN: ("aborted", "the pistol was stopped by a stop signal on its line"),
        AbortCause.BREAK: ("aborted", "the pistol was stopped by a break on its line"),
        AbortCause.LEASE: (
            "interrupted",
            "the pistol heard nothing of the host for a whole lease and stopped itself",
        ),
        AbortCause.DTR: ("interrupted", "the port was closed under way and the pistol stopped"),
        AbortCause.BUTTON: ("aborted", "the stop button on the pistol was pressed"),
        AbortCause.INTERNAL: ("fault", "the pistol stopped itself because of an inner fault"),
    }
)

_LAST: Mapping[Refusal, tuple[SessionOutcome, str]] = MappingProxyType(
    {
        Refusal.EMPTY: ("interrupted", "the syringe is empty: change it, then resume"),
        Refusal.BUDGET: ("interrupted", "what was confirmed is used up: resume to arm again"),
        Refusal.LIMIT: ("fault", "the pistol refused a shot for its limits"),
        Refusal.MEMORY: ("fault", "the pistol's memory fails: it needs service"),
        Refusal.ID_REUSED: ("fault", "the pistol knows the shot's id with other content"),
        Refusal.ID_OLD: ("fault", "the pistol has seen a higher shot id: another host uses it"),
    }
)
"""Refusals after which asking again could not help."""


def asked(phase: Asking, reply: ShotReply, at_us: int) -> Step:
    """Watch an accepted shot; fence a refused one before it counts as not fired."""
    core, (shot,) = phase.core, phase.core.ledger.open
    if reply.shot_id != shot.shot_id:
        text = f"asked for shot {shot.shot_id}, the pistol answered about {reply.shot_id}"
        return asks.fault(core, "contradiction", text, at_us)
    if reply.result is not ShotResult.REFUSED:
        motion_us = core.orders.shots[shot.shot].motion_us
        over_by_us = at_us + core.ttl_ms * 1000 + 2 * motion_us + contradictions.SHOT_LATE_US
        core = core._replace(over_by_us=over_by_us)
        return asks.watch(core, at_us)
    note = f"{reply.limit.name} {reply.limit_value}" if reply.limit else ""
    return asks.resolve(core, at_us, refused=reply.reason, note=note)


def watched(phase: Watching, status: Status, at_us: int) -> Step:
    """Keep the lease; read the pistol's journal once the open shot has ended in it."""
    if status.journal_head < phase.core.merged_seq:
        return lost_records(phase.core, status, at_us)
    lie = contradictions.in_status(phase.core, status)
    if lie:
        return disbelieved(phase.core, status, lie, at_us)
    core = seen(phase.core, status, at_us)
    match status.state:
        case PistolState.ABORTED:
            cause = status.abort_cause
            stalled = cause is AbortCause.LEASE
            return asks.close(core._replace(token=0), *_ABORTS[cause], at_us, passing=stalled)
        case PistolState.FAULT:
            text = f"the pistol reports a fault: {status.fault.name}"
            return asks.fault(core._replace(token=0), "fault", text, at_us)
        case _:
            pass
    if not status.flags & _TOKEN_VALID:
        # Spent budget, most often. If shots are left, it is armed again, by a person.
        core = core._replace(token=0)
    if status.queue == 0 and status.journal_head > core.merged_seq:
        return asks.read(core, status.journal_head)
    if not core.ledger.open or not core.token:
        return asks.onward(core, at_us, looked=True)
    if status.queue == 0:
        # Nothing waits, nothing is unread, and yet our shot has no end.
        return asks.resolve(core, at_us)
    late = contradictions.in_time(core, at_us)
    if late:
        return asks.fault(core, "pistol", late, at_us)
    if status.state is not PistolState.FIRING:
        return asks.watch(core, at_us)
    motion_us = core.orders.shots[core.ledger.open[0].shot].motion_us
    return asks.watch(core, at_us, ends_at_us=core.calm_at_us + motion_us)


def seen(core: Core, status: Status, at_us: int) -> Core:
    """Take in where the pistol's uptime lies on the session's clock, and whether it is moving."""
    asked_us, core = core.polled_at_us, contradictions.looked(core, status)
    calm_us = core.calm_at_us if status.state is PistolState.FIRING else asked_us
    trip_us = max(at_us - asked_us, 1)
    if core.uptime_at_us is not None and trip_us > core.round_trip_us + LATE_US:
        return core._replace(calm_at_us=calm_us)
    return core._replace(
        calm_at_us=calm_us,
        round_trip_us=min(trip_us, core.round_trip_us or trip_us),
        uptime_at_us=(asked_us + at_us) // 2 - status.uptime_us,
    )


def disbelieved(core: Core, status: Status, lie: str, at_us: int) -> Step:
    """End because of a status that cannot be true.

    Where the syringe tells of a shot that nobody owns up to, it is the last one that was told as
    not fired: from now on it is in doubt.
    """
    entries: tuple[Entry, ...] = ()
    last = core.ledger.recent[-1:]
    if lie == contradictions.in_syringe(core, status) and last and last[0][1].outcome == NOT_FIRED:
        shot_id, settled = last[0]
        told = Told("indeterminate", "the syringe tells otherwise", 0, 0, 0, 0, None)
        merged = doubted(core, Asked(shot_id, settled.shot, at_us), told, lie, at_us)
        core, entries = merged.core, merged.entries
    # What it said before is all that is known of its counters; the way to the end looks again.
    core = contradictions.looked(core, status)
    return asks.fault(core, "contradiction", lie, at_us, entries)


def lost_records(core: Core, status: Status, at_us: int) -> Step:
    """End, because the pistol no longer holds records that are merged already."""
    text = (
        f"the pistol's journal ends at record {status.journal_head}, record {core.merged_seq} was "
        "read before: its memory was changed"
    )
    return asks.fault(core, "journal", text, at_us)


def after_not_fired(
    core: Core, reason: Refusal, note: str, at_us: int, entries: tuple[Entry, ...]
) -> Step:
    """Decide whether a shot that is known not to have been fired is asked again."""
    if core.token == 0 or core.ending:
        return asks.onward(core, at_us, entries)
    if reason in _LAST:
        outcome, why = _LAST[reason]
        why = f"{why} ({note})" if note else why
        return asks.close(core, outcome, why, at_us, (*entries, Alarmed(at_us, "refused", why)))
    tries = core.ledger.tries
    if tries < TRIES_MAX:
        return asks.onward(core, at_us, entries)
    if reason is Refusal.EXPIRED:
        why = f"nobody pulled the trigger for {tries * core.ttl_ms // 1000} s: resume when ready"
        return asks.close(core, "interrupted", why, at_us, entries)
    shot = core.ledger.queue[core.ledger.position]
    text = f"planned shot {shot + 1} was not given: refused {tries} times ({reason.name})"
    ledger = core.ledger._replace(
        position=core.ledger.position + 1, tries=0, short=(*core.ledger.short, (shot, 0))
    )
    entries = (*entries, Alarmed(at_us, LEFT_OUT, text))
    core = core._replace(ledger=ledger, halt=f"{text}: see why before you resume")
    return asks.onward(core, at_us, entries)
