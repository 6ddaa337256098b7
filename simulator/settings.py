"""What a clinic has set in this pistol: limits and calibration, until others are committed.

What is staged lies here too, in RAM: a commit takes it, and whatever ends an arming forgets it.
"""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import LimitId, LimitLayer, Limits, LimitsStage
from simulator.limits import first_wider, missing
from simulator.memory import CALIBRATION_BYTES, COPIES, LIMITS_BYTES, Memory
from simulator.vault import Vault

CONTENT_BYTES_MAX = 1_024
_VALUES = Struct("<IIIIHHHHHII")
_REVISION = Struct("<I")
_CALIBRATION = Struct("<IIII32sI1024s")


class Calibrated(NamedTuple):
    """A calibration in force. What its content means is not known here."""

    id: int
    not_after_day: int
    shots_max: int
    shots_at: int  # begun ever, when it was committed
    sha256: bytes
    content: bytes


NEVER = Calibrated(0, 0, 0, 0, bytes(32), b"")
"""Never calibrated."""


class Settings:
    """What is in force before any arming. `damage`: what the memory holds cannot be trusted."""

    def __init__(self, memory: Memory, factory: Limits, delivered: Limits | None) -> None:
        """Read what was committed; nothing is written. `delivered` holds until limits are."""
        self.factory, self._delivered = factory, delivered
        size = _REVISION.size + _VALUES.size
        at = memory.settings
        self._limits = Vault(memory, at, LIMITS_BYTES, b"MGPL", size)
        at += COPIES * LIMITS_BYTES
        self._calibration = Vault(memory, at, CALIBRATION_BYTES, b"MGPC", _CALIBRATION.size)
        self.damage = self._limits.damage or self._calibration.damage
        self.staged: LimitsStage | None = None
        self.staged_calibration = b""
        self.limits: Limits | None = None
        """Of factory and clinic; None: incomplete, nothing may be armed."""
        self.limit_missing = LimitId.NONE
        self._take_limits()

    @property
    def revision(self) -> int:
        """Return which limits are in force, 0: none."""
        return 0 if self.limits is None else self.limits.revision

    @property
    def calibration(self) -> Calibrated:
        """Return the calibration in force."""
        if self._calibration.content is None:
            return NEVER
        held = _CALIBRATION.unpack(self._calibration.content)
        ident, day, most, shots_at, digest, size, content = held
        return Calibrated(ident, day, most, shots_at, digest, content[:size])

    def mend(self) -> None:
        """Write anew what a power cut has spoilt.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: it is mended at the next start.
        """
        self._limits.mend()
        self._calibration.mend()

    def keep_limits(self, limits: Limits) -> None:
        """Commit the clinic's limits, durably.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: the old ones are there at the next start, or these.
        """
        self._limits.keep(_REVISION.pack(limits.revision) + _VALUES.pack(*limits[2:]))
        self._take_limits()

    def keep_calibration(self, new: Calibrated) -> None:
        """Commit a calibration, durably.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: the old one is there at the next start, or this.
        """
        self._calibration.keep(_CALIBRATION.pack(*new[:5], len(new.content), new.content))

    def forget_staged(self) -> None:
        """Let nothing wait for a commit any more."""
        self.staged, self.staged_calibration = None, b""

    def _take_limits(self) -> None:
        clinic = self._delivered
        if (content := self._limits.content) is not None:
            (revision,) = _REVISION.unpack_from(content)
            values = _VALUES.unpack_from(content, _REVISION.size)
            clinic = Limits(LimitLayer.CLINIC, revision, *values)
        self.limits, self.limit_missing = _in_force(self.factory, clinic)


def crc_of(staged: LimitsStage) -> int:
    """Return the check over what was staged, as it lies in its payload."""
    return crc32c(_VALUES.pack(*staged))


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 of a calibration's content."""
    return sha256(content).digest()


def as_limits(staged: LimitsStage, revision: int) -> Limits:
    """Return what was staged as the clinic's layer."""
    return Limits(LimitLayer.CLINIC, revision, *staged)


def _in_force(factory: Limits, clinic: Limits | None) -> tuple[Limits | None, LimitId]:
    """Return what is in force before any arming, or None and the limit that forbids it."""
    if (unset := missing(factory)) is not None:
        return None, unset
    if clinic is None:
        return factory, LimitId.NONE
    wider = first_wider(factory, clinic)
    if wider is not None:
        return None, wider[0]
    return clinic._replace(layer=LimitLayer.EFFECTIVE), LimitId.NONE
