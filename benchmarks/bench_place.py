"""Placing in the plane: how quickly, how many pricks of those that any placement could hold.

G1: from 100,000 pricks on, placing a lattice takes at most a tenth of shapely's `contains_xy` over
the same lattice, and gives the same pricks. G2: at 10 mm, the share of the packing formula
2/sqrt(3)·A/p² + P/(2p) + chi is at least 0.75, 0.80, 0.88 and 0.95 for about 10, 40, 150 and
1,500 cm2 (the formula is proved for convex regions; the bound that plans tell is proved for all).
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import shapely
from scipy.stats import qmc

from benchmarks.bench_plan import blob
from mesogun.planning.place.bound import prick_bound
from mesogun.planning.place.choose import Search, search_of
from mesogun.planning.place.fit import Fit, place
from mesogun.planning.place.irregular import irregular
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.raster import Field, field_of
from mesogun.planning.place.region import keeps_off
from mesogun.planning.place.squeeze import squeezed

RUNS = 5
PITCH_UM = 2_000
SIZES = (1_000, 10_000, 100_000, 1_000_000)
WIDE_UM = 10_000
AREAS_CM2 = {10: 0.75, 40: 0.80, 150: 0.88, 1_500: 0.95}


def region(cm2: float, margin_um: int) -> tuple[Field, shapely.Polygon]:
    """An outline of 320 edges with two holes, and what is left of it inside the margin."""
    radius = math.sqrt(cm2 * 1e8 / 3.17)
    outline = blob(320, radius, 0, 0, 0.0)
    holes = (
        blob(40, radius / 11, radius * 0.3, radius * 0.15, 1.0),
        blob(40, radius / 16, -radius * 0.3, -radius * 0.15, 2.0),
    )
    polygon = shapely.Polygon(outline, holes)
    if margin_um:
        polygon = polygon.buffer(-margin_um, quad_segs=64)
    return field_of("field", outline, holes, margin_um), polygon


def found(field: Field, *, free: bool) -> Search:
    search = search_of(field, free=free)
    assert search is not None
    return search


def spent(*jobs: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Return each job's median time in seconds; they take turns."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, one in zip(jobs, times, strict=True):
            began = time.perf_counter()
            job()
            one.append(time.perf_counter() - began)
    return [statistics.median(one) for one in times]


def speed(size: int) -> float:
    """Print one line of G1; return our seconds."""
    field, polygon = region(size * PITCH_UM**2 * 0.866 / 1e8, 0)
    shapely.prepare(polygon)
    fit = Fit(PITCH_UM, lattice(PITCH_UM, 1), (0, 0), 1, 0)
    placed = place(field, fit, (0, 0))
    left, low, right, high = field.box
    reach = 2 * max(abs(one) for one in field.box) // PITCH_UM + 4
    i, j = (one.ravel() for one in np.meshgrid(*[np.arange(-reach, reach)] * 2))
    x = i * fit.basis.ax + j * fit.basis.bx
    y = i * fit.basis.ay + j * fit.basis.by
    near = (x >= left) & (x <= right) & (y >= low) & (y <= high)
    x, y = x[near].astype(float), y[near].astype(float)
    theirs = shapely.contains_xy(polygon, x, y)
    told = set(zip(x[theirs].astype(int).tolist(), y[theirs].astype(int).tolist(), strict=True))
    ours = set(zip(placed.x_um.tolist(), placed.y_um.tolist(), strict=True))
    odd = np.array(sorted(told ^ ours), dtype=np.int64).reshape(-1, 2)
    rings = (field.outline, *field.exclusions)
    clear = [keeps_off(odd[:, 0], odd[:, 1], ring, 1) for ring in rings]
    same = not len(odd) or not np.all(clear, axis=0).any()
    mine, other = spent(
        lambda: place(field, fit, (0, 0)), lambda: shapely.contains_xy(polygon, x, y)
    )
    goal = " (goal <= 0.10)" if size >= 100_000 else ""
    print(
        f"G1 {len(placed):7d} pricks: place {mine * 1e3:.2f} ms, contains_xy {other * 1e3:.2f} ms; "
        f"ratio {mine / other:.3f}{goal}; "
        + ("the same pricks" if same else "OTHER PRICKS")
        + f" ({len(odd)} less than 1 um from an edge)"
    )
    return mine


def formula(polygon: shapely.Geometry) -> float:
    parts = list(getattr(polygon, "geoms", [polygon]))
    chi = sum(1 - len(one.interiors) for one in parts)
    area, edge = polygon.area / WIDE_UM**2, polygon.length / WIDE_UM
    return float(2 / math.sqrt(3) * area + edge / 2 + chi)


def fullest(field: Field) -> int:
    """Return the most pricks that easing gets in at the wide spacing."""
    search = found(field, free=True)
    most = len(search.spots(search.at(WIDE_UM)))

    def tighter(pitch: int) -> tuple[Fit, tuple[np.ndarray, np.ndarray]]:
        fit = search.at(pitch)
        spots = search.spots(fit)
        return fit, (spots.x_um, spots.y_um)

    while (more := squeezed(field, WIDE_UM, most + 1, tighter)) is not None:
        most = more.pricks
    return most


def dart_count(field: Field) -> int:
    """Pricks of scipy's Poisson disc over the box, those in the region."""
    left, low, right, high = field.box
    side = max(right - left, high - low)
    engine = qmc.PoissonDisk(2, radius=WIDE_UM / side, rng=np.random.default_rng(1))
    points = engine.fill_space() * side + (left, low)
    polygon = shapely.Polygon(field.outline, field.exclusions)
    return int(shapely.contains_xy(polygon, points[:, 0], points[:, 1]).sum())


