"""The page's sections on what happened on the way: pauses for a person, plans that came later."""

from __future__ import annotations

from mesogun.planning.plan import Plan
from mesogun.record.record import PauseRecord, Replan, ServedAs
from mesogun.report import figures
from mesogun.report.account import span
from mesogun.report.figures import NL_PER_UL
from mesogun.report.markup import Markup, element
from mesogun.report.rows import was_done
from mesogun.report.sections import NOTHING, Story
from mesogun.report.stops import Stop, first_pricks, kinds_told, stops_of
from mesogun.report.tables import Column, Line, section, table

_PAUSE_COLUMNS = (
    Column("Pause"),
    Column("Before prick", figure=True),
    Column("To do", wide=True),
    Column("Confirmed by"),
    Column("At, min:s", figure=True),
    Column("It took", figure=True),
)

_SERVED_COLUMNS = (
    Column("What"),
    Column("Times", figure=True),
    Column("Volume, mcL", figure=True),
    Column("In doubt", figure=True),
)


def pauses_section(story: Story) -> Markup:
    """Return what was asked of a person and who confirmed it; nothing where there was no pause."""
    stops, rests = stops_of(story.plan), _rests(story.plan)
    lines = _pauses(story, stops)
    if not lines and not rests:
        return Markup("")
    parts = []
    if lines:
        parts.append(table("Pauses for a person", _PAUSE_COLUMNS, lines, "stack"))
    if rests:
        parts.append(element("p", {"class": "quiet"}, rests))
    kind = "loud" if any(one.kind == "loud" for one in lines) else ""
    return section("pauses", "Pauses", *parts, kind=kind)


_SERVED_WORDS: dict[ServedAs, str] = {
    "prime": "primed: the needle was filled",
    "weighed": "given to be weighed",
}


def served_section(story: Story) -> Markup:
    """Return what went into a vessel, which is nobody's dose; nothing where nothing did."""
    served = story.record.served
    if not served:
        return Markup("")
    lines = []
    for kind, words in _SERVED_WORDS.items():
        some = [one for one in served if one.served_as == kind]
        doubt = sum(1 for one in some if one.outcome == "indeterminate")
        volume = figures.dose_mcl(sum(one.dose_nl_given for one in some))
        cells = (words, figures.count(len(some)), volume, figures.count(doubt))
        lines += [Line(cells, "loud" if doubt else "")] if some else []
    told = table("Given into a vessel", _SERVED_COLUMNS, lines, "stack")
    words = "As the pistol's journal has it. It is nobody's dose, and in no total of this page."
    return section("served", "Given into a vessel", element("p", {"class": "quiet"}, words), told)


def _rests(plan: Plan) -> str:
    """How often and how long the skin rests between neighbours, by the plan."""
    waits = [one.wait_us for one in plan.pauses if one.kind == "rest"]
    if not waits:
        return ""
    how_many, long = figures.counted(len(waits), "rest"), figures.duration(sum(waits))
    return f"{how_many} of the skin, {long} in all by the plan; nobody is asked for these."


def _pauses(story: Story, stops: tuple[Stop, ...]) -> list[Line]:
    """A line for each pause that was, and for each that was planned and never came."""
    planned = {one.shot: one for one in stops}
    happened = {one.shot for one in story.record.pauses}
    lines = [
        (one.shot, one.at_us, _was(story, one, planned.get(one.shot)))
        for one in story.record.pauses
    ]
    lines += [(one.shot, 0, _was_not(story, one)) for one in stops if one.shot not in happened]
    return [line for *_, line in sorted(lines, key=lambda one: one[:2])]


def _was(story: Story, one: PauseRecord, planned: Stop | None) -> Line:
    to_do = "; ".join(planned.notes) if planned is not None else kinds_told(one.kinds)
    if one.confirmed_at_us is None:
        cells = (figures.clock(one.at_us), NOTHING)
        return Line(_cells(story, one.shot, planned, to_do, "nobody", *cells), "loud")
    took = figures.duration(one.confirmed_at_us - one.at_us)
    cells = (figures.clock(one.confirmed_at_us), took)
    return Line(_cells(story, one.shot, planned, to_do, one.confirmed_by, *cells))


def _was_not(story: Story, one: Stop) -> Line:
    to_do = "; ".join(one.notes)
    return Line(_cells(story, one.shot, one, to_do, "not reached", NOTHING, NOTHING))


def _cells(story: Story, shot: int, planned: Stop | None, *rest: str) -> tuple[str, ...]:
    first = first_pricks(story.rows).get(shot)
    letter = NOTHING if planned is None else planned.letter
    return (letter, NOTHING if first is None else str(first.number), *rest)


_REPLAN_COLUMNS = (
    Column("At, min:s", figure=True),
    Column("Lost or given in part"),
    Column("Their volume, mcL", figure=True),
    Column("Doses changed", figure=True),
    Column("By, mcL each", figure=True),
    Column("Left over, mcL", figure=True),
)


def replans_section(story: Story) -> Markup:
    """Return what was lost and how doses changed; nothing where the first plan was kept."""
    replans = story.record.replans
    if not replans:
        return Markup("")
    lines = [_replan(story, one) for one in replans]
    note = (
        "What was lost went to the pricks that were left, as far as every limit allowed. Doses "
        "planned are those of the plan in force at the end, in which a lost prick has none; what "
        "it was to have stands among the differences."
    )
    made = table("Plans that came later", _REPLAN_COLUMNS, lines, "stack")
    return section("replans", "Planned anew", made, element("p", {"class": "quiet"}, note))


def _replan(story: Story, one: Replan) -> Line:
    """Tell apart what was done with, lost or in part, from what was to come."""
    gone, ahead = [], []
    for row, old, new in one.changes:
        if was_done(story.record.pricks[row], one, new):
            gone.append((row, old, new))
        else:
            ahead.append(new - old)
    short = sum(old - new for _, old, new in one.changes)
    numbers = figures.spans([row + 1 for row, _, _ in gone])
    cells = (
        figures.clock(one.at_us),
        f"{'prick' if len(gone) == 1 else 'pricks'} {numbers}" if gone else NOTHING,
        figures.dose_mcl(sum(old - new for _, old, new in gone)),
        figures.count(len(ahead)),
        span(ahead, NL_PER_UL, 2) if ahead else NOTHING,
        figures.dose_mcl(short) if short else NOTHING,
    )
    return Line(cells)
