"""The pricks as CSV."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.plan import Plan
from mesogun.record.record import Record
from mesogun.report import prick_csv
from mesogun.report.sheet import COLUMNS, inert
from tests.report import drawn_by_hand as drawn


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def number(text: str) -> int | None:
    return int(text) if text else None


def test_reading_it_back_gives_the_record(face: Plan, mixed: Record) -> None:
    lines = read(prick_csv(mixed, face))
    assert len(lines) == len(mixed.pricks)
    for line, one in zip(lines, mixed.pricks, strict=True):
        assert int(line["index"]) == one.index == int(line["prick_number"]) - 1
        assert line["state"] == one.state
        assert number(line["shot_id"]) == one.shot_id
        assert int(line["dose_nl_planned"]) == one.dose_nl_planned
        assert number(line["dose_nl_given"]) == one.dose_nl_given
        assert number(line["depth_um_given"]) == one.depth_um_given
        assert number(line["at_us"]) == one.at_us
        assert int(line["x_um"]) == face.pricks.x_um[one.index]


def test_every_quantity_has_its_unit_in_its_head() -> None:
    without = {"simulated", "session_id", "prick_number", "index", "zone", "area", "technique"}
    without |= {"state", "shot_id", "why", "pistol_uid", "plan_digest"}
    without |= {"shot", "head", "needle", "layer", "product", "evidence"}
    units = (
        "_nl",
        "_um",
        "_us",
        "_nl_planned",
        "_nl_given",
        "_nl_asked",
        "_um_planned",
        "_um_given",
    )
    assert all(name.endswith(units) for name in COLUMNS if name not in without)


def test_every_line_says_whether_it_was_simulated(face: Plan) -> None:
    twin = read(prick_csv(drawn.record(face), face))
    metal = prick_csv(drawn.record(face, simulated=False), face)
    assert {line["simulated"] for line in twin} == {"SIMULATED"}
    assert {line["simulated"] for line in read(metal)} == {"no"}
    assert "SIMULATED" not in metal


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=20), why=st.text(max_size=20))
def test_no_text_becomes_a_formula_or_another_line(name: str, why: str) -> None:
    planned = drawn.patch(name)
    text = prick_csv(drawn.record(planned, fate=lambda *_: ("not_given", None, None, why)), planned)
    assert text.count("\r\n") == len(planned.pricks) + 1
    for line in read(text):
        for cell in (line["zone"], line["why"]):
            assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@given(st.text(st.sampled_from("=+-@'ab \t\n"), max_size=8))
def test_the_apostrophe_can_be_taken_off_again(text: str) -> None:
    flat = " ".join(text.splitlines())
    kept = inert(text)
    assert (kept[1:] if kept.startswith("'") else kept) == flat
