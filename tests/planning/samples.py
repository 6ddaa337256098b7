"""Prescriptions made by hand, and strategies that make random ones, for the tests of planning."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from mesogun.errors import PlanError
from mesogun.planning import (
    Limit,
    Motion,
    Plan,
    Prescription,
    PrickTable,
    Product,
    Ring,
    Zone,
    check_region,
    column,
)

ZONE_VALUES = {
    "dose_nl_max": 50_000,
    "dose_nl_min": 1_000,
    "depth_um_max": 2_000,
    "spacing_um_min": 5_000,
    "spacing_um_max": 20_000,
    "margin_um_min": 2_000,
    "area_dose_nl_per_cm2_max": 200_000,
}
SESSION_VALUES = {
    "volume_nl_max": 20_000_000,
    "dose_quantum_nl_min": 1_000,
    "needle_depth_um_max": 4_000,
    "syringe_volume_nl_max": 20_000_000,
    "pricks_max": 100_000,
}
CHEEK: Ring = ((0, 0), (48_000, 0), (56_000, 30_000), (30_000, 52_000), (2_000, 40_000))
MOLE: Ring = ((20_000, 18_000), (26_000, 18_000), (26_000, 24_000), (20_000, 24_000))
SQUARE: Ring = ((0, 0), (60_000, 0), (60_000, 60_000), (0, 60_000))


def limits(**values: int) -> tuple[Limit, ...]:
    """The limits of a session, all set on the session; named ones replaced."""
    table = {**ZONE_VALUES, **SESSION_VALUES, **values}
    return tuple(
        Limit(
            name, value, "nl" if "nl" in name else "um", None, f"preset {name}", "unverified: test"
        )
        for name, value in table.items()
    )


def zone(name: str = "cheek", outline: Ring = CHEEK, *exclusions: Ring, **changes: Any) -> Zone:
    """A zone of papules, 3 mm margin, spacing free, 10 uL a prick."""
    made = Zone(
        name=name,
        area="cheek",
        technique="papule",
        outline_um=outline,
        exclusions_um=exclusions,
        margin_um=3_000,
        spacing_um=None,
        dose_nl_usual=10_000,
        dose_asked=False,
        depth_um=600,
        share_ppm=None,
        rate_nl_per_s=50_000,
        dwell_ms=100,
        interval_ms=300,
        trigger="press",
    )
    return replace(made, **changes)


def order(*zones: Zone, volume_nl: int = 500_000, **values: int) -> Prescription:
    """A prescription of these zones."""
    return Prescription(
        name="sample",
        patient_id="p-0001",
        sex="female",
        age_years=42,
        weight_g=61_000,
        session_date="2026-11-21",
        session_number=1,
        previous_dates=(),
        regimen="face",
        screening=(("pregnancy", False),),
        screening_overrides=(),
        product=Product("hyaluronic acid 1 %", volume_nl, "A123", "2027-11-30", None, ()),
        head="single",
        needle="30g-4mm",
        syringe="3ml",
        zones=zones or (zone("cheek", CHEEK, MOLE),),
        limits=limits(**values),
        motion=Motion(50_000, 60_000, 50_000, "unverified: test"),
        warnings=(),
    )


def moved(ring: Ring, dx: int, dy: int) -> Ring:
    """The same ring somewhere else."""
    return tuple((x + dx, y + dy) for x, y in ring)


def changed(plan: Plan, row: int, **values: int) -> Plan:
    """The plan with other values in one row."""
    columns = {
        name: values_of.copy()
        for name, values_of in (
            ("x_um", plan.pricks.x_um),
            ("y_um", plan.pricks.y_um),
            ("z_um", plan.pricks.z_um),
            ("depth_um", plan.pricks.depth_um),
            ("dose_nl", plan.pricks.dose_nl),
            ("zone", plan.pricks.zone),
            ("shot", plan.pricks.shot),
        )
    }
    for name, value in values.items():
        columns[name][row] = value
    return replace(plan, pricks=PrickTable(**{name: column(one) for name, one in columns.items()}))


def face() -> Prescription:
    """Four zones of a face, about two hundred pricks."""
    return order(
        zone("left cheek", CHEEK, MOLE),
        zone("right cheek", moved(CHEEK, 70_000, 0), moved(MOLE, 70_000, 0)),
        zone("chin", moved(CHEEK, 0, 70_000)),
        zone("brow", moved(CHEEK, 70_000, 70_000), trigger="held", dose_nl_usual=8_000),
        volume_nl=2_000_000,
    )


@st.composite
def stars(draw: st.DrawFn, size_um: int = 40_000, *, at: tuple[int, int] = (0, 0)) -> Ring:
    """A star-shaped ring: convex, ragged or spiky, on a fine or a coarse raster."""
    count = draw(st.integers(3, 14))
    least = draw(st.sampled_from((0.3, 0.7, 0.95)))
    raster = draw(st.sampled_from((1, 1_000)))
    angles = sorted(
        draw(st.lists(st.integers(0, 3_599), min_size=count, max_size=count, unique=True))
    )
    radii = draw(st.lists(st.floats(least, 1.0), min_size=count, max_size=count))
    points = []
    for angle, radius in zip(angles, radii, strict=True):
        turn = math.radians(angle / 10)
        x = at[0] + size_um * radius * math.cos(turn)
        y = at[1] + size_um * radius * math.sin(turn)
        points.append((round(x / raster) * raster, round(y / raster) * raster))
    return tuple(dict.fromkeys(points))


@st.composite
def regions(draw: st.DrawFn, size_um: int = 40_000) -> tuple[Ring, tuple[Ring, ...]]:
    """An outline with up to two exclusions that a plan may be asked for."""
    outline = draw(stars(size_um).filter(lambda ring: is_region(ring, ())))
    holes: list[Ring] = []
    for _ in range(draw(st.integers(0, 2))):
        at = draw(
            st.tuples(
                st.integers(-size_um // 3, size_um // 3), st.integers(-size_um // 3, size_um // 3)
            )
        )
        hole = draw(stars(draw(st.integers(1_000, size_um // 4)), at=at))
        if is_region(outline, (*holes, hole)):
            holes.append(hole)
    return outline, tuple(holes)


def is_region(outline: Ring, exclusions: tuple[Ring, ...]) -> bool:
    """Tell whether the planner would take it."""
    try:
        check_region(outline, exclusions, "region")
    except PlanError:
        return False
    return True
