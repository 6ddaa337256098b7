"""What the clinician orders, in whole numbers, with every figure that the planner needs beside it.

`intake` makes it from a file and from the catalogue; nothing here knows a file, a catalogue or a
float. Lengths are um, volumes nL, times us or ms as the name says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres, NanolitresPerSecond

Point = tuple[int, int]
Ring = tuple[Point, ...]
"""A closed outline in um: at least three points, the last not repeated, turning either way."""

Point3 = tuple[int, int, int]

SINGLE = "single"
"""The head of one needle on a pistol."""
HAND = "hand"
"""No head and no pistol: a needle on a syringe in a person's hand."""

TriggerMode = Literal["press", "held"]
Pattern = Literal["lattice", "irregular"]
LATER: Mapping[str, bool] = {"later": True}
"""Marks a field that older plans do not have: it is written only where it differs from its default,
so that they keep their digests."""
HOLE = -1
"""What a raster's cell holds where nothing is known."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Whole numbers over a rectangle of the drawing, cell by cell."""

    left_um: int
    low_um: int
    """The lower left corner of the first cell."""
    cell_um: int
    """The side of a cell: they are squares."""
    columns: int
    values: tuple[int, ...]
    """Row by row, y rising, along each row x rising; `HOLE` where nothing is known."""
    source: str


@dataclass(frozen=True, slots=True)
class Skin:
    """How thick the skin is, for the depth of each prick and for the layer that it reaches."""

    epidermis_um: int | None
    """None: not known, the layers are not told apart."""
    skin_um: int | None
    """Epidermis and dermis together; below lies the subcutis."""
    raster: Raster | None
    """Thickness of the skin (epidermis and dermis) place by place: a bound of its own, no prick's
    tip goes below it. On a surface the vertices' own thickness does the same."""
    source: str


@dataclass(frozen=True, slots=True)
class Rest:
    """Neighbouring pricks are not given one right after the other."""

    radius_um: int
    """Pricks up to this far from each other are neighbours."""
    shots: int
    """At least so many other shots lie between two neighbours; 0: no such wish."""
    ms: int
    """At least so much time passes between the starts of two neighbours; 0: no such wish."""


@dataclass(frozen=True, slots=True)
class Head:
    """An arrangement of needles that prick together: one shot."""

    name: str
    needles: tuple[Point, ...]
    """Each needle's place in steps (i, j) of a triangular lattice, (0, 0) among them."""
    pitch_um: int
    """One step; 0 for a single needle, which fits any spacing. Zones treated with a head of several
    needles have this spacing."""
    source: str


@dataclass(frozen=True, slots=True)
class Needling:
    """A handpiece that needles while the hand moves it, without an injection: a pen or a roller.

    Its pricks are counted and not placed: where each goes in depends on the hand.
    """

    kind: Literal["pen", "roller"]
    needles: int
    """Of the pen's tip, or of the whole roller."""
    width_um: int
    """Of the smallest circle around a tip's needles; of a roller, from its first to its last."""
    cycles_per_s: int
    """How often a pen's needles go in; 0 for a roller."""
    turn_um: int
    """The way of a roller in one turn; 0 for a pen."""
    hand_um_per_s: int
    """The hand along a stroke, in zones that ask for no density; 0: all zones ask for one."""
    source: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """Pricks of an earlier session that this one keeps away from."""

    record: str
    """Names the record, for a reader."""
    session_date: str
    distance_um: int
    points_um: tuple[Point3, ...]


@dataclass(frozen=True, slots=True)
class Surface:
    """A body's surface as triangles, cleaned: no face without area, vertices at one place are one.

    Corners of a face turn anticlockwise seen from outside.
    """

    name: str
    vertices_um: tuple[Point3, ...]
    faces: tuple[Point3, ...]
    """Three indices of vertices each."""
    skin_um: tuple[int, ...]
    """Thickness of the skin at each vertex, `HOLE` where unknown; empty: none is given."""
    weights: tuple[int, ...]
    """How much dose each vertex asks for, relative to others; empty: all the same."""
    source: str
    up: Literal["x", "y", "z"] = "y"
    """Which axis points to the head's crown, for pictures; nothing else depends on it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound, who set it, and where its figure comes from.

    The name ends in `_max` or `_min`. Of several with one name the tightest wins. Names in use:
    per zone `dose_nl_max`, `dose_nl_min`, `depth_um_max`, `spacing_um_min`, `spacing_um_max`,
    `margin_um_min`, `area_dose_nl_per_cm2_max`; on the session (zone None) `volume_nl_max`,
    `dose_quantum_nl_min` (the step of a dose: every dose is a multiple), `needle_depth_um_max`,
    `syringe_volume_nl_max` (what one filling gives: a larger volume takes refills), `pricks_max`,
    and any of the zone names, which then hold for all zones. These may be missing:
    `needle_pricks_max` (the needle is changed after so many) and `component_ug_max:NAME` (of one
    component in the whole session, over all products).
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
    pattern: Pattern = "lattice"
    """Irregular: as evenly spaced as darts can be, without a lattice's look."""
    angle_sin_ppm: int = 1_000_000
    """Sine of the needle's angle to the skin, rounded up: vertical depth = sine times length."""
    skin: Skin | None = None
    weights: Raster | None = None
    """How much dose each place asks for, relative to others; None: all the same."""
    rest: Rest | None = None
    product: int = 0
    """Index into the prescription's products: each has a pass of its own, in this order."""
    faces: tuple[int, ...] = ()
    """The surface's faces that make up the zone (exclusions left out); then it has no outline."""
    passes: int = field(default=1, metadata=LATER)
    """How often a pen or a roller goes over the whole zone."""
    pricks_per_cm2: int = field(default=0, metadata=LATER)
    """Asked of a pen, all passes together; 0: it follows from the hand's speed."""


