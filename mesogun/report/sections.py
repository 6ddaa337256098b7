"""The page's sections on what happened: differences, alarms, zones, dose per area, all pricks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mesogun.planning.plan import Plan
from mesogun.planning.pricks import LAYERS
from mesogun.record.record import Record
from mesogun.report import account, dose_map, figures, picture, treatment
from mesogun.report.account import Difference, Sums
from mesogun.report.around import fullest_nl
from mesogun.report.density import Density
from mesogun.report.figures import NL_PER_UL, UM_PER_MM
from mesogun.report.findings import overridden
from mesogun.report.markup import Markup, element
from mesogun.report.picture import Panel
from mesogun.report.rows import MARK_WORDS, Mark, Row, Tolerance
from mesogun.report.tables import Column, Line, section, table

NOTHING = "–"


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """Everything the page tells of, worked out once."""

    record: Record
    plan: Plan
    rows: tuple[Row, ...]
    total: Sums
    tolerance: Tolerance
    found: Density | None
    """None for pricks on a surface."""


def figure(panel: Panel, simulated: bool, caption: str, steps: bool = False) -> Markup:
    """Return a map with its legend beside it and its caption below."""
    told = [element("p", None, caption)] if caption else []
    if steps:
        told.append(element("output", {"class": "told", "id": "told"}, ""))
    return element(
        "figure",
        {"class": "steps" if steps else None},
        element("div", {"class": "stage"}, picture.inline(panel, simulated)),
        element("div", {"class": "beside"}, picture.inline_key(panel)),
        element("figcaption", None, *told),
    )


def map_section(story: Story) -> Markup:
    """Return the treatment map, and zones that are too small on it once more by themselves."""
    simulated = story.record.session.simulated
    whole = treatment.treatment_panel(story.plan, story.rows, "dose", "map")
    caption = (
        f"{_scale(story.plan)} Every tenth prick has its number where there is room; the line "
        "of the firing order fades from first to last."
    )
    parts = [figure(whole, simulated, caption, steps=True)]
    for panel in treatment.enlarged_panels(story.plan, story.rows):
        times = figures.trimmed(round(10 * whole.at.unit / panel.at.unit), 10, 1)
        told = f"A zone of the map above, {times} times as large. To scale."
        parts.append(figure(panel, simulated, told))
    return section("map", "Treatment map", *parts)


def _scale(plan: Plan) -> str:
    """Say in which sense a map is true."""
    if plan.prescription.surface is None:
        return "To scale."
    return "To scale as seen from each side; what turns away from the eye looks shorter."


def differences_section(story: Story) -> Markup:
    """Return what differs from the plan; one quiet line when nothing does."""
    off = account.differences(story.rows)
    closing = element("p", {"class": "quiet"}, _extremes(story))
    if not off:
        text = "No prick differs from the plan." if story.rows else "The plan has no prick."
        return section("differences", "Differences", element("p", None, text), closing)
    columns = (
        Column("Pricks"),
        Column("What"),
        Column("Zone"),
        Column("Planned, mcL", figure=True),
        Column("Given, mcL", figure=True),
        Column("Why", wide=True),
    )
    lines = [_difference(story.plan, one) for one in off]
    doubt = (
        "A prick in doubt may have been given: do not give it again. Its dose is not in the volume "
        "given."
    )
    notes = [element("p", None, doubt)] if story.total.in_doubt else []
    made = table("What differs from the plan", columns, lines, "stack")
    return section("differences", "Differences", made, *notes, closing, kind="loud")


def _difference(plan: Plan, one: Difference) -> Line:
    given = NOTHING if one.dose_nl_given is None else figures.dose_mcl(one.dose_nl_given)
    how_many = len(one.numbers)
    numbers = figures.spans(list(one.numbers))
    what = MARK_WORDS[one.mark] + (f" ({figures.count(how_many)})" if how_many > 1 else "")
    cells = (
        numbers,
        what,
        plan.zones[one.zone].name,
        figures.dose_mcl(one.dose_nl_planned),
        given,
        one.why or NOTHING,
    )
    return Line(cells, "loud" if one.mark != "not_given" else "missing")


def _extremes(story: Story) -> str:
    """How far the worst pricks are off, and from when on that counts as differing."""
    if story.record.session.by_hand:
        return "By hand no dose and no depth was measured: what differs is what the operator said."
    dose, depth = account.furthest(story.rows)
    parts = []
    if dose is not None and dose.dose_nl_given is not None:
        off = figures.share(dose.dose_nl_given - dose.dose_nl_wanted, dose.dose_nl_wanted)
        parts.append(f"Furthest from its dose: prick {dose.number}, {off}.")
    if depth is not None and depth.depth_um_given is not None:
        deeper = depth.depth_um_given - depth.depth_um_planned
        off = ("+" if deeper > 0 else "") + figures.fixed(deeper, UM_PER_MM, 3)
        parts.append(f"Furthest from its depth: prick {depth.number}, {off}{figures.APART}mm.")
    percent = figures.trimmed(story.tolerance.share_ppm, 10_000, 1)
    parts.append(
        f"A dose counts as differing beyond {percent}{figures.APART}% ({story.tolerance.source})."
    )
    return " ".join(parts)


def alarms_section(story: Story) -> Markup:
    """Return the alarms, or that there were none."""
    alarms = story.record.alarms
    if not alarms:
        return section("alarms", "Alarms", element("p", None, "No alarm."))
    columns = (Column("At, min:s"), Column("Alarm"), Column("What", wide=True))
    lines = [
        Line((figures.clock(one.at_us), one.kind.replace("_", " "), one.text), "loud")
        for one in alarms
    ]
    return section("alarms", "Alarms", table("Alarms", columns, lines, "stack"), kind="loud")


_LAYER = 7
"""Of the zones' columns, the place of what the tips reach, where anything is known of that."""
_ZONE_COLUMNS = (
    Column("Zone"),
    Column("Area"),
    Column("Technique"),
    Column("Pricks given", figure=True),
    Column("Volume given, mL", figure=True),
    Column("Dose, mcL", figure=True),
    Column("Depth, mm", figure=True),
    Column("Least spacing, mm", figure=True),
    Column("Skin, cm²", figure=True),
    Column("Per area, mcL/cm²", figure=True),
)


