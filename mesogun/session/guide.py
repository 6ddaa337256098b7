"""The guide through a session by hand: guard, journal and person in their order.

It decides nothing: `by_hand.advance` does. What is shown is durable before it is shown, and the
guard has seen it; what the person says is durable before anything else is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from mesogun.planning import VerifiedPlan
from mesogun.planning.guard import Guard
from mesogun.record import Alarmed, Corrected, Ended, Entry, Guided, Intent, Journal, Outcome
from mesogun.session.by_hand import (
    Answer,
    Barred,
    Cleared,
    Grain,
    Standing,
    Step,
    advance,
    onward,
    wanted_stop,
)
from mesogun.session.hand_past import parts_of, standing_of
from mesogun.session.tasks import task_of


class Shown(NamedTuple):
    """What a person is shown, and what was wrong with the last answer."""

    standing: Standing
    note: str
    not_before_us: int
    """The skin rests until then."""


class Desk(Protocol):
    """Whatever shows and asks, and has a clock."""

    def now_us(self) -> int:
        """Return the session's clock."""
        ...

    def ask(self, shown: Shown) -> Answer:
        """Show it, wait until it may be given, and return the answer."""
        ...


def guide(
    plan: VerifiedPlan,
    journal: Journal,
    *,
    history: Sequence[Entry],
    desk: Desk,
    wall: Callable[[], str],
    by: str,
    grain: Grain = "row",
) -> Standing:
    """Guide through a session to its end, or go on with one, and return how it stands then.

    `history` is what `journal` holds: at least its `Opened`. `by` names who confirms.

    Raises:
        RecordError: the journal is of another plan, complete, or cannot be written; what was
            written before is intact.
        PlanError: the plan cannot be given prick by prick.
    """
    watch = NoGuard() if plan.plan.strokes else HandGuard(plan, history)
    now = standing_of(history, task_of(plan), by=by, grain=grain)
    at_us = desk.now_us()
    journal.append(Guided(at_us, parts_of(history) + 1, wall(), by))
    if now.next == now.task.pricks:
        # all was said, but the host died before it was closed
        now = onward(now, at_us).standing
    step = Step(now)
    while step.standing.phase != "over":
        now = step.standing
        if now.phase == "ready":
            event: Answer | Cleared | Barred = watch.look(now, at_us)
        else:
            event = desk.ask(Shown(now, step.note, step.not_before_us))
        at_us = max(at_us, desk.now_us())
        note = step.note if now.phase == "ready" else ""
        step = advance(now, event, at_us)
        step = step._replace(note=step.note or note)
        entries = (*step.entries, *watch.take(step.entries))
        if entries:
            journal.append(*entries)
    journal.append(Ended(at_us, step.standing.outcome, step.standing.why, wall()))
    return step.standing


class NoGuard:
    """Of strokes: they bring no dose, and none is ever shown again once it is settled."""

    def look(self, now: Standing, _at_us: int) -> Cleared:
        """Let the next step go as far as it wants."""
        return Cleared(wanted_stop(now), 0)

    def take(self, _entries: Iterable[Entry]) -> tuple[Alarmed, ...]:
        """Take in what was written: nothing is to be counted."""
        return ()


class HandGuard:
    """The guard of a session by hand: it lives on what the journal says, entry by entry.

    What is about to be shown counts as given; what the person did not give is taken back.
    """

    def __init__(self, plan: VerifiedPlan, history: Iterable[Entry]) -> None:
        """Take in what the journal says."""
        self._guard = Guard.of(plan, {})
        self._prick_of: dict[int, int] = {}
        self._counted: set[int] = set()
        self.take(history)

    def look(self, now: Standing, at_us: int) -> Cleared | Barred:
        """Return how far the next step may go, from when; and count that as given."""
        first, stop = now.next, wanted_stop(now)
        shown = {prick for prick, _ in now.open}
        not_before_us = 0
        for prick in range(first, stop):
            if prick in shown:
                continue
            verdict = self._guard.check(prick, max(at_us, not_before_us))
            if not verdict.allowed and prick > first:
                return Cleared(prick, not_before_us)
            if not verdict.allowed and verdict.wait_until_us:
                not_before_us = verdict.wait_until_us
                verdict = self._guard.check(prick, not_before_us)
            if not verdict.allowed:
                return Barred(verdict.text)
            self._commit(prick, max(at_us, not_before_us))
        return Cleared(stop, not_before_us)

    def take(self, entries: Iterable[Entry]) -> tuple[Alarmed, ...]:
        """Take in what was written; return what a person must see: given against the guard."""
        alarms: list[Alarmed] = []
        for entry in entries:
            match entry:
                case Intent():
                    self._prick_of[entry.shot_id] = entry.shot
                case Outcome() | Corrected() if entry.shot_id in self._prick_of:
                    self._settle(entry, alarms)
                case _:
                    pass
        return tuple(alarms)

    def _commit(self, prick: int, at_us: int) -> None:
        self._guard.commit(prick, at_us)
        self._counted.add(prick)

    def _settle(self, entry: Outcome | Corrected, alarms: list[Alarmed]) -> None:
        prick = self._prick_of[entry.shot_id]
        if entry.outcome == "not_fired":
            if prick in self._counted:
                self._counted.remove(prick)
                self._guard.withdraw(prick)
            return
        if prick in self._counted:
            self._guard.told(prick, at_us=entry.at_us)
            return
        # It is in the skin: the guard can only say what it thinks of it.
        verdict = self._guard.check(prick, entry.at_us)
        if not verdict.allowed:
            alarms.append(Alarmed(entry.at_us, "guard", f"given, although {verdict.text}"))
        self._commit(prick, entry.at_us)
