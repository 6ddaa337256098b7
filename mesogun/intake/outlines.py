"""Where a zone's outline comes from: points in the file, or a shape of a drawing beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mesogun.errors import PlanError, PrescriptionError
from mesogun.intake.bounds import SVG_BYTES_MAX
from mesogun.intake.files import beside, read_bounded, text_of
from mesogun.intake.form import Table
from mesogun.intake.prescription_form import DrawingForm, ZoneForm
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import Ring

if TYPE_CHECKING:
    from mesogun.intake.svg_document import Document


class Rings(Table):
    """The outline of one zone and what is kept out of it."""

    outline_um: Ring
    exclusions_um: tuple[Ring, ...]


class Outlines:
    """Reads outlines; every drawing is opened once, and only beside the prescription or below."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[str, Document | None] = {}

    def read(self, key: str, form: ZoneForm, problems: Problems) -> Rings | None:
        """Return the zone's rings, checked; None, with the reasons in `problems`."""
        before = len(problems)
        _check_sources(key, form, problems)
        if len(problems) > before:
            return None
        if form.outline is None:
            outline, holes = form.outline_mm, form.exclusions_mm or ()
        else:
            outline = self._ring(f"{key}.outline", form.outline, problems)
            found = [
                self._ring(f"{key}.exclusions[{index}]", one, problems)
                for index, one in enumerate(form.exclusions)
            ]
            holes = tuple(one for one in found if one is not None)
        if outline is None or len(problems) > before:
            return None
        return _checked(key, form, Rings(outline_um=outline, exclusions_um=holes), problems)

    def _ring(self, key: str, form: DrawingForm, problems: Problems) -> Ring | None:
        document = self._document(f"{key}.file", form.file, problems)
        if document is None:
            return None
        from mesogun.intake.flatten import flatten

        try:
            shape = document.shape(form.id)
        except ValueError as error:
            problems.add(f"{key}.id", f"{form.file}: {error}")
            return None
        try:
            return flatten(shape)
        except ValueError as error:
            problems.add(f"{key}.id", f"{form.file}: {form.id!r} {error}")
            return None

    def _document(self, key: str, name: str, problems: Problems) -> Document | None:
        if name not in self._documents:
            try:
                self._documents[name] = self._open(name)
            except (ValueError, PrescriptionError) as error:
                problems.add(key, str(error))
                self._documents[name] = None
        return self._documents[name]

    def _open(self, name: str) -> Document:
        # Loaded here: most prescriptions draw in mm.
        from mesogun.intake.svg_document import parse_document

        path = beside(self._folder, name, (".svg",), "drawing")
        text = text_of(read_bounded(path, SVG_BYTES_MAX, "drawing"), str(path), "drawing")
        try:
            return parse_document(text)
        except ValueError as error:
            raise ValueError(f"{path} {error}") from None


def _check_sources(key: str, form: ZoneForm, problems: Problems) -> None:
    match form.outline_mm, form.outline:
        case None, None:
            problems.add(key, "has no outline: give outline_mm or outline = { file, id }")
        case _, None if form.exclusions:
            problems.add(
                f"{key}.exclusions",
                "are of a drawing, but the outline is in mm: give both in one way, so that they "
                "share their origin",
            )
        case None, drawing if drawing is not None:
            if form.exclusions_mm is not None:
                problems.add(
                    f"{key}.exclusions_mm",
                    "is in mm, but the outline is of a drawing: give both in one way, so that "
                    "they share their origin",
                )
            for index, one in enumerate(form.exclusions):
                if one.file != drawing.file:
                    problems.add(
                        f"{key}.exclusions[{index}].file",
                        f"found {one.file!r}, but the outline is of {drawing.file!r}: take both "
                        f"from one drawing, so that they share their origin",
                    )
        case _, drawing if drawing is not None:
            problems.add(f"{key}.outline", "stands beside outline_mm: give one of the two")


def _checked(key: str, form: ZoneForm, drawn: Rings, problems: Problems) -> Rings | None:
    # Loaded here: reading the catalogue alone needs no numpy.
    from mesogun.planning.place.region import check_region

    try:
        check_region(drawn.outline_um, drawn.exclusions_um, f"zone {form.name!r}")
    except PlanError as error:
        problems.add(key, str(error))
        return None
    return drawn
