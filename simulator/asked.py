"""Every request that the pistol knows, in one table, and who answers it."""

from __future__ import annotations

from firmware_protocol.messages import ErrorCode, Message, Reply
from simulator import answers, service
from simulator.firmware import Firmware
from simulator.replies import error

_TABLE = {**answers.TABLE, **service.TABLE}


def answer(firmware: Firmware, request: Message) -> Reply:
    """Return the pistol's answer to `request`, and do what it asks if it may be done."""
    handle = _TABLE.get(type(request))
    if handle is None:
        return error(ErrorCode.UNSUPPORTED)
    reply: Reply = handle(firmware, request)
    return reply
