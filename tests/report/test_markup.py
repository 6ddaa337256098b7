"""Building HTML and SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.report.markup import Markup, clean, element, empty, escape, number

WORDS = st.one_of(st.text(), st.text(st.sampled_from("<>&'\"]!-/ \n\x00a")))


@given(WORDS, WORDS)
def test_any_text_is_only_text(words: str, value: str) -> None:
    found = ET.fromstring(element("p", {"title": value}, words))
    as_xml_reads = {"\r\n": "\n", "\r": "\n"}
    shown = clean(words)
    for ending, read in as_xml_reads.items():
        shown = shown.replace(ending, read)
    assert len(found) == 0
    assert "".join(found.itertext()) == shown
    assert list(found.attrib) == ["title"]


@given(st.text())
def test_what_is_markup_is_not_escaped_twice(text: str) -> None:
    assert escape(escape(text)) == escape(text)


def test_marks_that_turn_the_reading_direction_do_not_come_through() -> None:
    assert "\u202e" not in escape("12 \u202e mL")


def test_none_leaves_an_attribute_out() -> None:
    assert empty("path", {"d": "M0 0", "class": None}) == Markup('<path d="M0 0"/>')


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-0.0001, "0"), (12.3456, "12.346"), (1e-9, "0"), (100.0, "100")],
)
def test_a_coordinate_is_short(value: float, text: str) -> None:
    assert number(value) == text
