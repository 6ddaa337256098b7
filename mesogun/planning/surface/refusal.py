"""Why a prescription does not fit on a surface, and what would make it fit."""

from __future__ import annotations

from mesogun.planning.asked import Order
from mesogun.planning.dose.held import rows as fullness
from mesogun.planning.infeasible import Change, Infeasible, ml
from mesogun.planning.place.region import mm
from mesogun.planning.prescription import Limit
from mesogun.planning.surface.ground import border_of, is_clear, middles
from mesogun.planning.surface.pack import STARTS_AT_BEST, Layout, Site, free_of
from mesogun.planning.surface.place import chosen

AREA_DOSE = "area_dose_nl_per_cm2_max"
TIGHTER = 2
"""A spacing that would help is looked for down to this part of the tightest one allowed."""


def cm2(area_um2: int) -> str:
    """Write an area for a reader, to hundredths of a cm2."""
    hundredths = (area_um2 + 500_000) // 1_000_000
    return f"{hundredths // 100}.{hundredths % 100:02d} cm2"


def does_not_fit(order: Order, site: Site, layout: Layout | None) -> Infeasible:
    """Explain which it is: no room at all, too little, too dense for any dose, or too much."""
    tightest = site.at(order.low_um, 0, STARTS_AT_BEST)
    if not len(tightest):
        return _no_room(order, site)
    steps, held = _most(order, site)
    widest = layout or site.at(order.high_um)
    if len(widest) * order.doses.least > order.doses.total:
        return _too_little(order, widest)
    if steps == 0:
        return _too_dense(order, len(tightest), tightest.pitch_um, held)
    return _too_much(order, site, tightest, steps, held)


def _most(order: Order, site: Site) -> tuple[int, int]:
    """Return the largest total found to fit, and how many pricks a disc of 1 cm2 holds there."""
    best, doses = (0, fullness(order.low_um)[-1][2]), order.doses
    for lo, _, held in reversed(fullness(order.low_um)):
        each = doses.each_at(held, doses.cap)
        if lo <= order.high_um and each >= doses.least and site.most_at(lo) * each > best[0]:
            best = max(best, (len(site.at(lo, 0, STARTS_AT_BEST)) * each, held))
    return best


def _refusal(
    order: Order, problem: str, binding: Limit | None, changes: list[Change], most: int, least: int
) -> Infeasible:
    return Infeasible(
        problem,
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=most * order.quantum_nl,
        volume_nl_min=least * order.quantum_nl,
        binding=binding,
        changes=tuple(changes),
    )


def _no_room(order: Order, site: Site) -> Infeasible:
    """Explain that not one prick fits: the margin leaves nothing, or pricks of others do not."""
    margin = int(order.zone.margin_um)
    if len(free_of(site.inside, site.others).face) < len(site.inside.face):
        text = "a zone that lies farther from the pricks of other zones and earlier sessions"
        change = Change("region", "pricks", 0, 1, "pricks", text)
        problem = (
            "keeping the distance from pricks of other zones and earlier sessions leaves no room "
            "for a single prick"
        )
        return _refusal(order, problem, None, [change], 0, 0)
    limit = order.limits.of("margin_um_min", order.which)
    fits = _widest_margin(site, margin)
    changes = []
    if fits:
        now = f" (now at least {mm(limit.value)} [{limit.origin}])" if fits < limit.value else ""
        text = f"a margin of {mm(fits)} or less instead of {mm(margin)}{now}"
        changes.append(Change("margin", "margin_um", margin, fits, "um", text))
    text = "a larger zone, with room for one prick"
    changes.append(Change("region", "pricks", 0, 1, "pricks", text))
    problem = (
        f"the zone is too small for a single prick: a margin of {mm(margin)} from its border and "
        f"around exclusions leaves nothing of its {cm2(site.whole_um2)}"
    )
    return _refusal(order, problem, limit if margin <= limit.value else None, changes, 0, 0)


def _widest_margin(site: Site, margin_um: int) -> int:
    """Return a margin that leaves a place to prick, to 10 um; 0 where none was found."""
    places = middles(site.mesh, site.faces).rounded
    low, high = 0, margin_um
    while high - low > 10:
        middle = (low + high) // 2
        border = border_of(site.mesh, site.faces, middle, site.size)
        if is_clear(border, places, site.size).any():
            low = middle
        else:
            high = middle
    return low // 10 * 10


