"""What stands beside the map: whose it is, how it is read, each zone, each pause."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mesogun.planning.plan import Plan
from mesogun.planning.rows import fillings_of, rows_of
from mesogun.report.figures import APART, NL_PER_ML, NL_PER_UL, UM_PER_MM, spans, trimmed
from mesogun.report.findings import told_on_maps
from mesogun.report.geometry import Box
from mesogun.report.lifesize.drawing import MARK, QUIET, Disc, Item, Words, line, rectangle
from mesogun.report.lifesize.skin import NUMBERED, stops_of, usual_of

NOT_A_DEVICE = "Engineering software, not a certified medical device."
WIDTH = 182.0
"""mm; every block fits it."""
TYPE = 3.0
_LINE = 4.4
_LETTERS = 0.52
"""Width of a letter, as part of its height: more than most."""


class Block(NamedTuple):
    """Items from (0, 0) downwards that stay on one page, and how much room they take."""

    items: tuple[Item, ...]
    height: float


def title_of(plan: Plan) -> str:
    """Name the plan, for the head of each page."""
    rx = plan.prescription
    how = "by hand" if rx.head == "hand" else f"head {rx.head}"
    return f"{rx.name} · {how}"


def facts_of(plan: Plan) -> str:
    """Say when and for whom, for the head of each page."""
    rx = plan.prescription
    return f"{rx.session_date} · patient {rx.patient_id} · session {rx.session_number}"


def blocks(plan: Plan, *between: Block) -> list[Block]:
    """Return the legend of a plan's map, block by block; `between` comes after the zones."""
    return [*_about(plan), *_signs(plan), *_zones(plan), *between, *_fillings(plan), *_stops(plan)]


def _plain(text: str) -> str:
    return text.replace(APART, "\u00a0")


def _text(text: str, *, bold: bool = False, indent: float = 0.0) -> list[Block]:
    most = int((WIDTH - indent) / (_LETTERS * TYPE))
    return [
        Block((Words(one, indent, TYPE, TYPE, bold=bold),), _LINE)
        for one in textwrap.wrap(text, most) or [""]
    ]


def _heading(text: str) -> Block:
    return Block((Words(text, 0, TYPE + 2.5, TYPE, bold=True),), _LINE + 2.5)


def _about(plan: Plan) -> list[Block]:
    rx = plan.prescription
    products = [
        f"{one.name}, {trimmed(int(one.volume_nl), NL_PER_ML, 3)} mL, lot {one.lot}, expiry "
        f"{one.expiry}"
        for one in rx.products
    ]
    told = [
        f"{len(plan.pricks)} pricks in {len(rows_of(plan))} rows; needle {rx.needle}, syringe "
        f"{rx.syringe}; {' and '.join(products)}",
        f"Plan {plan.digest()}",
        "Print at 100 % (actual size), never fitted to the page. Measure both bars of 50 mm on "
        "every page; if one is not 50 mm long, throw the page away.",
        "Pages of more than one: cut along the marks at the corners, lay the crosses of two "
        "neighbouring pages over one another. The map is as drawn, y downwards.",
    ]
    loud = [block for one in told_on_maps(rx) for block in _text(_plain(one), bold=True)]
    return [*loud, *(block for one in told for block in _text(_plain(one)))]


