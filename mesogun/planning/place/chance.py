"""What is left to chance, the same on every machine: numbers hashed from a seed, none drawn.

Each number depends on the seed, the zone and its own place in the row alone: rows can be taken in
pieces and in any order. This is splitmix64 in whole numbers that wrap at 64 bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

STEP = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
WRAP = 2**64

Hashes = npt.NDArray[np.uint64]


def hashed(seed: int, zone: int, first: int, count: int) -> Hashes:
    """Return the numbers `first` to `first + count - 1` of a zone's row, each 64 even bits."""
    start = int(_mixed(np.array([seed % WRAP], dtype=np.uint64))[0])
    start = int(_mixed(np.array([(start + zone * STEP) % WRAP], dtype=np.uint64))[0])
    places = np.arange(count, dtype=np.uint64) + np.uint64((first + 1) % WRAP)
    return _mixed(places * np.uint64(STEP) + np.uint64(start))


def below(numbers: Hashes, bound: int) -> npt.NDArray[np.int64]:
    """Return the numbers brought down to 0 … `bound` - 1; `bound` is above 0 and below 2^63."""
    return (numbers % np.uint64(bound)).astype(np.int64)


def _mixed(numbers: Hashes) -> Hashes:
    """Return the finish of splitmix64: every bit that goes in moves half of those that come out."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(FIRST)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(SECOND)
    return numbers ^ (numbers >> np.uint64(31))
