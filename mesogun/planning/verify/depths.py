"""How deep each prick goes and what it reaches: as prescribed, and nowhere deeper than allowed.

Part of the independent check.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import HOLE, Zone
from mesogun.planning.pricks import LAYERS
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import Findings, Integers, Truths, rows_of
from mesogun.planning.verify.limits import Bounds
from mesogun.planning.verify.near import taken
from mesogun.planning.verify.skin import thinnest_of_map, thinnest_of_surface

PPM = 1_000_000
UNKNOWN, EPIDERMIS, DERMIS, SUBCUTIS = range(len(LAYERS))


def check_depths(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    """Measure every depth against the needle, the area's cap, the skin, and what was asked."""
    needle = bounds["needle_depth_um_max", None]
    too_long = rows.depth > needle.value
    if too_long.any():
        found.limit(needle, int(rows.depth.max()), None, rows_of(too_long))
    layers = np.full(len(rows.x), UNKNOWN, dtype=np.int64)
    known = False
    for k, zone in enumerate(plan.prescription.zones):
        mine = np.flatnonzero(rows.zone == k)
        down = vertical(rows.depth[mine], zone)
        bound = bounds["depth_um_max", k]
        deep = down > bound.value
        if deep.any():
            found.limit(bound, int(down.max()), zone.name, rows_of(_marked(rows, mine[deep])))
        thick = _thickness(plan, zone, rows, mine)
        _check_asked(zone, rows, mine, thick, found)
        if thick is not None:
            _check_skin(plan, zone, rows, mine, thick, down, found)
        told = zone.skin
        if told is not None and told.epidermis_um is not None:
            full = thick if thick is not None else told.skin_um
            if full is not None:
                known = True
                layers[mine] = np.where(down <= full, DERMIS, SUBCUTIS)
                layers[mine[down <= told.epidermis_um]] = EPIDERMIS
    _check_layers(plan, known, layers, found)


def vertical(length: Integers, zone: Zone) -> Integers:
    """Return how far below the skin so much needle ends, rounded up."""
    deep: Integers = (length * zone.angle_sin_ppm + PPM - 1) // PPM
    return deep


def _marked(rows: Rows, which: Integers) -> Truths:
    marked = np.zeros(len(rows.x), dtype=np.bool_)
    marked[which] = True
    return marked


def _thickness(plan: Plan, zone: Zone, rows: Rows, mine: Integers) -> Integers | None:
    """Return the least thickness anywhere that each prick may land; None: no map tells it."""
    asked = plan.prescription
    if asked.surface is not None:
        if not asked.surface.skin_um or plan.pricks.face is None:
            return None
        face = plan.pricks.face.astype(np.int64)[mine]
        points = taken(rows.points, mine)
        return thinnest_of_surface(asked.surface, points, face, asked.position_um)
    if zone.skin is None or zone.skin.raster is None:
        return None
    return thinnest_of_map(zone.skin.raster, rows.x[mine], rows.y[mine], asked.position_um)


def _least_of_shots(rows: Rows, mine: Integers, thick: Integers) -> Integers:
    """Return, for each of the zone's pricks, the least thickness of all pricks of its shot."""
    if len(rows.first) == len(rows.x):
        return thick
    of_row = np.full(len(rows.x), np.iinfo(np.int64).max, dtype=np.int64)
    of_row[mine] = thick
    return np.minimum.reduceat(of_row, rows.first)[rows.shot[mine]]


def _check_asked(
    zone: Zone, rows: Rows, mine: Integers, thick: Integers | None, found: Findings
) -> None:
    """As long as asked, or, where the skin is thinner, the longest that stays within it."""
    asked, length = int(zone.depth_um), rows.depth[mine]
    other = length != asked
    if thick is not None:
        least = _least_of_shots(rows, mine, thick)
        longest = (length < asked) & (vertical(length + 1, zone) > least)
        other = (other & ~longest) | (vertical(length, zone) > least)
        other &= least != HOLE
    if other.any():
        marked = rows_of(_marked(rows, mine[other]))
        found.rule(
            "depth_um",
            int(rows.depth[marked[0]]),
            asked,
            "um",
            zone=zone.name,
            pricks=marked,
            origin="prescription",
            note="not the depth prescribed" + (" for skin so thick" if thick is not None else ""),
        )


def _check_skin(
    plan: Plan,
    zone: Zone,
    rows: Rows,
    mine: Integers,
    thick: Integers,
    down: Integers,
    found: Findings,
) -> None:
    """Nothing beneath the skin, nothing where the map has a hole, room for the needle's opening."""
    hole = thick == HOLE
    origin = plan.prescription.surface.source if plan.prescription.surface else ""
    if zone.skin is not None and zone.skin.raster is not None:
        origin = zone.skin.raster.source
    if hole.any():
        note = f"unknown within {plan.prescription.position_um} um"
        pricks = rows_of(_marked(rows, mine[hole]))
        found.rule(
            "skin_um", HOLE, 0, "um", zone=zone.name, pricks=pricks, note=note, origin=origin
        )
    below = ~hole & (down > thick)
    if below.any():
        pricks = rows_of(_marked(rows, mine[below]))
        one = int(np.flatnonzero(mine == pricks[0])[0])
        found.rule(
            "skin_um",
            int(down[one]),
            int(thick[one]),
            "um",
            zone=zone.name,
            pricks=pricks,
            note="deeper than the skin is thick where the prick may land",
            origin=origin,
        )
    bevel = max(plan.prescription.bevel_um, 1)
    short = rows.depth[mine] < bevel
    if short.any():
        pricks = rows_of(_marked(rows, mine[short]))
        value = int(rows.depth[pricks[0]])
        note = "less than the needle's opening takes"
        found.rule("bevel_um", value, bevel, "um", zone=zone.name, pricks=pricks, note=note)


def _check_layers(plan: Plan, known: bool, layers: Integers, found: Findings) -> None:
    told = plan.pricks.layer
    if told is None:
        if known:
            found.rule("layer", 0, 1, "column", note="layers are known, but the column is missing")
        return
    wrong = told != layers
    if not known or wrong.any():
        rows = rows_of(wrong)
        said, meant = (int(told[rows[0]]), int(layers[rows[0]])) if rows else (1, 0)
        note = f"the tip is in: {LAYERS[meant]}" if known else "nothing is known of the layers"
        found.rule("layer", said, meant, "", pricks=rows, note=note)
