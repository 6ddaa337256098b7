"""The keys of a prescription file, `mesogun-prescription/1`, and what each may hold.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from mesogun.intake.bounds import EXCLUSIONS_MAX, PRODUCTS_MAX, RIGHT_ANGLE, ZONES_MAX
from mesogun.intake.form import AtMost, Table
from mesogun.intake.values import (
    Angle,
    Clock,
    Concentration,
    Count,
    Day,
    HandSpeed,
    Kilograms,
    Level,
    Margin,
    Microlitres,
    Millilitres,
    Millimetres,
    Moment,
    Needles,
    Outline,
    Outline3,
    Outlines,
    Outlines3,
    Place,
    Place3,
    Pseudonym,
    Seconds,
    Seed,
    Share,
    Text,
    Viscosity,
)
from mesogun.planning.prescription import Pattern

FORMAT = "mesogun-prescription/1"
Unit = Literal["mm", "cm", "dm", "m", "inch"]
FileGroups = Annotated[tuple[Text, ...], AtMost(items=EXCLUSIONS_MAX)]

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
    indication: Text | None = None
    """What it is given for."""
    previous: tuple[Day, ...] = ()
    time: Clock | None = None
    """When it begins, local time: what a patient is told to do has hours then."""
    seed: Seed = 1
    """Decides what is left to chance: irregular patterns, and pricks on a surface."""


class ComponentForm(Table):
    """One active substance of a product."""

    name: Text
    concentration_mg_per_ml: Concentration


class AutologousForm(Table):
    """[product.autologous]: made from the patient's own blood."""

    donor: Pseudonym
    blood_ml: Millilitres
    yield_ml: Millilitres
    """As measured: nothing is assumed."""
    drawn: Moment


class ProductForm(Table):
    """[product], and each of [[further_products]]."""

    name: Text
    volume_ml: Millilitres
    lot: Text
    expiry: Day
    viscosity_mpa_s: Viscosity | None = None
    components: tuple[ComponentForm, ...] = ()
    ampoule_ml: Millilitres | None = None
    """What one ampoule holds."""
    opened: Day | None = None
    """When the vial was opened, where it was open before the session."""
    autologous: AutologousForm | None = None


NOTHING = ProductForm(
    name="none", volume_ml=0, lot="none", expiry=date.max, components=(), ampoule_ml=None
)
"""Stands for the product of a prescription without one."""


class PatternForm(Table):
    """[device.pattern]: a head of the user's own."""

    name: Text
    pitch_mm: Millimetres
    needles: Needles


class NeedlingForm(Table):
    """[device.needling]: a pen or a roller, as it is and as it is moved."""

    width_mm: Millimetres | None = None
    """Of the smallest circle around a tip's needles; of a roller, from its first to its last."""
    hand_mm_per_s: HandSpeed | None = None
    """Along a stroke, where a zone asks for no density."""
    cycles_per_s: Count | None = None
    """How often a pen's needles go in."""
    needles: Count | None = None
    """Of the pen's tip, or of the whole roller."""
    turn_mm: Millimetres | None = None
    """The way of a roller in one turn."""
    depth_max_mm: Millimetres | None = None
    """As deep as the pen can be set; of a roller, the length of its needles."""
    depth_step_mm: Millimetres | None = None


class DeviceForm(Table):
    """[device]"""

    head: Text
    needle: Text | None = None
    """Left out for a pen or a roller alone."""
    syringe: Text | None = None
    needling: NeedlingForm | None = None
    pattern: PatternForm | None = None
    head_pitch_mm: Millimetres | None = None
    """One step of a head of several needles, where the catalogue has none."""
    finish: Literal["single"] | None = None
    """A single needle gives what a head of several needles cannot cover."""
    position_mm: Margin = 0
    """How far a prick may miss its place."""
    needle_pricks: Count | None = None
    """The needle is changed after so many pricks, where that is fewer than usual."""


class DrawingForm(Table):
    """One shape of an SVG file."""

    file: Text
    id: Text


class MapForm(Table):
    """Numbers of a CSV file over a rectangle of the drawing, cell by cell."""

    file: Text
    origin_mm: Place
    """The corner of the first cell of the first line: the least x and y."""
    cell_mm: Millimetres


class RestForm(Table):
    """Neighbours wait for each other."""

    radius_mm: Millimetres
    shots: Count | None = None
    seconds: Seconds | None = None

    def check(self) -> None:
        """Refuse a rest that asks for nothing."""
        if not self.shots and self.seconds is None:
            raise ValueError("asks for nothing: give shots (1 or more), or seconds, or both")


class PropertyForm(Table):
    """A property of the mesh's vertices, and which of its values belong to the zone."""

    name: Text
    equals: Level | None = None
    at_least: Level | None = None
    at_most: Level | None = None

    def check(self) -> None:
        """Refuse a property without a bound, and one with bounds that exclude each other."""
        bounded = self.at_least is not None or self.at_most is not None
        if (self.equals is not None) == bounded:
            raise ValueError("give equals, or at_least or at_most (or these two)")
        if None not in (self.at_least, self.at_most) and self.at_least > self.at_most:  # type: ignore[operator]
            raise ValueError("at_least is above at_most: no vertex is both")


class SurfaceForm(Table):
    """[surface]: a mesh that the zones lie on."""

    file: Text
    unit: Unit
    width_mm: Millimetres | None = None
    """Measured on the patient: how wide the mesh is along x."""
    thickness_property: Text | None = None
    """The vertices' property that tells the skin's thickness, in mm."""
    weight_property: Text | None = None
    """The vertices' property that tells how much dose each place asks for."""


class ZoneForm(Table):
    """[[zones]]"""

    name: Text
    area: Text
    technique: Text
    outline_mm: Outline | None = None
    exclusions_mm: Outlines | None = None
    outline: DrawingForm | None = None
    exclusions: Annotated[tuple[DrawingForm, ...], AtMost(items=EXCLUSIONS_MAX)] = ()
    group: Text | None = None
    property: PropertyForm | None = None
    outline_points_mm: Outline3 | None = None
    inside_mm: Place3 | None = None
    """A place inside `outline_points_mm`; without it the smaller side is meant."""
    exclude_groups: FileGroups = ()
    exclusion_points_mm: Outlines3 = ()
    margin_mm: Margin | None = None
    spacing_mm: Millimetres | None = None
    depth_mm: Millimetres | None = None
    dose_ul: Microlitres | None = None
    share: Share | None = None
    opt_in: tuple[Text, ...] = ()
    """Ids of risks that the prescriber takes on by name ("periorbital")."""
    product: Text | None = None
    """The name of the product; without it the first."""
    pattern: Pattern = "lattice"
    angle_deg: Angle = RIGHT_ANGLE
    """Between the needle and the skin."""
    rest: RestForm | None = None
    weights: MapForm | None = None
    thickness: MapForm | None = None
    """Thickness of the skin, in mm."""
    passes: Count | None = None
    """How often a pen or a roller goes over the whole zone."""
    pricks_per_cm2: Count | None = None
    """Asked of a pen, all passes together."""


class PrescriptionForm(Table):
    """The whole file."""

    format: Literal["mesogun-prescription/1"]
    patient: PatientForm
    session: SessionForm
    screening: dict[str, Any]
    product: ProductForm = NOTHING
    """Left out for a pen or a roller alone."""
    device: DeviceForm
    zones: Annotated[tuple[ZoneForm, ...], AtMost(items=ZONES_MAX)]
    surface: SurfaceForm | None = None
    further_products: Annotated[tuple[ProductForm, ...], AtMost(items=PRODUCTS_MAX)] = ()
