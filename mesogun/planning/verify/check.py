"""The independent check: every limit recomputed from the prescription, every prick measured.

It shares no code with the planner (types, errors, numpy and the standard library only), so that one
mistake does not hide another. It names every violation, not the first.
"""

from __future__ import annotations

from mesogun.errors import LimitsExceeded
from mesogun.planning.plan import Plan, VerifiedPlan, sealed
from mesogun.planning.verify.apart import check_earlier, check_spacing
from mesogun.planning.verify.columns import check_columns, rows_of_plan
from mesogun.planning.verify.depths import check_depths
from mesogun.planning.verify.doses import check_doses
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.fullness import check_discs
from mesogun.planning.verify.limits import check_limits, tightest
from mesogun.planning.verify.pauses import check_pauses
from mesogun.planning.verify.places import check_places
from mesogun.planning.verify.replay import check_time
from mesogun.planning.verify.sane import check_prescription, check_settled
from mesogun.planning.verify.shots import check_shots
from mesogun.planning.verify.zones import check_zones


def verify(plan: Plan) -> VerifiedPlan:
    """Return `plan` as one that may be run, after every limit has been checked on every prick.

    Raises:
        LimitsExceeded: with every violation as data. Nothing may be fired from this plan.
    """
    found = Findings()
    check_columns(plan, found)
    check_prescription(plan.prescription, found)
    check_settled(plan, found)
    _stop_if_any(found)  # the checks below trust shapes and ranges
    bounds = tightest(plan.prescription, found)
    if bounds is None:
        raise LimitsExceeded(tuple(found.all))
    check_limits(plan, bounds, found)
    if plan.prescription.needling is not None:
        # loaded here: most plans are of pricks
        from mesogun.planning.verify.strokes import check_strokes

        check_strokes(plan, plan.prescription.needling, bounds, found)
        _stop_if_any(found)
        return sealed(plan, plan.digest())
    rows = rows_of_plan(plan)
    check_zones(plan, bounds, rows, found)
    check_shots(plan, bounds, rows, found)
    check_pauses(plan, bounds, rows, found)
    check_doses(plan, bounds, rows, found)
    check_depths(plan, bounds, rows, found)
    if plan.prescription.surface is None:
        check_places(plan, bounds, rows, found)
    else:
        # loaded here: most plans are flat
        from mesogun.planning.verify.surface import check_surface

        check_surface(plan, bounds, rows, found)
    spaced = check_spacing(plan, bounds, rows, found)
    check_earlier(plan, rows, found)
    check_discs(plan, bounds, rows, spaced, found)
    check_time(plan, rows, found)
    _stop_if_any(found)
    return sealed(plan, plan.digest())


def _stop_if_any(found: Findings) -> None:
    if found.all:
        raise LimitsExceeded(tuple(found.all))


__all__ = ["verify"]
