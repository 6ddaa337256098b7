"""Meshes: what is read of a file, and what is refused with the place."""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesogun.errors import PrescriptionError
from mesogun.intake.bounds import MESH_BYTES_MAX
from mesogun.intake.mesh import read_mesh
from mesogun.planning.prescription import HOLE, Prescription

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]
Write = Callable[..., None]

STEPS = 8


def grid(step: float = 5.0, bulge: float = 0.02) -> tuple[list[Any], list[Any]]:
    """Return a slightly domed square sheet of 2 x 64 triangles, as rows of numbers."""
    points = [
        (i * step, j * step, -bulge * step * ((i - 4) ** 2 + (j - 4) ** 2))
        for j in range(STEPS + 1)
        for i in range(STEPS + 1)
    ]
    faces = []
    for j in range(STEPS):
        for i in range(STEPS):
            a = j * (STEPS + 1) + i
            b, c, d = a + 1, a + STEPS + 2, a + STEPS + 1
            faces += [(a, b, c), (a, c, d)]
    return points, faces


def obj(step: float = 5.0, names: tuple[str, str] = ("left", "right")) -> str:
    """Return the sheet as OBJ, its faces in two groups by their half."""
    points, faces = grid(step)
    lines = ["mtllib https://example.org/none.mtl", "o sheet"]
    lines += [f"v {x} {y} {z}" for x, y, z in points]
    for name, side in zip(names, (0, 1), strict=True):
        lines.append(f"g {name}")
        for face in faces:
            middle = sum(points[one][0] for one in face) / 3
            if (middle > 4 * step) == bool(side):
                lines.append("f " + " ".join(str(one + 1) for one in face))
    return "\n".join(lines) + "\n"


def ply(step: float = 5.0, more: str = "", values: Callable[[int], str] | None = None) -> str:
    """Return the sheet as PLY text, with further properties of its vertices."""
    points, faces = grid(step)
    lines = ["ply", "format ascii 1.0", f"element vertex {len(points)}"]
    lines += [f"property float {one}" for one in ["x", "y", "z", *more.split()]]
    lines += [f"element face {len(faces)}", "property list uchar int vertex_indices", "end_header"]
    lines += [
        f"{x} {y} {z} {values(row) if values else ''}".strip()
        for row, (x, y, z) in enumerate(points)
    ]
    lines += ["3 " + " ".join(map(str, face)) for face in faces]
    return "\n".join(lines) + "\n"


def stl(step: float = 5.0) -> bytes:
    """Return the sheet as binary STL."""
    points, faces = grid(step)
    data = b"\0" * 80 + struct.pack("<I", len(faces))
    for face in faces:
        corners = [value for one in face for value in points[one]]
        data += struct.pack("<12fH", 0, 0, 1, *corners, 0)
    return data


