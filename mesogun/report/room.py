"""Where a number or a label may stand on a map without hiding what it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesogun.report.geometry import Box
from mesogun.report.stage import TEXT, Stage

_BESIDE = ((1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1), (0, 1), (1, 0), (-1, 0))
"""Directions to try, the usual one first."""
_CROWDED = 1
"""A number that can be missed is left out when it would hide more signs than this."""


class Room:
    """The signs of a map and the numbers and letters that were placed among them."""

    def __init__(self, spots: Sequence[tuple[float, float]], radii: Sequence[float]) -> None:
        at = np.array(spots, dtype=np.float64).reshape(-1, 2)
        self._x, self._y = at[:, 0], at[:, 1]
        self._radii = np.array(radii, dtype=np.float64)
        self._taken: list[Box] = []

    def beside(
        self, label: str, x: float, y: float, at: Stage, can_be_missed: bool
    ) -> tuple[float, float] | None:
        """Return where the middle of the label's base line goes, None if there is no room."""
        wide, high = len(label) * 0.62 * TEXT * at.unit, 0.8 * TEXT * at.unit
        away = 5.5 * at.unit
        best: tuple[tuple[float, int], Box] | None = None
        for index, (right, down) in enumerate(_BESIDE):
            reach = away if right and down else away + 2 * at.unit
            middle = x + right * (reach + wide / 2)
            line = y + down * (reach + high / 2)
            box = Box(middle - wide / 2, line - high / 2, wide, high)
            cost = (self._hidden(box) + 3 * sum(box.overlap(one) > 0 for one in self._taken), index)
            if best is None or cost < best[0]:
                best = cost, box
        if best is None or (can_be_missed and best[0][0] > _CROWDED):
            return None
        box = best[1]
        self._taken.append(box)
        return box.x + box.width / 2, box.y + box.height

    def _hidden(self, box: Box) -> int:
        """How many signs the box touches."""
        across = np.maximum(np.maximum(box.x - self._x, self._x - box.x - box.width), 0.0)
        down = np.maximum(np.maximum(box.y - self._y, self._y - box.y - box.height), 0.0)
        return int(np.count_nonzero(across**2 + down**2 < self._radii**2))
