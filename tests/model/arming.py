"""The model of arming and stopping: nothing moves after a stop but what was armed anew since.

One pistol that walks through the very table of states that the code has
(`firmware_protocol.states`), a host with a person who confirms and may stop at any time, and a line
that loses, repeats and delays. Frames carry a mark for the ghost alone: whether they were sent
before the last stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from firmware_protocol.messages import PistolState
from firmware_protocol.states import TRANSITIONS, PistolEvent
from tests.model.explorer import Step

S, E = PistolState, PistolEvent
UNTESTED = {(S.BOOT, E.ABORTED): S.ABORTED, (S.SELFTEST, E.ABORTED): S.ABORTED}


class Frame(NamedTuple):
    """A request on its way."""

    kind: str
    current: bool = True
    """The host waits for its answer."""
    before: bool = False
    """The ghost's mark: sent before the last stop that took effect, or was acknowledged."""
    alive: bool = False
    """Its token, nonce or abort id is the one that the pistol has now."""
    tick: int = 0


class Gun(NamedTuple):
    """The pistol."""

    state: PistolState = S.SAFE
    tested: bool = True
    """The ghost's: its self test has passed since it got its power."""
    unread: bool = False
    """Its journal holds what the host has not read: an abort, an end."""
    stage: str = ""
    """Of the shot under way: "waiting" for the trigger, "moving"."""
    shot: Frame | None = None
    ticks: frozenset[int] = frozenset()
    """Ticks that have renewed this lease."""


class Host(NamedTuple):
    """The host, and the person who confirms."""

    phase: str
    request: Frame | None
    token: bool = False
    """It holds the token that lives."""
    tick: int = 0
    told: bool = False
    """An AbortReply of an earlier stop may still come: only for hosts that do not match answers."""


class Left(NamedTuple):
    """How often the world may still do harm, and what may still be asked."""

    drops: int = 0
    duplicates: int = 0
    crashes: int = 0
    cuts: int = 0
    aborts: int = 0
    """By the operator, through the host."""
    stops: int = 0
    """By button, break, or a lost lease."""
    arms: int = 2
    ticks: int = 2


CALM = Left()
"""Nothing goes wrong."""


class State(NamedTuple):
    """Everything."""

    gun: Gun
    host: Host | None
    wire: frozenset[Frame]
    reply: tuple[Any, ...] | None
    left: Left
    given: bool = False
    stopped: bool = False
    """The ghost's: the host was told "stopped", and nobody has confirmed an arming since."""
    bad: str = ""


