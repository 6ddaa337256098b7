"""What a plan of strokes says at the terminal: a pen or a roller, pass by pass."""

from __future__ import annotations

from mesogun.planning import LAYERS, Needled, Plan, PlannedZone, Stroke

MM, UM_PER_M, NL_PER_ML = 1_000, 1_000_000, 1_000_000
HEAD = (
    *("zone", "passes", "strokes", "pricks/cm2", "pricks"),
    *("hand", "depth", "layer", "apart", "on the skin"),
)


def opening(plan: Plan, minutes: str) -> str:
    """Say in one line what the plan does."""
    rx, count = plan.prescription, sum(zone.prick_count for zone in plan.zones)
    topical = sum(told(zone).topical_nl for zone in plan.zones)
    on_it = ""
    if topical:
        products = " and ".join(one.name for one in rx.products)
        on_it = f", {topical / NL_PER_ML:g} mL of {products} on the skin"
    return (
        f"{rx.name}: {len(plan.strokes)} strokes of a {by(plan)}, about {count} pricks{on_it}, "
        f"about {minutes}, hand travel {plan.travel_um / UM_PER_M:.2f} m between strokes"
    )


def by(plan: Plan) -> str:
    """Name the handpiece."""
    needling = plan.prescription.needling
    assert needling is not None
    return needling.kind


def told(zone: PlannedZone) -> Needled:
    """Return what the strokes of a zone add up to."""
    assert zone.needled is not None
    return zone.needled


def rows(plan: Plan) -> list[tuple[object, ...]]:
    """Set the zones in rows, under `HEAD`."""
    made = list[tuple[object, ...]]()
    for index, zone in enumerate(plan.zones):
        needled, asked = told(zone), plan.prescription.zones[index]
        pitches = sorted(set(needled.pitch_um))
        apart = " or ".join(f"{one / MM:.2f}" for one in pitches)
        made.append(
            (
                zone.name,
                len(needled.pitch_um),
                len(of_zone(plan, index)),
                needled.pricks_per_cm2,
                zone.prick_count,
                f"{needled.hand_um_per_s / MM:.1f} mm/s",
                f"{int(asked.depth_um) / MM:g} mm",
                LAYERS[needled.layer],
                f"{apart} mm",
                f"{needled.topical_nl / NL_PER_ML:.3f} mL",
            )
        )
    return made


def notes(plan: Plan) -> list[str]:
    """Say what the figures mean, and who follows them."""
    needling = plan.prescription.needling
    assert needling is not None
    if needling.kind == "pen":
        figures = f"{needling.needles} needles, {needling.cycles_per_s} cycles a second"
    else:
        figures = f"{needling.needles} needles, {needling.turn_um / MM:g} mm a turn"
    return [
        "  pricks/cm2: expected on the average between the outermost strokes; where each prick "
        "lies nobody can say",
        f"  a {needling.kind}: {figures}, {needling.width_um / MM:g} mm wide; each pass crosses "
        "the one before",
        "",
        "No pistol gives these strokes: a hand does, at the speed above. `mesogun pace PLAN` "
        "guides and keeps the record.",
    ]


def of_zone(plan: Plan, index: int) -> list[Stroke]:
    """Return the strokes of one zone."""
    return [one for one in plan.strokes if one.zone == index]


def facts(plan: Plan) -> dict[str, object]:
    """Return the same as data, for `--json`."""
    return {
        "kind": by(plan),
        "strokes": len(plan.strokes),
        "pricks_expected": sum(zone.prick_count for zone in plan.zones),
        "zones": [
            {
                "name": zone.name,
                "passes": len(needled.pitch_um),
                "strokes": len(of_zone(plan, index)),
                "pricks_per_cm2": needled.pricks_per_cm2,
                "pricks_expected": zone.prick_count,
                "hand_um_per_s": needled.hand_um_per_s,
                "pitch_um": list(needled.pitch_um),
                "swept_um2": needled.swept_um2,
                "topical_nl": needled.topical_nl,
                "depth_um": int(plan.prescription.zones[index].depth_um),
                "layer": LAYERS[needled.layer],
            }
            for index, zone in enumerate(plan.zones)
            for needled in (told(zone),)
        ],
    }
