"""Whole processes: the first plan of a session against the import of numpy alone.

Goal: `mesogun plan` of about 200 pricks, start of the interpreter included, takes at most twice as
long as `python -c "import numpy"`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
FACE = Path(__file__).parents[1] / "examples" / "face.toml"


def seconds(command: list[str]) -> float:
    """Run `command` once and return how long it took, start-up included."""
    began = time.perf_counter()
    # An installed program keeps its compiled modules; some environments forbid that.
    settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=settings)
    return time.perf_counter() - began


def main() -> None:
    """Time both in turn, so that a drift of the machine meets both alike."""
    with tempfile.TemporaryDirectory() as folder:
        plan = [sys.executable, "-m", "mesogun.cli", "plan", str(FACE), "-o", f"{folder}/plan.json"]
        numpy = [sys.executable, "-c", "import numpy"]
        seconds(plan), seconds(numpy)
        pairs = [(seconds(plan), seconds(numpy)) for _ in range(RUNS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"mesogun plan examples/face.toml -o plan.json: {ours * 1e3:.0f} ms; "
        f"python -c 'import numpy': {theirs * 1e3:.0f} ms; ratio {ratio:.2f} (goal <= 2)"
    )


if __name__ == "__main__":
    main()
