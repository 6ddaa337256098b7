"""What several kinds of answers have in common: how a request is refused."""

from __future__ import annotations

from firmware_protocol.messages import ErrorCode, ErrorReply


def error(code: ErrorCode, detail: int = 0, value: int = 0) -> ErrorReply:
    """Return a refusal; whoever frames it fills in the request's message id."""
    return ErrorReply(msg=0, code=code, detail=detail, value=value)
