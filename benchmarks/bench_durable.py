"""What it costs to make a shot's intent and its outcome durable, against the time of a shot.

Both are a line each, with a write and a flush of their own, as a session writes them. The median
counts: a disk that is busy otherwise makes any figure worse.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

from mesogun.record import Intent, Journal, Outcome

SHOT_PERIOD_US = 110_000
PAIRS = 400
WANTED_PERCENT = 1.0
FOLDER = Path(os.environ.get("MESOGUN_BENCH_DISK", tempfile.gettempdir()))


def durable_us() -> list[float]:
    """Write so many pairs to a journal on a real disk; return what each pair took."""
    took = []
    with (
        tempfile.TemporaryDirectory(dir=FOLDER) as folder,
        Journal.create(Path(folder) / "journal.mgj") as journal,
    ):
        for number in range(1, PAIRS + 1):
            at_us = number * SHOT_PERIOD_US
            outcome = Outcome(at_us, number, "fired", "none", 10_000, 1_000, at_us, 2 * number)
            began_ns = time.perf_counter_ns()
            journal.append(Intent(at_us, number, number - 1))
            journal.append(outcome)
            took.append((time.perf_counter_ns() - began_ns) / 1000)
    return took


def main() -> None:
    """Print the median as a share of a shot's period, and how bad it gets."""
    took = sorted(durable_us())
    median, late = statistics.median(took), took[len(took) * 99 // 100]
    print(f"  {PAIRS} intents and outcomes on {FOLDER}: median {median:.0f} us, p99 {late:.0f} us")
    print(
        f"intent and outcome durable, share of a shot's {SHOT_PERIOD_US // 1000} ms: "
        f"{100 * median / SHOT_PERIOD_US:.2f} % (wanted: less than {WANTED_PERCENT:g} %)"
    )


if __name__ == "__main__":
    main()
