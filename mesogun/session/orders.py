"""What the pistol will be asked for, shot by shot: a verified plan in the pistol's own terms."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from firmware_protocol.messages import Trigger
from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres, NanolitresPerSecond
from mesogun.errors import PlanError
from mesogun.planning import Pause, Plan, VerifiedPlan
from mesogun.record import Opened

LEASE_MS = 300
"""How long the pistol stays armed without hearing of the host, unless its limits want otherwise."""
TTL_MS = 30_000
"""How long a shot waits for the trigger before it is voided, unless the pistol's limit is less."""
WIRE_MS_MAX = 65_535
"""No time in a message is longer."""
_TRIGGERS = {"press": Trigger.PRESS, "held": Trigger.HELD}


@dataclass(frozen=True, slots=True)
class ShotOrder:
    """One shot as the plan wants it."""

    dose_nl: Nanolitres
    """Of the whole shot, over all its pricks."""
    depth_um: Micrometres
    rate_nl_per_s: NanolitresPerSecond
    dwell_ms: Milliseconds
    interval_ms: Milliseconds
    trigger: Trigger
    motion_us: int
    """About how long needle and plunger will be under way; paces the polls, decides nothing."""
    wait_us: int = 0
    """The skin rests so long after the shot before."""


@dataclass(frozen=True, slots=True)
class Orders:
    """All shots of one verified plan, in firing order, and the plan's name."""

    shots: tuple[ShotOrder, ...]
    plan_digest: str
    """ "sha256:" and 64 hex digits."""
    pauses: tuple[Pause, ...] = ()
    """Those that last until a person has confirmed, in the order of their shots."""

    def name_for_pistol(self, session: int) -> int:
        """Return what the pistol is told, echoes, and writes into the intent of every shot.

        Its high half names the session, its low half the plan: the first 4 bytes of each digest.
        """
        return session << 32 | int(self.plan_digest.removeprefix("sha256:")[:8], 16)

    def due(self, shot: int) -> tuple[Pause, ...]:
        """Return what a person confirms before `shot`."""
        return tuple(one for one in self.pauses if one.shot == shot)

    def stop_after(self, shot: int) -> int:
        """Return the shot up to which one arming holds, from `shot` on: a pause comes before it."""
        stops = [one.shot for one in self.pauses]
        after = bisect_right(stops, shot)
        return stops[after] if after < len(stops) else len(self.shots)


def orders_of(verified: VerifiedPlan) -> Orders:
    """Translate a plan into the shots to ask for.

    Raises:
        PlanError: a shot cannot be asked of a pistol as it stands; the text says which and why.
    """
    plan = verified.plan
    rows = rows_by_shot(plan)
    waits: dict[int, int] = {}
    for one in plan.pauses:
        waits[one.shot] = waits.get(one.shot, 0) + one.wait_us
    settled = frozenset(plan.settled.rows if plan.settled is not None else ())
    shots = tuple(
        _order(plan, shot, mine, waits.get(shot, 0), is_settled=settled.issuperset(mine))
        for shot, mine in enumerate(rows)
    )
    pauses = tuple(one for one in plan.pauses if one.kind != "rest")
    return Orders(shots, verified.digest, pauses)


def opening(
    verified: VerifiedPlan,
    *,
    session_id: str,
    started: str,
    prescription_sha256: str,
    versions: tuple[tuple[str, str], ...] = (),
    simulated: bool = False,
) -> Opened:
    """Give the first entry of a new session's journal; append it before anything is run."""
    pricks = verified.plan.pricks
    shot_of = tuple(map(int, pricks.shot))
    return Opened(
        at_us=0,
        session_id=session_id,
        started=started,
        plan_digest=verified.digest,
        prescription_sha256=prescription_sha256,
        pricks=len(pricks),
        shots=len(set(shot_of)),
        doses_nl=tuple(map(int, pricks.dose_nl)),
        depths_um=tuple(map(int, pricks.depth_um)),
        shot_of=shot_of,
        versions=versions,
        simulated=simulated,
    )


def rows_by_shot(plan: Plan) -> list[list[int]]:
    """Return the rows of each shot's pricks.

    Raises:
        PlanError: the shots are not numbered from 0 without a gap.
    """
    rows: dict[int, list[int]] = {}
    for row, shot in enumerate(map(int, plan.pricks.shot)):
        rows.setdefault(shot, []).append(row)
    if sorted(rows) != list(range(len(rows))):
        raise PlanError("the plan's shots are not numbered from 0 without a gap: plan anew")
    return [rows[shot] for shot in range(len(rows))]


def _order(plan: Plan, shot: int, rows: list[int], wait_us: int, *, is_settled: bool) -> ShotOrder:
    pricks, asked = plan.pricks, plan.prescription
    depths = {int(pricks.depth_um[row]) for row in rows}
    zones = {int(pricks.zone[row]) for row in rows}
    if len(depths) != 1 or len(zones) != 1:
        raise PlanError(f"shot {shot}: its pricks differ in depth or zone; one shot has but one")
    (depth_um,), zone = depths, asked.zones[zones.pop()]
    dose_nl = sum(int(pricks.dose_nl[row]) for row in rows)
    too_long = max(zone.dwell_ms, zone.interval_ms) > WIRE_MS_MAX
    least_nl = 0 if is_settled else 1
    if dose_nl < least_nl or zone.rate_nl_per_s < 1 or depth_um < 0 or too_long:
        raise PlanError(
            f"shot {shot}: {dose_nl} nL at {zone.rate_nl_per_s} nL/s, {depth_um} um deep, dwell "
            f"{zone.dwell_ms} ms, interval {zone.interval_ms} ms cannot be asked of a pistol: "
            f"dose and rate must be at least 1, times at most {WIRE_MS_MAX} ms"
        )
    needle_us = 2 * depth_um * 1_000_000 // max(asked.motion.needle_um_per_s, 1)
    dose_us = dose_nl * 1_000_000 // max(zone.rate_nl_per_s, 1)
    return ShotOrder(
        dose_nl=Nanolitres(dose_nl),
        depth_um=Micrometres(depth_um),
        rate_nl_per_s=zone.rate_nl_per_s,
        dwell_ms=zone.dwell_ms,
        interval_ms=zone.interval_ms,
        trigger=_TRIGGERS[zone.trigger],
        motion_us=needle_us + dose_us + zone.dwell_ms * 1000,
        wait_us=wait_us,
    )