def zones_section(story: Story) -> Markup:
    """Return the zones, planned beside given, and their sum."""
    layered = story.plan.pricks.layer is not None
    lines = [_zone(story, index) for index in range(len(story.plan.zones))]
    lines.append(
        Line(
            (
                "All zones",
                "",
                "",
                f"{figures.count(story.total.given)} of {figures.count(story.total.planned)}",
                _volumes(story.total),
                "",
                "",
                "",
                "",
                "",
            ),
            "total",
        )
    )
    measured = "as the pistol measured them where a prick was given, as planned where none was"
    if story.record.session.by_hand:
        measured = "as planned: by hand nothing measures them, the operator confirmed each prick"
    note = (
        f"Dose and depth {measured}. Least spacing: no two pricks of the zone were planned nearer. "
        "Per area: the mean over what the zone covers, exclusions left out. "
        "1 mcL = 1 µL = 0.001 mL."
    )
    columns = list(_ZONE_COLUMNS)
    if layered:
        columns.insert(_LAYER, Column("Layer"))
        told = [_layers(story.plan, index) for index in range(len(story.plan.zones))]
        lines = [
            replace(line, cells=(*line.cells[:_LAYER], layer, *line.cells[_LAYER:]))
            for line, layer in zip(lines, [*told, ""], strict=True)
        ]
    made = table("Zones, given and planned", columns, lines, "stack")
    return section("zones", "Zones", made, element("p", {"class": "quiet"}, note))


