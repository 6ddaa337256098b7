"""The fullest square centimetre: found wherever its centre is, and told whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mesogun.errors import Violation
from mesogun.planning import Limit, Plan
from mesogun.planning.plan import Settled
from mesogun.planning.verify.columns import rows_of_plan
from mesogun.planning.verify.discs import RADIUS_UM, Discs, Search, holds, most_in_disc
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.fullness import check_discs, holds_more, lies_on
from mesogun.planning.verify.limits import tightest
from tests.planning.plans_by_hand import Place, bounded, by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone

R = RADIUS_UM


def search_of(
    places: Any, caps: tuple[int, ...] = (1,), *, flat: bool = True, **more: Any
) -> Search:
    """A search over places with 1 nL each, unless said otherwise; not run yet."""
    at = np.array(places, dtype=np.int64)
    x, y = at[:, 0].copy(), at[:, 1].copy()
    z = at[:, 2].copy() if at.shape[1] > 2 else np.zeros_like(x)
    ones = np.ones_like(x)
    dose, rank = more.pop("dose", ones), more.pop("rank", 0 * ones)
    return Search((x, y, z), np.array(dose), np.array(rank), np.array(caps), flat=flat, **more)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_pair_is_found_wherever_the_only_spot_is_whose_discs_hold_both(axis: int) -> None:
    """11.283 mm along and 0.15 aside: centres lie within a tenth of a um, half way between two."""
    places = []
    for k in range(R):
        start = 40_000 * (k % 75) + k, 40_000 * (k // 75) + 7 * k
        for dx, dy in ((0, 0), (2 * R - 1, 150)):
            place = [start[0] + dx, start[1] + dy]
            places.append(place if axis == 0 else place[::-1])
    search = search_of(places)
    assert search.run()
    assert search.worst_nl == {0: 2}
    assert search.held[0].all()
    farther = [
        [x + 76 * (k % 2) * axis, y + 76 * (k % 2) * (1 - axis)] for k, (x, y) in enumerate(places)
    ]
    again = search_of(farther)
    assert again.run()
    assert again.worst_nl == {}


@pytest.mark.parametrize("flat", [True, False])
def test_two_places_share_one_disc_up_to_its_diameter_wherever_they_are(flat: bool) -> None:
    """Exactly one disc holds both: its centre is half way; in a ball, on each of three axes."""
    for axis in range(2 if flat else 3):
        places = []
        for k in range(0, R, 1 if flat else 1_900):
            start = [40_000 * (k % 75) + k, 40_000 * (k // 75) + 3 * k, 0 if flat else k]
            end = list(start)
            end[axis] += 2 * R
            places += [start, end]
        search = search_of(places, flat=flat)
        assert search.run()
        assert search.held[0].all()
        assert search.worst_nl == {0: 2}


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("start", [0, 1, 2])
def test_a_pair_is_found_whose_only_ball_is_centred_half_way_between_two_um(
    axis: int, start: int
) -> None:
    """11.283 mm along and 0.15 aside, from the lowest prick on or 1 um beyond."""
    low, high = [0, 0, 0], [150, 150, 150]
    low[axis], high[axis] = start, start + 2 * R - 1
    high[(axis + 1) % 3] = 0
    away = [90_000, 90_000, 90_000]
    away[axis] = 0
    search = search_of([low, high, away], flat=False)
    assert search.run()
    assert search.held[0].tolist() == [True, True, False]


@pytest.mark.parametrize("off", range(4))
def test_a_pair_is_no_more_than_a_um_too_far_for_a_ball_that_is_told(off: int) -> None:
    for apart, shared in ((2 * R, True), (2 * R + 2, False)):
        at = [[off, 0, 0], [off + apart, 0, 0], [0, 90_000, 0]]
        search = search_of(at, flat=False)
        assert search.run()
        assert bool(search.worst_nl) == shared


def test_what_takes_too_long_is_not_decided() -> None:
    """All pricks within some um: no disc can tell them apart, and all of them are too few."""
    rng = np.random.default_rng(1)
    places = rng.integers(0, 5_000, (60, 2))
    full = search_of(places, caps=(59,), work=0)
    assert full.run()
    assert full.worst_nl == {0: 60}
    wide = rng.integers(0, 12_000, (400, 2))
    most = search_of(wide, caps=(1_000,), work=0)
    assert most.run()
    hard = search_of(wide, caps=(200,), work=-400 * 50_000 + 20_000)
    assert not hard.run()


def test_one_disc_is_enough_where_only_one_is_asked_for() -> None:
    places = [[40_000 * k, 0] for k in range(9)] + [[40_000 * k, 9] for k in range(9)]
    every, first = search_of(places), search_of(places)
    assert every.run()
    assert first.run(every=False)
    assert every.held[0].sum() == 18
    assert first.worst_nl == {0: 2}


def test_each_cap_has_its_own_worst_disc() -> None:
    places = [[0, 0], [0, 9], [40_000, 0], [40_000, 9], [80_000, 0], [80_000, 9], [120_000, 0]]
    search = search_of(
        places, caps=(3, 10, 20), dose=[2, 2, 9, 3, 15, 30, 21], rank=[0, 1, 1, 2, 2, 2, 2]
    )
    assert search.run()
    assert search.worst_nl == {0: 4, 1: 12, 2: 45}
    assert np.flatnonzero(search.held[0]).tolist() == [0, 1]
    assert np.flatnonzero(search.held[1]).tolist() == [2, 3]
    assert np.flatnonzero(search.held[2]).tolist() == [4, 5, 6]


@pytest.mark.parametrize("seed", range(6))
def test_whether_a_disc_through_two_holds_a_third_is_exact(seed: int) -> None:
    """Discs through two places of a coarse lattice: many others lie on their very edge."""
    rng = np.random.default_rng(seed)
    step = (806, 1, 1_411, 403, 62, 2_821)[seed]
    at = rng.integers(-7_000 // step, 7_000 // step + 1, (24, 2)) * step
    if seed == 1:
        # Pythagorean: all on the circle of radius 5642 = 2 * 7 * 13 * 31 around 0, or beside it
        at[:12] = [(R, 0), (-R, 0), (0, R), (0, -R), (2_170, 5_208), (-2_170, 5_208),
                   (5_208, 2_170), (5_208, -2_170), (-5_208, 2_170), (2_171, 5_208),
                   (2_170, 5_207), (-5_208, -2_170)]  # fmt: skip
    x, y = at[:, 0].copy(), at[:, 1].copy()
    for one in range(24):
        for two in range(24):
            dx, dy = int(x[two] - x[one]), int(y[two] - y[one])
            long2 = dx * dx + dy * dy
            if not 0 < long2 <= 4 * R * R:
                continue
            for side in (1, -1):
                disc = Discs(*(np.array([value]) for value in (0, one, two, side)))
                rows = np.arange(24)
                told = holds(disc, 0 * rows, rows, (x, y, 0 * x))
                for k in range(24):
                    rx, ry = int(x[k] - x[one]), int(y[k] - y[one])
                    a = rx * rx + ry * ry - rx * dx - ry * dy
                    b = side * (dx * ry - dy * rx)
                    # a * sqrt(long2) <= b * sqrt(4 R2 - long2)
                    left, right = a * a * long2, b * b * (4 * R * R - long2)
                    wanted = (left if a > 0 else -left) <= (right if b > 0 else -right)
                    assert told[k] == wanted


def test_a_disc_around_one_place_holds_what_is_within_its_radius() -> None:
    x, y = np.array([0, R, 0, -3_000, 0]), np.array([0, 0, -R - 1, 4_778, 0])
    rows = np.arange(5)
    alone = Discs(*(np.array([value]) for value in (0, 0, 4, 1)))
    assert holds(alone._replace(two=np.array([0])), 0 * rows, rows, (x, y, 0 * x)).tolist() == [
        True, True, False, True, True
    ]  # fmt: skip
    assert 3_000**2 + 4_778**2 <= R * R < 3_000**2 + 4_779**2


def test_more_points_than_fit_are_counted_from_the_spacing() -> None:
    """Groemer: 2 / sqrt(3) * 1 cm2 / s2 + 35.45 mm / 2 s + 1."""
    assert most_in_disc(5_642) == 7
    assert most_in_disc(100_000) == 1
    for spacing in (500, 2_000, 3_333, 5_000, 9_000):
        bound = 2 / 3**0.5 * 1e8 / spacing**2 + 3.5449e4 / (2 * spacing) + 1
        assert most_in_disc(spacing) in (int(bound), int(bound + 0.01))


REDUCED = {
    7: [(5_000, 0, 2_500, 4_331), (5_000, 0, 7_500, 4_331), (12_500, 4_331, 5_000, 0),
        (4_331, 2_500, 0, 5_000), (-4_331, -2_500, 4_331, 7_500)],
    3: [(9_770, 0, 4_885, 8_462), (9_770, 0, 14_655, 8_462), (8_462, 4_885, -8_462, 4_885)],
    5: [(R, 0, 0, R), (3_989, 3_989, -3_989, 3_989), (R, 0, 2 * R, R)],
}  # fmt: skip


@pytest.mark.parametrize("most", REDUCED)
def test_a_lattice_is_counted_by_any_of_its_bases(most: int) -> None:
    for basis in REDUCED[most]:
        assert holds_more(basis, most - 1), basis
        assert not holds_more(basis, most), basis


@pytest.mark.parametrize("seed", range(8))
def test_a_lattice_s_fullest_disc_is_that_of_a_large_piece_of_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    while True:
        ax, ay, bx, by = basis = tuple(int(one) for one in rng.integers(-9_000, 9_001, 4))
        if abs(ax * by - ay * bx) > 15_000_000 and max(map(abs, basis)) < 12_000:
            break
    i, j = (one.ravel() for one in np.mgrid[-9:10, -9:10])
    x, y = i * ax + j * bx, i * ay + j * by
    inside = x * x + y * y <= (5 * R) ** 2
    places = np.stack((x[inside], y[inside]), axis=1)
    most = 1
    while True:
        search = search_of(places, caps=(most,))
        assert search.run()
        if not search.worst_nl:
            break
        most += 1
    assert not holds_more(basis, most)  # type: ignore[arg-type]
    assert most == 1 or holds_more(basis, most - 1)  # type: ignore[arg-type]


def test_points_lie_on_a_lattice_or_do_not() -> None:
    for basis in ((7, 3, -2, 5), (5, 0, 2, 4), (-2, 5, 7, 3), (3, 7, 5, -2)):
        ax, ay, bx, by = basis
        on = {(i * ax + j * bx, i * ay + j * by) for i in range(-30, 31) for j in range(-30, 31)}
        for px in range(-12, 13):
            for py in range(-12, 13):
                assert lies_on(basis, np.array([0, px]), np.array([0, py])) == ((px, py) in on)


def told(made: Plan, *, spaced: bool = True) -> list[Violation]:
    found = Findings()
    bounds = tightest(made.prescription, found)
    assert bounds is not None
    check_discs(made, bounds, rows_of_plan(made), spaced, found)
    return found.all


CAP = "area_dose_nl_per_cm2_max"


def full(
    value: int, bound: int, where: str | None, pricks: tuple[int, ...], note: str
) -> Violation:
    return Violation(CAP, value, bound, "", f"test {CAP}", where, pricks, note)


def test_each_zone_s_cap_is_told_by_its_worst_disc() -> None:
    rx = order(*(zone(name, moved(SQUARE, 70_000 * k, 0)) for k, name in enumerate("abc")))
    rx = bounded(bounded(bounded(rx, CAP, 19_000, 2), CAP, 18_000, 1), CAP, 39_999, 0)
    places: list[Place] = [(5_000, 5_000), (10_000, 5_000), (15_000, 5_000), (75_000, 5_000),
                           (80_000, 5_000), (145_000, 5_000), (150_000, 5_000)]  # fmt: skip
    doses = [10_000, 20_000, 10_000, 10_000, 9_000, 9_500, 9_600]
    made = by_hand(giving(rx, sum(doses)), places, dose=doses, zone=[0, 0, 0, 1, 1, 2, 2])
    note = "in one disc"
    assert told(made) == [
        full(19_000, 18_000, "b", (3, 4), note),
        full(19_100, 19_000, "c", (5, 6), note),
        full(40_000, 39_999, "a", (0, 1, 2), note),
    ]
    loose = bounded(giving(rx, sum(doses)), CAP, 1, 0)
    assert {one.zone for one in told(replace(made, prescription=loose))} == {"a", "b", "c"}


def lattice_plan(basis: tuple[int, int, int, int], cap: int, **more: Any) -> Plan:
    """36 pricks of 10 uL on a lattice, 5 mm apart."""
    rx = bounded(order(zone("a", SQUARE, spacing_um=5_000), volume_nl=360_000), CAP, cap)
    places = more.pop("places", places_of(basis))
    return by_hand(rx, places, pitch_um=5_000, basis_um=basis, **more)


def places_of(basis: tuple[int, int, int, int]) -> list[Place]:
    ax, ay, bx, by = basis
    steps = [(i, j) for j in range(6) for i in range(6)]
    return [(20_000 + i * ax + j * bx, 20_000 + i * ay + j * by) for i, j in steps]


@pytest.mark.parametrize(
    "basis", [(5_000, 0, 2_500, 4_331), (4_331, 2_500, 0, 5_000), (4_924, 869, 1_710, 4_699)]
)
def test_a_whole_lattice_is_full_where_its_fullest_disc_is(
    basis: tuple[int, int, int, int],
) -> None:
    assert told(lattice_plan(basis, 70_000)) == []
    (over,) = told(lattice_plan(basis, 69_999))
    assert (over.value, over.bound, over.note) == (70_000, 69_999, "in one disc")
    # what is said to be a lattice, but is not one: the same number on two places each
    ax, ay, _, _ = basis
    doubled = [(20_000 + k // 2 * ax, 20_000 + k // 2 * ay) for k in range(36)]
    (heap,) = told(lattice_plan(basis, 50_000, places=doubled))
    assert heap.value == 60_000
    off = [(x + (k == 14), y) for k, (x, y) in enumerate(places_of(basis))]
    assert told(lattice_plan(basis, 70_000, places=off)) == []


def test_a_plan_s_own_pitch_clears_it_where_it_may() -> None:
    """At 12 mm no disc holds two; the least spacing allowed is 5 mm."""
    rx = bounded(order(zone("a", SQUARE), volume_nl=30_000), CAP, 10_000)
    far, near = row_of_points(3, 12_000), row_of_points(3, 11_000)
    assert told(by_hand(rx, far, pitch_um=12_000)) == []
    assert [one.value for one in told(by_hand(rx, near, pitch_um=5_000))] == [20_000]
    two = order(zone("a", SQUARE), zone("b", moved(SQUARE, 60_000, 0)), volume_nl=20_000)
    across: list[Place] = [(57_000, 30_000), (63_000, 30_000)]
    both = by_hand(bounded(two, CAP, 10_000), across, zone=[0, 1], pitch_um=12_000)
    assert [(one.value, one.zone) for one in told(both)] == [(20_000, "a")]


def test_what_is_too_near_is_told_by_one_disc_only() -> None:
    rx = bounded(order(zone("a", SQUARE), volume_nl=40_000), CAP, 19_999)
    places: list[Place] = [(5_000, 5_000), (10_000, 5_000), (45_000, 45_000), (45_000, 50_000)]
    assert [one.pricks for one in told(by_hand(rx, places))] == [(0, 1, 2, 3)]
    (one,) = told(by_hand(rx, places), spaced=False)
    assert one.value == 20_000


def test_of_a_full_disc_a_hundred_pricks_are_told_and_facts_are_left_out() -> None:
    rx = order(zone("a", SQUARE), volume_nl=1_200_000, area_dose_nl_per_cm2_max=1_199_999)
    places: list[Place] = [(30_000 + k % 11, 30_000 + k // 11) for k in range(120)]
    made = by_hand(rx, places)
    (over,) = told(made, spaced=False)
    assert (over.value, over.bound, over.pricks) == (1_200_000, 1_199_999, tuple(range(100)))
    done = Settled("sha256:" + "0" * 64, tuple(range(120)), (10_000,) * 120)
    assert told(replace(made, settled=done), spaced=False) == []
    last = replace(done, rows=done.rows[:119], given_nl=done.given_nl[:119])
    assert len(told(replace(made, settled=last), spaced=False)) == 1


def test_the_strictest_of_two_equal_caps_is_the_first_zone_s() -> None:
    rx = order(zone("a", SQUARE), zone("b", moved(SQUARE, 60_000, 0)), volume_nl=20_000)
    rx = replace(rx, limits=(*rx.limits, Limit(CAP, 19_999, "nl", None, "both", "t")))
    made = by_hand(rx, [(57_000, 30_000), (63_000, 30_000)], zone=[0, 1])
    assert [(one.zone, one.origin) for one in told(made)] == [("a", "both")]
