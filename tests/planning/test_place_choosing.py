"""Which spacing is chosen, where all that the search would count is given by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mesogun.planning.dose.held import packed
from mesogun.planning.dose.held import rows as fullness
from mesogun.planning.place.bound import prick_bound
from mesogun.planning.place.choose import (
    FINENESS,
    Doses,
    Most,
    Search,
    choose,
    fullest,
    most_that_fits,
)
from mesogun.planning.place.fit import Fit
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.raster import field_of
from tests.planning.samples import SQUARE

FIELD = field_of("x", SQUARE, (), 3_000)
FREE = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
ROWS = fullness(5_000)


class Rooms:
    """Stands for the pricks' own room: what they hold fairly, and at most."""

    def __init__(self, fair: int = 0, most: int = 0) -> None:
        self.said, self.most, self.asked = fair, most, 0

    def fair(self) -> int:
        self.asked += 1
        return self.said

    def holds(self, total: int) -> bool:
        return total <= self.most

    def greatest(self) -> int:
        return self.most


class Told(Search):
    """A search that was told how many pricks each spacing holds."""

    __slots__ = ("asked", "frees", "pricks", "rooms", "tight", "wide")

    def __init__(
        self,
        pricks: Callable[[int], int],
        *,
        area_um2: int = 50_000**2,
        box_um2: int = 60_000**2,
        wide: Callable[[int, int, int], bool] = lambda _low, _high, _need: False,
        tight: Callable[[int], int | None] = lambda _total: None,
        rooms: Rooms | None = None,
        frees: bool = False,
    ) -> None:
        super().__init__(FIELD, FIELD, (30_000, 30_000), area_um2, box_um2, free=False)
        self.pricks, self.wide, self.tight, self.frees = pricks, wide, tight, frees
        self.rooms = rooms or Rooms()
        self.asked: list[tuple[int, int, int]] = []

    def at(self, pitch_um: int, finest: int = FINENESS[0]) -> Fit:
        free = FREE if self.frees else None
        return Fit(pitch_um, lattice(pitch_um, 0), (0, 0), 1, self.pricks(pitch_um), free)

    def widest(self, low: int, high: int, need: int) -> Fit | None:
        self.asked.append((low, high, need))
        return self.at(high) if self.wide(low, high, need) else None

    def squeezed(self, pitch_um: int, doses: Doses) -> Fit | None:
        count = self.tight(doses.total)
        return None if count is None else self.at(pitch_um)._replace(pricks=count)

    def room(self, pitch_um: int, doses: Doses) -> Any:
        return self.rooms


def hundred(_: int) -> int:
    return 100


def test_free_points_bear_what_the_fullest_disc_of_any_leaves_each() -> None:
    fit = Fit(5_000, lattice(5_000, 0), (0, 0), 1, 10)
    held = packed(5_000)
    assert held == 9
    for total, per_cm2, bears in (
        (80, 10**6, True), (81, 10**6, False), (80, 72, True), (70, 71, True), (71, 71, False),
        (10, 27, True), (10, 26, False),
    ):  # fmt: skip
        assert Doses(total, 8, 20, 3, per_cm2).borne_by(fit) == bears


