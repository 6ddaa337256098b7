"""The host of the model of shots: what an answer means, what it writes, what it asks next."""

from __future__ import annotations

from typing import NamedTuple

from tests.model.shots_state import NOBODY, Disk, Host, Message, Shot, State, stale

SETTLED = {"FIRED": "fired", "NOT_FIRED": "not_fired", "INDETERMINATE": "indeterminate"}


class Program(NamedTuple):
    """How the hosts of a model are built."""

    wrong: frozenset[str] = frozenset()
    """What is built wrong; empty: nothing."""
    sites: tuple[int, ...] = (1,)
    """How many shots each session has planned."""

    def verdict(self, outcome: str) -> str:
        """What the host writes for an outcome that the pistol tells."""
        if outcome == "INDETERMINATE" and "doubt taken for given" in self.wrong:
            return "fired"
        return SETTLED.get(outcome, "indeterminate")

    def left(self, state: State, session: int) -> list[int]:
        """The sites of a session that may still have to be asked."""
        spent = {"fired"} if "doubt taken for not given" in self.wrong else {
            "fired", "indeterminate"}  # fmt: skip
        done = {site for _, site, verdict in state.disks[session].ends if verdict in spent}
        return [site for site in range(self.sites[session]) if site not in done]


def start(state: State, session: int) -> State:
    """Start a host that knows nothing but its journal."""
    return _ask(state, Host(session, "Greeting", ()), "Greeting", ("Hello", True))


def die(state: State) -> State:
    """Let the host end, whatever it was doing: what is on its way stays on its way."""
    pistols = tuple(one._replace(ours=False) for one in state.pistols)
    wire = frozenset(map(stale, state.wire))
    return state._replace(host=None, pistols=pistols, wire=wire, reply=None)


def takes(program: Program, state: State, host: Host, reply: Message) -> State:
    """Return what an answer means for the host."""
    match host.phase, reply:
        case "Greeting", ("HelloReply", uid, highest, tail):
            return _greeted(program, state, host, uid, highest, tail)
        case "Surveying", ("Status", now, pending, head, tail):
            return _surveyed(program, state, host, now, pending, head, tail)
        case "Reading", ("JournalRecords", first, records):
            for record in records:
                if record.outcome:
                    state = _settle(state, host, record.shot_id, program.verdict(record.outcome))
            return _onward(program, state, host._replace(merged=first - 1 + len(records)))
        case "Claiming", ("Resolution", shot_id, _):
            return _survey(state, host._replace(claimed=True, id_next=shot_id + 1))
        case "Resolving", ("Resolution", shot_id, outcome):
            return _resolved(program, state, host, shot_id, outcome)
        case "Challenging", ("ArmChallenge", nonce):
            return _ask(state, host, "Arming", ("ArmConfirm", True, nonce))
        case "Arming", ("ArmReply", token):
            return _onward(program, state, host._replace(token=token))
        case "Asking", ("ShotReply", shot_id, result):
            return _asked(program, state, host, shot_id, result)
        case "Watching", ("Status", now, pending, head, _):
            return _watched(program, state, host, now, pending, head)
        case "Disarming", _:
            return _survey(state, host._replace(token=NOBODY))
        case _, ("ErrorReply", _) if host.token != NOBODY:
            return _ask(state, host, "Disarming", ("Disarm", True, host.token))
        case _:
            return _survey(state, host)


def _greeted(
    program: Program, state: State, host: Host, uid: int, highest: int, tail: int
) -> State:
    disk = state.disks[host.session]
    if disk.uid not in (NOBODY, uid) and "uid unchecked" not in program.wrong:
        return die(state)
    state = state.with_disk(host.session, disk._replace(uid=uid))
    first = max(highest, disk.id_last) + 1
    if "ids by the host's own count" in program.wrong:
        first = disk.id_last + 1
    return _survey(state, host._replace(uid=uid, merged=tail, id_next=first))


def _survey(state: State, host: Host) -> State:
    return _ask(state, host, "Surveying", ("Poll", True, host.merged))


def _surveyed(
    program: Program, state: State, host: Host, now: str, pending: bool, head: int, tail: int
) -> State:
    disk = state.disks[host.session]
    if head > host.merged:
        return _ask(state, host, "Reading", ("JournalRead", True, host.merged + 1))
    if disk.open or host.unwritten:
        return _resolve(state, host)
    if pending or tail < host.merged:
        return _survey(state, host)
    if now == "aborted":
        return _ask(state, host, "Clearing", ("ClearAbort", True, host.uid))
    if not program.left(state, host.session):
        return die(_complete(state, host.session))
    if now != "safe":
        return _survey(state, host)
    if not host.claimed and "ids not claimed" not in program.wrong:
        return _ask(state, host, "Claiming", ("Resolve", True, host.id_next))
    return _ask(state, host, "Challenging", ("ArmRequest", True))


