"""The catalogue: clinical presets from the TOML files of `mesogun.catalogue`, checked when read.

A file that does not hold together (a figure without source, a range turned round, a usual value
above its cap, an unknown key) is refused with file, key and reason: no session is planned from it.
A clinic lays files of its own over those that ship: `mesogun.intake.overlay`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from mesogun.errors import PlanError
from mesogun.intake.bounds import CATALOGUE_BYTES_MAX
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
from mesogun.intake.effects_form import SideEffectsFile
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
from mesogun.intake.files import parse_toml, read_bounded, text_of
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
from mesogun.intake.parsed import parsed_in, tree_in
from mesogun.intake.refusal import key_path, printable
from mesogun.intake.vials_form import ProductsFile
from mesogun.planning.prescription import Approval

File = TypeVar("File", bound=Table)
Tree = dict[str, Any]
"""What stands in a file: tables, lists, texts and numbers."""

SHIPPED = Path(__file__).parent.parent / "catalogue"
FILES: Mapping[str, type[Table]] = {
    "areas.toml": AreasFile,
    "techniques.toml": TechniquesFile,
    "heads.toml": HeadsFile,
    "needles.toml": NeedlesFile,
    "syringes.toml": SyringesFile,
    "pistols.toml": PistolsFile,
    "components.toml": ComponentsFile,
    "products.toml": ProductsFile,
    "indications.toml": IndicationsFile,
    "regimens.toml": RegimensFile,
    "screening.toml": ScreeningFile,
    "care.toml": CareFile,
    "side_effects.toml": SideEffectsFile,
    "limits.toml": LimitsFile,
}
"""Each file of the catalogue and its form."""


class CatalogueError(PlanError):
    """A file of the catalogue does not hold together: nothing can be planned until it is mended."""


class Catalogue:
    """All presets. Each file is read and checked the first time that something of it is asked."""

    def __init__(
        self,
        folder: Path,
        trees: Mapping[str, Tree] | None = None,
        approvals: tuple[Approval, ...] = (),
        shown: Mapping[str, str] | None = None,
    ) -> None:
        """Make the catalogue of `folder`.

        With `trees` these are read in place of its files; `shown` are their names in messages.
        """
        self.folder = folder
        self.approvals = approvals
        """Bounds that the clinic loosened, and who approved it."""
        self._trees = {} if trees is None else dict(trees)
        self._shown = {} if shown is None else shown
        self._made: dict[str, Table] = {}
        self._parsed: Mapping[str, Any] | None = None

    @property
    def groups(self) -> Mapping[str, AreaGroup]:
        """Areas that share rules, by id."""
        return self._file("areas.toml", AreasFile).groups

    @property
    def areas(self) -> Mapping[str, Area]:
        """Parts of the body, by id."""
        return self._file("areas.toml", AreasFile).areas

    @property
    def techniques(self) -> Mapping[str, Technique]:
        """Ways to use the needle, by id."""
        return self._file("techniques.toml", TechniquesFile).techniques

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
        found = self._file("screening.toml", ScreeningFile).questions
        return {name: one for name, one in found.items() if one.asked}

    @property
    def indications(self) -> Mapping[str, Indication]:
        """What sessions are given for, by id."""
        return self._file("indications.toml", IndicationsFile).indications

    @property
    def care(self) -> Mapping[str, CareRule]:
        """Rules for before and after a session, by id."""
        return self._file("care.toml", CareFile).care

    @property
    def side_effects(self) -> SideEffectsFile:
        """What may be seen after a session."""
        return self._file("side_effects.toml", SideEffectsFile)

    def shown(self, name: str) -> str:
        """Return what a file is called in messages."""
        return self._shown.get(name, name)

    def file(self, name: str) -> Table:
        """Return one file as it was read, by its name.

        Raises:
            CatalogueError: it does not hold together.
        """
        return self._file(name, FILES[name])

    def tree(self, name: str) -> Tree:
        """Return what stands in one file, before anything is made of it.

        Raises:
            CatalogueError: it cannot be read.
        """
        found = self._trees.get(name)
        if found is None:
            if self._parsed is None:
                self._parsed = parsed_in(self.folder)
            found = self._trees[name] = tree_of(self.folder / name, name, self._parsed)
        return found

    def _file(self, name: str, model: type[File]) -> File:
        found = self._made.get(name)
        if found is None:
            tree = self.tree(name)
            made, mistakes = read(model, tree, context={"sources": tree.get("sources", {})})
            if made is None or mistakes:
                told = [f"{self.shown(name)}: {key_path(at)}: {why}" for at, why in mistakes]
                raise CatalogueError(printable_lines(told))
            found = self._made[name] = made
        assert isinstance(found, model)
        return found


@cache
def catalogue(folders: tuple[Path, ...] = ()) -> Catalogue:
    """Return the catalogue that ships with the program, with `folders` laid over it in turn.

    Raises:
        CatalogueError: a file does not hold together, or loosens a bound that nobody approved.
    """
    shipped = Catalogue(SHIPPED)
    if not folders:
        return shipped
    # Loaded here: whoever plans from what ships lays nothing over it.
    from mesogun.intake.overlay import laid_over

    return laid_over(shipped, folders)


def load(folder: Path) -> Catalogue:
    """Return the catalogue of `folder`, every file of it read and checked.

    Raises:
        CatalogueError: a file is missing or does not hold together: file, key and reason.
    """
    from mesogun.intake.catalogue_checks import checked

    return checked(Catalogue(folder))


def tree_of(path: Path, shown: str, parsed: Mapping[str, Any] | None = None) -> Tree:
    """Return what stands in the file at `path`, called `shown` in messages.

    `parsed` has what was parsed beforehand, of files that have not changed since.

    Raises:
        CatalogueError: it is missing, too large, or no TOML.
    """
    try:
        data = read_bounded(path, CATALOGUE_BYTES_MAX, "catalogue file")
        if parsed and (tree := tree_in(parsed, path.name, data)) is not None:
            return tree
        return parse_toml(text_of(data, shown, "catalogue"), shown)
    except PlanError as error:
        raise CatalogueError(str(error).replace(str(path), shown)) from error


def printable_lines(lines: Iterable[str]) -> str:
    """Return lines as one text, each made fit for a terminal."""
    return "\n".join(map(printable, lines))
