"""Giving every prick of a prescription its dose, over all zones at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mesogun.planning.asked import Order
from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.demand import Bounds, Demand, Short
from mesogun.planning.dose.held import most_at, packed
from mesogun.planning.dose.roll import Places
from mesogun.planning.dose.weights import weights_of
from mesogun.planning.limits import Limits
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.spots import Spots
from mesogun.planning.plan import Answer
from mesogun.planning.prescription import Prescription


class Placed(NamedTuple):
    """A zone's pricks in firing order, and what they are asked to hold."""

    spots: Spots
    asked: Order


class Given(NamedTuple):
    """Doses in nL for each prick, zone by zone, and what is proved of them."""

    dose_nl: list[Integers]
    answers: tuple[Answer, ...]


def give(prescription: Prescription, limits: Limits, zones: Sequence[Placed]) -> Given:
    """Divide each zone's volume over its pricks: evenly or by weight, within every bound.

    Raises:
        Infeasible: they cannot hold it; it says what they can.
        Undecided: nobody knows whether they can.
        PlanError: a map of weights makes no sense.
    """
    demand = demand_of(prescription, limits, zones)
    answer = allocate(demand)
    if isinstance(answer, Short):
        from mesogun.planning.dose.refusal import too_full

        raise too_full(zones[answer.zone].asked, demand, answer)
    ends = np.cumsum([len(one.spots) for one in zones])[:-1]
    return Given(np.split(answer.dose_nl, ends), answer.answers)


def demand_of(prescription: Prescription, limits: Limits, zones: Sequence[Placed]) -> Demand:
    """Return the pricks of all zones as one demand."""
    spots = [one.spots for one in zones]
    firsts = np.cumsum([0, *(int(one.shot.max()) + 1 for one in spots)]).tolist()
    is_flat = prescription.surface is None
    places = Places(
        np.concatenate([one.x_um for one in spots]),
        np.concatenate([one.y_um for one in spots]),
        None if is_flat else np.concatenate([one.z_um for one in spots]),
    )
    bounds = []
    for one in zones:
        held = most_at if one.spots.lattice is not None else packed
        bounds.append(
            Bounds(
                one.asked.volume_nl,
                limits.of("dose_nl_min", one.asked.which).value,
                limits.of("dose_nl_max", one.asked.which).value,
                limits.of("area_dose_nl_per_cm2_max", one.asked.which).value,
                held(one.spots.pitch_um) if is_flat else 0,
            )
        )
    return Demand(
        places,
        np.repeat(np.arange(len(spots)), [len(one) for one in spots]),
        np.concatenate([one.shot + k for one, k in zip(spots, firsts, strict=False)]),
        limits.of("dose_quantum_nl_min").value,
        tuple(bounds),
        _weights(prescription, zones),
    )


def _weights(prescription: Prescription, zones: Sequence[Placed]) -> Integers | None:
    """Return the weights of all pricks, or None if no zone asks for any."""
    parts = [weights_of(prescription, one.asked.zone, one.spots) for one in zones]
    if all(part is None for part in parts):
        return None
    alike = [np.ones(len(one.spots), dtype=np.int64) for one in zones]
    return np.concatenate(
        [one if part is None else part for one, part in zip(alike, parts, strict=True)]
    )