@pytest.fixture
def mesh(tmp_path: Path, tree: Any, zone: Any) -> Write:
    """Writes a mesh beside the prescription, whose only zone becomes its group "left"."""

    def write(data: str | bytes, name: str = "sheet.obj", **surface: Any) -> None:
        (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
        tree["surface"] = {"file": name, "unit": "mm", **surface}
        for key in ("outline_mm", "exclusions_mm"):
            zone.pop(key, None)
        if name.endswith(".obj"):
            zone["group"] = "left"
        else:
            zone["outline_points_mm"] = [[5, 5, 0], [30, 5, 0], [30, 30, 0], [5, 30, 0]]

    return write


def only(lines: list[str]) -> str:
    assert len(lines) == 1, lines
    return lines[0]


def test_a_group_of_an_obj_is_a_zone(read: Read, mesh: Write) -> None:
    mesh(obj())
    made = read()
    (zone,) = made.zones
    surface = made.surface
    assert surface is not None
    assert (len(surface.vertices_um), len(surface.faces)) == (81, 128)
    assert len(zone.faces) == 64
    assert zone.outline_um == ()
    assert surface.name == "sheet.obj"
    for face in zone.faces:
        assert sum(surface.vertices_um[one][0] for one in surface.faces[face]) < 3 * 20_000
    assert (surface.skin_um, surface.weights) == ((), ())


def test_groups_meet_at_one_border_and_not_at_two(read: Read, mesh: Write) -> None:
    mesh(obj())
    assert any("9 vertices at the place of another" in one for one in read().warnings)


def test_objects_serve_as_groups_where_there_are_none(read: Read, mesh: Write) -> None:
    mesh(obj().replace("o sheet\n", "").replace("g ", "o "))
    assert len(read().zones[0].faces) == 64


@pytest.mark.parametrize(
    ("unit", "step"), [("mm", 5), ("cm", 0.5), ("dm", 0.05), ("m", 0.005), ("inch", 5 / 25.4)]
)
def test_a_unit_is_taken_at_its_word(read: Read, mesh: Write, unit: str, step: float) -> None:
    mesh(obj(step), unit=unit)
    surface = read().surface
    assert surface is not None
    assert max(x for x, _, _ in surface.vertices_um) == 40_000


def test_stl_and_ply_are_read_as_obj_is(read: Read, mesh: Write, zone: Any) -> None:
    mesh(ply(), "sheet.ply")
    first = read()
    mesh(stl(), "sheet.stl")
    second = read()
    assert first.surface is not None
    assert second.surface is not None
    assert sorted(first.surface.vertices_um) == sorted(second.surface.vertices_um)
    assert len(first.zones[0].faces) == len(second.zones[0].faces) == 18


def test_the_order_of_faces_in_the_file_does_not_change_which_are_meant(
    read: Read, mesh: Write
) -> None:
    mesh(obj())
    first = read()
    head, _, rest = obj().partition("g left\n")
    left, _, right = rest.partition("g right\n")
    mesh(f"{head}g right\n{right}g left\n{left}")
    second = read()

    def places(made: Prescription) -> list[Any]:
        surface = made.surface
        assert surface is not None
        return sorted(
            sorted(surface.vertices_um[one] for one in surface.faces[face])
            for face in made.zones[0].faces
        )

    assert places(first) == places(second)


# -- properties of vertices ----------------------------------------------------------------------


def test_thickness_and_weight_may_come_with_the_vertices(read: Read, mesh: Write) -> None:
    mesh(
        ply(more="skin weight", values=lambda row: f"{1.2345 + row / 100} {row}"),
        "sheet.ply",
        thickness_property="skin",
        weight_property="weight",
    )
    surface = read().surface
    assert surface is not None
    by_place = dict(zip(surface.vertices_um, surface.skin_um, strict=True))
    assert by_place[(0, 0, -3_200)] == 1_234
    assert by_place[(5_000, 0, -2_500)] == 1_244
    weights = dict(zip(surface.vertices_um, surface.weights, strict=True))
    assert weights[(5_000, 0, -2_500)] == 1_000


def test_a_vertex_of_unknown_thickness_is_a_hole(read: Read, mesh: Write) -> None:
    mesh(
        ply(more="skin", values=lambda row: "nan" if row == 1 else "1.5"),
        "sheet.ply",
        thickness_property="skin",
    )
    surface = read().surface
    assert surface is not None
    assert surface.skin_um.count(HOLE) == 1
    assert surface.vertices_um[surface.skin_um.index(HOLE)] == (5_000, 0, -2_500)


@pytest.mark.parametrize(("other", "thickness"), [("nan", HOLE), ("0.5", 500), ("2.5", 1_500)])
def test_of_several_vertices_at_one_place_the_thinnest_counts(
    read: Read, mesh: Write, other: str, thickness: int
) -> None:
    text = ply(more="skin", values=lambda _: "1.5")
    # A second vertex at the corner, as scanners leave them at every seam; one face hangs on it.
    text = text.replace("element vertex 81", "element vertex 82")
    text = text.replace("\n3 0 1 10\n", f"\n0.0 0.0 -3.2 {other}\n3 81 1 10\n")
    mesh(text, "sheet.ply", thickness_property="skin")
    surface = read().surface
    assert surface is not None
    assert len(surface.vertices_um) == 81
    assert surface.skin_um[surface.vertices_um.index((0, 0, -3_200))] == thickness


@pytest.mark.parametrize(
    ("value", "said"),
    [("-0.1", "below 0"), ("100.5", "is its unit mm"), ("nan", "holds no number"), ("inf", "no n")],
)
def test_a_thickness_that_is_none_is_refused(
    refusal: Refusal, mesh: Write, value: str, said: str
) -> None:
    mesh(ply(more="skin", values=lambda _: value), "sheet.ply", thickness_property="skin")
    line = only(refusal())
    assert line.startswith("surface.thickness_property: 'skin' holds")
    assert said in line


@pytest.mark.parametrize("key", ["thickness_property", "weight_property"])
def test_a_property_that_is_not_there_is_refused(refusal: Refusal, mesh: Write, key: str) -> None:
    mesh(ply(more="skin", values=lambda _: "1"), "sheet.ply", **{key: "skim"})
    assert re.search(
        f"^surface.{key}: found 'skim', an unknown property of a vertex: did you mean 'skin'",
        only(refusal()),
    )


# -- what is refused -----------------------------------------------------------------------------


def spoilt(old: str, new: str) -> str:
    text = obj()
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("", "a.obj", "a.obj: is empty: it has no face"),
        ("v 0 0 0\nv 1 0 0\n", "a.obj", "is no OBJ file that can be read: it holds points or"),
        ("v 0 0 0\nf 1 2 3\n", "a.obj", "is no OBJ file that can be read"),
        (spoilt("v 5.0 0.0", "v nan 0.0"), "a.obj", "1 of .* vertices are no place .NaN or infin"),
        (spoilt("v 5.0 0.0", "v 1e400 0.0"), "a.obj", "vertices are no place .NaN or infinite., v"),
        (spoilt("v 5.0 0.0", "v five 0.0"), "a.obj", "is no OBJ file that can be read"),
        (spoilt("f 1 2 11", "f 1 2 999"), "a.obj", "is no OBJ file that can be read"),
        (spoilt("f 1 2 11", "f 1 2 x"), "a.obj", "is no OBJ file that can be read"),
        (b"\xff\xfe\x00\x01", "a.obj", "a.obj: is "),
        ("ply\nnonsense", "a.ply", "is no PLY file that can be read"),
        ("not a ply", "a.ply", "is no PLY file that can be read"),
        (ply()[:-40], "a.ply", "is no PLY file that can be read|promises 128 of face"),
        (stl()[:-10], "a.stl", "a.stl: is "),
        (b"\0" * 84, "a.stl", "a.stl: is empty|is no STL"),
        (b"\0" * 80 + b"\xff" * 54, "a.stl", "a.stl: is "),
    ],
)
def test_a_damaged_mesh_is_refused_with_the_file(
    refusal: Refusal, mesh: Write, data: str | bytes, name: str, said: str
) -> None:
    mesh(data, name)
    line = only(refusal())
    assert re.search(f"^surface.file: .*{said}", line), line


