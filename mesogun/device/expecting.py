"""The one kind of answer that a request can have; everything else is an error in words."""

from __future__ import annotations

from typing import TypeVar

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.messages import AbortReply, ErrorReply, Reply
from mesogun.device.refusals import explained
from mesogun.errors import LinkError

_Wanted = TypeVar("_Wanted")


def expect(wanted: type[_Wanted], reply: Reply) -> _Wanted:
    """Return the reply if it is of that kind.

    Raises:
        LinkError: an abort came first.
        RemoteProtocolError: the pistol refused, or answered something else.
    """
    if isinstance(reply, wanted):
        return reply
    if isinstance(reply, AbortReply):
        raise LinkError("an abort came first: the pistol stands still")
    if isinstance(reply, ErrorReply):
        raise RemoteProtocolError(
            f"the pistol did not obey request {reply.msg:#06x}: {explained(reply)}"
        )
    raise RemoteProtocolError(f"the pistol answered with a {type(reply).__name__}")
