"""The order of writing and sending. It decides nothing: `states.advance` does.

Entries are durable before the request that follows them leaves. The same loop runs a new session,
resumes one, and plays a dry run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from firmware_protocol.errors import MesogunError, RemoteProtocolError
from firmware_protocol.messages import ArmChallenge, Poll
from firmware_protocol.units import ArmToken
from mesogun.device import PistolPort
from mesogun.errors import LinkError, LinkTimeout, RecordError
from mesogun.planning import VerifiedPlan
from mesogun.record import Ended as EndedEntry
from mesogun.record import Entry, Journal, Outcome
from mesogun.session.asks import begin
from mesogun.session.model import (
    Confirmed,
    Declined,
    Ended,
    Event,
    Garbled,
    LinkLost,
    Progress,
    Step,
)
from mesogun.session.orders import LEASE_MS, orders_of
from mesogun.session.resume import past_of
from mesogun.session.states import advance

Confirm = Callable[[ArmChallenge], str | None]
"""Shows a person what will be enforced; returns who confirmed it, or None."""


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
) -> Ended:
    """Run a session to its end, or go on with one, and return how it ended.

    `history` is what `journal` holds: at least its `Opened`. `clock_us` is the session's clock at
    this call; without it, it goes on where the journal stopped. `seed` is the twin's, `nonce` a
    number never used before with this pistol, `lease_ms` the lease to ask for.

    Raises:
        RecordError: the journal is of another plan, complete, or cannot be written. The pistol has
            been stopped and what was written before is intact.
    """
    orders = orders_of(plan)
    past = past_of(history, orders)
    if past.complete:
        raise RecordError("this session is complete: nothing is left to give")
    shift_us = max(past.at_us, clock_us or 0) - pistol.now_us()
    at_us = pistol.now_us() + shift_us
    try:
        step = begin(
            orders, past, at_us=at_us, wall=wall(), seed=seed, nonce=nonce, lease_ms=lease_ms
        )
        while not isinstance(step.session, Ended):
            _write(step, journal, progress, at_us)
            event = _event(step, pistol, confirm, shift_us)
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
        by = confirm(step.confirm)
        return Declined() if by is None else Confirmed(by)
    assert step.request is not None  # a session that has not ended asks something
    pistol.wait_until(step.not_before_us - shift_us)
    try:
        return pistol.ask(step.request)
    except LinkError as lost:
        return LinkLost(str(lost), pistol.abort_wanted(), isinstance(lost, LinkTimeout))
    except RemoteProtocolError as garbled:
        return Garbled(str(garbled))
