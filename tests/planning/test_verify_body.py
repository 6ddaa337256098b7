"""Pricks on tilted faces and beside borders in space, judged against plain sums."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from typing import Any

import numpy as np
import pytest

from mesogun.errors import Violation
from mesogun.planning import Plan
from mesogun.planning.prescription import Point3, Prescription, Surface
from mesogun.planning.verify.surface import check_surface, edges_at_the_border, is_within
from tests.planning.bodies import borders, from_segment
from tests.planning.plans_by_hand import Place, bounded, by_hand, giving
from tests.planning.samples import limits, order, zone
from tests.planning.told_whole import rule, told_by

DOWN = (0, 0, -1_000_000)


def body_of(vertices: list[Point3], faces: list[Point3]) -> Surface:
    return Surface("body", tuple(vertices), tuple(faces), (), (), "test")


def on(body: Surface, *groups: tuple[int, ...], **changes: Any) -> Prescription:
    zones = [zone(f"zone {k}", (), faces=some, **changes) for k, some in enumerate(groups)]
    free = limits(margin_um_min=0) if changes.get("margin_um") == 0 else limits()
    return replace(order(*zones), surface=body, limits=free)


def pricked(
    rx: Prescription,
    at: list[Place],
    face: list[int],
    into: list[tuple[int, int, int]] | None = None,
    **more: Any,
) -> Plan:
    ways = into or [DOWN] * len(at)
    columns = {name: [one[k] for one in ways] for k, name in enumerate(("nx", "ny", "nz"))}
    return by_hand(giving(rx, len(at) * 10_000), at, **{"face": face, **columns, **more})


def told(made: Plan, name: str) -> list[Violation]:
    return [one for one in told_by(check_surface, made) if one.limit == name]


def rows_told(made: Plan, name: str) -> list[int]:
    return [row for one in told(made, name) for row in one.pricks]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("size", [3, 12, 300, 5_000_000])
def test_a_prick_lies_within_1_um_of_its_face_however_it_leans(seed: int, size: int) -> None:
    """Tilted faces, small and of metres; places on, beside, above and below them."""
    rng = np.random.default_rng([seed, size])
    corners: list[Point3] = [
        (int(a), int(b), int(c)) for a, b, c in rng.integers(-size, size + 1, (9, 3))
    ]
    faces: list[Point3] = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 4, 8)]
    body = body_of(corners, faces)
    at, of = [], []
    for k in range(96):
        face = int(rng.integers(0, 4))
        a, b, c = (np.array(corners[one]) for one in faces[face])
        # on the plane, often on an edge or a corner, sometimes beyond
        s, t = rng.choice([0.0, 0.0, 0.5, 1.0, -0.01, 1.01, float(rng.random())], 2)
        place = np.floor(a + s * (b - a) + t * (c - a) + 0.5).astype(int)
        if k % 2:
            # the third edge
            place = np.floor(b + s * (c - b) + 0.5).astype(int)
        place += rng.integers(-2, 3, 3) * (k % 3 > 0)
        place = np.clip(place, -10_000_000, 10_000_000)
        at.append((int(place[0]), int(place[1]), int(place[2])))
        of.append(face)
    wanted = [
        k
        for k, (place, face) in enumerate(zip(at, of, strict=True))
        if not is_within(place, tuple(corners[one] for one in faces[face]), 1)  # type: ignore[arg-type]
    ]
    assert 0 < len(wanted) < 96
    made = pricked(on(body, (0, 1, 2, 3), margin_um=0), list(at), of)
    assert rows_told(made, "face") == wanted
    (off,) = told(made, "face")
    note = "the prick does not lie on its face"
    assert off == rule("face", 2, 1, "um", pricks=tuple(wanted), note=note)


def test_a_prick_a_hair_farther_than_1_um_above_its_face_is_found() -> None:
    """Faces some 60 um wide; places whose distance is 1 um, and up to a hundredth less or more."""
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(60):
        corners = [(int(a), int(b), int(c)) for a, b, c in rng.integers(-40, 41, (3, 3))]
        a, b, c = (np.array(one) for one in corners)
        normal = np.cross(b - a, c - a)
        long = float(np.sqrt(float((normal * normal).sum())))
        if long < 600:
            continue
        middle = (a + b + c) // 3
        near = middle + np.stack(np.mgrid[-6:7, -6:7, -6:7], axis=-1).reshape(-1, 3)
        height = np.abs((near - a) @ normal) / long
        some = near[np.abs(height - 1) < 0.02][:40]
        at: list[Place] = [(int(x), int(y), int(z)) for x, y, z in some]
        if not at:
            continue
        made = pricked(
            on(body_of(list(corners), [(0, 1, 2)]), (0,), margin_um=0), at, [0] * len(at)
        )
        triangle = corners[0], corners[1], corners[2]
        wanted = [k for k, one in enumerate(at) if not is_within(one, triangle, 1)]  # type: ignore[arg-type]
        assert rows_told(made, "face") == wanted
        found += len(wanted)
    assert found > 50


def test_the_distance_from_a_face_is_that_of_its_inside_its_edges_or_its_corners() -> None:
    triangle = ((0, 0, 0), (10, 0, 0), (0, 10, 0))
    for place, reach in (
        ((3, 3, 4), 4), ((3, 3, -4), 4), ((0, 0, 4), 4), ((10, 0, 2), 2), ((-3, 5, 4), 5),
        ((-3, -4, 0), 5), ((13, -4, 0), 5), ((5, 5, 0), 0), ((7, 7, 0), 3), ((5, -3, 0), 3),
        ((0, 13, -4), 5), ((-1, 0, 0), 1), ((0, -1, 0), 1), ((0, 11, 0), 1), ((3, 0, 0), 0),
    ):  # fmt: skip
        assert is_within(place, triangle, reach)
        assert is_within(place, (triangle[0], triangle[2], triangle[1]), reach)
        assert not reach or not is_within(place, triangle, reach - 1)
    # without area: a line and a point
    line = ((0, 0, 0), (4, 0, 0), (10, 0, 0))
    assert is_within((7, 3, 0), line, 3)
    assert not is_within((7, 3, 0), line, 2)
    assert is_within((13, 4, 0), line, 5)
    assert not is_within((13, 4, 0), line, 4)
    point = ((1, 1, 1),) * 3
    assert is_within((1, 4, 5), point, 5)
    assert not is_within((1, 4, 5), point, 4)


SQUARE: list[Point3] = [(0, 0, 0), (30_000, 0, 0), (30_000, 30_000, 0), (0, 30_000, 0)]
HALVES: list[Point3] = [(0, 1, 2), (0, 2, 3)]


@pytest.mark.parametrize(
    ("into", "length", "leans"),
    [
        ((0, 0, -1_000_003), None, False),
        ((0, 0, -999_997), None, False),
        ((0, 0, -1_000_004), 1_000_004, False),
        ((0, 0, -999_996), 999_996, False),
        ((600_000, 0, -800_000), None, False),
        # 60 degrees off, to the millionth: along the skin
        ((866_025, 0, -500_001), None, False),
        ((866_027, 0, -500_000), None, True),
        ((0, 0, 1_000_000), None, True),
        ((0, 1_000_000, 0), None, True),
        ((0, 0, 0), 0, False),
    ],
)
def test_a_direction_is_a_million_long_and_leads_in(
    into: tuple[int, int, int], length: int | None, leans: bool
) -> None:
    rx = on(body_of(SQUARE, HALVES), (0, 1))
    made = pricked(rx, [(20_000, 10_000, 0), (10_000, 20_000, 0)], [0, 1], [DOWN, into])
    wanted = []
    if length is not None:
        note = "a direction's length"
        wanted.append(rule("direction", length, 1_000_000, "millionths", pricks=(1,), note=note))
    if leans:
        note = "60 degrees or more off the face's normal"
        wanted.append(rule("direction", 60, 59, "degrees", pricks=(1,), note=note))
    assert told_by(check_surface, made) == wanted


def test_a_direction_is_measured_against_its_own_face() -> None:
    """A tent: each side's normal leans by 45 degrees."""
    tent: list[Point3] = [
        (0, 0, 0), (0, 60_000, 0), (30_000, 0, 30_000), (30_000, 60_000, 30_000),
        (60_000, 0, 0), (60_000, 60_000, 0),
    ]  # fmt: skip
    faces: list[Point3] = [(0, 2, 1), (1, 2, 3), (2, 4, 3), (3, 4, 5)]
    rx = on(body_of(tent, faces), (0, 1, 2, 3))
    at: list[Place] = [(15_000, 15_000, 15_000), (15_000, 45_000, 15_000), (45_000, 15_000, 15_000)]
    into = (707_107, 0, -707_107)
    made = pricked(rx, at, [0, 1, 2], [into] * 3)
    assert rows_told(made, "direction") == [2]
    assert rows_told(pricked(rx, at, [0, 1, 2]), "direction") == []
    back = (-707_107, 0, -707_107)
    assert rows_told(pricked(rx, at, [0, 1, 2], [back] * 3), "direction") == [0, 1]


