"""What the pistol's journal and its resolutions say, taken into the session's ledger by shot id.

Only from here does a shot count as settled. Telling it twice changes nothing; telling it twice and
differently is a contradiction, after which nothing more is fired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from firmware_protocol.messages import JournalKind, JournalRecord, Outcome, Resolution
from mesogun.record import Entry, Served, ServedAs, ShotOutcome
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session import contradictions, measured
from mesogun.session.counting import counted_nl
from mesogun.session.model import RECENT, Core, Ledger
from mesogun.session.resume import Asked, Settled

ENDS: Mapping[Outcome, ShotOutcome] = MappingProxyType(
    {
        Outcome.FIRED: "fired",
        Outcome.NOT_FIRED: "not_fired",
        Outcome.PARTIAL: "partial",
        Outcome.INDETERMINATE: "indeterminate",
    }
)
"""The outcomes that end a shot, in the journal's words."""


class Told(NamedTuple):
    """What the pistol told of a shot's end, whichever message told it."""

    outcome: ShotOutcome
    reason: str
    dose_nl_given: int
    depth_um_given: int
    start_us: int
    boot_id: int
    seq: int | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The core after it has taken something in, and what must be made durable for that."""

    core: Core
    entries: tuple[Entry, ...] = ()
    contradiction: str = ""
    """What cannot be true; empty: nothing."""
    cut: str = ""
    """What the pistol knows of this session and its journal does not; empty: nothing."""


def told_by(resolution: Resolution, reason: str = "") -> Told:
    """Read a resolution that ends a shot; `reason` is said instead of the resolution's own."""
    return Told(
        ENDS[resolution.outcome],
        reason or resolution.reason.name.lower(),
        resolution.dose_nl_given,
        resolution.depth_um_given,
        resolution.start_us,
        resolution.boot_id,
        None,
    )


def settle(core: Core, asked: Asked, told: Told, at_us: int) -> Merged:
    """Take in the end of an open shot."""
    ledger, asked_nl = core.ledger, core.orders.shots[asked.shot].dose_nl
    lie = contradictions.in_weight(core, asked_nl, told.outcome, told.dose_nl_given, told.reason)
    if lie:
        lie = f"shot {asked.shot_id}: {lie}"
        told = told._replace(outcome="indeterminate", reason="the syringe tells otherwise")
    fired_at_us = _on_session_clock(core, told, asked.at_us, at_us)
    entry = OutcomeEntry(
        at_us=at_us,
        shot_id=asked.shot_id,
        outcome=told.outcome,
        reason=told.reason,
        dose_nl_given=told.dose_nl_given,
        depth_um_given=told.depth_um_given,
        fired_at_us=fired_at_us,
        pistol_seq=told.seq,
    )
    ledger = ledger._replace(
        open=tuple(one for one in ledger.open if one.shot_id != asked.shot_id),
        recent=(
            *ledger.recent,
            (asked.shot_id, Settled(asked.shot, told.outcome, asked_nl, told.dose_nl_given)),
        )[-RECENT:],
    )
    # A shot that "was not fired" and yet gave a dose is in doubt, and never asked again.
    missed = told.outcome == "not_fired" and not told.dose_nl_given
    if missed:
        ledger = _missed(ledger, asked)
    else:
        counted = counted_nl(told.outcome, asked_nl, told.dose_nl_given)
        ledger = _spent(ledger, asked.shot)
        if counted != asked_nl:
            ledger = ledger._replace(short=(*ledger.short, (asked.shot, counted)))
    begun_at_us = core.begun_at_us if fired_at_us is None else fired_at_us
    ended_at_us = core.ended_at_us if missed else at_us
    core = core._replace(ledger=ledger, begun_at_us=begun_at_us, ended_at_us=ended_at_us)
    core = contradictions.emptied(core, told.outcome, told.dose_nl_given)
    contradiction = lie
    if told.outcome == "not_fired" and told.dose_nl_given:
        contradiction = f"shot {asked.shot_id} was not fired, yet gave {told.dose_nl_given} nL"
    alarms: tuple[Entry, ...] = ()
    if told.outcome == "fired":
        order, given = core.orders.shots[asked.shot], (told.dose_nl_given, told.depth_um_given)
        core, alarms = measured.fired(core, asked.shot_id, order, given, at_us)
    return Merged(core, (entry, *alarms), contradiction)


