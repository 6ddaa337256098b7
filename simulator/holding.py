"""What the pistol holds and senses at this very moment, as the gate looks at it."""

from __future__ import annotations

from firmware_protocol.messages import PistolState, Shot
from simulator.arming import Arm
from simulator.gate import Held
from simulator.mechanics import Actuator


def held_now(
    shot: Shot,
    *,
    arm: Arm | None,
    state: PistolState,
    actuator: Actuator,
    journal_free: int,
    now_us: int,
) -> Held:
    """Return what is held now. Contact is what a reading says, so none is assumed."""
    return Held(
        now_us=now_us,
        state=state,
        token=0 if arm is None else arm.token,
        lease_until_us=0 if arm is None else arm.lease_until_us,
        limits=None if arm is None else arm.limits,
        shots_left=0 if arm is None else arm.shots_left,
        budget_nl_left=0 if arm is None else arm.budget_nl_left,
        syringe_nl=actuator.syringe_nl,
        dose_nl_worst=actuator.dose_nl_worst(shot.dose_nl),
        journal_free=journal_free,
        contact=False,
        at_rest=actuator.motion is None and not actuator.needle_stuck,
        is_service=arm is not None and arm.is_service,
        from_us=now_us,
        deadline_us=now_us + shot.ttl_ms * 1_000,
    )