def _too_little(order: Order, widest: Layout) -> Infeasible:
    """Explain that the least dose in every prick is already more than the volume."""
    doses, count = order.doses, len(widest)
    steps = doses.least * count
    bound = order.limits.of("dose_nl_min", order.which)
    if order.quantum_nl > bound.value:
        bound = order.limits.of("dose_quantum_nl_min")
    fits, session = steps * order.quantum_nl, order.session_for(steps, up=True)
    text = f"at least {ml(fits)} for this zone (a session of {ml(session)})"
    changes = [Change("volume", "volume_nl", order.volume_nl, fits, "nl", text)]
    room = doses.total // doses.least
    text = f"a zone with room for {room} pricks instead of {count}" if room else "no such zone"
    changes.append(Change("region", "pricks", count, room, "pricks", text))
    problem = (
        f"{ml(order.volume_nl)} are too little: even at {mm(widest.pitch_um)} spacing there are "
        f"{count} pricks, and each takes at least {ml(doses.least * order.quantum_nl)}"
    )
    return _refusal(order, problem, bound, changes, doses.cap * count, steps)


def _too_dense(order: Order, count: int, pitch_um: int, held: int) -> Infeasible:
    """Explain that even the least dose in every prick is too much for a square centimetre."""
    least = order.doses.least * order.quantum_nl
    problem = (
        f"no dose is small enough: at {mm(pitch_um)} spacing a square centimetre takes in "
        f"{held} pricks, and at least {ml(least)} in each are {ml(least * held)}"
    )
    binding = order.limits.of(AREA_DOSE, order.which)
    return _refusal(order, problem, binding, _caps(order, count, held), 0, 0)


def _too_much(order: Order, site: Site, tightest: Layout, steps: int, held: int) -> Infeasible:
    """Explain that the volume is more than the zone holds at any spacing allowed."""
    count, fits = len(tightest), steps * order.quantum_nl
    session = order.session_for(steps)
    text = f"at most {ml(fits)} for this zone"
    if session < order.session_nl and order.share[0] != order.share[1]:
        text += f" (a session of {ml(session)} at the shares as they are, or a smaller share)"
    changes = [Change("volume", "volume_nl", order.volume_nl, fits, "nl", text)]
    changes += _caps(order, count, held) + _tighter(order, site)
    needed = -(-order.doses.total * count // steps)
    room = (needed - count) * site.area_um2 // count
    text = f"a zone with room for {needed - count} more pricks (about {cm2(room)} more)"
    changes.append(Change("region", "pricks", count, needed, "pricks", text))
    by_area = order.doses.per_cm2 // held < order.doses.cap
    problem = (
        f"{ml(order.volume_nl)} do not fit: at {mm(tightest.pitch_um)} spacing there is room for "
        f"{count} pricks, and the zone may hold {ml(fits)} in all"
    )
    binding = order.limits.of(AREA_DOSE if by_area else "dose_nl_max", order.which)
    return _refusal(order, problem, binding, changes, steps, 0)


def _caps(order: Order, count: int, held: int) -> list[Change]:
    """Say how far the caps must rise for the pricks that there are: both, if both are too low."""
    each, found = max(order.doses.least, -(-order.doses.total // count)), []
    for name, steps in (("dose_nl_max", each), (AREA_DOSE, each * held)):
        bound, value = order.limits.of(name, order.which), steps * order.quantum_nl
        if value > bound.value:
            text = f"{name} of {value} instead of {bound.value} {bound.unit} [{bound.origin}]"
            found.append(Change("cap", name, bound.value, value, bound.unit, text))
    return [found[0]._replace(together_with=tuple(found[1:]))] if found else []


def _tighter(order: Order, site: Site) -> list[Change]:
    """Say which tighter spacing would do, if one does: each is tried before it is offered."""
    floor = order.limits.of("spacing_um_min", order.which)
    lowest = floor.value if order.low_um > floor.value else max(100, floor.value // TIGHTER)
    if lowest >= order.low_um or (len(site.others) and lowest < floor.value):
        return []
    found = chosen(site, order, lowest, order.low_um - 1)
    if found is None or len(found) * order.doses.least > order.doses.total:
        return []
    pitch = found.pitch_um
    wish = f"a spacing of {mm(pitch)} instead of {mm(order.low_um)}"
    if pitch >= floor.value:
        return [Change("spacing", "spacing_um", order.low_um, pitch, "um", wish)]
    text = f"{floor.name} of {mm(pitch)} instead of {mm(floor.value)} [{floor.origin}]"
    return [Change("spacing", floor.name, floor.value, pitch, "um", text)]
