"""The guard before each shot, and the plan anew after a loss.

Goals: a check with its commit takes at most 1/500 (median) and 1/50 (the slowest of a thousand) of
the shortest time between two shots, with up to 10,000 pricks given before; to plan the rest anew
takes at most 1/10 of the first plan, up to 10,000 pricks.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.bench_plan import prescription
from mesogun.planning import Component, Limit, Prescription, VerifiedPlan, plan, verify
from mesogun.planning.guard import Guard
from mesogun.planning.replan import replan

SHORTEST_US = 1_000_000 / 300
"""The shortest time from shot to shot: 300 a second."""
SIZES = (1_000, 10_000)
RUNS, JOB_RUNS = 5, 15


def everything_bounded(pricks: int) -> Prescription:
    """One zone with every kind of limit that a guard looks at."""
    asked = prescription(pricks, free=False)
    components = tuple(Component(name, 10_000) for name in ("one", "two", "three"))
    limits = tuple(
        Limit(f"component_ug_max:{one.name}", 10**9, "ug", None, "bench", "bench")
        for one in components
    )
    return replace(
        asked,
        product=replace(asked.product, components=components),
        limits=(*asked.limits, *limits),
        position_um=500,
    )


def checks_us(checked: VerifiedPlan, *, measured: bool) -> list[float]:
    """Time check and commit for each prick of a whole session, in us of this process."""
    made, guard = checked.plan, Guard.of(checked, {})
    places = list(zip(made.pricks.x_um.tolist(), made.pricks.y_um.tolist(), strict=True))
    spent = []
    gc.collect()
    gc.freeze()
    for prick, (x, y) in enumerate(places):
        at_us = prick * 300_000
        at_um = (x + 300, y - 300, 0) if measured else None
        began = time.thread_time()
        verdict = guard.check(prick, at_us, at_um=at_um)
        if verdict.allowed:
            guard.commit(prick, at_us, at_um=at_um)
        spent.append((time.thread_time() - began) * 1e6)
        assert verdict.allowed, verdict.text
    gc.unfreeze()
    return spent


def _median_ms(*jobs: Callable[[], object]) -> list[float]:
    """Time the jobs in turn, by the time of this thread: what else the machine does is left out."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(JOB_RUNS):
        for job, spent in zip(jobs, times, strict=True):
            began = time.thread_time()
            job()
            spent.append(time.thread_time() - began)
    return [statistics.median(spent) * 1e3 for spent in times]


def main() -> None:
    """Print one line for each size and kind of check, then those of planning anew."""
    for size in SIZES:
        checked = verify(plan(everything_bounded(size)))
        for name, measured in (("planned places", False), ("measured places", True)):
            # of several runs the quickest of each prick: what else the machine does is left out
            runs = [checks_us(checked, measured=measured) for _ in range(RUNS)]
            spent = sorted(map(min, zip(*runs, strict=True)))
            median, slow = statistics.median(spent), spent[len(spent) * 999 // 1000]
            print(
                f"{len(spent):6d} pricks, {name:15}: check + commit {median:.1f} us, slowest of a "
                f"thousand {slow:.1f} us; of {SHORTEST_US / 1000:.1f} ms: "
                f"1/{SHORTEST_US / median:.0f} (goal <= 1/500), "
                f"1/{SHORTEST_US / slow:.0f} (goal <= 1/50)"
            )
    for size in SIZES:
        asked = prescription(size, free=True)
        made = plan(asked)
        third = len(made.pricks) // 3
        given = dict(enumerate(made.pricks.dose_nl[:third].tolist())) | {third // 2: 0}
        checked = verify(made)
        planning, replanning = _median_ms(
            lambda asked=asked: plan(asked),  # type: ignore[misc]
            lambda checked=checked, given=given: replan(checked, given),  # type: ignore[misc]
        )
        print(
            f"{len(made.pricks):6d} pricks, one lost in a third: first plan {planning:.2f} ms, the "
            f"rest anew {replanning:.2f} ms: 1/{planning / replanning:.1f} (goal <= 1/10)"
        )


if __name__ == "__main__":
    main()
