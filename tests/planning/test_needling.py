"""A pen or a roller over a zone: strokes within the margins, and how dense their pricks are."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mesogun.errors import LimitsExceeded, PlanError
from mesogun.planning import (
    Component,
    Earlier,
    Limit,
    Needling,
    Plan,
    Prescription,
    Product,
    Ring,
    Skin,
    Zone,
    plan,
    to_json,
    verify,
)
from tests.planning.samples import CHEEK, MOLE, SQUARE, order, regions, zone

VALUES = {
    "volume_nl_max": 20_000_000,
    "needle_depth_um_max": 3_000,
    "depth_um_max": 1_500,
    "margin_um_min": 2_000,
    "area_dose_nl_per_cm2_max": 200_000,
    "passes_max": 10,
    "hand_um_per_s_min": 1_000,
    "hand_um_per_s_max": 100_000,
}
PEN = Needling("pen", 12, 8_000, 110, 0, 20_000, "unverified: test")
ROLLER = Needling("roller", 192, 20_000, 0, 60_000, 30_000, "unverified: test")
CM2_UM2 = 100_000_000


def needled(
    *zones: Zone, by: Needling = PEN, volume_nl: int = 0, changes: dict[str, int] | None = None
) -> Prescription:
    """A prescription of zones that a pen or a roller goes over."""
    made = order(*(replace(one, technique="needling", rate_nl_per_s=0) for one in zones))
    told = {**VALUES, **(changes or {})}
    return replace(
        made,
        product=Product("vitamin C", volume_nl, "C7", "2027-11-30", None, ()),
        head=by.kind,
        needling=by,
        limits=tuple(Limit(name, told[name], "1", None, "test", "test") for name in told),
    )


def distance_um(place: tuple[float, float], ring: Ring) -> float:
    """From a place to the nearest point of a ring."""
    best = float("inf")
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        dx, dy = bx - ax, by - ay
        along = ((place[0] - ax) * dx + (place[1] - ay) * dy) / (dx * dx + dy * dy)
        at = min(1.0, max(0.0, along))
        best = min(best, ((place[0] - ax - at * dx) ** 2 + (place[1] - ay - at * dy) ** 2) ** 0.5)
    return best


def within(place: tuple[float, float], ring: Ring) -> bool:
    odd = False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > place[1]) != (by > place[1]):
            odd ^= place[0] < ax + (place[1] - ay) * (bx - ax) / (by - ay)
    return odd


def entries(made: Plan, seed: int) -> list[tuple[float, float]]:
    """Where every needle of the tip goes in, cycle by cycle: a tip of its own, by chance."""
    chance, by = Random(seed), made.prescription.needling
    assert by is not None
    tip = [(chance.random() - 0.5) * by.width_um for _ in range(by.needles * 20)]
    hits = []
    for stroke in made.strokes:
        told = made.zones[stroke.zone].needled
        assert told is not None
        (ax, ay), (bx, by_) = stroke.start_um, stroke.end_um
        long = abs(bx - ax) + abs(by_ - ay)
        if by.kind == "pen":
            step = told.hand_um_per_s / by.cycles_per_s
            at = [(k + chance.random()) * step for k in range(int(long / step))]
            places = [(one, chance.choice(tip)) for one in at for _ in range(by.needles)]
        else:
            count = by.needles * long // by.turn_um
            places = [(chance.random() * long, chance.choice(tip)) for _ in range(count)]
        for forth, aside in places:
            x, y = (ax + (bx - ax) * forth / long, ay + (by_ - ay) * forth / long)
            hits.append((x + aside, y) if stroke.turn % 2 else (x, y + aside))
    return hits


# -- the way ---------------------------------------------------------------------------------


def test_a_pass_is_strokes_to_and_fro_and_the_next_one_crosses_it() -> None:
    made = plan(needled(zone("a", SQUARE, passes=2)))
    verify(made)
    first = [one for one in made.strokes if one.turn == 0]
    second = [one for one in made.strokes if one.turn == 1]
    assert [one.start_um for one in first[:2]] == [(7_000, 7_000), (53_000, 14_666)]
    assert all(one.start_um[1] == one.end_um[1] for one in first)
    assert all(one.start_um[0] == one.end_um[0] for one in second)
    assert len(first) == len(second) == 7
    assert [one.start_um[0] for one in first] == [7_000, 53_000] * 3 + [7_000]


def test_to_and_fro_also_where_an_exclusion_parts_the_strokes() -> None:
    made = plan(needled(zone("a", SQUARE, tuple((x + 4_000, y + 4_000) for x, y in MOLE))))
    parted: dict[int, list[int]] = {}
    for one in made.strokes:
        parted.setdefault(one.start_um[1], []).extend((one.start_um[0], one.end_um[0]))
    rows = list(parted.values())
    assert max(map(len, rows)) == 4
    assert all(row == sorted(row, reverse=bool(k % 2)) for k, row in enumerate(rows))


def test_strokes_are_no_farther_apart_than_the_tip_is_wide() -> None:
    made = plan(needled(zone("a", SQUARE, passes=2)))
    told = made.zones[0].needled
    assert told is not None
    assert told.pitch_um == (7_666, 7_666)


def test_a_zone_hardly_wider_than_the_tip_gets_one_stroke() -> None:
    narrow: Ring = ((0, 0), (60_000, 0), (60_000, 15_000), (0, 15_000))
    made = plan(needled(zone("a", narrow)))
    verify(made)
    assert [(one.start_um, one.end_um) for one in made.strokes] == [
        ((7_000, 7_500), (53_000, 7_500))
    ]
    assert any("only 1 strokes fit" in one for one in made.warnings)


@pytest.mark.parametrize(("high_um", "strokes", "few"), [(30_000, 3, True), (38_000, 4, False)])
def test_few_strokes_beside_each_other_are_told(high_um: int, strokes: int, few: bool) -> None:
    made = plan(needled(zone("a", ((0, 0), (60_000, 0), (60_000, high_um), (0, high_um)))))
    assert len(made.strokes) == strokes
    assert any(f"only {strokes} strokes fit" in one for one in made.warnings) is few


@settings(max_examples=40, deadline=None)
@given(
    region=regions(),
    width=st.integers(1_000, 12_000),
    margin=st.integers(2_000, 4_000),
    passes=st.integers(1, 3),
)
def test_no_place_of_a_stroke_brings_the_tip_over_the_margin(
    region: tuple[Ring, tuple[Ring, ...]], width: int, margin: int, passes: int
) -> None:
    outline, holes = region
    one = zone("a", outline, *holes, margin_um=margin, passes=passes)
    try:
        made = plan(needled(one, by=replace(PEN, width_um=width)))
    except PlanError:
        event("the tip fits nowhere")
        return
    verify(made)
    for stroke in made.strokes:
        (ax, ay), (bx, by) = stroke.start_um, stroke.end_um
        for k in range(21):
            place = ax + (bx - ax) * k / 20, ay + (by - ay) * k / 20
            assert within(place, outline)
            assert not any(within(place, hole) for hole in holes)
            for ring in region[:1] + holes:
                assert distance_um(place, ring) >= margin + width / 2 - 1e-6


def test_the_tip_keeps_off_exclusions() -> None:
    made = plan(needled(zone("a", CHEEK, MOLE, passes=4)))
    verify(made)
    for x, y in entries(made, 1):
        assert not within((x, y), MOLE)
        assert distance_um((x, y), MOLE) >= 2_998


# -- the density -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("asked", "passes"), [(300, 1), (1_000, 2), (1_500, 4)])
def test_a_pen_gives_the_density_asked_to_a_tenth(asked: int, passes: int, seed: int) -> None:
    made = plan(needled(zone("a", SQUARE, passes=passes, pricks_per_cm2=asked)))
    verify(made)
    told = made.zones[0].needled
    assert told is not None
    assert asked <= told.pricks_per_cm2 <= asked * 1.01
    hits = entries(made, seed)
    assert abs(len(hits) - made.zones[0].prick_count) <= made.zones[0].prick_count // 20
    inner = sum(1 for x, y in hits if 15_000 <= x < 45_000 and 15_000 <= y < 45_000)
    assert abs(inner / 9 - asked) <= asked / 10


@pytest.mark.parametrize("seed", [1, 2])
def test_a_roller_gives_the_density_that_is_said_to_a_tenth(seed: int) -> None:
    made = plan(needled(zone("a", SQUARE, passes=6), by=replace(ROLLER, width_um=12_000)))
    verify(made)
    told = made.zones[0].needled
    assert told is not None
    hits = entries(made, seed)
    inner = sum(1 for x, y in hits if 15_000 <= x < 45_000 and 15_000 <= y < 45_000)
    assert abs(inner / 9 - told.pricks_per_cm2) <= told.pricks_per_cm2 / 10


def test_twice_as_fast_is_half_as_dense() -> None:
    def dense(hand: int) -> int:
        made = plan(needled(zone("a", SQUARE), by=replace(PEN, hand_um_per_s=hand)))
        told = made.zones[0].needled
        assert told is not None
        return told.pricks_per_cm2

    assert dense(20_000) == 12 * 110 * CM2_UM2 // (20_000 * 7_666)
    assert dense(10_000) == 12 * 110 * CM2_UM2 // (10_000 * 7_666)


# -- product, depth, time ----------------------------------------------------------------------


def test_what_goes_onto_the_skin_is_divided_by_what_is_swept() -> None:
    made = plan(needled(zone("a", SQUARE), zone("b", CHEEK), volume_nl=1_000_001))
    verify(made)
    given_nl = [one.needled.topical_nl for one in made.zones if one.needled]
    swept = [one.needled.swept_um2 for one in made.zones if one.needled]
    assert sum(given_nl) == 1_000_001
    assert abs(given_nl[0] * swept[1] - given_nl[1] * swept[0]) <= sum(swept)


def test_the_layer_that_the_tips_reach_is_told() -> None:
    skin = Skin(200, 1_070, None, "test")
    for depth, layer in ((200, 1), (600, 2), (1_400, 3)):
        made = plan(needled(zone("a", SQUARE, depth_um=depth, skin=skin)))
        verify(made)
        assert made.zones[0].needled is not None
        assert made.zones[0].needled.layer == layer


def test_a_stroke_takes_its_length_at_the_hand_s_speed() -> None:
    narrow: Ring = ((0, 0), (60_000, 0), (60_000, 15_000), (0, 15_000))
    made = plan(needled(zone("a", narrow)))
    assert made.duration_us == 46_000 * 50 + 50_000
    assert made.travel_um == 0


def test_the_same_prescription_gives_the_same_bytes() -> None:
    asked = needled(zone("a", CHEEK, MOLE, passes=2), volume_nl=5)
    assert to_json(plan(asked)) == to_json(plan(asked))


# -- refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"depth_um": 1_501}, "depth 1.501 mm is beyond depth_um_max = 1.5 mm"),
        ({"passes": 0}, "passes, density or margin is out of range"),
        ({"passes": 11}, "11 passes are beyond passes_max = 10"),
        ({"margin_um": 1_999}, "a margin of 1.999 mm is below margin_um_min = 2 mm"),
        ({"pricks_per_cm2": 10}, "10 pricks/cm2 in 1 passes ask for a hand of .* beyond hand_um"),
        ({"pricks_per_cm2": 100_000}, "a hand of .*/s, beyond hand_um_per_s_min = 1 mm/s"),
        ({"margin_um": 30_000}, "a tip of 8 mm fits nowhere in it, 30 mm off its border"),
        ({"product": 1}, "names product 1: no such product"),
    ],
)
def test_what_cannot_be_needled_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        plan(needled(zone("a", SQUARE, **changes)))


def test_strokes_do_not_keep_away_from_an_earlier_session(good: Plan) -> None:
    before = (Earlier("out/first", "2026-11-07", 5_000, ((1, 1, 0),)),)
    with pytest.raises(PlanError, match="cannot keep away from earlier pricks"):
        plan(replace(good.prescription, earlier=before))
    asked = replace(good.prescription, earlier=before)
    assert "nothing keeps strokes away" in broken(replace(good, prescription=asked))


def test_a_roller_takes_no_density() -> None:
    with pytest.raises(PlanError, match="follows from its needles and the passes"):
        plan(needled(zone("a", SQUARE, pricks_per_cm2=200), by=ROLLER))


@pytest.mark.parametrize(
    "by", [replace(PEN, cycles_per_s=0), replace(ROLLER, turn_um=0), replace(PEN, width_um=0)]
)
def test_a_handpiece_without_its_figures_is_refused(by: Needling) -> None:
    with pytest.raises(PlanError, match="needs needles, a width and its speed"):
        plan(needled(zone("a", SQUARE), by=by))


def test_more_product_than_may_be_given_is_refused() -> None:
    with pytest.raises(PlanError, match="on the skin is beyond volume_nl_max"):
        plan(needled(zone("a", SQUARE), volume_nl=20_000_001))
    with pytest.raises(PlanError, match="of product a cm2 are beyond area_dose"):
        plan(needled(zone("a", SQUARE), volume_nl=6_000_000))


def test_a_component_on_the_skin_counts_as_if_it_were_given() -> None:
    asked = needled(zone("a", SQUARE), volume_nl=1_000_000)
    lidocaine = Component("lidocaine", 20_000)
    bound = Limit("component_ug_max:lidocaine", 19_999, "ug", None, "patient", "test")
    asked = replace(
        asked,
        product=replace(asked.product, components=(lidocaine,)),
        limits=(*asked.limits, bound),
    )
    with pytest.raises(PlanError, match="hold 20000 ug of lidocaine, beyond component_ug_max"):
        plan(asked)


def test_a_limit_of_injections_means_nothing_to_a_pen() -> None:
    asked = needled(zone("a", SQUARE))
    extra = Limit("dose_nl_max", 1, "nL", None, "test", "test")
    with pytest.raises(PlanError, match=r"limit 'dose_nl_max' .* is unknown to the planner"):
        plan(replace(asked, limits=(*asked.limits, extra)))


# -- the independent check -----------------------------------------------------------------------


def broken(made: Plan) -> str:
    with pytest.raises(LimitsExceeded) as refused:
        verify(made)
    return "\n".join(map(str, refused.value.violations))


@pytest.fixture(scope="module")
def good() -> Plan:
    made = plan(needled(zone("a", CHEEK, MOLE, passes=2, pricks_per_cm2=500), volume_nl=100_000))
    verify(made)
    return made


def with_stroke(made: Plan, which: int, **values: Any) -> Plan:
    strokes = list(made.strokes)
    strokes[which] = replace(strokes[which], **values)
    return replace(made, strokes=tuple(strokes))


def test_a_stroke_over_an_exclusion_is_found(good: Plan) -> None:
    across = with_stroke(good, 3, start_um=(8_120, 22_200), end_um=(46_674, 22_200))
    assert "takes the tip over its margin" in broken(across)


def test_a_stroke_beyond_the_margin_is_found(good: Plan) -> None:
    start = good.strokes[0].start_um
    moved = with_stroke(good, 0, start_um=(start[0] - 2, start[1]))
    assert "stroke 1 of the zone takes the tip over its margin" in broken(moved)


def test_a_stroke_askew_or_out_of_order_is_found(good: Plan) -> None:
    end = good.strokes[0].end_um
    assert "does not run straight" in broken(with_stroke(good, 0, end_um=(end[0], end[1] + 1)))
    assert "out of range or of order" in broken(with_stroke(good, 0, turn=1))
    assert "out of range or of order" in broken(with_stroke(good, 0, zone=1))


def test_a_stroke_given_twice_is_found(good: Plan) -> None:
    twice = replace(good, strokes=(good.strokes[0], *good.strokes))
    assert "run over the same place" in broken(twice)


def test_strokes_nearer_to_each_other_than_said_are_found(good: Plan) -> None:
    one = good.strokes[0]
    near = replace(
        one,
        start_um=(one.start_um[0] + 1_000, one.start_um[1] + 100),
        end_um=(one.end_um[0] - 1_000, one.end_um[1] + 100),
    )
    assert "lie nearer to each other" in broken(
        replace(good, strokes=(one, near, *good.strokes[1:]))
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pricks_per_cm2": 400}, "pricks_per_cm2"),
        ({"hand_um_per_s": 100_001}, "hand_um_per_s_max"),
        ({"hand_um_per_s": 999}, "hand_um_per_s_min"),
        ({"hand_um_per_s": 0}, "hand_um_per_s_min"),
        ({"pitch_um": (7_600,)}, "passes"),
        ({"pitch_um": (7_600, 3_999)}, "half a tip to a whole tip apart"),
        ({"swept_um2": 1}, "swept_um2"),
        ({"topical_nl": 99_999}, "is not the volume prescribed"),
        ({"layer": 1}, "the tips are in: unknown"),
    ],
)
def test_a_false_sum_is_found(good: Plan, values: dict[str, Any], said: str) -> None:
    told = good.zones[0].needled
    assert told is not None
    other = replace(good.zones[0], needled=replace(told, **values))
    assert said in broken(replace(good, zones=(other,)))


def test_false_counts_and_times_are_found(good: Plan) -> None:
    more = replace(good.zones[0], prick_count=1)
    assert "prick_count" in broken(replace(good, zones=(more,)))
    dosed = replace(good.zones[0], dose_nl_total=1)
    assert "nothing is injected" in broken(replace(good, zones=(dosed,)))
    assert "duration_us" in broken(replace(good, duration_us=good.duration_us - 1))
    assert "travel_um" in broken(replace(good, travel_um=good.travel_um + 1))
    assert "nothing needles it" in broken(
        replace(good, zones=(replace(good.zones[0], needled=None),))
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"depth_um": 1_501}, "depth_um_max"),
        ({"depth_um": 3_001}, "needle_depth_um_max"),
        ({"margin_um": 1_999}, "margin_um_min"),
        ({"passes": 11}, "passes_max"),
        ({"pricks_per_cm2": 600}, "not the density prescribed"),
    ],
)
def test_a_prescription_beyond_its_limits_is_found(
    good: Plan, changes: dict[str, Any], said: str
) -> None:
    asked = good.prescription
    other = replace(asked, zones=(replace(asked.zones[0], **changes),))
    assert said in broken(replace(good, prescription=other))


def test_strokes_without_a_pen_and_pricks_with_one_are_found(good: Plan) -> None:
    injected = plan(order())
    assert "no pen or roller is prescribed" in broken(replace(injected, strokes=good.strokes))
    told = replace(injected.zones[0], needled=good.zones[0].needled)
    assert "needled" in broken(replace(injected, zones=(told,)))
    assert "none of its pricks has a place" in broken(replace(good, pricks=injected.pricks))
