"""What is said of each safety requirement and of each recall, read from files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECALLS = ROOT / "tests" / "recall" / "recalls.toml"
NUMBERS = tuple(f"SR-{number:02d}" for number in range(1, 39))
"""All requirements: none may be left out."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a requirement asks for, and all that stands for it."""

    says: str
    places: tuple[str, ...] = ()
    """`file` or `file::name`: where it is enforced, or where the text stands that promises it."""
    tests: tuple[str, ...] = ()
    """`file::function`, without parameters."""
    mistakes: tuple[str, ...] = ()
    """`kind: name`: seeded mistakes that are found."""
    models: tuple[str, ...] = ()
    proofs: tuple[str, ...] = ()
    missing: str = ""
    """What is not covered; never empty where nothing stands."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One safety requirement in our words, with its sources and its parts."""

    number: str
    title: str
    sources: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake in the text of the program, and the tests that must fail with it."""

    name: str
    file: str
    right: str
    wrong: str
    killed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """Something that happened to another device, and what stands against its like here."""

    name: str
    event: str
    facts: str
    source: str
    """How well the facts are known, in one letter of the list of marks."""
    requirements: tuple[str, ...]
    played: str
    missing: str = ""


def requirements(folder: Path = HERE / "requirements") -> tuple[Requirement, ...]:
    """Return all requirements, in order.

    Raises:
        ValueError: one is there twice, is left out, or has a key that nobody reads.
    """
    found: dict[str, Requirement] = {}
    for path in sorted(folder.glob("*.toml")):
        for number, told in tomllib.loads(path.read_text("utf-8")).items():
            if number in found:
                raise ValueError(f"{path.name}: {number} is there twice")
            found[number] = Requirement(
                number,
                told.pop("title"),
                told.pop("sources"),
                tuple(_part(one, number) for one in told.pop("parts")),
            )
            _nothing_else(told, number)
    if sorted(found) != list(NUMBERS):
        wrong = sorted(set(found) ^ set(NUMBERS))
        raise ValueError(f"left out, or of no such number: {', '.join(wrong)}")
    return tuple(found[number] for number in NUMBERS)


def slips(path: Path = HERE / "slips.toml") -> tuple[Slip, ...]:
    """Return the mistakes in the program's text that tests must notice."""
    told = tomllib.loads(path.read_text("utf-8"))["slips"]
    return tuple(Slip(**(one | {"killed_by": tuple(one["killed_by"])})) for one in told)


def recalls(path: Path = RECALLS) -> tuple[Recall, ...]:
    """Return what happened to other devices."""
    told = tomllib.loads(path.read_text("utf-8"))["recalls"]
    return tuple(Recall(**(one | {"requirements": tuple(one["requirements"])})) for one in told)


def _part(told: dict[str, Any], number: str) -> Part:
    part = Part(
        says=told.pop("says"),
        places=tuple(told.pop("places", ())),
        tests=tuple(told.pop("tests", ())),
        mistakes=tuple(told.pop("mistakes", ())),
        models=tuple(told.pop("models", ())),
        proofs=tuple(told.pop("proofs", ())),
        missing=told.pop("missing", ""),
    )
    _nothing_else(told, number)
    return part


def _nothing_else(told: dict[str, Any], number: str) -> None:
    if told:
        raise ValueError(f"{number}: nobody reads {', '.join(sorted(told))}")
