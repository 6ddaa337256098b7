"""What the model of shots knows: the host's journals, the host, the pistols, what is on its way.

Names are those of the code; `mapping.py` says which function each step stands for. Three things are
left out on purpose, so that what holds does so without them: the session number in each frame (a
frame of a dead session acts here, it is only not answered), the content of a shot (every shot asks
for the same dose and depth), and time (everything may happen late).
"""

from __future__ import annotations

from typing import Any, NamedTuple

NOBODY = -1
"""No pistol: also a token, a nonce or an abort id that is dead and never comes back."""

Message = tuple[Any, ...]
"""(kind, whether the host still waits for its answer, fields...)"""


class Record(NamedTuple):
    """One record of a pistol's journal."""

    kind: str
    shot_id: int
    outcome: str


class Shot(NamedTuple):
    """What a Shot frame says; session and site are known to the ghost alone."""

    shot_id: int
    token: int
    """The pistol on which its token lives, NOBODY: dead."""
    session: int
    site: int


class Pistol(NamedTuple):
    """One pistol: its journal outlives the power, nothing else does."""

    records: tuple[Record, ...] = ()
    tail: int = 0
    ours: bool = False
    """Its session is that of the host that runs now."""
    challenged: bool = False
    armed: bool = False
    aborted: bool = False
    stage: str = ""
    """Of the shot under way: "waiting", "intent" written, "refused" by the gate, "moved"."""
    shot: Shot | None = None
    last: Message = ()
    """The last request: only pistols that go by link sequence look at it."""

    @property
    def highest(self) -> int:
        """The highest shot id seen."""
        ids = [one.shot_id for one in self.records]
        return max([*ids, self.shot.shot_id if self.shot else 0, 0])

    def end_of(self, shot_id: int) -> str:
        """How that shot ended, empty if that is not in the journal."""
        for one in reversed(self.records):
            if one.shot_id == shot_id and one.outcome:
                return one.outcome
        return ""

    def with_record(self, kind: str, shot_id: int, outcome: str = "") -> Pistol:
        """The same with one more record."""
        return self._replace(records=(*self.records, Record(kind, shot_id, outcome)))


class Disk(NamedTuple):
    """The journal of one session at the host: it outlives the host."""

    uid: int = NOBODY
    """The pistol that it was begun with."""
    id_last: int = 0
    """The last id reserved."""
    open: tuple[tuple[int, int], ...] = ()
    """(id, site) with an Intent and no Outcome."""
    ends: tuple[tuple[int, int, str], ...] = ()
    """(id, site, verdict)."""
    complete: bool = False


class Host(NamedTuple):
    """A host that runs: all of it is lost when it dies."""

    session: int
    phase: str
    request: Message
    uid: int = NOBODY
    """The pistol that greeted it."""
    merged: int = 0
    token: int = NOBODY
    id_next: int = 0
    claimed: bool = False
    refused: bool = False
    """The open shot was refused: that is why it is being resolved."""
    unwritten: tuple[tuple[int, int], ...] = ()
    """Intents that are not durable: only of hosts that send before they write."""


class Left(NamedTuple):
    """How often the world may still do harm."""

    drops: int = 0
    duplicates: int = 0
    crashes: int = 0
    cuts: int = 0
    swaps: int = 0
    aborts: int = 0
    refusals: int = 0
    forgets: int = 0


class State(NamedTuple):
    """Everything."""

    disks: tuple[Disk, ...]
    host: Host | None
    pistols: tuple[Pistol, ...]
    plugged: int
    """The pistol at the other end of the line."""
    wire: frozenset[Message]
    """Requests on their way: each may come at any time, in any order, or never."""
    reply: Message | None
    left: Left
    fired: frozenset[tuple[int, int, int]]
    """The ghost: (session, site, id) of every motion that began."""
    bad: str = ""
    """The ghost's verdict, empty: nothing is broken."""

    def with_pistol(self, uid: int, pistol: Pistol) -> State:
        """The same with another state of one pistol."""
        pistols = (*self.pistols[:uid], pistol, *self.pistols[uid + 1 :])
        return self._replace(pistols=pistols)

    def with_disk(self, session: int, disk: Disk) -> State:
        """The same with another content of one journal."""
        return self._replace(disks=(*self.disks[:session], disk, *self.disks[session + 1 :]))


def stale(message: Message) -> Message:
    """The same request, of which nobody waits for the answer any more."""
    return (message[0], False, *message[2:])


def without(state: State, kind: str, uid: int) -> State:
    """Kill the token, the nonce or the abort id of a pistol, wherever it is mentioned."""

    def dead(message: Message) -> Message:
        if message[0] != kind and (kind, message[0]) != ("Shot", "Disarm"):
            return message
        if message[0] == "Shot":
            shot = message[2]
            return (*message[:2], shot._replace(token=NOBODY)) if shot.token == uid else message
        return (*message[:2], NOBODY) if message[2] == uid else message

    host, reply = state.host, state.reply
    if host is not None:
        host = host._replace(request=dead(host.request))
        if kind == "Shot" and host.token == uid:
            host = host._replace(token=NOBODY)
    told = {"Shot": "ArmReply", "ArmConfirm": "ArmChallenge"}.get(kind)
    if reply is not None and reply[0] == told and reply[1] == uid:
        reply = (reply[0], NOBODY)
    return state._replace(wire=frozenset(map(dead, state.wire)), host=host, reply=reply)
