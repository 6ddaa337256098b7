"""How much the fullest square centimetre of a plan holds.

Part of the independent check. First what costs nothing: if not even as many of the largest doses as
fit into any disc are too much, no disc needs a look.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.discs import RADIUS_UM, Search, most_in_disc
from mesogun.planning.verify.findings import Findings, Integers, rows_of
from mesogun.planning.verify.limits import Bounds
from mesogun.planning.verify.zones import shortest_um

POINTS_MAX = 400
"""A lattice so dense that a disc may hold more is looked at prick by prick."""
Basis = tuple[int, int, int, int]


def check_discs(plan: Plan, bounds: Bounds, rows: Rows, spaced: bool, found: Findings) -> None:
    """Add up the dose in every disc of 1 cm2, whatever zones its pricks come from."""
    flat = plan.prescription.surface is None
    caps = [bounds["area_dose_nl_per_cm2_max", k] for k in range(len(plan.zones))]
    strictest = sorted(range(len(caps)), key=lambda k: caps[k].value)
    if spaced and flat:
        least = min(bounds["spacing_um_min", k].value for k in range(len(caps)))
        if len(plan.zones) == 1:
            least = max(least, plan.zones[0].pitch_um)
        most = caps[strictest[0]].value // max(int(rows.dose.max()), 1)
        if most_in_disc(least) <= most or _is_sparse(plan, rows, most):
            return
    rank_of = np.empty(len(caps), dtype=np.int64)
    rank_of[strictest] = np.arange(len(caps))
    by_rank = np.array([caps[k].value for k in strictest])
    open_ = None if plan.settled is None else ~rows.settled
    search = Search(rows.points, rows.dose, rank_of[rows.zone], by_rank, flat=flat, open_=open_)
    # pricks too near to each other are told already: then one disc will do
    decided = search.run(every=spaced)
    for rank, worst in sorted(search.worst_nl.items()):
        bound, name = caps[strictest[rank]], plan.prescription.zones[strictest[rank]].name
        note = "in one disc" if flat else "in one ball"
        found.limit(bound, worst, name, rows_of(search.held[rank]), note)
    if not decided and not search.worst_nl:
        bound = caps[strictest[0]]
        note = "not decided: the pricks are too crowded for any spacing"
        found.limit(bound, int(rows.dose.sum()), None, note=note)


def _is_sparse(plan: Plan, rows: Rows, most: int) -> bool:
    """Tell whether the whole plan lies on one lattice of which no disc holds more than `most`."""
    basis = plan.zones[0].basis_um
    if len(plan.zones) > 1 or not shortest_um(basis):
        return False
    x, y = rows.x - rows.x[0], rows.y - rows.y[0]
    return lies_on(basis, x, y) and not holds_more(basis, most)


def lies_on(basis: Basis, x: Integers, y: Integers) -> bool:
    """Tell whether all points lie on the lattice through 0 with this basis."""
    ax, ay, bx, by = basis
    det = ax * by - ay * bx
    return not ((x * by - y * bx) % det).any() and not ((ax * y - ay * x) % det).any()


def holds_more(basis: Basis, most: int) -> bool:
    """Tell whether some disc holds more than `most` points of a lattice.

    A disc that holds any can be moved along the lattice until it holds the point 0: then all that
    it holds lie within its diameter of 0.
    """
    ax, ay, bx, by = basis
    # how many steps of a lead beyond the diameter: the other vector's way across is det / |a|
    det = abs(ax * by - ay * bx)
    reach = [2 * RADIUS_UM * (abs(p) + abs(q)) // det + 1 for p, q in ((bx, by), (ax, ay))]
    if reach[0] * reach[1] > POINTS_MAX:
        return True
    i, j = np.mgrid[-reach[0] : reach[0] + 1, -reach[1] : reach[1] + 1]
    x, y = (i * ax + j * bx).ravel(), (i * ay + j * by).ravel()
    near = x * x + y * y <= 4 * RADIUS_UM * RADIUS_UM
    x, y = x[near], y[near]
    none = np.zeros_like(x)
    search = Search((x, y, none), none + 1, none, np.array([most]), flat=True)
    return not search.run() or bool(search.worst_nl)
