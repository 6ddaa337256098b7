"""The check of a plan's columns: as many, as wide and in range; every violation whole."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from mesogun.errors import Violation
from mesogun.planning import Plan, PrickTable, column
from mesogun.planning.plan import Settled, Stroke
from mesogun.planning.prescription import Head, Needling, Point3, Surface
from mesogun.planning.verify.columns import check_columns, rows_of_plan
from mesogun.planning.verify.findings import Findings, rows_of
from tests.planning.plans_by_hand import by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone

PARENT = "sha256:" + "0" * 64
RX = order(zone("square", SQUARE), volume_nl=30_000)
GOOD = by_hand(RX, row_of_points(3, 6_000))
TWO_ZONES = order(zone("a", SQUARE), zone("b", moved(SQUARE, 70_000, 0)), volume_nl=20_000)
TWO = by_hand(TWO_ZONES, [(5_000, 5_000), (75_000, 5_000)], zone=[0, 1])


def rule(name: str, value: int, bound: int, unit: str = "", **more: Any) -> Violation:
    """A broken rule of the plan's own."""
    given = {"origin": "plan", "zone": None, "pricks": (), "note": "", **more}
    return Violation(name, value, bound, unit, **given)


def told_of_columns(made: Plan) -> list[Violation]:
    found = Findings()
    check_columns(made, found)
    return found.all


def with_columns(made: Plan, **changes: Any) -> Plan:
    """The plan with other columns, not looked at by anybody."""
    table = object.__new__(PrickTable)
    for one in fields(PrickTable):
        values = getattr(made.pricks, one.name)
        object.__setattr__(table, one.name, changes.get(one.name, values))
    return replace(made, pricks=table)


def frozen(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    values.setflags(write=False)
    return values


NO_COLUMN = "is no column of 32-bit numbers"


@pytest.mark.parametrize(
    "values",
    [
        frozen(np.zeros(3, dtype=np.int64)),
        frozen(np.zeros(3, dtype=np.float32)),
        frozen(np.zeros(3, dtype=">i4")),
        frozen(np.zeros((3, 1), dtype=np.int32)),
        column([1, 2]),
    ],
)
def test_a_column_holds_as_many_32_bit_numbers_as_there_are_pricks(
    values: np.ndarray[Any, Any],
) -> None:
    told = told_of_columns(with_columns(GOOD, y_um=values))
    assert told == [rule("columns", 0, 1, "column", note=f"y_um {NO_COLUMN}")]


def test_a_list_is_no_column_even_if_it_says_that_it_holds_32_bits() -> None:
    class Likeness(list[int]):
        dtype = np.dtype("<i4")
        ndim = 1

    told = told_of_columns(with_columns(GOOD, y_um=Likeness([1, 2, 3])))
    assert told == [rule("columns", 0, 1, "column", note=f"y_um {NO_COLUMN}")]


def test_a_column_that_can_be_changed_is_told() -> None:
    told = told_of_columns(with_columns(GOOD, y_um=np.zeros(3, dtype="<i4")))
    assert told == [rule("columns", 1, 0, "column", note="y_um can still be changed")]


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("x_um", -10_000_000, 10_000_000),
        ("y_um", -10_000_000, 10_000_000),
        ("z_um", -10_000_000, 10_000_000),
        ("dose_nl", 0, 2**31 - 1),
        ("depth_um", 0, 2**31 - 1),
        ("layer", 0, 3),
        ("zone", 0, 0),
    ],
)
def test_a_column_s_values_lie_in_their_range(name: str, least: int, most: int) -> None:
    for value in (least, most):
        assert told_of_columns(with_columns(GOOD, **{name: column([0, value, 0])})) == []
    beyond = [(least - 1, least)] + ([(most + 1, most)] if most < 2**31 - 1 else [])
    for value, bound in beyond:
        told = told_of_columns(with_columns(GOOD, **{name: column([0, value, 0])}))
        assert told == [rule(name, value, bound, pricks=(1,), note="out of range")]


def test_the_first_value_out_of_range_is_told_with_the_rows_of_all() -> None:
    values = column([0, 4, -1])
    told = told_of_columns(with_columns(GOOD, layer=values))
    assert told == [rule("layer", 4, 3, pricks=(1, 2), note="out of range")]
    many = by_hand(giving(RX, 1_020_000), row_of_points(102, 6_000), dose_nl=[-1] * 102)
    (told_of_many,) = told_of_columns(many)
    assert told_of_many.pricks == tuple(range(100))


VERTICES: tuple[Point3, ...] = ((0, 0, 0), (60_000, 0, 0), (0, 60_000, 0), (60_000, 60_000, 0))
BODY = Surface("body", VERTICES, ((0, 1, 2), (1, 3, 2)), (), (), "test")
ON_BODY: dict[str, Any] = {
    "nx": column([0] * 3),
    "ny": column([0] * 3),
    "nz": column([-1_000_000] * 3),
}


