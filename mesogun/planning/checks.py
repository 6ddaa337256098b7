"""What no planner could plan: refused before anything is worked out."""

from __future__ import annotations

from mesogun.errors import PlanError
from mesogun.planning.depth import check_rasters
from mesogun.planning.place.region import check_region
from mesogun.planning.prescription import HAND, SINGLE, Prescription, Zone

PAUSE_MS_MAX = 3_600_000


def refuse_unplannable(prescription: Prescription) -> None:
    """Make sure that zones, heads, motion and products are there and can be meant.

    Raises:
        PlanError: they are not; the text says which and why.
    """
    if not prescription.zones:
        raise PlanError("there is no zone to treat")
    if prescription.head not in (SINGLE, HAND) and not prescription.heads:
        raise PlanError(f"head {prescription.head!r}: nothing tells where its needles are")
    motion = prescription.motion
    speeds = motion.needle_um_per_s, motion.travel_um_per_s
    if min(speeds) <= 0 or min(motion.settle_us, motion.needle_settle_us) < 0:
        raise PlanError("the motion of pistol and hand needs speeds above 0")
    if min(prescription.position_um, prescription.bevel_um) < 0:
        raise PlanError("how far a prick may miss, and the needle's opening, cannot be below 0")
    names = [zone.name for zone in prescription.zones]
    for zone in prescription.zones:
        if names.count(zone.name) > 1:
            raise PlanError(f"two zones are named {zone.name!r}; give each its own name")
        _refuse_zone(zone)
    _refuse_products(prescription)
    check_rasters(prescription.zones)
    _check_ground(prescription)


def _refuse_zone(zone: Zone) -> None:
    pauses = int(zone.dwell_ms), int(zone.interval_ms)
    if int(zone.rate_nl_per_s) <= 0 or min(pauses) < 0 or max(pauses) > PAUSE_MS_MAX:
        raise PlanError(f"zone {zone.name!r}: rate, dwell or interval is out of range")
    if int(zone.dose_nl_usual) <= 0:
        raise PlanError(
            f"zone {zone.name!r}: a dose of {zone.dose_nl_usual} nL a prick cannot be planned"
        )
    if int(zone.margin_um) < 0:
        raise PlanError(f"zone {zone.name!r}: a margin of {zone.margin_um} um is below 0")
    rest = zone.rest
    if rest is None:
        return
    if min(rest.radius_um, rest.shots, rest.ms) < 0 or rest.ms > PAUSE_MS_MAX:
        raise PlanError(f"zone {zone.name!r}: the rest between neighbours is out of range")


def _refuse_products(prescription: Prescription) -> None:
    """Each product has one pass: its zones come together, in the order of the products."""
    at = 0
    for zone in prescription.zones:
        if not 0 <= zone.product < len(prescription.products):
            raise PlanError(f"zone {zone.name!r} names product {zone.product}: no such product")
        if zone.product < at:
            name = prescription.products[zone.product].name
            raise PlanError(
                f"zone {zone.name!r} is given {name!r} after another product; put the zones of one "
                "product together, in the order of the products"
            )
        at = zone.product
    for index, product in enumerate(prescription.products):
        if all(zone.product != index for zone in prescription.zones):
            raise PlanError(f"no zone is given {product.name!r}; leave it out or name its zones")


def _check_ground(prescription: Prescription) -> None:
    """Zones lie in a plane, each with an outline, or on the surface, each with faces."""
    surface = prescription.surface
    if surface is not None:
        from mesogun.planning.surface.mesh import check_surface

        check_surface(surface, prescription.zones)
    for zone in prescription.zones:
        if surface is None:
            if zone.faces:
                raise PlanError(f"zone {zone.name!r} names faces, and there is no surface")
            check_region(zone.outline_um, zone.exclusions_um, f"zone {zone.name!r}")
        elif zone.outline_um or zone.exclusions_um:
            raise PlanError(
                f"zone {zone.name!r} has an outline in a plane; on a surface it is made of faces"
            )
