"""What a session knows at each moment, what can happen to it, and what it answers: only types.

A session is in one of the phases below; each holds the same `Core` and what its phase waits for.
What changes with almost every answer is a named tuple: a changed copy costs a third of a dataclass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from firmware_protocol.messages import (
    ArmChallenge,
    ArmRequest,
    HelloReply,
    Limits,
    Refusal,
    Reply,
    Request,
)
from mesogun.planning import Pause
from mesogun.record import Entry, SessionOutcome
from mesogun.session.orders import LEASE_MS, TTL_MS, Orders
from mesogun.session.resume import Asked, Past, Settled

PATIENCE = 600
"""How many answers that lead no further are taken before a session gives up waiting."""
RECENT = 16
"""How many ids settled in this part are remembered; the pistol's records of older ones are read."""


class Ledger(NamedTuple):
    """Which shots are left, which id is open, which ids are settled."""

    queue: tuple[int, ...]
    """Shots in firing order; those before `position` are done with, in this part."""
    position: int = 0
    tries: int = 0
    """How often the shot at `position` was asked in this part and not fired."""
    id_first: int = 0
    """Ids from here up to `id_next` were used in this part; the first of them was only claimed."""
    id_next: int = 0
    id_reserved: int = 0
    """The last id of the block that is durable; less than `id_next`: reserve anew."""
    open: tuple[Asked, ...] = ()
    recent: tuple[tuple[int, Settled], ...] = ()
    """The newest ids settled in this part, newest last."""
    short: tuple[tuple[int, int], ...] = ()
    """(shot, nL counted as given): done with, but with another dose than the orders say."""

    @property
    def left(self) -> tuple[int, ...]:
        """Shots that may still have to be asked, those of open ids among them."""
        return self.queue[self.position :]


class Ending(NamedTuple):
    """Why the session is on its way to its end; its open ids are settled first."""

    outcome: SessionOutcome
    why: str
    passing: bool = False
    """See `Ended.passing`."""


class Core(NamedTuple):
    """What every phase of a session knows."""

    orders: Orders
    past: Past
    ledger: Ledger
    wall: str
    """When this part began, for the record; only a calibration's last day is held against it."""
    seed: int | None
    hello: HelloReply | None = None
    limits: Limits | None = None
    token: int = 0
    """0: not armed."""
    arms: int = 0
    """How often the pistol was armed in this part."""
    lease_ms: int = LEASE_MS
    ttl_ms: int = TTL_MS
    merged_seq: int = 0
    """The pistol's journal is merged and durable up to here."""
    tick: int = 0
    polled_at_us: int = 0
    """When the last poll was to leave: from there the lease is counted."""
    calm_at_us: int = 0
    """When the last poll left that found the pistol not firing."""
    chain: int | None = None
    """The CRC of the last record read in this part; the next one names it."""
    begun: tuple[int, ...] = ()
    """The newest ids whose intents were read in this part; those of the ends are in `over`."""
    over: tuple[int, ...] = ()
    records_read: int = 0
    """In this part."""
    uptime_us: int = 0
    """The latest that a status told."""
    budget: tuple[int, int] = (0, 0)
    """Shots and nL that the arming still had when it was last told."""
    syringe_nl: int | None = None
    """What the syringe holds by all that was told; None: not known."""
    weighed_nl: int | None = None
    """What it holds by a status that came after the open shot had ended; None: none came yet."""
    over_by_us: int = 0
    """By then the open shot has come to its end."""
    uptime_at_us: int | None = None
    """The session's clock when the pistol's uptime was 0; None until a status has told."""
    round_trip_us: int = 0
    """The shortest that a poll took in this part; 0: none yet."""
    begun_at_us: int | None = None
    """When the last shot of this part began to move."""
    ended_at_us: int | None = None
    """When the last shot of this part was known to be over: rests count from there."""
    hold_us: int = 0
    """No shot is asked before."""
    run: tuple[tuple[int, int], ...] = ()
    """Of the newest shots that were fired in this part, nL asked and nL given."""
    halt: str = ""
    """Why a person must look before any further shot: no other is asked in this part."""
    stop: int = 0
    """What was armed holds for the shots before this one."""
    redosed: bool = False
    """What is left has other doses than the session was begun with."""
    paused: int = -1
    """The shot before which the last pause of this part was written down."""
    patience: int = PATIENCE
    foreign: int = 0
    """Records of other hosts' shots met since the last alarm about them."""
    others: frozenset[int] = frozenset()
    """Ids that the pistol began for other sessions, as far as this part has read."""
    cut: bool = False
    """The pistol told of a shot of this session that its journal lacks; it is alarmed already."""
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Greeting:
    """Hello is under way."""

    core: Core


@dataclass(frozen=True, slots=True)
class Surveying:
    """A poll is under way, unarmed: what is unread, open or latched?"""

    core: Core


