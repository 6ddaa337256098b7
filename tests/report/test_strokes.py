"""A pen or a roller: each stroke on the map where it runs, and on the page what became of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mesogun.errors import PlanError, RecordError
from mesogun.intake import read_prescription
from mesogun.planning import Plan, plan
from mesogun.record import PauseRecord, PrickState, Record, StrokeRecord
from mesogun.record.ledger import NOT_REACHED
from mesogun.report import density_map, page, stroke_csv, treatment_map
from mesogun.report.stroke_rows import density_of, spread_nl, stroke_rows, whole_passes
from tests.report.drawn_by_hand import record
from tests.report.reading import read

PEN = Path(__file__).parents[2] / "examples" / "pen-needling.toml"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pen() -> Plan:
    return plan(read_prescription(PEN))


@pytest.fixture(scope="module")
def drawn(pen: Plan) -> ET.Element:
    return ET.fromstring(treatment_map(pen))


def group(drawn: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in drawn.iter(f"{SVG}g") if one.get("class") == name]


def test_the_skin_that_a_tip_goes_over_is_as_wide_as_the_tip(drawn: ET.Element) -> None:
    swept = group(drawn, "swept")
    assert [one.get("stroke-width") for one in swept] == ["8", "8"]
    assert [len(list(one)) for one in swept] == [2, 2]


def test_every_stroke_is_drawn_from_its_start_to_its_end(pen: Plan, drawn: ET.Element) -> None:
    paths = [one.get("d") or "" for swept in group(drawn, "swept") for one in swept]
    found = [
        tuple(round(float(one) * 1000) for one in numbers)
        for path in paths
        for numbers in re.findall(r"M(\S+) ([^L]+)L(\S+) ([^M]+)", path)
    ]
    assert sorted(found) == sorted((*one.start_um, *one.end_um) for one in pen.strokes)


def test_every_stroke_has_its_number(pen: Plan, drawn: ET.Element) -> None:
    (numbers,) = group(drawn, "numbers")
    told = [one.text for one in numbers]
    assert told == [str(one) for one in range(1, len(pen.strokes) + 1)]


def test_what_the_strokes_add_up_to_is_told(drawn: ET.Element) -> None:
    words = "".join(drawn.itertext()).replace("\u00a0", " ").replace("\u2009", " ")
    words = words.replace("\u202f", " ")
    assert "22 strokes, about 17 718 pricks, 2.000 mL on the skin" in words
    assert words.count("2 passes, 0.50 mm, 36.3 mm/s") == 2
    assert "1 000 pricks/cm²" in words
    assert "Where each prick lies nobody can say" in words


def test_no_dose_is_drawn_where_none_is_injected(pen: Plan) -> None:
    with pytest.raises(PlanError, match="injects nothing"):
        density_map(pen)


FATES: dict[int, tuple[PrickState, str]] = {
    2: ("not_given", "skipped by the operator"),
    9: ("in_doubt", "shown to the operator, who did not say whether it was given"),
    **dict.fromkeys(range(15, 22), ("not_given", NOT_REACHED)),
}


def told(pen: Plan, fates: dict[int, tuple[PrickState, str]], **more: object) -> Record:
    """A record of the pen's strokes; the settings of both zones were confirmed."""
    strokes = []
    for index in range(len(pen.strokes)):
        state, why = fates.get(index, ("given", ""))
        at_us = 1_000_000 * index if state == "given" else None
        strokes.append(StrokeRecord(index, index + 1, state, 500, at_us, why))
    hand = replace(record(pen).session, device="pen", confirmed_by="dr-17", simulated=False)
    pauses = tuple(PauseRecord(0, shot, ("settings",), "dr-17", 5) for shot in (0, 13))
    made = replace(record(pen), session=hand, strokes=tuple(strokes), pauses=pauses)
    return replace(made, **more)  # type: ignore[arg-type]


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_page_tells_what_was_given_skipped_not_reached_and_in_doubt(pen: Plan) -> None:
    made = page(told(pen, FATES, outcome="aborted", why="stopped"), pen, generated_at="now")
    text = plain(read(made).text())
    assert "13 of 22 strokes given, 0 of 4 passes whole, 1 skipped, 7 not reached" in text
    assert "May or may not have been given: stroke 10" in text
    assert "Skipped: stroke 3" in text
    assert "Not reached: strokes 16–22" in text
    assert "nothing measured depth, speed or density" in text
    assert "Confirmed by dr-17" in text
    assert "spread 0.874 mL of vitamin C 5 % on it" in text


def test_a_page_of_all_strokes_is_calm_and_needs_nothing_else(pen: Plan) -> None:
    made = page(told(pen, {}), pen, generated_at="now")
    assert "Complete: every stroke was confirmed as given" in made
    assert 'class="calm"' in made
    assert "Every stroke was given." in made
    assert "speed of the hand, at most 100 mm/s" in plain(read(made).text())
    assert not re.search(r"""(src|href)=["'](?!#|data:)""", made)


def test_the_picture_shows_the_band_of_what_was_given_alone(pen: Plan) -> None:
    drawn = ET.fromstring(treatment_map(pen, told(pen, FATES)))
    bands = "".join(one.get("d") or "" for swept in group(drawn, "swept") for one in swept)
    assert bands.count("M") == 13
    lines = {name: group(drawn, name) for name in ("rim", "cross", "unreached")}
    counts = {
        name: sum((path.get("d") or "").count("M") for path in list(some[0])[:1])
        for name, some in lines.items()
    }
    assert counts == {"rim": 1, "cross": 1, "unreached": 7}
    loud = [one.text for one in drawn.iter(f"{SVG}text") if one.get("class") == "number loud"]
    assert loud == ["3", "10"]


def test_density_is_that_of_the_passes_that_were_given_whole(pen: Plan) -> None:
    rows = stroke_rows(pen, told(pen, {9: FATES[9]}))
    assert whole_passes(pen, rows, 0) == [0]
    assert density_of(pen, rows, 1) == 1_000
    assert 490 <= density_of(pen, rows, 0) <= 510
    none = stroke_rows(pen, told(pen, FATES))
    assert density_of(pen, none, 0) == 0


def test_product_counts_where_a_person_said_it_was_spread(pen: Plan) -> None:
    whole = told(pen, {})
    half = replace(whole, pauses=whole.pauses[:1])
    assert spread_nl(pen, whole, 0) + spread_nl(pen, whole, 1) == 2_000_000
    assert spread_nl(pen, half, 1) == 0


def test_a_record_of_other_strokes_is_not_reported(pen: Plan) -> None:
    whole = told(pen, {})
    for other in (
        replace(whole, strokes=whole.strokes[:-1]),
        replace(whole, plan_digest="sha256:" + "0" * 64),
    ):
        with pytest.raises(RecordError):
            page(other, pen, generated_at="now")
        with pytest.raises(RecordError):
            stroke_csv(other, pen)
