"""Pictures as files: SVG as it is drawn, PNG through a library that draws SVG."""

from __future__ import annotations

from pathlib import Path

import click

from mesogun.errors import MissingPart

PIXELS_WIDE = 1_600
DOTS_PER_INCH = 96
KINDS = (".svg", ".png")
_LETTER = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    '<text y="16" font-size="16" font-family="sans-serif">{}</text></svg>'
)


def check_picture(picture: str | None) -> None:
    """Refuse a picture's name that says neither SVG nor PNG, before anything is worked out."""
    if picture is not None and Path(picture).suffix.lower() not in KINDS:
        raise click.UsageError(f"--picture {picture}: name it FILE.svg or FILE.png")


def picture_bytes(svg: str, file: str) -> bytes:
    """Return a picture as the bytes of `file`: SVG or PNG by its name.

    Raises:
        MissingPart: a PNG is wanted, and this machine has no font to write its words with.
    """
    if Path(file).suffix.lower() == ".svg":
        return svg.encode()
    import resvg_py

    def drawn(text: str) -> bytes:
        return bytes(resvg_py.svg_to_bytes(svg_string=_LETTER.format(text), dpi=DOTS_PER_INCH))

    if drawn("M") == drawn(""):
        raise MissingPart(
            f"{file}: this machine has no fonts, so the picture would have no words; install some "
            "(on Debian: fonts-dejavu-core), or write FILE.svg instead"
        )
    made = resvg_py.svg_to_bytes(
        svg_string=svg, background="#ffffff", width=PIXELS_WIDE, dpi=DOTS_PER_INCH
    )
    return bytes(made)
