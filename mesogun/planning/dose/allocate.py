"""Giving every prick its dose: exact sums, as close to the targets as all bounds allow.

First every zone by itself, which is exact (`level`). If no square centimetre is too full then, that
is the optimum of the whole. Only otherwise are the discs looked at one by one (`crowded`).
"""

from __future__ import annotations

from math import gcd

import numpy as np

from mesogun.planning.dose.demand import (
    Demand,
    Doses,
    Short,
    Shots,
    cost_of,
    rows_of,
    shots_of,
    too_full,
)
from mesogun.planning.dose.held import REACH_UM
from mesogun.planning.dose.level import Groups, groups_of, level, targets
from mesogun.planning.place.raster import Integers


def allocate(demand: Demand, *, less: bool = False, thorough: bool = True) -> Doses | Short:
    """Return the doses that `demand` asks for, or what stands in the way.

    With `less`, a volume that does not fit is not refused: as much as was found to fit is given.
    If not `thorough`, it is given up early; what is proved is proved all the same.
    """
    alike = evenly(demand)
    if alike is not None and surely_thin(demand, alike):
        return Doses(alike, tuple("optimal" for _ in demand.zones))
    target = _targets(demand)
    shots = shots_of(demand, target)
    even = each_zone(demand, shots, less=less)
    if isinstance(even, Short):
        return even
    dose = rows_of(demand, shots, even)
    cap = np.array([one.per_cm2_nl for one in demand.zones])[demand.zone]
    if surely_thin(demand, dose) or next(too_full(demand, dose, cap), None) is None:
        return Doses(dose, tuple("optimal" for _ in demand.zones))
    from mesogun.planning.dose.crowded import thin_out

    return thin_out(demand, shots, even, cap, less=less, thorough=thorough)


def evenly(demand: Demand) -> Integers | None:
    """Return the doses of single pricks that are all alike, each zone's to within one step.

    It is what the general way gives, sooner. None: they are not all alike, or the bounds on a prick
    do not let them be; that says nothing of other doses.
    """
    if demand.weight is not None or demand.given_nl is not None:
        return None
    if not np.diff(demand.shot).all():
        return None
    step, parts = demand.step_nl, []
    counts = np.bincount(demand.zone, minlength=len(demand.zones)).tolist()
    for one, count in zip(demand.zones, counts, strict=True):
        total, rest = divmod(one.volume_nl, step)
        low, high = max(-(-one.least_nl // step), 1), min(one.most_nl, one.volume_nl) // step
        if rest or not low * count <= total <= high * count:
            return None
        # the last steps go to pricks evenly apart
        parts.append(np.diff(np.arange(count + 1) * total // max(count, 1)) * step)
    return np.concatenate(parts)


def surely_thin(demand: Demand, dose: Integers) -> bool:
    """Tell whether no disc can be too full, from counts alone: each zone is far from the others.

    False says nothing.
    """
    boxes = []
    x, y = demand.places.x_um, demand.places.y_um
    for k, one in enumerate(demand.zones):
        rows = slice(*np.searchsorted(demand.zone, (k, k + 1)).tolist())
        if rows.start == rows.stop:
            continue
        if not 0 < one.in_a_disc * int(dose[rows].max()) <= one.per_cm2_nl:
            return False
        boxes.append((x[rows].min(), x[rows].max(), y[rows].min(), y[rows].max()))
    near = 2 * REACH_UM
    return not any(
        max(a[0] - b[1], b[0] - a[1], a[2] - b[3], b[2] - a[3]) <= near
        for k, a in enumerate(boxes)
        for b in boxes[:k]
    )


def _targets(demand: Demand) -> Integers:
    """Return what each open prick would get by weight alone; all alike: 0, the level decides."""
    rows = demand.open_rows
    target = np.zeros(len(rows), dtype=np.int64)
    if demand.weight is None:
        return target
    zone, weight = demand.zone[rows], demand.weight[rows]
    for k, one in enumerate(demand.zones):
        mine = slice(*np.searchsorted(zone, (k, k + 1)))
        if weight[mine].any():
            target[mine] = targets(one.volume_nl, weight[mine])
    return target


def each_zone(demand: Demand, shots: Shots, *, less: bool) -> Integers | Short:
    """Return the steps of every shot as if there were no discs: the very optimum."""
    groups = shots.kinds
    first = groups.first
    pair, zone = shots.pair_nl[first], shots.zone[first]
    least, most = groups.add(shots.low) * pair, groups.add(shots.high) * pair
    totals = np.zeros(len(first), dtype=np.int64)
    for k, one in enumerate(demand.zones):
        mine = slice(*np.searchsorted(zone, (k, k + 1)))
        low, high, step = int(least[mine].sum()), int(most[mine].sum()), gcd(*pair[mine].tolist())
        volume = min(one.volume_nl, high) // step * step if less and step else one.volume_nl
        if volume < low:
            return Short(k, "little", 0, low, True)
        if volume > high:
            return Short(k, "much", high, 0, True)
        if mine.stop == mine.start:
            continue
        shared = None if volume % step else _shared(shots, groups, mine, volume)
        if shared is None:
            # the least and the greatest sum are whole steps, too: both lie between them
            return Short(k, "step", volume // step * step, -(-volume // step) * step, True)
        totals[mine] = shared
    return level(groups, totals, shots.target // shots.step_nl, shots.low, shots.high)


def _shared(shots: Shots, groups: Groups, kinds: slice, volume: int) -> list[int] | None:
    """Return how many steps the kinds of shots of one zone take to hold `volume` in all, or None.

    There are one or two. What the one costs rises ever more steeply with its part, and what the
    other costs falls ever less: the best part is found by halving.
    """
    pairs = shots.pair_nl[groups.first[kinds]].tolist()
    if len(pairs) == 1:
        return [volume // pairs[0]]
    least, most = (groups.add(one)[kinds].tolist() for one in (shots.low, shots.high))
    low = max(least[1], -(-(volume - most[0] * pairs[0]) // pairs[1]))
    high = min(most[1], (volume - least[0] * pairs[0]) // pairs[1])
    every = pairs[0] // gcd(*pairs)
    parts = [one for one in range(low, low + every) if (volume - one * pairs[1]) % pairs[0] == 0]
    if parts[0] > high:
        return None

    def split(number: int) -> list[int]:
        part = parts[0] + number * every
        return [(volume - part * pairs[1]) // pairs[0], part]

    least_cost, number = 0, (high - parts[0]) // every
    while least_cost < number:
        middle = (least_cost + number) // 2
        if _cost(shots, groups, kinds, split(middle)) <= _cost(
            shots, groups, kinds, split(middle + 1)
        ):
            number = middle
        else:
            least_cost = middle + 1
    return split(number)


def _cost(shots: Shots, groups: Groups, kinds: slice, totals: list[int]) -> int:
    """Return the sum of squared deviations of one zone's pricks, in squares of `FINE` parts."""
    first = int(groups.first[kinds.start])
    some = shots.taken(slice(first, first + int(groups.size[kinds].sum())))
    own = groups_of(groups.size[kinds])
    steps = level(own, np.array(totals), some.target // some.step_nl, some.low, some.high)
    return cost_of(some, steps)