def test_faces_and_heads_are_those_there_are() -> None:
    body = replace(GOOD, prescription=replace(RX, surface=BODY))
    for face, told in ((0, None), (1, None), (2, 1), (-1, 0)):
        said = told_of_columns(with_columns(body, face=column([face, 0, 1]), **ON_BODY))
        wanted = rule("face", face, told or 0, pricks=(0,), note="out of range")
        assert said == ([] if told is None else [wanted])
    two = (Head("one", ((0, 0),), 0, "t"), Head("two", ((0, 0),), 0, "t"))
    headed = replace(GOOD, prescription=replace(RX, heads=two))
    for head, told in ((0, None), (1, None), (2, 1), (-1, 0)):
        made = with_columns(headed, head=column([0, head, 1]), needle=column([0, 0, 0]))
        wanted = rule("head", head, told or 0, pricks=(1,), note="out of range")
        assert told_of_columns(made) == ([] if told is None else [wanted])


def test_a_zone_s_index_is_one_of_the_zones() -> None:
    for value in (0, 1):
        assert told_of_columns(with_columns(TWO, zone=column([0, value]))) == []
    told = told_of_columns(with_columns(TWO, zone=column([0, 2])))
    assert told == [rule("zone", 2, 1, pricks=(1,), note="out of range")]


def test_columns_that_go_together_are_all_there_or_none() -> None:
    nothing, missing = "is there, where it means nothing", "is missing"
    for name in ("nx", "ny", "nz", "face"):
        told = told_of_columns(with_columns(GOOD, **{name: column([0, 0, 0])}))
        assert told == [rule("columns", 1, 0, "column", note=f"{name} {nothing}")]
        body = with_columns(
            replace(GOOD, prescription=replace(RX, surface=BODY)), face=column([0, 0, 0]), **ON_BODY
        )
        told = told_of_columns(with_columns(body, **{name: None}))
        assert told == [rule("columns", 0, 1, "column", note=f"{name} {missing}")]
    heads = {"head": column([0, 0, 0]), "needle": column([0, 0, 0])}
    headed = replace(GOOD, prescription=replace(RX, heads=(Head("h", ((0, 0),), 0, "t"),)))
    assert told_of_columns(with_columns(headed, **heads)) == []
    for name in heads:
        told = told_of_columns(with_columns(headed, **(heads | {name: None})))
        assert told == [rule("columns", 0, 1, "column", note=f"{name} {missing}")]


def test_as_many_zones_are_planned_as_prescribed_and_at_least_one() -> None:
    assert told_of_columns(replace(GOOD, zones=GOOD.zones * 2)) == [rule("zones", 2, 1, "zones")]
    none = replace(GOOD, zones=(), prescription=replace(RX, zones=()))
    assert told_of_columns(none) == [rule("zones", 0, 0, "zones")]
    empty = column([])
    nothing = {name: empty for name, _ in GOOD.pricks.columns()}
    told = told_of_columns(with_columns(GOOD, **nothing))
    assert told == [rule("pricks", 0, 1, "pricks", note="a plan without a prick")]


def test_only_the_first_hundred_rows_are_told() -> None:
    assert rows_of(np.ones(101, dtype=np.bool_)) == tuple(range(100))
    assert rows_of(np.ones(99, dtype=np.bool_)) == tuple(range(99))
    assert rows_of(np.array([False, True, False, True])) == (1, 3)


def test_rows_are_counted_by_shots_where_there_are_heads() -> None:
    head = {"head": column([0, 0, 0]), "needle": column([0, 1, 0])}
    made = with_columns(GOOD, shot=column([7, 7, 5]), **head)
    rows = rows_of_plan(made)
    assert (rows.shot.tolist(), rows.begins.tolist(), rows.first.tolist()) == (
        [0, 0, 1],
        [0, 2, 3],
        [0, 2],
    )
    single = rows_of_plan(with_columns(GOOD, shot=column([7, 7, 5])))
    assert (single.shot.tolist(), single.begins.tolist()) == ([0, 1, 2], [0, 1, 2, 3])
    assert not single.settled.any()


def test_rows_that_are_settled_are_marked_where_they_exist() -> None:
    made = replace(GOOD, settled=Settled(PARENT, (0, 2, 3, -1), (0, 0, 0, 0)))
    assert rows_of_plan(made).settled.tolist() == [True, False, True]


def test_a_plan_has_pricks_or_the_strokes_of_a_pen() -> None:
    strokes = (Stroke(0, 0, (0, 0), (9, 0)), Stroke(0, 0, (0, 9), (9, 9)))
    note = "no pen or roller is prescribed"
    assert told_of_columns(replace(GOOD, strokes=strokes)) == [
        rule("strokes", 2, 0, "strokes", note=note)
    ]
    pen = Needling("pen", 12, 8_000, 110, 0, 20_000, "test")
    needled = replace(GOOD, prescription=replace(RX, needling=pen))
    note = "a pen or a roller makes strokes: none of its pricks has a place"
    assert told_of_columns(needled) == [rule("pricks", 3, 0, "pricks", note=note)]
    empty = {name: column([]) for name, _ in GOOD.pricks.columns()}
    assert told_of_columns(replace(with_columns(needled, **empty), strokes=strokes)) == []