@dataclass(frozen=True)
class ArmingModel:
    """One model: what may go wrong, and what is built wrong."""

    left: Left = CALM
    wrong: frozenset[str] = frozenset()

    @property
    def table(self) -> Mapping[tuple[PistolState, PistolEvent], PistolState]:
        """The table of states."""
        untested = "an abort before the self test can be cleared" in self.wrong
        return dict(TRANSITIONS) | (UNTESTED if untested else {})

    def initial(self) -> State:
        """Where everything begins: a pistol that has passed its self test."""
        return State(Gun(), None, frozenset(), None, self.left)

    def broken(self, state: State) -> str:
        """Return the ghost's verdict on a state."""
        if state.stopped and state.gun.stage == "moving":
            return "it moves after it was said to have stopped"
        return state.bad

    def finished(self, state: State) -> bool:
        """Return True if the session is over and the pistol is at rest, not armed."""
        gun = state.gun
        return state.host is None and not gun.stage and gun.state not in (S.ARMED, S.FIRING)

    def steps(self, state: State) -> Iterator[Step]:
        """Yield everything that can happen."""
        yield from self._gun_steps(state)
        yield from self._host_steps(state)
        for frame in sorted(state.wire):
            story = f"the pistol gets {_named(frame)}"
            gone = state._replace(wire=state.wire - {frame})
            after = self._delivered(gone, frame)
            yield Step(story, False, after)
            if state.left.duplicates:
                copy = _aged(state, after, frame)
                twice = after._replace(wire=after.wire | {copy})
                yield Step(f"{story}, and a copy stays", True, _less(twice, "duplicates"))
            if state.left.drops and frame.current:
                yield Step(f"{_named(frame)} is lost", True, _less(gone, "drops"))
        if state.reply is not None and state.left.drops:
            lost = _less(state._replace(reply=None), "drops")
            yield Step(f"{state.reply[0]} is lost", True, lost)

    # ------------------------------------------------------------------ the pistol

    def _go(self, state: State, event: PistolEvent, **gun: Any) -> State:
        after = self.table.get((state.gun.state, event))
        if after is None:
            return state._replace(bad=f"no {event.name} in {state.gun.state.name}")
        return state._replace(gun=state.gun._replace(state=after, **gun))

    def _gun_steps(self, state: State) -> Iterator[Step]:
        gun, left = state.gun, state.left
        if gun.state is S.BOOT:
            yield Step("the pistol has started", False, self._go(state, E.BOOTED))
        if gun.state is S.SELFTEST:
            after = self._go(state, E.SELFTEST_PASSED, tested=True)
            yield Step("the pistol has tested itself", False, after)
        if gun.state is S.CHALLENGED:
            after = self._go(_dead(state, "ArmConfirm"), E.CHALLENGE_EXPIRED)
            yield Step("the challenge runs out", False, after)
        if gun.stage == "waiting":
            yield Step("the trigger is pulled: it moves", False, self._moves(state))
        if gun.stage == "moving":
            yield Step("the motion ends, OUTCOME is written", False, self._rests(state))
        if gun.state in (S.ARMED, S.FIRING) and not (state.host and state.host.token):
            yield Step("the lease ends", False, self._aborts(state))
        elif left.stops and gun.state is not S.ABORTED:
            yield Step("the button is pressed", True, _less(self._aborts(state), "stops"))
        if gun.state is S.FAULT:
            yield Step("somebody turns it off and on again", False, self._dies(state))
        elif left.cuts:
            yield Step("the power fails", True, _less(self._dies(state), "cuts"))

    def _dies(self, state: State) -> State:
        state = _dead(state, "Shot", "Poll", "Disarm", "ArmConfirm", "ClearAbort")
        host = state.host
        if host is not None:
            state = state._replace(host=host._replace(token=False))
        return state._replace(gun=Gun(S.BOOT, tested=False, unread=True))

    def _moves(self, state: State) -> State:
        gun, shot = state.gun, state.gun.shot
        assert shot is not None
        if "queue survives a stop" in self.wrong and gun.state is not S.ARMED:
            return state  # its gate looks at the state, at nothing else
        bad = ""
        if shot.before:
            bad = "a shot moves that was sent before a stop"
        elif not shot.alive:
            bad = "a shot moves by a token that is dead"
        elif not gun.tested:
            bad = "a shot moves in a pistol that has not tested itself"
        after = self._go(state, E.SHOT_BEGUN, stage="moving")
        return after._replace(given=True, bad=after.bad or bad)

    def _rests(self, state: State) -> State:
        gun = state.gun._replace(stage="", shot=None, unread=True)
        after = state._replace(gun=gun)
        if gun.state is S.FIRING:
            armed = bool(state.gun.shot and state.gun.shot.alive)
            return self._go(after, E.SHOT_ENDED if armed else E.SHOT_ENDED_UNARMED)
        return after

    def _disarms(self, state: State) -> State:
        """Kill token and challenge; what waits is voided."""
        gun = state.gun
        state = _dead(state, "Shot", "Poll", "Disarm", "ArmConfirm")
        if gun.shot is not None:
            gun = gun._replace(shot=gun.shot._replace(alive=False))
        if gun.stage == "waiting" and "queue survives a stop" not in self.wrong:
            gun = gun._replace(stage="", shot=None, unread=True)
        return state._replace(gun=gun._replace(ticks=frozenset()))

    def _aborts(self, state: State) -> State:
        """Stop, and latch it. Each trigger counts a new abort id, so that no older frame clears."""
        latched = state.gun.state is S.ABORTED
        state = self._disarms(state)
        if not latched or "a repeated stop keeps its id" not in self.wrong:
            state = _dead(state, "ClearAbort")
        state = self._go(_before(state), E.ABORTED, unread=state.gun.unread or not latched)
        host = state.host
        return state if host is None else state._replace(host=host._replace(token=False))

    def _delivered(self, state: State, frame: Frame) -> State:
        state, reply = self._answer(state, frame)
        heard = frame.current and state.host is not None and state.reply is None
        return state._replace(reply=reply) if heard else state

    def _answer(self, state: State, frame: Frame) -> tuple[State, tuple[Any, ...]]:
        gun, refused = state.gun, ("ErrorReply",)
        match frame.kind:
            case "Hello":
                state = self._go(self._disarms(state), E.DISARMED)
                host = state.host
                state = state._replace(host=host and host._replace(token=False))
                return state, ("HelloReply",)
            case "Abort":
                state = self._aborts(state)
                early = "stopped is said before it rests" in self.wrong
                return state, ("AbortReply", early or state.gun.stage != "moving")
            case "JournalRead":
                return state._replace(gun=gun._replace(unread=False)), ("JournalRecords",)
            case "ClearAbort":
                known = frame.alive or "any abort id clears" in self.wrong
                if gun.state is not S.ABORTED or gun.stage == "moving" or gun.unread or not known:
                    return state, refused
                bad = "a stop is cleared by a frame sent before it" if frame.before else ""
                after = self._go(_dead(state, "ClearAbort"), E.ABORT_CLEARED)
                return after._replace(bad=after.bad or bad), ("ClearAbortReply",)
            case "ArmRequest":
                return self._arm_request(state, frame)
            case "ArmConfirm":
                known = frame.alive or "nonces come back" in self.wrong
                if gun.state is not S.CHALLENGED or gun.unread or not known:
                    return state, refused
                return self._armed(_dead(state, "ArmConfirm"), frame), ("ArmReply",)
            case "Poll":
                return self._poll(state, frame)
            case "Shot":
                known = frame.alive or "token survives a stop" in self.wrong
                if gun.state is not S.ARMED or not known or gun.stage:
                    return state, ("ShotReply", "REFUSED")
                gun = gun._replace(stage="waiting", shot=frame._replace(current=False))
                return state._replace(gun=gun), ("ShotReply", "ACCEPTED")
            case _:
                if gun.state in (S.ARMED, S.FIRING) and not frame.alive:
                    return state, refused
                return self._go(self._disarms(state), E.DISARMED), ("DisarmReply",)

    def _arm_request(self, state: State, frame: Frame) -> tuple[State, tuple[Any, ...]]:
        gun = state.gun
        busy = gun.stage and "queue survives a stop" not in self.wrong
        if gun.state is not S.SAFE or busy or gun.unread:
            return state, ("ErrorReply",)
        state = self._go(state, E.ARM_REQUESTED)
        if "arming in one step" in self.wrong:
            return self._armed(state, frame), ("ArmReply",)
        return state, ("ArmChallenge",)

    def _armed(self, state: State, frame: Frame) -> State:
        bad = "armed by a frame sent before a stop" if frame.before else ""
        after = self._go(state, E.ARM_CONFIRMED, ticks=frozenset())
        return after._replace(bad=after.bad or bad)

    def _poll(self, state: State, frame: Frame) -> tuple[State, tuple[Any, ...]]:
        gun = state.gun
        known = frame.alive or ("any token renews" in self.wrong and gun.state is S.ARMED)
        bad = ""
        if known and self._renews(gun, frame.tick):
            if frame.tick in gun.ticks or not frame.alive:
                bad = "a lease is renewed without progress of the application"
            state = state._replace(gun=gun._replace(ticks=gun.ticks | {frame.tick}))
        now = gun.state
        pending = bool(gun.stage)
        if "queue survives a stop" in self.wrong:
            pending = gun.stage == "moving"
        return state._replace(bad=state.bad or bad), ("Status", now, gun.unread, pending)

    def _renews(self, gun: Gun, tick: int) -> bool:
        if "any poll renews" in self.wrong:
            return True
        if "an older tick renews" in self.wrong:
            # `ticks` has no order; with two of them the last one is the greater
            return not gun.ticks or tick != max(gun.ticks)
        return tick > max(gun.ticks, default=0)

    # ------------------------------------------------------------------ the host

    def _host_steps(self, state: State) -> Iterator[Step]:
        host, left = state.host, state.left
        if host is None:
            if left.arms:
                after = _ask(state, Host("", None), "Greeting", Frame("Hello"))
                yield Step("a host starts: Hello", False, after)
            return
        if left.crashes:
            yield Step(f"the host dies while {host.phase}", True, _less(_ends(state), "crashes"))
        if left.aborts:
            after = _ask(state, host, "Aborting", Frame("Abort"))
            story = f"the operator stops it while {host.phase}: Abort"
            yield Step(story, True, _less(after, "aborts"))
        if host.phase == "Aborting" and host.told:
            after = self._takes(state, host, ("AbortReply", True))
            yield Step("the host takes a late AbortReply of the stop before", True, after)
        if host.phase == "Confirming":
            confirm = Frame("ArmConfirm", alive=state.gun.state is S.CHALLENGED)
            after = _ask(state._replace(stopped=False), host, "Arming", confirm)
            yield Step("the person confirms the echo: ArmConfirm", False, after)
        elif state.reply is not None:
            after = self._takes(state, host, state.reply)
            story = f"the host takes {state.reply[0]}, {after.host.phase if after.host else 'ends'}"
            yield Step(story, False, after)
        elif host.request not in state.wire:
            assert host.request is not None
            after = state._replace(wire=state.wire | {host.request})
            yield Step(f"the host repeats {_named(host.request)}", False, after)

    def _takes(self, state: State, host: Host, reply: tuple[Any, ...]) -> State:
        state = state._replace(reply=None)
        match host.phase, reply:
            case "Aborting", ("AbortReply", True):
                after = _before(state)._replace(stopped=True)
                told = "answers are not matched" in self.wrong
                return _survey(after, host._replace(token=False, told=told))
            case "Aborting", _:
                return _ask(state, host, "Aborting", Frame("Abort"))
            case "Surveying", ("Status", now, unread, pending):
                return self._surveyed(state, host, now, unread, pending)
            case "Challenging", ("ArmChallenge",):
                after = state._replace(host=host._replace(phase="Confirming", request=None))
                return _less(after, "arms")
            case (("Arming" | "Challenging"), ("ArmReply",)):
                alive = state.gun.state is S.ARMED
                host = host._replace(token=alive)
                return _ask(state, host, "Asking", Frame("Shot", alive=alive))
            case "Asking", ("ShotReply", "ACCEPTED"):
                return _watch(state, host)
            case "Watching", ("Status", now, _, pending) if now in (S.ARMED, S.FIRING):
                if pending:
                    return _watch(state, host)
                return _ask(state, host, "Disarming", Frame("Disarm", alive=host.token))
            case _:
                return _survey(state, host)

    def _surveyed(
        self, state: State, host: Host, now: PistolState, unread: bool, pending: bool
    ) -> State:
        if now is S.FAULT or (state.given and not pending and not unread) or not state.left.arms:
            return _ends(state)
        if unread:
            return _ask(state, host, "Reading", Frame("JournalRead"))
        if pending or now not in (S.SAFE, S.ABORTED):
            return _survey(state, host)
        if now is S.ABORTED:
            alive = state.gun.state is S.ABORTED
            return _ask(state, host, "Clearing", Frame("ClearAbort", alive=alive))
        return _ask(state, host, "Challenging", Frame("ArmRequest"))


