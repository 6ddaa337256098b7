"""From a prescription to a plan: pure, and the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firmware_protocol.units import Micrometres
from mesogun.errors import PlanError
from mesogun.planning.asked import Order, orders_of, refuse_session
from mesogun.planning.checks import refuse_unplannable
from mesogun.planning.depth import depth_of
from mesogun.planning.dose.give import Given, Placed, give
from mesogun.planning.infeasible import ml
from mesogun.planning.limits import Limits, effective
from mesogun.planning.order.pauses import pauses_of, with_rests
from mesogun.planning.order.shots import numbered
from mesogun.planning.order.way import order_spots
from mesogun.planning.place.choose import Search
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.place.zone import Neighbour, place_zone, searched, warn_of_exclusions
from mesogun.planning.plan import Pause, Plan
from mesogun.planning.prescription import HAND, Prescription, Zone
from mesogun.planning.pricks import PrickTable
from mesogun.planning.table import Done, planned_zone, table_of
from mesogun.planning.timing import Timing, replay, ways_um

Where = tuple[int, ...]
"""A place in um, in two or three dimensions."""
UNDER_PERCENT = 10
"""Doses that stay below the dose asked by more than this are worth a warning."""


def plan(prescription: Prescription) -> Plan:
    """Return the plan of `prescription`: the same one for the same prescription, everywhere.

    Raises:
        PlanError: a limit is missing, a region is unusable, or (as Infeasible, with what would
            help) the prescription does not fit its limits. Nothing is planned then.
    """
    if prescription.needling is not None:
        # Loaded here: most plans are of pricks.
        from mesogun.planning.needling import plan_strokes

        return plan_strokes(prescription, prescription.needling)
    refuse_unplannable(prescription)
    limits = Limits(effective(prescription))
    zones = prescription.zones
    depths = [depth_of(zone, index, limits) for index, zone in enumerate(zones)]
    refuse_session(prescription, limits)
    grounds = _grounds(prescription, limits)
    areas = [_area_um2(prescription, *one) for one in zip(zones, grounds, strict=True)]
    asked = orders_of(_as_the_head_pricks(prescription), limits, areas)
    warnings = list(prescription.warnings)
    done: list[Done] = []
    for one, ground in zip(asked, grounds, strict=True):
        spots = _placed(prescription, one, ground, done, warnings)
        done.append(_ordered(prescription, one, spots, done, _begins(prescription, grounds, one)))
    if prescription.surface is None:
        warn_of_exclusions([Neighbour(one.spots, one.asked) for one in done], warnings)
    given = give(prescription, limits, [Placed(one.spots, one.asked) for one in done])
    _warn_of_doses(done, given, warnings)
    _refuse_too_many(prescription, limits, done)
    pricks = table_of(prescription, done, given.dose_nl, depths)
    timing, pauses = _timed(prescription, limits, pricks)
    ways = ways_um(pricks, timing, len(zones))
    return Plan(
        prescription,
        limits.all,
        tuple(map(planned_zone, done, given.dose_nl, given.answers, ways)),
        pricks,
        timing.duration_us,
        int(timing.hops_um.sum()),
        tuple(warnings),
        pauses,
    )


def _grounds(prescription: Prescription, limits: Limits) -> list[Search | None]:
    """Return the search over each zone in the plane; None for those on a surface."""
    if prescription.surface is not None:
        return [None] * len(prescription.zones)
    seed, free = prescription.seed, not _is_many(prescription)
    return [
        searched(zone, index, limits, seed=seed, free=free)
        for index, zone in enumerate(prescription.zones)
    ]


def _is_many(prescription: Prescription) -> bool:
    """Tell whether the head pricks with several needles at once."""
    return bool(prescription.heads) and len(prescription.heads[0].needles) > 1


def _area_um2(prescription: Prescription, zone: Zone, ground: Search | None) -> int:
    if ground is not None:
        return ground.area_um2
    from mesogun.planning.surface.place import treatable_area_um2

    assert prescription.surface is not None
    return treatable_area_um2(prescription.surface, zone)


def _as_the_head_pricks(prescription: Prescription) -> Prescription:
    """A head of several needles decides the spacing of its zones."""
    if not _is_many(prescription):
        return prescription
    head, zones = prescription.heads[0], []
    for zone in prescription.zones:
        if zone.spacing_um not in (None, head.pitch_um):
            raise PlanError(
                f"zone {zone.name!r} asks for {mm(int(zone.spacing_um or 0))} spacing, and the "
                f"needles of head {head.name!r} stand {mm(head.pitch_um)} apart; leave the spacing "
                "out, or choose a single needle"
            )
        if zone.pattern == "irregular" or prescription.surface is not None:
            raise PlanError(
                f"zone {zone.name!r}: head {head.name!r} pricks on a lattice in a plane; choose a "
                "single needle for surfaces and for irregular patterns"
            )
        zones.append(replace(zone, spacing_um=Micrometres(head.pitch_um)))
    return replace(prescription, zones=tuple(zones))


def _placed(
    prescription: Prescription,
    asked: Order,
    ground: Search | None,
    done: Sequence[Done],
    warnings: list[str],
) -> Spots:
    """Return a zone's pricks as shots: in the plane or on the surface, off all before them."""
    if ground is None:
        from mesogun.planning.surface.place import place_on_surface

        least = [one.asked.limits.of("spacing_um_min", one.asked.which).value for one in done]
        before = [(one.spots, least_um) for one, least_um in zip(done, least, strict=True)]
        return place_on_surface(prescription, asked.which, asked, before, warnings)
    beside = [Neighbour(one.spots, one.asked) for one in done]
    spots = place_zone(asked, ground, beside, warnings, prescription.earlier)
    if not _is_many(prescription):
        return spots
    from mesogun.planning.place.heads import cover

    covered = cover(spots, prescription.heads)
    if covered.left_out:
        warnings.append(
            f"zone {asked.zone.name!r}: {covered.left_out} places of its lattice are left out, for "
            f"head {prescription.heads[0].name!r} does not fit there; a single needle as the "
            "second head would give them"
        )
    return covered.spots


