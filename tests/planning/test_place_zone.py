"""A zone keeps off what is there, tells what it loses, and leaves its lattice where that pays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import Earlier, Infeasible, Prescription, Ring, effective, plan, verify
from mesogun.planning.asked import orders_of
from mesogun.planning.limits import Limits
from mesogun.planning.place.border import filled
from mesogun.planning.place.choose import Doses, Search, choose, search_of
from mesogun.planning.place.earlier import kept_free
from mesogun.planning.place.ease import is_spaced
from mesogun.planning.place.fit import exactly_free
from mesogun.planning.place.irregular import Scattered
from mesogun.planning.place.raster import field_of
from mesogun.planning.place.slivers import lost_percent
from mesogun.planning.place.spots import Spots
from mesogun.planning.place.squeeze import WIDER_PERCENT, closed, squeezed, widened
from mesogun.planning.place.zone import place_zone, searched
from mesogun.planning.prescription import Point3
from tests.planning.samples import CHEEK, MOLE, SQUARE, moved, order, regions, zone

POCKET: Ring = (
    (0, 0),
    (40_000, 0),
    (40_000, 18_000),
    (70_000, 18_000),
    (70_000, 14_000),
    (77_000, 14_000),
    (77_000, 21_000),
    (70_000, 21_000),
    (70_000, 19_000),
    (40_000, 19_000),
    (40_000, 40_000),
    (0, 40_000),
)
"""A square and, at the end of a passage that is too narrow, room for one prick."""
ELL: Ring = (
    (0, 0),
    (60_000, 0),
    (60_000, 5_000),
    (30_000, 5_000),
    (30_000, 30_000),
    (0, 30_000),
)
"""A square with a tail that is narrower than two margins of 3 mm."""


def crescent(wide: int) -> Ring:
    """A bent strip, about 6 cm long."""
    turns = [0.2 + k * 0.12 for k in range(24)]
    outer = [((22_000 + wide / 2), turn) for turn in turns]
    inner = [((22_000 - wide / 2), turn) for turn in reversed(turns)]
    return tuple((round(r * math.cos(t)), round(r * math.sin(t))) for r, t in outer + inner)


CRESCENT = crescent(8_000)
LEAVES_ROOM = 10**6


def search(ring: Ring, *holes: Ring, free: bool = True, margin: int = 3_000) -> Search:
    found = search_of(field_of("zone", ring, holes, margin), free=free)
    assert found is not None
    return found


def placed(
    asked: Prescription, *, free: bool = False, earlier: tuple[Earlier, ...] = ()
) -> tuple[Spots, list[str]]:
    """Place the first zone of a prescription by itself."""
    limits = Limits(effective(asked))
    one = searched(asked.zones[0], 0, limits, free=free)
    warnings: list[str] = []
    spots = place_zone(orders_of(asked, limits, [one.area_um2])[0], one, (), warnings, earlier)
    return spots, warnings


def session(*points: Point3, distance: int = 4_000, day: str = "2026-10-01") -> Earlier:
    return Earlier("a-record", day, distance, points)


# Earlier sessions


@given(
    points=st.lists(
        st.tuples(*[st.integers(-10_000, 70_000)] * 2, st.integers(-5_000, 5_000)), max_size=16
    ),
    distance=st.sampled_from((1, 2_000, 4_000, 7_000)),
)
@settings(max_examples=40, deadline=None)
def test_every_prick_keeps_its_distance_from_all_earlier_ones(
    points: list[Point3], distance: int
) -> None:
    two = session(*points[:6], distance=distance), session(*points[6:], distance=3_000)
    spots, _ = placed(order(zone(outline=SQUARE), volume_nl=100_000), earlier=two)
    for one in two:
        for x, y, z in one.points_um:
            away = (spots.x_um - x) ** 2 + (spots.y_um - y) ** 2 + z * z
            assert int(away.min()) >= one.distance_um**2


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ((10_000, 10_000, 0), [(10_000, 10_000, 4_000)]),
        ((-3_999, 10_000, 0), [(-3_999, 10_000, 4_000)]),
        ((-4_000, 10_000, 0), []),
        ((64_000, 10_000, 0), []),
        ((10_000, -4_000, 0), []),
        ((10_000, 64_000, 0), []),
        ((63_999, 63_999, 0), [(63_999, 63_999, 4_000)]),
        ((10_000, 10_000, 3_999), [(10_000, 10_000, 90)]),
        ((10_000, 10_000, -4_000), []),
        ((0, 0, 2_400), [(0, 0, 3_200)]),
    ],
)
def test_a_point_keeps_a_disc_of_the_plane_free(
    point: Point3, kept: list[tuple[int, int, int]]
) -> None:
    found = kept_free([session(point)], (0, 0, 60_000, 60_000))
    told = [tuple(map(int, (one.x_um[0], one.y_um[0], one.r_um[0]))) for one in found]
    assert told == kept


def test_a_record_without_points_near_is_not_named() -> None:
    far = session((900_000, 0, 0)), session(), session((0, 0, 0), day="2026-09-01")
    (one,) = kept_free(far, (0, 0, 60_000, 60_000))
    assert one.name == "the session of 2026-09-01 (record 'a-record')"


def grid(step: int) -> tuple[Point3, ...]:
    return tuple((x, y, 0) for x in range(0, 60_001, step) for y in range(0, 60_001, step))


def test_a_zone_that_earlier_pricks_fill_is_refused_with_their_session() -> None:
    with pytest.raises(Infeasible, match=r"session of 2026-10-01 \(record 'a-record'\)") as told:
        placed(order(zone(outline=SQUARE)), earlier=(session(*grid(5_000)),))
    assert told.value.zone == "cheek"
    assert [one.name for one in told.value.changes] == ["pricks", "distance_um"]
    assert (told.value.changes[1].now, told.value.changes[1].needed) == (4_000, 2_000)


def test_area_that_earlier_pricks_take_is_told() -> None:
    _, warnings = placed(order(zone(outline=SQUARE)), earlier=(session(*grid(20_000)),))
    assert any("left free" in one and "session of 2026-10-01" in one for one in warnings)
    _, warnings = placed(order(zone(outline=SQUARE)), earlier=(session((30_000, 30_000, 0)),))
    assert not warnings


# Slivers


@pytest.mark.parametrize(
    ("ring", "lost"),
    [
        (SQUARE, 0),
        (CHEEK, 0),
        (
            ((0, 0), (60_000, 0), (60_000, 5_000), (30_000, 5_000), (30_000, 30_000), (0, 30_000)),
            13,
        ),
        (((0, 0), (90_000, 0), (90_000, 5_900), (0, 5_900)), 100),
    ],
)
def test_what_is_too_narrow_for_its_margins_is_told(ring: Ring, lost: int) -> None:
    assert lost_percent(field_of("zone", ring, (), 3_000)) == lost
    assert lost_percent(field_of("zone", ring, (), 0)) == 0


@given(region=regions(20_000), margin=st.sampled_from((0, 500, 3_000)), to=st.integers(-9, 9))
@settings(max_examples=12, deadline=None)
def test_lost_area_is_what_no_possible_prick_comes_near(
    region: tuple[Ring, tuple[Ring, ...]], margin: int, to: int
) -> None:
    """The same raster, looked at cell by cell."""
    outline, *holes = (moved(ring, to * 7_000, to * -9_000) for ring in (region[0], *region[1]))
    field = field_of("zone", outline, tuple(holes), margin)
    left, low, right, high = field.box
    wide, tall = (right - left) / 64, (high - low) / 64
    assume(min(wide, tall) > 50)
    x, y = (one.ravel() for one in np.meshgrid(np.arange(64) + 0.5, np.arange(64) + 0.5))
    x, y = left + x * wide, low + y * tall
    at = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
    drawn = exactly_free(field._replace(margin_um=0), *at, 0)
    tx, ty = (one[exactly_free(field, *at, max(1, margin))] for one in (x, y))
    away = (x[:, None] - tx) ** 2 + (y[:, None] - ty) ** 2
    reached = (away <= (margin + wide + tall) ** 2).any(axis=1)
    expected = 100 * np.count_nonzero(drawn & ~reached) / max(1, np.count_nonzero(drawn))
    assert abs(lost_percent(field) - math.floor(expected)) <= 1


def test_slivers_are_counted_without_what_earlier_pricks_take() -> None:
    disc = np.array([30_000]), np.array([30_000]), np.array([25_000])
    assert lost_percent(field_of("zone", SQUARE, (MOLE,), 3_000, disc)) == 0


@given(st.integers(9_000, 40_000), st.integers(100, 5_000), st.integers(5_000, 60_000))
@settings(max_examples=40, deadline=None)
def test_a_tail_counts_as_lost_and_never_as_more_than_it_is(
    wide: int, narrow: int, long: int
) -> None:
    ring = ((0, 0), (wide, 0), (wide, wide), (0, wide), (0, narrow), (-long, narrow), (-long, 0))
    area, tail = wide * wide + long * narrow, long * narrow
    corners = 4 * (1 - math.pi / 4) * 3_000**2
    told = lost_percent(field_of("zone", ring, (), 3_000))
    assert told <= 100 * (tail + corners) / area + 2
    cell = (wide + long + wide) / 64
    assert told >= 100 * (tail - narrow * (3_000 + 3 * cell)) / area - 6 - 100 * cell / wide


def test_a_sliver_is_a_warning_of_the_plan() -> None:
    spots, warnings = placed(order(zone(outline=ELL), volume_nl=100_000))
    assert warnings == [
        "zone 'cheek': 13 % of its area gets no prick: it is too narrow for margins of 3 mm on "
        "both sides"
    ]
    assert int(spots.x_um.max()) < 30_000
    assert placed(order(zone(outline=SQUARE)))[1] == []


# Leaving the lattice


def test_a_gap_at_the_border_is_closed_where_pricks_may_leave_the_lattice() -> None:
    plain, free = search(POCKET, free=False).at(6_000), search(POCKET).at(6_000)
    assert plain.free is None
    assert free.free is not None
    assert free.pricks > len(search(POCKET, free=False).spots(plain))
    x, _ = free.free
    assert ((x >= 73_000) & (x <= 74_000)).sum() == 1
    spots = search(POCKET).spots(free)
    assert spots.lattice is None
    assert spots.pitch_um == 6_000
    assert is_spaced(spots.x_um, spots.y_um, 6_000)


def test_without_a_gap_the_lattice_stays() -> None:
    one = search(SQUARE)
    fit = one.at(9_000)
    assert fit.free is None
    assert closed(one.field, fit, one.anchor) is fit
    assert one.spots(fit).lattice is not None


def test_large_zones_keep_their_lattice_without_a_look() -> None:
    big = tuple((x * 5, y * 5) for x, y in POCKET)
    assert search(big, margin=15_000).at(6_000).free is None


def test_few_pricks_take_a_wider_spacing_than_their_lattice() -> None:
    doses = Doses(80, 10, 50, 1, LEAVES_ROOM)
    plain = choose(search(CRESCENT, free=False), 5_000, 20_000, doses)
    free = choose(search(CRESCENT), 5_000, 20_000, doses)
    assert plain is not None
    assert free is not None
    assert free.pricks == plain.pricks == 8
    assert free.pitch_um in {plain.pitch_um * percent // 100 for percent in WIDER_PERCENT}
    spots = search(CRESCENT).spots(free)
    assert is_spaced(spots.x_um, spots.y_um, free.pitch_um)
    assert exactly_free(search(CRESCENT).field, spots.x_um, spots.y_um, 3_000).all()
    top = choose(search(CRESCENT), 5_000, plain.pitch_um + 100, doses)
    assert top is not None
    assert top.pitch_um == plain.pitch_um + 100


def test_pricks_are_not_eased_where_the_dose_of_an_area_forbids_it() -> None:
    one = search(CRESCENT)
    fit = one.at(5_647)
    spots = one.spots(fit)
    points = spots.x_um, spots.y_um
    eased = widened(one.field, fit, points, 20_000, lambda fit: True)
    assert eased.pitch_um > fit.pitch_um
    assert widened(one.field, fit, points, 20_000, lambda fit: False) is fit
    assert widened(one.field, fit, points, 5_647, lambda fit: True) is fit
    assert widened(one.field, fit, (points[0][:1], points[1][:1]), 9_000, lambda fit: True) is fit
    pair = points[0][:2], points[1][:2]
    assert widened(one.field, fit, pair, 20_000, lambda fit: True).pitch_um == 5_647 * 122 // 100
    many = tuple(np.concatenate([one] * 5)[:33] for one in points)
    assert widened(one.field, fit, many, 20_000, lambda fit: True) is fit  # type: ignore[arg-type]


def test_a_spacing_asked_for_takes_a_prick_more_if_the_volume_needs_it() -> None:
    ring, pitch = crescent(9_000), 7_000
    plain, free = search(ring, free=False), search(ring)
    held = plain.at(pitch).pricks
    enough = Doses(held * 10, 10, 50, 1, LEAVES_ROOM)
    for one, total, pricks in (
        (free, held * 10, held),
        (free, held * 10 + 1, held + 1),
        (plain, held * 10 + 1, held),
        (free, held * 50, held),
    ):
        fit = choose(one, pitch, pitch, enough._replace(total=total))
        assert fit is not None
        assert fit.pricks == pricks
        assert fit.pitch_um == pitch


def test_what_cannot_be_squeezed_in_is_given_up() -> None:
    one = search(CRESCENT)
    asked: list[int] = []

    def tighter(pitch: int) -> tuple[object, tuple[np.ndarray, np.ndarray]]:
        asked.append(pitch)
        fit = one.at(pitch)
        spots = one.spots(fit)
        return fit, (spots.x_um, spots.y_um)

    assert squeezed(one.field, 12_000, 90, tighter) is None  # type: ignore[arg-type]
    assert asked == [11_760, 11_400, 11_040, 10_680]


# Irregular patterns


def scattered(ring: Ring, seed: int = 1) -> Scattered:
    return Scattered(search(ring, free=False), seed, 0)


@pytest.mark.parametrize("total", [1, 40, 250, 900])
def test_an_irregular_zone_takes_the_widest_spacing_found_that_holds_its_volume(
    total: int,
) -> None:
    doses = Doses(total, 10, 50, 1, LEAVES_ROOM)
    one = scattered(CHEEK)
    fit = choose(one, 3_000, 20_000, doses)
    assert fit is not None
    assert fit.pricks * 10 >= total
    assert all(
        fit.pitch_um >= other.pitch_um or other.pricks < -(-total // 10)
        for other in one.best.values()
    )
    spots = one.spots(fit)
    assert spots.lattice is None
    assert is_spaced(spots.x_um, spots.y_um, fit.pitch_um)
    assert len(filled(one.field, spots.x_um, spots.y_um, fit.pitch_um)[0]) == fit.pricks


def test_an_irregular_zone_doses_above_the_usual_only_at_the_tightest_spacing() -> None:
    doses = Doses(1_500, 10, 50, 1, LEAVES_ROOM)
    fit = choose(scattered(CHEEK), 5_000, 20_000, doses)
    assert fit is not None
    assert fit.pitch_um == 5_000
    assert fit.pricks * 10 < 1_500
    assert choose(scattered(CHEEK), 5_000, 20_000, doses._replace(total=50 * 500)) is None


def test_a_zone_asked_to_be_irregular_is() -> None:
    spots, _ = placed(order(zone(pattern="irregular"), volume_nl=300_000))
    assert spots.lattice is None
    assert spots.basis_um == (0, 0, 0, 0)
    assert 30 <= len(spots) <= spots.prick_bound
    assert spots.area_um2 > 10**9
    again, _ = placed(order(zone(pattern="irregular"), volume_nl=300_000))
    assert np.array_equal(spots.x_um, again.x_um)


def test_an_irregular_zone_keeps_off_earlier_pricks_too() -> None:
    there = session((25_000, 25_000, 0), distance=9_000)
    spots, _ = placed(order(zone(pattern="irregular"), volume_nl=300_000), earlier=(there,))
    assert spots.lattice is None
    assert int(((spots.x_um - 25_000) ** 2 + (spots.y_um - 25_000) ** 2).min()) >= 9_000**2


def test_an_irregular_zone_of_a_tiny_spacing_is_refused_at_once() -> None:
    field: Ring = ((-4_000_000, -4_000_000), (4_000_000, -4_000_000), (0, 4_000_000))
    with pytest.raises(PlanError, match="check the units"):
        scattered(field).at(1_000)


def test_the_bound_of_a_zone_is_told_with_its_pricks() -> None:
    spots, _ = placed(order(zone("cheek", CHEEK, MOLE, spacing_um=6_000), volume_nl=300_000))
    assert len(spots) < spots.prick_bound < 2 * len(spots)


def test_a_margin_below_its_least_is_refused() -> None:
    asked = order(zone(margin_um=1_999))
    with pytest.raises(PlanError, match="less than margin_um_min"):
        searched(asked.zones[0], 0, Limits(effective(asked)))
    fine = order(zone(margin_um=2_000))
    assert searched(fine.zones[0], 0, Limits(effective(fine))).field.margin_um == 2_000


@pytest.mark.parametrize(
    "asked",
    [
        order(zone(pattern="irregular"), volume_nl=300_000),
        order(zone(outline=CRESCENT), volume_nl=80_000),
        order(zone(outline=POCKET, spacing_um=6_000), volume_nl=100_000),
        replace(order(zone(outline=SQUARE)), earlier=(session(*grid(20_000)),)),
    ],
    ids=["irregular", "eased", "gap closed", "earlier session"],
)
def test_what_left_its_lattice_is_planned_and_verified(asked: Prescription) -> None:
    made = plan(asked)
    verify(made)
    (one,) = made.zones
    free = not asked.earlier
    assert (one.basis_um == (0, 0, 0, 0)) == free
    assert one.prick_count <= one.prick_bound
    assert 0 < one.travel_um_min <= one.travel_um
