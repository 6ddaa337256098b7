"""The map at life size: true to scale on paper, whole over its pages, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import hypot
from xml.etree import ElementTree as ET

import pytest

from mesogun.errors import PlanError
from mesogun.planning import HAND, Pause, Plan, Surface
from mesogun.planning.rows import marks_of, rows_of
from mesogun.report.geometry import Box
from mesogun.report.lifesize import PAPERS, map_pdf, map_svg
from mesogun.report.lifesize.drawing import Stroke, Words
from mesogun.report.lifesize.legend import NOT_A_DEVICE
from mesogun.report.lifesize.sheets import OVERLAP, Paper, Sheet, Tile, sheets_of, tiles_of
from mesogun.report.lifesize.skin import reading
from tests.report import drawn_by_hand as drawn

MM = 25.4 / 72
ROUNDED_MM = 0.0005
"""A PDF's numbers have five decimals of a point, or seven figures."""
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_NUMBER = r"-?\d*\.?\d+"
_DISC = re.compile(
    rf"n ({_NUMBER}) ({_NUMBER}) m\n?((?:\s*(?:{_NUMBER}\s+){{6}}c)+)".replace(" ", r"\s+")
)


@pytest.fixture(scope="module")
def large() -> Plan:
    """Two thighs for the hand, with a refill in the first."""
    made = drawn.thighs()
    stop = Pause(90, "refill", 0, "refill with hyaluronic acid 1 %; this filling gives 4 mL")
    return replace(made, prescription=replace(made.prescription, head=HAND), pauses=(stop,))


def pages_of(pdf: bytes) -> list[str]:
    """The content of each page, in order."""
    streams = [one.decode("latin-1") for one in _STREAM.findall(pdf)]
    return [one for one in streams if one.lstrip().startswith("1 0 0 1 0 0 cm")]


def discs(page: str) -> Iterator[tuple[float, float, float]]:
    """(x, y, radius) of every circle of a page, in mm from its lower left corner."""
    for found in _DISC.finditer(page):
        numbers = [float(one) for one in re.findall(_NUMBER, found[3])]
        ends = [(numbers[k + 4], numbers[k + 5]) for k in range(0, len(numbers), 6)]
        x, y = (sum(one) / len(ends) for one in zip(*ends, strict=True))
        yield x * MM, y * MM, (float(found[1]) - x) * MM


def seen_on(plan: Plan, tile: Tile, radius: float) -> list[int]:
    """Pricks of which a tile shows something."""
    box = tile.window
    places = zip(plan.pricks.x_um.tolist(), plan.pricks.y_um.tolist(), strict=True)
    return [
        k
        for k, (x, y) in enumerate(places)
        if box.x - radius <= x / 1000 <= box.x + box.width + radius
        and box.y - radius <= y / 1000 <= box.y + box.height + radius
    ]


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_pricks_on_paper_are_as_far_apart_as_on_the_skin(large: Plan, paper: str) -> None:
    _, tiles = tiles_of(large, PAPERS[paper])
    pages = pages_of(map_pdf(large, PAPERS[paper]))[-len(tiles) :]
    x, y = large.pricks.x_um.tolist(), large.pricks.y_um.tolist()
    for tile, page in zip(tiles, pages, strict=True):
        found = list(discs(page))
        pricks = seen_on(large, tile, found[0][2])
        assert len(found) == len(pricks)
        drawn_and_planned = list(zip(found, pricks, strict=True))
        for (one, k), (two, m) in pairwise(drawn_and_planned):
            on_paper = hypot(two[0] - one[0], two[1] - one[1])
            on_skin = hypot(x[m] - x[k], y[m] - y[k]) / 1000
            assert on_paper == pytest.approx(on_skin, abs=ROUNDED_MM)
        (one, k), (two, m) = drawn_and_planned[0], drawn_and_planned[-1]
        assert two[0] - one[0] == pytest.approx((x[m] - x[k]) / 1000, abs=ROUNDED_MM)
        assert one[1] - two[1] == pytest.approx((y[m] - y[k]) / 1000, abs=ROUNDED_MM)


