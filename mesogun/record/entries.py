"""What a journal can say: one frozen dataclass for each kind of entry, and their canonical JSON.

The union `Entry` is closed. `encode` gives the same bytes for the same entry on every machine;
`decode` accepts those bytes and nothing else: an unknown kind or key, a wrong type, a number out of
range or a different spelling of the same JSON is refused. Times are us since the session began, by
the host's monotonic clock; `wall` and `started` are ISO 8601 UTC text that nothing decides on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, get_args, get_type_hints

from mesogun.errors import RecordError
from mesogun.record.record import ServedAs, SessionOutcome, Severity, Tool
from mesogun.record.record import ShotOutcome as ShotOutcome

INTEGER_MAX = 2**64 - 1
TAG = "entry"
"""The key that names the kind of an entry; no entry has a field of this name."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A session began with this plan. Always the first entry, and only the first."""

    at_us: int
    session_id: str
    started: str
    plan_digest: str
    prescription_sha256: str
    pricks: int
    shots: int
    doses_nl: tuple[int, ...]
    """Planned, one for each prick, in firing order; as are the next two."""
    depths_um: tuple[int, ...]
    shot_of: tuple[int, ...]
    """Index of the shot that gives the prick, from 0; pricks of one shot share it."""
    versions: tuple[tuple[str, str], ...]
    simulated: bool = False
    """Known from the start to be for a twin; else the pistol says so when it is met."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The host met the pistol; one for each start of the host in this session."""

    at_us: int
    part: int
    """1 at first, one more for each resume."""
    wall: str
    simulated: bool
    pistol_uid: str
    """16 hex digits."""
    firmware: str
    boot_id: int
    calibration_id: int
    limits_revision: int
    seed: int | None


@dataclass(frozen=True, slots=True)
class Reserved:
    """The shot ids from `first` to `last` belong to this session; written before one is used."""

    at_us: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Armed:
    """The pistol was armed after a person, or a flag that a person set, confirmed the echo."""

    at_us: int
    lease_ms: int
    confirmed_by: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A shot is about to be asked of the pistol: durable before its bytes leave."""

    at_us: int
    shot_id: int
    shot: int
    """Index of the planned shot, as in `Opened.shot_of`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a shot, as the pistol told it. May be told more than once."""

    at_us: int
    shot_id: int
    outcome: ShotOutcome
    reason: str
    dose_nl_given: int
    """As measured by the pistol, over all pricks of the shot."""
    depth_um_given: int
    fired_at_us: int | None
    """Start of the shot on the session's clock; None where it is not known."""
    pistol_seq: int | None
    """Number of the pistol's journal record; None when it was told by another message."""


@dataclass(frozen=True, slots=True)
class Served:
    """The pistol gave this into a vessel, for nobody; as its journal tells it."""

    at_us: int
    """When it was read here."""
    pistol_seq: int
    shot_id: int
    served_as: ServedAs
    outcome: ShotOutcome
    dose_nl_given: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The pistol may forget its records up to here: all are in this journal."""

    at_us: int
    pistol_seq: int


@dataclass(frozen=True, slots=True)
class Alarmed:
    """Something a person must see."""

    at_us: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """This part of the session is over. A resume may add further parts."""

    at_us: int
    outcome: SessionOutcome
    why: str
    wall: str


@dataclass(frozen=True, slots=True)
class Paused:
    """Before this shot a person has something to do: the arming that follows confirms it."""

    at_us: int
    shot: int
    kinds: tuple[str, ...]
    """Needle, refill, product, head: what is changed."""


@dataclass(frozen=True, slots=True)
class Replanned:
    """From here on another plan is in force: what is left has other doses."""

    at_us: int
    plan_digest: str
    parent: str
    """The digest of the plan that it continues."""
    doses_nl: tuple[int, ...]
    """One for each prick; of those that are done with, what they took."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A person saw a side effect after the session; it changes nothing of what was given."""

    at_us: int
    """The latest time of the session: its clock has stopped."""
    after_s: int
    """How long after the session's end it was seen."""
    seen: str
    """When, ISO 8601 with its offset from UTC."""
    effect: str
    """Its id in the catalogue."""
    severity: Severity
    zone: str
    """Empty: in no one zone."""
    text: str
    by: str
    wall: str
    """When this was written."""
    version: str
    """Of mesogun, which made the pages anew with this note."""


