"""The picture of dose per square centimetre, with the scale that reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Limit
from mesogun.report import colours, figures, legend, raster, stage
from mesogun.report.account import mean_density, zone_area_doubled
from mesogun.report.around import fullest_nl
from mesogun.report.density import Density, counted_nl, density, drop_of
from mesogun.report.disc import RADIUS_MM, fullest
from mesogun.report.geometry import scale
from mesogun.report.markup import Markup, element, empty, join
from mesogun.report.picture import Panel
from mesogun.report.rows import Row
from mesogun.report.stage import Stage

_SHADES = 255


def density_of(plan: Plan, rows: Sequence[Row]) -> Density | None:
    """Return the dose per cm² over all zones of `plan`; None for pricks on a surface."""
    if plan.prescription.surface is not None:
        return None
    return density(rows, stage.stage_of(plan, "density").zones)


def overfull(plan: Plan, rows: Sequence[Row]) -> list[tuple[Limit, int]]:
    """Return the limits on the dose per cm² that are broken, each with what a disc holds."""
    found = []
    for limit in plan.limits:
        if limit.name == "area_dose_nl_per_cm2_max":
            mine = [row for row in rows if limit.zone is None or row.zone == limit.zone]
            if plan.prescription.surface is None:
                held = fullest([drop_of(row) for row in mine], (0.0, 0.0)).volume_nl
            else:
                held = fullest_nl(mine)
            if held > limit.value:
                found.append((limit, held))
    return found


def dose_panel(plan: Plan, rows: Sequence[Row], found: Density, prefix: str) -> Panel:
    """Return the map of dose per cm² with its legend."""
    at = stage.stage_of(plan, prefix)
    ticks = scale(round(found.top_nl))
    drawn = join(
        (
            stage.definitions(plan, at),
            stage.ground(plan, at, margins=False),
            *_shades(plan, found, ticks[-1], at),
            stage.outlines(plan, at),
            _fullest(found, at),
            _labels(plan, rows, at),
            stage.scale_bar(at),
        )
    )
    key = legend.stack(
        [
            legend.colour_scale(prefix, ticks, 1000, "Dose per area, µL/cm²", fading=True),
            legend.lines(prefix, None, any(one.exclusions_um for one in plan.zones), False),
        ]
    )
    full = figures.dose(found.fullest.volume_nl)
    about = f"Map to scale of the dose per square centimetre; the fullest holds {full}."
    return Panel(drawn, at, key, "Dose per square centimetre", about)


def _shades(plan: Plan, found: Density, top: int, at: Stage) -> Iterable[Markup]:
    """The grid as one picture, cut to each of the zones."""
    shade = np.rint(found.mean_nl * (_SHADES / top)).clip(0, _SHADES).astype(np.uint8)
    places = [index / _SHADES for index in range(_SHADES + 1)]
    name = f"{at.prefix}-shades"
    picture = {
        "id": name,
        "x": found.box.x,
        "y": found.box.y,
        "width": found.box.width,
        "height": found.box.height,
        "preserveAspectRatio": "none",
        "href": raster.data_address(
            shade.tobytes(),
            shade.shape[1],
            [colours.rgb(one) for one in places],
            [colours.strength(one) for one in places],
        ),
    }
    yield element("defs", None, empty("image", picture))
    for index in range(len(plan.zones)):
        clip = {"clip-path": f"url(#{at.prefix}-clip-{index})"}
        yield element("g", clip, empty("use", {"href": f"#{name}"}))


def _fullest(found: Density, at: Stage) -> Markup:
    """The fullest disc itself, to scale, with what it holds."""
    if found.fullest.volume_nl == 0:
        return Markup("")
    x, y = found.fullest.x, found.fullest.y
    disc = {"cx": x, "cy": y, "r": RADIUS_MM}
    words = (
        figures.trimmed(found.fullest.volume_nl, 1000, 1)
        + f"{figures.APART}µL in 1{figures.APART}cm²"
    )
    wide, high = (len(words) * 0.54 + 0.6) * stage.TEXT * at.unit, 1.4 * stage.TEXT * at.unit
    gap = RADIUS_MM + 4 * at.unit
    right = x + gap + wide < at.box.x + at.box.width
    plate = {
        "x": x + gap if right else x - gap - wide,
        "y": y - high / 2,
        "width": wide,
        "height": high,
        "rx": 3 * at.unit,
    }
    middle = {"class": "plate-words", "text-anchor": "middle"}
    return join(
        (
            empty("circle", {"class": "halo", "stroke-width": 4 * at.unit, **disc}),
            empty("circle", {"class": "peak", "stroke-width": 1.6 * at.unit, **disc}),
            empty("rect", {"class": "plate", **plate}),
            stage.text(words, plate["x"] + wide / 2, y + 4.5 * at.unit, at, middle),
        )
    )


def _labels(plan: Plan, rows: Sequence[Row], at: Stage) -> Markup:
    words = []
    for index, zone in enumerate(plan.zones):
        total = sum(counted_nl(row) for row in rows if row.zone == index)
        mean = mean_density(total, zone_area_doubled(plan, index))
        told = "–" if mean is None else figures.fixed(mean, 1000, 1)
        words.append(f"{zone.name} · mean {told}")
    return stage.labels(plan, words, [False] * len(words), at)
