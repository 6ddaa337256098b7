"""The order of a zone's pricks: a way from neighbour to neighbour wherever there is one."""

from __future__ import annotations

import numpy as np

from mesogun.planning.place import Placed
from mesogun.planning.raster import Integers


def order(placed: Placed, near: tuple[int, int] | None) -> Integers:
    """Return the pricks' indices in firing order."""
    odd = placed.j & 1
    return np.lexsort((np.where(odd, -placed.i, placed.i), placed.j))
