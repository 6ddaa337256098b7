"""Plans on a surface as pictures: three sides, true shade, and nothing that cannot be seen."""

from __future__ import annotations

import base64
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace

import numpy as np
import pytest

from mesogun.errors import PlanError
from mesogun.planning import Plan, PlannedZone, PrickTable, Surface, Zone, column
from mesogun.report import density_map, page, treatment_map
from mesogun.report.account import zone_area_doubled
from mesogun.report.geometry import Box
from mesogun.report.raster import data_address
from mesogun.report.rows import rows
from mesogun.report.shading import shaded
from mesogun.report.views import beside_each_other, hidden, views
from tests.report import drawn_by_hand as drawn

Triangles = list[tuple[int, int, int]]


def cube() -> tuple[list[tuple[int, int, int]], Triangles]:
    """A cube of 60 mm; faces 0 and 1 look to +z, 2 and 3 to -z, 4 and 5 to +x, 6 and 7 to -x."""
    corners = [(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)]
    vertices = [(30_000 * x, 30_000 * y, 30_000 * z) for x, y, z in corners]
    squares = [(4, 5, 7, 6), (1, 0, 2, 3), (5, 1, 3, 7), (0, 4, 6, 2), (6, 7, 3, 2), (0, 1, 5, 4)]
    faces = [one for a, b, c, d in squares for one in ((a, b, c), (a, c, d))]
    return vertices, faces


def on_cube(places: list[tuple[int, ...]], zones: list[tuple[int, ...]]) -> Plan:
    """A plan of pricks (x, y, z, zone and the needle's direction) on a cube."""
    base = drawn.patch()
    vertices, faces = cube()
    surface = Surface("cube", tuple(vertices), tuple(faces), (), (), "unverified: test")
    asked = base.prescription.zones[0]
    wanted: tuple[Zone, ...] = tuple(
        replace(asked, name=f"zone {k}", outline_um=(), exclusions_um=(), faces=one)
        for k, one in enumerate(zones)
    )
    count = len(places)
    table = PrickTable(
        *(column([one[k] for one in places]) for k in range(3)),
        depth_um=column([600] * count),
        dose_nl=column([5_000 + 1_000 * k for k in range(count)]),
        zone=column([one[3] for one in places]),
        shot=column(range(count)),
        **{
            name: column([one[4 + k] for one in places])
            for k, name in enumerate(("nx", "ny", "nz"))
        },
    )
    planned = tuple(
        PlannedZone(one.name, "cheek", "papule", (), (), 3_000, 9_000, 9_000, (0, 0, 0, 0), 1, 1)
        for one in wanted
    )
    prescription = replace(base.prescription, zones=wanted, surface=surface)
    return replace(base, prescription=prescription, zones=planned, pricks=table)


M = 1_000_000
FRONT, BACK = (0, 0, 30_000, 0, 0, 0, -M), (0, 0, -30_000, 2, 0, 0, M)
LEFT = (30_000, 10_000, 5_000, 1, -M, 0, 0)
PLAN = on_cube([FRONT, LEFT, BACK], [(0, 1), (4,), (8,)])


def test_each_view_shows_the_pricks_of_its_side_and_no_other() -> None:
    seen = {one.name: one for one in views(PLAN, rows(PLAN, None))}
    assert {name: [row.number for row in one.rows] for name, one in seen.items()} == {
        "front": [1],
        "left side": [2],
    }
    (left,) = seen["left side"].rows
    # from the left side of a body, its front is to the left and up is up
    assert (left.x_um, left.y_um) == (-5_000, -10_000)


def test_what_no_view_shows_is_counted_and_told() -> None:
    table = rows(PLAN, None)
    assert hidden(table, views(PLAN, table)) == 1
    told = treatment_map(PLAN, None)
    assert "Seen from front, left side. 1 prick cannot be seen from there." in told
    words = [" ".join(one.itertext()) for one in ET.fromstring(told).iter()]
    assert "seen from the left side" in [" ".join(one.split()) for one in words]
    assert "margin: no prick beyond" not in told