def test_both_bars_on_every_page_are_50_mm_long(large: Plan) -> None:
    pages = pages_of(map_pdf(large, PAPERS["a4"]))
    point = rf"({_NUMBER}) ({_NUMBER}) "
    lines = re.compile(f"{point}l {point}l ".replace(" ", r"\s+"))
    for page in pages:
        spans = [[float(one) * MM for one in found] for found in lines.findall(page)]
        assert any(abs(abs(a - c) - 50) < ROUNDED_MM and b == d for a, b, c, d in spans)
        assert any(abs(abs(b - d) - 50) < ROUNDED_MM and a == c for a, b, c, d in spans)


@pytest.mark.parametrize("size", [*PAPERS.values(), Paper(90, 120)])
def test_every_prick_is_whole_on_a_tile_and_neighbours_share_ten_millimetres(
    large: Plan, size: Paper
) -> None:
    page, tiles = tiles_of(large, size)
    assert {page.width, page.height} == {size.width, size.height}
    for x, y in zip(large.pricks.x_um.tolist(), large.pricks.y_um.tolist(), strict=True):
        inner = (shrunk(one.window) for one in tiles)
        assert any(box.holds(x / 1000, y / 1000) for box in inner)
    at = {(one.row, one.column): one.window for one in tiles}
    for (row, column), box in at.items():
        if right := at.get((row, column + 1)):
            assert box.x + box.width - right.x == pytest.approx(OVERLAP)
            assert (box.y, box.height) == (right.y, right.height)
        if below := at.get((row + 1, column)):
            assert box.y + box.height - below.y == pytest.approx(OVERLAP)
    assert [one.name for one in tiles] == sorted({one.name for one in tiles})


def shrunk(box: Box) -> Box:
    return Box(box.x + 1, box.y + 1, box.width - 2, box.height - 2)


def test_crosses_of_two_neighbours_lie_at_one_place_of_the_map(large: Plan) -> None:
    _, tiles = tiles_of(large, PAPERS["a4"])
    sheets = sheets_of(large, PAPERS["a4"])[-len(tiles) :]
    places = {one.name: crosses(sheet, one) for one, sheet in zip(tiles, sheets, strict=True)}
    assert len(tiles) > 1
    for one, two in pairwise(tiles):
        if one.row == two.row:
            assert len(places[one.name] & places[two.name]) == 3


def crosses(sheet: Sheet, tile: Tile) -> set[tuple[float, float]]:
    """Where the crosses are, in mm of the map."""
    window = next(part.window for part in sheet.parts if part.window is not None)
    dx, dy = tile.window.x - window.x, tile.window.y - window.y
    return {
        (
            round((item.points[0][0] + item.points[1][0]) / 2 + dx, 6),
            round((item.points[0][1] + item.points[1][1]) / 2 + dy, 6),
        )
        for part in sheet.parts
        for item in part.items
        if isinstance(item, Stroke) and item.style == "cross"
    }


def test_every_page_says_whose_it_is_and_what_it_is_not(large: Plan) -> None:
    sheets = sheets_of(large, PAPERS["a4"])
    for number, sheet in enumerate(sheets, start=1):
        told = " ".join(words_of(sheet))
        for one in (
            NOT_A_DEVICE,
            "cellulite",
            "by hand",
            "2026-11-21",
            "patient p-0042",
            f"page {number} of {len(sheets)}",
            large.digest()[:23],
            "50 mm: measure me",
        ):
            assert one in told
    assert large.digest() in " ".join(words_of(sheets[0]))


def words_of(sheet: Sheet) -> list[str]:
    return [one.text for part in sheet.parts for one in part.items if isinstance(one, Words)]


