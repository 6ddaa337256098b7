"""The shape of the catalogue's files, and what must hold inside each of them.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from typing import Literal

from mesogun.intake.figures import (
    AnyFigure,
    AreaDose,
    Count,
    Days,
    Duration,
    Frequency,
    Length,
    Mass,
    Rate,
    Speed,
    Statement,
    Viscosity,
    Volume,
    Years,
    in_order,
)
from mesogun.intake.form import Table

Sex = Literal["female", "male"]


class Skin(Table):
    """Skin of one area and sex."""

    depth_max: Length
    method: str | None = None
    """How the thickness was measured; methods differ by more than people do."""
    epidermis: Length | None = None
    dermis: Length | None = None
    dermis_sd: Length | None = None

    def check(self) -> None:
        if self.epidermis and self.dermis and self.dermis_sd:
            inside = self.epidermis.value + self.dermis.value - self.dermis_sd.value
            if self.depth_max.value > inside:
                raise ValueError(f"depth_max is above the mean less one deviation, {inside} um")


class Measured(Table):
    """One measurement of the skin that is shown and never planned from."""

    what: str
    """Whose skin, which layer, where: "dermis of the thigh, women"."""
    method: str
    mean: Length | None = None
    sd: Length | None = None
    least: Length | None = None
    most: Length | None = None

    def check(self) -> None:
        in_order(least=self.least, mean=self.mean, most=self.most)
        if not (self.mean or self.least or self.most):
            raise ValueError("it measures nothing: give mean, or least and most")


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
    dangers: tuple[Statement, ...] = ()
    """What lies below, in words: nobody plans from it."""
    measured: tuple[Measured, ...] = ()

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


class StrokeFigures(Table):
    """What a technique allows the strokes of a pen or a roller."""

    margin: Length
    passes_max: Count
    hand_min: Speed
    """Along a stroke."""
    hand_max: Speed

    def check(self) -> None:
        in_order(hand_min=self.hand_min, hand_max=self.hand_max)


class Technique(Table):
    """One way to use the needle; `refused` says why it cannot be planned."""

    name: str
    layer: Literal["skin", "subcutis"]
    refused: str | None = None
    depth_max: Length | None = None
    trigger: Literal["press", "held"] | None = None
    figures: TechniqueFigures | None = None
    strokes: StrokeFigures | None = None
    known: dict[str, AnyFigure] | None = None
    """What sources say besides, for a reader: nobody plans from it."""
    says: tuple[Statement, ...] = ()

    def check(self) -> None:
        if self.refused is None and not (self.depth_max and self.trigger and self.figures):
            raise ValueError("it needs depth_max, trigger and figures, or `refused` that says why")
        if self.figures is not None:
            in_order(depth_usual=self.figures.depth_usual, depth_max=self.depth_max)
        told = self.known or {}
        for name in told:
            if name.endswith("_min"):
                high = name.removesuffix("_min") + "_max"
                in_order(**{f"known.{name}": told[name], f"known.{high}": told.get(high)})


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


class DaysRange(Table):
    """From so many days to so many; one number where both are equal."""

    min: Days
    max: Days

    def check(self) -> None:
        in_order(min=self.min, max=self.max)


class CountRange(Table):
    """From so many to so many."""

    min: Count
    max: Count

    def check(self) -> None:
        in_order(min=self.min, max=self.max)


class Regimen(Table):
    """A course of sessions."""

    name: str
    interval_min: Days
    interval_usual: Days
    sessions_usual: Count
    sessions_max: Count
    volume_warn_above: Volume
    sessions: CountRange | None = None
    """How many sessions its source gives."""
    interval: DaysRange | None = None
    """How far apart its source puts them."""
    course: Days | None = None
    """How long the course lasts, where its source tells that."""
    maintenance: DaysRange | None = None
    """From one session to the next, once the course is over."""
    volume_warn_below: Volume | None = None
    duration: tuple[Duration, ...] = ()
    """How long one session takes; several where the texts differ."""
    others: tuple[Statement, ...] = ()
    """Courses as other texts give them: shown, never averaged."""

    def check(self) -> None:
        in_order(interval_min=self.interval_min, interval_usual=self.interval_usual)
        in_order(sessions_usual=self.sessions_usual, sessions_max=self.sessions_max)
        in_order(volume_warn_below=self.volume_warn_below, volume_warn_above=self.volume_warn_above)
        if self.sessions is not None:
            in_order(**{"sessions.max": self.sessions.max, "sessions_max": self.sessions_max})
        if self.interval is not None:
            in_order(**{"interval_min": self.interval_min, "interval.max": self.interval.max})


class RegimensFile(Table):
    """regimens.toml"""

    format: Literal["mesogun-regimens/1"]
    sources: dict[str, str]
    regimens: dict[str, Regimen]
