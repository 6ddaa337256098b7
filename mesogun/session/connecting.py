"""From hello to a pistol at rest whose journal is read, settled and acknowledged.

The same steps lead into a session and out of it: after an abort, a fault or the last shot they run
again, and then end it.
"""

from __future__ import annotations

from firmware_protocol.messages import (
    ACTUATING_HASH,
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    ClearAbortReply,
    Feature,
    HelloReply,
    JournalRecords,
    Outcome,
    PistolState,
    Refusal,
    Resolution,
    Status,
)
from mesogun.record import Acknowledged, Alarmed, Connected, Entry, Replanned
from mesogun.session import asks, contradictions
from mesogun.session.calendar import day_of
from mesogun.session.merge import ENDS, Told, merge, settle, told_by
from mesogun.session.model import (
    Claiming,
    Clearing,
    Core,
    NotRedosed,
    Reading,
    Redosed,
    Replanning,
    Resolving,
    Step,
    Surveying,
)
from mesogun.session.resume import JOURNAL_CUT
from mesogun.session.shooting import after_not_fired, disbelieved, lost_records, seen

ARMS_MAX = 20
"""How often one part of a session arms before it wants to be resumed by a person."""


def greeted(core: Core, hello: HelloReply, at_us: int) -> Step:
    """Check who answered, and begin to settle what its journal holds."""
    uid = f"{hello.uid:016x}"
    if core.past.pistol_uid not in (None, uid):
        text = (
            f"this session was begun on pistol {core.past.pistol_uid}, and {uid} is connected: "
            "connect the first one, or begin a new session"
        )
        # What is open on the other pistol cannot be settled here: nothing more is asked. A mistaken
        # cable is no fault of the session: it stays as it had ended.
        return asks.end(core, core.past.outcome, text, Alarmed(at_us, "pistol_changed", text))
    if hello.shot_id_highest < core.past.told_id or hello.journal_head < core.past.told_seq:
        text = (
            f"pistol {uid} no longer holds what it told this session: its memory was erased or "
            "replaced. What it says of open shots cannot be believed: they stay in doubt"
        )
        return asks.end(core, "fault", text, Alarmed(at_us, "pistol_memory", text))
    lie = contradictions.in_hello(hello)
    if lie:
        return asks.end(core, "fault", lie, Alarmed(at_us, "contradiction", lie))
    core = _introduced(core, hello)
    met = _connected(core, hello, at_us)
    entries: tuple[Entry, ...] = (met, *_set_up_anew(core.past.met, met))
    stranger = _other_version(hello)
    if stranger:
        return asks.end(core, "fault", stranger, *entries, Alarmed(at_us, "version", stranger))
    return asks.survey(core, at_us, entries)


def _introduced(core: Core, hello: HelloReply) -> Core:
    first = max(hello.shot_id_highest, core.past.id_highest) + 1
    ledger = core.ledger._replace(id_first=first, id_next=first)
    # What was acknowledged is read again where this journal does not have it: it may lack lines.
    from_seq = min(core.past.told_seq, hello.journal_tail) if core.past.resumed else None
    merged_seq = hello.journal_tail if from_seq is None else from_seq
    return core._replace(hello=hello, ledger=ledger, merged_seq=merged_seq)


def _connected(core: Core, hello: HelloReply, at_us: int) -> Connected:
    return Connected(
        at_us=at_us,
        part=core.past.parts + 1,
        wall=core.wall,
        simulated=bool(hello.features & Feature.SIMULATED),
        pistol_uid=f"{hello.uid:016x}",
        firmware=_dotted(hello.firmware_version),
        boot_id=hello.boot_id,
        calibration_id=hello.calibration_id,
        limits_revision=hello.limits_revision,
        seed=core.seed,
    )


