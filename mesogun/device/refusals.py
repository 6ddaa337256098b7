"""What a pistol's refusal means, in words for the person who asked."""

from __future__ import annotations

from firmware_protocol.messages import ErrorCode, ErrorReply, LimitId, PistolState

_TEXTS = {
    ErrorCode.WRONG_STATE: "it is {state}",
    ErrorCode.JOURNAL_UNREAD: (
        "its journal is unread up to record {detail}: let a session read it first"
    ),
    ErrorCode.LIMIT: "{limit}: its own limit is {value}",
    ErrorCode.LIMITS_REVISION: "its limits have revision {detail}; a new one must be above that",
    ErrorCode.NEEDS_PERSON: (
        "{limit} would be looser than the {value} in force: "
        "a person must hold the pistol's service button meanwhile"
    ),
    ErrorCode.ON_SKIN: "it touches skin: take it off, over a vessel",
    ErrorCode.NOT_STAGED: "nothing is staged; an abort or another session may have come between",
    ErrorCode.WRONG_HASH: "the {detail} bytes that it took over have another hash",
    ErrorCode.CALIBRATION: "its calibration is number {detail}",
    ErrorCode.CALIBRATION_SPENT: (
        "its calibration was made for {value} shots and {detail} were given since: "
        "calibrate it anew"
    ),
    ErrorCode.UNSUPPORTED: "its firmware does not know that request",
}


def explained(reply: ErrorReply) -> str:
    """Say why a request was not obeyed, and where it can be said, what to do."""
    text = _TEXTS.get(reply.code, reply.code.name + " ({detail}, {value})")
    if reply.code is ErrorCode.NEEDS_PERSON and not reply.detail:
        text = "a person must hold the pistol's service button, the needle over a vessel"
    return text.format(
        detail=reply.detail,
        value=reply.value,
        limit=_name(LimitId, reply.detail).lower(),
        state=_name(PistolState, reply.detail),
    )


def _name(names: type[LimitId] | type[PistolState], number: int) -> str:
    return names(number).name if number in set(names) else f"number {number}"
