"""Where text becomes types: prescriptions and plans are read from files, or refused with reasons.

    from mesogun.intake import read_plan, read_prescription

Nothing is rounded, guessed or passed over in silence. What is wrong with a file is told all at
once, with file, key, what was found and what to do.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mesogun.intake.prescription import prescription_bytes, read_prescription
from mesogun.intake.vials import Ampoules, ampoules, least_volume

if TYPE_CHECKING:
    from mesogun.planning import Plan

__all__ = [
    "Ampoules",
    "ampoules",
    "least_volume",
    "prescription_bytes",
    "read_any_plan",
    "read_plan",
    "read_prescription",
]


def read_plan(path: str | os.PathLike[str]) -> Plan:
    """Return the plan of a file, exactly as it was written.

    Raises:
        PrescriptionError: one line a problem: file, key, what was found, what to do. A plan whose
            digest does not fit is refused with every limit that it breaks; nothing is kept.
    """
    # Loaded here: whoever plans does not read plans.
    from mesogun.intake import plan_file

    return plan_file.read_plan(path)


def read_any_plan(path: str | os.PathLike[str]) -> tuple[Plan, tuple[str, ...]]:
    """Return the plan of a file, whoever wrote it, and what its reader must know.

    For looking at and verifying alone: nothing is run from it.

    Raises:
        PrescriptionError: as `read_plan`, but for the planner and a missing digest.
    """
    from mesogun.intake import plan_file

    return plan_file.read_any_plan(path)
