"""Why pricks that have their places cannot be given their doses: every refusal of this room."""

from __future__ import annotations

from mesogun.planning.asked import Order
from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.demand import Demand, Doses, Short
from mesogun.planning.infeasible import Change, Infeasible, Undecided, ml

AREA_DOSE = "area_dose_nl_per_cm2_max"


def too_full(order: Order, demand: Demand, short: Short) -> Infeasible | Undecided:
    """Explain why pricks that have their places cannot hold what they are asked to."""
    if short.why == "disc":
        return _crowded(order, demand, short)
    if short.why == "step":
        return _no_such_sum(order, demand, short)
    much = short.why == "much"
    edge = short.below_nl if much else short.above_nl
    bound = order.limits.of("dose_nl_max" if much else "dose_nl_min", order.which)
    kind = "greatest" if much else "least"
    text = f"at {'most' if much else 'least'} {ml(edge)} for this zone"
    changes = []
    if _fits(demand, order.which, edge):
        changes.append(Change("volume", "volume_nl", order.volume_nl, edge, "nl", text))
    return Infeasible(
        f"{ml(order.volume_nl)} are too {short.why} for its pricks: their {kind} doses are "
        f"{ml(edge)} in all",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=edge if much else order.volume_nl,
        volume_nl_min=0 if much else edge,
        binding=bound,
        changes=tuple(changes),
    )


def _fits(demand: Demand, which: int, volume_nl: int) -> bool:
    """Try another volume for one zone."""
    zones = list(demand.zones)
    zones[which] = zones[which]._replace(volume_nl=volume_nl)
    return isinstance(allocate(demand._replace(zones=tuple(zones)), thorough=False), Doses)


def _crowded(order: Order, demand: Demand, short: Short) -> Infeasible | Undecided:
    """Explain that neighbouring pricks together exceed the dose of a square centimetre."""
    bound, most = order.limits.of(AREA_DOSE, order.which), short.below_nl
    if not short.proved:
        return Undecided(
            f"whether {ml(order.volume_nl)} can be given without exceeding the dose of a square "
            "centimetre somewhere is not known",
            zone=order.zone.name,
            volume_nl=order.volume_nl,
            volume_nl_found=most,
            binding=bound,
        )
    changes = []
    if most and _fits(demand, order.which, most):
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


def _no_such_sum(order: Order, demand: Demand, short: Short) -> Infeasible:
    """Explain that shots of several needles add up to some volumes only."""
    step = order.limits.of("dose_quantum_nl_min")
    near = [one for one in (short.below_nl, short.above_nl) if one != order.volume_nl]
    near = [one for one in near if _fits(demand, order.which, one)]
    return Infeasible(
        f"{ml(order.volume_nl)} cannot be divided over its shots: all needles of one give the same "
        f"dose, and a shot gives whole steps of {ml(step.value)}",
        zone=order.zone.name,
        volume_nl=order.volume_nl,
        volume_nl_max=max(near, default=0),
        binding=step,
        changes=tuple(
            Change("volume", "volume_nl", order.volume_nl, one, "nl", f"{ml(one)} for this zone")
            for one in near
        ),
    )
