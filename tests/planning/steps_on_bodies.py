"""The steps of a plan on a surface, one by one; `golden/steps.json` pins what each answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mesogun.planning import Prescription, Surface
from mesogun.planning.asked import orders_of
from mesogun.planning.limits import Limits, effective
from mesogun.planning.place.spots import Spots
from mesogun.planning.prescription import Earlier, Point3
from mesogun.planning.surface.cleaning import cleaned
from mesogun.planning.surface.ground import along_the_margin, border_of, box_of, is_clear, strewn
from mesogun.planning.surface.mesh import boundary, check_surface, mesh_of
from mesogun.planning.surface.normals import directions
from mesogun.planning.surface.pack import Layout, Site, measured
from mesogun.planning.surface.place import place_on_surface, treatable_area_um2
from tests.planning.bodies import ball, on, session, sheet, slab, surface
from tests.planning.corpus import Dice
from tests.planning.steps_told import refused, short


def some_body(dice: Dice) -> Surface:
    """Hills, dents, thin parts, balls: some thousand um to some dozens of mm."""
    kind = dice.upto(6)
    if kind == 0:
        return ball(dice.between(5, 16) * 1_000, dice.between(1, 2), dice.one_of((0.0, 0.3)))
    if kind == 1:
        return slab(dice.between(3, 7) * 4_000, dice.one_of((300, 2_000, 4_000)), 4)
    steep, rough = dice.one_of((0, 3, 20)), dice.one_of((0, 1, 400, 1_500))
    step = dice.one_of((900, 2_000, 3_500, 6_000))

    def height(x: int, y: int) -> int:
        return x * y * steep // (step * 40) + dice.upto(rough + 1)

    return sheet(dice.between(2, 7), dice.between(2, 6), step, height)


def dirtied(dice: Dice, body: Surface) -> Surface:
    """The same as a scanner may leave it: things twice, turned, or without area."""
    vertices, faces = list(body.vertices_um), list(body.faces)
    for _ in range(dice.upto(5)):
        kind, k = dice.upto(6), dice.upto(len(faces))
        a, b, c = faces[k]
        if kind == 0:
            faces[k] = (a, c, b)
        elif kind == 1:
            faces.append((b, a, c))
        elif kind == 2:
            faces.append((a, b, b))
        elif kind == 3:
            vertices.append(vertices[a])
            faces[k] = (len(vertices) - 1, b, c)
        elif kind == 4:
            del faces[k]
        else:
            x, y, z = vertices[b]
            vertices.append((x, y, z + 9_000))
            faces.append(
                (a, len(vertices) - 1, b) if dice.once_in(2) else (a, b, len(vertices) - 1)
            )
    if dice.once_in(5):
        far = [(x + 90_000, y, z) for x, y, z in body.vertices_um]
        start = len(vertices)
        vertices += far
        faces += [(a + start, c + start, b + start) for a, b, c in body.faces]
    changes: dict[str, Any] = {}
    if dice.once_in(4):
        changes["skin_um"] = tuple(dice.between(-1, 9) for _ in vertices)
    if dice.once_in(4):
        changes["weights"] = tuple(dice.upto(9) for _ in vertices)
    return surface(vertices, faces, **changes)


def mended(body: Surface) -> str:
    """What cleaning does and says."""
    vertices = np.array(body.vertices_um, dtype=np.int64)
    made = cleaned(vertices, np.array(body.faces, dtype=np.int64))
    return f"{short(*made[:2])} {' | '.join(made[2])}"


def laid(layout: Layout | None) -> str:
    """A layout in a word."""
    if layout is None:
        return "none"
    return f"{layout.pitch_um}: {short(layout.place, layout.face)}"


def told_of(spots: Spots) -> str:
    """Spots on a surface in a word."""
    columns = spots.x_um, spots.y_um, spots.z_um, spots.face, spots.nx, spots.ny, spots.nz
    rest = f"{spots.prick_bound} {spots.area_um2} {spots.coverage_um} {spots.pitch_um}"
    return f"{short(*columns)} bound, area, coverage, pitch {rest}"


def placed(made: Prescription) -> str:
    """The pricks of a prescription's last zone, beside those of the others, and the warnings."""
    assert made.surface is not None
    areas = [treatable_area_um2(made.surface, one) for one in made.zones]
    warnings: list[str] = []
    done: list[tuple[Spots, int]] = []
    said = []
    for index, order in enumerate(orders_of(made, Limits(effective(made)), areas)):
        spots = place_on_surface(made, index, order, done, warnings)
        done.append((spots, order.limits.of("spacing_um_min", index).value))
        said.append(told_of(spots))
    return f"{areas} {'; '.join(said)} {' | '.join(warnings)}"


