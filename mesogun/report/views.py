"""A surface seen from the front and from both sides: three flat maps of one plan.

The front is the side that the zones face. Each view shows what can be seen from there; a prick that
two views can see is on both, one that none can see is on none and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.report.colours import Rgb
from mesogun.report.geometry import Box
from mesogun.report.markup import Markup, element, empty, join, number
from mesogun.report.raster import data_address
from mesogun.report.rows import Row
from mesogun.report.shading import Integers, Reals, Shaded, Truths, shaded

ViewName = Literal["front", "left side", "right side"]
NAMES: tuple[ViewName, ...] = ("front", "left side", "right side")
AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}
PIXELS = 130_000
"""Of one view's picture: what keeps a report of three views well under a megabyte."""
SHADES = 7
"""Of the body; as many of what is treated, and one that is see-through: 16 take half a byte."""
BAYER = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))
GRAZING_PPM = 100_000
"""Skin that is turned so little to the eye (the cosine, in millionths) shows nothing."""
AROUND = 0.12
"""How much of the body is shown around the zones, as part of their extent."""
GREY, SKIN, WARM = (0x60, 0x68, 0x70), (0xF4, 0xF6, 0xF8), (0xF3, 0xE3, 0xCF)
DARK_WARM = (0x86, 0x6A, 0x4C)


@dataclass(frozen=True, slots=True)
class View:
    """One view of a plan on a surface, flattened."""

    name: ViewName
    rows: tuple[Row, ...]
    """The pricks that are seen; x and y as drawn, y downwards."""
    box: Box
    """In mm, around the zones and some of the body."""
    ground: Markup
    """The shaded surface and the borders of the zones."""


def views(plan: Plan, rows: Sequence[Row]) -> list[View]:
    """Return the front and the two sides; a side that shows no prick is left out."""
    surface = plan.prescription.surface
    assert surface is not None
    vertices = np.array(surface.vertices_um, dtype=np.float64) / 1000
    faces = np.array(surface.faces, dtype=np.int64)
    up = np.array(AXES[surface.up])
    front = _front(plan, vertices, faces, up)
    left = np.cross(up, front)
    made = []
    for name, eye in zip(NAMES, (front, left, -left), strict=True):
        made.append(_view(plan, rows, name, vertices, faces, _frame(up, eye)))
    return [one for one in made if one.rows or one.name == "front"]


def beside_each_other(some: Sequence[View]) -> tuple[list[View], Box]:
    """Return the views moved so that they stand in a row, and the box around all."""
    gap = 0.06 * max(view.box.width for view in some)
    high = max(view.box.height for view in some)
    laid, x = [], 0.0
    for view in some:
        dx, dy = x - view.box.x, (high - view.box.height) / 2 - view.box.y
        moved = tuple(
            replace(row, x_um=row.x_um + round(dx * 1000), y_um=row.y_um + round(dy * 1000))
            for row in view.rows
        )
        box = Box(x, view.box.y + dy, view.box.width, view.box.height)
        shift = {"transform": f"translate({dx:.3f} {dy:.3f})"}
        laid.append(replace(view, rows=moved, box=box, ground=element("g", shift, view.ground)))
        x += view.box.width + gap
    return laid, Box(0.0, 0.0, x - gap, high)


def hidden(rows: Sequence[Row], some: Sequence[View]) -> int:
    """Count the pricks that no view shows."""
    seen = {row.number for view in some for row in view.rows}
    return sum(1 for row in rows if row.number not in seen)


