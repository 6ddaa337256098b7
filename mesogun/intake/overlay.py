"""A clinic's own catalogue, laid over the one that ships.

It holds only what it changes, under the same keys, and any new entries. It may tighten whatever it
likes; what it loosens somebody has to approve by name in its `approvals.toml`, and every plan made
with it says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from mesogun.intake.catalogue import (
    FILES,
    Catalogue,
    CatalogueError,
    Tree,
    printable_lines,
    tree_of,
)
from mesogun.intake.catalogue_checks import checked
from mesogun.intake.figures import OfClinic
from mesogun.intake.form import Table, read
from mesogun.intake.loosening import DEFAULTS, KIN, OPENING, is_looser, loosest, told
from mesogun.intake.refusal import key_path, nearest
from mesogun.intake.values import Text
from mesogun.planning.prescription import Approval

APPROVALS = "approvals.toml"
CLINIC = "clinic catalogue"
NOTHING = "nothing"
ENTRY_DEPTH = 3
"""Keys to what an entry says: the kind, the id, and at least one more."""

Place = tuple[str, ...]


class ApprovalForm(Table):
    """[[approval]]: one bound, loosened by name and with a reason."""

    figure: Text
    by: Text
    reason: Text


class ApprovalsFile(Table):
    """approvals.toml"""

    format: Literal["mesogun-approvals/1"]
    approval: tuple[ApprovalForm, ...]


def laid_over(shipped: Catalogue, folders: Sequence[Path]) -> Catalogue:
    """Return `shipped` with each of `folders` laid over it in turn, all of it checked.

    Raises:
        CatalogueError: with every problem, a line each: file, key, what is wrong, what to do.
    """
    known = shipped
    for folder in folders:
        known = _Laying(known, folder).made()
    return known


class _Laying:
    """Lays one folder over the catalogue below it."""

    def __init__(self, below: Catalogue, folder: Path) -> None:
        self._below = below
        self._folder = folder
        self._problems: list[str] = []
        self._approvals: dict[str, ApprovalForm] = {}
        self._used: list[Approval] = []
        self._file = ""
        self._own: Tree = {}
        self._lower: Tree = {}

    def made(self) -> Catalogue:
        """Return the catalogue with this folder laid over it."""
        names = self._names()
        self._read_approvals()
        trees = {name: self._below.tree(name) for name in FILES}
        shown = {name: self._below.shown(name) for name in FILES}
        for name in names:
            try:
                self._own = tree_of(self._folder / name, self._at(name))
            except CatalogueError as error:
                self._problems.append(str(error))
                continue
            self._file, self._lower = self._at(name), trees[name]
            trees[name], shown[name] = self._merge((), self._lower, self._own), self._at(name)
        self._refuse_needless()
        if self._problems:
            raise CatalogueError(printable_lines(self._problems))
        approvals = (*self._below.approvals, *self._used)
        return checked(Catalogue(self._below.folder, trees, approvals, shown))

    def _at(self, name: str) -> str:
        return str(self._folder / name)

    def _names(self) -> list[str]:
        try:
            found = sorted(one.name for one in self._folder.iterdir() if one.suffix == ".toml")
        except OSError as error:
            raise CatalogueError(
                f"{self._folder}: cannot be read ({error.strerror}): give the folder of the "
                f"clinic's own catalogue"
            ) from error
        known = [*FILES, APPROVALS]
        for one in found:
            if one not in known:
                near = nearest(one, known)
                hint = f"did you mean {near!r}? " if near else ""
                self._problems.append(
                    f"{self._at(one)}: is no file of a catalogue: {hint}There are: "
                    f"{', '.join(known)}"
                )
        names = [one for one in found if one in FILES]
        if not names and not self._problems:
            raise CatalogueError(
                f"{self._folder}: holds no file of a catalogue: put there what you change, under "
                f"the names of {', '.join(FILES)}"
            )
        return names

    def _read_approvals(self) -> None:
        path, shown = self._folder / APPROVALS, self._at(APPROVALS)
        if not path.exists():
            return
        made, mistakes = read(ApprovalsFile, tree_of(path, shown))
        self._problems += [f"{shown}: {key_path(at)}: {why}" for at, why in mistakes]
        for index, one in enumerate(made.approval if made is not None else ()):
            if one.figure in self._approvals:
                self._problems.append(
                    f"{shown}: approval[{index}].figure: {one.figure!r} is approved twice: delete "
                    f"one"
                )
            self._approvals[one.figure] = one

    def _merge(self, at: Place, below: Any, over: Any) -> Any:
        if not _is_open(below) or not _is_open(over):
            self._compare(at, below, over)
            return self._marked(at, over)
        made = dict(below)
        if "figures" in over and "refused" in below and "refused" not in over:
            # What it was refused for is that no source gives its figures: here they are.
            del made["refused"]
        for key, one in over.items():
            place = (*at, key)
            made[key] = (
                self._merge(place, below[key], one) if key in below else self._added(place, one)
            )
        return made

    def _added(self, at: Place, over: Any) -> Any:
        entry = self._lower.get(at[0], {}).get(at[1]) if len(at) > 1 else None
        if at[-1] in OPENING and entry is not None:
            self._loosened(at, NOTHING, told(over))
        if _is_open(over):
            return {key: self._added((*at, key), one) for key, one in over.items()}
        if entry is not None and at[-1] in DEFAULTS:
            self._compare(at, DEFAULTS[at[-1]], over)
        if entry is None or "refused" in entry:
            most = loosest(at, self._of_its_kind(at))
            if most is not None and is_looser(at, most, over):
                self._loosened(at, f"{told(most)}, the loosest of its kind", told(over, most))
        return self._marked(at, over)

    def _of_its_kind(self, at: Place) -> list[Any]:
        """Return what the entries below that are alike say at the same place."""
        share, below = KIN.get(at[0]), self._lower.get(at[0], {})
        if share is None or len(at) < ENTRY_DEPTH:
            return []
        own = {**below.get(at[1], {}), **self._own[at[0]][at[1]]}
        alike = [one for one in below.values() if one.get(share) == own.get(share)]
        return [_inside(one, at[2:]) for one in alike]

    def _compare(self, at: Place, below: Any, over: Any) -> None:
        if at[0] == "sources" and below != over:
            self._problem(at, "is the key of another source already: choose another key")
        if at[0] == "questions" and at[-1] == "kind" and below != over:
            own = self._own["questions"][at[1]]
            if "source" not in own:
                self._problem(at, "is changed without a source: add `source`, who decided it")
        if is_looser(at, below, over):
            self._loosened(at, told(below), told(over, below))

    def _loosened(self, at: Place, below: str, own: str) -> None:
        figure = ".".join(at)
        approval = self._approvals.get(figure)
        if approval is None:
            self._problem(
                at,
                f"{own} is looser than {below}: tighten it, or let somebody approve it in "
                f'{APPROVALS}: [[approval]] with figure = "{figure}", by and reason',
            )
        else:
            self._used.append(Approval(figure, below, own, approval.by, approval.reason))

    def _marked(self, at: Place, over: Any) -> Any:
        if isinstance(over, list):
            return [self._marked(at, one) for one in over]
        if not isinstance(over, dict):
            return over
        made = OfClinic(over)
        approval = self._approvals.get(".".join(at))
        made.by = CLINIC if approval is None else f"{CLINIC}, approved by {approval.by}"
        return made

    def _refuse_needless(self) -> None:
        used = [one.figure for one in self._used]
        for index, figure in enumerate(self._approvals):
            if figure not in used:
                near = nearest(figure, used)
                hint = f"did you mean {near!r}? " if near else ""
                self._problems.append(
                    f"{self._at(APPROVALS)}: approval[{index}].figure: found {figure!r}, which "
                    f"nothing here loosens: {hint}Delete it, or name what it is for"
                )

    def _problem(self, at: Place, text: str) -> None:
        self._problems.append(f"{self._file}: {'.'.join(at)}: {text}")


def _is_open(found: Any) -> bool:
    """Tell whether a table is changed key by key: figures and statements are replaced whole."""
    return isinstance(found, dict) and not {"value", "strength"} & {*found}


def _inside(found: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
