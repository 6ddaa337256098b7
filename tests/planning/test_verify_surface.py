"""The check of pricks on a surface: on their face, inside by the margin, into the skin, apart."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning import Plan, column, verify
from mesogun.planning.prescription import Earlier, Point3, Prescription, Skin, Surface
from mesogun.planning.verify.surface import edges_at_the_border, is_within
from tests.planning.plans_by_hand import Place, bounded, by_hand, found, giving, only, violations
from tests.planning.samples import SQUARE, order, zone

# a roof of two squares of 30 mm: one flat, one going down steeply behind x = 30 mm
CORNERS: tuple[Point3, ...] = (
    (0, 0, 0),
    (30_000, 0, 0),
    (30_000, 30_000, 0),
    (0, 30_000, 0),
    (30_000, 0, -30_000),
    (30_000, 30_000, -30_000),
)
ROOF: tuple[Point3, ...] = ((0, 1, 2), (0, 2, 3), (1, 4, 5), (1, 5, 2))
DOWN = (0, 0, -1_000_000)
IN = (-1_000_000, 0, 0)
FLAT: list[Place] = [(20_000, 10_000, 0), (10_000, 20_000, 0)]


def surface(skin: tuple[int, ...] = ()) -> Surface:
    return Surface("roof", CORNERS, ROOF, skin, (), "made for tests")


def asked(
    faces: tuple[int, ...] = (0, 1, 2, 3), skin: tuple[int, ...] = (), **changes: Any
) -> Prescription:
    one = zone("roof", (), faces=faces, **changes)
    return replace(order(one, volume_nl=20_000), surface=surface(skin))


def pricked(
    rx: Prescription,
    at: list[Place] = FLAT,
    face: tuple[int, ...] = (0, 1),
    into: tuple[tuple[int, int, int], ...] = (DOWN, DOWN),
    **more: Any,
) -> Plan:
    columns = {name: [one[k] for one in into] for k, name in enumerate(("nx", "ny", "nz"))}
    rx = giving(rx, len(at) * 10_000)
    return by_hand(rx, at, **{"face": list(face), **columns, **more})


def test_pricks_on_both_sides_of_a_ridge_pass() -> None:
    verify(pricked(asked()))
    both: list[Place] = [(20_000, 10_000, 0), (30_000, 20_000, -10_000)]
    verify(pricked(asked(), both, (0, 3), (DOWN, IN)))


@pytest.mark.parametrize(("z", "passes"), [(1, True), (-1, True), (2, False), (-2, False)])
def test_a_prick_lies_within_one_um_of_its_face(z: int, *, passes: bool) -> None:
    made = pricked(asked(), [(20_000, 10_000, z), FLAT[1]])
    if passes:
        verify(made)
    else:
        wrong = only(made)
        assert (wrong.limit, wrong.pricks) == ("face", (0,))
        assert "does not lie on its face" in wrong.note


def test_a_prick_on_another_face_than_told_is_found() -> None:
    """The diagonal of the flat square: on it and 1 um beside it both faces are near enough."""
    for x, passes in ((15_000, True), (15_001, True), (14_999, True), (14_998, False)):
        made = pricked(asked(), [(x, 15_000, 0), (8_000, 22_000, 0)])
        if passes:
            verify(made)
        else:
            assert only(made).pricks == (0,)


def test_a_face_of_another_zone_or_of_none_is_found() -> None:
    both: list[Place] = [(20_000, 10_000, 0), (30_000, 20_000, -10_000)]
    strange = violations(pricked(asked((0, 1, 2)), both, (0, 3), (DOWN, IN)))
    assert [(one.limit, one.value, one.pricks) for one in strange if one.limit == "face"] == [
        ("face", 3, (1,))
    ]
    for index in (4, -1):
        made = pricked(asked(), face=(0, index))
        assert (only(made).limit, only(made).value, only(made).note) == (
            "face",
            index,
            "out of range",
        )


def test_the_border_is_every_edge_that_not_two_of_the_zone_s_faces_share() -> None:
    def edges(*faces: int) -> set[tuple[int, int]]:
        return {(a, b) for a, b in edges_at_the_border(surface(), faces).tolist()}

    assert edges(0, 1) == {(0, 1), (1, 2), (2, 3), (0, 3)}
    assert edges(0, 1, 2, 3) == {(0, 1), (2, 3), (0, 3), (1, 4), (4, 5), (2, 5)}
    assert edges(0) == {(0, 1), (1, 2), (0, 2)}


@pytest.mark.parametrize(("y", "value"), [(3_000, None), (2_999, 2_999), (1, 1), (0, 0)])
def test_a_prick_keeps_its_margin_from_the_border(y: int, value: int | None) -> None:
    made = pricked(asked(), [(20_000, y, 0), FLAT[1]])
    if value is None:
        verify(made)
    else:
        wrong = only(made)
        assert (wrong.limit, wrong.value, wrong.bound) == ("margin_um_min", value, 3_000)
        assert (wrong.pricks, wrong.zone) == ((0,), "roof")


def test_an_edge_is_far_from_where_it_ends_too() -> None:
    """Left out: the face at the corner (0, 30); what is left ends in its diagonal."""
    rx = asked((0,))
    at: list[Place] = [(20_000, 10_000, 0), (20_000 + 1_300, 10_000 - 9, 0)]
    near = {one.limit for one in violations(pricked(rx, at, (0, 0)))}
    assert near == {"spacing_um_min"}
    diagonal = 4_243  # 3 mm away from the diagonal: 4,242.64 um beside it
    for off, passes in ((diagonal, True), (diagonal - 1, False)):
        made = pricked(rx, [(15_000 + off, 15_000, 0)], (0,), (DOWN,))
        if passes:
            verify(made)
        else:
            assert only(made).limit == "margin_um_min"


def test_a_border_without_a_margin_and_a_body_without_a_border_need_no_test() -> None:
    rx = replace(asked(margin_um=0), limits=order(margin_um_min=0).limits)
    verify(pricked(rx, [(20_000, 0, 0), FLAT[1]]))
    corners = ((0, 0, 0), (60_000, 0, 0), (0, 60_000, 0), (0, 0, 60_000))
    body = Surface("body", corners, ((0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)), (), (), "test")
    closed = replace(asked(), surface=body)
    verify(pricked(closed, [(100, 100, 0), (20_000, 20_000, 0)], (0, 0), ((0, 0, 1_000_000),) * 2))


def test_a_margin_below_its_limit_is_told() -> None:
    wrong = found(pricked(bounded(asked(), "margin_um_min", 3_001)), "margin_um_min")
    assert (wrong.value, wrong.bound, wrong.note) == (3_000, 3_001, "the margin asked")


@pytest.mark.parametrize(
    ("into", "passes"),
    [
        ((0, 0, -1_000_003), True),
        ((0, 0, -999_997), True),
        ((0, 0, -1_000_004), False),
        ((0, 0, -999_996), False),
        ((0, 0, 1_000_000), False),
        ((800_000, 0, -600_000), True),
        ((866_000, 0, -500_044), True),
        ((866_030, 0, -499_992), False),
        ((1_000_000, 0, 0), False),
    ],
)
def test_a_direction_is_of_length_one_and_leads_into_the_skin(
    into: tuple[int, int, int], *, passes: bool
) -> None:
    made = pricked(asked(), into=(into, DOWN))
    if passes:
        verify(made)
    else:
        assert (only(made).limit, only(made).pricks) == ("direction", (0,))


def test_spacing_is_measured_through_space() -> None:
    """Around the ridge: 3 mm before it and 4 mm below it are 5 mm apart."""
    rx = asked(margin_um=2_000)
    at: list[Place] = [(27_000, 15_000, 0), (30_000, 15_000, -4_000)]
    verify(pricked(rx, at, (0, 3), (DOWN, IN)))
    wrong = only(pricked(rx, [at[0], (30_000, 15_000, -3_999)], (0, 3), (DOWN, IN)))
    assert (wrong.limit, wrong.value, wrong.pricks) == ("spacing_um_min", 4_999, (0, 1))


def test_a_ball_of_5642_um_counts_as_a_square_centimetre() -> None:
    rx = bounded(asked(margin_um=2_000), "area_dose_nl_per_cm2_max", 19_999)
    near: list[Place] = [(24_000, 15_000, 0), (30_000, 15_000, -9_000)]
    wrong = only(pricked(rx, near, (0, 3), (DOWN, IN)))
    assert (wrong.limit, wrong.value, wrong.pricks) == ("area_dose_nl_per_cm2_max", 20_000, (0, 1))
    verify(pricked(rx, [near[0], (30_000, 15_000, -9_600)], (0, 3), (DOWN, IN)))


def test_earlier_pricks_count_in_space() -> None:
    rx = asked()
    for distance, passes in ((10_000, True), (10_001, False)):
        record = Earlier("r-1", "2026-10-01", distance, ((20_000, 10_000, -10_000),))
        made = pricked(replace(rx, earlier=(record,)))
        if passes:
            verify(made)
        else:
            wrong = only(made)
            assert (wrong.value, wrong.pricks, wrong.origin) == (10_000, (0,), "record r-1")


def test_a_vertex_s_thickness_holds_for_its_faces() -> None:
    """Thin skin at the far lower corner: the faces below the ridge feel it, the flat ones not."""
    thin = (900, 900, 900, 900, 500, 900)
    both: list[Place] = [(20_000, 10_000, 0), (30_000, 10_000, -20_000)]
    verify(pricked(asked(skin=thin), both, (0, 2), (DOWN, IN), depth_um=[600, 500]))
    deep = {one.limit for one in violations(pricked(asked(skin=thin), both, (0, 2), (DOWN, IN)))}
    assert deep == {"skin_um", "depth_um"}
    verify(
        pricked(
            replace(asked(skin=thin), position_um=9_999),
            both,
            (0, 2),
            (DOWN, IN),
            depth_um=[600, 500],
        )
    )
    reaching = replace(asked(skin=thin), position_um=10_000)
    verify(pricked(reaching, both, (0, 2), (DOWN, IN), depth_um=[500, 500]))
    layered = asked(skin=(900,) * 6)
    told = replace(layered, zones=(replace(layered.zones[0], skin=Skin(500, None, None, "t")),))
    verify(pricked(told, layer=[2, 2]))


def test_columns_of_a_surface_are_all_there_or_none() -> None:
    made = pricked(asked())
    for name in ("nx", "ny", "nz", "face"):
        less = replace(made, pricks=replace(made.pricks, **{name: None}))
        assert only(less).note == f"{name} is missing"
    flat = by_hand(order(zone("s", SQUARE), volume_nl=20_000), FLAT, face=[0, 0])
    assert {one.note for one in violations(flat)} >= {"face is there, where it means nothing"}


def test_zones_of_a_surface_are_faces_and_others_are_outlines() -> None:
    drawn = replace(asked(), zones=(replace(asked().zones[0], outline_um=SQUARE),))
    assert {one.limit for one in violations(pricked(drawn))} == {"faces"}
    empty = replace(asked(), zones=(replace(asked().zones[0], faces=()),))
    assert only(pricked(empty)).limit == "faces"
    flat = order(zone("s", SQUARE, faces=(0,)), volume_nl=20_000)
    assert only(by_hand(flat, FLAT)).note == "there is no surface"


points3 = st.tuples(*[st.integers(-12, 12)] * 3)


@given(points3, st.tuples(points3, points3, points3), st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_a_point_s_distance_from_a_triangle_is_judged_exactly(
    point: Point3, triangle: tuple[Point3, Point3, Point3], reach: int
) -> None:
    assert is_within(point, triangle, reach) == (nearest2(point, triangle) <= reach * reach)


def nearest2(point: Point3, triangle: tuple[Point3, Point3, Point3]) -> Fraction:
    """The squared distance: of the corners, the feet on the edges, and the foot on the plane."""
    feet = []
    for k in range(3):
        a, b = triangle[k], triangle[(k + 1) % 3]
        along = [q - p for p, q in zip(a, b, strict=True)]
        whole = sum(v * v for v in along)
        step = Fraction(
            sum(v * (p - q) for v, p, q in zip(along, point, a, strict=True)), whole or 1
        )
        step = max(Fraction(0), min(Fraction(1), step))
        feet.append([p + step * v for p, v in zip(a, along, strict=True)])
    a, b, c = triangle
    u, v = ([q - p for p, q in zip(a, one, strict=True)] for one in (b, c))
    w = [q - p for p, q in zip(a, point, strict=True)]
    uu, uv, vv, uw, vw = (
        sum(p * q for p, q in zip(*two, strict=True))
        for two in ((u, u), (u, v), (v, v), (u, w), (v, w))
    )
    det = uu * vv - uv * uv
    if det:
        s, t = Fraction(uw * vv - vw * uv, det), Fraction(vw * uu - uw * uv, det)
        if s >= 0 and t >= 0 and s + t <= 1:
            feet.append([p + s * q + t * r for p, q, r in zip(a, u, v, strict=True)])
    return min(
        sum((Fraction(p) - q) ** 2 for p, q in zip(point, foot, strict=True)) for foot in feet
    )


@given(st.integers(0, 2**32 - 1), st.integers(2_000, 9_000))
@settings(max_examples=25, deadline=None)
def test_faces_margins_and_spacing_agree_with_the_plain_sums(seed: int, margin: int) -> None:
    rng = np.random.default_rng(seed)
    at: list[Place] = [(int(x), int(y), 0) for x, y in rng.integers(0, 30_001, (12, 2))]
    face = tuple(0 if x >= y else 1 for x, y, _ in at)
    rx = asked(margin_um=margin)
    made = pricked(rx, at, face, (DOWN,) * 12)
    near = {k for k, (x, y, _) in enumerate(at) if min(x, y, 30_000 - y) < margin}
    pairs = {
        k
        for a in range(12)
        for b in range(a)
        if sum((p - q) ** 2 for p, q in zip(at[a], at[b], strict=True)) < 5_000**2
        for k in (a, b)
    }
    told: dict[str, set[int]] = {}
    # all depths are wrong, so that there is always something to tell
    for one in violations(replace(made, pricks=replace(made.pricks, depth_um=column([599] * 12)))):
        told.setdefault(one.limit, set()).update(one.pricks)
    assert told.get("margin_um_min", set()) == near
    assert told.get("spacing_um_min", set()) == pairs
    assert set(told) <= {"margin_um_min", "spacing_um_min", "depth_um", "duration_us"}
