"""A mistake put in the place of one function, for a while; nothing in the product knows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

Make = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Instead:
    """In `owner` (a module or a class), `name` is what `make` makes of it."""

    owner: Any
    name: str
    make: Make


@dataclass(frozen=True, slots=True)
class Layer:
    """A second defence, and how it is switched off."""

    name: str
    off: tuple[Instead, ...]


@dataclass(frozen=True, slots=True)
class Defect:
    """One seeded mistake; `without` are the layers that would hide it."""

    name: str
    what: str
    put: tuple[Instead, ...]
    without: tuple[Layer, ...] = ()
    thorough: bool = False
    """It takes more than one look at a session: played twice, or its journal edited."""


@contextmanager
def in_place(*parts: Instead) -> Iterator[None]:
    """Put mistakes in place, and take them out again."""
    with ExitStack() as undo:
        for one in parts:
            before = one.owner.__dict__[one.name]
            undo.callback(setattr, one.owner, one.name, before)
            setattr(one.owner, one.name, one.make(before))
        yield
