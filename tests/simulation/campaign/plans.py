"""The plans that a campaign plays: made once, by shape and length."""

from __future__ import annotations

from functools import cache

from mesogun.planning import VerifiedPlan, travels_us, verify
from mesogun.planning import plan as planned
from mesogun.session import Orders, ShotOrder, orders_of
from tests.planning.test_same_everywhere import SAMPLES
from tests.simulation.paused import needle, paused_plan, refill, rest
from tests.simulation.tiny import tiny_plan

HEADS = "a line of five, finished by one"


@cache
def plan_of(shape: str, shots: int) -> VerifiedPlan:
    """Return a plan of about `shots` shots: plain, held, paused, or with heads of five and one."""
    if shape == "held":
        return tiny_plan(shots, trigger="held", interval_ms=150)
    if shape == "paused" and shots > 2:
        pauses = [needle(shots // 2)]
        if shots > 4:
            pauses = [rest(1, 200_000), needle(shots // 2), refill(shots - 1)]
        return paused_plan(shots, *pauses)
    if shape == "head" and shots > 2:
        return verify(planned(SAMPLES[HEADS]))
    return tiny_plan(shots)


_ORDERS: dict[str, Orders] = {}


def shots_of(plan: VerifiedPlan) -> tuple[ShotOrder, ...]:
    """Return the shots of a plan, worked out once."""
    orders = _ORDERS.get(plan.digest)
    if orders is None:
        orders = _ORDERS[plan.digest] = orders_of(plan)
    return orders.shots


@cache
def travels_of(shape: str, shots: int) -> tuple[int, ...]:
    """Return how long the hand takes from site to site in that plan."""
    return tuple(travels_us(plan_of(shape, shots).plan))
