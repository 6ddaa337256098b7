"""Maps of numbers over the drawing: CSV files beside the prescription become rasters.

The first line of a file begins at the map's origin, with the least y; each line lies one cell
higher than the one before. An empty cell, or nan, says that nothing is known there.
"""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from pathlib import Path

from mesogun.errors import PrescriptionError
from mesogun.intake.bounds import MAGNITUDE_MAX, MAP_BYTES_MAX, MAP_CELLS_MAX
from mesogun.intake.files import beside, read_bounded, text_of
from mesogun.intake.prescription_form import MapForm, ZoneForm
from mesogun.intake.quantity import shown
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import HOLE, Raster

NUMBER = re.compile(r"\+?[0-9]{1,15}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
NOTHING = ("", "nan")
FINE = 1_000
"""A cell is kept in thousandths: um of a thickness in mm, thousandths of a weight."""

Rows = tuple[tuple[Decimal | None, ...], ...]


class Maps:
    """Reads the maps of one prescription; every file is opened once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Rows | str] = {}

    def read(
        self, key: str, form: ZoneForm, problems: Problems
    ) -> tuple[Raster | None, Raster | None]:
        """Return the maps of weight and of thickness, as far as the zone has them."""
        weights = self._raster(f"{key}.weights", form.weights, ROUND_HALF_EVEN, problems)
        # Thinner than measured is safe, thicker is not.
        thickness = self._raster(f"{key}.thickness", form.thickness, ROUND_FLOOR, problems)
        return weights, thickness

    def _raster(
        self, key: str, form: MapForm | None, rounding: str, problems: Problems
    ) -> Raster | None:
        if form is None:
            return None
        if form.file not in self._files:
            self._files[form.file] = self._open(form.file)
        rows = self._files[form.file]
        if isinstance(rows, str):
            problems.add(f"{key}.file", rows)
            return None
        cells = [one for row in rows for one in row]
        if all(one is None for one in cells):
            problems.add(f"{key}.file", f"{form.file}: has no number at all: name another file")
            return None
        left, low = form.origin_mm
        return Raster(
            left,
            low,
            form.cell_mm,
            len(rows[0]),
            tuple(HOLE if one is None else _in_thousandths(one, rounding) for one in cells),
            f"prescription: {form.file}",
        )

    def _open(self, name: str) -> Rows | str:
        """Return the file's rows, or why it is refused."""
        try:
            path = beside(self._folder, name, (".csv",), "map")
            text = text_of(read_bounded(path, MAP_BYTES_MAX, "map"), str(path), "map")
            return parse_map(text, str(path))
        except (ValueError, PrescriptionError) as error:
            return str(error)


def _in_thousandths(number: Decimal, rounding: str) -> int:
    return int((number * FINE).to_integral_value(rounding=rounding))


def parse_map(text: str, told: str) -> Rows:
    """Return the numbers of a CSV text, line by line, None where nothing is known.

    Cells are parted by semicolons, tabs or commas: by the first of them that occurs.

    Raises:
        ValueError: a cell is no number of 0 or more, lines differ in length, or there are too many.
    """
    lines = text.splitlines()
    while lines and not lines[-1].strip():
        del lines[-1]
    if not lines:
        raise ValueError(f"{told}: is empty: give lines of numbers")
    part = next((one for one in (";", "\t") if one in text), ",")
    cells = text.count(part) + len(lines)
    if cells > MAP_CELLS_MAX:
        raise ValueError(f"{told}: has {cells} cells: give at most {MAP_CELLS_MAX}")
    rows = tuple(
        tuple(
            _cell(one.strip(), f"{told}: line {number}, cell {which}")
            for which, one in enumerate(line.split(part), start=1)
        )
        for number, line in enumerate(lines, start=1)
    )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ValueError(
                f"{told}: line {number} has {len(row)} cells, the first {len(rows[0])}: give as "
                f"many in each line"
            )
    return rows


def _cell(found: str, where: str) -> Decimal | None:
    if found.lower() in NOTHING:
        return None
    number = Decimal(found) if NUMBER.fullmatch(found) else None
    if number is None or number.adjusted() > MAGNITUDE_MAX // 2:
        raise ValueError(
            f"{where}: found {shown(found)}: give a number, 0 or more, of usual size, or nothing "
            f"where nothing is known"
        )
    return number
