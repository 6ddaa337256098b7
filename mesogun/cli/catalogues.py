"""`--catalogue DIR`: the clinic's own catalogue, laid over the one that ships."""

from __future__ import annotations

from pathlib import Path

import click

ENVIRONMENT = "MESOGUN_CATALOGUE"
Folders = tuple[Path, ...]

catalogue_option = click.option(
    "--catalogue",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    envvar=ENVIRONMENT,
    metavar="DIR",
    help="Lay the clinic's own catalogue over the one that ships (repeatable; "
    f"or set {ENVIRONMENT}).",
)