def _survey(state: State, host: Host) -> State:
    return _ask(state, host, "Surveying", Frame("Poll"))


def _watch(state: State, host: Host) -> State:
    tick = min(host.tick + 1, state.left.ticks)
    frame = Frame("Poll", alive=host.token, tick=tick)
    return _ask(state, host._replace(tick=tick), "Watching", frame)


def _ask(state: State, host: Host, phase: str, request: Frame) -> State:
    wire = {one._replace(current=False) for one in state.wire} | {request}
    host = host._replace(phase=phase, request=request)
    return _pruned(state._replace(host=host, wire=frozenset(wire), reply=None))


def _ends(state: State) -> State:
    wire = frozenset(one._replace(current=False) for one in state.wire)
    return _pruned(state._replace(host=None, wire=wire, reply=None))


def _pruned(state: State) -> State:
    idle = {one for one in state.wire if not one.current and one.kind == "JournalRead"}
    return state._replace(wire=state.wire - idle) if idle else state


def _changed(state: State, **change: Any) -> State:
    """Change every frame that is on its way, and the host's own copy of what it repeats."""
    kinds = change.pop("kinds", None)

    def changed(frame: Frame) -> Frame:
        return frame._replace(**change) if kinds is None or frame.kind in kinds else frame

    host, gun = state.host, state.gun
    if host is not None and host.request is not None:
        host = host._replace(request=changed(host.request))
    if gun.shot is not None:
        gun = gun._replace(shot=changed(gun.shot))
    return state._replace(wire=frozenset(map(changed, state.wire)), host=host, gun=gun)


def _dead(state: State, *kinds: str) -> State:
    return _changed(state, kinds=kinds, alive=False)


def _before(state: State) -> State:
    return _changed(state, before=True)


def _aged(state: State, after: State, frame: Frame) -> Frame:
    """Return the copy of a frame that stays, as the first one's delivery has made it."""
    if frame.current and after.host is not None and after.host.request is not None:
        return after.host.request
    used_up = frame.kind in ("ArmConfirm", "Disarm", "ClearAbort") and after.gun != state.gun
    before = frame.before or frame.kind == "Abort"
    return frame._replace(alive=frame.alive and not used_up, before=before)


def _less(state: State, what: str) -> State:
    left = state.left._replace(**{what: getattr(state.left, what) - 1})
    return state._replace(left=left)


def _named(frame: Frame) -> str:
    late = "" if frame.current else "late "
    tick = f" with tick {frame.tick}" if frame.tick else ""
    sent = " sent before the stop" if frame.before else ""
    return f"{late}{frame.kind}{tick}{sent}"
