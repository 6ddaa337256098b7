"""Which rules of care hold for a prescription, and from when or until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.intake import read_prescription
from mesogun.intake.care import Care, care_of
from mesogun.intake.catalogue import catalogue
from mesogun.intake.figures import Figure, Statement
from mesogun.intake.knowledge_form import CareRule
from mesogun.intake.mixtures import Knowledge
from mesogun.planning import Prescription

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def face() -> Prescription:
    return FACE


at = datetime.fromisoformat
FACE = read_prescription(EXAMPLES / "face.toml")


def wait(value: int, unit: str, source: str = "text 004: so long") -> Figure:
    return Figure(value=value, unit=unit, source=source, strength="founding text")


def rule(when: str, *waits: Figure, **more: object) -> CareRule:
    made: dict[str, object] = {"when": when, "text": "No heat", "durations": waits, "says": ()}
    return CareRule(**(made | {"areas": (), "components": ()} | more))


def no_kinds(_: str) -> Mapping[str, object]:
    return {}


def edges(given: Prescription, *rules: CareRule) -> list[date | datetime | None]:
    found = care_of(given, {str(at): one for at, one in enumerate(rules)}, no_kinds)
    return [span.edge for one in found for span in one.spans]


def test_hours_count_from_the_session_s_time(face: Prescription) -> None:
    timed = replace(face, session_at="2026-11-21T10:30")
    assert edges(timed, rule("after", wait(72, "h")), rule("before", wait(12, "h"))) == [
        at("2026-11-24T10:30"),
        at("2026-11-20T22:30"),
    ]


def test_days_are_whole_days_whether_the_time_is_known_or_not(face: Prescription) -> None:
    for one in (face, replace(face, session_at="2026-11-21T10:30")):
        assert edges(one, rule("after", wait(10, "d")), rule("before", wait(14, "d"))) == [
            date(2026, 12, 1),
            date(2026, 11, 7),
        ]


def test_without_a_time_whole_days_of_hours_have_a_day_and_others_have_none(
    face: Prescription,
) -> None:
    (care,) = care_of(face, {"x": rule("after", wait(48, "h"), wait(12, "h"))}, no_kinds)
    assert [(one.edge, one.same_hour, one.says) for one in care.spans] == [
        (date(2026, 11, 23), True, "48 h"),
        (None, False, "12 h"),
    ]


def test_leap_days_and_the_calendar_s_end_are_kept_to(face: Prescription) -> None:
    leap = replace(face, session_date="2028-02-27", session_at="2028-02-27T23:30")
    assert edges(leap, rule("after", wait(48, "h"), wait(3, "d"))) == [
        at("2028-02-29T23:30"),
        date(2028, 3, 1),
    ]
    last = replace(face, session_date="9999-12-31")
    assert edges(last, rule("after", wait(48, "h"))) == [None]


@given(
    st.datetimes(at("1970-01-01"), at("2200-01-01")),
    st.integers(1, 500),
    st.sampled_from(["before", "after"]),
)
def test_a_rule_of_hours_is_as_long_as_it_says(begins: datetime, hours: int, when: str) -> None:
    begins = begins.replace(second=0, microsecond=0)
    timed = replace(
        FACE,
        session_date=begins.date().isoformat(),
        session_at=begins.isoformat(timespec="minutes"),
    )
    (edge,) = edges(timed, rule(when, wait(hours, "h")))
    assert isinstance(edge, datetime)
    assert abs(edge - begins) == timedelta(hours=hours)
    assert (edge > begins) == (when == "after")


def test_where_sources_differ_each_has_its_own_time_and_none_is_averaged(
    face: Prescription,
) -> None:
    word = Statement(says="a few days", source="text 000: a few days", strength="founding text")
    rules = {"x": rule("after", wait(12, "h", "text 000"), wait(24, "h", "text 001"), says=(word,))}
    (care,) = care_of(replace(face, session_at="2026-11-21T10:30"), rules, no_kinds)
    assert [(one.says, one.source) for one in care.spans] == [
        ("12 h", "text 000"),
        ("24 h", "text 001"),
        ("a few days", "text 000: a few days"),
    ]


def test_a_rule_of_an_area_stands_where_that_area_is_treated(face: Prescription) -> None:
    cheeks = rule("after", wait(1, "d"), areas=("cheek", "scalp"))
    (care,) = care_of(face, {"x": cheeks}, no_kinds)
    assert care.zones == ("left cheek", "right cheek")
    everywhere = rule("after", wait(1, "d"), areas=("cheek", "forehead", "submandibular"))
    (care,) = care_of(face, {"x": everywhere}, no_kinds)
    assert care.zones == (), "all zones: no need to name them"
    assert care_of(face, {"x": rule("after", wait(1, "d"), areas=("scalp",))}, no_kinds) == ()


def test_a_rule_of_a_component_or_class_stands_where_the_product_has_it(
    face: Prescription,
) -> None:
    rules = {"x": rule("after", wait(1, "d"), components=("anaesthetic",))}
    assert care_of(face, rules, no_kinds) == ()
    assert care_of(face, rules, lambda name: {"anaesthetic": None} if "acid" in name else {})


def test_every_rule_of_the_catalogue_holds_for_some_example_and_tells_its_source() -> None:
    presets = catalogue()
    kinds = Knowledge(presets.components, presets.component_classes).kinds_of
    found: dict[str, Care] = {}
    for name in ("face.toml", "scalp.toml", "cellulite.toml"):
        for one in care_of(read_prescription(EXAMPLES / name), presets.care, kinds):
            found[one.id] = one
    assert set(found) == set(presets.care)
    assert all(span.source for one in found.values() for span in one.spans)
    scalp = {
        one.id for one in care_of(read_prescription(EXAMPLES / "scalp.toml"), presets.care, kinds)
    }
    assert "no_cosmetics" not in scalp
    assert "no_heat" in scalp
