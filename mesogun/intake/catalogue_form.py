"""The shape of the catalogue's files, and what must hold inside each of them.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from itertools import pairwise
from typing import Literal

from mesogun.intake.figures import (
    AnyFigure,
    AreaDose,
    Count,
    Days,
    Duration,
    Figure,
    Frequency,
    Length,
    Mass,
    Rate,
    Speed,
    Substance,
    SubstancePerMass,
    Viscosity,
    Volume,
    Years,
)
from mesogun.intake.form import Table
from mesogun.intake.values import Needles

Sex = Literal["female", "male"]


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


class Skin(Table):
    """Skin of one area and sex."""

    depth_max: Length
    epidermis: Length | None = None
    dermis: Length | None = None
    dermis_sd: Length | None = None

    def check(self) -> None:
        if self.epidermis and self.dermis and self.dermis_sd:
            inside = self.epidermis.value + self.dermis.value - self.dermis_sd.value
            if self.depth_max.value > inside:
                raise ValueError(f"depth_max is above the mean less one deviation, {inside} um")


class AreaGroup(Table):
    """Areas that share rules."""

    name: str
    depth_usual: Length
    depth_max: Length
    subcutis_depth_max: Length | None = None

    def check(self) -> None:
        in_order(
            depth_usual=self.depth_usual,
            depth_max=self.depth_max,
            subcutis_depth_max=self.subcutis_depth_max,
        )


class Area(Table):
    """One named part of the body."""

    name: str
    group: str
    opt_in: str | None = None
    depth_usual: Length | None = None
    female: Skin | None = None
    male: Skin | None = None

    def check(self) -> None:
        for sex, skin in (("female", self.female), ("male", self.male)):
            if skin is not None:
                in_order(**{"depth_usual": self.depth_usual, f"{sex}.depth_max": skin.depth_max})

    def skin(self, sex: Sex) -> Skin | None:
        """Return the skin's figures for `sex`, if there are any."""
        return self.female if sex == "female" else self.male


class AreasFile(Table):
    """areas.toml"""

    format: Literal["mesogun-areas/1"]
    sources: dict[str, str]
    groups: dict[str, AreaGroup]
    areas: dict[str, Area]

    def check(self) -> None:
        for name, area in self.areas.items():
            if area.group not in self.groups:
                raise ValueError(f"area {name}: there is no group {area.group!r}")


class TechniqueFigures(Table):
    """The figures without which a technique cannot be planned."""

    dose_usual: Volume
    dose_max: Volume
    margin: Length
    rate: Rate
    dwell: Duration
    frequency: Frequency
    spacing: Literal["range", "pitch"] = "range"
    """Pitch: that of a head of several needles, from needle to needle."""
    spacing_min: Length | None = None
    spacing_max: Length | None = None
    spacing_usual: Length | None = None
    depth_min: Length | None = None
    depth_usual: Length | None = None

    def check(self) -> None:
        in_order(dose_usual=self.dose_usual, dose_max=self.dose_max)
        in_order(depth_min=self.depth_min, depth_usual=self.depth_usual)
        in_order(
            spacing_min=self.spacing_min,
            spacing_usual=self.spacing_usual,
            spacing_max=self.spacing_max,
        )
        bounds = self.spacing_min, self.spacing_max
        if self.spacing == "range" and None in bounds:
            raise ValueError('it needs spacing_min and spacing_max, or spacing = "pitch"')
        if self.spacing == "pitch" and bounds != (None, None):
            raise ValueError("the head's pitch is its spacing: delete spacing_min and spacing_max")


class Technique(Table):
    """One way to use the needle; `refused` says why it cannot be planned."""

    name: str
    layer: Literal["skin", "subcutis"]
    refused: str | None = None
    depth_max: Length | None = None
    trigger: Literal["press", "held"] | None = None
    figures: TechniqueFigures | None = None
    known: dict[str, AnyFigure] | None = None

    def check(self) -> None:
        if self.refused is None and not (self.depth_max and self.trigger and self.figures):
            raise ValueError("it needs depth_max, trigger and figures, or `refused` that says why")
        if self.figures is not None:
            in_order(depth_usual=self.figures.depth_usual, depth_max=self.depth_max)


class TechniquesFile(Table):
    """techniques.toml"""

    format: Literal["mesogun-techniques/1"]
    sources: dict[str, str]
    techniques: dict[str, Technique]


class SessionLimits(Table):
    """Limits of a session, whatever the area and the technique."""

    volume_max: Volume
    depth_max: Length
    dose_min: Volume
    area_dose_max: AreaDose
    pricks_max: Count
    pricks_per_needle_prompt: Count
    frequency_max: Frequency

    def check(self) -> None:
        in_order(pricks_per_needle_prompt=self.pricks_per_needle_prompt, pricks_max=self.pricks_max)


