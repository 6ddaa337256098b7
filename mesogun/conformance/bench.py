"""A pistol with a tester at it: does as a host does, and brings the pistol where a case begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.conformance.asking import NO_TOKEN, Asker, require
from mesogun.conformance.kind import NO_HANDLES, Delivered, Failed, Handles, Line, NotTestable

POLL_US = 10_000
SETTLE_US = 10_000_000
LEASE_MS = 1_000
RECORDS_PER_READ = 3

_Handle = TypeVar("_Handle")


class Bench(Asker):
    """One pistol, in a session of its own."""

    def __init__(self, line: Line, handles: Handles = NO_HANDLES, keys: Keys = NO_KEYS) -> None:
        """Take hold of a line; nothing is sent yet."""
        super().__init__(line, keys)
        self.handles = handles
        self.greeting: m.HelloReply | None = None
        self.next_id = 0
        self._tick = 0
        self._nonce = 0

    # ------------------------------------------------------------------ what a host does

    def hello(self, **changes: int) -> m.HelloReply:
        """Open a new session."""
        self._nonce += 1
        hello = m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, self._nonce)._replace(**changes)
        self.greeting = self.expect(m.HelloReply, hello)
        self.session = self.greeting.session
        self.next_id = max(self.next_id, self.greeting.shot_id_highest)
        return self.greeting

    def poll(self, token: int = NO_TOKEN, ack: int = 0, *, tick: int | None = None) -> m.Status:
        """Poll; with the application's next step unless `tick` says which."""
        if tick is None:
            tick = self._tick = (self._tick + 1) % 2**32
        self._tick = tick
        return self.expect(m.Status, m.Poll(ArmToken(token), tick, ack))

    def journal(self, from_seq: int) -> list[m.JournalRecord]:
        """Read every record from `from_seq` on."""
        records: list[m.JournalRecord] = []
        while True:
            ask = m.JournalRead(from_seq + len(records), RECORDS_PER_READ)
            answer = self.expect(m.JournalRecords, ask)
            records += answer.records
            if not answer.records or records[-1].seq >= answer.journal_head:
                return records

    def unread(self) -> list[m.JournalRecord]:
        """Read every record that is not acknowledged."""
        return self.journal(self.poll().journal_tail + 1)

    def settle(self) -> m.Status:
        """Bring the pistol to SAFE in a new session: wait, acknowledge, clear an abort.

        Raises:
            Failed: it does not come to rest there.
        """
        self.hello()
        until_us = self.line.now_us() + SETTLE_US
        while True:
            status = self.poll()
            status = self.poll(ack=status.journal_head)
            if status.state is m.PistolState.ABORTED and status.flags & m.StatusFlag.STOPPED:
                self.ask(m.ClearAbort(status.abort_id))
            rests = status.state is m.PistolState.SAFE and status.flags & m.StatusFlag.STOPPED
            if rests and status.journal_tail == self.poll().journal_head:
                return status
            require(self.line.now_us() < until_us, f"it stays in {status.state.name}, not SAFE")
            self.wait(POLL_US)

    def wait(self, us: int, token: int = NO_TOKEN) -> None:
        """Let time pass; with a token, keep its lease."""
        until_us = self.line.now_us() + us
        while (now_us := self.line.now_us()) < until_us:
            if token:
                self.poll(token)
            self.quiet(min(until_us, now_us + 20_000) if token else until_us)

    def limits(self, layer: m.LimitLayer = m.LimitLayer.EFFECTIVE) -> m.Limits:
        """Return the limits of a layer."""
        return self.expect(m.Limits, m.LimitsGet(layer))

    def arm_request(self, **changes: int) -> m.ArmRequest:
        """Return an arming within every limit, but for `changes`."""
        of = self.limits()
        assert self.greeting is not None
        request = m.ArmRequest(
            shots_max=min(10, of.shots_max),
            volume_nl_max=Nanolitres(min(1_000_000, of.volume_nl_max)),
            dose_nl_max=of.dose_nl_max,
            depth_um_max=Micrometres(min(2_000, of.depth_um_max)),
            rate_nl_per_s_max=NanolitresPerSecond(min(200_000, of.rate_nl_per_s_max)),
            interval_ms_min=of.interval_ms_min,
            lease_ms=Milliseconds(min(LEASE_MS, of.lease_ms_max)),
            limits_revision=of.revision,
            calibration_id=self.greeting.calibration_id,
            plan_digest=0x0123_4567_89AB_CDEF,
        )
        return request._replace(**changes)  # type: ignore[arg-type]

    def arm(self, **changes: int) -> ArmToken:
        """Arm, and return the token."""
        challenge = self.expect(m.ArmChallenge, self.arm_request(**changes))
        return self.expect(m.ArmReply, m.ArmConfirm(challenge.nonce)).arm_token

    def shot(self, token: int, **changes: int) -> m.Shot:
        """Return a small shot under a new id, but for `changes`; its crit is right unless changed.

        It wants the trigger held, so that a rig that holds it can stand in for a hand.
        """
        self.next_id += 1
        limits = self.limits()
        shot = m.Shot(
            shot_id=ShotId(self.next_id),
            arm_token=ArmToken(token),
            dose_nl=Nanolitres(max(limits.dose_nl_min, min(5_000, limits.dose_nl_max))),
            depth_um=Micrometres(min(500, limits.depth_um_max)),
            rate_nl_per_s=NanolitresPerSecond(min(100_000, limits.rate_nl_per_s_max)),
            dwell_ms=Milliseconds(0),
            ttl_ms=Milliseconds(min(5_000, limits.ttl_ms_max)),
            trigger=m.Trigger.HELD,
            interval_ms=limits.interval_ms_min,
            flags=0,
            crit=0,
        )
        shot = shot._replace(**changes)  # type: ignore[arg-type]
        return shot if "crit" in changes else with_crit(shot)

    def long_shot(self, token: int, **changes: int) -> m.Shot:
        """Return a shot that moves for a second or less, as far as the limits let it."""
        of = self.limits()
        rate = min(of.dose_nl_max, of.rate_nl_per_s_max)
        return self.shot(token, dose_nl=of.dose_nl_max, rate_nl_per_s=rate, **changes)

    def ended(self, token: int, shot_id: int, from_seq: int) -> m.JournalRecord:
        """Keep the lease until the journal tells how a shot ended.

        Raises:
            Failed: it does not tell.
        """
        until_us = self.line.now_us() + SETTLE_US
        seen = from_seq
        while self.line.now_us() < until_us:
            for record in self.journal(seen):
                seen = record.seq + 1
                ended = record.kind in (m.JournalKind.OUTCOME, m.JournalKind.VOID)
                if ended and record.shot_id == shot_id:
                    return record
            self.wait(POLL_US, token)
        raise Failed(f"no record of how shot {shot_id} ended after {SETTLE_US // 1_000_000} s")

    def fired(self, token: int, shot: m.Shot) -> m.JournalRecord:
        """Ask for a shot, and demand that it is fired in full.

        Raises:
            Failed: it was not.
        """
        head = self.poll(token).journal_head
        self.accepted(shot)
        record = self.ended(token, shot.shot_id, head + 1)
        seen = f"shot {shot.shot_id} ended {record.outcome.name} {record.reason.name}"
        require(record.outcome is m.Outcome.FIRED, seen)
        return record

    def until(self, state: m.PistolState, token: int = NO_TOKEN) -> m.Status:
        """Poll until the pistol is in that state.

        Raises:
            Failed: it does not get there.
        """
        until_us = self.line.now_us() + SETTLE_US
        while self.line.now_us() < until_us:
            status = self.poll(token)
            if status.state is state:
                return status
            self.wait(POLL_US // 4)
        raise Failed(f"it stays in {status.state.name}, not {state.name}")

    def abort(self, **at: Any) -> m.AbortReply:
        """Stop the pistol, and repeat it until it says that it stands still.

        Raises:
            Failed: it does not say so.
        """
        until_us = self.line.now_us() + SETTLE_US
        while self.line.now_us() < until_us:
            reply = self.expect(m.AbortReply, m.Abort(1), **at)
            if reply.stopped:
                return reply
            self.wait(POLL_US)
        raise Failed("it does not say that it stands still")

    # ------------------------------------------------------------------ what some kinds offer

    def deliveries(self, shot_id: int) -> list[Delivered] | None:
        """Return what left the needle for a shot; None on a kind whose truth nobody sees."""
        if self.handles.truth is None:
            return None
        return [one for one in self.handles.truth() if one.shot_id == shot_id]

    def delivered(self, shot_id: int, count: int) -> None:
        """Demand so many deliveries of a shot, where the truth can be seen.

        Raises:
            Failed: there were more or fewer.
        """
        seen = self.deliveries(shot_id)
        right = seen is None or len(seen) == count
        require(right, f"shot {shot_id} was delivered {len(seen or ())} times, not {count}")

    def needed(self, what: str, handle: _Handle | None) -> _Handle:
        """Return a handle that this case cannot do without.

        Raises:
            NotTestable: this kind does not offer it.
        """
        if handle is None:
            raise NotTestable(f"this kind gives no way to {what}")
        return handle


def with_crit(shot: m.Shot) -> m.Shot:
    """Return the shot with the check over its own numbers."""
    own = crit(shot.shot_id, shot.dose_nl, shot.depth_um, shot.rate_nl_per_s)
    return shot._replace(crit=own)


def each(checks: Sequence[Callable[[Bench], None]], bench: Bench) -> None:
    """Play several checks of one requirement, each from SAFE."""
    for check in checks:
        bench.settle()
        check(bench)
