"""The model of shots: exactly once, or in doubt and never again, whatever goes wrong.

One line, one or two pistols, one or two sessions of the host with a journal each. The world may
lose a frame, repeat it, deliver it late and to another pistol, kill the host between any two
things that it does, cut a pistol's power between any two writes, and stop it at any time; each so
often as `Left` says. `story` names are the messages of the schema and the states of the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.model import shots_host, shots_pistol
from tests.model.explorer import Step
from tests.model.shots_host import Program
from tests.model.shots_pistol import Firmware
from tests.model.shots_state import Disk, Left, Message, Pistol, State, without

CALM = Left()
"""Nothing goes wrong."""


@dataclass(frozen=True)
class ShotsModel:
    """One model: what is planned, what may go wrong, and what is built wrong."""

    left: Left = CALM
    sites: tuple[int, ...] = (1,)
    pistols: int = 1
    capacity: int | None = None
    wrong: frozenset[str] = frozenset()

    @property
    def program(self) -> Program:
        """How its hosts are built."""
        return Program(self.wrong, self.sites)

    @property
    def firmware(self) -> Firmware:
        """How its pistols are built."""
        return Firmware(self.wrong, self.capacity)

    def initial(self) -> State:
        """Where everything begins: nothing was ever asked."""
        return State(
            disks=(Disk(),) * len(self.sites),
            host=None,
            pistols=(Pistol(),) * self.pistols,
            plugged=0,
            wire=frozenset(),
            reply=None,
            left=self.left,
            fired=frozenset(),
        )

    def broken(self, state: State) -> str:
        """Return the ghost's verdict on a state."""
        return state.bad

    def finished(self, state: State) -> bool:
        """Return True if every session is complete and every intent has its end."""
        return all(one.complete and not one.open for one in state.disks)

    def steps(self, state: State) -> Iterator[Step]:
        """Yield everything that can happen."""
        for step in self._all_steps(state):
            yield step._replace(state=_pruned(step.state))

    def _all_steps(self, state: State) -> Iterator[Step]:
        uids = range(self.pistols)
        urgent = [uid for uid in uids if state.pistols[uid].stage == "intent"]
        for uid in uids:
            yield from shots_pistol.own_steps(self.firmware, state, uid)
            if state.left.cuts and _has_power_to_lose(state.pistols[uid]):
                after = shots_pistol.lose_power(self.firmware, state, uid)
                yield Step(f"pistol {uid} loses its power", True, _less(after, "cuts"))
        if urgent:
            return  # INTENT, gate and motion follow at once: only the power can come between
        yield from self._aborts(state)
        yield from self._host_steps(state)
        yield from self._line_steps(state)
        for uid in uids:
            if uid != state.plugged and state.host is None:
                yield Step(f"pistol {uid} is plugged in", False, state._replace(plugged=uid))
            elif uid != state.plugged and state.left.swaps:
                after = _less(state._replace(plugged=uid), "swaps")
                yield Step(f"pistol {uid} is plugged in under way", True, after)

    def _aborts(self, state: State) -> Iterator[Step]:
        for uid, pistol in enumerate(state.pistols):
            if pistol.aborted or not (pistol.armed or pistol.challenged):
                continue
            after = shots_pistol.disarmed(self.firmware, state, uid)
            after = without(after, "ClearAbort", uid)
            after = after.with_pistol(uid, after.pistols[uid]._replace(aborted=True))
            if pistol.armed and (state.host is None or state.host.token != uid):
                yield Step(f"pistol {uid} hears nothing of a host: its lease ends", False, after)
            elif state.left.aborts:
                yield Step(f"pistol {uid} is stopped", True, _less(after, "aborts"))

    def _host_steps(self, state: State) -> Iterator[Step]:
        host, program = state.host, self.program
        if host is None:
            for session, disk in enumerate(state.disks):
                if not disk.complete:
                    after = shots_host.start(state, session)
                    yield Step(f"a host starts session {session}: Hello", False, after)
            return
        if state.left.crashes:
            after = _less(shots_host.die(state), "crashes")
            yield Step(f"the host dies or gives up while {host.phase}", True, after)
        if state.reply is not None:
            after = shots_host.takes(program, state, host, state.reply)
            story = f"the host takes {_named(state.reply)}, {_next(after)}"
            yield Step(story, False, after)
        elif host.request not in state.wire:
            if host.phase == "Greeting" or _in_session(state):
                after = state._replace(wire=state.wire | {host.request})
                yield Step(f"the host repeats {_named(host.request)}", False, after)
            else:
                story = f"the host hears nothing while {host.phase}, and ends"
                yield Step(story, False, shots_host.die(state))
        open_ = state.disks[host.session].open
        if host.phase in ("Asking", "Watching") and open_ and state.left.drops:
            if "silence taken for not fired" in program.wrong:
                after = _less(shots_host.writes_off(program, state, host), "drops")
                yield Step("the host waits in vain, and asks anew", True, after)
            if "fresh id on a retry" in program.wrong and host.phase == "Asking":
                after = _less(shots_host.fire(program, state, host), "drops")
                yield Step("the host waits in vain, and asks under a fresh id", True, after)

    def _line_steps(self, state: State) -> Iterator[Step]:
        uid = state.plugged
        for message in sorted(state.wire):
            story = f"pistol {uid} gets {_named(message)}"
            gone = state._replace(wire=state.wire - {message})
            after = self._delivered(gone, message)
            yield Step(story, False, after)
            if state.left.duplicates:
                twice = after._replace(wire=after.wire | {_kept(after, message)})
                yield Step(f"{story}, and a copy stays", True, _less(twice, "duplicates"))
            if state.left.drops and message[1]:
                yield Step(f"{_named(message)} is lost", True, _less(gone, "drops"))
            if message[0] == "Shot" and state.left.refusals and message[1]:
                yield from self._refused(state, message, story)
        if state.reply is not None and state.left.drops:
            lost = state._replace(reply=None)
            yield Step(f"{_named(state.reply)} is lost", True, _less(lost, "drops"))
        pistol = state.pistols[uid]
        if state.left.forgets and pistol.tail and not pistol.stage:
            worn = tuple(one._replace(kind="GONE", outcome="")
                                 for one in pistol.records[: pistol.tail])  # fmt: skip
            if worn != pistol.records[: pistol.tail]:
                records = (*worn, *pistol.records[pistol.tail :])
                after = state.with_pistol(uid, pistol._replace(records=records))
                story = f"pistol {uid} writes over its acknowledged records"
                yield Step(story, True, _less(after, "forgets"))

    def _refused(self, state: State, message: Message, story: str) -> Iterator[Step]:
        refused = ("ShotReply", message[2].shot_id, "REFUSED")
        state = _less(state, "refusals")
        gone = state._replace(wire=state.wire - {message})
        yield Step(f"{story}, and refuses", True, self._replied(gone, message, refused))
        if state.left.duplicates:
            after = _less(self._replied(state, message, refused), "duplicates")
            yield Step(f"{story}, and refuses; a copy stays", True, after)

    def _delivered(self, state: State, message: Message) -> State:
        after, reply = shots_pistol.answer(self.firmware, state, message)
        return self._replied(after, message, reply)

    def _replied(self, state: State, message: Message, reply: Message) -> State:
        heard = message[1] and state.reply is None and _in_session(state)
        return state._replace(reply=reply) if heard else state