def _layers(plan: Plan, index: int) -> str:
    """Return what the tips of a zone's pricks reach, by the plan: "dermis", or how many each."""
    layer = plan.pricks.layer
    assert layer is not None
    here = Counter(layer[plan.pricks.zone == index].tolist())
    if len(here) == 1:
        return LAYERS[next(iter(here))]
    return ", ".join(f"{LAYERS[one]} {figures.count(here[one])}" for one in sorted(here))


def _volumes(part: Sums) -> str:
    given, planned = (
        figures.fixed(one, figures.NL_PER_ML, 3)
        for one in (part.dose_nl_given, part.dose_nl_planned)
    )
    return f"{given} of {planned}"


def _zone(story: Story, index: int) -> Line:
    zone = story.plan.zones[index]
    some = [row for row in story.rows if row.zone == index]
    part = account.sums(some)
    told = [row for row in some if row.mark in ("given", "differs")] or some
    doubled = account.zone_area_doubled(story.plan, index)
    mean = account.mean_density(part.dose_nl_given, doubled)
    doses = (
        row.dose_nl_planned if row.dose_nl_given is None else row.dose_nl_given for row in told
    )
    depths = (
        row.depth_um_planned if row.depth_um_given is None else row.depth_um_given for row in told
    )
    cells = (
        zone.name,
        zone.area.replace("_", " "),
        zone.technique.replace("_", " "),
        f"{figures.count(part.given)} of {figures.count(part.planned)}",
        _volumes(part),
        account.span(doses, NL_PER_UL, 2),
        account.span(depths, UM_PER_MM, 2),
        figures.fixed(zone.pitch_um, UM_PER_MM, 1),
        figures.fixed(doubled, 2 * figures.UM2_PER_CM2, 1),
        NOTHING if mean is None else figures.fixed(mean, NL_PER_UL, 1),
    )
    return Line(cells, "short" if part.given < part.planned else "")


def density_section(story: Story) -> Markup:
    """Return the map of dose per cm² and, where there is one, the limit it keeps or breaks."""
    bounds = sorted(
        one.value for one in story.plan.limits if one.name == "area_dose_nl_per_cm2_max"
    )
    shown = " to ".join(dict.fromkeys(figures.density(one) for one in bounds[:1] + bounds[-1:]))
    limit = f"; the limit is {shown}" if bounds else ""
    if story.found is None:
        text = (
            "On a surface no map of the dose per area is drawn. The fullest ball around a prick, "
            f"as wide as a disc of 1{figures.APART}cm², holds "
            f"{figures.dose(fullest_nl(story.rows))}{limit}. {account.doses_as(story.record)}; a "
            "prick in doubt counts in full, as if it had been given."
        )
        return section("area", "Dose per cm²", element("p", None, text))
    panel = dose_map.dose_panel(story.plan, story.rows, story.found, "area")
    full = story.found.fullest.volume_nl
    caption = (
        f"Each point shows the mean of all discs of 1{figures.APART}cm² that hold it. The fullest "
        f"disc, drawn to scale, holds {figures.dose(full)}{limit}. "
        f"{account.doses_as(story.record)}; a prick in doubt counts in full, as if it had been "
        "given."
    )
    made = figure(panel, story.record.session.simulated, caption)
    return section("area", "Dose per cm²", made)


_PRICK_COLUMNS = (
    Column("Prick", figure=True),
    Column("Zone"),
    Column("State"),
    Column("Dose planned, mcL", figure=True),
    Column("Dose given, mcL", figure=True),
    Column("Depth planned, mm", figure=True),
    Column("Depth given, mm", figure=True),
    Column("At, min:s", figure=True),
    Column("x, mm", figure=True),
    Column("y, mm", figure=True),
    Column("Shot id", figure=True),
    Column("Why", wide=True),
)


_BY_HAND = {
    "Dose given, mcL": "Dose confirmed, mcL",
    "Depth given, mm": "Depth confirmed, mm",
    "At, min:s": "Confirmed at, min:s",
    "Shot id": "Shown as",
}
"""By hand nothing is measured: what stands in these columns is what the operator said."""