def merge(core: Core, record: JournalRecord, at_us: int) -> Merged:
    """Take in one record of the pistol's journal, which follows those merged already."""
    lie = contradictions.in_record(core, record)
    core = contradictions.noted(core._replace(merged_seq=record.seq), record)
    if lie:
        return _disbelieved(core, record, lie, at_us)
    if record.kind in contradictions.SERVICE:
        # Given into a vessel, never a prick. Its id is not this session's to ask for.
        others = core._replace(others=core.others | {record.shot_id})
        return Merged(others, _served(record, at_us))
    if record.kind not in contradictions.ABOUT_SHOTS:
        return Merged(core)
    asked = next((one for one in core.ledger.open if one.shot_id == record.shot_id), None)
    known = _settled_already(core, record.shot_id)
    if asked is None and known is None:
        return _unknown(core, record)
    shot = asked.shot if asked else known.shot if known else 0
    order = core.orders.shots[shot]
    # Planned anew, a shot that is done with has another dose than it was asked with.
    dose_nl = order.dose_nl if known is None else known.asked_nl
    numbers = (record.dose_nl_asked, record.depth_um_asked)
    if record.kind is not JournalKind.VOID and numbers != (dose_nl, order.depth_um):
        return Merged(
            core,
            contradiction=f"the pistol was asked for shot {record.shot_id} with {dose_nl} nL "
            f"at {order.depth_um} um, its journal has {numbers[0]} nL at {numbers[1]} um",
        )
    if record.kind is JournalKind.INTENT:
        return Merged(core)
    if record.outcome not in ENDS or (
        record.kind is JournalKind.VOID and record.outcome is not Outcome.NOT_FIRED
    ):
        text = f"record {record.seq} of the pistol's journal ends shot {record.shot_id} as "
        return Merged(core, contradiction=text + record.outcome.name)
    told = _told(record)
    if asked:
        return settle(core, asked, told, at_us)
    return _told_again(core, record.shot_id, known, told, at_us)


def _served(record: JournalRecord, at_us: int) -> tuple[Served, ...]:
    """Note what left the needle for nobody: the vial is emptier by it."""
    outcome = ENDS.get(record.outcome)
    if record.kind in contradictions.INTENTS or outcome is None:
        return ()
    served_as: ServedAs = "prime" if record.kind in contradictions.PRIMES else "weighed"
    seq, shot_id = record.seq, record.shot_id
    return (Served(at_us, seq, shot_id, served_as, outcome, record.dose_nl_given),)


def _disbelieved(core: Core, record: JournalRecord, lie: str, at_us: int) -> Merged:
    """Take a record that cannot be true as a reason to know nothing of its shot any more."""
    told = Told("indeterminate", "contradiction", 0, 0, 0, 0, record.seq)
    asked = next((one for one in core.ledger.open if one.shot_id == record.shot_id), None)
    known = _settled_already(core, record.shot_id)
    if record.kind not in contradictions.ABOUT_SHOTS:
        return Merged(core, contradiction=lie)
    if asked is None and known is None:
        return Merged(core, contradiction=lie)
    if asked is None and known is not None:
        asked = Asked(record.shot_id, known.shot, at_us)
    assert asked is not None  # one of the two is there
    return doubted(core, asked, told, lie, at_us)


def doubted(core: Core, asked: Asked, told: Told, lie: str, at_us: int) -> Merged:
    """Let a shot that is open, or that was settled, be in doubt from now on, for ever."""
    merged = settle(core, asked, told, at_us)
    ledger = _spent(merged.core.ledger, asked.shot)
    return Merged(merged.core._replace(ledger=ledger), merged.entries, lie)


