"""What each prick, product and component is given: every violation whole, at its very bound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesogun.errors import Violation
from mesogun.planning import Component
from mesogun.planning.plan import Settled
from mesogun.planning.prescription import Head, Prescription
from mesogun.planning.verify.doses import check_doses, step_nl
from tests.planning.plans_by_hand import bounded, by_hand, giving, row_of_points
from tests.planning.told_whole import (
    ALONE,
    BOTH,
    FOUR,
    PAIR,
    PARENT,
    PRODUCTS,
    RX,
    line,
    products,
    rule,
    stamped,
    told_by,
)


def test_the_worst_dose_of_each_zone_is_told_with_all_that_are_as_bad() -> None:
    doses = [51_000, 10_000, 52_000, 999]
    made = by_hand(giving(BOTH, sum(doses)), FOUR, dose=doses, zone=[0, 0, 1, 1])
    most, least = "preset dose_nl_max", "preset dose_nl_min"
    assert told_by(check_doses, made) == [
        Violation("dose_quantum_nl_min", 999, 1_000, "nl", "preset dose_quantum_nl_min", None, (3,),
                  "no multiple of it"),
        Violation("dose_nl_max", 51_000, 50_000, "nl", most, "a", (0,)),
        Violation("dose_nl_max", 52_000, 50_000, "nl", most, "b", (2,)),
        Violation("dose_nl_min", 999, 1_000, "nl", least, "b", (3,)),
    ]  # fmt: skip
    doses = [53_000, 51_000, 998, 997]
    made = by_hand(giving(RX, sum(doses)), row_of_points(4, 9_000), dose=doses)
    told = told_by(check_doses, made)
    assert [(one.limit, one.value, one.pricks) for one in told] == [
        ("dose_quantum_nl_min", 998, (2, 3)),
        ("dose_nl_max", 53_000, (0, 1)),
        ("dose_nl_min", 997, (2, 3)),
    ]


def test_every_step_that_is_set_counts() -> None:
    rx = bounded(bounded(RX, "dose_quantum_nl_min", 2_000), "dose_quantum_nl_min", 4_000)
    told = told_by(check_doses, line(12_000, 13_000, 14_000, rx=rx))
    assert [(one.bound, one.value, one.pricks) for one in told] == [
        (2_000, 13_000, (1,)),
        (4_000, 13_000, (1, 2)),
    ]
    settled = Settled(PARENT, (1,), (13_000,))
    told = told_by(check_doses, line(12_000, 13_000, 14_000, rx=rx, settled=settled))
    assert [(one.bound, one.value, one.pricks) for one in told] == [(4_000, 14_000, (2,))]


def test_a_step_is_met_by_the_needles_of_a_shot_together() -> None:
    assert told_by(check_doses, stamped(10_500, 10_500, 9_500, 9_500)) == []
    (odd,) = told_by(check_doses, stamped(10_500, 10_500, 9_501, 9_500))
    assert (odd.value, odd.pricks) == (19_001, (2, 3))
    settled = Settled(PARENT, (2, 3), (9_501, 9_500))
    assert told_by(check_doses, stamped(10_500, 10_500, 9_501, 9_500, settled=settled)) == []


def test_a_zone_s_share_is_met_to_the_coarsest_step_of_all() -> None:
    rx = bounded(bounded(RX, "dose_quantum_nl_min", 2_000), "dose_quantum_nl_min", 4_000)
    assert step_nl(line(12_000, rx=rx)) == 4_000
    three = Head("three", ((0, 0), (1, 0), (0, 1)), 6_000, "test")
    assert step_nl(line(12_000, rx=replace(rx, heads=(three, ALONE)))) == 4_000
    assert step_nl(stamped(10_000, 10_000)) == 1_000
    seven = Head("seven", tuple((k, 0) for k in range(7)), 6_000, "test")
    assert step_nl(stamped(10_000, 10_000, heads=(PAIR, seven))) == 7_000


def test_a_dose_that_was_given_otherwise_is_told_with_the_first() -> None:
    doses = [10_000, 11_000, 12_000, 13_000]
    settled = Settled(PARENT, (1, 2, 3), (11_000, 11_999, 2**40))
    told = told_by(check_doses, line(*doses, settled=settled))
    note = "a settled prick has another dose than it was given"
    assert told == [
        rule("given_nl", 12_000, 11_999, "nl", pricks=(2, 3), origin="record", note=note)
    ]
    rows = tuple(range(102))
    made = line(*[10_000] * 102, settled=Settled(PARENT, rows, (1,) * 102))
    (many,) = told_by(check_doses, made)
    assert many.pricks == rows[:100]


def with_components(rx: Prescription, *named: tuple[str, int]) -> Prescription:
    parts = tuple(Component(name, pg) for name, pg in named)
    return replace(rx, product=replace(rx.product, components=parts))


def test_each_product_is_given_whole_and_no_more() -> None:
    note = "the doses do not add up to the volume prescribed of"
    for volumes, told in (
        ((20_000, 30_000), []),
        ((19_999, 30_000), [(20_000, 19_999, "hyaluronic acid 1 %")]),
        ((20_000, 30_001), [(30_000, 30_001, "product 0")]),
    ):
        made = products(10_000, 10_000, 10_000, 20_000, volumes=volumes)
        assert told_by(check_doses, made) == [
            rule("volume_nl", value, bound, "nl", origin="prescription", note=f"{note} {name!r}")
            for value, bound, name in told
        ]
    settled = Settled(PARENT, (0,), (10_000,))
    for volumes, told in (
        ((20_001, 30_001), []),
        ((19_999, 30_000), [(20_000, 19_999, "hyaluronic acid 1 %")]),
    ):
        made = products(10_000, 10_000, 10_000, 20_000, volumes=volumes, settled=settled)
        assert [(one.value, one.bound) for one in told_by(check_doses, made)] == [
            (value, bound) for value, bound, _ in told
        ]
    done = Settled(PARENT, (0, 1), (10_000, 10_000))
    made = products(10_000, 10_000, 10_000, 20_000, volumes=(19_999, 30_000), settled=done)
    assert told_by(check_doses, made) == []


@pytest.mark.parametrize(
    ("volumes", "doses", "done", "bound", "told"),
    [
        ((20_000, 30_000), (10_000, 10_000, 10_000, 20_000), None, 50_000, None),
        ((20_000, 30_000), (10_000, 10_000, 10_000, 20_000), None, 49_999, 50_000),
        # what was given goes beyond what was prescribed, and one prick follows
        ((20_000, 30_000), (15_000, 10_000, 10_000, 20_000), (0, 1, 2), 54_999, 55_000),
        ((20_000, 30_000), (15_000, 10_000, 10_000, 20_000), (0, 1, 2), 55_000, None),
        ((20_000, 30_000), (15_000, 10_000, 10_000, 20_000), (0, 1, 2, 3), 50_000, None),
        ((20_000, 30_000), (15_000, 10_000, 10_000, 20_000), (0, 1, 2, 3), 49_999, 50_000),
        # less was given: what was prescribed is judged
        ((20_000, 30_000), (5_000, 10_000, 10_000, 20_000), (0, 1, 2), 49_999, 50_000),
    ],
)
def test_the_volume_of_the_session_is_what_was_prescribed_or_was_given(
    volumes: tuple[int, int],
    doses: tuple[int, ...],
    done: tuple[int, ...] | None,
    bound: int,
    told: int | None,
) -> None:
    rx = bounded(PRODUCTS, "volume_nl_max", bound)
    settled = None if done is None else Settled(PARENT, done, tuple(doses[k] for k in done))
    made = products(*doses, volumes=volumes, rx=rx, settled=settled)
    found = [one for one in told_by(check_doses, made) if one.limit == "volume_nl_max"]
    wanted = Violation("volume_nl_max", told or 0, bound, "", "test volume_nl_max", None, ())
    assert found == ([] if told is None else [wanted])


def test_components_are_rounded_up_to_whole_micrograms() -> None:
    """20 uL at 50 pg/nL are 1 ug; at 51, 1.02 ug."""
    for pg, value in ((50, None), (51, 2), (100, 2), (101, 3)):
        rx = with_components(bounded(RX, "component_ug_max:a", 1), ("b", 900), ("a", pg))
        told = told_by(check_doses, line(10_000, 10_000, rx=rx))
        note, origin = "rounded up to whole ug", "test component_ug_max:a"
        wanted = Violation("component_ug_max:a", value or 0, 1, "", origin, None, (), note)
        assert told == ([] if value is None else [wanted])
    # what follows holds nothing of it
    rx = with_components(bounded(PRODUCTS, "component_ug_max:a", 1), ("a", 51))
    given = (10_000, 10_000, 10_000, 20_000)
    for done, names in (((0, 1), []), ((0,), ["component_ug_max:a"])):
        settled = Settled(PARENT, done, (10_000,) * len(done))
        made = products(*given, volumes=(20_000, 30_000), rx=rx, settled=settled)
        (other,) = made.prescription.further_products
        without = (replace(other, components=()),)
        made = replace(made, prescription=replace(made.prescription, further_products=without))
        assert [one.limit for one in told_by(check_doses, made)] == names