def _signs(plan: Plan) -> list[Block]:
    size = 0.9 * TYPE
    middle = 0.62 * TYPE
    frame = Box(1.2, middle - 1.8, 3.6, 3.6)
    ring = Disc("odd", 3, middle, 0.8)
    signs: list[tuple[tuple[Item, ...], str]] = [
        ((Disc("dot", 3, middle, 0.8),), "a prick with its zone's dose and depth (below)"),
        ((ring,), "a prick with another dose or depth, which stands beside it"),
        (
            (rectangle("frame", frame), Words("7", 3, TYPE, size, "middle", bold=True)),
            "here row 7 begins; its line and its arrow show the way",
        ),
        (
            (Words(str(NUMBERED * 2), 3, TYPE, size, "middle", colour=QUIET),),
            "the 20th prick: every tenth has its number",
        ),
        (
            (
                line("mark", (1.4, middle - 1.4), (1.4, middle + 1.4)),
                Words("0.90", 2.2, TYPE, size, colour=MARK),
            ),
            "after the prick before it the plunger stands at 0.90 mL: at a next 0.1 mL, or past it",
        ),
        (
            (
                line("pause", (1.2, middle - 1.6), (1.2, middle + 1.6)),
                line("pause", (2.1, middle - 1.6), (2.1, middle + 1.6)),
                Words("P1", 3, TYPE, size, bold=True),
            ),
            "stop before this prick: what is to be done stands below",
        ),
    ]
    if not stops_of(plan):
        signs.pop()
    return [
        _heading("Signs"),
        *(Block((*items, Words(text, 12, TYPE, TYPE)), _LINE + 0.4) for items, text in signs),
    ]


def _table(head: Sequence[str], lines: Iterable[Sequence[str]], at: Sequence[float]) -> list[Block]:
    """Set rows in columns that begin at `at` mm; what is too long is broken."""
    ends = [*at[1:], WIDTH]
    made = []
    for bold, cells in [(True, head), *((False, one) for one in lines)]:
        broken = [
            textwrap.wrap(_plain(cell), max(4, int((end - begin - 2) / (_LETTERS * TYPE)))) or [""]
            for cell, begin, end in zip(cells, at, ends, strict=True)
        ]
        items = tuple(
            Words(text, begin, TYPE + _LINE * k, TYPE, bold=bold)
            for column, begin in zip(broken, at, strict=True)
            for k, text in enumerate(column)
        )
        made.append(Block(items, _LINE * max(map(len, broken)) + 0.6))
    return made


def _zones(plan: Plan) -> list[Block]:
    rows, lines = rows_of(plan), []
    for index, zone in enumerate(plan.zones):
        mine = [one for one in rows if one.zone == index]
        pricks = [k + 1 for one in mine for k in range(one.first, one.stop)]
        dose, depth = usual_of(plan, index)
        asked = plan.prescription.zones[index]
        angle = "" if asked.angle_sin_ppm >= 1_000_000 else ", slanting"
        lines.append(
            (
                zone.name,
                zone.technique.replace("_", " "),
                spans([one.number for one in mine]),
                spans(pricks),
                f"{trimmed(depth, UM_PER_MM, 2)} mm{angle}",
                f"{trimmed(dose, NL_PER_UL, 3)} mcL",
                f"{trimmed(zone.dose_nl_total, NL_PER_ML, 3)} mL",
                f"{trimmed(zone.pitch_um, UM_PER_MM, 1)} mm",
            )
        )
    head = ("Zone", "Technique", "Rows", "Pricks", "Depth", "Dose", "Volume", "Spacing")
    return [_heading("Zones"), *_table(head, lines, (0, 38, 66, 84, 108, 128, 148, 167))]


def _fillings(plan: Plan) -> list[Block]:
    lines = [
        (
            str(number),
            f"{one.first + 1}\u2013{one.stop}",
            f"{trimmed(one.volume_nl, NL_PER_ML, 3)} mL",
        )
        for number, one in enumerate(fillings_of(plan), start=1)
    ]
    head = ("Filling", "Pricks", "Plunger at the start, needle primed")
    return [_heading("Fillings of the syringe"), *_table(head, lines, (0, 24, 54))]


def _stops(plan: Plan) -> list[Block]:
    lines = [
        (one.name, f"before prick {one.prick + 1}", "; ".join(one.notes)) for one in stops_of(plan)
    ]
    if not lines:
        return []
    return [_heading("Stops"), *_table(("Stop", "Where", "What to do"), lines, (0, 14, 48))]