def test_a_face_of_another_zone_is_told_zone_by_zone() -> None:
    strange = "the face is not one of the zone's"
    rx = on(body_of(SQUARE, HALVES), (0,), (1,), margin_um=0)
    at: list[Place] = [(20_000, 10_000, 0), (10_000, 20_000, 0), (25_000, 5_000, 0)]
    assert told(pricked(rx, at, [0, 1, 0], zone=[0, 1, 1]), "face") == [
        rule("face", 0, 0, "face", zone="zone 1", pricks=(2,), note=strange)
    ]
    wrong = told(pricked(rx, at[1:], [1, 0], zone=[0, 1]), "face")
    assert [(one.value, one.pricks, one.zone) for one in wrong] == [
        (1, (0,), "zone 0"),
        (0, (1,), "zone 1"),
    ]


def test_of_many_pricks_a_hundred_are_told() -> None:
    rx = on(body_of(SQUARE, HALVES), (0,), (1,))
    at: list[Place] = [(20_000, 10_000 - k, 5) for k in range(102)]
    ways = [(0, 0, -1)] * 102
    made = pricked(rx, at, [1] * 102, ways, zone=[0] * 102)
    assert {one.limit: len(one.pricks) for one in told_by(check_surface, made)} == {
        "face": 100, "direction": 100
    }  # fmt: skip
    near: list[Place] = [(20_000, 1_000 + k, 0) for k in range(102)]
    (margin,) = told(pricked(rx, near, [0] * 102, zone=[0] * 102), "margin_um_min")
    assert (margin.value, margin.pricks) == (1_000, tuple(range(100)))


