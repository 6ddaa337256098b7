"""Doses: pouring against sorting, a heap and a flow; full discs against whole-number programming.

Goals: a million doses in at most twice the time of `np.sort`, ten times quicker than a heap with
the same cost, sums of groups at most four times the time of one sum; full discs at most 1 % above
what HiGHS finds, 200 times quicker, up to 80 % of what the discs hold.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import log

import numpy as np
import numpy.typing as npt

from mesogun.planning.dose.allocate import allocate
from mesogun.planning.dose.crowded import Asked, discs_of
from mesogun.planning.dose.demand import Bounds, Demand, Doses, rows_of, shots_of
from mesogun.planning.dose.exact import run
from mesogun.planning.dose.held import most_at
from mesogun.planning.dose.level import FINE, groups_of, level, targets
from mesogun.planning.dose.roll import Crowd, Places, crowds
from mesogun.planning.place.lattice import lattice

Integers = npt.NDArray[np.int64]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
HEAP_MAX, FLOW_MAX = 100_000, 10_000
GROUP = 50
BLOCKS = ((304, 5_000), (1_003, 5_000))
PERCENTS = (60, 80)


def median_ms(*jobs: Callable[[], object], runs: int = 7) -> list[float]:
    """Time the jobs in turn, so that a drift of the machine meets all alike."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, spent in zip(jobs, times, strict=True):
            began = time.perf_counter()
            job()
            spent.append(time.perf_counter() - began)
    return [statistics.median(spent) * 1e3 for spent in times]


def heaped(total: int, target: list[int], low: list[int], high: list[int]) -> list[int]:
    """One step after the other to who wants it most, the first of equals."""
    dose = list(low)
    heap = [(dose[k] * FINE - target[k], k) for k in range(len(dose)) if dose[k] < high[k]]
    heapify(heap)
    for _ in range(total - sum(low)):
        wish, k = heappop(heap)
        dose[k] += 1
        if dose[k] < high[k]:
            heappush(heap, (wish + FINE, k))
    return dose


def squares(dose: Integers, target: Integers) -> int:
    """The sum of squared deviations: exact."""
    return sum(one * one for one in (dose * FINE - target).tolist())


