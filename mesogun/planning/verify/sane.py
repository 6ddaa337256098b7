"""Can the prescription be computed with at all? Whole numbers in range, indices that exist.

Part of the independent check. What is noted here stops the check.
"""

from __future__ import annotations

from itertools import chain

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import HOLE, Needling, Prescription, Raster, Surface, Zone
from mesogun.planning.verify.columns import COORDINATE_UM_MAX
from mesogun.planning.verify.findings import Findings

FIGURE_MAX = 2_000_000_000
"""Two kilometres, two litres, half an hour in us: beyond any use, and far within 64 bits."""
LIMIT_MAX = 10**12
PPM = 1_000_000
NEEDLE_STEPS_MAX = 1_000
PASSES_MAX = 1_000
FIGURES = ("margin_um", "depth_um", "dwell_ms", "interval_ms")


def check_prescription(prescription: Prescription, found: Findings) -> None:
    """Note every figure of the prescription that nothing sensible can be computed from."""
    for one in prescription.limits:
        least = 0 if one.name == "margin_um_min" else 1
        _within(one.name, one.value, least, LIMIT_MAX, found, note=f"a limit of {one.origin!r}")
    _check_session(prescription, found)
    for zone in prescription.zones:
        _check_zone(prescription, zone, found)
    for head in prescription.heads:
        steps = max((max(abs(i), abs(j)) for i, j in head.needles), default=-1)
        _within("needles", steps, 0, NEEDLE_STEPS_MAX, found, note=f"head {head.name!r}")
        _within("pitch_um", head.pitch_um, 0, COORDINATE_UM_MAX, found, note=f"head {head.name!r}")
    for record in prescription.earlier:
        where = f"record {record.record!r}"
        _within("distance_um", record.distance_um, 0, COORDINATE_UM_MAX, found, note=where)
        far = max(map(abs, chain.from_iterable(record.points_um)), default=0)
        _within("points_um", far, 0, COORDINATE_UM_MAX, found, note=where)
    if prescription.surface is not None:
        _check_surface(prescription.surface, found)


def check_settled(plan: Plan, found: Findings) -> None:
    """Make sure that what is settled names rows of the plan, rising, and a parent."""
    settled = plan.settled
    if settled is None:
        return
    digits = settled.parent.removeprefix("sha256:")
    if len(digits) != 64 or len(settled.parent) != 71 or not set(digits) <= set("0123456789abcdef"):
        found.rule("settled", 0, 1, "", note=f"the parent {settled.parent!r} is no digest")
    if len(settled.rows) != len(settled.given_nl):
        found.rule("settled", len(settled.given_nl), len(settled.rows), "rows")
    before = -1
    for row in settled.rows:
        if not before < row < len(plan.pricks):
            note = "settled rows rise and are rows of the plan"
            found.rule("settled", row, before + 1, "row", note=note)
            return
        before = row


def _within(
    name: str,
    value: int,
    low: int,
    high: int,
    found: Findings,
    zone: str | None = None,
    note: str = "",
) -> None:
    if not low <= value <= high:
        bound = min(max(value, low), high)
        found.rule(name, value, bound, "", zone=zone, note=note, origin="prescription")


def _extremes(values: tuple[int, ...]) -> list[int]:
    """Return the least and the greatest, or the one that is both."""
    return sorted({min(values), max(values)})


def _check_session(asked: Prescription, found: Findings) -> None:
    motion = asked.motion
    _within("needle_um_per_s", motion.needle_um_per_s, 1, FIGURE_MAX, found)
    _within("travel_um_per_s", motion.travel_um_per_s, 1, FIGURE_MAX, found)
    _within("settle_us", motion.settle_us, 0, FIGURE_MAX, found)
    _within("needle_settle_us", motion.needle_settle_us, 0, FIGURE_MAX, found)
    _within("position_um", asked.position_um, 0, COORDINATE_UM_MAX, found)
    _within("bevel_um", asked.bevel_um, 0, COORDINATE_UM_MAX, found)
    if asked.needling is not None:
        _check_needling(asked.needling, found)
    for product in asked.products:
        _within("volume_nl", int(product.volume_nl), 0, FIGURE_MAX, found, note=product.name)


def _check_needling(asked: Needling, found: Findings) -> None:
    pen = int(asked.kind == "pen")
    _within("needles", asked.needles, 1, FIGURE_MAX, found)
    _within("width_um", asked.width_um, 1, COORDINATE_UM_MAX, found)
    _within("cycles_per_s", asked.cycles_per_s, pen, FIGURE_MAX, found)
    _within("turn_um", asked.turn_um, 1 - pen, FIGURE_MAX, found)
    _within("hand_um_per_s", asked.hand_um_per_s, 0, FIGURE_MAX, found)


