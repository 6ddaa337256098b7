"""The check of shots: every needle once, all alike, lying as the head's pattern says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Plan, verify
from mesogun.planning.plan import Pause, PauseKind
from mesogun.planning.prescription import Head, Prescription
from tests.planning.plans_by_hand import Place, bounded, by_hand, found, giving, only, violations
from tests.planning.samples import SQUARE, order, zone

THREE = Head("three", ((0, 0), (1, 0), (0, 1)), 6_000, "test")
LINE = Head("line", ((0, 0), (1, 0), (2, 0)), 6_000, "test")
SINGLE = Head("single", ((0, 0),), 0, "test")
BASIS = (6_000, 0, 3_000, 5_197)
AX, AY, BX, BY = BASIS


def at(i: int, j: int) -> Place:
    """A place of the lattice."""
    return 6_000 + i * AX + j * BX, 6_000 + i * AY + j * BY


def asked(*heads: Head, volume_nl: int) -> Prescription:
    one = zone("square", SQUARE, spacing_um=6_000)
    return replace(giving(order(one), volume_nl), heads=heads, head=heads[0].name)


def stamped(
    shots: list[list[tuple[int, int]]],
    *,
    heads: tuple[Head, ...] = (THREE, SINGLE),
    which: list[int] | None = None,
    **changes: list[int],
) -> Plan:
    """Shots of a head, each a list of steps; single ones last."""
    of = which or [0 if len(one) > 1 else 1 for one in shots]
    steps = [step for one in shots for step in one]
    columns = {
        "shot": [k for k, one in enumerate(shots) for _ in one],
        "head": [h for h, one in zip(of, shots, strict=True) for _ in one],
        "needle": [k for one in shots for k in range(len(one))],
        **changes,
    }
    pauses = tuple(
        pause_at(k + 1, "head") for k, (one, two) in enumerate(pairwise(of)) if one != two
    )
    rx = asked(*heads, volume_nl=len(steps) * 10_000)
    places = [at(i, j) for i, j in steps]
    return by_hand(rx, places, pitch_um=6_000, basis_um=BASIS, pauses=pauses, **columns)


def pause_at(shot: int, kind: PauseKind) -> Pause:
    return Pause(shot, kind, 0, "test")


def turned(step: tuple[int, int], sixths: int) -> tuple[int, int]:
    i, j = step
    for _ in range(sixths):
        i, j = -j, i + j
    return i, j


GOOD = stamped([[(0, 0), (1, 0), (0, 1)], [(3, 0), (4, 0), (3, 1)], [(6, 0)]])


def test_whole_shots_and_single_ones_pass() -> None:
    assert verify(GOOD).plan is GOOD


@pytest.mark.parametrize("sixths", range(6))
def test_a_head_may_be_turned_by_any_sixth(sixths: int) -> None:
    shot = [(3 + i, 2 + j) for i, j in (turned(step, sixths) for step in LINE.needles)]
    verify(stamped([shot], heads=(LINE,)))


def test_a_head_is_never_mirrored_or_bent() -> None:
    crooked = Head("crooked", ((0, 0), (1, 0), (2, 1)), 6_000, "test")
    shot = [(2, 2), (3, 2), (4, 3)]
    verify(stamped([shot], heads=(crooked,)))
    # mirrored at a: (i, j) becomes (i + j, -j)
    mirrored = [(2, 2), (3, 2), (2 + 3, 2 - 1)]
    wrong = only(stamped([mirrored], heads=(crooked,)))
    assert (wrong.limit, wrong.value, wrong.pricks) == ("needle", 1, (0, 1, 2))
    assert "do not lie as in head 'crooked'" in wrong.note


def test_one_um_off_its_place_is_a_needle_in_the_wrong_place() -> None:
    x = GOOD.pricks.x_um.tolist()
    assert (x[4], x[5]) == (30_000, 27_000)
    x[5] += 1
    wrong = found(replaced(GOOD, x_um=x), "needle")
    assert (wrong.pricks, wrong.value) == ((3, 4, 5), 1)


def replaced(made: Plan, **columns: list[int]) -> Plan:
    """The same plan with other columns, and everything else still true."""
    now = {name: values.tolist() for name, values in made.pricks.columns()} | columns
    places = list(zip(now.pop("x_um"), now.pop("y_um"), now.pop("z_um"), strict=True))
    one = made.zones[0]
    return by_hand(
        made.prescription,
        places,
        dose=now.pop("dose_nl"),
        pauses=made.pauses,
        pitch_um=one.pitch_um,
        basis_um=one.basis_um,
        **now,
    )


@pytest.mark.parametrize(
    ("columns", "limit", "pricks"),
    [
        ({"needle": [0, 1, 1, 0, 1, 2, 0]}, "needle", (0, 1, 2)),
        ({"needle": [0, 1, 2, 0, 1, 3, 0]}, "needle", (3, 4, 5)),
        ({"needle": [0, 1, 2, 0, 1, -1, 0]}, "needle", (3, 4, 5)),
        ({"needle": [0, 1, 2, 0, 1, 2, 1]}, "needle", (6,)),
        ({"shot": [0, 0, 0, 1, 1, 2, 3]}, "needle", (3, 4, 5)),
        ({"shot": [1, 1, 1, 2, 2, 2, 3]}, "shot", tuple(range(7))),
        ({"shot": [0, 0, 0, 2, 2, 2, 3]}, "shot", (3, 4, 5, 6)),
        ({"head": [0, 0, 0, 0, 0, 1, 1]}, "head", (5,)),
        ({"head": [0, 0, 0, 0, 0, 0, 2]}, "head", (6,)),
        ({"head": [0, 0, 0, -1, -1, -1, 1]}, "head", (3, 4, 5)),
        ({"depth_um": [600, 600, 600, 600, 600, 599, 600]}, "depth_um", (5,)),
        ({"dose_nl": [10_000, 11_000, 9_000, *[10_000] * 4]}, "dose_nl", (1, 2)),
    ],
)
def test_a_shot_that_is_not_whole_or_not_alike_is_named(
    columns: dict[str, list[int]], limit: str, pricks: tuple[int, ...]
) -> None:
    named = [one.pricks for one in violations(replaced(GOOD, **columns)) if one.limit == limit]
    assert pricks in named


def test_the_dose_of_a_shot_is_a_multiple_of_the_step_not_that_of_a_prick() -> None:
    """Three times 10/3 of a step is no whole number of nL; 3 x 7,000 is one step of 21,000."""
    shots = [[(0, 0), (1, 0), (0, 1)], [(3, 0), (4, 0), (3, 1)]]
    made = stamped(shots, heads=(THREE,))
    rx = giving(bounded(made.prescription, "dose_quantum_nl_min", 21_000), 42_000)
    places = [at(*step) for shot in shots for step in shot]
    more = {"head": [0] * 6, "needle": [0, 1, 2] * 2, "shot": [0, 0, 0, 1, 1, 1]}
    verify(by_hand(rx, places, dose=7_000, pitch_um=6_000, basis_um=BASIS, **more))
    odd = by_hand(
        rx, places, dose=[7_001] * 3 + [6_999] * 3, pitch_um=6_000, basis_um=BASIS, **more
    )
    fine, coarse = [one for one in violations(odd) if one.limit == "dose_quantum_nl_min"]
    assert (fine.bound, coarse.bound, coarse.value) == (1_000, 21_000, 21_003)
    assert fine.pricks == coarse.pricks == tuple(range(6))


def test_pricks_of_a_head_need_the_heads_lattice() -> None:
    made = replace(GOOD, zones=(replace(GOOD.zones[0], basis_um=(0, 0, 0, 0)),))
    assert {"pitch_um", "needle"} <= {one.limit for one in violations(made)}
    right_handed = (AX, AY, BX, -BY)
    made = replace(GOOD, zones=(replace(GOOD.zones[0], basis_um=right_handed),))
    assert found(made, "basis_um").note == "b does not lie to the left of a"


@pytest.mark.parametrize(
    ("pitch_um", "passes"), [(6_000, True), (5_998, True), (5_997, False), (6_001, False)]
)
def test_a_zones_pitch_is_that_of_its_head_or_up_to_two_um_more(
    pitch_um: int, *, passes: bool
) -> None:
    heads = (replace(THREE, pitch_um=pitch_um), SINGLE)
    made = replace(GOOD, prescription=replace(GOOD.prescription, heads=heads))
    if passes:
        verify(made)
    else:
        assert found(made, "pitch_um").bound == pitch_um


def test_without_columns_of_heads_there_must_be_a_single_needle() -> None:
    plain = by_hand(asked(THREE, volume_nl=20_000), [at(0, 0), at(1, 0)], pitch_um=6_000)
    assert only(plain).limit == "head"
    verify(by_hand(asked(THREE, SINGLE, volume_nl=20_000), [at(0, 0), at(1, 0)], pitch_um=6_000))
    verify(by_hand(giving(order(zone("s", SQUARE)), 20_000), [at(0, 0), at(1, 0)]))


def test_a_head_without_its_needles_and_needles_without_a_head_are_told() -> None:
    table = GOOD.pricks
    for name in ("head", "needle"):
        half = replace(GOOD, pricks=replace(table, **{name: None}))
        assert only(half).note == f"{name} is missing"


def test_a_change_of_heads_needs_a_pause_and_a_pause_a_change() -> None:
    none = only(replace(GOOD, pauses=()))
    assert (none.limit, none.pricks) == ("pauses", (6,))
    assert "the head changes without a pause before shot 2" in none.note
    more = only(replace(GOOD, pauses=(pause_at(1, "head"), *GOOD.pauses)))
    assert (more.pricks, more.value) == ((3,), 1)
    assert "does not change at its pause before shot 1" in more.note


def test_a_needle_counts_its_shots_not_its_pricks() -> None:
    shots = [[(0, 0), (1, 0), (0, 1)], [(3, 0), (4, 0), (3, 1)]]
    made = stamped(shots, heads=(THREE,))
    for most, passes in ((2, True), (1, False)):
        rx = bounded(made.prescription, "needle_pricks_max", most)
        worn = replaced(replace(made, prescription=rx))
        if passes:
            verify(worn)
        else:
            assert (only(worn).value, only(worn).pricks) == (2, tuple(range(6)))


@given(st.permutations(range(3)), st.integers(0, 5), st.integers(-1, 1), st.integers(-1, 1))
@settings(max_examples=60, deadline=None)
def test_needles_may_stand_in_any_order_but_only_in_their_places(
    rows: list[int], sixths: int, dx: int, dy: int
) -> None:
    crooked = Head("crooked", ((0, 0), (1, 0), (2, 1)), 6_000, "test")
    steps = [turned(step, sixths) for step in crooked.needles]
    places = [at(4 + i, 4 + j) for i, j in steps]
    places[2] = (places[2][0] + dx, places[2][1] + dy)
    made = by_hand(
        asked(crooked, volume_nl=30_000),
        [places[k] for k in rows],
        pitch_um=5_000,
        basis_um=BASIS,
        shot=[0, 0, 0],
        head=[0, 0, 0],
        needle=rows,
    )
    wrong = {one.limit for one in violations(made)}
    assert ("needle" in wrong) == (dx != 0 or dy != 0)
