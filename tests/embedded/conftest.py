"""The ELF that `make test-embedded` has built. Without it, nothing here is looked at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

ELF = os.environ.get("MESOGUN_ELF", "")

if not ELF:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def elf() -> Path:
    return Path(ELF)


@pytest.fixture(scope="session")
def program(elf: Path) -> Any:
    """Return the program for the emulated processor."""
    kit = pytest.importorskip("tests.embedded.unicorn_kit")
    return kit.Program(elf)
