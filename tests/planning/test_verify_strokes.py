"""The check of strokes, on strokes drawn by hand: every violation whole, at its very bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mesogun.errors import Violation
from mesogun.planning import Component, Earlier, Limit, Plan, Prescription, PrickTable, column
from mesogun.planning.plan import Needled, Pause, PlannedZone, Settled, Stroke
from mesogun.planning.prescription import Needling, Skin, Zone
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.limits import tightest
from mesogun.planning.verify.strokes import check_strokes
from tests.planning.samples import SQUARE, moved, order, zone
from tests.planning.told_whole import rule

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
PEN = Needling("pen", 12, 8_000, 110, 0, 20_000, "test")
ROLLER = Needling("roller", 192, 8_000, 0, 60_000, 30_000, "test")
FAR = moved(SQUARE, 70_000, 0)
ACROSS = [((7_000, 10_000), (53_000, 10_000)), ((53_000, 18_000), (7_000, 18_000))]
UP = [((10_000, 7_000), (10_000, 53_000)), ((18_000, 53_000), (18_000, 7_000))]
TOLD = Needled(20_000, (8_000,), 12 * 110 * 100_000_000 // (20_000 * 8_000), 92_000 * 8_000)
ORIGIN = {"origin": "prescription"}


def asked(*zones: Zone, by: Needling = PEN, volume_nl: int = 0, **values: int) -> Prescription:
    some = zones or (zone("a", SQUARE),)
    made = order(*(replace(one, technique="needling", rate_nl_per_s=0) for one in some))
    told = {**VALUES, **values}
    limits = tuple(Limit(name, value, "1", None, "me", "test") for name, value in told.items())
    product = replace(made.product, volume_nl=volume_nl)
    return replace(made, product=product, head=by.kind, needling=by, limits=limits)


def stroked(
    rx: Prescription | None = None,
    strokes: list[Stroke] | None = None,
    told: tuple[Needled | None, ...] = (TOLD,),
    counts: tuple[int, ...] = (6_072,),
    **changes: Any,
) -> Plan:
    """Two strokes of a pen, 8 mm apart; 92 mm at 12 needles and 110 cycles: 6072 pricks."""
    rx = rx or asked()
    zones = tuple(
        PlannedZone(
            one.name, one.area, one.technique, one.outline_um, one.exclusions_um,
            int(one.margin_um), 0, 0, (0, 0, 0, 0), count, 0, needled=said,
        )
        for one, said, count in zip(rx.zones, told, counts, strict=True)
    )  # fmt: skip
    none = column([])
    table = PrickTable(none, none, none, none, none, none, none)
    some = strokes if strokes is not None else [Stroke(0, 0, *one) for one in ACROSS]
    made = Plan(rx, (), zones, table, 0, 0, (), (), None, tuple(some))
    # one hop of 8 mm at 60 mm/s, two settlings of 50 ms, 92 mm at 20 mm/s
    return replace(made, **{"duration_us": 4_833_334, "travel_um": 8_000, **changes})


def told_of(made: Plan) -> list[Violation]:
    found = Findings()
    bounds = tightest(made.prescription, found)
    assert bounds is not None
    assert made.prescription.needling is not None
    check_strokes(made, made.prescription.needling, bounds, found)
    return found.all


def limit(name: str, value: int, bound: int, where: str | None = "a", note: str = "") -> Violation:
    return Violation(name, value, bound, "1", "me", where, (), note)


def names(made: Plan) -> list[str]:
    return [one.limit for one in told_of(made)]


def test_strokes_of_which_all_is_true_pass() -> None:
    assert told_of(stroked()) == []


def test_pauses_what_is_settled_and_earlier_sessions_are_told() -> None:
    note = "a plan of strokes has no pauses and goes on with none"
    pause, settled = (Pause(0, "refill", 0, "x"),), Settled("sha256:" + "0" * 64, (), ())
    for changes in ({"pauses": pause}, {"settled": settled}):
        assert told_of(stroked(**changes)) == [rule("strokes", 1, 0, note=note)]
    records = (Earlier("r", "d", 5, ((1, 1, 0),)), Earlier("s", "d", 5, ()))
    note = "nothing keeps strokes away from the pricks of earlier sessions"
    assert told_of(stroked(replace(asked(), earlier=records))) == [
        rule("earlier", 2, 0, "records", note=note)
    ]
    assert told_of(stroked(strokes=[])) == [
        rule("strokes", 0, 1, "strokes", note="a plan without a stroke")
    ]


@pytest.mark.parametrize(
    ("second", "far"),
    [
        (Stroke(-1, 0, *ACROSS[1]), 53_000),
        (Stroke(1, 0, *ACROSS[1]), 53_000),
        (Stroke(0, -1, *ACROSS[1]), 53_000),
        (Stroke(0, 1, *ACROSS[1]), 53_000),
        (Stroke(0, 0, (10_000_001, 5), (5, 5)), 10_000_001),
        (Stroke(0, 0, (5, 5), (5, -10_000_001)), 10_000_001),
    ],
)
def test_a_stroke_is_of_a_zone_and_a_pass_and_within_reach(second: Stroke, far: int) -> None:
    note = "stroke 2: zone, pass or place is out of range or of order"
    made = stroked(strokes=[Stroke(0, 0, *ACROSS[0]), second])
    assert told_of(made) == [rule("strokes", far, 10_000_000, "um", note=note)]


def test_strokes_stand_in_the_order_of_zones_and_passes() -> None:
    rx = asked(zone("a", SQUARE, passes=2), zone("b", FAR))
    over = [Stroke(0, 0, *ACROSS[0]), Stroke(0, 1, *UP[0]), Stroke(1, 0, *ACROSS[0])]
    note = "stroke 2: zone, pass or place is out of range or of order"
    for first, second in ((1, 0), (2, 0), (2, 1)):
        made = stroked(rx, [over[first], over[second]], (TOLD, TOLD), (1, 1))
        assert told_of(made) == [rule("strokes", 53_000, 10_000_000, "um", note=note)]


@pytest.mark.parametrize(
    ("turn", "end", "straight"),
    [
        (0, (53_000, 10_000), True), (0, (53_000, 10_001), False), (0, (7_000, 10_000), False),
        (1, (7_000, 53_000), True), (1, (7_001, 53_000), False), (1, (53_000, 10_000), False),
    ],
)  # fmt: skip
def test_a_stroke_runs_along_its_pass(turn: int, end: tuple[int, int], straight: bool) -> None:
    rx = asked(zone("a", SQUARE, passes=2))
    made = stroked(rx, [Stroke(0, turn, (7_000, 10_000), end)])
    note = "stroke 1 does not run straight along its pass"
    told = rule("strokes", 1, 0, "strokes", note=note)
    if straight:
        assert told not in told_of(made)
    else:
        assert told_of(made) == [told]


def test_nothing_of_a_zone_that_is_needled_is_injected() -> None:
    one = stroked()
    for change, value in (
        ({"spacing_um_min": 3}, 3), ({"pitch_um": 4}, 4), ({"basis_um": (0, 5, 0, 0)}, 5),
        ({"dose_nl_total": 6}, 6),
    ):  # fmt: skip
        made = replace(one, zones=(replace(one.zones[0], **change),))  # type: ignore[arg-type]
        assert told_of(made) == [rule("zones", value, 0, zone="a", note="nothing is injected")]
    other = replace(one, zones=(replace(one.zones[0], area="chin"),))
    assert [each.limit for each in told_of(other)] == ["zones"]


def test_a_zone_that_nothing_needles_is_told_and_the_next_one_is_checked() -> None:
    rx = asked(zone("a", SQUARE), zone("b", SQUARE))
    strokes = [Stroke(1, 0, *one) for one in ACROSS]
    nothing = rule("needled", 0, 1, zone="a", note="nothing needles it")
    assert told_of(stroked(rx, strokes, (TOLD, TOLD), (0, 6_072))) == [nothing]
    assert told_of(stroked(rx, strokes, (TOLD, TOLD), (0, 6_071))) == [
        nothing,
        rule("prick_count", 6_071, 6_072, "pricks", zone="b"),
    ]
    silent = told_of(stroked(None, None, (None,), (0,)))
    assert silent == [rule("needled", 0, 1, zone="a", note="nothing needles it")]


def test_pricks_are_counted_from_the_way_and_the_hand() -> None:
    for off in (-1, 1):
        assert told_of(stroked(counts=(6_072 + off,))) == [
            rule("prick_count", 6_072 + off, 6_072, "pricks", zone="a")
        ]
    # a roller: 192 needles each 60 mm
    rolled = replace(
        TOLD, hand_um_per_s=30_000, pricks_per_cm2=192 * 100_000_000 // (60_000 * 8_000)
    )
    made = stroked(asked(by=ROLLER), None, (rolled,), (294,), duration_us=3_300_002)
    assert told_of(made) == []


@pytest.mark.parametrize(
    ("start", "off", "keeps"),
    [
        ((7_000, 10_000), 0, True), ((6_999, 10_000), 0, False), ((7_000, 7_000), 0, True),
        ((7_000, 6_999), 0, False), ((7_000, 53_000), 0, True), ((7_000, 53_001), 0, False),
        ((6_500, 10_000), 1_000, True), ((6_499, 10_000), 1_000, False),
        ((6_501, 10_000), 999, True), ((6_500, 10_000), 999, False),
    ],
)  # fmt: skip
def test_half_a_tip_more_than_the_margin_is_kept_off(
    start: tuple[int, int], off: int, keeps: bool
) -> None:
    """Margin 3 mm and half of 8 mm; with a tip of 7 mm 6.5, of 7.001 mm 6.5005."""
    rx = asked(by=replace(PEN, width_um=8_000 - off))
    made = stroked(rx, [Stroke(0, 0, start, (50_000, start[1]))])
    note = "stroke 1 of the zone takes the tip over its margin"
    told = rule("margin_um", 1, 0, "strokes", zone="a", note=note)
    assert (told in told_of(made)) == (not keeps)


HOLE = ((28_000, 28_000), (32_000, 28_000), (32_000, 32_000), (28_000, 32_000))


@pytest.mark.parametrize(
    ("ends", "keeps"),
    [
        (((10_000, 21_000), (50_000, 21_000)), True),
        (((10_000, 21_001), (50_000, 21_001)), False),
        (((50_000, 39_000), (10_000, 39_000)), True),
        (((50_000, 38_999), (10_000, 38_999)), False),
        (((10_000, 30_000), (21_000, 30_000)), True),
        (((10_000, 30_000), (21_001, 30_000)), False),
        (((39_000, 30_000), (50_000, 30_000)), True),
        (((38_999, 30_000), (50_000, 30_000)), False),
        (((10_000, 30_000), (50_000, 30_000)), False),
        (((23_050, 23_050), (10_000, 23_050)), True),
        (((23_051, 23_051), (10_000, 23_051)), False),
    ],
)
def test_an_exclusion_is_kept_off_from_every_side(
    ends: tuple[tuple[int, int], tuple[int, int]], keeps: bool
) -> None:
    for turn in (0, 1):
        turned = ends if turn == 0 else tuple((y, x) for x, y in ends)
        rx = asked(zone("a", SQUARE, HOLE, passes=2))
        first = [Stroke(0, 0, *ACROSS[0])] if turn else []
        made = stroked(rx, [*first, Stroke(0, turn, *turned)])
        note = f"stroke {turn + 1} of the zone takes the tip over its margin"
        told = rule("margin_um", 1, 0, "strokes", zone="a", note=note)
        assert (told in told_of(made)) == (not keeps)


def test_an_edge_between_far_corners_is_not_crossed() -> None:
    """A wedge without a corner near: both ends are outside of it, the way is not."""
    wedge = ((30_000, -1_000), (31_000, 61_000), (32_000, -1_000))
    board = ((-9_000, -9_000), (90_000, -9_000), (90_000, 90_000), (-9_000, 90_000))
    rx = asked(zone("a", board, wedge))
    note = "stroke 1 of the zone takes the tip over its margin"
    told = rule("margin_um", 1, 0, "strokes", zone="a", note=note)
    assert told in told_of(stroked(rx, [Stroke(0, 0, (5_000, 20_000), (60_000, 20_000))]))
    assert told not in told_of(stroked(rx, [Stroke(0, 0, (5_000, 20_000), (20_000, 20_000))]))
    # several are counted, the first is named
    some = [Stroke(0, 0, (5_000, y), (60_000, y)) for y in (70_000, 30_000, 20_000)]
    note = "stroke 2 of the zone takes the tip over its margin"
    assert rule("margin_um", 2, 0, "strokes", zone="a", note=note) in told_of(stroked(rx, some))


def test_a_margin_below_its_limit_and_too_many_passes_are_told() -> None:
    assert told_of(stroked(asked(margin_um_min=3_000))) == []
    assert told_of(stroked(asked(margin_um_min=3_001))) == [limit("margin_um_min", 3_000, 3_001)]
    rx = asked(zone("a", SQUARE, passes=2), passes_max=2)
    both = [Stroke(0, k, *one) for k, some in enumerate((ACROSS, UP)) for one in some]
    density = 2 * 12 * 110 * 100_000_000 // (20_000 * 8_000)
    two = replace(TOLD, pitch_um=(8_000, 8_000), pricks_per_cm2=density)
    # from (7, 18) to (10, 7): 11.401 mm more
    times = {"duration_us": 0, "travel_um": 8_000 + 11_401 + 8_000}
    made = stroked(rx, both, (two,), (12_144,), **times)
    assert [one for one in told_of(made) if one.limit != "duration_us"] == []
    fewer = replace(made, prescription=asked(zone("a", SQUARE, passes=2), passes_max=1))
    assert limit("passes_max", 2, 1) in told_of(fewer)
    short = stroked(rx, both, (replace(two, pitch_um=(8_000,)),), (12_144,), **times)
    assert rule("passes", 1, 2, "passes", zone="a") in told_of(short)
    alone = stroked(rx, both[:2], (two,), (6_072,))
    note = "pass 2 is empty"
    assert rule("passes", 0, 1, "strokes", zone="a", note=note) in told_of(alone)


@pytest.mark.parametrize(
    ("pitch", "fits"), [(4_000, True), (3_999, False), (8_000, True), (8_001, False)]
)
def test_strokes_lie_half_a_tip_to_a_whole_tip_apart(pitch: int, fits: bool) -> None:
    density = 12 * 110 * 100_000_000 // (20_000 * pitch)
    said = replace(TOLD, pitch_um=(pitch,), pricks_per_cm2=density, swept_um2=92_000 * pitch)
    note = "strokes lie half a tip to a whole tip apart"
    told = [one for one in told_of(stroked(told=(said,))) if one.note == note]
    assert told == ([] if fits else [rule("pitch_um", pitch, 8_000, "um", zone="a", note=note)])


def test_the_least_that_a_pass_sweeps_is_told() -> None:
    for off in (-1, 1):
        said = replace(TOLD, swept_um2=736_000_000 + off)
        assert told_of(stroked(told=(said,))) == [
            rule("swept_um2", 736_000_000 + off, 736_000_000, "um2", zone="a")
        ]
    rx = asked(zone("a", SQUARE, passes=2))
    strokes = [*(Stroke(0, 0, *one) for one in ACROSS), Stroke(0, 1, *UP[0])]
    two = replace(TOLD, pitch_um=(8_000, 8_000), pricks_per_cm2=1_650, swept_um2=46_000 * 8_000)
    assert "swept_um2" not in names(stroked(rx, strokes, (two,), (9_108,)))
    first = [Stroke(0, 0, *ACROSS[0]), *(Stroke(0, 1, *one) for one in UP)]
    assert "swept_um2" not in names(stroked(rx, first, (two,), (9_108,)))


def test_strokes_are_not_nearer_than_the_plan_says_nor_over_each_other() -> None:
    def told(*lines: tuple[int, int, int], turn: int = 0) -> list[Violation]:
        """Strokes as (aside, from, to)."""
        rx = asked(zone("a", SQUARE, passes=2))
        way = [((a, y), (b, y)) if turn == 0 else ((y, a), (y, b)) for y, a, b in lines]
        first = [Stroke(0, 0, *ACROSS[0])] if turn else []
        said = replace(TOLD, pitch_um=(8_000, 8_000))
        made = stroked(rx, [*first, *(Stroke(0, turn, *one) for one in way)], (said,), (1,))
        found = told_of(made)
        return [one for one in found if "two strokes" in one.note]

    for turn in (0, 1):
        near = f"two strokes of pass {turn + 1} lie nearer to each other"
        over = f"two strokes of pass {turn + 1} run over the same place"
        assert told((10_000, 7_000, 9_000), (18_000, 9_000, 7_000), turn=turn) == []
        assert told((10_000, 7_000, 9_000), (17_999, 9_000, 7_000), turn=turn) == [
            rule("pitch_um", 7_999, 8_000, "um", zone="a", note=near)
        ]
        lines = ((30_000, 7_000, 9_000), (10_000, 7_000, 9_000), (17_000, 7_000, 9_000))
        assert [one.value for one in told(*lines, turn=turn)] == [7_000]
        assert told((10_000, 7_000, 9_000), (10_000, 9_001, 12_000), turn=turn) == []
        twice = rule("strokes", 2, 1, "strokes", zone="a", note=over)
        assert told((10_000, 7_000, 9_000), (10_000, 9_000, 12_000), turn=turn) == [twice]
        assert told((10_000, 12_000, 9_000), (10_000, 7_000, 9_001), turn=turn) == [twice]


@pytest.mark.parametrize(
    ("hand", "low", "high", "told"),
    [
        (20_000, 20_000, 20_000, []),
        (20_000, 20_001, 100_000, [limit("hand_um_per_s_min", 20_000, 20_001)]),
        (20_000, 1_000, 19_999, [limit("hand_um_per_s_max", 20_000, 19_999)]),
    ],
)
def test_the_hand_is_neither_too_slow_nor_too_fast(
    hand: int, low: int, high: int, told: list[Violation]
) -> None:
    rx = asked(hand_um_per_s_min=low, hand_um_per_s_max=high)
    assert told_of(stroked(rx, told=(replace(TOLD, hand_um_per_s=hand),))) == told


def test_the_density_is_that_of_hand_pitch_and_needles() -> None:
    assert TOLD.pricks_per_cm2 == 825
    for off in (-1, 1):
        assert told_of(stroked(told=(replace(TOLD, pricks_per_cm2=825 + off),))) == [
            rule("pricks_per_cm2", 825 + off, 825, "1/cm2", zone="a")
        ]
    other = asked(by=replace(PEN, hand_um_per_s=20_001))
    note = "not the speed of the hand that was told"
    assert told_of(stroked(other)) == [rule("hand_um_per_s", 20_000, 20_001, "um/s", note=note)]
    for density, fits in ((825, True), (817, True), (816, False), (833, True), (834, False)):
        rx = asked(zone("a", SQUARE, pricks_per_cm2=density), by=replace(PEN, hand_um_per_s=5))
        note = "not the density prescribed"
        told = rule("pricks_per_cm2", 825, density, "1/cm2", zone="a", note=note)
        assert told_of(stroked(rx)) == ([] if fits else [told])
    # without a speed or a pitch there is no density
    for said in (replace(TOLD, hand_um_per_s=0), replace(TOLD, pitch_um=(0,))):
        assert "pricks_per_cm2" not in names(stroked(told=(said,)))
    one = replace(TOLD, pitch_um=(1,), pricks_per_cm2=1)
    assert "pricks_per_cm2" in names(stroked(told=(one,)))
    slow = replace(TOLD, hand_um_per_s=1)
    assert "pricks_per_cm2" in names(stroked(told=(slow,)))


@pytest.mark.parametrize(
    ("depth", "sine", "needle", "cap", "told"),
    [
        (1_500, 1_000_000, 1_500, 1_500, []),
        (1_501, 1_000_000, 1_500, 1_501, [limit("needle_depth_um_max", 1_501, 1_500)]),
        (1_501, 1_000_000, 1_501, 1_500, [limit("depth_um_max", 1_501, 1_500)]),
        (1_001, 500_000, 1_001, 501, []),
        (1_001, 500_000, 1_001, 500, [limit("depth_um_max", 501, 500)]),
        (1, 1_000_000, 9, 9, []),
        (0, 1_000_000, 9, 9, [rule("depth_um", 0, 1, "um", zone="a")]),
    ],
)
def test_tips_go_no_deeper_than_allowed(
    depth: int, sine: int, needle: int, cap: int, told: list[Violation]
) -> None:
    one = zone("a", SQUARE, depth_um=depth, angle_sin_ppm=sine)
    rx = asked(one, needle_depth_um_max=needle, depth_um_max=cap)
    assert told_of(stroked(rx)) == told


@pytest.mark.parametrize(
    ("skin", "layer"),
    [
        (None, 0), (Skin(100, None, None, "t"), 0), (Skin(None, 900, None, "t"), 0),
        (Skin(600, 900, None, "t"), 1), (Skin(599, 900, None, "t"), 2),
        (Skin(100, 600, None, "t"), 2), (Skin(100, 599, None, "t"), 3),
    ],
)  # fmt: skip
def test_the_layer_is_where_the_tips_end(skin: Skin | None, layer: int) -> None:
    rx = asked(zone("a", SQUARE, skin=skin))
    names_of = ("unknown", "epidermis", "dermis", "subcutis")
    for said in range(4):
        made = stroked(rx, told=(replace(TOLD, layer=said),))
        note = f"the tips are in: {names_of[layer]}"
        wanted = [] if said == layer else [rule("layer", said, layer, zone="a", note=note)]
        assert told_of(made) == wanted


def both(first: int, second: int, rx: Prescription) -> list[Violation]:
    """What is told of products on two zones of 7.36 cm2 swept."""
    told = tuple(replace(TOLD, topical_nl=one) for one in (first, second))
    strokes = [Stroke(k, 0, *one) for k in (0, 1) for one in ACROSS]
    made = stroked(rx, strokes, told, (6_072, 6_072))
    return [one for one in told_of(made) if one.limit not in ("duration_us", "travel_um")]


def test_all_of_each_product_goes_onto_the_skin() -> None:
    rx = asked(zone("a", SQUARE), zone("b", SQUARE), volume_nl=1_000)
    assert both(400, 600, rx) == []
    name = rx.product.name
    note = f"what goes onto the skin is not the volume prescribed of {name!r}"
    for second in (599, 601):
        assert both(400, second, rx) == [
            rule("volume_nl", 400 + second, 1_000, "nl", note=note, **ORIGIN)
        ]
    assert both(1_001, -1, rx) == [rule("volume_nl", 1_000, 1_000, "nl", note=note, **ORIGIN)]
    assert both(1_000, 0, rx) == []
    more = replace(rx, further_products=(replace(rx.product, name="second", volume_nl=70),))
    two = replace(more, zones=(rx.zones[0], replace(rx.zones[1], product=1)))
    assert both(1_000, 70, two) == []
    assert [one.bound for one in both(1_000, 71, two)] == [70]
    for most, told in ((1_070, []), (1_069, [limit("volume_nl_max", 1_070, 1_069, None)])):
        bounds = asked(zone("a", SQUARE), zone("b", SQUARE), volume_nl_max=most).limits
        assert both(1_000, 70, replace(two, limits=bounds)) == told


def test_a_share_is_met_to_a_nl() -> None:
    zones = zone("a", SQUARE, share_ppm=333_333), zone("b", SQUARE, share_ppm=666_667)
    rx = asked(*zones, volume_nl=1_000)
    for first, told in ((333, False), (334, False), (332, True), (335, True)):
        wanted = [
            rule("share_ppm", first, 333, "nl", zone="a"),
            rule("share_ppm", 1_000 - first, 666, "nl", zone="b"),
        ]
        assert both(first, 1_000 - first, rx) == (wanted if told else [])
    # shares of one product only, and zones without one
    alone = asked(zones[0], zone("b", SQUARE), volume_nl=1_000)
    assert [one.zone for one in both(400, 600, alone)] == ["a"]
    none = asked(*(replace(one, share_ppm=0) for one in zones), volume_nl=1_000)
    assert both(400, 600, none) == []


def test_what_goes_onto_a_square_centimetre_is_bounded() -> None:
    """10,000 nL on 7.36 cm2: 1,358.7 nL a cm2."""
    for cap, told in ((1_359, []), (1_358, [limit("area_dose_nl_per_cm2_max", 1_359, 1_358)])):
        rx = asked(volume_nl=10_000, area_dose_nl_per_cm2_max=cap)
        assert told_of(stroked(rx, told=(replace(TOLD, topical_nl=10_000),))) == told
    exact = asked(volume_nl=7_360, area_dose_nl_per_cm2_max=1_000)
    assert told_of(stroked(exact, told=(replace(TOLD, topical_nl=7_360),))) == []
    bare = stroked(asked(volume_nl=10), told=(replace(TOLD, topical_nl=10, swept_um2=0),))
    assert limit("area_dose_nl_per_cm2_max", 1_000_000_000, 200_000) in told_of(bare)


def test_a_component_counts_over_all_products() -> None:
    """1,000 nL at 900 pg and 70 at 1,429: 1,000,030 pg, which is more than 1 ug."""
    rx = asked(zone("a", SQUARE), zone("b", SQUARE, product=1), volume_nl=1_000)
    parts = (Component("b", 10**9), Component("a", 900)), (Component("a", 1_429),)
    first = replace(rx.product, components=parts[0])
    second = replace(rx.product, name="second", volume_nl=70, components=parts[1])
    for name, most, value in (("a", 1, 2), ("a", 2, None), ("c", 1, None)):
        bound = Limit(f"component_ug_max:{name}", most, "1", None, "me", "t")
        made = replace(rx, product=first, further_products=(second,), limits=(*rx.limits, bound))
        note = "rounded up to whole ug"
        wanted = [] if value is None else [limit(bound.name, value, most, None, note)]
        assert both(1_000, 70, made) == wanted
    exact = replace(first, components=(Component("a", 1_000),))
    bound = Limit("component_ug_max:a", 1, "1", None, "me", "t")
    assert (
        told_of(
            stroked(
                replace(asked(), product=exact, limits=(*asked().limits, bound)),
                told=(replace(TOLD, topical_nl=1_000),),
            )
        )
        == []
    )


def test_way_and_time_are_those_of_the_hand() -> None:
    for name, value in (("duration_us", 4_833_334), ("travel_um", 8_000)):
        for off in (-1, 1):
            made = stroked(**{name: value + off})
            unit = name.rsplit("_", 1)[1]
            assert told_of(made) == [rule(name, value + off, value, unit)]
    # from (53, 10) to (50, 17): 7.615 mm; strokes of 46 and 43 mm at 20 mm/s
    strokes = [Stroke(0, 0, *ACROSS[0]), Stroke(0, 0, (50_000, 17_000), (7_000, 17_000))]
    time = 2 * 50_000 + 126_917 + 2_300_000 + 2_150_000
    made = stroked(strokes=strokes, duration_us=time, travel_um=7_615)
    assert not {"duration_us", "travel_um"} & set(names(made))
    assert "duration_us" in names(replace(made, duration_us=time + 1))
    # without a speed no time is told
    still = stroked(told=(replace(TOLD, hand_um_per_s=0),), duration_us=1, travel_um=1)
    assert not {"duration_us", "travel_um"} & set(names(still))
    creeping = stroked(told=(replace(TOLD, hand_um_per_s=1),), duration_us=1, travel_um=1)
    assert {"duration_us", "travel_um"} <= set(names(creeping))