def _begins(
    prescription: Prescription, grounds: Sequence[Search | None], asked: Order
) -> Where | None:
    """Return about where the zone after this one lies; None: there is none."""
    following = asked.which + 1
    if following == len(grounds):
        return None
    ground, surface = grounds[following], prescription.surface
    if ground is not None:
        return ground.anchor
    assert surface is not None
    return surface.vertices_um[surface.faces[prescription.zones[following].faces[0]][0]]


def _ordered(
    prescription: Prescription,
    asked: Order,
    spots: Spots,
    done: Sequence[Done],
    following: Where | None,
) -> Done:
    """Put a zone's pricks into firing order: from where the hand comes to where it goes next."""
    comes_from: Where | None = None
    if done:
        last = done[-1].spots
        comes_from = int(last.x_um[-1]), int(last.y_um[-1])
        if prescription.surface is not None:
            comes_from = (*comes_from, int(last.z_um[-1]))
    rows, least_um = _firing_order(prescription, asked.zone, spots, comes_from, following)
    spots = spots.taken(rows)
    return Done(replace(spots, shot=numbered(spots.shot)), asked, least_um)


def _firing_order(
    prescription: Prescription,
    zone: Zone,
    spots: Spots,
    comes_from: Where | None,
    goes_to: Where | None,
) -> tuple[Integers, int]:
    """Return a zone's rows in the order in which they are given, and a way none undercuts."""
    if zone.rest is not None:
        from mesogun.planning.order.free import free_way
        from mesogun.planning.order.rest import rested

        return rested(zone, prescription.motion, spots, comes_from, goes_to, free_way)
    if prescription.head == HAND and prescription.surface is None:
        from mesogun.planning.rows import by_rows

        way = by_rows(spots.x_um, spots.y_um, spots.basis_um, spots.pitch_um, comes_from)
        return way, (len(spots) - 1) * spots.pitch_um
    return order_spots(spots, comes_from, goes_to)


def _timed(
    prescription: Prescription, limits: Limits, pricks: PrickTable
) -> tuple[Timing, tuple[Pause, ...]]:
    """Return when each shot starts, and the pauses before them."""
    timing = replay(prescription, pricks)
    pauses = pauses_of(prescription, limits, pricks, timing)
    if any(zone.rest is not None for zone in prescription.zones):
        from mesogun.planning.order.rest import rest_pauses

        rests = rest_pauses(prescription, pricks)
        return replay(prescription, pricks, rests), with_rests(pauses, rests)
    return timing, pauses


def _warn_of_doses(done: Sequence[Done], given: Given, warnings: list[str]) -> None:
    """Tell where doses are far from those asked, or not proved to be the best there are."""
    for one, dose_nl, answer in zip(done, given.dose_nl, given.answers, strict=True):
        most, usual = int(dose_nl.max()), int(one.asked.zone.dose_nl_usual)
        name = one.asked.zone.name
        if one.asked.zone.dose_asked and most * 100 < usual * (100 - UNDER_PERCENT):
            warnings.append(
                f"zone {name!r}: doses of up to {ml(most)} are less than the {ml(usual)} asked: "
                f"{ml(one.asked.volume_nl)} are divided over {len(dose_nl)} pricks"
            )
        if most > usual:
            what = "asked" if one.asked.zone.dose_asked else "usual"
            warnings.append(
                f"zone {name!r}: doses of up to {ml(most)} exceed the {what} {ml(usual)}: at "
                f"{mm(one.spots.pitch_um)} spacing there is room for {len(dose_nl)} pricks"
            )
        if answer != "optimal":
            warnings.append(
                f"zone {name!r}: its doses keep every bound, but are not proved to be as even as "
                "the bounds on the dose per area allow"
            )


def _refuse_too_many(prescription: Prescription, limits: Limits, done: Sequence[Done]) -> None:
    count, bound = sum(len(one.spots) for one in done), limits.of("pricks_max")
    if count > bound.value:
        from mesogun.planning.explain import too_many

        usual = sorted({int(zone.dose_nl_usual) for zone in prescription.zones})
        raise too_many(count, int(prescription.product.volume_nl), bound, usual)
