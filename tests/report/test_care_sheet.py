"""The sheet for the patient: one page of A4 with every rule on it, and the same as text."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from pypdf import PdfReader

from mesogun.errors import RecordError
from mesogun.report.care_sheet import CALL, NOTICE, CareSheet, Rule, Told, care_pdf, care_text

HEAT = Rule(
    "No sauna",
    "left cheek",
    (
        Told(
            "until Tue 24 Nov 2026, 10:30 (72 h)", "founding text: text 004: 72 h", "text 004", True
        ),
        Told("a few days", "founding text: text 000: a few days", "text 000"),
    ),
)
EAT = Rule("Eat & drink <well>", "", (Told("before", "weak: a page", "a page, weak"),))
SHEET = CareSheet(
    (("Patient", "p-1"), ("Session", "Sat 21 Nov 2026, 10:30")), (EAT,), (HEAT,), ("By the clock.",)
)


def read(data: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(data))
    words = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    return reader, words.replace("\u00a0", " ")


def longest() -> CareSheet:
    told = Told(
        "until Sun 30 Nov 2026, 23:59 (1000 h), " + "x" * 20, "s", "text 000, unverified", True
    )
    rules = tuple(
        Rule(f"Rule {at}: " + "do not do this or that " * 4, "a zone " * 20, (told,) * 3)
        for at in range(12)
    )
    facts = (("Patient", "p" * 200), ("Treated", "zone, " * 30), ("Products", "W" * 600))
    return CareSheet(facts, rules, rules, ("remark " * 60,))


def test_the_page_is_one_of_a4_and_says_what_the_text_says() -> None:
    reader, words = read(care_pdf(SHEET))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    for said in (
        "Before and after your session", "p-1", "Eat & drink <well>", "a page, weak", "No sauna",
        "(left cheek)", "until Tue 24 Nov 2026, 10:30 (72 h) text 004", "a few days text 000",
        "By the clock.", NOTICE, CALL.split(":")[0],
    ):  # fmt: skip
        assert said in words, said


def test_the_longest_sheet_is_one_page_as_well_with_every_rule_on_it() -> None:
    reader, words = read(care_pdf(longest()))
    assert len(reader.pages) == 1
    assert all(words.count(f"Rule {at}:") == 2 for at in range(12))
    assert words.count("until Sun 30 Nov 2026, 23:59") == 72
    assert NOTICE in words


def test_no_line_of_a_column_is_printed_over_another() -> None:
    reader, _ = read(care_pdf(longest()))
    places: dict[int, set[float]] = {}

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            places.setdefault(round(cm[4] + tm[4]), set()).add(round(cm[5] + tm[5], 1))

    reader.pages[0].extract_text(visitor_text=visit)
    assert len(places) >= 4, "boxes apart: heads, facts, rules, times"
    for found in places.values():
        heights = sorted(found)
        assert all(other - one > 4 for one, other in pairwise(heights))
        assert heights[0] > 30
        assert heights[-1] < 812


def test_what_fits_on_no_page_is_refused() -> None:
    rules = longest().after * 9
    with pytest.raises(RecordError, match="does not fit on a page"):
        care_pdf(replace(longest(), after=rules))


def test_the_same_sheet_is_the_same_bytes() -> None:
    assert care_pdf(SHEET) == care_pdf(SHEET)


def test_the_text_has_each_rule_with_its_sources_in_full() -> None:
    lines = care_text(SHEET).splitlines()
    assert lines[2] == "Patient  p-1"
    at = lines.index("  [ ] No sauna (left cheek)")
    assert lines[at + 1 : at + 3] == [
        "        until Tue 24 Nov 2026, 10:30 (72 h) [founding text: text 004: 72 h]",
        "        a few days [founding text: text 000: a few days]",
    ]
    assert lines.index("Before") < lines.index("After") < at
    assert lines[-1] == NOTICE
