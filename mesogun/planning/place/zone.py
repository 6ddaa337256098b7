"""Placing one zone: its outline, what the zones before it leave free, and the pricks it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.asked import Order
from mesogun.planning.limits import Limits
from mesogun.planning.place.bound import prick_bound
from mesogun.planning.place.choose import Search, choose, search_of
from mesogun.planning.place.raster import Field, Kept, field_of
from mesogun.planning.place.region import inside, mm
from mesogun.planning.place.slivers import lost_percent
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import Earlier, Zone

LOST_PERCENT = 5
"""A zone that loses more of its area than this to neighbours or slivers is worth a warning."""


class Neighbour(NamedTuple):
    """A zone whose pricks have their places."""

    spots: Spots
    asked: Order


def searched(
    zone: Zone, index: int, limits: Limits, *, seed: int = 1, free: bool = False
) -> Search:
    """Return the search over a zone's outline inside its margins.

    `seed` decides an irregular pattern; `free`: pricks of a small zone may leave the lattice (for a
    head of several needles they may not).

    Raises:
        PlanError: the margin is less than its least, or nothing is left inside the margins.
    """
    field = field_of(zone.name, zone.outline_um, zone.exclusions_um, int(zone.margin_um))
    floor = limits.of("margin_um_min", index)
    if field.margin_um < floor.value:
        raise PlanError(
            f"zone {field.name!r}: a margin of {mm(field.margin_um)} is less than "
            f"{floor.name} = {mm(floor.value)} [{floor.origin}]"
        )
    search = search_of(field, free=free)
    if search is None:
        from mesogun.planning.explain import no_prick

        raise no_prick(field, floor)
    if zone.pattern == "irregular":
        from mesogun.planning.place.irregular import Scattered

        return Scattered(search, seed, index)
    return search


def place_zone(
    asked: Order,
    search: Search,
    done: Sequence[Neighbour],
    warnings: list[str],
    earlier: Sequence[Earlier] = (),
) -> Spots:
    """Return the places of a zone's pricks, off those of the zones before it and of `earlier`.

    Raises:
        PlanError: nothing fits; as Infeasible it says what would help.
    """
    _warn_of_slivers(search.field, warnings)
    search = _beside(asked, search, done, earlier, warnings)
    fit = choose(search, asked.low_um, asked.high_um, asked.doses)
    spots = None if fit is None else search.spots(fit)
    if spots is None or len(spots) * asked.doses.least > asked.doses.total:
        from mesogun.planning.explain import does_not_fit

        raise does_not_fit(asked, search, fit)
    bound = prick_bound(search.field, spots.pitch_um)
    return replace(spots, prick_bound=bound, area_um2=search.area_um2)


def _warn_of_slivers(field: Field, warnings: list[str]) -> None:
    lost = lost_percent(field)
    if lost > LOST_PERCENT:
        warnings.append(
            f"zone {field.name!r}: {lost} % of its area gets no prick: it is too narrow for "
            f"margins of {mm(field.margin_um)} on both sides"
        )


def _beside(
    asked: Order,
    search: Search,
    done: Sequence[Neighbour],
    earlier: Sequence[Earlier],
    warnings: list[str],
) -> Search:
    """Keep the zone's pricks off those of other zones, by the larger spacing, and of `earlier`."""
    kept = _kept_by_zones(asked, search.field.box, done)
    names = [one.name for one in kept]
    if earlier:
        from mesogun.planning.place.earlier import kept_free

        kept += kept_free(earlier, search.field.box)
    if not kept:
        return search
    discs = tuple(np.concatenate([one[k] for one in kept]) for k in range(3))
    field = search.field._replace(disc_x=discs[0], disc_y=discs[1], disc_r=discs[2])
    beside = search.over(field)
    if beside is None:
        from mesogun.planning.explain import kept_from, no_room

        if len(names) < len(kept):
            raise kept_from(field, [one.name for one in kept])
        raise no_room(field, names, field.disc_r_max)
    lost = search.area_um2 - beside.area_um2
    if lost * 100 > search.area_um2 * LOST_PERCENT:
        told = " and ".join(one.name for one in kept)
        warnings.append(
            f"zone {field.name!r}: {lost * 100 // search.area_um2} % of its area is left free so "
            f"that pricks keep their distance from those of {told}"
        )
    return beside


def _kept_by_zones(
    asked: Order, box: tuple[int, int, int, int], done: Sequence[Neighbour]
) -> list[Kept]:
    own = asked.limits.of("spacing_um_min", asked.which).value
    left, low, right, high = box
    kept = []
    for other in done:
        r = max(own, asked.limits.of("spacing_um_min", other.asked.which).value)
        x_um, y_um = other.spots.x_um, other.spots.y_um
        near = (x_um > left - r) & (x_um < right + r)
        near &= (y_um > low - r) & (y_um < high + r)
        if near.any():
            x_um, y_um = x_um[near], y_um[near]
            kept.append(Kept(x_um, y_um, np.full(len(x_um), r), repr(other.asked.zone.name)))
    return kept


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
