"""What was planned zone by zone becomes the plan's table and its account of each zone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mesogun.planning.asked import Order
from mesogun.planning.depth import depths_and_layers
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.spots import Spots
from mesogun.planning.plan import Answer, PlannedZone
from mesogun.planning.prescription import Prescription
from mesogun.planning.pricks import Column, PrickTable, column


class Done(NamedTuple):
    """One zone whose pricks have their places and their order."""

    spots: Spots
    """In firing order; `lattice` as it was placed."""
    asked: Order
    travel_um_min: int


def table_of(
    prescription: Prescription,
    done: Sequence[Done],
    dose_nl: Sequence[Integers],
    depths: Sequence[int],
) -> PrickTable:
    """Join the zones' columns; those that no zone needs stay away."""
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
        dose_nl=column(np.concatenate(dose_nl)),
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


def planned_zone(done: Done, dose_nl: Integers, answer: Answer, travel_um: int) -> PlannedZone:
    """Return the plan's account of one zone."""
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
        dose_nl_total=int(dose_nl.sum()),
        travel_um=travel_um,
        travel_um_min=done.travel_um_min,
        prick_bound=spots.prick_bound,
        area_um2=spots.area_um2,
        coverage_um=spots.coverage_um,
        dose_answer=answer,
    )
