"""The catalogue entry by entry, for a reader: every figure with its unit, source and strength."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mesogun.intake.catalogue import FILES, Catalogue
from mesogun.intake.catalogue_form import Area
from mesogun.intake.figures import Figure
from mesogun.intake.form import Table
from mesogun.intake.refusal import nearest

KINDS: Mapping[str, str] = {
    "areas": "area",
    "groups": "group of areas",
    "techniques": "technique",
    "heads": "head",
    "needles": "needle",
    "syringes": "syringe",
    "pistols": "pistol",
    "components": "component",
    "component_classes": "class of components",
    "indications": "indication",
    "regimens": "regimen",
    "questions": "question",
    "care": "care rule",
    "effects": "side effect",
}
"""Keys of the files that hold entries by id, and what one entry is called."""
OTHERS = "limits"
"""What a table is called that stands in a file by itself."""
NAMES = ("name", "ask", "text")
"""Keys that name an entry, the first that it has."""
NEAREST_MAX = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that an entry says."""

    key: str
    """Where it stands in the entry: "female.depth_max"."""
    text: str
    """For a reader: "0.72 mm"."""
    value: int | None
    """Of a figure, in whole units."""
    unit: str
    source: str
    """Empty where the thing needs none, as a name does."""
    strength: str
    by: str
    """Who gives it, if it is not of the catalogue that ships."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the catalogue."""

    kind: str
    id: str
    name: str
    file: str
    lines: tuple[Line, ...]

    def holds(self, words: Sequence[str]) -> bool:
        """Tell whether all `words`, in small letters, stand somewhere in it."""
        told = " ".join(
            (self.kind, self.id, self.name, *(f"{one.key} {one.text}" for one in self.lines))
        ).casefold()
        return all(one in told for one in words)


def entries(known: Catalogue) -> tuple[Entry, ...]:
    """Return all entries, kind by kind, in the order in which they are read."""
    made = []
    for file in FILES:
        for key, found in vars(known.file(file)).items():
            if key == "areas":
                areas = known.areas.items()
                made += [_area(each, one, known, known.shown(file)) for each, one in areas]
            elif key in KINDS:
                made += [
                    _entry(KINDS[key], each, one, known.shown(file)) for each, one in found.items()
                ]
            elif isinstance(found, Table):
                made.append(_entry(OTHERS, key, found, known.shown(file)))
            elif isinstance(found, tuple):
                made.append(Entry(OTHERS, key, key, known.shown(file), tuple(_lines(key, found))))
    order = [*KINDS.values(), OTHERS]
    return tuple(sorted(made, key=lambda one: order.index(one.kind)))


def named(all_of_them: Sequence[Entry], name: str) -> list[Entry]:
    """Return the entries of this id, several where kinds share it; `kind/id` means one kind."""
    kind, _, each = name.rpartition("/")
    wanted = each.casefold()
    return [one for one in all_of_them if one.id == wanted and (not kind or one.kind == kind)]


def nearest_ids(all_of_them: Sequence[Entry], name: str) -> list[str]:
    """Return ids that may have been meant: near in writing, or of an entry that has the word."""
    known = list(dict.fromkeys(one.id for one in all_of_them))
    near = nearest(name.casefold(), known)
    words = [one.id for one in all_of_them if one.holds(name.casefold().split() or [name])]
    return list(dict.fromkeys(([near] if near else []) + words))[:NEAREST_MAX]


def _entry(kind: str, each: str, found: Table, file: str, more: Sequence[Line] = ()) -> Entry:
    told = vars(found)
    name = next((told[key] for key in NAMES if key in told), each)
    own = [key for key in told if key not in NAMES]
    lines = [line for key in own for line in _lines(key, told[key])]
    return Entry(kind, each, str(name), file, (*lines, *more))


def _area(each: str, area: Area, known: Catalogue, file: str) -> Entry:
    """Return an area with what its group says: the usual depth and the cap stand there."""
    group = known.groups[area.group]
    told = {key: one for key, one in vars(group).items() if key not in NAMES}
    more = [line for key, one in told.items() for line in _lines(f"group.{key}", one)]
    return _entry(KINDS["areas"], each, area, file, more)


def _lines(at: str, found: object) -> Iterator[Line]:
    match found:
        case Figure():
            yield Line(
                *(at, found.written, found.value, found.unit),
                *(found.source, found.strength, found.by),
            )
        case None:
            return
        case Table() if "source" in vars(found):
            yield _rule(at, vars(found))
        case Table():
            for key, one in vars(found).items():
                yield from _lines(f"{at}.{key}", one)
        case dict():
            for key, one in found.items():
                yield from _lines(f"{at}.{key}", one)
        case tuple() if all(isinstance(one, Table) for one in found):
            for one in found:
                yield from _lines(at, one)
        case bool():
            yield Line(at, "yes" if found else "no", None, "", "", "", "")
        case tuple():
            yield Line(at, ", ".join(map(str, found)), None, "", "", "", "")
        case _:
            yield Line(at, str(found), None, "", "", "", "")


def _rule(at: str, told: Mapping[str, object]) -> Line:
    """Return what a source says in words, as one line."""
    words = [str(one) for key, one in told.items() if key not in ("source", "strength")]
    return Line(
        at, ": ".join(words), None, "", str(told["source"]), str(told.get("strength", "")), ""
    )