def flow_job(
    total: int, target: Integers, low: Integers, high: Integers
) -> Callable[[], object] | None:
    """The same as a flow of least cost: one arc for every step, or None without OR-Tools."""
    try:
        from ortools.graph.python import min_cost_flow
    except ModuleNotFoundError:
        return None
    count = high - low
    row = np.repeat(np.arange(len(low)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    price = (low[row] + step) * FINE - target[row]

    def job() -> object:
        flow = min_cost_flow.SimpleMinCostFlow()
        source, sink = len(low), len(low) + 1
        flow.add_arcs_with_capacity_and_unit_cost(
            np.full(len(row), source), row, np.ones(len(row), dtype=np.int64), price
        )
        flow.add_arcs_with_capacity_and_unit_cost(
            np.arange(len(low)), np.full(len(low), sink), count, np.zeros(len(low), dtype=np.int64)
        )
        flow.set_node_supply(source, total - int(low.sum()))
        flow.set_node_supply(sink, int(low.sum()) - total)
        return flow.solve()

    return job


def pouring() -> None:
    """G4: one line for each size."""
    spent = [poured(size) for size in SIZES]
    growth = log(spent[-1] / spent[-2]) / log(SIZES[-1] / SIZES[-2])
    print(f"time grows with the number of doses to the power {growth:.2f} (100,000 to 1,000,000)")


def poured(size: int) -> float:
    """Print the line of one size, and return the time of one sum in ms."""
    chance = np.random.default_rng(1)
    weight, high = chance.integers(1, 1_000, size), chance.integers(5, 40, size)
    low, keys = chance.integers(0, 4, size), chance.integers(0, 2**40, size)
    total = int(high.sum()) * 6 // 10
    one, many = groups_of(np.array([size])), groups_of(np.full(size // GROUP, GROUP))
    target, sums = targets(total, weight), many.add(high) * 6 // 10
    alone, sort, grouped = median_ms(
        lambda: level(one, np.array([total]), targets(total, weight), low, high),
        lambda: np.sort(keys),
        lambda: level(many, sums, targets(total, weight), low, high),
    )
    told = f"{size:8d} doses {alone:7.2f} ms, {alone / sort:.1f}x np.sort (goal <= 2 at 1M)"
    told += f"; sums of {GROUP} each {grouped / alone:.1f}x (goal <= 4)"
    if size <= HEAP_MAX:
        lists = target.tolist(), low.tolist(), high.tolist()
        (heap,) = median_ms(lambda: heaped(total, *lists), runs=1)
        made = level(one, np.array([total]), target, low, high)
        costs = [squares(one, target) for one in (made, np.array(heaped(total, *lists)))]
        same = "the same cost" if costs[0] == costs[1] else "ANOTHER COST"
        told += f"; heap {heap / alone:.0f}x slower (goal >= 10), {same}"
    flow = flow_job(total, target, low, high) if size <= FLOW_MAX else None
    if flow is not None:
        told += f"; OR-Tools' flow {median_ms(flow, runs=1)[0] / alone:.0f}x slower"
    print(told)
    return alone


def block(count: int, pitch: int) -> Places:
    """A rhombus of a lattice."""
    basis, side = lattice(pitch, 0), round(count**0.5)
    at = np.array([basis.at(i, j) for i in range(side) for j in range(side)], dtype=np.int64)
    return Places(at[:, 0], at[:, 1], None)


def full_discs() -> None:
    """G11: one line for each size and part of the capacity."""
    for count, pitch in BLOCKS:
        for percent in PERCENTS:
            thinned(block(count, pitch), most_at(pitch) * 10_000, percent)


def thinned(places: Places, cap: int, percent: int) -> None:
    """Print the line of one lattice whose doses would fill that part of its discs."""
    size = len(places.x_um)
    weight = np.random.default_rng(2).integers(50, 150, size)
    rows = np.arange(size)
    bounds = Bounds(size * 100 * percent, 1_000, 20_000, cap)
    asked = Demand(places, 0 * rows, rows, 1_000, (bounds,), weight)
    (ours,) = median_ms(lambda: allocate(asked))
    made = allocate(asked)
    assert isinstance(made, Doses)
    theirs, cost, discs = by_highs(asked, made)
    gap = squared(asked, made.dose_nl) / cost - 1
    print(
        f"{size:5d} pricks at {percent} % of the discs' capacity: {ours:7.1f} ms, "
        f"{theirs / ours:.0f}x quicker than HiGHS with {discs} discs (goal >= 200), cost "
        f"{gap * 100:+.2f} % of its (goal <= 1), {made.answers[0]}"
    )


def squared(asked: Demand, dose_nl: Integers) -> float:
    """The sum of squared deviations from the weights' shares."""
    assert asked.weight is not None
    wish = asked.weight * (asked.zones[0].volume_nl / int(asked.weight.sum()))
    return float(((dose_nl - wish) ** 2).sum())


def by_highs(asked: Demand, made: Doses) -> tuple[float, float, int]:
    """Solve the same by whole-number programming; discs are added until none is too full."""
    from scipy import optimize, sparse

    assert asked.weight is not None
    volume = asked.zones[0].volume_nl
    shots = shots_of(asked, targets(volume, asked.weight))
    cap = np.full(len(made.dose_nl), asked.zones[0].per_cm2_nl)
    found: dict[bytes, Crowd] = {
        one.pricks.tobytes(): one for one in crowds(asked.places, made.dose_nl, cap, -int(cap[0]))
    }
    began = time.perf_counter()
    while True:
        discs = discs_of(asked, shots, list(found.values()))
        whole = Asked(groups_of(np.array([len(cap)])), np.array([volume]), shots, discs)
        answer = run(whole, shots.target, optimize, sparse)
        steps: Integers = np.rint(answer.x[: len(cap)]).astype(np.int64)
        dose_nl = rows_of(asked, shots, steps)
        new = list(crowds(asked.places, dose_nl, cap))
        if not new:
            spent = (time.perf_counter() - began) * 1e3
            return spent, squared(asked, dose_nl), len(found)
        found |= {one.pricks.tobytes(): one for one in new}


def main() -> None:
    """Print the lines of both."""
    pouring()
    full_discs()


if __name__ == "__main__":
    main()
