"""Where a zone is: outlined in a plane, or part of a surface."""

from __future__ import annotations

from pathlib import Path

from mesogun.intake.catalogue_form import Extents
from mesogun.intake.depths import Ground
from mesogun.intake.figures import Figure
from mesogun.intake.form import Table
from mesogun.intake.outlines import Outlines
from mesogun.intake.prescription_form import SurfaceForm, ZoneForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import Point3, Ring, Surface

MM = 1_000
BODY = "body"
FLAT = ("outline_mm", "exclusions_mm", "outline", "exclusions", "thickness", "weights")
ON_SURFACE = (
    "group",
    "property",
    "outline_points_mm",
    "inside_mm",
    "exclude_groups",
    "exclusion_points_mm",
)


class Drawn(Table):
    """Where one zone is."""

    outline_um: Ring
    exclusions_um: tuple[Ring, ...]
    faces: tuple[int, ...] = ()
    """Of the surface; then there is no outline."""


class Places:
    """Reads where the zones of one prescription are."""

    def __init__(
        self,
        folder: Path,
        form: SurfaceForm | None,
        extents: Extents,
        problems: Problems,
        warnings: list[str],
    ) -> None:
        self._outlines = Outlines(folder)
        self._extents = extents
        self._is_flat = form is None
        self._body = None
        if form is not None:
            # Loaded here: most prescriptions have no mesh.
            from mesogun.intake.surface import read_body

            self._body = read_body(form, folder, extents, problems, warnings)

    @property
    def surface(self) -> Surface | None:
        """The surface that all zones lie on; None: they are outlined in a plane."""
        return None if self._body is None else self._body.surface

    def read(
        self, key: str, form: ZoneForm, preset: Ground | None, problems: Problems
    ) -> Drawn | None:
        """Return where the zone is, checked; None, with the reasons in `problems`."""
        if not _in_one_way(key, form, self._is_flat, problems):
            return None
        if self._is_flat:
            rings = self._outlines.read(key, form, problems)
            if rings is None:
                return None
            drawn = Drawn(outline_um=rings.outline_um, exclusions_um=rings.exclusions_um)
            corners: list[Point3] = [(x, y, 0) for x, y in drawn.outline_um]
        elif self._body is None:
            return None
        else:
            from mesogun.intake.surface_zones import faces_of

            faces = faces_of(key, form, self._body, problems)
            if not faces:
                return None
            drawn = Drawn(outline_um=(), exclusions_um=(), faces=faces)
            corners = self._body.corners(faces)
        if preset is not None:
            self._check_extent(key, form, preset, corners, problems)
        return drawn

    def _check_extent(
        self, key: str, form: ZoneForm, preset: Ground, corners: list[Point3], problems: Problems
    ) -> None:
        across = max(max(axis) - min(axis) for axis in zip(*corners, strict=True))
        is_body = preset.area.group == BODY
        most: Figure = self._extents.body_max if is_body else self._extents.face_max
        if across > most.value:
            problems.add(
                key,
                f"is {in_unit(across, MM)} mm across, and no {form.area} is wider than "
                f"{in_unit(most.value, MM)} mm [{most.told()}]: was a unit mistaken?",
            )


def _in_one_way(key: str, form: ZoneForm, is_flat: bool, problems: Problems) -> bool:
    """Refuse keys of the other kind of zone."""
    given = vars(form)
    wrong = [name for name in (ON_SURFACE if is_flat else FLAT) if given.get(name)]
    for name in wrong:
        problems.add(
            f"{key}.{name}",
            "is for a zone on a mesh, and there is none: add [surface], or draw the zone flat"
            if is_flat
            else "is for a zone that is drawn flat, and this one lies on the mesh of [surface]: "
            "give group, property or outline_points_mm; thickness and weights come from "
            "surface.thickness_property and surface.weight_property",
        )
    return not wrong