def body_tale(number: int) -> dict[str, str]:
    """What the steps of placing answer on one body."""
    dice = Dice(number, 23)
    body = some_body(dice)
    dirty = dirtied(dice, body)
    beyond = replace(dirty, faces=(*dirty.faces, (0, 1, dice.one_of((-1, len(dirty.vertices_um))))))
    twice = (0, 1, number % 3)
    says = {
        "mended": refused(lambda: mended(dirty)),
        "beyond": refused(lambda: check_surface(beyond, [])),
        "checked": refused(lambda: check_surface(dirty, [on(dirty), on(dirty, twice)])),
    }
    mesh = mesh_of(body)
    count = len(body.faces)
    faces = np.array([k for k in range(count) if not dice.once_in(9)], dtype=np.int64)
    margin = dice.one_of((0, 1, 700, 1_500, 3_000))
    low, high = box_of(mesh, faces)
    says["mesh"] = short(mesh.across, mesh.area2_um2, boundary(mesh.faces[faces]), low, high)
    border = border_of(mesh, faces, margin, 0)
    some = strewn(mesh, faces, 400, number, 1)
    clear = is_clear(border, some.rounded, 0)
    says["strewn"] = short(some.face, some.rounded, clear)
    along = along_the_margin(mesh, faces, border, some, clear, 0)
    says["along"] = short(along.face, along.rounded)
    says["ways"] = short(directions(mesh, faces[some.face], some.rounded))
    size = int(mesh.area2_um2[faces].sum()) // 2
    pitch = max(dice.one_of((1_500, 2_500, 4_000, 6_000)), int((size / 25) ** 0.5))
    others = np.array(
        [(*some.rounded[k].tolist(), dice.between(400, 5_000)) for k in range(dice.upto(4))],
        dtype=np.int64,
    ).reshape(-1, 4)
    site = Site(mesh, faces, margin, others, (number, 2), pitch)
    says["site"] = f"{site.area_um2} {site.whole_um2} {site.border_um} {site.size}"
    layout = site.at(pitch)
    says["laid"] = laid(layout)
    if len(layout):
        says["measured"] = str(tuple(measured(site, layout)))
        says["more"] = laid(site.at(pitch * 13 // 10, len(layout)))
        need = max(1, len(layout) * dice.between(2, 9) // 10)
        says["widest"] = laid(site.widest(pitch, 3 * pitch, need))
    says["asked"] = refused(lambda: placed(asked(dice, body, size)))
    return says


def asked(dice: Dice, body: Surface, size_um2: int) -> Prescription:
    """A prescription of all of a body, sometimes for far too much or too little."""
    count = len(body.faces)
    cut = dice.between(1, count)
    names: dict[str, Any] = {"spacing_um": dice.one_of((None, None, 4_500))}
    names["margin_um"] = dice.one_of((300, 1_000, 1_000, 1_000, 4_500))
    zones = [on(body, range(cut), name="first", **names)]
    if cut < count and dice.once_in(2):
        zones.append(on(body, range(cut, count), name="second", **names))
    room = max(1, size_um2 // 25_000_000)
    volume_nl = max(1, room * dice.one_of((3, 10, 20, 30, 60, 400))) * 1_000
    values = {"area_dose_nl_per_cm2_max": dice.one_of((200_000, 60_000, 60_000, 1_500))}
    values |= {"margin_um_min": 300, "spacing_um_min": dice.one_of((2_500, 4_000))}
    if dice.once_in(2):
        values["spacing_um_max"] = 7_000
    earlier = ()
    if dice.once_in(3):
        points: tuple[Point3, ...] = (body.vertices_um[dice.upto(len(body.vertices_um))],)
        earlier = (Earlier("record", "2026-11-07", dice.one_of((2_000, 4_000, 9_000)), points),)  # type: ignore[assignment]
    made = session(body, *zones, volume_nl=volume_nl, **values)
    return replace(made, earlier=earlier, seed=dice.upto(9))
