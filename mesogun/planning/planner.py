"""From a prescription to a plan: pure, and the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.asked import Order, orders_of, refuse_session
from mesogun.planning.depth import check_rasters, depth_of, depths_and_layers
from mesogun.planning.dose.give import Group, give
from mesogun.planning.infeasible import ml
from mesogun.planning.limits import Limits, effective
from mesogun.planning.order.pauses import pauses_of, with_rests
from mesogun.planning.order.shots import numbered, order_shots
from mesogun.planning.order.way import order
from mesogun.planning.place.lattice import Basis
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import check_region, mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.place.zone import Neighbour, place_zone, searched, warn_of_exclusions
from mesogun.planning.plan import Pause, Plan, PlannedZone
from mesogun.planning.prescription import Motion, Point, Prescription, Zone
from mesogun.planning.pricks import Column, PrickTable, column
from mesogun.planning.timing import Timing, replay, ways_um

PAUSE_MS_MAX = 3_600_000
UNDER_PERCENT = 10
"""Doses that stay below the dose asked by more than this are worth a warning."""


class _Done(NamedTuple):
    """One zone whose pricks have their places and their order."""

    spots: Spots
    """In firing order; `lattice` as it was placed."""
    asked: Order
    travel_um_min: int


def plan(prescription: Prescription) -> Plan:
    """Return the plan of `prescription`: the same one for the same prescription, everywhere.

    Raises:
        PlanError: a limit is missing, a region is unusable, or (as Infeasible, with what would
            help) the prescription does not fit its limits. Nothing is planned then.
    """
    _refuse_unplannable(prescription)
    limits = Limits(effective(prescription))
    zones = prescription.zones
    depths = [depth_of(zone, index, limits) for index, zone in enumerate(zones)]
    refuse_session(prescription, limits)
    searches = [searched(zone, index, limits) for index, zone in enumerate(zones)]
    asked = orders_of(prescription, limits, [search.area_um2 for search in searches])
    warnings = list(prescription.warnings)
    done: list[_Done] = []
    next_ones = [*(search.anchor for search in searches[1:]), None]
    for one, search, following in zip(asked, searches, next_ones, strict=True):
        before = [Neighbour(other.spots, other.asked) for other in done]
        spots = place_zone(one, search, before, warnings)
        done.append(_ordered(one, prescription.motion, spots, done, following))
    warn_of_exclusions([Neighbour(one.spots, one.asked) for one in done], warnings)
    doses = _give(limits, done, warnings)
    _refuse_too_many(prescription, limits, done)
    pricks = _table(prescription, done, doses, depths)
    timing, pauses = _timed(prescription, limits, pricks)
    ways = ways_um(pricks, timing, len(zones))
    return Plan(
        prescription,
        limits.all,
        tuple(map(_planned_zone, done, doses, ways)),
        pricks,
        timing.duration_us,
        int(timing.hops_um.sum()),
        tuple(warnings),
        pauses,
    )


def _ordered(
    asked: Order, motion: Motion, spots: Spots, done: Sequence[_Done], following: Point | None
) -> _Done:
    """Put a zone's pricks into firing order: from where the hand comes to where it goes next."""
    comes_from = None
    if done:
        last = done[-1].spots
        comes_from = int(last.x_um[-1]), int(last.y_um[-1])
    rows, least_um = _firing_order(asked.zone, motion, spots, comes_from, following)
    spots = spots.taken(rows)
    return _Done(replace(spots, shot=numbered(spots.shot)), asked, least_um)


def _firing_order(
    zone: Zone, motion: Motion, spots: Spots, comes_from: Point | None, goes_to: Point | None
) -> tuple[Integers, int]:
    """Return a zone's rows in the order in which they are given, and a way none undercuts."""
    if zone.rest is None and spots.head is None and spots.lattice is not None:
        return order(spots.lattice, comes_from, goes_to)
    from mesogun.planning.order.free import free_way
    from mesogun.planning.order.rest import rested

    if zone.rest is None:
        return order_shots(spots, comes_from, goes_to, free_way)
    return rested(zone, motion, spots, comes_from, goes_to, free_way)


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


def _refuse_unplannable(prescription: Prescription) -> None:
    if prescription.head != "single":
        raise PlanError(
            f"head {prescription.head!r} is not planned yet; this planner knows the head 'single'"
        )
    if not prescription.zones:
        raise PlanError("there is no zone to treat")
    motion = prescription.motion
    if min(motion.needle_um_per_s, motion.travel_um_per_s) <= 0 or motion.settle_us < 0:
        raise PlanError("the motion of pistol and hand needs speeds above 0")
    names = [zone.name for zone in prescription.zones]
    for zone in prescription.zones:
        if names.count(zone.name) > 1:
            raise PlanError(f"two zones are named {zone.name!r}; give each its own name")
        pauses = int(zone.dwell_ms), int(zone.interval_ms)
        if int(zone.rate_nl_per_s) <= 0 or min(pauses) < 0 or max(pauses) > PAUSE_MS_MAX:
            raise PlanError(f"zone {zone.name!r}: rate, dwell or interval is out of range")
        if int(zone.dose_nl_usual) <= 0:
            raise PlanError(
                f"zone {zone.name!r}: a dose of {zone.dose_nl_usual} nL a prick cannot be planned"
            )
        if int(zone.margin_um) < 0:
            raise PlanError(f"zone {zone.name!r}: a margin of {zone.margin_um} um is below 0")
        check_region(zone.outline_um, zone.exclusions_um, f"zone {zone.name!r}")
    check_rasters(prescription.zones)


