"""Small verified plans with pauses, for whoever wants a person or the skin to have a moment."""

from __future__ import annotations

from dataclasses import replace

from mesogun.planning import Pause, VerifiedPlan, verify
from mesogun.planning.timing import replay
from tests.simulation.tiny import tiny_plan


def paused_plan(pricks: int, *pauses: Pause, filling_nl: int | None = None) -> VerifiedPlan:
    """The tiny plan with these pauses; `filling_nl` is what one syringe gives."""
    made = tiny_plan(pricks).plan
    asked = made.prescription
    limits = made.limits
    if filling_nl is not None:
        asked, limits = (
            replace(
                asked,
                limits=tuple(
                    replace(one, value=filling_nl) if one.name == "syringe_volume_nl_max" else one
                    for one in asked.limits
                ),
            ),
            tuple(
                replace(one, value=filling_nl) if one.name == "syringe_volume_nl_max" else one
                for one in limits
            ),
        )
    took = replay(asked, made.pricks, pauses).duration_us
    return verify(replace(made, prescription=asked, limits=limits, pauses=pauses, duration_us=took))


def needle(shot: int) -> Pause:
    return Pause(shot, "needle", 0, "put on a new needle")


def refill(shot: int) -> Pause:
    return Pause(shot, "refill", 0, "refill with saline; this filling gives 40 uL")


def rest(shot: int, wait_us: int) -> Pause:
    return Pause(shot, "rest", wait_us, "rest the skin")
