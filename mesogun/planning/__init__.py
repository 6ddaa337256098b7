"""Planning: a prescription becomes pricks, and an independent check says whether they may be given.

`plan(prescription)` decides everything and gives a `Plan`; `verify(plan)` shares no code with it
and gives the `VerifiedPlan` without which nothing is run. Pure: no clock, no file, no chance.
"""

from mesogun.planning.infeasible import Change, Infeasible
from mesogun.planning.limits import (
    COMPONENT,
    OPTIONAL_LIMITS,
    SESSION_LIMITS,
    ZONE_LIMITS,
    effective,
)
from mesogun.planning.place.region import COORDINATE_UM_MAX, check_region, check_ring
from mesogun.planning.plan import (
    PLAN_FORMAT,
    PLANNER_VERSION,
    Needled,
    Pause,
    Plan,
    PlannedZone,
    Settled,
    Stroke,
    VerifiedPlan,
    needles_used,
)
from mesogun.planning.planner import plan
from mesogun.planning.prescription import (
    HAND,
    HOLE,
    Autologous,
    Component,
    Earlier,
    Finding,
    Head,
    Limit,
    Motion,
    Needling,
    Pattern,
    Point,
    Point3,
    Prescription,
    Product,
    Raster,
    Rest,
    Ring,
    Skin,
    Surface,
    TriggerMode,
    Zone,
)
from mesogun.planning.pricks import LAYERS, Column, PrickTable, column
from mesogun.planning.timing import travels_us
from mesogun.planning.verify.check import verify
from mesogun.planning.writing import to_json

__all__ = [
    "COMPONENT",
    "COORDINATE_UM_MAX",
    "HAND",
    "HOLE",
    "LAYERS",
    "OPTIONAL_LIMITS",
    "PLANNER_VERSION",
    "PLAN_FORMAT",
    "SESSION_LIMITS",
    "ZONE_LIMITS",
    "Autologous",
    "Change",
    "Column",
    "Component",
    "Earlier",
    "Finding",
    "Head",
    "Infeasible",
    "Limit",
    "Motion",
    "Needled",
    "Needling",
    "Pattern",
    "Pause",
    "Plan",
    "PlannedZone",
    "Point",
    "Point3",
    "Prescription",
    "PrickTable",
    "Product",
    "Raster",
    "Rest",
    "Ring",
    "Settled",
    "Skin",
    "Stroke",
    "Surface",
    "TriggerMode",
    "VerifiedPlan",
    "Zone",
    "check_region",
    "check_ring",
    "column",
    "effective",
    "needles_used",
    "plan",
    "to_json",
    "travels_us",
    "verify",
]
