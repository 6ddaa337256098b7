"""Which limits hold, worked out again from the prescription. Part of the independent check."""

from __future__ import annotations

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Limit, Prescription
from mesogun.planning.verify.findings import Findings

Bounds = dict[tuple[str, int | None], Limit]

OF_A_ZONE = frozenset(
    {
        "dose_nl_max",
        "dose_nl_min",
        "depth_um_max",
        "spacing_um_min",
        "spacing_um_max",
        "margin_um_min",
        "area_dose_nl_per_cm2_max",
    }
)
OF_THE_SESSION = frozenset(
    {
        "volume_nl_max",
        "dose_quantum_nl_min",
        "needle_depth_um_max",
        "syringe_volume_nl_max",
        "pricks_max",
    }
)
OF_A_NEEDLED_ZONE = frozenset(
    {
        "depth_um_max",
        "margin_um_min",
        "area_dose_nl_per_cm2_max",
        "passes_max",
        "hand_um_per_s_min",
        "hand_um_per_s_max",
    }
)
OF_A_NEEDLED_SESSION = frozenset({"volume_nl_max", "needle_depth_um_max"})
MAY_BE_MISSING = frozenset({"needle_pricks_max"})
OF_A_COMPONENT = "component_ug_max:"


def tightest(prescription: Prescription, found: Findings) -> Bounds | None:
    """Return the bound of every name and zone, or None (and say so) if one is missing."""
    bounds: Bounds = {}
    of_the_session, of_a_zone = OF_THE_SESSION, OF_A_ZONE
    if prescription.needling is not None:
        of_the_session, of_a_zone = OF_A_NEEDLED_SESSION, OF_A_NEEDLED_ZONE
    for one in prescription.limits:
        optional = one.name in MAY_BE_MISSING or one.name.startswith(OF_A_COMPONENT)
        if one.zone is not None and not 0 <= one.zone < len(prescription.zones):
            note = f"limit {one.name!r} is for a zone that is not there"
            found.rule("limits", one.zone, 0, "zone", note=note, origin=one.origin)
            continue
        if one.name in of_the_session or optional:
            keys: list[int | None] = [None]
        elif one.name in of_a_zone and one.zone is not None:
            keys = [one.zone]
        elif one.name in of_a_zone:
            keys = list(range(len(prescription.zones)))
        else:
            found.rule(
                "limits", 0, 1, "", note=f"limit {one.name!r} is not known", origin=one.origin
            )
            continue
        for key in keys:
            held = bounds.get((one.name, key))
            if held is None or _is_tighter(one, held):
                bounds[one.name, key] = one
    wanted: list[tuple[str, int | None]] = [(name, None) for name in sorted(of_the_session)]
    wanted += [(name, k) for k in range(len(prescription.zones)) for name in sorted(of_a_zone)]
    for name, zone in wanted:
        if (name, zone) not in bounds:
            where = None if zone is None else prescription.zones[zone].name
            found.rule("limits", 0, 1, "", zone=where, note=f"no limit {name!r} is set")
    return None if found.all else bounds


def _is_tighter(one: Limit, other: Limit) -> bool:
    return one.value < other.value if one.name.endswith("_max") else one.value > other.value


def check_limits(plan: Plan, bounds: Bounds, found: Findings) -> None:
    """Make sure that the plan states exactly the limits that hold."""
    stated: Bounds = {}
    for one in plan.limits:
        if (one.name, one.zone) in stated:
            found.rule("limits", one.value, 1, one.unit, note=f"{one.name!r} is stated twice")
        stated[one.name, one.zone] = one
    for key in sorted(bounds.keys() | stated.keys(), key=str):
        name, zone = key
        where = None if zone is None else _zone_name(plan, zone)
        if key not in stated:
            found.limit(bounds[key], 0, where, note="the plan does not state it")
        elif key not in bounds:
            found.rule(
                "limits",
                stated[key].value,
                0,
                stated[key].unit,
                zone=where,
                note=f"the plan states {name!r}, which the prescription does not set",
            )
        elif (stated[key].value, stated[key].unit) != (bounds[key].value, bounds[key].unit):
            found.limit(bounds[key], stated[key].value, where, note="the plan states another value")
        elif stated[key].origin != bounds[key].origin or stated[key].source != bounds[key].source:
            found.limit(
                bounds[key],
                stated[key].value,
                where,
                note=f"the plan names another origin, {stated[key].origin!r}",
            )


def _zone_name(plan: Plan, zone: int) -> str:
    zones = plan.prescription.zones
    return zones[zone].name if 0 <= zone < len(zones) else f"number {zone}"
