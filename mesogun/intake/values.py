"""One value of a prescription's key at a time: read into whole numbers and words, or refused."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from mesogun.intake.bounds import (
    COORDINATE_UM_MAX,
    COUNT_MAX,
    DIGITS_AFTER_POINT_MAX,
    EXCLUSIONS_MAX,
    HEAD_NEEDLES_MAX,
    HEAD_STEPS_MAX,
    RIGHT_ANGLE,
    RING_POINTS_MAX,
    RING_POINTS_MIN,
    SEED_MAX,
    TEXT_CHARACTERS_MAX,
)
from mesogun.intake.form import Reader
from mesogun.intake.quantity import in_unit, shown, whole
from mesogun.planning.prescription import Point, Point3, Ring

AXES = ("x", "y", "z")
Points3 = tuple[Point3, ...]
T = TypeVar("T")


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


def moment(found: Any, _context: Any) -> datetime:
    """Return a local date and time to the minute, written as TOML does or as text.

    Raises:
        ValueError: with what was found.
    """
    try:
        if not isinstance(found, str | datetime):
            raise ValueError
        made = datetime.fromisoformat(found) if isinstance(found, str) else found
        if isinstance(found, str) and "T" not in found:
            raise ValueError
    except ValueError:
        made = None
    if made is None or made.tzinfo is not None or made.second or made.microsecond:
        raise ValueError(
            f"found {shown(found)}: give local date and time to the minute, such as "
            f"2026-11-21T09:30:00"
        )
    return made


def clock(found: Any, _context: Any) -> time:
    """Return a local time of day to the minute, written as TOML does or as text.

    Raises:
        ValueError: with what was found.
    """
    try:
        made = time.fromisoformat(found) if isinstance(found, str) else found
        if isinstance(found, str) and found not in (made.isoformat(), made.isoformat("minutes")):
            raise ValueError
    except ValueError:
        made = None
    if not isinstance(made, time) or made.tzinfo or made.second or made.microsecond:
        raise ValueError(f"found {shown(found)}: give a local time to the minute, such as 10:30:00")
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
    return tuple((x, y) for x, y in _points(found, 2))


def points3(found: Any, _context: Any) -> Points3:
    """Return points in space in um from a list of points in mm.

    Raises:
        ValueError: with the point that is wrong.
    """
    return tuple((x, y, z) for x, y, z in _points(found, 3))


def _points(found: Any, axes: int) -> list[list[int]]:
    if not isinstance(found, list):
        told = ", ".join(AXES[:axes])
        raise ValueError(f"found {shown(found)}: give a list of points [[{told}], ...] in mm")
    if len(found) > RING_POINTS_MAX:
        raise ValueError(f"found {len(found)} points: give at most {RING_POINTS_MAX}")
    made = []
    for index, point in enumerate(found):
        try:
            made.append(_point(point, axes))
        except ValueError as error:
            raise ValueError(f"point [{index}]: {error}") from None
    return made


def _point(found: Any, axes: int) -> list[int]:
    if not isinstance(found, list) or len(found) != axes:
        raise ValueError(f"found {shown(found)}: give [{', '.join(AXES[:axes])}] in mm")
    place = [whole(one, 1_000, "mm", "um") for one in found]
    if max(map(abs, place)) > COORDINATE_UM_MAX:
        most = in_unit(COORDINATE_UM_MAX, 1_000)
        raise ValueError(
            f"found {', '.join(map(shown, found))}: stay within {most} mm of the origin"
        )
    return place


def point(found: Any, _context: Any) -> Point:
    """Return one point of the plane in um from mm.

    Raises:
        ValueError: with what was found.
    """
    x, y = _point(found, 2)
    return x, y


def point3(found: Any, _context: Any) -> Point3:
    """Return one point in space in um from mm.

    Raises:
        ValueError: with what was found.
    """
    x, y, z = _point(found, 3)
    return x, y, z


def _rings(found: Any, context: Any) -> tuple[Ring, ...]:
    return tuple(_each(found, context, ring))


def _rings3(found: Any, context: Any) -> tuple[Points3, ...]:
    return tuple(_each(found, context, points3))


def _each(found: Any, context: Any, read_one: Callable[[Any, Any], T]) -> Iterator[T]:
    if not isinstance(found, list):
        raise ValueError(f"found {shown(found)}: give a list of outlines")
    if len(found) > EXCLUSIONS_MAX:
        raise ValueError(f"found {len(found)} exclusions: give at most {EXCLUSIONS_MAX}")
    for index, one in enumerate(found):
        try:
            yield read_one(one, context)
        except ValueError as error:
            raise ValueError(f"exclusion [{index}]: {error}") from None


def needles(found: Any, _context: Any) -> tuple[Point, ...]:
    """Return the places of a head's needles in steps of its lattice, (0, 0) among them.

    Raises:
        ValueError: with what is wrong with them.
    """
    if not isinstance(found, list) or not found:
        raise ValueError(f"found {shown(found)}: give a list of steps [[0, 0], [1, 0], ...]")
    if len(found) > HEAD_NEEDLES_MAX:
        raise ValueError(f"found {len(found)} needles: give at most {HEAD_NEEDLES_MAX}")
    for index, one in enumerate(found):
        if not isinstance(one, list) or len(one) != 2 or {*map(type, one)} != {int}:
            raise ValueError(
                f"needle [{index}]: found {shown(one)}: give two whole numbers, steps along the "
                f"lattice"
            )
        if max(map(abs, one)) > HEAD_STEPS_MAX:
            raise ValueError(f"needle [{index}]: is more than {HEAD_STEPS_MAX} steps away")
    made = tuple((i, j) for i, j in found)
    if (0, 0) not in made:
        raise ValueError("[0, 0] is missing: count the steps from one of the needles")
    for index, one in enumerate(made):
        if made.index(one) != index:
            raise ValueError(f"needle [{index}]: {list(one)} stands twice: give each place once")
    return made


def seed(found: Any, _context: Any) -> int:
    """Return what decides all that is left to chance.

    Raises:
        ValueError: with what was found.
    """
    if type(found) is not int or not 0 <= found <= SEED_MAX:
        raise ValueError(f"found {shown(found)}: give a whole number, 0 to {SEED_MAX}")
    return found


def angle(found: Any, _context: Any) -> int:
    """Return an angle in thousandths of a degree, above 0 and at most 90.

    Raises:
        ValueError: with what was found.
    """
    made = whole(found, 1_000, "degrees", "thousandth")
    if not 0 < made <= RIGHT_ANGLE:
        raise ValueError(f"found {shown(found)}: give more than 0 and at most 90 degrees")
    return made


def level(found: Any, _context: Any) -> Decimal:
    """Return a plain finite number.

    Raises:
        ValueError: with what was found.
    """
    whole(found, 10**DIGITS_AFTER_POINT_MAX, "its own unit", "digit")
    return Decimal(found)


_POINTS = {
    "type": "array",
    "minItems": RING_POINTS_MIN,
    "maxItems": RING_POINTS_MAX,
    "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    "description": "points [x, y] in mm, no finer than 1 um; the last is not repeated",
}
_POINT3 = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
_POINTS3 = {
    "type": "array",
    "minItems": RING_POINTS_MIN,
    "maxItems": RING_POINTS_MAX,
    "items": _POINT3,
    "description": "points [x, y, z] in mm, no finer than 1 um; the last is not repeated",
}
_NEEDLES = {
    "type": "array",
    "minItems": 1,
    "maxItems": HEAD_NEEDLES_MAX,
    "uniqueItems": True,
    "contains": {"const": [0, 0]},
    "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    "description": "each needle's place in steps [i, j] of a triangular lattice",
}
_DAY = {"type": "string", "format": "date"}
_MOMENT = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?$"}
_CLOCK = {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}(:00)?$"}
_TEXT = {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS_MAX}

Text = Annotated[str, Reader(read=text, json=_TEXT)]
Pseudonym = Annotated[str, Reader(read=pseudonym, json={**_TEXT, "pattern": "^[A-Za-z0-9._-]+$"})]
Day = Annotated[date, Reader(read=day, json=_DAY)]
Clock = Annotated[time, Reader(read=clock, json=_CLOCK)]
Moment = Annotated[datetime, Reader(read=moment, json=_MOMENT)]
Count = Annotated[
    int, Reader(read=count, json={"type": "integer", "minimum": 0, "maximum": COUNT_MAX})
]
Millimetres = Annotated[int, _number("mm", 1_000, "um", 1)]
Margin = Annotated[int, _number("mm", 1_000, "um", 0)]
HandSpeed = Annotated[int, _number("mm/s", 1_000, "um/s", 1)]
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
Outline3 = Annotated[Points3, Reader(read=points3, json=_POINTS3)]
Outlines3 = Annotated[
    tuple[Points3, ...],
    Reader(read=_rings3, json={"type": "array", "maxItems": EXCLUSIONS_MAX, "items": _POINTS3}),
]
Place = Annotated[
    Point,
    Reader(
        read=point,
        json={
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "description": "[x, y] in mm",
        },
    ),
]
Place3 = Annotated[Point3, Reader(read=point3, json={**_POINT3, "description": "in mm"})]
Needles = Annotated[tuple[Point, ...], Reader(read=needles, json=_NEEDLES)]
Seed = Annotated[
    int, Reader(read=seed, json={"type": "integer", "minimum": 0, "maximum": SEED_MAX})
]
Angle = Annotated[
    int,
    Reader(
        read=angle,
        json={
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": RIGHT_ANGLE // 1_000,
            "description": "in degrees from the skin, no finer than 1 thousandth",
        },
    ),
]
Seconds = Annotated[int, _number("s", 1_000, "ms", 1)]
Level = Annotated[Decimal, Reader(read=level, json={"type": "number"})]
