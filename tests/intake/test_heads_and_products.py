"""Heads of several needles, several products, and what else a session may ask for."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from mesogun.intake.sine import sine_ppm
from mesogun.planning.prescription import Head, Prescription, Rest

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]

SECOND = {
    "name": "vitamin C",
    "volume_ml": 1.0,
    "lot": "C7",
    "expiry": "2027-01-31",
    "components": [{"name": "ascorbic acid", "concentration_mg_per_ml": 50}],
}
OWN = {"name": "mine", "pitch_mm": 6.5, "needles": [[0, 0], [1, 0], [0, 1]]}


def only(lines: list[str]) -> str:
    assert len(lines) == 1, lines
    return lines[0]


# -- heads -------------------------------------------------------------------------------------


def test_a_single_needle_needs_no_head(read: Read) -> None:
    assert read().heads == ()


def test_a_head_of_the_catalogue_takes_its_pitch_from_the_prescription(
    read: Read, tree: Any
) -> None:
    tree["device"].update(head="line-5", head_pitch_mm=6)
    (head,) = read().heads
    assert head == Head("line-5", ((0, 0), (1, 0), (2, 0), (3, 0), (4, 0)), 6_000, "prescription")
    assert read().head == "line-5"


def test_a_single_needle_may_finish_what_a_head_leaves(read: Read, tree: Any) -> None:
    tree["device"].update(head="line-5", head_pitch_mm=6, finish="single")
    _, second = read().heads
    assert (second.name, second.needles, second.pitch_um) == ("single", ((0, 0),), 0)


def test_a_head_of_one_s_own_is_taken_as_given(read: Read, tree: Any) -> None:
    tree["device"].update(head="mine", pattern=OWN)
    assert read().heads == (Head("mine", ((0, 0), (1, 0), (0, 1)), 6_500, "prescription"),)


def test_an_own_pattern_of_one_needle_is_a_single_needle(read: Read, tree: Any) -> None:
    tree["device"].update(head="mine", pattern={**OWN, "needles": [[0, 0]]})
    assert read().heads == ()


def test_64_needles_are_allowed_and_no_more(read: Read, refusal: Refusal, tree: Any) -> None:
    needles = [[i, j] for j in range(8) for i in range(8)]
    tree["device"].update(head="mine", pattern={**OWN, "needles": needles})
    assert len(read().heads[0].needles) == 64
    tree["device"]["pattern"]["needles"] = [*needles, [8, 0]]
    assert only(refusal()) == "device.pattern.needles: found 65 needles: give at most 64"


@pytest.mark.parametrize(
    ("needles", "said"),
    [
        ([], "found a list of 0: give a list of steps"),
        ("x", "found 'x': give a list of steps"),
        ([[1, 0], [0, 1]], r"\[0, 0\] is missing: count the steps from one of the needles"),
        ([[0, 0], [1, 0], [1, 0]], r"needle \[2\]: \[1, 0\] stands twice"),
        ([[0, 0], [1]], r"needle \[1\]: found a list of 1: give two whole numbers"),
        ([[0, 0], [1, 0.5]], r"needle \[1\]: .*give two whole numbers"),
        ([[0, 0], [1, True]], r"needle \[1\]: .*give two whole numbers"),
        ([[0, 0], [65, 0]], r"needle \[1\]: is more than 64 steps away"),
    ],
)
def test_a_pattern_that_is_none_is_refused(
    refusal: Refusal, tree: Any, needles: Any, said: str
) -> None:
    tree["device"].update(head="mine", pattern={**OWN, "needles": needles})
    assert re.search(f"^device.pattern.needles: {said}", only(refusal())), refusal()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"head": "line-5"}, "head_pitch_mm: is missing: no source gives the pitch of the head"),
        ({"head": "double"}, "head: .*unknown head: There are: single, .*; or add device.pattern"),
        ({"head": "other", "pattern": OWN}, "head: found 'other', but device.pattern describes"),
        (
            {"head": "line-5", "pattern": {**OWN, "name": "line-5"}},
            "pattern.name: found 'line-5', a head of the catalogue: give your own another name",
        ),
        (
            {"head": "mine", "pattern": OWN, "head_pitch_mm": 6},
            "head_pitch_mm: stands beside device.pattern.pitch_mm: delete it",
        ),
        ({"head_pitch_mm": 6}, "head_pitch_mm: is for a head of several needles, and this one"),
        ({"finish": "single"}, "finish: is for a head of several needles, and this one has one"),
        ({"finish": "line-5"}, "finish: found 'line-5': give 'single'"),
        ({"position_mm": -1}, "position_mm: found -1: give 0 or more"),
    ],
)
def test_a_head_that_cannot_be_used_is_refused(
    refusal: Refusal, tree: Any, change: Any, said: str
) -> None:
    tree["device"].update(change)
    assert re.search(f"^device.{said}", only(refusal())), refusal()


@pytest.mark.parametrize(
    ("change", "pitch_mm", "said"),
    [
        ({"spacing_mm": 7}, 6, r"spacing_mm: found 7, but the head 'line-5' has 6 mm .*delete it"),
        ({"pattern": "irregular"}, 6, r"pattern: found 'irregular', but the head .* a lattice"),
        ({}, 4.999, r"technique: 4.999 mm is outside 5 to 20 mm \[tech.*take another head"),
        ({}, 20.001, r"technique: 20.001 mm is outside 5 to 20 mm"),
    ],
)
def test_a_zone_goes_with_its_head(
    refusal: Refusal, tree: Any, zone: Any, change: Any, pitch_mm: float, said: str
) -> None:
    tree["device"].update(head="line-5", head_pitch_mm=pitch_mm)
    zone.update(change)
    assert re.search(rf"^zones\[0\].{said}", only(refusal())), refusal()


@pytest.mark.parametrize("pitch_mm", [5, 20])
def test_a_head_s_pitch_may_be_the_technique_s_bound(read: Read, tree: Any, pitch_mm: int) -> None:
    tree["device"].update(head="line-5", head_pitch_mm=pitch_mm)
    tree["zones"][0]["spacing_mm"] = pitch_mm
    assert read().heads[0].pitch_um == pitch_mm * 1_000


# -- products ----------------------------------------------------------------------------------


@pytest.fixture
def two(tree: Any, zone: Any) -> Any:
    """A prescription of two products in two zones."""
    tree["further_products"] = [copy.deepcopy(SECOND)]
    tree["zones"].append({**zone, "name": "second pass", "product": "vitamin C"})
    return tree


def test_products_follow_each_other_in_zones_of_their_own(read: Read, two: Any) -> None:
    made = read()
    assert [one.name for one in made.products] == ["hyaluronic acid 1 %", "vitamin C"]
    assert [one.product for one in made.zones] == [0, 1]
    assert made.further_products[0].volume_nl == 1_000_000


def test_each_product_has_its_own_rate(read: Read, two: Any) -> None:
    two["further_products"][0]["viscosity_mpa_s"] = 900
    first, second = read().zones
    assert second.rate_nl_per_s < first.rate_nl_per_s


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t["zones"].reverse(), r"zones\[1\].product: goes back to 'hyaluronic acid 1 "),
        (lambda t: t["zones"].pop(), r"further_products\[0\]: 'vitamin C' is given in no zone"),
        (
            lambda t: t["zones"][1].update(product="vitamin"),
            r"zones\[1\].product: found 'vitamin', an unknown product: did you mean 'vitamin C'",
        ),
        (
            lambda t: t["further_products"][0].update(name="hyaluronic acid 1 %"),
            r"further_products\[0\].name: found 'hyaluronic acid 1 %' twice",
        ),
        (
            lambda t: t["further_products"][0].update(expiry="2026-11-20"),
            r"further_products\[0\].expiry: found 2026-11-20, before the session",
        ),
        (
            lambda t: t["further_products"][0].update(volume_ml=1.0005),
            r"further_products\[0\].volume_ml: 1.0005 mL is no multiple of the dose step",
        ),
        (
            lambda t: t["further_products"][0].update(volume_ml=18.001),
            r"product.volume_ml: 20.001 mL, all products together, is above the cap of a session",
        ),
        (
            lambda t: t["zones"][1].update(share=0.5),
            "zones: the shares add up to 0.5: let them add up to 1 exactly",
        ),
    ],
)
def test_products_out_of_order_are_refused(
    refusal: Refusal, two: Any, spoil: Callable[[Any], object], said: str
) -> None:
    spoil(two)
    lines = refusal()
    assert re.search(f"^{said}", lines[0]), lines


def test_ten_further_products_are_too_many(refusal: Refusal, two: Any) -> None:
    two["further_products"] = [{**SECOND, "name": f"p{n}"} for n in range(10)]
    assert only(refusal()) == "further_products: found 10 entries: give at most 9"


def test_shares_add_up_within_each_product(read: Read, two: Any) -> None:
    two["zones"][1]["share"] = 1
    two["zones"].append({**two["zones"][1], "name": "third", "share": 0.25})
    two["zones"][1]["share"] = 0.75
    assert [one.share_ppm for one in read().zones] == [None, 750_000, 250_000]


def test_a_component_is_bounded_over_all_products(read: Read, refusal: Refusal, two: Any) -> None:
    two["product"]["components"] = [{"name": "Lidocaine", "concentration_mg_per_ml": 100}]
    second = two["further_products"][0]
    second["components"] = [{"name": "xylocaine 2 %", "concentration_mg_per_ml": 74.5}]
    made = read()
    found = [one for one in made.limits if one.name.startswith("component_ug_max:")]
    assert [(one.name, one.value, one.unit, one.zone) for one in found] == [
        ("component_ug_max:lidocaine", 274_500, "ug", None)
    ]
    assert {part.name for one in made.products for part in one.components} == {"lidocaine"}
    assert any(one.startswith("3 mL hold 274.5 mg of component lidocaine") for one in made.warnings)
    second["components"][0]["concentration_mg_per_ml"] = 74.501
    assert re.search(
        "^product.volume_ml: 3 mL hold 274.501 mg of lidocaine, above the cap of 274.5 mg .*give "
        "1.999 mL or less of 'hyaluronic acid 1 %' or 0.999 mL or less of 'vitamin C', or thin it",
        only(refusal()),
    )


# -- angle, rest, chance, place ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mdeg", "ppm"),
    [
        (90_000, 1_000_000),
        (30_000, 500_000),
        (45_000, 707_107),
        (60_000, 866_026),
        (89_999, 1_000_000),
        (1, 18),
        (10_000, 173_649),
    ],
)
def test_a_sine_is_rounded_up_and_exact_where_it_can_be(mdeg: int, ppm: int) -> None:
    assert sine_ppm(mdeg) == ppm


def test_sines_never_fall() -> None:
    sines = [sine_ppm(mdeg) for mdeg in range(0, 90_001, 250)]
    assert sines == sorted(sines)


def test_an_oblique_needle_goes_in_farther_for_the_same_depth(read: Read, zone: Any) -> None:
    zone["angle_deg"] = 30
    made = read().zones[0]
    assert (made.angle_sin_ppm, made.depth_um) == (500_000, 1_200)


def test_the_cap_of_depth_holds_for_the_depth_and_not_for_the_needle(
    read: Read, refusal: Refusal, zone: Any
) -> None:
    zone.update(angle_deg=30, depth_mm=1.44)
    assert read().zones[0].depth_um == 1_440
    zone["depth_mm"] = 1.441
    assert re.search(
        r"depth_mm: 1.441 mm is above the cap of 1.44 mm at 30 degrees \[area cheek",
        only(refusal()),
    )


def test_an_oblique_needle_is_no_longer_than_it_is(refusal: Refusal, zone: Any, tree: Any) -> None:
    zone.update(angle_deg=5, depth_mm=4.001)
    assert "4.001 mm is above the cap of 4 mm at 5 degrees [needle 30g-4mm" in only(refusal())


def test_an_oblique_needle_may_be_too_shallow_for_its_doses(refusal: Refusal, zone: Any) -> None:
    zone.update(area="thigh", technique="point_by_point", angle_deg=30)
    assert re.search(r"technique: 4 mm at 30 degrees is shallower than 4 mm", only(refusal()))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"angle_deg": 0}, "angle_deg: found 0: give more than 0 and at most 90 degrees"),
        ({"angle_deg": 90.001}, "angle_deg: found 90.001: give more than 0 and at most 90"),
        ({"angle_deg": 30.0001}, "angle_deg: .*finer than 1 thousandth"),
        ({"pattern": "random"}, "pattern: found 'random': give 'lattice' or 'irregular'"),
        ({"rest": {"radius_mm": 10}}, "rest: asks for nothing: give shots"),
        ({"rest": {"radius_mm": 10, "shots": 0}}, "rest: asks for nothing"),
        ({"rest": {"shots": 3}}, "rest.radius_mm: is missing"),
        ({"rest": {"radius_mm": 10, "seconds": 0}}, "rest.seconds: found 0: give more than 0"),
        ({"rest": {"radius_mm": 10, "shots": 2, "every": 1}}, "rest.every: is an unknown key"),
    ],
)
def test_a_manner_that_is_none_is_refused(
    refusal: Refusal, zone: Any, change: Any, said: str
) -> None:
    zone.update(change)
    assert re.search(rf"^zones\[0\].{said}", only(refusal())), refusal()


@pytest.mark.parametrize(
    ("rest", "made"),
    [
        ({"radius_mm": 12.5, "shots": 3}, Rest(12_500, 3, 0)),
        ({"radius_mm": 12.5, "seconds": 1.5}, Rest(12_500, 0, 1_500)),
        ({"radius_mm": 12.5, "shots": 1, "seconds": 0.001}, Rest(12_500, 1, 1)),
    ],
)
def test_neighbours_may_rest(read: Read, zone: Any, rest: Any, made: Rest) -> None:
    zone["rest"] = rest
    assert read().zones[0].rest == made


def test_what_is_not_asked_is_as_plain_as_can_be(read: Read) -> None:
    made = read()
    (zone,) = made.zones
    assert (zone.pattern, zone.angle_sin_ppm, zone.rest, zone.weights) == (
        "lattice",
        1_000_000,
        None,
        None,
    )
    assert (zone.product, zone.faces) == (0, ())
    assert (made.seed, made.position_um, made.bevel_um) == (1, 0, 0)
    assert (made.surface, made.earlier, made.further_products) == (None, (), ())


def test_seed_and_position_are_kept(read: Read, tree: Any, zone: Any) -> None:
    tree["session"]["seed"] = 2**53 - 1
    tree["device"]["position_mm"] = 0.25
    zone["pattern"] = "irregular"
    made = read()
    assert (made.seed, made.position_um, made.zones[0].pattern) == (2**53 - 1, 250, "irregular")


@pytest.mark.parametrize("seed", [-1, 2**53, 1.5, True, "x"])
def test_a_seed_that_is_none_is_refused(refusal: Refusal, tree: Any, seed: Any) -> None:
    tree["session"]["seed"] = seed
    assert re.search("^session.seed: found .*: give a whole number, 0 to 900719", only(refusal()))


def test_the_layers_of_the_skin_come_from_the_catalogue(read: Read, tree: Any, zone: Any) -> None:
    skin = read().zones[0].skin
    assert skin is not None
    assert (skin.epidermis_um, skin.skin_um, skin.raster) == (200, 1_070, None)
    assert "PMC9205051" in skin.source
    tree["patient"]["sex"] = "male"
    skin = read().zones[0].skin
    assert skin is not None
    assert (skin.epidermis_um, skin.skin_um) == (190, 1_330)
    zone["area"] = "thigh"
    assert read().zones[0].skin is None


def test_a_zone_of_the_face_that_is_half_a_metre_wide_has_another_unit(
    read: Read, refusal: Refusal, zone: Any
) -> None:
    zone.update(outline_mm=[[0, 0], [400, 0], [400, 50]], exclusions_mm=[])
    assert read().zones
    zone["outline_mm"][1] = [400.001, 0]
    assert re.search(
        r"^zones\[0\]: is 400.001 mm across, and no cheek is wider than 400 mm \[unverified: .*"
        r"was a unit mistaken\?",
        only(refusal()),
    )


def test_a_zone_of_the_body_may_be_wider(read: Read, zone: Any) -> None:
    zone.update(area="thigh", outline_mm=[[0, 0], [700, 0], [700, 50]], exclusions_mm=[])
    assert read().zones
