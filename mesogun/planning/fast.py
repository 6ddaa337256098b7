"""Compiling the planner's inner loops, where numba is installed and the work is worth it.

The same source runs either way and gives the same whole numbers: compiled or not is never seen in
a plan. Without numba nothing changes but the time.

A `kernel` is called with flat columns of whole numbers: arrays where it runs compiled, lists where
it runs as it stands (Python is several times quicker on them); `flat` makes the right ones. What
kernels share stands in their module as a `part`: an ordinary function until it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, Generic, Literal, ParamSpec, TypeVar

import numpy as np

from mesogun.planning.place.raster import Integers

P = ParamSpec("P")
R = TypeVar("R")

Mode = Literal["auto", "never", "always"]
Flat = list[int] | Integers
"""A column of whole numbers for a kernel."""
AUTO_FROM = 2_500
"""From so many pricks on, loading the compiler costs less than it saves."""
_PARTS: set[Callable[..., Any]] = set()


class _Choice:
    mode: Mode = "auto"


def use(mode: Mode) -> None:
    """Decide for this process: compile when it pays, never, or always (then numba must be there).

    Raises:
        ModuleNotFoundError: "always", and numba is not installed; nothing has changed.
    """
    if mode == "always":
        import numba  # noqa: F401
    _Choice.mode = mode


class Kernel(Generic[P, R]):
    """An inner loop over flat columns of whole numbers, written so that numba can compile it."""

    __slots__ = ("_plain",)

    def __init__(self, plain: Callable[P, R]) -> None:
        self._plain = plain

    def at(self, size: int) -> Callable[P, R]:
        """Return the function to call for work of this size: compiled, or as it stands."""
        if not _pays(size):
            return self._plain
        compiled: Callable[P, R] = _compiled(self._plain)
        return compiled


def kernel(plain: Callable[P, R]) -> Kernel[P, R]:
    """Mark a function of flat columns as worth compiling."""
    return Kernel(plain)


def part(plain: Callable[P, R]) -> Callable[P, R]:
    """Mark a function that kernels of the same module call: it is compiled with them."""
    _PARTS.add(plain)
    return plain


def flat(values: Integers, size: int) -> Flat:
    """Return a column of its own as the kernels for work of this size want it."""
    if _pays(size):
        return np.array(values, dtype=np.int64)
    own: list[int] = values.tolist()
    return own


def _pays(size: int) -> bool:
    if _Choice.mode == "never" or (_Choice.mode == "auto" and size < AUTO_FROM):
        return False
    return _numba() is not None


@cache
def _numba() -> Any | None:
    try:
        import numba
    except ModuleNotFoundError:
        return None
    return numba


@cache
def _compiled(plain: Any) -> Any:
    """Compile a function, and before it the parts that it calls, which take its names' place."""
    called = {
        name: _compiled(one)
        for name in plain.__code__.co_names
        if isinstance(one := plain.__globals__.get(name), FunctionType) and one in _PARTS
    }
    numba = _numba()
    assert numba is not None
    names = {**plain.__globals__, **called}
    own = FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__)
    own.__module__, own.__qualname__ = plain.__module__, plain.__qualname__
    try:
        return numba.njit(own, cache=True, fastmath=False, parallel=False)
    except RuntimeError:  # nowhere to keep what was compiled: it is compiled in each process
        return numba.njit(own, fastmath=False, parallel=False)
