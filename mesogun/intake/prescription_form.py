"""The keys of a prescription file, `mesogun-prescription/1`, and what each may hold.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from mesogun.intake.bounds import (
    COORDINATE_UM_MAX,
    COUNT_MAX,
    EXCLUSIONS_MAX,
    RING_POINTS_MAX,
    RING_POINTS_MIN,
    TEXT_CHARACTERS_MAX,
    ZONES_MAX,
)
from mesogun.intake.form import AtMost, Reader, Table
from mesogun.intake.quantity import in_unit, shown, whole
from mesogun.planning.prescription import Ring

FORMAT = "mesogun-prescription/1"


def text(found: Any, _context: Any) -> str:
    """Return a line of text, not empty and without control characters.

    Raises:
        ValueError: with what was found.
    """
    if not isinstance(found, str):
        raise ValueError(f"found {shown(found)}: give a text in quotes")
    if not found.strip():
        raise ValueError("found an empty text: fill it in")
    if len(found) > TEXT_CHARACTERS_MAX:
        raise ValueError(f"found {len(found)} characters: give at most {TEXT_CHARACTERS_MAX}")
    if not found.isprintable():
        raise ValueError(f"found {shown(found)}: take out line breaks and control characters")
    return found


def pseudonym(found: Any, context: Any) -> str:
    """Return a patient's pseudonym: one word, so that no full name passes for one.

    Raises:
        ValueError: with what was found.
    """
    word = text(found, context)
    if not all(one.isascii() and (one.isalnum() or one in "._-") for one in word):
        raise ValueError(
            f"found {shown(word)}: give a pseudonym of letters, digits and . _ - (no name)"
        )
    return word


def day(found: Any, _context: Any) -> date:
    """Return a date, written as TOML does or as text year-month-day.

    Raises:
        ValueError: with what was found.
    """
    if isinstance(found, date) and not isinstance(found, datetime):
        return found
    try:
        if not isinstance(found, str):
            raise ValueError
        made = date.fromisoformat(found)
    except ValueError:
        raise ValueError(f"found {shown(found)}: give a date such as 2026-11-21") from None
    if made.isoformat() != found:
        raise ValueError(f"found {shown(found)}: give a date such as {made.isoformat()}")
    return made


def count(found: Any, _context: Any) -> int:
    """Return a whole number, 0 or more, of usual size.

    Raises:
        ValueError: with what was found.
    """
    if type(found) is not int or not 0 <= found <= COUNT_MAX:
        raise ValueError(f"found {shown(found)}: give a whole number, 0 or more")
    return found


def _number(unit: str, factor: int, finest: str, least: int) -> Reader:
    def read(found: Any, _context: Any) -> int:
        value = whole(found, factor, unit, finest)
        if value < least:
            bound = "0 or more" if least == 0 else "more than 0"
            raise ValueError(f"found {shown(found)}: give {bound}, in {unit}")
        return value

    json = {"type": "number", "description": f"in {unit}, no finer than 1 {finest}"}
    sign = "minimum" if least == 0 else "exclusiveMinimum"
    return Reader(read=read, json={**json, sign: 0})


def ring(found: Any, _context: Any) -> Ring:
    """Return an outline in um from a list of points in mm.

    Raises:
        ValueError: with the point that is wrong.
    """
    if not isinstance(found, list):
        raise ValueError(f"found {shown(found)}: give a list of points [[x, y], ...] in mm")
    if len(found) > RING_POINTS_MAX:
        raise ValueError(f"found {len(found)} points: give at most {RING_POINTS_MAX}")
    return tuple(_point(index, point) for index, point in enumerate(found))


def _point(index: int, found: Any) -> tuple[int, int]:
    if not isinstance(found, list) or len(found) != 2:
        raise ValueError(f"point [{index}]: found {shown(found)}: give [x, y] in mm")
    try:
        x, y = (whole(one, 1_000, "mm", "um") for one in found)
    except ValueError as error:
        raise ValueError(f"point [{index}]: {error}") from None
    if max(abs(x), abs(y)) > COORDINATE_UM_MAX:
        most = in_unit(COORDINATE_UM_MAX, 1_000)
        raise ValueError(
            f"point [{index}]: found {shown(found[0])}, {shown(found[1])}: stay within "
            f"{most} mm of the origin"
        )
    return x, y


def _rings(found: Any, context: Any) -> tuple[Ring, ...]:
    if not isinstance(found, list):
        raise ValueError(f"found {shown(found)}: give a list of outlines")
    if len(found) > EXCLUSIONS_MAX:
        raise ValueError(f"found {len(found)} exclusions: give at most {EXCLUSIONS_MAX}")
    made = []
    for index, one in enumerate(found):
        try:
            made.append(ring(one, context))
        except ValueError as error:
            raise ValueError(f"exclusion [{index}]: {error}") from None
    return tuple(made)


_POINTS = {
    "type": "array",
    "minItems": RING_POINTS_MIN,
    "maxItems": RING_POINTS_MAX,
    "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    "description": "points [x, y] in mm, no finer than 1 um; the last is not repeated",
}
_DAY = {"type": "string", "format": "date"}
_TEXT = {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS_MAX}

Text = Annotated[str, Reader(read=text, json=_TEXT)]
Pseudonym = Annotated[str, Reader(read=pseudonym, json={**_TEXT, "pattern": "^[A-Za-z0-9._-]+$"})]
Day = Annotated[date, Reader(read=day, json=_DAY)]
Count = Annotated[
    int, Reader(read=count, json={"type": "integer", "minimum": 0, "maximum": COUNT_MAX})
]
Millimetres = Annotated[int, _number("mm", 1_000, "um", 1)]
Margin = Annotated[int, _number("mm", 1_000, "um", 0)]
Microlitres = Annotated[int, _number("uL", 1_000, "nL", 1)]
Millilitres = Annotated[int, _number("mL", 1_000_000, "nL", 1)]
Kilograms = Annotated[int, _number("kg", 1_000, "g", 1)]
Viscosity = Annotated[int, _number("mPa.s", 1_000, "uPa.s", 1)]
Concentration = Annotated[int, _number("mg/mL", 1_000, "ug/mL", 1)]
Share = Annotated[int, _number("parts of 1", 1_000_000, "millionth", 1)]
Outline = Annotated[Ring, Reader(read=ring, json=_POINTS)]
Outlines = Annotated[
    tuple[Ring, ...],
    Reader(read=_rings, json={"type": "array", "maxItems": EXCLUSIONS_MAX, "items": _POINTS}),
]


PERSONAL = (
    "name",
    "first_name",
    "last_name",
    "family_name",
    "surname",
    "birth_date",
    "birthdate",
    "birthday",
    "date_of_birth",
    "dob",
    "address",
    "email",
    "phone",
)
"""Keys that tell who a patient is."""
WHY_NOT = (
    "is a refused key: a prescription carries a pseudonym (patient.id) and nothing that tells who "
    "it is, because plans and records are handed on: delete it"
)


class PatientForm(Table):
    """[patient]: a pseudonym and what the limits depend on."""

    refused_keys: ClassVar[Mapping[str, str]] = dict.fromkeys(PERSONAL, WHY_NOT)

    id: Pseudonym
    sex: Literal["female", "male"]
    age_years: Count
    weight_kg: Kilograms


class SessionForm(Table):
    """[session]"""

    date: Day
    number: Count
    regimen: Text
    previous: tuple[Day, ...] = ()


class ComponentForm(Table):
    """[[product.components]]"""

    name: Text
    concentration_mg_per_ml: Concentration


class ProductForm(Table):
    """[product]"""

    name: Text
    volume_ml: Millilitres
    lot: Text
    expiry: Day
    viscosity_mpa_s: Viscosity | None = None
    components: tuple[ComponentForm, ...] = ()


class DeviceForm(Table):
    """[device]"""

    head: Text
    needle: Text
    syringe: Text


class DrawingForm(Table):
    """One shape of an SVG file."""

    file: Text
    id: Text


class ZoneForm(Table):
    """[[zones]]"""

    name: Text
    area: Text
    technique: Text
    outline_mm: Outline | None = None
    exclusions_mm: Outlines | None = None
    outline: DrawingForm | None = None
    exclusions: Annotated[tuple[DrawingForm, ...], AtMost(items=EXCLUSIONS_MAX)] = ()
    group: Any = None
    outline_points_mm: Any = None
    margin_mm: Margin | None = None
    spacing_mm: Millimetres | None = None
    depth_mm: Millimetres | None = None
    dose_ul: Microlitres | None = None
    share: Share | None = None
    opt_in: tuple[Text, ...] = ()
    """Ids of risks that the prescriber takes on by name ("periorbital")."""


class PrescriptionForm(Table):
    """The whole file."""

    format: Literal["mesogun-prescription/1"]
    patient: PatientForm
    session: SessionForm
    screening: dict[str, Any]
    product: ProductForm
    device: DeviceForm
    zones: Annotated[tuple[ZoneForm, ...], AtMost(items=ZONES_MAX)]
    surface: Any = None