def _set_up_anew(before: Connected | None, now: Connected) -> tuple[Alarmed, ...]:
    """Tell a person who is about to confirm what is another than when the pistol was met last."""
    if before is None:
        return ()
    parts = (
        ("firmware", before.firmware, now.firmware),
        ("limits' revision", before.limits_revision, now.limits_revision),
        ("calibration", before.calibration_id, now.calibration_id),
    )
    changes = [f"{name} {was} is now {new}" for name, was, new in parts if was != new]
    if not changes:
        return ()
    text = (
        f"since this session last met the pistol it was changed: {', '.join(changes)}. "
        "Confirm only if that was meant"
    )
    return (Alarmed(now.at_us, "pistol_setup", text),)


def _dotted(version: int) -> str:
    return f"{version >> 16}.{version >> 8 & 255}.{version & 255}"


def _other_version(hello: HelloReply) -> str:
    ours = (MAJOR, SCHEMA_HASH, ACTUATING_HASH)
    theirs = (hello.major, hello.schema_hash, hello.actuating_hash)
    if ours == theirs:
        return ""
    behind = (hello.major, hello.minor) < (MAJOR, MINOR)
    return (
        f"this program speaks MGP {MAJOR}.{MINOR} (schema {SCHEMA_HASH:08x}, actuating "
        f"{ACTUATING_HASH:08x}), the pistol's firmware {_dotted(hello.firmware_version)} speaks "
        f"MGP {hello.major}.{hello.minor} (schema {hello.schema_hash:08x}, actuating "
        f"{hello.actuating_hash:08x}): update the {'pistol' if behind else 'program'}. "
        "`mesogun info` names what differs"
    )


def surveyed(phase: Surveying, status: Status, at_us: int) -> Step:
    """Read what is unread, settle what is open, wait for what moves; then arm or end."""
    if status.journal_head < phase.core.merged_seq:
        return lost_records(phase.core, status, at_us)
    lie = contradictions.in_status(phase.core, status)
    if lie:
        return disbelieved(phase.core, status, lie, at_us)
    core = seen(phase.core, status, at_us)
    if status.journal_head > core.merged_seq:
        return asks.read(core, status.journal_head)
    if core.ledger.open:
        return asks.resolve(core, at_us)
    moving = status.state in (PistolState.BOOT, PistolState.SELFTEST, PistolState.FIRING)
    if moving or status.queue or status.journal_tail < core.merged_seq:
        return asks.survey(core, at_us, wait_us=asks.WAIT_US)
    acknowledged = Acknowledged(at_us, core.merged_seq)
    if core.ending:
        return asks.end(
            core, core.ending.outcome, core.ending.why, acknowledged, passing=core.ending.passing
        )
    return _at_rest(core, status, at_us)


def _at_rest(core: Core, status: Status, at_us: int) -> Step:
    match status.state:
        case PistolState.FAULT:
            why = f"the pistol reports a fault: {status.fault.name}"
            return asks.end(core, "fault", why, Alarmed(at_us, "fault", why))
        case PistolState.ABORTED:
            return asks.clear(core, status.abort_id)
        case PistolState.SAFE if not core.ledger.left:
            return asks.end(core, "complete", "", Acknowledged(at_us, core.merged_seq))
        case PistolState.SAFE if expiry := _expired(core):
            return asks.end(core, "fault", expiry, Alarmed(at_us, "calibration", expiry))
        case PistolState.SAFE if core.halt:
            return asks.end(core, "interrupted", core.halt)
        case PistolState.SAFE if core.arms >= ARMS_MAX:
            return asks.end(core, "interrupted", f"the pistol disarmed itself {core.arms} times")
        case PistolState.SAFE if core.ledger.id_next == core.ledger.id_first:
            return asks.claim(core, at_us)
        case PistolState.SAFE if core.ledger.short:
            return asks.replan(core)
        case PistolState.SAFE:
            return asks.ask_limits(core, at_us)
        case _:
            return asks.survey(core, at_us, wait_us=asks.WAIT_US)


