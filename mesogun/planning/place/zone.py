"""Placing one zone: its outline, what the zones before it leave free, and the pricks it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.asked import Order
from mesogun.planning.limits import Limits
from mesogun.planning.place.choose import Search, choose, search_of
from mesogun.planning.place.fit import place
from mesogun.planning.place.raster import Field, field_of
from mesogun.planning.place.region import inside, mm
from mesogun.planning.place.spots import Spots, on_lattice
from mesogun.planning.prescription import Zone

LOST_PERCENT = 5
"""A zone that loses more of its area than this to its neighbours is worth a warning."""


class Neighbour(NamedTuple):
    """A zone whose pricks have their places."""

    spots: Spots
    asked: Order


def searched(zone: Zone, index: int, limits: Limits) -> Search:
    """Return the search over a zone's outline inside its margins.

    Raises:
        PlanError: the margin is less than its least, or nothing is left inside the margins.
    """
    field = _field(zone)
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


def place_zone(
    asked: Order, search: Search, done: Sequence[Neighbour], warnings: list[str]
) -> Spots:
    """Return the places of a zone's pricks, off those of the zones before it.

    Raises:
        PlanError: nothing fits; as Infeasible it says what would help.
    """
    search = _beside(asked, search, done, warnings)
    fit = choose(search, asked.low_um, asked.high_um, asked.doses)
    placed = None if fit is None else place(search.field, fit, search.anchor)
    if placed is None or len(placed) * asked.doses.least > asked.doses.total:
        from mesogun.planning.explain import does_not_fit

        raise does_not_fit(asked, search, fit)
    return replace(on_lattice(placed), area_um2=search.area_um2)


def _field(zone: Zone) -> Field:
    return field_of(zone.name, zone.outline_um, zone.exclusions_um, int(zone.margin_um))


def _beside(asked: Order, search: Search, done: Sequence[Neighbour], warnings: list[str]) -> Search:
    """Keep the zone's pricks off those of earlier zones, by the larger spacing of the two."""
    own = asked.limits.of("spacing_um_min", asked.which).value
    left, low, right, high = search.field.box
    xs, ys, rs, names = [], [], [], []
    for other in done:
        r = max(own, asked.limits.of("spacing_um_min", other.asked.which).value)
        x_um, y_um = other.spots.x_um, other.spots.y_um
        near = (x_um > left - r) & (x_um < right + r)
        near &= (y_um > low - r) & (y_um < high + r)
        if near.any():
            xs.append(x_um[near])
            ys.append(y_um[near])
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


def warn_of_exclusions(done: Sequence[Neighbour], warnings: list[str]) -> None:
    """Tell where a zone's pricks lie in what another zone leaves out (a mole, or a drawn plan?)."""
    for one in done:
        for other in done:
            for number, hole in enumerate(other.asked.zone.exclusions_um, start=1):
                if one is other:
                    continue
                xs, ys = [x for x, _ in hole], [y for _, y in hole]
                x_um, y_um = one.spots.x_um, one.spots.y_um
                near = (x_um >= min(xs)) & (x_um <= max(xs))
                near &= (y_um >= min(ys)) & (y_um <= max(ys))
                if not near.any():
                    continue
                count = int(inside(x_um[near], y_um[near], hole).sum())
                if count:
                    warnings.append(
                        f"zone {one.asked.zone.name!r}: {count} pricks lie in exclusion {number} "
                        f"of zone {other.asked.zone.name!r}; make sure that this is meant"
                    )
