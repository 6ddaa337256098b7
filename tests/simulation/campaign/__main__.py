"""The campaign: `python -m tests.simulation.campaign --seeds 20000 --workers 2`.

Ends with 1 if any oracle was violated, and with 3 if some fault never met some state.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulation.campaign.draws import draw
from tests.simulation.campaign.many import Tally, command, judged, remember, tally
from tests.simulation.campaign.play import folder_in_memory
from tests.simulation.campaign.witnesses import missing, table

BLOCK = 100
WITNESSED_FROM = 20_000
"""So many seeds have to meet every state with every fault; fewer are not blamed."""
SHOWN = 20


def main() -> int:
    """Run a campaign, or one seed."""
    asks = argparse.ArgumentParser(prog="campaign", description=__doc__)
    asks.add_argument("--seeds", type=int, default=1000)
    asks.add_argument("--start", type=int, default=0)
    asks.add_argument("--workers", type=int, default=1)
    asks.add_argument("--table", action="store_true", help="print the witnesses")
    asks.add_argument("--forget", action="store_true", help="do not note failing seeds")
    asks.add_argument("--replay", type=int, metavar="SEED")
    told = asks.parse_args()
    if told.replay is not None:
        return replay(told.replay)
    began_s = time.perf_counter()
    total, cpu_s = _played(told.start, told.seeds, told.workers)
    _print(total, time.perf_counter() - began_s, cpu_s)
    if told.table:
        print(table(total.witnesses))
    for seed, oracle, text in total.violations[:SHOWN]:
        print(f"seed {seed}: {oracle}: {text}\n  again: {command(seed)}")
    if total.violations and not told.forget:
        remember(total.violations[:SHOWN])
    if total.violations:
        return 1
    unseen = missing(total.witnesses)
    if unseen:
        names = ", ".join(f"{kind} in {met}" for kind, met in unseen[:SHOWN])
        more = ", ..." if len(unseen) > SHOWN else ""
        print(f"{len(unseen)} witnesses are missing: {names}{more}")
    return 3 if unseen and told.seeds >= WITNESSED_FROM else 0


def replay(seed: int) -> int:
    """Play one seed and say what happened."""
    print(draw(seed))
    with TemporaryDirectory(dir=folder_in_memory()) as folder:
        one, found = judged(seed, Path(folder))
        if one is not None:
            for entry in one.entries:
                print(entry)
            for truth in one.truths:
                print(truth)
            print("parts:", ", ".join(one.outcomes))
    for oracle, text in found:
        print(f"{oracle}: {text}")
    return 1 if found else 0


def _block(first: int, count: int) -> tuple[Tally, float]:
    before_s = time.process_time()
    found = tally(range(first, first + count))
    return found, time.process_time() - before_s


def _played(start: int, seeds: int, workers: int) -> tuple[Tally, float]:
    firsts = range(start, start + seeds, BLOCK)
    counts = [min(BLOCK, start + seeds - first) for first in firsts]
    total, cpu_s = Tally(), 0.0
    if workers == 1:
        parts = map(_block, firsts, counts)
        for found, spent_s in parts:
            total.add(found)
            cpu_s += spent_s
        return total, cpu_s
    with ProcessPoolExecutor(workers) as pool:
        for found, spent_s in pool.map(_block, firsts, counts):
            total.add(found)
            cpu_s += spent_s
    return total, cpu_s


def _print(total: Tally, wall_s: float, cpu_s: float) -> None:
    hours = total.treated_us / 3.6e9
    print(
        f"{total.seeds} seeds, {total.parts} parts, {total.shots} shots, {hours:.1f} h of "
        f"virtual time; {len(total.violations)} violations"
    )
    print(
        f"{wall_s:.1f} s, {total.seeds / wall_s:.0f} seeds/s; per CPU-minute "
        f"{total.seeds / cpu_s * 60:.0f} seeds and {hours / cpu_s * 60:.1f} h"
    )
    print("sessions ended:", ", ".join(f"{name} {n}" for name, n in total.outcomes.most_common()))


if __name__ == "__main__":
    sys.exit(main())
