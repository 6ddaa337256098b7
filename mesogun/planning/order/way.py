"""The order of a zone's pricks: every hop the shortest there is, wherever the lattice allows it.

A way through n lattice points cannot be shorter than n - 1 times the lattice's pitch. Rings over
strips of rows (`legs`, `strips`) reach that in most zones; `detours` deal with the rest, and what
is then left over the bound is searched as if the pricks lay anywhere (`free`), and told, not
hidden. A ring may begin anywhere: it begins where the hand comes from and ends towards where it
goes next.
"""

from __future__ import annotations

import numpy as np

from mesogun.planning.order.laid import BIG, Leg
from mesogun.planning.order.legs import legs_of
from mesogun.planning.order.shots import Where, order_shots
from mesogun.planning.place.fit import Placed
from mesogun.planning.place.lattice import pitch_of
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.spots import Spots
from mesogun.planning.timing import hops_um

PAIRS_MAX = 4_000_000
SEARCHED_MAX = 600
"""Up to so many pricks, a way above its bound is worth a search that knows no lattice."""


def order_spots(
    spots: Spots, comes_from: Where | None, goes_to: Where | None
) -> tuple[Integers, int]:
    """Return a zone's rows in firing order, and the way that no such order can undercut.

    Single pricks of one lattice go by its rings; all else, shot by shot, as free points do.
    """
    if spots.head is None and spots.lattice is not None:
        return order(spots.lattice, comes_from, goes_to)
    from mesogun.planning.order.free import free_way

    return order_shots(spots, comes_from, goes_to, free_way)


def order(placed: Placed, comes_from: Where | None, goes_to: Where | None) -> tuple[Integers, int]:
    """Return a zone's pricks in firing order, as indices, and the way that no order can undercut.

    The bound is that of a tree: n - 1 hops of the pitch, or, where the pricks lie on islands, the
    shortest ways between these for as many of them.
    """
    if len(placed) == 1:
        return np.zeros(1, dtype=np.int64), 0
    way, least = _laid(placed, comes_from, goes_to)
    x, y = placed.x_um, placed.y_um
    if len(placed) > SEARCHED_MAX or int(hops_um(x[way], y[way]).sum()) <= least + len(placed):
        return way, least
    from mesogun.planning.order.free import bettered

    return bettered(x, y, np.zeros_like(x), way, comes_from, goes_to, least), least


def _laid(placed: Placed, comes_from: Where | None, goes_to: Where | None) -> tuple[Integers, int]:
    """Return the way along the lattice, and its bound."""
    pitch = pitch_of(placed.basis)
    legs = legs_of(placed.i, placed.j)
    ways = _chain(legs, placed.x_um, placed.y_um, comes_from, goes_to)
    if len(legs) == 1:
        return ways, (len(placed) - 1) * pitch
    return _over_islands(placed, legs, ways, comes_from, goes_to)


def _over_islands(
    placed: Placed,
    legs: list[Leg],
    ways: Integers,
    comes_from: Where | None,
    goes_to: Where | None,
) -> tuple[Integers, int]:
    """Better a way that was chained over islands, and return it with its bound."""
    from mesogun.planning.order.islands import bridges, crossed
    from mesogun.planning.order.mend import Ground
    from mesogun.planning.order.strips import runs_of

    x, y, pitch = placed.x_um, placed.y_um, pitch_of(placed.basis)
    over = bridges([leg.points for leg in legs], x, y)
    if over is None or len(placed) > BIG:
        return ways, (len(placed) - 1) * pitch
    ground = Ground(placed.i, placed.j, runs_of(placed.i, placed.j))
    better = crossed(ground, ways, over)
    least = (len(placed) - len(legs)) * pitch + sum(bridge.length_um for bridge in over)
    return _begun(Leg(better, closed=False), x, y, comes_from, goes_to), least


def _chain(
    legs: list[Leg], x: Integers, y: Integers, comes_from: Where | None, goes_to: Where | None
) -> Integers:
    """Go through the legs one after the other, the nearest next."""
    ways: list[Integers] = []
    at = comes_from
    rest = list(legs)
    while rest:
        if at is None:
            leg = rest.pop(0)
        else:
            doors = [leg.points if leg.closed else leg.points[[0, -1]] for leg in rest]
            away = [int(_hops(x[door], y[door], at).min()) for door in doors]
            leg = rest.pop(away.index(min(away)))
        towards = goes_to if not rest else _nearest_to(leg, rest, x, y)
        ways.append(_begun(leg, x, y, at, towards))
        at = int(x[ways[-1][-1]]), int(y[ways[-1][-1]])
    return np.concatenate(ways)


def _nearest_to(leg: Leg, rest: list[Leg], x: Integers, y: Integers) -> Where:
    """Return the point of the other legs that is nearest to this leg (or to its middle)."""
    own, others = leg.points, np.concatenate([one.points for one in rest])
    if len(own) * len(others) > PAIRS_MAX:
        own = own[len(own) // 2 :][:1]
    dx, dy = x[others][:, None] - x[own], y[others][:, None] - y[own]
    best = others[int(np.argmin((dx * dx + dy * dy).min(axis=1)))]
    return int(x[best]), int(y[best])


def _begun(
    leg: Leg, x: Integers, y: Integers, comes_from: Where | None, goes_to: Where | None
) -> Integers:
    """Begin the leg where it suits the way in and the way out best (the first of equals)."""
    points = leg.points
    if comes_from is None and goes_to is None:
        return points
    xs, ys = x[points], y[points]
    zero = np.zeros(len(points), dtype=np.int64)
    arrive = zero if comes_from is None else _hops(xs, ys, comes_from)
    leave = zero if goes_to is None else _hops(xs, ys, goes_to)
    if not leg.closed:
        there = int(arrive[0] + leave[-1])
        return points[::-1] if int(arrive[-1] + leave[0]) < there else points
    onward = arrive + np.roll(leave, 1)  # begin at k, end at k - 1
    backward = arrive + np.roll(leave, -1)  # begin at k, end at k + 1
    k, m = int(np.argmin(onward)), int(np.argmin(backward))
    if onward[k] <= backward[m]:
        return np.roll(points, -k)
    return np.roll(points[::-1], m + 1)


def _hops(x: Integers, y: Integers, at: Where) -> Integers:
    """Return the distance of each point from `at`, to the um."""
    square = (x - at[0]) * (x - at[0]) + (y - at[1]) * (y - at[1])
    return np.sqrt(square.astype(np.float64)).astype(np.int64)
