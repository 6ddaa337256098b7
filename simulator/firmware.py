"""What runs in the pistol from one start to the next: states, time, arming, aborts.

All of this is lost with the power; the journal is not. Times are the world's microseconds; what
the line and the journal see is the time since this start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_protocol.messages import (
    AbortCause,
    FaultCode,
    JournalKind,
    PistolState,
    Refusal,
    Shot,
    ShotReply,
    Trigger,
)
from firmware_protocol.states import PistolEvent, next_state
from firmware_protocol.units import ArmToken, ShotId
from simulator import gate
from simulator.arming import Arm, Challenge
from simulator.chance import Stream
from simulator.gate import Held, Refused
from simulator.holding import held_now
from simulator.journal import Journal, blank_record
from simulator.mechanics import Actuator
from simulator.memory import MemoryDamaged
from simulator.operator import Hand
from simulator.settings import Settings
from simulator.shots import QUEUE_DEPTH, Shots, Stage, Stamp, UnderWay, Waiting, reason_of
from simulator.speed import Speed


@dataclass(frozen=True, slots=True)
class Board:
    """What outlives the power: the body, and the hand around it."""

    actuator: Actuator
    hand: Hand
    seed: int


class Firmware:
    """One start of the pistol. It moves only in `advance`, and only through the gate."""

    def __init__(self, board: Board, journal: Journal, settings: Settings, at_us: int) -> None:
        """Start: count it, settle what the last start left open, and test."""
        self.board = board
        self.journal = journal
        self.settings = settings
        self.speed = Speed()
        self.state = PistolState.BOOT
        self.fault = FaultCode.NONE
        self.abort_cause = AbortCause.NONE
        self.shots_after_abort = 0
        self._abort_seq = 0  # acknowledged up to here, the host knows of the abort
        self.arm: Arm | None = None
        self.challenge: Challenge | None = None
        self.now_us = at_us
        self.started_us = at_us
        journal.damage = journal.damage or settings.damage  # nothing is written any more
        if not journal.damage:
            settings.mend()
            journal.start()
        self.chance = Stream(board.seed, f"firmware/{journal.uid}/{journal.boot_count}")
        self._tokens = {ArmToken(0)}
        self.boot_id = self.chance.between(1, 0xFFFFFFFF)
        self.shots = Shots(journal, self._stamp())
        self._paced_from_us = at_us  # when the last shot began; unknown after a start, so now
        self.tested_us = at_us + board.actuator.figures.selftest_us
        self.is_homing = False
        self.go(PistolEvent.BOOTED)
        if journal.damage:
            self.fault = FaultCode.MEMORY
            self.go(PistolEvent.SELFTEST_FAILED)
        else:
            self.shots.settle_after_boot()
        self.advance(at_us)

    # ------------------------------------------------------------------ what is true now

    @property
    def token(self) -> int:
        """Return the live token, 0 = not armed."""
        return 0 if self.arm is None else self.arm.token

    @property
    def is_stopped(self) -> bool:
        """Return True when the actuator is at rest and what it did is journalled."""
        actuator = self.board.actuator
        moves = actuator.motion is not None or actuator.needle_stuck
        return self.shots.under_way is None and not moves

    @property
    def shot_id_open(self) -> ShotId:
        """Return the shot under way, 0 = none."""
        return self.shots.under_way.shot.shot_id if self.shots.under_way else ShotId(0)

    def take(self, shot: Shot) -> ShotReply:
        """Queue `shot` if everything allows it, less what the shots before it may still take."""
        uncharged = [one.shot for one in self.shots.queue]
        under_way = self.shots.under_way
        if under_way is not None and under_way.stage is Stage.INTENT:
            uncharged.append(under_way.shot)
        held = self._held(shot)
        worst = self.board.actuator.dose_nl_worst
        held = held._replace(
            shots_left=held.shots_left - len(uncharged),
            budget_nl_left=held.budget_nl_left - sum(one.dose_nl for one in uncharged),
            syringe_nl=held.syringe_nl - sum(worst(one.dose_nl) for one in self.shots.pending()),
            journal_free=self.shots.free,
        )
        refused = gate.refusal(shot, held, gate.ADMISSION)
        if refused is None and len(self.shots.queue) >= QUEUE_DEPTH:
            refused = Refused(Refusal.QUEUE_FULL)
        if refused is not None:
            return self.shots.refused(shot, refused)
        if shot.trigger is not Trigger.AUTO:
            self.board.hand.set_out(self.now_us)
        return self.shots.take(shot, self.now_us)

    def _held(self, shot: Shot) -> Held:
        return held_now(
            shot,
            arm=self.arm,
            state=self.state,
            actuator=self.board.actuator,
            journal_free=self.journal.free,
            now_us=self.now_us,
        )

    # ------------------------------------------------------------------ settings

    def commit(self, keep: Callable[[], None]) -> None:
        """Put a setting in force that `keep` makes durable; the caller has checked that it may be.

        First in the memory, then in the journal: whatever is cut off, the next start's BOOT record
        tells what is in force.

        Raises:
            MemoryDamaged: the memory fails; the caller must go to FAULT.
        """
        self.disarm(Refusal.VOIDED)
        keep()
        self.shots.stamp = self._stamp()
        self.shots.note(blank_record(JournalKind.CONFIG), self.now_us)

    @property
    def calibration_used(self) -> int:
        """Return how many shots were begun since the calibration in force was committed."""
        held = self.settings.calibration
        return self.journal.shots_begun - held.shots_at if held.id else 0

    def _stamp(self) -> Stamp:
        settings = self.settings
        return Stamp(self.started_us, self.boot_id, settings.revision, settings.calibration.id)

    # ------------------------------------------------------------------ time

    def next_event_us(self) -> int | None:
        """Return when something happens by itself, None: nothing."""
        shots = self.shots
        times = []
        if self.board.actuator.motion is not None:
            times.append(self.board.actuator.next_event_us())
        if self.arm is not None:
            times.append(self.arm.lease_until_us)
        if self._is_ended_by_skin and (arrives_us := self.board.hand.arrives_us()) is not None:
            times.append(arrives_us)
        if self.challenge is not None:
            times.append(self.challenge.expires_us)
        if self.speed.falls_us is not None:
            times.append(self.speed.falls_us)
        if shots.under_way is not None:
            times.append(shots.under_way.until_us)
        if shots.queue:
            times.append(shots.next_deadline_us())
            if shots.under_way is None:
                times.append(self._release_us(shots.queue[0]))
        if self.state is PistolState.SELFTEST:
            times.append(self.tested_us)
        if not times:
            return None  # most often
        due = min([one for one in times if one is not None], default=None)
        return due if due is None else max(due, self.now_us)

    def advance(self, at_us: int) -> None:
        """Play everything that happens by itself up to `at_us`."""
        while (due := self.next_event_us()) is not None and due <= at_us:
            self.now_us = due
            try:
                self._play(due)
            except MemoryDamaged:
                self.fail(FaultCode.MEMORY)
        self.now_us = max(self.now_us, at_us)

    def _play(self, at_us: int) -> None:
        """Let happen what is due: whatever stops something comes before what begins."""
        self.speed.fall(at_us)
        if self.state is PistolState.SELFTEST and at_us >= self.tested_us:
            self._end_self_test()
        if self.arm is not None and at_us >= self.arm.lease_until_us:
            self.abort(AbortCause.LEASE)
        if self.challenge is not None and at_us >= self.challenge.expires_us:
            self.challenge = None
            self.go(PistolEvent.CHALLENGE_EXPIRED)
        if self._is_ended_by_skin and self.board.hand.touches(at_us):
            self._stop_motion(Refusal.STATE)  # what flows into a vessel flows into nobody
            self.disarm(Refusal.STATE)
        self.board.actuator.advance(at_us)
        if self.is_homing and self.board.actuator.is_over(at_us):
            self.is_homing = False
            if (fault := self.board.actuator.settle()) is not FaultCode.NONE:
                self.fail(fault)
        self.shots.expire(at_us)
        under_way = self.shots.under_way
        if under_way is not None:
            if at_us >= under_way.until_us:
                self._continue(under_way, at_us)
        elif self.shots.queue:
            waiting = self.shots.queue[0]
            from_us = self._release_us(waiting)
            if from_us is not None and at_us >= from_us:
                self._begin(waiting, from_us, at_us)

    def _release_us(self, waiting: Waiting) -> int | None:
        """Return when hand and pace allow the next shot."""
        if self.state is not PistolState.ARMED or self.arm is None or self.is_homing:
            return None
        shot = waiting.shot
        hand_us = self.board.hand.release_us(shot.trigger, waiting.lamp_us)
        if hand_us is None:
            return None
        interval_ms = max(self.arm.limits.interval_ms_min, shot.interval_ms)
        return max(hand_us, self._paced_from_us + interval_ms * 1_000)

    # ------------------------------------------------------------------ a shot

    def _begin(self, waiting: Waiting, from_us: int, at_us: int) -> None:
        assert self.arm is not None  # or no hand would have released it
        self.shots.queue.popleft()
        self.shots.under_way = UnderWay(
            shot=waiting.shot,
            stage=Stage.INTENT,
            until_us=at_us + self.board.actuator.figures.write_us,
            deadline_us=waiting.deadline_us,
            from_us=from_us,
            began_us=at_us,
            plan_digest=self.arm.plan_digest,
        )

    def _continue(self, under_way: UnderWay, at_us: int) -> None:
        match under_way.stage:
            case Stage.INTENT:
                self.shots.write(self.shots.intent(under_way))
                self._release(under_way, at_us)
            case Stage.MOTION:
                under_way.come_to_rest(self.board.actuator, at_us)
            case Stage.OUTCOME:
                self.shots.write(self.shots.outcome(under_way))
                self._end(under_way, at_us)

    def _release(self, under_way: UnderWay, at_us: int) -> None:
        """Ask the gate, at the last moment and with everything read anew."""
        held = self._held(under_way.shot)._replace(
            contact=self.board.hand.touches(at_us),
            from_us=under_way.from_us,
            deadline_us=under_way.deadline_us,
        )
        motion = gate.release(under_way.shot, held, self.board.actuator)
        if isinstance(motion, Refused):
            under_way.stopped_for, under_way.ended_us = motion.reason, at_us
            under_way.stage = Stage.OUTCOME
            under_way.until_us = at_us + self.board.actuator.figures.write_us
            return
        if self.arm is not None:
            self.arm.charge(under_way.shot.dose_nl)
        self._paced_from_us = at_us
        under_way.stage, under_way.until_us = Stage.MOTION, motion.rest_us
        self.go(PistolEvent.SHOT_BEGUN)

    def _end(self, under_way: UnderWay, at_us: int) -> None:
        self.shots.under_way = None
        moved = under_way.motion
        if moved is not None and moved.dose_nl and not moved.service:
            self.board.hand.move_on(at_us)
        if self.state is PistolState.ABORTED:
            self.shots_after_abort += 1
        elif self.state is PistolState.FIRING:
            unarmed = self.arm is None
            self.go(PistolEvent.SHOT_ENDED_UNARMED if unarmed else PistolEvent.SHOT_ENDED)
        if self.arm is not None and self.arm.is_spent:
            self.disarm(Refusal.BUDGET)
        if moved is not None and moved.fault is not FaultCode.NONE:
            self.fail(moved.fault)

    @property
    def is_for_service(self) -> bool:
        """Return True if armed, or about to be, to give into a vessel."""
        return any(one is not None and one.is_service for one in (self.arm, self.challenge))

    @property
    def _is_ended_by_skin(self) -> bool:
        """Whether a prime, or a needle that is taken out in the air, must not meet anybody."""
        serves = self.arm is not None and self.arm.is_service
        return serves or (self.is_homing and self.board.actuator.reaches_out(self.now_us))

    def _end_self_test(self) -> None:
        stuck = self.board.actuator.needle_stuck
        self.fault = FaultCode.NEEDLE if stuck else self.board.actuator.broken
        sound = self.fault is FaultCode.NONE
        self.go(PistolEvent.SELFTEST_PASSED if sound else PistolEvent.SELFTEST_FAILED)

    # ------------------------------------------------------------------ what ends an arming

    def disarm(self, reason: Refusal) -> None:
        """Kill token and challenge; a shot that moves is finished, the others are voided."""
        self._forget_arming()
        self.shots.void_waiting(reason, self.now_us)
        self.go(PistolEvent.DISARMED)

    def abort(self, cause: AbortCause) -> None:
        """Stop now, and latch it: token and challenge die, the queue is emptied.

        A further trigger stops again whatever still moves. It is an abort of its own, with a new
        id, once the host has acknowledged the one before: a ClearAbort may be on its way from then
        on. Until then it is a repeat, and costs the memory nothing.
        """
        latched = self.abort_cause is not AbortCause.NONE
        repeated = latched and self._abort_seq > self.journal.tail
        self._forget_arming()
        self._stop_motion(reason_of(cause))
        self.go(PistolEvent.ABORTED)
        if self.state is PistolState.FAULT and self.fault is FaultCode.NONE:
            self.fault = FaultCode.SELFTEST  # stopped before it was known to be sound
        if repeated:
            return
        self.abort_cause, self.shots_after_abort = cause, 0
        if self.fault is FaultCode.MEMORY:
            return  # stopped all the same, but the memory takes nothing any more
        try:
            abort_id = self.journal.count_abort()
            record = blank_record(JournalKind.ABORT)
            record = record._replace(cause=cause, shot_id=ShotId(abort_id))
            self.shots.note(record, self.now_us)
            self._abort_seq = self.journal.head
            self.shots.void_waiting(reason_of(cause), self.now_us)
        except MemoryDamaged:
            self.fail(FaultCode.MEMORY)

    def clear_abort(self) -> None:
        """Return to SAFE; the caller has checked that this may be."""
        self.abort_cause = AbortCause.NONE
        self.go(PistolEvent.ABORT_CLEARED)

    def fail(self, fault: FaultCode) -> None:
        """Stop everything for good: only the power leaves FAULT."""
        self._forget_arming()
        if fault is not FaultCode.MEMORY:
            self.shots.void_waiting(Refusal.STATE, self.now_us)
        self.board.actuator.stop(self.now_us)
        self.board.actuator.settle()
        self.shots.under_way = None
        self.shots.queue.clear()
        self.fault = fault
        self.go(PistolEvent.FAULTED)

    def _forget_arming(self) -> None:
        self.arm = self.challenge = None
        self.settings.forget_staged()

    def _stop_motion(self, reason: Refusal) -> None:
        under_way, actuator = self.shots.under_way, self.board.actuator
        if self.is_homing:
            actuator.stop(self.now_us)
        if under_way is not None:
            under_way.stop(actuator, reason, self.now_us)

    # ------------------------------------------------------------------ the table

    def go(self, event: PistolEvent) -> None:
        """Take the step that the table gives; one that it does not give is an abort."""
        after = next_state(self.state, event)
        if after is None:
            self.abort(AbortCause.INTERNAL)
        else:
            self.state = after

    def new_token(self) -> ArmToken:
        """Return a token that this start has not given before: tokens never come back."""
        token = ArmToken(0)
        while token in self._tokens:
            token = ArmToken(self.chance.between(1, 0xFFFFFFFF))
        self._tokens.add(token)
        return token
