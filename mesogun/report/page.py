"""The report: one page that answers whether every prick went as planned, and then shows it."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.planning.plan import Plan
from mesogun.record.record import Record, SessionOutcome
from mesogun.report import account, afterwards, dose_map, during, papers, sections, stroke_page
from mesogun.report.markup import Markup, element, empty, join
from mesogun.report.picture import SIMULATED, asset
from mesogun.report.rows import DOSE_TOLERANCE, rows
from mesogun.report.sections import Story
from mesogun.report.stroke_rows import stroke_rows

NOTICE = (
    "mesogun is engineering software, not a certified medical device. This page shows what {} "
    "recorded; it is no proof of a treatment's safety or effect."
)


def page(record: Record, plan: Plan, *, generated_at: str) -> str:
    """Return the report of a session as one HTML file that needs nothing else.

    `generated_at` is shown as it is (ISO 8601).

    Raises:
        RecordError: `record` is not of `plan`; nothing is reported.
    """
    told = _of_strokes if plan.strokes else _of_pricks
    header, content = told(record, plan, generated_at)
    by = "a person confirmed and the host" if plan.strokes else "the pistol and its host"
    body = [
        _bar(record),
        header,
        element("main", None, "\n", join((one for one in content if one), "\n"), "\n"),
        element("footer", None, element("p", None, NOTICE.format(by))),
    ]
    kind = "simulated" if record.session.simulated else "metal"
    styles = ["page.css", "map.css"] + (["simulated.css"] if record.session.simulated else [])
    head = [
        empty("meta", {"charset": "utf-8"}),
        empty("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        empty("meta", {"name": "color-scheme", "content": "light dark"}),
        element("title", None, account.title(record, plan)),
        element("style", None, "\n", *(asset(one) for one in styles)),
    ]
    made = element(
        "html",
        {"lang": "en"},
        "\n",
        element("head", None, "\n", join(head, "\n")),
        "\n",
        element("body", {"class": kind}, "\n", join(body, "\n"), _script()),
    )
    return f"<!doctype html>\n{made}\n"


def _of_strokes(record: Record, plan: Plan, generated_at: str) -> tuple[Markup, list[Markup]]:
    table = stroke_rows(plan, record)
    header = _header(
        record,
        plan,
        stroke_page.as_planned(record, table),
        stroke_page.verdict(record, table),
        stroke_page.sentence(record, plan, table),
        stroke_page.attention(record, plan, table),
    )
    return header, stroke_page.content(record, plan, generated_at)


def _of_pricks(record: Record, plan: Plan, generated_at: str) -> tuple[Markup, list[Markup]]:
    table = rows(plan, record)
    found = dose_map.density_of(plan, table)
    story = Story(record, plan, table, account.sums(table), DOSE_TOLERANCE, found)
    header = _header(
        record,
        plan,
        account.as_planned(record, story.total),
        account.verdict(record, story.total),
        account.sentence(record, story.total),
        sections.attention(story),
    )
    return header, _sections(story, generated_at)


def _sections(story: Story, generated_at: str) -> list[Markup]:
    record, plan = story.record, story.plan
    return [
        sections.map_section(story),
        sections.differences_section(story),
        during.replans_section(story),
        sections.alarms_section(story),
        during.pauses_section(story),
        during.served_section(story),
        afterwards.notes_section(story),
        sections.zones_section(story),
        sections.density_section(story),
        papers.limits_section(plan),
        papers.warnings_section(plan),
        papers.products_section(plan, story.rows),
        papers.patient_section(plan),
        papers.provenance_section(record, plan, generated_at),
        sections.pricks_section(story),
    ]


def _bar(record: Record) -> Markup:
    if not record.session.simulated:
        return Markup("")
    words = element("strong", None, SIMULATED)
    told = " · simulated pistol, no patient was treated"
    return element("div", {"class": "simulated-bar", "role": "note"}, words, told)


def _header(
    record: Record, plan: Plan, whole: bool, verdict: str, sentence: str, notes: Sequence[Markup]
) -> Markup:
    given = plan.prescription
    tone = "calm" if whole else "doubtful" if record.outcome == "complete" else record.outcome
    quiet = [
        given.name,
        f"patient {given.patient_id}",
        f"session {given.session_number} on {given.session_date}",
        *(f"{one.name}, lot {one.lot}" for one in given.products),
    ]
    parts = [
        element("p", {"class": "of"}, " · ".join(quiet)),
        element("p", {"class": "verdict"}, _sign(tone), verdict),
        element("h1", None, sentence),
    ]
    if notes:
        items = (element("li", None, one) for one in notes)
        parts.append(element("ul", {"class": "attention"}, *items))
    else:
        parts.append(element("p", {"class": "quiet"}, "Nothing needs attention."))
    return element("header", {"class": tone}, *parts)


_SIGNS: dict[str, str] = {
    "calm": '<circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l4 4 7-8"/>',
    "doubtful": '<circle cx="12" cy="12" r="11"/><path d="M12 6v8M12 17v1.5"/>',
    "aborted": '<path d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z"/><path d="M7 12h10"/>',
    "fault": '<path d="M12 1.5L23.5 22.5H.5z"/><path d="M12 9v7M12 18.5v1.5"/>',
    "interrupted": '<circle cx="12" cy="12" r="11"/><path d="M9 7.5v9M15 7.5v9"/>',
}


def _sign(tone: SessionOutcome | str) -> Markup:
    """A shape for each ending, so that they differ without colour."""
    shape = Markup(_SIGNS[tone])
    return element("svg", {"class": "sign", "viewBox": "0 0 24 24", "aria-hidden": "true"}, shape)


def _script() -> Markup:
    return element("script", None, asset("map.js"))
