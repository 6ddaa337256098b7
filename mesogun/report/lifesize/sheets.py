"""Sheets of paper: the map cut into tiles that overlap, each page with its marks, bars and head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from mesogun.errors import PlanError
from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Prescription
from mesogun.report.geometry import Box, plan_box
from mesogun.report.lifesize.drawing import QUIET, Item, Words, line, meets, moved, rectangle
from mesogun.report.lifesize.legend import NOT_A_DEVICE, Block, blocks, facts_of, title_of
from mesogun.report.lifesize.skin import life_size

OVERLAP = 10.0
"""mm that two neighbouring tiles both show."""
BAR = 50.0
_SIDE, _ABOVE, _BELOW = 13.0, 20.0, 18.0
"""mm of a page beside, above and below a tile."""
_AROUND = 9.0
"""mm around the zones, for numbers."""


class Paper(NamedTuple):
    """A size of paper, upright, mm."""

    width: float
    height: float


PAPERS = {"a4": Paper(210.0, 297.0), "letter": Paper(215.9, 279.4)}


class Tile(NamedTuple):
    """What one page shows of the map."""

    name: str
    """A1, A2, …: the letter tells the line of tiles, the number the place in it."""
    row: int
    column: int
    window: Box
    """In mm of the map."""


@dataclass(frozen=True, slots=True)
class Part:
    """Items on a page; what lies outside the window is cut off."""

    items: tuple[Item, ...]
    window: Box | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page, in mm from its upper left corner."""

    width: float
    height: float
    parts: tuple[Part, ...]


def demand_flat(prescription: Prescription) -> None:
    """Make sure that paper can show the zones at life size.

    Raises:
        PlanError: they lie on a surface.
    """
    if prescription.surface is not None:
        raise PlanError(
            f"{prescription.name}: its zones lie on a surface, and no paper shows that at life "
            "size: draw the zones flat, or do without --map"
        )


def demand_pricks(plan: Plan) -> None:
    """Make sure that there is something to put on a map.

    Raises:
        PlanError: the zones lie on a surface, or the plan has no pricks of its own.
    """
    demand_flat(plan.prescription)
    if not len(plan.pricks):
        raise PlanError(
            f"{plan.prescription.name}: the head {plan.prescription.head!r} has no pricks of its "
            "own to put on a map: do without --map"
        )


def tiles_of(plan: Plan, paper: Paper) -> tuple[Paper, tuple[Tile, ...]]:
    """Return the page, upright or lying, that needs fewer tiles, and the tiles that show something.

    Raises:
        PlanError: the zones lie on a surface.
    """
    demand_pricks(plan)
    tried = []
    for page in (paper, Paper(paper.height, paper.width)):
        tried.append((page, _tiled(plan, page)))
    return min(tried, key=lambda one: len(one[1]))


def _tiled(plan: Plan, page: Paper) -> tuple[Tile, ...]:
    wide, high = page.width - 2 * _SIDE, page.height - _ABOVE - _BELOW
    zones = plan_box(plan)
    box = Box(
        zones.x - _AROUND,
        zones.y - _AROUND,
        zones.width + 2 * _AROUND,
        zones.height + 2 * _AROUND,
    )
    columns, rows = _count(box.width, wide), _count(box.height, high)
    left = box.x - (columns * wide - (columns - 1) * OVERLAP - box.width) / 2
    top = box.y - (rows * high - (rows - 1) * OVERLAP - box.height) / 2
    shown = [one for one in life_size(plan) if not isinstance(one, Words)]
    made = []
    for row in range(rows):
        for column in range(columns):
            x, y = left + column * (wide - OVERLAP), top + row * (high - OVERLAP)
            window = Box(x, y, wide, high)
            if any(meets(one, window) for one in shown):
                made.append(Tile(f"{_letters(row)}{column + 1}", row, column, window))
    return tuple(made)


def _count(length: float, of_tile: float) -> int:
    return max(1, ceil((length - OVERLAP) / (of_tile - OVERLAP)))


