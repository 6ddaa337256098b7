"""Whole numbers with an exact sum: by shares, or alike with the larger ones well apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesogun.planning.place.raster import Integers


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` by `weights` into whole numbers with that very sum (largest remainder).

    Of equal remainders the earlier one gets more.
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda k: (-(total * weights[k] % whole), k))
    for k in by_remainder[:left]:
        parts[k] += 1
    return parts


def spread(total: int, count: int) -> Integers:
    """Divide `total` into `count` whole numbers that differ by at most 1, the larger well apart."""
    ends = np.arange(1, count + 1, dtype=np.int64) * total // count
    return np.diff(ends, prepend=0)
