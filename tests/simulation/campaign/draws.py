"""What one seed draws: how long a session is, which faults are on, how often and when.

Every kind of fault has a stream of its own, so that a new kind moves no other's draws. Each is off
in most sessions and may be heavy in the rest (swarm): faults that always come together hide those
that only come alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from simulator.chance import Stream

WEATHER = MappingProxyType(
    {"drop": 300, "corrupt": 200, "duplicate": 400, "reorder": 300, "late": 150, "delimiter": 150}
)
"""Per mille of the chunks, at most."""
WEATHER_ODDS = 0.3
DELAY_MS_MAX = 50
TIMED = (
    "operator_abort",
    "button",
    "zero_run",
    "line_break",
    "dtr",
    "power_cut",
    "host_crash",
    "swap",
    "journal_flood",
)
"""Faults at a time."""
TIMED_ODDS = 0.17
ABORT_ODDS = 0.35
"""That an abort wins is half of what a campaign is for."""
ON_DISK = ("crash_before_write", "crash_torn", "crash_unsynced", "crash_synced")
DISK_FAILS = ("disk_full", "disk_error", "sync_error")
DISK = ON_DISK + DISK_FAILS
"""Faults at one of the host's writes."""
DISK_ODDS = 0.12
AT_ASKS = ("stall", "write_error")
"""Faults at one of the host's requests."""
ASK_ODDS = 0.2
STUCK_ODDS = 0.15
VISIT_ODDS = 0.25
REPLAY_ODDS = 0.15
"""With a slow hand: a shot has to wait for what comes once more to do any harm."""
RESTOP_ODDS = 0.15
RESTOP_US_MAX = 40_000
"""A request takes about so long to reach the pistol."""
TORN_ODDS = 0.3
TORN_BYTES_PER_SHOT = 250
"""About what a pistol writes into its memory for one shot."""
LENGTHS = (1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 8, 10)
LONG = (14, 20, 28, 40)
LONG_ODDS = 0.02
SHAPES = ("plain",) * 20 + ("held",) * 11 + ("paused",) * 8 + ("head",)
"""With heads of five a plan has 35 shots, whatever was drawn: seldom."""
SHOT_US = 350_000
KEY_ODDS = 0.125
"""That both pistols have a key, and the host too: sealing takes time."""
STRANGER_ODDS = 0.5
"""That who visits such a pistol has none."""
FORGED = 6
"""So often, at most, somebody without the key puts frames on such a line."""
TROUBLES = ("needle_stands", "needle_stays_in", "plunger_stands")
"""Parts of the body that do not what they should, from a time on until somebody mends them."""
IN_BODY = (*TROUBLES, "syringe_short", "lift")
"""Faults of mechanics and fluid, and a hand that leaves the skin."""
BODY_ODDS = 0.06
CALIBRATED_ODDS = 0.1
SHOTS_CALIBRATED = (1, 2, 3, 5, 10_000)
"""For so many shots: too few for the session, or enough."""
LIFT_ODDS = 0.2
LIFTS = 4
BY_PEOPLE = (
    "port_stuck",
    "torn_write",
    "declined",
    "slow_person",
    "visit",
    "restop",
    "replay",
    "stranger",
    "forged",
    "calibrated",
)
KINDS = (*WEATHER, *TIMED, *IN_BODY, *DISK, *AT_ASKS, *BY_PEOPLE)


@dataclass(frozen=True, slots=True)
class Draws:
    """One seed's session, and all that goes wrong in it; what is not named is off."""

    seed: int
    shots: int
    shape: str
    weather: tuple[tuple[str, int], ...] = ()
    """(kind, per mille)."""
    delay_ms: int = 0
    timed: tuple[tuple[int, str], ...] = ()
    body: tuple[tuple[int, str], ...] = ()
    disk: tuple[tuple[int, str], ...] = ()
    """(which write of the host, kind)."""
    asks: tuple[tuple[int, str], ...] = ()
    """(which request of the host, kind)."""
    stuck: tuple[int, ...] = ()
    """Which shots asked stay in a buffer of the port, and leave it long after the port is gone."""
    torn: tuple[int, ...] = ()
    """After so many bytes more, the pistol's power fails in the middle of a write."""
    selftest_us: int = 0
    small_memory: bool = False
    aged: bool = False
    """Both pistols have been used before."""
    goes_on: bool = False
    """After an abort, the operator resumes the session."""
    declined: int = 0
    """Which confirmation is refused, 0: none."""
    slow: bool = False
    """The person takes a moment to confirm."""
    visit: bool = False
    """Once this host was killed, another gives a session of its own with the same pistol."""
    replay: int = 0
    """While this shot waits, the application stalls and the line repeats what it had: 0: never."""
    restop_us: int = 0
    """So long after the first ClearAbort left, the button is pressed once more, 0: never."""
    keyed: bool = False
    """Host and pistols have keys, and obey and believe only what is sealed."""
    stranger: bool = False
    """Who visits has no key."""
    forged: tuple[int, ...] = ()
    """When somebody without the key puts frames on the line."""
    calibrated: tuple[tuple[int, int], ...] = ()
    """(after which part, for how many shots) a technician calibrates; 0: before the first."""
    hand_us: int = 0
    """From one site to the next, 0: as the plan expects."""


