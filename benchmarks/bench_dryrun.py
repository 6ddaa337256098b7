"""Dry runs: simulated time against the time that they take, every byte of the line included.

Goal: `examples/cellulite.toml` at 500 times true speed or more, on one core.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from mesogun.dryrun import dry_run
from mesogun.intake import read_prescription
from mesogun.planning import plan, verify

RUNS = 7
EXAMPLES = Path(__file__).parents[1] / "examples"


def main() -> None:
    """Dry-run each example several times; the first run of all warms up and is not counted."""
    for name in ("cellulite", "face", "scalp"):
        checked = verify(plan(read_prescription(EXAMPLES / f"{name}.toml")))
        seconds = []
        for run in range(RUNS + 1):
            with tempfile.TemporaryDirectory() as folder:
                began = time.perf_counter()
                record = dry_run(checked, Path(folder) / "journal", seed=run)
                seconds.append(time.perf_counter() - began)
        simulated_s = record.duration_us / 1e6
        wall_s = statistics.median(seconds[1:])
        print(
            f"dry run of {name}.toml: {len(checked.plan.pricks)} pricks, {simulated_s:.0f} s "
            f"simulated in {wall_s:.2f} s; ratio {simulated_s / wall_s:.0f} (goal >= 500); "
            f"simulated / planned {record.duration_us / checked.plan.duration_us:.3f}"
        )


if __name__ == "__main__":
    main()
