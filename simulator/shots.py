"""The shots that were accepted: waiting for trigger and contact, under way, or ended.

Every accepted shot ends in a journal record: VOID if it never moved, else INTENT and OUTCOME.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from firmware_protocol.messages import (
    AbortCause,
    JournalKind,
    JournalRecord,
    Outcome,
    Refusal,
    Resolution,
    Shot,
    ShotReply,
    ShotResult,
    Trigger,
)
from firmware_protocol.units import Micrometres, Microseconds, Nanolitres, ShotId
from simulator.gate import SLOTS_PER_SHOT, Refused
from simulator.journal import END_OF, Journal, JournalFull, blank_record
from simulator.mechanics import Actuator, Motion

QUEUE_DEPTH = 4
RESERVED = 8  # records kept free for aborts and starts
PRIMES = 1  # a flag of a Shot that no message of the wire can carry: it came as a Prime


_ALLOWED = Refused(Refusal.NONE)
_REUSED = Refused(Refusal.ID_REUSED)


class Stage(Enum):
    """How far the shot under way has come."""

    INTENT = "the intent is being written"
    MOTION = "it moves"
    OUTCOME = "the outcome is being written"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An accepted shot that has not begun."""

    shot: Shot
    lamp_us: int
    deadline_us: int


@dataclass(slots=True)
class UnderWay:
    """The one shot that has begun."""

    shot: Shot
    stage: Stage
    until_us: int
    deadline_us: int
    from_us: int
    began_us: int
    plan_digest: int
    ended_us: int = 0
    motion: Motion | None = None
    stopped_for: Refusal = Refusal.NONE
    in_doubt: bool = False
    """Where to its dose went, nobody knows."""

    def stop(self, actuator: Actuator, reason: Refusal, at_us: int) -> None:
        """Stop what moves, for that reason if its dose is not given yet."""
        if self.stage is not Stage.MOTION or actuator.motion is None:
            return
        if at_us < actuator.motion.dose_until_us:
            self.stopped_for = reason
        actuator.stop(at_us)
        self.until_us = actuator.motion.rest_us

    def lose_contact(self, actuator: Actuator, at_us: int) -> None:
        """Feel that the foot has left the skin: a dose under way is in doubt from now on."""
        motion = actuator.motion
        if self.stage is not Stage.MOTION or motion is None or motion.service:
            return
        if at_us < motion.dose_until_us:
            self.in_doubt = True
            self.stop(actuator, Refusal.STATE, at_us)

    def come_to_rest(self, actuator: Actuator, at_us: int) -> None:
        """Take down how it went: now it can be written."""
        self.motion, self.ended_us = actuator.motion, at_us
        if self.motion is not None and self.stopped_for is Refusal.NONE:
            self.stopped_for = self.motion.ended
        actuator.settle()
        self.stage, self.until_us = Stage.OUTCOME, at_us + actuator.figures.write_us


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every record says of the moment."""

    uptime_of_us: int  # when this boot began, on the world's clock
    boot_id: int
    limits_revision: int
    calibration_id: int

    def uptime(self, at_us: int) -> Microseconds:
        """Return the pistol's own time."""
        return Microseconds(at_us - self.uptime_of_us)


