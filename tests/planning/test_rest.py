"""Neighbouring pricks rest: other shots lie between them, and time, by order or by waiting."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import Head, Motion, Pause, Point, Prescription, PrickTable, Rest, column
from mesogun.planning.order import kin
from mesogun.planning.order.kin import NEVER, Kin, kin_of
from mesogun.planning.order.passes import Pass, beyond, coloured_passes, coset_passes
from mesogun.planning.order.rest import rest_pauses, rested, shots_for
from mesogun.planning.order.seams import Ask, joined, mended, searched
from mesogun.planning.order.shots import numbered
from mesogun.planning.order.way import order as as_ever
from mesogun.planning.place.fit import Placed, area_of, best_fit, place
from mesogun.planning.place.heads import cover
from mesogun.planning.place.lattice import ANGLES, lattice
from mesogun.planning.place.raster import Integers, field_of
from mesogun.planning.place.spots import Spots, of_points, on_lattice
from mesogun.planning.timing import Places, hops_um, replay
from tests.planning.samples import CHEEK, MOLE, order, zone

PITCH = 10_000
MOTION = Motion(50_000, 60_000, 50_000, "unverified: test")


def rows_up(
    x: Integers, y: Integers, z: Integers, comes_from: object, goes_to: object
) -> tuple[Integers, int]:
    """A router that goes row by row."""
    return np.lexsort((x, y // (2 * PITCH))), 7


def spots_at(points: list[Point], pitch: int = PITCH, angle: int = 0) -> Spots:
    by_row = sorted((j, i) for i, j in points)
    i, j = np.array([i for _, i in by_row]), np.array([j for j, _ in by_row])
    return on_lattice(Placed(pitch, lattice(pitch, angle), (17, -5), i, j))


def near_pairs(spots: Spots, radius_um: int) -> list[tuple[int, int]]:
    """Every two pricks of different shots within the radius, by looking at all."""
    square = sum(
        ((one[:, None] - one) ** 2 for one in (spots.x_um, spots.y_um, spots.z_um)),
        start=np.zeros(1, dtype=np.int64),
    )
    near = (square <= radius_um**2) & (spots.shot[:, None] > spots.shot)
    return list(zip(*(one.tolist() for one in np.nonzero(near)), strict=True))


def fewest_between(spots: Spots, rows: Integers, radius_um: int) -> int:
    """How many other shots lie between neighbours, at the least."""
    after = spots.taken(rows)
    turn = numbered(after.shot).tolist()
    return min((abs(turn[a] - turn[b]) - 1 for a, b in near_pairs(after, radius_um)), default=10**9)


def travel(spots: Spots, rows: Integers) -> int:
    return int(hops_um(spots.x_um[rows], spots.y_um[rows], spots.z_um[rows]).sum())


def ask(radius_um: int, shots: int, ms: int = 0, **changes: object) -> object:
    return zone(rest=Rest(radius_um, shots, ms), **changes)


few = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6, unique=True)


@given(few, st.integers(1, 4), st.sampled_from((PITCH, 18_000, 21_000, 40_000)))
@settings(max_examples=80, deadline=None)
def test_of_a_few_pricks_the_rest_is_kept_wherever_any_order_keeps_it(
    points: list[Point], shots: int, radius_um: int
) -> None:
    spots = spots_at(points)
    best = max(
        fewest_between(spots, np.array(one), radius_um) for one in permutations(range(len(points)))
    )
    if best >= shots:
        rows, least = rested(ask(radius_um, shots), MOTION, spots, None, None, rows_up)
        assert sorted(rows.tolist()) == list(range(len(points)))
        assert fewest_between(spots, rows, radius_um) >= shots
        assert travel(spots, rows) >= least
    else:
        with pytest.raises(PlanError, match=f"ask for {best} shots or fewer"):
            rested(ask(radius_um, shots), MOTION, spots, None, None, rows_up)


@given(
    st.lists(st.tuples(*[st.integers(0, 60_000)] * 3), min_size=2, max_size=40, unique=True),
    st.integers(1, 5),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_free_points_in_space_rest_or_the_refusal_names_what_works(
    points: list[tuple[int, int, int]], shots: int, deep: bool
) -> None:
    x, y, z = (np.array(one) for one in zip(*points, strict=True))
    spots = of_points(x, y, z if deep else 0 * z, 1)
    asked = ask(12_000, shots)
    try:
        rows, least = rested(asked, MOTION, spots, (0, 0), (1, 2, 3), rows_up)
    except PlanError as refused:
        named = int(str(refused).split("ask for ")[1].split()[0])
        assert named < shots
        rows, least = rested(ask(12_000, named), MOTION, spots, (0, 0), (1, 2, 3), rows_up)
        shots = named
    assert sorted(rows.tolist()) == list(range(len(points)))
    assert fewest_between(spots, rows, 12_000) >= shots
    if near_pairs(spots, 12_000):
        assert least == ((len(points) - 1) * 12_000 if shots else 7)


def cheek(pitch: int) -> Spots:
    field = field_of("zone", CHEEK, (MOLE,), 3_000)
    _, anchor = area_of(field)
    assert anchor is not None
    return on_lattice(place(field, best_fit(field, pitch, anchor, 300_000, 10**10), anchor))


@pytest.mark.parametrize(
    ("radius", "index", "ratio"), [(1_200, 3, 1.76), (1_800, 4, 2.03), (2_100, 7, 2.70)]
)
def test_lattice_passes_are_as_short_as_the_rest_allows(
    radius: int, index: int, ratio: float
) -> None:
    spots = cheek(1_000)
    assert len(spots) > 1_000
    rows, least = rested(ask(radius, 10), MOTION, spots, None, None, rows_up)
    assert fewest_between(spots, rows, radius) >= 10
    assert least <= travel(spots, rows) <= ratio * (len(spots) - 1) * 1_000
    assert abs(least - index**0.5 * (len(spots) - 1) * 1_000) < 0.005 * least
    assert travel(spots, rows) <= 1.03 * least


@pytest.mark.parametrize("angle", range(ANGLES))
@pytest.mark.parametrize("pitch", [7, 1_001, 10_000])
def test_cosets_hold_no_neighbours_and_no_finer_ones_would_do(angle: int, pitch: int) -> None:
    points = [(i, j) for i in range(-4, 5) for j in range(-4, 5)]
    spots = spots_at(points, pitch, angle)
    assert spots.lattice is not None
    for factor in (1.0, 1.5, 1.9, 2.3):
        radius = int(pitch * factor) + 3
        passes = coset_passes(spots.lattice, radius)
        assert passes is not None
        assert sorted(np.concatenate([one.shots for one in passes]).tolist()) == list(range(81))
        for one in passes:
            assert not near_pairs(spots.taken(one.shots), radius)
        assert len(passes) in ((3, 4, 7) if pitch > 7 else (3, 4, 7, 9, 12))
        far = min(
            int(dx * dx + dy * dy)
            for dx, dy in (
                lattice(pitch, angle).at(a, b) for a in range(-9, 9) for b in range(-9, 9)
            )
            if dx * dx + dy * dy > radius * radius
        )
        told = beyond(lattice(pitch, angle), radius)
        assert told is not None
        assert told * told <= far < (told + 1) * (told + 1)


@pytest.mark.parametrize(
    ("tenths", "index"),
    list(
        zip(
            (9, 11, 17, 18, 21, 26, 27, 31, 34, 35, 37, 41, 43, 44, 46, 51, 52),
            (1, 3, 3, 4, 7, 7, 9, 12, 12, 13, 16, 19, 19, 21, 25, 27, 28),
            strict=True,
        )
    ),
)
def test_a_zone_is_gone_over_as_seldom_as_the_radius_allows(tenths: int, index: int) -> None:
    spots = spots_at([(i, j) for i in range(12) for j in range(12)])
    assert spots.lattice is not None
    passes = coset_passes(spots.lattice, PITCH * tenths // 10)
    assert passes is not None
    assert len(passes) == index
    told = beyond(spots.lattice.basis, PITCH * tenths // 10)
    assert told is not None
    assert abs(told - PITCH * index**0.5) < 3


def test_colours_are_as_few_as_the_shots_before_leave_and_evenly_used() -> None:
    asked = asking([(0, 1)], 6, 1)
    every = np.arange(6)
    passes = coloured_passes(asked.kin, asked.where, every, rows_up)
    assert [one.shots.tolist() for one in passes] == [[0, 2, 4], [1, 3, 5]]
    assert not any(one.closed for one in passes)
    clique = asking([(a, b) for a in range(3) for b in range(a)], 6, 1)
    passes = coloured_passes(clique.kin, clique.where, every, rows_up)
    assert [one.shots.tolist() for one in passes] == [[0, 3], [1, 4], [2, 5]]
    some = coloured_passes(clique.kin, clique.where, np.array([0, 1, 5]), rows_up)
    assert [one.shots.tolist() for one in some] == [[0, 5], [1]]
    across = asked.where._replace(
        x_um=np.array([5, 4, 0, 0, 2, 3]), y_um=np.array([0, 0, 7, 3, 0, 0])
    )
    # from left to right, and from below: 3, 2, 4, 5, 1, 0
    pairs = asking([(3, 2), (4, 5)], 6, 1)
    passes = coloured_passes(pairs.kin, across, every, rows_up)
    assert [sorted(one.shots.tolist()) for one in passes] == [[1, 3, 4], [0, 2, 5]]


def test_shots_that_let_time_pass_are_counted_without_the_hand_s_way() -> None:
    motion = replace(MOTION, needle_settle_us=6_000)
    # in and out 24 ms, settled 6 ms, 200 ms of dose, 100 ms of dwell, 50 ms of the hand's settling
    pressed, held = zone(interval_ms=0), zone(interval_ms=0, trigger="held")
    for ms, shots in ((0, 0), (1, 0), (380, 0), (381, 1), (760, 1), (761, 2)):
        assert shots_for(ms, pressed, motion) == shots
    for ms, shots in ((330, 0), (331, 1), (660, 1), (661, 2)):
        assert shots_for(ms, held, motion) == shots
    slow = zone(interval_ms=500)
    for ms, shots in ((500, 0), (501, 1), (1_000, 1), (1_001, 2)):
        assert shots_for(ms, slow, motion) == shots


def test_too_coarse_a_lattice_is_none() -> None:
    spots = spots_at([(0, 0), (1, 0)])
    assert spots.lattice is not None
    assert coset_passes(spots.lattice, 60 * PITCH) is None
    for far in (26, 27, 60):
        assert beyond(spots.lattice.basis, far * PITCH) is None
    near = beyond(spots.lattice.basis, 25 * PITCH)
    assert near is not None
    assert 25 * PITCH < near < 26 * PITCH
    with pytest.raises(PlanError, match="ask for 0 shots or fewer"):
        rested(ask(60 * PITCH, 1), MOTION, spots, None, None, rows_up)


def test_where_nothing_is_near_or_nothing_is_asked_the_order_is_as_ever() -> None:
    spots = cheek(5_000)
    assert spots.lattice is not None
    there = (60_000, 0)
    usual, bound = as_ever(spots.lattice, (0, 0), there)
    for rest in (Rest(spots.pitch_um - 1, 5, 900), Rest(20_000, 0, 0), Rest(0, 3, 3)):
        rows, least = rested(zone(rest=rest), MOTION, spots, (0, 0), (*there, 0), rows_up)
        assert rows.tolist() == usual.tolist()
        assert least == bound
    rows, _ = rested(ask(spots.pitch_um, 1), MOTION, spots, (0, 0), there, rows_up)
    assert rows.tolist() != usual.tolist()
    free = of_points(np.array([0, 30_000, 10_000]), np.zeros(3, int), np.zeros(3, int), 5_000)
    rows, least = rested(ask(9_999, 2), MOTION, free, None, None, rows_up)
    assert (rows.tolist(), least) == ([0, 2, 1], 7)
    rows, least = rested(ask(10_000, 1), MOTION, free, None, None, rows_up)
    assert rows.tolist() in ([0, 1, 2], [2, 1, 0])
    assert least == 20_000


def test_a_head_s_shots_rest_whole_and_the_first_head_still_comes_first() -> None:
    line = Head("line-3", ((0, 0), (1, 0), (2, 0)), PITCH, "test")
    single = Head("single", ((0, 0),), 0, "test")
    before = spots_at([(i, j) for i in range(16) for j in range(12)])
    spots = cover(before, (line, single)).spots
    assert spots.head is not None
    rows, least = rested(ask(PITCH, 4), MOTION, spots, None, None, rows_up)
    after = spots.taken(rows)
    assert sorted(rows.tolist()) == list(range(len(spots)))
    assert fewest_between(spots, rows, PITCH) >= 4
    assert least == 0
    assert after.head is not None
    assert after.needle is not None
    assert after.head.tolist() == sorted(spots.head.tolist())
    multi = int((after.head == 0).sum())
    assert after.needle[:multi].tolist() == [0, 1, 2] * (multi // 3)
    alone, bound = rested(ask(PITCH - 1, 4), MOTION, spots, None, None, rows_up)
    assert len(alone) == len(spots)
    assert bound == 14 if multi < len(spots) else 7


def test_a_rest_that_makes_neighbours_of_everything_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spots = cheek(5_000)
    count = len(spots) * (len(spots) - 1) // 2
    monkeypatch.setattr(kin, "PAIRS_MAX", count)
    columns = spots.x_um, spots.y_um, spots.z_um, spots.shot, 90_000
    assert len(kin_of(*columns).one) == 2 * count
    monkeypatch.setattr(kin, "PAIRS_MAX", count - 1)
    with pytest.raises(PlanError, match="a rest within 90 mm makes neighbours"):
        kin_of(*columns)


def asking(
    pairs: list[tuple[int, int]], count: int, must: int, heads: list[int] | None = None
) -> Ask:
    both = sorted({*pairs, *((b, a) for a, b in pairs)})
    one, two = (np.array([p[k] for p in both], dtype=np.int64) for k in (0, 1))
    line = np.arange(count) * 1_000
    return Ask(
        Kin(count, one, two),
        Places(line, 0 * line, 0 * line),
        np.array(heads or [0] * count),
        must,
        must,
        None,
        None,
    )


graphs = st.integers(2, 6).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda p: p[0] != p[1]
            ),
            max_size=6,
        ),
        st.integers(0, 3),
        st.permutations(range(count)),
        st.integers(0, count),
    )
)


@given(graphs)
@settings(max_examples=200, deadline=None)
def test_mending_and_searching_keep_the_rest_or_say_that_they_cannot(
    graph: tuple[int, list[tuple[int, int]], int, list[int], int],
) -> None:
    count, pairs, must, start, second = graph
    heads = [0] * second + [1] * (count - second)
    asked = asking(pairs, count, must, heads)
    begun = np.array(sorted(start, key=lambda one: heads[one]))

    def keeps(way: list[int]) -> bool:
        turn = {one: k for k, one in enumerate(way)}
        apart = all(abs(turn[a] - turn[b]) > must for a, b in pairs)
        return apart and [heads[one] for one in way] == sorted(heads)

    can = any(keeps(list(one)) for one in permutations(range(count)))
    for found in (mended(asked, begun), searched(asked)):
        if found is not None:
            assert sorted(found.tolist()) == list(range(count))
            assert keeps(found.tolist())
    assert (searched(asked) is not None) == can
    if keeps(begun.tolist()):
        assert mended(asked, begun) is not None
        assert mended(asked, begun).tolist() == begun.tolist()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("pairs", "must"),
    [
        ([(0, 1), (0, 4), (2, 5), (3, 5)], 2),
        ([(0, 4), (0, 5), (1, 2), (2, 3), (3, 4)], 2),
        ([(0, 3), (0, 4), (0, 5), (1, 2), (1, 3), (1, 4), (2, 3), (2, 4)], 1),
    ],
)
def test_a_search_takes_back_what_led_nowhere(pairs: list[tuple[int, int]], must: int) -> None:
    found = searched(asking(pairs, 6, must))
    assert found is not None
    turn = np.argsort(found, kind="stable").tolist()
    assert min(abs(turn[a] - turn[b]) for a, b in pairs) > must
    assert searched(asking(pairs, 6, must + 3)) is None


@given(
    st.lists(st.tuples(*[st.integers(-30, 30)] * 3), min_size=1, max_size=25),
    st.integers(1, 40),
    st.integers(1, 4),
)
@settings(max_examples=150, deadline=None)
def test_neighbours_are_all_that_are_within_the_radius_in_space(
    points: list[tuple[int, int, int]], radius: int, size: int
) -> None:
    shot = np.arange(len(points)) // size
    x, y, z = (np.array(one) for one in zip(*points, strict=True))
    told = kin_of(x, y, z, shot, radius)
    meant = {
        (int(shot[a]), int(shot[b]))
        for a, p in enumerate(points)
        for b, q in enumerate(points)
        if shot[a] != shot[b] and sum((c - d) ** 2 for c, d in zip(p, q, strict=True)) <= radius**2
    }
    assert list(zip(told.one.tolist(), told.two.tolist(), strict=True)) == sorted(meant)
    assert told.shots == int(shot[-1]) + 1
    assert told.lists() == [sorted(b for a, b in meant if a == one) for one in range(told.shots)]


def test_the_radius_itself_is_near_in_space_and_one_um_less_is_not() -> None:
    x, y, z = np.array([0, 2, 0]), np.array([0, 3, 0]), np.array([0, 6, 90])
    shot = np.arange(3)
    assert kin_of(x, y, z, shot, 7).one.tolist() == [0, 1]
    assert kin_of(x, y, z, shot, 6).one.tolist() == []


def test_what_comes_too_early_is_put_where_it_costs_least() -> None:
    asked = asking([(0, 1)], 8, 2)
    found = mended(asked, np.arange(8))
    assert found is not None
    # 1 may stand two places on at the soonest; between 2 and 3 would be too soon
    assert found.tolist() == [0, 2, 3, 1, 4, 5, 6, 7]
    ends = asking([(0, 1)], 3, 1)
    told = mended(ends, np.arange(3))
    assert told is not None
    assert told.tolist() == [0, 2, 1]


def test_an_order_is_not_searched_for_among_too_many() -> None:
    assert searched(asking([(0, 1)], 400, 0)) is not None
    assert searched(asking([(0, 1)], 401, 0)) is None


def test_seams_put_the_must_before_the_wish_and_the_wish_before_the_way() -> None:
    # a ring 4-5-6-7 after 0-1-2-3; 4 is near 3, 5 near 2
    asked = asking([(3, 4), (2, 5)], 8, 0)._replace(wish=0)
    first = Pass(np.array([0, 1, 2, 3]), closed=False)
    ring = Pass(np.array([4, 5, 6, 7]), closed=True)
    open_ = Pass(np.array([4, 5, 6, 7]), closed=False)
    come = asked._replace(comes_from=(0, 0, 0))
    assert joined(come, [first, ring]).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    must = come._replace(must=1, wish=1)
    assert joined(must, [first, ring]).tolist() == [0, 1, 2, 3, 5, 6, 7, 4]
    wish = come._replace(wish=1)
    assert joined(wish, [first, ring]).tolist() == [0, 1, 2, 3, 5, 6, 7, 4]
    both = come._replace(must=2, wish=2)
    assert joined(both, [first, ring]).tolist() == [0, 1, 2, 3, 6, 5, 4, 7]
    assert joined(must, [first, open_]).tolist() == [0, 1, 2, 3, 7, 6, 5, 4]
    ends = come._replace(comes_from=(3_100, 0, 0), goes_to=(5_000, 0, 0))
    assert joined(ends, [open_]).tolist() == [4, 5, 6, 7]
    assert joined(ends, [ring]).tolist() == [4, 7, 6, 5]
    assert joined(ends, [first, ring]).tolist() == [3, 2, 1, 0, 4, 7, 6, 5]
    assert joined(ends._replace(comes_from=None), [ring]).tolist() in ([6, 7, 4, 5], [4, 7, 6, 5])
    assert NEVER < -(10**9)


def shots_at(
    places: list[tuple[int, int]], zones: list[int], sizes: list[int] | None = None
) -> PrickTable:
    count = len(places)
    shots = np.repeat(np.arange(len(sizes)), sizes) if sizes else np.arange(count)
    return PrickTable(
        x_um=column([x for x, _ in places]),
        y_um=column([y for _, y in places]),
        z_um=column([0] * count),
        depth_um=column([1_000] * count),
        dose_nl=column([1_000 + 900 * (k % 5) for k in range(count)]),
        zone=column(zones),
        shot=column(shots),
    )


@given(
    st.lists(st.tuples(*[st.integers(0, 9_000)] * 2), min_size=2, max_size=14),
    st.integers(0, 14),
    st.sampled_from((0, 1, 300, 2_000)),
    st.integers(1, 3),
)
@settings(max_examples=120, deadline=None)
def test_waiting_is_just_as_long_as_it_has_to_be(
    places: list[tuple[int, int]], second: int, ms: int, size: int
) -> None:
    count = len(places)
    sizes = [size] * (count // size) + ([count % size] if count % size else [])
    shots = np.repeat(np.arange(len(sizes)), sizes)
    zones = [int(second <= shot * size) for shot in shots.tolist()]
    table = shots_at(places, zones, sizes)
    asked = order(zone("a", rest=Rest(3_000, 0, ms)), zone("b", rest=None, trigger="held"))
    pauses = rest_pauses(asked, table)
    told, plain = replay(asked, table, pauses), replay(asked, table)
    starts, waited = told.starts_us.tolist(), {one.shot: one.wait_us for one in pauses}
    assert len(waited) == len(pauses)
    assert all(one.kind == "rest" and one.wait_us > 0 for one in pauses)
    for shot in range(1, len(sizes)):
        due = 0
        for a, b in ((a, b) for a in range(count) for b in range(count)):
            near = (places[a][0] - places[b][0]) ** 2 + (
                places[a][1] - places[b][1]
            ) ** 2 <= 3_000**2
            if shots[a] < shots[b] == shot and near and zones[a] == zones[b] == 0:
                due = max(due, starts[shots[a]] + ms * 1_000)
        gap = int(plain.starts_us[shot] - plain.starts_us[shot - 1])
        assert starts[shot] == max(starts[shot - 1] + gap, due)
        assert (shot in waited) == (due > starts[shot - 1] + gap)


def test_rests_of_time_alone_are_kept_by_the_order_where_pricks_are_many() -> None:
    asked: Prescription = order(zone(rest=Rest(5_500, 0, 4_000)))
    spots = cheek(5_000)
    count = len(spots)
    ways = [rested(asked.zones[0], asked.motion, spots, None, None, rows_up)[0]]
    assert spots.lattice is not None
    ways.append(as_ever(spots.lattice, None, None)[0])
    waits = []
    for rows in ways:
        places = list(zip(spots.x_um[rows].tolist(), spots.y_um[rows].tolist(), strict=True))
        waits.append(rest_pauses(asked, shots_at(places, [0] * count)))
    assert len(waits[0]) <= 2
    assert len(waits[1]) > count // 2
    assert isinstance(waits[1][0], Pause)
    assert waits[1][0].note == f"rest the skin for {waits[1][0].wait_us / 1_000_000:.1f} s"
    none = replace(asked, zones=(zone(rest=Rest(5_500, 9, 0)),))
    assert rest_pauses(none, shots_at(places, [0] * count)) == ()