def _give(limits: Limits, done: Sequence[_Done], warnings: list[str]) -> list[Integers]:
    groups = [
        Group(one.spots.x_um, one.spots.y_um, Basis(*one.spots.basis_um), one.asked.doses.total)
        for one in done
    ]
    given = give(limits, groups, done[0].asked.quantum_nl)
    if given.short is not None:
        from mesogun.planning.explain import too_full

        raise too_full(done[given.short].asked, given.fits)
    for one, steps in zip(done, given.steps, strict=True):
        most, usual = int(steps.max()) * one.asked.quantum_nl, int(one.asked.zone.dose_nl_usual)
        if one.asked.zone.dose_asked and most * 100 < usual * (100 - UNDER_PERCENT):
            warnings.append(
                f"zone {one.asked.zone.name!r}: doses of up to {ml(most)} are less than the "
                f"{ml(usual)} asked: {ml(one.asked.volume_nl)} are divided over {len(steps)} pricks"
            )
        if most > usual:
            what = "asked" if one.asked.zone.dose_asked else "usual"
            warnings.append(
                f"zone {one.asked.zone.name!r}: doses of up to {ml(most)} exceed the {what} "
                f"{ml(usual)}: at {mm(one.spots.pitch_um)} spacing there is room for "
                f"{len(steps)} pricks"
            )
    return given.steps


def _refuse_too_many(prescription: Prescription, limits: Limits, done: Sequence[_Done]) -> None:
    count, bound = sum(len(one.spots) for one in done), limits.of("pricks_max")
    if count > bound.value:
        from mesogun.planning.explain import too_many

        usual = sorted({int(zone.dose_nl_usual) for zone in prescription.zones})
        raise too_many(count, int(prescription.product.volume_nl), bound, usual)


def _table(
    prescription: Prescription,
    done: Sequence[_Done],
    steps: Sequence[Integers],
    depths: Sequence[int],
) -> PrickTable:
    """Join the zones' columns; those that no zone needs stay away."""
    quantum = done[0].asked.quantum_nl
    spots = [one.spots for one in done]
    counts = [len(one) for one in spots]
    deep = [
        depths_and_layers(prescription, one.asked.zone, depth, one.spots)
        for one, depth in zip(done, depths, strict=True)
    ]
    shots = np.cumsum([0, *(int(one.shot[-1]) + 1 for one in spots)]).tolist()
    return PrickTable(
        x_um=column(np.concatenate([one.x_um for one in spots])),
        y_um=column(np.concatenate([one.y_um for one in spots])),
        z_um=column(np.concatenate([one.z_um for one in spots])),
        depth_um=column(np.concatenate([depth for depth, _ in deep])),
        dose_nl=column(np.concatenate(steps) * quantum),
        zone=column(np.repeat(np.arange(len(done)), counts)),
        shot=column(np.concatenate([one.shot + k for one, k in zip(spots, shots, strict=False)])),
        layer=_joined([layer for _, layer in deep], counts),
        head=_joined([one.head for one in spots], counts),
        needle=_joined([one.needle for one in spots], counts),
        nx=_joined([one.nx for one in spots], counts),
        ny=_joined([one.ny for one in spots], counts),
        nz=_joined([one.nz for one in spots], counts),
        face=_joined([one.face for one in spots], counts),
    )


def _joined(parts: Sequence[Integers | None], counts: Sequence[int]) -> Column | None:
    """Join what the zones have of a column, zeros where one has nothing; None if none has it."""
    if all(part is None for part in parts):
        return None
    whole = [
        np.zeros(count, dtype=np.int64) if part is None else part
        for part, count in zip(parts, counts, strict=True)
    ]
    return column(np.concatenate(whole))


def _planned_zone(done: _Done, steps: Integers, travel_um: int) -> PlannedZone:
    zone, asked, spots = done.asked.zone, done.asked, done.spots
    return PlannedZone(
        name=zone.name,
        area=zone.area,
        technique=zone.technique,
        outline_um=zone.outline_um,
        exclusions_um=zone.exclusions_um,
        margin_um=int(zone.margin_um),
        spacing_um_min=asked.limits.of("spacing_um_min", asked.which).value,
        pitch_um=spots.pitch_um,
        basis_um=spots.basis_um,
        prick_count=len(spots),
        dose_nl_total=int(steps.sum()) * asked.quantum_nl,
        travel_um=travel_um,
        travel_um_min=done.travel_um_min,
        prick_bound=spots.prick_bound,
        area_um2=spots.area_um2,
        coverage_um=spots.coverage_um,
    )