class Shots:
    """The queue, the shot under way, and what the journal knows of all others."""

    def __init__(self, journal: Journal, stamp: Stamp) -> None:
        self.queue: deque[Waiting] = deque()
        self.under_way: UnderWay | None = None
        self._journal = journal
        self.stamp = stamp  # of this moment: what is committed changes it

    @property
    def count(self) -> int:
        """Return how many accepted shots have no journalled end."""
        return len(self.queue) + (self.under_way is not None)

    @property
    def free(self) -> int:
        """Return how many records fit beside those that pending shots will need."""
        return self._journal.free - SLOTS_PER_SHOT * self.count - RESERVED

    def note(self, record: JournalRecord, at_us: int) -> None:
        """Write a record that is about no shot, if no shot's end needs the room."""
        if self._journal.free > SLOTS_PER_SHOT * self.count:
            uptime = self.stamp.uptime(at_us)
            self._journal.append(self._stamped(record, uptime, uptime))

    def pending(self) -> Iterator[Shot]:
        """Yield the accepted shots that have no journalled end."""
        if self.under_way is not None:
            yield self.under_way.shot
        for waiting in self.queue:
            yield waiting.shot

    def known(self, shot: Shot) -> ShotReply | None:
        """Return the answer to a shot whose id was seen before, None for a new id.

        The same content is answered again; anything else is refused for ever.
        """
        for one in self.pending():
            if one.shot_id == shot.shot_id:
                same = one._replace(arm_token=shot.arm_token) == shot
                return self.accepted(shot) if same else self.refused(shot, _REUSED)
        end = self._journal.end_of(shot.shot_id)
        if end is not None:
            fenced = end.dose_nl_asked == 0  # voided by Resolve: its content was never known
            asked = (end.dose_nl_asked, end.depth_um_asked)
            if fenced or asked == (shot.dose_nl, shot.depth_um):
                return self._stored(shot, end)
            return self.refused(shot, _REUSED)
        if shot.shot_id <= self._journal.shot_id_highest:
            return self.refused(shot, Refused(Refusal.ID_OLD))
        return None

    def take(self, shot: Shot, at_us: int) -> ShotReply:
        """Queue a shot that every check allows."""
        self._journal.saw(shot.shot_id)
        self.queue.append(Waiting(shot, at_us, at_us + shot.ttl_ms * 1_000))
        return self.accepted(shot)

    def accepted(self, shot: Shot) -> ShotReply:
        """Return the answer to a shot that waits or moves."""
        return self._reply(shot, ShotResult.ACCEPTED)

    def refused(self, shot: Shot, why: Refused) -> ShotReply:
        """Return the answer to a shot that is not taken; its id is not consumed."""
        return self._reply(shot, ShotResult.REFUSED, why)

    def resolve(self, shot_id: ShotId) -> Resolution:
        """Return what became of `shot_id`; an id that was never seen is voided first.

        Raises:
            JournalFull: it could not be voided, so nothing is known of it.
        """
        if any(one.shot_id == shot_id for one in self.pending()):
            return _resolution(shot_id, Outcome.PENDING)
        end = self._journal.end_of(shot_id)
        if end is None and self._journal.was_begun(shot_id):
            return _resolution(shot_id, Outcome.INDETERMINATE)
        if end is None and self._journal.is_forgotten(shot_id):
            return _resolution(shot_id, Outcome.FORGOTTEN)
        if end is None:
            if self.free < 1 or self._journal.damage:
                raise JournalFull("no room to void a shot")
            void = blank_record(JournalKind.VOID)._replace(shot_id=shot_id)
            end = self._append(void, Outcome.NOT_FIRED, Refusal.VOIDED)
        return Resolution(
            shot_id=shot_id,
            outcome=end.outcome,
            reason=end.reason,
            dose_nl_given=end.dose_nl_given,
            depth_um_given=end.depth_um_given,
            start_us=end.start_us,
            boot_id=end.boot_id,
        )

    def next_deadline_us(self) -> int | None:
        """Return when the next waiting shot expires."""
        if not self.queue:
            return None
        return min([one.deadline_us for one in self.queue])

    def expire(self, at_us: int) -> None:
        """Void the waiting shots whose time to live is over."""
        if any(at_us >= one.deadline_us for one in self.queue):
            kept = [one for one in self.queue if at_us < one.deadline_us]
            gone = [one for one in self.queue if at_us >= one.deadline_us]
            self.queue = deque(kept)
            for one in gone:
                self._void(one.shot, Refusal.EXPIRED, at_us)

    def void_waiting(self, reason: Refusal, at_us: int) -> None:
        """Void every shot that has not moved; one that moves is left alone."""
        under_way = self.under_way
        if under_way is not None and under_way.stage is Stage.INTENT:
            self.under_way = None  # its intent is not in the memory: it was never begun
            self._void(under_way.shot, reason, at_us)
        gone, self.queue = self.queue, deque()
        for one in gone:
            self._void(one.shot, reason, at_us)

    def intent(self, under_way: UnderWay) -> JournalRecord:
        """Return the record to write before `under_way` may move."""
        shot = under_way.shot
        began_us = self.stamp.uptime(under_way.began_us)
        # In the place of the end, which is not yet: for whose plan this is.
        return self._stamped(_about(_intent_of(shot), shot), began_us, under_way.plan_digest)

    def outcome(self, under_way: UnderWay) -> JournalRecord:
        """Return the record of how `under_way` ended."""
        shot = under_way.shot
        record = _about(END_OF[_intent_of(shot)], shot)
        motion, reason = under_way.motion, under_way.stopped_for
        if motion is None or motion.dose_nl == 0:
            outcome, dose = Outcome.NOT_FIRED, 0
        elif under_way.in_doubt:
            # as after a loss of power: what the plunger gave need not have reached the skin
            return self._stamped(
                record._replace(outcome=Outcome.INDETERMINATE, reason=reason),
                self.stamp.uptime(under_way.began_us),
                self.stamp.uptime(under_way.ended_us),
            )
        elif reason is Refusal.NONE:
            outcome, dose = Outcome.FIRED, motion.dose_nl
        else:
            outcome, dose = Outcome.PARTIAL, motion.dose_nl
        record = record._replace(
            outcome=outcome,
            reason=reason,
            dose_nl_given=Nanolitres(dose),
            depth_um_given=Micrometres(0 if motion is None else motion.depth_um),
        )
        began_us = self.stamp.uptime(under_way.began_us)
        return self._stamped(record, began_us, self.stamp.uptime(under_way.ended_us))

    def write(self, record: JournalRecord) -> None:
        """Append a record made by `intent` or `outcome`."""
        self._journal.append(record)

    def settle_after_boot(self) -> None:
        """Write down the start, and that nobody knows how a shot ended that was begun before it."""
        open_intents = self._journal.open_intents()
        if self._journal.free > len(open_intents):
            self.note(blank_record(JournalKind.BOOT), self.stamp.uptime_of_us)
        for intent in open_intents:
            self._journal.append(
                intent._replace(
                    kind=END_OF[intent.kind],
                    outcome=Outcome.INDETERMINATE,
                    end_us=intent.start_us,
                )
            )

    def _void(self, shot: Shot, reason: Refusal, at_us: int) -> None:
        uptime = self.stamp.uptime(at_us)
        record = self._stamped(_about(JournalKind.VOID, shot), uptime, uptime)
        self._append(record, Outcome.NOT_FIRED, reason)

    def _append(self, record: JournalRecord, outcome: Outcome, reason: Refusal) -> JournalRecord:
        record = record._replace(outcome=outcome, reason=reason, boot_id=self.stamp.boot_id)
        return self._journal.append(record)

    def _stamped(self, record: JournalRecord, start_us: int, end_us: int) -> JournalRecord:
        return record._replace(
            start_us=Microseconds(start_us),
            end_us=Microseconds(end_us),
            boot_id=self.stamp.boot_id,
            limits_revision=self.stamp.limits_revision,
            calibration_id=self.stamp.calibration_id,
        )

    def _stored(self, shot: Shot, end: JournalRecord) -> ShotReply:
        reply = self._reply(shot, ShotResult.STORED, Refused(end.reason))
        return reply._replace(outcome=end.outcome, dose_nl_given=end.dose_nl_given)

    def _reply(self, shot: Shot, result: ShotResult, why: Refused = _ALLOWED) -> ShotReply:
        return ShotReply(
            shot_id=shot.shot_id,
            result=result,
            reason=why.reason,
            limit=why.limit,
            limit_value=why.bound,
            outcome=Outcome.NONE,
            dose_nl_given=Nanolitres(0),
            queue_left=QUEUE_DEPTH - len(self.queue),
        )


def reason_of(cause: AbortCause) -> Refusal:
    """Return why an abort of that cause ends a shot."""
    return Refusal.LEASE if cause is AbortCause.LEASE else Refusal.ABORTED


def _intent_of(shot: Shot) -> JournalKind:
    if shot.flags & PRIMES:
        return JournalKind.PRIME_INTENT
    # the gate lets AUTO pass in service alone
    return JournalKind.SERVICE_INTENT if shot.trigger is Trigger.AUTO else JournalKind.INTENT


def _about(kind: JournalKind, shot: Shot) -> JournalRecord:
    return blank_record(kind)._replace(
        shot_id=shot.shot_id, dose_nl_asked=shot.dose_nl, depth_um_asked=shot.depth_um
    )


def _resolution(shot_id: ShotId, outcome: Outcome) -> Resolution:
    return Resolution(
        shot_id, outcome, Refusal.NONE, Nanolitres(0), Micrometres(0), Microseconds(0), 0
    )
