"""How deep each prick goes, and which layer of the skin it reaches.

What a zone asks is refused, never clamped, beyond a limit. Where a map tells how thick the skin is
place by place, the needle goes less deep where the skin is thinner, anywhere that the prick may
land, and is refused where too little is left or nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.limits import Limits
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.place.region import at_mm, mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import HOLE, Prescription, Raster, Surface, Zone
from mesogun.planning.pricks import LAYERS

DEPTH_UM_MAX = 1_000_000
PPM = 1_000_000
CELLS_AT_ONCE = 1_000_000
UNKNOWN, EPIDERMIS, DERMIS, SUBCUTIS = range(len(LAYERS))


def depth_of(zone: Zone, index: int, limits: Limits) -> int:
    """Return the length in um of needle that `zone` asks for, before any map.

    Raises:
        PlanError: the depth is not above 0, beyond the area's cap, or beyond the needle.
    """
    depth = int(zone.depth_um)
    if not 0 < depth <= DEPTH_UM_MAX:
        raise PlanError(f"zone {zone.name!r}: depth is {mm(depth)}; no needle goes there")
    if not 0 < zone.angle_sin_ppm <= PPM:
        raise PlanError(
            f"zone {zone.name!r}: the sine of the needle's angle is {zone.angle_sin_ppm} ppm; it "
            f"must be above 0 and at most {PPM}"
        )
    down = int(vertical_um(np.array([depth]), zone.angle_sin_ppm)[0])
    for asked, name, which in ((down, "depth_um_max", index), (depth, "needle_depth_um_max", None)):
        bound = limits.of(name, which)
        if asked > bound.value:
            raise PlanError(
                f"zone {zone.name!r}: depth {mm(asked)} is beyond {bound.name} = {mm(bound.value)} "
                f"[{bound.origin}]; ask for {mm(bound.value)} or less"
            )
    return depth


def vertical_um(length_um: Integers, angle_sin_ppm: int) -> Integers:
    """Return how far below the skin the tip of so much needle lies, rounded up (deeper)."""
    deep: Integers = -(-length_um * angle_sin_ppm // PPM)
    return deep


def depths_and_layers(
    prescription: Prescription, zone: Zone, asked_um: int, spots: Spots
) -> tuple[Integers, Integers | None]:
    """Return each prick's needle length in um and its layer (None where nothing is known of it).

    Raises:
        PlanError: the map has a hole within reach of a prick, or leaves too little for the needle.
    """
    surface = prescription.surface
    skin = _skin_at(prescription, zone, spots)
    depth = np.full(len(spots), asked_um, dtype=np.int64)
    if skin is not None:
        depth = np.minimum(depth, skin * PPM // zone.angle_sin_ppm)
        depth = _same_in_a_shot(spots, depth)
        least = max(prescription.bevel_um, 1)
        short = np.flatnonzero(depth < least)
        if len(short):
            row = int(short[0])
            raise PlanError(
                f"zone {zone.name!r}: at {_place(spots, row, surface)} the skin is "
                f"{mm(int(skin[row]))} thick, and {len(short)} pricks would have less than the "
                f"{mm(least)} that the needle's opening takes; keep these places free (exclusion)"
            )
    return depth, _layers(zone, depth, skin)


def _layers(zone: Zone, depth: Integers, skin: Integers | None) -> Integers | None:
    told = zone.skin
    if told is None or told.epidermis_um is None or (told.skin_um is None and skin is None):
        return None
    down = vertical_um(depth, zone.angle_sin_ppm)
    thick = skin if skin is not None else np.full(len(depth), told.skin_um, dtype=np.int64)
    below = np.where(down <= thick, DERMIS, SUBCUTIS)
    return np.where(down <= told.epidermis_um, EPIDERMIS, below)


def _same_in_a_shot(spots: Spots, depth: Integers) -> Integers:
    """Give all pricks of a shot the depth of the shallowest."""
    least: Integers = np.full(len(spots), DEPTH_UM_MAX, dtype=np.int64)
    np.minimum.at(least, spots.shot, depth)
    return least[spots.shot]


def _skin_at(prescription: Prescription, zone: Zone, spots: Spots) -> Integers | None:
    """Return the least thickness of the skin anywhere that each prick may land, or None."""
    surface = prescription.surface
    if surface is not None:
        if not surface.skin_um:
            return None
        found = _on_surface(surface, zone, spots, prescription.position_um)
        what = f"the thickness at the vertices of {surface.name!r}"
    elif zone.skin is not None and zone.skin.raster is not None:
        found = thinnest(zone.skin.raster, spots.x_um, spots.y_um, prescription.position_um)
        what = "the map of the skin's thickness"
    else:
        return None
    holes = np.flatnonzero(found == HOLE)
    if len(holes):
        row = int(holes[0])
        raise PlanError(
            f"zone {zone.name!r}: {what} has a hole within {mm(prescription.position_um)} of "
            f"{_place(spots, row, surface)} ({len(holes)} pricks): nothing is known there, and "
            "nothing is made up; complete the map or keep these places free (exclusion)"
        )
    return found


def _place(spots: Spots, row: int, surface: Surface | None) -> str:
    x, y, z = int(spots.x_um[row]), int(spots.y_um[row]), int(spots.z_um[row])
    if surface is None:
        return at_mm(x, y)
    return f"({mm(x)[:-3]}, {mm(y)[:-3]}, {mm(z)[:-3]}) mm"


def thinnest(raster: Raster, x_um: Integers, y_um: Integers, reach_um: int) -> Integers:
    """Return the least value of the cells that a disc around each point touches.

    `HOLE` where one of them is a hole or lies beyond the raster.
    """
    values = np.array(raster.values, dtype=np.int64).reshape(-1, raster.columns)
    cell, least = raster.cell_um, np.full(len(x_um), np.iinfo(np.int64).max)
    x, y = x_um - raster.left_um, y_um - raster.low_um
    across, up = x // cell, y // cell
    steps = range(-(reach_um // cell) - 1, reach_um // cell + 2)
    for dj in steps:
        for di in steps:
            column, row = across + di, up + dj
            touched = _touches(x, y, column * cell, row * cell, cell, reach_um)
            there = (column >= 0) & (column < raster.columns) & (row >= 0) & (row < len(values))
            value = np.full(len(x), HOLE, dtype=np.int64)
            value[there] = values[row[there], column[there]]
            least = np.where(touched, np.minimum(least, value), least)
    return least


def _touches(
    x: Integers, y: Integers, left: Integers, low: Integers, cell: int, reach: int
) -> Truths:
    """Tell whether the disc around each point touches a cell, its edges included."""
    dx = np.maximum(np.maximum(left - x, x - (left + cell)), 0)
    dy = np.maximum(np.maximum(low - y, y - (low + cell)), 0)
    near: Truths = dx * dx + dy * dy <= reach * reach
    return near


def _on_surface(surface: Surface, zone: Zone, spots: Spots, reach_um: int) -> Integers:
    """Return the least thickness at the corners of faces that come within reach of each prick.

    A face comes within reach if the box around its three corners does (its sides along the axes):
    on the safe side, and the same for everybody who checks.
    """
    vertices = np.array(surface.vertices_um, dtype=np.int64)
    corners = np.array(surface.faces, dtype=np.int64)
    skin = np.array(surface.skin_um, dtype=np.int64)
    low, high = vertices[corners].min(axis=1), vertices[corners].max(axis=1)
    thin = skin[corners].min(axis=1)  # HOLE is below every thickness
    assert spots.face is not None
    least: Integers = thin[spots.face].copy()
    place = np.stack((spots.x_um, spots.y_um, spots.z_um), axis=1)
    near = _faces_near(low, high, place, reach_um)
    low, high, thin = low[near], high[near], thin[near]
    step = max(1, CELLS_AT_ONCE // max(1, len(low)))
    for start in range(0, len(place), step):
        rows = slice(start, start + step)
        at = place[rows, None, :]
        gap = np.maximum(np.maximum(low - at, at - high), 0)
        touched = (gap * gap).sum(axis=2) <= reach_um * reach_um
        value = np.where(touched, thin, np.iinfo(np.int64).max).min(axis=1, initial=2**62)
        least[rows] = np.minimum(least[rows], value)
    return least


def _faces_near(low: Integers, high: Integers, place: Integers, reach_um: int) -> Integers:
    """Return the faces that come near to the box around all places."""
    first, last = place.min(axis=0) - reach_um, place.max(axis=0) + reach_um
    near: Integers = np.flatnonzero(((high >= first) & (low <= last)).all(axis=1))
    return near


def check_rasters(zones: Sequence[Zone]) -> None:
    """Make sure that maps are whole rectangles of cells.

    Raises:
        PlanError: one is not.
    """
    for zone in zones:
        maps = [zone.weights, None if zone.skin is None else zone.skin.raster]
        for raster in maps:
            if raster is None:
                continue
            if raster.cell_um < 1 or raster.columns < 1 or not raster.values:
                raise PlanError(f"zone {zone.name!r}: a map needs cells; this one has none")
            if len(raster.values) % raster.columns:
                raise PlanError(
                    f"zone {zone.name!r}: a map of {len(raster.values)} cells has no whole rows of "
                    f"{raster.columns}"
                )
            if min(raster.values) < HOLE:
                raise PlanError(f"zone {zone.name!r}: a map holds {min(raster.values)}: below 0")
