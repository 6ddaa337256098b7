"""The check on a shot's numbers from the planner to the actuator, past every codec between them."""

import struct
from typing import Final

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.units import Micrometres, Nanolitres, NanolitresPerSecond, ShotId

_COVERED: Final = struct.Struct("<IIII")
_POLYNOMIAL: Final = 0x8408  # 0x1021 reflected


def _shifted(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE: Final = tuple(map(_shifted, range(256)))


def crc16_mcrf4xx(data: bytes) -> int:
    """Return the CRC-16/MCRF4XX of `data` (reflected 0x1021, initial FFFF, no final XOR)."""
    value = 0xFFFF
    for byte in data:
        value = value >> 8 ^ _TABLE[(value ^ byte) & 0xFF]
    return value


def crit(
    shot_id: ShotId,
    dose_nl: Nanolitres,
    depth_um: Micrometres,
    rate_nl_per_s: NanolitresPerSecond,
) -> int:
    """Return the check that a Shot carries over what can hurt: which shot, how much, how deep.

    The planner computes it and the actuator checks it, so that a codec or memory error between
    them, which a correct frame CRC cannot see, fires nothing.

    Raises:
        LocalProtocolError: a value does not fit in a u32.
    """
    try:
        return crc16_mcrf4xx(_COVERED.pack(shot_id, dose_nl, depth_um, rate_nl_per_s))
    except struct.error:
        text = f"crit over {(shot_id, dose_nl, depth_um, rate_nl_per_s)}: each 0 to 4294967295"
        raise LocalProtocolError(text) from None
