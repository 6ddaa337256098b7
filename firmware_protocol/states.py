"""The one table of the pistol's states: the twin, the C core, the tests and the documents read it.

What is not in the table is not allowed. Three rules shape it:
ABORTED is latched and leaves only when the abort is cleared, or with the power.
FAULT leaves only with the power.
SAFE is reached only past a finished self test: an abort before that is a FAULT.
"""

from collections.abc import Mapping
from enum import Enum, unique
from types import MappingProxyType
from typing import Final

from firmware_protocol.messages import PistolState


@unique
class PistolEvent(Enum):
    """What can happen to a pistol, from outside or inside."""

    BOOTED = "booted"  # memory read, line open
    SELFTEST_PASSED = "selftest_passed"
    SELFTEST_FAILED = "selftest_failed"
    ARM_REQUESTED = "arm_requested"  # and granted: the challenge is out
    CHALLENGE_EXPIRED = "challenge_expired"
    ARM_CONFIRMED = "arm_confirmed"  # with the right nonce: the token lives
    DISARMED = "disarmed"  # the token or challenge died: Disarm, a new Hello, the budget spent
    SHOT_BEGUN = "shot_begun"  # INTENT is written, the actuator moves
    SHOT_ENDED = "shot_ended"  # OUTCOME is written, the token still lives
    SHOT_ENDED_UNARMED = "shot_ended_unarmed"  # OUTCOME is written, the token died meanwhile
    ABORTED = "aborted"  # any abort trigger, lease loss included
    ABORT_CLEARED = "abort_cleared"  # the right abort id, and the journal has been read
    SELFTEST_BEGUN = "selftest_begun"  # asked for, in SAFE
    FAULTED = "faulted"
    POWER_LOST = "power_lost"


_S = PistolState
_E = PistolEvent

_ANY_TIME = {
    (state, event): after
    for state in PistolState
    for event, after in (
        (_E.FAULTED, _S.FAULT),
        (_E.POWER_LOST, _S.BOOT),
        # Where there is nothing to disarm, a Disarm or Hello changes nothing.
        (_E.DISARMED, state),
        (_E.ABORTED, _S.ABORTED),
    )
}

_STEPS = {
    (_S.BOOT, _E.BOOTED): _S.SELFTEST,
    (_S.SELFTEST, _E.SELFTEST_PASSED): _S.SAFE,
    (_S.SELFTEST, _E.SELFTEST_FAILED): _S.FAULT,
    (_S.SAFE, _E.ARM_REQUESTED): _S.CHALLENGED,
    (_S.SAFE, _E.SELFTEST_BEGUN): _S.SELFTEST,
    (_S.CHALLENGED, _E.CHALLENGE_EXPIRED): _S.SAFE,
    (_S.CHALLENGED, _E.DISARMED): _S.SAFE,
    (_S.CHALLENGED, _E.ARM_CONFIRMED): _S.ARMED,
    (_S.ARMED, _E.DISARMED): _S.SAFE,
    (_S.ARMED, _E.SHOT_BEGUN): _S.FIRING,
    # A shot under way is finished, then SHOT_ENDED_UNARMED: stopping halfway is for an abort.
    (_S.FIRING, _E.DISARMED): _S.FIRING,
    (_S.FIRING, _E.SHOT_ENDED): _S.ARMED,
    (_S.FIRING, _E.SHOT_ENDED_UNARMED): _S.SAFE,
    (_S.ABORTED, _E.ABORT_CLEARED): _S.SAFE,
    # Cleared, an abort ends in SAFE: so one before the self test has passed must not be ABORTED.
    (_S.BOOT, _E.ABORTED): _S.FAULT,
    (_S.SELFTEST, _E.ABORTED): _S.FAULT,
    (_S.FAULT, _E.ABORTED): _S.FAULT,
}

TRANSITIONS: Final[Mapping[tuple[PistolState, PistolEvent], PistolState]] = MappingProxyType(
    _ANY_TIME | _STEPS
)


def next_state(state: PistolState, event: PistolEvent) -> PistolState | None:
    """Return where `event` takes a pistol that is in `state`, or None: not allowed there."""
    return TRANSITIONS.get((state, event))