def test_rows_tenth_pricks_marks_and_stops_are_all_on_the_map(large: Plan) -> None:
    root = ET.fromstring(map_svg(large))
    told = [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]
    for row in rows_of(large):
        assert str(row.number) in told
    for prick in range(10, len(large.pricks) + 1, 10):
        assert any(re.fullmatch(rf"{prick}(: .*)?", one) for one in told)
    readings = [reading(one.left_nl) for one in marks_of(large)]
    assert sorted(one for one in told if re.fullmatch(r"\d\.\d\d\d?", one)) == sorted(
        [*readings, "0.90"]
    ), "the marks, and the one of the legend"
    assert "P1" in told
    assert "before prick 91" in told
    text = " ".join(told)
    for zone in ("left thigh", "right thigh"):
        assert re.search(rf"{zone}: [\d.]+ mcL, 4 mm", text)


def test_a_dose_that_is_not_its_zone_s_usual_one_stands_beside_its_prick(large: Plan) -> None:
    svg = map_svg(large)
    odd = []
    for zone in (0, 1):
        doses = large.pricks.dose_nl[large.pricks.zone == zone].tolist()
        usual = max(set(doses), key=doses.count)
        odd += [f"{one / 1000:g} mcL" for one in doses if one != usual]
    assert 0 < len(odd) < 50
    assert svg.count('class="odd"') == len(odd) + 1, "and one in the legend"
    assert len(re.findall(r">(?:\d+: )?[\d.]+ mcL</text>", svg)) == len(odd) + 2, "two in its table"


def test_the_svg_is_one_sheet_in_millimetres_with_every_prick_at_its_place(large: Plan) -> None:
    root = ET.fromstring(map_svg(large))
    _, _, wide, high = (float(one) for one in root.attrib["viewBox"].split())
    assert root.attrib["width"] == f"{wide:g}mm"
    assert root.attrib["height"] == f"{high:g}mm"
    found = [
        (float(one.attrib["cx"]), float(one.attrib["cy"]))
        for one in root.iter("{http://www.w3.org/2000/svg}circle")
    ]
    columns = large.pricks.x_um.tolist(), large.pricks.y_um.tolist()
    assert found[: len(large.pricks)] == [
        (x / 1000, y / 1000) for x, y in zip(*columns, strict=True)
    ]


def test_the_same_plan_gives_the_same_bytes_and_no_date_of_its_making(large: Plan) -> None:
    paper = PAPERS["a4"]
    pdf = map_pdf(large, paper)
    assert pdf == map_pdf(large, paper)
    assert map_svg(large) == map_svg(large)
    assert set(re.findall(rb"D:(\d{4})", pdf)) == {b"2000"}
    assert b"/PrintScaling /None" in pdf


def test_no_name_gets_into_the_markup(large: Plan) -> None:
    asked = replace(large.prescription, name='<script>"&\x07')
    svg = map_svg(replace(large, prescription=asked))
    assert "<script>" not in svg
    ET.fromstring(svg)
    assert map_pdf(replace(large, prescription=asked), PAPERS["a4"]).startswith(b"%PDF")


def test_a_small_zone_needs_one_tile_and_a_wide_one_a_page_that_lies() -> None:
    small = drawn.plan("small", [drawn.zone("a", [(0, 0), (60, 0), (60, 40), (0, 40)])], 100_000)
    wide = drawn.plan("wide", [drawn.zone("a", [(0, 0), (240, 0), (240, 80), (0, 80)])], 100_000)
    assert [one.name for one in tiles_of(small, PAPERS["a4"])[1]] == ["A1"]
    page, tiles = tiles_of(wide, PAPERS["a4"])
    assert page.width > page.height
    assert len(tiles) == 1


def test_a_surface_is_refused_and_so_is_a_plan_without_pricks(large: Plan) -> None:
    surface = Surface("head", ((0, 0, 0), (9, 0, 0), (0, 9, 0)), ((0, 1, 2),), (), (), "test")
    bent = replace(large, prescription=replace(large.prescription, surface=surface))
    for make in (map_svg, lambda plan: map_pdf(plan, PAPERS["a4"])):
        with pytest.raises(PlanError, match="life size"):
            make(bent)
    empty = drawn.plan("empty", [], 0)
    with pytest.raises(PlanError, match="no pricks"):
        map_svg(empty)
