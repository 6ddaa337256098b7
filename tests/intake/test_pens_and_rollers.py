"""Prescriptions of a pen or a roller: what they hold, and what is refused with a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import read_plan, read_prescription
from mesogun.planning import plan, to_json, verify
from mesogun.planning.prescription import Needling, Prescription

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]
ROLLER = {
    "needles": 192,
    "width_mm": 10,
    "turn_mm": 60,
    "depth_max_mm": 0.5,
    "hand_mm_per_s": 30,
}


@pytest.fixture
def pen(tree: Any) -> Any:
    """The prescription in order, for a pen that makes 800 pricks a cm2 in two passes."""
    del tree["product"]
    tree["device"] = {"head": "pen-12", "needling": {"width_mm": 8}}
    tree["zones"][0].update(technique="needling", passes=2, pricks_per_cm2=800)
    return tree


@pytest.fixture
def roller(pen: Any) -> Any:
    """The same for a roller, whose figures are all the user's own."""
    pen["device"] = {"head": "roller", "needling": dict(ROLLER)}
    del pen["zones"][0]["pricks_per_cm2"]
    return pen


def test_a_pen_takes_its_needles_and_cycles_from_the_catalogue(read: Read, pen: Any) -> None:
    made = read()
    assert made.needling == Needling("pen", 12, 8_000, 110, 0, 0, "prescription")
    assert (made.head, made.needle, made.syringe, made.heads) == ("pen-12", "", "", ())
    assert any("110 cycles a second [weak:" in one for one in made.warnings)
    (one,) = made.zones
    assert (one.passes, one.pricks_per_cm2, int(one.depth_um)) == (2, 800, 600)
    verify(plan(made))


def test_the_user_s_own_figures_come_first(read: Read, pen: Any) -> None:
    pen["device"]["needling"].update(
        needles=16, cycles_per_s=90, depth_max_mm=2.5, depth_step_mm=0.25, hand_mm_per_s=25
    )
    pen["zones"][0].update(depth_mm=0.5)
    del pen["zones"][0]["pricks_per_cm2"]
    made = read()
    assert made.needling == Needling("pen", 16, 8_000, 90, 0, 25_000, "prescription")
    assert not any("cycles a second" in one for one in made.warnings)


def test_a_roller_is_the_user_s_own(read: Read, roller: Any) -> None:
    made = read()
    assert made.needling == Needling("roller", 192, 10_000, 0, 60_000, 30_000, "prescription")
    assert int(made.zones[0].depth_um) == 500
    checked = verify(plan(made))
    assert checked.plan.zones[0].needled is not None


def test_without_a_product_nothing_goes_onto_the_skin(read: Read, pen: Any) -> None:
    made = read()
    assert int(made.product.volume_nl) == 0
    assert not any("component" in one for one in made.warnings)
    needled = plan(made).zones[0].needled
    assert needled is not None
    assert needled.topical_nl == 0


def test_a_product_is_spread_on_the_skin(read: Read, pen: Any) -> None:
    pen["product"] = {"name": "vitamin C", "volume_ml": 1.5, "lot": "C7", "expiry": "2027-01-31"}
    needled = plan(read()).zones[0].needled
    assert needled is not None
    assert needled.topical_nl == 1_500_000


def test_depth_is_a_step_of_the_pen_within_the_evaluated_cap(read: Read, pen: Any) -> None:
    bounds = [one for one in read().limits if one.name == "depth_um_max"]
    assert 1_500 in [one.value for one in bounds if one.origin == "technique needling"]
    assert [one.value for one in read().limits if one.name == "needle_depth_um_max"] == [3_000]