class ThickFluid(Table):
    """One known flow: no other may need more pressure."""

    rate: Rate
    viscosity: Viscosity
    needle_bore: Length
    needle_length: Length
    prick_time_max: Duration


class PatientRange(Table):
    """What a patient's figures may be before a slip of the pen is likelier."""

    age_min: Years
    age_max: Years
    weight_min: Mass
    weight_max: Mass

    def check(self) -> None:
        in_order(age_min=self.age_min, age_max=self.age_max)
        in_order(weight_min=self.weight_min, weight_max=self.weight_max)


class Extents(Table):
    """How large a zone may be before a unit was mistaken: face is all that is not the body."""

    body_max: Length
    face_max: Length

    def check(self) -> None:
        in_order(face_max=self.face_max, body_max=self.body_max)


class LimitsFile(Table):
    """limits.toml"""

    format: Literal["mesogun-limits/1"]
    sources: dict[str, str]
    session: SessionLimits
    thick_fluid: ThickFluid
    patient: PatientRange
    extent: Extents


class Regimen(Table):
    """A course of sessions."""

    name: str
    interval_min: Days
    interval_usual: Days
    sessions_usual: Count
    sessions_max: Count
    volume_warn_above: Volume
    maintenance: Days | None = None
    volume_warn_below: Volume | None = None

    def check(self) -> None:
        in_order(interval_min=self.interval_min, interval_usual=self.interval_usual)
        in_order(sessions_usual=self.sessions_usual, sessions_max=self.sessions_max)
        in_order(volume_warn_below=self.volume_warn_below, volume_warn_above=self.volume_warn_above)


class RegimensFile(Table):
    """regimens.toml"""

    format: Literal["mesogun-regimens/1"]
    sources: dict[str, str]
    regimens: dict[str, Regimen]


class Needle(Table):
    """One needle."""

    name: str
    length: Length
    outer: Length
    bore: Length
    bore_tolerance: Length
    bevel: Length | None = None
    """Length of the opening along the needle."""

    def check(self) -> None:
        in_order(bore_tolerance=self.bore_tolerance, bore=self.bore, outer=self.outer)


class NeedlesFile(Table):
    """needles.toml"""

    format: Literal["mesogun-needles/1"]
    sources: dict[str, str]
    needles: dict[str, Needle]


class Syringe(Table):
    """One syringe."""

    name: str
    volume: Volume
    bore: Length
    quantum: Volume

    def check(self) -> None:
        in_order(quantum=self.quantum, volume=self.volume)


class SyringesFile(Table):
    """syringes.toml"""

    format: Literal["mesogun-syringes/1"]
    sources: dict[str, str]
    syringes: dict[str, Syringe]


class Head(Table):
    """One arrangement of needles; `refused` says why it cannot be planned.

    `pattern` is each needle's place in steps of a triangular lattice, [0, 0] among them, and
    `pitch` one step; without a pitch the prescription has to give it. A single needle has neither.
    """

    name: str
    needles: Count | None = None
    refused: str | None = None
    pattern: Needles | None = None
    pitch: Length | None = None

    def check(self) -> None:
        told = None if self.needles is None else self.needles.value
        if self.pattern is not None and len(self.pattern) != told:
            raise ValueError(f"pattern has {len(self.pattern)} needles, needles says {told}")
        if told != 1 and self.refused is None and self.pattern is None:
            raise ValueError("it needs a pattern, or `refused` that says why it cannot be planned")


class HeadsFile(Table):
    """heads.toml"""

    format: Literal["mesogun-heads/1"]
    sources: dict[str, str]
    heads: dict[str, Head]


class Pistol(Table):
    """How fast needle and hand move."""

    name: str
    needle_speed: Speed
    hand_travel: Speed
    settle: Duration
    needle_settle: Duration


class PistolsFile(Table):
    """pistols.toml"""

    format: Literal["mesogun-pistols/1"]
    sources: dict[str, str]
    pistols: dict[str, Pistol]


class ComponentLimit(Table):
    """How much of one component a patient may get in a session."""

    name: str
    also: tuple[str, ...]
    mass_per_weight_warn: SubstancePerMass
    mass_per_weight_max: SubstancePerMass
    mass_max: Substance

    def check(self) -> None:
        in_order(
            mass_per_weight_warn=self.mass_per_weight_warn,
            mass_per_weight_max=self.mass_per_weight_max,
        )
        if not self.also or any(one != one.casefold() for one in self.also):
            raise ValueError("also: give names in small letters")


class ComponentsFile(Table):
    """components.toml"""

    format: Literal["mesogun-components/1"]
    sources: dict[str, str]
    components: dict[str, ComponentLimit]


class Question(Table):
    """One question before a session."""

    ask: str
    kind: Literal["absolute", "relative"]
    source: str

    def check(self) -> None:
        if not self.source.strip():
            raise ValueError("its source is not told")


class ScreeningFile(Table):
    """screening.toml"""

    format: Literal["mesogun-screening/1"]
    questions: dict[str, Question]
