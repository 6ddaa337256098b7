"""A whole verified plan of one big zone, against one k-d tree over the same points.

Goal: plan and verify of a million pricks take at most 0.7 times what scipy's cKDTree needs to be
built and to list the pairs within 1.01 spacings (as an array, its quicker form), in a process that
never holds more than 1 GB.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from scipy.spatial import cKDTree

from mesogun.planning import (
    Limit,
    Motion,
    Plan,
    Prescription,
    Product,
    Ring,
    Zone,
    plan,
    to_json,
    verify,
)

RUNS = {1_000: 15, 10_000: 15, 100_000: 9, 1_000_000: 3}
SPACING_UM = 2_000
SIZES = tuple(RUNS)
PEAK = """
import resource, sys
sys.path.insert(0, ".")
from benchmarks.bench_plan import prescription
from mesogun.planning import plan, verify
verify(plan(prescription({size}, free={free})))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""Says in a process of its own how much memory it held at most, in KiB."""
VALUES = {
    "dose_nl_max": 50_000,
    "dose_nl_min": 1_000,
    "depth_um_max": 2_000,
    "spacing_um_min": SPACING_UM,
    "spacing_um_max": 4_000,
    "margin_um_min": 2_000,
    "area_dose_nl_per_cm2_max": 200_000,
    "volume_nl_max": 2_000_000_000,
    "dose_quantum_nl_min": 1_000,
    "needle_depth_um_max": 4_000,
    "syringe_volume_nl_max": 2_000_000_000,
    "pricks_max": 2_000_000,
}


def blob(count: int, radius: float, x: float, y: float, lean: float) -> Ring:
    """A wavy outline of `count` points."""
    turns = np.arange(count) * (2 * np.pi / count)
    r = radius * (1 + 0.2 * np.sin(3 * turns + lean) + 0.05 * np.cos(5 * turns))
    xs, ys = np.rint(x + r * np.cos(turns)), np.rint(y + r * np.sin(turns))
    return tuple(zip(xs.astype(int).tolist(), ys.astype(int).tolist(), strict=True))


def prescription(pricks: int, *, free: bool) -> Prescription:
    """One zone of 320 edges with two holes, for about so many pricks 2 mm apart."""
    radius = (pricks * SPACING_UM**2 * 0.866 / 3.05) ** 0.5
    zone = Zone(
        name="field",
        area="thigh",
        technique="nappage",
        outline_um=blob(320, radius, 0, 0, 0.0),
        exclusions_um=(
            blob(40, radius / 11, radius * 0.3, radius * 0.15, 1.0),
            blob(40, radius / 16, -radius * 0.3, -radius * 0.15, 2.0),
        ),
        margin_um=3_000,
        spacing_um=None if free else SPACING_UM,
        dose_nl_usual=2_000,
        dose_asked=False,
        depth_um=1_000,
        share_ppm=None,
        rate_nl_per_s=50_000,
        dwell_ms=50,
        interval_ms=300,
        trigger="held",
    )
    return Prescription(
        name="bench",
        patient_id="p-0001",
        sex="female",
        age_years=42,
        weight_g=61_000,
        session_date="2026-11-21",
        session_number=1,
        previous_dates=(),
        regimen="body",
        screening=(),
        screening_overrides=(),
        product=Product("saline", pricks * 1_950 // 1_000 * 1_000, "A", "2027-11-30", None, ()),
        head="single",
        needle="30g-4mm",
        syringe="20ml",
        zones=(zone,),
        limits=tuple(
            Limit(name, value, "", None, "bench", "bench") for name, value in VALUES.items()
        ),
        motion=Motion(50_000, 60_000, 50_000, "bench"),
        warnings=(),
    )


def median_ms(runs: int, *jobs: Callable[[], object]) -> list[float]:
    """Time the jobs in turn, so that a drift of the machine meets all alike."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(runs):
        for job, spent in zip(jobs, times, strict=True):
            began = time.perf_counter()
            job()
            spent.append(time.perf_counter() - began)
    return [statistics.median(spent) * 1e3 for spent in times]


def tree_job(made: Plan) -> Callable[[], object]:
    """What the verified plan is held against: tree and pairs over the plan's own points."""
    points = np.stack((made.pricks.x_um, made.pricks.y_um), axis=1).astype(np.float64)
    reach = made.zones[0].pitch_um * 1.01
    return lambda: cKDTree(points).query_pairs(reach, output_type="ndarray")


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """Return k of the best fit of times to c * size^k."""
    slope, _ = np.polyfit(np.log(sizes), np.log(times), 1)
    return float(slope)


def peak_mib(size: int, *, free: bool) -> int:
    """Return the most memory that a process held while it planned and verified."""
    code = PEAK.format(size=size, free=free)
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(told.stdout) // 1024


def main() -> None:
    """Print one line for each size, with the spacing asked and with the spacing chosen."""
    for free in (False, True):
        spent: list[float] = []
        for size in SIZES:
            asked = prescription(size, free=free)
            made = plan(asked)
            verify(made)
            planning, checking, writing, tree = median_ms(
                RUNS[size],
                lambda asked=asked: plan(asked),  # type: ignore[misc]
                lambda made=made: verify(made),  # type: ignore[misc]
                lambda made=made: to_json(made),  # type: ignore[misc]
                tree_job(made),
            )
            zone = made.zones[0]
            gap = zone.travel_um / zone.travel_um_min - 1
            goal = " (goal <= 0.7)" if size == 1_000_000 else ""
            spent.append(planning + checking)
            print(
                f"{len(made.pricks):6d} pricks, spacing {'chosen' if free else 'asked '}: plan "
                f"{planning:.1f} ms + verify {checking:.1f} ms; cKDTree build + query_pairs "
                f"{tree:.1f} ms; ratio {(planning + checking) / tree:.2f}{goal}; way "
                f"{gap * 100:.4f} % above its bound; as a file {writing:.1f} ms"
            )
        grows = exponent(SIZES[1:], spent[1:])
        print(
            f"plan + verify grows as n^{grows:.2f} from 10,000 on; peak memory at 1,000,000: ",
            end="",
        )
        print(f"{peak_mib(SIZES[-1], free=free)} MiB (goal <= 1,000 MB)")


if __name__ == "__main__":
    main()
