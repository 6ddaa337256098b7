"""What a journal's history says of a session: which shots are settled, open, or left.

Pure, and strict: a history that does not fit the plan, or itself, is no ground to fire on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType

from mesogun.errors import RecordError
from mesogun.record import (
    Acknowledged,
    Alarmed,
    Connected,
    Entry,
    Intent,
    Opened,
    Outcome,
    Replanned,
    Reserved,
    Served,
    SessionOutcome,
    ShotOutcome,
    ending_of,
)
from mesogun.session.counting import TRIES_MAX, counted_nl
from mesogun.session.orders import Orders

JOURNAL_CUT = "journal_cut"
"""The alarm after which a journal is never gone on with."""
LEFT_OUT = "not_given"
"""The alarm that the shot settled last was refused as often as is tried: it is asked no more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A shot that was asked of the pistol under an id, and whose end is not known yet."""

    shot_id: int
    shot: int
    """Index of the planned shot."""
    at_us: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an id, as the journal has it."""

    shot: int
    outcome: ShotOutcome
    asked_nl: int
    """The dose that was asked, over all its pricks; later plans may have another for this shot."""
    given_nl: int
    """As measured."""


@dataclass(frozen=True, slots=True)
class Past:
    """Where the session stood when its journal was last written."""

    parts: int
    """How often the host met the pistol."""
    pistol_uid: str | None
    """16 hex digits; None: no pistol yet."""
    left: tuple[int, ...]
    """Shots that may still have to be asked, in firing order; those of open ids are in it."""
    open: tuple[Asked, ...]
    settled: Mapping[int, Settled]
    """By id."""
    blocks: tuple[tuple[int, int], ...]
    """Ids reserved for this session, (first, last)."""
    told_id: int
    """The highest id of whose end the pistol has told: it has seen that one."""
    told_seq: int
    """The last record of the pistol's journal that this journal has taken in."""
    outcome: SessionOutcome
    """How it ended last; interrupted, if it did not."""
    at_us: int
    """Latest time in the journal, on the session's clock."""
    short: tuple[tuple[int, int], ...] = ()
    """(shot, nL counted as given): done with, but with another dose than the orders say."""
    redosed: bool = False
    """The plan in force is not the one that the session was begun with."""
    session: int = 0
    """What names this session to the pistol: the first 4 bytes of the SHA-256 of its id."""
    resumed: bool = False
    """The pistol may know more of this session than its journal."""
    met: Connected | None = None
    """The pistol as it said that it was when it was met last; None: no pistol yet."""

    @property
    def complete(self) -> bool:
        """The session ended with nothing left to ask."""
        return self.outcome == "complete"

    @property
    def id_highest(self) -> int:
        """The highest id that this session may ever have used."""
        return max((last for _, last in self.blocks), default=0)


def past_of(history: Sequence[Entry], orders: Orders) -> Past:
    """Read from a journal what is settled, open and left of `orders`.

    Raises:
        RecordError: the journal is of another plan, or contradicts itself; nothing may be fired.
    """
    opened = history[0] if history else None
    if not isinstance(opened, Opened):
        raise RecordError("the journal does not begin with the opening of a session")
    digest = plan_in_force(opened, history)
    if digest != orders.plan_digest or opened.shots != len(orders.shots):
        raise RecordError(
            f"the journal is of the plan {digest}, not of {orders.plan_digest}: "
            "resume with the plan that this session was last run with"
        )
    blocks = tuple((one.first, one.last) for one in history if isinstance(one, Reserved))
    intents = _intents(history, blocks, len(orders.shots))
    settled = _settled(history, intents, opened)
    open_ids = tuple(one for one in intents.values() if one.shot_id not in settled)
    spent = {one.shot: one for one in settled.values() if one.outcome != "not_fired"}
    lost = (_left_out(settled, intents) | _told_left_out(history, intents)) - spent.keys()
    if digest != opened.plan_digest:
        # Planned anew without them: so it stays, even if the host died before it asked another.
        lost |= {k for k, one in enumerate(orders.shots) if not one.dose_nl} - spent.keys()
    counted = dict.fromkeys(lost, 0) | {
        shot: counted_nl(one.outcome, one.asked_nl, one.given_nl) for shot, one in spent.items()
    }
    short = [(k, nl) for k, nl in sorted(counted.items()) if nl != orders.shots[k].dose_nl]
    meetings = [one for one in history if isinstance(one, Connected)]
    ended = ending_of(history)
    if any(isinstance(one, Alarmed) and one.kind == JOURNAL_CUT for one in history):
        raise RecordError(
            "the end of this journal was cut off, or it is an old copy: the pistol knows shots of "
            "this session that it does not. Put the newest journal back in its place and resume; "
            "without it nothing more can be given in this session"
        )
    return Past(
        parts=len(meetings),
        pistol_uid=meetings[0].pistol_uid if meetings else None,
        left=tuple(shot for shot in range(len(orders.shots)) if shot not in counted),
        open=open_ids,
        settled=MappingProxyType(settled),
        blocks=blocks,
        told_id=max(settled, default=0),
        told_seq=max(map(_seq_told, history)),
        outcome=ended.outcome if ended is not None else "interrupted",
        at_us=max(one.at_us for one in history),
        short=tuple(short),
        redosed=digest != opened.plan_digest,
        session=int.from_bytes(sha256(opened.session_id.encode()).digest()[:4], "big"),
        resumed=bool(meetings),
        met=meetings[-1] if meetings else None,
    )


