"""What a good file becomes: whole numbers, every limit with its origin, warnings to read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.intake import prescription_bytes, read_prescription
from mesogun.planning.prescription import Component, Limit, Prescription

Read = Callable[[], Prescription]
EXAMPLES = Path(__file__).parents[2] / "examples"


def limits_of(prescription: Prescription, name: str, zone: int | None) -> dict[str, int]:
    return {
        one.origin: one.value
        for one in prescription.limits
        if one.name == name and one.zone == zone
    }


def test_millilitres_millimetres_and_the_rest_become_whole_units(read: Read, tree: Any) -> None:
    tree["product"]["viscosity_mpa_s"] = 0.5
    made = read()
    assert made.name == "rx"
    assert made.weight_g == 61_000
    assert made.product.volume_nl == 2_000_000
    assert made.product.viscosity_upa_s == 500
    assert made.product.components == (Component("hyaluronic acid", 10_000),)
    assert made.zones[0].outline_um[2] == (56_000, 30_000)
    assert made.session_date == "2026-11-21"
    assert made.previous_dates == ("2026-11-10",)
    assert made.screening[0] == ("pregnancy", False)
    assert len(made.screening) == 17


def test_what_is_not_asked_comes_from_the_catalogue(read: Read) -> None:
    (zone,) = read().zones
    assert zone.depth_um == 600
    assert zone.dose_nl_usual == 10_000
    assert not zone.dose_asked
    assert zone.spacing_um is None
    assert zone.margin_um == 2_000
    assert zone.share_ppm is None
    assert zone.interval_ms == 500
    assert zone.trigger == "press"


def test_what_is_asked_is_kept(read: Read, zone: Any) -> None:
    zone.update(depth_mm=0.65, dose_ul=12, spacing_mm=8.5, margin_mm=3.25, share=1)
    (made,) = read().zones
    assert (made.depth_um, made.dose_nl_usual, made.spacing_um, made.margin_um) == (
        650,
        12_000,
        8_500,
        3_250,
    )
    assert made.dose_asked
    assert made.share_ppm == 1_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"depth_mm": 0.72},
        {"depth_mm": 0.001},
        {"dose_ul": 50},
        {"dose_ul": 1},
        {"spacing_mm": 5},
        {"spacing_mm": 20},
        {"margin_mm": 2},
    ],
)
def test_a_bound_itself_is_allowed(read: Read, zone: Any, change: Any) -> None:
    zone.update(change)
    assert read().zones


@pytest.mark.parametrize(
    ("syringe", "volume"), [("3ml", 3), ("20ml", 20), ("3ml", 3.001), ("1ml", 20)]
)
def test_a_volume_may_take_several_fillings(
    read: Read, tree: Any, syringe: str, volume: float
) -> None:
    tree["device"]["syringe"] = syringe
    tree["product"]["volume_ml"] = volume
    assert read().product.volume_nl == round(volume * 1_000_000)


def test_five_days_between_sessions_are_allowed(read: Read, tree: Any) -> None:
    tree["session"]["previous"] = ["2026-11-16"]
    assert any("only 5 d since the last session" in one for one in read().warnings)


def test_a_usual_interval_and_course_are_no_warning(read: Read, tree: Any) -> None:
    tree["session"].update(previous=["2026-11-01", "2026-11-07", "2026-11-14"], number=4)
    tree["product"]["volume_ml"] = 2
    assert [one for one in read().warnings if "session" in one] == []


def test_a_product_may_be_given_on_the_day_it_expires(read: Read, tree: Any) -> None:
    tree["product"]["expiry"] = "2026-11-21"
    assert read().product.expiry == "2026-11-21"


def test_a_rate_of_a_thin_fluid_gives_a_usual_dose_in_50_to_100_ms(read: Read) -> None:
    (zone,) = read().zones
    assert 50 <= zone.dose_nl_usual * 1000 / zone.rate_nl_per_s <= 100


def test_every_limit_has_a_zone_an_origin_and_a_source(read: Read) -> None:
    made = read()
    assert limits_of(made, "depth_um_max", 0) == {
        "technique papule": 2_000,
        "areas of the face, neck, neckline and hands": 2_000,
        "area cheek (female)": 720,
    }
    assert limits_of(made, "needle_depth_um_max", None) == {"needle 30g-4mm": 4_000}
    assert limits_of(made, "syringe_volume_nl_max", None) == {"syringe 3ml": 3_000_000}
    assert limits_of(made, "dose_quantum_nl_min", None) == {"syringe 3ml": 1_000}
    assert limits_of(made, "dose_nl_max", 0) == {"technique papule": 50_000}
    assert limits_of(made, "area_dose_nl_per_cm2_max", None) == {"session": 200_000}
    cap = next(one for one in made.limits if one.origin == "area cheek (female)")
    assert cap.unit == "um"
    assert cap.source.startswith("derived: ")
    assert "PMC9205051" in cap.source
    assert all(one.origin and ": " in one.source for one in made.limits)


def test_what_the_prescriber_asks_for_is_a_limit_too(read: Read, zone: Any) -> None:
    zone.update(depth_mm=0.5, spacing_mm=8, margin_mm=4)
    asked = [one for one in read().limits if one.origin == "prescription"]
    assert asked == [
        Limit("margin_um_min", 4_000, "um", 0, "prescription", "prescription"),
        Limit("spacing_um_min", 8_000, "um", 0, "prescription", "prescription"),
        Limit("depth_um_max", 500, "um", 0, "prescription", "prescription"),
    ]


def test_the_default_depth_never_exceeds_the_cap(read: Read, zone: Any, tree: Any) -> None:
    tree["patient"]["sex"] = "male"
    zone.update(area="periorbital", opt_in=["periorbital"])
    made = read()
    assert made.zones[0].depth_um == 400
    assert limits_of(made, "depth_um_max", 0)["area periorbital (male)"] == 710
    assert any("retina" in one for one in made.warnings)


def test_sex_decides_which_skin_is_assumed(read: Read, tree: Any) -> None:
    tree["patient"]["sex"] = "male"
    assert limits_of(read(), "depth_um_max", 0)["area cheek (male)"] == 1_120


def test_point_by_point_goes_below_the_skin_of_the_body_to_4_mm(
    read: Read, zone: Any, tree: Any
) -> None:
    tree["session"]["regimen"] = "body"
    zone.update(area="thigh", technique="point_by_point")
    made = read()
    assert made.zones[0].depth_um == 4_000
    assert limits_of(made, "depth_um_max", 0) == {
        "technique point_by_point": 4_000,
        "area thigh, below the skin": 4_000,
    }


def test_a_technique_of_the_skin_stays_in_the_skin_of_the_body(read: Read, zone: Any) -> None:
    zone.update(area="thigh")
    made = read()
    assert made.zones[0].depth_um == 1_500
    assert min(limits_of(made, "depth_um_max", 0).values()) == 2_000


def test_a_thick_fluid_is_slowed_down_by_viscosity_and_needle(read: Read, tree: Any) -> None:
    tree["product"]["viscosity_mpa_s"] = 100
    assert read().zones[0].rate_nl_per_s == 20_000
    tree["product"]["viscosity_mpa_s"] = 200
    assert read().zones[0].rate_nl_per_s == 10_000
    tree["device"]["needle"] = "27g-4mm"
    assert 30_000 < read().zones[0].rate_nl_per_s < 31_000
    tree["product"]["viscosity_mpa_s"] = 1
    assert read().zones[0].rate_nl_per_s == 100_000


def test_figures_without_a_source_are_told_once(read: Read, tree: Any, zone: Any) -> None:
    tree["zones"].append({**zone, "name": "right cheek", "area": "hand"})
    warnings = read().warnings
    assert [one for one in warnings if "papule" in one] == [
        "technique papule: margin, rate, dwell, frequency: figures without source"
    ]
    assert "area hand: cap of depth: figure without source" in warnings


@pytest.mark.parametrize(
    ("session", "volume", "words"),
    [
        ({"previous": ["2026-11-15"]}, 2, "only 6 d since the last session: 7 d are usual"),
        ({"number": 3}, 2, "the dates of 1 before are given"),
        ({"number": 6}, 2, "beyond the usual course of face, 4"),
        ({"number": 13}, 2, "beyond the longest course known, 12"),
        ({}, 6.5, "6.5 mL is more than the usual 6 mL"),
        ({"regimen": "body", "previous": ["2026-11-01"]}, 2, "2 mL is less than the usual 4 mL"),
    ],
)
def test_what_a_person_must_read_is_a_warning(
    read: Read, tree: Any, session: Any, volume: float, words: str
) -> None:
    tree["session"].update(session)
    tree["product"]["volume_ml"] = volume
    tree["device"]["syringe"] = "10ml"
    assert any(words in one for one in read().warnings), read().warnings


def test_an_override_of_a_relative_contraindication_is_kept_with_reason_and_name(
    read: Read, tree: Any
) -> None:
    tree["screening"]["diabetes"] = True
    tree["screening"]["override"] = [
        {"condition": "diabetes", "reason": "well controlled, HbA1c 6.1 %", "by": "dr-17"}
    ]
    made = read()
    assert ("diabetes", True) in made.screening
    assert made.screening_overrides == (("diabetes", "well controlled, HbA1c 6.1 %", "dr-17"),)


@pytest.mark.parametrize("name", ["lidocaine", "Lidocaine hydrochloride", "LIGNOCAINE 2 %"])
def test_a_bounded_component_bounds_the_volume_by_weight(read: Read, tree: Any, name: str) -> None:
    tree["product"]["components"] = [
        {"name": "hyaluronic acid", "concentration_mg_per_ml": 10},
        {"name": name, "concentration_mg_per_ml": 20},
    ]
    made = read()
    assert limits_of(made, "volume_nl_max", None) == {"session": 20_000_000}
    assert limits_of(made, "component_ug_max:lidocaine", None) == {
        "component lidocaine at 61 kg": 61_000 * 4_500 // 1_000
    }
    assert made.product.components[1] == Component("lidocaine", 20_000)
    assert not any("lidocaine" in one for one in made.warnings)


def test_a_heavy_patient_is_bounded_by_mass(read: Read, tree: Any) -> None:
    tree["patient"]["weight_kg"] = 100
    tree["product"]["components"] = [{"name": "lidocaine", "concentration_mg_per_ml": 20}]
    assert limits_of(read(), "component_ug_max:lidocaine", None) == {
        "component lidocaine at 100 kg": 300_000
    }


def test_much_of_a_bounded_component_is_a_warning(read: Read, tree: Any) -> None:
    tree["product"]["components"] = [{"name": "lidocaine", "concentration_mg_per_ml": 92}]
    assert any(
        "184 mg of component lidocaine at 61 kg: more than 3 mg/kg" in one
        for one in read().warnings
    )
    tree["product"]["components"] = [{"name": "lidocaine", "concentration_mg_per_ml": 91.5}]
    assert not any("lidocaine" in one for one in read().warnings)


def test_a_product_without_components_is_a_warning(read: Read, tree: Any) -> None:
    del tree["product"]["components"]
    assert "no components are listed: nothing is checked by component" in read().warnings


def test_toml_and_json_of_the_same_order_are_the_same(tmp_path: Path, tree: Any) -> None:
    lines = ['format = "mesogun-prescription/1"']
    for name in ("patient", "session", "screening", "product", "device"):
        lines.append(f"[{name}]")
        for key, value in tree[name].items():
            if key in ("date", "expiry"):
                lines.append(f"{key} = {value}")
            elif key == "previous":
                lines.append(f"{key} = [{', '.join(value)}]")
            elif key == "components":
                lines.append(
                    'components = [{ name = "hyaluronic acid", concentration_mg_per_ml = 10 }]'
                )
            else:
                lines.append(f"{key} = {json.dumps(value)}")
    lines.append("[[zones]]")
    lines.extend(f"{key} = {json.dumps(value)}" for key, value in tree["zones"][0].items())
    (tmp_path / "rx.toml").write_text("\r\n".join(lines), encoding="utf-8-sig")
    (tmp_path / "rx.json").write_text(json.dumps(tree), encoding="utf-8")
    assert read_prescription(tmp_path / "rx.toml") == read_prescription(tmp_path / "rx.json")


@pytest.mark.parametrize("name", ["face", "cellulite", "scalp"])
def test_the_examples_are_in_order(name: str) -> None:
    made = read_prescription(EXAMPLES / f"{name}.toml")
    assert made.name == name
    assert made.zones


def test_the_bytes_kept_beside_a_record_are_those_of_the_file() -> None:
    path = EXAMPLES / "face.toml"
    assert prescription_bytes(path) == path.read_bytes()
