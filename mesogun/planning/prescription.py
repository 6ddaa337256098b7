"""What the clinician orders, in whole numbers, with every figure that the planner needs beside it.

`intake` makes it from a file and from the catalogue; nothing here knows a file, a catalogue or a
float. Lengths are um, volumes nL, times us or ms as the name says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres, NanolitresPerSecond

Point = tuple[int, int]
Ring = tuple[Point, ...]
"""A closed outline in um: at least three points, the last not repeated, turning either way."""

TriggerMode = Literal["press", "held"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound, who set it, and where its figure comes from.

    The name ends in `_max` or `_min`. Of several with one name the tightest wins. Names in use:
    per zone `dose_nl_max`, `dose_nl_min`, `depth_um_max`, `spacing_um_min`, `spacing_um_max`,
    `margin_um_min`, `area_dose_nl_per_cm2_max`; on the session (zone None) `volume_nl_max`,
    `dose_quantum_nl_min` (the step of a dose: every dose is a multiple), `needle_depth_um_max`,
    `syringe_volume_nl_max`, `pricks_max`, and any of the zone names, which then hold for all zones.
    """

    name: str
    value: int
    unit: str
    zone: int | None
    origin: str
    """Who set it, for a reader: "technique papule", "area cheek (female)", "needle 30g-4mm"."""
    source: str
    """Where the figure comes from with its strength: "published: https://…"; "prescription"."""


@dataclass(frozen=True, slots=True)
class Zone:
    """One outlined region to treat, with one technique."""

    name: str
    area: str
    technique: str
    outline_um: Ring
    exclusions_um: tuple[Ring, ...]
    margin_um: Micrometres
    """No prick is nearer than this to the outline or to an exclusion."""
    spacing_um: Micrometres | None
    """Asked by the prescriber; None: the planner chooses within the limits."""
    dose_nl_usual: Nanolitres
    """The dose asked, or the technique's usual one: pricks are added before it is exceeded."""
    dose_asked: bool
    depth_um: Micrometres
    """Asked, or the usual one of the area and technique, already within the caps."""
    share_ppm: int | None
    """Part of the volume in millionths; None in every zone: by treatable area."""
    rate_nl_per_s: NanolitresPerSecond
    dwell_ms: Milliseconds
    interval_ms: Milliseconds
    """Least time from one shot to the next."""
    trigger: TriggerMode


@dataclass(frozen=True, slots=True)
class Component:
    """One active substance of the product."""

    name: str
    concentration_pg_per_nl: int
    """The same number as ug per mL (mg/mL times 1,000)."""


@dataclass(frozen=True, slots=True)
class Product:
    """What is in the syringe."""

    name: str
    volume_nl: Nanolitres
    """To give in this session, exactly."""
    lot: str
    expiry: str
    """ISO date."""
    viscosity_upa_s: int | None
    """Micropascal seconds (1 mPa.s = 1,000)."""
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Motion:
    """How pistol and hand move, for the estimate of time."""

    needle_um_per_s: int
    travel_um_per_s: int
    """The hand between two pricks."""
    settle_us: int
    """From arrival at the site to the pull of the trigger."""
    source: str


@dataclass(frozen=True, slots=True)
class Prescription:
    """The whole order for one session. Zones are in the clinician's order of treatment."""

    name: str
    """The file's stem, for titles."""
    patient_id: str
    sex: Literal["female", "male"]
    age_years: int
    weight_g: int
    session_date: str
    """ISO date."""
    session_number: int
    previous_dates: tuple[str, ...]
    regimen: str
    screening: tuple[tuple[str, bool], ...]
    screening_overrides: tuple[tuple[str, str, str], ...]
    """(condition, reason, by)"""
    product: Product
    head: str
    needle: str
    syringe: str
    zones: tuple[Zone, ...]
    limits: tuple[Limit, ...]
    """Every limit from every origin; `planning.limits.effective` picks the tightest."""
    motion: Motion
    warnings: tuple[str, ...]
    """What intake noticed and a person must read (course too early, figures unverified)."""
