"""The last resort where discs are nearly full: whole-number programming by HiGHS, if it is there.

scipy is an extra (`[exact]`). Without it nothing is found here, and nothing is claimed.
"""

from __future__ import annotations

from math import gcd
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from mesogun.planning.dose.demand import Demand, rows_of
from mesogun.planning.dose.level import FINE
from mesogun.planning.dose.roll import Crowd, crowds
from mesogun.planning.place.raster import Integers

if TYPE_CHECKING:
    from mesogun.planning.dose.crowded import Asked

SHOTS_MAX = 400
NODES_MAX = 200
"""Work is bounded by counting: a bound on time would make plans depend on the machine."""
LOOKS_MAX = 12
WINDOW = 4
"""Costs are exact for so many steps to either side of the wish, and underestimated beyond."""
GAP = 0.005
"""Doses within this part of the least cost are good enough for a last resort."""
IMPOSSIBLE = 2
"""How scipy says that there is no solution."""


class Solver(Protocol):
    """Looks for the cheapest whole steps within bounds."""

    def __call__(self, asked: Asked, wish: Integers) -> Any:
        """Return the steps in `x`, or None there, and `status`: `IMPOSSIBLE` or another number."""
        ...


def scipys() -> Solver | None:
    """Return scipy's way of solving, or None where scipy is not installed."""
    try:
        from scipy import optimize, sparse  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        return None
    return lambda asked, wish: run(asked, wish, optimize, sparse)


def solved(
    demand: Demand,
    asked: Asked,
    wish: Integers,
    cap: Integers,
    found: dict[bytes, Crowd],
    solver: Solver | None = None,
) -> Integers | bool:
    """Return steps within all bounds, True if it is shown that there are none, or else False.

    `wish` is what the prices ask for, in `FINE` parts of 1 nL; `solver` is scipy's, if none is
    named. Whatever it says is looked at again.
    """
    shots = asked.shots
    ask = solver or scipys()
    if ask is None or len(shots.zone) > SHOTS_MAX:
        return False
    from mesogun.planning.dose.crowded import discs_of

    for _ in range(LOOKS_MAX):
        discs = discs_of(demand, shots, list(found.values()))
        answer = ask(asked._replace(discs=discs), wish)
        if answer.status == IMPOSSIBLE:
            return True
        if answer.x is None:
            return False
        steps: Integers = np.rint(answer.x[: len(shots.zone)]).astype(np.int64)
        held = discs.held(steps * shots.step_nl)
        if not (held <= discs.room_nl).all() or not asked.adds_up(steps):
            return False
        new = list(crowds(demand.places, rows_of(demand, shots, steps), cap))
        if not new:
            return steps
        found = {**found, **{one.pricks.tobytes(): one for one in new}}
    return False


def run(asked: Asked, wish: Integers, optimize: ModuleType, sparse: ModuleType) -> Any:
    """Return scipy's answer: steps first, then what each shot costs at least.

    The cost of a shot is bounded from below by chords between neighbouring whole steps.
    """
    shots, discs = asked.shots, asked.discs
    count, grain = len(shots.zone), gcd(*shots.step_nl.tolist())
    unit = shots.step_nl // grain
    eye, zero = sparse.identity(count, format="csr"), np.zeros(count)
    aim = shots.target / (shots.step_nl * FINE)
    middle = np.rint(wish / (shots.step_nl * FINE))
    weigh = shots.needles * (unit * unit).astype(np.float64)
    rows, least = [], []
    for k in range(-WINDOW, WINDOW):
        # the chord from d to d + 1 of (d - aim)^2
        d = np.clip(middle + k, shots.low, np.maximum(shots.high - 1, shots.low))
        slope, foot = 2 * d + 1 - 2 * aim, (d - aim) ** 2
        rows.append(sparse.hstack([sparse.diags(-slope * weigh), eye]))
        least.append((foot - slope * d) * weigh)
    shape = (len(discs.first), count)
    at = discs.each(np.arange(len(discs.first))), discs.shot
    inside = sparse.csr_matrix((discs.needles * unit[discs.shot], at), shape=shape)
    kinds = np.unique(shots.zone)
    share = sparse.csr_matrix((kinds[:, None] == shots.zone) * (shots.needles * unit))
    volume = asked.volume_nl // grain
    pads = [sparse.csr_matrix((one, count)) for one in (shape[0], len(kinds))]
    return optimize.milp(
        c=np.concatenate((zero, np.ones(count))),
        integrality=np.concatenate((np.ones(count), zero)),
        bounds=optimize.Bounds(
            np.concatenate((shots.low, zero - np.inf)), np.concatenate((shots.high, zero + np.inf))
        ),
        constraints=[
            optimize.LinearConstraint(sparse.vstack(rows), np.concatenate(least), np.inf),
            optimize.LinearConstraint(
                sparse.hstack([inside, pads[0]]), -np.inf, discs.room_nl // grain
            ),
            optimize.LinearConstraint(sparse.hstack([share, pads[1]]), volume, volume),
        ],
        options={"node_limit": NODES_MAX, "mip_rel_gap": GAP},
    )