def _told(record: JournalRecord) -> Told:
    return Told(
        ENDS[record.outcome],
        record.reason.name.lower(),
        record.dose_nl_given,
        record.depth_um_given,
        record.start_us,
        record.boot_id,
        record.seq,
    )


def _told_again(core: Core, shot_id: int, known: Settled | None, told: Told, at_us: int) -> Merged:
    if known is None or (known.outcome, known.given_nl) == (told.outcome, told.dose_nl_given):
        return Merged(core)
    text = (
        f"shot {shot_id} was settled as {known.outcome} with {known.given_nl} nL, the pistol's "
        f"journal has {told.outcome} with {told.dose_nl_given} nL"
    )
    # Both tellings stand in the journal, so that the record shows the shot in doubt for ever.
    return doubted(core, Asked(shot_id, known.shot, at_us), told, text, at_us)


def _settled_already(core: Core, shot_id: int) -> Settled | None:
    for one, settled in reversed(core.ledger.recent):
        if one == shot_id:
            return settled
    return core.past.settled.get(shot_id)


def _unknown(core: Core, record: JournalRecord) -> Merged:
    """Take in a record of a shot that this journal never asked for."""
    shot_id, ledger = record.shot_id, core.ledger
    if core.cut:
        # Without its lines this journal cannot tell its own shots from another host's: whatever it
        # said of either would mislead. With the newest one in its place they are read again.
        return Merged(core)
    claimed = ledger.id_first <= shot_id < ledger.id_next
    if record.kind is JournalKind.INTENT and not claimed:
        if record.end_us >> 32 == core.past.session:
            return Merged(core._replace(cut=True, foreign=0), cut=_cut_text(shot_id))
        # A block is only reserved: others may have had the rest of it since this was broken off.
        others = core.others | {shot_id}
        return Merged(core._replace(foreign=core.foreign + 1, others=others))
    ours = claimed or any(first <= shot_id <= last for first, last in core.past.blocks)
    if not ours or shot_id in core.others:
        return Merged(core._replace(foreign=core.foreign + 1))
    void = record.kind is JournalKind.VOID and record.outcome is Outcome.NOT_FIRED
    if void and not record.dose_nl_given:
        return Merged(core)  # nothing moved: to claim its ids, a part has the first of them voided
    return Merged(
        core,
        contradiction=f"the pistol's journal has a record ({record.kind.name}) of shot {shot_id}; "
        "that id belongs to this session, but this journal never asked for it: look which site it "
        "was before you resume",
    )


def _cut_text(shot_id: int) -> str:
    return (
        f"the pistol began shot {shot_id} for this session, and this journal never asked for it: "
        "its end was cut off, or it is an old copy. Put the newest journal back in its place, then "
        "resume; nothing more is fired until then"
    )


def _missed(ledger: Ledger, asked: Asked) -> Ledger:
    here = ledger.left[:1] == (asked.shot,)
    return ledger._replace(tries=ledger.tries + 1) if here else ledger


def _spent(ledger: Ledger, shot: int) -> Ledger:
    """Take a shot out of what is left: it is never asked again."""
    if ledger.position < len(ledger.queue) and ledger.queue[ledger.position] == shot:
        return ledger._replace(position=ledger.position + 1, tries=0)
    kept = tuple(one for one in ledger.left if one != shot)
    return ledger._replace(queue=kept, position=0)


def _on_session_clock(core: Core, told: Told, asked_us: int, at_us: int) -> int | None:
    if told.outcome not in ("fired", "partial") or core.hello is None:
        return None
    if core.uptime_at_us is None or told.boot_id != core.hello.boot_id:
        return None
    # Where the pistol's clock was learnt from a slow answer, it is seconds off; yet no shot begins
    # before it was asked.
    return max(asked_us, min(at_us, core.uptime_at_us + told.start_us))
