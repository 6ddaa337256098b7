"""The check against a k-d tree: are all pricks far enough apart, and is no disc too full?

Goal (G3): the exact answer in at most 0.45 times what scipy's cKDTree needs to be built and to list
the pairs that are nearer than the spacing (as an array, its quicker form). Without compiling.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from mesogun.planning.verify.discs import Search
from mesogun.planning.verify.spacing import is_spaced

Integers = npt.NDArray[np.int64]
SPACING_UM = 2_000
ROW_UM = 1_733
SIZES = (1_000, 10_000, 100_000, 1_000_000)
DISC_SIZES = (1_000, 3_000, 10_000)
RUNS = 9


def lattice(count: int) -> tuple[Integers, Integers]:
    """Return pricks on a lattice, row by row as a plan's scanline has them."""
    wide = round(count**0.5)
    j, i = np.divmod(np.arange(count), wide)
    return i * SPACING_UM + j % 2 * (SPACING_UM // 2), j * ROW_UM


def shuffled(count: int) -> tuple[Integers, Integers]:
    """Return the same in no order at all."""
    x, y = lattice(count)
    order = np.random.default_rng(1).permutation(count)
    return x[order], y[order]


def free(count: int) -> tuple[Integers, Integers]:
    """Return free points: a wider lattice of which each point is off its place at random."""
    x, y = shuffled(count)
    off = np.random.default_rng(2).integers(-170, 171, (2, count))
    return x * 5 // 4 + off[0], y * 5 // 4 + off[1]


def ratio(one: Callable[[], object], other: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the median times of two jobs, done in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for job, spent in zip((one, other), times, strict=True):
            began = time.perf_counter()
            job()
            spent.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def exponent(sizes: list[int], times: list[float]) -> float:
    """Return how time grows with size: 1 is in step with it."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def spacing() -> None:
    """Print how long the exact spacing of each kind of places takes, and how that grows."""
    for name, places in (("lattice", lattice), ("shuffled", shuffled), ("free", free)):
        times = []
        for size in SIZES:
            x, y = places(size)
            points = np.stack((x, y), axis=1).astype(np.float64)
            assert is_spaced(x, y, SPACING_UM)
            ours, tree = ratio(
                lambda x=x, y=y: is_spaced(x, y, SPACING_UM),  # type: ignore[misc]
                lambda points=points: cKDTree(points).query_pairs(  # type: ignore[misc]
                    SPACING_UM - 0.5, output_type="ndarray"
                ),
                RUNS if size < 1_000_000 else 3,
            )
            times.append(ours)
            print(
                f"{size:8d} pricks, {name:8s}: {ours * 1e3:8.2f} ms; cKDTree build + query_pairs "
                f"{tree * 1e3:8.2f} ms; ratio {ours / tree:.2f} (goal <= 0.45)"
            )
        grows = exponent(list(SIZES[1:]), times[1:])
        print(f"         {name}: time grows as pricks^{grows:.2f} from 10,000 on")


def discs() -> None:
    """Print how long it takes to look at every disc of 1 cm2 where the cap all but binds."""
    times = []
    for size in DISC_SIZES:
        x, y = free(size)
        none = np.zeros_like(x)
        low, high = 1, 40
        while low < high:
            cap = (low + high) // 2
            search = Search((x, y, none), none + 1, none, np.array([cap]), flat=True)
            search.run(every=False)
            low, high = (cap + 1, high) if search.worst_nl else (low, cap)
        began = time.perf_counter()
        Search((x, y, none), none + 1, none, np.array([low]), flat=True).run()
        spent = time.perf_counter() - began
        tree = cKDTree(np.stack((x, y), axis=1).astype(np.float64))
        began = time.perf_counter()
        pairs = tree.query_pairs(5_642, output_type="ndarray")
        np.bincount(pairs.ravel(), minlength=size)
        around = time.perf_counter() - began
        times.append(spent)
        print(
            f"{size:8d} pricks, at most {low} in a disc: every disc {spent * 1e3:8.1f} ms, "
            f"{spent / size * 1e6:.0f} us a prick; cKDTree, only discs around pricks, "
            f"{around * 1e3:.1f} ms"
        )
    print(f"         discs: time grows as pricks^{exponent(list(DISC_SIZES), times):.2f}")


def main() -> None:
    """Print one line for each size."""
    spacing()
    discs()


if __name__ == "__main__":
    main()
