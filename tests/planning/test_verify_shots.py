"""Shots and their needles: every violation whole, at its very bound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesogun.errors import Violation
from mesogun.planning.plan import Settled
from mesogun.planning.prescription import Head
from mesogun.planning.verify.shots import check_shots
from tests.planning.plans_by_hand import Place, bounded, by_hand, giving
from tests.planning.samples import SQUARE, order, zone
from tests.planning.told_whole import (
    ALONE,
    BASIS,
    PAIR,
    PARENT,
    RX,
    line,
    rule,
    stamped,
    told_by,
)


def test_pricks_are_counted() -> None:
    for most, told in ((3, []), (2, [3])):
        made = line(*[10_000] * 3, rx=bounded(RX, "pricks_max", most))
        assert [one.value for one in told_by(check_shots, made)] == told
    (many,) = told_by(check_shots, line(*[10_000] * 3, rx=bounded(RX, "pricks_max", 2)))
    assert many == Violation("pricks_max", 3, 2, "", "test pricks_max", None, (), "")


def test_shots_are_numbered_from_0_on() -> None:
    made = line(10_000, 10_000, 10_000, shot=[0, 2, 2])
    assert told_by(check_shots, made) == [
        rule("shot", 2, 1, "shot", pricks=(1,), note="one prick a shot, from 0 on")
    ]
    heads = stamped(*[10_000] * 4, columns={"shot": [0, 0, 3, 3]})
    assert told_by(check_shots, heads) == [
        rule("shot", 3, 1, "shot", pricks=(2, 3), note="the pricks of a shot together, from 0 on")
    ]


def test_single_needles_need_a_head_of_one_needle_or_none() -> None:
    note = "the pricks are of a single needle, which is not among the heads"
    wrong = rule("head", 0, 1, "heads", note=note)
    assert told_by(check_shots, line(10_000, rx=replace(RX, heads=(PAIR,)))) == [wrong]
    two = line(10_000, rx=replace(RX, heads=(PAIR, PAIR)))
    assert told_by(check_shots, two) == [replace(wrong, bound=2)]
    for heads in ((), (ALONE,), (PAIR, ALONE)):
        assert told_by(check_shots, line(10_000, rx=replace(RX, heads=heads))) == []


@pytest.mark.parametrize(
    ("name", "values", "value", "bound"),
    [
        ("head", [0, 1, 0, 0], 1, 0),
        ("depth_um", [600, 599, 600, 600], 599, 600),
        ("depth_um", [600, 600, 600, 601], 601, 600),
    ],
)
def test_pricks_of_a_shot_are_alike(name: str, values: list[int], value: int, bound: int) -> None:
    made = stamped(*[10_000] * 4, heads=(PAIR, ALONE), columns={name: values})
    row = next(k for k, one in enumerate(values) if one != values[k - k % 2])
    alike = "not the same in all pricks of a shot"
    wanted = rule(name, value, bound, pricks=(row,), note=alike)
    assert wanted in told_by(check_shots, made)


def test_doses_and_what_is_settled_are_alike_in_a_shot() -> None:
    alike = "not the same in all pricks of a shot"
    made = stamped(10_000, 11_000, 10_000, 10_001)
    assert told_by(check_shots, made) == [
        rule("dose_nl", 11_000, 10_000, pricks=(1, 3), note=alike)
    ]
    done = replace(made, settled=Settled(PARENT, (0, 1), (10_000, 11_000)))
    assert told_by(check_shots, done) == [rule("dose_nl", 10_001, 10_000, pricks=(3,), note=alike)]
    half = replace(made, settled=Settled(PARENT, (0, 1, 3), (10_000, 11_000, 10_001)))
    assert told_by(check_shots, half) == [rule("settled", 1, 0, pricks=(3,), note=alike)]


@pytest.mark.parametrize(
    ("columns", "sizes", "pricks"),
    [
        ({"needle": [0, 1, 0, 0, 0, 1]}, 2, (2, 3)),
        ({"needle": [0, 2, 0, 1, 0, 1]}, 2, (0, 1)),
        ({"needle": [0, 1, 0, 1, -1, 1]}, 2, (4, 5)),
        ({"shot": [0, 0, 1, 2, 3, 3]}, 1, (2, 3)),
        ({"shot": [0, 0, 0, 1, 2, 2]}, 3, (0, 1, 2, 3)),
        ({"needle": [1, 0, 1, 0, 0, 0]}, 2, (4, 5)),
    ],
)
def test_each_needle_pricks_once_in_a_shot(
    columns: dict[str, list[int]], sizes: int, pricks: tuple[int, ...]
) -> None:
    made = stamped(*[10_000] * 6, columns=columns)
    note = "each needle of head 'pair' pricks once in a shot"
    told = [one for one in told_by(check_shots, made) if one.note == note]
    assert told == [rule("needle", sizes, 2, "needles", pricks=pricks, note=note)]


def test_needles_out_of_place_are_counted_by_shots_and_by_zone() -> None:
    places: list[Place] = [
        (6_000, 6_000, 0), (12_000, 6_000, 0), (24_000, 6_000, 0), (24_001, 12_000, 0),
        (36_000, 6_000, 0), (42_000, 6_000, 1), (36_000, 30_000, 0), (30_000, 30_000, 0),
    ]  # fmt: skip
    rx = replace(giving(order(zone("a", SQUARE, spacing_um=6_000)), 80_000), heads=(PAIR,))
    made = by_hand(
        rx, places, pitch_um=6_000, basis_um=BASIS,
        shot=[0, 0, 1, 1, 2, 2, 3, 3], head=[0] * 8, needle=[0, 1] * 4,
    )  # fmt: skip
    note = "the needles do not lie as in head 'pair'"
    assert told_by(check_shots, made) == [
        rule("needle", 2, 0, "shots", zone="a", pricks=(2, 3, 4, 5), note=note)
    ]


@pytest.mark.parametrize(
    ("pitch", "basis", "told"),
    [
        (6_000, BASIS, None),
        (6_002, BASIS, None),
        (6_003, BASIS, 6_003),
        (5_999, BASIS, 5_999),
        (6_000, (6_003, 0, 3_000, 5_197), 6_003),
        (6_000, (6_000, 0, 2_999, 5_195), 5_998),
        (6_000, (6_000, 0, 3_007, 5_197), 6_004),
        (6_000, (6_000, 0, 2_996, 5_203), 6_003),
        (6_000, (6_002, 0, 3_001, 5_198), None),
    ],
)
def test_a_head_s_lattice_has_three_steps_of_its_pitch(
    pitch: int, basis: tuple[int, int, int, int], told: int | None
) -> None:
    made = stamped(10_000, 10_000, pitch_um=pitch, basis_um=basis)
    found = [one for one in told_by(check_shots, made) if one.limit == "pitch_um"]
    wanted = rule("pitch_um", told or 0, 6_000, "um", zone="a", note="not the pitch of head 'pair'")
    assert found == ([] if told is None else [wanted])


def test_a_head_s_lattice_turns_to_the_left() -> None:
    for left in (
        (0, 6_000, -5_197, 3_000),
        (-6_000, 0, -3_000, -5_197),
        (0, -6_000, 5_197, -3_000),
    ):
        made = stamped(10_000, 10_000, basis_um=left)
        assert "basis_um" not in {one.limit for one in told_by(check_shots, made)}
        ax, ay, bx, by = left
        right = stamped(10_000, 10_000, basis_um=(bx, by, ax, ay))
        assert "basis_um" in {one.limit for one in told_by(check_shots, right)}
    made = stamped(10_000, 10_000, basis_um=(6_000, 0, 3_000, -5_197))
    note = "b does not lie to the left of a"
    assert rule("basis_um", 0, 1, zone="a", note=note) in told_by(check_shots, made)


def test_a_head_whose_first_needle_is_not_the_middle_may_be_turned_too() -> None:
    head = Head("bent", ((2, 1), (0, 0), (1, 0)), 6_000, "test")
    rx = replace(giving(order(zone("a", SQUARE, spacing_um=6_000)), 30_000), heads=(head,))
    steps = list(head.needles)
    for _ in range(6):
        places = [(30_000 + 6_000 * i + 3_000 * j, 30_000 + 5_197 * j) for i, j in steps]
        made = by_hand(
            rx, places, pitch_um=6_000, basis_um=BASIS, shot=[0] * 3, head=[0] * 3, needle=[0, 1, 2]
        )
        assert told_by(check_shots, made) == []
        steps = [(-j, i + j) for i, j in steps]
    mirrored = [(30_000 + 6_000 * (i + j) - 3_000 * j, 30_000 - 5_197 * j) for i, j in head.needles]
    made = by_hand(
        rx, mirrored, pitch_um=6_000, basis_um=BASIS, shot=[0] * 3, head=[0] * 3, needle=[0, 1, 2]
    )
    assert [one.limit for one in told_by(check_shots, made)] == ["needle"]
