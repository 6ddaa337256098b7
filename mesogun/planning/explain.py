"""Why a prescription does not fit, and what would make it fit: every refusal of the planner."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.planning.asked import Order
from mesogun.planning.dose.demand import Short
from mesogun.planning.dose.held import DISC_UM
from mesogun.planning.infeasible import Change, Infeasible, Undecided, ml
from mesogun.planning.place.choose import Most, Search, choose, most_that_fits
from mesogun.planning.place.fit import Fit, area_of
from mesogun.planning.place.raster import Field
from mesogun.planning.place.region import area2_um2, mm
from mesogun.planning.prescription import Limit

AREA_DOSE = "area_dose_nl_per_cm2_max"
LEFT_OUT = "leaving this zone out"
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
    if low:
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
    names = " and ".join(others)
    return Infeasible(
        f"it overlaps or touches zone {names}, and keeping {mm(spacing_um)} from the pricks there "
        "leaves no room for a single prick",
        zone=field.name,
        volume_nl=0,
        volume_nl_max=0,
        binding=None,
        changes=(Change("region", "pricks", 0, 1, "pricks", "outlines that lie farther apart"),),
    )


def kept_from(field: Field, others: Sequence[str]) -> Infeasible:
    """Explain that pricks of earlier sessions (and of zones before it) keep all of a zone free."""
    names = " and ".join(others)
    return Infeasible(
        f"keeping the distances from the pricks of {names} leaves no room for a single prick",
        zone=field.name,
        volume_nl=0,
        volume_nl_max=0,
        binding=None,
        changes=(
            Change("region", "pricks", 0, 1, "pricks", "an outline that reaches beyond them"),
            Change(
                "spacing",
                "distance_um",
                field.disc_r_max,
                field.disc_r_max // 2,
                "um",
                f"a distance of {mm(field.disc_r_max // 2)} or so, or a session later on",
            ),
        ),
    )


def does_not_fit(order: Order, search: Search, fit: Fit | None) -> Infeasible | Undecided:
    """Explain which it is: no room at all, too dense for any dose, too little, or too much."""
    widest = fit or search.at(order.high_um)
    count = len(search.spots(widest))
    if count == 0:
        return no_prick(search.field, order.limits.of("margin_um_min", order.which))
    most = most_that_fits(search, order.low_um, order.high_um, order.doses)
    if most.steps == 0:
        return _too_dense(order, search, most)
    if count * order.doses.least > order.doses.total:
        return _too_little(order, search, most, count, widest.pitch_um)
    if most.is_crowded(order.doses) and not _is_proved(order, search, most):
        return Undecided(
            f"whether {ml(order.volume_nl)} can be given without exceeding the dose of a square "
            "centimetre somewhere is not known",
            zone=order.zone.name,
            volume_nl=order.volume_nl,
            volume_nl_found=most.steps * order.quantum_nl,
            binding=order.limits.of(AREA_DOSE, order.which),
        )
    return _too_much(order, search, most)


def _is_proved(order: Order, search: Search, most: Most) -> bool:
    """Tell whether it is certain that the volume does not go in where most of it does."""
    answer = search.room(most.pitch_um, order.doses).divided(order.doses.total)
    return isinstance(answer, Short) and answer.proved


def _helps(order: Order, search: Search, *, low: int = 0, high: int = 0, **doses: int) -> bool:
    """Try a change before it is offered: does the zone hold its volume with it?"""
    wanted = order.doses._replace(**doses)
    fit = choose(search, low or order.low_um, high or order.high_um, wanted)
    if fit is None:
        return False
    return len(search.spots(fit)) * wanted.least <= wanted.total


def _too_much(order: Order, search: Search, most: Most) -> Infeasible:
    """Explain that the volume is more than the zone holds at any spacing allowed."""
    each = -(-order.doses.total // most.pricks)
    needed = -(-order.doses.total * most.pricks // most.steps)
    changes = [_less_volume(order, most), *_caps(order, search, most, each)]
    changes += _tighter(order, search)
    more = needed - most.pricks
    if more > 0:
        room = more * most.pitch_um * most.pitch_um * 866 // 1000
        text = f"a region with room for {more} more pricks (about {cm2(room)} more)"
        changes.append(Change("region", "pricks", most.pricks, needed, "pricks", text))
    by_area = order.doses.per_cm2 // most.held < order.doses.cap
    return Infeasible(
        f"{ml(order.volume_nl)} do not fit: at {mm(most.pitch_um)} spacing there is room for "
        f"{most.pricks} pricks, which may hold {ml(most.steps * order.quantum_nl)} in all",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=most.steps * order.quantum_nl,
        binding=order.limits.of(AREA_DOSE if by_area else "dose_nl_max", order.which),
        changes=tuple(changes),
    )


def _less_volume(order: Order, most: Most) -> Change:
    fits = order.whole(most.steps * order.quantum_nl)
    session = order.session_for(most.steps)
    text = f"at most {ml(fits)} for this zone"
    if session < order.session_nl and order.share[0] != order.share[1]:
        text += f" (a session of {ml(session)} at the shares as they are, or a smaller share)"
    return Change("volume", "volume_nl", order.volume_nl, fits, "nl", text)


def _caps(order: Order, search: Search, most: Most, each: int) -> list[Change]:
    """Say how far the caps must rise for `each` step a prick: both, where both are in the way."""
    found = []
    for name, steps in (("dose_nl_max", each), (AREA_DOSE, each * most.held)):
        bound, value = order.limits.of(name, order.which), steps * order.quantum_nl
        if value > bound.value:
            text = f"{name} of {value} instead of {bound.value} {bound.unit} [{bound.origin}]"
            found.append(Change("cap", name, bound.value, value, bound.unit, text))
    cap, per_cm2 = max(order.doses.cap, each), max(order.doses.per_cm2, each * most.held)
    if not found or not _helps(order, search, cap=cap, per_cm2=per_cm2):
        return []
    return [found[0]._replace(together_with=tuple(found[1:]))]


def _tighter(order: Order, search: Search) -> list[Change]:
    floor = order.limits.of("spacing_um_min", order.which)
    asked = order.zone.spacing_um is not None
    if asked and floor.value < order.low_um:
        found = choose(search, floor.value, order.low_um - 1, order.doses)
        if found is not None and _helps(order, search, low=found.pitch_um, high=found.pitch_um):
            text = f"a spacing of {mm(found.pitch_um)} instead of {mm(order.low_um)}"
            return [Change("spacing", "spacing_um", order.low_um, found.pitch_um, "um", text)]
    found = choose(search, max(1, floor.value // TIGHTER), max(1, floor.value - 1), order.doses)
    if found is None:
        return []
    pitch = found.pitch_um
    if not _helps(order, search, low=pitch, high=pitch if asked else order.high_um):
        return []
    text = f"{floor.name} of {mm(pitch)} instead of {mm(floor.value)} [{floor.origin}]"
    also: tuple[Change, ...] = ()
    if asked:
        wish = f"a spacing of {mm(pitch)} instead of {mm(order.low_um)}"
        also = (Change("spacing", "spacing_um", order.low_um, pitch, "um", wish),)
    return [Change("spacing", floor.name, floor.value, pitch, "um", text, also)]


def _wider(order: Order, search: Search) -> list[Change]:
    """Say which spacing would do if one wider than now does."""
    bound = order.limits.of("spacing_um_max", order.which)
    asked = order.zone.spacing_um is not None
    top = max(bound.value, order.high_um, DISC_UM * 2)
    found = choose(search, order.high_um + 1, top, order.doses) if top > order.high_um else None
    if found is None:
        return []
    pitch = found.pitch_um
    if not _helps(order, search, low=pitch if asked else order.low_um, high=pitch):
        return []
    wish = Change(
        "spacing",
        "spacing_um",
        order.high_um,
        pitch,
        "um",
        f"a spacing of {mm(pitch)} instead of {mm(order.high_um)}",
    )
    if pitch <= bound.value:
        return [wish]
    text = f"{bound.name} of {mm(pitch)} instead of {mm(bound.value)} [{bound.origin}]"
    also = (wish,) if asked else ()
    return [Change("spacing", bound.name, bound.value, pitch, "um", text, also)]


def _least_dose(order: Order, search: Search, steps: int) -> list[Change]:
    bound = order.limits.of("dose_nl_min", order.which)
    value = steps * order.quantum_nl
    if not 0 < value < bound.value or not _helps(order, search, least=steps):
        return []
    text = f"{bound.name} of {value} instead of {bound.value} {bound.unit} [{bound.origin}]"
    return [Change("cap", bound.name, bound.value, value, bound.unit, text)]


def _too_little(order: Order, search: Search, most: Most, count: int, pitch_um: int) -> Infeasible:
    """Explain that the least dose in every prick is already more than the volume."""
    steps = order.doses.least * count
    fits = order.whole(steps * order.quantum_nl, up=True)
    session = order.session_for(steps, up=True)
    bound = order.limits.of("dose_nl_min", order.which)
    if order.quantum_nl > bound.value:
        bound = order.limits.of("dose_quantum_nl_min")
    changes = []
    if _helps(order, search, total=steps):
        text = f"at least {ml(fits)} for this zone (a session of {ml(session)})"
        changes.append(Change("volume", "volume_nl", order.volume_nl, fits, "nl", text))
    changes += _least_dose(order, search, order.doses.total // count)
    changes += _wider(order, search)
    held = order.doses.total // order.doses.least
    text = f"a region with room for {held} pricks instead of {count}" if held else LEFT_OUT
    changes.append(Change("region", "pricks", count, held, "pricks", text))
    return Infeasible(
        f"{ml(order.volume_nl)} are too little: even at {mm(pitch_um)} spacing there are {count} "
        f"pricks, and each takes at least {ml(order.doses.least * order.quantum_nl)}",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=most.steps * order.quantum_nl,
        volume_nl_min=fits,
        binding=bound,
        changes=tuple(changes),
    )


def _too_dense(order: Order, search: Search, most: Most) -> Infeasible:
    """Explain that even the least dose in every prick is too much for a square centimetre."""
    least, bound = order.doses.least, order.limits.of(AREA_DOSE, order.which)
    each = max(least, -(-order.doses.total // most.pricks))
    changes = [
        *_caps(order, search, most, each),
        *_least_dose(order, search, order.doses.per_cm2 // most.held),
        *_wider(order, search),
        Change("region", "pricks", most.pricks, 0, "pricks", LEFT_OUT),
    ]
    return Infeasible(
        f"no dose is small enough: at {mm(most.pitch_um)} spacing a square centimetre takes in "
        f"{most.held} pricks, and at least {ml(least * order.quantum_nl)} in each are "
        f"{ml(least * order.quantum_nl * most.held)}",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=0,
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
