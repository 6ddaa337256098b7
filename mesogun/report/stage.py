"""The stage of a map: how many millimetres a picture's nominal pixel is, and the zones on it.

A map is drawn in millimetres of skin, one for all zones, so proportions are true however far
apart they lie. Type and signs are drawn in nominal pixels: `Stage.unit` of them make a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

from mesogun.planning.plan import Plan, PlannedZone
from mesogun.report import figures, geometry
from mesogun.report.geometry import Box
from mesogun.report.markup import Attributes, Markup, element, empty, join

NOMINAL_WIDTH, NOMINAL_HEIGHT = 800.0, 620.0
"""Pixels into which the zones are fitted; the page may show them smaller, never other than true."""
_SEEN, _CROWDED = 2.2, 2.0
"""Nominal pixels: the least radius that is drawn, and the one below which a sign is a dot."""
NARROW = 358.0
"""Pixels a map has on a telephone: there its type grows by what the map shrinks."""
TEXT = 13.0
"""Height of all type on a map, in nominal pixels."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a map is drawn."""

    box: Box
    """The visible part in mm: zones and room for labels and the scale bar."""
    zones: Box
    """The zones and pricks alone."""
    unit: float
    """mm in a nominal pixel."""
    radii: tuple[float, ...]
    """Of a given prick's disc in each zone, in mm: three tenths of the spacing, if that is seen."""
    crowded: tuple[bool, ...]
    """Whether a zone's pricks lie too close on this map to be told apart."""
    prefix: str
    """Before every id, so that two maps may share a page."""


def stage_of(plan: Plan, prefix: str) -> Stage:
    """Return the stage for `plan`."""
    return stage_over(plan, geometry.plan_box(plan), prefix)


def stage_over(plan: Plan, zones: Box, prefix: str) -> Stage:
    """Return the stage for what is drawn within `zones` (in mm)."""
    unit = max(zones.width / NOMINAL_WIDTH, zones.height / NOMINAL_HEIGHT, 0.01)
    side, above, below = 28 * unit, 40 * unit, 74 * unit
    wide = max(zones.width + 2 * side, 260 * unit)
    box = Box(
        zones.x - (wide - zones.width) / 2,
        zones.y - above,
        wide,
        zones.height + above + below,
    )
    spacings = [one.pitch_um / 1000 or 20 * unit for one in plan.zones]
    radii = tuple(min(max(0.3 * s, _SEEN * unit), 0.45 * s, 6.0 * unit) for s in spacings)
    crowded = tuple(0.3 * s < _CROWDED * unit for s in spacings)
    return Stage(box, zones, unit, radii, crowded, prefix)


def grown(at: Stage) -> float:
    """Return how many times larger type is set on a telephone, where the map is shrunk."""
    return max(1.0, at.box.width / at.unit / NARROW)


def view_box(box: Box) -> dict[str, str | float]:
    """Return the attributes of an <svg> that shows `box` at life size, one unit a millimetre."""
    shown = [round(one, 3) for one in (box.x, box.y, box.width, box.height)]
    return {
        "viewBox": " ".join(f"{one:g}" for one in shown),
        "width": f"{shown[2]:g}mm",
        "height": f"{shown[3]:g}mm",
    }


def definitions(plan: Plan, at: Stage) -> Markup:
    """Return what the drawing of zones refers to: their shapes and clips, and the hatch."""
    shapes = []
    for index, zone in enumerate(plan.zones):
        name, path = f"{at.prefix}-zone-{index}", geometry.ring_path([zone.outline_um])
        shapes.append(empty("path", {"id": name, "d": path}))
        if zone.exclusions_um:
            path = geometry.ring_path(zone.exclusions_um)
            shapes.append(empty("path", {"id": f"{at.prefix}-out-{index}", "d": path}))
        clip = {"id": f"{at.prefix}-clip-{index}"}
        shapes.append(element("clipPath", clip, empty("use", {"href": f"#{name}"})))
    size = 7 * at.unit
    line = empty("path", {"class": "hatch", "d": f"M0 0V{size:g}", "stroke-width": 1.6 * at.unit})
    hatch = element(
        "pattern",
        {
            "id": f"{at.prefix}-hatch",
            "width": size,
            "height": size,
            "patternUnits": "userSpaceOnUse",
            "patternTransform": "rotate(45)",
        },
        line,
    )
    return element("defs", None, *shapes, hatch)


