"""The check of doses: bounds, sums of every product and component, shares, what is settled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesogun.planning import Component, Plan, verify
from mesogun.planning.plan import Pause, Settled
from mesogun.planning.prescription import Prescription
from tests.planning.plans_by_hand import (
    bounded,
    by_hand,
    found,
    giving,
    only,
    row_of_points,
    violations,
)
from tests.planning.samples import SQUARE, moved, order, zone

PARENT = "sha256:" + "0" * 64
FAR = moved(SQUARE, 70_000, 0)
FOUR = [*row_of_points(2, 10_000), *row_of_points(2, 10_000, (75_000, 5_000))]


def line(asked: Prescription, *doses: int, settled: Settled | None = None) -> Plan:
    return by_hand(asked, row_of_points(len(doses), 10_000), dose=doses, settled=settled)


def rx(volume_nl: int, **values: int) -> Prescription:
    return order(zone("square", SQUARE), volume_nl=volume_nl, **values)


@pytest.mark.parametrize(
    ("name", "at_bound", "beyond"),
    [
        ("dose_nl_max", 20_000, 19_999),
        ("dose_nl_min", 10_000, 10_001),
        ("dose_quantum_nl_min", 10_000, 10_001),
        ("volume_nl_max", 30_000, 29_999),
    ],
)
def test_a_dose_at_its_bound_passes_and_beyond_it_is_named(
    name: str, at_bound: int, beyond: int
) -> None:
    verify(line(rx(30_000, **{name: at_bound}), 10_000, 20_000))
    wrong = found(line(rx(30_000, **{name: beyond}), 10_000, 20_000), name)
    assert (wrong.bound, wrong.origin) == (beyond, f"preset {name}")
    rows = {"dose_nl_max": (1,), "dose_nl_min": (0,), "volume_nl_max": ()}.get(name, (0, 1))
    assert wrong.pricks == rows


def two(first: int, second: int, *doses: int, **changes: list[int]) -> Plan:
    """Two products, a zone each."""
    both = order(zone("a", SQUARE), zone("b", FAR, product=1))
    return by_hand(
        giving(both, first, second),
        FOUR,
        dose=doses,
        zone=[0, 0, 1, 1],
        pauses=(Pause(2, "product", 0, "test"),),
    )


def test_every_product_is_given_exactly() -> None:
    verify(two(30_000, 50_000, 10_000, 20_000, 25_000, 25_000))
    for doses, value, bound in (
        ((10_000, 19_000, 25_000, 25_000), 29_000, 30_000),
        ((10_000, 20_000, 25_000, 26_000), 51_000, 50_000),
    ):
        wrong = only(two(30_000, 50_000, *doses))
        assert (wrong.limit, wrong.value, wrong.bound) == ("volume_nl", value, bound)
    both = violations(two(30_000, 50_000, 10_000, 21_000, 25_000, 24_000))
    assert [(one.limit, one.value) for one in both] == [
        ("volume_nl", 31_000),
        ("volume_nl", 49_000),
    ]


def test_the_session_s_volume_is_that_of_all_products() -> None:
    made = two(30_000, 50_000, 10_000, 20_000, 25_000, 25_000)
    for most, passes in ((80_000, True), (79_999, False)):
        asked = bounded(made.prescription, "volume_nl_max", most)
        again = by_hand(
            asked,
            FOUR,
            dose=[10_000, 20_000, 25_000, 25_000],
            zone=[0, 0, 1, 1],
            pauses=made.pauses,
        )
        if passes:
            verify(again)
        else:
            assert (only(again).limit, only(again).value) == ("volume_nl_max", 80_000)


def test_a_component_is_added_up_exactly_over_all_products() -> None:
    """30 uL at 333,333 pg/nL and 50 uL at 7 pg/nL: 10,000.34 ug."""
    made = two(30_000, 50_000, 10_000, 20_000, 25_000, 25_000)
    asked = made.prescription
    asked = replace(
        asked,
        product=replace(asked.product, components=(Component("a", 333_333), Component("b", 9))),
        further_products=(replace(asked.further_products[0], components=(Component("a", 7),)),),
    )
    for name, most, value in (
        ("a", 10_001, None),
        ("a", 10_000, 10_001),
        ("b", 1, None),
        ("c", 1, None),
    ):
        limited = bounded(asked, f"component_ug_max:{name}", most)
        again = by_hand(
            limited,
            FOUR,
            dose=[10_000, 20_000, 25_000, 25_000],
            zone=[0, 0, 1, 1],
            pauses=made.pauses,
        )
        if value is None:
            verify(again)
        else:
            wrong = only(again)
            assert (wrong.limit, wrong.value, wrong.bound) == ("component_ug_max:a", value, most)
    exact = giving(replace(asked, zones=(zone("a", SQUARE),)), 20_000)
    exact = replace(exact, product=replace(exact.product, components=(Component("a", 50),)))
    verify(line(bounded(exact, "component_ug_max:a", 1), 10_000, 10_000))
    more = replace(exact, product=replace(exact.product, components=(Component("a", 51),)))
    assert only(line(bounded(more, "component_ug_max:a", 1), 10_000, 10_000)).value == 2


@pytest.mark.parametrize(
    ("doses", "passes"),
    [
        ((10_000, 10_000, 10_000, 30_000), True),
        ((10_000, 11_000, 10_000, 29_000), False),
        ((10_000, 9_000, 10_000, 31_000), True),
        ((10_000, 8_000, 10_000, 32_000), False),
    ],
)
def test_a_zone_gets_its_share_of_its_product(doses: tuple[int, ...], *, passes: bool) -> None:
    both = order(
        zone("a", SQUARE, share_ppm=333_333), zone("b", FAR, share_ppm=666_667), volume_nl=60_000
    )
    made = by_hand(both, FOUR, dose=doses, zone=[0, 0, 1, 1])
    if passes:
        verify(made)
    else:
        assert {one.zone for one in violations(made)} == {"a", "b"}
        assert {one.limit for one in violations(made)} == {"share_ppm"}


def test_shares_are_those_of_one_product() -> None:
    both = order(
        zone("a", SQUARE, share_ppm=1_000_000), zone("b", FAR, share_ppm=1_000_000, product=1)
    )
    verify(
        by_hand(
            giving(both, 20_000, 60_000),
            FOUR,
            dose=[10_000, 10_000, 20_000, 40_000],
            zone=[0, 0, 1, 1],
            pauses=(Pause(2, "product", 0, "test"),),
        )
    )


def test_a_continued_plan_gives_no_more_and_may_give_less() -> None:
    """One prick took 9,999 nL, one was lost; 30 uL were prescribed."""
    settled = Settled(PARENT, (0, 2), (9_999, 0))
    verify(line(rx(30_000), 9_999, 10_000, 0, settled=settled))
    verify(line(rx(30_000), 9_999, 20_000, 0, settled=settled))
    more = only(line(rx(30_000), 9_999, 21_000, 0, settled=settled))
    assert (more.limit, more.value, more.bound) == ("volume_nl", 30_999, 30_000)


def test_what_is_settled_stands_in_the_table_as_it_was_given() -> None:
    wrong = only(line(rx(30_000), 9_999, 10_000, 0, settled=Settled(PARENT, (0, 2), (9_998, 0))))
    assert (wrong.limit, wrong.value, wrong.bound, wrong.pricks) == ("given_nl", 9_999, 9_998, (0,))


def test_what_is_not_settled_obeys_every_rule() -> None:
    settled = Settled(PARENT, (0,), (9_999,))
    named = {
        (one.limit, one.pricks)
        for one in violations(line(rx(90_000), 9_999, 999, 51_000, settled=settled))
    }
    assert named == {
        ("dose_quantum_nl_min", (1,)),
        ("dose_nl_min", (1,)),
        ("dose_nl_max", (2,)),
    }


def test_what_was_given_beyond_a_bound_is_a_fact_and_what_follows_is_bounded() -> None:
    """The first prick took 60 uL, where 50 are the most."""
    over = Settled(PARENT, (0,), (60_000,))
    verify(line(rx(70_000), 60_000, 10_000, settled=over))
    both = {
        (one.limit, one.pricks)
        for one in violations(line(rx(111_000), 60_000, 51_000, settled=over))
    }
    assert both == {("dose_nl_max", (1,))}
    assert only(line(rx(60_000, dose_nl_max=59_999), 60_000)).limit == "dose_nl_max"


def test_where_a_product_is_used_up_nothing_more_of_it_may_follow() -> None:
    verify(line(rx(20_000), 12_000, 9_000, settled=Settled(PARENT, (0, 1), (12_000, 9_000))))
    more = only(line(rx(20_000), 12_000, 9_000, settled=Settled(PARENT, (0,), (12_000,))))
    assert (more.limit, more.value, more.bound) == ("volume_nl", 21_000, 20_000)


def used_up(first_nl: int, second_nl: int, **values: int) -> Plan:
    """The first of two products gave 5 uL more than prescribed; `values` are bounds."""
    both = two(30_000, 50_000, 10_000, 20_000, 25_000, 25_000).prescription
    asked = giving(both, first_nl, second_nl)
    for name, value in values.items():
        asked = bounded(asked, name.replace("__", ":"), value)
    with_a = replace(asked.product, components=(Component("a", 1_000),))
    asked = replace(asked, product=with_a)
    dose = [first_nl - 5_000, 10_000, second_nl - 10_000, 10_000]
    return by_hand(
        asked,
        FOUR,
        dose=dose,
        zone=[0, 0, 1, 1],
        pauses=(Pause(2, "product", 0, "test"),),
        settled=Settled(PARENT, (0, 1), tuple(dose[:2])),
    )


def test_other_products_follow_within_the_whole_volume_and_the_components() -> None:
    verify(used_up(20_000, 40_000))
    verify(used_up(20_000, 40_000, volume_nl_max=65_000))
    whole = only(used_up(20_000, 40_000, volume_nl_max=64_999))
    assert (whole.limit, whole.value) == ("volume_nl_max", 65_000)
    # of the component nothing follows: that it was too much is a fact
    verify(used_up(20_000, 40_000, component_ug_max__a=24))
    settled = Settled(PARENT, (0,), (15_000,))
    follows = replace(used_up(20_000, 40_000, component_ug_max__a=24), settled=settled)
    assert [one.limit for one in violations(follows)] == ["volume_nl", "component_ug_max:a"]


def test_where_nothing_follows_the_whole_volume_may_be_exceeded() -> None:
    done = Settled(PARENT, (0, 1), (12_000, 9_000))
    verify(line(rx(20_000, volume_nl_max=20_000), 12_000, 9_000, settled=done))
    asked = found(line(rx(20_000, volume_nl_max=19_999), 9_000, 9_000), "volume_nl_max")
    assert asked.value == 20_000
    still = line(rx(20_000, volume_nl_max=19_999), 9_000, 9_000, settled=Settled(PARENT, (), ()))
    assert only(still).limit == "volume_nl_max"


@pytest.mark.parametrize(
    ("settled", "value", "note"),
    [
        (Settled("sha256:123", (0,), (10_000,)), 0, "is no digest"),
        (Settled("sha256:" + "g" * 64, (0,), (10_000,)), 0, "is no digest"),
        (Settled("0" * 71, (0,), (10_000,)), 0, "is no digest"),
        (Settled(PARENT, (0, 1), (10_000,)), 1, ""),
        (Settled(PARENT, (1, 0), (10_000, 10_000)), 0, "settled rows rise"),
        (Settled(PARENT, (0, 0), (10_000, 10_000)), 0, "settled rows rise"),
        (Settled(PARENT, (2,), (10_000,)), 2, "settled rows rise"),
        (Settled(PARENT, (-1,), (10_000,)), -1, "settled rows rise"),
    ],
)
def test_settled_rows_are_rows_of_the_plan_and_rise(
    settled: Settled, value: int, note: str
) -> None:
    wrong = only(line(rx(20_000), 10_000, 10_000, settled=settled))
    assert (wrong.limit, wrong.value) == ("settled", value)
    assert note in wrong.note


def test_a_shot_is_settled_as_a_whole() -> None:
    from mesogun.planning.prescription import Head

    head = Head("pair", ((0, 0), (1, 0)), 6_000, "test")
    asked = replace(order(zone("s", SQUARE, spacing_um=6_000), volume_nl=40_000), heads=(head,))
    places = [(6_000 * k, 6_000) for k in range(1, 5)]
    more = {"shot": [0, 0, 1, 1], "head": [0] * 4, "needle": [0, 1, 0, 1]}
    lattice = {"basis_um": (6_000, 0, 3_000, 5_197), "pitch_um": 6_000}

    def made(settled: Settled, *doses: int) -> Plan:
        return by_hand(asked, places, dose=doses, settled=settled, **lattice, **more)  # type: ignore[arg-type]

    verify(made(Settled(PARENT, (0, 1), (7_000, 6_999)), 7_000, 6_999, 10_000, 10_000))
    half = found(made(Settled(PARENT, (0,), (10_000,)), *[10_000] * 4), "settled")
    assert half.pricks == (1,)
    uneven = {
        one.limit for one in violations(made(Settled(PARENT, (0, 1), (1, 1)), 1, 1, 9_000, 11_000))
    }
    assert uneven == {"dose_nl"}
