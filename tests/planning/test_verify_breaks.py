"""Pauses, fillings and needles: every violation whole, at its very bound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesogun.errors import Violation
from mesogun.planning.plan import Pause, Settled
from mesogun.planning.verify.pauses import check_pauses, shots_of
from tests.planning.plans_by_hand import bounded, by_hand, giving
from tests.planning.told_whole import (
    FOUR,
    PARENT,
    PRODUCTS,
    RX,
    line,
    pause,
    products,
    rule,
    stamped,
    told_by,
)


def test_pauses_stand_before_shots_of_the_plan_in_order() -> None:
    made = line(*[10_000] * 4)
    for pauses, told in (
        ((pause(0), pause(0), pause(3)), []),
        ((pause(4),), [("no such shot", 4, 3)]),
        ((pause(-1),), [("no such shot", -1, 3)]),
        ((pause(2), pause(1), pause(1), pause(2)), [("pauses are in order", 1, 2)] * 2),
        # one that is nowhere does not count for the order
        ((pause(9), pause(1)), [("no such shot", 9, 3)]),
    ):
        found = told_by(check_pauses, replace(made, pauses=pauses))
        assert [(one.note.split(": ")[1], one.value, one.bound) for one in found] == told
    (first,) = told_by(check_pauses, replace(made, pauses=(pause(0), pause(7, "needle"))))
    note = "pause 1 (needle) before shot 7: no such shot"
    assert first == rule("pauses", 7, 3, "shot", note=note)
    for late in (replace(made, pauses=(pause(3), pause(2))),):
        note = "pause 1 (refill) before shot 2: pauses are in order"
        assert told_by(check_pauses, late) == [rule("pauses", 2, 3, "shot", note=note)]


@pytest.mark.parametrize(
    ("one", "bound"),
    [
        (pause(1, "rest", 1), None),
        (pause(1, "rest", 86_400_000_000), None),
        (pause(1, "rest", 86_400_000_001), 86_400_000_000),
        (pause(1, "rest", 0), 1),
        (pause(1, "rest", -1), 1),
        (pause(1, "needle", 1), 0),
        (pause(1, "refill", -1), 0),
    ],
)
def test_a_rest_has_a_wait_and_other_pauses_have_none(one: Pause, bound: int | None) -> None:
    told = told_by(check_pauses, replace(line(10_000, 10_000), pauses=(one,)))
    note = f"pause 0 ({one.kind}) before shot 1: its wait"
    wanted = rule("pauses", one.wait_us, bound or 0, "us", note=note)
    assert told == ([] if bound is None else [wanted])


def test_a_pause_of_an_unknown_kind_is_told() -> None:
    strange = Pause(1, "lunch", 0, "x")  # type: ignore[arg-type]
    told = told_by(check_pauses, replace(line(10_000, 10_000), pauses=(strange,)))
    note = "pause 0 (lunch) before shot 1 is of no known kind"
    assert told == [rule("pauses", 0, 1, note=note)]


def test_shots_with_a_pause_are_told_once_and_rising() -> None:
    pauses = (pause(3), pause(1, "needle"), pause(1), pause(1), pause(-1), pause(4), pause(0))
    made = replace(line(*[10_000] * 4), pauses=pauses)
    assert shots_of(made, 4, "refill").tolist() == [0, 1, 3]
    assert shots_of(made, 4, "refill", "needle").tolist() == [0, 1, 3]
    assert shots_of(made, 4, "needle").tolist() == [1]


def test_products_fall_and_change_only_where_a_pause_says_so() -> None:
    given = {"volumes": (20_000, 20_000)}
    mixed = by_hand(
        giving(PRODUCTS, 20_000, 20_000), [FOUR[k] for k in (0, 2, 1, 3)], zone=[0, 1, 0, 1]
    )
    one_by_one = "products are given one after the other"
    change, same = "changes without a pause", "does not change at its pause"
    assert told_by(check_pauses, mixed) == [
        rule("product", 0, 1, "product", pricks=(2,), note=one_by_one),
        *(
            rule("pauses", 0, 1, "pause", pricks=(k,), note=f"the product {change} before shot {k}")
            for k in (1, 2, 3)
        ),
    ]
    fine = products(*[10_000] * 4, **given, pauses=(pause(2, "product"),))  # type: ignore[arg-type]
    assert told_by(check_pauses, fine) == []
    for at in (1, 3):
        late = replace(fine, pauses=(pause(at, "product"),))
        told = {one.pricks: (one.value, one.bound, one.note) for one in told_by(check_pauses, late)}
        assert told == {
            (2,): (0, 1, f"the product {change} before shot 2"),
            (at,): (1, 0, f"the product {same} before shot {at}"),
        }


def test_of_many_changes_without_a_pause_a_hundred_are_told() -> None:
    places = [(FOUR[0], FOUR[2])[k % 2] for k in range(210)]
    made = by_hand(giving(PRODUCTS, 1_050_000, 1_050_000), places, zone=[k % 2 for k in range(210)])
    told = told_by(check_pauses, made)
    assert told[0].pricks == tuple(range(2, 202, 2))
    assert [one.pricks for one in told[1:101]] == [(k,) for k in range(1, 101)]
    assert [one.limit for one in told[101:]] == ["syringe_volume_nl_max"] * (len(told) - 101)


def test_a_filling_ends_at_a_refill_or_a_new_product() -> None:
    rx = bounded(PRODUCTS, "syringe_volume_nl_max", 20_000)
    pauses = (pause(1), pause(2, "product"))
    made = products(15_000, 6_000, 10_000, 10_001, volumes=(21_000, 20_001), rx=rx, pauses=pauses)
    origin, bound = "test syringe_volume_nl_max", 20_000
    assert told_by(check_pauses, made) == [
        Violation("syringe_volume_nl_max", 20_001, bound, "", origin, None, (2, 3),
                  "one filling, shots 2 to 3")
    ]  # fmt: skip
    whole = replace(made, pauses=(pause(0), pause(2, "product")))
    assert [(one.value, one.pricks) for one in told_by(check_pauses, whole)] == [
        (21_000, (0, 1)), (20_001, (2, 3)),
    ]  # fmt: skip
    done = replace(whole, settled=Settled(PARENT, (0, 1, 2), (15_000, 6_000, 10_000)))
    assert [one.pricks for one in told_by(check_pauses, done)] == [(2, 3)]


def test_a_hundred_pricks_of_a_filling_and_of_a_needle_are_told() -> None:
    rx = bounded(bounded(RX, "syringe_volume_nl_max", 1_029_999), "needle_pricks_max", 102)
    made = line(*[10_000] * 104, rx=rx)
    told = told_by(check_pauses, replace(made, pauses=(pause(1), pause(1, "needle"))))
    assert [(one.limit, one.value, one.pricks, one.note) for one in told] == [
        ("syringe_volume_nl_max", 1_030_000, tuple(range(1, 101)), "one filling, shots 1 to 103"),
        ("needle_pricks_max", 103, tuple(range(1, 101)), "one needle, shots 1 to 103"),
    ]


def test_a_needle_ends_at_its_change_a_new_product_or_a_new_head() -> None:
    rx = bounded(RX, "needle_pricks_max", 2)
    for kind, told in (
        ("needle", []),
        ("product", []),
        ("head", []),
        ("refill", [4]),
        ("rest", [4]),
    ):
        made = replace(line(*[10_000] * 4, rx=rx), pauses=(pause(2, kind, kind == "rest"),))  # type: ignore[arg-type]
        found = [one.value for one in told_by(check_pauses, made) if one.limit != "pauses"]
        assert found == told
    shots = stamped(*[10_000] * 8)
    limited = replace(shots, prescription=bounded(shots.prescription, "needle_pricks_max", 3))
    (worn,) = told_by(check_pauses, limited)
    assert (worn.value, worn.pricks) == (4, tuple(range(8)))