def _expired(core: Core) -> str:
    """Return why the calibration's last day forbids to arm; the pistol itself has no calendar."""
    last = core.hello.calibration_not_after_day if core.hello else 0
    if not last:
        return ""
    today = day_of(core.wall)
    if today is None:
        return f"the pistol's calibration expires, and {core.wall!r} tells no day"
    if today <= last:
        return ""
    late = today - last
    return f"the pistol's calibration expired {late} days ago: have it calibrated, then resume"


def claimed(phase: Claiming, reply: Resolution, at_us: int) -> Step:
    """Look again, and read the record of it, once the first id of this part is void."""
    core, first = phase.core, phase.core.ledger.id_first
    if reply.shot_id != first:
        text = f"asked to void shot {first}, the pistol answered about {reply.shot_id}"
        return asks.fault(core, "contradiction", text, at_us)
    if reply.outcome is not Outcome.NOT_FIRED or reply.dose_nl_given:
        text = (
            f"the pistol had never seen shot {first}, and now says that it was "
            f"{reply.outcome.name} with {reply.dose_nl_given} nL"
        )
        return asks.fault(core, "contradiction", text, at_us)
    return asks.survey(core, at_us)


def redosed(phase: Replanning, event: Redosed | NotRedosed, at_us: int) -> Step:
    """Go on with the plan that divides anew what is left, or not at all."""
    core = phase.core
    if isinstance(event, NotRedosed):
        text = f"what is left cannot be planned anew: {event.text}"
        return asks.fault(core, "replan", text, at_us)
    parent, digest = core.orders.plan_digest, event.orders.plan_digest
    entry = Replanned(at_us, digest, parent, event.doses_nl)
    ledger = core.ledger._replace(short=())
    core = core._replace(orders=event.orders, ledger=ledger, redosed=True)
    return asks.ask_limits(core, at_us, (entry,))


def cleared(phase: Clearing, reply: ClearAbortReply, at_us: int) -> Step:
    """Look again at a pistol whose latched abort was cleared."""
    return asks.survey(phase.core, at_us)


def was_read(phase: Reading, reply: JournalRecords, at_us: int) -> Step:
    """Merge records of the pistol's journal, and go on from there."""
    core = phase.core
    entries: list[Entry] = []
    troubles: list[str] = []
    cut = ""
    not_fired: Refusal | None = None
    for record in reply.records:
        if record.seq != core.merged_seq + 1:
            break
        was_open = any(one.shot_id == record.shot_id for one in core.ledger.open)
        merged = merge(core, record, at_us)
        core = merged.core
        entries += merged.entries
        troubles += [merged.contradiction] if merged.contradiction else []
        cut = cut or merged.cut
        if was_open and record.outcome is Outcome.NOT_FIRED:
            not_fired = record.reason
    endless = contradictions.in_records(core, phase.until_seq, reply)
    if endless and not cut:
        return asks.fault(core, "journal", endless, at_us, tuple(entries))
    if core.merged_seq == phase.core.merged_seq:
        text = f"the pistol's journal has a hole after record {core.merged_seq}"
        return asks.fault(core, "journal", text, at_us, tuple(entries))
    if cut:
        # The alarm bars every later resume: it must not hang on what is read after it.
        entries += [Alarmed(at_us, "contradiction", "; ".join(troubles))] if troubles else []
        return _contradicted(core, cut, at_us, tuple(entries), JOURNAL_CUT)
    if troubles:
        return _contradicted(core, "; ".join(troubles), at_us, tuple(entries))
    overdue = core.token and at_us - core.polled_at_us >= core.lease_ms * 1000 // 3
    if core.merged_seq < phase.until_seq and not overdue:
        return asks.read(core, phase.until_seq, tuple(entries))
    core, told = _told_of_foreign(core, at_us)
    if not_fired is not None:
        return after_not_fired(core, not_fired, "", at_us, (*entries, *told))
    return asks.onward(core, at_us, (*entries, *told))


