"""One zone of the prescription becomes one zone for the planner, with every limit on it."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres
from mesogun.intake.catalogue import Catalogue
from mesogun.intake.catalogue_form import Area, Sex
from mesogun.intake.depths import Preset, depth_of, skin_of, zone_limits
from mesogun.intake.equipment import Equipment, rate_for
from mesogun.intake.figures import Figure
from mesogun.intake.form import Table
from mesogun.intake.maps import Maps
from mesogun.intake.places import Places
from mesogun.intake.prescription_form import RestForm, ZoneForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems, unknown
from mesogun.intake.sine import sine_ppm
from mesogun.planning.prescription import Head, Limit, Rest, Zone

MM, UL, SECOND_US = 1_000, 1_000, 1_000_000
PRESCRIBED = "prescription"
OF_ITS_OWN = (
    "; or let the clinic's own catalogue supply what is missing, with its sources: techniques.toml,"
    " [techniques.{0}] with depth_max, trigger and [techniques.{0}.figures]"
)


class ZoneReader(Table):
    """Reads the zones of one prescription."""

    catalogue: Catalogue
    equipment: Equipment
    sex: Sex
    viscosities_upa_s: Sequence[int | None]
    """Of each product."""
    head: Head | None
    """The first, if it has several needles."""
    places: Places
    maps: Maps
    problems: Problems
    warnings: list[str]

    def read(
        self, index: int, form: ZoneForm, product: int
    ) -> tuple[Zone, tuple[Limit, ...]] | None:
        """Return the zone and its limits; None, with the reasons in `problems`.

        `product` is the index of what is given in it.
        """
        key = f"zones[{index}]"
        preset = self._preset(key, form)
        drawn = self.places.read(key, form, preset, self.problems)
        weights, thickness = self.maps.read(key, form, self.problems)
        if preset is None:
            return None
        limits = zone_limits(index, preset, self.head)
        depth_um = depth_of(
            key, form, preset, limits, self.equipment, self.catalogue, self.problems
        )
        margin = self._at_least(key, form.margin_mm, preset.figures.margin, preset)
        self._spacing(key, form, preset)
        dose_nl = self._dose(key, form, preset)
        rate = rate_for(
            preset.figures.rate,
            self.viscosities_upa_s[product],
            self.equipment.needle,
            self.catalogue,
        )
        self._duration(key, dose_nl, rate)
        if drawn is None:
            return None
        self._warn_of_unverified(form, preset)
        zone = Zone(
            name=form.name,
            area=form.area,
            technique=form.technique,
            outline_um=drawn.outline_um,
            exclusions_um=drawn.exclusions_um,
            margin_um=Micrometres(margin),
            spacing_um=None if form.spacing_mm is None else Micrometres(form.spacing_mm),
            dose_nl_usual=Nanolitres(dose_nl),
            dose_asked=form.dose_ul is not None,
            depth_um=Micrometres(depth_um),
            share_ppm=form.share,
            rate_nl_per_s=rate,
            dwell_ms=Milliseconds(-(-preset.figures.dwell.value // 1_000)),
            interval_ms=Milliseconds(self._interval_ms(preset)),
            trigger="held" if preset.technique.trigger == "held" else "press",
            pattern=form.pattern,
            angle_sin_ppm=sine_ppm(form.angle_deg),
            skin=skin_of(preset, thickness),
            weights=weights,
            rest=_rest(form.rest),
            product=product,
            faces=drawn.faces,
        )
        return zone, (*limits, *asked(index, form))

    def _preset(self, key: str, form: ZoneForm) -> Preset | None:
        known = self.catalogue
        area, technique = known.areas.get(form.area), known.techniques.get(form.technique)
        if area is None:
            self.problems.add(f"{key}.area", unknown(form.area, known.areas, "area"))
        if technique is None:
            self.problems.add(
                f"{key}.technique", unknown(form.technique, known.techniques, "technique")
            )
        if area is None or technique is None:
            return None
        if technique.figures is None or technique.refused is not None:
            usable = [name for name, one in known.techniques.items() if one.refused is None]
            self.problems.add(
                f"{key}.technique",
                f"found {form.technique!r}: {technique.refused}: give one of {', '.join(usable)}"
                f"{'' if technique.strokes else OF_ITS_OWN.format(form.technique)}",
            )
            return None
        if technique.figures.spacing == "pitch" and self.head is None:
            self.problems.add(
                f"{key}.technique",
                f"found {form.technique!r}, whose spacing is the step from needle to needle of a "
                f"head of several needles, and device.head has one: take such a head, or another "
                f"technique",
            )
            return None
        group = known.groups[area.group]
        if technique.layer == "subcutis" and group.subcutis_depth_max is None:
            self.problems.add(
                f"{key}.technique",
                f"{form.technique} goes below the skin, which is not offered on the area "
                f"{form.area} ({group.name}): choose a technique of the skin",
            )
            return None
        check_opt_in(key, form, area, self.problems, self.warnings)
        return Preset(
            area=area,
            group=group,
            technique=technique,
            figures=technique.figures,
            area_origin=f"area {form.area}",
            technique_origin=f"technique {form.technique}",
            sex=self.sex,
        )

    def _at_least(self, key: str, asked_um: int | None, least: Figure, preset: Preset) -> int:
        if asked_um is None:
            return least.value
        if asked_um < least.value:
            self.problems.add(
                f"{key}.margin_mm",
                f"{in_unit(asked_um, MM)} mm is below the least margin of "
                f"{in_unit(least.value, MM)} mm [{preset.technique_origin}; {least.told()}]: "
                f"give {in_unit(least.value, MM)} mm or more, or leave it out",
            )
        return asked_um

    def _spacing(self, key: str, form: ZoneForm, preset: Preset) -> None:
        if self.head is not None:
            self._of_head(key, form, preset, self.head)
        elif form.spacing_mm is not None:
            self._within(f"{key}.spacing_mm", form.spacing_mm, preset, "leave it out")

    def _of_head(self, key: str, form: ZoneForm, preset: Preset, head: Head) -> None:
        """A head of several needles brings its own spacing, and pricks in a lattice."""
        told = f"the head {head.name!r} has {in_unit(head.pitch_um, MM)} mm from needle to needle"
        if form.spacing_mm not in (None, head.pitch_um):
            self.problems.add(
                f"{key}.spacing_mm",
                f"found {in_unit(form.spacing_mm or 0, MM)}, but {told}: delete it",
            )
        else:
            self._within(f"{key}.technique", head.pitch_um, preset, f"{told}: take another head")
        if form.pattern == "irregular":
            self.problems.add(
                f"{key}.pattern", f"found 'irregular', but {told}, in a lattice: delete it"
            )

    def _within(self, key: str, asked_um: int, preset: Preset, mend: str) -> None:
        low, high = preset.figures.spacing_min, preset.figures.spacing_max
        if low is None or high is None or low.value <= asked_um <= high.value:
            return
        bound = low if asked_um < low.value else high
        self.problems.add(
            key,
            f"{in_unit(asked_um, MM)} mm is outside {in_unit(low.value, MM)} to "
            f"{in_unit(high.value, MM)} mm [{preset.technique_origin}; {bound.told()}]: give a "
            f"spacing within, or {mend}",
        )

    def _interval_ms(self, preset: Preset) -> int:
        """How often a pistol may fire; a person's hand is slower, and obeys no such bound."""
        return 0 if self.equipment.by_hand else -(-1_000 // preset.figures.frequency.value)

    def _dose(self, key: str, form: ZoneForm, preset: Preset) -> int:
        usual, cap = preset.figures.dose_usual, preset.figures.dose_max
        least, step = self.catalogue.session.dose_min, self.equipment.step
        asked_nl = form.dose_ul
        if self.equipment.by_hand and step.value > cap.value:
            finer = [
                name
                for name, one in self.catalogue.syringes.items()
                if one.marks is not None and one.marks.value <= cap.value
            ]
            self.problems.add(
                f"{key}.technique",
                f"found {form.technique!r}: by hand a dose is a whole number of marks, and one of "
                f"the syringe {self.equipment.syringe_id} is {in_unit(step.value, UL)} uL "
                f"[{step.told()}], above the cap of {in_unit(cap.value, UL)} uL "
                f"[{preset.technique_origin}; {cap.told()}]: take the syringe "
                f"{' or '.join(finer) or 'of another kind'}",
            )
            return step.value
        if asked_nl is None:
            return max(step.value, usual.value - usual.value % step.value)
        found, place = in_unit(asked_nl, UL), f"{key}.dose_ul"
        if asked_nl > cap.value:
            self.problems.add(
                place,
                f"{found} uL is above the cap of {in_unit(cap.value, UL)} uL "
                f"[{preset.technique_origin}; {cap.told()}]: give {in_unit(cap.value, UL)} uL "
                f"or less",
            )
        elif asked_nl < least.value:
            self.problems.add(
                place,
                f"{found} uL is below the least dose of {in_unit(least.value, UL)} uL "
                f"[session; {least.told()}]: give {in_unit(least.value, UL)} uL or more",
            )
        elif asked_nl % step.value:
            below = asked_nl - asked_nl % step.value
            nearest = [in_unit(one, UL) for one in (below, below + step.value) if one > 0]
            self.problems.add(
                place,
                f"{found} uL is no multiple of the {self.equipment.step_of}, "
                f"{in_unit(step.value, UL)} uL [{step.told()}]: give {' or '.join(nearest)} uL, or "
                f"take a finer syringe",
            )
        return asked_nl

    def _duration(self, key: str, dose_nl: int, rate_nl_per_s: int) -> None:
        most = self.catalogue.thick_fluid.prick_time_max
        if dose_nl * SECOND_US > most.value * rate_nl_per_s:
            self.problems.add(
                key,
                f"{in_unit(dose_nl, UL)} uL of this product need more than "
                f"{in_unit(most.value, SECOND_US)} s a prick through the needle "
                f"{self.equipment.needle_id} at a bearable pressure [{most.told()}]: give less a "
                f"prick, or take a wider or shorter needle",
            )

    def _warn_of_unverified(self, form: ZoneForm, preset: Preset) -> None:
        used = {
            "margin": preset.figures.margin if form.margin_mm is None else None,
            "rate": preset.figures.rate,
            "dwell": preset.figures.dwell,
            "frequency": None if self.equipment.by_hand else preset.figures.frequency,
        }
        names = [name for name, one in used.items() if one and one.strength == "unverified"]
        if names:
            technique = preset.technique_origin.replace("_", " ")
            self._warn(f"{technique}: {', '.join(names)}: figures without source")
        skin = preset.area.skin(preset.sex)
        if skin is not None and skin.depth_max.strength == "unverified":
            self._warn(f"{preset.area_origin}: cap of depth: figure without source")

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def check_opt_in(
    key: str, form: ZoneForm, area: Area, problems: Problems, warnings: list[str]
) -> None:
    """Refuse an area that is treated only when asked for by name, and was not."""
    for index, risk in enumerate(form.opt_in):
        if risk != form.area or area.opt_in is None:
            problems.add(
                f"{key}.opt_in[{index}]",
                f"found {risk!r}: the area {form.area} asks for no such word: delete it",
            )
    if area.opt_in is None:
        return
    if form.area not in form.opt_in:
        problems.add(
            f"{key}.area",
            f"{form.area} is treated only when asked for by name, because {area.opt_in}: "
            f'add opt_in = ["{form.area}"], or choose another area',
        )
    else:
        warnings.append(f"{form.name}: {form.area} is treated although {area.opt_in}")


def _rest(form: RestForm | None) -> Rest | None:
    return None if form is None else Rest(form.radius_mm, form.shots or 0, form.seconds or 0)


def asked(index: int, form: ZoneForm) -> tuple[Limit, ...]:
    """Return what the prescriber asked for as limits that the plan must keep to."""
    wanted = (
        ("margin_um_min", form.margin_mm, "um"),
        ("spacing_um_min", form.spacing_mm, "um"),
        ("depth_um_max", form.depth_mm, "um"),
        # A volume too large for this dose is refused: it is never reached by larger pricks.
        ("dose_nl_max", form.dose_ul, "nL"),
    )
    return tuple(
        Limit(name, value, unit, index, PRESCRIBED, PRESCRIBED)
        for name, value, unit in wanted
        if value is not None
    )
