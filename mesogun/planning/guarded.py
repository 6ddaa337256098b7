"""What a guard knows of a plan before anything is given: plain numbers, one list a column."""

from __future__ import annotations

from typing import NamedTuple

from mesogun.planning.limits import Limits
from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Earlier, Limit, Point3, Prescription, Rest

PG_PER_UG = 1_000_000


class ZoneBounds(NamedTuple):
    """What holds for every prick of one zone."""

    name: str
    product: int
    dose_max: Limit
    dose_min: Limit
    depth_max: Limit
    spacing: Limit
    area_dose: Limit
    interval_us: int
    angle_sin_ppm: int
    rest: Rest | None
    volume_nl: int
    """What the plan gives to the zone."""


class ComponentBound(NamedTuple):
    """One bounded component: how much of it a nanolitre of each product holds."""

    limit: Limit
    most_pg: int
    pg_per_nl: tuple[int, ...]


class Known(NamedTuple):
    """A plan in plain numbers: its columns, and what bounds them."""

    places: list[Point3]
    depth_um: list[int]
    dose_nl: list[int]
    zone: list[int]
    shot: list[int]
    zones: tuple[ZoneBounds, ...]
    products_nl: tuple[int, ...]
    volume: Limit
    needle: Limit
    components: tuple[ComponentBound, ...]
    earlier: tuple[tuple[Point3, Earlier], ...]
    """Every prick of an earlier session, with what it belongs to."""
    flat: bool
    """The zones are outlines in a plane: heights do not count."""


def known(plan: Plan) -> Known:
    """Return what a guard must know of `plan`."""
    pricks, asked, limits = plan.pricks, plan.prescription, Limits(plan.limits)
    flat = asked.surface is None
    heights = [0] * len(pricks) if flat else pricks.z_um.tolist()
    return Known(
        places=list(zip(pricks.x_um.tolist(), pricks.y_um.tolist(), heights, strict=True)),
        depth_um=pricks.depth_um.tolist(),
        dose_nl=pricks.dose_nl.tolist(),
        zone=pricks.zone.tolist(),
        shot=pricks.shot.tolist(),
        zones=tuple(_bounds(plan, limits, k) for k in range(len(plan.zones))),
        products_nl=tuple(int(one.volume_nl) for one in asked.products),
        volume=limits.of("volume_nl_max"),
        needle=limits.of("needle_depth_um_max"),
        components=tuple(_components(asked, limits)),
        earlier=tuple((point, one) for one in asked.earlier for point in one.points_um),
        flat=flat,
    )


def _bounds(plan: Plan, limits: Limits, k: int) -> ZoneBounds:
    zone = plan.prescription.zones[k]
    return ZoneBounds(
        name=zone.name,
        product=zone.product,
        dose_max=limits.of("dose_nl_max", k),
        dose_min=limits.of("dose_nl_min", k),
        depth_max=limits.of("depth_um_max", k),
        spacing=limits.of("spacing_um_min", k),
        area_dose=limits.of("area_dose_nl_per_cm2_max", k),
        interval_us=int(zone.interval_ms) * 1000,
        angle_sin_ppm=zone.angle_sin_ppm,
        rest=zone.rest,
        volume_nl=plan.zones[k].dose_nl_total,
    )


def _components(asked: Prescription, limits: Limits) -> list[ComponentBound]:
    bounded = []
    for name, limit in limits.components.items():
        held = [
            sum(one.concentration_pg_per_nl for one in product.components if one.name == name)
            for product in asked.products
        ]
        bounded.append(ComponentBound(limit, limit.value * PG_PER_UG, tuple(held)))
    return bounded
