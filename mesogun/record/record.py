"""What happened, as a fold over the journal's entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PrickState = Literal["given", "not_given", "in_doubt"]
SessionOutcome = Literal["complete", "aborted", "fault", "interrupted"]
Severity = Literal["mild", "moderate", "severe"]
Tool = Literal["pen", "roller"]
"""What a hand moves over the skin in strokes."""
Device = Literal["pistol", "hand", "pen", "roller"]
CONFIRMED = "confirmed by operator, not measured"
"""What doses and depths of a session by hand rest on."""


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Who met whom, when. Times are ISO 8601 UTC from the clock that the runner was given."""

    id: str
    started: str
    ended: str | None
    simulated: bool
    pistol_uid: str
    """16 hex digits."""
    firmware: str
    """ "1.2.3" """
    calibration_id: int
    limits_revision: int
    seed: int | None
    """Of the twin, where it was told; None on metal."""
    versions: tuple[tuple[str, str], ...]
    """(package, version), mesogun first."""
    device: Device = "pistol"
    confirmed_by: str = ""
    """By hand: who said what was given. Nothing measured it."""

    @property
    def by_hand(self) -> bool:
        """Tell whether a person gave the pricks or strokes, and said so, instead of a pistol."""
        return self.device != "pistol"


@dataclass(frozen=True, slots=True)
class PrickRecord:
    """One planned prick and what became of it."""

    index: int
    """Row of the plan's PrickTable."""
    shot_id: int | None
    """The id under which it was last asked of the pistol; None: never asked."""
    state: PrickState
    dose_nl_planned: int
    """By the plan in force at the end: planned anew, a lost prick has 0."""
    dose_nl_given: int | None
    """As the pistol measured it; None unless given. May be less than planned if it was stopped.
    By hand: as planned, because a person said that it was given."""
    depth_um_planned: int
    depth_um_given: int | None
    at_us: int | None
    """Start of the shot since the session began, by the host's clock."""
    why: str
    """Why not given or in doubt, in words; empty when given as planned."""


@dataclass(frozen=True, slots=True)
class StrokeRecord:
    """One planned stroke of a pen or a roller, and what a person said of it."""

    index: int
    """Into the plan's strokes."""
    shot_id: int | None
    """The id under which it was last shown; None: never shown."""
    state: PrickState
    depth_um_planned: int
    """To which the needles are set. How deep they went nothing measured."""
    at_us: int | None
    """When a person said that it was given, by the host's clock; None unless given."""
    why: str
    """Why not given or in doubt, in words; empty when given."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must see."""

    at_us: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class PauseRecord:
    """A pause in which a person had something to do."""

    at_us: int
    shot: int
    """It came before this planned shot."""
    kinds: tuple[str, ...]
    confirmed_by: str
    """Empty: nobody confirmed it, and the session went no further."""
    confirmed_at_us: int | None


@dataclass(frozen=True, slots=True)
class Replan:
    """The doses of what was left were planned anew."""

    at_us: int
    plan_digest: str
    parent: str
    changes: tuple[tuple[int, int, int], ...]
    """(index of the prick, dose before, dose after), nL; a lost prick's dose after is 0."""


ShotOutcome = Literal["fired", "not_fired", "partial", "indeterminate"]
ServedAs = Literal["prime", "weighed"]
"""To fill a needle, or into a vessel on a balance."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What the pistol gave into a vessel since its journal was read before: nobody's dose."""

    pistol_seq: int
    """Number of the pistol's journal record."""
    served_as: ServedAs
    outcome: ShotOutcome
    dose_nl_given: int


@dataclass(frozen=True, slots=True)
class Note:
    """A side effect that was seen after the session."""

    seen: str
    """ISO 8601 with its offset from UTC."""
    after_s: int
    """How long after the session's end."""
    effect: str
    """Its id in the catalogue."""
    severity: Severity
    zone: str
    """Empty: in no one zone."""
    text: str
    by: str
    """Who says so; empty: not told."""
    wall: str
    """When it was written."""
    version: str
    """Of mesogun, which made the pages anew with this note."""


@dataclass(frozen=True, slots=True)
class Record:
    """The whole session. Made by `fold` alone."""

    session: SessionFacts
    outcome: SessionOutcome
    why: str
    plan_digest: str
    """Of the plan in force at the end."""
    prescription_sha256: str
    pricks: tuple[PrickRecord, ...]
    alarms: tuple[Alarm, ...]
    duration_us: int
    """From the first arm to the end, by the host's clock, over all parts of the session."""
    parts: int
    """How often the host was started for this session (1 + resumes)."""
    chain_entries: int
    chain_head: str
    """Hash of the journal's last entry, hex."""
    pauses: tuple[PauseRecord, ...] = ()
    replans: tuple[Replan, ...] = ()
    notes: tuple[Note, ...] = ()
    """As they were written; the journal lets none be changed or taken away."""
    served: tuple[Serving, ...] = ()
    """In the order of the pistol's journal; no prick, and in no total."""
    strokes: tuple[StrokeRecord, ...] = ()
    """Of a pen or a roller; then there are no pricks."""

    def count_strokes(self, state: PrickState) -> int:
        """Return how many strokes are in `state`."""
        return sum(1 for one in self.strokes if one.state == state)

    def count(self, state: PrickState) -> int:
        """Return how many pricks are in `state`."""
        return sum(1 for one in self.pricks if one.state == state)

    @property
    def dose_nl_given(self) -> int:
        """What the pistol measured, or a person confirmed, as given, in all; none in doubt."""
        return sum(one.dose_nl_given or 0 for one in self.pricks)
