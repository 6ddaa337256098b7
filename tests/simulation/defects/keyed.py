"""Seeded mistakes in what the key protects: counters, tags, nonces."""

from __future__ import annotations

from typing import Any

from firmware_protocol.frame import SEAL_BYTES
from firmware_protocol.seal import Seals
from simulator.receiver import Receiver
from tests.simulation.defects.substitute import Instead, Layer


class _Nonce:
    """Chance that has run dry: the same nonce every time."""

    def __init__(self, fresh: Any) -> None:
        self.between = fresh.between

    def bits64(self) -> int:
        return 7


class _Session:
    """Chance that has run dry: the same session every time."""

    def __init__(self, fresh: Any) -> None:
        self.bits64 = fresh.bits64

    def between(self, low: int, _high: int) -> int:
        return low


def _uncounted(before: Any) -> Any:
    """The tag is looked at, the counter is not."""

    def accept(self: Seals, frame: Any) -> bool:
        self._heard = -1
        return bool(before(self, frame))

    return accept


def _untagged(_before: Any) -> Any:
    """The counter is looked at, the tag is not."""

    def accept(self: Seals, frame: Any) -> bool:
        if len(frame.seal) != SEAL_BYTES or frame.reply is self._is_pistol:
            return False
        number = int.from_bytes(frame.seal[:4], "little")
        newer = number > self._heard
        self._heard = max(number, self._heard)
        return newer

    return accept


def _bare_obeyed(before: Any) -> Any:
    def is_of_session(self: Receiver, frame: Any) -> bool:
        if not frame.seal:
            return not frame.reply and frame.session == self._session != 0
        return bool(before(self, frame))

    return is_of_session


def _stale(chance: Any) -> Any:
    """Let a pistol draw from `chance` what opens a session."""

    def make(before: Any) -> Any:
        def greet(self: Receiver, request: int, hello: Any) -> Any:
            if self._key is None:
                return before(self, request, hello)  # there, other mistakes look at the number
            firmware, fresh = self._firmware, self._firmware.chance
            if chance is _Session and self._unused != (request, hello):
                self._session = 0  # or it would look for another one for ever
            firmware.chance = chance(fresh)
            try:
                return before(self, request, hello)
            finally:
                firmware.chance = fresh

        return greet

    return make


SESSION_NUMBER = Layer("fresh session number", (Instead(Receiver, "_greet", _stale(_Session)),))

UNCOUNTED = (Instead(Seals, "accept", _uncounted),)
UNTAGGED = (Instead(Seals, "accept", _untagged),)
BARE_OBEYED = (Instead(Receiver, "_is_of_session", _bare_obeyed),)
STALE_NONCE = (Instead(Receiver, "_greet", _stale(_Nonce)),)
