"""What the pistol tells of itself, whatever its state: that it is there, and its schema."""

from __future__ import annotations

from firmware_protocol.description import packed
from firmware_protocol.messages import (
    Byte,
    Describe,
    DescribeChunk,
    ErrorCode,
    ErrorReply,
    Ping,
    PingReply,
)
from firmware_protocol.units import Microseconds
from simulator.firmware import Firmware
from simulator.replies import error

CHUNK_BYTES = 200


def ping(firmware: Firmware, request: Ping) -> PingReply:
    """Answer, and change nothing."""
    return PingReply(request.echo, Microseconds(firmware.now_us - firmware.started_us))


def describe(_: Firmware, request: Describe) -> DescribeChunk | ErrorReply:
    """Tell a piece of the schema."""
    whole = packed()
    if request.offset > len(whole):
        return error(ErrorCode.OUT_OF_RANGE, len(whole))
    piece = whole[request.offset : request.offset + CHUNK_BYTES]
    return DescribeChunk(len(whole), request.offset, len(piece), tuple(map(Byte, piece)))
