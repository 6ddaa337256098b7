"""What a pistol's refusal means, in words for the person who asked."""

from __future__ import annotations

from firmware_protocol.messages import ErrorCode, ErrorReply, LimitId, PistolState


def explained(reply: ErrorReply) -> str:
    """Say why a request was not obeyed, and where it can be said, what to do."""
    detail, value = reply.detail, reply.value
    match reply.code:
        case ErrorCode.WRONG_STATE:
            return f"it is {_name(PistolState, detail)}"
        case ErrorCode.JOURNAL_UNREAD:
            return f"its journal is unread up to record {detail}: let a session read it first"
        case ErrorCode.LIMIT:
            return f"{_name(LimitId, detail).lower()}: its own limit is {value}"
        case ErrorCode.LIMITS_REVISION:
            return f"its limits have revision {detail}; a new one must be above that"
        case ErrorCode.NEEDS_PERSON:
            return (
                f"{_name(LimitId, detail).lower()} would be looser than the {value} in force: "
                "a person must hold the pistol's service button meanwhile"
            )
        case ErrorCode.NOT_STAGED:
            return "nothing is staged; an abort or another session may have come between"
        case ErrorCode.UNSUPPORTED:
            return "its firmware does not know that request"
        case _:
            return f"{reply.code.name} ({detail}, {value})"


def _name(names: type[LimitId] | type[PistolState], number: int) -> str:
    return names(number).name if number in set(names) else f"number {number}"
