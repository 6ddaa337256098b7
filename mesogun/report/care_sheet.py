"""A sheet for the patient: what to do before and after a session, as text and as one page of A4.

Plain words in, text or PDF out; the days and hours were worked out before. The same sheet gives
the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesogun.errors import RecordError

TITLE = "Before and after your session"
NOTICE = (
    "mesogun is engineering software, not a certified medical device. This sheet repeats what its "
    "sources say; it replaces no talk with your doctor."
)
CALL = "If anything worries you, call your clinic: ______________________________"
A4_PT = (595.28, 841.89)
MARGIN_PT = (51.0, 39.0)
"""Left and right, above and below."""
SCALES = (1.15, 1.1, 1.05, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)
"""Of the type: the first at which the sheet fits on its page."""
INK, QUIET, RULE = "#1a1a1a", "#555555", "#b8b8b8"
BOX_PT = 8.5
COLUMNS = (0.045, 0.475, 0.48)
"""Parts of the width: box, what to do, until when."""


@dataclass(frozen=True, slots=True)
class Told:
    """One source's word on a rule."""

    words: str
    """ "until Tue 24 Nov 2026, 10:30 (72 h)" """
    source: str
    """In full: "founding text: text 004: no sauna for 72 hours"."""
    short: str
    """As it stands on the page: "text 004"."""
    dated: bool = False
    """It names a day: what a patient looks for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to do or to leave."""

    text: str
    where: str
    """Which zones; empty: wherever was treated."""
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class CareSheet:
    """Everything that the sheet says."""

    facts: tuple[tuple[str, str], ...]
    before: tuple[Rule, ...]
    after: tuple[Rule, ...]
    remarks: tuple[str, ...]

    @property
    def sections(self) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
        """The two parts with their headings."""
        return (("Before", self.before), ("After", self.after))


def care_text(sheet: CareSheet) -> str:
    """Return the sheet as plain text, each rule with its sources in full."""
    wide = max(len(name) for name, _ in sheet.facts)
    lines = [TITLE, "", *(f"{name.ljust(wide)}  {value}" for name, value in sheet.facts)]
    for heading, rules in sheet.sections:
        lines += ["", heading]
        for rule in rules:
            lines.append(f"  [ ] {rule.text}" + (f" ({rule.where})" if rule.where else ""))
            lines += [f"        {one.words} [{one.source}]" for one in rule.told]
    return "\n".join([*lines, "", CALL, "", *sheet.remarks, NOTICE])


def care_pdf(sheet: CareSheet) -> bytes:
    """Return the sheet as a PDF of one page of A4, its type as large as the page allows.

    Raises:
        RecordError: it does not fit on one page at the smallest type either.
    """
    low, high, best = 0, len(SCALES), b""
    while low < high:
        middle = (low + high) // 2
        made = _page(sheet, SCALES[middle])
        if made:
            high, best = middle, made
        else:
            low = middle + 1
    if not best:
        raise RecordError("the sheet does not fit on a page: give zones and products shorter names")
    return best


def _page(sheet: CareSheet, scale: float) -> bytes:
    """Return the page with its type at one scale; empty: it does not fit."""
    # Loaded here: hardly any command writes a PDF.
    import io

    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Frame

    wide, high = A4_PT
    across, down = MARGIN_PT
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4_PT, invariant=1, lang="en")
    canvas.setTitle(TITLE)
    canvas.setCreator("mesogun")
    frame = Frame(across, down, wide - 2 * across, high - 2 * down, 0, 0, 0, 0)
    story = _story(sheet, scale, wide - 2 * across)
    frame.addFromList(story, canvas)
    if story:
        return b""
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _story(sheet: CareSheet, scale: float, width: float) -> list[object]:
    from reportlab.platypus import HRFlowable, Paragraph, Spacer

    write = _Writer(scale)
    story: list[object] = [
        Paragraph(_escaped(TITLE), write.style(19, 23, bold=True)),
        Spacer(1, 6 * scale),
        write.facts(sheet.facts, width),
    ]
    for heading, rules in sheet.sections:
        story.append(Spacer(1, 9 * scale))
        story.append(Paragraph(heading, write.style(13, 16, bold=True)))
        story.append(HRFlowable(width, 0.9, color=INK, spaceBefore=2 * scale, spaceAfter=0))
        story.append(write.rules(rules, width))
    story.append(Spacer(1, 9 * scale))
    story.append(Paragraph(_escaped(CALL), write.style(10, 13, bold=True)))
    story.append(Spacer(1, 8 * scale))
    for text in (*sheet.remarks, NOTICE):
        story.append(Paragraph(_escaped(text), write.style(8, 10.2, colour=QUIET)))
        story.append(Spacer(1, 4 * scale))
    return story


