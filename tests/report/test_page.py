"""The report as a reader, a screen reader and a browser without network meet it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import RecordError
from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Limit
from mesogun.record.record import Alarm, Record
from mesogun.report import page
from mesogun.report.rows import rows
from tests.report import drawn_by_hand as drawn
from tests.report.reading import Node, read

NOW = "2026-11-21T09:03:20Z"
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


@pytest.fixture(scope="module")
def shown(face: Plan, mixed: Record) -> Node:
    return read(page(mixed, face, generated_at=NOW))


@pytest.fixture(scope="module")
def calm(face: Plan, complete: Record) -> Node:
    return read(page(complete, face, generated_at=NOW))


def test_the_first_heading_answers_the_first_question(calm: Node, complete: Record) -> None:
    (heading,) = calm.tagged("h1")
    volume = f"{complete.dose_nl_given / 1e6:.3f} mL of 1.500 mL"
    expected = f"{complete.count('given')} of 88 pricks given, {volume}, none in doubt, 3 min 12 s"
    assert heading.text() == expected


def test_what_needs_a_person_is_told_before_the_map(shown: Node) -> None:
    (header,) = shown.tagged("header")
    assert "do not repeat: prick 41" in header.text()
    assert "Not given: pricks 86–88" in header.text()
    names = {one.attributes.get("id") for one in shown.walk()}
    links = [one.attributes["href"] or "" for one in header.tagged("a")]
    assert links
    assert all(link[1:] in names for link in links)


def test_a_calm_session_is_quiet(calm: Node) -> None:
    text = calm.text()
    for line in ("Nothing needs attention.", "No prick differs", "No alarm.", "No warning."):
        assert line in text
    kinds = [kind for one in calm.walk() for kind in (one.attributes.get("class") or "").split()]
    assert not {"loud", "missing", "short", "alarm", "attention"} & set(kinds)


def test_sections_are_in_the_order_of_reading(shown: Node) -> None:
    order = [one.attributes["id"] for one in shown.tagged("section")]
    expected = "map differences alarms zones area limits warnings product patient provenance"
    assert order == [*expected.split(), "pricks"]


@pytest.mark.parametrize("outcome", ["complete", "aborted", "fault", "interrupted"])
def test_each_ending_looks_different_at_once(face: Plan, complete: Record, outcome: str) -> None:
    record = replace(complete, outcome=outcome, why="the lease ran out")
    (header,) = read(page(record, face, generated_at=NOW)).tagged("header")
    kind = {"complete": "calm"}.get(outcome, outcome)
    assert header.attributes["class"] == kind
    assert ("the lease ran out" in header.text()) == (outcome != "complete")


def test_endings_differ_by_shape_and_word_and_not_by_colour_alone(
    face: Plan, complete: Record
) -> None:
    signs, words = set(), set()
    for outcome in ("complete", "aborted", "fault", "interrupted"):
        record = replace(complete, outcome=outcome)
        (header,) = read(page(record, face, generated_at=NOW)).tagged("header")
        (sign,) = header.tagged("svg")
        signs.add(str([one.attributes for one in sign.walk()[1:]]))
        words.add(header.tagged("p")[1].text())
    assert len(signs) == len(words) == 4


def test_every_prick_is_on_the_map_and_in_the_table_once(
    shown: Node, face: Plan, mixed: Record
) -> None:
    expected = [str(row.number) for row in rows(face, mixed)]
    signs = [one.attributes.get("data-prick") for one in shown.named("map").walk()]
    assert sorted(filter(None, signs), key=int) == expected
    lines = shown.named("pricks").tagged("tr")[1:]
    assert [line.attributes["id"] for line in lines] == [f"prick-{one}" for one in expected]
    assert [line.tagged("th")[0].text() for line in lines] == expected


def test_the_table_holds_what_the_record_holds(shown: Node, mixed: Record) -> None:
    for line, one in zip(shown.named("pricks").tagged("tr")[1:], mixed.pricks, strict=True):
        cells = [cell.text() for cell in line.tagged("td")]
        assert cells[1].startswith(one.state.replace("_", " "))
        assert cells[2] == f"{(one.dose_nl_planned + 5) // 10 / 100:.2f}"
        given = one.dose_nl_given
        assert cells[3] == ("–" if given is None else f"{(given + 5) // 10 / 100:.2f}")


@pytest.mark.parametrize("simulated", [True, False])
def test_simulated_is_unmistakable_and_metal_has_no_bar(face: Plan, simulated: bool) -> None:
    text = page(drawn.record(face, simulated=simulated), face, generated_at=NOW)
    found = read(text)
    (title,) = found.tagged("head")[0].tagged("title")
    bars = [one for one in found.walk() if one.attributes.get("class") == "simulated-bar"]
    maps = [one for one in found.tagged("svg") if one.attributes.get("class") == "map"]
    if not simulated:
        assert "simulated" not in text.casefold()
        return
    assert title.text().startswith("SIMULATED")
    assert bars[0].text().startswith("SIMULATED")
    assert found.tagged("body")[0].children[0] is bars[0]
    assert len(maps) == 2
    assert all("SIMULATED" in [*one.tagged("text")][-1].text() for one in maps)
    assert "@page simulated" in text


def test_the_page_needs_nothing_from_elsewhere(shown: Node) -> None:
    for one in shown.walk():
        assert one.tag not in {"link", "iframe", "object", "embed", "base", "form", "img"}
        for name, value in one.attributes.items():
            assert not name.startswith("on")
            if name in {"src", "href", "xlink:href", "action", "srcset", "data"}:
                assert (value or "").startswith(("#", "data:image/png;base64,"))
    for one in shown.tagged("style", "script"):
        text = one.text()
        for word in ("http", "@import", "//", "fetch", "XMLHttp", "import(", "url("):
            assert word not in text


def test_ids_are_unique_and_every_reference_is_met(shown: Node) -> None:
    names = [one.attributes["id"] for one in shown.walk() if "id" in one.attributes]
    assert len(names) == len(set(names))
    for one in shown.walk():
        for key in ("aria-labelledby", "aria-describedby"):
            assert set((one.attributes.get(key) or "").split()) <= set(names)
        for value in one.attributes.values():
            if value and value.startswith(("#", "url(#")) and one.tag != "stop":
                assert value.removeprefix("url(").strip("#)") in names or value[1:].isalnum()


def test_headings_are_in_order_and_the_language_is_named(shown: Node) -> None:
    levels = [int(one.tag[1]) for one in shown.walk() if one.tag in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert shown.tagged("html")[0].attributes["lang"] == "en"


def test_pictures_have_words_and_tables_have_captions_and_heads(shown: Node) -> None:
    for one in shown.tagged("svg"):
        words = {"aria-label", "aria-labelledby", "aria-hidden"} & one.attributes.keys()
        assert words, one.attributes
    for one in shown.tagged("table"):
        assert one.tagged("caption")[0].text()
        assert all(head.attributes.get("scope") for head in one.tagged("th"))


def test_a_pistol_that_was_never_calibrated_is_said_so_loudly(face: Plan) -> None:
    found = read(page(drawn.record(face, calibration_id=0), face, generated_at=NOW))
    assert "never calibrated" in found.tagged("header")[0].text()
    assert "never calibrated" in found.named("provenance").tagged("strong")[0].text()


def test_a_record_that_was_never_closed_is_said_so(face: Plan) -> None:
    found = read(page(drawn.record(face, ended=None), face, generated_at=NOW))
    assert "never closed" in found.tagged("header")[0].text()


def test_alarms_warnings_and_overrides_are_all_there() -> None:
    warnings = ("the last session was 11 days ago", "a figure is unverified")
    planned = drawn.patch(overrides=(("diabetes", "HbA1c 6.1 %", "dr-17"),), warnings=warnings)
    alarms = (Alarm(88_000_000, "partial", "stopped"), Alarm(90_000_000, "link", "silent"))
    found = read(page(drawn.record(planned, alarms=alarms), planned, generated_at=NOW))
    assert [line.text() for line in found.named("alarms").tagged("tr")[1:]] == [
        "1:28.0 partial stopped",
        "1:30.0 link silent",
    ]
    assert [one.text() for one in found.named("warnings").tagged("li")] == list(warnings)
    assert "dr-17" in found.tagged("header")[0].text()
    assert "HbA1c 6.1 %" in found.named("patient").text()


def test_every_limit_is_shown_with_who_set_it_and_its_source(shown: Node, face: Plan) -> None:
    text = shown.named("limits").text()
    for one in face.limits:
        assert one.origin in text
        assert one.source in text
    assert "10 of 21 rest on unverified or weak figures" in text


def test_too_much_in_one_square_centimetre_is_loud(face: Plan, complete: Record) -> None:
    bound = Limit("area_dose_nl_per_cm2_max", 20_000, "nL/cm2", None, "session", "invented")
    planned = replace(face, limits=(bound,))
    record = replace(complete, plan_digest=planned.digest())
    found = read(page(record, planned, generated_at=NOW))
    assert "the limit is 20.0 µL/cm²" in found.tagged("header")[0].text()


def test_provenance_names_what_the_page_was_made_from(shown: Node, mixed: Record) -> None:
    text = shown.named("provenance").text()
    met = mixed.session
    for one in (
        mixed.plan_digest,
        mixed.prescription_sha256,
        mixed.chain_head,
        met.pistol_uid,
        NOW,
    ):
        assert one in text
    for one in (met.firmware, str(met.calibration_id), "mesogun 0.1.0", "in 2 parts", NOW):
        assert one in text


def test_amounts_of_substance_follow_from_what_was_given(calm: Node, complete: Record) -> None:
    expected = f"{complete.dose_nl_given * 10_000 / 1e9:.3f}"
    assert calm.named("product").tagged("td")[-1].text() == expected


def test_it_says_that_it_is_no_medical_device(calm: Node) -> None:
    assert "not a certified medical device" in calm.tagged("footer")[0].text()


def test_a_thousand_pricks_stay_under_a_megabyte() -> None:
    planned = drawn.thighs(pitch_mm=7.9)
    assert len(planned.pricks) >= 1_000
    record = drawn.record(planned, fate=drawn.every_state)
    text = page(record, planned, generated_at=NOW)
    assert len(text.encode()) < 1_000_000


def test_the_same_record_gives_the_same_bytes(face: Plan, mixed: Record) -> None:
    assert page(mixed, face, generated_at=NOW) == page(mixed, face, generated_at=NOW)


def test_a_page_of_another_plan_is_refused(thighs: Plan, mixed: Record) -> None:
    with pytest.raises(RecordError, match="report it with the plan"):
        page(mixed, thighs, generated_at=NOW)


EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]></style><b>",
    "&lt;b&gt;",
)
TEXTS = st.one_of(st.sampled_from(EVIL), st.text(max_size=12))


@settings(max_examples=40, deadline=None)
@given(name=TEXTS, why=TEXTS, product=TEXTS, patient=TEXTS, alarm=TEXTS, warning=TEXTS)
def test_no_text_of_a_person_or_a_device_does_anything_on_the_page(
    name: str, why: str, product: str, patient: str, alarm: str, warning: str
) -> None:
    def made(*texts: str) -> Node:
        planned = drawn.patch(texts[0], product=texts[2], patient=texts[3], warnings=(texts[5],))
        record = drawn.record(
            planned,
            outcome="aborted",
            why=texts[1],
            alarms=(Alarm(1, texts[4], texts[4]),),
            fate=lambda *_: ("not_given", None, None, texts[1]),
        )
        return read(page(record, planned, generated_at=texts[4]))

    tame = made("a", "b", "c", "d", "e", "f")
    wild = made(name, why, product, patient, alarm, warning)
    assert [one.tag for one in wild.walk()] == [one.tag for one in tame.walk()]
    assert [one.attributes.keys() for one in wild.walk()] == [
        one.attributes.keys() for one in tame.walk()
    ]


def test_zones_too_small_on_the_map_are_drawn_once_more_by_themselves() -> None:
    square = [(0.0, 0.0), (40, 0), (40, 40), (0, 40)]
    far = [
        drawn.zone("here", square, pitch_mm=6.0),
        drawn.zone("there", [(x + 900, y) for x, y in square], pitch_mm=6.0),
    ]
    planned = drawn.plan("far", far, 100_000)
    found = read(page(drawn.record(planned), planned, generated_at=NOW)).named("map")
    whole, *large = found.tagged("figure")
    assert len(large) == 2
    for one, zone in zip(large, planned.zones, strict=True):
        assert one.text().count(zone.name) == 1 + zone.prick_count + 1  # label, tips, description
        assert "SIMULATED" in one.text()
    ids = [one.attributes["id"] for one in found.walk() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert len(whole.tagged("figcaption")) == 1
