"""The campaign: `python -m tests.simulation.campaign --seeds 20000 --workers 2`.

Ends with 1 if any oracle was violated, and with 3 if some fault never met some state.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulation.campaign.draws import Draws, draw
from tests.simulation.campaign.kept import keep, kept
from tests.simulation.campaign.many import Tally, command, judged, tally
from tests.simulation.campaign.play import folder_in_memory
from tests.simulation.campaign.telling import progress, summary
from tests.simulation.campaign.witnesses import missing, table

BLOCK = 100
WITNESSED_FROM = 20_000
"""So many seeds have to meet every state with every fault; fewer are not blamed."""
SHOWN = 20


def main() -> int:
    """Run a campaign, or one seed."""
    asks = argparse.ArgumentParser(prog="campaign", description=__doc__)
    asks.add_argument("--seeds", type=int, default=20_000)
    asks.add_argument("--start", type=int, default=0)
    asks.add_argument("--workers", type=int, default=1)
    asks.add_argument("--every", type=int, default=10, help="seconds between two lines of progress")
    asks.add_argument("--table", action="store_true", help="print the witnesses")
    asks.add_argument("--forget", action="store_true", help="do not note failing seeds")
    asks.add_argument("--replay", type=int, metavar="SEED")
    asks.add_argument(
        "--kept", type=int, metavar="SEED", help="as --replay, with its draws of then"
    )
    told = asks.parse_args()
    if told.replay is not None:
        return replay(draw(told.replay))
    if told.kept is not None:
        found = [one.draws for one in kept() if one.draws.seed == told.kept]
        return replay(found[0]) if found else asks.error(f"seed {told.kept} is not kept")
    total = _played(told.start, told.seeds, told.workers, told.every)
    if told.table:
        print(table(total.witnesses))
    for seed, oracle, text in total.violations[:SHOWN]:
        print(f"seed {seed}: {oracle}: {text}\n  again: {command(seed)}")
    if total.violations and not told.forget:
        keep((draw(seed), oracle, text) for seed, oracle, text in total.violations[:SHOWN])
    if total.violations:
        return 1
    unseen = missing(total.witnesses)
    if unseen:
        names = ", ".join(f"{kind} in {met}" for kind, met in unseen)
        print(f"{len(unseen)} witnesses are missing: {names}")
    return 3 if unseen and told.seeds >= WITNESSED_FROM else 0


def replay(draws: Draws) -> int:
    """Play one seed and say what happened."""
    print(draws)
    with TemporaryDirectory(dir=folder_in_memory()) as folder:
        one, found = judged(draws.seed, Path(folder), draws=draws)
        if one is not None:
            for entry in one.entries:
                print(entry)
            for truth in one.truths:
                print(truth)
            print("parts:", ", ".join(one.outcomes))
    for oracle, text in found:
        print(f"{oracle}: {text}")
    return 1 if found else 0


def _played(start: int, seeds: int, workers: int, every_s: int) -> Tally:
    """Play all seeds, with a line of progress now and then; print what they came to."""
    began_s = told_s = time.perf_counter()
    total = Tally()
    for found in _blocks(start, seeds, workers):
        total.add(found)
        for seed, oracle, text in found.violations:
            print(f"seed {seed}: {oracle}: {text}", file=sys.stderr, flush=True)
        now_s = time.perf_counter()
        if now_s - told_s >= every_s:
            told_s = now_s
            print(progress(total, seeds, now_s - began_s), file=sys.stderr, flush=True)
    print(summary(total, start, time.perf_counter() - began_s))
    return total


def _blocks(start: int, seeds: int, workers: int) -> Iterator[Tally]:
    firsts = range(start, start + seeds, BLOCK)
    counts = [min(BLOCK, start + seeds - first) for first in firsts]
    if workers == 1:
        _settle_in()
        yield from map(_block, firsts, counts)
        return
    with ProcessPoolExecutor(workers, initializer=_settle_in) as pool:
        yield from pool.map(_block, firsts, counts)


def _settle_in() -> None:
    """What is loaded stays: collecting garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()


def _block(first: int, count: int) -> Tally:
    before_s = time.process_time()
    found = tally(range(first, first + count))
    found.cpu_s = time.process_time() - before_s
    return found


if __name__ == "__main__":
    sys.exit(main())
