"""The page tells what went into a vessel, apart from every dose."""

from __future__ import annotations

from dataclasses import replace

from mesogun.record.record import Serving
from mesogun.report import page
from tests.report import drawn_by_hand as drawn
from tests.report.reading import read

NOW = "2026-11-21T09:05:00Z"
SERVED = (
    Serving(2, "prime", "fired", 50_000),
    Serving(4, "weighed", "fired", 10_000),
    Serving(6, "weighed", "indeterminate", 0),
)


def test_primes_and_what_was_weighed_stand_apart_with_what_is_in_doubt() -> None:
    plan = drawn.patch()
    record = drawn.record(plan)
    found = read(page(replace(record, served=SERVED), plan, generated_at=NOW)).named("served")
    lines = [[cell.text() for cell in one.children] for one in found.tagged("tr")[1:]]
    assert lines == [
        ["primed: the needle was filled", "1", "50.00", "0"],
        ["given to be weighed", "2", "10.00", "1"],
    ]
    assert "Given into a vessel" not in page(record, plan, generated_at=NOW)
