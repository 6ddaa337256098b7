"""The catalogue: clinical presets from the TOML files of `mesogun.catalogue`, checked when read.

A file that does not hold together (a figure without source, a range turned round, a usual value
above its cap, an unknown key) is refused with file, key and reason: no session is planned from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from mesogun.errors import PlanError
from mesogun.intake.catalogue_form import (
    Area,
    AreaGroup,
    AreasFile,
    Extents,
    LimitsFile,
    PatientRange,
    Regimen,
    RegimensFile,
    SessionLimits,
    Technique,
    TechniquesFile,
    ThickFluid,
)
from mesogun.intake.equipment_form import (
    Head,
    HeadsFile,
    Needle,
    NeedlesFile,
    Pistol,
    PistolsFile,
    Syringe,
    SyringesFile,
)
from mesogun.intake.files import parse_toml, text_of
from mesogun.intake.form import Table, read
from mesogun.intake.knowledge_form import (
    CareFile,
    CareRule,
    ComponentClass,
    ComponentsFile,
    Indication,
    IndicationsFile,
    KnownComponent,
    Question,
    ScreeningFile,
)
from mesogun.intake.refusal import key_path
from mesogun.intake.vials_form import ProductsFile

File = TypeVar("File", bound=Table)


class CatalogueError(PlanError):
    """A file of the catalogue does not hold together: nothing can be planned until it is mended."""


class Catalogue:
    """All presets. Each file is read and checked the first time that something of it is asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[type[Table], Any] = {}

    @property
    def groups(self) -> Mapping[str, AreaGroup]:
        """Areas that share rules, by id."""
        return self._file("areas.toml", AreasFile).groups

    @property
    def areas(self) -> Mapping[str, Area]:
        """Parts of the body, by id."""
        return self._file("areas.toml", AreasFile).areas

    @cached_property
    def techniques(self) -> Mapping[str, Technique]:
        """Ways to use the needle, by id."""
        techniques = self._file("techniques.toml", TechniquesFile).techniques
        for name, technique in techniques.items():
            most = self.session.frequency_max
            if technique.figures and technique.figures.frequency.value > most.value:
                raise CatalogueError(
                    f"techniques.toml: techniques.{name}.figures.frequency: it is above "
                    f"session.frequency_max of limits.toml ({most.value} a second)"
                )
        return techniques

    @property
    def session(self) -> SessionLimits:
        """What holds for a session as a whole."""
        return self._file("limits.toml", LimitsFile).session

    @property
    def thick_fluid(self) -> ThickFluid:
        """The flow that is held bearable."""
        return self._file("limits.toml", LimitsFile).thick_fluid

    @property
    def patient(self) -> PatientRange:
        """What a patient's figures may be."""
        return self._file("limits.toml", LimitsFile).patient

    @property
    def extent(self) -> Extents:
        """How large a zone may be."""
        return self._file("limits.toml", LimitsFile).extent

    @property
    def regimens(self) -> Mapping[str, Regimen]:
        """Courses, by id."""
        return self._file("regimens.toml", RegimensFile).regimens

    @property
    def needles(self) -> Mapping[str, Needle]:
        """Needles, by id."""
        return self._file("needles.toml", NeedlesFile).needles

    @property
    def syringes(self) -> Mapping[str, Syringe]:
        """Syringes, by id."""
        return self._file("syringes.toml", SyringesFile).syringes

    @property
    def heads(self) -> Mapping[str, Head]:
        """Arrangements of needles, by id."""
        return self._file("heads.toml", HeadsFile).heads

    @property
    def pistols(self) -> Mapping[str, Pistol]:
        """Pistols, by id."""
        return self._file("pistols.toml", PistolsFile).pistols

    @property
    def components(self) -> Mapping[str, KnownComponent]:
        """Substances, by id."""
        return self._file("components.toml", ComponentsFile).components

    @property
    def component_classes(self) -> Mapping[str, ComponentClass]:
        """Kinds of substances, by id."""
        return self._file("components.toml", ComponentsFile).component_classes

    @property
    def products(self) -> ProductsFile:
        """What comes in a vial."""
        return self._file("products.toml", ProductsFile)

    @property
    def questions(self) -> Mapping[str, Question]:
        """The questions of the screening, by id, in the order in which they are asked."""
        return self._file("screening.toml", ScreeningFile).questions

    @property
    def indications(self) -> Mapping[str, Indication]:
        """What sessions are given for, by id."""
        return self._file("indications.toml", IndicationsFile).indications

    @property
    def care(self) -> Mapping[str, CareRule]:
        """Rules for before and after a session, by id."""
        return self._file("care.toml", CareFile).care

    def _file(self, name: str, model: type[File]) -> File:
        found = self._read.get(model)
        if found is None:
            found = self._read[model] = _read(self._folder, name, model)
        assert isinstance(found, model)
        return found


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the program.

    Raises:
        CatalogueError: a file does not hold together.
    """
    return Catalogue(Path(__file__).parent.parent / "catalogue")


def load(folder: Path) -> Catalogue:
    """Return the catalogue of `folder`, every file of it read and checked.

    Raises:
        CatalogueError: a file is missing or does not hold together: file, key and reason.
    """
    made = Catalogue(folder)
    for _ in (
        *(
            made.areas,
            made.session,
            made.products,
            made.techniques,
            made.regimens,
            made.needles,
            made.syringes,
        ),
        *(made.heads, made.pistols, made.components, made.questions, made.indications, made.care),
    ):
        pass
    return made


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