def test_a_plan_of_strokes_is_read_again_as_it_was_written(
    read: Read, pen: Any, tmp_path: Path
) -> None:
    made, file = plan(read()), tmp_path / "plan.json"
    file.write_bytes(to_json(made))
    again = read_plan(file)
    assert (again.digest(), again.strokes) == (made.digest(), made.strokes)
    file.write_bytes(to_json(made).replace(b'"turn":1', b'"turn":0', 1))
    with pytest.raises(PrescriptionError, match="does not run straight along its pass"):
        read_plan(file)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("depth_mm", 1.6, r"zones\[0\].depth_mm: 1.6 mm is above the cap of 0.72 mm.*give 0.7 mm"),
        ("depth_mm", 0.55, r"0.55 mm is no step of the pen, 0.1 mm: give 0.5 or 0.6 mm"),
        ("depth_mm", 0.05, r"0.05 mm is no step of the pen, 0.1 mm: give 0.1 mm"),
        ("passes", 0, r"zones\[0\].passes: found 0: no source gives how often.*give 1 or more"),
        ("passes", 11, r"zones\[0\].passes: found 11: give 10 or fewer \[technique needling; unv"),
        ("pricks_per_cm2", 0, r"zones\[0\].pricks_per_cm2: found 0: give more, or leave it out"),
        ("margin_mm", 1, r"margin_mm: 1 mm is below the least margin of 2 mm"),
        ("spacing_mm", 5, r"spacing_mm: is for pricks that have a place each"),
        ("dose_ul", 10, r"dose_ul: is for pricks that have a place each"),
        ("angle_deg", 45, r"angle_deg: is for pricks that have a place each"),
        ("pattern", "irregular", r"pattern: is for pricks that have a place each"),
        ("rest", {"radius_mm": 5, "shots": 1}, r"rest: is for pricks that have a place each"),
        ("technique", "papule", r"technique: found 'papule': a pen goes over its zones without"),
        ("area", "ear", r"area: .*unknown area"),
        ("area", "periorbital", r"area: periorbital is treated only when asked for by name"),
    ],
)
def test_what_a_zone_may_not_ask_of_a_pen_is_refused(
    refusal: Refusal, pen: Any, key: str, value: Any, said: str
) -> None:
    other = {**pen["zones"][0], "name": "other"}
    pen["zones"].append(other)
    other["outline_mm"] = [[x + 100, y] for x, y in other["outline_mm"]]
    del other["exclusions_mm"]
    pen["zones"][0][key] = value
    lines = refusal()
    assert any(re.search(said, line) for line in lines), lines


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("needle", "30g-4mm", r"device.needle: is not for the strokes of a pen: delete it"),
        ("head_pitch_mm", 2, r"device.head_pitch_mm: is not for the strokes of a pen"),
        ("position_mm", 1, r"device.position_mm: is not for a pen"),
        ("needling", {}, r"needling.width_mm: is missing: no source gives it of a pen: measure"),
        ("needling", {"width_mm": 8, "turn_mm": 9}, r"needling.turn_mm: is that of a roller"),
        ("needling", {"width_mm": 8, "needles": 0}, r"needling.needles: found 0: no source"),
        ("needling", {"width_mm": 8, "hand_mm_per_s": 9}, r"hand_mm_per_s: has no effect: every"),
        ("head", "single", r"device.needling: is for a pen or a roller"),
        ("head", "single", r"zones\[0\].passes: is for needling with a pen or a roller: delete it"),
    ],
)
def test_what_a_pen_may_not_be_is_refused(
    refusal: Refusal, pen: Any, key: str, value: Any, said: str
) -> None:
    pen["device"][key] = value
    lines = refusal()
    assert any(re.search(said, line) for line in lines), lines


def test_a_zone_without_density_needs_the_speed_of_the_hand(refusal: Refusal, pen: Any) -> None:
    del pen["zones"][0]["pricks_per_cm2"]
    (line,) = refusal()
    assert line.startswith("device.needling.hand_mm_per_s: is missing: no source gives it of a pen")


@pytest.mark.parametrize("key", sorted(ROLLER))
def test_a_roller_without_a_figure_is_refused_with_a_word(
    refusal: Refusal, roller: Any, key: str
) -> None:
    del roller["device"]["needling"][key]
    assert any(
        line.startswith(f"device.needling.{key}: is missing: no source gives it of a roller")
        for line in refusal()
    )


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("depth_mm", 0.4, "found 0.4, but the roller's needles are 0.5 mm long"),
        ("pricks_per_cm2", 100, "follows from the roller's needles and the passes"),
        ("technique", "nappage", "a roller goes over its zones without an injection"),
    ],
)
def test_what_a_zone_may_not_ask_of_a_roller_is_refused(
    refusal: Refusal, roller: Any, key: str, value: Any, said: str
) -> None:
    roller["zones"][0][key] = value
    assert any(said in line for line in refusal())


def test_a_roller_longer_than_the_skin_allows_is_refused(refusal: Refusal, roller: Any) -> None:
    roller["device"]["needling"]["depth_max_mm"] = 1.6
    (line,) = refusal()
    assert "1.6 mm is above the cap of 0.72 mm" in line
    assert "with another roller" in line


def test_a_mesh_is_not_for_a_pen(refusal: Refusal, pen: Any) -> None:
    pen["surface"] = {"file": "head.obj", "unit": "mm"}
    assert any("surface: a pen goes over zones that are drawn flat" in one for one in refusal())


@pytest.mark.parametrize("key", ["product", "needle", "syringe"])
def test_a_pistol_still_needs_all_it_needed(refusal: Refusal, tree: Any, key: str) -> None:
    where = tree if key == "product" else tree["device"]
    del where[key]
    path = key if key == "product" else f"device.{key}"
    assert f"{path}: is missing: add it" in refusal()


def test_the_example_of_a_pen_is_planned() -> None:
    made = plan(read_prescription(Path(__file__).parents[2] / "examples" / "pen-needling.toml"))
    verify(made)
    assert [one.needled.pricks_per_cm2 for one in made.zones if one.needled] == [1_000, 1_000]
