"""Compiling the planner's inner loops, where numba is installed and the work is worth it.

The same source runs either way and gives the same whole numbers: compiled or not is never seen in
a plan. Without numba nothing changes but the time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Literal, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

Mode = Literal["auto", "never", "always"]
AUTO_FROM = 5_000
"""From so many pricks on, loading the compiler costs less than it saves."""


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
    """An inner loop over flat arrays of whole numbers, written so that numba can compile it."""

    __slots__ = ("_compiled", "plain")

    def __init__(self, plain: Callable[P, R]) -> None:
        self.plain = plain
        self._compiled: Callable[P, R] | None = None

    def at(self, size: int) -> Callable[P, R]:
        """Return the function to call for work of this size: compiled, or as it stands."""
        if _Choice.mode == "never" or (_Choice.mode == "auto" and size < AUTO_FROM):
            return self.plain
        if self._compiled is None:
            self._compiled = _compile(self.plain)
        return self._compiled


def kernel(plain: Callable[P, R]) -> Kernel[P, R]:
    """Mark a function of whole-number arrays as worth compiling."""
    return Kernel(plain)


def _compile(plain: Callable[P, R]) -> Callable[P, R]:
    try:
        import numba
    except ModuleNotFoundError:
        return plain
    compiled: Any = numba.njit(plain, cache=True, fastmath=False, parallel=False)
    return compiled  # type: ignore[no-any-return]