def test_the_widest_spacing_is_asked_for_as_many_pricks_as_usual_doses_need() -> None:
    """100 steps at 8 each are 13 pricks; where a disc of 1 cm2 may hold 30, fewer steps each."""
    search = Told(hundred)
    choose(search, 5_000, 20_000, Doses(100, 8, 8, 1, 30))
    told = [(max(lo, 5_000), 20_000 if hi == 0 else hi, held) for lo, hi, held in ROWS]
    assert search.asked == [(lo, hi, -(-100 // min(8, 30 // held))) for lo, hi, held in told]
    assert [need for _, _, need in search.asked] == [13, 13, 13, 15, 25]


def test_a_spacing_is_asked_within_its_bounds_only() -> None:
    search = Told(hundred)
    choose(search, 6_000, 9_000, Doses(100, 8, 8, 1, 10**6))
    assert search.asked[0][1] == 9_000
    assert search.asked[-1][0] == 6_000
    assert all(6_000 <= low <= high <= 9_000 for low, high, _ in search.asked)
    lone = Told(hundred)
    choose(lone, 7_000, 7_000, Doses(100, 8, 8, 1, 10**6))
    assert [(low, high) for low, high, _ in lone.asked] == [(7_000, 7_000)]


def test_what_no_spacing_of_a_row_can_hold_is_not_asked_for() -> None:
    """2 mm2 of area and a box as small: more than the bound allows is passed over."""
    search = Told(hundred, area_um2=1, box_um2=1)
    choose(search, 5_000, 20_000, Doses(40, 8, 8, 1, 10**6))
    assert search.asked == []
    few = Told(hundred, area_um2=1, box_um2=1)
    choose(few, 5_000, 20_000, Doses(32, 8, 8, 1, 10**6))
    assert [need for _, _, need in few.asked] == [4] * len(ROWS)


def test_rows_that_can_hold_as_many_as_the_bound_allows_are_asked_for() -> None:
    """Wide rows are passed over where their bound is too low; one that it just allows is not."""
    for need in (prick_bound(FIELD, ROWS[2][0]), prick_bound(FIELD, ROWS[2][0]) + 1):
        search = Told(hundred, area_um2=10**10, box_um2=10**10)
        choose(search, 5_000, 20_000, Doses(need, 1, 1, 1, 10**6))
        wanted = [max(lo, 5_000) for lo, _, _ in ROWS if prick_bound(FIELD, max(lo, 5_000)) >= need]
        assert [low for low, _, _ in search.asked] == wanted
        assert 0 < len(wanted) < len(ROWS)


def test_a_tight_row_that_is_far_off_does_not_end_the_search() -> None:
    class Far(Told):
        __slots__ = ()

        def is_far_off(self, pitch_um: int, held: int, doses: Doses) -> bool:
            return pitch_um < 6_000

    fit = choose(Far(hundred), 5_000, 20_000, Doses(800, 2, 8, 1, 10**6))
    assert fit is not None
    assert fit.pitch_um == next(lo for lo, _, _ in reversed(ROWS) if lo >= 6_000)


def test_the_first_row_that_holds_all_is_taken() -> None:
    second = ROWS[1]
    search = Told(hundred, wide=lambda low, _high, _need: low == second[0])
    fit = choose(search, 5_000, 20_000, Doses(100, 8, 8, 1, 10**6))
    assert fit is not None
    assert fit.pitch_um == second[1]
    assert len(search.asked) == 2


def test_where_the_usual_dose_is_less_than_the_least_the_row_is_passed_over() -> None:
    """A disc may hold 20 steps: of 7 pricks each gets 2, less than the least of 3."""
    search = Told(hundred)
    choose(search, 5_000, 20_000, Doses(30, 8, 8, 3, 20))
    rows = [row for row in ROWS if min(8, 20 // row[2]) >= 3]
    assert 0 < len(rows) < len(ROWS)
    assert [low for low, _, _ in search.asked] == [max(lo, 5_000) for lo, _, _ in rows]
    exact = Told(hundred)
    choose(exact, 5_000, 20_000, Doses(30, 8, 8, 3, 21))
    assert [low for low, _, _ in exact.asked] == [
        max(lo, 5_000) for lo, _, held in ROWS if 21 // held >= 3
    ]


def test_squeezing_comes_before_doses_above_the_usual() -> None:
    search = Told(hundred, tight=lambda _total: 21)
    fit = choose(search, 5_000, 20_000, Doses(300, 2, 8, 1, 10**6))
    assert fit is not None
    assert (fit.pitch_um, fit.pricks) == (5_000, 21)


@pytest.mark.parametrize(("total", "pitch"), [(800, 5_000), (801, None), (799, 5_000)])
def test_then_the_tightest_spacing_under_the_cap_is_taken(total: int, pitch: int | None) -> None:
    search = Told(hundred)
    fit = choose(search, 5_000, 20_000, Doses(total, 2, 8, 1, 10**6))
    assert (None if fit is None else fit.pitch_um) == pitch


def test_of_tight_spacings_the_first_that_holds_all_is_taken() -> None:
    """At the tightest only 3 pricks are found, at the next ten times as many."""
    next_tight = ROWS[-2][0]
    search = Told(lambda pitch: 100 if pitch == next_tight else 3)
    fit = choose(search, 5_000, 20_000, Doses(800, 2, 8, 1, 10**6))
    assert fit is not None
    assert fit.pitch_um == next_tight


def test_a_crowded_zone_is_divided_prick_by_prick_as_the_last_resort() -> None:
    doses = Doses(150, 2, 8, 1, 21)
    for most, found in ((150, True), (149, False)):
        search = Told(hundred, rooms=Rooms(fair=120, most=most))
        fit = choose(search, 5_000, 5_500, doses)
        assert (fit is not None) == found
    # with more than 400 pricks nobody counts
    many = Told(lambda _pitch: 401, rooms=Rooms(fair=120, most=150))
    assert choose(many, 5_000, 5_500, Doses(1_300, 2, 8, 1, 21)) is None
    some = Told(lambda _pitch: 400, rooms=Rooms(fair=120, most=1_300))
    assert choose(some, 5_000, 5_500, Doses(1_300, 2, 8, 1, 21)) is not None
    none = Told(lambda _pitch: 0, rooms=Rooms(fair=0, most=150))
    assert choose(none, 5_000, 5_500, doses) is None
    # where the dose of a prick binds before that of an area it would be in vain
    alone = Told(lambda _pitch: 10, rooms=Rooms(fair=120, most=150))
    assert choose(alone, 5_000, 5_500, Doses(150, 2, 3, 1, 21)) is None


def test_far_too_much_for_any_border_is_given_up_at_once() -> None:
    """1 cm2 of area: however the border runs it holds some hundreds at most."""
    doses = Doses(10**6, 2, 8, 1, 21)
    search = Told(hundred, area_um2=100_000_000, box_um2=100_000_000, rooms=Rooms(most=10**9))
    # most = 4 + 8 + 4 pricks, 7 to a disc: nothing is far off below 4 times 7
    assert not search.is_far_off(5_000, 7, doses)
    assert choose(search, 5_000, 5_500, doses) is not None
    large = Told(hundred, area_um2=1_000_000_000, box_um2=900_000_000, rooms=Rooms(most=10**9))
    assert choose(large, 5_000, 5_500, doses) is None
    most = 1_000_000_000 * 11_547 // (10_000 * 25_000_000) + 4 * 30_000 // 5_000 + 4
    assert most == 74
    for held, total, far in (
        (7, most * 4 * 21 // 7 + 1, True), (7, most * 4 * 21 // 7, False),
        (18, most * 4 * 21 // 18 + 1, True), (19, 10**6, False),
    ):  # fmt: skip
        assert large.is_far_off(5_000, held, Doses(total, 2, 8, 1, 21)) == far


@pytest.mark.parametrize(
    ("pricks", "per_cm2", "holds"),
    [
        (100, 10**6, 800),  # the cap of a prick
        (100, 56, 800),
        (100, 55, 120),  # 7 to a disc: each neighbour is counted
        (401, 55, 401 * 7),
        (400, 55, 120),
        (401, 20, 0),  # 2 each, less than the least
        (401, 21, 401 * 3),
        (0, 55, 0),
        (0, 10**6, 0),
    ],
)
def test_what_a_spacing_holds_is_counted_where_an_area_s_dose_binds(
    pricks: int, per_cm2: int, holds: int
) -> None:
    search = Told(lambda _pitch: pricks, rooms=Rooms(fair=120))
    doses = Doses(1, 2, 8, 3, per_cm2)
    assert search.holds(5_000, 7, doses) == holds
    assert search.holds(5_000, 7, doses) == holds
    assert search.rooms.asked <= 1  # it is remembered


def test_free_points_may_lie_as_densely_as_any_do() -> None:
    """At 5 mm a disc takes in 7 of a lattice and 9 of any points."""
    for frees, holds in ((False, 8 * 500), (True, 6 * 500)):
        search = Told(lambda _pitch: 500, frees=frees)
        assert search.holds(5_000, 7, Doses(1, 2, 8, 1, 56)) == holds


def test_the_fullest_spacing_is_the_one_whose_pricks_hold_most() -> None:
    doses = Doses(1, 2, 8, 1, 10**6)
    second = ROWS[-2][0]

    def peak(pitch: int) -> int:
        return 90 if pitch == second else 80

    assert fullest(Told(peak), 5_000, 20_000, doses) == Most(720, 90, second, ROWS[-2][2])
    assert fullest(Told(hundred), 5_000, 20_000, doses) == Most(800, 100, ROWS[0][0], 1)
    assert fullest(Told(lambda _pitch: 0), 5_000, 20_000, doses) == Most(0, 0, 5_000, ROWS[-1][2])
    assert fullest(Told(lambda _pitch: 1), 5_000, 20_000, Doses(1, 1, 1, 1, 9)).steps == 1


def test_a_place_is_crowded_where_the_dose_of_an_area_binds_first() -> None:
    doses = Doses(1, 2, 8, 1, 56)
    assert not Most(0, 0, 5_000, 7).is_crowded(doses)
    assert Most(0, 0, 5_000, 8).is_crowded(doses)


def test_the_most_that_fits_is_found_by_dividing_and_by_squeezing() -> None:
    plain = Told(hundred)
    assert most_that_fits(plain, 5_000, 5_400, Doses(1, 2, 8, 1, 10**6))[0] == 800
    crowded = Told(hundred, rooms=Rooms(fair=700, most=750))
    doses = Doses(1, 2, 8, 1, 49)
    assert most_that_fits(crowded, 5_000, 5_400, doses)[:2] == (750, 100)
    less = Told(hundred, rooms=Rooms(fair=700, most=650))
    assert most_that_fits(less, 5_000, 5_400, doses)[0] == 700
    # one more step is asked for until it does not go
    asked: list[int] = []

    def tight(total: int) -> int | None:
        asked.append(total)
        return 500 if total <= 801 else None

    squeezed = most_that_fits(Told(hundred, tight=tight), 5_000, 5_400, Doses(1, 2, 8, 1, 10**6))
    assert squeezed == Most(1_000, 500, 5_000, packed(5_000))
    assert asked == [801, 1_001]
