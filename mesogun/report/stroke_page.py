"""The page of a pen's or a roller's session: every stroke, and what a person said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from mesogun.planning.passes import length_um, passes_of, settings_told, stroke_us
from mesogun.planning.plan import Plan
from mesogun.record.record import PauseRecord, Record
from mesogun.report import account, afterwards, figures, papers, sections, strokes
from mesogun.report.figures import UM_PER_MM
from mesogun.report.findings import overridden
from mesogun.report.markup import Markup, element
from mesogun.report.rows import DOSE_TOLERANCE
from mesogun.report.sections import NOTHING, Story
from mesogun.report.stroke_rows import (
    MARK_WORDS,
    StrokeMark,
    StrokeRow,
    density_of,
    spread_nl,
    stroke_rows,
    whole_passes,
)
from mesogun.report.tables import Column, Line, section, table

UNMEASURED = "nothing measured depth, speed or density"


def as_planned(record: Record, rows: Sequence[StrokeRow]) -> bool:
    """Return whether every stroke was given and the session came to its end."""
    return record.outcome == "complete" and all(one.mark == "given" for one in rows)


def verdict(record: Record, rows: Sequence[StrokeRow]) -> str:
    """Return the outcome in a few words, with what it means for the plan."""
    if as_planned(record, rows):
        return "Complete: every stroke was confirmed as given"
    if record.outcome == "complete":
        return "Complete, but not every stroke was given"
    why = record.why or "no reason is on record"
    return f"{account.OUTCOME_WORDS[record.outcome]}: {why}"


def sentence(record: Record, plan: Plan, rows: Sequence[StrokeRow]) -> str:
    """Answer "was every stroke given?" in one sentence with figures."""
    counts = Counter(one.mark for one in rows)
    zones = range(len(plan.zones))
    whole = sum(len(whole_passes(plan, rows, zone)) for zone in zones)
    passes = figures.counted(len(passes_of(plan)), "pass", "passes")
    parts = [
        f"{figures.count(counts['given'])} of {figures.counted(len(rows), 'stroke')} given",
        f"{figures.count(whole)} of {passes} whole",
    ]
    for mark in ("skipped", "not_reached"):
        if counts[mark]:
            parts.append(f"{figures.count(counts[mark])} {MARK_WORDS[mark]}")
    if plan.prescription.products:
        spread = sum(spread_nl(plan, record, zone) for zone in zones)
        parts.append(f"{figures.volume(spread)} on the skin")
    doubt = counts["in_doubt"]
    parts.append(f"{figures.count(doubt)} in doubt" if doubt else "none in doubt")
    parts.append(figures.duration(record.duration_us))
    return ", ".join(parts)


def content(record: Record, plan: Plan, generated_at: str) -> list[Markup]:
    """Return the page's sections.

    Raises:
        RecordError: `record` is not of `plan`.
    """
    rows = stroke_rows(plan, record)
    story = Story(record, plan, (), account.sums(()), DOSE_TOLERANCE, None)
    spread = [spread_nl(plan, record, zone) for zone in range(len(plan.zones))]
    return [
        _map(record, plan),
        _differences(plan, rows),
        sections.alarms_section(story),
        _pauses(record, plan),
        afterwards.notes_section(story),
        _zones(plan, rows, spread),
        papers.limits_section(plan),
        papers.warnings_section(plan),
        *([papers.spread_section(plan, spread)] if plan.prescription.products else []),
        papers.patient_section(plan),
        papers.provenance_section(record, plan, generated_at),
        _strokes(plan, rows),
    ]


def _map(record: Record, plan: Plan) -> Markup:
    panel = strokes.strokes_panel(plan, "map", record)
    caption = (
        "To scale. The band is as wide as the tip and shows what was given; an arrow is the way "
        "of the tip's middle. Where each prick lies nobody can say."
    )
    return section("map", "Map of strokes", sections.figure(panel, False, caption))


_DIFFERENCES = (
    Column("Strokes"),
    Column("What"),
    Column("Zone"),
    Column("Pass", figure=True),
    Column("Why", wide=True),
)
_LOUD: tuple[StrokeMark, ...] = ("in_doubt", "skipped", "not_reached")


def _differences(plan: Plan, rows: Sequence[StrokeRow]) -> Markup:
    told = f"By hand: {UNMEASURED}; what differs is what the operator said."
    closing = element("p", {"class": "quiet"}, told)
    off = sorted((one for one in rows if one.mark in _LOUD), key=lambda one: _LOUD.index(one.mark))
    if not off:
        text = element("p", None, "Every stroke was given.")
        return section("differences", "Differences", text, closing)
    lines = []
    for (mark, zone, turn, why), group in groupby(off, key=_kind):
        some = [one.number for one in group]
        what = MARK_WORDS[mark] + (f" ({figures.count(len(some))})" if len(some) > 1 else "")
        name, kind = plan.zones[zone].name, "loud" if mark == "in_doubt" else "missing"
        lines.append(Line((figures.spans(some), what, name, str(turn + 1), why or NOTHING), kind))
    parts = [table("What differs from the plan", _DIFFERENCES, lines, "stack")]
    if any(one.mark == "in_doubt" for one in off):
        doubt = "A stroke in doubt may have been given: look at the skin before it is given again."
        parts.append(element("p", None, doubt))
    return section("differences", "Differences", *parts, closing, kind="loud")


def _kind(row: StrokeRow) -> tuple[StrokeMark, int, int, str]:
    return row.mark, row.stroke.zone, row.stroke.turn, row.why


_PAUSES = (
    Column("Before stroke", figure=True),
    Column("To do", wide=True),
    Column("Confirmed by"),
    Column("At, min:s", figure=True),
)


def _pauses(record: Record, plan: Plan) -> Markup:
    """Return what was to be set and spread before each zone, and who confirmed it."""
    firsts = {one.first: one.zone for one in passes_of(plan) if one.turn == 0}
    happened = {one.shot for one in record.pauses}
    lines = [(one.shot, _pause(one, plan, firsts)) for one in record.pauses]
    lines += [
        (first, Line((str(first + 1), settings_told(plan, zone), "not reached", NOTHING)))
        for first, zone in firsts.items()
        if first not in happened
    ]
    made = [line for _, line in sorted(lines, key=lambda one: one[0])]
    kind = "loud" if any(one.kind for one in made) else ""
    return section("pauses", "Settings", table("Settings", _PAUSES, made, "stack"), kind=kind)


def _pause(one: PauseRecord, plan: Plan, firsts: dict[int, int]) -> Line:
    zone = firsts.get(one.shot)
    to_do = ", ".join(one.kinds) if zone is None else settings_told(plan, zone)
    if one.confirmed_at_us is None:
        return Line((str(one.shot + 1), to_do, "nobody", figures.clock(one.at_us)), "loud")
    at = figures.clock(one.confirmed_at_us)
    return Line((str(one.shot + 1), to_do, one.confirmed_by, at))


_ZONES = (
    Column("Zone"),
    Column("Area"),
    Column("Strokes given", figure=True),
    Column("Passes whole", figure=True),
    Column("Needles set to, mm", figure=True),
    Column("Hand, mm/s", figure=True),
    Column("Pricks a cm² by the plan", figure=True),
    Column("By whole passes", figure=True),
    Column("On the skin, mL", figure=True),
)


def _zones(plan: Plan, rows: Sequence[StrokeRow], spread: Sequence[int]) -> Markup:
    lines = []
    for index, zone in enumerate(plan.zones):
        needled = zone.needled
        assert needled is not None  # every zone of such a plan is needled
        mine = [one for one in rows if one.stroke.zone == index]
        given = sum(1 for one in mine if one.mark == "given")
        whole = len(whole_passes(plan, rows, index))
        cells = (
            zone.name,
            zone.area.replace("_", " "),
            f"{figures.count(given)} of {figures.count(len(mine))}",
            f"{whole} of {len(needled.pitch_um)}",
            figures.fixed(int(plan.prescription.zones[index].depth_um), UM_PER_MM, 2),
            figures.fixed(needled.hand_um_per_s, UM_PER_MM, 1),
            figures.count(needled.pricks_per_cm2),
            figures.count(density_of(plan, rows, index)),
            figures.fixed(spread[index], figures.NL_PER_ML, 3),
        )
        lines.append(Line(cells, "" if given == len(mine) else "short"))
    told = (
        f"Pricks a cm² are a mean between the outermost strokes, at the speed above: {UNMEASURED}."
    )
    made = table("Zones", _ZONES, lines, "stack")
    return section("zones", "Zones", made, element("p", {"class": "quiet"}, told))


_STROKES = (
    Column("Stroke"),
    Column("Zone"),
    Column("Pass", figure=True),
    Column("State"),
    Column("Set to, mm", figure=True),
    Column("Long, mm", figure=True),
    Column("By the plan, s", figure=True),
    Column("Confirmed at, min:s", figure=True),
    Column("Why", wide=True),
)


def _strokes(plan: Plan, rows: Sequence[StrokeRow]) -> Markup:
    lines = [
        Line(
            (
                str(one.number),
                plan.zones[one.stroke.zone].name,
                str(one.stroke.turn + 1),
                MARK_WORDS[one.mark],
                figures.fixed(one.depth_um, UM_PER_MM, 2),
                figures.fixed(length_um(one.stroke), UM_PER_MM, 1),
                figures.fixed(stroke_us(plan, one.number - 1), 1_000_000, 1),
                NOTHING if one.at_us is None else figures.clock(one.at_us),
                one.why,
            ),
            "" if one.mark == "given" else "loud",
            f"stroke-{one.number}",
        )
        for one in rows
    ]
    label = f"Show all {figures.counted(len(rows), 'stroke')}"
    made = table("All strokes in their order", _STROKES, lines, "dense")
    folded = element("details", {"id": "all-strokes"}, element("summary", None, label), made)
    return section("pricks", "All strokes", folded)


_ATTENTION: dict[StrokeMark, str] = {
    "in_doubt": "May or may not have been given",
    "skipped": "Skipped",
    "not_reached": "Not reached",
}


def attention(record: Record, plan: Plan, rows: Sequence[StrokeRow]) -> list[Markup]:
    """Return what a person must look at, loudest first, each with the place that tells more."""
    found: list[tuple[str, str]] = []
    for mark, words in _ATTENTION.items():
        numbers = [one.number for one in rows if one.mark == mark]
        if numbers:
            noun = "stroke" if len(numbers) == 1 else "strokes"
            found.append(("differences", f"{words}: {noun} {figures.spans(numbers)}"))
    if any(not one.confirmed_by for one in record.pauses):
        found.append(("pauses", "Settings were not confirmed"))
    if record.alarms:
        found.append(("alarms", figures.counted(len(record.alarms), "alarm")))
    if record.notes:
        found.append(("notes", figures.counted(len(record.notes), "side effect") + " noted"))
    if record.session.ended is None:
        found.append(("provenance", "The record was never closed"))
    found.append(("provenance", f"Confirmed by {record.session.confirmed_by}; {UNMEASURED}"))
    for one in overridden(plan.prescription):
        found.append(("patient", f"Contraindication overridden by {one.by}: {one.what}"))
    return [element("a", {"href": f"#{name}"}, text) for name, text in found]
