"""A mesh file becomes bare vertices, triangles, groups and properties, by the library trimesh.

trimesh knows the formats and nothing more is asked of it: no texture, no material, no other file,
no network, no mending. It is loaded only for a prescription that names a mesh.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mesogun.intake.bounds import MESH_BYTES_MAX, MESH_FACES_MAX, MESH_VERTICES_MAX, PLY_HEADER_MAX
from mesogun.intake.files import beside, read_bounded

WHAT = "mesh"
ENDINGS = (".obj", ".ply", ".stl")
INSTALL = "reading a mesh needs trimesh: pip install 'mesogun[mesh]'"
GROUP_LINE = re.compile(rb"^g\s", re.MULTILINE)
PLY_COUNT = re.compile(rb"^element\s+(vertex|face)\s+(\d{1,18})\s*$", re.MULTILINE)

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Mesh(NamedTuple):
    """What a file holds: vertices in the file's unit, (n, 3); faces, (m, 3); in the file's order.

    `groups` are lists of faces by name; `properties` one number a vertex by name.
    """

    vertices: Floats
    faces: Indices
    groups: Mapping[str, Indices]
    properties: Mapping[str, Floats]


def read_mesh(folder: Path, name: str) -> Mesh:
    """Return the mesh of a file beside the prescription.

    Raises:
        ValueError: no such file, not one of the formats, damaged, empty or too large.
        PrescriptionError: it cannot be opened.
    """
    path = beside(folder, name, ENDINGS, WHAT)
    data = read_bounded(path, MESH_BYTES_MAX, WHAT)
    kind = path.suffix.lower().removeprefix(".")
    if find_spec("trimesh") is None:
        raise ValueError(INSTALL)
    try:
        with warnings.catch_warnings():
            # Half a file, read in silence, is a hazard: numpy only warns where it stops reading.
            warnings.simplefilter("error")
            made = _parsed(data, kind)
    except ImportError as error:
        # what is no text in UTF-8 makes trimesh look for a module that guesses: nothing is guessed
        text = (
            f"{path}: is no {kind.upper()} file that can be read: it takes the module {error.name}"
        )
        raise ValueError(f"{text} to guess at it, and nothing is guessed here") from None
    except MemoryError:
        raise ValueError(f"{path}: is too large to be read") from None
    except Exception as error:  # noqa: BLE001  (whatever a parser stumbles over is the file's fault)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path}: is no {kind.upper()} file that can be read: {reason}") from None
    return _checked(made, path)


def _parsed(data: bytes, kind: str) -> Mesh:
    import trimesh

    options: dict[str, Any] = {"process": False, "skip_materials": True}
    if kind == "obj":
        # Blender names objects, other programs groups; where there are groups, they are meant.
        split = "split_groups" if GROUP_LINE.search(data) else "split_objects"
        options |= {"group_material": False, split: True}
    found = trimesh.load(io.BytesIO(data), file_type=kind, **options)
    if isinstance(found, trimesh.Scene):
        parts = dict(sorted(found.geometry.items()))
    else:
        parts = {"": found}
    if any(not isinstance(one, trimesh.Trimesh) for one in parts.values()):
        raise ValueError("it holds points or lines and no faces")
    made = _joined({name: (one.vertices, one.faces) for name, one in parts.items()})
    if kind == "ply":
        properties = _ply_properties(next(iter(parts.values())).metadata, len(made.vertices))
        _refuse_half_a_ply(data, made)
        return made._replace(properties=properties)
    return made


def _joined(parts: Mapping[str, tuple[Any, Any]]) -> Mesh:
    vertices: list[Floats] = [np.zeros((0, 3))]
    faces: list[Indices] = [np.zeros((0, 3), dtype=np.int64)]
    groups, above, first = {}, 0, 0
    for name, (points, triangles) in parts.items():
        corners = np.asarray(triangles, dtype=np.int64)
        vertices.append(np.asarray(points, dtype=np.float64))
        faces.append(corners + above)
        groups[name] = np.arange(first, first + len(corners))
        above, first = above + len(vertices[-1]), first + len(corners)
    return Mesh(np.concatenate(vertices), np.concatenate(faces), groups, {})


def _ply_properties(metadata: Mapping[str, Any], count: int) -> dict[str, Floats]:
    raw = metadata.get("_ply_raw", {}).get("vertex", {}).get("data")
    if raw is None:
        return {}
    names = raw.keys() if isinstance(raw, dict) else raw.dtype.names or ()
    made = {}
    for name in names:
        values = np.asarray(raw[name])
        if name not in ("x", "y", "z") and values.size == count and values.dtype.kind in "iuf":
            made[str(name)] = values.reshape(count).astype(np.float64)
    return made


def _refuse_half_a_ply(data: bytes, mesh: Mesh) -> None:
    """A text that ends too early is read as far as it goes: what the header promises must come."""
    promised = {one[1]: int(one[2]) for one in PLY_COUNT.finditer(data[:PLY_HEADER_MAX])}
    for what, found in ((b"vertex", len(mesh.vertices)), (b"face", len(mesh.faces))):
        if found < promised.get(what, 0):
            raise ValueError(f"it promises {promised[what]} of {what.decode()} and holds {found}")


def _checked(mesh: Mesh, path: Path) -> Mesh:
    if not len(mesh.faces):
        raise ValueError(f"{path}: is empty: it has no face; export the surface as triangles")
    for what, count, most in (
        ("faces", len(mesh.faces), MESH_FACES_MAX),
        ("vertices", len(mesh.vertices), MESH_VERTICES_MAX),
    ):
        if count > most:
            raise ValueError(f"{path}: has {count} {what}: give at most {most}, by thinning it out")
    if mesh.faces.min() < 0 or mesh.faces.max() >= len(mesh.vertices):
        raise ValueError(f"{path}: a face names a vertex that does not exist: export it anew")
    bad = np.flatnonzero(~np.isfinite(mesh.vertices).all(axis=1))
    if len(bad):
        raise ValueError(
            f"{path}: {len(bad)} of {len(mesh.vertices)} vertices are no place (NaN or infinite), "
            f"vertex {int(bad[0])} first: mend the mesh and export it anew"
        )
    return mesh