def _complete(state: State, session: int) -> State:
    disk = state.disks[session]
    told = {shot_id for shot_id, _, verdict in disk.ends if verdict != "not_fired"}
    secret = [one for one in state.fired if one[0] == session and one[2] not in told]
    bad = "a shot was given that the record does not have" if secret else ""
    state = state.with_disk(session, disk._replace(complete=True))
    return state._replace(bad=state.bad or bad)


def _onward(program: Program, state: State, host: Host) -> State:
    disk = state.disks[host.session]
    if host.token == NOBODY:
        return _resolve(state, host) if disk.open or host.unwritten else _survey(state, host)
    if disk.open or host.unwritten:
        return _ask(state, host, "Watching", ("Poll", True, host.merged))
    if not program.left(state, host.session):
        return _ask(state, host, "Disarming", ("Disarm", True, host.token))
    return fire(program, state, host)


def fire(program: Program, state: State, host: Host) -> State:
    """Ask for the next shot under a new id; its intent is durable before its bytes leave."""
    disk, site = state.disks[host.session], program.left(state, host.session)[0]
    shot_id = host.id_next
    host = host._replace(id_next=shot_id + 1, refused=False)
    if "sent before it is written" in program.wrong:
        host = host._replace(unwritten=((shot_id, site),))
    else:
        disk = disk._replace(id_last=shot_id, open=(*disk.open, (shot_id, site)))
        state = state.with_disk(host.session, disk)
    shot = Shot(shot_id, host.token, host.session, site)
    return _ask(state, host, "Asking", ("Shot", True, shot))


def _asked(program: Program, state: State, host: Host, shot_id: int, result: str) -> State:
    if host.unwritten:
        disk = state.disks[host.session]
        disk = disk._replace(id_last=shot_id, open=(*disk.open, *host.unwritten))
        state, host = state.with_disk(host.session, disk), host._replace(unwritten=())
    if result != "REFUSED":
        return _ask(state, host, "Watching", ("Poll", True, host.merged))
    if "refused taken for not fired" in program.wrong:
        return _onward(program, _settle(state, host, shot_id, "not_fired"), host)
    return _resolve(state, host._replace(refused=True))


def _watched(
    program: Program, state: State, host: Host, now: str, pending: bool, head: int
) -> State:
    if now == "aborted":
        return die(state)
    if now != "armed":
        host = host._replace(token=NOBODY)
    if not pending and head > host.merged:
        return _ask(state, host, "Reading", ("JournalRead", True, host.merged + 1))
    if host.token != NOBODY and pending:
        return _ask(state, host, "Watching", ("Poll", True, host.merged))
    return _resolve(state, host) if state.disks[host.session].open else _survey(state, host)


def _resolve(state: State, host: Host) -> State:
    (shot_id, _), *_ = (*state.disks[host.session].open, *host.unwritten)
    return _ask(state, host, "Resolving", ("Resolve", True, shot_id))


def _resolved(program: Program, state: State, host: Host, shot_id: int, outcome: str) -> State:
    if outcome == "PENDING":
        if host.token != NOBODY and not host.refused:
            return _ask(state, host, "Watching", ("Poll", True, host.merged))
        return _resolve(state, host)
    verdict = program.verdict(outcome)
    if host.refused and verdict != "not_fired":
        verdict = "indeterminate"
    state = _settle(state, host, shot_id, verdict)
    return _onward(program, state, host._replace(refused=False))


def _settle(state: State, host: Host, shot_id: int, verdict: str) -> State:
    """Make the end of an open shot durable, with the ghost looking on."""
    disk = state.disks[host.session]
    sites = [site for one, site in disk.open if one == shot_id]
    if not sites:
        return state  # another session's shot, or told already
    key = (host.session, sites[0], shot_id)
    bad = ""
    if verdict == "not_fired" and key in state.fired:
        bad = "a shot that was given is recorded as not given"
    if verdict == "fired" and key not in state.fired:
        bad = "a shot that was not given is recorded as given"
    disk = Disk(
        disk.uid,
        disk.id_last,
        tuple(one for one in disk.open if one[0] != shot_id),
        (*disk.ends, (shot_id, sites[0], verdict)),
    )
    return state.with_disk(host.session, disk)._replace(bad=state.bad or bad)


def writes_off(program: Program, state: State, host: Host) -> State:
    """Take a silence for "not fired": only a host that is built wrong does so."""
    for shot_id, _ in state.disks[host.session].open:
        state = _settle(state, host, shot_id, "not_fired")
    return fire(program, state, host)


def _ask(state: State, host: Host, phase: str, request: Message) -> State:
    """Send the next request. Answers to the one before will not be waited for any more."""
    wire = frozenset(map(stale, state.wire)) | {request}
    host = host._replace(phase=phase, request=request)
    return state._replace(host=host, wire=wire, reply=None)
