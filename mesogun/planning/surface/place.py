"""The pricks of a zone on a surface: as wide apart as the doses allow, and which way they go in.

The door of this room. Distances are Euclidean, through the body: never more than along the skin,
so spacing and margin hold along the skin as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.asked import Order
from mesogun.planning.dose.held import rows as fullness
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import mm
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import Prescription, Surface, Zone
from mesogun.planning.surface.ground import border_of, box_of, is_clear, strewn
from mesogun.planning.surface.mesh import mesh_of
from mesogun.planning.surface.normals import directions
from mesogun.planning.surface.pack import (
    STARTS_AT_BEST,
    STREWN_MIN,
    Layout,
    Measured,
    Site,
    free_of,
    hexagonal,
    measured,
)

LOST_PERCENT = 5
"""A zone that loses more of its area than this to pricks of others is worth a warning."""


def treatable_area_um2(surface: Surface, zone: Zone) -> int:
    """Return about how much of a zone lies inside its margins, at least 1 um2.

    Told from some thousand places strewn over it, always the same ones.
    """
    mesh, faces = mesh_of(surface), np.array(zone.faces, dtype=np.int64)
    border = border_of(mesh, faces, int(zone.margin_um), 0)
    clear = is_clear(border, strewn(mesh, faces, STREWN_MIN, 0, 0).rounded, 0)
    whole = int(mesh.area2_um2[faces].sum()) // 2
    return max(1, whole * int(clear.sum()) // STREWN_MIN)


def place_on_surface(
    prescription: Prescription,
    index: int,
    asked: Order,
    done: Sequence[tuple[Spots, int]],
    warnings: list[str],
) -> Spots:
    """Return the pricks of zone `index`, each with its face and its direction.

    `done` has the zones placed before, each with its `spacing_um_min`; what a person should know
    goes into `warnings`.

    Raises:
        PlanError: the margin is less than its limit, or the spacing is in a wrong unit.
        Infeasible: no prick fits, or the volume fits at no spacing.
    """
    assert prescription.surface is not None
    zone = asked.zone
    floor = asked.limits.of("margin_um_min", index)
    margin = int(zone.margin_um)
    if margin < floor.value:
        raise PlanError(
            f"zone {zone.name!r}: a margin of {mm(margin)} is less than {floor.name} = "
            f"{mm(floor.value)} [{floor.origin}]"
        )
    mesh, faces = mesh_of(prescription.surface), np.array(zone.faces, dtype=np.int64)
    others = _others(prescription, asked, done, box_of(mesh, faces))
    chance = prescription.seed, index
    site = Site(mesh, faces, margin, others, chance, asked.low_um)
    layout = chosen(site, asked, asked.low_um, asked.high_um)
    if layout is None or len(layout) * asked.doses.least > asked.doses.total:
        from mesogun.planning.surface.refusal import does_not_fit

        raise does_not_fit(asked, site, layout)
    found = measured(site, layout)
    _warn(site, layout, found, zone, warnings)
    return _spots(site, layout, found.coverage_um)


def _others(
    prescription: Prescription,
    asked: Order,
    done: Sequence[tuple[Spots, int]],
    box: tuple[Integers, Integers],
) -> Integers:
    """Return rows of x, y, z and reach: pricks of other zones and sessions around this one."""
    own = asked.limits.of("spacing_um_min", asked.which).value
    rows = [np.zeros((0, 4), dtype=np.int64)]
    for spots, spacing_um in done:
        reach = np.full(len(spots), max(own, spacing_um), dtype=np.int64)
        rows.append(np.stack((spots.x_um, spots.y_um, spots.z_um, reach), axis=1))
    for one in prescription.earlier:
        points = np.array(one.points_um, dtype=np.int64).reshape(-1, 3)
        reach = np.full((len(points), 1), one.distance_um, dtype=np.int64)
        rows.append(np.concatenate((points, reach), axis=1))
    table = np.concatenate(rows)
    low, high = box
    place, reach = table[:, :3], table[:, 3:]
    near = ((place > low - reach) & (place < high + reach)).all(axis=1)
    return table[near]


def chosen(site: Site, asked: Order, low_um: int, high_um: int) -> Layout | None:
    """Return the filling to use between two spacings, or None if none holds the volume.

    First every dose at most the usual one, at the widest spacing; failing that, the tightest
    spacing under the cap.
    """
    doses = asked.doses
    steps = [
        (max(lo, low_um), min(hi or high_um, high_um), held)
        for lo, hi, held in fullness(low_um)
        if min(hi or high_um, high_um) >= max(lo, low_um)
    ]
    for lo, hi, held in steps:
        each = doses.each_at(held, doses.usual)
        if each < doses.least:
            continue
        need = max(1, -(-doses.total // each))  # a share that comes to nothing is refused
        if need > site.most_at(lo):
            continue
        found = site.widest(lo, hi, need)
        if found is not None:
            return found
    for lo, _, held in reversed(steps):
        each = doses.each_at(held, doses.cap)
        if each < doses.least or site.most_at(lo) * each < doses.total:
            continue
        best = site.at(lo, 0, STARTS_AT_BEST)
        if len(best) and len(best) * each >= doses.total:
            return best
    return None


def _warn(site: Site, layout: Layout, found: Measured, zone: Zone, warnings: list[str]) -> None:
    inside = len(site.inside.face)
    left = len(free_of(site.inside, site.others).face) if len(site.others) else inside
    if (inside - left) * 100 > inside * LOST_PERCENT:
        warnings.append(
            f"zone {zone.name!r}: {(inside - left) * 100 // inside} % of its area is left free so "
            "that pricks keep their distance from those of other zones and earlier sessions"
        )
    if found.beyond_ppm:
        from mesogun.planning.surface.refusal import cm2

        warnings.append(
            f"zone {zone.name!r}: it has two sides nearer to each other than the spacing of "
            f"{mm(layout.pitch_um)} (an ear, a lip, a nostril): about "
            f"{cm2(site.area_um2 * found.beyond_ppm // 1_000_000)} have pricks on the other side "
            "only; that is safe, but they are not treated from their own side"
        )


def _spots(site: Site, layout: Layout, coverage_um: int) -> Spots:
    face = site.faces[layout.face]
    into = directions(site.mesh, face, layout.place)
    x, y, z = (np.ascontiguousarray(layout.place[:, axis]) for axis in range(3))
    nx, ny, nz = (np.ascontiguousarray(into[:, axis]) for axis in range(3))
    pitch = layout.pitch_um
    return Spots(
        x_um=x,
        y_um=y,
        z_um=z,
        shot=np.arange(len(x)),
        pitch_um=pitch,
        face=face,
        nx=nx,
        ny=ny,
        nz=nz,
        prick_bound=hexagonal(site.area_um2, pitch) + site.border_um // (2 * pitch) + 1,
        area_um2=site.area_um2,
        coverage_um=coverage_um,
    )