@pytest.mark.parametrize("seed", range(10))
def test_margins_are_kept_from_edges_in_space(seed: int) -> None:
    """Three faces of a rough body: places around their border, some at the margin to the um."""
    rng = np.random.default_rng(seed)
    wide = int(rng.choice([40, 900, 60_000]))
    corners: list[Point3] = [
        (int(a), int(b), int(c)) for a, b, c in rng.integers(-wide, wide + 1, (6, 3))
    ]
    faces: list[Point3] = [(0, 1, 2), (0, 2, 3), (3, 4, 5)]
    body = body_of(corners, faces)
    margin = int(rng.choice([1, 7, 31, 2_000]))
    edges = borders(body, (0, 1, 2))
    at: list[Place] = []
    for k in range(80):
        one, two = (np.array(corners[v]) for v in edges[k % len(edges)])
        step = rng.choice([0.0, 1.0, -0.1, 1.1, *rng.random(4)])
        off = rng.normal(size=3)
        off *= margin * rng.choice([0.5, 0.99, 1.0, 1.0, 1.01, 1.5]) / np.linalg.norm(off)
        if k % 4 == 0:
            off = np.array([(margin, 0, 0), (0, margin, 0), (0, 0, -margin)][k // 4 % 3])
        x, y, z = (int(v) for v in np.floor(one + step * (two - one) + off + 0.5))
        at.append((x, y, z))
    squares = [
        min(from_segment(place, corners[a], corners[b]) for a, b in edges)  # type: ignore[arg-type]
        for place in at
    ]
    near = [k for k, one in enumerate(squares) if one < margin * margin]
    assert 0 < len(near) < len(at)
    rx = replace(on(body, (0, 1, 2), margin_um=margin), limits=limits(margin_um_min=0))
    made = pricked(rx, at, [0] * len(at))
    (margin_told,) = told(made, "margin_um_min")
    least = min(isqrt(int(squares[k])) for k in near)
    note = "too near to the edge of the zone's faces"
    assert margin_told == rule(
        "margin_um_min", least, margin, "um", zone="zone 0", pricks=tuple(near), note=note,
        origin="prescription",
    )  # fmt: skip


@pytest.mark.parametrize("length", [1, 2_999, 3_000, 6_001, 4_000_000])
def test_a_long_edge_is_felt_all_along(length: int) -> None:
    """One long face: a prick beside every part of its lower edge, just within and at the margin."""
    corners: list[Point3] = [(0, 0, 0), (length, 0, 0), (0, 0, 90_000)]
    rx = on(body_of(corners, [(0, 1, 2)]), (0,))
    steps = sorted({0, length, length // 2, length // 3, length // 7, min(length, 2_500)})
    at: list[Place] = [(x, -2_999, 0) for x in steps]
    assert rows_told(pricked(rx, at, [0] * len(at)), "margin_um_min") == list(range(len(at)))
    far: list[Place] = [(x, -3_000, 0) for x in steps]
    assert told(pricked(rx, far, [0] * len(at)), "margin_um_min") == []


def test_the_larger_of_margin_and_limit_is_measured_and_none_where_both_are_0() -> None:
    body = body_of(SQUARE, HALVES)
    at: list[Place] = [(20_000, 3_000, 0)]
    strict = pricked(bounded(on(body, (0, 1)), "margin_um_min", 3_001), at, [0])
    asked, near = told_by(check_surface, strict)
    assert asked == Violation(
        "margin_um_min", 3_000, 3_001, "", "test margin_um_min", "zone 0", (), "the margin asked"
    )
    assert (near.value, near.bound, near.pricks) == (3_000, 3_001, (0,))
    assert told_by(check_surface, pricked(on(body, (0, 1)), at, [0])) == []
    free = pricked(on(body, (0, 1), margin_um=0), [(20_000, 0, 0)], [0])
    assert told_by(check_surface, free) == []
    one = replace(on(body, (0, 1), margin_um=1), limits=limits(margin_um_min=0))
    assert rows_told(pricked(one, [(20_000, 0, 0), (20_000, 1, 0)], [0, 0]), "margin_um_min") == [0]


def test_a_zone_without_pricks_and_a_body_without_a_border_have_no_margin() -> None:
    body = body_of(SQUARE, HALVES)
    at: list[Place] = [(20_000, 10_000, 0)]
    assert told_by(check_surface, pricked(on(body, (0,), (1,)), at, [0], zone=[0])) == []
    closed = body_of([(0, 0, 0), (60_000, 0, 0), (0, 60_000, 0), (0, 0, 60_000)],
                     [(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)])  # fmt: skip
    whole = pricked(on(closed, (0, 1, 2, 3)), [(9, 9, 0)], [0], [(0, 0, 1_000_000)])
    assert told_by(check_surface, whole) == []
    assert len(edges_at_the_border(closed, (0, 1, 2, 3))) == 0
    assert edges_at_the_border(closed, (0, 1, 3)).tolist() == [[0, 2], [0, 3], [2, 3]]
    fan = body_of([*SQUARE, (9, 9, 9)], [(0, 1, 2), (0, 2, 3), (0, 2, 4)])
    assert [0, 2] in edges_at_the_border(fan, (0, 1, 2)).tolist()
    assert [0, 2] not in edges_at_the_border(fan, (0, 1)).tolist()
