"""How much a shot counts as having given: for limits, and for planning anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesogun.planning import Plan
from mesogun.record import ShotOutcome
from mesogun.session.orders import rows_by_shot

DOSE_TOLERANCE_PERCENT = 10
"""A shot measured further than this from its dose is alarmed. A proposal, unverified (SR-20)."""
TRIES_MAX = 3
"""How often a prick is asked for in one part before it is left out with an alarm."""


def is_off(asked_nl: int, given_nl: int) -> bool:
    """Tell whether a measured dose is further from the one asked than pistols may be."""
    return abs(given_nl - asked_nl) * 100 > asked_nl * DOSE_TOLERANCE_PERCENT


def counted_nl(outcome: ShotOutcome, asked_nl: int, given_nl: int) -> int:
    """Return what a shot that is done with counts as having given.

    In doubt it counts whole; within the pistol's tolerance it counts as asked, so that the noise of
    measuring changes no plan; else what was measured counts.
    """
    if outcome == "partial" or (outcome == "fired" and is_off(asked_nl, given_nl)):
        return given_nl
    return asked_nl


def by_row(plan: Plan, given_nl: Mapping[int, int]) -> dict[int, int]:
    """Share what shots gave among their pricks, as planned; each sum stays exact."""
    rows, doses_nl = rows_by_shot(plan), plan.pricks.dose_nl.tolist()
    by_prick: dict[int, int] = {}
    for shot in sorted(given_nl):
        shares = shared(given_nl[shot], [doses_nl[row] for row in rows[shot]])
        by_prick.update(zip(rows[shot], shares, strict=True))
    return by_prick


def shared(whole_nl: int, doses_nl: Sequence[int]) -> list[int]:
    """Share what one shot gave among its pricks, by the doses that they were to have."""
    planned_nl, so_far_nl, told_nl, shares = sum(doses_nl), 0, 0, []
    for dose_nl in doses_nl:
        so_far_nl += dose_nl
        # Rounding the running total, not each share, lets the shares add up to the whole.
        until_nl = whole_nl * so_far_nl // planned_nl if planned_nl else 0
        shares.append(until_nl - told_nl)
        told_nl = until_nl
    return shares