def _letters(row: int) -> str:
    """Count in letters: A to Z, then AA."""
    return (_letters(row // 26 - 1) if row >= 26 else "") + chr(ord("A") + row % 26)


def sheets_of(plan: Plan, paper: Paper) -> list[Sheet]:
    """Return all pages: the legend with the index of tiles, then the tiles.

    Raises:
        PlanError: the zones lie on a surface.
    """
    page, tiles = tiles_of(plan, paper)
    drawn = life_size(plan)
    laid = _laid(blocks(plan, _index(plan, tiles)), paper)
    total = len(laid) + len(tiles)
    made = []
    for number, items in enumerate(laid, start=1):
        head = _frame(plan, paper, f"page {number} of {total}", "legend")
        made.append(Sheet(*paper, (Part(head), Part(items))))
    for number, tile in enumerate(tiles, start=len(laid) + 1):
        made.append(_page(plan, page, tile, tiles, drawn, f"page {number} of {total}"))
    return made


def _laid(some: Sequence[Block], paper: Paper) -> list[tuple[Item, ...]]:
    """Lay blocks one below the other, on as many pages as they need."""
    pages: list[tuple[Item, ...]] = []
    y, items = _ABOVE + 2, list[Item]()
    for block in some:
        if items and y + block.height > paper.height - _BELOW:
            pages.append(tuple(items))
            y, items = _ABOVE + 2, []
        items += moved(block.items, _SIDE, y)
        y += block.height
    return [*pages, tuple(items)]


def _index(plan: Plan, tiles: Sequence[Tile]) -> Block:
    """Draw where each tile lies, small."""
    left, top = min(one.window.x for one in tiles), min(one.window.y for one in tiles)
    wide = max(one.window.x + one.window.width for one in tiles) - left
    high = max(one.window.y + one.window.height for one in tiles) - top
    scale = min(80 / wide, 60 / high)
    outlines = [
        one
        for one in life_size(plan)
        if not isinstance(one, Words) and one.style in ("outline", "exclusion")
    ]
    items: list[Item] = [Words("Tiles", 0, 5.5, 3.0, bold=True)]
    items += moved(outlines, -left * scale, -top * scale + 9, scale)
    for one in tiles:
        x, y = (one.window.x - left) * scale, (one.window.y - top) * scale + 9
        box = Box(x, y, one.window.width * scale, one.window.height * scale)
        items.append(rectangle("tile", box))
        items.append(Words(one.name, x + 1.2, y + 4.2, 3.6, bold=True))
    return Block(tuple(items), high * scale + 11)


def _frame(plan: Plan, page: Paper, number: str, what: str) -> tuple[Item, ...]:
    """Return what every page has: whose it is, which one, two bars to measure, what it is not."""
    right, low = page.width - _SIDE, page.height
    return (
        Words(f"{title_of(plan)} · {what}", _SIDE, 9, 4, bold=True),
        Words(number, right, 9, 4, "end", bold=True),
        Words(f"{facts_of(plan)} · plan {plan.digest()[:23]}…", _SIDE, 14.5, 3),
        *bars(_SIDE, low - 8, 6.0, low / 2),
        Words(NOT_A_DEVICE, right, low - 5, 3, "end"),
    )


def bars(x: float, y: float, x_up: float, middle: float) -> tuple[Item, ...]:
    """Return two bars of 50 mm: from (x, y) to the right, and an upright one around `middle`."""
    upper, lower = middle - BAR / 2, middle + BAR / 2
    told = "50 mm: measure me"
    return (
        line("bar", (x, y - 1.5), (x, y), (x + BAR, y), (x + BAR, y - 1.5)),
        Words(told, x + BAR / 2, y + 3.4, 3, "middle"),
        line("bar", (x_up + 1.5, upper), (x_up, upper), (x_up, lower), (x_up + 1.5, lower)),
        Words("50", x_up + 2, middle + 1, 3),
    )


def _page(
    plan: Plan,
    page: Paper,
    tile: Tile,
    tiles: Sequence[Tile],
    drawn: Sequence[Item],
    number: str,
) -> Sheet:
    window = Box(_SIDE, _ABOVE, tile.window.width, tile.window.height)
    dx, dy = window.x - tile.window.x, window.y - tile.window.y
    seen = moved([one for one in drawn if meets(one, tile.window)], dx, dy)
    around = (
        *_frame(plan, page, number, f"tile {tile.name}"),
        *_cuts(window),
        *_joins(tile, tiles, window),
    )
    return Sheet(*page, (Part(seen, window), Part(around)))


def _cuts(window: Box) -> list[Item]:
    """Return the marks at a tile's corners, along which it is cut out."""
    made: list[Item] = []
    for x, out_x in ((window.x, -1), (window.x + window.width, 1)):
        for y, out_y in ((window.y, -1), (window.y + window.height, 1)):
            made.append(line("cut", (x + out_x, y), (x + 4 * out_x, y)))
            made.append(line("cut", (x, y + out_y), (x, y + 4 * out_y)))
    return made


def _joins(tile: Tile, tiles: Sequence[Tile], window: Box) -> list[Item]:
    """Return the crosses in what two tiles both show, and the neighbours' names at the edges."""
    at = {(one.row, one.column): one.name for one in tiles}
    right, low = window.x + window.width, window.y + window.height
    inside = OVERLAP / 2
    made: list[Item] = []
    sides = (
        (0, -1, [(window.x + inside, window.y + part * window.height) for part in (0.1, 0.5, 0.9)]),
        (0, 1, [(right - inside, window.y + part * window.height) for part in (0.1, 0.5, 0.9)]),
        (-1, 0, [(window.x + part * window.width, window.y + inside) for part in (0.1, 0.5, 0.9)]),
        (1, 0, [(window.x + part * window.width, low - inside) for part in (0.1, 0.5, 0.9)]),
    )
    for down, across, crosses in sides:
        name = at.get((tile.row + down, tile.column + across))
        if name is None:
            continue
        for x, y in crosses:
            made.append(line("cross", (x - 3, y), (x + 3, y)))
            made.append(line("cross", (x, y - 3), (x, y + 3)))
        x, y = crosses[1]
        made.append(Words(f"joins {name}", x, y - 4, 2.5, "middle", colour=QUIET))
    return made