def forgotten(phase: Reading, oldest: int, at_us: int) -> Step:
    """Go on with the oldest record that the pistol still keeps."""
    core = phase.core
    if not core.merged_seq < oldest - 1 < phase.until_seq:
        text = f"the pistol's journal does not begin after record {core.merged_seq}, nor elsewhere"
        return asks.fault(core, "journal", text, at_us)
    return asks.read(core._replace(merged_seq=oldest - 1), phase.until_seq)


def _told_of_foreign(core: Core, at_us: int) -> tuple[Core, tuple[Alarmed, ...]]:
    if not core.foreign:
        return core, ()
    text = (
        f"the pistol's journal held {core.foreign} records of shots that this session never asked "
        "for: another host used it"
    )
    # Before an arming a person is told, and confirms; while armed nobody is asked any more.
    halt = f"{text}: look who, before you resume" if core.token else core.halt
    return core._replace(foreign=0, halt=halt), (Alarmed(at_us, "foreign_shot", text),)


def _contradicted(
    core: Core, text: str, at_us: int, entries: tuple[Entry, ...], kind: str = "contradiction"
) -> Step:
    if core.ending is None:
        return asks.fault(core, kind, text, at_us, entries)
    # The records that follow still tell what became of open shots: the way to the end goes on.
    if core.ending.outcome != "aborted":
        core = core._replace(ending=core.ending._replace(outcome="fault", why=text))
    return asks.onward(core, at_us, (*entries, Alarmed(at_us, kind, text)))


def resolved(phase: Resolving, reply: Resolution, at_us: int) -> Step:
    """Take in what became of an open id."""
    core, asked = phase.core, phase.core.ledger.open[0]
    if reply.shot_id != asked.shot_id:
        text = f"asked about shot {asked.shot_id}, the pistol answered about {reply.shot_id}"
        return asks.fault(core, "contradiction", text, at_us)
    if reply.outcome is Outcome.PENDING:
        if core.token and phase.refused is Refusal.NONE:
            return asks.watch(core, at_us)
        return asks.resolve(
            core, at_us, wait_us=asks.WAIT_US, refused=phase.refused, note=phase.note
        )
    if reply.outcome not in ENDS:
        told = Told("indeterminate", reply.outcome.name.lower(), 0, 0, 0, 0, None)
        merged = settle(core, asked, told, at_us)
        return asks.onward(merged.core, at_us, merged.entries)
    if phase.refused is Refusal.NONE:
        merged = settle(core, asked, told_by(reply), at_us)
        if merged.contradiction:
            return _contradicted(merged.core, merged.contradiction, at_us, merged.entries)
        if reply.outcome is Outcome.NOT_FIRED:
            return after_not_fired(merged.core, reply.reason, "", at_us, merged.entries)
        return asks.onward(merged.core, at_us, merged.entries)
    return _refusal_resolved(phase, reply, at_us)


def _refusal_resolved(phase: Resolving, reply: Resolution, at_us: int) -> Step:
    core, asked, reason = phase.core, phase.core.ledger.open[0], phase.refused.name.lower()
    if reply.outcome is Outcome.NOT_FIRED and not reply.dose_nl_given:
        merged = settle(core, asked, told_by(reply, reason), at_us)
        if merged.contradiction:
            return _contradicted(merged.core, merged.contradiction, at_us, merged.entries)
        return after_not_fired(merged.core, phase.refused, phase.note, at_us, merged.entries)
    # Refused, and yet it has another end: another host's shot has this id, or the pistol is mad.
    told = Told("indeterminate", reason, 0, 0, 0, 0, None)
    merged = settle(core, asked, told, at_us)
    text = f"shot {asked.shot_id} was refused ({reason}), then resolved as {reply.outcome.name}"
    return _contradicted(merged.core, text, at_us, merged.entries)
