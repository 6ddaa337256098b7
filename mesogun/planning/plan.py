"""A plan, a verified plan, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

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
            "prescription": asdict(self.prescription),
            "limits": [asdict(one) for one in self.limits],
            "zones": [asdict(one) for one in self.zones],
            "pricks": self.pricks.digest(),
            "duration_us": self.duration_us,
            "travel_um": self.travel_um,
            "warnings": self.warnings,
        }
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class VerifiedPlan:
    """A plan of which `verify` has shown that no limit is broken. Only `verify` makes one."""

    plan: Plan
    digest: str
