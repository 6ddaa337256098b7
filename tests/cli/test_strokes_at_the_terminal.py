"""A pen at the terminal: planned, verified, drawn, guided, and refused by whatever has a pistol."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from mesogun.cli.pacing import Table
from mesogun.intake import read_prescription
from mesogun.planning import plan, verify
from mesogun.planning.passes import stroke_us
from mesogun.session import Standing
from mesogun.session.tasks import task_of

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


ALL = "\n" * 8
"""Begin; settings and two passes for each of two zones; close."""


@pytest.fixture
def pace(call: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Run the guide with these lines for its input."""

    def run(lines: str, *arguments: str | Path) -> object:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return call("pace", *arguments)

    return run


def test_a_pen_is_guided_pass_by_pass_recorded_and_reported(call: Callable, pace: Callable) -> None:
    assert "`mesogun pace PLAN` guides" in call("plan", PEN, "-o", "pen.json").out
    ran = pace(ALL, "pen.json", "--record", "out", "--by", "dr-17")
    assert ran.code == 0, ran.err
    assert "STOP before stroke 1: set the needles to 0.5 mm for left cheek" in ran.out
    assert "spread 0.874 mL of vitamin C 5 % on it" in ran.out
    assert "spread 1.126 mL of vitamin C 5 % on it" in ran.out, "to the nearest uL"
    assert "pass 1 of 2 over left cheek: strokes 1 to 7, to and fro, the first leftwards" in ran.out
    assert "needles at 0.5 mm, hand 36.3 mm/s, 0.1 to 0.9 s a stroke" in ran.out
    assert "strokes given    22 of 22, as confirmed by dr-17" in ran.out
    assert "passes           left cheek: whole; whole" in ran.out
    assert "pause            before stroke 14: settings, confirmed by dr-17" in ran.out
    assert "volume given" not in ran.out
    checked = call("record", "verify", "out")
    assert (checked.code, "untouched" in checked.out) == (0, True)
    told = json.loads(call("record", "show", "out", "--json").out)
    assert told["session"]["device"] == "pen"
    assert told["session"]["evidence"] == "confirmed by operator, not measured"
    assert told["totals"]["strokes_given"] == len(told["strokes"]) == 22
    assert told["pricks"] == []
    report = Path("out/report.html").read_text()
    assert "Complete: every stroke was confirmed as given" in report
    assert "with a pen, no pistol: confirmed by operator, not measured" in report
    for word in ("Doses as measured", "never calibrated", "Firmware", "the pistol"):
        assert word not in report
    assert Path("out/map.svg").read_text().startswith("<?xml")


def test_a_session_with_a_pen_is_gone_on_with_and_tells_what_was_not_given(
    call: Callable, pace: Callable
) -> None:
    first = pace("\n\ns\n5\n", PEN, "--record", "out", "--step", "pass")
    assert first.code == 3
    assert "to go on         mesogun pace --resume out" in first.out
    assert call("record", "verify", "out").code == 0
    listed = call("record", "show", "out", "--pricks").out
    assert re.search(r"1 +left cheek +1 +not given +0.5 mm +skipped by the operator", listed)
    assert re.search(r"6 +left cheek +1 +in doubt", listed)
    refused = call("resume", "out", "--port", "mesosim://", "--yes")
    assert (refused.code, "mesogun pace --resume out" in refused.err) == (2, True)
    second = pace(ALL, "--resume", "out", "--step", "stroke")
    assert "SHOWN BEFORE THE INTERRUPTION" in second.out
    assert "strokes 6 to 7, rightwards" in second.out or "strokes 6 to 7, to and fro" in second.out
    assert "pass 2 of 2 over left cheek: stroke 8, upwards" in second.out
    third = pace("\n" * 30, "--resume", "out")
    assert third.code == 0, third.err
    lines = list(csv.DictReader(io.StringIO(call("record", "export", "out").out)))
    assert [one["state"] for one in lines] == ["skipped"] + ["given"] * 21
    assert {one["evidence"] for one in lines} == {"confirmed by operator"}
    assert "21 of 22 strokes given, 3 of 4 passes whole, 1 skipped" in Path(
        "out/report.html"
    ).read_text().replace("\u202f", " ")


def test_steps_are_named_as_the_plan_has_them(pace: Callable) -> None:
    ran = pace(ALL, PEN, "--step", "row")
    assert (ran.code, "by pass or stroke" in ran.err) == (2, True)
    hand = pace(ALL, PEN.parent / "hand-thighs.toml", "--step", "pass")
    assert (hand.code, "by row or prick" in hand.err) == (2, True)


def test_a_changed_word_of_a_person_is_noticed(call: Callable, pace: Callable) -> None:
    pace(ALL, PEN, "--record", "out")
    journal = Path("out/journal.mgj")
    text = journal.read_bytes()
    assert b"confirmed by operator" in text
    journal.write_bytes(text.replace(b"confirmed by operator", b"confirmed by OPERATOR", 1))
    assert call("record", "verify", "out").code == 1


def test_what_was_given_in_strokes_counts_as_a_session_but_no_place_of_it_is_avoided(
    call: Callable, pace: Callable, small: Path
) -> None:
    pace(ALL, PEN, "--record", "out")
    text = small.read_text()
    patient = re.search(r'id = "([^"]+)"', text)
    assert patient is not None
    (small.parent / "later.toml").write_text(
        re.sub(r"\ndate = \S+", "\ndate = 2026-12-08", text.replace(patient[1], "p-1203"))
    )
    ran = call(
        *("plan", small.parent / "later.toml", "--avoid", "out"),
        *("--avoid-mm", "2", "--avoid-days", "30"),
    )
    assert ran.code == 0, ran.err
    assert "was given in strokes" in ran.out + ran.err
    # the guide's clock is the wall's: the next session is two weeks after today, whenever that is
    started = json.loads(call("record", "show", "out", "--json").out)["session"]["started"]
    held = date.fromisoformat(started[:10])
    today = held + timedelta(days=14)
    later = PEN.read_text().replace("number = 1", "number = 2")
    later = re.sub(r"\ndate = \S+", f"\ndate = {today}", later)
    later = re.sub(r"\nexpiry = \S+", f"\nexpiry = {today}", later)
    Path("second.toml").write_text(later.replace("previous = []", f"previous = [{held}]"))
    course = call("course", "second.toml", "--record", "out", "--today", str(today))
    assert "22 of 22 strokes" in course.out, course.err


class Clock:
    """It stands still."""

    def now_us(self) -> int:
        return 0

    def wait_until(self, at_us: int) -> None:
        """Nobody waits for a pen."""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_sound_comes_at_the_end_of_each_stroke() -> None:
    checked = verify(plan(read_prescription(PEN)))
    table = Table(checked.plan, Terminal("\n"), Clock(), say=lambda _: None, every_us=None)
    now = Standing(task_of(checked), "dr-17", "row", "step", until=7)
    gaps = table.gaps_us(now)
    assert len(gaps) == 7
    assert all(gap > stroke_us(checked.plan, index) for index, gap in enumerate(gaps))
    assert table.gaps_us(now._replace(phase="stop")) == []
    whole = table.gaps_us(now._replace(until=22))
    assert sum(whole) == checked.plan.duration_us
