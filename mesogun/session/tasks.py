"""What a person's hand does of a plan: pricks in rows, or strokes in passes, and where it stops."""

from __future__ import annotations

from typing import NamedTuple

from mesogun.errors import PlanError
from mesogun.planning import VerifiedPlan
from mesogun.planning.passes import passes_of, settings_told
from mesogun.planning.rows import rows_of
from mesogun.record import Strokes


class Stop(NamedTuple):
    """What a person does before a prick or a stroke."""

    shot: int
    """It comes before this one."""
    kind: str
    note: str


class Task(NamedTuple):
    """A plan as the hand follows it; pricks, or strokes in their place, are counted from 0."""

    plan_digest: str
    doses_nl: tuple[int, ...]
    depths_um: tuple[int, ...]
    row_stops: tuple[int, ...]
    """For each prick the index after the last of its row, or of its pass; a stop ends both."""
    pauses: tuple[Stop, ...]
    """In order."""
    noun: str = "prick"
    """What a person calls one of them."""

    @property
    def pricks(self) -> int:
        """Return how many there are."""
        return len(self.doses_nl)

    def due(self, prick: int) -> tuple[Stop, ...]:
        """Return what a person does before `prick`."""
        return tuple(one for one in self.pauses if one.shot == prick)

    def stop_after(self, prick: int) -> int:
        """Return the first prick after this one before which a person has something to do."""
        return next((one.shot for one in self.pauses if one.shot > prick), self.pricks)


def task_of(plan: VerifiedPlan) -> Task:
    """Return what the hand does of a plan.

    Raises:
        PlanError: a shot is of several needles, or the plan continues another one.
    """
    made = plan.plan
    if made.strokes:
        return _strokes_of(plan)
    if made.pricks.head is not None or made.settled is not None or not len(made.pricks):
        raise PlanError(
            f"{made.prescription.name}: it cannot be given prick by prick with one needle: plan "
            "the prescription anew for the hand"
        )
    stops = [one.stop for one in rows_of(made) for _ in range(one.first, one.stop)]
    return Task(
        plan.digest,
        tuple(made.pricks.dose_nl.tolist()),
        tuple(made.pricks.depth_um.tolist()),
        tuple(stops),
        tuple(Stop(one.shot, one.kind, one.note) for one in made.pauses if one.kind != "rest"),
    )


def _strokes_of(plan: VerifiedPlan) -> Task:
    """Return what the hand does with a pen or a roller: it stops before each zone."""
    made, passes = plan.plan, passes_of(plan.plan)
    zones = made.prescription.zones
    return Task(
        plan.digest,
        (0,) * len(made.strokes),
        tuple(int(zones[one.zone].depth_um) for one in made.strokes),
        tuple(one.stop for one in passes for _ in range(one.first, one.stop)),
        tuple(
            Stop(one.first, "settings", settings_told(made, one.zone))
            for one in passes
            if one.turn == 0
        ),
        "stroke",
    )


def laid(plan: VerifiedPlan) -> tuple[Strokes, ...]:
    """Return what follows the opening in the journal of a plan of strokes; else nothing."""
    needling = plan.plan.prescription.needling
    if not plan.plan.strokes or needling is None:
        return ()
    return (Strokes(0, needling.kind, task_of(plan).depths_um),)
