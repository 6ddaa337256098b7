"""`mesogun catalogue` shows every figure with unit, source and strength; a clinic's says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mesogun.intake.catalogue import catalogue
from mesogun.intake.catalogue_page import main, page
from mesogun.intake.entries import entries, named
from mesogun.intake.figures import STRENGTHS

FACE = str(Path(__file__).parents[2] / "examples" / "face.toml")
LOOSE = """format = "mesogun-techniques/1"
[sources]
ours = "decision of our clinic"
[techniques.papule.figures]
dose_max = { value = 80, unit = "uL", source = "ours", strength = "unverified" }
"""
APPROVED = """format = "mesogun-approvals/1"
[[approval]]
figure = "techniques.papule.figures.dose_max"
by = "Dr. Example"
reason = "tried"
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic's folder with one approved loosening."""
    folder = tmp_path / "clinic"
    folder.mkdir()
    (folder / "techniques.toml").write_text(LOOSE)
    (folder / "approvals.toml").write_text(APPROVED)
    return folder


def test_the_list_has_every_entry_of_every_file(call: Callable) -> None:
    ran = call("catalogue")
    assert ran.code == 0
    for one in entries(catalogue()):
        assert f"{one.id} " in ran.out


def test_an_entry_is_shown_with_unit_strength_and_source(call: Callable) -> None:
    ran = call("catalogue", "cheek")
    assert "0.72 mm" in ran.out
    assert "derived [1]" in ran.out
    assert "[2] ultrasound of the face, 49 men and 69 women" in ran.out
    assert "group.depth_usual" in ran.out


def test_json_has_each_figure_in_whole_units(call: Callable) -> None:
    told = json.loads(call("catalogue", "papule", "--json").out)
    (entry,) = told["entries"]
    (cap,) = [one for one in entry["lines"] if one["key"] == "figures.dose_max"]
    assert cap["value"] == 50_000
    assert cap["unit"] == "nL"
    assert cap["text"] == "50 uL"
    assert cap["strength"] == "weak"
    assert cap["source"].startswith("0.01 to 0.05 mL at most a point")


def test_an_id_that_kinds_share_shows_both_and_the_kind_chooses(call: Callable) -> None:
    both, one = call("catalogue", "hand").out, call("catalogue", "head/hand").out
    assert "hand: Back of the hand (area" in both
    assert "hand: By hand (head" in both
    assert "(area" not in one


@pytest.mark.parametrize(
    ("name", "near"),
    [("chek", "cheek"), ("silicon", "organic_silicon"), ("area/hand2", "there is")],
)
def test_an_unknown_entry_names_the_nearest(call: Callable, name: str, near: str) -> None:
    ran = call("catalogue", name)
    assert ran.code == 2
    assert f"the catalogue has no entry {name!r}" in ran.err
    assert near in ran.err


def test_a_search_finds_what_has_all_words(call: Callable) -> None:
    ran = call("catalogue", "--search", "Silicon diabetes")
    assert "organic_silicon" in ran.out
    assert "tumour" not in ran.out
    assert call("catalogue", "--search", "unobtainium").code == 2
    assert call("catalogue", "cheek", "--search", "x").code == 2


def test_what_a_clinic_loosened_is_told_wherever_it_is_used(
    call: Callable, clinic: Path, tmp_path: Path
) -> None:
    shown = call("catalogue", "papule", "--catalogue", str(clinic)).out
    assert "clinic catalogue, approved by Dr. Example" in shown
    assert "Loosened by the clinic's own catalogue:" in shown
    told = "loosens techniques.papule.figures.dose_max from 50 uL to 80 uL, approved by Dr. Example"
    assert told in call("plan", FACE, "--catalogue", str(clinic)).out
    facts = json.loads(call("plan", FACE, "--catalogue", str(clinic), "--json").out)
    assert facts["approvals"][0]["by"] == "Dr. Example"
    out = tmp_path / "out"
    ran = call("dry-run", FACE, "--catalogue", str(clinic), "--out", str(out))
    assert ran.code == 0, ran.err
    report = (out / "report.html").read_text()
    assert "Loosened by the clinic" in report
    assert "Dr. Example" in (out / "map.svg").read_text()
    assert call("record", "verify", str(out)).code == 0


def test_the_environment_names_the_clinic_s_folder(
    call: Callable, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESOGUN_CATALOGUE", str(clinic))
    assert "approved by Dr. Example" in call("plan", FACE).out
    (clinic / "approvals.toml").unlink()
    other = clinic.rename(clinic.parent / "other")
    monkeypatch.setenv("MESOGUN_CATALOGUE", str(other))
    ran = call("plan", FACE)
    assert ran.code == 2
    assert "80 uL is looser than 50 uL" in ran.err


def test_every_figure_on_the_page_has_strength_and_source() -> None:
    everything = entries(catalogue())
    figures = [line for one in everything for line in one.lines if line.value is not None]
    assert len(figures) > 300
    assert all(line.strength in STRENGTHS and line.source for line in figures)
    assert all(f"`{one.id}`" in page() for one in everything)
    assert named(everything, "CHEEK")


def test_the_page_that_ships_is_fresh_and_a_stale_one_is_noticed(tmp_path: Path) -> None:
    assert main(["--check"]) == 0
    stale = tmp_path / "catalogue.md"
    stale.write_text("old")
    assert main(["--check"], stale) == 1
    assert main([], stale) == 0
    assert main(["--check"], stale) == 0
    assert main(["--write"]) == 2
