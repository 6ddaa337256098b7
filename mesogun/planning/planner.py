"""From a prescription to a plan: pure, and the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.asked import Order, orders_of, refuse_session
from mesogun.planning.depth import depth_of
from mesogun.planning.dose.give import Group, give
from mesogun.planning.infeasible import ml
from mesogun.planning.limits import Limits, effective
from mesogun.planning.order.way import order
from mesogun.planning.place.choose import Search, choose, search_of
from mesogun.planning.place.fit import Placed, place
from mesogun.planning.place.lattice import pitch_of
from mesogun.planning.place.raster import Field, Integers, field_of
from mesogun.planning.place.region import check_region, inside, mm
from mesogun.planning.plan import Plan, PlannedZone
from mesogun.planning.prescription import Point, Prescription, Zone
from mesogun.planning.pricks import PrickTable, column
from mesogun.planning.timing import replay

PAUSE_MS_MAX = 3_600_000
UNDER_PERCENT = 10
"""Doses that stay below the dose asked by more than this are worth a warning."""
LOST_PERCENT = 5
"""A zone that loses more of its area than this to its neighbours is worth a warning."""


class _Done(NamedTuple):
    """One zone whose pricks have their places and their order."""

    placed: Placed
    x_um: Integers
    y_um: Integers
    travel_um_min: int
    asked: Order


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
    searches = [_search(_field(zone), index, limits) for index, zone in enumerate(zones)]
    asked = orders_of(prescription, limits, [search.area_um2 for search in searches])
    warnings = list(prescription.warnings)
    done: list[_Done] = []
    next_ones = [*(search.anchor for search in searches[1:]), None]
    for one, search, following in zip(asked, searches, next_ones, strict=True):
        done.append(_place_zone(one, search, following, done, warnings))
    _warn_of_exclusions(done, warnings)
    doses = _give(limits, done, warnings)
    _refuse_too_many(prescription, limits, done)
    pricks = _table(done, doses, depths)
    timing = replay(prescription, pricks)
    ends = np.cumsum([len(one.x_um) for one in done]).tolist()
    planned = tuple(
        _planned_zone(one, steps, int(timing.hops_um[end - len(steps) + 1 : end].sum()))
        for one, steps, end in zip(done, doses, ends, strict=True)
    )
    return Plan(
        prescription,
        limits.all,
        planned,
        pricks,
        timing.duration_us,
        int(timing.hops_um.sum()),
        tuple(warnings),
    )


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


def _field(zone: Zone) -> Field:
    return field_of(zone.name, zone.outline_um, zone.exclusions_um, int(zone.margin_um))


def _search(field: Field, index: int, limits: Limits) -> Search:
    floor = limits.of("margin_um_min", index)
    if field.margin_um < floor.value:
        raise PlanError(
            f"zone {field.name!r}: a margin of {mm(field.margin_um)} is less than "
            f"{floor.name} = {mm(floor.value)} [{floor.origin}]"
        )
    search = search_of(field)
    if search is None:
        from mesogun.planning.explain import no_prick

        raise no_prick(field, floor)
    return search


def _place_zone(
    asked: Order,
    search: Search,
    following: Point | None,
    done: Sequence[_Done],
    warnings: list[str],
) -> _Done:
    search = _beside(asked, search, done, warnings)
    fit = choose(search, asked.low_um, asked.high_um, asked.doses)
    placed = None if fit is None else place(search.field, fit, search.anchor)
    if placed is None or len(placed) * asked.doses.least > asked.doses.total:
        from mesogun.planning.explain import does_not_fit

        raise does_not_fit(asked, search, fit)
    comes_from = (int(done[-1].x_um[-1]), int(done[-1].y_um[-1])) if done else None
    ordered, least_um = order(placed, comes_from, following)
    return _Done(placed, placed.x_um[ordered], placed.y_um[ordered], least_um, asked)


def _beside(asked: Order, search: Search, done: Sequence[_Done], warnings: list[str]) -> Search:
    """Keep the zone's pricks off those of earlier zones, by the larger spacing of the two."""
    own = asked.limits.of("spacing_um_min", asked.which).value
    left, low, right, high = search.field.box
    xs, ys, rs, names = [], [], [], []
    for other in done:
        r = max(own, asked.limits.of("spacing_um_min", other.asked.which).value)
        near = (other.x_um > left - r) & (other.x_um < right + r)
        near &= (other.y_um > low - r) & (other.y_um < high + r)
        if near.any():
            xs.append(other.x_um[near])
            ys.append(other.y_um[near])
            rs.append(np.full(int(near.sum()), r))
            names.append(other.asked.zone.name)
    if not names:
        return search
    discs = np.concatenate(xs), np.concatenate(ys), np.concatenate(rs)
    zone = asked.zone
    field = field_of(zone.name, zone.outline_um, zone.exclusions_um, search.field.margin_um, discs)
    beside = search_of(field)
    if beside is None:
        from mesogun.planning.explain import no_room

        raise no_room(field, names, max(int(one.max()) for one in rs))
    lost = search.area_um2 - beside.area_um2
    if lost * 100 > search.area_um2 * LOST_PERCENT:
        warnings.append(
            f"zone {zone.name!r}: {lost * 100 // search.area_um2} % of its area is left free so "
            f"that pricks keep their spacing from those of {' and '.join(map(repr, names))}"
        )
    return beside


