"""From entries to the record: the whole session, decided from the journal alone.

The fold is total: whatever entries follow the first `Opened`, in whatever order, every planned
prick ends as given, not given or in doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mesogun.errors import RecordError
from mesogun.record.entries import (
    Acknowledged,
    Alarmed,
    Armed,
    Connected,
    Corrected,
    Ended,
    Entry,
    Guided,
    Intent,
    Noted,
    Opened,
    Outcome,
    Paused,
    Replanned,
    Reserved,
    Served,
    Strokes,
)
from mesogun.record.ledger import Fate, Ledger
from mesogun.record.record import (
    Alarm,
    Note,
    PauseRecord,
    PrickRecord,
    Record,
    Replan,
    Serving,
    SessionFacts,
    StrokeRecord,
)

UNCLOSED = "the host stopped without closing the record"


def fold(entries: Sequence[Entry], chain_entries: int, chain_head: str) -> Record:
    """Tell what happened in a session from its journal.

    Besides the alarms that the session wrote there are those that follow from the journal, of kind
    `partial`, `in_doubt`, `contradiction`, `given_twice`, `foreign_shot` and `pistol_changed`.

    Raises:
        RecordError: there is no opening first, a second one later, one whose columns disagree,
            strokes beside pricks, or a plan that does not continue the one before it.
    """
    opened = _opening(entries)
    strokes = _strokes_of(entries, opened)
    ledger = _ledger(opened, strokes, entries)
    alarms: list[Alarm] = []
    met: list[Connected | Guided] = []
    armed_us: int | None = None
    ended: Ended | None = None
    pauses: list[PauseRecord] = []
    replans: list[Replan] = []
    opened_anew = opened
    for entry in entries[1:]:
        match entry:
            case Connected() | Guided():
                met.append(entry)
                ended = None
            case Armed():
                armed_us = entry.at_us if armed_us is None else armed_us
                ended = None
                pauses = [_confirmed(one, entry) for one in pauses]
            case Intent():
                ledger.intend(entry)
                ended = None
            case Outcome() | Corrected():
                ledger.settle(entry)
            case Alarmed():
                alarms.append(Alarm(entry.at_us, entry.kind, entry.text))
            case Ended():
                ended = entry
            case Paused():
                pauses = _paused(pauses, entry)
            case Replanned():
                replans.append(_replan(opened_anew, entry))
                opened_anew = replace(
                    opened_anew, plan_digest=entry.plan_digest, doses_nl=entry.doses_nl
                )
            case Opened():
                raise RecordError("the journal opens a second session; one file holds one")
            case Reserved() | Acknowledged() | Noted() | Strokes() | Served():
                pass
    fates, follow = ledger.fates()
    alarms += [*follow, *_changes(met)]
    return Record(
        session=_facts(opened, met, ended, strokes),
        outcome=ended.outcome if ended else "interrupted",
        why=ended.why if ended else UNCLOSED,
        plan_digest=opened_anew.plan_digest,
        prescription_sha256=opened.prescription_sha256,
        pricks=_pricks(opened_anew, fates),
        alarms=tuple(sorted(alarms, key=lambda one: one.at_us)),
        duration_us=0 if armed_us is None else max(one.at_us for one in entries) - armed_us,
        parts=max(1, len(met)),
        chain_entries=chain_entries,
        chain_head=chain_head,
        pauses=tuple(pauses),
        replans=tuple(replans),
        notes=tuple(_note(one) for one in entries if isinstance(one, Noted)),
        served=_served(entries),
        strokes=_stroke_records(strokes, fates),
    )


def ending_of(history: Sequence[Entry]) -> Ended | None:
    """Return how a session ended; None if it did not, or went on after that.

    Notes of what was seen later do not go on with it.
    """
    last = next((one for one in reversed(history) if not isinstance(one, Noted)), None)
    return last if isinstance(last, Ended) else None


def _served(entries: Sequence[Entry]) -> tuple[Serving, ...]:
    """Return what went into a vessel; a record that was read twice is one."""
    told = {one.pistol_seq: one for one in entries if isinstance(one, Served)}
    return tuple(
        Serving(one.pistol_seq, one.served_as, one.outcome, one.dose_nl_given)
        for _, one in sorted(told.items())
    )


def _note(entry: Noted) -> Note:
    return Note(
        seen=entry.seen,
        after_s=entry.after_s,
        effect=entry.effect,
        severity=entry.severity,
        zone=entry.zone,
        text=entry.text,
        by=entry.by,
        wall=entry.wall,
        version=entry.version,
    )


def _paused(pauses: list[PauseRecord], entry: Paused) -> list[PauseRecord]:
    """Begin a pause; one before the same shot that nobody confirmed is taken up again."""
    kept = [one for one in pauses if one.confirmed_by or one.shot != entry.shot]
    return [*kept, PauseRecord(entry.at_us, entry.shot, entry.kinds, "", None)]


def _confirmed(pause: PauseRecord, armed: Armed) -> PauseRecord:
    if pause.confirmed_by:
        return pause
    return replace(pause, confirmed_by=armed.confirmed_by, confirmed_at_us=armed.at_us)


def _replan(before: Opened, entry: Replanned) -> Replan:
    if entry.parent != before.plan_digest or len(entry.doses_nl) != before.pricks:
        raise RecordError(
            f"the journal goes on with the plan {entry.plan_digest}, which does not continue "
            f"{before.plan_digest}"
        )
    doses = zip(before.doses_nl, entry.doses_nl, strict=True)
    changes = tuple((row, old, new) for row, (old, new) in enumerate(doses) if old != new)
    return Replan(entry.at_us, entry.plan_digest, entry.parent, changes)


def _opening(entries: Sequence[Entry]) -> Opened:
    opened = entries[0] if entries else None
    if not isinstance(opened, Opened):
        raise RecordError("the journal does not begin with the opening of a session")
    columns = (opened.doses_nl, opened.depths_um, opened.shot_of)
    if any(len(column) != opened.pricks for column in columns):
        raise RecordError("the journal's opening has columns of other lengths than its pricks")
    if set(opened.shot_of) != set(range(opened.shots)):
        raise RecordError("the journal's opening has shots without a prick, or the other way round")
    return opened


def _strokes_of(entries: Sequence[Entry], opened: Opened) -> Strokes | None:
    found = [one for one in entries if isinstance(one, Strokes)]
    if not found:
        return None
    if found != [entries[1]] or opened.pricks or not found[0].depths_um:
        raise RecordError("the journal's strokes do not stand alone, right after its opening")
    return found[0]


def _ledger(opened: Opened, strokes: Strokes | None, entries: Sequence[Entry]) -> Ledger:
    if strokes is None:
        return Ledger(opened.shots, by_hand=any(isinstance(one, Guided) for one in entries))
    return Ledger(len(strokes.depths_um), by_hand=True, noun="stroke")


def _stroke_records(strokes: Strokes | None, fates: Sequence[Fate]) -> tuple[StrokeRecord, ...]:
    if strokes is None:
        return ()
    return tuple(
        StrokeRecord(index, fate.shot_id, fate.state, depth, fate.at_us, fate.why)
        for index, (depth, fate) in enumerate(zip(strokes.depths_um, fates, strict=True))
    )


def _facts(
    opened: Opened,
    met: Sequence[Connected | Guided],
    ended: Ended | None,
    strokes: Strokes | None,
) -> SessionFacts:
    meetings = [one for one in met if isinstance(one, Connected)]
    guides = [one for one in met if isinstance(one, Guided)]
    last = meetings[-1] if meetings else None
    return SessionFacts(
        id=opened.session_id,
        started=opened.started,
        ended=ended.wall if ended else None,
        simulated=opened.simulated or any(one.simulated for one in meetings),
        pistol_uid=last.pistol_uid if last else "",
        firmware=last.firmware if last else "",
        calibration_id=last.calibration_id if last else 0,
        limits_revision=last.limits_revision if last else 0,
        seed=last.seed if last else None,
        versions=opened.versions,
        device=strokes.tool if strokes else "hand" if guides else "pistol",
        confirmed_by=", ".join(dict.fromkeys(one.by for one in guides)),
    )


def _changes(met: Sequence[Connected | Guided]) -> list[Alarm]:
    meetings = [one for one in met if isinstance(one, Connected)]
    return [
        Alarm(
            after.at_us,
            "pistol_changed",
            f"part {after.part} met pistol {after.pistol_uid}, the part before {before.pistol_uid}",
        )
        for before, after in pairwise(meetings)
        if (before.pistol_uid, before.simulated) != (after.pistol_uid, after.simulated)
    ]


def _pricks(opened: Opened, fates: tuple[Fate, ...]) -> tuple[PrickRecord, ...]:
    given = _split(opened, fates)
    return tuple(
        PrickRecord(
            index=index,
            shot_id=fates[shot].shot_id,
            state=fates[shot].state,
            dose_nl_planned=opened.doses_nl[index],
            dose_nl_given=given[index],
            depth_um_planned=opened.depths_um[index],
            depth_um_given=fates[shot].depth_um,
            at_us=fates[shot].at_us,
            why=fates[shot].why,
        )
        for index, shot in enumerate(opened.shot_of)
    )


def _split(opened: Opened, fates: tuple[Fate, ...]) -> list[int | None]:
    """Share each shot's measured dose among its pricks as planned; the sum stays exact."""
    planned_nl = [0] * opened.shots
    for shot, dose_nl in zip(opened.shot_of, opened.doses_nl, strict=True):
        planned_nl[shot] += dose_nl
    told_nl = [0] * opened.shots
    asked_nl = [0] * opened.shots
    shares: list[int | None] = []
    for shot, dose_nl in zip(opened.shot_of, opened.doses_nl, strict=True):
        whole_nl = fates[shot].dose_nl
        if whole_nl is None:
            shares.append(None)
            continue
        asked_nl[shot] += dose_nl
        # Rounding the running total, not each share, lets the shares add up to the whole.
        so_far_nl = whole_nl * asked_nl[shot] // planned_nl[shot] if planned_nl[shot] else whole_nl
        shares.append(so_far_nl - told_nl[shot])
        told_nl[shot] = so_far_nl
    return shares
