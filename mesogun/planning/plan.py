"""A plan, a verified plan, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import InitVar, dataclass, field, fields
from typing import Any, Literal

from mesogun.planning.prescription import LATER, Limit, Point, Prescription, Ring
from mesogun.planning.pricks import PrickTable

PLANNER_VERSION = "2"
PLAN_FORMAT = "mesogun-plan/1"

PauseKind = Literal["needle", "refill", "product", "head", "rest"]
NEW_NEEDLE = ("needle", "product", "head")
"""Pauses after which another needle is on."""
Answer = Literal["optimal", "feasible"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A pen or a roller goes straight from one place to another, at the zone's depth."""

    zone: int
    """Index into the plan's zones."""
    turn: int
    """In which pass over the zone, from 0."""
    start_um: Point
    end_um: Point
    """Where the middle of the tip lifts off."""


@dataclass(frozen=True, slots=True)
class Needled:
    """What the strokes of one zone add up to."""

    hand_um_per_s: int
    """The hand along each stroke."""
    pitch_um: tuple[int, ...]
    """From stroke to stroke, pass by pass."""
    pricks_per_cm2: int
    """Expected between the outermost strokes, all passes together, rounded down; a mean."""
    swept_um2: int
    """Length times pitch of the strokes of the pass that sweeps least."""
    topical_nl: int = 0
    """Of the product, onto the skin."""
    layer: int = 0
    """What the tips reach: an index into `LAYERS`."""


@dataclass(frozen=True, slots=True)
class PlannedZone:
    """What the planner made of one zone of the prescription (same index)."""

    name: str
    area: str
    technique: str
    outline_um: Ring
    exclusions_um: tuple[Ring, ...]
    margin_um: int
    spacing_um_min: int
    """The guaranteed least distance between any two of its pricks."""
    pitch_um: int
    basis_um: tuple[int, int, int, int]
    """The lattice: (ax, ay, bx, by)."""
    prick_count: int
    dose_nl_total: int
    travel_um: int = 0
    """The hand's way from this zone's first prick to its last, each hop rounded down."""
    travel_um_min: int = 0
    """Proved: no order of these pricks has a shorter way."""
    prick_bound: int = 0
    """No placement at this spacing holds more (packing bound); 0: not told."""
    area_um2: int = 0
    """What is left to treat inside the margins; 0: not told."""
    coverage_um: int = 0
    """No place to treat is farther from a prick than about this; 0: not told."""
    dose_answer: Answer = "optimal"
    """Whether the doses are proved to be as even (or as close to their weights) as limits allow."""
    needled: Needled | None = field(default=None, metadata=LATER)
    """Where a pen or a roller goes over it: `prick_count` is what is expected of its strokes."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The pistol waits before a shot: for a person, or for the skin."""

    shot: int
    """It comes before this shot."""
    kind: PauseKind
    wait_us: int
    """How long, for a rest; 0 for all others, which last until a person has confirmed."""
    note: str
    """What to do, for the operator."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a plan is done with: this plan continues another one."""

    parent: str
    """The digest of the plan that this one continues."""
    rows: tuple[int, ...]
    """Pricks that are given, lost, or in doubt, rising; they are never given again."""
    given_nl: tuple[int, ...]
    """What each of them took: 0 for a lost one; in doubt, all that was asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A prescription turned into pricks. It may be looked at; only a VerifiedPlan may be run."""

    prescription: Prescription
    limits: tuple[Limit, ...]
    """The effective ones: one for each name and zone."""
    zones: tuple[PlannedZone, ...]
    pricks: PrickTable
    duration_us: int
    travel_um: int
    warnings: tuple[str, ...]
    pauses: tuple[Pause, ...] = ()
    """In the order of their shots."""
    settled: Settled | None = None
    strokes: tuple[Stroke, ...] = ()
    """Of a pen or a roller, in their order; then there are no pricks."""

    def digest(self) -> str:
        """Name this plan: inputs, effective limits, columns and planner version decide it."""
        told = {
            "planner": PLANNER_VERSION,
            "prescription": self.prescription,
            "limits": self.limits,
            "zones": self.zones,
            "pricks": self.pricks.digest(),
            "duration_us": self.duration_us,
            "travel_um": self.travel_um,
            "warnings": self.warnings,
            "pauses": self.pauses,
            "settled": self.settled,
        }
        if self.strokes:
            told["strokes"] = self.strokes
        text = json.dumps(
            told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=as_fields
        )
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def as_fields(one: Any) -> dict[str, Any]:
    """Return a dataclass as a dict of its fields, for json's encoder.

    What came `LATER` is left out where it has its default: older plans keep their digests.
    """
    told = ((each, getattr(one, each.name)) for each in fields(one))
    return {each.name: value for each, value in told if not each.metadata or value != each.default}


def needles_used(plan: Plan) -> int:
    """Return how many needles a plan takes, or heads of several: each is used for one stretch."""
    return 1 + len({one.shot for one in plan.pauses if one.kind in NEW_NEEDLE})


_SEAL = object()


@dataclass(frozen=True, slots=True, eq=False)
class VerifiedPlan:
    """A plan of which `verify` has shown that no limit is broken. Only `verify` makes one."""

    plan: Plan
    digest: str
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only verify() makes a VerifiedPlan: what was not checked is not run")


def sealed(plan: Plan, digest: str) -> VerifiedPlan:
    """Mark `plan` as verified. For `verify` alone: a test sees that nobody else calls it."""
    return VerifiedPlan(plan, digest, _SEAL)
