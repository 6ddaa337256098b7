"""A pen at the terminal: planned, verified, drawn, and refused by everything with a pistol."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

PEN = Path(__file__).parents[2] / "examples" / "pen-needling.toml"


def test_a_plan_of_strokes_says_what_a_hand_needs_to_know(call: Callable) -> None:
    ran = call("plan", PEN, "-o", "plan.json", "--picture", "plan.svg")
    assert ran.code == 0, ran.err
    assert "22 strokes of a pen, about 17718 pricks, 2 mL of vitamin C 5 % on the skin" in ran.out
    assert "36.3 mm/s" in ran.out
    assert "No pistol gives these strokes" in ran.out
    assert re.search(r"hand_um_per_s_max +100 mm/s", ran.out)
    assert "110 cycles a second [weak:" in ran.out
    assert Path("plan.svg").read_text().startswith("<?xml")
    checked = call("verify", "plan.json")
    assert checked.code == 0
    assert "plan.json: 22 strokes: no limit is broken" in checked.out


def test_the_same_as_data(call: Callable) -> None:
    told = json.loads(call("plan", PEN, "--json").out)["needling"]
    assert (told["kind"], told["strokes"], told["pricks_expected"]) == ("pen", 22, 17_718)
    assert [one["pricks_per_cm2"] for one in told["zones"]] == [1_000, 1_000]
    assert sum(one["topical_nl"] for one in told["zones"]) == 2_000_000


def test_a_roller_is_told_by_its_turn(call: Callable, tmp_path: Path) -> None:
    text = PEN.read_text().replace("pricks_per_cm2 = 1_000", "").replace("depth_mm = 0.5", "")
    text = text.replace('head = "pen-12"', 'head = "roller"').replace(
        "width_mm = 8.0",
        "width_mm = 8.0\nneedles = 192\nturn_mm = 60\ndepth_max_mm = 0.5\nhand_mm_per_s = 30",
    )
    (tmp_path / "roller.toml").write_text(text)
    ran = call("plan", "roller.toml")
    assert ran.code == 0, ran.err
    assert "a roller: 192 needles, 60 mm a turn, 8 mm wide" in ran.out


def test_no_pistol_takes_strokes(call: Callable) -> None:
    for command in (
        ("dry-run", PEN, "--out", "out"),
        ("run", PEN, "--port", "mesosim://", "--out", "out", "--yes"),
    ):
        ran = call(*command)
        assert ran.code == 2
        assert "no pistol gives them" in ran.err
        assert not Path("out").exists()
