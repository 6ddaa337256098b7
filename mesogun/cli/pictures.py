"""Pictures and maps as files: SVG as drawn, PNG through a library that draws SVG, PDF pages."""

from __future__ import annotations

from pathlib import Path

import click

from mesogun.planning import Plan, Prescription

PIXELS_WIDE = 1_600
DOTS_PER_INCH = 96
KINDS = (".svg", ".png")
MAP_KINDS = (".pdf", ".svg")


def check_picture(picture: str | None) -> None:
    """Refuse a picture's name that says neither SVG nor PNG, before anything is worked out."""
    if picture is not None and Path(picture).suffix.lower() not in KINDS:
        raise click.UsageError(f"--picture {picture}: name it FILE.svg or FILE.png")


def check_map(file: str | None) -> None:
    """Refuse a map's name that says neither PDF nor SVG, before anything is worked out."""
    if file is not None and Path(file).suffix.lower() not in MAP_KINDS:
        raise click.UsageError(f"--map {file}: name it FILE.pdf or FILE.svg")


def demand_map(asked: Prescription) -> None:
    """Refuse a map of zones that no paper can show, before anything is worked out.

    Raises:
        PlanError: they lie on a surface.
    """
    from mesogun.report import lifesize

    lifesize.demand_flat(asked)


def map_bytes(plan: Plan, file: str, paper: str) -> bytes:
    """Return the map of `plan` at life size as the bytes of `file`: PDF pages or one SVG sheet.

    Raises:
        PlanError: no paper can show it at life size.
    """
    from mesogun.report import lifesize

    if Path(file).suffix.lower() == ".svg":
        return lifesize.map_svg(plan).encode()
    return lifesize.map_pdf(plan, lifesize.PAPERS[paper])


def picture_bytes(svg: str, file: str) -> bytes:
    """Return a picture as the bytes of `file`: SVG or PNG by its name.

    A PNG's words are set in a font that is installed with mesogun: the same picture on every
    machine, fonts or not.
    """
    if Path(file).suffix.lower() == ".svg":
        return svg.encode()
    # Loaded here: most plans are not drawn, and a start is mostly imports.
    from importlib import resources

    import resvg_py

    with resources.as_file(resources.files("font_roboto") / "files") as fonts:
        made = resvg_py.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            width=PIXELS_WIDE,
            dpi=DOTS_PER_INCH,
            skip_system_fonts=True,
            font_files=[str(fonts / "Roboto-Regular.ttf"), str(fonts / "Roboto-Bold.ttf")],
            font_family="Roboto",
            sans_serif_family="Roboto",
        )
    return bytes(made)
