"""One figure of the catalogue: a whole number, where it comes from, and how far to trust it.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

from mesogun.intake.form import Reader, Table
from mesogun.intake.quantity import in_unit, shown, whole

Strength = Literal["founding text", "published", "weak", "derived", "unverified"]
STRENGTHS: tuple[str, ...] = get_args(Strength)
KEYS = ("value", "unit", "source", "strength")

UNITS: Mapping[str, tuple[str, int]] = {
    "um": ("um", 1),
    "mm": ("um", 1_000),
    "nL": ("nL", 1),
    "uL": ("nL", 1_000),
    "mL": ("nL", 1_000_000),
    "nL/s": ("nL/s", 1),
    "uL/s": ("nL/s", 1_000),
    "nL/cm2": ("nL/cm2", 1),
    "mL/cm2": ("nL/cm2", 1_000_000),
    "us": ("us", 1),
    "ms": ("us", 1_000),
    "s": ("us", 1_000_000),
    "min": ("us", 60_000_000),
    "h": ("h", 1),
    "um/s": ("um/s", 1),
    "mm/s": ("um/s", 1_000),
    "mPa.s": ("uPa.s", 1_000),
    "mg": ("ug", 1_000),
    "mg/kg": ("ug/kg", 1_000),
    "g": ("g", 1),
    "kg": ("g", 1_000),
    "deg": ("mdeg", 1_000),
    "d": ("d", 1),
    "a": ("a", 1),
    "1": ("1", 1),
    "1/s": ("1/s", 1),
}
"""A unit as written in the catalogue: the whole unit it becomes, and how many of them it holds."""


def source_of(found: Any, context: Any) -> str:
    """Return the text that [sources] has for the key `found`.

    Raises:
        ValueError: there is none.
    """
    if not isinstance(found, str):
        raise ValueError(f"found {shown(found)}: give the key of an entry of [sources]")
    sources = (context or {}).get("sources", {})
    source = sources.get(found) if isinstance(sources, dict) else None
    if not isinstance(source, str) or not source.strip():
        raise ValueError(f"its source {found!r} is not told under [sources]")
    return source


class OfClinic(dict[str, Any]):
    """A figure or a statement that a clinic's catalogue gives, as it was found in its file."""

    by: str = ""


Source = Annotated[str, Reader(read=source_of, json={"type": "string"})]


class Figure(Table):
    """A number that a person can check: in whole units, with its source."""

    value: int
    unit: str
    """The whole unit ("um", "nL")."""
    source: str
    strength: str
    written: str = ""
    """Number and unit as they stand in the file, for a reader ("0.6 mm")."""
    by: str = ""
    """Who put it there, if it is not of the catalogue that ships: "clinic catalogue"."""

    def cited(self) -> str:
        """Return strength and source, as a Limit carries them."""
        return f"{self.strength}: {self.source}"

    def told(self) -> str:
        """Return strength and source, and whose figure it is, for a message."""
        return f"{self.cited()}; {self.by}" if self.by else self.cited()


class Statement(Table):
    """What a source says in words, where it gives no number."""

    says: str
    source: Source
    strength: Strength


def in_order(**figures: Figure | None) -> None:
    """Check that the figures rise, in the order given.

    Raises:
        ValueError: with the names of the two that do not.
    """
    given = [(name, figure) for name, figure in figures.items() if figure is not None]
    for (low, lower), (high, upper) in pairwise(given):
        if lower.value > upper.value:
            raise ValueError(
                f"{low} ({lower.value} {lower.unit}) is above {high} ({upper.value} {upper.unit})"
            )


def figure_in(*units: str) -> Callable[[Any, Any], Figure]:
    """Return the reader of figures whose whole unit must be one of `units` (none given: any)."""

    def read(found: Any, context: Any) -> Figure:
        if not isinstance(found, dict) or set(found) != set(KEYS):
            keys = sorted(found) if isinstance(found, dict) else found
            raise ValueError(f"a figure has exactly {', '.join(KEYS)}; found {keys}")
        if any(not isinstance(found[key], str) for key in KEYS[1:]):
            raise ValueError("unit, source and strength of a figure are texts")
        if found["unit"] not in UNITS:
            raise ValueError(f"unknown unit {found['unit']!r}; there are {', '.join(UNITS)}")
        if found["strength"] not in STRENGTHS:
            known = ", ".join(STRENGTHS)
            raise ValueError(f"unknown strength {found['strength']!r}; there are {known}")
        source = source_of(found["source"], context)
        base, factor = UNITS[found["unit"]]
        if units and base not in units:
            meant = " or ".join(units)
            raise ValueError(f"the unit {found['unit']!r} does not measure what is meant ({meant})")
        value = whole(found["value"], factor, found["unit"], base)
        if value <= 0:
            raise ValueError(f"found {found['value']}; a figure is above 0")
        return Figure(
            value=value,
            unit=base,
            source=source,
            strength=found["strength"],
            by=found.by if isinstance(found, OfClinic) else "",
            written=_written(in_unit(value, factor), found["unit"]),
        )

    return read


def _written(number: str, unit: str) -> str:
    return number if unit == "1" else f"{number} {unit.removeprefix('1')}"


Length = Annotated[Figure, Reader(read=figure_in("um"), json={})]
Volume = Annotated[Figure, Reader(read=figure_in("nL"), json={})]
Rate = Annotated[Figure, Reader(read=figure_in("nL/s"), json={})]
AreaDose = Annotated[Figure, Reader(read=figure_in("nL/cm2"), json={})]
Duration = Annotated[Figure, Reader(read=figure_in("us"), json={})]
Days = Annotated[Figure, Reader(read=figure_in("d"), json={})]
Years = Annotated[Figure, Reader(read=figure_in("a"), json={})]
Mass = Annotated[Figure, Reader(read=figure_in("g"), json={})]
Substance = Annotated[Figure, Reader(read=figure_in("ug"), json={})]
SubstancePerMass = Annotated[Figure, Reader(read=figure_in("ug/kg"), json={})]
Count = Annotated[Figure, Reader(read=figure_in("1"), json={})]
Frequency = Annotated[Figure, Reader(read=figure_in("1/s"), json={})]
Speed = Annotated[Figure, Reader(read=figure_in("um/s"), json={})]
Viscosity = Annotated[Figure, Reader(read=figure_in("uPa.s"), json={})]
AnyFigure = Annotated[Figure, Reader(read=figure_in(), json={})]
Wait = Annotated[Figure, Reader(read=figure_in("h", "d"), json={})]
"""A time that a patient keeps to: whole hours or whole days."""