def pricks_section(story: Story) -> Markup:
    """Return the table of all pricks, folded away until someone asks."""
    lines = (_prick(story.plan, row) for row in story.rows)
    columns: Sequence[Column] = _PRICK_COLUMNS
    if story.record.session.by_hand:
        columns = tuple(replace(one, head=_BY_HAND.get(one.head, one.head)) for one in columns)
    made = table("All pricks in firing order", columns, lines, "dense")
    label = f"Show all {figures.counted(len(story.rows), 'prick')}"
    folded = element("details", {"id": "all-pricks"}, element("summary", None, label), made)
    return section("pricks", "All pricks", folded)


def _prick(plan: Plan, row: Row) -> Line:
    given = NOTHING if row.dose_nl_given is None else figures.dose_mcl(row.dose_nl_given)
    deep = row.depth_um_given
    cells = (
        str(row.number),
        plan.zones[row.zone].name,
        MARK_WORDS[row.mark],
        figures.dose_mcl(row.dose_nl_planned),
        given,
        figures.fixed(row.depth_um_planned, UM_PER_MM, 2),
        NOTHING if deep is None else figures.fixed(deep, UM_PER_MM, 2),
        NOTHING if row.at_us is None else figures.clock(row.at_us),
        figures.fixed(row.x_um, UM_PER_MM, 1),
        figures.fixed(row.y_um, UM_PER_MM, 1),
        NOTHING if row.shot_id is None else str(row.shot_id),
        row.why,
    )
    return Line(cells, "" if row.mark == "given" else "loud", f"prick-{row.number}")


_LOUD: dict[Mark, str] = {
    "in_doubt": "May or may not have been given, do not repeat",
    "differs": "Given other than planned",
    "not_given": "Not given",
}
_NAMED = 40
"""Longer lists of numbers are left to the table."""


def _named(numbers: list[int]) -> str:
    listed = figures.spans(numbers)
    if len(listed) > _NAMED:
        return figures.counted(len(numbers), "prick")
    return f"{'prick' if len(numbers) == 1 else 'pricks'} {listed}"


def attention(story: Story) -> Sequence[Markup]:
    """Return what a person must look at, loudest first, each with the place that tells more."""
    record = story.record
    found: list[tuple[str, str]] = []
    for mark, words in _LOUD.items():
        numbers = [row.number for row in story.rows if row.mark == mark]
        if numbers:
            found.append(("differences", f"{words}: {_named(numbers)}"))
    for limit, held in dose_map.overfull(story.plan, story.rows):
        text = f"{figures.dose(held)} in one cm², the limit is {figures.density(limit.value)}"
        found.append(("area", text))
    if record.replans:
        found.append(("replans", "What was left was planned anew, with other doses"))
    if any(not one.confirmed_by for one in record.pauses):
        found.append(("pauses", "A pause was not confirmed"))
    if record.alarms:
        found.append(("alarms", figures.counted(len(record.alarms), "alarm")))
    if record.notes:
        severe = sum(1 for one in record.notes if one.severity == "severe")
        told = figures.counted(len(record.notes), "side effect") + " noted"
        found.append(("notes", told + (f", {figures.count(severe)} severe" if severe else "")))
    if record.session.ended is None:
        found.append(("provenance", "The record was never closed"))
    if record.session.by_hand:
        text = "Given by hand: doses and depths are what the operator confirmed, none was measured"
        found.append(("provenance", text))
    if record.session.calibration_id == 0 and record.session.pistol_uid:
        found.append(("provenance", "This pistol was never calibrated: its doses are unproven"))
    for one in overridden(story.plan.prescription):
        found.append(("patient", f"Contraindication overridden by {one.by}: {one.what}"))
    return [element("a", {"href": f"#{name}"}, text) for name, text in found]
