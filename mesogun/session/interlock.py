"""The guard between the session and the wire: it lives on what the journal says, entry by entry.

The session decides which shot comes next; the interlock may only veto it, from what was given so
far. It counts an intent as given before its bytes leave, and takes back what is certain not to have
been fired.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from firmware_protocol.messages import Shot
from mesogun.planning import Point3, VerifiedPlan
from mesogun.planning.guard import Guard
from mesogun.record import Entry, Intent, Outcome
from mesogun.session.counting import counted_nl, shared
from mesogun.session.model import Step, Vetoed
from mesogun.session.orders import rows_by_shot

LOOK_AGAIN_US = 50_000
"""How soon a needle that is not at its place yet is looked for again."""


class Tracker(Protocol):
    """Whatever knows where the needle is."""

    def where(self) -> Point3 | None:
        """Return the place of the needle's tip in the plan's coordinates, um; None: not known."""
        ...


class Interlock:
    """What was given so far in a session, as a guard before each shot."""

    def __init__(
        self, plan: VerifiedPlan, history: Iterable[Entry], tracker: Tracker | None = None
    ) -> None:
        """Take in what the journal says; `tracker` measures places from now on."""
        self._plan = plan.plan
        self._rows = rows_by_shot(plan.plan)
        self._guard = Guard.of(plan, {})
        settled = plan.plan.settled
        self._settled = frozenset(settled.rows if settled is not None else ())
        self._tracker = tracker
        self._shot_of: dict[int, int] = {}
        self._given: set[int] = set()
        self._last_at_us: int | None = None
        self.take(history)

    def veto(self, step: Step, at_us: int) -> Vetoed | None:
        """Return why the shot that `step` asks for must not be asked; None: it may, and counts.

        Nothing is vetoed but shots.
        """
        if not isinstance(step.request, Shot):
            return None
        intent = step.entries[-1]
        assert isinstance(intent, Intent)  # the session writes it in the step that asks the shot
        place = None
        if self._tracker is not None:
            place = self._tracker.where()
            if place is None:
                text = "the tracker does not know where the needle is"
                return Vetoed(text, at_us + LOOK_AGAIN_US)
        starts_us = self._starts_us(intent.shot, max(at_us, step.not_before_us))
        committed: list[int] = []
        for row in self._rows[intent.shot]:
            verdict = self._guard.check(row, starts_us, at_um=place)
            if not verdict.allowed:
                for each in committed:
                    self._guard.withdraw(each)
                until_us = verdict.wait_until_us
                if verdict.reason == "place":
                    until_us = at_us + LOOK_AGAIN_US
                return Vetoed(f"the guard refuses a shot: {verdict.text}", until_us)
            self._guard.commit(row, starts_us, at_um=place)
            committed.append(row)
        self._given.add(intent.shot)
        self._last_at_us = starts_us
        return None

    def _starts_us(self, shot: int, asked_us: int) -> int:
        """Return when a shot asked at `asked_us` can begin: held, the pistol keeps the interval."""
        zone = self._plan.prescription.zones[int(self._plan.pricks.zone[self._rows[shot][0]])]
        if zone.trigger != "held" or self._last_at_us is None:
            return asked_us
        return max(asked_us, self._last_at_us + int(zone.interval_ms) * 1000)

    def take(self, entries: Iterable[Entry]) -> None:
        """Take in what was written to the journal."""
        for entry in entries:
            match entry:
                case Intent():
                    self._shot_of[entry.shot_id] = entry.shot
                    self._commit(entry.shot, entry.at_us)
                case Outcome() if entry.shot_id in self._shot_of:
                    self._settle(self._shot_of[entry.shot_id], entry)
                case _:
                    pass

    def _commit(self, shot: int, at_us: int) -> None:
        rows = self._rows[shot]
        if shot in self._given or self._settled.issuperset(rows):
            return
        for row in rows:
            self._guard.commit(row, at_us)
        self._given.add(shot)
        self._last_at_us = at_us

    def _settle(self, shot: int, entry: Outcome) -> None:
        rows = self._rows[shot]
        if self._settled.issuperset(rows):
            return
        if entry.outcome == "not_fired" and not entry.dose_nl_given:
            if shot in self._given:
                self._given.remove(shot)
                for row in rows:
                    self._guard.withdraw(row)
            return
        self._commit(shot, entry.at_us)
        asked = [int(self._plan.pricks.dose_nl[row]) for row in rows]
        counted = counted_nl(entry.outcome, sum(asked), entry.dose_nl_given)
        for row, dose_nl in zip(rows, shared(counted, asked), strict=True):
            self._guard.told(row, at_us=entry.fired_at_us, dose_nl=dose_nl)
        if entry.fired_at_us is not None:
            self._last_at_us = entry.fired_at_us
