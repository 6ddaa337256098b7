"""A plan, a verified plan, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import InitVar, dataclass, fields
from typing import Any

from mesogun.planning.prescription import Limit, Prescription, Ring
from mesogun.planning.pricks import PrickTable

PLANNER_VERSION = "1"
PLAN_FORMAT = "mesogun-plan/1"


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
        }
        text = json.dumps(
            told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=as_fields
        )
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def as_fields(one: Any) -> dict[str, Any]:
    """Return a dataclass as a dict of its fields, for json's encoder."""
    return {each.name: getattr(one, each.name) for each in fields(one)}


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
