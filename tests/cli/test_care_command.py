"""`mesogun care`: what a patient does before and after, in text, JSON and PDF."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from mesogun.cli.care import sheet_of
from mesogun.intake import read_prescription
from mesogun.intake.catalogue import catalogue

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_hours_come_from_the_prescription_s_time_or_from_at(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    small.write_text(small.read_text().replace("number = 1", "number = 1\ntime = 10:30:00"))
    out = call("care", small).out
    assert "Sat 21 Nov 2026, 10:30 (session 1)" in out
    assert "until Tue 24 Nov 2026, 10:30 (72 h) [founding text: text 004" in out
    assert "until Sat 21 Nov 2026, 22:30 (12 h) [founding text: text 000" in out
    assert "until Sun 22 Nov 2026, 10:30 (24 h) [founding text: text 000" in out
    assert "from Sat 7 Nov 2026 on (14 d) [founding text: text 001" in out
    for at in ("23:15", "2026-11-21T23:15"):
        assert "until Tue 24 Nov 2026, 23:15 (72 h)" in call("care", small, "--at", at).out


def test_without_a_time_there_are_days_and_no_hours(call: Callable, small: Path) -> None:
    out = call("care", small).out
    assert "until Tue 24 Nov 2026, the hour of the session (72 h)" in out
    assert "for 12 h after the session" in out
    assert "The time of the session was not given" in out


def test_both_texts_stand_where_they_differ(call: Callable, small: Path) -> None:
    out = call("care", small, "--at", "10:30").out
    aspirin = out[out.index("no aspirin") - 40 :].splitlines()[:4]
    assert any("14 d" in line and "text 001" in line for line in aspirin)
    assert any("a couple of days" in line and "text 004" in line for line in aspirin)


@pytest.mark.parametrize("name", ["face", "scalp", "cellulite", "belly"])
def test_each_example_s_sheet_is_one_page_with_every_rule(
    name: str, call: Callable, examples: Path, tmp_path: Path
) -> None:
    ran = call("care", examples / f"{name}.toml", "--at", "10:30", "--pdf", "care.pdf", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    reader = PdfReader(io.BytesIO((tmp_path / "care.pdf").read_bytes()))
    assert len(reader.pages) == 1
    words = " ".join(reader.pages[0].extract_text().split())
    for one in told["rules"]:
        assert " ".join(one["text"].split()) in words, one["text"]
    for wanted in (told["patient"], *told["zones"], *(one["lot"] for one in told["products"])):
        assert wanted in words
    assert "not a certified medical device" in words
    assert len(told["rules"]) <= len(catalogue().care)


def test_a_hundred_zones_and_products_with_long_names_are_one_page(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    text = small.read_text()
    head, zone = text[: text.index("[[zones]]")], text[text.index("[[zones]]") :]
    zones = "".join(zone.replace("left cheek", f"zone {at} " + "w" * 150) for at in range(100))
    small.write_text(head.replace('"A123"', f'"{"L" * 200}"') + zones)
    ran = call("care", small, "--pdf", "care.pdf")
    assert ran.code == 0, ran.err
    assert "and 98 more" in ran.out
    reader = PdfReader(tmp_path / "care.pdf")
    assert len(reader.pages) == 1
    assert "L" * 20 in reader.pages[0].extract_text()


def test_the_json_has_every_edge_as_a_time(call: Callable, small: Path) -> None:
    told = json.loads(call("care", small, "--at", "10:30", "--json").out)
    heat = next(one for one in told["rules"] if one["id"] == "no_heat")
    assert [span["edge"] for span in heat["spans"]] == ["2026-11-24T10:30:00", None]
    assert heat["after"] is True
    assert told["session_at"] == "2026-11-21T10:30"


@pytest.mark.parametrize("at", ["noon", "25:00", "10", "2026-11-22T10:30", "10:30Z", ""])
def test_a_time_that_is_none_of_the_session_s_day_is_refused(
    at: str, call: Callable, small: Path
) -> None:
    ran = call("care", small, "--at", at)
    assert ran.code == 2
    assert "give a time such as 10:30, of the session's day 2026-11-21" in ran.err


def test_the_prescription_is_not_overwritten(call: Callable, small: Path) -> None:
    before = small.read_bytes()
    assert call("care", small, "--pdf", small).code == 2
    assert small.read_bytes() == before


def test_a_prescription_that_is_refused_has_no_sheet(call: Callable, small: Path) -> None:
    small.write_text(small.read_text().replace("pregnancy = false", "pregnancy = true"))
    ran = call("care", small, "--pdf", "care.pdf")
    assert ran.code == 2
    assert not Path("care.pdf").exists()


def test_a_clinic_s_own_rule_stands_on_the_sheet(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "care.toml").write_text(
        'format = "mesogun-care/1"\n'
        '[sources]\nours = "house rule"\n'
        '[care.no_swimming]\nwhen = "after"\ntext = "No swimming"\n'
        'durations = [{ value = 5, unit = "d", source = "ours", strength = "unverified" }]\n'
    )
    ran = call("care", small, "--catalogue", own)
    assert ran.code == 0, ran.err
    assert "until Thu 26 Nov 2026 (5 d) [unverified: house rule" in ran.out
    assert "No swimming" not in call("care", small).out


def test_without_a_product_the_sheet_says_so() -> None:
    given = read_prescription(EXAMPLES / "face.toml")
    nothing = replace(given.product, name="none", lot="none", volume_nl=0)
    told = dict(sheet_of(replace(given, product=nothing), ()).facts)
    assert told["Product"] == "none"
    assert dict(sheet_of(given, ()).facts)["Product"].startswith("hyaluronic acid")
