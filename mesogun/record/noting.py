"""What a person sees after a session: one more entry for its journal, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

from mesogun.errors import RecordError, WrongUsage
from mesogun.record.entries import Entry, Noted
from mesogun.record.folding import ending_of
from mesogun.record.record import Severity

CLOCKS_APART = timedelta(minutes=1)
"""A clock that shows minutes rounds: a note of this very minute is not of the future."""


def note(
    history: Sequence[Entry],
    *,
    effect: str,
    severity: Severity,
    zone: str,
    seen: datetime,
    now: datetime,
    version: str,
    text: str = "",
    by: str = "",
) -> Noted:
    """Return the entry that says which side effect was seen, `seen` and `now` with their offset.

    Raises:
        RecordError: the session is not closed; nothing can follow it.
        WrongUsage: it was seen before the session's end, or in the future.
    """
    ended = ending_of(history)
    if ended is None:
        raise RecordError(
            "the session is not closed: `mesogun resume` closes it; a note is of what came after"
        )
    if severity not in get_args(Severity):
        known = ", ".join(get_args(Severity))
        raise WrongUsage(f"--severity: found {severity!r}: give one of {known}")
    end = _moment(ended.wall)
    if seen < end:
        raise WrongUsage(
            f"--at: found {_told(seen)}, before the session's end at {_told(end)}: a note is of "
            "what was seen after it"
        )
    if seen > now + CLOCKS_APART:
        raise WrongUsage(
            f"--at: found {_told(seen)}, which is in the future: it is {_told(now)} now"
        )
    return Noted(
        at_us=max(one.at_us for one in history),
        after_s=(seen - end) // timedelta(seconds=1),
        seen=seen.isoformat(timespec="seconds"),
        effect=effect,
        severity=severity,
        zone=zone,
        text=text,
        by=by,
        wall=now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        version=version,
    )


def _moment(wall: str) -> datetime:
    try:
        made = datetime.fromisoformat(wall)
    except ValueError as cause:
        raise RecordError(f"the session's end has no time that can be read: {wall!r}") from cause
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)


def _told(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")
