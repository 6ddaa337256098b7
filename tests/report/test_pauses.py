"""What the page and the maps show of pauses, of plans that came later, and of shots of many."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from mesogun.planning.plan import Pause, Plan, Settled
from mesogun.planning.prescription import Head, Product
from mesogun.planning.pricks import column
from mesogun.record.record import PauseRecord, Record, Replan
from mesogun.report import page, prick_csv, treatment_map
from mesogun.report.rows import rows
from mesogun.report.stops import letter, stops_of
from tests.report import drawn_by_hand as drawn
from tests.report.reading import Node, read

SVG = "{http://www.w3.org/2000/svg}"
NOW = "2026-11-21T09:05:00Z"
PAUSES = (
    Pause(3, "refill", 0, "refill with hyaluronic acid"),
    Pause(3, "needle", 0, "put on a new needle"),
    Pause(4, "rest", 1_500_000, "rest"),
    Pause(5, "rest", 2_000_000, "rest"),
    Pause(7, "head", 0, "change to the head 'single'"),
)


@pytest.fixture(scope="module")
def paused() -> Plan:
    return replace(drawn.patch(), pauses=PAUSES)


def shown(record: Record, plan: Plan) -> Node:
    return read(page(record, plan, generated_at=NOW))


def words(svg: str) -> list[str]:
    texts = ET.fromstring(svg).iter(SVG + "text")
    return [" ".join("".join(one.itertext()).split()) for one in texts]


def lines(found: Node) -> list[list[str]]:
    return [[cell.text() for cell in one.children] for one in found.tagged("tr")[1:]]


def test_a_session_without_pauses_says_nothing_of_them(face: Plan, complete: Record) -> None:
    found = shown(complete, face)
    names = {one.attributes.get("id") for one in found.tagged("section")}
    assert not names & {"pauses", "replans"}
    assert "Pauses for a person" not in found.text()
    assert "one shot of several needles" not in found.text()


def test_each_pause_tells_what_was_asked_who_confirmed_it_and_when(paused: Plan) -> None:
    told = (
        PauseRecord(10_000_000, 3, ("refill", "needle"), "nurse", 72_500_000),
        PauseRecord(80_000_000, 7, ("head",), "", None),
    )
    found = shown(replace(drawn.record(paused), pauses=told), paused)
    section = found.named("pauses")
    assert lines(section) == [
        [
            *("A", "4", "refill with hyaluronic acid; put on a new needle"),
            *("nurse", "1:12.5", "1 min 03 s"),
        ],
        ["B", "8", "change to the head 'single'", "nobody", "1:20.0", "–"],
    ]
    assert "2 rests of the skin, 3.5 s in all by the plan" in section.text()
    assert section.attributes["class"] == "loud"
    assert "A pause was not confirmed" in found.tagged("header")[0].text()


def test_a_pause_that_was_never_reached_is_told_in_its_place(paused: Plan) -> None:
    late = replace(
        drawn.record(paused, outcome="aborted"),
        pauses=(PauseRecord(1_000_000, 7, ("head",), "nurse", 2_000_000),),
    )
    first, second = lines(shown(late, paused).named("pauses"))
    assert first == ["A", "4", first[2], "not reached", "–", "–"]
    assert second[3:] == ["nurse", "0:02.0", "1.0 s"]
    assert "class" not in shown(late, paused).named("pauses").attributes


def test_a_pause_of_an_older_plan_is_told_by_its_kinds(paused: Plan) -> None:
    old = (PauseRecord(1_000_000, 2, ("refill", "needle"), "nurse", 2_000_000),)
    (first, *_) = lines(shown(replace(drawn.record(paused), pauses=old), paused).named("pauses"))
    assert first[:3] == ["–", "3", "refill, new needle"]


def test_rests_alone_are_one_quiet_line(paused: Plan) -> None:
    resting = replace(paused, pauses=PAUSES[2:4])
    section = shown(drawn.record(resting), resting).named("pauses")
    assert not section.tagged("table")
    assert "nobody is asked" in section.text()


def test_the_map_marks_each_pause_across_the_way_to_its_prick(paused: Plan) -> None:
    svg = treatment_map(paused)
    told = words(svg)
    legend = told[told.index("Pauses for a person") + 1 :]
    assert legend == ["A", "before 4", "refill, new needle", "B", "before 8", "head change"]
    assert told.count("A") == told.count("B") == 2
    ends = bars_of(svg)
    assert len(ends) == 16, "two bars for each pause"
    table = paused.pricks
    for stop, row in enumerate((3, 7)):
        some = ends[8 * stop : 8 * stop + 8]
        middle = sum(some[0::2]) / 4, sum(some[1::2]) / 4
        to = table.x_um[row] / 1000, table.y_um[row] / 1000
        before = table.x_um[row - 1] / 1000, table.y_um[row - 1] / 1000
        way = [b - a for a, b in zip(before, to, strict=True)]
        part = [b - a for a, b in zip(before, middle, strict=True)]
        long = way[0] ** 2 + way[1] ** 2
        assert abs(way[0] * part[1] - way[1] * part[0]) < 0.02 * long, "beside the way"
        assert 0.5 <= (way[0] * part[0] + way[1] * part[1]) / long < 1, "nearer to the prick after"
        sign = next(ET.fromstring(svg).iter(SVG + "circle"))
        off = sum((b - a) ** 2 for a, b in zip(middle, to, strict=True)) ** 0.5
        assert off > float(sign.attrib["r"]), "on the prick itself"
        bar = some[2] - some[0], some[3] - some[1]
        assert abs(way[0] * bar[0] + way[1] * bar[1]) < 0.02 * long, "not across the way"
    assert told[1].endswith(", 2 pauses")


def bars_of(svg: str) -> list[float]:
    """The ends of the bars on the map, x and y in turn."""
    (bars,) = (
        one.attrib["d"]
        for one in ET.fromstring(svg).iter(SVG + "path")
        if one.attrib.get("class") == "stop" and "v" not in one.attrib["d"]
    )
    return [float(one) for one in re.findall(r"-?[\d.]+", bars)]


def test_where_pricks_are_close_the_mark_is_half_way() -> None:
    square = [(0.0, 0.0), (120, 0), (120, 60), (0, 60)]
    dense = drawn.plan("dense", [drawn.zone("dense", square, pitch_mm=2.0)], 1_000_000)
    ends = bars_of(treatment_map(replace(dense, pauses=(Pause(3, "needle", 0, "n"),))))
    to, before = ((dense.pricks.x_um[k] / 1000, dense.pricks.y_um[k] / 1000) for k in (3, 2))
    assert sum(ends[0::2]) / 4 == pytest.approx((to[0] + before[0]) / 2, abs=0.01)
    assert sum(ends[1::2]) / 4 == pytest.approx((to[1] + before[1]) / 2, abs=0.01)


def test_a_letter_does_not_lie_on_its_mark() -> None:
    planned = drawn.patch()
    for k in range(1, len(planned.pricks)):
        svg = treatment_map(replace(planned, pauses=(Pause(k, "needle", 0, "n"),)))
        ends = bars_of(svg)
        letters = [one for one in ET.fromstring(svg).iter(SVG + "text") if one.text == "A"]
        size = float(letters[0].attrib["font-size"])
        x, y = float(letters[0].attrib["x"]), float(letters[0].attrib["y"]) - 0.4 * size
        across, down = abs(sum(ends[0::2]) / 4 - x), abs(sum(ends[1::2]) / 4 - y)
        assert across > 0.31 * size or down > 0.4 * size


def test_on_a_telephone_a_zone_s_name_is_not_cut_off() -> None:
    square = [(0.0, 0.0), (40, 0), (40, 60), (0, 60)]
    far = [
        drawn.zone("the left side of the neckline", square),
        drawn.zone("the right side of the neckline", [(x + 160, y) for x, y in square]),
    ]
    svg = ET.fromstring(treatment_map(drawn.plan("far", far, 100_000)))
    labels = [one for one in svg.iter(SVG + "text") if one.attrib.get("class") == "zone"]
    width = 856 * 200 / 800
    for one in labels:
        half = 0.3 * len(one.text or "") * 12 * width / 358
        assert -28 / 4 + half <= float(one.attrib["x"]) <= width - 28 / 4 - half
    assert [one.findtext(SVG + "tspan") for one in labels] == [
        f"\u00a0· {len(zone[2])}" for zone in far
    ]


def test_a_legend_of_many_pauses_stays_short() -> None:
    planned = drawn.patch()
    count = len(planned.pricks)
    many = replace(planned, pauses=tuple(Pause(k, "needle", 0, "n") for k in range(1, count)))
    told = words(treatment_map(many))
    assert sum(one.startswith("before ") for one in told) == 8
    assert told[-1] == f"and {count - 1 - 8} more"


def test_letters_never_end() -> None:
    assert [letter(k) for k in (0, 25, 26, 51, 52)] == ["A", "Z", "A2", "Z2", "A3"]


def test_the_legend_names_the_bar_of_a_shot_of_several_needles(paused: Plan) -> None:
    count = len(paused.pricks)
    pairs = column([k // 2 for k in range(count)])
    several = replace(paused, pricks=replace(paused.pricks, shot=pairs), pauses=())
    told = words(treatment_map(several))
    assert "one shot of several needles" in told
    assert told[1].startswith(f"{count} pricks in {(count + 1) // 2} shots, ")
    assert "one shot of several needles" not in words(treatment_map(paused))
    later = replace(several, pauses=(Pause(2, "head", 0, "change"),))
    assert "before 5" in words(treatment_map(later)), "shots are counted, pricks are named"
    assert [one.shot for one in stops_of(later)] == [2]


def replanned() -> tuple[Plan, Record]:
    """Prick 3 was lost and prick 4 stopped half way; those from 6 on got their volume."""
    first = drawn.patch()
    doses = first.pricks.dose_nl.tolist()
    half = doses[3] // 2
    after = [*doses[:2], 0, half, doses[4], *(one + 100 for one in doses[5:])]
    settled = Settled(first.digest(), (0, 1, 2, 3, 4), (*after[:5],))
    table = replace(first.pricks, dose_nl=column(after))
    second = replace(first, pricks=table, settled=settled)

    def fate(index: int, dose: int, depth: int) -> drawn.Fate:
        if index == 2:
            return "not_given", None, None, "refused three times"
        return "given", dose, depth, "stopped" if index == 3 else ""

    changes = tuple(
        (row, old, new)
        for row, (old, new) in enumerate(zip(doses, after, strict=True))
        if old != new
    )
    record = drawn.record(second, fate=fate)
    at_us = (record.pricks[4].at_us or 0) + 1
    return second, replace(
        record, replans=(Replan(at_us, second.digest(), first.digest(), changes),)
    )


def test_a_plan_that_came_later_tells_what_was_lost_and_how_doses_changed() -> None:
    plan, record = replanned()
    found = shown(record, plan)
    (line,) = lines(found.named("replans"))
    lost = [old - new for row, old, new in record.replans[0].changes if row in (2, 3)]
    ahead = len(plan.pricks) - 5
    short = sum(lost) - 100 * ahead
    assert line[1:] == [
        "pricks 3–4",
        f"{sum(lost) / 1000:.2f}",
        str(ahead),
        "0.10",
        f"{short / 1000:.2f}",
    ]
    assert "planned anew" in found.tagged("header")[0].text()


def test_what_was_lost_is_told_with_the_dose_it_was_to_have() -> None:
    plan, record = replanned()
    wanted = {row: old for row, old, _ in record.replans[0].changes}
    table = rows(plan, record)
    assert [table[k].dose_nl_wanted for k in (2, 3)] == [wanted[2], wanted[3]]
    assert [table[k].dose_nl_planned for k in (2, 3)] == [0, wanted[3] // 2]
    assert all(
        row.dose_nl_wanted == row.dose_nl_planned for row in table if row.number not in (3, 4)
    )
    found = lines(shown(record, plan).named("differences"))
    assert [(one[0], one[3]) for one in found] == [
        ("4", f"{wanted[3] / 1000:.2f}"),
        ("3", f"{wanted[2] / 1000:.2f}"),
    ]
    cells = list(csv.DictReader(io.StringIO(prick_csv(record, plan), newline="")))
    assert [int(cells[k]["dose_nl_asked"]) for k in (2, 3)] == [wanted[2], wanted[3]]


def test_a_dose_far_off_still_differs_when_the_plan_has_taken_note_of_it() -> None:
    plan, record = replanned()
    quiet = replace(record.pricks[3], why="")
    told = replace(record, pricks=(*record.pricks[:3], quiet, *record.pricks[4:]))
    assert rows(plan, told)[3].mark == "differs"
    kept = replace(told, replans=())
    assert rows(plan, kept)[3].mark == "given"


def test_the_sheet_tells_shot_head_needle_layer_and_product(paused: Plan) -> None:
    count = len(paused.pricks)
    heads = (
        Head("pair", ((0, 0), (1, 0)), 12_000, "test"),
        Head("single", ((0, 0),), 0, "test"),
    )
    ones = [int(k >= 4) for k in range(count)]
    table = replace(
        paused.pricks,
        shot=column([min(k // 2, 2) + max(k - 4, 0) for k in range(count)]),
        head=column(ones),
        needle=column([k % 2 if k < 4 else 0 for k in range(count)]),
        layer=column([0, 1, 2, 3, *[2] * (count - 4)]),
    )
    headed = replace(paused, pricks=table, prescription=replace(paused.prescription, heads=heads))
    found = list(csv.DictReader(io.StringIO(prick_csv(drawn.record(headed), headed), newline="")))
    assert [one["layer"] for one in found[:5]] == ["", "epidermis", "dermis", "subcutis", "dermis"]
    assert [one["head"] for one in found[3:5]] == ["pair", "single"]
    assert [one["needle"] for one in found[:5]] == ["0", "1", "0", "1", "0"]
    assert [one["shot"] for one in found[:6]] == ["0", "0", "1", "1", "2", "3"]
    assert {one["product"] for one in found} == {paused.prescription.product.name}
    plain = list(csv.DictReader(io.StringIO(prick_csv(drawn.record(paused), paused), newline="")))
    assert {(one["head"], one["needle"], one["layer"]) for one in plain} == {("single", "0", "")}
    zones = shown(drawn.record(headed), headed).named("zones")
    assert f"unknown 1, epidermis 1, dermis {count - 3}, subcutis 1" in zones.text()
    named = [one.text() for one in zones.tagged("thead")[0].tagged("th")]
    assert named.index("Layer") == named.index("Depth, mm") + 1
    flat = replace(table, layer=column([2] * count))
    alike = replace(headed, pricks=flat)
    (line, _) = lines(shown(drawn.record(alike), alike).named("zones"))
    assert line[named.index("Layer")] == "dermis"
    assert "Layer" not in shown(drawn.record(paused), paused).named("zones").text()
    assert "pair then single" in shown(drawn.record(headed), headed).named("patient").text()


def test_each_product_is_told_with_what_was_given_of_it() -> None:
    face = drawn.face()
    given = face.prescription
    second = Product("vitamin C", given.product.volume_nl, "C7", "2027-01-31", None, ())
    zones = tuple(replace(one, product=int(k == 3)) for k, one in enumerate(given.zones))
    plan = replace(face, prescription=replace(given, zones=zones, further_products=(second,)))
    record = drawn.record(plan, fate=lambda _, dose, depth: ("given", dose, depth, ""))
    found = shown(record, plan)
    chin = int(face.pricks.dose_nl[face.pricks.zone == 3].sum())
    rest = int(face.pricks.dose_nl.sum()) - chin
    facts = [one.text() for one in found.named("product").tagged("dd")]
    assert f"{rest / 1e6:.3f} mL" in facts
    assert f"{chin / 1e6:.3f} mL" in facts
    assert "vitamin C, lot C7" in found.tagged("header")[0].text()