def test_only_the_plan_s_own_ends_are_numbered_in_a_view() -> None:
    some = [(x, y, 30_000, 0, 0, 0, -M) for x in (-9_000, 0, 9_000) for y in (-9_000, 9_000)]
    plan = on_cube([*some, LEFT, (*LEFT[:1], 20_000, *LEFT[2:])], [(0, 1), (4,)])
    svg = ET.fromstring(treatment_map(plan, None))
    numbers = [
        one.text
        for one in svg.iter("{http://www.w3.org/2000/svg}text")
        if "number" in (one.attrib.get("class") or "").split()
    ]
    assert numbers == ["1", "8"], "not 6 and 7, where one view ends and another begins"


@pytest.mark.parametrize(
    ("up", "zone", "names"),
    [("y", 0, ["front"]), ("z", 1, ["front"]), ("x", 0, ["front"])],
)
def test_the_front_is_the_side_that_the_zones_face(up: str, zone: int, names: list[str]) -> None:
    place = (FRONT, LEFT)[zone]
    plan = on_cube([(*place[:3], 0, *place[4:])], [((0, 1), (4, 5))[zone]])
    surface = plan.prescription.surface
    assert surface is not None
    turned = replace(plan.prescription, surface=replace(surface, up=up))
    plan = replace(plan, prescription=turned)
    assert [one.name for one in views(plan, rows(plan, None))] == names


def test_views_stand_beside_each_other_without_touching() -> None:
    laid, box = beside_each_other(views(PLAN, rows(PLAN, None)))
    first, second = laid
    assert first.box.x == 0
    assert first.box.x + first.box.width < second.box.x
    assert box.width == pytest.approx(second.box.x + second.box.width)
    for view in laid:
        for row in view.rows:
            assert view.box.holds(row.x_um / 1000, row.y_um / 1000)


def test_the_nearest_face_is_seen_and_hides_what_lies_behind() -> None:
    near = np.array([(0.0, 0.0, 5.0), (0.0, 10.0, 5.0), (10.0, 0.0, 5.0)])
    far = np.array([(0.0, 0.0, 0.0), (0.0, 20.0, 0.0), (20.0, 0.0, 0.0)])
    points = np.concatenate((far, near))
    faces = np.array([(0, 1, 2), (3, 4, 5)])
    seen = shaded(points, faces, Box(0.0, 0.0, 20.0, 20.0), 0.25)
    assert seen.face[8, 8] == 1
    assert seen.face[40, 20] == 0
    assert seen.face[70, 70] == -1
    x, y = np.array([2.0, 2.0, 5.0, 30.0]), np.array([2.0, 2.0, 10.0, 2.0])
    z = np.array([5.0, 0.0, 0.0, 0.0])
    assert seen.seen(x, y, z).tolist() == [True, False, True, False]
    turned_away = shaded(points, faces[:, ::-1], Box(0.0, 0.0, 20.0, 20.0), 0.25)
    assert (turned_away.face == -1).all()


def test_the_page_of_a_session_on_a_surface_has_its_views_and_the_fullest_ball() -> None:
    record = drawn.record(PLAN)
    told = page(record, PLAN, generated_at="2026-11-21T10:00:00Z")
    assert "To scale as seen from each side" in told
    assert "The fullest ball around a prick" in told
    assert re.search(r"holds\D*7", told)  # no two pricks are near: the largest dose alone
    with pytest.raises(PlanError, match="on a surface"):
        density_map(PLAN)


def pixels(address: str) -> tuple[int, int, int, bytes]:
    """Width, height, bits and raw rows of a PNG's data: address."""
    png = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    wide, high, bits = struct.unpack(">IIB", png[16:25])
    start = png.index(b"IDAT")
    (length,) = struct.unpack(">I", png[start - 4 : start])
    return wide, high, bits, zlib.decompress(png[start + 4 : start + 4 + length])


@pytest.mark.parametrize(("colours", "bits"), [(16, 4), (17, 8)])
def test_few_colours_take_half_a_byte_a_pixel(colours: int, bits: int) -> None:
    palette, strengths = [(k, k, k) for k in range(colours)], [1.0] * colours
    found = pixels(data_address(bytes([1, 2, 3, 4, 5, 6]), 3, palette, strengths))
    raw = b"\x00\x12\x30\x00\x45\x60" if bits == 4 else b"\x00\x01\x02\x03\x00\x04\x05\x06"
    assert found == (3, 2, bits, raw)


def test_a_zone_s_area_on_a_surface_is_that_of_its_faces() -> None:
    assert zone_area_doubled(PLAN, 0) == 2 * 60_000 * 60_000
    assert zone_area_doubled(PLAN, 1) == 60_000 * 60_000
