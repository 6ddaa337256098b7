"""The map of a pen or a roller: each stroke where it runs, as wide as the tip."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mesogun.errors import PlanError
from mesogun.intake import read_prescription
from mesogun.planning import Plan, plan
from mesogun.report import density_map, treatment_map

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