def _warn_of_exclusions(done: Sequence[_Done], warnings: list[str]) -> None:
    """Tell where a zone's pricks lie in what another zone leaves out (a mole, or a drawn plan?)."""
    for one in done:
        for other in done:
            for number, hole in enumerate(other.asked.zone.exclusions_um, start=1):
                if one is other:
                    continue
                xs, ys = [x for x, _ in hole], [y for _, y in hole]
                near = (one.x_um >= min(xs)) & (one.x_um <= max(xs))
                near &= (one.y_um >= min(ys)) & (one.y_um <= max(ys))
                if not near.any():
                    continue
                count = int(inside(one.x_um[near], one.y_um[near], hole).sum())
                if count:
                    warnings.append(
                        f"zone {one.asked.zone.name!r}: {count} pricks lie in exclusion {number} "
                        f"of zone {other.asked.zone.name!r}; make sure that this is meant"
                    )


def _give(limits: Limits, done: Sequence[_Done], warnings: list[str]) -> list[Integers]:
    groups = [Group(one.x_um, one.y_um, one.placed.basis, one.asked.doses.total) for one in done]
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
                f"{ml(usual)}: at {mm(one.placed.pitch_um)} spacing there is room for "
                f"{len(steps)} pricks"
            )
    return given.steps


def _refuse_too_many(prescription: Prescription, limits: Limits, done: Sequence[_Done]) -> None:
    count, bound = sum(len(one.x_um) for one in done), limits.of("pricks_max")
    if count > bound.value:
        from mesogun.planning.explain import too_many

        usual = sorted({int(zone.dose_nl_usual) for zone in prescription.zones})
        raise too_many(count, int(prescription.product.volume_nl), bound, usual)


def _table(done: Sequence[_Done], steps: Sequence[Integers], depths: Sequence[int]) -> PrickTable:
    counts = [len(one.x_um) for one in done]
    total = sum(counts)
    quantum = done[0].asked.quantum_nl
    return PrickTable(
        x_um=column(np.concatenate([one.x_um for one in done])),
        y_um=column(np.concatenate([one.y_um for one in done])),
        z_um=column(np.zeros(total, dtype=np.int64)),
        depth_um=column(np.repeat(depths, counts)),
        dose_nl=column(np.concatenate(steps) * quantum),
        zone=column(np.repeat(np.arange(len(done)), counts)),
        shot=column(np.arange(total)),
    )


def _planned_zone(done: _Done, steps: Integers, travel_um: int) -> PlannedZone:
    zone, asked = done.asked.zone, done.asked
    count = len(done.x_um)
    basis = done.placed.basis
    pitch = pitch_of(basis)
    return PlannedZone(
        name=zone.name,
        area=zone.area,
        technique=zone.technique,
        outline_um=zone.outline_um,
        exclusions_um=zone.exclusions_um,
        margin_um=int(zone.margin_um),
        spacing_um_min=asked.limits.of("spacing_um_min", asked.which).value,
        pitch_um=pitch,
        basis_um=(basis.ax, basis.ay, basis.bx, basis.by),
        prick_count=count,
        dose_nl_total=int(steps.sum()) * asked.quantum_nl,
        travel_um=travel_um,
        travel_um_min=done.travel_um_min,
    )