def _in_session(state: State) -> bool:
    """Return True if the pistol that is plugged in answers in the session that the host knows."""
    host = state.host
    if host is None or not state.pistols[state.plugged].ours:
        return False
    return host.phase == "Greeting" or host.uid == state.plugged


def _kept(state: State, message: Message) -> Message:
    """Return the copy that stays on its way: with a token that may have died by the first one."""
    if message[1] and state.host is not None and state.host.request[0] == message[0]:
        return state.host.request
    if message[0] in ("ArmConfirm", "ClearAbort") and message[2] == state.plugged:
        return (*message[:2], -1)
    if message[0] == "Disarm" and message[2] == state.plugged:
        return (*message[:2], -1)
    return message


def _pruned(state: State) -> State:
    """Drop late frames that can do nothing any more, wherever they arrive."""
    idle = [one for one in state.wire if not one[1] and _does_nothing(state, one)]
    return state._replace(wire=state.wire.difference(idle)) if idle else state


def _does_nothing(state: State, message: Message) -> bool:
    match message:
        case ("JournalRead", *_) | (("ArmConfirm" | "ClearAbort"), _, -1):
            return True
        case ("Poll", _, ack):
            return all(ack <= one.tail for one in state.pistols)
        case ("Resolve", _, shot_id):
            return all(one.end_of(shot_id) for one in state.pistols)
        case _:
            return False


def _has_power_to_lose(pistol: Pistol) -> bool:
    """Return False where a power cut would only take away a session."""
    return bool(pistol.records or pistol.stage or pistol.armed or pistol.challenged)


def _less(state: State, what: str) -> State:
    left = state.left._replace(**{what: getattr(state.left, what) - 1})
    return state._replace(left=left)


def _next(after: State) -> str:
    if after.host is None:
        return "and ends"
    return f"{after.host.phase}: {_named(after.host.request)}"


def _named(message: Message) -> str:
    kind, *fields = message
    late = "" if not fields or fields[0] is not False else "late "
    if kind == "Shot":
        shot = fields[1]
        token = "dead" if shot.token < 0 else f"of pistol {shot.token}"
        return (
            f"{late}Shot {shot.shot_id} (session {shot.session}, site {shot.site}, token {token})"
        )
    told = [str(one) for one in fields if not isinstance(one, bool | tuple)]
    return f"{late}{kind} {' '.join(told)}".strip()
