"""Planning: a prescription becomes pricks, and an independent check says whether they may be given.

`plan(prescription)` decides everything and gives a `Plan`; `verify(plan)` shares no code with it
and gives the `VerifiedPlan` without which nothing is run. Pure: no clock, no file, no chance.
"""

from mesogun.planning.infeasible import Change, Infeasible
from mesogun.planning.limits import SESSION_LIMITS, ZONE_LIMITS, effective
from mesogun.planning.place.region import COORDINATE_UM_MAX, check_region, check_ring
from mesogun.planning.plan import PLAN_FORMAT, PLANNER_VERSION, Plan, PlannedZone, VerifiedPlan
from mesogun.planning.planner import plan
from mesogun.planning.prescription import (
    Component,
    Limit,
    Motion,
    Point,
    Prescription,
    Product,
    Ring,
    TriggerMode,
    Zone,
)
from mesogun.planning.pricks import Column, PrickTable, column
from mesogun.planning.timing import travels_us
from mesogun.planning.verify.check import verify
from mesogun.planning.writing import to_json

__all__ = [
    "COORDINATE_UM_MAX",
    "PLANNER_VERSION",
    "PLAN_FORMAT",
    "SESSION_LIMITS",
    "ZONE_LIMITS",
    "Change",
    "Column",
    "Component",
    "Infeasible",
    "Limit",
    "Motion",
    "Plan",
    "PlannedZone",
    "Point",
    "Prescription",
    "PrickTable",
    "Product",
    "Ring",
    "TriggerMode",
    "VerifiedPlan",
    "Zone",
    "check_region",
    "check_ring",
    "column",
    "effective",
    "plan",
    "to_json",
    "travels_us",
    "verify",
]
