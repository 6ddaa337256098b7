"""What a clinic has set in this pistol: its limits, in the memory until others are committed."""

from __future__ import annotations

from struct import Struct

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import LimitId, LimitLayer, Limits, LimitsStage
from simulator.limits import first_wider, missing
from simulator.memory import LIMITS_BYTES, Memory
from simulator.vault import Vault

_VALUES = Struct("<IIIIHHHHHII")
_REVISION = Struct("<I")


class Settings:
    """The settings of one memory. `damage`: what is there cannot be trusted."""

    def __init__(self, memory: Memory) -> None:
        """Read what was committed; nothing is written."""
        size = _REVISION.size + _VALUES.size
        self._limits = Vault(memory, memory.settings, LIMITS_BYTES, b"MGPL", size)
        self.damage = self._limits.damage

    def mend(self) -> None:
        """Write anew what a power cut has spoilt.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: it is mended at the next start.
        """
        self._limits.mend()

    @property
    def limits(self) -> Limits | None:
        """Return the clinic's limits, None if none were ever committed."""
        content = self._limits.content
        if content is None:
            return None
        (revision,) = _REVISION.unpack_from(content)
        values = _VALUES.unpack_from(content, _REVISION.size)
        return Limits(LimitLayer.CLINIC, revision, *values)

    def keep_limits(self, limits: Limits) -> None:
        """Commit the clinic's limits, durably.

        Raises:
            MemoryDamaged: what was written is not what is read.
            PowerLost: the old ones are there at the next start, or these.
        """
        self._limits.keep(_REVISION.pack(limits.revision) + _VALUES.pack(*limits[2:]))


def crc_of(staged: LimitsStage) -> int:
    """Return the check over what was staged, as it lies in its payload."""
    return crc32c(_VALUES.pack(*staged))


def as_limits(staged: LimitsStage, revision: int) -> Limits:
    """Return what was staged as the clinic's layer."""
    return Limits(LimitLayer.CLINIC, revision, *staged)


def in_force(factory: Limits, clinic: Limits | None) -> tuple[Limits | None, LimitId]:
    """Return what is in force before any arming, or None and the limit that forbids it."""
    if (unset := missing(factory)) is not None:
        return None, unset
    if clinic is None:
        return factory, LimitId.NONE
    wider = first_wider(factory, clinic)
    if wider is not None:
        return None, wider[0]
    return clinic._replace(layer=LimitLayer.EFFECTIVE), LimitId.NONE
