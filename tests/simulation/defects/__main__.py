"""Detection power: `python -m tests.simulation.defects` finds each seeded defect again and again.

Ends with 1 unless each is found within 1,000 seeds in every repetition, and with 2 if a layer that
is switched off for one does harm without it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from statistics import median

from tests.simulation.campaign.oracles import ORACLES
from tests.simulation.defects.listed import DEFECTS, layers, parts
from tests.simulation.defects.search import SEEDS_MAX, STRIDE, Search, search
from tests.simulation.defects.substitute import Defect

START = 1_000_000


def main() -> int:
    """Search each defect, and print the table."""
    asks = argparse.ArgumentParser(prog="defects", description=__doc__)
    asks.add_argument("--repetitions", type=int, default=20)
    asks.add_argument("--workers", type=int, default=2)
    asks.add_argument("--start", type=int, default=START)
    asks.add_argument("--layers", type=int, default=200, help="seeds for each layer alone")
    asks.add_argument("names", nargs="*", help="only defects whose names begin so")
    told = asks.parse_args()
    wanted = [one for one in DEFECTS if not told.names or one.name.startswith(tuple(told.names))]
    with ProcessPoolExecutor(told.workers) as pool:
        tasks = [
            pool.submit(found, DEFECTS.index(one), told.start, told.repetitions) for one in wanted
        ]
        masks = sorted({layers(one) for one in wanted if one.without})
        alone = [pool.submit(harmless, mask, told.start, told.layers) for mask in masks]
        print(f"{'defect':32}{'layers off':52}{'found':>7}{'median':>8}{'worst':>7}  oracles")
        missed, spoke = 0, set()
        for one, task in zip(wanted, tasks, strict=True):
            results = task.result()
            missed += _print(one, results)
            spoke.update(each.oracle for each in results)
        harm = 0
        for mask, searched in zip(masks, alone, strict=True):
            result = searched.result()
            if result.seeds <= told.layers:
                harm += 1
                print(f"without {mask} alone: {result.oracle}: {result.text}")
    print(f"{len(wanted) - missed} of {len(wanted)} found every time within {SEEDS_MAX} seeds")
    silent = [one for one in ORACLES if one not in spoke]
    if silent:
        print(f"never the first to find one: {', '.join(silent)}")
    return 1 if missed else 2 if harm else 0


def found(which: int, start: int, repetitions: int) -> list[Search]:
    """Search one defect from several first seeds."""
    one = DEFECTS[which]
    return [
        search(parts(one), start + k * STRIDE, safety=bool(one.without), thorough=one.thorough)
        for k in range(repetitions)
    ]


def harmless(mask: str, start: int, seeds: int) -> Search:
    """Search without the mistake: with its layers off alone, nothing is to be found."""
    one = next(each for each in DEFECTS if layers(each) == mask)
    off = tuple(part for layer in one.without for part in layer.off)
    return search(off, start, most=seeds, safety=True)


def _print(one: Defect, results: list[Search]) -> bool:
    """Print a line; return True if the defect was missed."""
    seeds = [each.seeds for each in results]
    count = sum(each <= SEEDS_MAX for each in seeds)
    oracles = Counter(each.oracle for each in results).most_common()
    told = ", ".join(f"{name} {n}" for name, n in oracles)
    line = f"{one.name:32}{layers(one) or '-':52}{f'{count}/{len(seeds)}':>7}"
    print(f"{line}{median(seeds):>8.0f}{max(seeds):>7}  {told}", flush=True)
    return count < len(seeds)


if __name__ == "__main__":
    sys.exit(main())
