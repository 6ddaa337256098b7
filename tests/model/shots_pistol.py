"""The pistol of the model of shots: what it answers, and what it does by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.model.explorer import Step
from tests.model.shots_state import NOBODY, Message, Pistol, Record, Shot, State, without


class Firmware(NamedTuple):
    """How the pistols of a model are built."""

    wrong: frozenset[str] = frozenset()
    """What is built wrong; empty: nothing."""
    capacity: int | None = None
    """Records that fit before the host must acknowledge some; None: always enough."""

    def free(self, pistol: Pistol) -> int:
        """How many records fit, those kept for the shot under way not counted."""
        if self.capacity is None:
            return 9
        return self.capacity - (len(pistol.records) - pistol.tail) - 2 * bool(pistol.stage)


def answer(firmware: Firmware, state: State, message: Message) -> tuple[State, Message]:
    """Return what a request does to the pistol that is plugged in, and its reply."""
    if "link sequence only" in firmware.wrong:
        pistol = state.pistols[state.plugged]
        if pistol.last[2:] == message[2:] and pistol.last[:1] == message[:1]:
            return state, ("ShotReply", message[2].shot_id, "ACCEPTED") if (
                message[0] == "Shot"
            ) else _TABLE[message[0]](firmware, state, message)[1]
        state = state.with_pistol(state.plugged, pistol._replace(last=message))
    return _TABLE[message[0]](firmware, state, message)


def _hello(firmware: Firmware, state: State, message: Message) -> tuple[State, Message]:
    state = disarmed(firmware, state, state.plugged)
    pistol = state.pistols[state.plugged]._replace(ours=message[1])
    reply = ("HelloReply", state.plugged, pistol.highest, pistol.tail)
    return state.with_pistol(state.plugged, pistol), reply


def _poll(_: Firmware, state: State, message: Message) -> tuple[State, Message]:
    pistol = state.pistols[state.plugged]
    head = len(pistol.records)
    if pistol.tail < message[2] <= head:
        pistol = pistol._replace(tail=message[2])
        state = state.with_pistol(state.plugged, pistol)
    now = ("aborted" if pistol.aborted else "armed" if pistol.armed
           else "challenged" if pistol.challenged else "safe")  # fmt: skip
    return state, ("Status", now, bool(pistol.stage), head, pistol.tail)


def _journal_read(_: Firmware, state: State, message: Message) -> tuple[State, Message]:
    records = state.pistols[state.plugged].records
    return state, ("JournalRecords", message[2], records[message[2] - 1 :])


def _resolve(firmware: Firmware, state: State, message: Message) -> tuple[State, Message]:
    pistol, shot_id = state.pistols[state.plugged], message[2]
    if pistol.shot is not None and pistol.shot.shot_id == shot_id:
        return state, ("Resolution", shot_id, "PENDING")
    if end := pistol.end_of(shot_id):
        return state, ("Resolution", shot_id, end)
    if Record("INTENT", shot_id, "") in pistol.records:
        return state, ("Resolution", shot_id, "INDETERMINATE")
    gone = [one.shot_id for one in pistol.records if one.kind == "GONE"]
    if shot_id <= max(gone, default=0) and "forgotten taken for unseen" not in firmware.wrong:
        return state, ("Resolution", shot_id, "FORGOTTEN")
    if firmware.free(pistol) < 1:
        if "full journal ignored" in firmware.wrong:
            return state, ("Resolution", shot_id, "NOT_FIRED")
        return state, ("ErrorReply", "JOURNAL_UNREAD")
    if "resolve without fence" not in firmware.wrong:
        state = state.with_pistol(state.plugged, pistol.with_record("VOID", shot_id, "NOT_FIRED"))
    return state, ("Resolution", shot_id, "NOT_FIRED")


def _clear_abort(_: Firmware, state: State, message: Message) -> tuple[State, Message]:
    uid = state.plugged
    pistol = state.pistols[uid]
    if not pistol.aborted or pistol.stage or pistol.tail != len(pistol.records):
        return state, ("ErrorReply", "WRONG_STATE")
    if message[2] != uid:
        return state, ("ErrorReply", "WRONG_ABORT_ID")
    state = state.with_pistol(uid, pistol._replace(aborted=False))
    return without(state, "ClearAbort", uid), ("ClearAbortReply",)


def _arm_request(_: Firmware, state: State, message: Message) -> tuple[State, Message]:
    pistol = state.pistols[state.plugged]
    busy = pistol.aborted or pistol.armed or pistol.challenged or pistol.stage
    if busy or pistol.tail != len(pistol.records):
        return state, ("ErrorReply", "WRONG_STATE")
    pistol = pistol._replace(challenged=True)
    return state.with_pistol(state.plugged, pistol), ("ArmChallenge", state.plugged)


def _arm_confirm(_: Firmware, state: State, message: Message) -> tuple[State, Message]:
    uid = state.plugged
    pistol = state.pistols[uid]
    if not pistol.challenged or message[2] != uid or pistol.tail != len(pistol.records):
        return state, ("ErrorReply", "WRONG_NONCE")
    state = state.with_pistol(uid, pistol._replace(challenged=False, armed=True))
    return without(state, "ArmConfirm", uid), ("ArmReply", uid)


def _disarm(firmware: Firmware, state: State, message: Message) -> tuple[State, Message]:
    if state.pistols[state.plugged].armed and message[2] != state.plugged:
        return state, ("ErrorReply", "WRONG_TOKEN")
    return disarmed(firmware, state, state.plugged), ("DisarmReply",)


def _shot(firmware: Firmware, state: State, message: Message) -> tuple[State, Message]:
    pistol, shot = state.pistols[state.plugged], message[2]
    known = _known(firmware, pistol, shot)
    if known:
        return state, ("ShotReply", shot.shot_id, known)
    room = firmware.free(pistol) >= 2 or "full journal ignored" in firmware.wrong
    if not _lives(firmware, pistol, shot, state.plugged) or pistol.stage or not room:
        return state, ("ShotReply", shot.shot_id, "REFUSED")
    pistol = pistol._replace(stage="waiting", shot=shot)
    return state.with_pistol(state.plugged, pistol), ("ShotReply", shot.shot_id, "ACCEPTED")


def _known(firmware: Firmware, pistol: Pistol, shot: Shot) -> str:
    if "link sequence only" in firmware.wrong:
        return ""
    if pistol.shot is not None and pistol.shot.shot_id == shot.shot_id:
        return "ACCEPTED"
    if pistol.end_of(shot.shot_id):
        return "STORED"
    return "REFUSED" if shot.shot_id <= pistol.highest else ""


def _lives(firmware: Firmware, pistol: Pistol, shot: Shot, uid: int) -> bool:
    if not pistol.armed:
        return False
    if "tokens come back" in firmware.wrong:
        return True
    if "token not bound to the pistol" in firmware.wrong:
        return shot.token != NOBODY
    return shot.token == uid


_TABLE: dict[str, Callable[[Firmware, State, Message], tuple[State, Message]]] = {
    "Hello": _hello,
    "Poll": _poll,
    "JournalRead": _journal_read,
    "Resolve": _resolve,
    "ClearAbort": _clear_abort,
    "ArmRequest": _arm_request,
    "ArmConfirm": _arm_confirm,
    "Disarm": _disarm,
    "Shot": _shot,
}


def disarmed(firmware: Firmware, state: State, uid: int) -> State:
    """Kill token and challenge of a pistol; a shot that waits is voided, one that moves is not."""
    pistol = state.pistols[uid]
    pistol = pistol._replace(armed=False, challenged=False)
    if pistol.stage == "waiting" and "token checked once" not in firmware.wrong:
        assert pistol.shot is not None
        pistol = pistol.with_record("VOID", pistol.shot.shot_id, "NOT_FIRED")
        pistol = pistol._replace(stage="", shot=None)
    state = without(without(state, "Shot", uid), "ArmConfirm", uid).with_pistol(uid, pistol)
    if pistol.shot is not None:
        dead = pistol.shot._replace(token=NOBODY)
        state = state.with_pistol(uid, pistol._replace(shot=dead))
    return state


def lose_power(firmware: Firmware, state: State, uid: int) -> State:
    """Cut the power and give it back: an intent without an outcome becomes INDETERMINATE."""
    state = without(without(state, "Shot", uid), "ArmConfirm", uid)
    state = without(state, "ClearAbort", uid)
    kept = state.pistols[uid]
    pistol = Pistol(kept.records, kept.tail)
    if "ids in RAM only" in firmware.wrong:
        pistol = Pistol()
    if "goes on after a power cut" in firmware.wrong and kept.shot is not None:
        return state.with_pistol(uid, kept._replace(stage="waiting", armed=True))
    ended = {one.shot_id for one in pistol.records if one.outcome}
    for one in pistol.records:
        if one.kind == "INTENT" and one.shot_id not in ended:
            pistol = pistol.with_record("OUTCOME", one.shot_id, "INDETERMINATE")
    return state.with_pistol(uid, pistol)


def own_steps(firmware: Firmware, state: State, uid: int) -> Iterator[Step]:
    """Yield what the pistol does by itself: INTENT, the gate, motion, OUTCOME, and its timers."""
    pistol, name = state.pistols[uid], f"pistol {uid}"
    if pistol.challenged:
        after = without(state, "ArmConfirm", uid).with_pistol(
            uid, pistol._replace(challenged=False)
        )
        yield Step(f"{name} forgets its challenge", False, after)
    if pistol.shot is None:
        return
    shot_id = pistol.shot.shot_id
    if pistol.stage == "waiting":
        yield from _begin(firmware, state, uid, shot_id)
    elif pistol.stage == "intent":
        moved = _moved(state, uid)
        yield Step(f"{name} lets shot {shot_id} go, and moves", False, moved)
        if state.left.refusals:
            after = state.with_pistol(uid, pistol._replace(stage="refused"))
            yield Step(f"{name}'s gate refuses shot {shot_id}", True, _refusal(after))
    else:
        outcome = "FIRED" if pistol.stage == "moved" else "NOT_FIRED"
        ended = pistol._replace(stage="", shot=None)
        if not _lost(firmware, pistol) and "outcome before motion" not in firmware.wrong:
            if "intent after firing" in firmware.wrong:
                ended = ended.with_record("INTENT", shot_id)
            ended = ended.with_record("OUTCOME", shot_id, outcome)
        after = state.with_pistol(uid, ended)
        yield Step(f"{name} writes OUTCOME {outcome} of shot {shot_id}", False, after)


def _begin(firmware: Firmware, state: State, uid: int, shot_id: int) -> Iterator[Step]:
    pistol, name = state.pistols[uid], f"pistol {uid}"
    if "intent after firing" in firmware.wrong:
        yield Step(f"{name} lets shot {shot_id} go, and moves", False, _moved(state, uid))
    else:
        begun = pistol._replace(stage="intent")
        if not _lost(firmware, pistol):
            begun = begun.with_record("INTENT", shot_id)
        if "outcome before motion" in firmware.wrong:
            begun = begun.with_record("OUTCOME", shot_id, "FIRED")
        story = f"{name} writes INTENT of shot {shot_id}"
        yield Step(story, False, state.with_pistol(uid, begun))
    if state.left.refusals:
        void = pistol.with_record("VOID", shot_id, "NOT_FIRED")._replace(stage="", shot=None)
        story = f"{name} voids shot {shot_id}: nobody pulled the trigger"
        yield Step(story, True, _refusal(state.with_pistol(uid, void)))


def _lost(firmware: Firmware, pistol: Pistol) -> bool:
    """Return True if a write goes nowhere: only in firmware that does not keep room for it."""
    full = firmware.capacity == len(pistol.records) - pistol.tail
    return full and "full journal ignored" in firmware.wrong


def _refusal(state: State) -> State:
    return state._replace(left=state.left._replace(refusals=state.left.refusals - 1))


def _moved(state: State, uid: int) -> State:
    """Begin the motion, with the ghost looking on."""
    pistol = state.pistols[uid]
    shot = pistol.shot
    assert shot is not None
    disk, key = state.disks[shot.session], (shot.session, shot.site, shot.shot_id)
    bad = ""
    if any(one[:2] == key[:2] for one in state.fired):
        bad = "a site was given twice"
    elif (shot.shot_id, shot.site) not in disk.open:
        written = any(one[:2] == key[2:0:-1] for one in disk.ends)
        bad = "a shot moves that the host has written off" if written else (
            "a shot moves whose intent the host never wrote")  # fmt: skip
    elif shot.token != uid:
        bad = "a shot moves by a token that is dead"
    state = state._replace(fired=state.fired | {key}, bad=state.bad or bad)
    return state.with_pistol(uid, pistol._replace(stage="moved"))
