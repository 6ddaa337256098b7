"""What the verifier found: a growing list of violations. Part of the independent check."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mesogun.errors import Violation
from mesogun.planning.prescription import Limit

ROWS_TOLD_MAX = 100

Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


def rows_of(broken: Truths) -> tuple[int, ...]:
    """Return the first rows that are marked, as many as a violation tells."""
    return tuple(np.flatnonzero(broken)[:ROWS_TOLD_MAX].tolist())


class Findings:
    """Every broken rule so far, in the order in which it was found."""

    __slots__ = ("all",)

    def __init__(self) -> None:
        self.all: list[Violation] = []

    def limit(
        self,
        bound: Limit,
        value: int,
        zone: str | None,
        pricks: tuple[int, ...] = (),
        note: str = "",
    ) -> None:
        """Note that `bound` is broken: `value` is the worst that was found."""
        self.all.append(
            Violation(
                bound.name, int(value), bound.value, bound.unit, bound.origin, zone, pricks, note
            )
        )

    def rule(
        self,
        name: str,
        value: int,
        bound: int,
        unit: str,
        *,
        zone: str | None = None,
        pricks: tuple[int, ...] = (),
        note: str = "",
        origin: str = "plan",
    ) -> None:
        """Note that something which is no clinical limit is not as it must be."""
        self.all.append(Violation(name, int(value), int(bound), unit, origin, zone, pricks, note))
