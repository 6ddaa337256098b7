"""`mesogun pace`: the guide by hand, from the plan to the report, and everything it refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mesogun.cli.pacing import QUIET_US, Table
from mesogun.cli.pacing_text import KEYS, answer_of
from mesogun.intake import read_plan
from mesogun.planning import verify
from mesogun.session import Amended, Given, Lost, Quit, Shown, Skipped
from mesogun.session.by_hand import Standing
from mesogun.session.tasks import task_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "hand-thighs.toml"
PRICKS = 131
STOPS = (20, 40, 60, 80, 100, 120)
WHOLE = "\n" + "".join(f"{one}\n\n" for one in STOPS) + f"{PRICKS}\n\n"
"""All that the example takes: begin, up to each stop, each stop, to the end, close."""


@pytest.fixture
def pace(call: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """Run the guide with these lines for its input."""

    def run(lines: str, *arguments: str | Path) -> object:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return call("pace", *arguments)

    return run


@pytest.fixture
def planned(call: Callable) -> str:
    made = call("plan", EXAMPLE, "-o", "thighs.json")
    assert made.code == 0, made.err
    return "thighs.json"


def test_the_example_is_planned_mapped_paced_and_reported(call: Callable, pace: Callable) -> None:
    made = call("plan", EXAMPLE, "-o", "thighs.json", "--map", "thighs.pdf")
    assert made.code == 0, made.err
    assert "By hand: no pistol" in made.out
    assert Path("thighs.pdf").read_bytes().startswith(b"%PDF")
    ran = pace(WHOLE, "thighs.json", "--record", "out", "--by", "dr-17")
    assert ran.code == 0, ran.err
    assert "pricks given     131 of 131" in ran.out
    assert "6.500 mL of 6.500 mL, as confirmed by dr-17; not measured" in ran.out
    assert "STOP before prick 21: refill" in ran.out
    assert "row 1 of 28, left thigh: pricks 1 to 4, 4 mm deep, 50 mcL each" in ran.out
    assert "plunger 1.00 -> 0.80 mL: 0.90 after 2" in ran.out
    assert call("record", "verify", "out").code == 0
    told = json.loads(call("record", "show", "out", "--json").out)
    assert told["simulated"] is False
    assert told["session"]["device"] == "hand"
    assert told["session"]["confirmed_by"] == "dr-17"
    assert told["session"]["evidence"] == "confirmed by operator, not measured"
    assert told["totals"]["dose_nl_given"] == 6_500_000
    report = Path("out/report.html").read_text()
    assert "Given by hand" in report
    for word in ("Doses as measured", "never calibrated", "Firmware", "pistol measured"):
        assert word not in report
    lines = list(csv.DictReader(io.StringIO(call("record", "export", "out").out)))
    assert {one["evidence"] for one in lines} == {"confirmed by operator"}
    assert {one["head"] for one in lines} == {"hand"}


def test_a_prescription_can_be_paced_and_is_kept_beside_the_record(pace: Callable) -> None:
    ran = pace(WHOLE, EXAMPLE, "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["outcome"], told["pricks_given"]) == ("complete", PRICKS)
    assert (Path(told["folder"]) / "prescription.toml").read_bytes() == EXAMPLE.read_bytes()
    assert "row 1 of 28" in ran.err


def test_a_session_that_ended_early_is_gone_on_with(
    call: Callable, pace: Callable, planned: str
) -> None:
    first = pace("\ns\n10\nc 2 skipped\n", planned, "--record", "out")
    assert first.code == 3
    assert "to go on         mesogun pace --resume out" in first.out
    assert call("record", "verify", "out").code == 0
    second = pace(WHOLE, "--resume", "out")
    assert second.code == 0, second.err
    assert "SHOWN BEFORE THE INTERRUPTION" in second.out
    assert "10 of them are settled" in second.out
    assert "the plunger then stands at 0.60 mL" in second.out, "two of the ten are still in it"
    told = json.loads(call("record", "show", "out", "--json").out)
    assert told["totals"]["pricks_given"] == PRICKS - 2
    assert told["totals"]["parts"] == 2
    assert [one["kind"] for one in told["alarms"]] == ["corrected"]
    third = pace("\n", "--resume", "out")
    assert third.code == 1
    assert "nothing is left to give" in third.err


def test_what_is_not_for_a_hand_is_refused_and_what_is_for_one_by_a_pistol(
    call: Callable, pace: Callable, planned: str, small: Path
) -> None:
    pace("\nq\n", planned, "--record", "out")
    for ran in (
        call("run", EXAMPLE, "--port", "mesosim://", "--out", "run", "--yes"),
        call("dry-run", EXAMPLE, "--out", "dry"),
        call("resume", "out", "--port", "mesosim://", "--yes"),
        call("replan", "out"),
    ):
        assert ran.code == 2
        assert "mesogun pace" in ran.err
    assert not Path("run").exists()
    assert not Path("dry").exists()
    refused = pace("\n", small)
    assert refused.code == 2
    assert "a pistol gives it" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [[], ["thighs.json", "--resume", "out"], ["--resume", "out", "--record", "other"]],
)
def test_a_guide_needs_a_plan_or_a_record(pace: Callable, arguments: list[str]) -> None:
    assert pace("\n", *arguments).code == 2


def test_a_map_is_pdf_or_svg_and_flat(call: Callable, examples: Path) -> None:
    named = call("plan", EXAMPLE, "--map", "thighs.png")
    assert (named.code, "FILE.pdf or FILE.svg" in named.err) == (2, True)
    surface = call("plan", examples / "head.toml", "--map", "head.pdf", "-o", "head.json")
    assert (surface.code, "life size" in surface.err) == (2, True)
    assert not Path("head.json").exists(), "nothing is written where the map is refused"
    sheet = call("plan", EXAMPLE, "--map", "thighs.svg")
    assert sheet.code == 0
    assert Path("thighs.svg").read_text().startswith("<?xml")


def test_ctrl_c_keeps_what_was_confirmed(call: Callable, planned: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "mesogun.cli", "pace", planned, "--record", "out"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(EXAMPLE.parents[1])},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n3\n")
    process.stdin.flush()
    while "prick 4," not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert "pricks given     3 of 131" in out
    assert call("record", "verify", "out").code == 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("\n", Given()),
        ("  12 \n", Given(12)),
        ("s\n", Skipped()),
        ("S 7\n", Skipped(7)),
        ("c 4 given\n", Amended(4, True)),
        ("c 4 skipped\n", Amended(4, False)),
        ("q\n", Quit()),
        ("u\n", None),
        ("c 4\n", None),
        ("-3\n", None),
        ("1e3\n", None),
        ("²\n", None),
        ("99999999\n", None),
    ],
)
def test_lines_mean_what_the_list_says(text: str, meant: object) -> None:
    assert answer_of(text) == meant


class Keys(io.StringIO):
    """A terminal on which lines come at told times."""

    def __init__(self, clock: Ticking, *lines: tuple[int, str]) -> None:
        super().__init__()
        self.clock, self.lines = clock, list(lines)

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        if not self.lines:
            return ""
        self.clock.at_us, line = self.lines.pop(0)
        return line


class Ticking:
    """A clock that others move."""

    at_us = 0

    def now_us(self) -> int:
        return self.at_us

    def wait_until(self, at_us: int) -> None:
        self.at_us = at_us


def asked(planned: str, *lines: tuple[int, str]) -> tuple[Table, Shown, list[str]]:
    checked = verify(read_plan(Path(planned)))
    clock, said = Ticking(), list[str]()
    table = Table(checked.plan, Keys(clock, *lines), clock, say=said.append)
    standing = Standing(task_of(checked), "dr-17", "row", "step", until=4)
    return table, Shown(standing, "", 0), said


def test_a_key_that_is_held_down_confirms_nothing(planned: str) -> None:
    held = [(1_000_000 + k * 30_000, "\n") for k in range(20)]
    table, shown, said = asked(planned, *held, (9_000_000, "2\n"))
    assert table.ask(shown) == Given()
    assert table.ask(shown) == Given(2), "all but the first were not meant"
    assert sum("too quick" in one for one in said) == 19
    assert QUIET_US > 30_000


def test_what_is_not_understood_is_asked_again_and_the_end_of_input_is_no_answer(
    planned: str,
) -> None:
    table, shown, said = asked(planned, (1_000_000, "was?\n"), (2_000_000, "?\n"))
    assert table.ask(shown) == Lost("the input ended")
    assert any("not understood" in one for one in said)
    assert KEYS in said


def test_a_rest_is_waited_for_and_said(planned: str) -> None:
    table, shown, said = asked(planned, (8_000_000, "\n"))
    assert table.ask(shown._replace(not_before_us=5_000_000)) == Given()
    assert said[0] == "the skin rests: wait 5 s"
