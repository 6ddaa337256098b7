"""Run every benchmark and print its lines."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PEERS = (
    "numpy",
    "scipy",
    "shapely",
    "numba",
    "fast-tsp",
    "ortools",
    "trimesh",
    "open3d",
    "pymavlink",
)


def _told(name: str) -> str:
    """Return a peer and its version, or that it is not there and so left out."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} not installed"


def main() -> int:
    """Run each `bench_*` module's `main` in turn; fail only if one breaks, never on a figure."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    peers = ", ".join(map(_told, PEERS))
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {peers}")
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {path.stem.removeprefix('bench_')}", flush=True)
        importlib.import_module(f"benchmarks.{path.stem}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
