"""The maps as files that stand alone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.plan import Plan
from mesogun.record.record import Record
from mesogun.report import density_map, treatment_map
from mesogun.report.rows import rows
from tests.report import drawn_by_hand as drawn

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"planned": "ring", "given": "disc", "differs": "frame", "in_doubt": "rim"}
SHAPES["not_given"] = "cross"


def signs(picture: ET.Element) -> dict[int, ET.Element]:
    found = [one for one in picture.iter(SVG + "g") if "data-prick" in one.attrib]
    assert len(found) == len({one.attrib["data-prick"] for one in found})
    return {int(one.attrib["data-prick"]): one for one in found}


def words(picture: ET.Element) -> list[str]:
    return [" ".join("".join(one.itertext()).split()) for one in picture.iter(SVG + "text")]


@pytest.fixture(scope="module")
def drawn_mixed(face: Plan, mixed: Record) -> ET.Element:
    return ET.fromstring(treatment_map(face, mixed))


@pytest.mark.parametrize("draw", [treatment_map, density_map])
def test_one_unit_is_one_millimetre(draw: object, face: Plan, thighs: Plan) -> None:
    for planned in (face, thighs):
        picture = ET.fromstring(draw(planned))  # type: ignore[operator]
        assert picture.tag == SVG + "svg"
        _, _, wide, high = map(float, picture.attrib["viewBox"].split())
        assert picture.attrib["width"] == f"{wide:g}mm"
        assert picture.attrib["height"] == f"{high:g}mm"
        assert "preserveAspectRatio" not in picture.attrib


def test_every_prick_is_drawn_once_where_it_is(face: Plan, drawn_mixed: ET.Element) -> None:
    found = signs(drawn_mixed)
    table = face.pricks
    assert sorted(found) == list(range(1, len(table) + 1))
    for number, sign in found.items():
        for disc in sign.iter(SVG + "circle"):
            assert float(disc.attrib["cx"]) == table.x_um[number - 1] / 1_000
            assert float(disc.attrib["cy"]) == table.y_um[number - 1] / 1_000


def test_a_state_is_a_shape_of_its_own(face: Plan, mixed: Record, drawn_mixed: ET.Element) -> None:
    found = signs(drawn_mixed)
    for row in rows(face, mixed):
        kinds = {one.attrib.get("class") for one in found[row.number].iter()}
        assert SHAPES[row.mark] in kinds
        others = set(SHAPES.values()) - {SHAPES[row.mark], "disc"}
        assert not kinds & others
    assert {row.mark for row in rows(face, mixed)} == SHAPES.keys() - {"planned"}


def test_a_plan_alone_shows_hollow_rings_and_no_outcome(face: Plan) -> None:
    text = treatment_map(face)
    picture = ET.fromstring(text)
    assert len(signs(picture)) == len(face.pricks)
    assert text.count('class="ring"') == len(face.pricks) + 1  # and one in the legend
    assert "SIMULATED" not in text
    assert not any("given" in one for one in words(picture))


def test_hovering_a_prick_tells_its_figures(face: Plan, mixed: Record) -> None:
    found = signs(ET.fromstring(treatment_map(face, mixed)))
    tip = found[drawn.STOPPED + 1].findtext(SVG + "title") or ""
    one = mixed.pricks[drawn.STOPPED]
    for part in (
        f"Prick {drawn.STOPPED + 1}",
        "right cheek",
        f"{(one.dose_nl_given or 0) / 1_000:.2f}",
        f"{one.dose_nl_planned / 1_000:.2f}",
        "stopped before its end (ABORTED)",
    ):
        assert part in tip


def test_the_legend_counts_what_is_drawn(face: Plan, mixed: Record) -> None:
    told = words(ET.fromstring(treatment_map(face, mixed)))
    marks = [row.mark for row in rows(face, mixed)]
    for mark, name in (("given", "given"), ("in_doubt", "in doubt"), ("not_given", "not given")):
        assert told[told.index(name) + 1] == str(marks.count(mark))  # type: ignore[arg-type]


def test_first_last_and_tenth_pricks_have_their_numbers(face: Plan) -> None:
    told = words(ET.fromstring(treatment_map(face)))
    assert {"1", "10", "20", "30", "88"} <= set(told)


def test_a_prick_that_needs_a_person_is_large_and_has_its_number() -> None:
    square = [(0.0, 0.0), (120, 0), (120, 60), (0, 60)]
    planned = drawn.plan("dense", [drawn.zone("dense", square, pitch_mm=2.0)], 1_000_000)
    record = drawn.record(planned, fate=drawn.every_state)
    picture = ET.fromstring(treatment_map(planned, record))
    found = signs(picture)
    calm, doubtful = (
        max(float(one.attrib["r"]) for one in found[index + 1].iter(SVG + "circle"))
        for index in (0, drawn.DOUBTFUL)
    )
    assert doubtful > 1.5 * calm
    assert {str(drawn.DOUBTFUL + 1), str(drawn.STOPPED + 1)} <= set(words(picture))


def test_zones_are_named_with_what_they_got(face: Plan, mixed: Record) -> None:
    told = words(ET.fromstring(treatment_map(face, mixed)))
    table = rows(face, mixed)
    for index, zone in enumerate(face.zones):
        given = [row for row in table if row.zone == index and row.mark in ("given", "differs")]
        assert f"{zone.name} · {len(given)} of {zone.prick_count}" in told


def test_the_scale_bar_is_as_long_as_it_says(face: Plan, thighs: Plan) -> None:
    for planned in (face, thighs):
        picture = ET.fromstring(treatment_map(planned))
        (bar,) = (one for one in picture.iter(SVG + "path") if one.attrib.get("class") == "bar")
        long = re.search(r"h([\d.]+)", bar.attrib["d"])
        assert long
        assert f"{float(long[1]):g} mm" in words(picture)


def test_nothing_that_is_drawn_is_cut_off(face: Plan, mixed: Record, thighs: Plan) -> None:
    far = drawn.plan("wide", [drawn.zone("w", [(0, 0), (300, 0), (300, 20), (0, 20)])], 100_000)
    for text in (treatment_map(face, mixed), density_map(thighs), treatment_map(far)):
        picture = ET.fromstring(text)
        left, top, wide, high = map(float, picture.attrib["viewBox"].split())
        (bar,) = (one for one in picture.iter(SVG + "path") if one.attrib.get("class") == "bar")
        x, y = map(float, re.findall(r"-?[\d.]+", bar.attrib["d"])[:2])
        assert left <= x <= left + wide
        assert top <= y < top + high
        for one in picture.findall(SVG + "text"):
            assert left <= float(one.attrib["x"]) <= left + wide
            assert top < float(one.attrib["y"]) < top + high


def test_zones_far_apart_keep_their_true_places() -> None:
    far = [
        drawn.zone("here", [(0, 0), (40, 0), (40, 40), (0, 40)]),
        drawn.zone("there", [(900, 0), (940, 0), (940, 40), (900, 40)]),
    ]
    planned = drawn.plan("far", far, 100_000)
    picture = ET.fromstring(treatment_map(planned))
    edges = [one for one in picture.iter(SVG + "path") if one.attrib.get("class") == "edge"]
    starts = [float(one.attrib["d"][1:].split()[0]) for one in edges]
    assert starts == [0.0, 900.0]
    assert float(picture.attrib["viewBox"].split()[2]) > 940


@pytest.mark.parametrize("draw", [treatment_map, density_map])
@pytest.mark.parametrize("simulated", [True, False])
def test_a_twin_s_map_says_so_and_metal_s_does_not(
    draw: object, simulated: bool, face: Plan
) -> None:
    record = drawn.record(face, simulated=simulated)
    text = draw(face, record)  # type: ignore[operator]
    title = ET.fromstring(text).findtext(SVG + "title") or ""
    assert ("SIMULATED" in title) == simulated
    assert any("SIMULATED" in one for one in words(ET.fromstring(text))) == simulated
    assert ("simulated" in text.casefold()) == simulated


@pytest.mark.parametrize("draw", [treatment_map, density_map])
def test_a_map_needs_nothing_from_elsewhere(draw: object, face: Plan, mixed: Record) -> None:
    text = draw(face, mixed)  # type: ignore[operator]
    names = re.findall(r' id="([^"]+)"', text)
    assert len(names) == len(set(names))
    for one in ET.fromstring(text).iter():
        assert one.tag.removeprefix(SVG) not in {"script", "foreignObject", "a"}
        for key, value in one.attrib.items():
            if key.endswith("href"):
                assert value.startswith("data:image/png;base64,") or value[1:] in names
            if "url(" in value:
                assert value.removeprefix("url(#").removesuffix(")") in names
    assert text.count("http") == text.count("http://www.w3.org/2000/svg")


def test_the_dose_map_draws_the_fullest_disc_to_scale(face: Plan) -> None:
    picture = ET.fromstring(density_map(face))
    (disc,) = (one for one in picture.iter(SVG + "circle") if one.attrib["class"] == "peak")
    radius = float(disc.attrib["r"])
    assert 3.14159265 * radius**2 == pytest.approx(100, abs=0.05)
    table = face.pricks
    held = sum(
        int(dose)
        for x, y, dose in zip(table.x_um, table.y_um, table.dose_nl, strict=True)
        if ((x / 1e3 - float(disc.attrib["cx"])) ** 2 + (y / 1e3 - float(disc.attrib["cy"])) ** 2)
        <= (radius + 0.002) ** 2
    )
    assert f"{held / 1_000:.1f} µL in 1 cm²" in words(picture)


def test_depth_can_be_the_colour(face: Plan, complete: Record) -> None:
    text = treatment_map(face, complete, colour_by="depth")
    assert "Depth of a prick, mm" in words(ET.fromstring(text))


def test_needling_without_a_dose_is_drawn_too(patch: Plan) -> None:
    dry = replace(patch, pricks=replace(patch.pricks, dose_nl=patch.pricks.dose_nl * 0))
    record = drawn.record(dry)
    ET.fromstring(density_map(dry, record))
    assert len(signs(ET.fromstring(treatment_map(dry, record)))) == len(dry.pricks)


@settings(max_examples=60, deadline=None)
@given(name=st.one_of(st.sampled_from(["<script>", '"><a href="x">', "]]>", "&amp;"]), st.text()))
def test_a_zone_s_name_does_nothing_in_a_map(name: str) -> None:
    tame, wild = drawn.patch("a"), drawn.patch(name)
    for draw in (treatment_map, density_map):
        wanted, found = ET.fromstring(draw(tame)), ET.fromstring(draw(wild))
        assert [one.tag for one in found.iter()] == [one.tag for one in wanted.iter()]
        assert [sorted(one.attrib) for one in found.iter()] == [
            sorted(one.attrib) for one in wanted.iter()
        ]
