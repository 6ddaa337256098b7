"""The fixed parts of `messages.py`: how it begins, and its door to the frames."""

from typing import Final

HEAD: Final = '''\
"""Every message of {name}/{major}.{minor} as a type, and the way between messages and frames.

Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
"""

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from firmware_protocol.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    UnknownMessage,
    WrongLength,
)
from firmware_protocol.frame import Frame
from firmware_protocol.layout import Layout, Range
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Microseconds,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)

MAJOR: Final = {major}
MINOR: Final = {minor}
SCHEMA_HASH: Final = {schema_hash}
"""CRC-32C over all layouts: equal at both ends, or they were built from different schemas."""
ACTUATING_HASH: Final = {actuating_hash}
"""CRC-32C over the layouts of what can move the needle: when it differs, nothing is armed."""
'''

DOOR: Final = '''\


def to_frame(message: Message, *, session: int, request: int, retry: bool = False) -> Frame:
    """Return the frame that carries `message`.

    Raises:
        LocalProtocolError: a value is out of range, named with its range; or session 0 with a
            message that belongs to a session. Nothing was encoded.
    """
    kind = type(message)
    if kind not in _WRITERS:
        text = f"{kind.__name__} is no message"
        raise LocalProtocolError(text)
    urgency, reply, msg, write = _WRITERS[kind]
    try:
        payload = write(message)
    except (ValueError, TypeError, AttributeError, struct.error):
        fault = _LAYOUTS[kind.__name__].fault(message)
        text = fault or f"{kind.__name__} holds what is no part of it"
        raise LocalProtocolError(text) from None
    if not session and kind not in SESSION_FREE:
        text = f"{kind.__name__}: session 0 is for messages that need no session"
        raise LocalProtocolError(text)
    return Frame(urgency, reply, retry, msg, session, request, payload)


def from_frame(frame: Frame) -> Message:
    """Return the message that `frame` carries; session, request and urgency are the caller's.

    Raises:
        UnknownMessage: its number is none of ours.
        WrongLength: its payload is.
        RemoteProtocolError: a value is out of range or without a name.
    """
    key = frame.msg, frame.reply
    try:
        return _READERS[key](frame.payload)
    except (KeyError, ValueError, struct.error):
        layout = _LAYOUTS.get(_NAMES.get(key, ""))
        if layout is None:
            direction = "reply" if frame.reply else "request"
            raise UnknownMessage(f"unknown {direction} {frame.msg:#06x}") from None
        kind = RemoteProtocolError if layout.fits(frame.payload) else WrongLength
        raise kind(layout.fault_of_payload(frame.payload)) from None
'''
