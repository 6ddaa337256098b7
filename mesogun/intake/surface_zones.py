"""Which faces of the surface make up a zone: by group, by property, or by an outline of points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mesogun.intake.prescription_form import PropertyForm, ZoneForm
from mesogun.intake.refusal import Problems, unknown
from mesogun.intake.surface import Body
from mesogun.intake.surface_outline import Net, enclosed

WAYS = ("group", "property", "outline_points_mm")

Truths = npt.NDArray[np.bool_]


def faces_of(key: str, form: ZoneForm, body: Body, problems: Problems) -> tuple[int, ...]:
    """Return the faces of a zone, rising; none, with the reasons in `problems`."""
    before = len(problems)
    given = [name for name in WAYS if vars(form).get(name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        problems.add(key, f"has {found}: give one of {', '.join(WAYS)}")
        return ()
    if form.inside_mm is not None and form.outline_points_mm is None:
        problems.add(f"{key}.inside_mm", "is for outline_points_mm, and there is none: delete it")
    kept = _treated(key, form, body, problems)
    out = _left_out(key, form, body, problems)
    if len(problems) > before:
        return ()
    faces = np.flatnonzero(kept & ~out)
    if not len(faces):
        problems.add(key, "has no face left after its exclusions: make them smaller")
    return tuple(faces.tolist())


def _treated(key: str, form: ZoneForm, body: Body, problems: Problems) -> Truths:
    if form.group is not None:
        return _group(f"{key}.group", form.group, body, problems)
    if form.property is not None:
        return _property(f"{key}.property", form.property, body, problems)
    points = form.outline_points_mm or ()
    try:
        inside, _ = enclosed(Net(body.vertices_um, body.faces), points, form.inside_mm)
    except ValueError as error:
        problems.add(f"{key}.outline_points_mm", str(error))
        return _none(body)
    if not inside.any():
        problems.add(
            f"{key}.outline_points_mm",
            "has no whole face inside: draw it larger, or give a finer mesh",
        )
    return inside


def _left_out(key: str, form: ZoneForm, body: Body, problems: Problems) -> Truths:
    out = _none(body)
    for index, name in enumerate(form.exclude_groups):
        out |= _group(f"{key}.exclude_groups[{index}]", name, body, problems)
    for index, points in enumerate(form.exclusion_points_mm):
        try:
            inside, cut = enclosed(Net(body.vertices_um, body.faces), points, None)
        except ValueError as error:
            problems.add(f"{key}.exclusion_points_mm[{index}]", str(error))
        else:
            out |= inside | cut
    return out


def _group(key: str, name: str, body: Body, problems: Problems) -> Truths:
    made = _none(body)
    if name not in body.groups:
        if not body.groups:
            problems.add(key, f"found {name!r}, but the mesh has no groups (only OBJ files have)")
        else:
            problems.add(key, unknown(name, body.groups, "group of the mesh"))
    elif not len(body.groups[name]):
        full = ", ".join(one for one, faces in body.groups.items() if len(faces)) or "none"
        problems.add(key, f"the group {name!r} has no face; there are faces in: {full}")
    else:
        made[body.groups[name]] = True
    return made


def _property(key: str, form: PropertyForm, body: Body, problems: Problems) -> Truths:
    values = body.properties.get(form.name)
    if values is None:
        problems.add(f"{key}.name", unknown(form.name, body.properties, "property of a vertex"))
        return _none(body)
    there = np.isfinite(values)
    if form.equals is not None:
        there = np.logical_and(there, values == float(form.equals))
    if form.at_least is not None:
        there = np.logical_and(there, values >= float(form.at_least))
    if form.at_most is not None:
        there = np.logical_and(there, values <= float(form.at_most))
    made = _none(body)
    # A face of which a corner is outside is outside.
    made[:] = np.take(there, body.faces).all(axis=1)
    if not made.any():
        known = values[np.isfinite(values)]
        spread = f"{known.min():g} to {known.max():g}" if len(known) else "nothing"
        problems.add(key, f"no face has it at all three corners: {form.name!r} holds {spread}")
    return made


def _none(body: Body) -> Truths:
    return np.zeros(len(body.faces), dtype=bool)
