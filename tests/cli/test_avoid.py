"""`--avoid RECORD`: a session keeps away from the pricks of an earlier one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WITH = ("--avoid-mm", "2.5", "--avoid-days", "30")


@pytest.fixture
def second(small: Path) -> Path:
    """The next session of the same patient, ten days later."""
    path = small.with_name("second.toml")
    text = small.read_text().replace("date = 2026-11-21", "date = 2026-12-01")
    path.write_text(
        text.replace("number = 1\nprevious = []", "number = 2\nprevious = [2026-11-21]").replace(
            "volume_ml = 0.12", "volume_ml = 0.06"
        )
    )
    return path


@pytest.fixture
def first(call: Callable, small: Path) -> str:
    """The folder of the session before, in which a shot stayed in doubt."""
    assert call("dry-run", small, "--out", "first", "--fault", "power-cut@5").code == 0
    return "first"


def places(plan: Any, rows: Any = None) -> list[tuple[int, int]]:
    found = list(zip(plan["pricks"]["x_um"], plan["pricks"]["y_um"], strict=True))
    return found if rows is None else [found[row] for row in rows]


def test_no_prick_comes_near_to_one_that_was_given_or_may_have_been(
    call: Callable, first: str, second: Path, tmp_path: Path
) -> None:
    ran = call("plan", second, "--avoid", first, *WITH, "-o", "second.json")
    assert ran.code == 0, ran.err
    before = json.loads((tmp_path / first / "plan.json").read_text())
    record = json.loads((tmp_path / first / "record.json").read_text())
    states = [one["state"] for one in record["pricks"]]
    assert "in_doubt" in states
    there = [row for row, state in enumerate(states) if state != "not_given"]
    after = json.loads((tmp_path / "second.json").read_text())
    (earlier,) = after["prescription"]["earlier"]
    assert earlier["session_date"] == "2026-11-21"
    assert earlier["distance_um"] == 2_500
    assert [tuple(one) for one in earlier["points_um"]] == [
        (x, y, 0) for x, y in places(before, there)
    ]
    for x, y in places(after):
        for u, v in places(before, there):
            assert (x - u) ** 2 + (y - v) ** 2 >= 2_500**2
    assert any("was simulated: nobody was given its pricks" in one for one in after["warnings"])


def test_a_dry_run_keeps_away_as_a_plan_does(
    call: Callable, first: str, second: Path, tmp_path: Path
) -> None:
    assert call("plan", second, "--avoid", first, *WITH, "-o", "second.json").code == 0
    ran = call("dry-run", second, "--avoid", first, *WITH, "--out", "run")
    assert ran.code == 0, ran.err
    assert (tmp_path / "run" / "plan.json").read_bytes() == (tmp_path / "second.json").read_bytes()


@pytest.mark.parametrize(("days", "avoided"), [("11", True), ("10", False)])
def test_what_was_given_long_ago_is_not_avoided(
    call: Callable, first: str, second: Path, tmp_path: Path, days: str, avoided: bool
) -> None:
    options = ("--avoid-mm", "2.5", "--avoid-days", days, "-o", "second.json")
    assert call("plan", second, "--avoid", first, *options).code == 0
    plan = json.loads((tmp_path / "second.json").read_text())
    assert bool(plan["prescription"]["earlier"]) == avoided
    told = any("was 10 d ago: from 10 d on" in one for one in plan["warnings"])
    assert told is not avoided


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--avoid", "first"), "--avoid needs --avoid-mm D and --avoid-days N: no source gives"),
        (("--avoid", "first", "--avoid-mm", "2"), "--avoid needs --avoid-mm D and --avoid-days N"),
        (("--avoid-mm", "2"), "--avoid-mm and --avoid-days need --avoid RECORD"),
        (("--avoid-days", "2"), "--avoid-mm and --avoid-days need --avoid RECORD"),
        (
            ("--avoid", "first", "--avoid-mm", "0", "--avoid-days", "9"),
            "give more than 0 and at",
        ),
        (("--avoid", "first", "--avoid-mm", "100.001", "--avoid-days", "9"), "at most 100 mm"),
        (("--avoid", "first", "--avoid-mm", "1.0001", "--avoid-days", "9"), "to the um"),
        (("--avoid", "first", "--avoid-mm", "far", "--avoid-days", "9"), "--avoid-mm 'far': give"),
        (("--avoid", "first", "--avoid-mm", "nan", "--avoid-days", "9"), "--avoid-mm 'nan': give"),
        (("--avoid", "first", "--avoid-mm", "1", "--avoid-days", "0"), "0 is not in the range"),
        (("--avoid", "none", *WITH), "none: no such folder: name the folder of a session"),
        (("--avoid", ".", *WITH), "--avoid .: the record cannot be trusted (journal.mgj"),
    ],
)
def test_what_cannot_be_avoided_is_refused(
    call: Callable, second: Path, options: tuple[str, ...], said: str
) -> None:
    ran = call("plan", second, *options)
    assert ran.code == 2
    assert said in ran.err.replace("\n", " ")


def test_a_record_that_was_changed_is_not_trusted(
    call: Callable, first: str, second: Path, tmp_path: Path
) -> None:
    path = tmp_path / first / "record.json"
    path.write_text(path.read_text().replace("in_doubt", "not_given"))
    ran = call("plan", second, "--avoid", first, *WITH)
    assert ran.code == 2
    assert "the record cannot be trusted (record.json: it does not say what the journal" in ran.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "p-1"', 'id = "p-2"', "that session is of patient 'p-1', this one of 'p-2'"),
        (
            "date = 2026-12-01",
            "date = 2026-11-20",
            "of 2026-11-21, after this one of 2026-11-20",
        ),
    ],
)
def test_a_record_of_another_patient_or_a_later_day_is_refused(
    call: Callable, first: str, second: Path, old: str, new: str, said: str
) -> None:
    text = second.read_text().replace(old, new)
    second.write_text(text.replace("previous = [2026-11-21]", "previous = [2026-11-01]"))
    ran = call("plan", second, "--avoid", first, *WITH)
    assert ran.code == 2
    assert said in ran.err