@pytest.mark.parametrize(
    ("surface", "said"),
    [
        ({"file": "../sheet.obj"}, "surface.file: .*leads out of the prescription's folder"),
        ({"file": "sheet.off"}, "surface.file: .*ends in .obj or .ply or .stl"),
        ({"file": "none.obj"}, "surface.file: .*there is no such file"),
        ({"unit": "km"}, "surface.unit: found 'km': give 'mm' or 'cm'"),
        ({"url": "https://example.org"}, "surface.url: is an unknown key"),
    ],
)
def test_a_mesh_is_named_as_it_should_be(
    refusal: Refusal, mesh: Write, surface: Any, said: str
) -> None:
    mesh(obj(), **surface)
    assert re.search(f"^{said}", only(refusal())), refusal()


@pytest.mark.parametrize(
    ("step", "surface", "said"),
    [
        (400, {}, r"unit: sheet.obj is 3200 mm large in mm, and no body is larger than 2500 mm .*"),
        (5, {"unit": "m"}, r"unit: sheet.obj is 40000 mm large in m, .*is it in mm or cm or inch"),
        (1, {}, r"unit: sheet.obj is 8 mm large in mm, .*less than a fingertip: is it in cm or in"),
        (5, {"width_mm": 400}, r"width_mm: 400 mm were measured, but .* 40 mm .*likely in cm"),
        (5, {"width_mm": 1016}, r"width_mm: 1016 mm were .* 40 mm .*it is likely in inch"),
        (5, {"width_mm": 60}, r"width_mm: 60 mm were .* 40 mm .*scale the mesh to the patient"),
    ],
)
def test_a_size_that_no_body_has_names_the_likely_unit(
    refusal: Refusal, mesh: Write, step: float, surface: Any, said: str
) -> None:
    mesh(obj(step), **surface)
    assert re.search(f"^surface.{said}", only(refusal())), refusal()


