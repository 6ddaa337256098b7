"""A mesh becomes the surface that zones lie on: whole um, a plausible size, cleaned."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError, PrescriptionError
from mesogun.intake.bounds import (
    COORDINATE_UM_MAX,
    SKIN_MM_MAX,
    SURFACE_AT_LEAST_UM,
    WEIGHT_MAX,
    WIDTH_OFF_PERCENT,
)
from mesogun.intake.catalogue_form import Extents
from mesogun.intake.mesh import Floats, Indices, Mesh, read_mesh
from mesogun.intake.prescription_form import SurfaceForm, Unit
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems, unknown
from mesogun.planning.prescription import HOLE, Point3, Surface

MM = 1_000
UNIT_UM: dict[Unit, int] = {
    "mm": 1_000,
    "cm": 10_000,
    "inch": 25_400,
    "dm": 100_000,
    "m": 1_000_000,
}
FINE = 1_000
"""Weights are kept in thousandths."""


class Body(NamedTuple):
    """The surface, and what of the file helps to find zones on it."""

    surface: Surface
    vertices_um: Indices
    """(n, 3)"""
    faces: Indices
    """(m, 3)"""
    groups: dict[str, Indices]
    """Faces by name."""
    properties: dict[str, Floats]
    """One number a vertex by name."""

    def corners(self, faces: Iterable[int]) -> list[Point3]:
        """Return the places of the corners of these faces."""
        used = np.unique(self.faces[np.fromiter(faces, dtype=np.int64)])
        return [(x, y, z) for x, y, z in self.vertices_um[used].tolist()]


def read_body(
    form: SurfaceForm, folder: Path, extents: Extents, problems: Problems, warnings: list[str]
) -> Body | None:
    """Return the surface of a prescription; None, with the reason in `problems`."""
    try:
        mesh = read_mesh(folder, form.file)
    except (ValueError, PrescriptionError) as error:
        problems.add("surface.file", str(error))
        return None
    vertices_um = _in_um(mesh.vertices, form, extents, problems)
    if vertices_um is None:
        return None
    try:
        body = _cleaned(mesh, vertices_um, form, warnings)
    except PlanError as error:
        problems.add("surface.file", f"{form.file}: {error}")
        return None
    return _with_properties(body, form, problems)


def _in_um(
    vertices: Floats, form: SurfaceForm, extents: Extents, problems: Problems
) -> Indices | None:
    """Return the vertices in whole um, if the mesh is as large as a body or a part of one."""
    um = vertices * UNIT_UM[form.unit]
    low, high = um.min(axis=0), um.max(axis=0)
    across, wide = float((high - low).max()), float(high[0] - low[0])
    most, far = extents.body_max, float(np.abs(um).max())
    said = f"{form.file} is {across / MM:.6g} mm large in {form.unit}"
    if across > most.value:
        told = f"{said}, and no body is larger than {in_unit(most.value, MM)} mm [{most.told()}]"
        problems.add("surface.unit", f"{told}: {_other_unit(across, form.unit, most.value)}")
    elif across < SURFACE_AT_LEAST_UM:
        told = f"{said}, which is less than a fingertip"
        problems.add("surface.unit", f"{told}: {_other_unit(across, form.unit, most.value)}")
    elif far > COORDINATE_UM_MAX:
        problems.add(
            "surface.file",
            f"{form.file}: a vertex lies {far / MM:.6g} mm from the origin along an axis: move the "
            f"mesh so that all lies within {in_unit(COORDINATE_UM_MAX, MM)} mm",
        )
    elif form.width_mm is not None and _is_off(wide, form.width_mm):
        problems.add(
            "surface.width_mm",
            f"{in_unit(form.width_mm, MM)} mm were measured, but {form.file} is {wide / MM:.6g} mm "
            f"wide along x in {form.unit}: {_unit_of_width(wide, form)}",
        )
    else:
        made: Indices = np.rint(um).astype(np.int64)
        return made
    return None


def _is_off(found_um: float, measured_um: int) -> bool:
    return abs(found_um - measured_um) * 100 > measured_um * WIDTH_OFF_PERCENT


def _other_unit(across_um: float, unit: Unit, most_um: int) -> str:
    """Say in which units the mesh would have a likely size."""
    fit = [
        one
        for one, um in UNIT_UM.items()
        if SURFACE_AT_LEAST_UM * 2 <= across_um / UNIT_UM[unit] * um <= most_um
    ]
    likely = f"is it in {' or '.join(fit)}? " if fit else ""
    return f"{likely}give the unit that the mesh was made in"


def _unit_of_width(wide_um: float, form: SurfaceForm) -> str:
    assert form.width_mm is not None
    bare = wide_um / UNIT_UM[form.unit]
    fit = [one for one, um in UNIT_UM.items() if not _is_off(bare * um, form.width_mm)]
    if fit:
        return f"it is likely in {' or '.join(fit)}"
    return "scale the mesh to the patient, or measure again"


def _cleaned(mesh: Mesh, vertices_um: Indices, form: SurfaceForm, warnings: list[str]) -> Body:
    """Clean the surface, and find the groups and properties again by the places of vertices."""
    # Loaded here: most prescriptions have no mesh.
    from mesogun.planning.surface.cleaning import cleaned

    corners, faces, report = cleaned(vertices_um, mesh.faces)
    warnings.extend(f"surface {form.file}: {one}" for one in report)
    places, which = np.unique(np.concatenate((corners, vertices_um)), axis=0, return_inverse=True)
    which = which.reshape(-1)
    is_now, was = which[: len(corners)], which[len(corners) :]
    name_of = _Names(is_now[faces], was[mesh.faces])
    groups = {name: name_of.rows(rows) for name, rows in mesh.groups.items() if name}
    properties = {
        name: _least(values, was, len(places))[is_now] for name, values in mesh.properties.items()
    }
    surface = Surface(
        name=form.file,
        vertices_um=tuple((x, y, z) for x, y, z in corners.tolist()),
        faces=tuple((a, b, c) for a, b, c in faces.tolist()),
        skin_um=(),
        weights=(),
        source=f"prescription: {form.file}",
    )
    return Body(surface, corners, faces, groups, properties)


class _Names:
    """Finds faces again by the places of their corners, however they turn."""

    def __init__(self, now: Indices, before: Indices) -> None:
        both = np.sort(np.concatenate((now, before)), axis=1)
        _, which = np.unique(both, axis=0, return_inverse=True)
        which = which.reshape(-1)
        self._now, self._before = which[: len(now)], which[len(now) :]

    def rows(self, before: Indices) -> Indices:
        """Return the faces of today that were among these."""
        found: Indices = np.flatnonzero(np.isin(self._now, self._before[before]))
        return found


def _least(values: Floats, place: Indices, count: int) -> Floats:
    """Return the least value at each place; nothing is known where one of them is no number."""
    least = np.full(count, np.inf)
    np.minimum.at(least, place, np.where(np.isfinite(values), values, -np.inf))
    return np.where(np.isfinite(least), least, np.nan)


def _with_properties(body: Body, form: SurfaceForm, problems: Problems) -> Body | None:
    made, before = body.surface, len(problems)
    for key, name, most in (
        ("thickness_property", form.thickness_property, SKIN_MM_MAX),
        ("weight_property", form.weight_property, WEIGHT_MAX),
    ):
        if name is None:
            continue
        values = body.properties.get(name)
        if values is None:
            problems.add(f"surface.{key}", unknown(name, body.properties, "property of a vertex"))
            continue
        known = values[np.isfinite(values)]
        if not len(known) or known.min() < 0 or known.max() > most:
            problems.add(
                f"surface.{key}",
                f"{name!r} holds no number, or one below 0 or above {most:.0f}: is its unit mm?"
                if key == "thickness_property"
                else f"{name!r} holds no number, or one below 0 or above {most:.0f}",
            )
            continue
        # Thinner than measured is safe, thicker is not.
        fine = np.floor(values * FINE) if key == "thickness_property" else np.rint(values * FINE)
        whole = np.where(np.isfinite(fine), fine, HOLE).astype(np.int64)
        told = tuple(whole.tolist())
        made = _replaced(made, told, key)
    return None if len(problems) > before else body._replace(surface=made)


def _replaced(surface: Surface, values: tuple[int, ...], key: str) -> Surface:
    from dataclasses import replace

    if key == "thickness_property":
        return replace(surface, skin_um=values)
    return replace(surface, weights=values)