def _front(plan: Plan, vertices: Reals, faces: Integers, up: Integers) -> Integers:
    """Return the axis across `up` that the zones face most."""
    zones = [np.array(one.faces, dtype=np.int64) for one in plan.prescription.zones]
    some = faces[np.concatenate(zones)]
    a, b, c = (vertices[some[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a).sum(axis=0)
    axes = [np.array(axis) * sign for axis in AXES.values() for sign in (1, -1)]
    across = [axis for axis in axes if not (axis * up).any()]
    return max(across, key=lambda axis: float((axis * facing).sum()))


def _frame(up: Integers, eye: Integers) -> Reals:
    """Return the matrix to (right, down, towards the eye)."""
    return np.stack((np.cross(up, eye), -up, eye)).astype(np.float64)


def _view(
    plan: Plan,
    rows: Sequence[Row],
    name: ViewName,
    vertices: Reals,
    faces: Integers,
    frame: Reals,
) -> View:
    points = vertices @ frame.T
    zones = [np.array(one.faces, dtype=np.int64) for one in plan.prescription.zones]
    box = _box(points, faces[np.concatenate(zones)])
    step = max((box.width * box.height / PIXELS) ** 0.5, 0.05)
    seen = shaded(points, faces, box, step)
    place = np.array([(row.x_um, row.y_um, row.z_um) for row in rows], dtype=np.float64)
    flat = place.reshape(-1, 3) / 1000 @ frame.T
    shown = seen.seen(flat[:, 0], flat[:, 1], flat[:, 2]) & _facing(plan, rows, frame[2])
    kept = tuple(
        replace(row, x_um=round(x * 1000), y_um=round(y * 1000))
        for row, (x, y, _), here in zip(rows, flat.tolist(), shown.tolist(), strict=True)
        if here
    )
    ground = join((_picture(seen, zones), _borders(points, faces, zones, seen)))
    return View(name, kept, box, ground)


def _facing(plan: Plan, rows: Sequence[Row], eye: Reals) -> Truths:
    """Tell which pricks lie on skin that is turned towards the eye: their needles go away from it.

    Grazing ones are left to a view that shows them better.
    """
    table = plan.pricks
    assert table.nx is not None
    assert table.ny is not None
    assert table.nz is not None
    inwards = np.stack((table.nx, table.ny, table.nz), axis=1)[[row.number - 1 for row in rows]]
    facing: Truths = (inwards * eye).sum(axis=1) < -GRAZING_PPM
    return facing


def _box(points: Reals, treated: Integers) -> Box:
    """Return the box around the zones and some of the body, no more than the body has."""
    corners = points[treated.ravel()]
    low, high = corners[:, :2].min(axis=0), corners[:, :2].max(axis=0)
    room = (high - low).max() * AROUND
    low = np.maximum(low - room, points[:, :2].min(axis=0) - 1)
    high = np.minimum(high + room, points[:, :2].max(axis=0) + 1)
    return Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


def _picture(seen: Shaded, zones: Sequence[Integers]) -> Markup:
    """Return the shaded surface, what is treated in a warmer tone."""
    treated = np.zeros(int(seen.face.max()) + 2, dtype=np.bool_)
    for one in zones:
        treated[one[one < len(treated) - 1]] = True
    there = seen.face >= 0
    light = np.where(there, seen.light, 0.0)
    high, wide = light.shape
    # between two shades, a fine pattern of both: no steps are seen
    grain = np.tile((np.array(BAYER) + 0.5) / 16, (high // 4 + 1, wide // 4 + 1))[:high, :wide]
    shade = np.minimum((light * (SHADES - 1) + grain).astype(np.int64), SHADES - 1)
    index = np.where(there, 1 + shade + SHADES * treated[seen.face], 0)
    index = np.minimum(index, 2 * SHADES)
    palette = [(255, 255, 255), *_ramp(GREY, SKIN), *_ramp(DARK_WARM, WARM)]
    address = data_address(
        index.astype(np.uint8).tobytes(), wide, palette, [0.0] + [1.0] * 2 * SHADES
    )
    at = {
        "x": round(seen.box.x, 3),
        "y": round(seen.box.y, 3),
        "width": round(wide * seen.step_mm, 3),
        "height": round(high * seen.step_mm, 3),
    }
    return empty("image", {"href": address, **at, "preserveAspectRatio": "none"})


def _ramp(dark: Rgb, bright: Rgb) -> list[Rgb]:
    """Return the shades from dark to bright."""
    made = []
    for k in range(SHADES):
        red, green, blue = (
            round(a + (b - a) * k / (SHADES - 1)) for a, b in zip(dark, bright, strict=True)
        )
        made.append((red, green, blue))
    return made


def _borders(points: Reals, faces: Integers, zones: Sequence[Integers], seen: Shaded) -> Markup:
    """Return the borders of the zones, as far as they are seen."""
    made = []
    for zone in zones:
        ends = faces[zone][:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        edges, count = np.unique(np.sort(ends, axis=1), axis=0, return_counts=True)
        rim = edges[count == 1]
        middle = (points[rim[:, 0]] + points[rim[:, 1]]) / 2
        rim = rim[seen.seen(middle[:, 0], middle[:, 1], middle[:, 2])]
        path = "".join(
            f"M{number(x)} {number(y)}L{number(to_x)} {number(to_y)}"
            for (x, y, _), (to_x, to_y, _) in zip(
                points[rim[:, 0]].tolist(), points[rim[:, 1]].tolist(), strict=True
            )
        )
        if path:
            made.append(empty("path", {"class": "edge", "d": path, "fill": "none"}))
    return join(made)