def test_a_head_1700_mm_wide_is_refused(refusal: Refusal, mesh: Write) -> None:
    mesh(obj(212.5))
    assert re.search(
        r"^zones\[0\]: is 1700 mm across, and no cheek is wider than 400 mm .*was a unit mistaken",
        only(refusal()),
    )


@pytest.mark.parametrize("width_mm", [50, 33.334])
def test_a_measured_width_may_be_off_by_a_fifth(read: Read, mesh: Write, width_mm: float) -> None:
    mesh(obj(), width_mm=width_mm)
    assert read().surface is not None


@pytest.mark.parametrize("width_mm", [50.001, 33.333])
def test_a_measured_width_may_not_be_off_by_more(
    refusal: Refusal, mesh: Write, width_mm: float
) -> None:
    mesh(obj(), width_mm=width_mm)
    assert only(refusal()).startswith("surface.width_mm: ")


def test_a_mesh_far_from_its_origin_is_refused(refusal: Refusal, mesh: Write) -> None:
    text = re.sub(r"^v (\S+)", lambda one: f"v {float(one[1]) + 3000}", obj(), flags=re.MULTILINE)
    mesh(text)
    assert "a vertex lies 3040 mm from the origin along an axis: move the mesh" in only(refusal())


def test_a_mesh_of_a_gigabyte_never_enters_memory(
    refusal: Refusal, mesh: Write, tmp_path: Path
) -> None:
    mesh(obj())
    with (tmp_path / "sheet.obj").open("wb") as file:
        file.truncate(1 << 30)
    assert f"a mesh has at most {MESH_BYTES_MAX}" in only(refusal())


def test_without_trimesh_it_is_said_how_to_get_it(
    refusal: Refusal, mesh: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh(obj())
    monkeypatch.setitem(sys.modules, "trimesh", None)
    assert only(refusal()) == (
        "surface.file: reading a mesh needs trimesh: pip install 'mesogun[mesh]'"
    )


def test_a_flat_zone_does_not_go_with_a_mesh(refusal: Refusal, mesh: Write, zone: Any) -> None:
    mesh(obj())
    zone["outline_mm"] = [[0, 0], [9, 0], [9, 9]]
    assert re.search(
        r"^zones\[0\].outline_mm: is for a zone that is drawn flat, .*give group", only(refusal())
    )


def test_a_head_of_several_needles_does_not_go_with_a_mesh(
    refusal: Refusal, mesh: Write, tree: Any
) -> None:
    mesh(obj())
    tree["device"].update(head="line-5", head_pitch_mm=6)
    assert re.search("^device.head: .*for zones drawn flat, not for a mesh", only(refusal()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([("a.obj", obj().encode()), ("a.ply", ply().encode()), ("a.stl", stl())]),
    st.data(),
)
def test_a_spoilt_mesh_is_read_or_refused(
    tmp_path: Path, made: tuple[str, bytes], data: st.DataObject
) -> None:
    name, whole = made
    at = data.draw(st.integers(0, len(whole)))
    (tmp_path / name).write_bytes(
        whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 9)) :]
    )
    with suppress(ValueError, PrescriptionError):
        assert len(read_mesh(tmp_path, name).faces)
