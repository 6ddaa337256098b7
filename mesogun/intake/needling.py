"""A pen or a roller that goes over the zones: what it is, how it is moved, what each zone asks."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres, NanolitresPerSecond
from mesogun.intake.bounds import RIGHT_ANGLE
from mesogun.intake.catalogue import Catalogue
from mesogun.intake.catalogue_form import StrokeFigures
from mesogun.intake.depths import Ground, depth_limits, skin_of
from mesogun.intake.equipment import limit
from mesogun.intake.equipment_form import Head
from mesogun.intake.form import Table
from mesogun.intake.places import Places
from mesogun.intake.prescription_form import NeedlingForm, PrescriptionForm, ZoneForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems, unknown
from mesogun.intake.zones import PRESCRIBED, check_opt_in
from mesogun.planning.prescription import Limit, Needling, Zone

MM = 1_000
NEEDLING = "needling"
"""The technique of strokes."""
OF_A_PISTOL = ("needle", "syringe", "head_pitch_mm", "finish", "pattern", "needle_pricks")
OF_PRICKS = ("spacing_mm", "dose_ul", "rest", "weights", "thickness")
OF_STROKES = ("passes", "pricks_per_cm2")
MISSING = {
    "width_mm": "measure how wide its needles stand across the strokes",
    "hand_mm_per_s": "say how fast the hand moves along a stroke",
    "needles": "count them",
    "cycles_per_s": "take it from the pen's papers",
    "turn_mm": "measure how far it rolls in one turn",
    "depth_max_mm": "measure how long its needles are",
}


def makes_strokes(form: PrescriptionForm, catalogue: Catalogue, problems: Problems) -> bool:
    """Tell whether a pen or a roller goes over the zones; keys of the other kind are refused."""
    head = catalogue.heads.get(form.device.head)
    strokes = None if head is None or form.device.pattern is not None else head.strokes
    techniques = [zone.technique == NEEDLING for zone in form.zones]
    if strokes is not None and (any(techniques) or strokes.by == "roller"):
        for index, is_needling in enumerate(techniques):
            if not is_needling:
                problems.add(
                    f"zones[{index}].technique",
                    f"found {form.zones[index].technique!r}: a {strokes.by} goes over its zones "
                    f"without an injection: give 'needling' in every zone, or write two "
                    f"prescriptions",
                )
        return True
    if form.device.needling is not None:
        problems.add(
            "device.needling",
            "is for a pen or a roller with the technique needling in every zone: delete it",
        )
    for index, zone in enumerate(form.zones):
        for key in OF_STROKES:
            if vars(zone).get(key) is not None:
                problems.add(
                    f"zones[{index}].{key}",
                    "is for needling with a pen or a roller: delete it",
                )
    return False


class StrokeReader(Table):
    """Reads a pen or a roller, and the zones that it goes over."""

    form: PrescriptionForm
    catalogue: Catalogue
    places: Places
    problems: Problems
    warnings: list[str]

    def read(
        self, products: Sequence[int]
    ) -> tuple[Needling | None, tuple[Zone, ...], tuple[Limit, ...]]:
        """Return handpiece, zones and limits; what is not in order goes to `problems`.

        `products` is, zone by zone, the index of what goes onto its skin.
        """
        device, by = self.form.device, self._by
        if self.form.surface is not None:
            self.problems.add("surface", f"a {by} goes over zones that are drawn flat: delete it")
        for key in OF_A_PISTOL:
            if vars(device).get(key) is not None:
                self.problems.add(f"device.{key}", f"is not for the strokes of a {by}: delete it")
        if device.position_mm:
            self.problems.add("device.position_mm", f"is not for a {by}: delete it")
        needling, deepest = self._handpiece(), self._deepest()
        zones, limits = list[Zone](), list(self._session_limits(deepest))
        for index, (one, product) in enumerate(zip(self.form.zones, products, strict=True)):
            read = self._zone(index, one, deepest, product)
            if read is not None:
                zones.append(read[0])
                limits.extend(read[1])
        return needling, tuple(zones), tuple(limits)

    @property
    def _head(self) -> Head:
        return self.catalogue.heads[self.form.device.head]

    @property
    def _by(self) -> str:
        assert self._head.strokes is not None
        return self._head.strokes.by

    @property
    def _told(self) -> NeedlingForm:
        return self.form.device.needling or NeedlingForm()

    def _figure(self, key: str, asked: int | None, known: int | None) -> int:
        """Return what the prescription tells, or else the catalogue; 0, and a problem, if none."""
        if asked:
            return asked
        if known is not None and asked is None:
            return known
        found = "found 0: " if asked == 0 else "is missing: "
        why = f"no source gives it of a {self._by}: {MISSING[key]} and give it"
        self.problems.add(f"device.needling.{key}", found + why)
        return 0

    def _handpiece(self) -> Needling | None:
        told, head, strokes = self._told, self._head, self._head.strokes
        assert strokes is not None
        before = len(self.problems)
        pen = strokes.by == "pen"
        for key, given in (
            ("turn_mm", told.turn_mm if pen else None),
            ("cycles_per_s", None if pen else told.cycles_per_s),
            ("depth_step_mm", None if pen else told.depth_step_mm),
        ):
            if given is not None:
                other = "roller" if pen else "pen"
                self.problems.add(f"device.needling.{key}", f"is that of a {other}: delete it")
        width = None if strokes.width is None else strokes.width.value
        count = None if head.needles is None else head.needles.value
        cycles = None if strokes.cycles is None else strokes.cycles.value
        made = Needling(
            kind=strokes.by,
            needles=self._figure("needles", told.needles, count),
            width_um=self._figure("width_mm", told.width_mm, width),
            cycles_per_s=self._figure("cycles_per_s", told.cycles_per_s, cycles) if pen else 0,
            turn_um=0 if pen else self._figure("turn_mm", told.turn_mm, None),
            hand_um_per_s=self._hand(),
            source=PRESCRIBED,
        )
        if pen and told.cycles_per_s is None and strokes.cycles is not None:
            self.warnings.append(
                f"head {self.form.device.head}: {cycles} cycles a second "
                f"[{strokes.cycles.told()}]: the density rests on it; give your pen's own as "
                f"device.needling.cycles_per_s"
            )
        return None if len(self.problems) > before else made

    def _hand(self) -> int:
        """Return the speed of the hand that is told; 0 where every zone asks for a density."""
        asked = self._told.hand_mm_per_s
        follows = self._by == "pen" and all(one.pricks_per_cm2 for one in self.form.zones)
        if follows and asked is not None:
            self.problems.add(
                "device.needling.hand_mm_per_s",
                "has no effect: every zone asks for a density, and the speed follows: delete one",
            )
        if follows:
            return 0
        return self._figure("hand_mm_per_s", asked, None)

    def _deepest(self) -> Limit:
        """Return how deep the handpiece reaches at most."""
        strokes, asked, name = self._head.strokes, self._told.depth_max_mm, "needle_depth_um_max"
        assert strokes is not None
        origin = f"head {self.form.device.head}"
        if asked is None and strokes.depth_max is not None:
            return limit(name, strokes.depth_max, None, origin)
        value = self._figure("depth_max_mm", asked, None)
        return Limit(name, value, "um", None, origin, PRESCRIBED)

    def _session_limits(self, deepest: Limit) -> tuple[Limit, ...]:
        session = self.catalogue.session
        return (
            limit("volume_nl_max", session.volume_max, None, "session"),
            deepest,
            limit("depth_um_max", session.depth_max, None, "session"),
            limit("area_dose_nl_per_cm2_max", session.area_dose_max, None, "session"),
        )

    def _zone(
        self, index: int, form: ZoneForm, deepest: Limit, product: int
    ) -> tuple[Zone, tuple[Limit, ...]] | None:
        key = f"zones[{index}]"
        self._refuse_of_pricks(key, form)
        ground = self._ground(key, form)
        drawn = self.places.read(key, form, ground, self.problems)
        passes = self._passes(key, form)
        if ground is None or ground.technique.strokes is None:
            return None
        figures = ground.technique.strokes
        limits = (*depth_limits(index, ground), *_stroke_limits(index, figures, ground))
        depth = self._depth(key, form, ground, (*limits, deepest))
        margin = figures.margin.value if form.margin_mm is None else form.margin_mm
        if margin < figures.margin.value:
            least = in_unit(figures.margin.value, MM)
            self.problems.add(
                f"{key}.margin_mm",
                f"{in_unit(margin, MM)} mm is below the least margin of {least} mm "
                f"[{ground.technique_origin}; {figures.margin.told()}]: give {least} mm or more",
            )
        most = figures.passes_max
        if passes > most.value:
            self.problems.add(
                f"{key}.passes",
                f"found {passes}: give {most.value} or fewer [{ground.technique_origin}; "
                f"{most.told()}]",
            )
        if drawn is None:
            return None
        self._warn_of_unverified(figures)
        zone = Zone(
            name=form.name,
            area=form.area,
            technique=form.technique,
            outline_um=drawn.outline_um,
            exclusions_um=drawn.exclusions_um,
            margin_um=Micrometres(margin),
            spacing_um=None,
            dose_nl_usual=Nanolitres(0),
            dose_asked=False,
            depth_um=Micrometres(depth),
            share_ppm=form.share,
            rate_nl_per_s=NanolitresPerSecond(0),
            dwell_ms=Milliseconds(0),
            interval_ms=Milliseconds(0),
            trigger="held",
            skin=skin_of(ground, None),
            product=product,
            passes=passes,
            pricks_per_cm2=form.pricks_per_cm2 or 0,
        )
        return zone, (*limits, *_asked(index, form))

    def _refuse_of_pricks(self, key: str, form: ZoneForm) -> None:
        wrong = [name for name in OF_PRICKS if vars(form).get(name) is not None]
        wrong += ["pattern"] if form.pattern != "lattice" else []
        wrong += ["angle_deg"] if form.angle_deg != RIGHT_ANGLE else []
        for name in wrong:
            self.problems.add(
                f"{key}.{name}",
                f"is for pricks that have a place each, and those of a {self._by} have none: "
                f"delete it",
            )
        if form.pricks_per_cm2 is not None and self._by == "roller":
            self.problems.add(
                f"{key}.pricks_per_cm2",
                "follows from the roller's needles and the passes: delete it",
            )
        elif form.pricks_per_cm2 == 0:
            self.problems.add(f"{key}.pricks_per_cm2", "found 0: give more, or leave it out")

    def _passes(self, key: str, form: ZoneForm) -> int:
        if form.passes:
            return form.passes
        found = "is missing" if form.passes is None else "found 0"
        self.problems.add(
            f"{key}.passes", f"{found}: no source gives how often to go over a zone: give 1 or more"
        )
        return 1

    def _ground(self, key: str, form: ZoneForm) -> Ground | None:
        known = self.catalogue
        area, technique = known.areas.get(form.area), known.techniques.get(NEEDLING)
        if area is None:
            self.problems.add(f"{key}.area", unknown(form.area, known.areas, "area"))
        if area is None or technique is None or technique.strokes is None:
            return None
        check_opt_in(key, form, area, self.problems, self.warnings)
        return Ground(
            area=area,
            group=known.groups[area.group],
            technique=technique,
            area_origin=f"area {form.area}",
            technique_origin=f"technique {NEEDLING}",
            sex=self.form.patient.sex,
        )

    def _depth(self, key: str, form: ZoneForm, ground: Ground, limits: Sequence[Limit]) -> int:
        """Return how deep the needles go: as usual in the area, as long as a roller's, or asked."""
        cap = min(
            (one for one in limits if one.name in ("depth_um_max", "needle_depth_um_max")),
            key=lambda one: one.value,
        )
        usual = (ground.area.depth_usual or ground.group.depth_usual).value
        step = self._step()
        unasked = min(usual, cap.value) // step * step
        if self._by == "roller" and self._told.depth_max_mm is not None:
            unasked = self._told.depth_max_mm
        depth = unasked if form.depth_mm is None else form.depth_mm
        if self._by == "roller" and depth != unasked:
            self.problems.add(
                f"{key}.depth_mm",
                f"found {in_unit(depth, MM)}, but the roller's needles are {in_unit(unasked, MM)} "
                f"mm long (device.needling.depth_max_mm): delete it",
            )
        elif depth > cap.value:
            self.problems.add(
                f"{key}.depth_mm",
                f"{in_unit(depth, MM)} mm is above the cap of {in_unit(cap.value, MM)} mm "
                f"[{cap.origin}; {cap.source}]: give {in_unit(cap.value // step * step, MM)} mm or "
                f"less" + ("" if self._by == "pen" else ", with another roller"),
            )
        elif depth % step or depth == 0:
            near = [one for one in (depth // step * step, -(-depth // step) * step) if one > 0]
            self.problems.add(
                f"{key}.depth_mm",
                f"{in_unit(depth, MM)} mm is no step of the pen, {in_unit(step, MM)} mm: give "
                f"{' or '.join(in_unit(one, MM) for one in near or [step])} mm, or tell your pen's "
                f"own as device.needling.depth_step_mm",
            )
        return depth

    def _step(self) -> int:
        known, asked = self._head.strokes, self._told.depth_step_mm
        if asked is not None:
            return asked
        return known.depth_step.value if known is not None and known.depth_step is not None else 1

    def _warn_of_unverified(self, figures: StrokeFigures) -> None:
        told = vars(figures).items()
        names = [name.replace("_", " ") for name, one in told if one.strength == "unverified"]
        text = f"technique {NEEDLING}: {', '.join(names)}: figures without source"
        if names and text not in self.warnings:
            self.warnings.append(text)


def _stroke_limits(index: int, figures: StrokeFigures, ground: Ground) -> tuple[Limit, ...]:
    origin = ground.technique_origin
    return (
        limit("margin_um_min", figures.margin, index, origin),
        limit("passes_max", figures.passes_max, index, origin),
        limit("hand_um_per_s_min", figures.hand_min, index, origin),
        limit("hand_um_per_s_max", figures.hand_max, index, origin),
    )


def _asked(index: int, form: ZoneForm) -> tuple[Limit, ...]:
    wanted = (("margin_um_min", form.margin_mm), ("depth_um_max", form.depth_mm))
    return tuple(
        Limit(name, value, "um", index, PRESCRIBED, PRESCRIBED)
        for name, value in wanted
        if value is not None
    )
