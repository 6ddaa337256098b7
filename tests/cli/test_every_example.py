"""Every example does what its first lines promise: it is planned, given, and reported.

A pistol's runs on the twin; what a hand gives, with a syringe or a pen, is paced.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"
NAMES = sorted(one.stem for one in FOLDER.glob("*.toml"))
TOLD_APART = {"belly", "head"}
"""Those that have tests of their own."""
WITHOUT_PISTOL = {"hand", "pen-12", "roller"}


def head_of(name: str) -> str:
    told = tomllib.loads((FOLDER / f"{name}.toml").read_text())["device"]["head"]
    assert isinstance(told, str)
    return told


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_what_it_is_and_that_its_patient_is_invented(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text()
    assert text.startswith("# "), "it begins with a sentence about itself"
    opening = " ".join(text.split("format =")[0].replace("#", " ").split())
    assert "invented" in opening
    assert "no advice" in opening


@pytest.mark.parametrize("name", [one for one in NAMES if one not in TOLD_APART])
def test_an_example_is_planned_run_on_the_twin_and_reported(name: str, call: Callable) -> None:
    planned = call("plan", FOLDER / f"{name}.toml", "-o", "plan.json")
    assert planned.code == 0, planned.err
    assert "Verified: no limit is broken" in planned.out
    ran = call("dry-run", FOLDER / f"{name}.toml", "--out", "out", "--json")
    if head_of(name) in WITHOUT_PISTOL:
        assert ran.code == 2
        assert "pistol" in ran.err
        return
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["outcome"] == "complete"
    report = next(Path("out").rglob("report.html")).read_text()
    assert re.search(rf"\b{told['pricks_given']}\b", report)


@pytest.mark.parametrize("name", [one for one in NAMES if head_of(one) in WITHOUT_PISTOL])
def test_an_example_for_a_hand_is_paced_and_reported(
    name: str, call: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n" * 200))
    ran = call("pace", FOLDER / f"{name}.toml", "--record", "out", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["outcome"] == "complete"
    given = told.get("strokes_given", told["pricks_given"])
    assert given > 0
    assert call("record", "verify", "out").code == 0
    report = Path("out/report.html").read_text()
    assert re.search(rf"\b{given} of {given}\b", report)
    assert "confirmed by operator, not measured" in report
