"""Every statement of the founding texts has a place in the product that exists, or a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "founding-texts.md").read_text()
ROWS = {
    cells[0]: cells
    for line in TABLE.splitlines()
    if (cells := [one.strip() for one in line.strip("|").split("|")])
    and re.fullmatch(r"[AF]\d+(\.\d+)?", cells[0])
}
PLACE = re.compile(r'`([\w./-]+)` "([^"]+)"')
REASONS = re.compile(r"\b(nowhere|not (as|enforced)|the plan computes|the plan's own)\b")
CHAPTERS = {
    "A1": 15,
    "A2": 14,
    "A3": 1,
    "A4": 6,
    "A5": 15,
    "A6": 4,
    "A7": 10,
    "A8": 8,
    "A9": 6,
    "F": 13,
}


def test_no_statement_is_left_out() -> None:
    for chapter, count in CHAPTERS.items():
        own = [one for one in ROWS if re.match(rf"{chapter}(\.|\d*$)", one)]
        assert len(own) == count, chapter
    assert len(ROWS) == sum(CHAPTERS.values())


@pytest.mark.parametrize("name", ROWS)
def test_the_place_of_a_statement_exists_or_the_reason_stands_there(name: str) -> None:
    where = ROWS[name][-1]
    places = PLACE.findall(where)
    assert places or REASONS.search(where), where
    for path, words in places:
        assert words in (ROOT / path).read_text(), f"{path}: {words!r} is not there"