def _check_zone(asked: Prescription, zone: Zone, found: Findings) -> None:
    name = zone.name
    values = {one: int(value) for one, value in zip(FIGURES, _figures(zone), strict=True)}
    for figure, value in values.items():
        _within(figure, value, 0, FIGURE_MAX, found, zone=name)
    needling = asked.needling is not None
    _within("rate_nl_per_s", int(zone.rate_nl_per_s), 1 - needling, FIGURE_MAX, found, zone=name)
    _within("passes", zone.passes, 1, PASSES_MAX, found, zone=name)
    _within("pricks_per_cm2", zone.pricks_per_cm2, 0, FIGURE_MAX, found, zone=name)
    _within("angle_sin_ppm", zone.angle_sin_ppm, 1, PPM, found, zone=name)
    _within("product", zone.product, 0, len(asked.products) - 1, found, zone=name)
    if zone.share_ppm is not None:
        _within("share_ppm", zone.share_ppm, 0, PPM, found, zone=name)
    if zone.spacing_um is not None:
        _within("spacing_um", int(zone.spacing_um), 1, COORDINATE_UM_MAX, found, zone=name)
    if zone.rest is not None:
        _within("radius_um", zone.rest.radius_um, 0, COORDINATE_UM_MAX, found, zone=name)
        _within("rest_ms", zone.rest.ms, 0, FIGURE_MAX, found, zone=name)
    if zone.skin is not None and zone.skin.raster is not None:
        _check_raster(zone.skin.raster, zone, found)
    if asked.surface is None:
        _check_rings(zone, found)
    else:
        _check_faces(asked.surface, zone, found)


def _figures(zone: Zone) -> tuple[int, int, int, int]:
    return int(zone.margin_um), int(zone.depth_um), int(zone.dwell_ms), int(zone.interval_ms)


def _check_rings(zone: Zone, found: Findings) -> None:
    rings = (zone.outline_um, *zone.exclusions_um)
    far = max((max(abs(a), abs(b)) for ring in rings for a, b in ring), default=0)
    if far > COORDINATE_UM_MAX or any(len(ring) < 3 for ring in rings):
        found.rule("outline", far, COORDINATE_UM_MAX, "um", zone=zone.name)
    if zone.faces:
        found.rule("faces", len(zone.faces), 0, "", zone=zone.name, note="there is no surface")


def _check_faces(surface: Surface, zone: Zone, found: Findings) -> None:
    if zone.outline_um or zone.exclusions_um or not zone.faces:
        note = "on a surface a zone is made of faces, without an outline"
        found.rule("faces", len(zone.faces), 1, "", zone=zone.name, note=note)
        return
    last = len(surface.faces) - 1
    for face in _extremes(zone.faces):
        _within("faces", face, 0, last, found, zone=zone.name)
    if len(set(zone.faces)) != len(zone.faces):
        found.rule("faces", 2, 1, "", zone=zone.name, note="a face is named twice")


def _check_raster(raster: Raster, zone: Zone, found: Findings) -> None:
    whole = raster.columns > 0 and len(raster.values) % raster.columns == 0
    if not whole or not raster.values:
        found.rule("raster", len(raster.values), raster.columns, "", zone=zone.name)
        return
    _within("cell_um", raster.cell_um, 1, COORDINATE_UM_MAX, found, zone=zone.name)
    for value in _extremes(raster.values):
        _within("raster", value, HOLE, FIGURE_MAX, found, zone=zone.name)
    for corner in (raster.left_um, raster.low_um):
        _within("raster", corner, -COORDINATE_UM_MAX, COORDINATE_UM_MAX, found, zone=zone.name)


def _check_surface(surface: Surface, found: Findings) -> None:
    far = max(map(abs, chain.from_iterable(surface.vertices_um)), default=0)
    _within("vertices_um", far, 0, COORDINATE_UM_MAX, found)
    if not surface.faces:
        found.rule("surface", 0, 1, "faces", origin="prescription")
        return
    last = len(surface.vertices_um) - 1
    for corner in _extremes(tuple(chain.from_iterable(surface.faces))):
        _within("surface", corner, 0, last, found, note="a face names a vertex that is not there")
    if surface.skin_um:
        if len(surface.skin_um) != len(surface.vertices_um):
            found.rule("skin_um", len(surface.skin_um), last + 1, "vertices", origin="prescription")
        for value in _extremes(surface.skin_um):
            _within("skin_um", value, HOLE, FIGURE_MAX, found)
