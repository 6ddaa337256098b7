"""Why a prescription does not fit, and what would make it fit: every refusal of the planner."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.planning.asked import Order
from mesogun.planning.choose import Most, Search, choose, most_that_fits
from mesogun.planning.infeasible import Change, Infeasible, ml
from mesogun.planning.place import Fit, area_of, place
from mesogun.planning.prescription import Limit
from mesogun.planning.raster import Field
from mesogun.planning.region import area2_um2, mm

VOLUME_NL_MAX = 2_000_000_000
TIGHTER = 4
"""A spacing that would help is looked for down to this part of the tightest one allowed."""


def cm2(area_um2: int) -> str:
    """Write an area for a reader, to hundredths of a cm2."""
    hundredths = (area_um2 + 500_000) // 1_000_000
    return f"{hundredths // 100}.{hundredths % 100:02d} cm2"


def no_prick(field: Field, limit: Limit) -> Infeasible:
    """Explain that not one prick fits inside the margins: the largest margin that works."""
    low, high = 0, field.margin_um
    while high - low > 1:
        middle = (low + high) // 2
        if area_of(field._replace(margin_um=middle))[1] is None:
            high = middle
        else:
            low = middle
    low = low // 10 * 10
    enclosed = abs(area2_um2(field.outline)) // 2
    changes = []
    if low > 0:
        changes.append(
            Change(
                "margin",
                "margin_um",
                field.margin_um,
                low,
                "um",
                f"a margin of {mm(low)} or less instead of {mm(field.margin_um)}"
                + (
                    f" (now at least {mm(limit.value)} [{limit.origin}])"
                    if low < limit.value
                    else ""
                ),
            )
        )
    changes.append(
        Change("region", "pricks", 0, 1, "pricks", "a larger outline, with room for one prick")
    )
    return Infeasible(
        f"the outline is too small for a single prick: a margin of {mm(field.margin_um)} on all "
        f"sides and around exclusions leaves nothing of its {cm2(enclosed)}",
        zone=field.name,
        volume_nl=0,
        volume_nl_max=0,
        binding=limit if field.margin_um <= limit.value else None,
        changes=tuple(changes),
    )


def no_room(field: Field, others: Sequence[str], spacing_um: int) -> Infeasible:
    """Explain that earlier zones' pricks keep all of this one free."""
    names = " and ".join(repr(one) for one in others)
    return Infeasible(
        f"it overlaps or touches zone {names}, and keeping {mm(spacing_um)} from the pricks there "
        "leaves no room for a single prick",
        zone=field.name,
        volume_nl=0,
        volume_nl_max=0,
        binding=None,
        changes=(Change("region", "pricks", 0, 1, "pricks", "outlines that lie farther apart"),),
    )


def does_not_fit(order: Order, search: Search, fit: Fit | None) -> Infeasible:
    """Explain which it is: no room at all, too little, or too much."""
    widest = fit or search.at(order.high_um)
    count = _count(search, widest)
    if count == 0:
        return no_prick(search.field, order.limits.of("margin_um_min", order.which))
    if count * order.doses.least > order.doses.total:
        return too_little(order, search, count, widest.pitch_um)
    return too_much(order, search)


def _count(search: Search, fit: Fit) -> int:
    """Return the pricks that are really placed: counting leaves out those on the very margin."""
    return len(place(search.field, fit, search.anchor))


