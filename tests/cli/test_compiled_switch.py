"""MESOGUN_COMPILED: whether inner loops are compiled is the caller's choice, and not in a plan."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mesogun.planning import fast
from tests.cli.conftest import ROOT


@pytest.fixture(autouse=True)
def mode_as_before() -> Iterator[None]:
    yield
    fast.use("auto")


def test_a_plan_is_the_same_under_every_wish(
    call: Callable, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = []
    for wish in ("never", "auto", "always"):
        monkeypatch.setenv("MESOGUN_COMPILED", wish)
        assert call("plan", small, "--output", f"{wish}.json").code == 0
        plans.append(Path(f"{wish}.json").read_bytes())
    assert plans[0] == plans[1] == plans[2]


def test_a_wish_is_obeyed(call: Callable, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESOGUN_COMPILED", "always")
    assert call("plan", small, "--output", "plan.json").code == 0
    column = fast.flat(np.arange(2), fast.AUTO_FROM - 1)
    assert isinstance(column, np.ndarray)


def test_a_wish_that_cannot_be_meant_is_refused(
    call: Callable, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESOGUN_COMPILED", "sometimes")
    told = call("plan", small)
    assert told.code == 2
    assert "MESOGUN_COMPILED is 'sometimes'; it can be auto, never, always" in told.err


WITHOUT = """
import sys
sys.modules["numba"] = None
from mesogun.cli.main import run_cli
sys.exit(run_cli(["plan", "examples/face.toml", "--help"]))
"""


def test_always_without_numba_says_what_to_install() -> None:
    environment = {**os.environ, "MESOGUN_COMPILED": "always"}
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert told.returncode == 1
    assert told.stderr.strip().endswith("install mesogun[fast], or set it to 'auto'")
