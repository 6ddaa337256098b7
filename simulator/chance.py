"""Chance from a seed: the same seed and purpose give the same draws on every machine, for ever.

Every purpose has a stream of its own, so that a new fault or a new figure moves no other draw.
"""

from __future__ import annotations

_MASK = (1 << 64) - 1


class Stream:
    """Draws for one purpose (splitmix64 behind a hash of seed and purpose)."""

    __slots__ = ("_state",)

    def __init__(self, seed: int, purpose: str) -> None:
        state = 0xCBF29CE484222325
        for byte in f"{seed}/{purpose}".encode():
            state = (state ^ byte) * 0x100000001B3 & _MASK
        self._state = state

    def bits64(self) -> int:
        """Return 64 random bits."""
        self._state = self._state + 0x9E3779B97F4A7C15 & _MASK
        mixed = self._state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return mixed ^ mixed >> 31

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to `bound` - 1."""
        return self.bits64() * bound >> 64

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, probability: float) -> bool:
        """Return True with `probability`."""
        return self.bits64() >> 11 < int(probability * (1 << 53))