def draw(seed: int) -> Draws:
    """Return what `seed` draws."""
    of = Stream(seed, "swarm")
    long = of.happens(LONG_ODDS)
    lengths = LONG if long else LENGTHS
    shots = lengths[of.below(len(lengths))]
    shape = SHAPES[of.below(len(SHAPES))]
    small_memory, aged, goes_on = of.happens(0.3), of.happens(0.3), of.happens(0.6)
    selftest_us = of.below(400_000) if of.happens(0.4) else 0
    declined = of.between(1, 3) if of.happens(0.04) else 0
    slow, delayed = of.happens(0.25), of.happens(0.3)
    delay_ms = of.below(DELAY_MS_MAX) if delayed else 0
    hand_us = of.between(300_000, 1_500_000) if of.happens(0.3) else 0
    span_us = 500_000 + shots * max(SHOT_US, hand_us)
    weather = tuple(
        (kind, of.between(1, cap)) for kind, cap in WEATHER.items() if of.happens(WEATHER_ODDS)
    )
    timed = []
    for kind in TIMED:
        own = Stream(seed, kind)
        if own.happens(ABORT_ODDS if kind == TIMED[0] else TIMED_ODDS):
            timed += [(own.below(span_us), kind) for _ in range(own.between(1, 2))]
    body = []
    for kind in IN_BODY:
        own = Stream(seed, kind)
        if own.happens(LIFT_ODDS if kind == "lift" else BODY_ODDS):
            times = own.between(1, LIFTS) if kind == "lift" else 1
            body += [(own.below(span_us), kind) for _ in range(times)]
    disk = _numbered(seed, DISK, DISK_ODDS, 6 + 4 * shots)
    asks = _numbered(seed, AT_ASKS, ASK_ODDS, 8 + 8 * shots)
    own = Stream(seed, "port_stuck")
    stuck = (own.between(1, shots),) if own.happens(STUCK_ODDS) else ()
    own = Stream(seed, "visit")
    visit = own.happens(VISIT_ODDS)
    own = Stream(seed, "replay")
    replay = 0
    if own.happens(REPLAY_ODDS):
        replay, hand_us = own.between(1, shots), own.between(500_000, 1_500_000)
    own = Stream(seed, "restop")
    restop_us = own.between(1, RESTOP_US_MAX) if own.happens(RESTOP_ODDS) else 0
    own = Stream(seed, "torn_write")
    torn = ()
    if own.happens(TORN_ODDS):
        most = 200 + TORN_BYTES_PER_SHOT * shots
        torn = tuple(own.between(1, most) for _ in range(own.between(1, 2)))
    own = Stream(seed, "keyed")
    keyed, stranger = own.happens(KEY_ODDS), own.happens(STRANGER_ODDS)
    forged = tuple(sorted(own.below(span_us) for _ in range(own.between(0, FORGED))))
    own = Stream(seed, "calibrated")
    calibrated = ()
    if own.happens(CALIBRATED_ODDS):
        part, kind = max(0, own.between(-2, 3)), own.below(len(SHOTS_CALIBRATED))
        calibrated = ((part, SHOTS_CALIBRATED[kind]),)
    return Draws(
        seed=seed,
        shots=shots,
        shape=shape,
        weather=weather,
        delay_ms=delay_ms,
        timed=tuple(sorted(timed)),
        body=tuple(sorted(body)),
        disk=disk,
        asks=asks,
        stuck=stuck,
        torn=torn,
        selftest_us=selftest_us,
        small_memory=small_memory,
        aged=aged,
        goes_on=goes_on,
        declined=declined,
        slow=slow,
        visit=visit,
        replay=replay,
        keyed=keyed,
        stranger=keyed and stranger,
        forged=forged if keyed else (),
        calibrated=calibrated,
        restop_us=restop_us,
        hand_us=hand_us,
    )


def _numbered(
    seed: int, kinds: tuple[str, ...], odds: float, most: int
) -> tuple[tuple[int, str], ...]:
    found = []
    for kind in kinds:
        own = Stream(seed, kind)
        if own.happens(odds):
            found += [(own.between(1, most), kind) for _ in range(own.between(1, 2))]
    return tuple(sorted(found))
