"""The check of figures, at the very bound and one beyond it; every violation whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from mesogun.errors import Violation
from mesogun.planning import Plan
from mesogun.planning.plan import Settled
from mesogun.planning.prescription import (
    Earlier,
    Head,
    Limit,
    Motion,
    Needling,
    Point3,
    Prescription,
    Raster,
    Rest,
    Skin,
    Surface,
)
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.sane import check_prescription, check_settled
from tests.planning.plans_by_hand import by_hand, row_of_points
from tests.planning.samples import order, zone

FLAT = ((0, 0), (9, 0), (0, 9))
RX = order(zone("z", FLAT))
HEAD = Head("h", ((0, 0),), 0, "t")
FAR = 10_000_000
FIGURE = 2_000_000_000
OUTLINED = "on a surface a zone is made of faces, without an outline"
PLACE: Point3 = (0, 0, 0)
VERTICES: tuple[Point3, ...] = (PLACE, (9, 0, 0), (0, 9, 0))
BODY = Surface("body", VERTICES, ((0, 1, 2),), (), (), "test")


def found_in(asked: Prescription) -> list[Violation]:
    """What the check says of the prescription alone."""
    found = Findings()
    check_prescription(asked, found)
    return found.all


def of_zone(**changes: Any) -> Prescription:
    return replace(RX, zones=(replace(RX.zones[0], **changes),))


def of_raster(**changes: Any) -> Prescription:
    raster = replace(Raster(0, 0, 9, 1, (900,), "map"), **changes)
    return of_zone(skin=Skin(None, None, raster, "test"))


def of_surface(faces: tuple[int, ...] = (0,), **changes: Any) -> Prescription:
    return replace(of_zone(outline_um=(), faces=faces), surface=replace(BODY, **changes))


def of_corners(*faces: Point3) -> Prescription:
    return replace(of_surface(), surface=replace(BODY, faces=faces))


def of_faces(*faces: int) -> Prescription:
    return replace(of_surface(faces), surface=replace(BODY, faces=((0, 1, 2),) * 3))


def of_needling(kind: Literal["pen", "roller"] = "pen", **changes: int) -> Prescription:
    made = Needling(kind, 1, 1, 1, 1, 0, "t")
    return replace(of_zone(rate_nl_per_s=0), needling=replace(made, **changes))


def of_roller(cycles_per_s: int) -> Prescription:
    return of_needling("roller", cycles_per_s=cycles_per_s)


def of_rate(rate_nl_per_s: int) -> Prescription:
    return replace(of_needling(), zones=of_zone(rate_nl_per_s=rate_nl_per_s).zones)


def of_limit(name: str, value: int) -> Prescription:
    return replace(RX, limits=(Limit(name, value, "nl", None, "me", "t"),))


def of_motion(**changes: int) -> Prescription:
    return replace(RX, motion=replace(Motion(1, 1, 0, "t"), **changes))


def of_head(**changes: Any) -> Prescription:
    return replace(RX, heads=(HEAD, replace(HEAD, **changes)))


def of_earlier(distance_um: int, *points: Point3) -> Prescription:
    return replace(RX, earlier=(Earlier("r", "d", distance_um, points),))


def of_second(product: int) -> Prescription:
    return replace(of_zone(product=product), further_products=(RX.product,))


def of_product(volume_nl: int) -> Prescription:
    more = replace(RX.product, name="second", volume_nl=volume_nl)
    return replace(RX, further_products=(more,))


BOUNDS: dict[str, tuple[Any, str, int, int, str | None, str]] = {
    # what makes the prescription, the figure's name, its least and its most, zone, note
    "limit": (
        lambda v: of_limit("dose_nl_max", v),
        "dose_nl_max",
        1,
        10**12,
        None,
        "a limit of 'me'",
    ),
    "margin limit": (
        lambda v: of_limit("margin_um_min", v),
        "margin_um_min",
        0,
        10**12,
        None,
        "a limit of 'me'",
    ),
    "needle": (lambda v: of_motion(needle_um_per_s=v), "needle_um_per_s", 1, FIGURE, None, ""),
    "travel": (lambda v: of_motion(travel_um_per_s=v), "travel_um_per_s", 1, FIGURE, None, ""),
    "settle": (lambda v: of_motion(settle_us=v), "settle_us", 0, FIGURE, None, ""),
    "in": (lambda v: of_motion(needle_settle_us=v), "needle_settle_us", 0, FIGURE, None, ""),
    "position": (lambda v: replace(RX, position_um=v), "position_um", 0, FAR, None, ""),
    "bevel": (lambda v: replace(RX, bevel_um=v), "bevel_um", 0, FAR, None, ""),
    "volume": (of_product, "volume_nl", 0, FIGURE, None, "second"),
    "margin": (lambda v: of_zone(margin_um=v), "margin_um", 0, FIGURE, "z", ""),
    "depth": (lambda v: of_zone(depth_um=v), "depth_um", 0, FIGURE, "z", ""),
    "dwell": (lambda v: of_zone(dwell_ms=v), "dwell_ms", 0, FIGURE, "z", ""),
    "interval": (lambda v: of_zone(interval_ms=v), "interval_ms", 0, FIGURE, "z", ""),
    "rate": (lambda v: of_zone(rate_nl_per_s=v), "rate_nl_per_s", 1, FIGURE, "z", ""),
    "angle": (lambda v: of_zone(angle_sin_ppm=v), "angle_sin_ppm", 1, 1_000_000, "z", ""),
    "product": (of_second, "product", 0, 1, "z", ""),
    "needles": (lambda v: of_needling(needles=v), "needles", 1, FIGURE, None, ""),
    "width": (lambda v: of_needling(width_um=v), "width_um", 1, FAR, None, ""),
    "cycles": (lambda v: of_needling(cycles_per_s=v), "cycles_per_s", 1, FIGURE, None, ""),
    "no cycles": (
        lambda v: of_needling("roller", cycles_per_s=v),
        "cycles_per_s",
        0,
        FIGURE,
        None,
        "",
    ),
    "turn": (lambda v: of_needling("roller", turn_um=v), "turn_um", 1, FIGURE, None, ""),
    "no turn": (lambda v: of_needling(turn_um=v), "turn_um", 0, FIGURE, None, ""),
    "hand": (lambda v: of_needling(hand_um_per_s=v), "hand_um_per_s", 0, FIGURE, None, ""),
    "no rate": (
        lambda v: replace(of_needling(), zones=of_zone(rate_nl_per_s=v).zones),
        "rate_nl_per_s",
        0,
        FIGURE,
        "z",
        "",
    ),
    "passes": (lambda v: of_zone(passes=v), "passes", 1, 1_000, "z", ""),
    "density": (lambda v: of_zone(pricks_per_cm2=v), "pricks_per_cm2", 0, FIGURE, "z", ""),
    "share": (lambda v: of_zone(share_ppm=v), "share_ppm", 0, 1_000_000, "z", ""),
    "spacing": (lambda v: of_zone(spacing_um=v), "spacing_um", 1, FAR, "z", ""),
    "radius": (lambda v: of_zone(rest=Rest(v, 0, 0)), "radius_um", 0, FAR, "z", ""),
    "rest": (lambda v: of_zone(rest=Rest(0, 0, v)), "rest_ms", 0, FIGURE, "z", ""),
    "cell": (lambda v: of_raster(cell_um=v), "cell_um", 1, FAR, "z", ""),
    "thin": (lambda v: of_raster(values=(v, 5)), "raster", -1, FIGURE, "z", ""),
    "left": (lambda v: of_raster(left_um=v), "raster", -FAR, FAR, "z", ""),
    "low": (lambda v: of_raster(low_um=v), "raster", -FAR, FAR, "z", ""),
    "pitch": (lambda v: of_head(pitch_um=v), "pitch_um", 0, FAR, None, "head 'h'"),
    "distance": (of_earlier, "distance_um", 0, FAR, None, "record 'r'"),
    "thickness": (lambda v: of_surface(skin_um=(5, v, 5)), "skin_um", -1, FIGURE, None, ""),
    "face": (lambda v: of_faces(1, v), "faces", 0, 2, "z", ""),
    "vertex": (
        lambda v: of_corners((0, 1, v)),
        "surface",
        0,
        2,
        None,
        "a face names a vertex that is not there",
    ),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_figure_may_be_at_its_bound_and_not_one_beyond(name: str) -> None:
    made, figure, least, most, where, note = BOUNDS[name]
    assert found_in(made(least)) == []
    assert found_in(made(most)) == []
    for value, bound in ((least - 1, least), (most + 1, most)):
        assert found_in(made(value)) == [
            Violation(figure, value, bound, "", "prescription", where, (), note)
        ]


@pytest.mark.parametrize(
    ("asked", "name", "value", "bound", "note"),
    [
        (of_head(needles=((0, 0), (1_001, 0))), "needles", 1_001, 1_000, "head 'h'"),
        (of_head(needles=((0, 0), (0, -1_001))), "needles", 1_001, 1_000, "head 'h'"),
        (of_head(needles=()), "needles", -1, 0, "head 'h'"),
        (of_earlier(0, PLACE, (0, -FAR - 1, 0)), "points_um", FAR + 1, FAR, "record 'r'"),
    ],
)
def test_the_farthest_of_several_is_told(
    asked: Prescription, name: str, value: int, bound: int, note: str
) -> None:
    assert found_in(asked) == [Violation(name, value, bound, "", "prescription", None, (), note)]


def test_the_farthest_places_allowed_pass() -> None:
    ring = ((-FAR, 0), (0, -FAR), (FAR, FAR))
    for asked in (
        of_head(needles=((0, 0), (1_000, -1_000))),
        of_earlier(0, (FAR, -FAR, FAR)),
        of_earlier(0),
        of_earlier(0, PLACE),
        of_surface(vertices_um=(PLACE,) * 3),
        of_surface(vertices_um=((FAR, -FAR, FAR), *VERTICES[1:])),
        of_zone(outline_um=ring, exclusions_um=(ring,)),
        of_zone(share_ppm=None, spacing_um=None, rest=None, skin=Skin(None, None, None, "t")),
        of_raster(columns=2, values=(1, 2, 3, 4)),
    ):
        assert found_in(asked) == []


def whole(
    name: str, value: int, bound: int, unit: str, where: str | None, **more: str
) -> Violation:
    return Violation(
        name, value, bound, unit, more.get("origin", "plan"), where, (), more.get("note", "")
    )


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            of_zone(outline_um=((0, 0), (FAR + 1, 0), (0, 9))),
            whole("outline", FAR + 1, FAR, "um", "z"),
        ),
        (
            of_zone(outline_um=((0, 0), (9, 0), (0, -FAR - 1))),
            whole("outline", FAR + 1, FAR, "um", "z"),
        ),
        (of_zone(exclusions_um=(FLAT, FLAT[1:])), whole("outline", 9, FAR, "um", "z")),
        (of_zone(outline_um=FLAT[1:]), whole("outline", 9, FAR, "um", "z")),
        (of_zone(outline_um=()), whole("outline", 0, FAR, "um", "z")),
        (of_zone(faces=(4, 5)), whole("faces", 2, 0, "", "z", note="there is no surface")),
        (of_raster(columns=0), whole("raster", 1, 0, "", "z")),
        (of_raster(columns=-1), whole("raster", 1, -1, "", "z")),
        (of_raster(columns=2, values=(1, 2, 3)), whole("raster", 3, 2, "", "z")),
        (of_raster(values=()), whole("raster", 0, 1, "", "z")),
        (
            of_surface(vertices_um=(*VERTICES[:2], (0, -FAR - 1, 0))),
            whole("vertices_um", FAR + 1, FAR, "", None, origin="prescription"),
        ),
        (
            of_surface(skin_um=(5, 5)),
            whole("skin_um", 2, 3, "vertices", None, origin="prescription"),
        ),
        (
            of_surface(skin_um=(5,) * 4),
            whole("skin_um", 4, 3, "vertices", None, origin="prescription"),
        ),
        (of_surface((0, 0)), whole("faces", 2, 1, "", "z", note="a face is named twice")),
        (
            of_surface(()),
            whole("faces", 0, 1, "", "z", note=OUTLINED),
        ),
    ],
)
def test_what_cannot_be_computed_with_is_told_whole(asked: Prescription, told: Violation) -> None:
    assert found_in(asked) == [told]


def test_a_surface_without_faces_is_told_and_its_zone_is_too() -> None:
    told = found_in(of_corners())
    assert [(one.limit, one.value, one.bound) for one in told] == [
        ("faces", 0, -1),
        ("surface", 0, 1),
    ]
    assert (told[1].unit, told[1].origin) == ("faces", "prescription")


def test_an_outline_or_an_exclusion_on_a_surface_is_told() -> None:
    for change in ({"outline_um": FLAT}, {"exclusions_um": (FLAT,)}):
        asked = of_surface((0, 0))
        asked = replace(asked, zones=(replace(asked.zones[0], **change),))
        assert found_in(asked) == [whole("faces", 2, 1, "", "z", note=OUTLINED)]


def test_each_of_several_zones_heads_products_and_records_is_looked_at() -> None:
    bad = replace(RX.zones[0], depth_um=-1)
    asked = replace(RX, zones=(bad, RX.zones[0], bad), heads=(replace(HEAD, pitch_um=-1),) * 2)
    asked = replace(asked, earlier=(Earlier("r", "d", -1, ()),) * 2)
    assert [one.limit for one in found_in(asked)] == [
        *["depth_um"] * 2,
        *["pitch_um"] * 2,
        *["distance_um"] * 2,
    ]


PLAN = by_hand(order(zone(), volume_nl=30_000), row_of_points(3, 6_000))
PARENT = "sha256:" + "0" * 64
NO_ROW = "settled rows rise and are rows of the plan"


@pytest.mark.parametrize(
    ("settled", "told"),
    [
        (Settled(PARENT, (), ()), []),
        (Settled(PARENT, (0, 1, 2), (1, 2, 3)), []),
        (Settled("sha256:" + "0f" * 32, (2,), (1,)), []),
        (Settled(PARENT, (3,), (1,)), [(3, 0, NO_ROW)]),
        (Settled(PARENT, (1, 3), (1, 1)), [(3, 2, NO_ROW)]),
        (Settled(PARENT, (1, 1), (1, 1)), [(1, 2, NO_ROW)]),
        (Settled(PARENT, (-1, 9), (1, 1)), [(-1, 0, NO_ROW)]),
        (Settled(PARENT, (0, 1), (1,)), [(1, 2, "")]),
        (Settled(PARENT, (0,), (1, 2)), [(2, 1, "")]),
        (Settled(PARENT[7:], (), ()), [(0, 1, f"the parent {PARENT[7:]!r} is no digest")]),
        (Settled(PARENT + "0", (), ()), [(0, 1, f"the parent {PARENT + '0'!r} is no digest")]),
        (Settled(PARENT[:-1], (), ()), [(0, 1, f"the parent {PARENT[:-1]!r} is no digest")]),
        (
            Settled("SHA256:" + "0" * 64, (), ()),
            [(0, 1, f"the parent {'SHA256:' + '0' * 64!r} is no digest")],
        ),
        (
            Settled(PARENT[:-1] + "G", (), ()),
            [(0, 1, f"the parent {PARENT[:-1] + 'G'!r} is no digest")],
        ),
    ],
)
def test_what_is_settled_names_a_plan_and_its_rows(
    settled: Settled, told: list[tuple[int, int, str]]
) -> None:
    found = Findings()
    check_settled(replace(PLAN, settled=settled), found)
    assert [(one.limit, one.value, one.bound, one.note) for one in found.all] == [
        ("settled", *one) for one in told
    ]


def test_where_nothing_is_settled_nothing_is_told() -> None:
    found = Findings()
    made: Plan = replace(PLAN, settled=None)
    check_settled(made, found)
    assert found.all == []
