"""Where a zone's outline comes from: points in the file, or a shape of a drawing beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mesogun.intake.prescription_form import ZoneForm
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import Ring

NOT_YET = "is not supported yet by this version: draw the zone flat, with outline_mm or outline"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The outline of one zone and what is kept out of it."""

    outline_um: Ring
    exclusions_um: tuple[Ring, ...]


class Outlines:
    """Reads outlines; every drawing is opened once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str, form: ZoneForm, problems: Problems) -> Drawn | None:
        """Return the zone's rings; None, with the reason in `problems`."""
        before = len(problems)
        for name, value in (
            ("group", form.group),
            ("outline_points_mm", form.outline_points_mm),
        ):
            if value is not None:
                problems.add(f"{key}.{name}", NOT_YET)
        if len(problems) > before:
            return None
        if form.outline_mm is not None and form.outline is not None:
            problems.add(f"{key}.outline", "stands beside outline_mm: give one of the two")
            return None
        if form.outline_mm is None and form.outline is None:
            problems.add(key, "has no outline: give outline_mm or outline = { file, id }")
            return None
        if form.outline_mm is None:
            problems.add(f"{key}.outline", "drawings are not read yet")
            return None
        return Drawn(form.outline_mm, form.exclusions_mm or ())
