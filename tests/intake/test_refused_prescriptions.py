"""Every bad input ends in one refusal that names file, key, what was found and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[[], list[str]]

BOWTIE = [[0, 0], [40, 40], [40, 0], [0, 40]]


def only(lines: list[str]) -> str:
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("format", "mesogun-prescription/2", "format: found 'mesogun-prescription/2': a presc"),
        ("patient.name", "Anna Example", "patient.name: is a refused key: .*pseudonym.*delete it"),
        ("patient.birth_date", "1984-01-02", "patient.birth_date: is a refused key"),
        ("patient.Date_of_birth", "1984", "patient.Date_of_birth: is a refused key"),
        ("patient.id", "Anna Example", "patient.id: found 'Anna Example': give a pseudonym"),
        ("patient.sex", "f", "patient.sex: found 'f': give 'female' or 'male'"),
        ("patient.age_years", 42.5, "patient.age_years: found 42.5: give a whole number"),
        ("patient.age_years", True, "patient.age_years: found true: give a whole number"),
        ("patient.age_years", 420, r"patient.age_years: found 420: give 1 to 120 \[unverified"),
        ("patient.weight_kg", "61", "patient.weight_kg: found '61': give a number in kg"),
        ("patient.weight_kg", 6.1, "patient.weight_kg: found 6.1: give 20 to 300"),
        ("patient.weight_kg", 0, "patient.weight_kg: found 0: give more than 0, in kg"),
        ("session.date", "21.11.2026", "session.date: found '21.11.2026': give a date such as"),
        ("session.date", "2026-02-30", "session.date: found '2026-02-30': give a date such as"),
        ("session.date", "20261121", "session.date: found '20261121': give .* 2026-11-21"),
        ("session.regimen", "faces", "session.regimen: .*unknown regimen: did you mean 'face'"),
        ("session.number", 0, "session.number: found 0: the first session is number 1"),
        ("session.number", 1, "session.number: found 1, but session.previous has 1: give 2"),
        ("session.previous", [], "session.previous: is empty though this is session 2"),
        ("session.previous", "2026-11-10", "session.previous: found '2026-11-10': give a list"),
        ("product.volume_ml", -1, "product.volume_ml: found -1: give more than 0, in mL"),
        ("product.volume_ml", 1e400, "rx.json|product.volume_ml: found .*finite|not valid JSON"),
        ("product.lot", " ", "product.lot: found an empty text"),
        ("product.name", "a\x1b[2J", "product.name: found .*control characters"),
        ("product.name", "x" * 300, "product.name: found 300 characters: give at most 200"),
        ("product.expiry", "2026-11-20", "product.expiry: .*before the session .*has expired"),
        ("device.head", "stamp-9", "device.head_pitch_mm: is missing: no source gives .*measure"),
        ("device.head", "double", "device.head: .*unknown head: There are: single, line-5"),
        ("device.needle", "30g-4", "needle: .*did you mean '30g-4mm'. There are: 30g-4mm, 32g"),
        (
            "device.syringe",
            "2ml",
            "device.syringe: found '2ml', an unknown syringe.*2.5ml, 3ml",
        ),
        ("surface", {"file": "head.obj"}, "surface.unit: is missing: add it"),
        ("zones", [], "zones: is empty: give at least one"),
        ("zones", {}, "zones: found a table with nothing: give a list"),
        ("screening.pregnancy", "no", "screening.pregnancy: found 'no': answer true or false"),
        ("screening.pregnant", False, "screening.pregnant: .*did you mean 'pregnancy'"),
        ("extra", 1, "extra: is an unknown key: Known here: format, patient"),
    ],
)
def test_one_wrong_value_is_one_clear_line(
    refusal: Refusal, tree: Any, path: str, value: Any, said: str
) -> None:
    *above, key = path.split(".")
    table = tree
    for one in above:
        table = table[one]
    table[key] = value
    assert re.search(said, only(refusal())), refusal()


@pytest.mark.parametrize("table", ["patient", "session", "screening", "product", "device", "zones"])
def test_a_missing_table_is_named(refusal: Refusal, tree: Any, table: str) -> None:
    del tree[table]
    assert only(refusal()) == f"{table}: is missing: add it"


@pytest.mark.parametrize(
    "key", ["patient.sex", "session.date", "product.volume_ml", "device.needle"]
)
def test_a_missing_key_is_named(refusal: Refusal, tree: Any, key: str) -> None:
    table, name = key.split(".")
    del tree[table][name]
    assert only(refusal()) == f"{key}: is missing: add it"


def test_an_unknown_key_is_told_with_the_one_that_was_meant(refusal: Refusal, zone: Any) -> None:
    zone["depth"] = 0.5
    said = only(refusal())
    assert said.startswith("zones[0].depth: is an unknown key: did you mean 'depth_mm'? Known")


def test_all_problems_of_a_file_are_told_at_once(refusal: Refusal, tree: Any, zone: Any) -> None:
    tree["product"]["volume_ml"] = 50
    tree["session"]["previous"] = ["2026-11-20"]
    tree["screening"]["tumour"] = True
    zone.update(depth_mm=2.5, spacing_mm=3, dose_ul=60)
    keys = [line.split(": ")[0] for line in refusal()]
    assert keys == [
        "screening.tumour",
        "session.date",
        "product.volume_ml",
        "zones[0].depth_mm",
        "zones[0].spacing_mm",
        "zones[0].dose_ul",
    ]


def test_no_more_than_twenty_problems_are_told(refusal: Refusal, tree: Any) -> None:
    for index in range(50):
        tree[f"stray_{index}"] = 1
    lines = refusal()
    assert len(lines) == 21
    assert lines[-1] == "and 30 more of the kind"


# -- screening -------------------------------------------------------------------------------


def test_a_missing_answer_is_refused_by_name(refusal: Refusal, tree: Any) -> None:
    del tree["screening"]["diabetes"]
    assert only(refusal()) == (
        "screening.diabetes: is not answered (Is there diabetes?): ask, and answer true or false"
    )


def test_an_absolute_contraindication_ends_it(refusal: Refusal, tree: Any) -> None:
    tree["screening"]["allergy"] = True
    said = only(refusal())
    assert said.startswith("screening.allergy: answered true: an absolute contraindication [")
    assert said.endswith("no session may be given; do not treat")


def test_a_relative_contraindication_asks_for_an_override(refusal: Refusal, tree: Any) -> None:
    tree["screening"]["diabetes"] = True
    assert "a relative contraindication" in only(refusal())
    assert "add [[screening.override]]" in only(refusal())


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ({"condition": "pregnancy", "reason": "r", "by": "b"}, "absolute .* cannot be overridden"),
        ({"condition": "diabetes", "reason": "r", "by": "b"}, "there is nothing to override"),
        ({"condition": "diabets", "reason": "r", "by": "b"}, "did you mean 'diabetes'"),
        ({"condition": "diabetes", "by": "b"}, r"override\[0\].reason: is missing"),
        ({"condition": "diabetes", "reason": "", "by": "b"}, r"reason: found an empty text"),
    ],
)
def test_an_override_must_override_something(
    refusal: Refusal, tree: Any, override: Any, said: str
) -> None:
    tree["screening"]["override"] = [override]
    assert re.search(said, only(refusal())), refusal()


def test_an_override_does_not_lift_an_absolute_contraindication(
    refusal: Refusal, tree: Any
) -> None:
    tree["screening"]["pregnancy"] = True
    tree["screening"]["override"] = [{"condition": "pregnancy", "reason": "r", "by": "b"}]
    lines = refusal()
    assert lines[0].startswith("screening.override[0].condition: pregnancy is an absolute")
    assert lines[1].startswith("screening.pregnancy: answered true")


# -- dates -----------------------------------------------------------------------------------


def test_less_than_five_days_are_refused(refusal: Refusal, tree: Any) -> None:
    tree["session"]["previous"] = ["2026-11-17"]
    assert only(refusal()) == (
        "session.date: found 2026-11-21, 4 d after the last session: at least 5 d must pass "
        "[regimen face; founding text: text 002: the drug stays 5 to 7 days]: the first allowed "
        "date is 2026-11-22"
    )


@pytest.mark.parametrize(
    "previous", [["2026-11-22"], ["2026-11-21"], ["2026-11-10", "2026-11-01"], ["2026-11-10"] * 2]
)
def test_dates_must_rise(refusal: Refusal, tree: Any, previous: list[str]) -> None:
    tree["session"].update(previous=previous, number=len(previous) + 1)
    assert "oldest first" in only(refusal())


# -- volume and equipment --------------------------------------------------------------------


def test_a_volume_above_the_session_s_cap_is_refused_with_the_source(
    refusal: Refusal, tree: Any
) -> None:
    tree["product"]["volume_ml"] = 21
    assert re.search(
        r"21 mL is above the cap of a session, 20 mL \[founding text: text 002.*give 20 mL or",
        only(refusal()),
    )


def test_a_volume_that_is_no_multiple_of_the_dose_step_is_refused(
    refusal: Refusal, tree: Any
) -> None:
    tree["product"]["volume_ml"] = 2.0005
    assert "give 2 or 2.001 mL" in only(refusal())


def test_a_volume_finer_than_a_nanolitre_is_refused_with_the_nearest_two(
    refusal: Refusal, tree: Any
) -> None:
    tree["product"]["volume_ml"] = 1.0000001
    assert only(refusal()) == (
        "product.volume_ml: found 1.0000001 mL, which is finer than 1 nL: give 1 or 1.000001"
    )


def test_a_product_too_thick_for_the_needle_is_refused(refusal: Refusal, tree: Any) -> None:
    tree["product"]["viscosity_mpa_s"] = 5000
    assert "take a wider or shorter needle" in only(refusal())


def test_too_much_of_a_bounded_component_is_refused(refusal: Refusal, tree: Any) -> None:
    tree["product"]["components"] = [
        {"name": "lidocaine", "concentration_mg_per_ml": 100},
        {"name": "xylocaine", "concentration_mg_per_ml": 50},
    ]
    assert re.search(
        r"product.volume_ml: 2 mL hold 300 mg of lidocaine, above the cap of 274.5 mg "
        r"\[component lidocaine at 61 kg; weak: .*give 1.83 mL or less, or thin it",
        only(refusal()),
    )


# -- zones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"depth_mm": 2.5},
            r"^zones\[0\].depth_mm: 2.5 mm is above the cap of 0.72 mm \[area cheek \(f.*PMC92.*\]",
        ),
        ({"depth_mm": 0}, r"^zones\[0\].depth_mm: found 0: give more than 0, in mm$"),
        ({"depth_mm": 0.5001}, "finer than 1 um: give 0.5 or 0.501"),
        ({"dose_ul": 51}, r"51 uL is above the cap of 50 uL \[technique papule; weak: .*50 uL or"),
        ({"dose_ul": 0.5}, r"0.5 uL is below the least dose of 1 uL \[session; published"),
        ({"dose_ul": 2.5}, r"no multiple of the dose step of the syringe 3ml, 1 uL .*2 or 3 uL"),
        ({"spacing_mm": 4.9}, r"4.9 mm is outside 5 to 20 mm \[technique papule; founding text"),
        ({"spacing_mm": 20.1}, "20.1 mm is outside 5 to 20 mm"),
        ({"margin_mm": 1.9}, r"1.9 mm is below the least margin of 2 mm \[technique papule; unv"),
        ({"margin_mm": -1}, "margin_mm: found -1: give 0 or more, in mm"),
        ({"area": "chek"}, "area: .*unknown area: did you mean 'cheek'. There are: forehead, gl"),
        ({"technique": "papules"}, "technique: .*did you mean 'papule'. There are: epidermic, na"),
        ({"technique": "stamp"}, "found 'stamp', whose spacing is the step from needle to needle"),
        ({"technique": "mesoperfusion"}, "named in the literature without figures: depth, "),
        (
            {"technique": "epidermic"},
            "no source gives its dose .*own catalogue .*epidermic.figures",
        ),
        (
            {"technique": "needling"},
            "it gives no dose: the strokes of a pen .* no shot without a dose: give one of [^;]*$",
        ),
        ({"technique": "point_by_point"}, "goes below the skin, which is not offered on the area"),
        ({"area": "periorbital"}, r'only when asked for by name.*add opt_in = \["periorbital"\]'),
        ({"opt_in": ["periorbital"]}, r"opt_in\[0\]: found 'periorbital': the area cheek asks fo"),
        ({"share": 0.5}, "zones: the shares add up to 0.5: let them add up to 1 exactly"),
        ({"share": 0.3333333}, "finer than 1 millionth: give 0.333333 or 0.333334"),
        ({"name": ""}, r"zones\[0\].name: found an empty text"),
        ({"group": "cheek_left"}, r"zones\[0\].group: is for a zone on a mesh, and there is none"),
        ({"outline_points_mm": [[0, 0, 0]]}, "outline_points_mm: is for a zone on a mesh"),
        ({"outline_mm": None}, r"^zones\[0\]: has no outline: give outline_mm or outline ="),
        ({"outline_mm": "M 0 0"}, r"outline_mm: found 'M 0 0': give a list of points"),
        ({"outline_mm": [[0, 0], [1]]}, r"outline_mm: point \[1\]: found a list of 1: give \[x"),
        ({"outline_mm": [[0, 0], [1, "2"]]}, r"point \[1\]: found '2': give a number in mm"),
        ({"outline_mm": [[0, 0], [1, True]]}, r"point \[1\]: found true: give a number in mm"),
        ({"outline_mm": [[0, 0], [9, 1e5], [2, 2]]}, r"point \[1\]: .*within 2000 mm of the orig"),
        ({"outline_mm": [[0, 0]] * 10_001}, "found 10001 points: give at most 10000"),
        ({"outline_mm": [[0, 0], [9, 9]]}, r"^zones\[0\]: zone 'left cheek': .*at least 3 points"),
        ({"exclusions_mm": [[[60, 60], [61, 60], [61, 61]]]}, r"outside the outline.*\(60, 60\)"),
        ({"exclusions_mm": [[[20, 18], [260, 18], [26, 24]]]}, "crosses or touches the outline"),
        ({"exclusions_mm": [[[0, 0], [1, 2.0001]]]}, r"exclusion \[0\]: point \[1\]: .*finer"),
        ({"exclusions_mm": [[]] * 201}, "found 201 exclusions: give at most 200"),
    ],
)
def test_a_zone_out_of_bounds_is_refused_with_the_bound_and_its_origin(
    refusal: Refusal, zone: Any, change: Any, said: str
) -> None:
    zone.update(change)
    assert re.search(said, only(refusal())), refusal()


def test_an_outline_that_crosses_itself_is_refused_with_the_place(
    refusal: Refusal, zone: Any
) -> None:
    zone.update(outline_mm=BOWTIE, exclusions_mm=[])
    said = only(refusal())
    assert "crosses or touches itself" in said
    assert "(40, 0)" in said
    assert "mm" in said


def test_point_by_point_may_not_be_made_shallow(refusal: Refusal, zone: Any) -> None:
    zone.update(area="thigh", technique="point_by_point", depth_mm=2)
    assert "2 mm is shallower than 4 mm, the least of technique point_by_point" in only(refusal())


def test_no_deep_mode_exists(refusal: Refusal, zone: Any, tree: Any) -> None:
    tree["device"]["needle"] = "30g-13mm"
    zone.update(area="thigh", technique="point_by_point", depth_mm=4.001)
    assert "4.001 mm is above the cap of 4 mm" in only(refusal())


def test_two_zones_of_one_name_are_refused(refusal: Refusal, tree: Any, zone: Any) -> None:
    tree["zones"].append({**zone})
    assert only(refusal()) == (
        "zones[1].name: found 'left cheek', the name of zones[0] as well: give each zone its own"
    )


def test_a_share_for_some_zones_only_is_refused(refusal: Refusal, tree: Any, zone: Any) -> None:
    tree["zones"].append({**zone, "name": "right cheek", "share": 0.5})
    assert only(refusal()).startswith("zones[0].share: is missing while other zones have one")


def test_too_many_zones_are_refused(refusal: Refusal, tree: Any, zone: Any) -> None:
    tree["zones"] = [zone] * 101
    assert only(refusal()) == "zones: found 101 entries: give at most 100"
