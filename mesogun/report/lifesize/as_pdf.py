"""The map at life size as PDF pages, the same bytes for the same plan."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from mesogun.planning.plan import Plan
from mesogun.report.lifesize.drawing import STYLES, Disc, Item, Stroke, Style, Words
from mesogun.report.lifesize.legend import title_of
from mesogun.report.lifesize.sheets import Paper, Sheet, sheets_of
from mesogun.report.markup import clean

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

POINTS_PER_MM = 72 / 25.4
PLAIN, BOLD = "MapRoboto", "MapRoboto-Bold"


def map_pdf(plan: Plan, paper: Paper) -> bytes:
    """Return the map of a flat plan: legend and index of tiles first, then the tiles.

    Raises:
        PlanError: the zones lie on a surface.
    """
    # Loaded here: few plans are printed, and a start is mostly imports.
    from reportlab.pdfgen.canvas import Canvas

    sheets = sheets_of(plan, paper)
    out = io.BytesIO()
    # invariant: no date and no chance; pages not packed: packing differs between machines.
    canvas = Canvas(out, invariant=1, pageCompression=0)
    canvas.setTitle(clean(title_of(plan)))
    canvas.setAuthor("mesogun")
    canvas.setSubject("map at life size: print at 100 %")
    canvas.setViewerPreference("PrintScaling", "None")
    _add_fonts()
    for sheet in sheets:
        _Page(canvas, sheet).draw()
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _add_fonts() -> None:
    from importlib import resources

    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with resources.as_file(resources.files("font_roboto") / "files") as fonts:
        for name, file in ((PLAIN, "Roboto-Regular.ttf"), (BOLD, "Roboto-Bold.ttf")):
            pdfmetrics.registerFont(TTFont(name, str(fonts / file)))


class _Page:
    """Draws one sheet: millimetres from the upper left corner become points from the lower left."""

    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self._canvas: Any = canvas
        self._sheet = sheet
        canvas.setPageSize((sheet.width * POINTS_PER_MM, sheet.height * POINTS_PER_MM))

    def draw(self) -> None:
        """Draw all parts, each within its window."""
        for part in self._sheet.parts:
            self._canvas.saveState()
            if part.window is not None:
                box = part.window
                x, y = self._at(box.x, box.y + box.height)
                path = self._canvas.beginPath()
                path.rect(x, y, box.width * POINTS_PER_MM, box.height * POINTS_PER_MM)
                self._canvas.clipPath(path, stroke=0, fill=0)
            for item in part.items:
                self._item(item)
            self._canvas.restoreState()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return x * POINTS_PER_MM, (self._sheet.height - y) * POINTS_PER_MM

    def _item(self, item: Item) -> None:
        match item:
            case Stroke():
                self._stroke(item)
            case Disc():
                stroke, fill = self._set(STYLES[item.style])
                radius = item.radius * POINTS_PER_MM
                self._canvas.circle(*self._at(item.x, item.y), radius, stroke=stroke, fill=fill)
            case Words():
                self._words(item)

    def _stroke(self, item: Stroke) -> None:
        stroke, fill = self._set(STYLES[item.style])
        path = self._canvas.beginPath()
        path.moveTo(*self._at(*item.points[0]))
        for place in item.points[1:]:
            path.lineTo(*self._at(*place))
        if item.closed:
            path.close()
        self._canvas.drawPath(path, stroke=stroke, fill=fill)

    def _set(self, style: Style) -> tuple[int, int]:
        """Take up a style; return whether it has a line, and whether it is filled."""
        from reportlab.lib.colors import HexColor

        if style.line is not None:
            self._canvas.setStrokeColor(HexColor(style.line))
            self._canvas.setLineWidth(style.width * POINTS_PER_MM)
            self._canvas.setDash([one * POINTS_PER_MM for one in style.dash])
        if style.fill is not None:
            self._canvas.setFillColor(HexColor(style.fill))
        return int(style.line is not None), int(style.fill is not None)

    def _words(self, item: Words) -> None:
        from reportlab.lib.colors import HexColor

        canvas = self._canvas
        canvas.setFont(BOLD if item.bold else PLAIN, item.size * POINTS_PER_MM)
        canvas.setFillColor(HexColor(item.colour))
        text, place = clean(item.text), self._at(item.x, item.y)
        if item.anchor == "start":
            canvas.drawString(*place, text)
        elif item.anchor == "middle":
            canvas.drawCentredString(*place, text)
        else:
            canvas.drawRightString(*place, text)