@dataclass(frozen=True, slots=True)
class Reading:
    """The pistol's journal is being read."""

    core: Core
    until_seq: int


@dataclass(frozen=True, slots=True)
class Resolving:
    """The pistol was asked what became of the first open id; an id it never saw is now void."""

    core: Core
    refused: Refusal = Refusal.NONE
    """Why the shot was refused, where that is the reason to ask."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claiming:
    """The first id of this part is being voided: no other session can have, or get, its ids."""

    core: Core


@dataclass(frozen=True, slots=True)
class Clearing:
    """ClearAbort is under way."""

    core: Core


@dataclass(frozen=True, slots=True)
class Replanning:
    """Doses were lost: what is left is being planned anew, before anything is armed."""

    core: Core


@dataclass(frozen=True, slots=True)
class Limiting:
    """The pistol's limits are being asked, before anything is armed."""

    core: Core


@dataclass(frozen=True, slots=True)
class Challenging:
    """The first step of arming is under way."""

    core: Core
    request: ArmRequest
    asked_at_us: int


@dataclass(frozen=True, slots=True)
class Confirming:
    """A person is asked to confirm the echo."""

    core: Core
    challenge: ArmChallenge
    until_us: int
    """The pistol forgets the challenge then."""


@dataclass(frozen=True, slots=True)
class Arming:
    """The second step of arming is under way."""

    core: Core
    challenge: ArmChallenge
    confirmed_by: str
    asked_at_us: int


@dataclass(frozen=True, slots=True)
class Asking:
    """A shot is under way: its intent is durable, its answer is not here."""

    core: Core


@dataclass(frozen=True, slots=True)
class Watching:
    """A poll is under way, armed: has the open shot ended, is the lease renewed?"""

    core: Core


@dataclass(frozen=True, slots=True)
class Disarming:
    """Disarm is under way, on the way to the end."""

    core: Core


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over; nothing more is asked."""

    core: Core
    outcome: SessionOutcome
    why: str
    passing: bool = False
    """Interrupted by what passes by itself, as a line or a disk that stalled or a cable that came
    off: to arm again when it is back makes sense, once a person has confirmed it."""


Session = (
    Greeting
    | Surveying
    | Reading
    | Resolving
    | Claiming
    | Clearing
    | Replanning
    | Limiting
    | Challenging
    | Confirming
    | Arming
    | Asking
    | Watching
    | Disarming
    | Ended
)


@dataclass(frozen=True, slots=True)
class LinkLost:
    """No answer came, or the port is gone: what was asked may or may not have been obeyed."""

    text: str
    abort_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Garbled:
    """An answer came that is none: wrong firmware, or not a pistol."""

    text: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person has confirmed the echo of what will be enforced."""

    by: str


@dataclass(frozen=True, slots=True)
class Declined:
    """A person has not confirmed it."""


@dataclass(frozen=True, slots=True)
class Redosed:
    """What is left has other doses now; the plan that says so is verified and durable."""

    orders: Orders
    doses_nl: tuple[int, ...]
    """One for each prick."""


@dataclass(frozen=True, slots=True)
class NotRedosed:
    """What is left cannot be planned anew."""

    text: str


@dataclass(frozen=True, slots=True)
class Vetoed:
    """The guard does not let the shot be asked; neither its intent nor its bytes went anywhere."""

    text: str
    wait_until_us: int = 0
    """It may from then on; 0: never."""


Event = Reply | LinkLost | Garbled | Confirmed | Declined | Redosed | NotRedosed | Vetoed


class Briefing(NamedTuple):
    """What a person must know before arming, besides the pistol's echo."""

    pauses: tuple[Pause, ...] = ()
    """What has to be changed now; to confirm means that it was."""
    redosed: bool = False
    """What is left has other doses than the session was begun with."""
    prime: bool = False
    """Needle or syringe may be new: to confirm means that what is new was primed, off the skin."""
    alarms: tuple[str, ...] = ()
    """What was alarmed since the last arming of this part: to confirm means that it was seen."""


NOTHING_NEW = Briefing()


@dataclass(frozen=True, slots=True)
class Step:
    """What follows: first make `entries` durable, then wait, then ask.

    Exactly one of `request`, `confirm` and `replan` is set, but none once the session has ended.
    """

    session: Session
    entries: tuple[Entry, ...] = ()
    request: Request | None = None
    not_before_us: int = 0
    confirm: ArmChallenge | None = None
    """What a person must see and confirm."""
    briefing: Briefing = NOTHING_NEW
    """What that person must be told besides."""
    replan: Mapping[int, int] | None = None
    """What each shot that is done with took, nL: what is left has to be planned anew."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session is, for whoever watches."""

    shots_done: int
    shots_total: int
    at_us: int
    last: str
    """The latest outcome, in words."""
