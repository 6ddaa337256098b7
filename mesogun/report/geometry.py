"""Millimetres on the map: boxes, paths, round numbers for scales. y grows downwards, as drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Ring
from mesogun.report.markup import number


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in mm."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: Box) -> float:
        """Return the area that both cover."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return wide * high if wide > 0 and high > 0 else 0.0

    def holds(self, x: float, y: float) -> bool:
        """Return whether the point is inside."""
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


def box_of(points: Iterable[tuple[int, int]]) -> Box:
    """Return the box around points in um; a speck when there are none."""
    some = list(points) or [(0, 0)]
    xs, ys = [x for x, _ in some], [y for _, y in some]
    return Box(
        min(xs) / 1000, min(ys) / 1000, (max(xs) - min(xs)) / 1000, (max(ys) - min(ys)) / 1000
    )


def plan_box(plan: Plan) -> Box:
    """Return the box around all zones and pricks of `plan`."""
    points = [point for zone in plan.zones for point in zone.outline_um]
    points += zip(plan.pricks.x_um.tolist(), plan.pricks.y_um.tolist(), strict=True)
    return box_of(points)


def ring_path(rings: Sequence[Ring]) -> str:
    """Return the SVG path of closed rings, um to mm."""
    return "".join(
        "M" + "L".join(f"{number(x / 1000)} {number(y / 1000)}" for x, y in ring) + "Z"
        for ring in rings
        if ring
    )


def round_below(value: int) -> int:
    """Return the largest of 1, 2, 5, 10, 20, 50, ... that is at most `value`, at least 1."""
    step = 1
    while step * 10 <= value:
        step *= 10
    return max(one * step for one in (1, 2, 5) if one * step <= max(value, step))


def scale(top: int, most: int = 5) -> tuple[int, ...]:
    """Return round ticks from 0 to the first that holds `top`: scale(14_600)[-1] is 15_000."""
    step = round_below(max(top // most, 1))
    for factor in (1, 2, 5, 10):
        if step * factor * most >= top:
            step *= factor
            break
    return tuple(range(0, -(-max(top, 1) // step) * step + 1, step))
