"""Run every benchmark and print its lines."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path


def main() -> int:
    """Run each `bench_*` module's `main` in turn; fail only if one breaks, never on a figure."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    peers = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "shapely"))
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {peers}")
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {path.stem.removeprefix('bench_')}", flush=True)
        importlib.import_module(f"benchmarks.{path.stem}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
