"""A session by hand as a function: what an answer means, which entries follow, what is shown next.

Pure. A person with a syringe is shown a step (a row of pricks, or one prick), gives it, and says
so; one with a pen or a roller likewise, where strokes stand for pricks and passes for rows. What
was shown is written before it is shown; what the person says is written as such: nothing measures
a dose that a hand gives. Pricks are given in the plan's order, so that all before `next` are
settled and none after; only a correction looks back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, assert_never

from mesogun.record import (
    Alarmed,
    Armed,
    Corrected,
    Entry,
    Intent,
    Outcome,
    Paused,
    SessionOutcome,
)
from mesogun.session.tasks import Task

Grain = Literal["row", "prick"]
Phase = Literal["begin", "ready", "stop", "step", "close", "over"]

CONFIRMED = "confirmed by operator"
SKIPPED = "skipped by the operator"
NOT_REACHED = "not reached"
REFUSED = "refused by the guard"
BY_OPERATOR = "stopped by the operator"


class Given(NamedTuple):
    """The step was given; or all up to this prick, as a person counts (from 1)."""

    until: int | None = None


class Skipped(NamedTuple):
    """The next prick is not given, and will not be; or all up to this one."""

    until: int | None = None


class Amended(NamedTuple):
    """What was said of a prick (from 1) was wrong."""

    prick: int
    given: bool


class Quit(NamedTuple):
    """Stop here: nothing was given of what is shown."""


class Lost(NamedTuple):
    """Nobody answers any more; of what is shown nobody knows."""

    why: str


class Cleared(NamedTuple):
    """The guard lets the pricks before `stop` be given, not before a time."""

    stop: int
    not_before_us: int


class Barred(NamedTuple):
    """The guard never lets the next prick be given."""

    why: str


Answer = Given | Skipped | Amended | Quit | Lost
Event = Answer | Cleared | Barred


class Fate(NamedTuple):
    """What was said of a settled prick."""

    shot_id: int
    given: bool


class Standing(NamedTuple):
    """Where a session by hand stands."""

    task: Task
    by: str
    """Who confirms."""
    grain: Grain
    phase: Phase
    next: int = 0
    """The first prick that is not settled."""
    until: int = 0
    """In a step: the first after those that are shown."""
    open: tuple[tuple[int, int], ...] = ()
    """(prick, shot id) of those that were shown and are not settled, rising."""
    fates: Mapping[int, Fate] = {}
    id_next: int = 1
    passed: int = -1
    """The prick before which the last pause was confirmed."""
    shown_before: bool = False
    """The step was shown already, before an interruption."""
    outcome: SessionOutcome = "interrupted"
    why: str = ""


class Step(NamedTuple):
    """What follows: entries to make durable, then what to show, with a note about the answer."""

    standing: Standing
    entries: tuple[Entry, ...] = ()
    note: str = ""
    not_before_us: int = 0


def advance(now: Standing, event: Event, at_us: int) -> Step:
    """Return what `event` means for a session that stands as `now`.

    Total: what does not fit changes nothing, and the note says why.
    """
    if now.phase == "over":
        return Step(now)
    match event:
        case Given():
            return _given(now, event.until, at_us)
        case Skipped():
            return _skipped(now, event.until, at_us)
        case Amended():
            return _amended(now, event, at_us)
        case Quit():
            return _quit(now, at_us)
        case Lost():
            if now.phase == "close":
                return Step(_over(now, "complete", ""))
            return Step(_over(now, "interrupted", event.why))
        case Cleared():
            return _cleared(now, event, at_us)
        case Barred():
            return _barred(now, event.why, at_us)
        case _:
            assert_never(event)


def onward(now: Standing, at_us: int, entries: tuple[Entry, ...] = (), note: str = "") -> Step:
    """Go to what comes next: a pause, a step that the guard is asked about, or the end."""
    if now.next == now.task.pricks:
        return Step(now._replace(phase="close", open=(), shown_before=False), entries, note)
    due = now.task.due(now.next)
    if due and now.passed != now.next and not now.open:
        paused = Paused(at_us, now.next, tuple(one.kind for one in due))
        return Step(now._replace(phase="stop"), (*entries, paused), note)
    return Step(now._replace(phase="ready"), entries, note)


def wanted_stop(now: Standing) -> int:
    """Return the first prick after those that the next step would show."""
    if now.open:
        return now.open[-1][0] + 1
    return now.task.row_stops[now.next] if now.grain == "row" else now.next + 1


def _given(now: Standing, until: int | None, at_us: int) -> Step:
    match now.phase:
        case "begin" | "stop":
            if until is not None:
                return Step(now, note="press Enter alone first: nothing is shown yet")
            passed = now.next if now.phase == "stop" else now.passed
            armed = Armed(at_us, 0, now.by)
            return onward(now._replace(passed=passed), at_us, (armed,))
        case "step":
            return _settled(now, now.until if until is None else until, True, at_us)
        case "close":
            if until is not None:
                return Step(now, note=f"all {now.task.noun}s are settled: Enter closes the record")
            return Step(_over(now, "complete", ""))
        case _:
            return Step(now)


def _skipped(now: Standing, until: int | None, at_us: int) -> Step:
    if now.phase != "step":
        return Step(now, note="there is nothing to skip here")
    return _settled(now, now.next + 1 if until is None else until, False, at_us)


def _settled(now: Standing, until: int, given: bool, at_us: int) -> Step:
    """Settle the pricks from `next` up to `until` (as a person counts), if that can be meant."""
    task = now.task
    if until <= now.next:
        return Step(
            now,
            note=f"{task.noun} {until} is settled: `c {until} given` (or `skipped`) corrects",
        )
    last = task.stop_after(now.next)
    if until > last:
        why = "there are no more" if last == task.pricks else "a stop comes after it"
        return Step(now, note=f"{task.noun} {last} is the last that can be meant: {why}")
    ids, id_next = dict(now.open), now.id_next
    fates, entries = dict(now.fates), list[Entry]()
    for prick in range(now.next, until):
        if prick not in ids:
            # more was given than was shown
            ids[prick] = id_next
            entries.append(Intent(at_us, id_next, prick))
            id_next += 1
        entries.append(_outcome(task, prick, ids[prick], CONFIRMED if given else SKIPPED, at_us))
        fates[prick] = Fate(ids[prick], given)
    kept = tuple((prick, shot_id) for prick, shot_id in now.open if prick >= until)
    after = now._replace(next=until, open=kept, fates=fates, id_next=id_next)
    if kept:
        return Step(after, tuple(entries))
    return onward(after._replace(shown_before=False), at_us, tuple(entries))


def _outcome(task: Task, prick: int, shot_id: int, reason: str, at_us: int) -> Outcome:
    if reason != CONFIRMED:
        return Outcome(at_us, shot_id, "not_fired", reason, 0, 0, None, None)
    dose, depth = task.doses_nl[prick], task.depths_um[prick]
    return Outcome(at_us, shot_id, "fired", reason, dose, depth, at_us, None)


def _amended(now: Standing, event: Amended, at_us: int) -> Step:
    prick, noun = event.prick - 1, now.task.noun
    known = now.fates.get(prick)
    if known is None:
        return Step(now, note=f"of {noun} {event.prick} nothing was said yet")
    if known.given == event.given:
        said = "given" if known.given else "not given"
        return Step(now, note=f"{noun} {event.prick} is {said} already")
    dose = now.task.doses_nl[prick] if event.given else 0
    depth = now.task.depths_um[prick] if event.given else 0
    outcome: Literal["fired", "not_fired"] = "fired" if event.given else "not_fired"
    entry = Corrected(at_us, known.shot_id, outcome, dose, depth, now.by)
    fates = {**now.fates, prick: known._replace(given=event.given)}
    note = f"{noun} {event.prick}: corrected to {'given' if event.given else 'not given'}"
    return Step(now._replace(fates=fates), (entry,), note)


def _quit(now: Standing, at_us: int) -> Step:
    if now.phase == "close":
        return Step(_over(now, "complete", ""))
    entries = tuple(
        _outcome(now.task, prick, shot_id, NOT_REACHED, at_us) for prick, shot_id in now.open
    )
    return Step(_over(now._replace(open=()), "aborted", BY_OPERATOR), entries)


def _over(now: Standing, outcome: SessionOutcome, why: str) -> Standing:
    return now._replace(phase="over", outcome=outcome, why=why)


def _cleared(now: Standing, event: Cleared, at_us: int) -> Step:
    """Show a step; what was shown before an interruption keeps its ids."""
    if now.phase != "ready":
        return Step(now)
    known, id_next = dict(now.open), now.id_next
    entries, shown = list[Entry](), list[tuple[int, int]]()
    for prick in range(now.next, event.stop):
        if prick not in known:
            known[prick] = id_next
            entries.append(Intent(at_us, id_next, prick))
            id_next += 1
        shown.append((prick, known[prick]))
    after = now._replace(phase="step", until=event.stop, open=tuple(shown), id_next=id_next)
    return Step(after, tuple(entries), not_before_us=event.not_before_us)


def _barred(now: Standing, why: str, at_us: int) -> Step:
    """Leave out a prick that the guard refuses for good."""
    if now.phase != "ready":
        return Step(now)
    prick, shot_id = now.next, now.id_next
    entries = (
        Intent(at_us, shot_id, prick),
        _outcome(now.task, prick, shot_id, REFUSED, at_us),
        Alarmed(at_us, "guard", f"the guard refuses a prick: {why}"),
    )
    fates = {**now.fates, prick: Fate(shot_id, False)}
    after = now._replace(next=prick + 1, fates=fates, id_next=shot_id + 1)
    return onward(after, at_us, entries, f"not given: {why}")