def plan_in_force(opened: Opened, history: Sequence[Entry]) -> str:
    """Return the digest of the plan that a session goes on with."""
    anew = [one.plan_digest for one in history if isinstance(one, Replanned)]
    return anew[-1] if anew else opened.plan_digest


def _left_out(settled: Mapping[int, Settled], intents: Mapping[int, Asked]) -> set[int]:
    """Return the shots that were refused as often as is tried, and that the session went past."""
    refused = Counter(one.shot for one in settled.values() if one.outcome == "not_fired")
    last = max((one.shot for one in intents.values()), default=0)
    open_ones = {one.shot for shot_id, one in intents.items() if shot_id not in settled}
    often = {shot for shot, tries in refused.items() if tries >= TRIES_MAX and shot < last}
    return often - open_ones


def _told_left_out(history: Sequence[Entry], intents: Mapping[int, Asked]) -> set[int]:
    """Return the shots of which a person was told that they were left out."""
    told: set[int] = set()
    last: Asked | None = None
    for entry in history:
        if isinstance(entry, Outcome):
            last = intents.get(entry.shot_id)
        elif isinstance(entry, Alarmed) and entry.kind == LEFT_OUT and last is not None:
            told.add(last.shot)
    return told


def _seq_told(entry: Entry) -> int:
    match entry:
        case Acknowledged() | Outcome() | Served():
            return entry.pistol_seq or 0
        case _:
            return 0


def _intents(
    history: Sequence[Entry], blocks: Iterable[tuple[int, int]], shots: int
) -> dict[int, Asked]:
    intents: dict[int, Asked] = {}
    for entry in history:
        if not isinstance(entry, Intent):
            continue
        if entry.shot >= shots:
            raise RecordError(f"the journal asks for shot {entry.shot}; the plan has {shots}")
        if entry.shot_id in intents:
            raise RecordError(f"the journal uses the shot id {entry.shot_id} twice")
        if not any(first <= entry.shot_id <= last for first, last in blocks):
            raise RecordError(f"the journal uses the shot id {entry.shot_id} without reserving it")
        intents[entry.shot_id] = Asked(entry.shot_id, entry.shot, entry.at_us)
    return intents


def _settled(
    history: Sequence[Entry], intents: Mapping[int, Asked], opened: Opened
) -> dict[int, Settled]:
    settled: dict[int, Settled] = {}
    doses_nl = _by_shot(opened, opened.doses_nl)
    for entry in history:
        if isinstance(entry, Replanned):
            doses_nl = _by_shot(opened, entry.doses_nl)
        if not isinstance(entry, Outcome):
            continue
        asked = intents.get(entry.shot_id)
        if asked is None:
            raise RecordError(f"the journal has an outcome of shot id {entry.shot_id}, never asked")
        told = Settled(asked.shot, entry.outcome, doses_nl[asked.shot], entry.dose_nl_given)
        known = settled.get(entry.shot_id, told)
        dosed = entry.outcome == "not_fired" and entry.dose_nl_given > 0
        # Told twice and differently, nobody knows: such a shot is never asked again.
        doubt = dosed or known.outcome != entry.outcome
        outcome: ShotOutcome = "indeterminate" if doubt else entry.outcome
        settled[entry.shot_id] = replace(known, outcome=outcome)
    return settled


def _by_shot(opened: Opened, doses_nl: Sequence[int]) -> list[int]:
    sums = [0] * opened.shots
    for shot, dose_nl in zip(opened.shot_of, doses_nl, strict=True):
        sums[shot] += dose_nl
    return sums
