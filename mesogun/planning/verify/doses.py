"""Doses: each within its bounds, shots in whole steps, products and components exact in sum.

Part of the independent check. How evenly doses are spread within their bounds, or how close they
come to their weights, is the planner's quality and is not judged here.
"""

from __future__ import annotations

from math import lcm

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers, rows_of
from mesogun.planning.verify.limits import OF_A_COMPONENT, Bounds

PG_PER_UG = 1_000_000


def check_doses(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    """Measure every dose against its bounds, and the sums against what was prescribed."""
    _check_steps(plan, rows, found)
    _check_each(plan, bounds, rows, found)
    if plan.settled is not None:
        _check_settled(plan, rows, found)
    given, still = _given(plan, rows, rows.dose), _given(plan, rows, rows.dose * ~rows.settled)
    _check_products(plan, bounds, given, still, found)
    _check_components(plan, bounds, given, still, found)


def step_nl(plan: Plan) -> int:
    """Return the step that a zone's sum can be met within: that of the coarsest shot."""
    steps = [one.value for one in plan.prescription.limits if one.name == "dose_quantum_nl_min"]
    needles = [len(one.needles) for one in plan.prescription.heads]
    return lcm(*steps, *needles) if plan.pricks.head is not None else lcm(*steps)


def _check_steps(plan: Plan, rows: Rows, found: Findings) -> None:
    """A shot takes whole steps of the pistol, its needles together."""
    shots = rows.dose
    if len(rows.first) < len(rows.x):
        shots = np.add.reduceat(rows.dose, rows.first)
    for step in plan.prescription.limits:
        if step.name != "dose_quantum_nl_min":
            continue
        odd = (shots % step.value != 0) & ~rows.settled[rows.first]
        if odd.any():
            value = int(shots[np.flatnonzero(odd)[0]])
            found.limit(step, value, None, rows_of(odd[rows.shot]), note="no multiple of it")


def _check_each(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    for k, one in enumerate(plan.prescription.zones):
        mine = rows.zone == k
        most, least = bounds["dose_nl_max", k], bounds["dose_nl_min", k]
        over = mine & (rows.dose > most.value) & ~rows.settled
        if over.any():
            found.limit(most, int(rows.dose[over].max()), one.name, rows_of(over))
        under = mine & (rows.dose < least.value) & ~rows.settled
        if under.any():
            found.limit(least, int(rows.dose[under].min()), one.name, rows_of(under))


def _check_settled(plan: Plan, rows: Rows, found: Findings) -> None:
    """What is done with stands in the table as it was given."""
    settled = plan.settled
    assert settled is not None
    given = np.array(settled.given_nl, dtype=object)
    which = np.array(settled.rows, dtype=np.int64)
    other = rows.dose[which] != given
    if other.any():
        one = int(np.flatnonzero(other)[0])
        found.rule(
            "given_nl",
            int(rows.dose[which[one]]),
            int(given[one]),
            "nl",
            pricks=tuple(which[other][:ROWS_TOLD_MAX].tolist()),
            note="a settled prick has another dose than it was given",
            origin="record",
        )


def _given(plan: Plan, rows: Rows, dose_nl: Integers) -> list[int]:
    """Return how much of each product pricks of these doses give, in nL."""
    given = [0] * len(plan.prescription.products)
    for k, zone in enumerate(plan.prescription.zones):
        given[zone.product] += int(dose_nl[rows.zone == k].sum())
    return given


def _check_products(
    plan: Plan, bounds: Bounds, given: list[int], still: list[int], found: Findings
) -> None:
    """All of each product and no more; of a plan that continues another, no more.

    What is beyond a bound already is a fact; but then nothing is still to be given.
    """
    asked = plan.prescription
    for product, total, more in zip(asked.products, given, still, strict=True):
        volume = int(product.volume_nl)
        if (total > volume and more) or (total != volume and plan.settled is None):
            note = f"the doses do not add up to the volume prescribed of {product.name!r}"
            found.rule("volume_nl", total, volume, "nl", origin="prescription", note=note)
    bound = bounds["volume_nl_max", None]
    whole = sum(int(one.volume_nl) for one in asked.products)
    # without a prick still to be given, what was prescribed is all that is judged
    most = max(whole, sum(given)) if any(still) else whole
    if most > bound.value:
        found.limit(bound, most, None)


def _check_components(
    plan: Plan, bounds: Bounds, given: list[int], still: list[int], found: Findings
) -> None:
    """Add up each component over all products, in pg, and compare with its bound in ug."""
    for (name, _), bound in bounds.items():
        if not name.startswith(OF_A_COMPONENT):
            continue
        component = name.removeprefix(OF_A_COMPONENT)
        taken_pg, still_pg = (
            sum(
                total * one.concentration_pg_per_nl
                for product, total in zip(plan.prescription.products, totals, strict=True)
                for one in product.components
                if one.name == component
            )
            for totals in (given, still)
        )
        if taken_pg > bound.value * PG_PER_UG and still_pg:
            found.limit(bound, -(-taken_pg // PG_PER_UG), None, note="rounded up to whole ug")
