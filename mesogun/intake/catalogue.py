"""The catalogue: clinical presets from the TOML files of `mesogun.catalogue`, checked when read.

A file that does not hold together (a figure without source, a range turned round, a usual value
above its cap, an unknown key) is refused with file, key and reason: no session is planned from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

from mesogun.errors import PlanError
from mesogun.intake.catalogue_form import (
    Area,
    AreaGroup,
    AreasFile,
    ComponentLimit,
    ComponentsFile,
    Extents,
    Head,
    HeadsFile,
    LimitsFile,
    Needle,
    NeedlesFile,
    PatientRange,
    Pistol,
    PistolsFile,
    Question,
    Regimen,
    RegimensFile,
    ScreeningFile,
    SessionLimits,
    Syringe,
    SyringesFile,
    Technique,
    TechniquesFile,
    ThickFluid,
)
from mesogun.intake.files import parse_toml, text_of
from mesogun.intake.form import Table, read
from mesogun.intake.refusal import key_path
from mesogun.intake.vials_form import ProductsFile

File = TypeVar("File", bound=Table)


class CatalogueError(PlanError):
    """A file of the catalogue does not hold together: nothing can be planned until it is mended."""


class Catalogue(Table):
    """All presets, checked."""

    groups: Mapping[str, AreaGroup]
    areas: Mapping[str, Area]
    techniques: Mapping[str, Technique]
    session: SessionLimits
    thick_fluid: ThickFluid
    patient: PatientRange
    extent: Extents
    regimens: Mapping[str, Regimen]
    needles: Mapping[str, Needle]
    syringes: Mapping[str, Syringe]
    heads: Mapping[str, Head]
    pistols: Mapping[str, Pistol]
    components: Mapping[str, ComponentLimit]
    questions: Mapping[str, Question]
    products: ProductsFile


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the program.

    Raises:
        CatalogueError: a file does not hold together.
    """
    return load(Path(__file__).parent.parent / "catalogue")


def load(folder: Path) -> Catalogue:
    """Return the catalogue of `folder`.

    Raises:
        CatalogueError: a file is missing or does not hold together: file, key and reason.
    """
    areas = _read(folder, "areas.toml", AreasFile)
    limits = _read(folder, "limits.toml", LimitsFile)
    techniques = _read(folder, "techniques.toml", TechniquesFile).techniques
    for name, technique in techniques.items():
        most = limits.session.frequency_max
        if technique.figures and technique.figures.frequency.value > most.value:
            raise CatalogueError(
                f"techniques.toml: techniques.{name}.figures.frequency: it is above "
                f"session.frequency_max of limits.toml ({most.value} a second)"
            )
    return Catalogue(
        groups=areas.groups,
        areas=areas.areas,
        techniques=techniques,
        session=limits.session,
        thick_fluid=limits.thick_fluid,
        patient=limits.patient,
        extent=limits.extent,
        regimens=_read(folder, "regimens.toml", RegimensFile).regimens,
        needles=_read(folder, "needles.toml", NeedlesFile).needles,
        syringes=_read(folder, "syringes.toml", SyringesFile).syringes,
        heads=_read(folder, "heads.toml", HeadsFile).heads,
        pistols=_read(folder, "pistols.toml", PistolsFile).pistols,
        components=_read(folder, "components.toml", ComponentsFile).components,
        questions=_read(folder, "screening.toml", ScreeningFile).questions,
        products=_read(folder, "products.toml", ProductsFile),
    )


def _read(folder: Path, name: str, model: type[File]) -> File:
    try:
        tree = parse_toml(text_of((folder / name).read_bytes(), name, "catalogue"), name)
    except OSError as error:
        raise CatalogueError(f"{name}: cannot be read: {error}") from error
    except PlanError as error:
        raise CatalogueError(str(error)) from error
    made, mistakes = read(model, tree, context={"sources": tree.get("sources", {})})
    if made is None or mistakes:
        raise CatalogueError("\n".join(f"{name}: {key_path(at)}: {why}" for at, why in mistakes))
    return made