def share(cm2: int, goal: float, margin_um: int) -> None:
    """Print one line of G2."""
    field, polygon = region(cm2, 0)
    if margin_um:  # the area is what the margin leaves
        field, polygon = region(cm2 + polygon.length * margin_um / 1e8, margin_um)
    most, bound = formula(polygon), prick_bound(field, WIDE_UM)
    plain = len(place(field, Fit(WIDE_UM, lattice(WIDE_UM, 0), (0, 0), 1, 0), (0, 0)))
    best = found(field, free=False)
    count = len(best.spots(best.at(WIDE_UM)))
    began = time.perf_counter()
    darts = len(irregular(field, WIDE_UM, 1, 0)[0])
    thrown = time.perf_counter() - began
    line = (
        f"G2 {polygon.area / 1e8:6.0f} cm2, margin {margin_um // 1000} mm: plain lattice {plain}, "
        f"best fit {count}, eased {fullest(field)}, proved bound {bound}; best fit / formula "
        f"{count / most:.3f} (goal >= {goal}), / bound {count / bound:.3f}; irregular "
        f"{darts / most:.3f} in {thrown * 1e3:.0f} ms"
    )
    if not margin_um:
        began = time.perf_counter()
        theirs = dart_count(field)
        line += f"; scipy PoissonDisk {theirs / most:.3f} in "
        line += f"{(time.perf_counter() - began) * 1e3:.0f} ms"
    print(line)


def speeds() -> None:
    """Print the lines of G1, and how placing grows with the pricks."""
    times = [speed(size) for size in SIZES]
    slope = np.polyfit(np.log(SIZES), np.log(times), 1)[0]
    print(f"G1 growth: time ~ pricks^{slope:.2f} from 1,000 to 1,000,000", flush=True)


def main() -> None:
    """Print G1, once more with freed memory kept by the process, and G2."""
    speeds()
    print("the same where freed memory is not handed back to the system each time:", flush=True)
    kept = {f"MALLOC_{name}_": str(10**9) for name in ("TRIM_THRESHOLD", "MMAP_THRESHOLD")}
    kept["MALLOC_TOP_PAD_"] = str(3 * 10**8)
    script = "from benchmarks.bench_place import speeds; speeds()"
    subprocess.run([sys.executable, "-c", script], env={**os.environ, **kept}, check=True)
    for margin_um in (0, 3_000):
        for cm2, goal in AREAS_CM2.items():
            share(cm2, goal, margin_um)


if __name__ == "__main__":
    main()
