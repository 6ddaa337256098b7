"""A person is asked for needles, fillings, products and heads: seldom, and in good places."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import (
    Head,
    Limit,
    Pause,
    Prescription,
    PrickTable,
    Product,
    column,
    effective,
)
from mesogun.planning.limits import Limits
from mesogun.planning.order.pauses import pauses_of, with_rests
from mesogun.planning.timing import replay
from tests.planning.samples import order, zone

HEADS = (Head("line-2", ((0, 0), (1, 0)), 5_000, "test"), Head("single", ((0, 0),), 0, "test"))
SECOND = Product("caffeine", 100_000, "B1", "2027-11-30", None, ())


def asked(products: list[int], syringe_nl: int, needle: int | None) -> Prescription:
    """Zones with these products, a syringe and a needle that last so long."""
    made = order(
        *(zone(f"z{k}", product=one) for k, one in enumerate(products)),
        syringe_volume_nl_max=syringe_nl,
    )
    more = (
        () if needle is None else (Limit("needle_pricks_max", needle, "1", None, "test", "test"),)
    )
    return replace(made, limits=made.limits + more, further_products=(SECOND,), heads=HEADS)


def table(
    zones: list[int], doses: list[int], heads: list[int] | None = None, x: list[int] | None = None
) -> PrickTable:
    """A shot of a single needle each, or of two where the head is the first."""
    sizes = [2 - one for one in heads] if heads else [1] * len(zones)
    rows = np.repeat(np.arange(len(zones)), sizes)
    return PrickTable(
        x_um=column(np.array(x or range(0, 5_000 * len(zones), 5_000))[rows]),
        y_um=column(0 * rows),
        z_um=column(0 * rows),
        depth_um=column(0 * rows + 1_000),
        dose_nl=column(np.array(doses)[rows]),
        zone=column(np.array(zones)[rows]),
        shot=column(rows),
        head=column(np.array(heads)[rows]) if heads else None,
        needle=column(rows - np.searchsorted(rows, rows)) if heads else None,
    )


def pauses(prescription: Prescription, pricks: PrickTable) -> tuple[Pause, ...]:
    limits = Limits(effective(prescription))
    return pauses_of(prescription, limits, pricks, replay(prescription, pricks))


def told(found: tuple[Pause, ...]) -> list[tuple[int, str]]:
    return [(one.shot, one.kind) for one in found]


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Prescription, PrickTable, list[int], list[int], int, int]:
    """Up to nine shots of two zones, with changes of head and product, and what wears out."""
    count = draw(st.integers(1, 9))
    second = draw(st.integers(1, count))
    zones = [int(k >= second) for k in range(count)]
    products = [0, draw(st.integers(0, 1))]
    heads = [draw(st.integers(0, 1)) for _ in range(count)] if draw(st.booleans()) else None
    if heads:
        heads = sorted(heads[:second]) + sorted(heads[second:])
    doses = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
    x = draw(st.lists(st.integers(0, 9_000), min_size=count, max_size=count))
    syringe, needle = draw(st.integers(10, 25)), draw(st.one_of(st.none(), st.integers(1, 5)))
    made = asked(products, syringe, needle)
    worn = [one * (2 - heads[k] if heads else 1) for k, one in enumerate(doses)]
    changes = [
        k
        for k in range(1, count)
        if products[zones[k]] != products[zones[k - 1]] or (heads and heads[k] != heads[k - 1])
    ]
    return made, table(zones, doses, heads, x), worn, changes, syringe, needle or count


@given(sessions())
@settings(max_examples=300, deadline=None)
def test_nothing_is_used_beyond_its_bound_and_no_fewer_stops_would_do(
    session: tuple[Prescription, PrickTable, list[int], list[int], int, int],
) -> None:
    made, pricks, worn, changes, syringe, needle = session
    count = len(worn)
    found = pauses(made, pricks)
    assert list(found) == sorted(found, key=lambda one: one.shot)
    assert len(set(told(found))) == len(found)
    assert all(one.wait_us == 0 and 0 < one.shot < count for one in found)
    first = [int(np.flatnonzero(pricks.shot == k)[0]) for k in range(count)]
    products = [made.zones[int(pricks.zone[row])].product for row in first]
    heads = [0 if pricks.head is None else int(pricks.head[row]) for row in first]

    def at(*kinds: str) -> list[int]:
        return sorted({one.shot for one in found if one.kind in kinds})

    assert at("product") == [k for k in range(1, count) if products[k] != products[k - 1]]
    assert at("head") == [k for k in range(1, count) if heads[k] != heads[k - 1]]

    def lasts(stops: list[int], used: list[int], bound: int) -> bool:
        ends = [0, *stops, count]
        return all(sum(used[a:b]) <= bound for a, b in pairwise(ends))

    ones = [1] * count
    assert lasts(at("refill", "product"), worn, syringe)
    assert lasts(at("needle", "product", "head"), ones, needle)
    stops = sorted({one.shot for one in found})
    free = [k for k in range(1, count) if k not in changes]
    best = next(
        size
        for size in range(count + 1)
        for extra in combinations(free, size)
        if lasts(sorted([*changes, *extra]), worn, syringe)
        and lasts(sorted([*changes, *extra]), ones, needle)
    )
    assert len(stops) == len(changes) + best
    for kinds, also, used, bound in (
        ("refill", ("product",), worn, syringe),
        ("needle", ("product", "head"), ones, needle),
    ):
        for one in at(kinds):
            assert one not in at(*also)
            less = [k for k in at(kinds, *also) if k != one]
            assert not lasts(less, used, bound)


def test_a_needle_is_changed_exactly_when_it_has_pricked_its_last() -> None:
    for count, expected in ((20, []), (21, [20]), (40, [20]), (41, [20, 40])):
        found = pauses(asked([0], 10**6, 20), table([0] * count, [1] * count))
        assert [one.shot for one in found] == expected
        assert {one.kind for one in found} <= {"needle"}
    assert found[0].note == "put on a new needle"


def test_a_shot_of_a_head_wears_each_of_its_needles_once() -> None:
    found = pauses(asked([0], 10**6, 3), table([0] * 6, [1] * 6, [0, 0, 0, 0, 1, 1]))
    assert told(found) == [(3, "needle"), (4, "head")]
    assert found[1].note == "change to the head 'single'"


def test_a_filling_gives_what_it_holds_and_its_note_says_how_much() -> None:
    doses = [5_000, 5_000, 5_000, 1]
    found = pauses(asked([0], 10_000, None), table([0] * 4, doses))
    assert told(found) == [(2, "refill")]
    assert found[0].note == "refill with hyaluronic acid 1 %; this filling gives 5.001 uL"
    assert told(pauses(asked([0], 9_999, None), table([0] * 4, doses))) == [
        (1, "refill"),
        (2, "refill"),
    ]
    assert told(pauses(asked([0], 15_001, None), table([0] * 4, doses))) == []
    assert told(pauses(asked([0], 15_000, None), table([0] * 4, doses))) == [(3, "refill")]


def test_needle_and_filling_share_a_stop() -> None:
    found = pauses(asked([0], 10, 8), table([0] * 16, [1] * 16))
    assert told(found) == [(8, "refill"), (8, "needle")]


def test_a_change_of_product_makes_everything_new() -> None:
    made = asked([0, 1], 8, 8)
    found = pauses(made, table([0] * 7 + [1] * 8, [1] * 15))
    assert told(found) == [(7, "product")]
    assert (
        found[0].note
        == "change to caffeine, its own syringe and needle; this filling gives 0.008 uL"
    )
    same = pauses(asked([0, 0], 8, 8), table([0] * 7 + [1] * 8, [1] * 15))
    assert told(same) == [(7, "refill"), (7, "needle")]
    both = pauses(made, table([0] * 4 + [1] * 5, [1] * 9, [0] * 4 + [1] * 5))
    assert told(both) == [(4, "product"), (4, "head")]


def test_a_filling_s_note_ends_where_the_next_product_begins() -> None:
    found = pauses(asked([0, 1], 6, None), table([0] * 8 + [1] * 9, [1] * 17))
    assert told(found) == [(6, "refill"), (8, "product"), (14, "refill")]
    gives = [one.note.rsplit(" gives ")[1] for one in found]
    assert gives == ["0.002 uL", "0.006 uL", "0.003 uL"]


def test_a_stop_waits_for_a_zone_to_begin_but_not_beyond_a_quarter_of_the_stretch() -> None:
    for begins, expected in ((16, 16), (15, 15), (14, 20), (20, 20), (21, 20)):
        pricks = table([0] * begins + [1] * (30 - begins), [1] * 30)
        assert [one.shot for one in pauses(asked([0, 0], 10**6, 20), pricks)] == [expected]
    two = table([0] * 16 + [1] * 2 + [2] * 12, [1] * 30)
    assert [one.shot for one in pauses(asked([0, 0, 0], 10**6, 20), two)] == [18]


def test_a_stop_is_where_the_hand_goes_far_anyway_if_no_zone_begins() -> None:
    def stop(**longer: int) -> int:
        steps = [1_000] * 30
        for name, hop in longer.items():
            steps[int(name[1:])] = hop
        pricks = table([0] * 30, [1] * 30, x=np.cumsum(steps).tolist())
        (one,) = pauses(asked([0], 10**6, 20), pricks)
        return one.shot

    assert stop() == 20
    assert stop(_17=1_500) == 20
    assert stop(_17=1_501) == 17
    assert stop(_17=4_000, _18=4_001) == 18
    assert stop(_17=4_000, _16=4_000) == 17
    assert stop(_15=4_000) == 15
    assert stop(_14=4_000) == 20
    assert stop(_20=4_000, _19=3_999) == 20
    assert stop(_21=4_000) == 20


def test_a_stop_is_not_moved_where_that_would_add_another() -> None:
    """Forty shots are two needles of twenty: only the twentieth will do."""
    pricks = table([0] * 18 + [1] * 22, [1] * 40)
    assert [one.shot for one in pauses(asked([0, 0], 10**6, 20), pricks)] == [20]
    fewer = table([0] * 18 + [1] * 20, [1] * 38)
    assert [one.shot for one in pauses(asked([0, 0], 10**6, 20), fewer)] == [18]
    between = table([0] * 18 + [1] * 21, [1] * 39)
    assert [one.shot for one in pauses(asked([0, 0], 10**6, 20), between)] == [20]


def test_no_stop_of_many_is_moved_where_that_would_add_another() -> None:
    pricks = table([0] * 18 + [1] * 20 + [2] * 20 + [3] * 22, [1] * 80)
    found = pauses(asked([0, 0, 0, 0], 10**6, 20), pricks)
    assert [one.shot for one in found] == [20, 40, 60]
    pricks = table([0] * 18 + [1] * 20 + [2] * 20 + [3] * 20, [1] * 78)
    found = pauses(asked([0, 0, 0, 0], 10**6, 20), pricks)
    assert [one.shot for one in found] == [18, 38, 58]


def test_a_shot_beyond_a_whole_filling_is_refused() -> None:
    made = asked([0], 10, None)
    assert pauses(made, table([0], [5], [0])) == ()
    with pytest.raises(PlanError, match=r"zone 'z0': a shot of 0.012 uL .*= 0.01 uL \[preset"):
        pauses(made, table([0, 0], [5, 6], [0, 0]))


def test_rests_come_last_at_a_shot() -> None:
    person = (Pause(3, "refill", 0, ""), Pause(3, "needle", 0, ""), Pause(9, "needle", 0, ""))
    rests = (Pause(1, "rest", 5, ""), Pause(3, "rest", 6, ""))
    assert told(with_rests(person, rests)) == [
        (1, "rest"),
        (3, "refill"),
        (3, "needle"),
        (3, "rest"),
        (9, "needle"),
    ]