@dataclass(frozen=True, slots=True)
class Component:
    """One active substance of the product."""

    name: str
    concentration_pg_per_nl: int
    """The same number as ug per mL (mg/mL times 1,000)."""


@dataclass(frozen=True, slots=True)
class Autologous:
    """Blood drawn from the patient, from which the product was made."""

    donor_id: str
    """The same as the patient's."""
    blood_nl: Nanolitres
    yield_nl: Nanolitres
    """What was made of it, as measured by whoever made it."""
    drawn_at: str
    """ISO local date and time, on the day of the session."""


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
    autologous: Autologous | None = field(default=None, metadata=LATER)
    """None: it is no product of the patient's own blood."""
    ampoule_nl: int = field(default=0, metadata=LATER)
    """What one ampoule holds; 0: not told."""
    opened: str = field(default="", metadata=LATER)
    """ISO date on which the vial was opened; empty: for this session."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What screening or a rule of a product said, and who took it on."""

    rule: str
    """"screening.diabetes", "component.organic_silicon.diabetes"."""
    text: str
    source: str
    """Every founding text that speaks of it, also where they disagree."""
    by: str = ""
    """Who overrode it; empty: nothing was to be overridden."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Motion:
    """How pistol and hand move, for the estimate of time."""

    needle_um_per_s: int
    travel_um_per_s: int
    """The hand between two pricks."""
    settle_us: int
    """From arrival at the site to the pull of the trigger."""
    source: str
    needle_settle_us: int = 0
    """From the needle's arrival at its depth to the first drop."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One bound of the shipped catalogue that the clinic's own loosens, and who stands for it."""

    figure: str
    """Where it stands in the catalogue: "techniques.papule.figures.dose_max"."""
    shipped: str
    """What the catalogue below says, for a reader ("50 uL")."""
    value: str
    """What the clinic's says."""
    by: str
    reason: str

    def told(self) -> str:
        """Return it as one sentence."""
        return (
            f"the clinic's catalogue loosens {self.figure} from {self.shipped} to {self.value}, "
            f"approved by {self.by}: {self.reason}"
        )


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
    further_products: tuple[Product, ...] = ()
    """Given after `product`, each from a syringe of its own."""
    heads: tuple[Head, ...] = ()
    """Empty: a single needle. The first gives what it can cover, the second (a single needle) the
    rest; without a second, what the first cannot cover is left out."""
    seed: int = 1
    """Decides what is left to chance: irregular patterns and pricks on surfaces."""
    position_um: int = 0
    """How far a prick may miss its place; depths hold everywhere within it."""
    bevel_um: int = 0
    """Length of the needle's opening along its axis; 0: not known."""
    earlier: tuple[Earlier, ...] = ()
    surface: Surface | None = None
    """Where zones are faces of it; None: zones are outlines in a plane."""
    session_at: str = field(default="", metadata=LATER)
    """ISO local date and time at which the session begins; empty: the time is not told."""
    findings: tuple[Finding, ...] = field(default=(), metadata=LATER)
    """What screening and the rules of the products said, beside what they refuse."""
    needling: Needling | None = field(default=None, metadata=LATER)
    """Then the plan has strokes, and no prick that a pistol gives; the product, if there is one,
    goes onto the skin."""

    approvals: tuple[Approval, ...] = field(default=(), metadata=LATER)
    """Bounds that the clinic's catalogue loosened."""
    indication: str = field(default="", metadata=LATER)
    """Id of what the session is given for; empty: it is not told."""

    @property
    def products(self) -> tuple[Product, ...]:
        """All products, in the order in which they are given."""
        return (self.product, *self.further_products)
