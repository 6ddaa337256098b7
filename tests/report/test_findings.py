"""Report and map tell what was found before the session, and who took it on."""

from __future__ import annotations

from dataclasses import replace

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Autologous, Finding
from mesogun.report import page, treatment_map
from tests.report import drawn_by_hand as drawn
from tests.report.reading import read

NOW = "2026-11-21T12:00:00Z"
TAKEN = Finding("screening.diabetes", "Is there diabetes? Yes", "text 001, text 004", "dr-17", "ok")
TOLD = Finding("component.organic_silicon.caution", "lowers vitamin B1", "text 001")


def found(*findings: Finding) -> Plan:
    planned = drawn.patch(overrides=(("diabetes", "ok", "dr-17"),))
    return replace(planned, prescription=replace(planned.prescription, findings=findings))


def test_what_was_overridden_stands_once_with_its_sources() -> None:
    planned = found(TAKEN, TOLD)
    shown = read(page(drawn.record(planned), planned, generated_at=NOW))
    lines = [one.text() for one in shown.named("patient").tagged("tr")]
    assert lines[1:] == ["diabetes dr-17 ok Is there diabetes? Yes [text 001, text 004]"]
    assert [one.text() for one in shown.named("patient").tagged("li")] == [
        "lowers vitamin B1 [text 001]"
    ]
    assert "Contraindication overridden by dr-17: diabetes" in shown.tagged("header")[0].text()


def test_a_rule_of_a_component_that_was_overridden_is_told_as_well() -> None:
    of_component = replace(TAKEN, rule="component.organic_silicon.diabetes")
    planned = found(TAKEN, of_component)
    shown = read(page(drawn.record(planned), planned, generated_at=NOW))
    assert "organic silicon: diabetes" in shown.tagged("header")[0].text()


def test_a_plan_from_before_findings_tells_its_overrides() -> None:
    planned = found()
    shown = read(page(drawn.record(planned), planned, generated_at=NOW))
    assert "diabetes dr-17 ok" in shown.named("patient").text()


def test_the_map_bears_what_was_overridden_wherever_it_goes() -> None:
    line = "Contraindications overridden: diabetes (by dr-17)"
    assert line in treatment_map(found(TAKEN))
    assert line in treatment_map(found(TAKEN), drawn.record(found(TAKEN)))
    assert "overridden" not in treatment_map(drawn.patch())


def test_the_patients_own_blood_stands_with_the_product() -> None:
    planned = drawn.patch()
    blood = Autologous("p-0042", 10_000_000, 3_500_000, "2026-11-21T09:30")
    own = replace(planned.prescription.product, autologous=blood, opened="2026-11-21")
    planned = replace(planned, prescription=replace(planned.prescription, product=own))
    text = read(page(drawn.record(planned), planned, generated_at=NOW)).named("product").text()
    for one in ("Donor (the patient) p-0042", "2026-11-21 at 09:30", "Opened 2026-11-21"):
        assert one in text


def test_needles_are_counted() -> None:
    planned = drawn.patch()
    shown = read(page(drawn.record(planned), planned, generated_at=NOW))
    assert "Needles by the plan 1" in shown.named("patient").text()