def too_much(order: Order, search: Search) -> Infeasible:
    """Explain that the volume is more than the zone holds at any spacing allowed."""
    most = most_that_fits(search, order.low_um, order.high_um, order.doses)
    each = -(-order.doses.total // max(1, most.pricks))
    needed = -(-order.doses.total // max(1, order.doses.each_at(most.held, order.doses.cap)))
    changes = [*_less_volume(order, most), *_higher_caps(order, most, each)]
    changes += _tighter(order, search)
    more = needed - most.pricks
    if more > 0:
        room = more * most.pitch_um * most.pitch_um * 866 // 1000
        changes.append(
            Change(
                "region",
                "pricks",
                most.pricks,
                needed,
                "pricks",
                f"a region with room for {more} more pricks (about {cm2(room)} more)",
            )
        )
    return Infeasible(
        f"{ml(order.volume_nl)} do not fit: at {mm(most.pitch_um)} spacing there is room for "
        f"{most.pricks} pricks, which may hold {ml(most.steps * order.quantum_nl)} in all",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=most.steps * order.quantum_nl,
        binding=_binding(order, most),
        changes=tuple(changes),
    )


def _binding(order: Order, most: Most) -> Limit:
    by_area = order.doses.per_cm2 // most.held < order.doses.cap
    return order.limits.of("area_dose_nl_per_cm2_max" if by_area else "dose_nl_max", order.which)


def _less_volume(order: Order, most: Most) -> list[Change]:
    if most.steps == 0:
        return []
    fits, session = most.steps * order.quantum_nl, order.session_for(most.steps)
    text = f"at most {ml(fits)} for this zone"
    if session < order.session_nl and order.share[0] != order.share[1]:
        text += f" (a session of {ml(session)} at the shares as they are, or a smaller share)"
    return [Change("volume", "volume_nl", order.volume_nl, fits, "nl", text)]


def _higher_caps(order: Order, most: Most, each: int) -> list[Change]:
    """Say how far the caps must rise for `each` step a prick: both, where both are in the way."""
    dose, disc = each * order.quantum_nl, each * order.quantum_nl * most.held
    changes = []
    for name, value in (("dose_nl_max", dose), ("area_dose_nl_per_cm2_max", disc)):
        bound = order.limits.of(name, order.which)
        if value > bound.value:
            text = f"{name} of {value} instead of {bound.value} {bound.unit} [{bound.origin}]"
            changes.append(Change("cap", name, bound.value, value, bound.unit, text))
    if len(changes) == 2:
        return [changes[0]._replace(together_with=(changes[1],))]
    return changes


def _tighter(order: Order, search: Search) -> list[Change]:
    floor = order.limits.of("spacing_um_min", order.which)
    if order.zone.spacing_um is not None and floor.value < order.low_um:
        found = choose(search, floor.value, order.low_um - 1, order.doses)
        if found is not None:
            text = f"a spacing of {mm(found.pitch_um)} instead of {mm(order.low_um)}"
            return [Change("spacing", "spacing_um", order.low_um, found.pitch_um, "um", text)]
    found = choose(search, max(1, floor.value // TIGHTER), max(1, floor.value - 1), order.doses)
    if found is None:
        return []
    pitch = found.pitch_um
    text = f"{floor.name} of {mm(pitch)} instead of {mm(floor.value)} [{floor.origin}]"
    also: tuple[Change, ...] = ()
    if order.zone.spacing_um is not None:
        asked = f"a spacing of {mm(pitch)} instead of {mm(order.low_um)}"
        also = (Change("spacing", "spacing_um", order.low_um, pitch, "um", asked),)
    return [Change("spacing", floor.name, floor.value, pitch, "um", text, also)]


def too_little(order: Order, search: Search, count: int, pitch_um: int) -> Infeasible:
    """Explain that the least dose in every prick is already more than the volume."""
    least = max(1, order.doses.least) * order.quantum_nl
    session = order.session_for(max(1, order.doses.least) * count, up=True)
    bound = order.limits.of("dose_nl_min", order.which)
    if order.quantum_nl > bound.value:
        bound = order.limits.of("dose_quantum_nl_min")
    wider = order.limits.of("spacing_um_max", order.which)
    held = order.doses.total // max(1, order.doses.least)
    changes = [
        Change(
            "volume",
            "volume_nl",
            order.volume_nl,
            least * count,
            "nl",
            f"at least {ml(least * count)} for this zone (a session of {ml(session)})",
        ),
        Change(
            "region",
            "pricks",
            count,
            held,
            "pricks",
            f"a region with room for {held} pricks instead of {count}"
            if held
            else "leaving this zone out",
        ),
    ]
    found = None
    if order.high_um < wider.value:
        found = choose(search, order.high_um + 1, wider.value, order.doses)
    best = None if found is None else search.at(found.pitch_um)
    if best is not None and _count(search, best) * order.doses.least <= order.doses.total:
        text = f"a spacing of {mm(best.pitch_um)} instead of {mm(pitch_um)}"
        changes.append(Change("spacing", "spacing_um", pitch_um, best.pitch_um, "um", text))
    return Infeasible(
        f"{ml(order.volume_nl)} are too little: even at {mm(pitch_um)} spacing there are {count} "
        f"pricks, and each takes at least {ml(least)}",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=most_that_fits(search, order.low_um, order.high_um, order.doses).steps
        * order.quantum_nl,
        volume_nl_min=least * count,
        binding=bound,
        changes=tuple(changes),
    )


def too_full(order: Order, fits: int) -> Infeasible:
    """Explain that neighbouring pricks together exceed the dose of a square centimetre."""
    bound = order.limits.of("area_dose_nl_per_cm2_max", order.which)
    most = fits * order.quantum_nl
    changes = []
    if fits:
        text = f"at most {ml(most)} for this zone"
        changes.append(Change("volume", "volume_nl", order.volume_nl, most, "nl", text))
    changes.append(
        Change("region", "pricks", 0, 0, "pricks", "zones that lie farther from each other")
    )
    return Infeasible(
        f"{ml(order.volume_nl)} would put more than {bound.value} {bound.unit} into some square "
        "centimetre, pricks of neighbouring zones included",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=most,
        binding=bound,
        changes=tuple(changes),
    )


def too_many(count: int, volume_nl: int, bound: Limit, usual_nl: Sequence[int]) -> Infeasible:
    """Explain that the session would need more pricks than allowed."""
    most = volume_nl * bound.value // count
    return Infeasible(
        f"{ml(volume_nl)} in doses of {' and '.join(ml(one) for one in usual_nl)} need {count} "
        "pricks in this session",
        zone=None,
        volume_nl=volume_nl,
        volume_nl_max=most,
        binding=bound,
        changes=(
            Change("volume", "volume_nl", volume_nl, most, "nl", f"about {ml(most)} at most"),
            Change(
                "cap",
                bound.name,
                bound.value,
                count,
                bound.unit,
                f"{bound.name} of {count} instead of {bound.value} [{bound.origin}]",
            ),
        ),
    )
