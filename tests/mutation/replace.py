"""Putting a mistake in place: in the functions already loaded, or while a module is loaded."""

from __future__ import annotations

import ast
import functools
import gc
import importlib.abc
import importlib.util
import sys
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutation.mutants import Mutant, mutated
from tests.mutation.reach import ROOT


def module_of(path: Path) -> str:
    """Return the dotted name of a module of ours."""
    inside = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(inside[:-1] if inside[-1] == "__init__" else inside)


def _functions(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """Return the code of each outermost function of a module, by qualified name and line."""
    found = {}
    for one in code.co_consts:
        if not isinstance(one, CodeType):
            continue
        if one.co_flags & 0x02:  # CO_NEWLOCALS: a function; a class's body has none
            found[one.co_qualname, one.co_firstlineno] = one
        else:
            found |= _functions(one)
    return found


def _shell(code: CodeType) -> tuple[object, ...]:
    """Return what runs while the module is loaded: everything but the functions' own code."""
    parts = tuple(
        (one.co_name if one.co_flags & 0x02 else _shell(one)) if isinstance(one, CodeType) else one
        for one in code.co_consts
    )
    return code.co_code, repr(parts)


class Swap:
    """The functions of one mutant that differ, or None where its module must be loaded anew."""

    def __init__(self, mutant: Mutant) -> None:
        name = str(mutant.path)
        whole = compile(ast.parse(mutant.path.read_text()), name, "exec")
        other = compile(mutated(mutant), name, "exec")
        self.module = module_of(mutant.path)
        ours, theirs = _functions(whole), _functions(other)
        self.changed = {key: theirs[key] for key in ours if ours[key] != theirs[key]}
        self.inside = (
            set(ours) == set(theirs) and _shell(whole) == _shell(other) and bool(self.changed)
        )

    def put(self) -> bool:
        """Give the loaded functions their mistake; False: one was not found."""
        found = set()
        functions, caches = planning_loaded()
        for one in functions:
            key = (one.__code__.co_qualname, one.__code__.co_firstlineno)
            if one.__module__ == self.module and key in self.changed:
                one.__code__ = self.changed[key]
                found.add(key)
        for cache in caches:
            cache.cache_clear()
        return found == set(self.changed)


@functools.cache
def planning_loaded() -> tuple[list[FunctionType], list[functools._lru_cache_wrapper[object]]]:
    """Return the planner's functions and caches, as they are when this is first asked.

    Whoever asks before the first mutant spares every mutant's process a look at all objects.
    """
    gc.collect()
    ours = [
        one
        for one in gc.get_objects()
        if isinstance(one, FunctionType | functools._lru_cache_wrapper)
        and str(getattr(one, "__module__", "")).startswith("mesogun.planning")
    ]
    gc.freeze()  # what is never looked at again is never copied for a mutant's process
    caches = [one for one in ours if not isinstance(one, FunctionType)]
    return [one for one in ours if isinstance(one, FunctionType)], caches


class InPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module with its mistake; leaves all others alone."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = module_of(mutant.path)

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name != self.name:
            return None
        is_package = self.mutant.path.name == "__init__.py"
        return importlib.util.spec_from_file_location(
            name,
            self.mutant.path,
            loader=self,
            submodule_search_locations=[str(self.mutant.path.parent)] if is_package else None,
        )

    def exec_module(self, module: object) -> None:
        code = compile(mutated(self.mutant), str(self.mutant.path), "exec")
        exec(code, module.__dict__)


def load_with(mutant: Mutant) -> None:
    """From now on the mutant's module is loaded with its mistake."""
    sys.meta_path.insert(0, InPlace(mutant))