@dataclass(frozen=True, slots=True)
class Guided:
    """A person gives the pricks by hand and says what was given; one for each start of the guide.

    In such a session an `Intent` is a prick that was shown, an `Outcome` what the person said of
    it, and `Armed` (with no lease) that the person began, or did what a pause asks for.
    """

    at_us: int
    part: int
    wall: str
    by: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A person takes back what was said of a prick given by hand; what was said before stays."""

    at_us: int
    shot_id: int
    outcome: ShotOutcome
    dose_nl_given: int
    depth_um_given: int
    by: str


@dataclass(frozen=True, slots=True)
class Strokes:
    """The plan is of strokes, and has no prick: right after `Opened`, and only there.

    From here on the shots of `Intent` are strokes, counted from 0, and `Outcome` and `Corrected`
    give no dose: a person says of a stroke that it was given, or that it was not.
    """

    at_us: int
    tool: Tool
    depths_um: tuple[int, ...]
    """To which the needles are set, one for each stroke in their order."""


Entry = (
    Opened | Connected | Reserved | Armed | Intent | Outcome | Acknowledged | Alarmed | Ended
    | Paused | Replanned | Noted | Guided | Corrected
    | Strokes | Served
)  # fmt: skip

_Check = Callable[[object], bool]


def _is_integer(value: object) -> bool:
    return type(value) is int and 0 <= value <= INTEGER_MAX


def _is_text(value: object) -> bool:
    # A lone surrogate is no text: no UTF-8 file could show it.
    if type(value) is not str or value.isascii():
        return type(value) is str
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_integers(value: object) -> bool:
    return type(value) is tuple and all(map(_is_integer, value))


def _is_texts(value: object) -> bool:
    return type(value) is tuple and all(map(_is_text, value))


def _is_pairs(value: object) -> bool:
    return type(value) is tuple and all(
        type(pair) is tuple and len(pair) == 2 and all(map(_is_text, pair)) for pair in value
    )


def _one_of(words: tuple[str, ...]) -> _Check:
    return lambda value: type(value) is str and value in words


_CHECKS: dict[object, tuple[_Check, str]] = {
    int: (_is_integer, "a whole number from 0 to 2^64 - 1"),
    int | None: (lambda value: value is None or _is_integer(value), "a whole number or null"),
    str: (_is_text, "text"),
    bool: (lambda value: type(value) is bool, "true or false"),
    tuple[int, ...]: (_is_integers, "a list of whole numbers"),
    tuple[str, ...]: (_is_texts, "a list of text"),
    tuple[tuple[str, str], ...]: (_is_pairs, "a list of pairs of text"),
    ShotOutcome: (_one_of(get_args(ShotOutcome)), " | ".join(get_args(ShotOutcome))),
    SessionOutcome: (_one_of(get_args(SessionOutcome)), " | ".join(get_args(SessionOutcome))),
    ServedAs: (_one_of(get_args(ServedAs)), " | ".join(get_args(ServedAs))),
    Severity: (_one_of(get_args(Severity)), " | ".join(get_args(Severity))),
    Tool: (_one_of(get_args(Tool)), " | ".join(get_args(Tool))),
}


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: str
    make: Callable[..., Entry]
    checks: tuple[tuple[str, _Check, str], ...]
    values: Callable[[Entry], tuple[object, ...]]
    keys: frozenset[str]


def _shape(entry_type: type[Entry]) -> _Shape:
    hints = get_type_hints(entry_type)
    checks = tuple((one.name, *_CHECKS[hints[one.name]]) for one in fields(entry_type))
    kind = entry_type.__name__.lower()
    names = tuple(name for name, _, _ in checks)
    return _Shape(kind, entry_type, checks, attrgetter(*names), frozenset(names) | {TAG})


_SHAPES: dict[type[Entry], _Shape] = {one: _shape(one) for one in get_args(Entry)}
_BY_KIND: dict[str, _Shape] = {shape.kind: shape for shape in _SHAPES.values()}
_to_text = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
).encode


def canonical(value: dict[str, Any]) -> bytes:
    """Spell `value` as JSON in the one way that the journal accepts."""
    return _to_text(value).encode("ascii")


def encode(entry: Entry) -> bytes:
    """Spell an entry as its line's JSON body.

    Raises:
        RecordError: a field holds what no reader would accept; a bug here, nothing was written.
    """
    shape = _SHAPES[type(entry)]
    told: dict[str, Any] = {TAG: shape.kind}
    for (name, check, wanted), value in zip(shape.checks, shape.values(entry), strict=True):
        if not check(value):
            raise RecordError(f"entry {shape.kind}: {name} is {value!r:.80}, not {wanted}")
        told[name] = value
    return canonical(told)


def parse_object(body: bytes) -> dict[str, Any]:
    """Read a line's body as a JSON object.

    Raises:
        RecordError: it is none.
    """
    try:
        told = json.loads(body.decode("ascii"))
    except (ValueError, RecursionError) as cause:
        raise RecordError(f"not JSON: {cause}") from cause
    if not isinstance(told, dict):
        raise RecordError("not a JSON object")
    return told


def decode(body: bytes) -> Entry:
    """Read the body of a journal's line.

    Raises:
        RecordError: it is not exactly what `encode` writes; the text says what is wrong.
    """
    told = parse_object(body)
    kind = told.get(TAG)
    shape = _BY_KIND.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise RecordError(f"unknown kind of entry {kind!r:.80}: written by a newer program?")
    if told.keys() != shape.keys:
        unknown, missing = sorted(told.keys() - shape.keys), sorted(shape.keys - told.keys())
        raise RecordError(f"entry {kind}: unknown keys {unknown}, missing keys {missing}")
    values = {name: _frozen(told[name]) for name, _, _ in shape.checks}
    for name, check, wanted in shape.checks:
        if not check(values[name]):
            raise RecordError(f"entry {kind}: {name} is {values[name]!r:.80}, not {wanted}")
    entry = shape.make(**values)
    if encode(entry) != body:
        raise RecordError(f"entry {kind} is not in canonical spelling")
    return entry


def _frozen(value: object) -> object:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
