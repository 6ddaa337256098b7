"""The plans of one session, in its folder: the first, and those that divided anew what was left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mesogun.cli import show
from mesogun.intake import read_plan
from mesogun.planning import Plan, VerifiedPlan, to_json, verify
from mesogun.record import Entry, Folder
from mesogun.record.folder import plan_name, plans_of


class Plans:
    """Which plan is in force; `keep` puts another one in its place."""

    def __init__(self, folder: Folder, in_force: VerifiedPlan, number: int = 1) -> None:
        """`in_force` is in the folder already, as its plan of that number."""
        self._folder = folder
        self._number = number
        self.in_force = in_force

    @classmethod
    def read(cls, folder: Folder, history: Sequence[Entry]) -> Plans:
        """Read the plan that a session goes on with, and verify it.

        Raises:
            PlanError: it cannot be read, or it breaks a limit.
        """
        number = plans_of(history)
        return cls(folder, verify(read_plan(folder.path / plan_name(number))), number)

    def keep(self, anew: VerifiedPlan) -> None:
        """Write the plan that goes on with what is left; from now on it is in force."""
        self._number += 1
        self._folder.write(plan_name(self._number), to_json(anew.plan))
        self.in_force = anew

    @property
    def path(self) -> Path:
        """Where the plan in force is."""
        return self._folder.path / plan_name(self._number)


def changes_text(plan: Plan) -> str:
    """Say what a plan that continues another one gives, against what was prescribed."""
    settled = plan.settled
    assert settled is not None  # it continues another one
    ordered_nl = sum(int(one.volume_nl) for one in plan.prescription.products)
    planned_nl = sum(map(int, plan.pricks.dose_nl))
    lost = sum(1 for given_nl in settled.given_nl if given_nl == 0)
    done = frozenset(settled.rows)
    left = [int(nl) for row, nl in enumerate(plan.pricks.dose_nl) if row not in done]
    doses = f", {show.ul(min(left))} to {show.ul(max(left))} each" if left else ""
    missing = ordered_nl - planned_nl
    return (
        f"{lost} pricks are lost; what they were to take is divided over the {len(left)} that are "
        f"left: {show.ml(sum(left))}{doses}. Of {show.ml(ordered_nl)} prescribed, "
        + (f"{show.ml(missing)} will not be given" if missing else "all will be given")
    )
