"""What the tests of the command line share: a way to call it, and a small prescription."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mesogun.cli.main import run_cli

ROOT = Path(__file__).parents[2]
SCREENING = (
    "pregnancy breast_feeding menstruation allergy acute_infection inflamed_skin keloid_tendency "
    "clotting_disorder blood_thinners cardiovascular_disease tumour renal_failure diabetes "
    "autoimmune_disease recent_surgery cholelithiasis pathological_oedema"
).split()

SMALL = (
    """format = "mesogun-prescription/1"
[patient]
id = "p-1"
sex = "female"
age_years = 42
weight_kg = 61.0
[session]
date = 2026-11-21
number = 1
previous = []
regimen = "face"
[screening]
"""
    + "".join(f"{name} = false\n" for name in SCREENING)
    + """[product]
name = "hyaluronic acid 1 %"
volume_ml = 0.12
lot = "A123"
expiry = 2027-11-30
[[product.components]]
name = "hyaluronic acid"
concentration_mg_per_ml = 10.0
[device]
head = "single"
needle = "30g-4mm"
syringe = "3ml"
[[zones]]
name = "left cheek"
area = "cheek"
technique = "papule"
outline_mm = [[0, 0], [40, 0], [40, 30], [0, 30]]
exclusions_mm = [[[18, 12], [22, 12], [22, 16], [18, 16]]]
"""
)


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, output, complaints."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run a command in this process, in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run_cli([str(one) for one in arguments])
        return Ran(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A prescription of a dozen pricks."""
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture
def mesogun() -> Callable[..., subprocess.Popen[str]]:
    """Start a command as a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path, **options: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # type: ignore[call-overload]
            [sys.executable, "-m", "mesogun.cli", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
