"""Where more and where less is asked for: the weight of each prick, from a map or a surface."""

from __future__ import annotations

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import at_mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import HOLE, Prescription, Raster, Surface, Zone

WEIGHT_MAX = 1_000_000


def weights_of(prescription: Prescription, zone: Zone, spots: Spots) -> Integers | None:
    """Return the weight of each prick of `zone`, or None where all are alike.

    It is that of the map's cell in which the prick lies (a prick between two cells belongs to the
    upper or right one), or that of the nearest corner of its face. A prick of weight 0 gets the
    least dose there is.

    Raises:
        PlanError: nothing is known at a prick's place, all weights are 0, or one is beyond reason.
    """
    surface = prescription.surface
    if zone.weights is not None and surface is None:
        weight = _in_cells(zone.weights, spots, zone.name)
    elif surface is not None and surface.weights:
        weight = _at_corners(surface, spots)
    else:
        return None
    if not weight.any():
        raise PlanError(
            f"zone {zone.name!r}: the weights are 0 wherever there is a prick, so nothing tells "
            "how to divide the dose; leave the map away, or leave the zone out"
        )
    if int(weight.max()) > WEIGHT_MAX:
        raise PlanError(
            f"zone {zone.name!r}: a weight of {int(weight.max())} is beyond reason; weights are "
            f"relative to each other and at most {WEIGHT_MAX}"
        )
    return weight


def _in_cells(raster: Raster, spots: Spots, name: str) -> Integers:
    values = np.array(raster.values, dtype=np.int64).reshape(-1, raster.columns)
    column = (spots.x_um - raster.left_um) // raster.cell_um
    row = (spots.y_um - raster.low_um) // raster.cell_um
    there = (column >= 0) & (column < raster.columns) & (row >= 0) & (row < len(values))
    weight = np.full(len(spots), HOLE, dtype=np.int64)
    weight[there] = values[row[there], column[there]]
    holes = np.flatnonzero(weight == HOLE)
    if len(holes):
        place = at_mm(int(spots.x_um[holes[0]]), int(spots.y_um[holes[0]]))
        raise PlanError(
            f"zone {name!r}: the map of weights says nothing at {place} ({len(holes)} pricks); "
            "complete the map, or keep these places free (exclusion)"
        )
    return weight


def _at_corners(surface: Surface, spots: Spots) -> Integers:
    """Return the weight of the nearest corner of each prick's face, the first of equally near."""
    assert spots.face is not None
    corners = np.array(surface.faces, dtype=np.int64)[spots.face]
    vertices = np.array(surface.vertices_um, dtype=np.int64)[corners]
    place = np.stack((spots.x_um, spots.y_um, spots.z_um), axis=1)[:, None, :]
    gap = ((vertices - place) ** 2).sum(axis=2)
    nearest = np.argmin(gap, axis=1)
    weights = np.array(surface.weights, dtype=np.int64)
    weight: Integers = weights[corners[np.arange(len(corners)), nearest]]
    return weight