class _Writer:
    """Sets type at one scale."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._font, self._bold = _fonts()

    def style(
        self, size: float, leading: float, *, bold: bool = False, colour: str = INK
    ) -> object:
        """Return a style of type; sizes in points at full scale."""
        from reportlab.lib.colors import HexColor
        from reportlab.lib.styles import ParagraphStyle

        return ParagraphStyle(
            "sheet",
            fontName=self._bold if bold else self._font,
            fontSize=size * self._scale,
            leading=leading * self._scale,
            textColor=HexColor(colour),
        )

    def facts(self, facts: Sequence[tuple[str, str]], width: float) -> object:
        """Set whom and what the sheet is for."""
        from reportlab.platypus import Paragraph, Table

        quiet, plain = self.style(9, 12, colour=QUIET), self.style(10, 12.5)
        cells = [
            [Paragraph(_escaped(name), quiet), Paragraph(_escaped(value), plain)]
            for name, value in facts
        ]
        first = 66 * self._scale
        return Table(cells, [first, width - first], style=self._table_style(1.2, line=False))

    def rules(self, rules: Sequence[Rule], width: float) -> object:
        """Set rules in rows: a box to tick, what to do, until when and who says so."""
        from reportlab.platypus import Paragraph, Table

        text, told = self.style(10, 12.2), self.style(8.8, 11.2)
        cells = []
        for rule in rules:
            where = f' <font color="{QUIET}">({_escaped(rule.where)})</font>' if rule.where else ""
            said = [self._said(one) for one in rule.told]
            cells.append(
                [
                    self._box(),
                    Paragraph(_escaped(rule.text) + where, text),
                    Paragraph("<br/>".join(said), told),
                ]
            )
        widths = [part * width for part in COLUMNS]
        return Table(cells, widths, style=self._table_style(3.2, line=True))

    def _said(self, one: Told) -> str:
        words = _escaped(one.words)
        if one.dated:
            words = f'<font name="{self._bold}">{words}</font>'
        source = _escaped(one.short).replace(" ", "\u00a0")
        return f'{words} <font color="{QUIET}">{source}</font>'

    def _box(self) -> object:
        from reportlab.graphics.shapes import Drawing, Rect
        from reportlab.lib.colors import HexColor

        side = BOX_PT * self._scale
        square = Rect(
            0.5, 0, side, side, strokeWidth=0.8, strokeColor=HexColor(INK), fillColor=None
        )
        return Drawing(side + 1, side + 1, square)

    def _table_style(self, pad: float, *, line: bool) -> object:
        from reportlab.lib.colors import HexColor
        from reportlab.platypus import TableStyle

        commands: list[tuple[object, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6 * self._scale),
            ("TOPPADDING", (0, 0), (-1, -1), pad * self._scale),
            ("BOTTOMPADDING", (0, 0), (-1, -1), pad * self._scale),
        ]
        if line:
            commands.append(("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(RULE)))
        return TableStyle(commands)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fonts() -> tuple[str, str]:
    """Return the names of the plain and the bold type, known to the PDF library from now on."""
    from importlib import resources

    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    names = ("Roboto-Regular", "Roboto-Bold")
    if names[0] not in pdfmetrics.getRegisteredFontNames():
        with resources.as_file(resources.files("font_roboto") / "files") as fonts:
            for name in names:
                pdfmetrics.registerFont(TTFont(name, str(fonts / f"{name}.ttf")))
    return names
