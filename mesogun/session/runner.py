"""The order of writing and sending. It decides nothing: `states.advance` does.

Entries are durable before the request that follows them leaves. The same loop runs a new session,
resumes one, and plays a dry run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from firmware_protocol.errors import MesogunError, RemoteProtocolError
from firmware_protocol.messages import ArmChallenge, Poll
from firmware_protocol.units import ArmToken
from mesogun.device import PistolPort
from mesogun.errors import LinkError, PlanError, RecordError
from mesogun.planning import VerifiedPlan, verify
from mesogun.planning.replan import replan
from mesogun.record import Alarmed, Armed, Entry, Journal, Outcome
from mesogun.record import Ended as EndedEntry
from mesogun.session.asks import begin
from mesogun.session.counting import by_row
from mesogun.session.interlock import Interlock, Tracker
from mesogun.session.model import (
    Briefing,
    Confirmed,
    Declined,
    Ended,
    Event,
    Garbled,
    LinkLost,
    NotRedosed,
    Progress,
    Redosed,
    Step,
    Vetoed,
)
from mesogun.session.orders import LEASE_MS, orders_of
from mesogun.session.resume import past_of
from mesogun.session.states import advance

Confirm = Callable[[ArmChallenge, Briefing], str | None]
"""Shows a person what will be enforced, and what has to be done first; returns who confirmed it, or
None."""
Keep = Callable[[VerifiedPlan], None]
"""Makes a plan durable before the journal names it; from then on it is in force."""


def run(
    plan: VerifiedPlan,
    pistol: PistolPort,
    journal: Journal,
    *,
    history: Sequence[Entry],
    confirm: Confirm,
    progress: Callable[[Progress], None],
    wall: Callable[[], str],
    clock_us: int | None = None,
    seed: int | None = None,
    nonce: int = 0,
    lease_ms: int = LEASE_MS,
    keep: Keep | None = None,
    tracker: Tracker | None = None,
    resumed: bool = False,
) -> Ended:
    """Run a session to its end, or go on with one, and return how it ended.

    `history` is what `journal` holds: at least its `Opened`. `clock_us` is the session's clock at
    this call; without it, it goes on where the journal stopped. `seed` is the twin's, `nonce` a
    number never used before with this pistol, `lease_ms` the lease to ask for. `plan` is the one in
    force by `history`; another one, that divides anew what is left, is given to `keep`. `tracker`
    measures where the needle is before each shot. `resumed`: the journal was left by another start
    of the host, so that the pistol may know more of the session than it, even if they never met.

    Raises:
        RecordError: the journal is of another plan, complete, or cannot be written. The pistol has
            been stopped and what was written before is intact.
    """
    orders = orders_of(plan)
    past = past_of(history, orders)
    past = replace(past, resumed=resumed or past.resumed)
    if past.complete:
        raise RecordError("this session is complete: nothing is left to give")
    shift_us = max(past.at_us, clock_us or 0) - pistol.now_us()
    at_us = pistol.now_us() + shift_us
    desk = _Desk(plan, list(history), keep, tracker, confirm)
    try:
        step = begin(
            orders, past, at_us=at_us, wall=wall(), seed=seed, nonce=nonce, lease_ms=lease_ms
        )
        while not isinstance(step.session, Ended):
            veto = desk.veto(step, at_us)
            if veto is not None:
                # Neither its intent nor its bytes go anywhere.
                step = replace(step, entries=step.entries[:-1])
            _write(step, journal, progress, at_us)
            desk.take(step.entries)
            event = veto or desk.replanned(step) or _event(step, pistol, desk.shown, shift_us)
            at_us = pistol.now_us() + shift_us
            step = advance(step.session, event, at_us)
        _write(step, journal, progress, at_us)
        journal.append(EndedEntry(at_us, step.session.outcome, step.session.why, wall()))
    except BaseException:
        # Whatever it is, nobody watches the pistol any longer: it stops, then the error goes on.
        pistol.abort()
        with suppress(MesogunError):
            pistol.ask(Poll(ArmToken(0), 0, 0))
        raise
    return step.session


class _Desk:
    """The plan in force, the interlock on what was given of it, and what a person is shown."""

    def __init__(
        self,
        plan: VerifiedPlan,
        written: list[Entry],
        keep: Keep | None,
        tracker: Tracker | None,
        confirm: Confirm,
    ) -> None:
        self._plan, self._written = plan, written
        self._confirm = confirm
        self._alarms: tuple[str, ...] = ()
        self._keep, self._tracker = keep, tracker
        self._interlock = Interlock(plan, written, tracker)

    def veto(self, step: Step, at_us: int) -> Vetoed | None:
        return self._interlock.veto(step, at_us)

    def take(self, entries: Sequence[Entry]) -> None:
        self._written += entries
        self._interlock.take(entries)
        for entry in entries:
            if isinstance(entry, Armed):
                self._alarms = ()
            elif isinstance(entry, Alarmed):
                self._alarms = (*self._alarms, entry.text)

    def shown(self, echo: ArmChallenge, briefing: Briefing) -> str | None:
        """Ask a person, who is told of every alarm since the last arming."""
        return self._confirm(echo, briefing._replace(alarms=self._alarms))

    def replanned(self, step: Step) -> Redosed | NotRedosed | None:
        """Plan anew where the session asks for it; durable before the journal names it."""
        if step.replan is None:
            return None
        try:
            anew = verify(replan(self._plan, by_row(self._plan.plan, step.replan)))
            orders = orders_of(anew)
        except PlanError as why:
            return NotRedosed(str(why))
        if self._keep is not None:
            self._keep(anew)
        self._plan = anew
        self._interlock = Interlock(anew, self._written, self._tracker)
        return Redosed(orders, tuple(map(int, anew.plan.pricks.dose_nl)))


def _write(step: Step, journal: Journal, progress: Callable[[Progress], None], at_us: int) -> None:
    if not step.entries:
        return
    journal.append(*step.entries)
    for entry in step.entries:
        if isinstance(entry, Outcome):
            core = step.session.core
            total = len(core.orders.shots)
            done = total - len(core.ledger.left)
            progress(Progress(done, total, at_us, entry.outcome))


def _event(step: Step, pistol: PistolPort, confirm: Confirm, shift_us: int) -> Event:
    if step.confirm is not None:
        by = confirm(step.confirm, step.briefing)
        return Declined() if by is None else Confirmed(by)
    assert step.request is not None  # a session that has not ended asks something
    pistol.wait_until(step.not_before_us - shift_us)
    try:
        return pistol.ask(step.request)
    except LinkError as lost:
        return LinkLost(str(lost), pistol.abort_wanted())
    except RemoteProtocolError as garbled:
        return Garbled(str(garbled))