def ground(plan: Plan, at: Stage, margins: bool = True) -> Markup:
    """Return the zones' skin with the faint line of the margin.

    A ring stroked twice as wide as the margin, and again a hair narrower in the skin's colour,
    leaves exactly the line of all points that are a margin away: the line no prick may cross.
    """
    made = []
    for index, zone in enumerate(plan.zones):
        layers = [_shape(at, "zone", index, {"class": "skin"})]
        if zone.margin_um and margins:
            wide = 2 * zone.margin_um / 1000
            for kind, stroke in (("margin", wide + 1.4 * at.unit), ("border", wide)):
                drawn = {"class": kind, "stroke-width": stroke}
                layers.append(_shape(at, "zone", index, drawn))
                if zone.exclusions_um:
                    layers.append(_shape(at, "out", index, drawn))
        clip = {"clip-path": f"url(#{at.prefix}-clip-{index})"}
        made.append(element("g", clip, *layers))
    return join(made)


def _shape(at: Stage, kind: str, index: int, more: Attributes) -> Markup:
    return empty("use", {"href": f"#{at.prefix}-{kind}-{index}", **more})


def outlines(plan: Plan, at: Stage) -> Markup:
    """Return the zones' outlines and the hatched exclusions."""
    edge = {"class": "edge", "stroke-width": at.unit}
    hatch = {**edge, "fill": f"url(#{at.prefix}-hatch)"}
    made = []
    for index, zone in enumerate(plan.zones):
        if zone.exclusions_um:
            made.append(_shape(at, "out", index, {"class": "cover"}))
            made.append(empty("path", {"d": geometry.ring_path(zone.exclusions_um), **hatch}))
        outline = geometry.ring_path([zone.outline_um])
        made.append(empty("path", {**edge, "d": outline, "fill": "none"}))
    return join(made)


def scale_bar(at: Stage) -> Markup:
    """Return a bar of a round length, a fifth to a third of the map, with its length beside it."""
    long = geometry.round_below(int(at.box.width * 1000 / 3)) / 1000
    x, y = at.box.x + 28 * at.unit, at.box.y + at.box.height - 18 * at.unit
    tick = 5 * at.unit
    bar = f"M{x:g} {y - tick:g}v{tick:g}h{long:g}v-{tick:g}"
    whole = figures.trimmed(round(long * 1000), 1000, 3)
    label = text(f"{whole}{figures.APART}mm", x + long + 8 * at.unit, y, at, {"class": "soft"})
    return join((empty("path", {"class": "bar", "d": bar, "stroke-width": 1.5 * at.unit}), label))


def text(words: str, x: float, y: float, at: Stage, more: Attributes) -> Markup:
    """Return type at (x, y) in the map's one size."""
    return element("text", {"x": x, "y": y, "font-size": TEXT * at.unit, **more}, words)


def labels(plan: Plan, words: list[str], loud: list[bool], at: Stage) -> Markup:
    """Return a label for each zone where it hides the fewest pricks and no other label.

    Each of `words` begins with its zone's name; on a telephone only that is shown.
    """
    spots = list(
        zip((plan.pricks.x_um / 1000).tolist(), (plan.pricks.y_um / 1000).tolist(), strict=True)
    )
    taken: list[Box] = []
    made = []
    for zone, label, cry in zip(plan.zones, words, loud, strict=True):
        place = min(_places(zone, label, at), key=lambda box: _hidden(box, spots, taken, at))
        taken.append(place)
        x, y = _within(zone.name, place.x + place.width / 2, at), place.y + 0.78 * place.height
        kind = "zone loud" if cry else "zone"
        # a plain space at the beginning is lost where a drawing program reads the tspan by itself
        rest = label.removeprefix(zone.name).replace(" ", "\u00a0", 1)
        more = element("tspan", {"class": "more"}, rest)
        words_and_more = join((zone.name, more))
        made.append(text(words_and_more, x, y, at, {"class": kind, "text-anchor": "middle"}))
    return join(made)


def _within(name: str, x: float, at: Stage) -> float:
    """Move the middle of a label so that its name is not cut off on a telephone, either."""
    half = min(0.32 * len(name) * TEXT * grown(at) * at.unit, at.box.width / 2)
    return min(max(x, at.box.x + half), at.box.x + at.box.width - half)


def _places(zone: PlannedZone, label: str, at: Stage) -> list[Box]:
    around = geometry.box_of(zone.outline_um)
    wide, high = len(label) * 0.64 * TEXT * at.unit, 1.25 * TEXT * at.unit
    gap = 13 * at.unit
    middle = around.x + (around.width - wide) / 2
    left = max(at.box.x, min(middle, at.box.x + at.box.width - wide))
    lower = around.y + around.height + gap
    inside = around.y + (around.height - high) / 2
    return [Box(left, y, wide, high) for y in (around.y - high - gap, lower, inside)]


def _hidden(
    box: Box, spots: list[tuple[float, float]], taken: list[Box], at: Stage
) -> tuple[float, int]:
    outside = box.y < at.box.y or box.y + box.height > at.box.y + at.box.height - 30 * at.unit
    over = sum(box.overlap(one) for one in taken) + (1e9 if outside else 0.0)
    return over, sum(1 for x, y in spots if box.holds(x, y))
