"""How deep a zone's pricks may go, how deep they go unless asked, and the skin's layers."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.intake.bounds import RIGHT_ANGLE
from mesogun.intake.catalogue import Catalogue
from mesogun.intake.catalogue_form import Area, AreaGroup, Sex, Technique, TechniqueFigures
from mesogun.intake.equipment import Equipment, limit
from mesogun.intake.form import Table
from mesogun.intake.prescription_form import ZoneForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems
from mesogun.intake.sine import sine_ppm
from mesogun.planning.prescription import Head, Limit, Raster, Skin

MM, PPM = 1_000, 1_000_000


class Ground(Table):
    """What the catalogue says of one zone's area, and which technique is used there."""

    area: Area
    group: AreaGroup
    technique: Technique
    area_origin: str
    technique_origin: str
    sex: Sex


class Preset(Ground):
    """The same with the figures of a technique whose pricks have a place each."""

    figures: TechniqueFigures


def zone_limits(index: int, preset: Preset, head: Head | None) -> tuple[Limit, ...]:
    """Return what area and technique allow in zone `index`.

    `head` is the first on the pistol, if it has several needles.
    """
    figures, technique = preset.figures, preset.technique_origin
    return (
        limit("dose_nl_max", figures.dose_max, index, technique),
        *_spacings(index, figures, technique, head),
        limit("margin_um_min", figures.margin, index, technique),
        *depth_limits(index, preset),
    )


def depth_limits(index: int, preset: Ground) -> tuple[Limit, ...]:
    """Return how deep area and technique allow a needle in zone `index`."""
    made = []
    if preset.technique.depth_max is not None:
        technique = preset.technique_origin
        made.append(limit("depth_um_max", preset.technique.depth_max, index, technique))
    if preset.technique.layer == "subcutis" and preset.group.subcutis_depth_max is not None:
        below = preset.group.subcutis_depth_max
        origin = f"{preset.area_origin}, below the skin"
        return (*made, limit("depth_um_max", below, index, origin))
    group_origin = f"areas of the {preset.group.name}"
    made.append(limit("depth_um_max", preset.group.depth_max, index, group_origin))
    skin = preset.area.skin(preset.sex)
    if skin is not None:
        origin = f"{preset.area_origin} ({preset.sex})"
        made.append(limit("depth_um_max", skin.depth_max, index, origin))
    return tuple(made)


def _spacings(
    index: int, figures: TechniqueFigures, technique: str, head: Head | None
) -> tuple[Limit, ...]:
    low, high = figures.spacing_min, figures.spacing_max
    if low is not None and high is not None:
        return (
            limit("spacing_um_min", low, index, technique),
            limit("spacing_um_max", high, index, technique),
        )
    if head is None:
        return ()
    origin = f"{technique}: the pitch of the head {head.name}"
    names = ("spacing_um_min", "spacing_um_max")
    return tuple(Limit(name, head.pitch_um, "um", index, origin, head.source) for name in names)


def depth_of(
    key: str,
    form: ZoneForm,
    preset: Preset,
    limits: Sequence[Limit],
    equipment: Equipment,
    catalogue: Catalogue,
    problems: Problems,
) -> int:
    """Return how much needle goes in, in um; what is too deep or too shallow goes to `problems`.

    Caps hold for how far below the skin the tip lies; an oblique needle goes in farther than that.
    """
    sine = sine_ppm(form.angle_deg)
    cap, least = _cap(limits, sine, equipment, catalogue), preset.figures.depth_min
    usual = preset.figures.depth_usual or preset.area.depth_usual or preset.group.depth_usual
    unasked = min(usual.value * PPM // sine, cap.value)
    depth = unasked if form.depth_mm is None else form.depth_mm
    oblique = "" if form.angle_deg == RIGHT_ANGLE else f" at {in_unit(form.angle_deg, MM)} degrees"
    if depth > cap.value:
        problems.add(
            f"{key}.depth_mm",
            f"{in_unit(depth, MM)} mm is above the cap of {in_unit(cap.value, MM)} mm{oblique} "
            f"[{cap.origin}; {cap.source}]: give {in_unit(cap.value, MM)} mm or less",
        )
    elif least is not None and depth * sine // PPM < least.value:
        where = f"{key}.depth_mm" if form.depth_mm is not None else f"{key}.technique"
        problems.add(
            where,
            f"{in_unit(depth, MM)} mm{oblique} is shallower than {in_unit(least.value, MM)} mm, "
            f"the least of {preset.technique_origin}, whose doses are too large for the skin "
            f"[{least.told()}]; the cap is {in_unit(cap.value, MM)} mm [{cap.origin}]: go deeper "
            f"if it allows, or choose a technique of the skin",
        )
    return depth


def _cap(limits: Sequence[Limit], sine: int, equipment: Equipment, catalogue: Catalogue) -> Limit:
    """Return the tightest bound as a length of needle."""
    session = limit("depth_um_max", catalogue.session.depth_max, None, "session")
    below = min(
        (*(one for one in limits if one.name == "depth_um_max"), session),
        key=lambda one: one.value,
    )
    oblique = Limit(
        below.name, below.value * PPM // sine, below.unit, below.zone, below.origin, below.source
    )
    needle = limit("depth_um_max", equipment.needle.length, None, f"needle {equipment.needle_id}")
    return min(oblique, needle, key=lambda one: one.value)


def skin_of(preset: Ground, thickness: Raster | None) -> Skin | None:
    """Return how thick epidermis and skin are, as far as it is known of the area or by a map."""
    known = preset.area.skin(preset.sex)
    if known is None or known.epidermis is None or known.dermis is None:
        return None if thickness is None else Skin(None, None, thickness, thickness.source)
    whole = known.epidermis.value + known.dermis.value
    return Skin(known.epidermis.value, whole, thickness, known.dermis.told())
