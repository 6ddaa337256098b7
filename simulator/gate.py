"""The gate: the one place that may release a shot.

Whatever was checked before, everything is checked here again, on the decoded values, at the last
moment before the actuator. What is not positively allowed is refused; nothing is ever clamped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from firmware_protocol.crit import crit
from firmware_protocol.messages import (
    LimitId,
    Limits,
    PistolState,
    Refusal,
    Shot,
    Trigger,
)
from firmware_protocol.units import Micrometres
from simulator.limits import missing
from simulator.mechanics import Actuator, Motion

SLOTS_PER_SHOT = 2  # INTENT and OUTCOME


class Refused(NamedTuple):
    """Why a shot is not allowed, and for a limit which one and its bound."""

    reason: Refusal
    limit: LimitId = LimitId.NONE
    bound: int = 0


class Held(NamedTuple):
    """What the pistol holds and senses at this very moment."""

    now_us: int
    state: PistolState
    token: int  # 0: not armed
    lease_until_us: int
    limits: Limits | None  # of the arming
    shots_left: int
    budget_nl_left: int
    syringe_nl: int  # in the syringe, less what other accepted shots may take
    dose_nl_worst: int  # the most that this shot may take
    journal_free: int  # records
    contact: bool
    at_rest: bool  # nothing moves, the needle is where it begins
    is_service: bool  # armed to give into a vessel
    from_us: int  # no shot begins earlier: pace and trigger
    deadline_us: int  # nor later


Check = Callable[[Shot, Held], Refused | None]


def _token(shot: Shot, held: Held) -> Refused | None:
    return None if shot.arm_token == held.token != 0 else Refused(Refusal.TOKEN)


def _lease(_: Shot, held: Held) -> Refused | None:
    return None if held.now_us < held.lease_until_us else Refused(Refusal.LEASE)


def _armed_or_firing(_: Shot, held: Held) -> Refused | None:
    allowed = held.state in (PistolState.ARMED, PistolState.FIRING)
    return None if allowed else Refused(Refusal.STATE)


def _armed(_: Shot, held: Held) -> Refused | None:
    return None if held.state is PistolState.ARMED else Refused(Refusal.STATE)


def _trigger(shot: Shot, held: Held) -> Refused | None:
    # AUTO is for service alone, and service for AUTO: nobody is given a shot without a hand
    released = (Trigger.AUTO,) if held.is_service else (Trigger.PRESS, Trigger.HELD)
    return None if shot.trigger in released else Refused(Refusal.STATE)


def _limits(shot: Shot, held: Held) -> Refused | None:
    limits = held.limits
    if limits is None:
        return Refused(Refusal.STATE)
    # in service the depth's limit is 0, and that is no limit left out
    complete = limits._replace(depth_um_max=Micrometres(1)) if held.is_service else limits
    if (unset := missing(complete)) is not None:
        return Refused(Refusal.LIMIT, unset, 0)
    paced = shot.trigger is not Trigger.HELD or shot.interval_ms >= limits.interval_ms_min
    kept = (
        (LimitId.DOSE_NL_MIN, limits.dose_nl_min, shot.dose_nl >= limits.dose_nl_min),
        (LimitId.DOSE_NL_MAX, limits.dose_nl_max, 0 < shot.dose_nl <= limits.dose_nl_max),
        (LimitId.DEPTH_UM_MAX, limits.depth_um_max, 0 <= shot.depth_um <= limits.depth_um_max),
        (
            LimitId.RATE_NL_PER_S_MAX,
            limits.rate_nl_per_s_max,
            0 < shot.rate_nl_per_s <= limits.rate_nl_per_s_max,
        ),
        (LimitId.DWELL_MS_MAX, limits.dwell_ms_max, 0 <= shot.dwell_ms <= limits.dwell_ms_max),
        (LimitId.TTL_MS_MAX, limits.ttl_ms_max, 0 < shot.ttl_ms <= limits.ttl_ms_max),
        (LimitId.INTERVAL_MS_MIN, limits.interval_ms_min, paced),
    )
    for limit, bound, is_kept in kept:
        if not is_kept:
            return Refused(Refusal.LIMIT, limit, bound)
    return None


def _budget(shot: Shot, held: Held) -> Refused | None:
    allowed = held.shots_left >= 1 and shot.dose_nl <= held.budget_nl_left
    return None if allowed else Refused(Refusal.BUDGET)


def _syringe(_: Shot, held: Held) -> Refused | None:
    # an empty syringe is noticed before a shot, never in the middle of one
    return None if held.dose_nl_worst <= held.syringe_nl else Refused(Refusal.EMPTY)


def _journal(_: Shot, held: Held) -> Refused | None:
    return None if held.journal_free >= SLOTS_PER_SHOT else Refused(Refusal.JOURNAL_FULL)


def _outcome_fits(_: Shot, held: Held) -> Refused | None:
    return None if held.journal_free >= 1 else Refused(Refusal.JOURNAL_FULL)


def _pace(_: Shot, held: Held) -> Refused | None:
    return None if held.now_us >= held.from_us else Refused(Refusal.PACE)


def _ttl(_: Shot, held: Held) -> Refused | None:
    return None if held.now_us < held.deadline_us else Refused(Refusal.EXPIRED)


def _contact(_: Shot, held: Held) -> Refused | None:
    # service gives nobody anything: there, skin is what forbids it
    return None if held.contact is not held.is_service else Refused(Refusal.STATE)


def _at_rest(_: Shot, held: Held) -> Refused | None:
    return None if held.at_rest else Refused(Refusal.STATE)


def _crit(shot: Shot, _: Held) -> Refused | None:
    own = crit(shot.shot_id, shot.dose_nl, shot.depth_um, shot.rate_nl_per_s)
    return None if shot.crit == own else Refused(Refusal.CRIT)


_ALWAYS: tuple[Check, ...] = (_token, _lease, _trigger, _limits, _budget, _syringe, _ttl, _crit)
ADMISSION: tuple[Check, ...] = (*_ALWAYS, _armed_or_firing, _journal)
RELEASE: tuple[Check, ...] = (*_ALWAYS, _armed, _outcome_fits, _pace, _contact, _at_rest)


def refusal(shot: Shot, held: Held, checks: tuple[Check, ...]) -> Refused | None:
    """Return the first reason why `shot` is not allowed, or None: every check allows it."""
    for check in checks:
        if (refused := check(shot, held)) is not None:
            return refused
    return None


def release(shot: Shot, held: Held, actuator: Actuator) -> Motion | Refused:
    """Let `shot` go if everything allows it now: nothing else in this house may move the needle."""
    refused = refusal(shot, held, RELEASE)
    if refused is not None:
        return refused
    return actuator.fire(shot, held.now_us)
